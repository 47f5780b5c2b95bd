"""A statistical test of one number, as what every method here returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gate.record import dataclass

if TYPE_CHECKING:
    from typing import NamedTuple

    class _Pair(NamedTuple):
        above: float
        below: float
else:
    from collections import namedtuple  # the typed one takes twenty times as long to make, a millisecond

    _Pair = namedtuple("_Pair", ("above", "below"))


class Tails(_Pair):
    """One-sided p-values at a hypothesised value c of the parameter θ, each in [0, 1].

    A small `above` shows θ > c, a small `below` shows θ < c. Where θ = c, neither is below α more often than α. 1.0 where
    nothing can be said.
    """

    __slots__ = ()


UNKNOWN = Tails(1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What data say about one parameter: p-values at any c; intervals are those c that they do not rule out.

    `tails` is monotone: `above` rises and `below` falls with c. The parameter lies in [low, high], which may be infinite.
    `n` counts what the method counts (`of`). `far` are tails that hold far out too, for families of tests (None: `tails`
    do). `spread` is the standard deviation of one unit, so that spread / sqrt(n) is the standard error (None: not known).
    `problem` names the guard that was hit; then both tails are 1 everywhere.
    """

    __test__ = False  # for pytest, which takes any class of this name for a group of tests

    tails: Callable[[float], Tails]
    estimate: float
    low: float
    high: float
    method: str
    n: float
    of: str = "rows"
    far: Callable[[float], Tails] | None = None
    spread: float | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def far_tails(self) -> Callable[[float], Tails]:
        """The tails to use in a family of tests."""
        return self.far or self.tails


def unknown(problem: str, *, estimate: float, low: float, high: float, method: str, n: float, of: str = "rows") -> Test:
    """A test that says nothing, and why."""
    return Test(tails=say_nothing, estimate=estimate, low=low, high=high, method=method, n=n, of=of, problem=problem)


def say_nothing(_: float) -> Tails:
    """The tails of a test that hit a guard."""
    return UNKNOWN
