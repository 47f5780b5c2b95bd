"""What two policies would have decided on recorded runs, in words."""

from __future__ import annotations

from typing import Any

from gate.terms.replay import Replay, Replayed

MOST = 20  # runs that are named


def headline(replay: Replay) -> str:
    """How many verdicts would have been others."""
    runs = f"{replay.judged} recorded {'run' if replay.judged == 1 else 'runs'}"
    count = len(replay.changed)
    if not replay.judged:
        return f"None of the runs of {replay.asked} could be judged."
    if not count:
        return f"On {runs} both policies decide alike."
    return f"On {runs} {count} {'verdict' if count == 1 else 'verdicts'} would have been {'another' if count == 1 else 'others'}:"


def lines(replay: Replay, most: int = MOST) -> list[str]:
    """A line for each run that changed, the newest first, and what could not be judged."""
    told = [line(each) for each in replay.changed[:most]]
    if more := len(replay.changed) - len(told):
        told.append(f"and {more} more")
    if replay.skipped:
        told.append(f"{len(replay.skipped)} could not be judged: {replay.skipped[0]}")
    return told


def line(each: Replayed) -> str:
    """One run: when, what changed, and by which rules."""
    commit = f" at {each.commit[:7]}" if each.commit else ""
    rules = f" ({'; '.join(each.rules[:3])}{'; …' if len(each.rules) > 3 else ''})" if each.rules else ""
    return f"{each.at[:10]}{commit}, run {each.run}: {each.before} → {each.after}{rules}"


def data(replay: Replay) -> dict[str, Any]:
    """As JSON tells it."""
    return {
        "asked": replay.asked,
        "judged": replay.judged,
        "changed": [
            {"run": each.run, "at": each.at, "commit": each.commit, "a": each.before, "b": each.after, "rules": list(each.rules)}
            for each in replay.changed
        ],
        "skipped": list(replay.skipped),
    }
