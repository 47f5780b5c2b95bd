"""Random trees as the parser makes them, and random rules that mean something."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from gate.language.parse import parse_number
from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    BareBaseline,
    Boolean,
    Call,
    Comparison,
    Condition,
    Expected,
    Expression,
    Last,
    Negative,
    Not,
    Number,
    OnBaseline,
    Parameter,
    Reading,
    Tracked,
)

TEXT = st.text(min_size=1, max_size=8).map(lambda text: unicodedata.normalize("NFC", text))
ODD = st.text(alphabet='ab1_-/.:@"\\ ,[]*=|<>é\u0338\u0301٣½', min_size=1, max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
PLAIN = st.sampled_from(
    ["a", "b", "recall", "f1-score", "eval/x", "5xx", "max", "count", "and", "True", "baseline", "1e5", "2-x"]
)
NAMES = PLAIN | ODD | TEXT
IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)
BASELINES = ("baseline", "pinned")


def _number(text: str) -> Number:
    found = parse_number(text)
    assert found is not None
    return found


NUMBERS = (
    st.from_regex(r"([0-9]{1,4}(\.[0-9]{1,3})?|\.[0-9]{1,3})([eE][-+]?[0-9]{1,2})?%?", fullmatch=True)
    .filter(str.isascii)
    .map(_number)
)
READINGS = st.builds(
    Reading,
    NAMES,
    st.dictionaries(NAMES, st.none() | NAMES | st.just("") | st.just("*"), max_size=2).map(lambda d: tuple(sorted(d.items()))),
)


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        st.builds(Negative, inner),
        st.builds(
            Call,
            st.sampled_from(["min", "max", "mean", "median", "sd", "sum", "count"]),
            st.lists(inner, min_size=1, max_size=3).map(tuple),
        ),
        st.builds(Call, st.just("abs"), inner.map(lambda one: (one,))),
        st.builds(OnBaseline, st.sampled_from(BASELINES), inner),
    )


LEAVES: st.SearchStrategy[Expression] = st.one_of(
    READINGS,
    NUMBERS,
    st.builds(Parameter, IDENTIFIERS),
    st.builds(BareBaseline, st.sampled_from(BASELINES)),
    st.builds(Last, READINGS, st.integers(1, 10_000)),
    st.builds(Expected, st.sampled_from(["expected_low", "expected_high"]), READINGS, st.integers(1, 10_000)),
    st.builds(Tracked, st.sampled_from(["ewma", "cusum"]), READINGS, st.integers(1, 10_000)),
)
EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=8)


@st.composite
def chains(draw: st.DrawFn) -> Condition:
    sides = draw(st.lists(EXPRESSIONS, min_size=3, max_size=4))
    operators = draw(st.sampled_from([("<", "<="), (">", ">=")]))
    signs = [draw(st.sampled_from(operators)) for _ in sides[1:]]
    links = zip(sides, signs, sides[1:], strict=False)
    return All(tuple(Comparison(sign, left, right) for left, sign, right in links), True)


COMPARISONS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Comparison, st.sampled_from([">", ">=", "<", "<=", "==", "!="]), EXPRESSIONS, EXPRESSIONS),
    st.builds(Comparison, st.sampled_from(["==", "!="]), READINGS, st.builds(Boolean, st.booleans())),
    chains(),
)


def _joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    members = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(All, members), st.builds(Any, members), st.builds(Not, inner))


CONDITIONS = st.recursive(COMPARISONS, _joined, max_leaves=4)


# -- rules that mean something: text over the metrics a, b, c and their baseline

CONSTANTS = st.integers(-20, 20).map(lambda k: f"{k / 8:g}") | st.sampled_from(["0", "0.3", "0.1", "50%", "1e-3"])
METRICS = st.sampled_from(["a", "b", "c"])


def _calculated(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} - {})".format, inner, inner),
        st.builds("{} * {}".format, inner, st.sampled_from(["2", "0.5", "(-1)", "0"])),
        st.builds("{} / {}".format, inner, METRICS),
        st.builds("-({})".format, inner),
        st.builds("abs({})".format, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "mean", "median", "sum", "sd", "count"]), inner, inner),
    )


MEASURED = st.recursive(METRICS | METRICS.map("baseline({})".format), _calculated, max_leaves=4)
SIGNS = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
SIMPLE = st.one_of(
    st.builds("{} {} {}".format, MEASURED, SIGNS, CONSTANTS),
    st.builds("{} {} {}".format, CONSTANTS, SIGNS, MEASURED),
    st.builds("{} {} baseline - 0.125".format, METRICS, SIGNS),
    st.builds("0 <= {} < {}".format, METRICS, CONSTANTS),
)
RULES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=4,
)
