"""Lines of blocks, plots, and the numbers that a page of the dashboard unpacks."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from math import isclose
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gate.record import replace
from gate.reports.history import spark, standing
from gate.reports.history_plot import plot
from gate.reports.history_text import render
from gate.reports.site import index, model, slug
from gate.reports.site_data import MOST_CHARACTERS, fitted, told
from gate.terms.chronicle import Chronicle, Grant, Limit, Line
from gate.terms.run import Run, Status, moment
from gate.terms.slice import WHOLE, Slice

NUMBERS = some.floats(allow_nan=False, allow_infinity=False)
SERIES = some.lists(some.none() | NUMBERS, min_size=1, max_size=40)


def chronicle(values: list[float | None], thresholds: list[float | None] | None = None, name: str = "f1") -> Chronicle:
    runs = tuple(
        Run(
            id=f"r{at}", started=moment(1_700_000_000 + at * 3600), model="m", status=Status.FINISHED, branch="main", trusted=True
        )
        for at in range(len(values))
    )
    lines = (Line(name, WHOLE, tuple(values)),) if any(value is not None for value in values) else ()
    limits: tuple[Limit, ...] = ()
    if thresholds:
        judged = tuple("" if each is None else "pass" for each in thresholds)
        stood = tuple("holds" if each else "" for each in judged)
        limits = (Limit("f1 >= x", name, ">=", "block", tuple(thresholds), judged, stood),)
    return Chronicle(model="m", runs=runs, lines=lines, limits=limits)


def test_a_line_of_blocks_goes_from_the_least_to_the_most() -> None:
    assert spark([0, 1, 2, None, 7, 8], 10) == "▁▂▃ ██"
    assert spark([3, 3, 3], 10) == "▄▄▄"
    assert spark([None], 10) == " "
    assert spark(list(range(100)), 8) == "▁▂▃▄▅▆▇█"
    assert spark([0, 8], 2, ascii_only=True).isascii()


@given(SERIES)
def test_any_series_is_drawn(values: list[float | None]) -> None:
    assert len(spark(values, 30)) == min(30, len(values))
    for ascii_only in (True, False):
        for axis, drawn in plot(values, [values], 60, ascii_only=ascii_only):
            assert len(axis) + len(drawn) <= max(62, len(axis) + 16)
            assert not ascii_only or drawn.isascii()
    assert render([chronicle(values)])
    assert model(chronicle(values), [""] * len(values), "2026-11-22T00:00:00Z").html


def test_a_plot_puts_values_where_its_axis_says() -> None:
    lines = plot([0.0, 10.0], [[5.0, 5.0]], 40)
    labels = {float(axis.split()[0]): drawn for axis, drawn in lines if axis[0] != " " or axis.strip()[0].isdigit()}
    assert "╌" in labels[5.0] if 5.0 in labels else any("╌" in drawn for _, drawn in lines)
    drawn = [row for _, row in lines if any("⠀" < sign <= "⣿" for sign in row)]
    assert drawn[0].rstrip()[-1] > "⠀", "the last value is at the top right"
    assert plot([None], [[1.0]], 40) == []


def test_a_rule_that_is_gone_asks_no_more() -> None:
    line = Line("f1", WHOLE, (0.9, 0.9))
    old = Limit("f1 >= 0.8", "f1", ">=", "block", (0.8, None), ("pass", ""), ("holds", ""))
    new = Limit("f1 >= 0.95", "f1", ">=", "block", (None, 0.95), ("", "fail"), ("", "fails"))
    found = Chronicle(model="m", runs=chronicle([1.0, 2.0]).runs, lines=(line,), limits=(old, new))
    assert found.limits_now(line) == [new]
    assert found.worst(line) == (old, new)


@given(some.lists(some.none() | some.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_what_a_page_unpacks_is_what_was_measured(values: list[float | None]) -> None:
    found = chronicle(values)
    if not found.lines:
        return
    data = told(found, [""] * len(values))
    json.dumps(data, allow_nan=False)
    (line,) = data["lines"]
    unpacked = line["values"]
    if line["decimals"] is not None:
        there = [each for each in unpacked if each is not None]
        sums = iter(accumulate(there))
        unpacked = [None if each is None else next(sums) / 10 ** line["decimals"] for each in unpacked]
    largest = max(abs(each) for each in values if each is not None)
    for was, is_ in zip(values, unpacked, strict=True):
        assert (was is None) == (is_ is None)
        assert was is None or isclose(was, is_, rel_tol=1e-5, abs_tol=largest * 1e-4)


def test_a_limit_is_told_where_it_changes() -> None:
    found = told(chronicle([1.0, 1.0, 1.0, 1.0], [0.8, 0.8, None, 0.9]), [""] * 4)
    assert found["limits"][0]["steps"] == [[0, 0.8], [2, None], [3, 0.9]]
    assert found["lines"][0]["judged"] == [["holds", 0, 2], ["", -1, 1], ["holds", 0, 1]]


def test_a_new_level_is_marked() -> None:
    low_then_high = [0.8 + at % 3 / 1000 for at in range(20)] + [0.9 + at % 3 / 1000 for at in range(20)]
    assert told(chronicle(low_then_high), [""] * 40)["lines"][0]["changes"] == [20]


def test_a_page_that_would_be_too_large_keeps_the_newest_runs() -> None:
    runs = 3000
    base = chronicle([0.5 + at % 977 / 1954 for at in range(runs)])
    lines = tuple(Line(f"metric_{at}", WHOLE, base.lines[0].values) for at in range(120))
    large = Chronicle(model="m", runs=base.runs, lines=lines)
    kept, text = fitted(large, [""] * runs)
    assert len(text) <= MOST_CHARACTERS
    assert kept.more == runs - len(kept.runs) > 0
    assert kept.runs[-1] == base.runs[-1]
    page = model(large, [""] * runs, "2026-11-22T00:00:00Z")
    assert len(page.html) + len(page.data) < 1_500_000
    assert f"{kept.more} older ones are left out" in page.html


# -- names from outside


@pytest.mark.parametrize("name", ["fraud-detection", "a_1", "20261122-103612345-4f9a1c2b7d"])
def test_a_harmless_name_is_its_file(name: str) -> None:
    assert slug(name) == name


@given(some.text(max_size=200))
def test_a_file_for_any_name_stays_in_its_folder(name: str) -> None:
    found = slug(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", found)
    assert Path(found).name == found


def test_names_that_only_look_alike_have_files_of_their_own() -> None:
    names = ["a/b", "a b", "a.b", "con", "index", "..", "", "Ä", "ä", "Fraud-Detection", "fraud-detection", "FRAUD-detection"]
    assert len({slug(name).lower() for name in names}) == len(names)


@given(some.text(max_size=60))
def test_no_text_gets_out_of_its_place(text: str) -> None:
    attack = f"{text}</script><script>alert(1)</script>\"'><b>"
    runs = tuple(
        Run(id=attack, started=moment(1.7e9), model=attack, branch=attack, commit=attack, event=attack) for _ in range(1)
    )
    found = Chronicle(
        model=attack, runs=runs, lines=(Line(attack, Slice.of({attack: attack}), (1.0,)),), names=((attack, attack),)
    )
    page = model(found, ["x.html"], "2026-11-22T00:00:00Z")
    for html in (page.html, index([found], "2026-11-22T00:00:00Z", attack)):
        assert "<script>" not in html
        assert "<b>" not in html
    assert "<" not in page.data
    assert page.data.isascii()


def test_a_waiver_says_what_it_is_worth() -> None:
    grant = Grant(model="m", rule="r", until="2026-11-30", by="a", why="b", used=("1",), passed=("1",))
    assert standing(grant, "2026-11-22") == "8 days left; let 1 run pass"
    assert standing(grant, "2026-12-01") == "expired; let 1 run pass"
    assert standing(replace(grant, used=("1", "2", "3")), "2026-11-30") == "ends today; let 1 run pass; 2 more did not pass"
    assert standing(replace(grant, passed=()), "2026-11-29") == "1 day left; 1 run needed it and did not pass"
    assert standing(Grant(model="m", rule="r", until="soon", by="a", why="b"), "2026-11-22") == "never needed"
