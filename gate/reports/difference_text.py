"""Two compared policies for a terminal: what is looser first, both texts with their places, the answer last."""

from __future__ import annotations

from gate.policy.change import PolicyComparison, Relation, Trial
from gate.reports import replay
from gate.reports.difference import TITLES, Entry, blocking, counted, entries, exit_code, headline, verdicts
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.terminal import Page, pad, width

NARROWEST, WIDEST = 40, 200
MOST = 40  # of a kind, before the rest is counted; --all shows them
_SIGN = {Relation.LOOSER: "✗", Relation.CHANGED: "?", Relation.TIGHTER: "✓", Relation.SAME: "="}
_STYLE = {
    Relation.LOOSER: "red strong",
    Relation.CHANGED: "yellow strong",
    Relation.TIGHTER: "green strong",
    Relation.SAME: "dim",
}
_LABEL_AT = 4
_REMARK_AT = 6
_GAP = 2
_USUAL = 56  # a wider text has its place right behind it
_EDGE = 76  # where the exit code ends, unless the terminal is narrower


def render(
    comparison: PolicyComparison, *, columns: int = 100, colour: bool = False, ascii_only: bool = False, show_all: bool = False
) -> str:
    """The comparison as text that ends in a newline; `columns` is the terminal's width, kept within 40 and 200."""
    page = Page(max(NARROWEST, min(columns, WIDEST)), colour=colour, ascii_only=ascii_only)
    names = f"{brief(comparison.before.name)} → {brief(comparison.after.name)}"
    page.wrapped(names, indent=0, lead="gate diff  ", lead_style="strong")
    page.gap()
    _groups(page, [_safe(page, each) for each in entries(comparison)], show_all)
    if comparison.trial is not None:
        page.gap()
        _trial(page, comparison.trial)
    if comparison.replay is not None:
        page.gap()
        page.wrapped(replay.headline(comparison.replay), indent=0)
        for line in replay.lines(comparison.replay, MOST):
            page.wrapped(page.say(brief(line, LONGEST_TEXT)), indent=2)
    page.gap()
    _last(page, comparison)
    return str(page)


def _safe(page: Page, each: Entry) -> Entry:
    """The entry in characters that can be printed; remarks are made so where they are wrapped."""
    before, after = (page.say(brief(text, LONGEST_TEXT)) for text in (each.before, each.after))
    return each._replace(
        before=before, after=after, before_at=page.say(brief(each.before_at)), after_at=page.say(brief(each.after_at))
    )


def _groups(page: Page, found: list[Entry], show_all: bool) -> None:
    """Kind by kind; of what is the same only the count, unless one of the policies does not have it."""
    told = [each for each in found if show_all or each.relation is not Relation.SAME or each.word]
    column = _column(page, told)
    for relation in Relation:
        some = [each for each in told if each.relation is relation]
        if some:
            page.gap()
            page.wrapped(TITLES[relation], _STYLE[relation], indent=0)
        shown = some if show_all else some[:MOST]
        for each in shown:
            _draw(page, each, column)
        if len(some) > len(shown):
            page.line((f"    {page.say('…')} {len(some) - len(shown)} more", ""), ("  --all shows them", "dim"))
    if told and (count := len(found) - len(told)):
        page.gap()
        page.line((f"{count} the same", ""), ("  --all shows them", "dim"))


def _column(page: Page, found: list[Entry]) -> int:
    """Where places stand: beside the widest of the usual texts that leaves them room."""
    texts = [width(text) for each in found for text in (each.before, each.after)]
    places = max((width(at) for each in found for at in (each.before_at, each.after_at)), default=0)
    room = page.columns - _LABEL_AT - _GAP - places
    return max((size for size in texts if size <= min(room, _USUAL)), default=0)


def _draw(page: Page, each: Entry, column: int) -> None:
    sign = page.say(_SIGN[each.relation])
    one = each.after if each.word == "added" else each.before
    at = each.after_at if each.word == "added" else each.before_at
    _line(page, one, at, column, lead=f"{sign} ", lead_style=_STYLE[each.relation])
    if each.word:
        page.wrapped(each.word, "dim", indent=_LABEL_AT)
    elif each.before != each.after:
        _line(page, each.after, each.after_at, column, loud=True)
    elif each.before_at != each.after_at:
        _line(page, "", each.after_at, column)
    for remark in each.remarks:
        page.wrapped(brief(remark, LONGEST_TEXT), "dim", indent=_REMARK_AT)


def _line(page: Page, text: str, at: str, column: int, *, lead: str = "  ", lead_style: str = "", loud: bool = False) -> None:
    """A text with its place beside it, or below where there is no room."""
    style = "strong" if loud else ""
    if _LABEL_AT + max(column, width(text)) + _GAP + width(at) <= page.columns:
        page.line(("  ", ""), (lead, lead_style), (pad(text, column), style), (" " * _GAP + at, "dim"))
        return
    page.wrapped(text, style, indent=2, lead=lead, lead_style=lead_style)
    page.wrapped(at, "dim", indent=_REMARK_AT)


def _trial(page: Page, trial: Trial) -> None:
    names = ", ".join(brief(name) for name in trial.metrics)
    page.wrapped(f"judged on {names}: {verdicts(trial)} (evidence, not proof)", indent=0)
    for name, decision in (("old", trial.before), ("new", trial.after)):
        told, more = blocking(decision)
        why = "; ".join(f"{brief(rule)} ({value})" for rule, value in told) + more
        page.wrapped(f"{decision.verdict.value}{': ' if why else ''}{why}", indent=2, lead=f"{name}  ", lead_style="dim")


def _last(page: Page, comparison: PolicyComparison) -> None:
    word = headline(comparison)
    said = f"{word.upper() if comparison.difference.loosened else word}: {counted(comparison)}"
    code = f"exit {exit_code(comparison)}"
    style = "red strong" if comparison.difference.loosened else "green strong"
    edge = min(page.columns, max(_EDGE, width(said) + _GAP + width(code)))
    if width(said) + _GAP + width(code) <= edge:
        page.line((pad(page.say(said), edge - width(code)), style), (code, "dim"))
    else:
        page.wrapped(said, style, indent=0)
        page.line((code, "dim"))
