"""Marks, excerpts and decoding."""

from __future__ import annotations

import pytest

from gate.documents.document import DocumentError, List, Map, decode, deeper_than, excerpt, refuse, shown


def test_map_and_list_are_plain_containers_with_marks() -> None:
    mapping, items = Map(), List()
    mapping["a"] = 1
    items.append(1)
    assert mapping == {"a": 1}
    assert items == [1]
    assert mapping.marks == {}
    assert items.marks == []


def test_refusal_carries_place_remedy_and_excerpt() -> None:
    error = refuse("some-slug", "it is wrong", file="a.yaml", line=3, column=7, remedy="mend it", excerpt="   3 | x")
    assert isinstance(error, DocumentError)
    assert error.exit_code == 2
    assert error.problems[0].slug == "some-slug"
    assert str(error) == "a.yaml:3:7: it is wrong\n      3 | x\n  mend it"


def test_excerpt_points_at_the_column() -> None:
    assert excerpt("first\nsecond line\r\n", 2, 8, 4) == "   2 | second line\n     |        ^^^^"


def test_excerpt_without_a_column_is_the_line() -> None:
    assert excerpt("first\nsecond", 2) == "   2 | second"


@pytest.mark.parametrize("line", [0, -1, 3])
def test_excerpt_of_a_line_that_is_not_there_is_empty(line: int) -> None:
    assert excerpt("first\nsecond", line) == ""


def test_excerpt_cuts_a_long_line_around_the_column() -> None:
    source, caret = excerpt("x" * 500 + "!" + "y" * 500, 1, 501).split("\n")
    assert len(source) < 120
    assert source[caret.index("^")] == "!"


def test_excerpt_draws_at_least_one_caret_and_none_past_the_line() -> None:
    assert excerpt("abc", 1, 4, 10).endswith("|    ^")
    assert excerpt("abc", 1, 2, 10).endswith("|  ^^")


def test_decode_takes_a_byte_order_mark_off() -> None:
    assert decode(b"\xef\xbb\xbfa: \xc3\xa9", "f") == "a: é"


@pytest.mark.parametrize("data", ["{}".encode("utf-16"), "{}".encode("utf-16-be"), b"\xfe\xff\x00{"])
def test_decode_refuses_utf16_with_a_mark(data: bytes) -> None:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert decode(data, "f") == "\0{\0}"  # without a mark it cannot be told from text with zero bytes
        return
    with pytest.raises(DocumentError, match="UTF-16") as caught:
        decode(data, "f")
    assert caught.value.problems[0].slug == "not-utf8"


def test_decode_ends_every_line_alike() -> None:
    assert decode(b"a\r\nb\rc\n", "f") == "a\nb\nc\n"


def test_decode_names_the_byte_and_the_line() -> None:
    with pytest.raises(DocumentError, match="byte 0xff at offset 5") as caught:
        decode(b"a\nb\nc\xff", "f.json")
    assert str(caught.value.problems[0].where) == "f.json:3"


@pytest.mark.parametrize(
    ("value", "depth"),
    [(1, 0), ([], 1), ({}, 1), ({"a": 1}, 1), ({"a": [{}]}, 3), ([[1], [[2]]], 3)],
)
def test_deeper_than_counts_levels_of_containers(value: object, depth: int) -> None:
    assert not deeper_than(depth, value)
    assert depth == 0 or deeper_than(depth - 1, value)


def test_shown_is_one_line_of_what_can_be_seen() -> None:
    assert shown("é a|b") == "é a|b"
    assert shown("a\nb\x1b[1m\u202e\u200b\u2028") == r"a\u000ab\u001b[1m\u202e\u200b\u2028"
    assert shown("x" * 100, 5) == "xxxxx…"
