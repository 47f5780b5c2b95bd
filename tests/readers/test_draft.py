"""What readers of other tools' files share: names without quotes, aliases, refusals with a place."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.app.init.first_policy import rule_name
from gate.errors import InputError
from gate.language.write import write_name
from gate.readers.draft import Draft, bare
from gate.readers.source import SourceFile
from gate.terms.measurement import Support
from gate.terms.metric import Direction


def draft() -> Draft:
    return Draft(SourceFile("m.json", b"{}"), "a file of a tool")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("train/loss", "train/loss"),
        ("macro avg.f1-score", "macro_avg.f1-score"),
        ("test_b.py::test_predict[10]", "test_b.py::test_predict_10"),
        ("and", "_and"),
        ("AND", "_AND"),
        ("baseline", "_baseline"),
        ("baseline-1", "_baseline-1"),
        ("1e5", "_1e5"),
        ("95", "_95"),
        ("1-2", "_1-2"),
        ("💥", "_"),
        ("", "_"),
        ("détection", "détection"),
        ("a\u202eb", "a_b"),
    ],
)
def test_names_need_no_quotes(raw: str, name: str) -> None:
    assert bare(raw) == name


@example("\uf900")  # NFC writes it as another character
@given(st.text(max_size=30))
def test_no_name_ever_needs_quotes(raw: str) -> None:
    name = bare(raw)
    assert write_name(name) == name
    assert rule_name(name) == name


def test_the_raw_name_stays_an_alias() -> None:
    filled = draft()
    assert filled.add("a b", 1) == "a_b"
    assert filled.finished().aliases == {"a b": "a_b"}
    assert "a b" in filled.finished()


def test_two_raw_names_that_meet_are_refused() -> None:
    filled = draft()
    filled.add("a b", 1)
    with pytest.raises(InputError, match="`a b` and `a,b` would both be called `a_b`") as caught:
        filled.add("a,b", 1)
    assert caught.value.problems[0].slug == "names-meet"


def test_an_alias_never_hides_a_measurement() -> None:
    filled = draft()
    filled.add("one", 1)
    filled.alias("two", "one")
    filled.add("two", 2)
    assert filled.finished().aliases == {}


def test_evidence_is_checked() -> None:
    filled = draft()
    filled.add("acc", 0.5, n=4, k=2, better=Direction.HIGHER)
    (item,) = filled.finished()
    assert (item.value, item.support, item.better) == (0.5, Support(n=4, k=2), Direction.HIGHER)
    with pytest.raises(InputError, match="`n` is text, not a number"):
        filled.add("f1", 0.5, n="many")


def test_a_part_of_another_shape_is_refused_by_name() -> None:
    for call, wanted in ((draft().mapping, "a mapping"), (draft().list, "a list"), (draft().text, "text")):
        with pytest.raises(InputError, match=rf"m.json: not a file of a tool: `metrics\.\\u202ex` is a number, not {wanted}"):
            call(1, "metrics.\u202ex")


def test_an_overlong_case_is_cut_and_stays_apart() -> None:
    filled = draft()
    for end in "ab":
        filled.case("x" * 5000 + end, "pass_rate", None, error="e" * 5000)
    first, second = filled.finished().cases
    assert first.id != second.id
    assert len(first.id) <= 1000
    assert len(first.error) == 300
