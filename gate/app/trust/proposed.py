"""What the change would make of the policy that judges it: compared, and tried on the same measurements."""

from __future__ import annotations

from gate.app.judging import Judging, Proposal
from gate.errors import GateError
from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.policy.change import PolicyComparison, Relation
from gate.policy.difference import difference
from gate.policy.policy import Policy
from gate.record import replace
from gate.reports.difference import entries
from gate.terms.decision import Decision, Reason, Verdict
from gate.terms.measurements import Source
from gate.terms.revision import Proposed, ProposedChange

MOST_CHANGES = 200
MOST_TRIED = 500_000  # rules times measurements: a stranger's policy may not keep the job busy, or fill its memory


def by_revision(decision: Decision, judging: Judging, evidence: Evidence) -> Decision:
    """The decision with the revision that judged, and what the change would alter there."""
    assert judging.revision is not None
    decision = replace(decision, revision=judging.revision)
    if judging.revision.first:
        return _first(decision)
    if judging.proposal is None:
        return decision
    return replace(decision, proposed=proposed(judging.policies, judging.proposal, evidence))


def _first(decision: Decision) -> Decision:
    """A change that brings the first policy is judged by it, and never quite passes."""
    assert decision.revision is not None
    text = f"first policy, judged by itself: {decision.revision.ref} has none yet"
    note = Reason("first-policy", text, "from the next change on, the merged policy judges")
    verdict = Verdict.WARN if decision.verdict is Verdict.PASS else decision.verdict
    return replace(decision, verdict=verdict, notes=(note, *decision.notes))


def proposed(old: tuple[Policy, ...], proposal: Proposal, evidence: Evidence) -> Proposed | None:
    """The proposed policies beside those that judge; None where they mean the same."""
    files = tuple(policy.file for policy in old)
    if proposal.messages:
        return Proposed(files, True, messages=proposal.messages)
    if sorted(policy.sha256 for policy in old) == sorted(policy.sha256 for policy in proposal.policies):
        return None
    changes = tuple(_changes(old, proposal.policies, evidence.today))
    loosened = any(change.relation in (Relation.LOOSER.value, Relation.CHANGED.value) for change in changes)
    verdict, messages = _tried(proposal.policies, evidence)
    return Proposed(files, loosened, changes[:MOST_CHANGES], verdict, messages)


def _changes(old: tuple[Policy, ...], new: tuple[Policy, ...], today: str) -> list[ProposedChange]:
    by_file = {policy.file: policy for policy in new}
    found: list[ProposedChange] = []
    for policy in old:
        other = by_file.pop(policy.file, None)
        if other is None:
            found.append(ProposedChange(Relation.LOOSER.value, f"the policy {policy.file}", "", ("it would be gone",)))
        else:
            found += _parts(policy, other, today)
    found += [ProposedChange(Relation.TIGHTER.value, "", f"the policy {file}") for file in by_file]
    return found


def _parts(old: Policy, new: Policy, today: str) -> list[ProposedChange]:
    sides = [Source(policy.file, "policy", policy.sha256) for policy in (old, new)]
    compared = PolicyComparison(sides[0], sides[1], difference(old, new, today))
    return [
        ProposedChange(entry.relation.value, entry.before, entry.after, entry.remarks)
        for entry in entries(compared)
        if entry.relation is not Relation.SAME
    ]


def _tried(policies: tuple[Policy, ...], evidence: Evidence) -> tuple[str, tuple[str, ...]]:
    """What the proposed policies say of the same measurements; with messages where they cannot judge."""
    rules, measurements = sum(len(policy.rules) for policy in policies), len(evidence.candidate)
    if rules * measurements > MOST_TRIED:
        return "", (f"{rules} rules on {measurements} measurements are too many for a dry run",)
    try:
        return judge(policies, evidence).verdict.value, ()
    except GateError as error:
        return "", tuple(str(problem) for problem in error.problems)
