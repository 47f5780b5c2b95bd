"""Cases that held on a baseline and fail now."""

from __future__ import annotations

from gate.judge.lost import lost
from gate.language.value import Doubt
from gate.terms.case import Case, LostCase
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice


def table(*cases: Case) -> Measurements:
    return Measurements(cases=cases)


def ids(now: list[Case], before: list[Case]) -> list[str]:
    return [each.id for each in lost(table(*now), {"baseline": table(*before)})]


def case(id_: str, score: float | None, passed: bool | None = None, repeat: int = 0, error: str = "") -> Case:
    return Case(id_, "pass_rate", score, passed, repeat=repeat, error=error)


def test_what_passed_and_fails_now() -> None:
    now = [case("a", 0.2, False), case("b", 1, True), case("c", 0.1, False), case("new", 0, False)]
    before = [case("a", 0.9, True), case("b", 1, True), case("c", 0.4, False), case("gone", 1, True)]
    found = lost(table(*now), {"baseline": table(*before)})
    assert found == (LostCase("a", "pass_rate", "baseline", 0.9, 0.2),)


def test_scores_of_one_and_zero_say_it_where_the_tool_does_not() -> None:
    assert ids([case("a", 0), case("b", 0.4)], [case("a", 1), case("b", 0.9)]) == ["a"]
    fewer_is_better = [Case("a", "error_rate", 0.0)], [Case("a", "error_rate", 1.0)]
    assert ids(*fewer_is_better) == []


def test_an_error_is_neither_a_success_nor_a_failure() -> None:
    assert ids([case("a", None, error="timeout")], [case("a", 1, True)]) == []
    assert ids([case("a", 0, False)], [case("a", None, error="timeout")]) == []
    assert ids([case("a", 0, False), case("a", 1, True, 1, "timeout")], [case("a", 1, True)]) == ["a"]


def test_most_repeats_decide_and_a_tie_does_not() -> None:
    thrice = [case("a", 1, True, 0), case("a", 1, True, 1), case("a", 0, False, 2)]
    assert ids([case("a", 0, False)], thrice) == ["a"]
    assert ids(thrice, [case("a", 1, True)]) == []
    tie = [case("a", 1, True, 0), case("a", 0, False, 1)]
    assert ids(tie, [case("a", 1, True)]) == []
    assert ids([case("a", 0, False)], tie) == []


def test_only_the_same_slice_and_metric_are_paired() -> None:
    de, fr = (Case("1", "exact", score, slice=Slice.of({"lang": lang})) for lang, score in (("de", 0.0), ("fr", 1.0)))
    assert lost(table(de), {"baseline": table(fr)}) == ()
    assert lost(table(Case("1", "f1", 0.0)), {"baseline": table(Case("1", "exact", 1.0))}) == ()


def test_a_case_that_fell_by_several_metrics_is_one() -> None:
    now = [Case("a", metric, score, False) for metric, score in (("pass_rate", 0.0), ("score", 0.1))]
    before = [Case("a", metric, score, True) for metric, score in (("pass_rate", 1.0), ("score", 0.7))]
    assert lost(table(*now), {"baseline": table(*before)}) == (LostCase("a", "pass_rate", "baseline", 1.0, 0.0),)


def test_the_deepest_fall_comes_first_and_every_baseline_is_asked() -> None:
    now = table(case("a", 0.4, False), case("b", 0.0, False))
    before = table(case("a", 0.9, True), case("b", 0.9, True))
    found = lost(now, {"baseline": before, "pinned": table(case("a", 1, True)), "gone": Doubt("no-baseline", "none")})
    assert [(each.id, each.baseline) for each in found] == [("b", "baseline"), ("a", "pinned"), ("a", "baseline")]
