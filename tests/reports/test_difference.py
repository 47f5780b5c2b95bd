"""Two compared policies as text, Markdown and JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from runpy import run_path

import pytest

from gate.app.clock import clock
from gate.app.diff.policies import compare_policies, tried
from gate.policy.change import PolicyComparison
from gate.policy.load import loads
from gate.reports import difference_json, difference_markdown, difference_text
from gate.reports.terminal import width
from tests.policy.writing import TODAY, written

Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]

OLD = (
    "recall >= 0.85",
    "{id: no-regression, check: recall >= baseline - 0.01, min_n: 200}",
    "{check: latency_p95_ms <= 200, level: warn}",
    "a >= 0.5 or b >= 0.5",
    "f1 >= 0.7",
    "accuracy > 0.8",
)
NEW = (
    "recall >= 0.8",
    "{id: no-regression, check: recall >= baseline - 0.005, min_n: 100}",
    "a >= 0.5",
    "f1 >= 0.75",
    "accuracy > 0.8",
    "precision >= 0.5",
    "{check: ece <= 0.05, level: info}",
)
HOSTILE = [
    "a|b",
    "`x`",
    "<script>",
    "</details>",
    "@team",
    "::error::x",
    "##[group]",
    "\u202e",
    "#12",
    "www.x.com",
    "x" * 900,
    "$x$",
]


def compared(
    old: tuple[str, ...] = OLD, new: tuple[str, ...] = NEW, names: tuple[str, str] = ("main.yaml", "gate.yaml")
) -> PolicyComparison:
    before, after = (loads(written(*rules), TODAY, name) for rules, name in zip((old, new), names, strict=True))
    return compare_policies(before, after, TODAY)


def hostile() -> PolicyComparison:
    """Whatever people can write into a policy, in every place, looser, tighter and gone."""
    return compared(hostile_rules(1, ""), hostile_rules(0, "x"), ("@b.yaml", "<b>|`.yaml"))


def hostile_rules(least: int, more: str) -> tuple[str, ...]:
    items = (
        {"id": name + more * (index % 3 == 0), "check": f'"{name}" >= {least + index % 2}', "owner": name[:200]}
        for index, name in enumerate(HOSTILE)
    )
    return tuple(json.dumps(item) for item in items)


def test_the_text_says_what_is_looser_first() -> None:
    assert (
        difference_text.render(compared(), columns=80)
        == """\
gate diff  main.yaml → gate.yaml

looser
  ✗ latency_p95_ms <= 200 (warn)               main.yaml:5
    removed
  ✗ recall >= 0.85                             main.yaml:3
    recall >= 0.8                              gate.yaml:3
  ✗ no-regression: recall >= baseline - 0.01   main.yaml:4
    no-regression: recall >= baseline - 0.005  gate.yaml:4
      check: tighter
      min_n: 200 → 100 (looser)

changed, cannot be compared: counts as loosened
  ? a >= 0.5 or b >= 0.5                       main.yaml:6
    a >= 0.5                                   gate.yaml:5
      `b` is no longer read, and where it is unknown the rule was missing

tighter
  ✓ f1 >= 0.7                                  main.yaml:7
    f1 >= 0.75                                 gate.yaml:6
  ✓ precision >= 0.5                           gate.yaml:8
    added

the same, or without a part in the verdict
  = ece <= 0.05 (info)                         gate.yaml:9
    added

1 the same  --all shows them

LOOSENED: 3 looser, 1 cannot be compared, 2 tighter, 2 the same       exit 1
"""
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, ascii_only: bool) -> None:
    for comparison in (compared(), compared(NEW, OLD), compared(OLD, OLD), hostile()):
        text = difference_text.render(comparison, columns=columns, ascii_only=ascii_only, show_all=True)
        assert max(map(width, text.split("\n"))) <= columns
        assert text.isascii() or not ascii_only
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
        assert all(character == "\n" or character.isprintable() for character in text)


def test_colour_carries_only_what_the_sign_says() -> None:
    coloured = difference_text.render(compared(), colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == difference_text.render(compared())
    assert "\x1b[31;1m" in coloured


def test_the_same_policy_is_one_line() -> None:
    text = difference_text.render(compared(OLD, OLD, ("a.yaml", "b.yaml")), columns=80)
    assert text == "gate diff  a.yaml → b.yaml\n\nthe same: 6 rules" + " " * 53 + "exit 0\n"
    assert "  = recall >= 0.85" in difference_text.render(compared(OLD, OLD), show_all=True)


def test_many_of_a_kind_are_counted() -> None:
    text = difference_text.render(compared(tuple(f"m{index} > 1" for index in range(100)), ("z > 1",)))
    assert "… 60 more" in text
    assert len(text.splitlines()) < 100


# -- Markdown


def test_the_markdown_is_a_table_with_the_rest_folded() -> None:
    text = difference_markdown.render(compared())
    assert text.startswith("## 🔴 This loosens the policy: 3 looser, 1 cannot be compared, 2 tighter, 2 the same\n")
    shown = text.replace("\u00a0", " ")
    assert "| 🔴 looser | `recall ≥ 0.85` <sub>`main.yaml:3`</sub> | `recall ≥ 0.8` <sub>`gate.yaml:3`</sub> |" in shown
    assert "| 🔴 removed | `latency_p95_ms ≤ 200 (warn)` <sub>`main.yaml:5`</sub> |  |  |" in shown
    page = Page(text)
    page.assert_inert()
    assert set(page.cells) == {4}
    assert page.elements.count("details") == 2


def test_what_is_not_loosened_is_said_so() -> None:
    assert difference_markdown.render(compared(OLD[:1], OLD)).startswith(
        "## 🟢 This does not loosen the policy: 5 tighter, 1 the same\n"
    )
    assert difference_markdown.render(compared(OLD, OLD)).startswith("## ✅ The same policy: 6 rules\n")


def test_hostile_names_are_inert() -> None:
    page = Page(difference_markdown.render(hostile()))
    page.assert_inert()
    assert set(page.cells) == {4}


@pytest.mark.parametrize("limit", [65_536, 10_000])
def test_a_long_one_is_cut_in_whole_rows(limit: int) -> None:
    old, new = (tuple(f"metric_{index}_{'x' * 60} > {least}" for index in range(900)) for least in (2, 1))
    text = difference_markdown.render(compared(old, new), limit=limit)
    assert len(text) <= limit
    page = Page(text)
    page.assert_inert()
    assert "more" in page.text


# -- JSON


def test_the_json_holds_all_of_it() -> None:
    data = json.loads(difference_json.render(compared()))
    assert (data["format"], data["kind"], data["loosened"]) == (1, "policies", True)
    assert data["counts"] == {"looser": 3, "changed": 1, "tighter": 2, "same": 2}
    part = next(each for each in data["parts"] if each.get("name") == "no-regression")
    assert part["a"] == {"text": "recall >= baseline - 0.01", "file": "main.yaml", "line": 4, "column": 32}
    assert part["changes"][1] == {"key": "min_n", "a": "200", "b": "100", "relation": "looser"}


def test_the_json_is_the_same_bytes_and_ascii() -> None:
    assert difference_json.render(hostile()) == difference_json.render(hostile())
    assert difference_json.render(hostile()).isascii()


# -- the trial


def test_both_policies_are_tried_on_the_same_metrics(tmp_path: Path) -> None:
    metrics = tmp_path / "m.json"
    metrics.write_text('{"x": 1.5, "y|@z": 0}')
    old, new = (loads(written("x > 2", *(f"'\"y|@z\" > {index}'" for index in range(count))), TODAY) for count in (5, 0))
    comparison = compare_policies(old, new, TODAY, tried(old, new, [str(metrics)], [], clock(TODAY)))
    text = difference_text.render(comparison, columns=200)
    assert ": fail under both (evidence, not proof)\n" in text
    assert '  old  fail: x > 2 (1.5); "y|@z" > 0 (0); "y|@z" > 1 (0); and 3 more\n  new  fail: x > 2 (1.5)\n' in text
    page = Page(difference_markdown.render(comparison))
    page.assert_inert()
    assert "fail under both" in page.text
    assert json.loads(difference_json.render(comparison))["trial"]["a"] == {"verdict": "fail", "exit_code": 1}
