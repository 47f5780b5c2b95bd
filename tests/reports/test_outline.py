from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from gate.reports.outline import Standing, distance, label, marks, outline, standing_of, states_threshold, tally, verb
from gate.terms.decision import Decision, Finding, Level, Outcome, PolicyIdentity, UsedWaiver, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
finding = decisions["finding"]
WAIVER = UsedWaiver("2026-12-31", "why", "@by")


@pytest.mark.parametrize(
    ("outcome", "effect", "waiver", "standing"),
    [
        (Outcome.FAIL, Verdict.FAIL, None, Standing.FAILS),
        (Outcome.FAIL, Verdict.ERROR, None, Standing.FAILS),
        (Outcome.UNDECIDED, Verdict.UNDECIDED, None, Standing.UNDECIDED),
        (Outcome.MISSING, Verdict.UNDECIDED, None, Standing.MISSING),
        (Outcome.FAIL, Verdict.WARN, WAIVER, Standing.WAIVED),
        (Outcome.FAIL, Verdict.WARN, None, Standing.WARNS),
        (Outcome.PASS, Verdict.WARN, None, Standing.WARNS),
        (Outcome.FAIL, Verdict.PASS, None, Standing.LET_PASS),
        (Outcome.UNDECIDED, Verdict.PASS, None, Standing.LET_PASS),
        (Outcome.PASS, Verdict.PASS, None, Standing.HOLDS),
    ],
)
def test_a_finding_stands_by_what_it_does_to_the_verdict(
    outcome: Outcome, effect: Verdict, waiver: UsedWaiver | None, standing: Standing
) -> None:
    assert standing_of(Finding("r", "p", "r", outcome, effect, Level.BLOCK, waiver=waiver)) is standing


def test_a_rule_counts_once_by_its_worst_finding() -> None:
    slices = [Slice.of({"region": name}) for name in ("eu", "us", "latam")]
    rule = "recall[region=*] >= 0.8"
    of = outline(
        Decision(
            Verdict.FAIL,
            (
                finding(rule, slice=slices[0]),
                finding(rule, Outcome.FAIL, slice=slices[1]),
                finding(rule, Outcome.UNDECIDED, slice=slices[2]),
                finding("accuracy > 0.8"),
                finding(rule, Outcome.UNDECIDED, policy="other.yaml"),
            ),
        )
    )
    assert tally(of) == ["1 rule fails", "1 undecided", "1 holds"]
    assert [len(of.findings[each]) for each in (Standing.FAILS, Standing.UNDECIDED, Standing.HOLDS)] == [1, 2, 2]
    assert [each.slice for _, each in of.shown()] == [slices[1], slices[2], Slice()]


@pytest.mark.parametrize(
    ("expression", "columns", "shown"),
    [
        ("recall[region=*] >= 0.8", {"region": "eu"}, "recall[region=eu] >= 0.8"),
        ("recall[device=*, region=*] >= 0.8", {"region": "eu", "device": "ios"}, "recall[device=ios, region=eu] >= 0.8"),
        ("recall[region=eu] >= 0.8", {"region": "eu"}, "recall[region=eu] >= 0.8"),
        ("recall[g=*] >= max(fpr[g=*])", {"g": "a"}, "recall[g=*] >= max(fpr[g=*]) on g=a"),
        ("recall >= 0.8", {}, "recall >= 0.8"),
    ],
)
def test_a_rule_is_shown_as_it_was_judged(expression: str, columns: dict[str, str], shown: str) -> None:
    assert label(finding(expression, slice=Slice.of(columns))) == shown


@pytest.mark.parametrize(
    ("expression", "outcome", "value", "threshold", "words"),
    [
        ("recall >= 0.85", Outcome.FAIL, 0.812, 0.85, "short by 0.038"),
        ("latency <= 200", Outcome.FAIL, 231.0, 200.0, "over by 31"),
        ("latency <= 200", Outcome.PASS, 180.0, 200.0, "20 to spare"),
        ("recall > 0.85", Outcome.FAIL, 0.85, 0.85, "exactly at the limit"),
        ("recall >= 0.99", Outcome.PASS, 0.99, 0.9 * 1.1, "exactly at the limit"),
        ("recall >= 0.8", Outcome.UNDECIDED, 0.821, 0.8, "margin +0.021"),
        ("recall >= 0.8", Outcome.MISSING, 0.821, 0.8, "margin +0.021"),
        ("ok == true", Outcome.FAIL, False, True, ""),
        ("recall >= 0.8", Outcome.MISSING, None, 0.8, ""),
    ],
)
def test_the_distance_in_words(expression: str, outcome: Outcome, value: float, threshold: float, words: str) -> None:
    assert distance(finding(expression, outcome, value=value, threshold=threshold)) == words


@pytest.mark.parametrize(
    ("expression", "threshold", "stated"),
    [
        ("recall >= 0.85", 0.85, True),
        ("recall >= 85%", 0.85, True),
        ("recall >= 0.80", 0.8, True),
        ("recall >= baseline - 0.01", 0.843, False),
        ("recall >= baseline - 0.01", 0.01, False),
        ("(a + b) / 2 >= 0.8", 0.8, True),
        ("a >= 0.9 and b >= 0.8", 0.8, False),
        ("0.1 <= x <= 0.2", 0.2, True),
        ("ok == true", True, True),
    ],
)
def test_a_threshold_that_the_rule_states_is_not_said_again(expression: str, threshold: float, stated: bool) -> None:
    assert states_threshold(finding(expression, value=0.5, threshold=threshold)) is stated


def test_the_first_line_of_every_report_says_these() -> None:
    policies = (PolicyIdentity("a", "a.yaml", "", 1), PolicyIdentity("b", "b.yaml", "", 1, advisory=True))
    assert marks(Decision(Verdict.PASS, policies=policies, simulated=True)) == ("advisory", "simulated clock")
    assert marks(Decision(Verdict.PASS, policies=policies[:1])) == ()


def test_what_has_a_value_is_not_said_to_have_none() -> None:
    assert verb(Outcome.MISSING, None) == "has no value"
    assert verb(Outcome.MISSING, 0.76) == "cannot be judged"
    assert verb(Outcome.MISSING, False) == "cannot be judged"
    assert verb(Outcome.FAIL, None) == "fails"


@pytest.mark.parametrize(
    ("values", "told"),
    [((0.9, 0.8), "2 rules cannot be judged"), ((0.9, None), "2 rules without a value"), ((None,), "1 rule without a value")],
)
def test_rules_with_a_value_are_not_counted_as_rules_without_one(values: tuple[float | None, ...], told: str) -> None:
    findings = tuple(finding(f"m{index} >= 0.5", Outcome.MISSING, value=value) for index, value in enumerate(values))
    assert tally(outline(Decision(Verdict.UNDECIDED, findings=findings))) == [told]
