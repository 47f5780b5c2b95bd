"""Measurements as text and Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.reports import measurements, measurements_json, measurements_markdown, measurements_text
from gate.reports.terminal import width
from gate.terms.case import Case
from gate.terms.measurements import Measurements, Source, Unused

Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]
HOSTILE = [
    name
    for name in run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))["HOSTILE_NAMES"]
    if name != "\ud800"  # refused when read
]  # fmt: skip

DOCUMENT: dict[str, Any] = {
    "accuracy": {"value": 0.91, "n": 400},
    "val f1": {"value": 0.8, "interval": [0.78, 0.86]},
    "my_score": {"value": 12.5, "unit": "pt", "better": "lower"},
    "auc": {"value": 0.97, "stderr": 0.004, "n_pos": 40, "n_neg": 60},
    "loss": None,
    "converged": True,
    "recall": {"value": 0.5, "better": "lower"},
    "note": "fine",
    "layers": [1, 2],
    "slices": [{"slice": {"region": "eu"}, "metrics": {"accuracy": {"k": 90, "n": 100}}}],
}


def of(document: dict[str, Any] = DOCUMENT, **more: Any) -> Measurements:
    return replace(read_mapping(document, "metrics.json"), **more)


def cases(count: int) -> tuple[Case, ...]:
    return tuple(Case(str(each), "acc", None if each == 0 else 1.0) for each in range(count))


def test_the_text_is_a_table_of_names_as_rules_write_them() -> None:
    table = of(aliases={"val/f1 macro": "val f1"}, cases=cases(1200))
    assert (
        measurements_text.render(table, columns=90)
        == """\
gate measure  metrics.json (metrics)

    metric               value  unit    n  evidence                          better
    accuracy              0.91        400                                    higher
    accuracy[region=eu]    0.9        100  k 90                              higher
    "val f1"               0.8             [0.78, 0.86] 95 %                 higher
    my_score              12.5  pt                                           lower
    auc                   0.97             stderr 0.004, n_pos 40, n_neg 60  higher
  ? loss                  null                                               lower
    converged             true
    recall                 0.5                                               ?

  # 1,200 cases of acc, 1 errored
  = 1 other name that rules may use: "val/f1 macro"  --all lists them
  - 2 not used: text, a list of 2  --all lists them

8 measurements of 7 metrics, 1 slice, 1 without a value
"""
    )


def test_all_lists_what_else_was_there() -> None:
    text = measurements_text.render(of(aliases={"val/f1 macro": "val f1"}), show_all=True)
    assert '      "val/f1 macro" → "val f1"\n' in text
    assert "      note: text\n      layers: a list of 2\n" in text
    assert "--all" not in text


def test_many_rows_are_folded_so_that_every_metric_is_seen() -> None:
    slices = [{"slice": {"k": str(each)}, "metrics": {"recall": 0.5}} for each in range(100)]
    table = of({"accuracy": 1, "slices": slices, "zeta": 3})
    text = measurements_text.render(table)
    assert "accuracy" in text
    assert "zeta" in text
    assert "\n  … 42 more  --all shows them\n" in text
    assert text.count("recall[") == 58
    assert measurements_text.render(table, show_all=True).count("recall[") == 100


def test_the_places_tell_the_file_where_there_are_several() -> None:
    table = of()
    assert "where" not in measurements_text.render(table)
    other = read_mapping({"x": 1}, "other.json")
    both = Measurements({**table.by_metric, **other.by_metric}, {}, (*table.sources, *other.sources))
    text = measurements_text.render(both, columns=120)
    assert re.search(r"^    x .* other\.json$", text, re.MULTILINE)
    assert text.startswith("gate measure  metrics.json (metrics), other.json (metrics)\n")


@pytest.mark.parametrize("columns", [60, 61, 70, 80, 100, 140, 200])
@pytest.mark.parametrize("show_all", [False, True])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, show_all: bool, ascii_only: bool) -> None:
    hostile = {name: {"value": 0.5, "unit": name, "n": 12} for name in HOSTILE} | {f"{name}.text": "text" for name in HOSTILE}
    named = {f"raw {name}": name for name in HOSTILE}
    for table in (of(), of(hostile, aliases=named, sources=(Source(HOSTILE[9], "metrics", "0" * 64),))):
        text = measurements_text.render(table, columns=columns, show_all=show_all, ascii_only=ascii_only)
        assert max(map(width, text.splitlines())) <= columns
        assert all(line.isprintable() and not line.lstrip().startswith("::") and "##" not in line for line in text.splitlines())
        assert text.isascii() or not ascii_only


def test_a_narrow_terminal_still_gets_every_fact() -> None:
    text = measurements_text.render(of({"a_rather_long_name_for_a_metric": DOCUMENT["auc"]}), columns=40)
    assert "    a_rather_long_name_for_a_metric\n      0.97\n      stderr 0.004, n_pos 40, n_neg 60\n" in text
    assert "better ?" in text


def test_colour_changes_nothing_but_colour() -> None:
    table = of()
    coloured = measurements_text.render(table, colour=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == measurements_text.render(table)
    assert coloured != measurements_text.render(table)


def test_the_markdown_is_one_table() -> None:
    text = measurements_markdown.render(of())
    page = Page(text)
    page.assert_inert()
    assert text.startswith("## 8 measurements of 7 metrics, 1 slice, 1 without a value\n\n| Metric | Value | Unit | n | ")
    assert "| `accuracy[region=eu]` | 0.9 |  | 100 | k 90 | higher |\n" in text
    assert page.elements.count("table") == 2
    assert page.elements.count("summary") == 1
    assert len(set(page.cells[:9])) == 1


def test_nothing_in_a_file_acts_in_markdown() -> None:
    hostile = {name: {"value": 0.5, "unit": name, "n": 12} for name in HOSTILE} | {f"{name}.text": "text" for name in HOSTILE}
    table = of(
        hostile,
        aliases={f"raw {name}": name for name in HOSTILE},
        sources=tuple(Source(name, "metrics", "0" * 64) for name in HOSTILE),
        unused=tuple(Unused(name, name) for name in HOSTILE),
        cases=tuple(Case(name, name, 1.0) for name in HOSTILE),
    )
    page = Page(measurements_markdown.render(table))
    page.assert_inert()
    assert page.elements.count("table") == 3
    assert set(page.cells) == {5, 2}


@pytest.mark.parametrize("count", [100, 3_000, 30_000])
def test_the_markdown_stays_within_a_comment(count: int) -> None:
    names = [f"metric_{each}_{'x' * 40}" for each in range(count)]
    unused = tuple(Unused(name, "text") for name in names)
    text = measurements_markdown.render(
        of(dict.fromkeys(names, 0.5), unused=unused, aliases={f"a {name}": name for name in names})
    )
    assert len(text) <= measurements_markdown.LIMIT
    Page(text).assert_inert()
    assert text.startswith(f"## {count:,} measurements")
    if count > 100:
        assert re.search(r"^… [\d,]+ more$", text, re.MULTILINE)


def test_the_json_is_a_measurement_a_line() -> None:
    document = {"a": 1, "b": {"value": 0.5, "n": 4}, "slices": [{"slice": {"r": "é"}, "metrics": {"b": None}}]}
    assert (
        measurements_json.render(of(document))
        == """\
{
  "a": {"value": 1},
  "b": {"value": 0.5, "n": 4},
  "slices": [
    {"slice": {"r": "\\u00e9"}, "metrics": {
      "b": {"value": null}
    }}
  ]
}
"""
    )


def test_the_first_rows_are_those_of_every_metric() -> None:
    rows = [measurements.Row((name,), rank=rank) for name, rank in (("a", 0), ("a", 1), ("a", 2), ("b", 0))]
    assert [row.name for row in measurements.first(rows, 2)] == ["a", "b"]
    assert measurements.first(rows, 3) == [rows[0], rows[1], rows[3]]
    assert measurements.first(rows, 4) == rows
