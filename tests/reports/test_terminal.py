from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gate.reports.terminal import Page, flow, pad, width, wrap

texts = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=60)


def test_width_counts_columns_not_characters() -> None:
    assert [width(each) for each in ("recall", "文字", "e\u0301", "✗", "👍")] == [6, 4, 1, 1, 2]
    assert pad("文", 4) == "文  "
    assert pad("ab", 4, right=True) == "  ab"


@given(texts, st.integers(2, 30))
def test_wrapped_lines_fit_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_parts_flow_without_being_broken() -> None:
    assert flow(["one", "two three", "four"], 16) == ["one  two three", "four"]
    assert flow(["a part too long for it", "b"], 10) == ["a part too long for it", "b"]
    assert flow([], 10) == []


def test_gaps_are_single_and_never_at_the_end() -> None:
    page = Page(40, colour=False, ascii_only=False)
    page.line(("a", ""))
    page.gap()
    page.gap()
    page.line(("b", ""))
    page.gap()
    assert str(page) == "a\n\nb\n"


def test_colour_is_only_there_when_asked_for() -> None:
    spans = [("  ", "red"), ("✗", "red strong"), (" recall", ""), ("  ", "dim")]
    colourful, quiet = Page(40, colour=True, ascii_only=False), Page(40, colour=False, ascii_only=False)
    colourful.line(*spans)
    quiet.line(*spans)
    assert str(colourful) == "  \x1b[31;1m✗\x1b[0m recall\n"
    assert str(quiet) == "  ✗ recall\n"


def test_what_hangs_is_under_the_start_of_the_text() -> None:
    page = Page(20, colour=False, ascii_only=False)
    page.wrapped("one two three four five", indent=2, lead="why: ")
    assert str(page) == "  why: one two three\n       four five\n"


def test_a_command_at_the_start_of_a_wrapped_line_is_defused() -> None:
    page = Page(24, colour=False, ascii_only=False)
    page.wrapped("twelve chars ::error::x", indent=6)
    assert str(page) == "      twelve chars\n      \\u003a:error::x\n"
