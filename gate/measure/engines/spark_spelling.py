"""How Spark writes the SQL that counts."""

from __future__ import annotations

import re

from gate.measure.engines.exactly import halves

_QUOTED = re.compile(r"'((?:[^']|'')*)'|(`(?:[^`]|``)*`)|( as varchar\))")
_HARMLESS = re.compile(r"[\w .:@+-]*", re.ASCII)
_FLOOR = "- floor("


class Spelling:
    """How Spark writes SQL. `wide` integers are wider than 64 bits."""

    def __init__(self, wide: bool = False) -> None:
        self.wide = wide

    def name(self, column: str) -> str:
        return "`" + column.replace("`", "``") + "`"

    def is_nan(self, expression: str) -> str:
        return f"isnan({expression})"

    def whole(self, expression: str) -> str:
        if not self.wide:
            return f"cast(cast({expression} as bigint) as decimal(20, 0))"
        # A floor of Spark's is a bigint that stops at 2^63, so that the number is taken apart before.
        high, low = halves(expression.removeprefix("floor") if expression.startswith("floor(") else expression)
        return f"(cast(cast({high} as bigint) as decimal(20, 0)) * 1099511627776 + cast(cast({low} as bigint) as decimal(20, 0)))"

    def of_hex(self, expression: str) -> str:
        return f"cast(conv({expression}, 16, 10) as decimal(20, 0))"


def written(query: str) -> str:
    """A query with texts that mean the same under every setting of a session, and with floors of doubles that are doubles."""
    return _with_double_floors(_QUOTED.sub(_token, query))


def _token(found: re.Match[str]) -> str:
    literal, name, varchar = found.groups()
    if name or varchar:
        return name or " as string)"
    if _HARMLESS.fullmatch(literal):
        return f"'{literal}'"
    return f"decode(unhex('{literal.replace(chr(39) * 2, chr(39)).encode().hex()}'), 'UTF-8')"


def _with_double_floors(query: str) -> str:
    """What is subtracted as a floor may be beyond 2^63: `rint` stays a double."""
    at = query.rfind(_FLOOR)
    while at >= 0:
        end = _closing(query, at + len(_FLOOR))
        inner = query[at + len(_FLOOR) : end]
        query = f"{query[:at]}- (rint({inner}) - case when rint({inner}) > {inner} then 1e0 else 0e0 end){query[end + 1 :]}"
        at = query.rfind(_FLOOR, 0, at)
    return query


def _closing(query: str, start: int) -> int:
    """Where the parenthesis closes that was opened before `start`."""
    depth = 1
    for at in range(start, len(query)):
        depth += {"(": 1, ")": -1}.get(query[at], 0)
        if not depth:
            return at
    return len(query)
