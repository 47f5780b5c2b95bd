"""The law of exit 0 said again, from the situation alone: no finding of gate's own is believed."""

from __future__ import annotations

import math

from tests.laws.gates import (
    FAILS,
    HOLDS,
    MIN_N,
    MISSING,
    NOT_YET,
    SLICES,
    WEAK,
    Cells,
    Leaf,
    Line,
    Pardon,
    Situation,
)

SIGNS = {
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
}
OTHER_SIGN = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}


def key(metric: str, on: str) -> str:
    return f"s[{on}]" if metric == "s" else metric


def read(cells: Cells, name: str, min_n: bool, boolean: bool) -> tuple[float | bool, str]:
    """A value and what is in doubt about it: nothing, too few rows, or everything."""
    if name not in cells:
        return math.nan, MISSING
    cell = cells[name]
    value, n = (cell["value"], cell["n"]) if isinstance(cell, dict) else (cell, None)
    if isinstance(value, bool) is not boolean or not isinstance(value, (bool, int, float)) or not math.isfinite(value):
        return math.nan, MISSING
    if min_n and n is None:
        return math.nan, MISSING
    return value, WEAK if min_n and n is not None and n < MIN_N else ""


def judge_leaf(leaf: Leaf, on: str, situation: Situation, min_n: bool, turned: bool) -> str:
    """Whether one comparison holds, fails, or why neither is known."""
    if leaf.metric == "ok":
        value, doubt = read(situation.cells, "ok", min_n, True)
        return doubt or (HOLDS if (value == bool(leaf.threshold)) is not turned else FAILS)
    value, doubt = read(situation.cells, key(leaf.metric, on), min_n, False)
    doubts = {doubt} - {""}
    threshold = leaf.threshold
    if threshold is None:
        if situation.before is None:
            return MISSING if doubts else NOT_YET
        before, doubt = read(situation.before, key(leaf.metric, on), min_n, False)
        doubts |= {doubt} - {""}
        threshold = before - 0.125
    if doubts:
        return MISSING if MISSING in doubts else WEAK
    return HOLDS if SIGNS[OTHER_SIGN[leaf.sign] if turned else leaf.sign](value, threshold) else FAILS


def nowhere(leaf: Leaf, on: str, situation: Situation) -> bool:
    """Whether nobody knows the name."""
    return all(key(leaf.metric, on) not in cells for cells in (situation.cells, situation.before or {}))


def of_history(line: Line, situation: Situation) -> set[str]:
    """What is in doubt about the runs that the rule asks for: they are not recorded yet, or nobody knows the metric."""
    if not line.history:
        return set()
    unknown = all("c" not in cells for cells in (situation.cells, situation.before or {}))
    return {MISSING if unknown else NOT_YET} | {read(situation.cells, "c", line.min_n, False)[1]} - {""}


def judge_line(line: Line, on: str, situation: Situation) -> set[str]:
    """What is known of a rule on a slice: that it holds, that it fails, or the doubts that remain."""
    found = [judge_leaf(leaf, on, situation, line.min_n, line.turned) for leaf in line.leaves]
    settles, leaves_open = (FAILS, HOLDS) if (line.word == "and") is not line.turned or len(found) == 1 else (HOLDS, FAILS)
    result = {settles} if settles in found else set(found) - {leaves_open} or {leaves_open}
    if line.history and result != {FAILS}:
        # runs that are not there are compared with the metric as it is now: one comparison, one kind of doubt
        runs = of_history(line, situation)
        result = (result - {HOLDS}) | ({NOT_YET} if runs == {NOT_YET} else {MISSING})
    if result != {FAILS} and any(nowhere(leaf, on, situation) for leaf in line.leaves):
        result = (result - {HOLDS}) | {MISSING}
    return result


def only_not_yet(line: Line, on: str, situation: Situation) -> bool:
    """Whether all that is in doubt, also where it does not matter, is a baseline or a history that does not exist yet."""
    found = {judge_leaf(leaf, on, situation, line.min_n, line.turned) for leaf in line.leaves} | of_history(line, situation)
    return found - {HOLDS, FAILS} == {NOT_YET}


def slices_of(line: Line, situation: Situation) -> list[str]:
    """Where a rule is judged: on every slice that candidate or baseline has, or once."""
    if not line.starred:
        return [""]
    return [name for name in SLICES if any(f"s[{name}]" in cells for cells in (situation.cells, situation.before or {}))] or [""]


def floor_holds(pardon: Pardon, on: str, situation: Situation) -> bool:
    return pardon.floor is None or judge_leaf(pardon.floor, on, situation, False, False) == HOLDS


def pardoned(number: int, on: str, situation: Situation) -> bool:
    return any(
        pardon.rule == number
        and situation.lines[number].waivable
        and pardon.until >= situation.today
        and pardon.slice in ("", on)
        and floor_holds(pardon, on, situation)
        for pardon in situation.pardons
    )


def may_ship(number: int, on: str, situation: Situation) -> bool:
    """Whether this rule on this slice lets the model pass: it holds, or is waived, or its policy settles the doubt."""
    line = situation.lines[number]
    known = judge_line(line, on, situation)
    if known == {HOLDS}:
        return True
    if known == {FAILS}:
        return pardoned(number, on, situation)
    no_value, weak = bool(known & {MISSING, NOT_YET}), WEAK in known
    settled_missing = not no_value or line.missing == "warn"
    settled_weak = not weak or line.undecided in ("warn", "pass")
    if settled_missing and settled_weak:
        return True
    if settled_missing:
        return pardoned(number, on, situation)
    return situation.first_release and line.waivable and only_not_yet(line, on, situation)


def looked(line: Line, situation: Situation) -> bool:
    """Whether the rule had a measurement of the candidate before it, of the kind that it compares."""
    asked = [(key(leaf.metric, on), leaf.metric == "ok") for on in slices_of(line, situation) for leaf in line.leaves]
    asked += [("c", False)] * line.history
    return any(read(situation.cells, name, False, boolean)[1] == "" for name, boolean in asked)
