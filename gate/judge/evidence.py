"""What a policy is judged on: the candidate's measurements, the baselines, and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gate.language.value import Doubt
from gate.record import dataclass, field
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.judge.past import Past


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that judging reads.

    `baselines` leads from a baseline's name to its measurements, or to why they cannot be had.
    `today` is an ISO date (UTC). `first_release` is the reason given for shipping without a
    baseline or history that does not exist yet; empty when not asked for. `labels` are what reports call
    the baselines, where that is not their name in rules. `alpha_share` is the part of each rule's error rate that this
    use of the test set may spend, in (0, 1]; `holdout` is why its use cannot be granted: then a rule that asks for
    confidence does not pass. `past` is what was recorded before, of the metrics for which rules ask that.
    """

    candidate: Measurements
    baselines: Mapping[str, Measurements | Doubt] = field(default_factory=dict)
    today: str = "1970-01-01"
    first_release: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    alpha_share: float = 1.0
    holdout: Doubt | None = None
    past: Past = None

    @property
    def same_model(self) -> frozenset[str]:
        """The baselines that are the model itself, by the digests of both."""
        wanted = self.candidate.digests
        if not wanted:
            return frozenset()
        tables = self.baselines.items()
        return frozenset(name for name, table in tables if isinstance(table, Measurements) and table.digests == wanted)

    def loaded(self, name: str) -> Measurements | None:
        """A baseline's measurements, if they could be had."""
        found = self.baselines.get(name)
        return found if isinstance(found, Measurements) else None
