"""What every report of a history agrees on: which lines come first, and the words and signs for runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from gate.reports.neutral import signs
from gate.reports.numbers import number
from gate.terms.chronicle import STANDINGS, Chronicle, Grant, Limit, Line
from gate.terms.run import Exclusion, Run, Status

_BLOCKS, _BLOCKS_IN_ASCII = "▁▂▃▄▅▆▇█", "_.,-=+*#"
_VERDICTS = {"pass": "✓", "warn": "!", "undecided": "?", "fail": "✗", "error": "✗"}
_KINDS = {"pass": "holds", "warn": "warns", "undecided": "undecided", "fail": "fails", "error": "fails"}
AMISS = STANDINGS[:5]  # what reports tell at length
_COMMIT = 7


def ordered(chronicle: Chronicle) -> list[Line]:
    """The lines as they are shown: what rules ask for first, wholes before slices, of those first what does not hold."""
    limited = {(each.metric, each.slice) for each in chronicle.limits}

    def place(line: Line) -> tuple[bool, bool, bool]:
        asked = (line.metric, line.slice) in limited
        return not asked, bool(line.slice), not (asked and line.slice and chronicle.standing_now(line) in AMISS)

    return sorted(chronicle.lines, key=place)


def amiss(chronicle: Chronicle) -> list[tuple[str, list[str]]]:
    """What did not hold when it was judged last: how it stands, worst first, with the lines, and the rules of no line."""
    found: dict[str, list[str]] = {standing: [] for standing in AMISS}
    for line in ordered(chronicle):
        if (here := chronicle.standing_now(line)) in found:
            found[here].append(line.name)
    for limit in chronicle.of_no_line():
        if (here := limit.standings[limit.judged_last]) in found:
            found[here].append(f"{limit.rule} on {limit.slice}" if limit.slice else limit.rule)
    return [(standing, list(dict.fromkeys(names))) for standing, names in found.items() if names]


def latest(line: Line, now: Sequence[Limit]) -> tuple[float | None, Limit | None]:
    """The number that a line shows, and the worst of its limits `now` where that judged just this one.

    None where a rule missed it since: what was measured before is not how it stands.
    """
    at = max(at for at, value in enumerate(line.values) if value is not None)
    limit = now[0] if now and now[0].judged_last >= at else None
    return line.values[limit.judged_last] if limit else line.values[at], limit


def kind(run: Run) -> str:
    """How the run ended, as the class of a style."""
    return _KINDS.get(run.verdict, "fails" if run.status is Status.FAILED else "let-pass")


def sign(run: Run) -> str:
    """How the run ended, as one sign."""
    return _VERDICTS.get(run.verdict, "✗" if run.status is Status.FAILED else "…" if run.status is Status.RUNNING else "·")


def ended(run: Run) -> str:
    """How the run ended, in a word or two."""
    if run.verdict:
        return run.verdict
    return "logged" if run.status is Status.FINISHED else run.status.value


def when(moment: str) -> str:
    """A moment to the minute, in UTC as it is: 2026-11-22 10:36."""
    return moment[:16].replace("T", " ")


def commit(run: Run) -> str:
    return run.commit[:_COMMIT]


def needs(limits: Sequence[Limit]) -> str:
    """What was asked last: "≥ 0.88", in the order of the limits; empty where nothing was."""
    found = dict.fromkeys(f"{signs(each.operator)} {number(each.latest)}" for each in limits if each.latest is not None)
    return ", ".join(found)


def span(runs: Sequence[Run]) -> str:
    """The days of the first and the last run."""
    first, last = runs[0].started[:10], runs[-1].started[:10]
    return f"on {first}" if first == last else f"from {first} to {last}"


def days(excluded: Exclusion) -> tuple[str, str]:
    """The first and the last day of a range as they were given; moments where it is none of whole days."""
    midnight = "T00:00:00.000Z"
    if not (excluded.since.endswith(midnight) and excluded.until.endswith(midnight)):
        return excluded.since, excluded.until
    return excluded.since[:10], (date.fromisoformat(excluded.until[:10]) - timedelta(days=1)).isoformat()


def branches(runs: Iterable[Run]) -> list[str]:
    """The branches of the runs, the commonest first."""
    counts: dict[str, int] = {}
    for run in runs:
        counts[run.branch] = counts.get(run.branch, 0) + 1
    return sorted(counts, key=lambda branch: (-counts[branch], branch))


def spark(values: Sequence[float | None], columns: int, *, ascii_only: bool = False) -> str:
    """The latest values as a line of blocks from the least to the most of them; a gap is a blank."""
    shown = values[-columns:] if columns > 0 else ()
    there = [value for value in shown if value is not None]
    if not there:
        return " " * len(shown)
    blocks = _BLOCKS_IN_ASCII if ascii_only else _BLOCKS
    low, high = min(there), max(there)
    return "".join(" " if value is None else blocks[min(7, int(8 * share(value, low, high)))] for value in shown)


def share(value: float, low: float, high: float) -> float:
    """How far up a value is between the least and the most, in [0, 1]; below the middle where they are one."""
    span = high / 2 - low / 2  # halves: the difference of two numbers may be too large for one
    return (value / 2 - low / 2) / span if span > 0 else 0.49


def count(many: int, word: str) -> str:
    """`1 run`, `12 runs`."""
    return f"{many:,} {word}{'s' * (many != 1)}"


def standing(grant: Grant, today: str) -> str:
    """What a waiver is worth today, and whether anybody needs it."""
    use, stopped = f"let {count(len(grant.passed), 'run')} pass", len(grant.used) - len(grant.passed)
    if not grant.passed:
        use = f"{count(stopped, 'run')} needed it and did not pass" if stopped else "never needed"
    elif stopped:
        use = f"{use}; {stopped:,} more did not pass"
    try:
        left = (date.fromisoformat(grant.until) - date.fromisoformat(today)).days
    except ValueError:
        return use
    return f"expired; {use}" if left < 0 else f"{count(left, 'day')} left; {use}" if left else f"ends today; {use}"
