"""On no evidence, and with no ledger, does a new budget pass what the old one refused, unless the difference says so."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gate.app.clock import Clock
from gate.app.holdout import ledger
from gate.app.holdout.holdout import Run, granted
from gate.app.holdout.ledger import Use
from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.policy.difference import difference
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.readers.inputs import read_mapping
from gate.terms.measurements import Measurements

DAY = "2026-06-01"
PATH = ".gate/holdout.jsonl"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


KINDS = ("none", "first-pass", "full")


def holdout(random: Random, like: dict[str, Any] | None = None) -> dict[str, Any]:
    """A budget, or one that differs in a key or two; empty for none."""
    if random.random() < 0.1:
        return {}
    made = dict(like or {"uses": 3, "adaptivity": "none", "test_set": "tickets"})
    for _ in range(random.choice((1, 1, 2))):
        key = random.choice(("uses", "uses", "adaptivity", "adaptivity", "test_set", "ledger"))
        values = {
            "uses": (1, 2, 3, 5, 8),
            "adaptivity": KINDS,
            "test_set": ("tickets", "others"),
            "ledger": ("other.jsonl", PATH),
        }
        made[key] = random.choice(values[key])
    return made


SOFT = ("undecided: warn", "undecided: pass", "missing: warn", "level: warn")


def rule(random: Random) -> str:
    soft = f", {random.choice(SOFT)}" if random.random() < 0.4 else ""
    sure = random.choice(("", ", confidence: 95%", ", confidence: 95%", ", confidence: 80%"))
    return f"{{check: accuracy >= {random.choice((0.7, 0.8))}{sure}{soft}}}"


def pair(random: Random) -> tuple[Policy, Policy]:
    """Two policies with the same rule and budgets of their own; a plain rule beside it, so that something can block."""
    text, first = rule(random), holdout(random)
    budgets = (first, holdout(random, first))
    texts = [f"gate: 1\n{f'holdout: {json.dumps(each)}' if each else ''}\nrules: [accuracy >= 0.1, {text}]\n" for each in budgets]
    return loads(texts[0], DAY), loads(texts[1], DAY)


def measured(random: Random) -> Measurements:
    """Mostly near a line, where a little more or less of the error rate decides."""
    n = random.choice((60, 200, 200, 800))
    away = random.choice((-1, 1, 1)) * random.uniform(1, 3) / n**0.5 * 0.45
    k = max(0, min(n, round(n * (random.choice((0.7, 0.8)) + away))))
    return read_mapping({"accuracy": {"k": k, "n": n, "value": k / n}})


def written(random: Random) -> None:
    """A ledger as it may be found, or none."""
    for path in (PATH, "other.jsonl"):
        Path(path).unlink(missing_ok=True)
    for path in (PATH, PATH, "other.jsonl")[: random.choice((0, 3, 3, 3, 3))]:
        uses = [
            Use(
                test_set=f"named {name}", predictions=str(number), policy="", name="", commit="", at=DAY, share=1.0, passed=passed
            )
            for name in ("tickets", "others")
            for number in range(random.choice((0, 1, 1, 2, 3, 5)))
            for passed in (random.random() < 0.3,)
        ]
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(ledger.text(uses))


def passes(policy: Policy, on: Measurements) -> bool:
    with granted([policy], on, Run(Clock(f"{DAY}T00:00:00Z"))) as grant:
        return judge([policy], Evidence(on, {}, DAY, alpha_share=grant.share, holdout=grant.doubt)).exit_code == 0


def test_what_is_not_called_loosened_passes_nothing_that_was_refused() -> None:
    random = Random(20261122)
    tighter = differ = 0
    for _ in range(700):
        old, new = pair(random)
        loosened = difference(old, new, DAY).loosened
        tighter += not loosened and old.holdout != new.holdout
        for _ in range(4):
            on = measured(random)
            written(random)
            if passes(new, on) and not passes(old, on):
                differ += 1
                assert loosened, f"{old.holdout}\n{new.holdout}\n{old.rules}\n{list(on)}\n{ledger.read(PATH)}"
    assert tighter > 20
    assert differ > 40
