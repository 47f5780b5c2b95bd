"""Which rows these are, and what a model said of them: two digests that do not depend on the order of rows, and add up.

A digest of a set of rows is the number of rows and two sums of 60 bits of each row's MD5: a checksum against mistakes, not
against somebody who makes rows to deceive; who writes the rows could claim anything about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from gate.measure.definition import THRESHOLD, Definition
from gate.measure.sql import Dialect
from gate.record import dataclass
from gate.terms.slice import WHOLE
from gate.terms.tally import Key, Number, Table, Tally

TABLE = "identity"
TEST_SET, PREDICTIONS, IDS, DISTINCT = "test_set", "predictions", "ids", "distinct"
FIELDS = ("n", "low", "high")
_DIGITS = 15  # hexadecimal ones: 60 bits
_WHOLE = "9007199254740992e0"  # doubles below it that are whole are exact
_STEPS = (2.0**20, 2.0**62)  # a double from 2^-24 to 2^40 in steps of 2^-82, which lose nothing of what its 53 bits tell apart
_BANDS = (0, 60, 120)  # smaller ones are brought there by a power of two


class _Open(Protocol):
    rows: str
    spelling: Dialect

    def fetched(self, query: str) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Digests as hex: the same test set is the same ids with the same labels, whatever else the rows hold.

    The same predictions are the same scores cut at the same threshold: to look for the best one is to use the test set.
    `ids` is the digest of the ids alone. `nameless` rows have no id, `repeated` ones have that of another row: such rows
    are not known again by what was labelled, only by how often each label occurs.
    """

    test_set: str
    predictions: str
    ids: str = ""
    nameless: int = 0
    repeated: int = 0


def tables(on: _Open, asked: Definition, kinds: Mapping[str, str]) -> dict[str, Table]:
    """The digests' sums; nothing where rows have no `id`, without which two sets of rows look alike."""
    if not asked.id:
        return {}
    ids = [asked.id, asked.query]
    labels = [*ids, asked.label, *asked.labels.values()]
    said = [asked.id, asked.prediction, asked.score, *asked.scores.values(), *asked.predictions.values()]
    told = {TEST_SET: labels, PREDICTIONS: said, IDS: ids}
    rows = ", ".join(
        f"{_joined([(each, kinds[each]) for each in columns if each], on.spelling)} as {name}" for name, columns in told.items()
    )
    digits = [f"substr({name}, {start}, {_DIGITS})" for name in told for start in (1, 1 + _DIGITS)]
    sums = ", ".join(f"sum({on.spelling.of_hex(each)})" for each in digits)
    found = on.fetched(f"select count(*), {sums} from (select {rows} from {on.rows}) as r0")[0]
    n, *numbers = (int(each or 0) for each in found)
    digests: dict[Key, tuple[Number, ...]] = {
        (WHOLE, name): (n, *numbers[2 * index : 2 * index + 2]) for index, name in enumerate(told)
    }
    known, distinct = _counted(on, asked, kinds)
    digests |= {(WHOLE, DISTINCT): (known, distinct, 0)}
    return {TABLE: Table(("of",), FIELDS, digests)}


def _counted(on: _Open, asked: Definition, kinds: Mapping[str, str]) -> tuple[int, int]:
    """How many rows have an id, and how many ids there are: of each query by itself, as rankings name documents."""
    name, query = (value(each, kinds[each], on.spelling) if each else "" for each in (asked.id, asked.query))
    among = _joined([(asked.query, kinds[asked.query]), (asked.id, kinds[asked.id])], on.spelling) if query else name
    rows = f"select {among} as each from {on.rows} where {name} is not null"
    known, distinct = on.fetched(f"select count(*), count(distinct each) from ({rows}) as r0")[0]
    return int(known), int(distinct)


def identity(tally: Tally | None) -> Identity | None:
    """The digests that a tally holds, None where it holds none."""
    if tally is None or TABLE not in tally:
        return None
    found = {key[1]: row for key, row in tally[TABLE].rows.items()}
    if not found.keys() >= {TEST_SET, PREDICTIONS, IDS, DISTINCT}:
        return None
    asked = tally.header.definition
    cut = asked.get("threshold", THRESHOLD) if "score" in asked and "prediction" not in asked else None
    known, distinct = (int(each) for each in found[DISTINCT][:2])
    return Identity(
        _hex(found[TEST_SET]),
        _hex([*found[PREDICTIONS], *([] if cut is None else [cut])]),
        _hex(found[IDS]),
        nameless=int(found[IDS][0]) - known,
        repeated=known - distinct,
    )


def _hex(row: Iterable[object]) -> str:
    from hashlib import sha256

    return sha256(" ".join(map(str, row)).encode()).hexdigest()


def _joined(columns: Iterable[tuple[str, str]], dialect: Dialect) -> str:
    """The row's digest of columns with their kinds; lengths keep `ab`, `c` apart from `a`, `bc`."""
    told = [value(column, kind, dialect) for column, kind in columns]
    each = [f"coalesce(cast(length({text}) as varchar) || ':' || {text}, 'null')" for text in told]
    return f"md5({' || '.join(each)})"


def value(column: str, kind: str, dialect: Dialect) -> str:
    """SQL for a value as text, the same in every engine and whatever type holds it, as `label_text` has it; NaN is null."""
    name = dialect.name(column)
    if kind == "boolean":
        return f"(case when {name} then '1' when not {name} then '0' end)"
    plain = f"cast({name} as varchar)"
    if kind != "number":
        return plain
    number = f"cast({name} as double)"
    whole = f"abs({number}) < {_WHOLE} and {number} = floor({number})"
    bands = " ".join(
        f"when abs({number}) >= {_double(2.0 ** (-24 - band))} then '{band}:' || {_fixed(number, band)}" for band in _BANDS
    )
    cases = f"when {whole} then cast(cast({number} as bigint) as varchar) when abs({number}) >= {_double(2.0**40)} then {plain}"
    return f"(case when {number} is null or {dialect.is_nan(number)} then null {cases} {bands} else {plain} end)"


def _fixed(number: str, band: int) -> str:
    """A double as two whole numbers: engines write the same double in different ways, and calculate the same."""
    steps = f"{number} * {_double(_STEPS[0] * 2.0**band)}"
    high, rest = f"floor({steps})", f"({steps} - floor({steps}))"
    low = f"floor({rest} * {_double(_STEPS[1])})"
    return " || '.' || ".join(f"cast(cast({part} as bigint) as varchar)" for part in (high, low))


def _double(number: float) -> str:
    return f"{number:.17e}"
