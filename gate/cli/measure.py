"""`gate measure`: rows of predictions, or any file of metrics, as a table to write rules against."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.app import measure as measuring
from gate.app import outputs
from gate.app.evidence import path_of
from gate.cli import progress, rows
from gate.cli.console import say, standard_input, terminal
from gate.record import replace
from gate.reports import measurements_text

EXAMPLES = """\
  gate measure predictions.parquet --label y --score p --slice region --slice region,device
  gate measure predictions.parquet -p gate.yaml -o metrics.json
  gate measure predictions.parquet --label y --score p --reference last-month.parquet
  gate measure 7.parquet -p gate.yaml -o 7.tally.json    count a shard of the rows
  gate measure *.tally.json                        merge what shards counted
  gate measure results.json                        what is in another tool's file
  gate measure train=train.json test=test.json     names are then train.accuracy, test.accuracy
  evaluate | gate measure - --all

In the column `better`, ? says that a rule has to know which way is better.

exit codes: 0 measured · 2 could not measure · 70 a bug in gate · 130 Ctrl-C"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    what = "rows (Parquet, CSV, JSON Lines, Arrow; a folder or a glob), tallies, a metrics file, `-` for standard input,"
    add("inputs", nargs="*", metavar="INPUT", help=f"{what} or NAME=FILE to call its metrics NAME.…; several merge")
    form = (
        "write it, too: .json is a metrics file, .tally.json a tally, .md and .txt a table; or FORM=FILE; `-` is standard output"
    )
    add("-o", "--output", action="append", default=[], metavar="FILE", help=form)
    add("-p", "--policy", action="append", default=[], metavar="POLICY", help="measure rows as its `measure:` says")
    add("--from", dest="reader", metavar="FORMAT", help="read the inputs as this format instead of recognising it")
    add("--all", action="store_true", help="list every measurement, other names, and what was not used")
    rows.arguments(parser, "columns, over what the policy's `measure:` says")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    tallies = [path for path in args.output if path.endswith(".tally.json")]
    wanted = outputs.wanted((path for path in args.output if path not in tallies), measuring.FORMS, "measurements")
    files = [*wanted, *(outputs.Output("json", path) for path in tallies)]
    read = [path_of(spec) for spec in args.inputs if spec != "-"]
    outputs.prepare(files, [*read, *rows.files(args)])
    request = measuring.MeasureRequest(
        inputs=args.inputs,
        reader=args.reader,
        stdin=standard_input(),
        policies=args.policy,
        definition=rows.definition(args),
        engine=args.engine,
        memory=args.memory,
        kept=any(each.form == "json" for each in wanted),
    )
    if tallies:
        with progress.shown() as heard:
            text = measuring.write_tally(replace(request, progress=heard))
        outputs.write_all([outputs.Output("json", path) for path in tallies], lambda form: text)  # noqa: ARG005
        if not wanted:
            return 0
    with progress.shown() as heard:
        table = measuring.measure(replace(request, progress=heard))
    shape = terminal(environ)
    shown = outputs.write_all(wanted, lambda form: measuring.render(form, table))
    for report in shown or [
        measurements_text.render(
            table, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only, show_all=args.all
        )
    ]:
        say(report)
    return 0
