"""Rules that no evidence of this size could show, however good: the smallest support from arithmetic, not taste."""

from __future__ import annotations

from collections.abc import Iterator

from gate.app.plan.assumed import Assumed
from gate.app.plan.plan import planned
from gate.confidence.evidence.at_hand import tells_of_the_rows
from gate.errors import Problem
from gate.judge.world import fact_of
from gate.language.readings import candidate_readings
from gate.language.tree import FLIPPED, Number, Reading, comparisons
from gate.language.write import write, write_name
from gate.policy.policy import Policy, Rule, Settle
from gate.terms.measurements import Measurements
from gate.terms.plan import PartPlan, RulePlan, Size

MOST_NAMED = 3


def too_small(policy: Policy, table: Measurements | None) -> Iterator[Problem]:
    """What to say of rules that ask for confidence; `table` are metrics that the policy is for."""
    if policy.holdout is not None and all(rule.confidence is None for rule in policy.rules):
        what = "`holdout` counts uses of rules that ask for confidence, and none does"
        yield Problem("unused-holdout", what, policy.places.get("holdout"), "write `confidence: 95%`, or take it out")
    asking = [rule for rule in policy.rules if rule.confidence is not None and rule.undecided is Settle.BLOCK]
    if not asking:
        return
    plans = {each.id: each for each in planned(policy, Assumed()).rules}
    for rule in asking:
        yield from _ends(rule, policy)
        for part in plans[rule.id].parts:
            if part.fewest is not None:
                yield from _rows(rule, plans[rule.id], part, part.fewest)
                yield from _measured(rule, part, part.fewest, policy, table)


def _ends(rule: Rule, policy: Policy) -> Iterator[Problem]:
    """`recall >= 1`, `fpr <= 0`: however many rows speak for it, there may be one that does not."""
    for node in comparisons(rule.expr.tree):
        for reading, limit, operator in (
            (node.left, node.right, node.operator),
            (node.right, node.left, FLIPPED[node.operator]),
        ):
            if not isinstance(reading, Reading) or not isinstance(limit, Number) or operator not in (">=", "<="):
                continue
            fact = fact_of(reading.metric, policy)
            end = (
                None
                if fact is None or tells_of_the_rows(fact.source or reading.metric)
                else fact.high
                if operator == ">="
                else fact.low
            )
            if fact is not None and end is not None and limit.value == (100 if end == 1 and fact.unit == "%" else end):
                what = f"`{write(node)}` cannot be shown, however many rows speak for it: one more may not"
                remedy = "leave some room, like 0.99 or 0.01 of a share, or say `confidence: none`"
                yield Problem("too-small-to-show", what, rule.where, remedy)


def _rows(rule: Rule, plan: RulePlan, part: PartPlan, fewest: Size) -> Iterator[Problem]:
    if rule.min_n is not None and rule.min_n < fewest.units:
        sure = f"{plan.confidence:.6g}" if plan.confidence is not None else ""
        spent = " and the budget of the test set" if plan.alpha < (1 - (plan.confidence or 0)) * 0.999 else ""
        what = (
            f"`{part.text}` cannot be shown on `min_n: {rule.min_n:g}`, not even if all speak for it: "
            f"confidence {sure}{spent} takes {fewest.units:,.0f} {fewest.of}"
        )
        yield Problem("too-small-to-show", what, rule.where, f"write `min_n: {fewest.units:.0f}`, or more; see `gate plan`")


def _measured(rule: Rule, part: PartPlan, fewest: Size, policy: Policy, table: Measurements | None) -> Iterator[Problem]:
    """Slices of the metrics that are too small."""
    if table is None:
        return
    small: dict[str, None] = {}
    read = [reading for node in comparisons(rule.expr.tree) if write(node) == part.text for reading in candidate_readings(node)]
    for reading in read:
        wanted = dict(reading.selector)
        for on, found in table.slices_of(policy.source_of(reading.metric)).items():
            parts = dict(on.parts)
            fits = set(parts) == set(wanted) and all(value in (None, parts[column]) for column, value in wanted.items())
            if fits and found.support.n is not None and found.support.n < fewest.units:
                small[f"{write_name(reading.metric)}{f' on {on}' if on else ''} has n {found.support.n:g}"] = None
    if small:
        more = f" and {len(small) - MOST_NAMED} more" if len(small) > MOST_NAMED else ""
        what = (
            f"`{part.text}` cannot be shown of these metrics, not even if all speak for it: it takes {fewest.units:,.0f} "
            f"{fewest.of}, and {', '.join(list(small)[:MOST_NAMED])}{more}"
        )
        yield Problem(
            "too-small-to-show", what, rule.where, "measure more rows, or say `undecided: pass` where evidence may be thin"
        )
