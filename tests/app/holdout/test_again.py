"""A change's own job looks at the ledger of the protected branch; the job that judges again counts the use there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.app.check import CheckRequest, check, decide
from gate.app.clock import clock
from gate.app.holdout import ledger
from gate.app.judging import Judging
from gate.app.publish.again import Trusted, judged_again
from gate.baselines.baseline import Surroundings
from gate.hosts.facts import Event, Facts
from gate.policy.load import load
from gate.record import replace
from gate.reports.json import render
from gate.terms.decision import Decision, Verdict

HEAD = "a" * 40
POLICY = """\
gate: 1
name: m
confidence: 95%
holdout: {uses: 3, adaptivity: full}
measure: {label: y, prediction: h, id: id}
rules: [accuracy >= 0.8]
"""
PATH = ".gate/holdout.jsonl"


def model(number: int) -> str:
    rows = (f"{row},{row % 2},{row % 2 if row % 50 != number else 1 - row % 2}" for row in range(600))
    Path(f"m{number}.csv").write_text("id,y,h\n" + "\n".join(rows) + "\n")
    return f"m{number}.csv"


def again(decision: Decision, event: Event) -> Decision:
    """What a job makes of a decision that another job kept."""
    facts = Facts(host="github", event=event, head=HEAD, commit="b" * 40)
    by = Trusted(judging=Judging((load("gate.yaml"),)), head=HEAD, given=None, clock=clock(), at=Surroundings(facts=facts))
    found = judged_again(render(replace(decision, commit=HEAD)).encode(), "decision.json", by)
    assert isinstance(found, Decision)
    return found


def test_a_use_is_counted_where_it_is_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("gate.yaml").write_text(POLICY)
    started = check(CheckRequest(inputs=[model(0)], start_ledger=True))
    assert started.verdict is Verdict.PASS
    kept = Path(PATH).read_bytes()
    theirs = check(CheckRequest(inputs=[model(1)]))  # on another machine, with a copy of the ledger
    Path(PATH).write_bytes(kept)

    found = again(theirs, Event.TRUSTED)
    assert found.verdict is Verdict.PASS
    assert any(note.text.startswith("use 2 of 3") for note in found.notes)
    assert len(ledger.read(PATH) or ()) == 2
    assert len(ledger.read(PATH) or ()) == len({use.predictions for use in ledger.read(PATH) or ()})
    assert any("costs nothing" in note.text for note in again(theirs, Event.TRUSTED).notes)


def test_measurements_at_hand_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.app.rows import measure

    monkeypatch.chdir(tmp_path)
    Path("gate.yaml").write_text(POLICY)
    for keys, told in (({"id": "id"}, "use 1 of 3"), ({}, "have no `id`")):
        rows = measure(model(0), label="y", prediction="h", **keys)
        found = decide([load("gate.yaml")], rows, None, clock(), start_ledger=True)
        assert told in " ".join(reason.text for reason in (*found.notes, *found.findings[0].reasons))
