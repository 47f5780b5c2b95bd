"""`gate lint`: a policy checked before it judges."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.app.lint.lint import Linted, LintRequest, lint
from gate.cli.console import complain, say, standard_input, terminal
from gate.errors import Problem
from gate.reports.plain import LONGEST_TEXT, brief, plain
from gate.reports.terminal import Page, width
from gate.reports.text import NARROWEST, WIDEST

EXAMPLES = """\
  gate lint                                  the nearest gate.yaml
  gate lint --metrics metrics.json           and whether its names are in the metrics
  gate lint policies/*.yaml --strict         advice is as bad as errors

exit codes: 0 no error · 2 an error; with --strict, also advice"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    where = "a policy (default: $GATE_POLICY, else the nearest gate.yaml)"
    add("policies", nargs="*", default=[], metavar="POLICY", help=where)
    known = "metrics that the policy is for: its names must be in them; repeatable"
    add("--metrics", action="append", default=[], metavar="FILE", help=known)
    add("--strict", action="store_true", help="exit with 2 when there is advice")
    add("--from", dest="reader", metavar="FORMAT", help="read the metrics as this format instead of recognising it")
    add("--now", default="", metavar="DATE", help="check as if it were this day")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    request = LintRequest(
        policies=args.policies, metrics=args.metrics, reader=args.reader, now=args.now, environ=environ, stdin=standard_input()
    )
    found = lint(request)
    shape = terminal(environ)
    columns = max(NARROWEST, min(shape.columns, WIDEST))
    page = Page(columns, colour=shape.colour, ascii_only=shape.ascii_only)
    for each in found:
        for problem in each.errors:
            complain(str(problem))
        for problem in each.advice:
            _draw(page, problem)
        if each.advice:
            page.gap()
    failed = any(each.errors or (args.strict and each.advice) for each in found)
    for each in found:
        page.wrapped(_summary(each), "" if each.errors or each.advice else "green", indent=0)
    say(str(page))
    return 2 if failed else 0


def _draw(page: Page, problem: Problem) -> None:
    """One piece of advice; what is there to paste keeps its line."""
    where = f"{problem.where}: " if problem.where else ""
    lead = brief(where)
    if width(lead) > page.columns // 3:
        page.wrapped(brief(lead.strip()), indent=0)
        lead = "  "
    page.wrapped(brief(problem.message, LONGEST_TEXT), indent=0, lead=lead, lead_style="dim")
    for line in problem.excerpt.splitlines():
        page.line((f"   {page.say(plain(line))}", ""))
    for line in problem.remedy.splitlines():
        page.wrapped(brief(line, LONGEST_TEXT), indent=2, lead="→ ")


def _summary(each: Linted) -> str:
    file = brief(each.file)
    counts = [] if not each.rules else ["1 rule" if each.rules == 1 else f"{each.rules} rules"]
    if each.errors:
        counts.append("1 error" if len(each.errors) == 1 else f"{len(each.errors)} errors")
    if each.advice:
        counts.append("1 thing to look at" if len(each.advice) == 1 else f"{len(each.advice)} things to look at")
    if not each.errors and not each.advice:
        counts.append("nothing to mend")
    return f"{file}: {', '.join(counts)}"
