"""`gate plan`: how sure a policy can be."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gate.app import outputs
from gate.app.plan import plan as planning
from gate.app.plan.assumed import Assumed
from gate.cli.console import say, terminal
from gate.errors import Problem, UsageError
from gate.policy.rules import read_confidence
from gate.record import replace
from gate.terms.plan import Plan

if TYPE_CHECKING:
    from gate.app.plan.trial import Tried
    from gate.measure.engines.engine import Progress

EXAMPLES = """\
  gate plan                                  the nearest gate.yaml, with honest defaults
  gate plan gate.yaml --tolerance 0.01 --positives 2%
  gate plan gate.yaml --rows 5000            what so many rows can show
  gate plan gate.yaml predictions.parquet    how often the verdict flips on test sets like these
  gate plan gate.yaml predictions.parquet --drop 0.02 -o plan.md

exit codes: 0 planned · 2 could not run"""

_TRIED = {"draws": 100, "size": 0, "drop": 0.0, "seed": 1, "seconds": 60}


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("policy", nargs="?", default="", metavar="POLICY", help="a policy (default: $GATE_POLICY, else the nearest gate.yaml)")
    add("inputs", nargs="*", metavar="ROWS", help="rows of predictions that the policy's `measure:` describes")
    form = "write the plan; its suffix says the form (.md .json .txt), or FORM=FILE; `-` is standard output"
    add("-o", "--output", action="append", default=[], metavar="FILE", help=form)
    add("--rows", type=_count, default=None, metavar="N", help="say what so many rows can show")
    add("--confidence", default="", metavar="P", help="for rules that ask for none: 95%%")
    far = "how far from its line a true value is, and how near the line an answer still matters (default: 0.02, or the margin)"
    add("--tolerance", type=_share, default=None, metavar="X", help=far)
    truth = "what is true of a metric; repeatable"
    add("--truth", action="append", default=[], metavar="METRIC=X", help=truth)
    add("--power", type=_share, default=0.8, metavar="P", help="how often the rows are to show what is true (default: 80%%)")
    add("--positives", type=_share, default=None, metavar="P", help="share of rows that are positive (default: 10%%)")
    differ = "share of rows on which two models differ, at most (default: 10%%)"
    add("--differ", type=_share, default=None, metavar="P", help=differ)
    more = parser.add_argument_group("with ROWS", "test sets drawn from them at random, two at a time, judged again and again")
    more.set_defaults(**_TRIED)
    more.add_argument("--draws", type=_count, metavar="N", help="how many pairs of test sets (100)")
    more.add_argument("--size", type=_count, metavar="N", help="rows in each (as many as there are)")
    dropped = "make this share of the answers wrong that were right: how often is that seen?"
    more.add_argument("--drop", type=_share, metavar="X", help=dropped)
    more.add_argument("--seed", type=_count, metavar="N", help="of the random numbers (1)")
    more.add_argument("--seconds", type=_count, metavar="N", help="stop after so long, with what is done (60)")
    add("--now", default="", metavar="DATE", help="plan as if it were this day")


def _share(written: str) -> float:
    """A number in (0, 1): 0.02, 2%."""
    try:
        value = float(written[:-1]) / 100 if written.endswith("%") else float(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is not a number like 0.02 or 2%") from None
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{written} is not between 0 and 1")
    return value


def _count(written: str) -> int:
    if not (written.isascii() and written.isdigit() and 0 < int(written) <= 10**12):
        raise argparse.ArgumentTypeError(f"{written} is not a number of rows")
    return int(written)


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    wanted = planning.wanted(args.output)
    _refuse_idle(args)
    assumed = Assumed(
        power=args.power,
        tolerance=args.tolerance,
        positives=args.positives,
        differ=args.differ,
        truths=_truths(args.truth),
        rows=args.rows,
    )
    from gate.cli import progress

    with progress.shown() as heard:
        request = _request(args, assumed, environ)
        if args.inputs:
            request = replace(request, tried=_tried(args, heard))
        outputs.prepare(wanted, [*request.policies, *request.rows])
        found = planning.plan(request)
    shown = outputs.write_all(wanted, lambda form: planning.render(form, found))
    for report in shown or [_as_text(found, environ)]:
        say(report)
    return 0


def _tried(args: argparse.Namespace, heard: Progress | None) -> Tried:
    from gate.app.plan.trial import Tried

    return Tried(draws=args.draws, size=args.size, drop=args.drop, seed=args.seed, seconds=args.seconds, progress=heard)


def _request(args: argparse.Namespace, assumed: Assumed, environ: Mapping[str, str]) -> planning.PlanRequest:
    return planning.PlanRequest(
        policies=[args.policy] if args.policy else [],
        rows=args.inputs,
        assumed=assumed,
        confidence=_confidence(args.confidence),
        now=args.now,
        environ=environ,
    )


def _refuse_idle(args: argparse.Namespace) -> None:
    """Refuse what says how to draw, where there is nothing to draw from."""
    idle = [f"--{name}" for name, usual in _TRIED.items() if getattr(args, name) != usual and not args.inputs]
    if idle:
        what = f"{' and '.join(idle)} {'means' if len(idle) == 1 else 'mean'} nothing without rows to draw from"
        raise UsageError(Problem("usage", what, remedy="gate plan gate.yaml predictions.parquet"))


def _truths(written: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in written:
        metric, _, value = each.rpartition("=")
        try:
            if not metric:
                raise argparse.ArgumentTypeError("a metric and its value are needed")
            if metric in found:
                raise argparse.ArgumentTypeError(f"{metric} is told twice")
            found[metric] = _share(value)
        except argparse.ArgumentTypeError as error:
            raise UsageError(Problem("usage", f"--truth {each[:80]}: {error}", remedy="--truth recall=0.9")) from None
    return found


def _confidence(written: str) -> float | None:
    if not written:
        return None
    value, wrong = read_confidence(written)
    if wrong or value is None:
        raise UsageError(
            Problem("usage", f"--confidence {written[:40]}: {wrong or 'not a confidence'}", remedy="--confidence 95%")
        )
    return value


def _as_text(found: list[Plan], environ: Mapping[str, str]) -> str:
    from gate.reports import plan_text

    shape = terminal(environ)
    return plan_text.render(found, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only)
