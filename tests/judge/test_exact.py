"""`confidence: 95% exact`: the error rate holds literally, and taking the word away loosens a policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.stats.proportion import of_counts
from tests.conftest import Desk


def sure(desk: Desk, confidence: str, k: int, n: int) -> float:
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: {confidence}\nrules: [recall >= 0.85]\n")
    desk.write("metrics.json", {"recall": {"k": k, "n": n}})
    desk.run("check", "metrics.json", "-o", "decision.json")
    found = json.loads(Path("decision.json").read_text())["findings"][0]["certainty"]["p_above"]
    assert isinstance(found, float)
    return found


def test_exact_tails_are_asked_for_by_a_word(desk: Desk) -> None:
    test = of_counts(352, 400)
    assert test.far is not None
    assert sure(desk, "95%", 352, 400) == pytest.approx(test.tails(0.85).above)
    assert sure(desk, "95% exact", 352, 400) == pytest.approx(test.far(0.85).above)
    assert test.far(0.85).above > test.tails(0.85).above


def test_a_rule_asks_for_itself(desk: Desk) -> None:
    desk.write("gate.yaml", "gate: 1\nname: m\nrules: [{check: recall >= 0.85, confidence: 95% exact}]\n")
    desk.write("metrics.json", {"recall": {"k": 352, "n": 400}})
    desk.run("check", "metrics.json", "-o", "decision.json")
    certainty = json.loads(Path("decision.json").read_text())["findings"][0]["certainty"]
    assert certainty["p_above"] == pytest.approx(of_counts(352, 400).far(0.85).above)  # type: ignore[misc]


@pytest.mark.parametrize(("old", "new", "code"), [("95% exact", "95%", 1), ("95%", "95% exact", 0), ("95% exact", "99%", 1)])
def test_taking_the_word_away_loosens(desk: Desk, old: str, new: str, code: int) -> None:
    for name, confidence in (("old", old), ("new", new)):
        desk.write(f"{name}.yaml", f"gate: 1\nname: m\nconfidence: {confidence}\nrules: [recall >= 0.85]\n")
    assert desk.run("diff", "old.yaml", "new.yaml").code == code


@pytest.mark.parametrize("written", ["exact", "95 exact", "95% precise", "95%exact"])
def test_what_is_not_written_so(desk: Desk, written: str) -> None:
    desk.write("gate.yaml", f"gate: 1\nname: m\nconfidence: {written}\nrules: [recall >= 0.85]\n")
    desk.write("metrics.json", {"recall": 1})
    assert desk.run("check", "metrics.json").code == 2
