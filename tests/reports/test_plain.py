from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.reports.plain import ascii_only, brief, clip, harmless, plain, posix

texts = st.text(st.characters(), max_size=40)
nasty = st.text(st.sampled_from(list(":#[]\n\r\t \x1b\u202e\u200b\ufeff\u2028\x85a%`|")), max_size=12)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("recall", "recall"),
        ("Wärme 文字", "Wärme 文字"),
        ("one\ntwo\r\t", "one\\u000atwo\\u000d\\u0009"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("\x1b]8;;http://x\x07y", "\\u001b]8;;http://x\\u0007y"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("re\u200bcall\ufeff\u00ad", "re\\u200bcall\\ufeff\\u00ad"),
        ("a\ufe0fb\u034f\u3164", "a\\ufe0fb\\u034f\\u3164"),
        ("\U000e0041\U000e0100", "\\U000e0041\\U000e0100"),
        ("\x85\u2028\u2029", "\\u0085\\u2028\\u2029"),
        ("\ud800", "\\ud800"),
        ("::error::x", "\\u003a:error::x"),
        ("  ::set-output::x", "  \\u003a:set-output::x"),
        ("a::b", "a::b"),
        ("x ##[error]y ##vso[a]z", "x \\u0023#[error]y \\u0023#vso[a]z"),
        ("###[x]", "\\u0023\\u0023#[x]"),
    ],
)
def test_what_cannot_be_seen_or_could_command_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(texts | nasty)
def test_plain_text_is_one_visible_line_without_a_command(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert "##vso[" not in shown
    assert plain(shown) == shown


@given(texts | nasty)
def test_brief_text_is_plain_and_short(text: str) -> None:
    shown = brief(text, 9)
    assert len(shown) <= 9
    assert plain(shown) == shown


@given(texts | nasty)
def test_ascii_only_is(text: str) -> None:
    assert ascii_only(text).isascii()


def test_gates_own_signs_have_a_spelling_in_ascii() -> None:
    assert ascii_only("✓ ✗ −1 → ≥ é") == "+ x -1 -> >= \\u00e9"


def test_a_line_that_wrapping_began_with_a_command_is_defused() -> None:
    assert harmless("    ::warning::x") == "    \\u003a:warning::x"
    assert harmless("    : ok") == "    : ok"


def test_clipping_keeps_both_ends() -> None:
    assert clip("recall", 6) == "recall"
    assert clip("abcdefghijkl", 7) == "abcd…kl"


def test_paths_have_slashes() -> None:
    assert posix("a\\b.json", "\\") == "a/b.json"
    assert posix("a\\b.json", "/") == "a\\b.json"
