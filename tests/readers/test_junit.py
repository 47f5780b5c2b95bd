"""JUnit XML: tests are counted, not believed, and a document type never gets as far as an entity."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import InputError
from gate.readers import junit
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

SAMPLE = Path(__file__).parents[1] / "samples" / "junit" / "pytest.xml"


def source(text: str) -> SourceFile:
    return SourceFile("tests.xml", text.encode())


def read(text: str) -> Measurements:
    return junit.read(source(text))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, table.names)
    return found


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    (problem,) = caught.value.problems
    assert problem.slug == "broken-format"
    assert problem.where is not None
    assert problem.where.file == "tests.xml"
    return str(problem)


def test_the_file_of_pytest_is_read() -> None:
    table = junit.read(SourceFile("pytest.xml", SAMPLE.read_bytes()))
    rate = get(table, "pass_rate")
    assert (rate.value, rate.support.k, rate.support.n) == (2 / 3, 2, 3)
    assert {item.metric: item.value for item in table} == {
        "pass_rate": 2 / 3,
        "error_rate": 0,
        "tests": 4,
        "failures": 1,
        "errors": 0,
        "skipped": 1,
        "time": pytest.approx(0.414),
    }
    assert [(case.id, case.score, case.passed) for case in table.cases] == [
        ("pytest::test_b::test_predict[10]", 1.0, True),
        ("pytest::test_b::test_predict[100]", 1.0, True),
        ("pytest::test_b::test_fail", 0.0, False),
    ]


def test_without_totals_the_cases_are_counted() -> None:
    table = read(
        "<testsuites><testsuite name='s'><testcase name='a'/><testcase name='b'><failure/></testcase></testsuite></testsuites>"
    )
    assert (get(table, "tests").value, get(table, "failures").value) == (2, 1)


def test_what_is_declared_and_not_there_is_refused() -> None:
    assert "the suite `s` declares 3 failures and errors, and holds 0" in refused("<testsuite name='s' failures='2' errors='1'/>")
    assert "declares 7 tests, and holds no test case" in refused("<testsuites tests='7'><testsuite/></testsuites>")
    cut = "<testsuites failures='2'><testsuite><testcase name='a'><failure/></testcase></testsuite></testsuites>"
    assert "declares 2 failures and errors, and holds 1" in refused(cut)


def test_nested_suites_are_slices_by_path() -> None:
    table = read(
        "<testsuites><testsuite name='a'><testcase name='x'/><testsuite name='b'><testcase name='x'><failure/></testcase>"
        "</testsuite></testsuite></testsuites>"
    )
    assert get(table, "pass_rate").value == 0.5
    assert get(table, "pass_rate", suite="a").value == 1
    assert get(table, "pass_rate", suite="a/b").value == 0


def test_a_test_that_failed_and_then_errored_is_one_test() -> None:
    """So pytest writes a test whose call failed and whose teardown errored: two test cases."""
    twice = "<testcase name='a'><failure/></testcase><testcase name='a'><error message='teardown'/></testcase>"
    table = read(f"<testsuite tests='1' failures='1' errors='1'>{twice}<testcase name='b'/></testsuite>")
    assert (get(table, "tests").value, get(table, "failures").value, get(table, "errors").value) == (2, 1, 0)
    assert [(case.id, case.score) for case in table.cases] == [("a", 0.0), ("b", 1.0)]


def test_an_error_is_neither_success_nor_failure() -> None:
    table = read("<testsuite><testcase name='a'/><testcase name='b'><error message='no GPU'/></testcase></testsuite>")
    assert (get(table, "pass_rate").value, get(table, "pass_rate").support.n) == (1, 1)
    assert (get(table, "error_rate").value, get(table, "error_rate").support.n) == (0.5, 2)
    assert (table.cases[1].score, table.cases[1].passed, table.cases[1].error) == (None, None, "no GPU")


def test_an_error_of_a_suite_is_counted() -> None:
    assert get(read("<testsuite name='s' errors='1'><error message='import'/></testsuite>"), "errors").value == 1


def test_nothing_but_skips_has_no_rate() -> None:
    rate = get(read("<testsuite><testcase name='a'><skipped/></testcase></testsuite>"), "pass_rate")
    assert (rate.value, rate.problem) == (None, "measured on no rows (n is 0)")


def test_repeats_of_one_test_are_numbered() -> None:
    table = read("<testsuite><testcase name='a'/><testcase name='a'><failure/></testcase></testsuite>")
    assert [(case.id, case.repeat) for case in table.cases] == [("a", 0), ("a", 1)]


def test_thousands_in_times_are_understood_and_nonsense_is_not() -> None:
    times = ("1,234.5", "0.5", "soon", "nan", "-1", "1e999")
    cases = "".join(f"<testcase name='{index}' time='{time}'/>" for index, time in enumerate(times))
    assert get(read(f"<testsuite>{cases}</testsuite>"), "time").value == 1235.0


BOMB = "<!DOCTYPE t [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><testsuite><testcase name='&b;'/></testsuite>"
OUTSIDE = (
    "<!DOCTYPE testsuite [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><testsuite><testcase name='a'>&x;</testcase></testsuite>"
)
PARAMETER = "<!DOCTYPE testsuite [<!ENTITY % p SYSTEM 'http://localhost:9/x'> %p;]><testsuite/>"


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, PARAMETER, "<!DOCTYPE testsuite SYSTEM 'x.dtd'><testsuite/>"])
def test_a_document_type_is_refused_before_any_entity(text: str) -> None:
    assert "tests.xml:1: not JUnit XML: the file declares a document type" in refused(text)


def test_an_entity_that_nobody_declared_is_refused() -> None:
    assert "undefined entity" in refused("<testsuite><testcase name='a'>&x;</testcase></testsuite>")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<testsuite>", "no valid XML"),
        ("<testsuite><testcase name='a'/></testsuites>", "mismatched tag"),
        ("<html/>", "the outermost element is `html`"),
        ("<testsuite tests='many'/>", "`tests` of a suite is `many`, not a count"),
        ("<testsuite tests='１'/>", "not a count"),
        ("<testsuite><testcase/></testsuite>", "a `testcase` without a name"),
        ("<testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite>", "a `testcase` inside a `testcase`"),
        ("<testsuite>" * 200 + "</testsuite>" * 200, "more than 100 levels"),
    ],
)
def test_a_broken_file_is_refused(text: str, said: str) -> None:
    assert said in refused(text)


def test_another_encoding_is_not_believed() -> None:
    """The text is UTF-8, whatever the file says of itself."""
    table = read("<?xml version='1.0' encoding='utf-7'?><testsuite><testcase name='é'/></testsuite>")
    assert table.cases[0].id == "é"


@pytest.mark.parametrize(
    "text", ["<testsuites/>", "\n<?xml version='1.0'?><!-- x --><testsuite/>", "<!DOCTYPE testsuite><testsuite/>"]
)
def test_it_is_recognised(text: str) -> None:
    assert junit.recognises(source(text))


@pytest.mark.parametrize(
    "text", ["<html><testsuite/></html>", "{}", "", "<testsuite", "# <testsuite/>", "<!DOCTYPE html><testsuite/>"]
)
def test_others_are_not(text: str) -> None:
    assert not junit.recognises(source(text))


def test_hostile_names_stay_text() -> None:
    table = read(
        "<testsuite name='&#x202e;'><testcase name='&lt;script&gt;'><error message='::error::x'/></testcase></testsuite>"
    )
    assert table.cases[0].id == "\u202e::<script>"
    assert table.cases[0].error == "::error::x"
