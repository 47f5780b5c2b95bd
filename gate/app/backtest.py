"""Two policies, or floors, on runs that were recorded: what would have been decided then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from gate.app.clock import clock
from gate.app.past import history_of, past_of
from gate.baselines.baseline import Surroundings, model_of
from gate.baselines.run import as_of
from gate.errors import GateError, Problem, UsageError
from gate.history.store import Store, Which, open_store
from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.language.value import Doubt
from gate.policy.compare import tight
from gate.policy.pairs import paired
from gate.policy.policy import BaselineSource, Policy, Rule
from gate.policy.shapes import canonical
from gate.readers import decision as decision_reader
from gate.readers.source import public
from gate.record import dataclass, field, replace
from gate.reports import json
from gate.reports.outline import label
from gate.reports.plain import LONGEST_TEXT, brief
from gate.terms.baseline import Baseline
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements
from gate.terms.replay import Replay, Replayed
from gate.terms.run import DECISION, Run, Status

MOST = 10_000
MOST_RULES = 20
REPLAYED = 20  # runs on which a proposed policy is tried
MOST_REPLAYED_RULES = 2_000
MOST_REPLAYED_BASELINES = 20  # a stranger's policy may not keep the job, and the server of the history, busy
_LAST = re.compile(r"run:last-([0-9]{1,5})(?:@(.+))?")
Then = Measurements | Doubt


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as it can be judged again: what it measured, the baselines of its day, and why it was let through without one."""

    run: Run
    candidate: Measurements
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    first_release: str = ""


class _NotReplayedError(Exception):
    """A run on which a policy cannot be tried: why."""


def asked(text: str) -> tuple[int, str]:
    """How many of the newest runs `run:last-40@main` names, and of which branch ("": of any). Raises UsageError."""
    found = _LAST.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= MOST:
        what = f"`{text[:60]}` names no recorded runs"
        remedy = "write `run:last-40` for the newest forty, `run:last-40@main` for those of a branch"
        raise UsageError(Problem("usage", what, remedy=remedy))
    return int(found[1]), found[2] or ""


def recorded(store: Store, model: str, branch: str | None = "", before: str = "") -> Iterator[Recorded]:
    """The trusted runs of the model that measured something, newest first; without those that lie ahead."""
    before = before or clock().before
    which = Which(model=model, branch=branch, trusted=True, status=Status.FINISHED, excluded=False, before=before, limit=MOST)
    return (found for run in store.runs(which) if (found := _recorded(store, run)) is not None)


def _recorded(store: Store, run: Run) -> Recorded | None:
    written = store.document(run.id, DECISION)
    if written:
        try:
            decision = json.read(written, file="decision.json")
            if decision.candidate is not None:
                candidate = decision_reader.measurements(decision, "decision.json")
                return Recorded(run, candidate, {each.name: each for each in decision.baselines}, _first_release(decision))
        except GateError:
            pass  # made by another version of gate: its numbers were logged, too
    points = {(point.metric, point.slice): point.measurement for point in store.points(run.id)}
    return Recorded(run, Measurements.of(points.values())) if points else None


def _first_release(decision: Decision) -> str:
    used = (finding.waiver for finding in decision.findings if finding.waiver is not None)
    return next((waiver.why for waiver in used if waiver.by == "--first-release" and not waiver.until), "")


def replay(old: Sequence[Policy], new: Sequence[Policy], text: str, at: Surroundings) -> Replay:
    """What both would have said of the runs that `text` names. Raises GateError: no history, nothing recorded."""
    count, branch = asked(text)
    url, model = at.history if isinstance(at.history, str) else "", model_of(policy.name for policy in old)
    changed: list[Replayed] = []
    skipped: list[str] = []
    renamed = _renamed(old, new)
    store = open_store(url, at.environ)
    try:
        judged = (each for each in recorded(store, model, branch, at.before) if _is_judged(each, [*old, *new]))
        runs = list(islice(judged, count))
        for each in runs:
            try:
                before = _judged(old, each, at, _baselines_then(old, new, each, store))
                after = _judged(new, each, at, _baselines_then(new, old, each, store))
            except (GateError, _NotReplayedError) as error:
                why = error.problems[0].message if isinstance(error, GateError) else str(error)
                skipped.append(f"run {each.run.id}: {why}")
                continue
            if before.verdict is not after.verdict:
                changed.append(_replayed(each.run, before, after, renamed))
    finally:
        store.close()
    if not runs:
        where = f" on `{branch}`" if branch else ""
        what = f"no trusted run of `{model}`{where} that was judged is in the history"
        raise UsageError(Problem("no-history", what, remedy="record runs: `gate check --record`"))
    return Replay(text, len(runs) - len(skipped), tuple(changed), tuple(skipped))


def _is_judged(each: Recorded, policies: Sequence[Policy]) -> bool:
    """Whether it was, or could have been: what only logs a loss says nothing of a policy that asks for f1."""
    if each.run.verdict:
        return True
    for policy in policies:
        for rule in policy.rules:
            for reading in rule.expr.readings:
                fact = policy.metrics.get(reading.metric)
                if (fact.source if fact and fact.source else reading.metric) in each.candidate:
                    return True
    return False


def _replayed(run: Run, before: Decision, after: Decision, renamed: Mapping[str, str]) -> Replayed:
    rules = tuple(_rules(before, after, renamed))
    return Replayed(run.id, run.started, run.commit, before.verdict.value, after.verdict.value, rules)


def _judged(policies: Sequence[Policy], each: Recorded, at: Surroundings, baselines: Mapping[str, Then]) -> Decision:
    past = past_of(policies, each.candidate, at, run=each.run)
    return judge(policies, Evidence(each.candidate, baselines, each.run.started[:10], each.first_release, past=past))


def _baselines_then(policies: Sequence[Policy], others: Sequence[Policy], each: Recorded, store: Store) -> dict[str, Then]:
    """The baselines of the policies as they were when the run was judged: those recorded, else what they say, as of then.

    One that the other policies mean alike is the recorded one, whatever `-b` put in its place. Raises HistoryError, and
    _NotReplayedError for one that only these policies mean, and that cannot be had.
    """
    found: dict[str, Then] = {name: had.measurements for name, had in each.baselines.items()}
    alike = {source.name: source.text for source, _ in _sources(others)}
    for source, policy in _sources(policies):
        had, same = each.baselines.get(source.name), alike.get(source.name) == source.text
        if had is not None and (same or had.origin.source in (source.text, public(source.text))):
            continue
        then = _as_of(source, policy, each, store)
        if isinstance(then, Doubt) and then.slug != "no-baseline" and not same:
            raise _NotReplayedError(f"`{brief(source.name)}` cannot be had: {brief(then.text, LONGEST_TEXT)}")
        if source.text.startswith("run:"):
            found[source.name] = then
    return found


def _as_of(source: BaselineSource, policy: Policy, each: Recorded, store: Store) -> Then:
    if not source.text.startswith("run:"):
        return Doubt("baseline-unavailable", f"what `{source.text}` was on that day is not recorded")
    found = as_of(store, source.name, source.text, each.run, policy.metrics)
    return found if isinstance(found, Doubt) else found.measurements


def _sources(policies: Sequence[Policy]) -> Iterator[tuple[BaselineSource, Policy]]:
    """What the policies say of the baselines that their rules read."""
    for policy in policies:
        read = {name for rule in policy.rules for name in rule.expr.baselines}
        yield from ((source, policy) for name, source in policy.baselines.items() if name in read)


def _renamed(old: Sequence[Policy], new: Sequence[Policy]) -> dict[str, str]:
    """What a rule of the old policies is called in the new ones: that with another floor is the same one."""
    facts = {name: fact for policy in new for name, fact in policy.metrics.items()}

    def is_tight(a: Rule, b: Rule) -> bool:
        return tight(canonical(a.expr.tree), canonical(b.expr.tree), facts)

    first, second = ([rule for policy in policies for rule in policy.rules] for policies in (old, new))
    return {a.id: b.id for a, b in paired(first, second, is_tight) if a is not None and b is not None}


def _rules(before: Decision, after: Decision, renamed: Mapping[str, str]) -> Iterator[str]:
    """What single rules contribute otherwise, the first few."""
    was = {(renamed.get(finding.rule, finding.rule), finding.slice): finding for finding in before.findings}
    now = {(finding.rule, finding.slice): finding for finding in after.findings}
    told = 0
    for key in dict.fromkeys((*was, *now)):
        a, b = was.get(key), now.get(key)
        effects = [each.effect.value if each is not None else "no such rule" for each in (a, b)]
        if effects[0] != effects[1] and told < MOST_RULES:
            told += 1
            names = list(dict.fromkeys(label(each) for each in (b, a) if each is not None))
            yield f"{', was '.join(names)}: {effects[0]} → {effects[1]}"


def with_replay(decision: Decision, old: Sequence[Policy], new: Sequence[Policy], at: Surroundings) -> Decision:
    """The decision with what the proposed policies would have said of the newest runs; as it is where that cannot be told.

    Only a history that the judging policies name is read: no server of the change's choice is asked, and none without need.
    """
    if decision.proposed is None or decision.proposed.messages or not new or not any(policy.history for policy in old):
        return decision
    url = history_of(old, trusted=True)
    size = sum(len(policy.rules) for policy in new)
    if not isinstance(url, str) or size > MOST_REPLAYED_RULES or len(list(_sources(new))) > MOST_REPLAYED_BASELINES:
        return decision
    try:
        found = replay(old, new, f"run:last-{REPLAYED}", replace(at, history=url))
    except GateError:
        return decision  # no history yet, or none that answers: what the change does is told all the same
    return replace(decision, proposed=replace(decision.proposed, replay=found))
