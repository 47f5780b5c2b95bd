"""The data of a page of the dashboard: a chronicle as compact plain data, within what a page may weigh.

Numbers are whole ones of the last shown digit, each as its difference from the one before: most take three characters.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from gate.record import replace
from gate.reports.history import ended, kind, ordered, sign
from gate.reports.html_neutral import data
from gate.reports.numbers import same
from gate.reports.plain import brief
from gate.stats.change_points import change_points
from gate.terms.chronicle import Chronicle, Limit, Line
from gate.terms.metric import Direction
from gate.terms.run import Run, milliseconds

MOST_CHARACTERS = 1_150_000  # a page with its tables stays below 1.5 MB
MOST_LINES = 600
_DIGITS = 5
_TOO_LARGE = 1e100  # for sums of squares
_LANDMARKS = (0, 1, 100)  # said only of what they are
_EXACT = 2**53  # whole numbers beyond it are none for a script
_BETTER = {Direction.HIGHER: 1, Direction.LOWER: -1, None: 0}


def fitted(chronicle: Chronicle, pages: Sequence[str]) -> tuple[Chronicle, str]:
    """As much of the newest runs as a page bears, and their data as JSON; `pages` are the addresses of the runs' pages."""
    chosen = ordered(chronicle)[:MOST_LINES]
    kept = {(line.metric, line.slice) for line in chosen}
    cut = {(line.metric, line.slice) for line in chronicle.lines} - kept
    limits = tuple(each for each in chronicle.limits if (each.metric, each.slice) not in cut)
    chronicle = replace(chronicle, lines=tuple(chosen), limits=limits)
    while True:
        text = str(data(told(chronicle, pages)))
        if len(text) <= MOST_CHARACTERS or len(chronicle.runs) < 20:
            return chronicle, text
        keep = min(len(chronicle.runs) - 1, int(len(chronicle.runs) * MOST_CHARACTERS / len(text) * 0.97))
        chronicle, pages = newest(chronicle, keep), pages[-keep:]


def newest(chronicle: Chronicle, count: int) -> Chronicle:
    """Only so many runs of it."""
    left = len(chronicle.runs) - count
    if left <= 0:
        return chronicle
    return replace(chronicle.only(range(left, len(chronicle.runs))), more=chronicle.more + left)


def on_main(chronicle: Chronicle) -> Chronicle:
    """The trusted runs of the main branch; all where there is none."""
    branch = main_branch(chronicle.runs)
    kept = [at for at, run in enumerate(chronicle.runs) if run.branch == branch and run.trusted]
    return chronicle.only(kept) if kept else chronicle


def told(chronicle: Chronicle, pages: Sequence[str]) -> dict[str, Any]:
    """What the page's script reads; every text in it is plain."""
    index = {(line.metric, line.slice): at for at, line in enumerate(chronicle.lines)}
    limits = [each for each in chronicle.limits if (each.metric, each.slice) in index]
    places = {id(each): at for at, each in enumerate(limits)}
    return {
        "model": brief(chronicle.model),
        "branch": brief(main_branch(chronicle.runs)),
        "runs": _runs(chronicle, pages),
        "lines": [_line(chronicle, each, places) for each in chronicle.lines],
        "limits": [_limit(each, index[each.metric, each.slice], chronicle) for each in limits],
    }


def main_branch(runs: Sequence[Run]) -> str:
    """Where most of the trusted runs are; else of all."""
    counts: dict[str, int] = {}
    for run in [each for each in runs if each.trusted] or runs:
        counts[run.branch] = counts.get(run.branch, 0) + 1
    return max(counts, key=lambda branch: counts[branch]) if counts else ""


def _runs(chronicle: Chronicle, pages: Sequence[str]) -> dict[str, Any]:
    runs = chronicle.runs
    times = [milliseconds(run.started) // 1000 for run in runs]
    return {
        "id": [brief(run.id, 60) for run in runs],
        "time": _differences(times),
        "ended": _indexed([(kind(run), sign(run), brief(ended(run), 40)) for run in runs]),
        "trusted": "".join("1" if run.trusted else "0" for run in runs),
        "branch": _indexed([brief(run.branch, 80) for run in runs]),
        "event": _indexed([brief(run.event, 40) for run in runs]),
        "commit": [brief(run.commit[:7]) for run in runs],
        "names": [
            [at, ", ".join(brief(name, 60) for name in names)]
            for at, run in enumerate(runs)
            if (names := chronicle.named(run.id))
        ],
        "page": [page if page != f"{run.id}.html" else 1 for page, run in zip(pages, runs, strict=True)],
        "sets": _indexed(["", *(run.test_set for run in runs)])["at"],  # the first is none
    }


def _indexed(words: Sequence[Hashable]) -> dict[str, Any]:
    """Words that repeat: each once, and for the runs its number, as [number, how often in a row]."""
    known = list(dict.fromkeys(words))
    return {"words": known, "at": [[known.index(word), len(list(alike))] for word, alike in groupby(words)]}


def _line(chronicle: Chronicle, line: Line, places: Mapping[int, int]) -> dict[str, Any]:
    """`judged`: how the line stood, by which limit, and for how many runs in a row."""
    worst = chronicle.worst(line)
    near = [each.thresholds[at] if each else None for at, each in enumerate(worst)]
    shown = [None if value is None else _shown(value, limit) for value, limit in zip(line.values, near, strict=True)]
    decimals = _decimals([each for each in shown if each is not None])
    judged = [(each.standings[at].replace(" ", "-"), places[id(each)]) if each else None for at, each in enumerate(worst)]
    told: dict[str, Any] = {
        "metric": brief(line.metric),
        "slice": brief(str(line.slice)),
        "unit": brief(line.unit, 20),
        "better": _BETTER[line.better],
        "drift": int("drift" in line.metric.lower().replace("/", ".").split(".")),
        "decimals": decimals,
        "values": shown
        if decimals is None
        else _differences([None if each is None else round(each * 10**decimals) for each in shown]),
        "judged": [[*(each or ("", -1)), len(list(alike))] for each, alike in groupby(judged)] if any(judged) else [],
    }
    changes = [] if line.slice else _changes(chronicle, line)
    return {**told, "changes": changes} if changes else told


def _shown(value: float, limit: float | None) -> float:
    """The number to five digits, the whole part in full; as it is where it would look like its limit, or like 0, 1 or 100."""
    if abs(value) >= _TOO_LARGE:
        return value
    short = float(f"{value:.{max(_DIGITS, len(str(int(abs(value)))))}g}")
    alike = limit is not None and short == _short(limit) and not same(value, limit)
    return value if alike or abs(short) in _LANDMARKS else short


def _short(limit: float) -> float:
    return float(f"{limit:.{_DIGITS}g}")


def _decimals(values: Sequence[float]) -> int | None:
    """How many make whole numbers of them all; None where these would be too large, or too long to be worth it."""
    try:
        decimals = max((max(0, -int(Decimal(repr(each)).normalize().as_tuple().exponent)) for each in values), default=0)
    except (TypeError, ValueError):
        return None
    return decimals if decimals <= 15 and max(map(abs, values), default=0) * 10**decimals < _EXACT else None


def _changes(chronicle: Chronicle, line: Line) -> list[int]:
    """The runs at which a new level begins: among the trusted ones of the main branch, on the rows that are measured now."""
    branch = main_branch(chronicle.runs)
    last_set = next((run.test_set for run in reversed(chronicle.runs) if run.test_set), "")
    places, values = [], []
    for at, (run, value) in enumerate(zip(chronicle.runs, line.values, strict=True)):
        fits = run.branch == branch and run.trusted and run.test_set in ("", last_set)
        if value is not None and fits and abs(value) < _TOO_LARGE:
            places.append(at)
            values.append(value)
    return [places[each] for each in change_points(values)]


def _limit(limit: Limit, line: int, chronicle: Chronicle) -> dict[str, Any]:
    """The thresholds where they change; null where there was none."""
    steps: list[list[Any]] = []
    values = chronicle.lines[line].values
    for at, threshold in enumerate(limit.thresholds):
        shown = None if threshold is None else _threshold(threshold, values[at])
        if not steps or steps[-1][1] != shown:
            steps.append([at, shown])
    return {
        "line": line,
        "rule": brief(limit.rule),
        "operator": limit.operator,
        "level": limit.level,
        "steps": steps,
    }


def _threshold(limit: float, value: float | None) -> float:
    """To six digits; in full where the value beside it would look the same and is another, else without noise."""
    near = value is not None and _short(value) == _short(limit) and not same(value, limit)
    return limit if near else float(f"{limit:.6g}")


def _differences(numbers: Sequence[int | None]) -> list[int | None]:
    found: list[int | None] = []
    last = 0
    for each in numbers:
        found.append(None if each is None else each - last)
        last = last if each is None else each
    return found
