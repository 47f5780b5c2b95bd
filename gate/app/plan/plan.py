"""`gate plan`: how many rows a policy needs, and with rows how often its verdict would flip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gate.app.clock import clock
from gate.app.judging import load_all
from gate.app.outputs import SUFFIXES, Output
from gate.app.outputs import parse as parse_output
from gate.app.plan.assumed import DIFFER, POSITIVES, TOLERANCE, Asking, Assumed
from gate.app.plan.names import refuse_unread, resolved
from gate.app.plan.parts import changes
from gate.app.plan.rules import part
from gate.errors import Problem, UsageError
from gate.judge.proving import FAR, asks
from gate.language.readings import starred_readings
from gate.language.tree import All, Any, Comparison, comparisons
from gate.policy.find import find
from gate.policy.holdout import Adaptivity
from gate.policy.policy import Policy, Rule
from gate.record import dataclass, field, replace
from gate.terms.plan import Plan, RulePlan

if TYPE_CHECKING:
    from gate.app.plan.trial import Tried

FORMS = ("text", "markdown", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What `gate plan` was asked for.

    `confidence` is for rules that ask for none, `tried` says how often `rows` are drawn from.
    """

    policies: Sequence[str] = ()
    rows: Sequence[str] = ()
    assumed: Assumed = Assumed()
    confidence: float | None = None
    tried: Tried | None = None
    now: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)


def plan(request: PlanRequest) -> list[Plan]:
    """A plan for every policy. Raises GateError."""
    moment = clock(request.now)
    policies = load_all(find(request.policies, request.environ), moment)
    refuse_unread(policies, request.assumed.truths)
    if not request.rows:
        return [planned(policy, request.assumed, request.confidence) for policy in policies]
    if len(request.rows) > 1 or request.tried is None:
        what = "a plan draws from one set of rows"
        raise UsageError(Problem("usage", what, remedy="name a folder or a glob for several files: 'part-*.parquet'"))
    from gate.app.plan.trial import trial

    found: list[Plan] = []
    for policy in policies:
        tried = trial(_surer(policy, request.confidence), request.rows[0], request.tried, moment, request.environ)
        assumed = replace(request.assumed, seen_positives=tried.positives, seen_differ=tried.differ)
        found.append(replace(planned(policy, assumed, request.confidence), trial=tried))
    return found


def _surer(policy: Policy, confidence: float | None) -> Policy:
    """The policy with a confidence for rules that ask for none."""
    rules = (replace(rule, confidence=confidence) if rule.confidence is None else rule for rule in policy.rules)
    return policy if confidence is None else replace(policy, rules=tuple(rules))


def planned(policy: Policy, assumed: Assumed, confidence: float | None = None) -> Plan:
    """What each rule needs, by formula."""
    holdout = policy.holdout
    stated = assumed.truths
    assumed = replace(assumed, truths=resolved(policy, stated))
    rules = _rules(policy, assumed, confidence)
    return Plan(
        name=policy.name,
        file=policy.file,
        rules=rules,
        uses=holdout.uses if holdout else 1,
        adaptivity=holdout.adaptivity.value if holdout else "",
        power=assumed.power,
        rows=assumed.rows,
        assumed=tuple(_assumed(rules, assumed, _changed(policy, assumed))),
        notes=(*_notes(policy, rules, confidence), *_idle(policy, stated, assumed, confidence, rules)),
    )


def _rules(policy: Policy, assumed: Assumed, confidence: float | None) -> tuple[RulePlan, ...]:
    return tuple(_rule(rule, policy, assumed, confidence) for rule in policy.rules)


def _idle(
    policy: Policy, stated: Mapping[str, float], assumed: Assumed, confidence: float | None, rules: tuple[RulePlan, ...]
) -> Iterator[str]:
    """Truths without which all would be the same."""
    for name in stated:
        others = resolved(policy, {other: value for other, value in stated.items() if other != name})
        if _rules(policy, replace(assumed, truths=others), confidence) == rules:
            yield f"--truth {name} changes nothing here: no formula takes it, or it says what is assumed anyway"


def _rule(rule: Rule, policy: Policy, assumed: Assumed, confidence: float | None) -> RulePlan:
    sure = rule.confidence if rule.confidence is not None else confidence
    told = RulePlan(id=rule.id, expression=rule.expr.shown, where=rule.where)
    if sure is None:
        return told
    holdout = policy.holdout
    told = replace(told, confidence=sure, alpha=(1 - sure) * (holdout.share if holdout else 1.0))
    if asks(rule):
        return replace(told, why=_on_evidence(rule))
    nodes = comparisons(rule.expr.tree)
    by = Asking(
        policy=policy,
        assumed=assumed,
        alpha=told.alpha,
        error=1 - sure,
        uses=holdout.uses if holdout else 1,
        full=holdout is not None and holdout.adaptivity is Adaptivity.FULL,
        clauses=len(nodes),
        changed=_changed(policy, assumed),
        far=rule.exact or told.alpha < FAR,
    )
    return replace(
        told,
        parts=tuple(part(node, by) for node in nodes),
        each=_each(rule),
        all_of=not any(isinstance(each, Any) for each in _joints(rule)),
    )


def _on_evidence(rule: Rule) -> str:
    return (
        f"blocks on evidence only (`undecided: {rule.undecided.value}`): it passes while nothing is shown against it, however "
        "few the rows are; `gate plan POLICY ROWS --drop 0.02` says how often a loss is seen"
    )


def _joints(rule: Rule) -> Iterator[object]:
    waiting: list[object] = [rule.expr.tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (All, Any)):
            waiting += node.members


def _changed(policy: Policy, assumed: Assumed) -> float | None:
    """The share of changed predictions that a flag, or a rule of the policy, holds the model to."""
    if assumed.differ is not None:
        return assumed.differ
    trees = [rule.expr.tree for rule in policy.level_rules]
    held = [tree.members if isinstance(tree, All) else (tree,) for tree in trees]
    limits = [changes(node) for nodes in held for node in nodes if isinstance(node, Comparison)]
    return min((limit for limit in limits if limit is not None), default=None)


def _each(rule: Rule) -> str:
    columns = dict.fromkeys(column for reading in starred_readings(rule.expr.tree) for column in reading.stars)
    return f"each {' and '.join(columns)}" if columns else ""


def _assumed(rules: Sequence[RulePlan], assumed: Assumed, changed: float | None) -> Iterator[str]:
    """What the numbers rest on, in words; only what was used."""
    parts = [each for rule in rules for each in rule.parts]
    used = {word for each in parts for word in each.assumed}
    if any(each.ours is not None for each in parts):
        yield f"power {100 * assumed.power:g} %: so often the rows show what is true (--power)"
        if assumed.tolerance is not None:
            yield f"a true value {assumed.tolerance:g} on the good side of its line, where none is stated (--tolerance, --truth)"
        else:
            yield f"a true value {TOLERANCE:g} on the good side of its line (--tolerance, --truth)"
        yield "a new model just as good as the baseline, where a margin lets it be a little worse"
    if "positives" in used:
        share, seen = _said(assumed.positives, assumed.seen_positives, POSITIVES)
        yield f"{share} of the rows are positive{seen}, and as many predicted so (--positives)"
    if "balanced" in used:
        yield "precision and recall are equal, for F1, MCC and other metrics of several cells"
    if "differ" in used:
        stated = assumed.differ if assumed.differ is not None else changed
        share, seen = _said(stated, assumed.seen_differ, DIFFER)
        yield f"two models differ on {share} of the rows{seen} (--differ)"
    yield from sorted({said for each in parts for said in each.said})


def _said(stated: float | None, seen: float | None, usual: float) -> tuple[str, str]:
    """A share, and that the rows given show it, where they do."""
    if stated is None and seen is not None:
        return f"{100 * seen:.3g} %", ", as in those given"
    return f"{100 * (usual if stated is None else stated):g} %", ""


def _notes(policy: Policy, rules: Sequence[RulePlan], confidence: float | None) -> Iterator[str]:
    if not any(rule.confidence is not None for rule in policy.rules) and confidence is None:
        yield (
            "no rule asks for confidence, so that one row is as good as a million: write `confidence: 95%`, "
            "or try --confidence 95%"
        )
    parts = [part for rule in rules for part in rule.parts]
    if any(part.no_margin for part in parts):
        yield (
            "against the baseline without a margin, a model just as good is undecided on any number of rows: "
            "allow a little, `baseline - 0.01`"
        )


def wanted(written: Sequence[str]) -> list[Output]:
    """The files asked for by `-o`; `-` alone is text. Raises UsageError for a form that plans do not have."""
    return [Output("text", "-") if each == "-" else _output(each) for each in written]


def _output(written: str) -> Output:
    suffixes = " ".join(suffix for suffix, form in SUFFIXES.items() if form in FORMS and suffix.count(".") == 1)
    remedy = f"suffixes are {suffixes}; or say the form: {', '.join(f'`{form}=FILE`' for form in FORMS)}"
    try:
        found = parse_output(written)
    except UsageError as error:
        if written.partition("=")[0] in FORMS:  # a form without a file
            raise
        raise UsageError(replace(error.problems[0], remedy=remedy)) from None
    if found.form not in FORMS:
        raise UsageError(Problem("bad-output", f"a plan cannot be written as {found.form}", remedy=remedy))
    return found


def render(form: str, plans: Sequence[Plan]) -> str:
    """The plans in one form."""
    if form == "json":
        from gate.reports import plan_json

        return plan_json.render(plans)
    if form == "markdown":
        from gate.reports import plan_markdown

        return plan_markdown.render(plans)
    from gate.reports import plan_text

    return plan_text.render(plans)
