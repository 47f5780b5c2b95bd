"""A decision that somebody else made, judged again: from the measurements in it, by policies that he could not touch."""

from __future__ import annotations

from gate.app.check import decide
from gate.app.clock import Clock
from gate.app.evidence import Found
from gate.app.judging import Judging
from gate.baselines.baseline import Surroundings
from gate.errors import GateError, Place, Problem
from gate.readers import decision as decision_reader
from gate.record import dataclass, replace
from gate.reports import json
from gate.terms.decision import Decision, Reason
from gate.terms.measurements import Source

_NOT_THIS = "the artifact is not of the run that it came with"


@dataclass(frozen=True, slots=True)
class Unverified:
    """A decision that cannot be judged again, and why: lines of text, some of them from the decision itself."""

    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What judges: nothing of it comes from the decision. `head` is the commit that the decision must be about."""

    judging: Judging
    head: str
    given: Found | None
    clock: Clock
    at: Surroundings


def unverified(name: str, error: GateError) -> Unverified:
    """A decision that this error stands in the way of."""
    return Unverified(name, tuple(str(problem) for problem in error.problems))


def judged_again(data: bytes, name: str, by: Trusted) -> Decision | Unverified:
    """The decision on the measurements in `data`, a decision.json.

    Nothing but measurements and cases is taken from it: neither findings nor verdict, baselines, policies or notes. Where
    its verdict or policy was another one, that is told.
    """
    try:
        claimed = json.read(data.decode("utf-8"), file=name)
        if not by.head or claimed.commit != by.head:
            return Unverified(name, (f"{_NOT_THIS}: {_about(claimed.commit, by.head)}",))
        table = decision_reader.measurements(claimed, name)
        candidate = replace(table, sources=(_source(data, name),), digests=())  # which model it is, is the job's word
        decision = decide(by.judging, candidate, by.given, by.clock, at=by.at)
    except UnicodeDecodeError:
        problem = Problem("malformed-decision", "this is not a decision of gate: it is not UTF-8", Place(name))
        return unverified(name, GateError(problem))
    except GateError as error:
        return unverified(name, error)
    run_url = by.at.facts.run_url if by.at.facts else ""
    return replace(decision, commit=by.head, run_url=run_url, notes=(*_differences(claimed, decision), *decision.notes))


def _about(claimed: str, head: str) -> str:
    said = f"commit {claimed[:12]}" if claimed else "no commit"
    return f"it says that it is about {said}, and the change is at {head[:12] or 'a commit that is not known'}"


def _source(data: bytes, name: str) -> Source:
    from hashlib import sha256

    return Source(name, "decision", sha256(data).hexdigest())


def _differences(claimed: Decision, again: Decision) -> list[Reason]:
    """What the change's own job said otherwise."""
    found: list[Reason] = []
    if claimed.verdict is not again.verdict:
        text = f"the change's own job says {claimed.verdict.value}; judged again, it is {again.verdict.value}"
        found.append(Reason("verdict-differs", text, "this report counts"))
    if {policy.sha256 for policy in claimed.policies} != {policy.sha256 for policy in again.policies}:
        text = "the change's own job judged by another policy than the one that counts"
        found.append(Reason("policy-differs", text, "give that job `--policy-from base`, to see there what is seen here"))
    return found
