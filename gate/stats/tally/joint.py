"""The joint covariance of a slice's cells, losses and rank metrics, for the delta method over any expression of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from gate.record import dataclass
from gate.stats.tally.clusters import Summed, name_of, summed
from gate.stats.tally.means import LOSSES, TOLD
from gate.stats.tally.scores import AUC, AVERAGE_PRECISION, rank
from gate.stats.tally.tally import BASELINE, CellKey, Counts, careful, cells
from gate.terms.tally import SCALE, Number

# ("cell", (label, prediction, baseline's)), or (metric, model): ("log_loss", ""), ("roc_auc", "baseline")
Name: TypeAlias = "tuple[str, CellKey | str]"
_RANKS = (AUC, AVERAGE_PRECISION)
MOST_CELLS = 1024  # more have no matrix that is worth its memory
_Vector: TypeAlias = "list[float]"


@dataclass(frozen=True, slots=True)
class Joint:
    """What was estimated together: shares of cells, means of losses, rank metrics, of both models where there are two.

    `covariance` is that of these estimates (already divided by the number of rows), by influence values: for a smooth
    function f of `values` the squared standard error is grad' covariance grad. With clusters it is that of sums over
    whole `clusters` (None where rows are independent).
    """

    names: tuple[Name, ...]
    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    n: int
    clusters: Summed | None = None

    def at(self, metric: str, model: str = "") -> int | None:
        """The place of a loss or rank metric; None where it is not here."""
        return self.names.index((metric, model)) if (metric, model) in self.names else None

    def skewness(self, gradient: Sequence[float], variance: float) -> float | None:
        """The third moment of a function's estimate by the cube of its deviation, by clusters; None where it was not counted."""
        if self.clusters is None:
            return None
        factors: dict[str, float] = {}
        for (kind, which), slope in zip(self.names, gradient, strict=True):
            if slope and kind in _RANKS:
                return None
            name = name_of(which) if isinstance(which, tuple) else kind
            factors[name] = factors.get(name, 0.0) + slope
            if slope and which == BASELINE:
                factors[f"{kind}_change"] = factors.get(f"{kind}_change", 0.0) - slope
        weight = sum(self.clusters.singles[each] for each in self.clusters.cells)
        return self.clusters.skewness(factors, variance, weight)


@careful
def joint(at: Counts) -> Joint | None:
    """All that one covariance matrix can be had of: cells and their losses always, rank metrics where influence values were
    added up. None where rows belong to clusters, and these were not counted; or where there are too many cells."""
    counted = (
        _binary(at)
        if at.header.task == "binary"
        else {key: (each.n, each.weight, each.square) for key, each in cells(at).items()}
    )
    if not counted or len(counted) > MOST_CELLS:
        return None
    system = _System(at, counted)
    if at.clustered:
        return system.by_cluster()
    return system.by_row()


def _binary(at: Counts) -> dict[CellKey, tuple[int, float, float]]:
    """The cells of a binary task: a prediction that is neither label counts as negative."""
    found: dict[CellKey, tuple[int, float, float]] = {}
    for key, cell in cells(at).items():
        name = _own(at, key)
        n, weight, square = found.get(name, (0, 0.0, 0.0))
        found[name] = (n + cell.n, weight + cell.weight, square + cell.square)
    return found


def _own(at: Counts, key: CellKey) -> CellKey:
    positive, negative = at.header.positive, at.header.negative
    here, there = (each if each is None or each == positive else negative for each in key[1:])
    return key[0], here or negative, there


class _System:
    """Columns of numbers that every row has: which cell it is in, its losses, its influence on rank metrics."""

    def __init__(self, at: Counts, counted: Mapping[CellKey, tuple[int, float, float]]) -> None:
        self.at = at
        self.cells = dict(sorted(counted.items(), key=lambda item: str(item[0])))
        self.n = sum(each[0] for each in counted.values())
        self.weight = sum(each[1] for each in counted.values())
        self.square = sum(each[2] for each in counted.values())
        fields = at.tables["cells"][0]
        first = "w." if at.weighted else ""
        self.losses = [each for loss in LOSSES for each in (loss, f"{loss}_change") if f"{first}{each}" in fields]
        self.losses.sort(key=lambda each: each.endswith("_change"))  # as the fields of products have them
        has = at.tables.get("influence", ((), {}))[0]
        self.ranks = [name for model in ("", "baseline.") for metric in _RANKS if (name := f"{model}{metric}") in has]
        self.summed: dict[CellKey, dict[str, float]] = {}
        for key, numbers in at.rows("cells").items():
            if key[0] is not None and not key[3] and key[1] is not None:
                cell = (key[0], key[1], key[2])
                self._add(_own(at, cell) if at.header.task == "binary" else cell, fields, numbers)
        for key, numbers in at.rows("influence").items():
            self._add((key[0], key[1], key[2]), has, numbers, 1.0)

    def _add(self, name: CellKey, fields: Sequence[str], numbers: Mapping[str, Number], scale: float = SCALE) -> None:
        row = self.summed.setdefault(name, {})
        for each in fields:
            row[each] = row.get(each, 0.0) + numbers[each] / scale

    def total(self, field: str) -> float:
        """The sum of a field over cells."""
        return sum(row.get(field, 0.0) for row in self.summed.values())

    def twice(self, *factors: str) -> str:
        """The field of a product weighted by the square of the weight."""
        return ".".join((*(("w", "w") if self.at.weighted else ()), *factors))

    # -- by row

    def by_row(self) -> Joint:
        """The covariance of independent rows: Σ w² (x - m)(x - m)' / (Σ w)²."""
        columns: list[CellKey | str] = [*self.cells, *self.losses, *self.ranks]
        means = [self.mean(each) for each in columns]
        sums = [self.single(each) for each in columns]
        rows = []
        for j, one in enumerate(columns):
            line = []
            for k, other in enumerate(columns):
                crossed = self.crossed(one, other) if j <= k else self.crossed(other, one)
                centred = crossed - means[j] * sums[k] - means[k] * sums[j] + means[j] * means[k] * self.square
                line.append(centred / self.weight**2)
            rows.append(line)
        return self.told(rows)

    def mean(self, column: CellKey | str) -> float:
        """What a column is centred at; influence values are by themselves."""
        if isinstance(column, tuple):
            return self.cells[column][1] / self.weight
        once = f"w.{column}" if self.at.weighted else column
        return self.total(once) / self.weight if column in self.losses else 0.0

    def single(self, column: CellKey | str) -> float:
        """Σ w² x."""
        if isinstance(column, tuple):
            return self.cells[column][2]
        return self.total(self.twice(column)) if column in self.losses else self.total(column)

    def crossed(self, one: CellKey | str, other: CellKey | str) -> float:
        """Σ w² x x', where `one` is not behind `other` among the columns."""
        if isinstance(one, tuple):
            if isinstance(other, tuple):
                return self.cells[one][2] if one == other else 0.0
            row = self.summed.get(one, {})
            return row.get(self.twice(other) if other in self.losses else other, 0.0)
        assert isinstance(other, str)
        if other in self.losses:
            return self.total(self.twice(one, other))
        return self.total(f"{other}.{one}" if one in self.losses else f"{one}.{other}")

    # -- by cluster

    def by_cluster(self) -> Joint | None:
        """The covariance of independent clusters: Σ_g s_g s_g' / (Σ w)², s_g a cluster's sum of x - m."""
        of = summed(self.at, self.cells)
        if of is None:
            return None
        known = {name for pair in of.pairs for name in pair}
        self.losses = [each for each in self.losses if each in known]
        self.ranks = [each for each in self.ranks if each in known]
        columns: list[CellKey | str] = [*self.cells, *self.losses, *self.ranks]
        means, names = [self.mean(each) for each in columns], list(map(name_of, columns))
        with_all = [sum(of.pair(each, cell) for cell in of.cells) for each in names]  # a cluster's weight is that of its cells
        every = sum(of.pair(one, other) for one in of.cells for other in of.cells)
        covariance = [
            [
                _left(of.pair(one, other), -means[j] * with_all[k], -means[k] * with_all[j], means[j] * means[k] * every)
                / self.weight**2
                for k, other in enumerate(names)
            ]
            for j, one in enumerate(names)
        ]
        return self.told(covariance, of)

    # -- as told

    def told(self, covariance: list[_Vector], clusters: Summed | None = None) -> Joint:
        """Losses of the baseline in place of the changes from it, and rank metrics by their names."""
        names: list[Name] = [("cell", each) for each in self.cells]
        values = [self.mean(each) for each in self.cells]
        turn: list[dict[int, float]] = [{index: 1.0} for index in range(len(self.cells))]
        for index, loss in enumerate(self.losses, len(self.cells)):
            own = loss.removesuffix("_change")
            first = len(self.cells) + self.losses.index(own)
            changed = loss != own
            names.append((own, BASELINE if changed else ""))
            values.append(self.mean(own) - (self.mean(loss) if changed else 0.0))
            turn.append({first: 1.0, index: -1.0} if changed else {index: 1.0})
        for index, each in enumerate(self.ranks, len(self.cells) + len(self.losses)):
            metric, model = each.removeprefix("baseline."), BASELINE if each.startswith("baseline.") else ""
            found = rank(self.at, metric, model)
            if found is not None:
                names.append((metric, model))
                values.append(found.value)
                turn.append({index: 1.0})
        turned = tuple(tuple(_product(one, other, covariance) for other in turn) for one in turn)
        return Joint(tuple(names), tuple(values), turned, self.n, clusters)


def _left(*terms: float) -> float:
    """Their sum; nothing where it is no more than rounding may have left of them."""
    found = sum(terms)
    return found if abs(found) > TOLD * sum(map(abs, terms)) else 0.0


def _product(one: Mapping[int, float], other: Mapping[int, float], covariance: Sequence[Sequence[float]]) -> float:
    return sum(_terms(one, other, covariance))


def _terms(one: Mapping[int, float], other: Mapping[int, float], covariance: Sequence[Sequence[float]]) -> Iterator[float]:
    for j, left in one.items():
        for k, right in other.items():
            yield left * right * covariance[j][k]
