"""A verification for a terminal: a line for each check, the answer last."""

from __future__ import annotations

from gate.attest.verification import Check, Holds, Verification
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.terminal import Page, width

NARROWEST, WIDEST = 40, 200
_EDGE = 76  # where the exit code ends, unless the terminal is narrower
_SIGNS = {Holds.YES: ("✓", "green"), Holds.REMARK: ("!", "yellow"), Holds.NO: ("✗", "red strong"), Holds.UNKNOWN: ("·", "dim")}


def render(verification: Verification, *, columns: int = 100, colour: bool = False, ascii_only: bool = False) -> str:
    """The verification as text that ends in a newline; `columns` is the terminal's width, kept within 40 and 200."""
    page = Page(max(NARROWEST, min(columns, WIDEST)), colour=colour, ascii_only=ascii_only)
    page.wrapped(f"{brief(verification.name)}  ({brief(verification.attestation)})", indent=0, lead="gate  ", lead_style="strong")
    page.gap()
    for check in verification.checks:
        if check.holds is not Holds.UNKNOWN:
            _check(page, check)
    left = [check for check in verification.checks if check.holds is Holds.UNKNOWN]
    if left:
        _check(page, Check("the rest", Holds.UNKNOWN, left[0].text))
    page.gap()
    _answer(page, verification)
    return str(page)


def _check(page: Page, check: Check) -> None:
    sign, style = _SIGNS[check.holds]
    lead = f"{page.say(sign)} {check.name:<11}"
    page.wrapped(brief(check.text, LONGEST_TEXT), indent=2, lead=lead, lead_style=style)
    for line in check.remedy.split("\n") if check.remedy else ():
        page.wrapped(brief(line, LONGEST_TEXT), "dim", indent=15, lead="→ ")


def _answer(page: Page, verification: Verification) -> None:
    if verification:
        line, style = f"DEPLOY: all {len(verification.checks)} checks hold", "green strong"
    else:
        names = [check.name for check in verification.failed]
        line = f"DO NOT DEPLOY: {' and '.join(names)} {'does' if len(names) == 1 else 'do'} not hold"
        if len(names) > 2:
            line = f"DO NOT DEPLOY: {len(names)} checks do not hold"
        style = "red strong"
    end = f"exit {verification.exit_code}"
    space = max(3, min(page.columns, _EDGE) - width(line) - len(end))
    page.line((line, style), (" " * space + end, "dim"))
