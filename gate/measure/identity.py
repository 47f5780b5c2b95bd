"""Which rows these are, and what a model said of them: two digests that do not depend on the order of rows, and add up.

A digest of a set of rows is the number of rows and two sums of 60 bits of each row's MD5: a checksum against mistakes, not
against somebody who makes rows to deceive; who writes the rows could claim anything about them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from gate.measure.definition import THRESHOLD, Definition
from gate.measure.sql import Dialect
from gate.record import dataclass
from gate.terms.slice import WHOLE
from gate.terms.tally import Table, Tally

TABLE = "identity"
TEST_SET, PREDICTIONS = "test_set", "predictions"
FIELDS = ("n", "low", "high")
_DIGITS = 15  # hexadecimal ones: 60 bits


class _Open(Protocol):
    rows: str
    spelling: Dialect

    def fetched(self, query: str) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Digests as hex: the same test set is the same ids with the same labels, whatever else the rows hold.

    The same predictions are the same scores cut at the same threshold: to look for the best one is to use the test set.
    """

    test_set: str
    predictions: str


def tables(on: _Open, asked: Definition) -> dict[str, Table]:
    """The digests' sums; nothing where rows have no `id`, without which two sets of rows look alike."""
    if not asked.id:
        return {}
    labels = [asked.id, asked.label, asked.query, *asked.labels.values()]
    said = [asked.id, asked.prediction, asked.score, *asked.scores.values(), *asked.predictions.values()]
    rows = f"select {_joined(labels, on.spelling)} as a, {_joined(said, on.spelling)} as b from {on.rows}"
    digits = [f"substr({name}, {start}, {_DIGITS})" for name in "ab" for start in (1, 1 + _DIGITS)]
    sums = ", ".join(f"sum({on.spelling.of_hex(each)})" for each in digits)
    found = on.fetched(f"select count(*), {sums} from ({rows}) as r0")[0]
    n, *numbers = (int(each or 0) for each in found)
    digests = {(WHOLE, TEST_SET): (n, *numbers[:2]), (WHOLE, PREDICTIONS): (n, *numbers[2:])}
    return {TABLE: Table(("of",), FIELDS, digests)}


def identity(tally: Tally | None) -> Identity | None:
    """The digests that a tally holds, None where it holds none."""
    if tally is None or TABLE not in tally:
        return None
    found = {key[1]: row for key, row in tally[TABLE].rows.items()}
    if TEST_SET not in found or PREDICTIONS not in found:
        return None
    asked = tally.header.definition
    cut = asked.get("threshold", THRESHOLD) if "score" in asked and "prediction" not in asked else None
    return Identity(_hex(found[TEST_SET]), _hex([*found[PREDICTIONS], *([] if cut is None else [cut])]))


def _hex(row: Iterable[object]) -> str:
    from hashlib import sha256

    return sha256(" ".join(map(str, row)).encode()).hexdigest()


def _joined(columns: Iterable[str], dialect: Dialect) -> str:
    """The row's digest of these columns; lengths keep `ab`, `c` apart from `a`, `bc`."""
    told = [f"cast({dialect.name(column)} as varchar)" for column in columns if column]
    each = [f"coalesce(cast(length({text}) as varchar) || ':' || {text}, 'null')" for text in told]
    return f"md5({' || '.join(each)})"
