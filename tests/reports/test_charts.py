"""Charts as mermaid's grammar has them; what really draws them is asked in tests/consumers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.reports.charts import LONGEST_SOURCE, axis, chart

NUMBER = r"-?\d+(?:\.\d+)?"
LIST = rf"\[{NUMBER}(?:, {NUMBER})*\]"
TEXT = r'"[^"`<;\n]+"'
SOURCE = re.compile(
    rf"""```mermaid
---
config:
  xyChart: {{width: \d+, height: \d+, showDataLabel: (?:true|false)}}
  themeVariables:
    xyChart: {{plotColorPalette: "[#0-9a-f, ]+", backgroundColor: "transparent", dataLabelColor: "\#ffffff"}}
---
xychart-beta(?: horizontal)?
  title {TEXT}
(?:  x-axis \[{TEXT}(?:, {TEXT})*\]\n)?  y-axis ({NUMBER}) --> ({NUMBER})
((?:  (?:bar|line) {LIST}\n)+)```"""
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.sampled_from(list("ab%{}\"'`<>;#&:$\\\n\r\x00\u202e-→é文[](),|=")), max_size=30)


def parsed(drawing: str) -> tuple[float, float, list[list[float]], list[str]]:
    """The ends of the axis, the series, the labels."""
    found = SOURCE.fullmatch(drawing)
    assert found, drawing
    series = [[float(each) for each in re.findall(NUMBER, line)] for line in found[3].splitlines()]
    axis_line = next((line for line in drawing.splitlines() if line.startswith("  x-axis")), "")
    return float(found[1]), float(found[2]), series, re.findall(r'"([^"]*)"', axis_line)


@given(st.lists(st.tuples(texts, numbers, numbers), min_size=1, max_size=20), texts, st.booleans())
def test_whatever_is_drawn_keeps_to_the_grammar(points: list[tuple[str, float, float]], title: str, across: bool) -> None:
    labels, bars, line = (list(each) for each in zip(*points, strict=True))
    drawing = chart(title, labels, bars, [line], across=across)
    if drawing is None:
        assert max(map(abs, (*bars, *line))) >= 1e300
        return
    low, high, series, told = parsed(drawing)
    assert low < high
    assert len(told) == len(set(told)) == len(points)
    assert "%%" not in drawing
    assert all(low - abs(low) * 1e-6 <= value <= high + abs(high) * 1e-6 for values in series for value in values)
    assert len(drawing) < LONGEST_SOURCE + 20


def test_a_chart_is_fenced_and_says_its_axis() -> None:
    drawing = chart('recall["a b"] ≥ 0.8', ["eu", "latam"], [0.846, 0.64], [[0.8, 0.8]], across=True)
    assert drawing is not None
    assert "  title \"recall['a b'] ≥ 0.8\"\n" in drawing
    assert '  x-axis ["eu", "latam"]\n' in drawing
    assert parsed(drawing)[:3] == (0.5, 0.9, [[0.846, 0.64], [0.8, 0.8]])


def test_lines_alone_need_no_bars_and_no_labels() -> None:
    drawing = chart("f1", (), (), [[0.7, 0.72, 0.71], [0.7, 0.7, 0.7]])
    assert drawing is not None
    assert "x-axis" not in drawing
    assert "  bar" not in drawing
    assert parsed(drawing)[2] == [[0.7, 0.72, 0.71], [0.7, 0.7, 0.7]]


@pytest.mark.parametrize(
    ("labels", "bars", "lines"),
    [
        ([], [], []),
        (["a"], [float("nan")], []),
        (["a"], [float("inf")], []),
        (["a"], [1.0, 2.0], []),
        (["a", "b"], [1.0, 2.0], [[1.0]]),
        ([f"{at:024}" for at in range(300)], [1.0] * 300, []),
    ],
    ids=["nothing", "nan", "infinite", "labels", "lengths", "long"],
)
def test_what_cannot_be_drawn_is_none(labels: list[str], bars: list[float], lines: list[list[float]]) -> None:
    assert chart("title", labels, bars, lines) is None


@pytest.mark.parametrize(
    ("bars", "title", "drawn"),
    [
        ([1.3e-6, 5e-7], "t · in 10⁻⁶", [1.3, 0.5]),
        ([0.0009, 0.0002], "t · in 10⁻⁶", [900, 200]),
        ([2_500_000.0, 100_000.0], "t · in 10⁶", [2.5, 0.1]),
        ([0.25, 999_999.0], "t", [0.25, 999_999]),
        ([0.0, -0.0], "t", [0, 0]),
        ([1e-310, 0.0], "t", [0, 0]),
    ],
)
def test_what_would_need_an_exponent_is_drawn_in_powers_of_ten(bars: list[float], title: str, drawn: list[float]) -> None:
    drawing = chart("t", ["a", "b"], bars)
    assert drawing is not None
    assert f'  title "{title}"\n' in drawing
    assert parsed(drawing)[2][0] == pytest.approx(drawn, abs=0.3 if title == "t" else 1e-6)


def test_the_axis_starts_at_0_where_the_differences_can_still_be_seen() -> None:
    assert axis([0.2, 0.9], [])[0] == 0
    assert axis([0.5, 0.5], [])[0] == 0
    assert axis([0.91, 0.93], [[0.92, 0.92]]) == (pytest.approx(0.9), pytest.approx(0.935))
    assert axis([-0.2, 0.1], [])[0] < -0.2
    assert axis([-3.0, -3.0], []) == (pytest.approx(-3.15), 0)


@pytest.mark.parametrize("name", ["%%{init: {'theme': 'forest'}}%%", "%%%", "100%%%%"])
def test_no_name_sets_an_option(name: str) -> None:
    drawing = chart(name, [name], [1.0])
    assert drawing is not None
    assert "%%" not in drawing
    assert "% %" in parsed(drawing)[3][0]


def test_no_two_points_have_one_name() -> None:
    drawing = chart("t", ["same"] * 3 + ["x" * 50, "x" * 49, ""], [1.0] * 6)
    assert drawing is not None
    assert len(set(parsed(drawing)[3])) == 6
    assert "(empty)" in drawing
