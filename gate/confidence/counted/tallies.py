"""Tallies taken apart, for as long as one decision is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.stats.tally.tally import Counts
    from gate.terms.slice import Slice
    from gate.terms.tally import Tally


class Tallies:
    """Tallies slice by slice, each taken apart once."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Tally, Mapping[Slice, Counts]]] = {}
        self._same: dict[tuple[int, int], bool] = {}

    def of(self, tally: Tally) -> Mapping[Slice, Counts]:
        """A tally's slices."""
        if id(tally) not in self._found:
            from gate.stats.tally.tally import by_slice

            self._found[id(tally)] = (tally, by_slice(tally))
        return self._found[id(tally)][1]

    def same(self, one: Tally, other: Tally) -> bool:
        """Whether two are one: the tally of a file is read once for each model in it."""
        if one is other:
            return True
        key = (id(one), id(other))
        if key not in self._same:
            self.of(one), self.of(other)  # kept, so that no other tally gets their identity
            self._same[key] = one.header == other.header and one.tables == other.tables
        return self._same[key]
