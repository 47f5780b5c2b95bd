"""What proving asks of those who look measurements up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gate.language.evaluate import World
from gate.language.tree import Reading
from gate.language.value import Doubt
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Metric
from gate.terms.slice import Slice

if TYPE_CHECKING:
    from gate.confidence.counted.tallies import Tallies
    from gate.terms.tally import Tally


class Asked(NamedTuple):
    """What a rule asks: `confidence` is one-sided, in (0.5, 1); p-values are held against `alpha`, 1 - confidence or less."""

    confidence: float
    alpha: float


class Ground(World, Protocol):
    """The world of a rule, and what stands behind its numbers."""

    @property
    def tallies(self) -> Tallies:
        """What was counted together, taken apart once for all rules."""

    def find(self, of: str, metric: str, on: Slice) -> Measurement | Doubt:
        """The measurement of the candidate (`of` is empty) or of a baseline."""

    def stands_for(self, of: str) -> str:
        """The model whose measurements count: the candidate's (""), for a baseline that is the same model."""

    def table(self, of: str) -> Measurements | Doubt:
        """All measurements of one model."""

    def source(self, metric: str) -> str:
        """The name under which files have a metric."""

    def fact(self, metric: str) -> Metric | None:
        """What is known of a metric."""

    def bindings(self, readings: Iterable[Reading]) -> list[dict[str, str]]:
        """The values over which the stars of these readings run."""


def tally_of(ground: Ground, of: str) -> Tally | None:
    """What was counted together for a model."""
    table = ground.table(of)
    return table.tally if isinstance(table, Measurements) else None
