"""A first policy from metrics: measured, proposed, written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from gate.app.evidence import refuse_nothing
from gate.app.init.first_policy import FirstPolicy, propose
from gate.app.init.first_policy_text import write
from gate.errors import InputError, Place, Problem, UsageError
from gate.policy.find import NAMES, repository_root
from gate.policy.text import MAX_BYTES
from gate.readers.inputs import read_inputs
from gate.record import dataclass, field
from gate.reports.plain import brief
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction

LONGEST_NAME = 100
RUNS = "run:"
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """What `gate init` was asked for; `path` is where the policy goes, `-` for standard output."""

    inputs: Sequence[str]
    path: str = NAMES[0]
    better: Mapping[str, Direction] = field(default_factory=dict)
    reader: str | None = None
    stdin: BinaryIO | None = None
    model: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """The policy as text, what is in it, and the command that checks the same metrics by it."""

    text: str
    says: FirstPolicy
    command: str


def first_policy(request: InitRequest) -> Written:
    """The policy for these metrics. Raises GateError: no input, nothing measured, no metric whose better way is known."""
    if (request.reader or "").startswith(RUNS):
        return _from_runs(request)
    if not request.inputs:
        raise UsageError(Problem("no-input", "a first policy is made from metrics: name a file", remedy="gate init metrics.json"))
    table = read_inputs(request.inputs, format=request.reader, stdin=request.stdin)
    refuse_nothing(table)
    policy = propose(table, _by_own_name(request.better, table))
    if not policy.rules:
        raise _no_direction(policy, table, request.inputs)
    command = _command(request)
    return _first(policy, write(policy, policy_name(request.path), command), command, table, request)


def _from_runs(request: InitRequest) -> Written:
    """The policy for what recorded runs measured."""
    from gate.app.init.floors_of_runs import policy_of, runs_of, typical

    if request.inputs:
        what = "recorded runs and files make two policies"
        raise UsageError(Problem("usage", what, remedy=f"gate init --from {request.reader}"))
    found = runs_of(request.reader or "", request.model, policy_name(request.path), request.environ)
    table = typical(found.runs)
    refuse_nothing(table)
    policy = policy_of(table, found.runs, _by_own_name(request.better, table))
    if not policy.rules:
        raise _no_direction(policy, table, ["--from", request.reader or ""])
    command = "gate check metrics.json --record"
    return _first(policy, write(policy, found.model, command, len(found.runs), found.said), command, table, request)


def _first(policy: FirstPolicy, text: str, command: str, table: Measurements, request: InitRequest) -> Written:
    if len(text.encode()) > MAX_BYTES:
        what = f"a policy for all {len(table):,} measurements would be larger than {MAX_BYTES // 2**20} MiB"
        raise InputError(
            Problem(
                "too-many-measurements",
                what,
                Place(", ".join(request.inputs)),
                "start from the metrics that matter",
            )
        )
    return Written(text, policy, command)


def policy_name(path: str) -> str:
    """A name for the model: that of the repository the policy goes to, else of the folder."""
    folder = os.path.dirname(os.path.abspath(path)) if path != "-" else os.path.abspath(".")
    name = _UNSAFE.sub("-", os.path.basename(repository_root(folder) or folder)).strip("-.")
    return name[:LONGEST_NAME].rstrip("-.") or "model"


def _by_own_name(better: Mapping[str, Direction], table: Measurements) -> dict[str, Direction]:
    """The directions by the names that metrics have here. Raises UsageError for a metric that there is not."""
    known: dict[str, Direction] = {}
    for name, direction in better.items():
        if name not in table:
            from gate.judge.suggest import suggestion

            what = f"--better: there is no metric `{brief(name)}`"
            raise UsageError(Problem("unknown-metric", what, remedy=suggestion(name, table)))
        known[name if name in table.by_metric else table.aliases[name]] = direction
    return known


def _no_direction(policy: FirstPolicy, table: Measurements, inputs: Sequence[str]) -> InputError:
    """What is said when no rule can be written: what there is, and what to answer."""
    where = Place(", ".join(source.name for source in table.sources))
    asked = list(dict.fromkeys(line.metric for line in policy.asked))
    if asked:
        what = "no rule can be written: of none of these metrics it is known which way is better"
        answer = _quoted([*inputs, "--better", f"{asked[0]}=higher"])
        remedy = f"{_some(asked)}\nsay it: gate init {answer}   (or =lower; repeatable)"
        return InputError(Problem("no-direction", what, where, remedy))
    reasons = [f"{metric} {why}" for metric, why in policy.unruled]
    reasons += [f"{name} says how the run went" for name in policy.bookkeeping]
    reasons += [f"{line.metric} is yes or no" for line in policy.booleans]
    remedy = 'write numbers by name: {"accuracy": 0.91}'
    what = "no rule can be written: there is no number that one could ask for"
    return InputError(Problem("no-direction", what, where, f"{_some(reasons)}\n{remedy}" if reasons else remedy))


def _some(lines: Sequence[str], most: int = 12) -> str:
    more = [f"… and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join([f"  {brief(line)}" for line in lines[:most]] + more)


def _command(request: InitRequest) -> str:
    """How to check the same metrics by the policy."""
    found = os.path.dirname(request.path) in ("", ".") and os.path.basename(request.path) in NAMES
    named = [] if found or request.path == "-" else ["-p", request.path]
    reader = ["--from", request.reader] if request.reader else []
    return f"gate check {_quoted([*request.inputs, *named, *reader])}"


def _quoted(arguments: Sequence[str]) -> str:
    import shlex

    return shlex.join(arguments)
