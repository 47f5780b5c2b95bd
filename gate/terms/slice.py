"""A slice: a subset of the data, named by columns and their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.record import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """Columns with their values as text, sorted by column; the empty slice is everything."""

    parts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, columns: Mapping[str, str] | Iterable[tuple[str, str]]) -> Slice:
        return cls(tuple(sorted(dict(columns).items())))

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for column, _ in self.parts)

    def __str__(self) -> str:
        return ", ".join(f"{column}={value}" for column, value in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)


WHOLE = Slice()
CLASSES = ("class", "label_class")  # columns that say whose metric it is, not which rows


def class_column(slices: Iterable[Iterable[str]]) -> str:
    """Under which of them metrics of one class stand: the second where rows are sliced by a column `class` of their own."""
    return CLASSES[any(CLASSES[0] in columns for columns in slices)]


def apart(first: Slice, second: Slice) -> bool:
    """Whether two slices have no row in common."""
    other = dict(second.parts)
    return any(other.get(column, value) != value for column, value in first.parts)


def slice_value(value: object) -> str:
    """How a value of a slice column is written: numbers at their shortest, words of JSON in lower case."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)


def written_value(value: object, text: str) -> str:
    """A value that YAML wrote as `text`: a number that starts with zeros is a code and keeps them (`zip: 02134`)."""
    if isinstance(value, int) and len(text) > 1 and text.startswith("0") and text.isdigit():
        return text
    return slice_value(value)
