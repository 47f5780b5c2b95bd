"""A tally slice by slice, as tests take it: counts of cells, and the joint covariance of all that was counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gate.record import dataclass
from gate.terms.slice import Slice
from gate.terms.tally import SCALE, Header, Key, Number, Tally

Found = TypeVar("Found")
# (label, the candidate's prediction, the baseline's; None where there is no baseline in the same rows), as texts
CellKey = tuple[str, str, "str | None"]
BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of a cell: how many, their weight (as many without weights), and the sum of its squares."""

    n: int
    weight: float
    square: float


@dataclass(frozen=True, slots=True)
class Counts:
    """One slice of a tally. `tables` holds of every table its fields, and the slice's rows by the rest of their key."""

    header: Header
    on: Slice
    tables: Mapping[str, tuple[tuple[str, ...], Mapping[Key, tuple[Number, ...]]]]

    def rows(self, table: str) -> dict[Key, dict[str, Number]]:
        """The rows of a table as mappings; none where the tally does not have it."""
        fields, rows = self.tables.get(table, ((), {}))
        return {key: dict(zip(fields, row, strict=True)) for key, row in rows.items()}

    @property
    def weighted(self) -> bool:
        """Whether rows count as much as their weights."""
        return bool(self.header.definition.get("weight"))

    @property
    def clustered(self) -> bool:
        """Whether a column says which rows belong together: then those of a cluster are not independent."""
        return bool(self.header.definition.get("cluster"))

    @property
    def paired(self) -> bool:
        """Whether the rows hold a baseline's predictions or scores, too."""
        return bool(self.header.definition.get("baseline_score") or self.header.definition.get("baseline_prediction"))


def by_slice(tally: Tally) -> dict[Slice, Counts]:
    """Every slice of a tally. One pass: keep the answer for as long as the tally is judged."""
    apart: dict[Slice, dict[str, tuple[tuple[str, ...], dict[Key, tuple[Number, ...]]]]] = {}
    for name, table in tally.tables.items():
        for key, row in table.rows.items():
            tables = apart.setdefault(key[0], {})
            if name not in tables:
                tables[name] = (table.fields, {})
            tables[name][1][key[1:]] = row
    return {on: Counts(tally.header, on, tables) for on, tables in apart.items()}


def careful(read: Callable[..., Found]) -> Callable[..., Found | None]:
    """None instead of what cannot be computed: a tally in a file is somebody's word, and may hold any numbers."""

    def reading(*args: Any, **named: Any) -> Found | None:
        try:
            return read(*args, **named)
        except (ArithmeticError, KeyError, IndexError, ValueError, TypeError):
            return None

    reading.__name__, reading.__doc__, reading.__wrapped__ = read.__name__, read.__doc__, read  # type: ignore[attr-defined]
    return reading


# -- cells


def cells(at: Counts) -> dict[CellKey, Counted]:
    """The labelled rows that can be used, by (label, prediction, the baseline's prediction).

    Of a binary task the labels are `at.header.positive` and `at.header.negative`. Empty for tasks without cells.
    """
    found: dict[CellKey, Counted] = {}
    for key, numbers in at.rows("cells").items():
        label, prediction, baseline, state = key
        if label is None or state or prediction is None:
            continue
        n = int(numbers["n"])
        weight, square = (numbers["w"] / SCALE, numbers["w.w"] / SCALE) if at.weighted else (n, n)
        found[label, prediction, baseline] = Counted(n, weight, square)
    return found


@dataclass(frozen=True, slots=True)
class Flips:
    """Rows in which two models differ: `gained` only the candidate has right, `lost` only the baseline, of `n` rows."""

    gained: int
    lost: int
    n: int


def flips(at: Counts, label: str | None = None) -> Flips | None:
    """What a paired test of shares of right predictions needs: over all rows, or those of one label (for recall).

    None where no baseline was counted in the same rows.
    """
    gained = lost = n = 0
    if not at.paired:
        return None
    for (truth, prediction, baseline), cell in cells(at).items():
        if label is not None and truth != label:
            continue
        n += cell.n
        gained += cell.n if prediction == truth != baseline else 0
        lost += cell.n if baseline == truth != prediction else 0
    return Flips(gained, lost, n)
