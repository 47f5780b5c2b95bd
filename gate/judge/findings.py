"""One rule on evidence: its findings, one or one per value of its stars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.judge.evidence import Evidence
from gate.judge.interval import interval_of
from gate.judge.settle import choose, effect, level_today
from gate.judge.shares import shares
from gate.judge.sides import Sides, sides_of
from gate.judge.waive import waive
from gate.judge.world import MeasuredWorld, fact_of
from gate.language.binding import slice_of
from gate.language.evaluate import Judged, Result, evaluate, evaluate_expression
from gate.language.readings import baselines_in, starred_readings
from gate.language.resolve import Expr
from gate.language.tree import All, Comparison, comparisons
from gate.language.value import Doubt
from gate.policy.policy import Policy, Rule
from gate.record import replace
from gate.terms.decision import Certainty, Finding, Level, Outcome, Part, Read, Reason, Share
from gate.terms.measurement import Interval, Measurement
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.confidence.proof import Proof
    from gate.judge.proving import Family, Proving, Told

UNKNOWN_NAME = "unknown-metric"


def judge_rule(rule: Rule, policy: Policy, evidence: Evidence) -> list[Finding]:
    """The findings of a rule by itself."""
    return judge_rules((rule,), policy, evidence)


def judge_rules(rules: Sequence[Rule], policy: Policy, evidence: Evidence) -> list[Finding]:
    """The findings of a policy's rules. Those that block only on evidence are weighed together before any of them is told."""
    judges = [_RuleJudge(rule, policy, evidence) for rule in rules]
    if not any(judge.proving for judge in judges):
        return [judge.finding(judge.weigh(binding)) for judge in judges for binding in judge.bindings()]
    from gate.confidence.counted.tallies import Tallies
    from gate.judge.proving import asks, families

    tallies = Tallies()
    for judge in judges:
        judge.world.tallies = tallies
    together = [judge for judge in judges if judge.proving is not None and asks(judge.rule)]
    weighed = [(judge, judge.weigh(binding)) for judge in together for binding in judge.bindings()]
    adjusted = families([(judge.level, each.proof) for judge, each in weighed if each.proof is not None])
    told: dict[int, list[Finding]] = {id(judge): [] for judge in together}
    for (judge, each), family in zip(weighed, adjusted, strict=True):
        told[id(judge)].append(judge.finding(each, family))
    return [
        finding
        for judge in judges
        for finding in (told[id(judge)] if id(judge) in told else [judge.finding(judge.weigh(each)) for each in judge.bindings()])
    ]


class Weighed(NamedTuple):
    """A rule on one slice, evaluated; with `confidence`, what is proven of it. `found` are the measurements that it has read."""

    binding: dict[str, str]
    result: Result
    proof: Proof | None
    found: dict[tuple[str, str, Slice], Measurement]
    reads: tuple[Read, ...]


class _RuleJudge:
    """What all findings of a rule share is worked out once: a rule may have ten thousand."""

    def __init__(self, rule: Rule, policy: Policy, evidence: Evidence) -> None:
        self.rule = rule
        self.policy = policy
        self.whole = evidence
        self.evidence = evidence = evidence.of_rule(rule.expr.baselines)
        self.world = MeasuredWorld(evidence, policy, rule.expr.baselines, rule.min_n, rule.expr.readings)
        facts = {reading.metric: fact_of(reading.metric, policy) for reading in rule.expr.readings}
        self.sides = sides_of(rule, policy, facts)
        self.level = level_today(rule, evidence.today)
        self.demanded: tuple[Doubt, ...] = ()
        tree = rule.expr.tree
        self.one_margin = isinstance(tree, Comparison) or (isinstance(tree, All) and tree.chain)
        self.proving: Proving | None = None
        if rule.confidence is not None and any(node.operator not in ("==", "!=") for node in comparisons(tree)):
            from gate.judge.proving import Proving

            self.proving = Proving(rule, evidence, self.world)

    def bindings(self) -> list[dict[str, str]]:
        """The values of its stars: one finding each."""
        if not self.rule.expr.stars:
            return [{}]
        return self.world.bindings(starred_readings(self.rule.expr.tree)) or [{}]

    def weigh(self, binding: dict[str, str]) -> Weighed:
        """The rule on one slice, evaluated."""
        self.world.forget()
        result = evaluate(self.rule.expr.tree, self.world, binding)
        reads, found = self.world.reads, self.world.found
        proof = None if self.proving is None else self.proving.prove(result, binding)
        return Weighed(binding, result, proof, found, reads)

    def finding(self, weighed: Weighed, family: Family | None = None) -> Finding:
        rule, binding, result = self.rule, weighed.binding, weighed.result
        self.world.found = weighed.found
        if self.proving is not None and weighed.proof is not None:
            result = self.proving.settle(result, weighed.proof, family)
        doubts = result.doubts if binding or not rule.expr.stars else self.no_slices(result.doubts)
        seen = [each for (of, _, _), each in weighed.found.items() if not of]
        self.demanded = measured_only(self.policy, seen)
        outcome = self.outcome(result, doubts)
        settled = outcome is Outcome.PASS or outcome is Outcome.FAIL
        told = self.told(weighed, result, outcome, family)
        why = (*self.demanded, *self.spent(), *doubts)
        finding = Finding(
            rule=rule.id,
            policy=self.policy.file,
            expression=rule.expr.shown,
            outcome=outcome,
            effect=effect(outcome, self.level, rule, outcome is Outcome.PASS and bool(doubts)),
            level=self.level,
            slice=Slice(tuple(binding.items())) if binding else WHOLE,  # a selector's columns are sorted
            margin=self.margin(result),
            reasons=() if settled else _reasons(why) + (told.reasons if told else ()),
            notes=(_reasons(why) if settled else ()) + self.same_model() + (told.notes if told else ()),
            parts=tuple([self.part(each) for each in result.parts]),
            reads=weighed.reads,
            evidence="measured" if seen and all(map(_is_measured, seen)) else "claimed",
            why=rule.why,
            owner=rule.owner,
            blocks_from=rule.blocks_from if self.level is Level.INFO else "",
            where=rule.where,
            certainty=told.certainty if told else None,
            **self.deciding(result, outcome, binding, told.certainty if told else None),
        )
        return waive(finding, rule, self.policy, self.evidence, self.floor_holds)

    def told(self, weighed: Weighed, result: Result, outcome: Outcome, family: Family | None) -> Told | None:
        """How sure the finding is, where the rule asks for confidence."""
        if self.proving is None or weighed.proof is None:
            return None
        part = deciding_part(result, outcome)
        told = self.proving.tell(part, self.sides[id(part.node)], weighed, family, outcome)
        spent = self.spent()
        if not spent or outcome in (Outcome.PASS, Outcome.FAIL):
            return told
        sure = replace(told.certainty, provable=None, more=None, why=spent[0].text)  # more of these rows settle nothing
        return told._replace(certainty=sure, reasons=())

    def same_model(self) -> tuple[Reason, ...]:
        """What is to say where a baseline that the rule reads is the model itself."""
        same = self.evidence.same_model.intersection(self.rule.expr.baselines)
        named = [self.evidence.labels.get(name, name) for name in sorted(same)]
        what = "same model as {}, by its digests: a difference of the two counts as 0, whatever was measured"
        return tuple([Reason("same-model", what.format(f"`{name}`")) for name in named])

    def spent(self) -> tuple[Doubt, ...]:
        """Why the test set can prove nothing more, where the rule asks for proof."""
        doubts = (self.evidence.holdout, self.evidence.dependent)
        return () if self.proving is None else tuple([doubt for doubt in doubts if doubt is not None])

    def deciding(self, result: Result, outcome: Outcome, binding: dict[str, str], sure: Certainty | None) -> dict[str, Any]:
        """The fields that show the deciding part."""
        part = deciding_part(result, outcome)
        sides = self.sides[id(part.node)]
        value, threshold = (part.right, part.left) if sides.swapped else (part.left, part.right)
        found = self.measured(sides, binding)
        n, interval, unit = self.support(sides, found)
        if sure is not None and (sure.method or sure.why):
            interval = sure.shown  # what decides is shown, and nothing beside it that could say otherwise
        if value != value and found is not None and found.value is not None:
            value = found.value  # there is a number, only not one to judge by
        before = self.before(sides, part, binding)
        return {
            "value": _shown(value),
            "operator": sides.operator,
            "threshold": _shown(threshold),
            "interval": interval,
            "n": n,
            "unit": unit,
            "baseline": "" if before is None else self.evidence.labels.get(sides.baseline, sides.baseline),
            "baseline_value": before,
            "shares": self.shares(outcome, sides),
        }

    def outcome(self, result: Result, doubts: tuple[Doubt, ...]) -> Outcome:
        outcome = choose(result.outcomes, self.rule)
        if outcome is Outcome.FAIL:
            return outcome  # what fails as it stands is not hidden
        spent = self.spent()
        if self.demanded or any(not doubt.weak for doubt in spent):
            return Outcome.MISSING  # what cannot be shown does not pass
        if spent and outcome is Outcome.PASS:
            return Outcome.UNDECIDED
        if doubts and any(doubt.nowhere for doubt in doubts):
            # a typo is not absorbed, wherever it stands
            return choose(result.outcomes - {Outcome.PASS} | {Outcome.MISSING}, self.rule)
        return outcome

    def no_slices(self, doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
        """Why a rule with a star has no slice to be judged on: names nobody knows, or no slice of theirs matches."""
        what = f"no slice matches `{self.rule.expr.shown}`"
        none = Doubt("no-slices", what, "check the columns of the selector", nowhere=True)
        return tuple(doubt for doubt in doubts if doubt.slug == UNKNOWN_NAME) or (none,)

    def margin(self, result: Result) -> float | None:
        """The margin of one comparison or of a chain (its smallest); `and` and `or` of different things have none."""
        if not self.one_margin:
            return None
        smallest = min(part.margin for part in result.parts)
        return smallest if all(part.margin == part.margin for part in result.parts) else None

    def part(self, part: Judged) -> Part:
        return Part(
            self.sides[id(part.node)].text,
            _shown(part.left),
            part.node.operator,
            _shown(part.right),
            part.margin if part.margin == part.margin else None,
            part.outcome,
            _reasons(part.doubts) if part.doubts else (),
        )

    def measured(self, sides: Sides, binding: dict[str, str]) -> Measurement | None:
        """The measurement that is the value, where the value is one measurement."""
        reading = sides.reading
        if reading is None:
            return None
        seen = [each for (of, metric, _), each in self.world.found.items() if not of and metric == reading.metric]
        return seen[0] if len(seen) == 1 else self.evidence.candidate.get(sides.source, slice_of(reading, binding))

    def support(self, sides: Sides, found: Measurement | None) -> tuple[float | None, Interval | None, str]:
        """n, interval and unit of the value."""
        unit = sides.fact.unit if sides.fact else ""
        if found is None:
            return None, None, unit
        return found.support.n, interval_of(found, sides.fact), found.unit or unit

    def before(self, sides: Sides, part: Judged, binding: dict[str, str]) -> float | None:
        """What the value's side was on the baseline that the comparison reads, else on the default one."""
        if self.evidence.loaded(sides.baseline) is None or not sides.reads_candidate or isinstance(part.left, bool):
            return None
        if baselines_in(sides.value):
            return None  # what compares two models was nothing on one of them
        apart = replace(self.evidence, candidate=replace(self.evidence.candidate, digests=()))  # what was measured of it
        world = MeasuredWorld(apart, self.policy, (sides.baseline,), None)
        found = evaluate_expression(sides.value, world, sides.baseline, binding)
        return found.point if found.point == found.point else None

    def shares(self, outcome: Outcome, sides: Sides) -> tuple[Share, ...]:
        """For a rule on the whole that fails: the slices that carry most of the change."""
        if outcome is not Outcome.FAIL or sides.reading is None or sides.reading.selector:
            return ()
        before = self.evidence.loaded("baseline")
        return () if before is None else shares(sides.source, self.evidence.candidate, before)

    def floor_holds(self, floor: Expr, on: Slice) -> bool:
        """Whether a waiver's floor passes, on the finding's slice where the floor has a star for it."""
        world = MeasuredWorld(self.whole.of_rule(floor.baselines), self.policy, floor.baselines, None, floor.readings)
        binding = {column: value for column, value in on.parts if column in floor.stars}
        if len(binding) != len(floor.stars):
            return False
        result = evaluate(floor.tree, world, binding)
        return result.outcomes == frozenset((Outcome.PASS,)) and not result.doubts


def deciding_part(result: Result, outcome: Outcome) -> Judged:
    """The first part, in writing order, whose outcome is the finding's."""
    return next((part for part in result.parts if part.outcome is outcome), result.parts[0])


def measured_only(policy: Policy, seen: Sequence[Measurement]) -> tuple[Doubt, ...]:
    """The doubt that a number is only claimed, where the policy demands that gate itself measured it."""
    if policy.evidence != "measured" or all(map(_is_measured, seen)):
        return ()
    text = "the policy demands measured evidence; numbers in a metrics file are claimed"
    return (Doubt("evidence-claimed", text, "let gate measure the predictions, or take `evidence: measured` out"),)


def _is_measured(item: Measurement) -> bool:
    return item.evidence == "measured"


def _reasons(doubts: Sequence[Doubt]) -> tuple[Reason, ...]:
    return tuple(Reason(doubt.slug, doubt.text, doubt.remedy) for doubt in dict.fromkeys(doubts))


def _shown(number: float | bool) -> float | bool | None:
    return number if number == number else None
