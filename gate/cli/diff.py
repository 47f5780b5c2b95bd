"""`gate diff`: what became of metrics, of a decision, or of a policy."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gate.app import outputs
from gate.app.diff import diff as diffing
from gate.cli.console import say, standard_input, terminal
from gate.policy.change import PolicyComparison
from gate.terms.comparison import RunComparison

EXAMPLES = """\
  gate diff main.json candidate.json
  gate diff main.json candidate.json -o diff.md -o diff.json
  gate diff old-decision.json decision.json --all
  gate diff run:release-1.0 run:latest       two recorded runs: metrics, params, policy, data
  gate diff main/gate.yaml gate.yaml         what the change loosens
  gate diff main/gate.yaml gate.yaml --on run:last-40
  git show main:gate.yaml | gate diff - gate.yaml --metrics metrics.json

exit codes: 0 compared · 1 the second policy is looser, or cannot be compared · 2 could not run"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "before",
        metavar="A",
        help="a metrics file, a decision.json, a policy, or a recorded run (run:ID, run:NAME, run:latest); `-` is standard input",
    )
    add("after", metavar="B", help="what to compare it with, of the same kind")
    form = "write a report; its suffix says the form (.md .json .txt; .html of two runs), or FORM=FILE; `-` is standard output"
    add("-o", "--output", action="append", default=[], metavar="FILE", help=form)
    add("--from", dest="reader", metavar="FORMAT", help="read both as metrics of this format instead of recognising them")
    add("--all", action="store_true", help="show what is equal, too")
    tried = "of two policies: judge these metrics by both, as evidence beside the proof; repeatable"
    add("--metrics", action="append", default=[], metavar="FILE", help=tried)
    add("-b", "--baseline", action="append", default=[], metavar="FILE", help="the baseline of these metrics")
    runs = "of two policies: judge recorded runs by both and list the verdicts that change, as run:last-40"
    add("--on", default="", metavar="RUNS", help=runs)
    runs = "where runs are (default: the policy's `history`, $GATE_HISTORY, else .gate/history.db)"
    add("--store", default="", metavar="HISTORY", help=runs)
    add("--now", default="", metavar="DATE", help="compare as if it were this day: waivers end")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    wanted = outputs.wanted(args.output, diffing.FORMS, "a comparison")
    request = diffing.DiffRequest(
        before=args.before,
        after=args.after,
        reader=args.reader,
        stdin=standard_input(),
        metrics=args.metrics,
        baselines=args.baseline,
        now=args.now,
        on=args.on,
        store=args.store,
        environ=environ,
    )
    comparison = diffing.diff(request)
    outputs.prepare(wanted, diffing.files_of(request, comparison))
    shown = outputs.write_all(wanted, lambda form: diffing.render(form, comparison))
    for report in shown or [_as_text(comparison, args, environ)]:
        say(report)
    return 1 if isinstance(comparison, PolicyComparison) and comparison.difference.loosened else 0


def _as_text(comparison: diffing.Compared, args: argparse.Namespace, environ: Mapping[str, str]) -> str:
    shape, show_all = terminal(environ), bool(args.all)
    columns, colour, ascii_only = shape.columns, shape.colour, shape.ascii_only
    if isinstance(comparison, PolicyComparison):
        from gate.reports import difference_text

        return difference_text.render(comparison, columns=columns, colour=colour, ascii_only=ascii_only, show_all=show_all)
    if isinstance(comparison, RunComparison):
        from gate.reports import run_comparison

        return run_comparison.as_text(comparison, columns=columns, colour=colour, ascii_only=ascii_only, show_all=show_all)
    from gate.reports import comparison_text

    return comparison_text.render(comparison, columns=columns, colour=colour, ascii_only=ascii_only, show_all=show_all)
