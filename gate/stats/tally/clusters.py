"""What rows that belong together add up to: sums over clusters of products of two and of three columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from json import dumps
from typing import TypeAlias

from gate.record import dataclass
from gate.stats.tally.tally import CellKey, Counts
from gate.stats.unequal import Clusters, of_sizes

Factors: TypeAlias = "Mapping[str, float]"  # of columns, by their names
_ORDERS = {1: 1, 2: 3, 3: 6}  # of three columns, by how many are different


@dataclass(frozen=True, slots=True)
class Summed:
    """`singles`, `pairs` and `cubes` are sums over `count` clusters of what one, two and three columns add up to in each.

    Columns are cells and losses, by `name_of`, and `cells` those of cells: together they are a cluster's rows, or their weight.
    `cubes` may be empty: of many columns they were not counted.
    """

    count: int
    cells: tuple[str, ...]
    singles: Factors
    pairs: Mapping[tuple[str, str], float]
    cubes: Mapping[tuple[str, str, str], float]

    def pair(self, one: str, other: str) -> float:
        """The sum over clusters of the product of two columns."""
        found = self.pairs.get((one, other))
        return self.pairs[other, one] if found is None else found

    def of(self, rows: Factors) -> Clusters:
        """As how many of one size the clusters count for what is averaged over these rows: 1 for a cell that is part of them."""
        seen = {name: factor for name, factor in rows.items() if factor and name in self.singles}
        total = sum(factor * self.singles[name] for name, factor in seen.items())
        squares = sum(seen[one] * seen[other] * self.pair(one, other) for one, other in product(seen, seen))
        return of_sizes(self.count, total, squares, self.third(seen))

    def third(self, factors: Factors) -> float | None:
        """The sum over clusters of the cube of a sum of columns; None where it was not counted."""
        wanted = {name for name, factor in factors.items() if factor and name in self.singles}
        if not wanted <= {name for name, _, _ in self.cubes}:
            return None
        return sum(
            _ORDERS[len({one, two, three})] * factors[one] * factors[two] * factors[three] * each
            for (one, two, three), each in self.cubes.items()
            if {one, two, three} <= wanted
        )

    def skewness(self, factors: Factors, variance: float, weight: float) -> float | None:
        """The third moment of a mean by the cube of its deviation; `factors` are of columns, of which each row has its mean.

        None where it was not counted.
        """
        centre = sum(factor * self.singles.get(name, 0.0) for name, factor in factors.items()) / weight
        centred = dict.fromkeys(self.cells, -centre)
        for name, factor in factors.items():
            centred[name] = centred.get(name, 0.0) + factor
        third = self.third(centred)
        return None if third is None or not variance > 0 else third / weight**3 / variance**1.5


def summed(at: Counts, cells: Iterable[CellKey]) -> Summed | None:
    """What was counted by cluster on a slice; None where that is not all that its cells need."""
    rows = at.rows("clusters")
    inside = tuple([name_of(each) for each in cells])
    singles = {one: float(row["sum"]) for (one, other), row in rows.items() if one and not other}
    if ("", "") not in rows or not inside or not set(inside) <= singles.keys():
        return None
    pairs = {key: float(row["sum"]) for key, row in rows.items() if key[1]}
    pairs |= {key: float(row["sum"]) for key, row in at.rows("cluster_influence").items()}
    cubes = {key: float(row["sum"]) for key, row in at.rows("cluster_cubes").items()}
    return Summed(int(rows["", ""]["sum"]), inside, singles, pairs, cubes)


def name_of(column: CellKey | str) -> str:
    """What the tables of clusters call a column."""
    return dumps(list(column)) if isinstance(column, tuple) else column
