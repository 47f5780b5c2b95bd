"""`not` turns an outcome round and leaves doubt alone; a better value never makes a one-sided rule worse."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.language.evaluate import evaluate
from gate.language.resolve import compile_rule
from gate.language.tokens import RuleError
from gate.terms.decision import Outcome
from tests.language.fake_world import MISSING, WEAK, Cell, FakeWorld
from tests.laws.trees import RULES

P, F, U, M = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED, Outcome.MISSING
TURNED = {P: F, F: P, U: U, M: M}

GRID = st.integers(-16, 24).map(lambda k: k / 8)
CELL: st.SearchStrategy[Cell] = GRID | st.just(MISSING) | GRID.map(lambda number: (number, WEAK))
CELLS = st.fixed_dictionaries({f"{of}{name}": CELL for of in ("", "baseline ") for name in "abc"})


def outcomes(rule: str, cells: Mapping[str, Cell]) -> frozenset[Outcome] | None:
    """The outcomes of a rule; None where it means nothing."""
    try:
        tree = compile_rule(rule).tree
    except RuleError:
        return None
    return evaluate(tree, FakeWorld(cells)).outcomes


@settings(max_examples=600, deadline=None)
@given(RULES, CELLS)
def test_not_turns_a_rule_round_and_leaves_its_doubts(rule: str, cells: dict[str, Cell]) -> None:
    plain = outcomes(rule, cells)
    turned = outcomes(f"not ({rule})", cells)
    assert turned == (None if plain is None else frozenset(TURNED[outcome] for outcome in plain))


@settings(max_examples=600, deadline=None)
@given(RULES, CELLS)
def test_not_twice_is_nothing(rule: str, cells: dict[str, Cell]) -> None:
    assert outcomes(f"not (not ({rule}))", cells) == outcomes(f"not not ({rule})", cells) == outcomes(rule, cells)


@settings(max_examples=600, deadline=None)
@given(RULES, RULES, CELLS)
def test_de_morgan(one: str, other: str, cells: dict[str, Cell]) -> None:
    for inner, outer in (("and", "or"), ("or", "and")):
        assert outcomes(f"not (({one}) {inner} ({other}))", cells) == outcomes(f"not ({one}) {outer} not ({other})", cells)


@settings(max_examples=400, deadline=None)
@given(RULES, RULES, CELLS)
def test_and_is_as_bad_as_its_worst_and_or_as_good_as_its_best(one: str, other: str, cells: dict[str, Cell]) -> None:
    first, second = outcomes(one, cells), outcomes(other, cells)
    if first is None or second is None:
        return
    both, either = outcomes(f"({one}) and ({other})", cells), outcomes(f"({one}) or ({other})", cells)
    assert (both == {F}) == (first == {F} or second == {F})
    assert (both == {P}) == (first == {P} and second == {P})
    assert (either == {P}) == (first == {P} or second == {P})
    assert (either == {F}) == (first == {F} and second == {F})


# -- a better value is never worse

TENTHS = st.integers(-30, 30).map(lambda k: f"{k / 10:g}")
POSITIVE = st.integers(1, 30).map(lambda k: f"{k / 10:g}")


def _rising(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calculations that rise with what goes in."""
    return st.one_of(
        st.builds("({} + {})".format, inner, TENTHS),
        st.builds("({} - {})".format, inner, TENTHS),
        st.builds("({} - {})".format, TENTHS, inner.map("(-({}))".format)),
        st.builds("{} * {}".format, POSITIVE, inner.map("({})".format)),
        st.builds("({}) / {}".format, inner, POSITIVE),
        st.builds("({}) * baseline(b)".format, inner),
        st.builds("({}) - baseline(b)".format, inner),
        st.builds("{}({}, {}, b)".format, st.sampled_from(["min", "max", "mean", "median", "sum"]), inner, TENTHS),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "mean", "sum"]), inner, inner),
        st.builds("-(-({}))".format, inner),
    )


RISING = st.recursive(st.just("a"), _rising, max_leaves=2)
RANK = {F: 0, U: 1, M: 1, P: 2}


def rank(found: frozenset[Outcome]) -> int:
    return min(RANK[outcome] for outcome in found)


@settings(max_examples=1000, deadline=None)
@given(
    RISING,
    TENTHS,
    st.sampled_from(
        [("{0} >= {1}", 1), ("{0} > {1}", 1), ("{1} <= {0}", 1), ("{1} < {0}", 1), ("{0} <= {1}", -1), ("{0} < {1}", -1)]
    ),
    st.integers(-30, 30),
    st.integers(1, 10),
    st.sampled_from([0.5, -1.5, MISSING, (0.5, WEAK)]),
    st.sampled_from([2.0, 0.7, MISSING]),
)
def test_a_better_value_is_never_worse(
    expression: str, threshold: str, form: tuple[str, int], value: int, more: int, other: Cell, before: Cell
) -> None:
    """Values and constants are tenths: what differs differs by far more than the noise that makes a tie."""
    text, direction = form
    tree = compile_rule(text.format(expression, threshold)).tree
    steps = (value / 10, (value + direction * more) / 10)
    worse, better = (evaluate(tree, FakeWorld({"a": step, "b": other, "baseline b": before})).outcomes for step in steps)
    assert rank(better) >= rank(worse)
    negated = compile_rule(f"not ({text.format(expression, threshold)})").tree
    worse, better = (evaluate(negated, FakeWorld({"a": step, "b": other, "baseline b": before})).outcomes for step in steps)
    assert rank(better) <= rank(worse)
