"""A column of times as seconds since 1970 in UTC, however it is written."""

from __future__ import annotations

from gate.measure.sql import Dialect

_OFFSET = r"[0-9]:[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"


def seconds(column: str, kind: str, declared: str, dialect: Dialect) -> str:
    """SQL for the seconds of a column; "" where it holds no times.

    Text is ISO 8601 and in UTC unless it says otherwise; what is no time is null. Numbers are seconds, or so large that
    they must be milli-, micro- or nanoseconds.
    """
    name = dialect.name(column)
    if kind in ("integer", "number"):
        number = f"cast({name} as double)"
        steps = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
        cases = " ".join(f"when abs({number}) > {limit!r} then {number} / {factor!r}" for limit, factor in steps)
        return f"case when {dialect.is_nan(number)} then null {cases} else {number} end"
    if kind == "text":
        zoned, plain = (f"epoch(try_cast({name} as {type_}))" for type_ in ("timestamptz", "timestamp"))
        return f"case when regexp_matches({name}, '{_OFFSET}') then {zoned} else {plain} end"
    return f"epoch({name})" if declared.startswith(("TIMESTAMP", "DATE")) else ""
