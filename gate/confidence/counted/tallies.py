"""What was counted together, taken apart, for as long as one decision is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.confidence.evidence.matrix import Cells
    from gate.stats.tally.tally import Counts
    from gate.terms.measurement import Measurement
    from gate.terms.slice import Slice
    from gate.terms.tally import Tally


class Tallies:
    """Tallies and confusion matrices slice by slice, each taken apart once: a rule may have 1,000 slices."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Tally, Mapping[Slice, Counts]]] = {}
        self._same: dict[tuple[int, int], bool] = {}
        self._cells: dict[int, tuple[Mapping[Slice, Measurement], Mapping[Slice, Cells]]] = {}

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

    def cells(self, every: Mapping[Slice, Measurement]) -> Mapping[Slice, Cells]:
        """The confusion matrices that a file states, of all slices."""
        if id(every) not in self._cells:
            from gate.confidence.evidence.matrix import by_slice

            self._cells[id(every)] = (every, by_slice(every))
        return self._cells[id(every)][1]
