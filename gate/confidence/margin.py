"""A margin with all that is known of it: p-values at 0, the interval, and the test that decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.record import replace
from gate.stats.bounds import interval
from gate.stats.normal import upper_quantile
from gate.stats.test import Tails, Test

_INVERTED = 6  # branches whose interval is worked out; the others lie inside


class Margin:
    """A smooth margin, which has a test. What is asked of it is worked out once."""

    def __init__(self, test: Test) -> None:
        self.test = test
        self.estimate = test.estimate
        self.stderr = test.spread / test.n**0.5 if test.spread and test.n > 0 else 0.0
        self._near: Tails | None = None
        self._far: Tails | None = None
        self._intervals: dict[tuple[float, bool], tuple[float, float]] = {}

    def tails(self, far: bool = False) -> Tails:
        """The p-values at 0; `far` where they are one of many."""
        if far and self.test.far is not None:
            self._far = self._far or self.test.far(0.0)
            return self._far
        self._near = self._near or self.test.tails(0.0)
        return self._near

    def interval(self, alpha: float, far: bool = False) -> tuple[float, float]:
        """What the data do not rule out, at `alpha` on either side."""
        if (alpha, far) not in self._intervals:
            test = replace(self.test, tails=self.test.far_tails) if far else self.test
            self._intervals[alpha, far] = interval(test, alpha)
        return self._intervals[alpha, far]

    def room(self) -> tuple[float, float]:
        """The ends of what it can be at all."""
        return self.test.low, self.test.high

    @property
    def deciding(self) -> Margin:
        """That on which it depends most."""
        return self

    def leaves(self) -> Iterable[Margin]:
        """Every smooth margin in it."""
        return (self,)

    @property
    def method(self) -> str:
        """In words."""
        return self.test.method


class Extreme(Margin):
    """The largest, or the smallest, of several margins.

    The smallest is above 0 where each is shown to be (no correction: an intersection-union test, Berger 1982). It is below 0
    where one is, which has as many chances as there are: min(1, k min p), and p-values must hold far out for that.
    """

    def __init__(self, members: Sequence[Margin], largest: bool) -> None:
        self.members = tuple(members)
        self.largest = largest
        outermost = (max if largest else min)(members, key=lambda each: each.estimate)
        self.estimate, self.stderr = outermost.estimate, outermost.stderr
        self.side = 1 if largest else 0
        self.chances = sum(1 for each in members if each.room()[0] < each.room()[1]) or 1  # numbers have none
        self._found: dict[bool, Tails] = {}

    def tails(self, far: bool = False) -> Tails:
        found = self._found.get(far)
        if found is None:
            one, every = 1 - self.side, self.side  # which tail must be small of one of them, and which of every one
            some = min(1.0, self.chances * min(each.tails(far=True)[one] for each in self.members))
            most = max(each.tails(far)[every] for each in self.members)
            found = self._found[far] = Tails(some, most) if self.largest else Tails(most, some)
        return found

    def interval(self, alpha: float, far: bool = False) -> tuple[float, float]:
        choose = max if self.largest else min
        shared = alpha / self.chances
        low = (shared, True) if self.largest else (alpha, far)
        high = (alpha, far) if self.largest else (shared, True)
        return choose(self._ends(0, *low)), choose(self._ends(1, *high))

    def room(self) -> tuple[float, float]:
        choose = max if self.largest else min
        every = [each.room() for each in self.members]
        return choose(low for low, _ in every), choose(high for _, high in every)

    def _ends(self, which: int, alpha: float, far: bool) -> list[float]:
        """The lower (0) or upper (1) ends of the members of which one may be outermost.

        Those whose p-values are the extreme ones are among them, so that an end is beyond 0 exactly where the p-value says so.
        """
        width = upper_quantile(alpha) * (1 if which else -1)
        likely = sorted(self.members, key=lambda each: each.estimate + width * each.stderr, reverse=self.largest)
        by_tail = sorted(self.members, key=lambda each: each.tails(far)[which])
        taken = {id(each): each for each in (*likely[:_INVERTED], by_tail[0], by_tail[-1])}
        return [each.interval(alpha, far)[which] for each in taken.values()]

    @property
    def deciding(self) -> Margin:
        """Of the smallest that with the most doubt that it is above 0, of the largest that it is below."""
        return self.members[self.at].deciding

    @property
    def at(self) -> int:
        """Which member is that, or has it."""
        return max(range(len(self.members)), key=lambda each: self.members[each].tails()[self.side])

    def leaves(self) -> Iterable[Margin]:
        return [leaf for each in self.members for leaf in each.leaves()]

    @property
    def method(self) -> str:
        found = [each for each in self.leaves() if each.test.n]
        return f"{', '.join(dict.fromkeys(each.method for each in found if each.method))}; {len(found)} at once"
