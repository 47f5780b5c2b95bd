"""Which rules get a chart, in what order, and what is said of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from runpy import run_path

import pytest

from gate.reports.markdown import render
from gate.reports.slice_charts import MOST_SLICES, slice_charts
from gate.terms.decision import Decision, Finding, Level, Outcome, Part, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
finding = decisions["finding"]
Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]
VALUES = {"eu": 0.846, "us": 0.829, "latam": 0.64, "apac": 0.75}


def found(expression: str = "recall[region=*] >= 0.8", values: dict[str, float] = VALUES, **rest: object) -> list[Finding]:
    return [
        finding(
            expression, Outcome.PASS if value >= 0.8 else Outcome.FAIL,
            **{"slice": Slice.of({"region": name}), "value": value, "threshold": 0.8, **rest},
        )
        for name, value in values.items()
    ]  # fmt: skip


def decided(*findings: Finding) -> Decision:
    return Decision(Verdict.FAIL, findings)


def series(drawing: str) -> list[list[float]]:
    return [
        [float(value) for value in re.findall(r"-?[\d.]+", line)]
        for line in drawing.splitlines()
        if line[:6] in ("  bar ", "  line")
    ]


def test_slices_are_bars_the_worst_first_and_the_threshold_a_line() -> None:
    (drawn,) = slice_charts(decided(*found()), 5).drawn
    assert 'x-axis ["latam", "apac", "us", "eu"]' in drawn.drawing
    assert series(drawn.drawing) == [[0.64, 0.75, 0.829, 0.846], [0.8] * 4]
    assert drawn.caption == (
        "Bars: 4 slices, the smallest margin first. Straight line: the rule needs ≥ 0.8. The axis starts at 0.5."
    )


def test_the_worst_are_drawn_and_drawn_in_the_order_of_their_margins() -> None:
    many = found(values={f"r{at:02}": 0.9 - at / 1000 for at in range(MOST_SLICES + 1)})
    fails = replace(many[0], outcome=Outcome.FAIL, effect=Verdict.FAIL)  # for another reason than its margin
    (drawn,) = slice_charts(decided(fails, *many[1:]), 5).drawn
    assert re.findall(r'"(r\d\d)"', drawn.drawing) == [f"r{at:02}" for at in (*range(MOST_SLICES, 1, -1), 0)]


def test_the_baseline_is_another_line_where_the_threshold_is_one_number() -> None:
    with_baseline = [replace(each, baseline="main", baseline_value=0.85) for each in found()]
    (drawn,) = slice_charts(decided(*with_baseline), 5).drawn
    assert series(drawn.drawing)[2] == [0.85] * 4
    assert "Other line: `main`." in drawn.caption
    moving = [replace(each, threshold=0.7 + at / 100) for at, each in enumerate(with_baseline)]
    (drawn,) = slice_charts(decided(*moving), 5).drawn
    assert len(series(drawn.drawing)) == 2
    assert "Line: what the rule needs of each." in drawn.caption
    (drawn,) = slice_charts(decided(*with_baseline[:3], replace(with_baseline[3], baseline_value=None)), 5).drawn
    assert len(series(drawn.drawing)) == 2


def test_slices_without_a_value_and_those_beyond_the_worst_are_counted() -> None:
    many = found(values={f"r{at:02}": 0.5 + at / 100 for at in range(MOST_SLICES + 5)})
    nothing = replace(many[0], value=None, margin=None, outcome=Outcome.MISSING)
    not_a_number = replace(many[0], value=float("nan"), margin=None, outcome=Outcome.MISSING)
    (drawn,) = slice_charts(decided(*many, nothing, not_a_number), 5).drawn
    assert drawn.caption.startswith("Bars: the 20 worst of 25 slices, the smallest margin first.")
    assert "2 more slices are without a value." in drawn.caption
    assert len(series(drawn.drawing)[0]) == MOST_SLICES
    assert max(series(drawn.drawing)[0]) == 0.69


@pytest.mark.parametrize(
    "findings",
    [
        found(values={"eu": 0.9, "us": 0.9}),
        found(slice=Slice()),
        found(value=True, threshold=True),
        found(threshold=None),
        found(value=10**400),
        found(parts=(Part("a", 1.0, ">=", 0.5, 0.5, Outcome.PASS),) * 2),
    ],
    ids=["two", "whole", "boolean", "no threshold", "huge", "several parts"],
)
def test_no_chart_where_there_is_nothing_to_compare(findings: list[Finding]) -> None:
    assert slice_charts(decided(*findings), 5).drawn == []


def test_the_worst_rules_come_first_and_the_rest_is_counted() -> None:
    good = dict.fromkeys(VALUES, 0.9)
    rules = [found(f"metric_{at}[region=*] >= 0.8", good) for at in range(6)] + [
        found("warned[region=*] >= 0.8", level=Level.WARN),
        found("failed[region=*] >= 0.8"),
    ]
    charts = slice_charts(decided(*(each for rule in rules for each in rule)), 5)
    titles = [re.findall(r'title "(\w+)', each.drawing)[0] for each in charts.drawn]
    assert titles == ["failed", "warned", "metric_0", "metric_1", "metric_2"]
    assert charts.title == "Charts of the 5 worst of 8 rules by slice"
    assert slice_charts(decided(*found()), 5).title == "Chart of 1 rule by slice"
    assert slice_charts(decided(*found(), *found("b[region=*] >= 0.8")), 5).title == "Charts of 2 rules by slice"


def test_a_report_folds_its_charts_between_what_fails_and_what_holds() -> None:
    text = render(decided(*found(rule="floor", unit="points")))
    before, _, after = text.partition("<details><summary>Chart of 1 rule by slice</summary>\n\n```mermaid\n")
    assert "| ⛔ |" in before
    assert "| ✅ |" in after
    assert "<sub>Bars: 4 slices by `floor` in points, the smallest margin first. " in after
    page = Page(text)
    page.assert_inert()
    assert page.elements.count("details") == 2


def test_charts_go_before_what_holds_when_there_is_no_room() -> None:
    decision = decided(*found(), *(finding(f"metric_{at} >= 0.8", value=0.9, threshold=0.8) for at in range(60)))
    full = render(decision)
    short = render(decision, limit=len(full) - 1)
    assert "mermaid" not in short
    assert "| ✅ |" in short
    assert "*Left out to keep this short: charts. All of it is in decision.json.*" in short


@pytest.mark.parametrize("name", decisions["HOSTILE_NAMES"])
def test_no_name_leaves_its_chart(name: str) -> None:
    slices = [Slice.of({"region": f"{name}{at}", name: name}) for at in range(3)]
    findings = [finding(f'"{name}"[region=*] >= 0.8', Outcome.FAIL, slice=each, value=0.5, threshold=0.8, rule=name, unit=name,
                        baseline=name, baseline_value=0.6) for each in slices]  # fmt: skip
    text = render(decided(*findings))
    assert text.count("```mermaid\n") == 1
    page = Page(text)
    page.assert_inert()
    (source,) = [code for code in page.codes if "xychart-beta" in code]
    assert len(source.splitlines()) == 13
