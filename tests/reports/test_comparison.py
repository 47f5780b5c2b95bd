"""A comparison as text, Markdown and JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.app.diff.decisions import compare_decisions
from gate.app.diff.metrics import compare_metrics
from gate.readers.inputs import read_mapping
from gate.reports import comparison_json, comparison_markdown, comparison_text
from gate.reports.comparison import tally
from gate.reports.terminal import width
from gate.terms.comparison import MetricsComparison
from gate.terms.decision import Decision
from gate.terms.measurements import Source

Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]

BEFORE = {
    "recall": {"value": 0.88, "n": 120}, "latency_p95_ms": 143.2, "ece": 0.05, "my_score": 0.42, "f1": 0.8, "auc": 0.95, "old": 4,
}  # fmt: skip
AFTER = {
    "recall": {"value": 0.85, "n": 125}, "latency_p95_ms": 153.2, "ece": 0.04, "my_score": 0.5, "f1": None, "auc": 0.95, "new": 5,
}  # fmt: skip
HOSTILE = [
    "a|b", "`x`", "<script>", "</details>", "@team", "a\nb", "::error::x", "##[group]", "\x1b[31m", "\u202e", "#12", "www.x.com",
    "x" * 1000, "$x$", "https://x", "a" * 40, "%0A", "🙂" * 60,
]  # fmt: skip


def compared(before: Any = BEFORE, after: Any = AFTER, names: tuple[str, str] = ("a.json", "b.json")) -> MetricsComparison:
    sources = [Source(name, "metrics", name[:1] * 64) for name in names]
    return compare_metrics(read_mapping(before), read_mapping(after), *sources)


def test_the_text_is_a_table_with_what_is_worse_first() -> None:
    assert (
        comparison_text.render(compared(), columns=90)
        == """\
gate diff  a.json → b.json

    metric              A   B         change  relative  n
  ✗ f1                0.8 → no value                               null in B
  ✗ latency_p95_ms  143.2 → 153.2 ms  +10     +6.98 %              worse
  ✗ recall           0.88 → 0.85      −0.03   −3.41 %   120 → 125  worse
  ✓ ece              0.05 → 0.04      −0.01   −20 %                better
  ~ my_score         0.42 → 0.5       +0.08   +19 %
  - old                 4                                          only in A
  + new                     5                                      only in B
  = 1 equal         --all shows them

3 worse, 1 better, 1 changed, 1 only in A, 1 only in B, 1 equal
"""
    )


def test_where_it_is_narrow_numbers_go_before_names_break() -> None:
    assert "relative" not in comparison_text.render(compared(), columns=60)
    assert "  ✗ recall           0.88 → 0.85      −0.03   worse\n" in comparison_text.render(compared(), columns=60)


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, ascii_only: bool) -> None:
    hostile = {name: index for index, name in enumerate(HOSTILE)}
    for before, after in ((BEFORE, AFTER), (hostile, dict.fromkeys(HOSTILE, -1e-7))):
        text = comparison_text.render(
            compared(before, after, names=("x" * 300, "@b\n")), columns=columns, ascii_only=ascii_only, show_all=True
        )
        assert max(map(width, text.split("\n"))) <= columns
        assert text.isascii() or not ascii_only
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
        assert all(character == "\n" or character.isprintable() for character in text)


def test_colour_carries_only_what_the_sign_says() -> None:
    coloured = comparison_text.render(compared(), colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == comparison_text.render(compared())
    assert "\x1b[31;1m" in coloured


def test_all_shows_what_is_equal() -> None:
    assert "= auc" not in comparison_text.render(compared())
    assert "  = auc" in comparison_text.render(compared(), show_all=True)


def test_many_of_a_kind_are_counted() -> None:
    before, after = ({f"m{index}": index + extra for index in range(100)} for extra in (1, 2))
    text = comparison_text.render(compared(before, after))
    assert "… 60 more" in text
    assert len(text.splitlines()) < 50
    assert len(comparison_text.render(compared(before, after), show_all=True).splitlines()) > 100


def test_nothing_different_is_said_so() -> None:
    assert tally(compared(BEFORE, BEFORE)) == "no difference in 7 measurements"
    assert comparison_text.render(compared(BEFORE, BEFORE)).endswith("\nno difference in 7 measurements\n")
    assert comparison_markdown.render(compared(BEFORE, BEFORE)).startswith("## ✅ No difference in 7 measurements\n")
    assert tally(compared({}, {})) == "no difference in 0 measurements"


def test_equal_values_on_another_n_are_counted() -> None:
    text = comparison_text.render(compared({"f1": {"value": 0.5, "n": 10}}, {"f1": {"value": 0.5, "n": 20}}))
    assert "= 1 equal, 1 of them on another n" in text


# -- Markdown


def test_the_markdown_is_a_table() -> None:
    text = comparison_markdown.render(compared())
    assert text.startswith("## 🔴 3 worse, 1 better, 1 changed, 1 only in A, 1 only in B, 1 equal\n")
    assert "| | Metric | A | B | Change | Relative | n |\n" in text
    assert "| 🔴 worse | `recall` | 0.88 | 0.85 | −0.03 | −3.41 % | 120 → 125 |\n" in text.replace("\u00a0", " ")
    page = Page(text)
    page.assert_inert()
    assert set(page.cells) == {7, 4}
    assert page.elements.count("details") == 1


def test_hostile_names_units_and_files_are_inert() -> None:
    before = {name: {"value": 1, "unit": name[:50]} for name in HOSTILE} | {f"{name}.": 1 for name in HOSTILE[:5]}
    after = {name: {"value": 2, "unit": name[:50]} for name in HOSTILE}
    for names in (("a.json", "b.json"), ("<b>@x|`", "</sub>#1")):
        page = Page(comparison_markdown.render(compared(before, after, names)))
        page.assert_inert()
        assert len(set(page.cells)) == 1


@pytest.mark.parametrize("limit", [65_536, 10_000])
def test_a_long_one_is_cut_in_whole_rows(limit: int) -> None:
    before, after = ({f"metric_{index}_{'x' * 60}": index + extra for index in range(3000)} for extra in (1, 2))
    text = comparison_markdown.render(compared(before, after), limit=limit)
    assert len(text) <= limit
    page = Page(text)
    page.assert_inert()
    assert "more" in page.text


# -- JSON


def test_the_json_holds_all_of_it() -> None:
    data = json.loads(comparison_json.render(compared()))
    assert (data["format"], data["kind"], data["a"]["file"], data["b"]["sha256"]) == (1, "metrics", "a.json", "b" * 64)
    assert data["counts"] == {"worse": 3, "better": 1, "changed": 1, "removed": 1, "added": 1, "equal": 1}
    assert data["moves"][0] == {
        "metric": "f1",
        "move": "worse",
        "better": "higher",
        "a": {"value": 0.8},
        "b": {"problem": "null"},
    }
    recall = next(each for each in data["moves"] if each["metric"] == "recall")
    assert recall["a"] == {"value": 0.88, "n": 120}
    assert recall["change"] == pytest.approx(-0.03)
    assert recall["relative"] == pytest.approx(-0.03 / 0.88)


def test_the_json_is_the_same_bytes_and_ascii() -> None:
    text = comparison_json.render(compared())
    assert text == comparison_json.render(compared())
    assert comparison_json.render(compared({"é\u202e": 1}, {"é\u202e": 2})).isascii()
    assert json.loads(comparison_json.render(compared({"x": -1e308}, {"x": 1.7e308})))["moves"][0]["change"] == "Infinity"


# -- decisions


decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
EVERY: dict[str, Decision] = {**decisions["GOLDEN"], "extreme": decisions["EXTREME"]}


@pytest.mark.parametrize("before", EVERY)
@pytest.mark.parametrize("after", EVERY)
def test_any_two_decisions_are_told_safely(before: str, after: str) -> None:
    sources = [Source(name, "decision", "0" * 64) for name in (f"{before}.json", f"{after}\n::error::<b>.json")]
    comparison = compare_decisions(EVERY[before], EVERY[after], *sources)
    Page(comparison_markdown.render(comparison)).assert_inert()
    for columns in (40, 60, 120):
        text = comparison_text.render(comparison, columns=columns, show_all=True)
        assert max(map(width, text.split("\n"))) <= columns
        assert all(character == "\n" or character.isprintable() for character in text)
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    data = json.loads(comparison_json.render(comparison))
    assert (data["a"]["verdict"], data["b"]["verdict"]) == (EVERY[before].verdict.value, EVERY[after].verdict.value)
    if before == after:
        assert set(data["counts"]) - {"equal"} == {
            name for name, count in data["counts"].items() if name != "equal" and not count
        }
