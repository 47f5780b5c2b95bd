"""Which columns are compared with the reference, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from gate.measure.definition import Definition
from gate.record import dataclass
from gate.terms.measurements import Unused


class Kind(Enum):
    """How a column is compared."""

    NUMBER = "numbers"
    CATEGORY = "categories"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column to compare. `problem` says why it cannot be, to follow "is"; `label` that its values are labels."""

    name: str
    kind: Kind
    label: bool = False
    problem: str = ""


_NUMBERS = ("integer", "number")
_WORDS = {
    "integer": "numbers",
    "number": "numbers",
    "boolean": "true and false",
    "text": "text",
    "other": "dates or nested values",
}


def chosen(definition: Definition, now: Mapping[str, str], before: Mapping[str, str]) -> tuple[list[Chosen], list[Unused]]:
    """The columns to compare, with what was left out; `now` and `before` say what each column holds.

    `features` as they are named, else all columns that both have but for keys and roles; besides, the score, the
    prediction and the label: their drift tells most.
    """
    unused: list[Unused] = []
    names = list(definition.features)
    if not names:
        names, unused = _shared(definition, now, before)
    ends = [definition.score, *definition.scores.values(), definition.prediction, definition.label]
    names += [name for name in ends if name in now and name in before]
    labels = {definition.label, definition.prediction} if definition.task != "regression" else set()
    return [_chosen(name, name in labels, now, before) for name in dict.fromkeys(names)], unused


def _shared(definition: Definition, now: Mapping[str, str], before: Mapping[str, str]) -> tuple[list[str], list[Unused]]:
    names: list[str] = []
    unused: list[Unused] = []
    roles = {name for name, role in definition.used().items() if role not in ("slices", "columns", "features")}
    for name in now:
        if name in roles:
            continue
        if name not in before:
            unused.append(Unused(name, "not compared: the reference has no such column"))
        elif {now[name], before[name]} == {"other"}:
            unused.append(Unused(name, "not compared: the column holds dates or nested values"))
        else:
            names.append(name)
    return names, unused


def _chosen(name: str, label: bool, now: Mapping[str, str], before: Mapping[str, str]) -> Chosen:
    here, there = now.get(name), before.get(name)
    kind = Kind.NUMBER if here in _NUMBERS and not label else Kind.CATEGORY
    if here is None or there is None:
        return Chosen(name, kind, label, f"not compared: {'the reference has' if here else 'the rows have'} no such column")
    if "other" in (here, there):
        return Chosen(name, kind, label, "not compared: the column holds dates or nested values")
    if not label and _family(here) != _family(there):
        return Chosen(name, kind, label, f"not compared: the column holds {_WORDS[here]}, and {_WORDS[there]} in the reference")
    return Chosen(name, kind, label)


def _family(kind: str) -> str:
    return "number" if kind in _NUMBERS else kind


def type_changed(now: str, before: str) -> bool:
    """Whether a column holds something else than in the reference; integers and other numbers are one."""
    return _family(now) != _family(before)
