"""Which reader a file gets."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest

from gate import registry
from gate.errors import GateError, InputError, UsageError
from gate.readers.reader import choose, recognised
from gate.readers.source import SourceFile
from gate.terms.measurements import Measurements


@dataclass
class Knows:
    """A reader that knows files by one word."""

    word: bytes

    def recognises(self, file: SourceFile) -> bool:
        return self.word in file.data

    def read(self, file: SourceFile) -> Measurements:
        raise NotImplementedError


ANY, NONE = Knows(b""), Knows(b"never")
FILE = SourceFile("m.json", b"one two")


def test_the_one_that_knows_the_file_reads_it() -> None:
    one = Knows(b"one")
    assert recognised(FILE, [("one", one), ("three", Knows(b"three"))], ANY) == ("one", one)


def test_the_plain_one_reads_what_no_other_knows() -> None:
    assert recognised(FILE, [("three", Knows(b"three"))], ANY) == ("metrics", ANY)


def test_two_that_know_the_file_are_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        recognised(FILE, [("one", Knows(b"one")), ("two", Knows(b"two")), ("three", Knows(b"three"))], ANY)
    (problem,) = caught.value.problems
    assert problem.slug == "several-formats"
    assert "`--from one` or `--from two`" in problem.remedy
    assert "three" not in problem.remedy


def test_a_file_that_none_knows_is_refused_with_the_candidates() -> None:
    with pytest.raises(InputError) as caught:
        recognised(FILE, [("one", Knows(b"x")), ("two", Knows(b"x"))], NONE)
    (problem,) = caught.value.problems
    assert problem.slug == "unknown-format"
    assert "one, two, metrics (JSON, YAML, TOML)" in problem.remedy
    assert "--from" in problem.remedy


def test_a_file_that_is_no_text_says_so() -> None:
    with pytest.raises(InputError, match="byte 0xff at offset 1"):
        recognised(SourceFile("m", b"x\xff"), [], NONE)


@pytest.mark.parametrize("form", ["metrics", "json", "yaml", "toml", None])
def test_plain_files_get_the_plain_reader(form: str | None) -> None:
    name, reader = choose(SourceFile("m.json", b"{}"), form)
    assert name == "metrics"
    assert reader is registry.load("readers", "metrics")


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="metrics"):
        choose(FILE, "metricz")


def test_the_plain_reader_is_one_candidate_among_all() -> None:
    with pytest.raises(InputError) as caught:
        choose(SourceFile("m.csv", b"a,b"), None)
    assert caught.value.problems[0].remedy.count("metrics") == 1


@pytest.mark.parametrize("name", registry.names("readers"))
@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"[", b"{", b"[]", b"null", b'{"a": 1', b"a: [", b"<x>", b"a,b\n"])
def test_no_reader_stumbles_over_a_file_of_another_format(name: str, data: bytes) -> None:
    reader = registry.load("readers", name)
    for file_name in ("m", "m.json", "m.yaml", "m.toml"):
        assert reader.recognises(SourceFile(file_name, data)) in (True, False)
        with contextlib.suppress(GateError):
            assert len(reader.read(SourceFile(file_name, data))) == 0
