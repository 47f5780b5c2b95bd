"""Counting where the rows stay in a database or on a cluster: only counts come here, by slice and, for few scores, by score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

from gate.errors import InputError, Problem
from gate.measure import ranks
from gate.measure.definition import Definition
from gate.measure.engines.counting import ON_GRID, Connection, Counting, Rows, sliced
from gate.measure.engines.engine import Effort
from gate.measure.further import USABLE
from gate.measure.source import Source
from gate.measure.sql import Dialect
from gate.record import replace
from gate.terms.slice import Slice
from gate.terms.tally import Key, Table

MOST_SCORES = 65_536  # above, scores are counted on the grid
LOOKED_AT = 1_000_000
MOST_JOINT = 200_000  # rows that are fetched to look at each
MOST_GROUPS = 2_000_000  # what is fetched at most: scores by slice, or columns of rows that a metric needs whole


class Remote(Connection, Protocol):
    """A connection to where the rows stay; integers of `wide` have 128 bits."""

    wide: Dialect


class RemoteCounting(Counting):
    """Counting that fetches no rows where counts will do."""

    def __init__(self, connection: Remote, source: Source, definition: Definition, effort: Effort) -> None:
        self.on: Remote = connection
        super().__init__(connection, source, definition, effort)

    def offered(self) -> Offered:
        return Offered(self)

    def on_grid(self, usable: str) -> Iterator[tuple[tuple[str, ...], Rows]]:
        return self.by_sets(("y", "cell"), ON_GRID, usable)

    def few(self, score: str) -> bool:
        """Whether there are few distinct scores; some rows tell that there are not, and spare the pass over all."""
        some = f"(select {score} from ({self.rows}) as r0 where {USABLE} limit {LOOKED_AT}) as r1"
        for rows in (some, f"({self.rows}) as r1 where {USABLE}"):
            distinct = f"(select distinct {score} from {rows} limit {MOST_SCORES + 1}) as r2"
            if self.on.fetched(f"select count(*) from {distinct}")[0][0] > MOST_SCORES:
                return False
        return True

    def ranks(self, rows: int) -> dict[str, Table]:
        del rows
        told: dict[Key, ranks.Ranked] = {}
        for model, score in self.models():
            if not self.few(score):
                return {}
            for columns in self.sets:
                counted = self.on.fetched(self.by_score(self.groups(columns), score))
                if len(counted) > MOST_GROUPS:
                    return {}
                for on, found in _ranked(counted, columns):
                    told[on, model] = found
        return ranks.tables(told, bool(self.asked.weight))

    def by_score(self, groups: Sequence[str], score: str) -> str:
        """A select of rows and weights of each class by slice and score."""
        by = ", ".join([*groups, score])
        classes = [f"sum(case when y = {each} then 1 else 0 end)" for each in (1, 0)]
        if self.asked.weight:
            classes += [f"sum(case when y = {each} then {number} else 0e0 end)" for number in ("w", "w * w") for each in (1, 0)]
        usable = f"({self.rows}) as r0 where {USABLE}"
        return f"select {by}, {', '.join(classes)} from {usable} group by {by} order by {by} limit {MOST_GROUPS + 1}"


def _ranked(counted: Rows, columns: tuple[str, ...]) -> Iterator[tuple[Slice, ranks.Ranked]]:
    """The rank sums of every slice, from counts by score."""
    import numpy as np

    width = len(columns)
    by_slice: dict[Slice, Rows] = {}
    for row in counted:
        by_slice.setdefault(sliced(columns, row), []).append(row[width:])
    for on, rows in by_slice.items():
        table = list(zip(*sorted(rows), strict=True))
        scores = np.array(table[0], dtype=np.float64) + 0.0  # -0.0 is 0.0
        starts = np.flatnonzero(np.concatenate(([True], scores[1:] != scores[:-1])))
        pos, neg = (np.add.reduceat(np.array(each, dtype=np.int64), starts) for each in table[1:3])
        weights = [np.add.reduceat(np.array(each, dtype=np.float64), starts) for each in table[3:]]
        pos_w, neg_w, pos_w2, neg_w2 = weights or (pos, neg, pos, neg)
        score = scores[starts] * (pos_w + neg_w)
        yield on, ranks.ranked(ranks.Groups(pos, neg, pos_w, neg_w, pos_w2, neg_w2, score))


class Offered:
    """What `further.Rows` asks of an engine."""

    at_hand = False

    def counted(self, keys: Mapping[str, str], where: str) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Not here: what is counted by many keys is counted as a table that merges."""
        raise NotImplementedError

    def __init__(self, counting: RemoteCounting) -> None:
        self.source = counting.source
        self.asked = counting.asked
        self.profile = counting.profile
        effort = counting.effort
        exact, joint = min(effort.exact_rows, MOST_GROUPS), min(effort.joint_rows, MOST_JOINT)
        self.effort = replace(effort, exact_rows=exact, joint_rows=joint)
        self.columns = counting.columns
        self.sets = counting.sets
        self.rows = counting.rows
        self.dialect = counting.on.wide
        self.groups: Callable[[Sequence[str]], list[str]] = counting.groups
        self._on = counting.on

    def fetch(self, query: str) -> Rows:
        """All rows of a query's answer."""
        return self._on.fetched(query)

    def apart(self, taken: Sequence[str], where: str) -> Iterator[tuple[Slice, dict[str, Any]]]:
        """Columns of the rows of which `where` holds, slice by slice. Raises InputError: too many rows to fetch."""
        import numpy as np

        codes = [f"g{index}" for index, _ in enumerate(self.columns)]
        query = f"select {', '.join([*codes, *taken])} from ({self.rows}) as r0 where {where} limit {MOST_GROUPS + 1}"
        fetched = self._on.fetched(query)
        if len(fetched) > MOST_GROUPS:
            what = f"something was asked for that needs every row at once, and there are more than {MOST_GROUPS:,}"
            remedy = "measure the rows as files, shard by shard, or ask for less"
            raise InputError(Problem("too-many-rows", what, self.source.where, remedy))
        names = [each.rpartition(" as ")[2] for each in taken]
        columns = [np.array(each) for each in zip(*(row[len(codes) :] for row in fetched), strict=True)]
        for columns_of in self.sets:
            chosen = [self.columns.index(column) for column in columns_of]
            slices = [sliced(columns_of, tuple(row[index] for index in chosen)) for row in fetched]
            order = sorted(range(len(slices)), key=slices.__getitem__)
            starts = [at for at, index in enumerate(order) if not at or slices[index] != slices[order[at - 1]]]
            for start, end in pairwise([*starts, len(order)]):
                yield slices[order[start]], {name: each[order[start:end]] for name, each in zip(names, columns, strict=True)}
