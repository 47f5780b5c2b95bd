"""What would be enough: the smallest margin that this many rows could prove, and how many more would settle a rule."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, inf, isfinite, log10, sqrt
from typing import NamedTuple

from gate.confidence.answers.supposed import grown, with_count
from gate.confidence.answers.versus import common, without_margin
from gate.confidence.evidence import single
from gate.confidence.expressions.smooth import Prover
from gate.confidence.expressions.tree import Atom, Chosen, Tree, leaves, linear
from gate.confidence.ground import Ground, tally_of
from gate.confidence.margin import Extreme, Margin
from gate.confidence.proof import Proven, margin_of
from gate.stats.normal import upper_quantile

_POWER = 0.8416212335729143  # the normal quantile of .8: "about so many more" settle it four times in five
_ON_THE_THRESHOLD = 0.25  # standard errors
_AFFORDABLE = 10_000  # units more
_ENDLESS = 1_000_000  # times the rows: then what was not seen among them counts for nothing
_ASKED = 8  # times that a test is asked about more rows, at most: a policy may have a thousand open findings
_CLOSE = 1.1  # so near to each other, the root lies on a line between two answers
_NEAR = 0.1  # standard errors
_MANY = 50  # units: of fewer, no line is drawn before the next one has been asked
_SINGLE = 200  # units: of fewer, one more is asked about; of more, as many again, for shares to stay what they are
_FAR = 38.0  # standard errors: beyond, no tail is told from 0
_TOLD = 0.5  # standard errors from the limit: nearer, the spread at the limit is that at the estimate
_SAME = 1e-6  # of a p-value
_ALIKE = 1e7  # rows: of more, one is no matter


class Held(NamedTuple):
    """A smooth margin on its own: what it is of, on which evidence, and the p-value that it must reach."""

    margin: Margin
    tree: Tree
    ground: Ground
    alpha: float
    far: bool
    most: float = inf  # that the margins which are chosen from leave each other: `abs(…)` is not below 0

    def deviate(self, margin: Margin, up: bool) -> float:
        """How surely a margin of its kind is above 0 (or below), in standard errors."""
        p = margin.tails(self.far)[0 if up else 1]
        return -_FAR if p >= 1 else _FAR if p <= 1e-300 else upper_quantile(p)

    def supposed(self, ground: Ground) -> Margin:
        """The same margin on other evidence."""
        return margin_of(self.tree, Prover(ground))

    def as_now(self, other: Margin) -> bool:
        """Whether other evidence, meant to be what is there, says what that does: else it cannot be supposed."""
        return all(abs(one - two) <= _SAME * max(one, two) for one, two in zip(self.margin.tails(), other.tails(), strict=True))


def held(of: Proven, alpha: float, far: bool, up: bool) -> Held | None:
    """The margin on which a comparison depends most; of several of which one is enough, each has its share of alpha."""
    margin, tree = of.margin, of.tree
    if margin is None or tree is None or of.ground is None:
        return None
    most = inf
    while isinstance(margin, Extreme) and isinstance(tree, Chosen):
        most = min(most, inf if margin.largest else common(tree))
        if margin.largest is up:
            alpha, far = alpha / margin.chances, True
        at = margin.at
        margin, tree = margin.members[at], tree.members[at]
    return Held(margin, tree, of.ground, alpha, far, most)


# -- the smallest margin that is proof


def provable(of: Held) -> float | None:
    """The smallest margin that these rows could prove; None where no result on them could."""
    found = _by_counts(of)
    if found is not None:
        return found if found <= of.most and isfinite(found) else None
    low, high = of.margin.room()
    high = min(high, of.most, _reach(of))
    known = of.deviate(of.margin, of.margin.estimate > 0)
    if isfinite(low) and _TOLD <= known < _FAR:  # the spread where the limit is true, not where the estimate is
        margin = abs(of.margin.estimate) / known * upper_quantile(of.alpha)
    else:
        margin = of.margin.estimate - of.margin.interval(of.alpha, of.far)[0]
    return margin if margin <= high and isfinite(margin) else None


def _reach(of: Held) -> float:
    """The largest margin there can be, whatever the candidate measures: its metrics have ends."""
    found = linear(of.tree)
    if found is None or not all(isinstance(leaf, Atom) for leaf in found.factors):
        return inf
    total, prover = found.constant, Prover(of.ground)
    for atom, factor in found.factors.items():
        assert isinstance(atom, Atom)
        measured = prover.measured(atom)
        if measured is None or measured.value is None:
            return inf
        end = float(measured.value) if atom.of else ends(of.ground, atom)[1 if factor > 0 else 0]
        total += factor * end
    return total


def ends(ground: Ground, atom: Atom) -> tuple[float, float]:
    """Between what a metric lies, as it is written here; infinite where that is not known."""
    fact, found = ground.fact(atom.metric), Prover(ground).measured(atom)
    return (-inf, inf) if found is None else single.ends_of(fact, single.scale_of(found, fact))


class _Counted(NamedTuple):
    """A rule on one share: `k` of `n`, and the share at which its margin is 0."""

    k: float
    n: float
    f1: bool
    limit: float
    up: bool


def _by_counts(of: Held) -> float | None:
    """The margin of the least count that is proof; infinite where none is, None where it is no matter of one count."""
    share = _counted(of)
    if share is None or not of.as_now(of.supposed(with_count(of.ground, share.k, share.n, share.f1))):
        return None
    margins: dict[int, Margin] = {}

    def proof(beyond: int) -> bool:
        """Whether so many more (fewer) than nothing, or all, prove it."""
        k = beyond if share.up else share.n - beyond
        margins[beyond] = of.supposed(with_count(of.ground, k, share.n, share.f1))
        return margins[beyond].estimate > 0 and margins[beyond].tails(of.far).above <= of.alpha

    limit = share.limit if share.up else 1 - share.limit
    spread = sqrt(share.n * max(limit * (1 - limit), 0.0))
    least = _least(proof, int(share.n), limit * share.n + upper_quantile(of.alpha) * spread)
    return inf if least is None else margins[least].estimate


def _counted(of: Held) -> _Counted | None:
    found, read = linear(of.tree), leaves(of.tree)
    if found is None or len(read) != 1 or len(found.factors) != 1 or not isinstance(atom := read[0], Atom):
        return None
    prover = Prover(of.ground)
    measured, fact = prover.measured(atom), prover.fact(atom)
    if measured is None or measured.value is None or not found.factors[atom] or prover.clustered(atom.of):
        return None  # of clusters a count does not tell which have it
    scale, factor = single.scale_of(measured, fact), found.factors[atom]
    limit = -found.constant / factor / scale
    counts = single.counts_of(measured, fact)
    f1 = counts is None and single.known_as(prover.called(atom)) == "f1"
    if f1 and measured.support.n and 0 <= (value := float(measured.value) / scale) <= 1:
        counts, limit = (value / (2 - value) * measured.support.n, measured.support.n), limit / (2 - limit) if limit < 2 else inf
    if counts is None or counts[1] % 1 or counts[1] > _ALIKE:
        return None
    return _Counted(*counts, f1, min(1.0, max(0.0, limit)), factor > 0)


def _least(proof: Callable[[int], bool], most: int, guess: float) -> int | None:
    """The least whole number up to `most` that is proof, from a guess in steps that double; None where not even `most` is."""
    at, low, high, step = min(most, max(0, ceil(guess))), -1, most + 1, 1
    while high - low > 1:
        if not low < at < high:
            at = (low + high) // 2
        if proof(at):
            high, at = at, at - step if low < 0 else (low + at) // 2
        else:
            low, at = at, at + step if high > most else (at + high) // 2
        step *= 2
    return high if high <= most else None


# -- what would settle it


def settling(of: Held, ask: bool = True) -> float | str:
    """About how many more units decide, were the estimate the truth; or why no number can be named.

    Where `ask`, the very test is asked about more rows; else it is what the normal distribution gives.
    """
    test = of.margin.test
    if test.problem:
        return test.problem
    if not isfinite(test.n) or test.n <= 0:
        return "write its `n` too: then it can be told how many more would settle it"
    if without_margin(of.tree):
        return "a model exactly as good as the other stays undecided, however many rows there are"
    apart, z, stderr = abs(of.margin.estimate), upper_quantile(of.alpha), of.margin.stderr
    if not stderr:
        low, high = of.margin.interval(of.alpha, of.far)
        stderr = (high - low) / (2 * z)
    if not isfinite(stderr):
        return "how much more rows would tell is not known"
    on_threshold = "the estimate sits on the threshold: no affordable sample settles it"
    if not apart:
        return on_threshold
    here, there = _deviations(of.margin, stderr * sqrt(test.n))
    root = (z * here + _POWER * there) / apart
    more = root * root - test.n
    if apart <= _ON_THE_THRESHOLD * stderr and more > _AFFORDABLE:
        return on_threshold
    times = _times(of, 1 + more / test.n) if ask else None
    more = more if times is None else (times - 1) * test.n
    return rounded(more) if more >= 1 or times is not None else f"a few more {test.of} would settle it"


def _deviations(of: Margin, spread: float) -> tuple[float, float]:
    """The standard deviation of a unit at the threshold and at the estimate; both are the estimate's, but for shares."""
    test = of.test
    width = test.high - test.low
    if isfinite(width) and width > 0 and test.low < 0 < test.high:
        share, limit = (test.estimate - test.low) / width, -test.low / width
        if abs(spread - width * sqrt(max(share * (1 - share), 0.0))) <= 1e-6 * width:
            return width * sqrt(limit * (1 - limit)), spread
    return spread, spread


def _times(of: Held, guess: float) -> float | None:
    """How many times the rows the very test would need, of the same shares and spreads; None where that cannot be asked.

    Four times in five: as surely with a margin that is smaller by the error which is exceeded one time in five. For a normal
    test that is the sample size of every textbook, (z_α + z_β)² σ² / margin²; here z_α is that of the very test.
    """
    atoms = [leaf for leaf in leaves(of.tree) if isinstance(leaf, Atom)]
    if len(atoms) < len(leaves(of.tree)) or not of.as_now(of.supposed(grown(of.ground, 1, atoms))):
        return None
    up, n, apart = of.margin.estimate > 0, of.margin.test.n, abs(of.margin.estimate)
    endless = of.supposed(grown(of.ground, _ENDLESS, atoms)).test
    if endless.problem:
        return None
    spread, wanted = endless.spread, upper_quantile(of.alpha)

    def lacking(times: float) -> float:
        z = of.deviate(of.margin if times == 1 else of.supposed(grown(of.ground, times, atoms)), up)
        if spread is None:
            return z - _POWER - wanted
        return (z * (1 - _POWER * spread / (apart * sqrt(n * times))) if z > 0 else z) - wanted

    whole = n * guess > _SINGLE or any(tally_of(of.ground, atom.of) is not None for atom in atoms)
    return _root(lacking, guess, 1.0 if whole else 1 / max(1.0, n), _MANY / n)


def _root(lacking: Callable[[float], float], guess: float, step: float, few: float) -> float | None:
    """Where what is lacking turns to 0: it is nearly straight in the root of the number of rows. Asked in whole steps from 1."""
    low, high, at_low, at_high = 1.0, 0.0, lacking(1.0), 0.0
    if at_low >= 0:
        return None
    at = 1 + step * max(1, round((min(guess, _ENDLESS) - 1) / step))
    for asked in range(_ASKED):
        found = lacking(at)
        if abs(found) < _NEAR and at > few:
            return _line(low, at_low, at, found) if found > at_low else None
        if found < 0:
            low, at_low = at, found
        else:
            high, at_high = at, found
        if not high:
            at = 1 + step * round((4 * at - 1) / step)
            continue
        if (high - low) / step < 1.5:
            return high if step < 1 else _line(low, at_low, high, at_high)
        if high <= _CLOSE * low and low > few:
            break
        at = ((sqrt(low) + sqrt(high)) / 2) ** 2 if asked % 3 == 2 else _line(low, at_low, high, at_high)
        at = 1 + step * min(round((high - 1) / step) - 1, max(round((low - 1) / step) + 1, round((at - 1) / step)))
    return _line(low, at_low, high, at_high) if high else None


def _line(low: float, at_low: float, high: float, at_high: float) -> float:
    return float((sqrt(low) + (sqrt(high) - sqrt(low)) * -at_low / (at_high - at_low)) ** 2)


def rounded(number: float) -> float:
    """To two digits, upwards."""
    if number < 10:
        return float(ceil(number))
    step = 10.0 ** (floor(log10(number)) - 1)
    return ceil(number / step - 1e-9) * step
