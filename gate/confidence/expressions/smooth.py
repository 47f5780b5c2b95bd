"""A smooth margin as a test: by what was counted together where it was, else by what each measurement says for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf, isnan
from typing import TYPE_CHECKING

from gate.confidence.evidence import averaged, single
from gate.confidence.evidence.at_hand import is_of_the_rows
from gate.confidence.expressions.tree import Atom, Chosen, Linear, Middle, Tree, Unclear, computed, leaves, linear
from gate.confidence.ground import Ground, tally_of
from gate.language.value import Doubt
from gate.record import replace
from gate.stats.combine import scaled
from gate.stats.test import Tails, Test, unknown
from gate.terms.measurement import NO_SUPPORT, Measurement
from gate.terms.metric import Metric
from gate.terms.slice import CLASSES, apart

if TYPE_CHECKING:
    from gate.confidence.expressions.sums import Sums

CERTAIN = "no measurement in it"
_NOTHING = "nothing is known of it"
_FEW = 16  # of so many members that are chosen among, each is asked for every hypothesis
# Metrics of a class that read the rows which have it as their label, or those which a model says are of it.
_BY_LABEL, _BY_GUESS = frozenset(("recall", "fnr")), frozenset(("precision", "fdr"))


class Prover:
    """Makes tests for one finding, and collects why there are none, and what is to say of them."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.doubts: dict[Doubt, None] = {}
        self.unpaired: dict[str, None] = {}  # baselines that were compared as if on other rows
        self._atoms: dict[Atom, Test | None] = {}
        self._called: dict[Atom, str] = {}
        self._summed: Sums | None = None

    def test(self, term: Tree) -> Test:
        """The test of a smooth term."""
        found = linear(term)
        if found is None:
            return self._curved(term)
        if not found.factors:
            return certain(found.constant)
        return self._linear(term, found)

    # -- measurements

    def measured(self, atom: Atom) -> Measurement | None:
        """The measurement, where it has a number."""
        found = self.ground.find(atom.of, atom.metric, atom.on)
        if isinstance(found, Doubt) or found.value is None or isinstance(found.value, bool):
            return None  # evaluation has told why
        return found

    def atom(self, atom: Atom) -> Test | None:
        """The test of one measurement; None where there is none, and then a doubt says why."""
        if atom not in self._atoms:
            self._atoms[atom] = self._atom(atom)
        return self._atoms[atom]

    def _atom(self, atom: Atom) -> Test | None:
        found = self.measured(atom)
        if found is None:
            return None
        if is_of_the_rows(found, self.ground.source(atom.metric)):
            return certain(float(found.value or 0))
        test: Test | Doubt | None = self._by_file(atom, found)
        if test is None and tally_of(self.ground, atom.of) is not None:
            from gate.confidence.counted import tallied

            test = tallied.test_of(self.ground, atom, found)
        if test is None:
            test = single.test_of(found, self.fact(atom), self.called(atom))
        if isinstance(test, Doubt):
            self.doubts[test] = None
            return None
        return test

    def _by_file(self, atom: Atom, found: Measurement) -> Test | Doubt | None:
        """The test by the confusion matrix beside a claim, or why its `n` is something else."""
        name, table = self.ground.source(atom.metric), self.ground.table(atom.of)
        if isinstance(table, Doubt):
            return None
        if found.evidence == "measured" and (table.tally is not None or found.support == NO_SUPPORT):
            return None  # its tally says more; or what it was counted in is not to be taken for independent rows
        from gate.confidence.evidence.denominator import Of, by_file

        what = single.known_as(self.called(atom))
        of = Of(found, name, what, single.counted(what), self.fact(atom))
        return by_file(of, table, atom.on, self.ground.tallies)

    def called(self, atom: Atom) -> str:
        """The name of its metric in files, with the average that a file says it is."""
        if atom not in self._called:
            name, table = self.ground.source(atom.metric), self.ground.table(atom.of)
            if not isinstance(table, Doubt) and table.tally is None:
                name = averaged.called(name, table, atom.on)
            self._called[atom] = name
        return self._called[atom]

    def fact(self, atom: Atom) -> Metric | None:
        """What is known of its metric: of an average, that it is no share."""
        fact = self.ground.fact(atom.metric)
        if fact is None or self.called(atom) == self.ground.source(atom.metric):
            return fact
        return replace(fact, proportion=False)

    def leaf(self, leaf: Tree) -> Test | None:
        """The test of what stands below all operations."""
        if isinstance(leaf, Atom):
            return self.atom(leaf)
        if isinstance(leaf, Unclear):
            if leaf.why is not None:
                self.doubts[leaf.why] = None
            return None
        if isinstance(leaf, Chosen):
            from gate.stats.combine import both, either

            test = (either if leaf.largest else both)([self.test(each) for each in leaf.members])
            return self._sums().outermost(leaf, test) if len(leaf.members) > _FEW else test
        assert isinstance(leaf, Middle)
        from gate.confidence.expressions.median import median

        return median([self.test(each) for each in leaf.members])

    # -- linear terms

    def _linear(self, term: Tree, found: Linear) -> Test:
        parts = list(found.factors.items())
        if len(parts) == 1:
            leaf, factor = parts[0]
            test = self.leaf(leaf)
            return self._nothing(term) if test is None else scaled(test, factor, found.constant)
        if len(parts) == 2:
            test = self._difference(parts, found.constant)
            if test is not None:
                return test
        return self._together(term) or self._apart(term, found)

    def _difference(self, parts: Sequence[tuple[Tree, float]], constant: float) -> Test | None:
        """One measurement less another: row by row, or of other rows."""
        (first, up), (second, down) = sorted(parts, key=lambda part: -part[1])
        if not (isinstance(first, Atom) and isinstance(second, Atom)) or not up > 0 > down:
            return None
        values = self._values((first, second))
        if values is None:
            return None
        test = self._paired(first, second, -down / up, values)
        if test is not None:
            return scaled(test, up, constant)
        if not self.disjoint(first, second) and not self.alike(first, second):
            return None  # where two models are alike, dependence only makes a difference surer
        test = self._unpaired(first, second, -down / up)
        return None if test is None else scaled(test, up, constant)

    def _paired(self, first: Atom, second: Atom, factor: float, values: Mapping[Atom, float]) -> Test | None:
        if tally_of(self.ground, first.of) is None or tally_of(self.ground, second.of) is None:
            return None
        from gate.confidence.counted import pairs, tallied

        if first.of == second.of:
            return None
        if tallied.model_of(self.ground, second.of):
            return pairs.pair(self.ground, first, second, factor, values)
        turned = pairs.pair(self.ground, second, first, 1 / factor, values)
        return None if turned is None else scaled(turned, -factor)

    def _unpaired(self, first: Atom, second: Atom, factor: float) -> Test | None:
        one, other = self.atom(first), self.atom(second)
        if one is None or other is None:
            return None
        if first.of != second.of and not self.disjoint(first, second):
            self.unpaired[second.of or first.of] = None
        counts = self.counts(first), self.counts(second)
        from gate.stats.unpaired import of_two, of_two_shares

        if counts[0] is not None and counts[1] is not None and not one.problem and not other.problem:
            (k1, n1, scale), (k2, n2, other_scale) = counts[0], counts[1]
            if scale == other_scale:
                test = of_two_shares(k1, n1, k2, n2, factor)
                if one.of == other.of:
                    test = replace(test, of=f"{one.of} on the smaller side")
                return scaled(test, scale) if scale != 1 else test
        return of_two(one, other, factor)

    def counts(self, atom: Atom) -> tuple[float, float, float] | None:
        """k, n and the scale of a share of rows that count alike."""
        found = self.measured(atom)
        fact = self.fact(atom)
        counts = None if found is None else single.counts_of(found, fact)
        if found is None or counts is None or (test := self.atom(atom)) is None or test.n != counts[1]:
            return None
        return (*counts, single.scale_of(found, fact))

    def disjoint(self, first: Atom, second: Atom) -> bool:
        """Whether no row stands behind both; rows of one cluster may be in several slices."""
        if self.clustered(first.of) or self.clustered(second.of):
            return False
        return apart(first.on, second.on) and not self._share_rows(first, second)

    def alike(self, first: Atom, second: Atom) -> bool:
        """Whether both are one metric of two models, not known to be on the same rows: dependent, if so, in one direction."""
        if self.clustered(first.of) or self.clustered(second.of):
            return False
        if first.of == second.of or self.ground.source(first.metric) != self.ground.source(second.metric):
            return False
        if apart(first.on, second.on):  # of two classes: where one model is right the other is wrong
            return False
        if tally_of(self.ground, first.of) is None or tally_of(self.ground, second.of) is None:
            return True
        from gate.confidence.counted import tallied

        return not tallied.on_same_rows(self.ground, first.of, second.of)

    def clustered(self, of: str) -> bool:
        """Whether the rows of a model were counted in clusters, of which one may have many."""
        tally = tally_of(self.ground, of)
        return tally is not None and bool(tally.header.definition.get("cluster"))

    def _share_rows(self, first: Atom, second: Atom) -> bool:
        """Whether metrics of two classes read the same rows all the same: one class's misses are another's false alarms.

        None do of one kind: those that have a class as their label, or those that a model says are of it.
        """
        other = dict(second.on.parts)
        differ = {column for column, value in first.on.parts if other.get(column, value) != value}
        what = {single.known_as(self.called(each)) for each in (first, second)}
        of_other_rows = what <= _BY_LABEL or (what <= _BY_GUESS and first.of == second.of)
        return differ <= set(CLASSES) and not of_other_rows

    def _apart(self, term: Tree, found: Linear) -> Test:
        """A sum of leaves one by one."""
        return self._sums().test(found) or self._nothing(term)

    def _sums(self) -> Sums:
        if self._summed is None:
            from gate.confidence.expressions.sums import Sums

            self._summed = Sums(self)
        return self._summed

    # -- curved terms

    def _curved(self, term: Tree) -> Test:
        test = self._together(term)
        if test is not None:
            return test
        from gate.confidence.expressions.ratio import as_ratio, ratio_test

        ratio = as_ratio(term)
        if ratio is not None:
            found = ratio_test(self, ratio)
            if found is not None:
                return found
        from gate.confidence.expressions.bound import bounded

        return bounded(self, term) or self._nothing(term)

    def _together(self, term: Tree) -> Test | None:
        """By what was counted together; None where something of it was not."""
        listed = [each for each in leaves(term) if isinstance(each, Atom)]
        if len(listed) < len(leaves(term)) or any(tally_of(self.ground, atom.of) is None for atom in listed):
            return None
        values = self._values(listed)
        if values is None:
            return None
        from gate.confidence.counted import tallied

        return tallied.together(self.ground, term, values)

    def _values(self, listed: Sequence[Atom]) -> dict[Atom, float] | None:
        found = {atom: self.measured(atom) for atom in listed}
        known = {atom: float(each.value) for atom, each in found.items() if each is not None and each.value is not None}
        return known if len(known) == len(found) else None

    def _nothing(self, term: Tree) -> Test:
        """A test that says nothing; its estimate is that of the term, where it has one."""
        listed = [each for each in leaves(term) if isinstance(each, Atom)]
        values = self._values(listed)
        estimate = 0.0
        if values is not None and len(listed) == len(leaves(term)):
            with suppress(ZeroDivisionError):
                estimate = float(computed(term, values))
        shown = 0.0 if isnan(estimate) else estimate
        return unknown(_NOTHING, estimate=shown, low=-inf, high=inf, method="", n=0)


def certain(value: float) -> Test:
    """The test of a number that no sample is behind."""

    def tails(c: float) -> Tails:
        return Tails(0.0, 1.0) if value > c else Tails(1.0, 0.0) if value < c else Tails(1.0, 1.0)

    return Test(tails=tails, estimate=value, low=value, high=value, method=CERTAIN, n=0, of="")
