"""`gate diff`: what became of metrics, or of a decision."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.app import diff as diffing
from gate.app import outputs
from gate.cli.console import say, standard_input, terminal
from gate.reports import comparison_text

SUMMARY = "compare two metrics files or decisions"
EXAMPLES = """\
  gate diff main.json candidate.json
  gate diff main.json candidate.json -o diff.md -o diff.json
  gate diff old-decision.json decision.json --all"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("before", metavar="A", help="a metrics file or a decision.json; `-` is standard input")
    add("after", metavar="B", help="what to compare it with, of the same kind")
    form = "write a report; its suffix says the form (.md .json .txt), or FORM=FILE; `-` is standard output"
    add("-o", "--output", action="append", default=[], metavar="FILE", help=form)
    add("--from", dest="reader", metavar="FORMAT", help="read both as metrics of this format instead of recognising them")
    add("--all", action="store_true", help="show what is equal, too")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    wanted = diffing.wanted(args.output)
    outputs.prepare(wanted, [path for path in (args.before, args.after) if path != "-"])
    request = diffing.DiffRequest(before=args.before, after=args.after, reader=args.reader, stdin=standard_input())
    comparison = diffing.diff(request)
    shape = terminal(environ)
    shown = outputs.write_all(wanted, lambda form: diffing.render(form, comparison))
    for report in shown or [
        comparison_text.render(
            comparison, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only, show_all=args.all
        )
    ]:
        say(report)
    return 0
