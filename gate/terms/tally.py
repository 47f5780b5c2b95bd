"""A tally: tables of integers by slice, which add up, and the header that says of what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from gate.record import dataclass, field
from gate.terms.slice import Slice

SCALE = 1 << 44  # fixed-point sums count 2^-44ths: exact when added, within 3e-14 a row
EPS = 2.0**-52  # probabilities are clipped to [EPS, 1 - EPS] for log loss, as scikit-learn clips doubles

Number: TypeAlias = "int | float"
# The slice first, then what the table counts by: a label, a prediction, a cell of the grid; None is null.
Key: TypeAlias = "tuple[Any, ...]"


@dataclass(frozen=True, slots=True)
class Table:
    """Counts and sums by key: `keys` names what follows the slice in a key, `fields` the numbers of a row.

    A row's integers add up exactly. Fields called like `log_loss` or `log_loss.brier` are sums of a row's quantity, or of
    a product, in 2^-44ths (`SCALE`). `merges` is false where the rows of two parts cannot simply be added (ranks).
    """

    keys: tuple[str, ...]
    fields: tuple[str, ...]
    rows: Mapping[Key, tuple[Number, ...]]
    merges: bool = True

    def of(self, on: Slice) -> dict[Key, dict[str, Number]]:
        """The rows of a slice by the rest of their key."""
        return {key[1:]: dict(zip(self.fields, row, strict=True)) for key, row in self.rows.items() if key[0] == on}

    def by_slice(self) -> dict[Slice, dict[Key, dict[str, Number]]]:
        """Every slice's rows by the rest of their key, in one pass."""
        found: dict[Slice, dict[Key, dict[str, Number]]] = {}
        for key, row in self.rows.items():
            found.setdefault(key[0], {})[key[1:]] = dict(zip(self.fields, row, strict=True))
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """One file of rows, or what stands for one: what it is called, the SHA-256 of its content ("" where it has none)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was counted, by whom. Tallies merge only where `definition` (as `Definition.document` says it) is equal.

    `positive` and `negative` are the labels of a binary task ("" in others), `task` what the rows turned out to be.
    """

    definition: Mapping[str, Any]
    task: str
    positive: str = ""
    negative: str = ""
    engine: str
    engine_version: str
    parts: tuple[Part, ...]
    edges: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tally:
    """All that metrics are computed from. `cells` is always there; which others, the definition and the engine decide.

    cells   slice, label, prediction, baseline, state -> n, sums of losses     (state: "" usable, else why not: nan, null)
    ranks   slice, model -> exact rank sums of one score                       (does not merge)
    scores  slice, model, label, grid -> n, sum of the score                   (grid.py; merges)
    """

    header: Header
    tables: Mapping[str, Table]

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    @property
    def slices(self) -> list[Slice]:
        """Every slice that has rows, the whole first, then in order."""
        return sorted({key[0] for key in self.tables["cells"].rows})


def text_of(value: Any) -> str:
    """A name in a file that holds a tally. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def key_of(value: Any) -> Any:
    """A part of a key in such a file: null, text or a number. Raises TypeError."""
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError("key")
    return value
