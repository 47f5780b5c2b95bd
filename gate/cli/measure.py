"""`gate measure`: what is in a file, as a table to write rules against."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.app import measure as measuring
from gate.app import outputs
from gate.app.evidence import path_of
from gate.cli.command import INPUT
from gate.cli.console import say, standard_input, terminal
from gate.reports import measurements_text

SUMMARY = "show what is in metrics files, as names that rules can use"
EXAMPLES = """\
  gate measure results.json
  gate measure results.json -o metrics.json        write it as gate's own metrics file
  gate measure train=train.json test=test.json     names are then train.accuracy, test.accuracy
  evaluate | gate measure - --all

In the column `better`, ? says that a rule has to know which way is better."""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("inputs", nargs="*", metavar="INPUT", help=INPUT)
    form = "write it, too: .json is a metrics file, .md and .txt a table; or FORM=FILE; `-` is standard output"
    add("-o", "--output", action="append", default=[], metavar="FILE", help=form)
    add("--from", dest="reader", metavar="FORMAT", help="read the inputs as this format instead of recognising it")
    add("--all", action="store_true", help="list every measurement, other names, and what was not used")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    wanted = measuring.wanted(args.output)
    outputs.prepare(wanted, [path_of(spec) for spec in args.inputs if spec != "-"])
    request = measuring.MeasureRequest(inputs=args.inputs, reader=args.reader, stdin=standard_input())
    table = measuring.measure(request)
    shape = terminal(environ)
    shown = outputs.write_all(wanted, lambda form: measuring.render(form, table))
    for report in shown or [
        measurements_text.render(
            table, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only, show_all=args.all
        )
    ]:
        say(report)
    return 0
