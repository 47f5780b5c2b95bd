"""`gate plan`: how many rows a policy needs, and with rows how often its verdict would flip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gate.app.clock import clock
from gate.app.judging import load_all
from gate.app.outputs import Output
from gate.app.outputs import parse as parse_output
from gate.app.plan_assumed import DIFFER, POSITIVES, TOLERANCE, Asking, Assumed
from gate.app.plan_parts import changes
from gate.app.plan_rules import part
from gate.errors import Problem, UsageError
from gate.language.readings import starred_readings
from gate.language.tree import All, Any, Comparison, comparisons
from gate.policy.find import find
from gate.policy.holdout import Adaptivity
from gate.policy.policy import Policy, Rule
from gate.record import dataclass, field, replace
from gate.terms.plan import Plan, RulePlan

if TYPE_CHECKING:
    from gate.app.plan_trial import Tried

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
    found = [planned(policy, request.assumed, request.confidence) for policy in policies]
    if not request.rows:
        return found
    if len(request.rows) > 1 or request.tried is None:
        what = "a plan draws from one set of rows"
        raise UsageError(Problem("usage", what, remedy="name a folder or a glob for several files: 'part-*.parquet'"))
    from gate.app.plan_trial import trial

    sure = [_surer(policy, request.confidence) for policy in policies]
    trials = [trial(policy, request.rows[0], request.tried, moment, request.environ) for policy in sure]
    return [replace(plan, trial=each) for plan, each in zip(found, trials, strict=True)]


def _surer(policy: Policy, confidence: float | None) -> Policy:
    """The policy with a confidence for rules that ask for none."""
    rules = (replace(rule, confidence=confidence) if rule.confidence is None else rule for rule in policy.rules)
    return policy if confidence is None else replace(policy, rules=tuple(rules))


def planned(policy: Policy, assumed: Assumed, confidence: float | None = None) -> Plan:
    """What each rule needs, by formula."""
    holdout = policy.holdout
    rules = tuple(_rule(rule, policy, assumed, confidence) for rule in policy.rules)
    return Plan(
        name=policy.name,
        file=policy.file,
        rules=rules,
        uses=holdout.uses if holdout else 1,
        adaptivity=holdout.adaptivity.value if holdout else "",
        power=assumed.power,
        rows=assumed.rows,
        assumed=tuple(_assumed(rules, assumed)),
        notes=tuple(_notes(policy, rules, confidence)),
    )


def _rule(rule: Rule, policy: Policy, assumed: Assumed, confidence: float | None) -> RulePlan:
    sure = rule.confidence if rule.confidence is not None else confidence
    told = RulePlan(id=rule.id, expression=rule.expr.shown, where=rule.where)
    if sure is None:
        return told
    nodes = comparisons(rule.expr.tree)
    holdout = policy.holdout
    by = Asking(
        policy=policy,
        assumed=assumed,
        alpha=(1 - sure) * (holdout.share if holdout else 1.0),
        error=1 - sure,
        uses=holdout.uses if holdout else 1,
        full=holdout is not None and holdout.adaptivity is Adaptivity.FULL,
        clauses=len(nodes),
        changed=_changed(policy, assumed),
    )
    return RulePlan(
        id=rule.id,
        expression=rule.expr.shown,
        parts=tuple(part(node, by) for node in nodes),
        confidence=sure,
        alpha=by.alpha,
        each=_each(rule),
        all_of=not any(isinstance(each, Any) for each in _joints(rule)),
        where=rule.where,
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


def _assumed(rules: Sequence[RulePlan], assumed: Assumed) -> Iterator[str]:
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
        positives = assumed.positives if assumed.positives is not None else POSITIVES
        yield f"{100 * positives:g} % of the rows are positive, and as many predicted so (--positives)"
    if "balanced" in used:
        yield "precision and recall are equal, for F1, MCC and other metrics of several cells"
    if "differ" in used:
        differ = assumed.differ if assumed.differ is not None else DIFFER
        yield f"two models differ on {100 * differ:g} % of the rows (--differ)"
    for word in sorted(used):
        if word.startswith("both "):
            _, metric, value = word.split(" ")
            yield f"{metric} is {value} for both models (--truth {metric}=…)"
        elif " " in word:
            yield word


def _notes(policy: Policy, rules: Sequence[RulePlan], confidence: float | None) -> Iterator[str]:
    if not any(rule.confidence is not None for rule in policy.rules) and confidence is None:
        yield (
            "no rule asks for confidence, so that one row is as good as a million: write `confidence: 95%`, "
            "or try --confidence 95%"
        )
    parts = [part for rule in rules for part in rule.parts]
    if any(part.line == 0 and part.ours is not None and "differ" in part.assumed for part in parts):
        yield (
            "against the baseline without a margin, a model just as good is undecided on any number of rows: "
            "allow a little, `baseline - 0.01`"
        )


def wanted(written: Sequence[str]) -> list[Output]:
    """The files asked for by `-o`. Raises UsageError for a form that plans do not have."""
    found = [parse_output(each) for each in written]
    for each in found:
        if each.form not in FORMS:
            what = f"a plan cannot be written as {each.form}"
            raise UsageError(Problem("bad-output", what, remedy=f"forms are {', '.join(FORMS)}"))
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
