"""Many tests at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(values: Sequence[float]) -> list[float]:
    """P-values adjusted for how many there are (Holm 1979).

    Rejecting those below a level rejects any true hypothesis at most that often, whatever the tests have to do with
    each other.
    """
    adjusted = [0.0] * len(values)
    worst = 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        worst = max(worst, min(1.0, values[index] * (len(values) - rank)))
        adjusted[index] = worst
    return adjusted
