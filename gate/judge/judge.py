"""A policy on evidence: findings, their effects, the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gate.errors import PolicyError, Problem
from gate.judge.evidence import Evidence
from gate.judge.interval import interval_of
from gate.judge.settle import choose, effect, level_today, looked, worst
from gate.judge.shares import shares
from gate.judge.waive import remarks, waive
from gate.judge.world import MeasuredWorld, fact_of
from gate.language.evaluate import NOT_BOUND, Binding, Judged, Result, evaluate, evaluate_expression
from gate.language.resolve import Expr, candidate_readings, free_readings
from gate.language.tree import All, Comparison, Expression, OnBaseline, Reading, walk
from gate.language.value import Doubt
from gate.language.write import write
from gate.policy.policy import Policy, Rule
from gate.record import replace
from gate.terms.decision import Decision, Finding, Level, Outcome, Part, PolicyIdentity, Reason, Verdict
from gate.terms.slice import Slice

UNKNOWN_NAME = "unknown-metric"
_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}


def judge(policies: Sequence[Policy], evidence: Evidence) -> Decision:
    """The decision of all policies together: each must hold. Raises PolicyError where nothing can block."""
    findings: tuple[Finding, ...] = ()
    notes: list[Reason] = []
    for policy in policies:
        check_blocking(policy, evidence.today)
        judged = tuple(finding for rule in policy.rules for finding in judge_rule(rule, policy, evidence))
        notes += remarks(policy, judged, evidence.today)
        findings += judged
    verdict = worst(finding.effect for finding in findings)
    if verdict in (Verdict.PASS, Verdict.WARN):
        unseen = [policy for policy in policies if not policy.advisory and not _looked(policy, findings)]
        if unseen:
            verdict = Verdict.UNDECIDED
            notes.append(
                Reason("nothing-evaluated", "no blocking rule was evaluated on a measurement", "check the names of the metrics")
            )
    return Decision(
        verdict=verdict,
        findings=findings,
        policies=tuple(identity(policy) for policy in policies),
        notes=tuple(notes),
        unused=_unused(policies, evidence),
        metrics=tuple(evidence.candidate.names),
    )


def identity(policy: Policy) -> PolicyIdentity:
    """How a decision names a policy."""
    return PolicyIdentity(policy.name, policy.file, policy.sha256, len(policy.rules), policy.advisory, policy.extends)


def check_blocking(policy: Policy, today: str) -> None:
    """Refuse a policy in which nothing can block today, unless it says that it only advises."""
    if policy.advisory or any(level_today(rule, today) is Level.BLOCK for rule in policy.rules):
        return
    later = min((rule.blocks_from for rule in policy.level_rules), default="")
    what = f"nothing in this policy blocks before {later}" if later else "nothing in this policy can block"
    remedy = "give a rule `level: block`, or say `advisory: true` if the policy only informs"
    raise PolicyError(Problem("nothing-blocks", what, policy.rules[0].where if policy.rules else None, remedy))


def _looked(policy: Policy, findings: tuple[Finding, ...]) -> bool:
    return any(looked(finding) for finding in findings if finding.policy == policy.file)


def _unused(policies: Sequence[Policy], evidence: Evidence) -> tuple[str, ...]:
    """Metrics of the candidate that no rule reads."""
    used = {
        policy.metrics[reading.metric].source or reading.metric if reading.metric in policy.metrics else reading.metric
        for policy in policies
        for rule in policy.rules
        for reading in rule.expr.readings
    }
    used |= {evidence.candidate.aliases.get(name, name) for name in used}
    return tuple(name for name in evidence.candidate.names if name not in used)


def judge_rule(rule: Rule, policy: Policy, evidence: Evidence) -> list[Finding]:
    """The findings of a rule: one, or one per value of its free stars."""
    if not rule.expr.stars:
        return [_finding(rule, policy, evidence, NOT_BOUND)]
    world = MeasuredWorld(evidence, policy, rule.expr.baselines, rule.min_n)
    bindings = world.bindings(free_readings(rule.expr.tree))
    if bindings:
        return [_finding(rule, policy, evidence, binding) for binding in bindings]
    found = _finding(rule, policy, evidence, NOT_BOUND)
    if all(reason.slug != UNKNOWN_NAME for reason in found.reasons):
        what = f"no slice matches `{rule.expr.normal}`"
        found = replace(found, reasons=(Reason("no-slices", what, "check the columns of the selector"),))
    return [found]


def _finding(rule: Rule, policy: Policy, evidence: Evidence, binding: Binding) -> Finding:
    world = MeasuredWorld(evidence, policy, rule.expr.baselines, rule.min_n)
    result = evaluate(rule.expr.tree, world, binding)
    doubts = _more_doubts(rule, policy, result)
    outcome = _outcome(rule, result, doubts)
    level = level_today(rule, evidence.today)
    partly_unknown = outcome is Outcome.PASS and bool(result.doubts)
    on = Slice.of(binding) if binding else Slice()
    finding = Finding(
        rule=rule.id,
        policy=policy.file,
        expression=rule.expr.normal,
        outcome=outcome,
        effect=effect(outcome, level, rule, partly_unknown),
        level=level,
        slice=on,
        margin=_margin(rule.expr, result),
        reasons=() if outcome in (Outcome.PASS, Outcome.FAIL) else _reasons((*doubts, *result.doubts)),
        notes=_reasons(result.doubts) if outcome in (Outcome.PASS, Outcome.FAIL) else (),
        parts=tuple(_part(part) for part in result.parts),
        evidence="claimed",
        why=rule.why,
        owner=rule.owner,
        blocks_from=rule.blocks_from if level is Level.INFO else "",
        where=rule.where,
    )
    finding = _with_sides(finding, result, world, policy, evidence, binding)
    finding = replace(finding, reads=tuple(world.reads.values()))
    return waive(finding, rule, policy, evidence, lambda floor, where: _floor_holds(floor, where, policy, evidence))


def _more_doubts(rule: Rule, policy: Policy, result: Result) -> tuple[Doubt, ...]:
    """Doubts that come from what the policy demands, not from a measurement."""
    found: tuple[Doubt, ...] = ()
    if rule.confidence is not None and any(part.node.operator not in ("==", "!=") for part in result.parts):
        asked = f"the rule asks for confidence {rule.confidence:.6g}; this version compares plain values only"
        found += (Doubt("no-confidence", asked, "write `confidence: none` to compare the plain values"),)
    if policy.evidence == "measured":
        text = "the policy demands measured evidence; numbers in a metrics file are claimed"
        found += (Doubt("evidence-claimed", text, "let gate measure the predictions, or take `evidence: measured` out"),)
    return found


def _outcome(rule: Rule, result: Result, demanded: tuple[Doubt, ...]) -> Outcome:
    if demanded:
        return Outcome.MISSING
    outcome = choose(result.outcomes, rule)
    if outcome in (Outcome.PASS, Outcome.UNDECIDED) and any(doubt.slug == UNKNOWN_NAME for doubt in result.doubts):
        return Outcome.MISSING  # a typo is not absorbed, wherever it stands
    return outcome


def _reasons(doubts: Sequence[Doubt]) -> tuple[Reason, ...]:
    return tuple(Reason(doubt.slug, doubt.text, doubt.remedy) for doubt in dict.fromkeys(doubts))


def _part(part: Judged) -> Part:
    return Part(
        text=write(part.node),
        left=_shown(part.left),
        operator=part.node.operator,
        right=_shown(part.right),
        margin=None if math.isnan(part.margin) else part.margin,
        outcome=part.outcome,
        reasons=_reasons(part.doubts),
    )


def _shown(number: float | bool) -> float | bool | None:
    return number if isinstance(number, bool) else None if math.isnan(number) else number


def _margin(expr: Expr, result: Result) -> float | None:
    """The margin of one comparison or of a chain (its smallest); `and` and `or` of different things have none."""
    tree = expr.tree
    if not (isinstance(tree, Comparison) or (isinstance(tree, All) and tree.chain)):
        return None
    margins = [part.margin for part in result.parts]
    return None if any(math.isnan(margin) for margin in margins) else min(margins)


def _with_sides(
    finding: Finding, result: Result, world: MeasuredWorld, policy: Policy, evidence: Evidence, binding: Binding
) -> Finding:
    """Value and threshold of the deciding part: the first, in writing order, whose outcome is the finding's."""
    part = next((part for part in result.parts if part.outcome is finding.outcome), result.parts[0])
    node = part.node
    left_reads, right_reads = bool(candidate_readings(node.left)), bool(candidate_readings(node.right))
    if right_reads and not left_reads:
        side, value, operator, threshold = node.right, part.right, _FLIPPED[node.operator], part.left
    else:
        side, value, operator, threshold = node.left, part.left, node.operator, part.right
    finding = replace(finding, value=_shown(value), operator=operator, threshold=_shown(threshold))
    finding = _with_baseline(finding, side, policy, evidence, binding, node)
    return _with_support(finding, side, world, policy, evidence, binding)


def _with_support(
    finding: Finding, side: Expression, world: MeasuredWorld, policy: Policy, evidence: Evidence, binding: Binding
) -> Finding:
    """n, interval and unit, where the value is one measurement; the slices that carry a change, where it fails."""
    if not isinstance(side, Reading):
        return finding
    on = Slice(tuple((column, binding.get(column, "*") if value is None else value) for column, value in side.selector))
    found = evidence.candidate.get(world.source(side.metric), on)
    if found is None:
        return finding
    fact = fact_of(side.metric, policy)
    unit = found.unit or (fact.unit if fact else "")
    finding = replace(finding, n=found.support.n, interval=interval_of(found, fact), unit=unit)
    before = evidence.loaded("baseline")
    if finding.outcome is Outcome.FAIL and not on and before is not None:
        return replace(finding, shares=shares(world.source(side.metric), evidence.candidate, before))
    return finding


def _with_baseline(
    finding: Finding, side: Expression, policy: Policy, evidence: Evidence, binding: Binding, node: Comparison
) -> Finding:
    """What the same side was on the baseline that the part reads, else on the default one."""
    name = next((inner.name for inner in walk(node) if isinstance(inner, OnBaseline)), "baseline")
    if evidence.loaded(name) is None or not candidate_readings(side) or isinstance(finding.value, bool):
        return finding
    quiet = MeasuredWorld(evidence, policy, (name,), None)
    before = evaluate_expression(side, quiet, name, binding)
    return finding if math.isnan(before.point) else replace(finding, baseline=name, baseline_value=before.point)


def _floor_holds(floor: Expr, on: Slice, policy: Policy, evidence: Evidence) -> bool:
    """Whether a waiver's floor passes, on the finding's slice where the floor has a star for it."""
    world = MeasuredWorld(evidence, policy, floor.baselines, None)
    binding = {column: value for column, value in on.parts if column in floor.stars}
    if len(binding) != len(floor.stars):
        return False
    result = evaluate(floor.tree, world, binding)
    return result.outcomes == frozenset((Outcome.PASS,)) and not result.doubts
