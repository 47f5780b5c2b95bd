"""A history in a database: the same tables and the same SQL for SQLite and PostgreSQL, which differ in how they are opened.

Both are spoken to by their own drivers. SQLite's comes with Python, so that a history needs nothing installed, and one
`select` costs microseconds; what the two spell differently is four words (`Link`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.history import rows
from gate.history.lines import refuse_unreadable
from gate.history.sql import forget as sql_forget
from gate.history.sql.write import Writing
from gate.history.store import ALL, Which
from gate.record import replace
from gate.reports.record import MalformedError
from gate.terms.run import REFUSED, Entry, Exclusion, Logged, Name, Point, Record, Run, State, Status
from gate.terms.slice import WHOLE, Slice

T = TypeVar("T")
MOST_BYTES = 256 * 2**20  # of a document once it is unpacked

_POINTS = """
    select s.metric, s.slice, p.step, p.value, p.evidence from series s
    join (select series, run, step, value, evidence from latest
          union all select series, run, step, value, evidence from earlier) p
    on p.series = s.id where p.run = ? and s.model = ? and s.branch = ?"""
_LAST = """
    select r.facts, l.step, l.value, l.evidence from latest l cross join runs r where r.number = l.run and l.series = ?"""
_EXCLUDED = "exists (select 1 from exclusions e where e.model = r.model and e.since <= r.started and r.started < e.until)"


class Cursor(Protocol):
    """Statements inside one transaction; every value stands for a `?`."""

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows that it finds."""

    def do(self, statement: str, values: Sequence[Any] = ()) -> int:
        """How many rows it changed."""

    def many(self, statement: str, values: Sequence[Sequence[Any]]) -> None:
        """The same statement for each, if there are any."""


class Link(Protocol):
    """A database that is open. `where` is what messages call it, `spelling` its words for the schema, `lock` what keeps a row
    that was read from being changed by others until the end, `has_table` a question with the name of a table."""

    where: str
    spelling: dict[str, str]
    lock: str
    has_table: str

    def write(self, work: Callable[[Cursor], T], lasting: bool = True) -> T:
        """Do the work in one transaction: all of it is kept when this returns; `lasting` says that it must outlive the machine,
        too. Raises HistoryError, and then nothing of it is."""

    def read(self, work: Callable[[Cursor], T]) -> T:
        """Do the work on one state of the database. Raises HistoryError."""

    def close(self) -> None:
        """Let it go."""


class SqlStore:
    """As gate.history.store says."""

    direct = True

    def __init__(self, link: Link) -> None:
        self._link = link
        self._series: dict[tuple[str, str, str, str], int] = {}
        self._sound: Run | None = None  # that was kept last

    def add(self, records: Sequence[Record]) -> None:
        refuse_unreadable(records, self._sound)
        self.keep(records)
        self._sound = next((each.run for each in records if isinstance(each, Entry)), None)

    def keep(self, records: Sequence[Record]) -> None:
        """Add records that were read somewhere, and so can be read again."""

        def work(cursor: Cursor) -> Writing:
            writing = Writing(cursor, self._link.lock, self._series)
            for each in records:
                writing.put(each)
            return writing

        going_on = all(isinstance(each, Entry) and each.run.status is Status.RUNNING for each in records)
        done = self._checked(lambda: self._link.write(work, lasting=not going_on))
        self._series.update(done.made)  # only what is committed is known

    def models(self) -> list[str]:
        return sorted(str(model) for (model,) in self._all("select distinct model from runs"))

    def run(self, name: str) -> Run | None:
        found = self._all("select facts from runs where id = ?", [name])
        return self._run(found[0][0]) if found else None

    def runs(self, which: Which = ALL) -> list[Run]:
        wanted, values = _conditions(which)
        found = self._all(f"select r.facts from runs r where {wanted} order by r.number desc{_limit(which.limit)}", values)
        return [self._run(facts) for (facts,) in found]

    def last(self, metric: str, k: int, which: Which = ALL, on: Slice = WHOLE) -> list[Logged]:
        wanted, values = _conditions(replace(which, model="", branch=""))  # a series is of one model and branch
        text = rows.slice_text(on)

        def work(cursor: Cursor) -> list[Any]:
            found: list[Any] = []
            for series in _series(cursor, metric, text, which):
                statement = f"{_LAST} and {wanted} order by l.run desc{_limit(k)}"
                found += cursor.all(statement, [series, *values])
            return found

        found = self._checked(lambda: self._link.read(work))
        logged = [
            Logged(self._run(facts), self._point(metric, text, step, value, evidence)) for facts, step, value, evidence in found
        ]
        return sorted(logged, key=lambda each: each.run.order, reverse=True)[:k]

    def points(self, run: str, metric: str = "") -> list[Point]:
        def work(cursor: Cursor) -> list[Any]:
            found = cursor.all("select number, model, branch from runs where id = ?", [run])
            if not found:
                return []
            narrowed = f"{_POINTS} and s.metric = ?" if metric else _POINTS
            return cursor.all(narrowed, [*found[0], *([metric] if metric else [])])

        found = [self._point(*row) for row in self._checked(lambda: self._link.read(work))]
        return sorted(found, key=lambda point: (point.metric, point.slice, point.step))

    def document(self, run: str, kind: str) -> str:
        found = self._all(
            "select d.packed from documents d join runs r on r.number = d.run where r.id = ? and d.kind = ?", [run, kind]
        )
        return self._unpacked(bytes(found[0][0])) if found else ""

    def documents(self, run: str) -> list[str]:
        found = self._all("select d.kind from documents d join runs r on r.number = d.run where r.id = ?", [run])
        return sorted(str(kind) for (kind,) in found)

    def names(self, model: str = "") -> list[Name]:
        statement = "select n.model, n.name, r.id, n.at, n.made_by from names n join runs r on r.number = n.run"
        found = [Name(*map(str, row)) for row in self._of_model(statement, "n", model)]
        return sorted(found, key=lambda name: (name.model, name.name))

    def exclusions(self, model: str = "") -> list[Exclusion]:
        statement = "select x.model, x.since, x.until, x.why, x.made_by from exclusions x"
        found = (Exclusion(*map(str, row)) for row in self._of_model(statement, "x", model))
        return sorted(found, key=lambda exclusion: (exclusion.model, exclusion.since, exclusion.until))

    def states(self, prefix: str = "") -> list[State]:
        found = self._all("select name, text, at from states order by name")
        return [state for row in found if (state := State(*map(str, row))).key.startswith(prefix)]

    def others(self) -> set[str]:
        return set()

    def forget(
        self, names: Collection[tuple[str, str]], runs: Collection[str] = (), ranges: Collection[tuple[str, str, str]] = ()
    ) -> None:
        self._checked(lambda: self._link.write(lambda cursor: sql_forget.forget(cursor, names, runs, ranges)))

    def forget_sent(self, entry: Entry) -> None:
        """Take away a run that was copied elsewhere, unless it has more points by now."""
        self._checked(lambda: self._link.write(lambda cursor: sql_forget.forget_sent(cursor, entry)))

    def close(self) -> None:
        self._link.close()

    # -- what comes back

    def _all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._checked(lambda: self._link.read(lambda cursor: cursor.all(statement, values)))

    def _of_model(self, statement: str, table: str, model: str) -> list[Any]:
        return self._all(f"{statement} where {table}.model = ?" if model else statement, [model] if model else [])

    def _checked(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except MalformedError as error:
            raise rows.corrupt(self._link.where, error) from None
        except UnicodeEncodeError as error:
            what = f"no history holds `{shown(error.object, 40)}`: half of a character (a lone surrogate)"
            raise HistoryError(Problem("history-refused", what, remedy="write it in UTF-8")) from None

    def _run(self, facts: str) -> Run:
        def work() -> Run:
            run: Run = rows.RUN.read(rows.decode(facts), "")
            return run

        return self._checked(work)

    def _point(self, metric: str, on: str, step: int, value: float, evidence: str | None) -> Point:
        return self._checked(lambda: rows.point_of(metric, on, step, value, evidence))

    def _unpacked(self, packed: bytes) -> str:
        unpacking = zlib.decompressobj()
        try:
            text = unpacking.decompress(packed, MOST_BYTES).decode("utf-8", "surrogatepass")
        except (zlib.error, UnicodeDecodeError) as error:
            raise rows.corrupt(self._link.where, error) from None
        if not unpacking.eof:
            raise rows.corrupt(self._link.where, ValueError("a document that is cut off, or too large"))
        return text


def no_history(where: str) -> HistoryError:
    """What to raise where nothing was recorded yet."""
    return HistoryError(
        Problem("history-missing", f"there is no history yet: {where}", remedy="record a run: `gate check metrics.json --record`")
    )


def _conditions(which: Which) -> tuple[str, list[Any]]:
    """What must hold of a run `r`, and the values for it."""
    tests: list[tuple[str, Any]] = [
        ("r.model = ?", which.model or None),
        ("r.branch = ?", _branch(which)),
        ("r.trusted = ?", None if which.trusted is None else int(which.trusted)),
        ("r.passed = ?", None if which.passed is None else int(which.passed)),
        ("r.test_set = ?", which.test_set or None),
        ("r.started >= ?", which.since or None),
        ("r.started < ?", which.before or None),
    ]
    wanted = [test for test, value in tests if value is not None]
    if which.status is not None:
        wanted.append(f"r.status = '{which.status.value}'")  # to the letter: an index holds the runs that are open
    if which.refused is not None:
        wanted.append(f"r.verdict {'in' if which.refused else 'not in'} {REFUSED}")
    if which.excluded is not None:
        wanted.append(_EXCLUDED if which.excluded else f"not {_EXCLUDED}")
    return " and ".join(wanted) or "1 = 1", [value for _, value in tests if value is not None]


def _branch(which: Which) -> str | None:
    """As the tables have it; None for any."""
    return "" if which.branch is None else which.branch or None


def _limit(limit: int | None) -> str:
    return "" if limit is None else f" limit {max(0, int(limit))}"


def _series(cursor: Cursor, metric: str, on: str, which: Which) -> list[int]:
    tests = {"metric": metric, "slice": on, "model": which.model or None, "branch": _branch(which)}
    wanted = {column: value for column, value in tests.items() if value is not None}
    found = cursor.all(f"select id from series where {' and '.join(f'{each} = ?' for each in wanted)}", [*wanted.values()])
    return [int(row[0]) for row in found]
