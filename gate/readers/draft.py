"""What a reader of another tool's file gathers: measurements under names that need no quotes, aliases, cases."""

from __future__ import annotations

import re
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.language.tokens import nfc
from gate.language.write import write_name
from gate.readers import evidence
from gate.readers.names import LONGEST, clean
from gate.readers.source import SourceFile
from gate.readers.table import Table
from gate.readers.values import kind
from gate.record import replace
from gate.terms.case import Case
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice, slice_value

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER

_UNFIT = re.compile(r"[^\w./:@-]+")
_EDGES = re.compile(r"^\W+|\W+$")
_LONGEST_ERROR = 300  # characters of what a case says of its error


def bare(text: str) -> str:
    """A name that a rule reads without quotes; what it cannot hold becomes `_`. Never empty."""
    name = _EDGES.sub("", _UNFIT.sub(" ", nfc(text))).replace(" ", "_") or "_"
    return name if write_name(name) == name else f"_{name}"


class Draft:
    """Fills up, then becomes Measurements. Whatever does not fit raises InputError with the file's name."""

    def __init__(self, file: SourceFile, tool: str) -> None:
        self.file = file
        self.tool = tool
        self.table = Table()
        self.raw: dict[str, str] = {}  # name -> what the file calls it
        self.aliases: dict[str, str] = {}
        self.cases: list[Case] = []

    def place(self, line: int = 0) -> Place:
        return Place(self.file.name, line)

    def add(self, raw: str, value: Any, *, name: str = "", on: Slice = WHOLE, line: int = 0, **support: Any) -> str:
        """Takes a measurement that the file calls `raw`; its evidence is that of a plain metrics file (`n`, `k`, `unit`…).

        `name` is what to call it instead. Returns the name under which rules find it.
        """
        name = self.called(raw, name, line)
        better = support.pop("better", None)
        said = {"value": value, **{key: each for key, each in support.items() if each is not None}}
        item = evidence.measurement(said, name, on, self.place(line))
        self.table.add(item if better is None else replace(item, better=better))
        return name

    def called(self, raw: str, name: str = "", line: int = 0) -> str:
        """The name for what the file calls `raw`; two raw names never get the same."""
        where = self.place(line)
        raw = clean(raw, where)
        name = bare(clean(name, where) if name else raw)
        if self.raw.setdefault(name, raw) != raw:
            message = f"`{shown(self.raw[name])}` and `{shown(raw)}` would both be called `{shown(name)}`"
            raise InputError(Problem("names-meet", message, where, "rename one of them where it is measured"))
        if raw != name:
            self.alias(raw, name)
        return name

    def share(self, raw: str, k: float, n: float, **more: Any) -> str:
        """Takes k of n, as `add` does; of nothing, there is no value."""
        return self.add(raw, k / n if n else 0, k=k, n=n, **more)

    def alias(self, other: str, name: str) -> None:
        """Another name for a measurement; the first to claim it keeps it."""
        if other != name:
            self.aliases.setdefault(clean(other, self.place()), name)

    def leave(self, name: str, why: str, line: int = 0) -> None:
        """Notes something that is not a measurement."""
        self.table.leave(clean(name[:LONGEST], self.place(line)), why, self.place(line))

    def case(self, identity: str, metric: str, score: float | None, **more: Any) -> None:
        """Takes the score of one example; an overlong id or error is cut."""
        error = clean(more.pop("error", "")[:_LONGEST_ERROR], self.place())
        self.cases.append(Case(_cut(identity, self.place()), metric, score, error=error, **more))

    def number_repeats(self) -> None:
        """Counts cases of one id, metric and slice as repetitions, in their order."""
        seen: dict[tuple[str, str, Slice], int] = {}
        for index, case in enumerate(self.cases):
            key = (case.id, case.metric, case.slice)
            self.cases[index] = replace(case, repeat=seen.get(key, 0))
            seen[key] = seen.get(key, 0) + 1

    def slice(self, columns: dict[str, Any]) -> Slice:
        """The slice that columns with their values describe."""
        here = self.place()
        parts = {}
        for column, value in columns.items():
            if isinstance(value, (dict, list)) or not column:
                raise self.broken(f"the column `{shown(column)}` of a slice", value, "text or a number")
            parts[clean(column, here)] = clean(slice_value(value), here)
        return Slice.of(parts)

    def finished(self) -> Measurements:
        """Everything gathered; an alias that is also a name is dropped."""
        aliases = {alias: name for alias, name in self.aliases.items() if alias not in self.table.by_metric}
        return replace(self.table.measurements(aliases), cases=tuple(self.cases))

    # -- the shape of the file

    def broken(self, what: str, found: Any, wanted: str, line: int = 0) -> InputError:
        """The error for a part that is not as the tool writes it."""
        return self.refusal(f"{what} is {kind(found)}, not {wanted}", line)

    def refusal(self, message: str, line: int = 0, remedy: str = "") -> InputError:
        """The error for a file that looks like the tool's and is not."""
        remedy = remedy or "was the file cut or changed? `--from metrics` reads plain names and numbers"
        return InputError(Problem("broken-format", f"not {self.tool}: {message}", self.place(line), remedy))

    def mapping(self, found: Any, what: str) -> dict[str, Any]:
        """The part when it is a mapping."""
        if not isinstance(found, dict):
            raise self.broken(f"`{shown(what)}`", found, "a mapping")
        return found

    def list(self, found: Any, what: str) -> list[Any]:
        """The part when it is a list."""
        if not isinstance(found, list):
            raise self.broken(f"`{shown(what)}`", found, "a list")
        return found

    def text(self, found: Any, what: str) -> str:
        """The part when it is text."""
        if not isinstance(found, str):
            raise self.broken(f"`{shown(what)}`", found, "text")
        return found


def _cut(identity: str, where: Place) -> str:
    """The id, at most as long as a name may be; a digest keeps two long ones apart."""
    if len(identity) <= LONGEST:
        return clean(identity, where)
    from hashlib import sha256

    digest = sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return clean(f"{identity[: LONGEST - 50]}…{digest}", where)
