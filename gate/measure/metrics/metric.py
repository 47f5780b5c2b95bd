"""The room's Protocol: a family of metrics, each a pure function of one slice of a tally."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from gate.measure.definition import Definition
from gate.record import dataclass, field
from gate.terms.metric import Direction
from gate.terms.slice import Slice, class_column
from gate.terms.tally import SCALE, Key, Number, Tally

UP, DOWN = Direction.HIGHER, Direction.LOWER


@dataclass(frozen=True, slots=True)
class Value:
    """A metric on a slice. `value` is None where it is not defined; `problem` then says why, to follow "is".

    `n` is the denominator of a share and `k` its numerator; `stderr` comes from influence values (the first order), for
    display and for normal bounds, not for verdicts at small support.
    """

    value: float | None
    n: float | None = None
    k: float | None = None
    stderr: float | None = None
    n_pos: float | None = None
    n_neg: float | None = None
    interval: tuple[float, float, float] | None = None  # low, high, two-sided confidence
    problem: str = ""


class Named(NamedTuple):
    """A value's name, where it is not the described metric's own, or the value of one class only (`recall[class=cat]`).

    `of_cell` is the value of one cell of a confusion matrix: (label, prediction).
    """

    name: str
    described: str = ""
    of_class: str | None = None
    of_cell: tuple[str, str] | None = None


Names: TypeAlias = "str | Named"


@dataclass(frozen=True, slots=True)
class Described:
    """A metric as the catalogue describes it. `needs` are tables of the tally; `oracle` is the function of scikit-learn."""

    name: str
    better: Direction | None
    low: float | None = None
    high: float | None = None
    needs: tuple[str, ...] = ("cells",)
    labelled: bool = True
    unit: str = ""
    oracle: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One slice of a tally, as one model sees it: `model` is "" for the candidate, "baseline" for the other in the same rows.

    `tables` holds the slice's rows of every table, by the rest of their key.
    """

    tally: Tally
    definition: Definition
    on: Slice
    model: str
    tables: Mapping[str, Mapping[Key, Mapping[str, Number]]] = field(default_factory=dict)

    def rows(self, table: str) -> Mapping[Key, Mapping[str, Number]]:
        """The slice's rows of a table; none where the tally does not have it."""
        return self.tables.get(table, {})

    def usable(self) -> Iterator[tuple[str, str, Mapping[str, Number]]]:
        """(label, this model's prediction, numbers) of the cells that have a label and can be used."""
        index = 2 if self.model else 1
        for key, numbers in self.rows("cells").items():
            if key[0] is not None and not key[3] and key[index] is not None:
                yield key[0], key[index], numbers

    @property
    def weighted(self) -> bool:
        return bool(self.definition.weight)

    def matrix(self) -> dict[tuple[str, str], Cell]:
        """The confusion matrix: (label, prediction) to counts and weights."""
        found: dict[tuple[str, str], Cell] = {}
        for label, prediction, numbers in self.usable():
            n = int(numbers["n"])
            weight, square = (numbers["w"] / SCALE, numbers["w.w"] / SCALE) if self.weighted else (n, n)
            before = found.get((label, prediction), _NO_ROWS)
            found[label, prediction] = Cell(before.n + n, before.weight + weight, before.square + square)
        return found

    def total(self, *factors: str) -> float:
        """The sum over usable rows of a product of losses, weighted once; exact to 2^-44 a row."""
        name = ".".join((("w",) if self.weighted else ()) + factors)
        return sum(int(numbers[name]) for _, _, numbers in self.usable()) / SCALE

    def total_squares(self, *factors: str) -> float:
        """The same, weighted by the square of the weight."""
        name = ".".join((("w", "w") if self.weighted else ()) + factors)
        return sum(int(numbers[name]) for _, _, numbers in self.usable()) / SCALE

    def has(self, name: str) -> bool:
        """Whether a loss was added up."""
        return (f"w.{name}" if self.weighted else name) in self.tally["cells"].fields


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of a confusion matrix's cell: how many, their weight (as many without weights), and the sum of its squares."""

    n: int
    weight: float
    square: float


_NO_ROWS = Cell(0, 0, 0)


class Family(Protocol):
    """Metrics that are computed alike. Modules of this room offer these; `catalogue.FAMILIES` lists them."""

    METRICS: Sequence[Described]

    def applies(self, tally: Tally, definition: Definition) -> bool:
        """Whether the tally counts what the family needs."""

    def measure(self, view: View) -> Mapping[Names, Value]:
        """The values on a slice by name; every name is one of METRICS, or says which it is."""


def values(view: View, families: Sequence[Any]) -> dict[tuple[str, Slice], tuple[Described, Value]]:
    """All that the families measure on a slice, and on the classes in it."""
    found: dict[tuple[str, Slice], tuple[Described, Value]] = {}
    for family in families:
        described = {each.name: each for each in family.METRICS}
        for key, value in family.measure(view).items():
            named = Named(key) if isinstance(key, str) else key
            on = view.on if named.of_class is None else within_class(view, named.of_class)
            if named.of_cell is not None:
                on = Slice.of([*view.on.parts, *zip(("label", "prediction"), named.of_cell, strict=True)])
            found[named.name, on] = described[named.described or named.name], value
    return found


def within_class(view: View, label: str) -> Slice:
    """A slice's rows as one class sees them; the column is `class`, or `label_class` where the rows are sliced by a `class`."""
    return Slice.of([*view.on.parts, (class_column(view.definition.slices), label)])
