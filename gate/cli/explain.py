"""`gate explain`: what a rule means."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.app.explain.consequences import consequences, standing
from gate.app.explain.explain import ExplainRequest, Explanation, Seen, explain
from gate.cli.console import say, standard_input, terminal
from gate.record import replace
from gate.reports.numbers import number
from gate.reports.outline import outline
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.terminal import Page, pad, width
from gate.reports.text import NARROWEST, WIDEST, draw_findings
from gate.terms.decision import Decision, Verdict

EXAMPLES = """\
  gate explain no-regression                       a rule of the nearest gate.yaml, by its id
  gate explain 'recall >= 0.85' metrics.json       what it reads there, and what check would find
  gate explain 'f1 >= baseline - 0.01'             any rule; it need not stand in a policy"""

_LABEL = 16  # columns of the words at the left


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("rule", metavar="RULE", help="the id of a rule, its text, or any rule's text")
    add("inputs", nargs="*", default=[], metavar="INPUT", help="metrics to read: a file, `-` for standard input, or NAME=FILE")
    where = "a policy to look the rule up in; repeatable (default: $GATE_POLICY, else the nearest gate.yaml, else none)"
    add("-p", "--policy", action="append", default=[], metavar="POLICY", help=where)
    add("-b", "--baseline", action="append", default=[], metavar="FILE", help="metrics to compare with")
    add("--from", dest="reader", metavar="FORMAT", help="read the inputs as this format instead of recognising it")
    add("--now", default="", metavar="DATE", help="explain as if it were this day")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    request = ExplainRequest(
        rule=args.rule,
        inputs=args.inputs,
        policies=args.policy,
        baselines=args.baseline,
        reader=args.reader,
        now=args.now,
        environ=environ,
        stdin=standard_input(),
    )
    shape = terminal(environ)
    columns = max(NARROWEST, min(shape.columns, WIDEST))
    page = Page(columns, colour=shape.colour, ascii_only=shape.ascii_only)
    for index, told in enumerate(explain(request)):
        if index:
            page.gap()
        _draw(page, told)
    say(str(page))
    return 0


def _draw(page: Page, told: Explanation) -> None:
    rule = told.rule
    _head(page, told)
    page.gap()
    page.wrapped(brief(told.words, LONGEST_TEXT), indent=2)
    page.gap()
    facts = [*consequences(rule, told.policy, told.today), ("why", rule.why), ("owner", rule.owner)]
    for label, text in facts:
        if text:
            page.wrapped(brief(text, LONGEST_TEXT), indent=2, lead=pad(label, _LABEL), lead_style="dim")
    _reads(page, told)
    _heading(page, "judged as")
    for depth, text in told.branches:
        page.wrapped(brief(text), indent=2 + 2 * depth)
    if told.judged:
        _heading(page, "gate check finds" if told.listed else "gate check would find")
        findings = tuple(replace(each, rule=each.expression, why="", owner="", where=None) for each in told.findings)
        draw_findings(page, outline(Decision(Verdict.PASS, findings)), show_all=True)


def _head(page: Page, told: Explanation) -> None:
    """The rule's name and place, and its text where that is not its name."""
    rule = told.rule
    name, aside = page.say(brief(rule.id)), page.say(f"({brief(_aside(told))})")
    if width(name) + 2 + width(aside) <= page.columns:
        page.line((name, "strong"), (f"  {aside}", "dim"))
    else:
        page.wrapped(name, "strong", indent=0)
        page.wrapped(aside, "dim", indent=2)
    if rule.id != rule.expr.normal:
        page.wrapped(brief(rule.expr.normal), indent=2)
    if told.similar:
        page.wrapped(f"did you mean `{brief(told.similar)}`?", indent=2, lead="→ ")


def _aside(told: Explanation) -> str:
    rule = told.rule
    if not told.listed:
        return f"not in {told.policy.file}" if told.policy.file else "in no policy"
    place = f"{rule.where.file}:{rule.where.line}" if rule.where.line else rule.where.file
    through = f", extended by {told.policy.file}" if rule.origin else ""
    return f"{place}{through}, {standing(rule, told.today)}"


def _heading(page: Page, text: str) -> None:
    page.gap()
    page.line((text, "strong"))


def _reads(page: Page, told: Explanation) -> None:
    """What the rule reads: values with where they came from, or what is known of the names."""
    _heading(page, "reads")
    rows = [[page.say(brief(cell)) for cell in _cells(seen)] for seen in told.reads]
    if not rows:
        page.wrapped("nothing that is there", indent=2)
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    whole = 2 + sum(size + 2 for size in widths)
    for name, *rest in rows:
        if whole <= page.columns:
            cells = [pad(cell, size) for cell, size in zip((name, *rest), widths, strict=True) if size]
            page.line(("  " + "  ".join(cells), ""))
        else:
            page.wrapped(name, indent=2)
            page.wrapped("  ".join(filter(None, rest)), indent=6)


def _cells(seen: Seen) -> tuple[str, str, str, str]:
    """The name, the value, its n, and where it comes from or what is known of it."""
    where = f"{seen.where.file}:{seen.where.line}" if seen.where and seen.where.line else seen.where.file if seen.where else ""
    known = ", ".join(filter(None, (where, seen.known)))
    if seen.read is None:
        return seen.name, "", "", known
    value = seen.problem or "no value" if seen.read.value is None else f"{number(seen.read.value)} {seen.unit}".rstrip()
    return seen.name, value, "" if seen.read.n is None else f"n {number(seen.read.n)}", known
