"""Rules that ask for confidence: what the evidence proves of them, and how findings tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gate.confidence.answers import words
from gate.confidence.ground import Asked
from gate.confidence.proof import Proof, Proven, prove, settled
from gate.judge.evidence import Evidence
from gate.judge.sides import Sides
from gate.judge.world import MeasuredWorld
from gate.language.binding import bound
from gate.language.evaluate import Judged, Result
from gate.language.tree import All, Any, Comparison, Condition, Number
from gate.language.write import write
from gate.policy.policy import Rule, Settle
from gate.stats.holm import holm
from gate.terms.decision import Certainty, Level, Outcome, Reason

if TYPE_CHECKING:
    from gate.judge.findings import Weighed

FAR = 0.005  # an error rate below which p-values must hold far out
_MOST_ASKED = 200  # open findings of a rule whose test is asked what would settle them; nobody reads more of them one by one


class Told(NamedTuple):
    """What a finding says of how sure it is."""

    certainty: Certainty
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]


class Family(NamedTuple):
    """The p-value of a finding against its holding, adjusted for the `size` findings that it was tested with."""

    below: float
    size: int


class Proving:
    """One rule that asks for confidence."""

    def __init__(self, rule: Rule, evidence: Evidence, world: MeasuredWorld) -> None:
        assert rule.confidence is not None
        self.rule = rule
        self.world = world
        world.proves = True
        self.told = 0  # open findings so far
        self.asked = Asked(rule.confidence, (1 - rule.confidence) * evidence.alpha_share)

    def prove(self, result: Result, binding: Mapping[str, str]) -> Proof:
        """The proof of what was evaluated."""
        far = self.rule.exact or self.asked.alpha < FAR
        proof = prove(self.rule.expr.tree, result, self.world, binding, far or asks(self.rule))
        return proof._replace(tails=proof.far) if far else proof

    def settle(self, result: Result, proof: Proof, family: Family | None) -> Result:
        """The result as far as it is proven."""
        against = proof.tails.below if family is None else family.below
        return settled(self.rule.expr.tree, result, proof, self.asked.alpha, against)

    def tell(self, part: Judged, sides: Sides, weighed: Weighed, family: Family | None, outcome: Outcome) -> Told:
        """How sure it is, by the comparison that decides, and what to say of that."""
        proof = weighed.proof
        assert proof is not None
        of = proof.of[id(part.node)]
        below = proof.tails.below if family is None else family.below
        size = None if family is None else family.size
        value = f"`{write(bound(sides.value, weighed.binding))}`"
        deciding = words.Deciding(
            of, value, sides.operator, _limit(part, sides), *_sharing(self.rule.expr.tree, part.node) or (1, 1)
        )
        self.told += outcome in words.OPEN
        sure = words.certainty(proof, deciding, self.asked, below, size, outcome, self.told <= _MOST_ASKED)
        lacking = any(doubt.weak for doubt in (*part.doubts, *of.doubts))
        return Told(sure, words.reasons(deciding, sure, outcome, lacking), words.notes(proof, outcome))


def _sharing(tree: Condition, part: Comparison) -> tuple[int, int] | None:
    """Of how many alternatives a comparison is one, and of how many of which one is enough against the rule; None outside."""
    if not isinstance(tree, (All, Any)):
        return (1, 1) if tree is part else None
    inner = next((found for each in tree.members if (found := _sharing(each, part))), None)
    if inner is None:
        return None
    any_of, all_of = inner
    return (any_of, all_of * len(tree.members)) if isinstance(tree, All) else (any_of * len(tree.members), all_of)


def _limit(part: Judged, sides: Sides) -> float | None:
    """The number that a value is compared with."""
    node, limit = (part.node.left, part.left) if sides.swapped else (part.node.right, part.right)
    return float(limit) if isinstance(node, Number) else None


def asks(rule: Rule) -> bool:
    """Whether the rule blocks only on evidence: then each of its findings has a chance to block by accident."""
    return rule.undecided is not Settle.BLOCK


def families(found: Sequence[tuple[Level, Proof]]) -> list[Family | None]:
    """Every finding of rules that block on evidence, adjusted by Holm (1979) within those of its level.

    One that could not be tested is none of them; a finding that is alone needs no correction.
    """
    adjusted: list[Family | None] = [None] * len(found)
    for level in Level:
        tested = [index for index, (of, proof) in enumerate(found) if of is level and any(map(_tested, proof.of.values()))]
        if len(tested) > 1:
            for index, below in zip(tested, holm([found[index][1].far.below for index in tested]), strict=True):
                adjusted[index] = Family(below, len(tested))
    return adjusted


def _tested(of: Proven) -> bool:
    return of.margin is not None and not all(leaf.test.problem for leaf in of.margin.leaves())
