"""What a decision comes from and what a change would make of it, for a terminal."""

from __future__ import annotations

from gate.reports.numbers import number
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.provenance import (
    MOST_CASES,
    Compared,
    becomes,
    compared,
    judged_by,
    lost_title,
    replayed,
    title_of,
    unnamed,
    word_of,
)
from gate.reports.terminal import Page
from gate.terms.decision import Decision
from gate.terms.revision import Proposed

MOST_CHANGES = 10
MOST_BASELINES = 4


def head(decision: Decision) -> list[str]:
    """What was compared with and whose policy judged, for the first lines."""
    words: list[str] = []
    if others := compared(decision):
        words.append("against " + ", ".join(brief(_one(each)) for each in others[:MOST_BASELINES]))
        words[-1] += f" and {len(others) - MOST_BASELINES} more" if len(others) > MOST_BASELINES else ""
    if trusted := judged_by(decision):
        words.append(f"policy of {brief(trusted[0])} ({trusted[1]})")
    return words


def _one(each: Compared) -> str:
    at = f" at {each.commit}" if each.commit else ""
    return f"{each.label}{at}" + (f" ({', '.join(each.facts)})" if each.facts else "")


def draw(page: Page, decision: Decision, show_all: bool) -> None:
    """Cases that were lost, and what the change would alter in the policy."""
    _draw_lost(page, decision, show_all)
    _draw_proposed(page, decision.proposed, show_all)


def _draw_lost(page: Page, decision: Decision, show_all: bool) -> None:
    """Cases that held on the baseline and fail now."""
    if not decision.lost:
        return
    page.gap()
    page.wrapped(lost_title(decision), indent=2)
    shown = decision.lost if show_all else decision.lost[:MOST_CASES]
    if all((each.metric, each.before, each.now) == (shown[0].metric, 1, 0) and not each.slice for each in shown):
        page.wrapped(page.say(", ".join(brief(each.id) for each in shown)), "dim", indent=4)
    else:
        for each in shown:
            on = f"[{each.slice}]" if each.slice else ""
            said = f"{brief(each.id)}  {brief(each.metric + on)}  {number(each.before)} → {number(each.now)}"
            page.wrapped(page.say(said), "dim", indent=4)
    if more := unnamed(decision, len(shown)):
        hidden = "; --all shows them" if len(shown) < len(decision.lost) else ""
        page.wrapped(page.say(f"… and {more} more{hidden}"), "dim", indent=4)


def _draw_proposed(page: Page, proposed: Proposed | None, show_all: bool) -> None:
    """What the change would alter in the policy that judged."""
    if proposed is None:
        return
    page.gap()
    page.wrapped(title_of(proposed), "yellow" if proposed.loosened else "", indent=2)
    shown = proposed.changes if show_all else proposed.changes[:MOST_CHANGES]
    for change in shown:
        both = " → ".join(brief(side, LONGEST_TEXT) for side in (change.before, change.after) if side)
        page.wrapped(page.say(f"{both}  ({word_of(change)})"), indent=4)
        for remark in change.remarks:
            page.wrapped(page.say(brief(remark, LONGEST_TEXT)), "dim", indent=6)
    if more := len(proposed.changes) - len(shown):
        page.wrapped(page.say(f"… and {more} more; --all shows them"), "dim", indent=4)
    if said := becomes(proposed):
        page.wrapped(said, "dim", indent=4)
    for index, line in enumerate(replayed(proposed)):
        page.wrapped(page.say(brief(line, LONGEST_TEXT)), "dim", indent=6 if index else 4)
    for message in proposed.messages[:3]:
        for line in message.split("\n")[:3]:
            page.wrapped(page.say(brief(line, LONGEST_TEXT)), "dim", indent=6)
