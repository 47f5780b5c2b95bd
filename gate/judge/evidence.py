"""What a policy is judged on: the candidate's measurements, the baselines, and the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from gate.language.value import Doubt
from gate.record import dataclass, field, replace
from gate.terms.measurements import MOST_UNMATCHED, Measurements
from gate.terms.slice import Slice

if TYPE_CHECKING:
    from gate.judge.past import Past


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that judging reads.

    `baselines` leads from a baseline's name to its measurements, or to why they cannot be had.
    `today` is an ISO date (UTC). `first_release` is the reason given for shipping without a
    baseline or history that does not exist yet; empty when not asked for. `labels` are what reports call
    the baselines, where that is not their name in rules. `alpha_share` is the part of each rule's error rate that this
    use of the test set may spend, in (0, 1]; `holdout` is why its use cannot be granted, `dependent` why its rows
    are not as many as they seem: then a rule that asks for confidence does not pass. `past` is what was recorded before,
    of the metrics for which rules ask that. `thin` are slices of which many rows are in one model's file only.
    """

    candidate: Measurements
    baselines: Mapping[str, Measurements | Doubt]
    today: str
    first_release: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    alpha_share: float = 1.0
    holdout: Doubt | None = None
    dependent: Doubt | None = None
    past: Past = None
    thin: frozenset[Slice] = frozenset()

    @property
    def same_model(self) -> frozenset[str]:
        """The baselines that are the model itself, by the digests of both."""
        wanted = self.candidate.digests
        if not wanted:
            return frozenset()
        tables = self.baselines.items()
        return frozenset(name for name, table in tables if isinstance(table, Measurements) and table.digests == wanted)

    def of_rule(self, baselines: Collection[str]) -> Evidence:
        """The evidence for a rule that reads these baselines.

        Of one that was joined with most of the candidate's rows it is what was measured in the rows that both have: value,
        baseline and bound are of the same rows. Several such baselines are compared by all rows of each.
        """
        name = next(iter(baselines)) if len(baselines) == 1 else ""
        table = self.loaded(name)
        shared = table.beside if table is not None and table.remarks else None  # a file may hold a baseline of its own
        if table is None or shared is None:
            return self
        thin = _thin(self.candidate, shared) | _thin(table, shared)
        before = replace(_with(table, shared.beside or table, thin), beside=None, model="baseline")
        candidate = _with(self.candidate, shared, thin)
        return replace(self, candidate=candidate, baselines={**self.baselines, name: before}, thin=thin)

    def loaded(self, name: str) -> Measurements | None:
        """A baseline's measurements, if they could be had."""
        found = self.baselines.get(name)
        return found if isinstance(found, Measurements) else None


def _thin(own: Measurements, shared: Measurements) -> frozenset[Slice]:
    """Slices of which the shared rows are too few of a model's own: what has no partner could be what is worse."""
    left, had = _sizes(shared, shared.by_metric), _sizes(own, shared.by_metric)
    return frozenset(on for on, n in left.items() if n < (1 - MOST_UNMATCHED) * had.get(on, 0))


def _sizes(table: Measurements, metrics: Iterable[str]) -> dict[Slice, float]:
    """How many rows each slice has at least: those that the metric counts that counts the most of them."""
    found: dict[Slice, float] = {}
    for metric in metrics:
        for on, item in table.slices_of(metric).items():
            support = item.support
            n = support.n or (support.n_pos or 0) + (support.n_neg or 0)
            found[on] = max(found.get(on, 0), n)
    return found


def _with(table: Measurements, shared: Measurements, thin: Collection[Slice]) -> Measurements:
    """A table, with what was measured in the shared rows in its place; a slice of which none is shared, or few, stays."""
    found = dict(table.by_metric)
    for metric, slices in shared.by_metric.items():
        found[metric] = {**found.get(metric, {}), **{on: each for on, each in slices.items() if on not in thin}}
    return replace(table, by_metric=found, tally=shared.tally)
