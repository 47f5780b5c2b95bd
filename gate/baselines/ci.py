"""A baseline in the decision that an earlier job kept: the newest passing run of this workflow on a branch."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from gate.baselines.baseline import Surroundings
from gate.errors import GateError
from gate.hosts.kept import Expired, Kept
from gate.language.value import Doubt
from gate.readers import decision as decision_reader
from gate.record import replace
from gate.reports import json
from gate.terms.baseline import Baseline, Origin
from gate.terms.decision import Decision
from gate.terms.measurements import Source
from gate.web.errors import WebError

_KEEPERS = {"github": "gate.hosts.github_artifacts", "gitlab": "gate.hosts.gitlab_artifacts"}
_KEEP = "keep decision.json as an artifact of the job: see docs/ci.md"
_GIVE = "or give one: `-b FILE`"


def find(name: str, text: str, at: Surroundings) -> Baseline | Doubt:
    """The candidate of the newest passing decision on the branch; a Doubt where there is none, or none any more."""
    branch = text.partition(":")[2]
    if not branch:
        return Doubt("baseline-unavailable", f"`{text}` names no branch", "write `ci:main`")
    if at.facts is None or at.facts.host not in _KEEPERS:
        where = "this is not a job of a CI machine" if at.facts is None else f"{at.facts.host} keeps none that gate can read"
        return Doubt("baseline-unavailable", f"the baseline `{text}` cannot be had: {where}", "give one: `-b FILE`")
    try:
        return _newest(name, text, branch, at)
    except GateError as error:
        first = error.problems[0]
        if isinstance(error, WebError) and error.status == 404:  # the host knows no run of a workflow that is new
            return _none(branch, 0)
        return Doubt("baseline-unavailable", f"the baseline `{text}` cannot be had: {first.message}", first.remedy or _GIVE)


def _newest(name: str, text: str, branch: str, at: Surroundings) -> Baseline | Doubt:
    gone: Expired | None = None
    passed_over = 0
    for kept in _kept(branch, at):
        if isinstance(kept, Expired):
            gone = gone or kept
            continue
        decision = _decision(kept, at)
        if decision is not None:
            return _baseline(name, text, branch, kept, decision)
        passed_over += 1
    if gone is not None:
        last = f"the last one, of {gone.at[:10]} at {gone.commit[:7]}, expired" + (
            f" on {gone.expired[:10]}" if gone.expired else ""
        )
        return Doubt(
            "baseline-expired", f"there is no decision of `{branch}` any more: {last}", f"run the workflow on `{branch}` again"
        )
    return _none(branch, passed_over)


def _none(branch: str, passed_over: int) -> Doubt:
    others = f"; {passed_over} of other policies, or that did not pass, do not count" if passed_over else ""
    return Doubt("no-baseline", f"no passing run of this workflow on `{branch}` has kept a decision{others}", f"{_KEEP}, {_GIVE}")


def _kept(branch: str, at: Surroundings) -> Iterator[Kept | Expired]:
    assert at.facts is not None
    found: Iterator[Kept | Expired] = import_module(_KEEPERS[at.facts.host]).files(at.facts, at.environ, branch)
    return found


def _decision(kept: Kept, at: Surroundings) -> Decision | None:
    """The decision, if it passed by the same policies on the machine's own clock."""
    try:
        found = json.read(kept.data.decode(), file="decision.json")
    except (GateError, UnicodeDecodeError):
        return None
    theirs = {(policy.file, policy.name) for policy in found.policies}
    same = theirs == set(at.policies) and found.commit in ("", kept.commit)
    return found if found.passed and not found.simulated and same and found.candidate is not None else None


def _baseline(name: str, text: str, branch: str, kept: Kept, decision: Decision) -> Baseline:
    from hashlib import sha256

    table = decision_reader.measurements(decision, "decision.json")
    sources = (Source("decision.json", "decision", sha256(kept.data).hexdigest()),)
    origin = Origin(text, branch, kept.commit, decision.judged_at or kept.at, decision.verdict.value, kept.url)
    return Baseline(name, origin, replace(table, sources=sources))
