"""`gate plan POLICY ROWS`: the policy judged on many test sets drawn from the same rows, with the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gate.app.clock import Clock
from gate.app.evidence import Found, beside, labels, named_baselines, other_runs, tables
from gate.app.measuring import of_policies
from gate.app.plan.pairs import differing, joined
from gate.baselines.baseline import Surroundings
from gate.errors import PolicyError, Problem, UsageError
from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.measure import random_draws
from gate.measure.definition import Definition, label_text
from gate.measure.measuring import Measuring, measured, tally_of
from gate.measure.source import of_frame, open_rows
from gate.policy.policy import Policy
from gate.record import dataclass, replace
from gate.terms.decision import Decision, Outcome
from gate.terms.measurements import Measurements
from gate.terms.plan import Flips, Trial
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.measure.engines.engine import Progress

Key = tuple[str, Slice]
_RIGHT_OR_WRONG = ("binary", "multiclass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is tried: `size` rows in each draw (0: as many as there are), at most `seconds` long."""

    draws: int = 100
    size: int = 0
    drop: float = 0.0
    seed: int = 1
    seconds: float = 60.0
    progress: Progress | None = None


class _Counts:
    """How often each outcome came, and how often two draws disagreed."""

    def __init__(self) -> None:
        self.outcomes: dict[Key, Counter[str]] = {}
        self.flips: Counter[Key] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.disagreed = 0
        self.contradicted: Counter[Key | None] = Counter()

    def add(self, decisions: tuple[Decision, ...]) -> None:
        found = [{(each.rule, each.slice): each.outcome for each in decision.findings} for decision in decisions]
        for key in dict.fromkeys(key for each in found for key in each):
            outcomes = [each.get(key, Outcome.MISSING) for each in found]
            self.outcomes.setdefault(key, Counter()).update(outcome.value for outcome in outcomes)
            self.flips[key] += len(set(outcomes)) > 1
            self.contradicted[key] += {Outcome.PASS, Outcome.FAIL} <= set(outcomes)
        self.verdicts.update(decision.verdict.value for decision in decisions)
        self.disagreed += len({decision.verdict for decision in decisions}) > 1
        self.contradicted[None] += {0, 1} <= {decision.exit_code for decision in decisions}


def trial(policy: Policy, path: str, asked: Tried, moment: Clock, environ: Mapping[str, str]) -> Trial:
    """What becomes of the verdict from draw to draw. Raises GateError: no `measure:`, rows that cannot be read or drawn from."""
    import numpy as np

    by = _measuring(policy, moment)
    judged = _Judging(policy, by, moment, environ, path)
    rows, header = judged.rows, judged.header
    size = asked.size or rows.rows
    if asked.drop:
        _refuse_neither(header.task)
    random = np.random.default_rng(asked.seed)
    sure, plain, dropped = _Counts(), _Counts(), _Counts()
    done = 0
    for done in _within(asked):  # noqa: B007
        pair = [random_draws.drawn(rows, by.definition, size, random) for _ in range(2)]
        found = [judged.by_both(each) for each in pair]
        sure.add(tuple(each[0] for each in found))
        plain.add(tuple(each[1] for each in found))
        if asked.drop:
            spoilt = random_draws.worse(
                pair[0], by.definition, _right(pair[0], by.definition, header.positive), asked.drop, random
            )
            dropped.add((judged.by_both(spoilt)[0],))
    return Trial(
        source=path,
        rows=rows.rows,
        size=size,
        draws=done,
        seed=asked.seed,
        verdicts=dict(sure.verdicts),
        flips=sure.disagreed / done,
        contradicts=sure.contradicted[None] / done,
        findings=_findings(policy, sure, plain, dropped, done),
        drop=asked.drop,
        dropped=dict(dropped.verdicts),
        stopped=done < asked.draws,
        positives=judged.positives,
        differ=judged.differ,
        notes=judged.notes,
    )


def _refuse_neither(task: str) -> None:
    if task not in _RIGHT_OR_WRONG:
        what = f"--drop makes right answers wrong, and answers of the task `{task}` are neither"
        raise UsageError(Problem("usage", what, remedy="leave it out"))


def _within(asked: Tried) -> Iterator[int]:
    """The numbers of the draws from 1, until they are all done or the time is up; one is always done."""
    from time import monotonic

    end = monotonic() + asked.seconds
    for number in range(1, asked.draws + 1):
        if number > 1 and monotonic() > end:
            return
        if asked.progress is not None:
            asked.progress("judging random draws", number / asked.draws)
        yield number


def _measuring(policy: Policy, moment: Clock) -> Measuring:
    found = of_policies([policy], moment.now)
    if found is None:
        what = "rows are given, and the policy does not say what their columns mean"
        remedy = "say it: `measure: {label: COLUMN, score: COLUMN}`"
        raise PolicyError(Problem("no-definition", what, policy.rules[0].where, remedy))
    alone = replace(found.definition, reference="", train="")
    return replace(found, definition=alone, reference="", train="")


class _Judging:
    """The policy on rows: as it is, and with plain comparisons.

    `positives` and `differ` are what all rows show: the share that is positive, and on which two models differ.
    """

    def __init__(self, policy: Policy, by: Measuring, moment: Clock, environ: Mapping[str, str], path: str) -> None:
        self.by = by
        self.moment = moment
        self.policy = policy
        self.plain = replace(policy, rules=tuple(replace(rule, confidence=None) for rule in policy.rules), holdout=None)
        self.share = policy.share
        rows = random_draws.held(open_rows(path), by.definition, by.effort)
        tally = tally_of(of_frame(rows.columns), by)
        self.header = tally.header
        at = Surroundings(inputs=(path,), environ=environ, measuring=by, tree=policy.tree, folder=policy.folder)
        whole = measured(tally, "rows")
        own = beside(whole)
        self.named = {name: found for name, found in named_baselines([policy], own, at).items() if found is not own}
        self.rows, self.along, self.notes = joined(rows, self.named, policy, by)
        both = whole if own is not None else next((each.both(self.rows.columns) for each in self.along.values()), whole)
        self.positives, self.differ = _positive(whole), differing(both)

    def baselines(self, columns: Mapping[str, Any], candidate: Measurements) -> dict[str, Found]:
        """Those of other rows, those that are drawn along, and the one in the same rows."""
        drawn, own = {name: each.on(columns, candidate) for name, each in self.along.items()}, beside(candidate)
        return {**self.named, **drawn, **({} if own is None else {own.name: own})}

    def by_both(self, columns: dict[str, Any]) -> tuple[Decision, Decision]:
        candidate = measured(tally_of(of_frame(columns), self.by), "rows")
        baselines = other_runs(self.baselines(columns, candidate), candidate)
        evidence = Evidence(replace(candidate, beside=None), tables(baselines), self.moment.today, labels=labels(baselines))
        return judge([self.policy], replace(evidence, alpha_share=self.share)), judge([self.plain], evidence)


def _positive(table: Measurements) -> float | None:
    """The share of rows that are positive, where there are some of either kind."""
    found = table.by_metric.get("prevalence", {}).get(WHOLE)
    share = None if found is None else found.value
    return share if share is not None and 0 < share < 1 else None


def _right(columns: dict[str, Any], asked: Definition, positive: str) -> Any:
    """Which rows are answered right."""
    label = columns[asked.label]
    if asked.prediction:
        return label.astype(str) == columns[asked.prediction].astype(str)
    truth = [label_text(each) == positive for each in label.tolist()]
    return (columns[asked.score] >= asked.threshold) == truth


def _findings(policy: Policy, sure: _Counts, plain: _Counts, dropped: _Counts, draws: int) -> tuple[Flips, ...]:
    texts = {rule.id: rule.expr.shown for rule in policy.rules}
    asks = {rule.id for rule in policy.rules if rule.confidence is not None}
    return tuple(
        Flips(
            rule=key[0],
            expression=texts.get(key[0], key[0]),
            slice=key[1],
            outcomes=dict(outcomes),
            flips=sure.flips[key] / draws,
            contradicts=sure.contradicted[key] / draws,
            plain=dict(plain.outcomes.get(key, {})),
            plain_contradicts=plain.contradicted[key] / draws if key[0] in asks else None,
            dropped=dict(dropped.outcomes.get(key, {})),
        )
        for key, outcomes in sure.outcomes.items()
    )
