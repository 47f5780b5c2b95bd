"""`gate log`: record a run in the history."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from gate.app.log import command as logging
from gate.cli.console import say, standard_input
from gate.documents.document import shown
from gate.errors import Problem, UsageError
from gate.history.store import VARIABLE

EXAMPLES = """\
  gate log accuracy=0.85 loss=0.35 --step 3
  gate log metrics.json --param depth=6 --name release-1.0
  gate log training.jsonl                    a line a step: {"step": 3, "loss": 0.35}
  gate log runs.jsonl --to postgresql://host/gate    import what `gate history -o runs.jsonl` wrote

A number that is logged stays: the same name, slice and step with another value is an error.

exit codes: 0 recorded · 2 could not record · 70 a bug in gate"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("inputs", nargs="*", metavar="NAME=VALUE", help="a number; or a metrics file, or lines of JSON; several go into one run")
    add("--step", type=int, default=0, metavar="N", help="the step, epoch or round that the numbers belong to (default: 0)")
    add("--slice", action="append", default=[], metavar="COLUMN=VALUE", help="the slice that the numbers are of; repeatable")
    add("--model", default="", metavar="NAME", help="the policy's `name` (default: that of the nearest gate.yaml)")
    add("--param", action="append", default=[], metavar="NAME=VALUE", help="what the model was made with; repeatable")
    add(
        "--run",
        default="",
        metavar="ID",
        help="go on with this run, or begin one of this id (default: $GATE_RUN, else a new one)",
    )
    add("--name", default="", metavar="NAME", help="a name by which rules find the run: `run:NAME`")
    add("--at", default="", metavar="DATE", help="the day, or moment, at which it was measured (default: now)")
    add("--test-set", default="", metavar="DIGEST", help="which rows were measured: others start a new series")
    add("--model-digest", default="", metavar="DIGEST", help="which model was measured")
    add("--model-version", default="", metavar="VERSION", help="its version in a registry")
    store = f"a file, postgresql://…, git: or mlflow: (default: the policy's `history`, ${VARIABLE}, else .gate/history.db)"
    add("--to", default="", metavar="HISTORY", help=store)
    add("--from", dest="reader", metavar="FORMAT", help="read metrics files as this format instead of recognising it")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    done = logging.log(
        logging.LogRequest(
            inputs=args.inputs,
            step=args.step,
            slice=_pairs("--slice", args.slice),
            model=args.model,
            params=_pairs("--param", args.param),
            run=args.run,
            named=args.name,
            at=args.at,
            test_set=args.test_set,
            model_digest=args.model_digest,
            version=args.model_version,
            store=args.to,
            reader=args.reader,
            stdin=standard_input(),
            environ=environ,
        )
    )
    if done.imported:
        say(f"imported {done.imported} run{'s' * (done.imported != 1)}")
    if done.run is not None:
        numbers = f"{done.points} number{'s' * (done.points != 1)}"
        say(f"logged {numbers} of {shown(done.run.model)}: run {shown(done.run.id)} in {done.where}")
    return 0


def _pairs(option: str, written: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise UsageError(Problem("usage", f"{option} {shown(each)} is no NAME=VALUE", remedy=f"{option} region=eu"))
        found[name] = value
    return found
