"""Two policies on runs that were recorded: which verdicts would have been others."""

from __future__ import annotations

from gate.record import dataclass


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run of which the two policies say different things: their verdicts, and for each rule that decides otherwise a line."""

    run: str
    at: str
    commit: str
    before: str
    after: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """The runs that were asked for (`asked`, as "run:last-40"), newest first: how many could be judged, and what changed.

    `skipped` says why others could not.
    """

    asked: str
    judged: int
    changed: tuple[Replayed, ...] = ()
    skipped: tuple[str, ...] = ()
