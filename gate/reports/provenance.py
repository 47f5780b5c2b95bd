"""Where a decision comes from, in the words of every report: what was compared with, whose policy judged, what it may become."""

from __future__ import annotations

from typing import NamedTuple

from gate.terms.baseline import Origin
from gate.terms.decision import Decision, Verdict
from gate.terms.revision import Proposed, ProposedChange
from gate.terms.slice import WHOLE

DEFAULT = "baseline"
MOST_CASES = 20
MOST_REPLAYED = 10
_PASSED = {"pass": "passed", "warn": "passed with warnings"}
_WORD = {"looser": "looser", "changed": "cannot be compared, counts as looser", "tighter": "tighter"}
_BY = {"git": "git", "github": "GitHub's API", "gitlab": "GitLab's API", "checkout": "the job that judged again"}
_BECOMES = {
    Verdict.PASS: "the model would pass",
    Verdict.WARN: "the model would pass with warnings",
    Verdict.FAIL: "the model would fail",
    Verdict.UNDECIDED: "the model would be undecided",
}


class Compared(NamedTuple):
    """A baseline as a report names it; `commit` is short, `facts` are how old it is and what became of its run."""

    label: str
    commit: str
    facts: tuple[str, ...]


def compared(decision: Decision) -> list[Compared]:
    """What was compared with; baselines with a name of their own say it."""
    return [_compared(each.name, each.origin, decision.judged_at) for each in decision.baselines]


def _compared(name: str, origin: Origin, now: str) -> Compared:
    label = origin.label or origin.source or name
    if name not in (DEFAULT, label):
        label = f"{name} ({label})"
    facts = [age(origin.at, now), _PASSED.get(origin.verdict, origin.verdict)]
    return Compared(label, short(origin.commit), tuple(fact for fact in facts if fact))


def short(commit: str) -> str:
    """The beginning of a commit id; anything else as it is."""
    return commit[:7] if commit.isalnum() else commit


def age(at: str, now: str) -> str:
    """How long ago a moment was, in the largest unit that fits; empty where one of the two is no moment."""
    from datetime import datetime

    try:
        then, today = (datetime.strptime(each, f"%Y-%m-%dT%H:%M:%S{'.%f' * ('.' in each)}Z") for each in (at, now))
    except ValueError:
        return ""
    minutes = int((today - then).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return ""


# -- whose policy


def judged_by(decision: Decision) -> tuple[str, str, str] | None:
    """The revision as it was asked for, its commit in short, and what read it; None for the work tree's policy."""
    revision = decision.revision
    return (revision.ref, short(revision.commit), _BY.get(revision.by, revision.by)) if revision else None


def title_of(proposed: Proposed) -> str:
    """What the change does to the gate, as a heading."""
    if proposed.messages and not proposed.changes:
        return "This change breaks the policy (not used)"
    return "This change loosens the gate (not used)" if proposed.loosened else "This change tightens the gate (not used)"


def becomes(proposed: Proposed) -> str:
    """What the proposed policy says of the same measurements, as a sentence."""
    if proposed.verdict not in {verdict.value for verdict in _BECOMES}:
        return "The proposed policy cannot judge:" if proposed.messages else ""
    return f"Tried on the same measurements, {_BECOMES[Verdict(proposed.verdict)]} under the proposed policy."


def replayed(proposed: Proposed) -> list[str]:
    """What it would have said of recorded runs, where these were judged again: a sentence, and a line for each run."""
    if proposed.replay is None:
        return []
    from gate.reports import replay

    return [replay.headline(proposed.replay), *replay.lines(proposed.replay, MOST_REPLAYED)]


def word_of(change: ProposedChange) -> str:
    """What a change of a part is."""
    word = _WORD.get(change.relation, change.relation)
    if not change.after:
        return f"removed, {word}"
    return word if change.before else f"added, {word}"


# -- cases


def lost_title(decision: Decision) -> str:
    """How many cases were lost."""
    count = max(len({(each.id, each.slice) for each in decision.lost}), counted_lost(decision))
    return f"{count} {'case' if count == 1 else 'cases'} held on the baseline and {'fails' if count == 1 else 'fail'} now"


def counted_lost(decision: Decision) -> int:
    """How many rows were lost where gate has counted them itself: of those, only some are named. 0 where it has not."""
    found = decision.candidate.get("lost", WHOLE) if decision.candidate is not None else None
    of_rows = all(each.metric == "correct" for each in decision.lost)
    return int(found.value) if found is not None and found.evidence == "measured" and found.value and of_rows else 0


def unnamed(decision: Decision, shown: int) -> int:
    """How many lost cases a list of `shown` leaves out."""
    return max(len(decision.lost), counted_lost(decision)) - shown


def where_unnamed(decision: Decision) -> str:
    """Where those stand that a list leaves out; nowhere where gate has counted more than it names."""
    return "" if counted_lost(decision) > len(decision.lost) else ", in decision.json"
