"""Waivers: what one covers, when it counts, and what a reader is told of those that do not (item 18 of the semantics)."""

from __future__ import annotations

from typing import Any

import pytest

from gate.errors import PolicyError
from gate.terms.decision import Decision, Finding
from tests.judge.situation import decide, notes, policy, slices


def waived(rule: str, waiver: str, metrics: Any, baseline: Any = None, **more: Any) -> Decision:
    """The decision of one rule called r and one waiver for it."""
    text = f'rules: [{{id: r, check: "{rule}"}}]\nwaivers: [{{rule: r, until: 2026-06-30, why: w, by: b, {waiver}}}]'
    return decide(text.replace(", }", "}"), metrics, baseline, **more)


def only(decision: Decision) -> Finding:
    (found,) = decision.findings
    return found


def test_a_waiver_makes_a_fail_a_warning() -> None:
    decision = waived("x > 0.5", "", {"x": 0.4})
    found = only(decision)
    assert (decision.verdict.value, found.outcome.value, found.effect.value) == ("warn", "fail", "warn")
    assert found.waiver is not None
    assert (found.waiver.until, found.waiver.why, found.waiver.by, found.waiver.floor) == ("2026-06-30", "w", "b", "")


def test_a_waiver_covers_undecided() -> None:
    text = "rules: [{id: r, check: x > 0.5, min_n: 10}, y > 0]\nwaivers: [{rule: r, until: 2026-06-30, why: w, by: b}]"
    decision = decide(text, {"x": {"value": 0.9, "n": 3}, "y": 1})
    assert (decision.verdict.value, decision.findings[0].outcome.value) == ("warn", "undecided")


@pytest.mark.parametrize("metrics", [{"y": 1}, {"x": None}, {"x": "1"}], ids=["unknown", "null", "text"])
def test_a_waiver_does_not_cover_what_has_no_value(metrics: dict[str, Any]) -> None:
    decision = waived("x > 0.5", "", metrics)
    found = only(decision)
    assert (decision.verdict.value, found.waiver) == ("undecided", None)
    assert [note.slug for note in found.notes] == ["waiver-refused"]


@pytest.mark.parametrize(
    ("today", "verdict"), [("2026-06-29", "warn"), ("2026-06-30", "warn"), ("2026-07-01", "fail"), ("2027-01-01", "fail")]
)
def test_a_waiver_counts_through_its_last_day(today: str, verdict: str) -> None:
    decision = waived("x > 0.5", "", {"x": 0.4}, today=today)
    assert decision.verdict.value == verdict
    told = [note.slug for note in only(decision).notes] + [slug for slug in notes(decision) if slug == "waiver-expired"]
    assert told == (["waiver-expired"] if verdict == "fail" else []), "told once: where it is missed"


FLOORS = {
    "holds": ("x > 0.3", {"x": 0.4}, "warn"),
    "holds just so": ("x >= 0.4", {"x": 0.4}, "warn"),
    "fails": ("x > 0.45", {"x": 0.4}, "fail"),
    "reads another metric": ("y > 0.5", {"x": 0.4, "y": 0.6}, "warn"),
    "reads another metric that fails": ("y > 0.5", {"x": 0.4, "y": 0.4}, "fail"),
    "is missing": ("z > 0.5", {"x": 0.4}, "fail"),
    "is null": ("y > 0.5", {"x": 0.4, "y": None}, "fail"),
    "has no baseline": ("x > baseline - 1", {"x": 0.4}, "fail"),
    "holds only in part": ("x > 0.3 or z > 1", {"x": 0.4}, "fail"),
    "is on the wrong scale": ("y > 90%", {"x": 0.4, "y": 95}, "fail"),
}


@pytest.mark.parametrize(("floor", "metrics", "verdict"), FLOORS.values(), ids=FLOORS)
def test_the_floor_of_a_waiver_must_hold(floor: str, metrics: dict[str, Any], verdict: str) -> None:
    decision = waived("x > 0.5", f'floor: "{floor}"', metrics)
    found = only(decision)
    assert decision.verdict.value == verdict
    assert [note.slug for note in found.notes] == (["waiver-floor"] if verdict == "fail" else [])
    assert (found.waiver.floor if found.waiver else floor) == floor


def test_a_floor_may_read_the_baseline() -> None:
    assert waived("x > 0.5", 'floor: "x >= baseline - 0.1"', {"x": 0.4}, {"x": 0.45}).verdict.value == "warn"
    assert waived("x > 0.5", 'floor: "x >= baseline - 0.1"', {"x": 0.4}, {"x": 0.55}).verdict.value == "fail"


SLICED = slices("region", "x", {"eu": 0.4, "us": 0.4, "br": 0.9}, x=1)


def test_a_waiver_for_one_slice_covers_only_that() -> None:
    decision = waived("x[region=*] > 0.5", "slice: {region: eu}", SLICED)
    effects = {str(found.slice): found.effect.value for found in decision.findings}
    assert effects == {"region=eu": "warn", "region=us": "fail", "region=br": "pass"}


def test_a_waiver_without_a_slice_covers_each() -> None:
    decision = waived("x[region=*] > 0.5", "", SLICED)
    assert {str(found.slice): found.effect.value for found in decision.findings} == {
        "region=eu": "warn",
        "region=us": "warn",
        "region=br": "pass",
    }


def test_the_slice_of_a_waiver_is_compared_as_it_is_written() -> None:
    metrics = slices("zip", "x", {"02134": 0.4, "2134": 0.4})
    decision = waived("x[zip=*] > 0.5", "slice: {zip: 02134}", metrics)
    assert {str(found.slice): found.effect.value for found in decision.findings} == {"zip=02134": "warn", "zip=2134": "fail"}


def test_a_floor_with_a_star_is_asked_of_the_slice_at_hand() -> None:
    metrics = slices("region", "x", {"eu": 0.4, "us": 0.2})
    decision = waived("x[region=*] > 0.5", 'floor: "x[region=*] > 0.3"', metrics)
    assert {str(found.slice): found.effect.value for found in decision.findings} == {"region=eu": "warn", "region=us": "fail"}


def test_a_floor_with_a_star_needs_its_slice() -> None:
    with pytest.raises(PolicyError, match="star"):
        waived("x > 0.5", 'floor: "x[region=*] > 0.3"', SLICED)


def test_a_rule_that_may_not_be_waived_is_refused_when_the_policy_is_read() -> None:
    with pytest.raises(PolicyError) as caught:
        policy("rules: [{id: r, check: x > 0.5, waivable: false}]\nwaivers: [{rule: r, until: 2026-06-30, why: w, by: b}]")
    assert [problem.slug for problem in caught.value.problems] == ["not-waivable"]


@pytest.mark.parametrize("level", ["warn", "info"])
def test_what_does_not_block_needs_no_waiver(level: str) -> None:
    text = f"rules: [{{id: r, check: x > 0.5, level: {level}}}, x > 0]\nwaivers: [{{rule: r, until: 2026-06-30, why: w, by: b}}]"
    decision = decide(text, {"x": 0.4})
    assert (decision.findings[0].waiver, notes(decision)) == (None, ["waiver-unused"])


REMARKS = {
    "not needed": ({"x": 0.9}, "2026-06-15", ["waiver-unused"]),
    "used, ends soon": ({"x": 0.4}, "2026-06-16", ["waiver-ends-soon"]),
    "used, on its last day": ({"x": 0.4}, "2026-06-30", ["waiver-ends-soon"]),
    "used, ends in fifteen days": ({"x": 0.4}, "2026-06-15", []),
    "not needed any more, ends soon": ({"x": 0.9}, "2026-06-29", ["waiver-unused"]),
    "ended, not needed": ({"x": 0.9}, "2026-07-01", ["waiver-expired"]),
    "refused": ({"x": None}, "2026-06-15", []),
}


@pytest.mark.parametrize(("metrics", "today", "expected"), REMARKS.values(), ids=REMARKS)
def test_remarks(metrics: dict[str, Any], today: str, expected: list[str]) -> None:
    assert [slug for slug in notes(waived("x > 0.5", "", metrics, today=today)) if slug.startswith("waiver")] == expected


def test_of_two_that_ended_each_is_told_once() -> None:
    text = (
        "rules: [{id: r, check: x > 0.5}, {id: s, check: x > 0}]\nwaivers:\n"
        "  - {rule: r, until: 2026-06-01, why: old, by: a}\n"
        "  - {rule: s, until: 2026-06-01, why: old, by: a}\n"
    )
    decision = decide(text, {"x": 0.4})
    assert [note.slug for found in decision.findings for note in found.notes] == ["waiver-expired"]
    assert [note.text for note in decision.notes] == ["the waiver for `s` ended on 2026-06-01"]


def test_the_first_waiver_that_counts_is_used() -> None:
    text = (
        "rules: [{id: r, check: x > 0.5}]\nwaivers:\n"
        "  - {rule: r, until: 2026-06-01, why: old, by: a}\n"
        "  - {rule: r, until: 2026-06-30, why: deep, by: b, floor: x > 0.45}\n"
        "  - {rule: r, until: 2026-06-30, why: good, by: c}\n"
    )
    found = only(decide(text, {"x": 0.4}))
    assert found.waiver is not None
    assert (found.waiver.why, found.effect.value) == ("good", "warn")


def test_a_waiver_names_a_rule_by_its_text_too() -> None:
    text = "rules: [x>0.5]\nwaivers: [{rule: x > 0.5, until: 2026-06-30, why: w, by: b}]"
    assert decide(text, {"x": 0.4}).verdict.value == "warn"


FIRST = {
    "no baseline": ("x >= baseline", {"x": 1}, None, "warn"),
    "no history": ("x >= mean(last(x, 3))", {"x": 1}, None, "warn"),
    "neither": ("x >= baseline and x >= mean(last(x, 3))", {"x": 1}, None, "warn"),
    "no baseline, and a typo": ("x >= baseline and z > 0", {"x": 1}, None, "undecided"),
    "a typo": ("z > 0", {"x": 1}, None, "undecided"),
    "null": ("x > 0", {"x": None}, None, "undecided"),
    "a fail": ("x > 2 and x >= baseline", {"x": 1}, None, "fail"),
    "a baseline without the metric": ("x >= baseline", {"x": 1}, {"y": 1}, "undecided"),
}


@pytest.mark.parametrize(("rule", "metrics", "baseline", "verdict"), FIRST.values(), ids=FIRST)
def test_a_first_release_waives_what_does_not_exist_yet(rule: str, metrics: Any, baseline: Any, verdict: str) -> None:
    decision = decide(rule, metrics, baseline, first_release="the first one")
    assert decision.verdict.value == verdict
    found = only(decision)
    assert (found.waiver is not None) == (verdict == "warn")
    if found.waiver:
        assert (found.waiver.why, found.waiver.by) == ("the first one", "--first-release")
    assert decide(rule, metrics, baseline).verdict.value != "warn"


def test_a_first_release_does_not_waive_what_may_not_be_waived() -> None:
    rules = "rules: [{check: x >= baseline, waivable: false}]"
    decision = decide(rules, {"x": 1}, first_release="the first one")
    assert (decision.verdict.value, only(decision).waiver) == ("undecided", None)
    assert [note.slug for note in only(decision).notes] == ["waiver-refused"]
