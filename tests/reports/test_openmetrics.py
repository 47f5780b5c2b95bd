"""OpenMetrics text, read back by Prometheus' own parser, and as GitLab splits it."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace
from pathlib import Path
from runpy import run_path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from gate.reports.openmetrics import render
from gate.terms.decision import Decision, Finding, Level, Outcome, PolicyIdentity, Read, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY: dict[str, Decision] = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
finding = decisions["finding"]
Labels = tuple[tuple[str, str], ...]


def samples(decision: Decision) -> dict[str, dict[Labels, float]]:
    """Name of the sample -> its labels -> value."""
    told: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(render(decision)):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in told.setdefault(sample.name, {}), "the same labels twice"
            told[sample.name][labels] = sample.value
    return told


def of(decision: Decision, name: str, rule: str) -> float:
    (value,) = [value for labels, value in samples(decision)[name].items() if ("rule", rule) in labels]
    return value


@pytest.mark.parametrize("name", EVERY)
def test_it_says_the_verdict(name: str) -> None:
    told = samples(EVERY[name])
    assert [dict(labels)["gate_verdict"] for labels, value in told["gate_verdict"].items() if value] == [
        EVERY[name].verdict.value
    ]
    assert told["gate_exit_code"] == {(): EVERY[name].exit_code}
    assert render(EVERY[name]).endswith("\n# EOF\n")


@pytest.mark.parametrize("name", EVERY)
def test_every_finding_has_one_outcome(name: str) -> None:
    held = [dict(labels)["gate_outcome"] for labels, value in samples(EVERY[name]).get("gate_outcome", {}).items() if value]
    assert held == [each.outcome.value for each in EVERY[name].findings]


@pytest.mark.parametrize("name", EVERY)
def test_gitlab_can_split_every_line(name: str) -> None:
    """Its parser takes away what follows a `#`, then splits like a shell: the name with its labels, and the value."""
    for line in render(EVERY[name]).splitlines():
        words = shlex.split(line.partition("#")[0])
        assert len(words) in (0, 2), line
        if words:
            float(words[1])


def test_numbers_of_a_finding() -> None:
    decision = GOLDEN["failing"]
    assert of(decision, "gate_value", "recall >= 0.85") == 0.812
    assert of(decision, "gate_threshold", "recall >= 0.85") == 0.85
    assert of(decision, "gate_margin", "recall >= 0.85") == -0.038
    assert of(decision, "gate_value", "has_model_card == true") == 1
    assert "gate_value" not in samples(GOLDEN["error"])


def test_labels_are_policy_rule_slice_and_metric() -> None:
    line = next(line for line in render(GOLDEN["failing"]).splitlines() if line.startswith("gate_value"))
    assert line == 'gate_value{policy="fraud-detection",rule="recall >= 0.85",metric="recall"} 0.812'
    assert 'rule="recall[region=*] >= 0.8",slice="region=apac"' in render(GOLDEN["failing"])
    reads = (Read("candidate", "a", Slice(), 1.0), Read("main", "c", Slice(), 1.0), Read("candidate", "b", Slice(), 1.0))
    assert 'metric="a,b"' in render(Decision(Verdict.PASS, (finding("a > b", reads=reads),)))


def test_noise_does_not_change_a_byte() -> None:
    first = GOLDEN["failing"].findings[0]
    assert isinstance(first.value, float)
    noisy = replace(first, value=first.value + 1e-13, threshold=0.85 - 1e-13, margin=-0.038 + 1e-13)
    assert render(Decision(Verdict.FAIL, (noisy,))) == render(Decision(Verdict.FAIL, (first,)))
    tie = finding("a >= 0.3", value=0.1 + 0.2, threshold=0.3)
    assert of(Decision(Verdict.PASS, (tie,)), "gate_margin", "a >= 0.3") == 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.123456789, "0.123457"), (1048576.0, "1048576"), (-0.0, "0"), (4.12e-7, "4.12e-07"), (True, "1"), (False, "0"),
        (10**400, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"), (1e20, "1e+20"),
    ],
)  # fmt: skip
def test_numbers(value: float, written: str) -> None:
    found = Finding("r", "p", "r", Outcome.PASS, Verdict.PASS, Level.BLOCK, value=value)
    decision = Decision(Verdict.PASS, (found,))
    assert f'gate_value{{policy="p",rule="r"}} {written}\n' in render(decision)
    samples(decision)


def test_an_error_tells_its_messages() -> None:
    told = samples(GOLDEN["error"])["gate_error_info"]
    messages = [dict(labels)["message"] for labels in told]
    assert messages[0].splitlines()[0] == "gate.yaml:14:7: unknown metric `recal`"
    assert len(messages) == 2


def test_findings_of_one_name_are_still_two() -> None:
    both = (finding("a > 0", value=1.0, threshold=0.0), finding("a > 0", value=2.0, threshold=0.0))
    assert sorted(samples(Decision(Verdict.PASS, both))["gate_value"].values()) == [1, 2]


@pytest.mark.parametrize("name", [*decisions["HOSTILE_NAMES"], '"', "\\", "\\n", '"} 1\n# EOF', 'a,b="c"', "\x00", "it's", "#"])
def test_no_name_ends_its_label(name: str) -> None:
    found = finding(
        f'"{name}" >= 0.5', rule=name, policy=name, slice=Slice.of({name: name}), value=0.75, threshold=0.5,
        reads=(Read("candidate", name, Slice(), 0.75),),
    )  # fmt: skip
    decision = Decision(Verdict.ERROR, (found,), policies=(PolicyIdentity(name, name, name, 1),), messages=(name,))
    told = samples(decision)
    ((labels, value),) = told["gate_value"].items()
    assert value == 0.75
    assert [key for key, _ in labels] == ["metric", "policy", "rule", "slice"]
    assert len(told["gate_error_info"]) == 1
    assert all(len(shlex.split(line.partition("#")[0])) in (0, 2) for line in render(decision).splitlines())


def test_the_same_decision_is_the_same_bytes() -> None:
    assert render(GOLDEN["failing"]) == render(GOLDEN["failing"])
