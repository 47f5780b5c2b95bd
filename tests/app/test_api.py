"""gate from Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import gate
from gate.app.listener import listener
from gate.errors import GateError, UsageError
from gate.policy.load import loads

GOOD = {"accuracy": 0.85}
RULES = "gate: 1\nname: m\nrules: [accuracy > 0.8]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATE_POLICY", raising=False)
    Path("gate.yaml").write_text(RULES)
    Path("m.json").write_text(json.dumps(GOOD))
    Path("old.json").write_text(json.dumps({"accuracy": 0.9}))
    return tmp_path


def test_the_line_of_the_readme() -> None:
    assert gate.check({"accuracy": 0.85}, policy="gate.yaml").passed
    assert not gate.check({"accuracy": 0.75}, policy="gate.yaml").passed


def test_a_decision_is_true_only_where_the_model_may_be_deployed() -> None:
    assert gate.check({"accuracy": 0.85})
    assert not gate.check({"accuracy": 0.75})
    assert not gate.check({"accuracy": None})


@pytest.mark.parametrize(
    "metrics",
    [
        GOOD,
        "m.json",
        Path("m.json"),
        ["m.json"],
        [GOOD],
        (GOOD, {"f1": 0.5}),
        OrderedDict(GOOD),
        MappingProxyType(GOOD),
        {"accuracy": {"value": 0.85, "n": 5}},
    ],
    ids=str,
)
def test_metrics_can_be_given_in_many_ways(metrics: Any) -> None:
    assert gate.check(metrics).passed


@pytest.mark.parametrize(
    "policy", [None, "gate.yaml", Path("gate.yaml"), ["gate.yaml"], loads(RULES), [loads(RULES), "gate.yaml"]], ids=str
)
def test_policies_can_be_given_in_many_ways(policy: Any) -> None:
    found = gate.check(GOOD, policy)
    assert found.passed
    assert len(found.policies) == (2 if isinstance(policy, list) and len(policy) == 2 else 1)


def test_a_policy_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("strict.yaml").write_text(RULES.replace("0.8", "0.9"))
    monkeypatch.setenv("GATE_POLICY", "strict.yaml")
    assert not gate.check(GOOD).passed
    assert gate.check(GOOD, gate.Policy.load("gate.yaml")).passed


def test_a_baseline() -> None:
    judging = loads("gate: 1\nrules: [accuracy >= baseline]\n")
    assert not gate.check(GOOD, judging, baseline="old.json").passed
    assert not gate.check(GOOD, judging, baseline=Path("old.json")).passed
    assert gate.check(GOOD, judging, baseline={"accuracy": 0.8}).passed
    assert not gate.check(GOOD, judging).passed
    found = gate.check(GOOD, judging, first_release="first")
    assert (found.passed, found.verdict.value) == (True, "warn")


def test_numpy_scalars() -> None:
    numpy = pytest.importorskip("numpy")
    assert gate.check({"accuracy": numpy.float32(0.85), "n": numpy.int64(5), "ok": numpy.bool_(True)}).passed
    assert not gate.check({"accuracy": numpy.float64("nan")}).passed


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (([],), "no-input"),
        (({},), "no-measurements"),
        (("gone.json",), "no-such-file"),
        ((GOOD, "gone.yaml"), "policy-not-found"),
        (({("a", 1): 2},), "bad-key"),
        ((GOOD, loads("gate: 1\nrules: [{check: accuracy > 0, level: warn}]\n")), "nothing-blocks"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_what_cannot_be_checked(arguments: tuple[Any, ...], slug: str) -> None:
    with pytest.raises(GateError) as error:
        gate.check(*arguments)
    assert error.value.problems[0].slug == slug


def test_a_comparison_with_itself() -> None:
    with pytest.raises(UsageError, match="same file"):
        gate.check("m.json", baseline="m.json")
    with pytest.raises(UsageError, match="same file"):
        gate.check(Path("m.json"), baseline=os.path.abspath("m.json"))
    same = loads("gate: 1\nbaselines: {baseline: ./m.json}\nrules: [accuracy >= baseline]\n")
    assert gate.check("m.json", same).exit_code == 3


def test_a_missing_policy_names_what_to_do(folder: Path) -> None:
    (folder / "gate.yaml").unlink()
    with pytest.raises(GateError, match="gate init"):
        gate.check(GOOD)


def test_the_day_can_be_given() -> None:
    found = gate.check(GOOD, now="2026-11-22")
    assert (found.judged_at, found.simulated) == ("2026-11-22T00:00:00Z", True)
    assert not gate.check(GOOD).simulated


def test_a_decision_shows_itself() -> None:
    found = gate.check({"accuracy": 0.75}, now="2026-11-22")
    assert "DO NOT DEPLOY" in str(found).splitlines()[-1]
    assert found._repr_markdown_().startswith("## ⛔")
    assert repr(found) == "<Decision fail by 'm': 1 finding>"


def test_what_a_decision_offers() -> None:
    found = gate.check(GOOD)
    assert isinstance(found, gate.Decision)
    assert found.verdict.value == "pass"
    assert [finding.value for finding in found.findings] == [0.85]


def test_those_who_listen_hear_every_decision() -> None:
    heard: list[gate.Decision] = []
    token = listener.set(heard.append)
    try:
        decisions = [gate.check(GOOD), gate.check({"accuracy": 0.1})]
        with pytest.raises(GateError):
            gate.check({})
    finally:
        listener.reset(token)
    gate.check(GOOD)
    assert heard == decisions


def test_public_names() -> None:
    names = ["Decision", "Measurements", "Policy", "check", "log_metric", "measure", "run", "verify"]
    assert sorted(gate.__all__) == names
    assert all(getattr(gate, name) for name in gate.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        gate.nonsense  # type: ignore[attr-defined] # noqa: B018


def test_importing_gate_loads_almost_nothing() -> None:
    code = "import sys, gate; print([name for name in sys.modules if name.startswith(('gate.', 'yaml', 'json'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
