"""Strict YAML 1.2 core: what plain words mean, what is refused, and the place of everything."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gate.documents import yaml
from gate.documents.document import DocumentError, List, Map
from gate.errors import Problem


def read(text: str) -> Any:
    return yaml.load(text, "p.yaml")[0]


def problem(text: str) -> Problem:
    with pytest.raises(DocumentError) as caught:
        yaml.load(text, "p.yaml")
    (only,) = caught.value.problems
    return only


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("true", True),
        ("FALSE", False),
        # words in YAML 1.2, booleans in 1.1
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("nULL", "nULL"),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("0", 0),
        ("02134", 2134),  # octal in 1.1
        ("0o17", 15),
        ("0x1F", 31),
        ("9007199254740993", 9007199254740993),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-3", -0.0015),
        ("1e999", math.inf),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        # no numbers
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("0b1", "0b1"),
        ("NaN", "NaN"),
        ("inf", "inf"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        (".", "."),
        ("+", "+"),
        ("1e", "1e"),
        ("٣", "٣"),
        ("2026-12-31", "2026-12-31"),  # a date in 1.1
        ("=", "="),
    ],
)
def test_a_plain_word(plain: str, value: object) -> None:
    resolved = yaml.resolve(plain)
    assert resolved == value
    assert type(resolved) is type(value)
    if plain not in ("-", "="):
        assert read(f"a: {plain}\n") == {"a": value}


def test_not_a_number() -> None:
    assert math.isnan(read("a: .nan")["a"])


@pytest.mark.parametrize("written", ['"1"', "'1'", "|\n  1", ">-\n  1"])
def test_what_is_quoted_is_text(written: str) -> None:
    assert read(f"a: {written}")["a"].strip() == "1"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "---\n...\n"])
def test_an_empty_text_is_nothing(text: str) -> None:
    assert read(text) is None


def test_keys_are_text_as_written() -> None:
    assert list(read("1: a\ntrue: b\n1.0: c\n~: d\n'': e\n")) == ["1", "true", "1.0", "~", ""]


def test_collections_are_containers_with_marks() -> None:
    value = read("a: [1, {b: 2}]\n")
    assert isinstance(value, Map)
    assert isinstance(value["a"], List)
    assert isinstance(value["a"][1], Map)


def test_marks_tell_place_text_and_style() -> None:
    value, root = yaml.load("# note\nname: 'x y'\nlist:\n  - 0.50\n  - {k: [1]}\nblock: |\n  two\n  lines\n", "p.yaml")
    name, items = value.marks["name"], value["list"].marks
    assert (root.line, root.column) == (2, 1)
    assert (name.line, name.column, name.text, name.style, name.key_line, name.key_column) == (2, 7, "x y", "'", 2, 1)
    assert (items[0].line, items[0].column, items[0].text, items[0].style) == (4, 5, "0.50", "")
    assert (items[1].line, items[1].style) == (5, "{")
    assert value["list"][1].marks["k"].style == "["
    assert (value.marks["block"].style, value.marks["block"].end_line) == ("|", 9)


def test_a_folded_plain_scalar_ends_where_it_ends() -> None:
    mark = read("- recall >= 0.8\n  - precision >= 0\n").marks[0]
    assert mark.text == "recall >= 0.8 - precision >= 0"
    assert (mark.line, mark.end_line) == (1, 2)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: !!str 1", "p.yaml:1:4"),
        ("- ! error_rate > 0.01", "p.yaml:1:3"),
        ("a: !!python/object/apply:os.system [echo]", "p.yaml:1:4"),
        ("a: !!python/name:os.system", "p.yaml:1:4"),
        ("a: !own {b: 1}", "p.yaml:1:4"),
        ("!!map {a: 1}", "p.yaml:1:1"),
        ("!x a: 1", "p.yaml:1:1"),
    ],
)
def test_a_tag_is_refused(text: str, place: str) -> None:
    found = problem(text)
    assert found.slug == "yaml-tag"
    assert str(found.where) == place


def test_a_bare_exclamation_mark_gets_the_word_for_negation() -> None:
    assert "`not`" in problem("- ! error_rate > 0.01").remedy


@pytest.mark.parametrize(
    ("text", "place", "first"),
    [
        ("a: 1\nb: 2\na: 3\n", "p.yaml:3:1", 1),
        ("x:\n  a: 1\n  'a': 1\n", "p.yaml:3:3", 2),
        ("{a: 1, a: 1}", "p.yaml:1:8", 1),
        ("1: a\n'1': b\n", "p.yaml:2:1", 1),
    ],
)
def test_a_duplicate_key_is_refused(text: str, place: str, first: int) -> None:
    found = problem(text)
    assert found.slug == "duplicate-key"
    assert str(found.where) == place
    assert f"first at line {first}" in found.message


def test_the_same_key_in_two_mappings_is_fine() -> None:
    assert read("a: {x: 1}\nb: {x: 1}\n") == {"a": {"x": 1}, "b": {"x": 1}}


def test_merge_keys_are_refused_and_quoted_ones_are_names() -> None:
    assert problem("a: &a {x: 1}\nb:\n  <<: *a\n").slug == "yaml-merge"
    assert read("'<<': 1") == {"<<": 1}


@pytest.mark.parametrize("text", ["? [a]\n: 1", "? {a: 1}\n: 1", "{[a]: 1}"])
def test_a_key_that_is_a_collection_is_refused(text: str) -> None:
    assert problem(text).slug == "yaml-key"


def test_a_second_document_is_refused() -> None:
    found = problem("a: 1\n---\nb: 2\n")
    assert found.slug == "yaml-documents"
    assert str(found.where) == "p.yaml:2:1"


def test_anchors_and_aliases_are_read() -> None:
    assert read("a: &x [1, 2]\nb: *x\nc: &y 0.5\nd: *y\n") == {"a": [1, 2], "b": [1, 2], "c": 0.5, "d": 0.5}


def test_an_alias_knows_its_own_place_and_that_it_is_one() -> None:
    mark = read("a: &x 1\nb: *x\n").marks["b"]
    assert (mark.line, mark.column, mark.style) == (2, 4, "*")


@pytest.mark.parametrize("text", ["a: *x", "a: &x [*x]", "a: &x {b: *x}"])
def test_an_alias_of_what_is_not_complete_is_refused(text: str) -> None:
    assert problem(text).slug == "yaml-syntax"


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, levels)]
    return "\n".join(lines)


def test_exploding_aliases_are_refused() -> None:
    assert problem(bomb(9)).slug == "too-many-values"
    assert len(read(bomb(4))) == 4


@pytest.mark.parametrize("text", ["[" * 10_000, "{" * 10_000, "- " * 10_000, "? " * 10_000, "[" * 101 + "]" * 101])
def test_deep_nesting_is_refused(text: str) -> None:
    assert problem(text).slug == "too-deep"


def test_a_hundred_levels_are_read() -> None:
    assert read("[" * 100 + "]" * 100)


def test_nesting_built_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 " + "[" * 90 + "]" * 90]
    lines += [f"a{i}: &a{i} " + "[" * 90 + f"*a{i - 1}" + "]" * 90 for i in range(1, 40)]
    assert problem("\n".join(lines)).slug == "too-deep"


def test_endless_integers_are_refused() -> None:
    found = problem("a: " + "9" * 1_000_000)
    assert found.slug == "number-too-long"
    assert str(found.where) == "p.yaml:1:4"
    assert read("a: " + "9" * 400)["a"] == int("9" * 400)


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("a: [1", "p.yaml:1:4", ""),
        ("a: 1\n b: 2\n", "p.yaml:2:3", ""),
        ("a: 1\n\tb: 2\n", "p.yaml:2:1", "tab"),
        ('- "acc,none" >= 0.6\n', "p.yaml:1:", ""),
        ("a: 'x\n", "p.yaml:1:4", ""),
        ("- @a > 1\n", "p.yaml:1:3", "cannot start any token"),
        ("a: \x1b[1m\n", "p.yaml", ""),
        ("a: \x00\n", "p.yaml", ""),
    ],
)
def test_a_syntax_error_points_at_its_place(text: str, place: str, word: str) -> None:
    found = problem(text)
    assert found.slug == "yaml-syntax"
    assert found.message.startswith("not valid YAML: ")
    assert str(found.where).startswith(place)
    assert word in found.message + found.remedy


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_a_line_break_that_nobody_sees_is_refused(sign: str) -> None:
    found = problem(f"a:\n  - é{sign}    - c\n")
    assert (found.slug, str(found.where)) == ("yaml-syntax", "p.yaml:2")
    assert found.message == f"not valid YAML: U+{ord(sign):04X} ends a line here, and editors do not show it"
    assert read(f'a: "\\u{ord(sign):04x}"') == {"a": sign}


def test_a_tab_gets_its_remedy() -> None:
    assert "blanks" in problem("a:\n\tb: 2\n").remedy


def test_a_syntax_error_has_a_caret() -> None:
    assert problem("- @a > 1\n").excerpt == "   1 | - @a > 1\n     |   ^"
