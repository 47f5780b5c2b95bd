from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from gate.confidence.answers.sure import of_interval
from gate.record import replace
from gate.reports.certain import assured, of_margin, span_of_margin
from gate.reports.explanation import explain
from gate.reports.html import render as html
from gate.reports.markdown import render as markdown
from gate.reports.text import render as text
from gate.terms.decision import Certainty, Decision, Finding, Outcome, Part, Verdict
from gate.terms.measurement import Interval

make = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))["finding"]
SURE = Certainty(
    confidence=0.95, alpha=0.05, p_above=0.9, p_below=0.01, low=-0.071, high=-0.009, method="Wilson score", n=612, of="positives"
)


def finding(outcome: Outcome, **more: object) -> Finding:
    told: dict[str, object] = {
        "value": 0.812, "operator": ">=", "threshold": 0.85, "margin": -0.038, "certainty": SURE, "interval": None,
    }  # fmt: skip
    found: Finding = replace(make("recall >= 0.85", outcome), **(told | more))
    return found


def test_a_bound_of_the_value_is_said_where_there_is_one() -> None:
    shown = replace(SURE, shown=Interval(0.779, 0.841, 0.9))
    assert assured(finding(Outcome.FAIL, certainty=shown)) == "`recall` is at most 0.841 with 95 % confidence"
    assert assured(finding(Outcome.PASS, certainty=shown)) == "`recall` is at least 0.779 with 95 % confidence"


@pytest.mark.parametrize(("outcome", "end"), [(Outcome.FAIL, "at least 0.779"), (Outcome.PASS, "at most 0.841")])
def test_a_ceiling_is_the_mirror(outcome: Outcome, end: str) -> None:
    shown = replace(SURE, shown=Interval(0.779, 0.841, 0.9))
    assert end in assured(finding(outcome, operator="<=", certainty=shown))


def test_else_the_bound_is_of_the_margin() -> None:
    assert assured(finding(Outcome.FAIL)) == "short by 0.009 at least, with 95 % confidence"
    assert of_margin(finding(Outcome.FAIL)) == "[−0.071, −0.009]"


def test_the_margin_stands_alone_beside_an_interval_of_the_value() -> None:
    one = finding(Outcome.FAIL, interval=Interval(0.779, 0.841, 0.9))
    assert of_margin(one) == ""
    assert span_of_margin(one) == Interval(-0.071, -0.009, 0.9)


def test_an_end_never_looks_like_the_limit_it_is_apart_from() -> None:
    near = replace(SURE, shown=Interval(0.70, 0.849999, 0.9))
    assert "0.849999" in assured(finding(Outcome.FAIL, certainty=near))


def test_spent_confidence_is_said_as_it_counts() -> None:
    assert assured(finding(Outcome.FAIL, certainty=replace(SURE, alpha=0.05 / 32))).endswith("with 99.84 % confidence")


def test_no_confidence_is_said_to_be_all() -> None:
    spent = replace(SURE, alpha=0.05 / 2**40, shown=Interval(0.779, 0.841, of_interval(0.05 / 2**40)))
    assert assured(finding(Outcome.FAIL, certainty=spent)).endswith("with 99.9999999999954 % confidence")
    decided = Decision(
        Verdict.FAIL, (replace(finding(Outcome.FAIL, certainty=spent, interval=spent.shown), effect=Verdict.FAIL),)
    )
    for render in (text, markdown, html):
        said = render(decided).replace("\u00a0", " ")
        assert "99.9999999999909 % interval" in said
        assert "100 %" not in said


def test_among_many_findings_the_corrected_p_is_said() -> None:
    many = finding(Outcome.FAIL, certainty=replace(SURE, p_below=0.0004, family=50))
    assert assured(many) == "not by chance, even as one of 50 findings: p 0.0004 (Holm)"


@pytest.mark.parametrize("outcome", [Outcome.UNDECIDED, Outcome.MISSING])
def test_nothing_is_assured_of_what_is_not_decided(outcome: Outcome) -> None:
    assert assured(finding(outcome)) == ""


def test_what_would_have_been_enough() -> None:
    said = assured(finding(Outcome.UNDECIDED, certainty=replace(SURE, provable=0.0302)))
    assert said == "on 612 positives a margin of 0.031 or more would be proof (Wilson score)"  # of 0.03 it would not be
    one = assured(finding(Outcome.UNDECIDED, certainty=replace(SURE, provable=0.15, n=1)))
    assert one == "on 1 positive a margin of 0.15 or more would be proof (Wilson score)"


def test_nor_where_several_parts_were_compared_or_plain_values() -> None:
    part = Part("recall >= 0.85", 0.8, ">=", 0.85, -0.05, Outcome.FAIL)
    assert assured(finding(Outcome.FAIL, parts=(part, part))) == ""
    assert assured(finding(Outcome.FAIL, certainty=None)) == ""
    assert of_margin(finding(Outcome.FAIL, certainty=None)) == ""


def test_an_expression_with_backticks_does_not_leave_its_code() -> None:
    shown = replace(SURE, shown=Interval(0.7, 0.8, 0.9))
    odd = replace(finding(Outcome.FAIL, certainty=shown), expression="'a`b' >= 0.85")
    assert assured(odd).startswith("the value is at most")


def test_every_report_says_it() -> None:
    decision = Decision(Verdict.FAIL, (replace(finding(Outcome.FAIL), effect=Verdict.FAIL),))
    assert "sure" in [remark.kind for remark in explain(decision.findings[0])]
    for render in (text, markdown, html):
        said = render(decision).replace("\u00a0", " ")
        assert "short by 0.009 at least, with 95 % confidence" in " ".join(said.split())
        assert "[−0.071, −0.009]" in said
