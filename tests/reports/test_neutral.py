from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.reports.neutral import Markdown, block, cell, code, formula, neutral, say, words
from gate.reports.plain import LONGEST_TEXT, brief, plain

Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]
NAMES = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))["HOSTILE_NAMES"]

nasty = st.text(st.sampled_from(list("ab1 `|\\<>&;*_~[]()!@#:/.$\"'-+=\n")), min_size=1, max_size=24)
visible = nasty.filter(lambda text: bool(text.strip(" ")))


def squeezed(text: str) -> str:
    return " ".join(text.split())


@given(visible)
@example("a\\|b")
@example("`")
@example("\\`|`\\")
@settings(max_examples=400)
def test_code_shows_itself_and_nothing_else(text: str) -> None:
    page = Page(f"x {code(text)} y\n")
    page.assert_inert()
    assert page.elements == ["p", "code"]
    assert squeezed(page.codes[0]) == squeezed(plain(text))


@given(visible, visible)
@example("\\", "|")
@example("a\\\\|", "`\\|`")
@settings(max_examples=400)
def test_code_in_a_cell_shows_itself_and_splits_nothing(one: str, other: str) -> None:
    page = Page(f"| a | b |\n|---|---|\n| {cell(code(one))} | {cell(words(other))} |\n")
    assert page.cells == [2, 2]
    assert squeezed(page.codes[0]) == squeezed(plain(one))


@given(nasty)
@example("a`b`@c")
@example("w``ww.evil.com")
@example("http:``//evil.com")
@example("http:` `//evil.com")
@example("@``team")
@example('"GH-1" "3f2a1c9e" x-gh-12')
@example("@team https://x.y #1 :+1: $a$ 3f2a1c9e")
@settings(max_examples=600)
def test_words_show_themselves_and_act_on_nothing(text: str) -> None:
    page = Page(f"before {words(text)} after\n")
    page.assert_inert()
    assert set(page.elements) <= {"p", "code"}
    shown = squeezed(page.text).replace("`", "").replace(" ", "")
    assert shown == "before" + "".join(brief(text, LONGEST_TEXT).replace("`", "").split()) + "after"


@given(nasty)
@example("- [ ] task")
@example("1. one")
@example("+ x")
@example("---")
@example("    code")
@example("# head")
@settings(max_examples=300)
def test_words_in_a_list_and_in_italics_stay_there(text: str) -> None:
    page = Page(f"- {words(text)}\n- <em>{words(text)}</em>\n")
    page.assert_inert()
    assert set(page.elements) <= {"ul", "li", "em", "code"}
    assert page.elements.count("ul") == 1
    assert page.elements.count("li") == 2


@given(st.lists(nasty, min_size=1, max_size=4))
def test_a_block_ends_where_it_should(lines: list[str]) -> None:
    page = Page(f"{block(lines)}\n\nafter\n")
    page.assert_inert()
    assert page.elements == ["pre", "code", "p"]
    assert page.codes[0] == "".join(f"{brief(line, LONGEST_TEXT)}\n" for line in lines)
    assert "after" in page.outside


@pytest.mark.parametrize("name", NAMES)
def test_every_hostile_name_is_inert_everywhere(name: str) -> None:
    Page(f"## {code(name)}\n\n{words('see ' + name)}\n\n- {words('see ' + name)}\n").assert_inert()


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("recall", "`recall`"),
        ("a|b", "`a|b`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("", "*empty*"),
        ("  ", "*blank*"),
    ],
)
def test_code_is_fenced_as_much_as_needed(text: str, markdown: str) -> None:
    assert code(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("unknown metric `recal`, did you mean `recall`?", "unknown metric `recal`, did you mean `recall`?"),
        ("ask @head-of-risk, or mend it", "ask `@head-of-risk`, or mend it"),
        ("(see https://x.y/z).", "(see `https://x.y/z`)."),
        ("0.812 is below 0.85", "0.812 is below 0.85"),
        ("p95_ms rose", "`p95_ms` rose"),
        ("2 * 3 < 7", "2 \\* 3 \\< 7"),
        ("RISK-123 by GH-1", "RISK-123 by `GH-1`"),
        ("commit 3f2a1c9e", "commit `3f2a1c9e`"),
        (":tada: now", "`:tada:` now"),
        ("f(@x)", "`f(@x)`"),
        ('high-level "GH-1"', 'high-level `"GH-1"`'),
        ("a `` pair", "a ``` `` ``` pair"),
        ("a single ` tick", "a single `` ` `` tick"),
        ("", ""),
        ("0.5) is", "0.5) is"),
        ("2. is", "2\\. is"),
        ("-3 is", "\\-3 is"),
    ],
)
def test_words_stay_readable(text: str, markdown: str) -> None:
    assert words(text) == markdown


def test_rules_are_set_with_the_signs_of_print_where_they_are_plain() -> None:
    assert formula("a >= 1 and b <= 2 or c != 3") == "`a ≥ 1 and b ≤ 2 or c ≠ 3`"
    assert formula('"x >= y" >= 1') == '`"x >= y" >= 1`'


def test_only_markdown_is_left_alone() -> None:
    assert neutral(Markdown("**x**")) == "**x**"
    assert neutral("**x**") == "\\*\\*x\\*\\*"
    assert neutral(3) == "3"
    assert neutral(Markdown("a") + "@b") == "`a@b`"
    assert say("**{}** {}", "@x", Markdown("*y*")) == "**`@x`** *y*"
    assert say("{} is", "{0}") == "{0} is"
