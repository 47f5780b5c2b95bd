"""The room's Protocol: an engine counts and ranks rows, it never computes a metric."""

from __future__ import annotations

from typing import Protocol

from gate.measure.definition import Definition
from gate.measure.source import Source
from gate.record import dataclass
from gate.terms.tally import Tally

JOINT_ROWS = 300_000  # of which each row's influence is looked at; above, counts by close scores tell as much
EXACT_ROWS = 30_000_000  # ranking holds two numbers a row in memory; above, the grid of scores tells the AUC


class Progress(Protocol):
    """Hears of long work: what is being done ("" for the same as before), the share of it (0 to 1), rows where they are known."""

    def __call__(self, what: str, share: float, rows: int = 0) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How an engine may work. `memory` is a limit like "1GB" ("" for the engine's own), `threads` 0 for all.

    `portable` asks for a tally that merges with others: scores on the grid beside exact ranks. `exact_rows` is how many
    rows are ranked exactly at most. `identify` asks which rows these are (identity.py), `joint` for what only paired and joint
    tests of rank metrics take (influence.py): half of the work. `progress` hears of long work.
    """

    memory: str = ""
    threads: int = 0
    portable: bool = False
    exact_rows: int = EXACT_ROWS
    joint_rows: int = JOINT_ROWS
    identify: bool = False
    joint: bool = True
    progress: Progress | None = None


class Engine(Protocol):
    """One way to count. Modules of this room offer this function."""

    def tally(self, source: Source, definition: Definition, effort: Effort) -> Tally:
        """The rows, counted. Raises InputError: a column missing or of another type, rows that cannot be used."""
