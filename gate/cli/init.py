"""`gate init`: a first policy from metrics."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence

from gate.app.init.init import InitRequest, Written, first_policy
from gate.app.outputs import write_file
from gate.cli.command import INPUT
from gate.cli.console import say, standard_input, terminal
from gate.errors import OutputError, Place, Problem, UsageError
from gate.policy.find import NAMES
from gate.reports.plain import LONGEST_TEXT, ascii_only, brief
from gate.terms.metric import Direction

EXAMPLES = """\
  gate init metrics.json
  gate init metrics.json --better profit=higher --better churn=lower
  gate init train=train.json test=test.json -o policies/model.yaml
  gate init --from run:last-30       floors from recorded runs, with their false alarms
  gate init metrics.json -o -        print it

Every rule gets a floor a little on the worse side of what was measured: the 95 % bound
where the file says on how many rows, else a guess that is marked `check me`."""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("inputs", nargs="*", metavar="INPUT", help=INPUT)
    add("-o", "--output", default="", metavar="FILE", help=f"where the policy goes (default: {NAMES[0]}); `-` is standard output")
    add("--force", action="store_true", help="overwrite a policy that is there")
    way = "say which way a metric is better, higher or lower; repeatable"
    add("--better", action="append", default=[], metavar="NAME=WAY", help=way)
    form = "read the inputs as this format instead of recognising it; `run:last-30`: make floors from recorded runs"
    add("--from", dest="reader", metavar="FORMAT", help=form)
    add("--model", default="", metavar="NAME", help="with --from run:…, the model whose runs are meant")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    path = args.output or NAMES[0]
    _refuse_input(path, args.inputs)
    if not args.force:
        _refuse_existing(path, bool(args.output))
    request = InitRequest(
        inputs=args.inputs,
        path=path,
        better=dict(_direction(written) for written in args.better),
        reader=args.reader,
        stdin=standard_input(),
        model=args.model,
        environ=environ,
    )
    policy = first_policy(request)
    if path == "-":
        say(policy.text)
        return 0
    try:
        write_file(path, policy.text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(Problem("unwritable", f"the policy cannot be written: {reason}", Place(path))) from None
    told = _told(path, policy)
    say(ascii_only(told) if terminal(environ).ascii_only else told)
    return 0


def _refuse_existing(path: str, named: bool) -> None:
    """A policy is work: it is not overwritten, nor put in the shade of a new one."""
    if path == "-":
        return
    there = [path] if named else [name for name in NAMES if os.path.lexists(name)]
    if there and os.path.isdir(there[0]):
        raise OutputError(Problem("unwritable", "this is a folder; a policy is a file", Place(there[0])))
    if there and os.path.lexists(there[0]):
        remedy = "--force overwrites it; -o FILE writes elsewhere; `-o -` only shows the new one"
        raise UsageError(Problem("policy-exists", "there is a policy already", Place(there[0]), remedy))


def _refuse_input(path: str, inputs: Sequence[str]) -> None:
    from gate.app.evidence import path_of

    for written in inputs:
        if path != "-" and written != "-" and os.path.realpath(path_of(written)) == os.path.realpath(path):
            what = f"the policy would overwrite `{written}`, which is read"
            raise UsageError(Problem("bad-output", what, remedy="choose another file"))


def _direction(written: str) -> tuple[str, Direction]:
    name, _, way = written.rpartition("=")
    if not name or way not in ("higher", "lower"):
        what = f"--better says which way: `{brief(written)}` does not"
        raise UsageError(Problem("usage", what, remedy="--better profit=higher, or --better churn=lower"))
    return name, Direction(way)


def _told(path: str, policy: Written) -> str:
    """What was written, what it asks, what to do next."""
    of = policy.says
    guesses = sum("check me" in line.remark for line in of.rules)
    lines = [f"wrote {brief(path)}: {_count(len(of.rules), 'rule', 'rules')}"]
    if guesses:
        lines.append(f"  {_count(guesses, 'floor is a guess', 'floors are guesses')}, marked `check me`")
    if of.asked:
        lines.append(f"  {_count(len(of.asked), 'question waits', 'questions wait')} for an answer: which way is better?")
    if of.unruled:
        lines.append(f"  {_count(len(of.unruled), 'metric has', 'metrics have')} no rule: the file says why")
    return "\n".join((*lines, f"next: read it, then  {brief(policy.command, LONGEST_TEXT)}"))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
