"""A world written by hand: numbers by name, whatever their slice, unless a slice is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.language.evaluate import Result, evaluate
from gate.language.resolve import compile_rule
from gate.language.tree import Number, Reading
from gate.language.value import Doubt, Value, in_doubt, known, mean, unknown
from gate.terms.slice import WHOLE, Slice

MISSING = Doubt("test-missing", "there is no value")
WEAK = Doubt("test-weak", "there is too little evidence", weak=True)

Cell = float | bool | Doubt | tuple[float, Doubt]


class FakeWorld:
    """Cells are numbers, booleans, a doubt in place of a value, or a number with a doubt.

    Names are written as rules write them: `f1`, `f1[r=eu]`; a baseline's are `baseline f1`.
    """

    def __init__(
        self, cells: Mapping[str, Cell], highest: Mapping[str, float] | None = None, runs: tuple[float, ...] = ()
    ) -> None:
        self.cells = cells
        self.tops = highest or {}
        self.runs = runs

    def cell(self, of: str, metric: str, on: Slice) -> Cell:
        name = f"{of} {metric}".strip()
        return self.cells.get(f"{name}[{on}]" if on else name, MISSING)

    def number(self, of: str, metric: str, on: Slice) -> Value:
        cell = self.cell(of, metric, on)
        if isinstance(cell, Doubt):
            return unknown(cell)
        return in_doubt(known(cell[0]), cell[1]) if isinstance(cell, tuple) else known(cell)

    def boolean(self, of: str, metric: str, on: Slice) -> bool | Doubt:
        cell = self.cell(of, metric, on)
        return cell if isinstance(cell, (bool, Doubt)) else MISSING

    def highest(self, metric: str) -> float | None:
        return self.tops.get(metric)

    def in_percent(self, metric: str) -> bool:
        return metric.endswith("_percent")

    def bindings(self, readings: Iterable[Reading]) -> list[dict[str, str]]:
        """The values of column r: all that stand in names of these metrics."""
        starts = {f"{reading.metric}[r=" for reading in readings}
        found = {name.partition("[r=")[2].rstrip("]") for name in self.cells if any(start in name for start in starts)}
        return [{"r": value} for value in sorted(found)]

    def history(self, metric: str, on: Slice, count: int) -> list[Value] | Doubt:  # noqa: ARG002
        assert on == WHOLE
        return [known(run) for run in self.runs[-count:]] if len(self.runs) >= count else MISSING

    def expected(self, function: str, metric: str, on: Slice, count: int) -> Value:
        found = self.history(metric, on, count)
        return unknown(found) if isinstance(found, Doubt) else (min if function == "expected_low" else max)(found)

    def tracked(self, function: str, metric: str, on: Slice, count: int) -> Value:
        found, now = self.history(metric, on, count), self.number("", metric, on)
        if isinstance(found, Doubt) or function == "cusum":
            return unknown(found) if isinstance(found, Doubt) else known(0)
        return mean([*found, now])


def judge(rule: str, highest: Mapping[str, float] | None = None, runs: tuple[float, ...] = (), **cells: Cell) -> Result:
    """The result of a rule on cells; `baseline_f1` is the baseline's f1."""
    named = {name.replace("baseline_", "baseline ", 1): cell for name, cell in cells.items()}
    return evaluate(compile_rule(rule, {"low": Number(0.8)}).tree, FakeWorld(named, highest, runs))


def judge_cells(rule: str, cells: Mapping[str, Cell]) -> Result:
    """The result of a rule on cells whose names have slices."""
    return evaluate(compile_rule(rule).tree, FakeWorld(cells))
