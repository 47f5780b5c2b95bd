"""What holds for every test that gate makes of evidence, degenerate evidence included."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.record import replace
from gate.stats import f1, poisson
from gate.stats.auc import of_auc, of_auc_pair
from gate.stats.average_precision import of_average_precision
from gate.stats.bounds import interval
from gate.stats.combine import agreeing, both, either, scaled, summed
from gate.stats.ends import AnyhowSum, Ends, OfTest, Outermost, Part, Sum, tails_of
from gate.stats.many_shares import Share, of_shares
from gate.stats.means import of_mean, of_stated_interval
from gate.stats.paired import of_pairs, of_pairs_ratio
from gate.stats.proportion import of_counts, of_share
from gate.stats.quantile import of_order_statistics
from gate.stats.test import Test
from gate.stats.unpaired import of_two, of_two_shares

Pair = tuple[Test, Test]  # a test, and the test of the same data with everything named the other way round
Draw = Callable[..., object]

ROWS = st.one_of(st.integers(1, 60), st.sampled_from([199, 1_000, 10_000, 10**9]))
SHARES = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0]))
ERRORS = st.one_of(st.just(0.0), st.floats(1e-6, 0.3))
VALUES = st.floats(-1e6, 1e6)
ALPHAS = st.floats(1e-6, 0.49)
SKEWS = st.one_of(st.none(), st.just(0.0), st.floats(-20, 20))
PLACES = st.integers(-100, 1124).map(lambda number: number / 1024)
FACTORS = st.sampled_from([1.0, 0.98, 0.5, 1.3])


@st.composite
def shares(draw: st.DrawFn) -> Pair:
    n = draw(ROWS)
    k = draw(st.integers(0, n))
    exact = draw(st.booleans())
    return of_counts(k, n, exact), scaled(of_counts(n - k, n, exact), -1, 1)


@st.composite
def fractions(draw: st.DrawFn) -> Pair:
    n, value = draw(ROWS), draw(st.integers(0, 1024)) / 1024
    return of_share(value, n), scaled(of_share(1 - value, n), -1, 1)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    n = draw(ROWS)
    b = draw(st.integers(0, n))
    c = draw(st.integers(0, n - b))
    return of_pairs(b, c, n), scaled(of_pairs(c, b, n), -1)


@st.composite
def ratios_of_pairs(draw: st.DrawFn) -> Pair:
    n, factor = draw(ROWS), draw(FACTORS)
    a = draw(st.integers(0, n))
    b = draw(st.integers(0, n - a))
    c = draw(st.integers(0, n - a - b))
    return of_pairs_ratio(a, b, c, n, factor), scaled(of_pairs_ratio(a, c, b, n, 1 / factor), -factor)


@st.composite
def other_rows(draw: st.DrawFn) -> Pair:
    n, m, factor = draw(ROWS), draw(ROWS), draw(FACTORS)
    k, j = draw(st.integers(0, n)), draw(st.integers(0, m))
    return of_two_shares(k, n, j, m, factor), scaled(of_two_shares(j, m, k, n, 1 / factor), -factor)


@st.composite
def two_tests(draw: st.DrawFn) -> Pair:
    (one, _), (other, _), factor = draw(shares()), draw(st.one_of(shares(), pairs(), rocs())), draw(FACTORS)
    return of_two(one, other, factor), scaled(of_two(other, one, 1 / factor), -factor)


@st.composite
def many_shares(draw: st.DrawFn) -> Pair:
    listed = []
    for _ in range(draw(st.integers(1, 5))):
        n, factor = draw(ROWS), draw(FACTORS) * draw(st.sampled_from([1, -1]))
        listed.append(Share(draw(st.integers(0, n)), n, factor))
    return of_shares(listed), scaled(of_shares([each._replace(factor=-each.factor) for each in listed]), -1)


@st.composite
def sums(draw: st.DrawFn) -> Pair:
    """Of what depends on each other in any way, in groups, or not; of the largest of some, too."""
    tests = [first for first, _ in draw(st.lists(st.one_of(shares(), rocs(), pairs()), min_size=1, max_size=4))]
    factors = [draw(FACTORS) * draw(st.sampled_from([1, -1])) for _ in tests]
    free, tied, largest = draw(st.booleans()), draw(st.integers(1, 4)), draw(st.booleans())

    def summed_with(sign: int) -> Test:
        def ends(far: bool) -> Ends:
            parts = [Part(OfTest(each, far), sign * by) for each, by in zip(tests, factors, strict=True)]
            if not free:
                return AnyhowSum([Part(Outermost([parts[0].of, parts[-1].of], largest), parts[0].factor), *parts[1:]], sign)
            return Sum([parts[at : at + tied] for at in range(0, len(parts), tied)], sign)

        listed = list(zip(tests, [sign * each for each in factors], strict=True))
        found = summed(listed, sign, "", tails_of(lambda: ends(False)), tails_of(lambda: ends(True)))
        made = ends(False)
        return replace(found, estimate=made.estimate, low=made.low, high=made.high)

    return summed_with(1), scaled(summed_with(-1), -1)


@st.composite
def means(draw: st.DrawFn) -> Pair:
    value, n, stderr, skew, paired = draw(VALUES), draw(ROWS), draw(ERRORS), draw(SKEWS), draw(st.booleans())
    other = None if skew is None else -skew
    return of_mean(value, n, stderr, skew, paired=paired), scaled(of_mean(-value, n, stderr, other, paired=paired), -1)


@st.composite
def stated(draw: st.DrawFn) -> Pair:
    low, value, high = sorted((draw(VALUES), draw(VALUES), draw(VALUES)))
    confidence = draw(st.sampled_from([0.8, 0.95, 0.99]))
    return of_stated_interval(low, high, confidence, value), scaled(of_stated_interval(-high, -low, confidence, -value), -1)


@st.composite
def rocs(draw: st.DrawFn) -> Pair:
    value, n_pos, n_neg, stderr = draw(st.integers(0, 1024)) / 1024, draw(ROWS), draw(ROWS), draw(st.one_of(st.none(), ERRORS))
    return of_auc(value, n_pos, n_neg, stderr), scaled(of_auc(1 - value, n_pos, n_neg, stderr), -1, 1)


@st.composite
def pairs_of_rocs(draw: st.DrawFn) -> Pair:
    value, n_pos, n_neg, stderr = draw(st.floats(-1, 1)), draw(ROWS), draw(ROWS), draw(ERRORS)
    return of_auc_pair(value, stderr, n_pos, n_neg), scaled(of_auc_pair(-value, stderr, n_neg, n_pos), -1)


@st.composite
def quantiles(draw: st.DrawFn) -> Pair:
    n, q = draw(st.integers(1, 200)), draw(st.sampled_from([0.5, 0.9, 0.25, 0.99]))
    values = sorted(draw(st.lists(st.integers(-50, 50), min_size=n, max_size=n)))
    kept = sorted(draw(st.sets(st.integers(1, n), min_size=1)))
    steps = [(float(values[rank - 1]), rank) for rank in kept]
    mirrored = [(-value, n + 1 - rank) for value, rank in reversed(steps)]
    test, other = of_order_statistics(steps, n, q), scaled(of_order_statistics(mirrored, n, 1 - q), -1)
    return test, replace(other, estimate=test.estimate)  # of an even number the median is either middle one


@st.composite
def one_sided_by_nature(draw: st.DrawFn) -> Pair:
    """What has no mirror."""
    n, value = draw(ROWS), draw(SHARES)
    test = draw(
        st.sampled_from(
            [
                f1.of_f1(value, n),
                poisson.of_counts(draw(st.integers(0, 1_000)), draw(st.floats(1e-3, 1e3))),
                of_average_precision(value, n, draw(ERRORS)),
            ]
        )
    )
    return test, test


@st.composite
def several(draw: st.DrawFn) -> Pair:
    tests = [first for first, _ in draw(st.lists(st.one_of(shares(), rocs()), min_size=1, max_size=4))]
    mirrored = [scaled(each, -1) for each in tests]
    join, other = draw(st.sampled_from([(both, either), (either, both)]))
    return join(tests), scaled(other(mirrored), -1)


ALL = {
    each.__name__: each()
    for each in (
        shares, fractions, pairs, ratios_of_pairs, other_rows, two_tests, many_shares, sums, means, stated,
        rocs, pairs_of_rocs, quantiles, one_sided_by_nature, several,
    )
}  # fmt: skip
NOISE = 1e-9
FAMILIES = pytest.mark.parametrize("name", ALL)


def inside(test: Test, share: float) -> float:
    """A value of the parameter, in its range, or near the estimate where that has no end."""
    width = 10 * (test.spread or 1.0) / test.n**0.5 if test.n < 1e300 else 1e3
    low, high = max(test.low, test.estimate - width), min(test.high, test.estimate + width)
    return low + share * (high - low)


@FAMILIES
@given(data=st.data())
@settings(max_examples=25)
def test_tails_are_monotone(name: str, data: st.DataObject) -> None:
    test, _ = data.draw(ALL[name])
    first, second = sorted(inside(test, data.draw(PLACES)) for _ in range(2))
    for tails, noise in ((test.tails, NOISE), (test.far_tails, 1e-6)):
        low, high = tails(first), tails(second)
        assert low.above <= high.above * (1 + noise) + noise
        assert low.below >= high.below * (1 - noise) - noise


@FAMILIES
@given(data=st.data())
@settings(max_examples=25)
def test_nothing_is_shown_both_ways(name: str, data: st.DataObject) -> None:
    test, _ = data.draw(ALL[name])
    c = inside(test, data.draw(PLACES))
    for tails in (test.tails(c), test.far_tails(c)):
        assert 0 <= tails.above <= 1
        assert 0 <= tails.below <= 1
        assert max(tails) >= 0.5 - NOISE
        assert sum(tails) >= 0.95  # 1 but where one side is exact and the other a score


@FAMILIES
@given(data=st.data(), levels=st.tuples(ALPHAS, ALPHAS))
@settings(max_examples=25)
def test_intervals_hold_the_estimate_and_those_of_larger_levels(
    name: str, data: st.DataObject, levels: tuple[float, float]
) -> None:
    test, _ = data.draw(ALL[name])
    wide, narrow = interval(test, min(levels)), interval(test, max(levels))
    assert test.low <= wide[0] <= test.estimate <= wide[1] <= test.high
    assert wide[0] <= narrow[0] or wide[0] == pytest.approx(narrow[0], rel=NOISE)
    assert wide[1] >= narrow[1] or wide[1] == pytest.approx(narrow[1], rel=NOISE)
    assert narrow[0] < narrow[1]
    assert not any(map(isnan, (*wide, *narrow)))


@FAMILIES
@given(data=st.data(), alpha=ALPHAS)
@settings(max_examples=25)
def test_ends_are_ruled_out_and_what_lies_inside_is_not(name: str, data: st.DataObject, alpha: float) -> None:
    test, _ = data.draw(ALL[name])
    low, high = interval(test, alpha)
    if test.problem:
        assert (low, high) == (test.low, test.high)
        return
    if low > test.low:
        assert test.tails(low).above <= alpha * (1 + NOISE)
    if high < test.high:
        assert test.tails(high).below <= alpha * (1 + NOISE)
    for share in (0.01, 0.5, 0.99):
        c = low + share * (high - low)
        if low < c < high:
            assert test.tails(c).above > alpha - NOISE or c >= test.estimate
            assert test.tails(c).below > alpha - NOISE or c <= test.estimate


@FAMILIES
@given(data=st.data())
@settings(max_examples=25)
def test_naming_it_the_other_way_round_changes_nothing(name: str, data: st.DataObject) -> None:
    test, other = data.draw(ALL[name])
    assert bool(test.problem) == bool(other.problem)
    assert other.estimate == pytest.approx(test.estimate, abs=NOISE * max(1, abs(test.estimate)))
    c = inside(test, data.draw(PLACES))
    assert tuple(other.tails(c)) == pytest.approx(tuple(test.tails(c)), abs=1e-6)
    assert tuple(other.far_tails(c)) == pytest.approx(tuple(test.far_tails(c)), abs=1e-5)


@given(tests=st.lists(shares().map(lambda pair: pair[0]), min_size=1, max_size=4), c=st.floats(0, 1))
def test_tests_that_must_agree_show_no_more_than_each(tests: list[Test], c: float) -> None:
    joint = agreeing(tests).tails(c)
    assert joint.above == max(each.tails(c).above for each in tests)
    assert joint.below == max(each.tails(c).below for each in tests)
