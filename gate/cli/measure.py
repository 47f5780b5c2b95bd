"""`gate measure`: rows of predictions, or any file of metrics, as a table to write rules against."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from gate.app import measure as measuring
from gate.app import outputs
from gate.app.evidence import path_of
from gate.cli import progress
from gate.cli.console import say, standard_input, terminal
from gate.record import replace
from gate.reports import measurements_text

SUMMARY = "measure rows of predictions, or show what is in metrics files"
EXAMPLES = """\
  gate measure predictions.parquet --label y --score p --slice region --slice region,device
  gate measure predictions.parquet -p gate.yaml -o metrics.json
  gate measure predictions.parquet --label y --score p --reference last-month.parquet
  gate measure 7.parquet -p gate.yaml -o 7.tally.json    count a shard of the rows
  gate measure *.tally.json                        merge what shards counted
  gate measure results.json                        what is in another tool's file
  gate measure train=train.json test=test.json     names are then train.accuracy, test.accuracy
  evaluate | gate measure - --all

In the column `better`, ? says that a rule has to know which way is better."""

_COLUMNS = {
    "label": "what really happened",
    "prediction": "what the model said, as a label",
    "score": "the score of the positive label",
    "baseline-prediction": "what another model said of the same rows",
    "baseline-score": "its score",
    "weight": "the weight of a row",
    "id": "what the row is called",
    "timestamp": "when the row happened",
}

_ROWS = {
    "reference": "rows to compare distributions with: drift.psi[feature=…], quality.…",
    "train": "the rows that the model has learned from: pitfalls.…",
}
_ASK = "measure this, too: recall@fpr:0.01, drift.domain_auc, quality, pitfalls; repeat it"


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
    rows = parser.add_argument_group("rows", "columns, over what the policy's `measure:` says")
    for name, help_ in _COLUMNS.items():
        rows.add_argument(f"--{name}", metavar="COLUMN", help=help_)
    for name, help_ in _ROWS.items():
        rows.add_argument(f"--{name}", metavar="FILE", help=help_)
    rows.add_argument("--ask", action="append", metavar="NAME", help=_ASK)
    slices = "measure by the values of these columns, too; several are crossed; repeat it"
    rows.add_argument("--slice", action="append", default=[], metavar="COLUMN[,COLUMN…]", help=slices)
    rows.add_argument("--positive", metavar="LABEL", help="the positive label, where it is not 1 or true")
    rows.add_argument("--threshold", type=float, metavar="SCORE", help="predict positive from this score on (0.5)")
    rows.add_argument("--nan", choices=("refuse", "exclude"), help="rows whose score is no number: stop, or count and leave out")
    rows.add_argument("--min-coverage", type=float, metavar="SHARE", help="share of rows that need a label (0.95)")
    engine = "who counts: duckdb, here, or spark; a table is counted where it is"
    rows.add_argument("--engine", default="duckdb", metavar="NAME", help=engine)
    rows.add_argument("--memory", default="", metavar="SIZE", help="the most memory to count with, such as 4GB")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    tallies = [path for path in args.output if path.endswith(".tally.json")]
    wanted = measuring.wanted(path for path in args.output if path not in tallies)
    files = [*wanted, *(outputs.Output("json", path) for path in tallies)]
    read = [path_of(spec) for spec in args.inputs if spec != "-"]
    outputs.prepare(files, [*read, *(path for role in _ROWS if (path := getattr(args, role)))])
    request = measuring.MeasureRequest(
        inputs=args.inputs,
        reader=args.reader,
        stdin=standard_input(),
        policies=args.policy,
        definition=_definition(args),
        engine=args.engine,
        memory=args.memory,
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


def _definition(args: argparse.Namespace) -> dict[str, Any]:
    """What the flags say, as a policy's `measure:` would."""
    names = (*(name.replace("-", "_") for name in _COLUMNS), *_ROWS, "ask", "positive", "threshold", "nan", "min_coverage")
    told = {name: value for name in names if (value := getattr(args, name)) is not None}
    return told | ({"slices": [each.split(",") for each in args.slice]} if args.slice else {})
