"""Two policies, or floors, on runs that were recorded: what would have been decided then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gate.app.past import history_of, past_of
from gate.baselines.baseline import Surroundings, model_of
from gate.errors import GateError, Problem, UsageError
from gate.history.store import Store, Which, open_store
from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.policy.policy import Policy
from gate.readers import decision as decision_reader
from gate.record import dataclass, replace
from gate.reports import json
from gate.reports.outline import label
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements
from gate.terms.replay import Replay, Replayed
from gate.terms.run import DECISION, Run, Status

MOST = 10_000
MOST_RULES = 20
REPLAYED = 20  # runs on which a proposed policy is tried
MOST_REPLAYED_RULES = 2_000
_LAST = re.compile(r"run:last-([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as it can be judged again: what it measured, and the baselines of its day."""

    run: Run
    candidate: Measurements
    baselines: Mapping[str, Measurements]


def asked(text: str) -> int:
    """How many of the newest runs `run:last-40` names. Raises UsageError."""
    found = _LAST.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= MOST:
        what = f"`{text[:60]}` names no recorded runs"
        raise UsageError(Problem("usage", what, remedy="write `run:last-40` for the newest forty"))
    return int(found[1])


def recorded(store: Store, model: str, count: int, branch: str = "") -> list[Recorded]:
    """The newest trusted runs of the model that measured something, newest first."""
    which = Which(model=model, branch=branch, trusted=True, status=Status.FINISHED, excluded=False, limit=count)
    return [found for run in store.runs(which) if (found := _recorded(store, run)) is not None]


def _recorded(store: Store, run: Run) -> Recorded | None:
    written = store.document(run.id, DECISION)
    if written:
        try:
            decision = json.read(written, file="decision.json")
            if decision.candidate is not None:
                baselines = {each.name: each.measurements for each in decision.baselines}
                return Recorded(run, decision_reader.measurements(decision, "decision.json"), baselines)
        except GateError:
            pass  # made by another version of gate: its numbers were logged, too
    points = {(point.metric, point.slice): point.measurement for point in store.points(run.id)}
    return Recorded(run, Measurements.of(points.values()), {}) if points else None


def replay(old: Sequence[Policy], new: Sequence[Policy], text: str, at: Surroundings) -> Replay:
    """What both would have said of the runs that `text` names. Raises GateError: no history, nothing recorded."""
    count = asked(text)
    url, model = at.history if isinstance(at.history, str) else "", model_of(policy.name for policy in old)
    store = open_store(url, at.environ)
    try:
        runs = recorded(store, model, count)
    finally:
        store.close()
    if not runs:
        what = f"no trusted run of `{model}` is in the history"
        raise UsageError(Problem("no-history", what, remedy="record runs: `gate check --record`"))
    changed: list[Replayed] = []
    skipped: list[str] = []
    for each in runs:
        try:
            found = _replayed(old, new, each, at)
        except GateError as error:
            skipped.append(f"run {each.run.id}: {error.problems[0].message}")
            continue
        changed += [found] if found is not None else []
    return Replay(text, len(runs) - len(skipped), tuple(changed), tuple(skipped))


def _replayed(old: Sequence[Policy], new: Sequence[Policy], each: Recorded, at: Surroundings) -> Replayed | None:
    """The run, if the policies decide otherwise on it."""
    before, after = (_judged(policies, each, at) for policies in (old, new))
    if before.verdict is after.verdict:
        return None
    run = each.run
    return Replayed(run.id, run.started, run.commit, before.verdict.value, after.verdict.value, tuple(_rules(before, after)))


def _judged(policies: Sequence[Policy], each: Recorded, at: Surroundings) -> Decision:
    past = past_of(policies, each.candidate, at, run=each.run)
    return judge(policies, Evidence(each.candidate, each.baselines, each.run.started[:10], past=past))


def _rules(before: Decision, after: Decision) -> Iterator[str]:
    """What single rules contribute otherwise, the first few."""
    was = {(finding.rule, finding.slice): finding for finding in before.findings}
    now = {(finding.rule, finding.slice): finding for finding in after.findings}
    told = 0
    for key in dict.fromkeys((*was, *now)):
        a, b = was.get(key), now.get(key)
        effects = [each.effect.value if each is not None else "no such rule" for each in (a, b)]
        if effects[0] != effects[1] and told < MOST_RULES:
            told += 1
            named = b or a
            assert named is not None
            yield f"{label(named)}: {effects[0]} → {effects[1]}"


def with_replay(decision: Decision, old: Sequence[Policy], new: Sequence[Policy], at: Surroundings) -> Decision:
    """The decision with what the proposed policies would have said of the newest runs; as it is where that cannot be told.

    Only a history that the judging policies name is read: no server of the change's choice is asked, and none without need.
    """
    if decision.proposed is None or decision.proposed.messages or not new or not any(policy.history for policy in old):
        return decision
    url = history_of(old, trusted=True)
    size = sum(len(policy.rules) for policy in new)
    if not isinstance(url, str) or size > MOST_REPLAYED_RULES:
        return decision
    try:
        found = replay(old, new, f"run:last-{REPLAYED}", replace(at, history=url))
    except GateError:
        return decision  # no history yet, or none that answers: what the change does is told all the same
    return replace(decision, proposed=replace(decision.proposed, replay=found))
