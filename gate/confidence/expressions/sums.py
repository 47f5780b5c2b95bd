"""Sums of measurements that were not counted together, however many: in one pass, by what they have to do with each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from gate.confidence.expressions.bound import METHOD, note
from gate.confidence.expressions.tree import Atom, Chosen, Linear, Tree, linear
from gate.record import replace
from gate.stats.combine import scaled, summed
from gate.stats.ends import AnyhowSum, Ends, OfTest, Outermost, Part, Sum, tails_of
from gate.stats.test import Test

if TYPE_CHECKING:
    from gate.confidence.expressions.smooth import Prover

Groups: TypeAlias = "list[list[Tree]]"  # the leaves of one may depend on each other, those of different ones do not


class Sums:
    """Makes their tests; what stands in several of them is worked out once."""

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        self._ends: dict[tuple[Tree, bool], Ends] = {}
        self._relations: dict[tuple[Atom, Atom], str] = {}

    def test(self, found: Linear) -> Test | None:
        """The test of a sum of leaves; None where one of them has none."""
        tests: dict[Tree, Test] = {}
        for leaf in found.factors:
            test = self.prover.leaf(leaf)
            if test is None:
                return None
            tests[leaf] = test
        groups = self._groups(found.factors)
        test = self._told_apart(found, tests) if groups is not None and len(groups) == len(tests) else None
        return self._by_ends(found, tests, groups) if test is None else scaled(test, 1.0, found.constant)

    def outermost(self, of: Chosen, test: Test) -> Test:
        """The test of what is chosen among many, by the ends of each: then no member is asked again for every hypothesis."""
        tails = tails_of(lambda: self._of(of, True))
        return replace(test, tails=tails, far=tails)

    # -- the method

    def _told_apart(self, found: Linear, tests: Mapping[Tree, Test]) -> Test | None:
        """Of leaves that do not depend on each other, by what is better than their ends."""
        if any(test.problem for test in tests.values()):
            return None
        counts = [self.prover.counts(leaf) for leaf in found.factors if isinstance(leaf, Atom)]
        known = [each for each in counts if each is not None]
        if len(known) == len(tests):
            from gate.stats.many_shares import Share, of_shares

            shares = [Share(k, n, scale * by) for (k, n, scale), by in zip(known, found.factors.values(), strict=True)]
            units = {test.of for test in tests.values()}
            return replace(of_shares(shares), of=f"{units.pop() if len(units) == 1 else 'rows'} on the smallest side")
        if len(tests) > 2:
            return None
        from gate.stats.unpaired import of_two

        (one, first), (other, second) = found.factors.items()
        return of_two(scaled(tests[one], first), scaled(tests[other], -second))

    def _by_ends(self, found: Linear, tests: Mapping[Tree, Test], groups: Groups | None) -> Test:
        listed = [(test, found.factors[leaf]) for leaf, test in tests.items()]
        near, far = (tails_of(lambda far=far: self._sum(found, groups, far)) for far in (False, True))  # type: ignore[misc]
        notes: tuple[str, ...] = ()
        if groups is None:
            words, notes = METHOD, (note(self.prover, found.factors),)
        elif len(groups) < len(tests):
            words = "both models of a slice at their worst, unpaired"
        else:
            words = f"{', '.join(dict.fromkeys(test.method for test in tests.values()))}, unpaired"
        test = summed(listed, found.constant, words, near, far)
        return replace(test, notes=tuple(dict.fromkeys((*test.notes, *notes)))) if notes else test

    # -- what depends on what

    def _groups(self, factors: Mapping[Tree, float]) -> Groups | None:
        """Which leaves may depend on each other so that their sum is less sure; None where that may be in any way."""
        group: dict[Tree, list[Tree]] = {leaf: [leaf] for leaf in factors}
        for one, other in combinations(factors, 2):
            if not (isinstance(one, Atom) and isinstance(other, Atom)):
                return None
            relation = self._relation(one, other)
            if relation == "any":
                return None
            # two models do well on the same rows, which makes their difference surer, and their sum less sure
            if relation == "alike" and factors[one] * factors[other] > 0 and group[one] is not group[other]:
                group[one] += group[other]
                for leaf in group[other]:
                    group[leaf] = group[one]
        return list({id(each): each for each in group.values()}.values())

    def _relation(self, one: Atom, other: Atom) -> str:
        """How two measurements depend on each other: not, as two models on the same rows do, or in any way."""
        found = self._relations.get((one, other))
        if found is None:
            apart = self.prover.disjoint(one, other)
            found = "none" if apart else "alike" if self.prover.alike(one, other) else "any"
            self._relations[one, other] = found
            if found == "alike":
                self.prover.unpaired[other.of or one.of] = None
        return found

    # -- ends

    def _sum(self, found: Linear, groups: Groups | None, far: bool) -> Ends:
        parts = {leaf: Part(self._of(leaf, far), factor) for leaf, factor in found.factors.items()}
        if groups is None:
            return AnyhowSum(list(parts.values()), found.constant)
        return Sum([[parts[leaf] for leaf in group] for group in groups], found.constant)

    def _of(self, tree: Tree, far: bool) -> Ends:
        if (tree, far) not in self._ends:
            self._ends[tree, far] = self._made(tree, far)
        return self._ends[tree, far]

    def _made(self, tree: Tree, far: bool) -> Ends:
        if isinstance(tree, Chosen):
            return Outermost([self._of(each, True) for each in tree.members], tree.largest)
        found = linear(tree)
        if found is None or len(found.factors) < 2:
            return OfTest(self.prover.test(tree), far)
        return self._sum(found, self._groups(found.factors), far)
