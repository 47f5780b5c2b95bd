"""A rule on evidence: what is proven of each comparison, and of all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.confidence.expressions.expression import margin
from gate.confidence.expressions.smooth import Prover
from gate.confidence.expressions.tree import Chosen, Tree, Unclear, chosen
from gate.confidence.ground import Ground
from gate.confidence.margin import Extreme, Margin
from gate.language.binding import Binding
from gate.language.evaluate import Judged, Result
from gate.language.tree import All, Comparison, Condition
from gate.language.value import Doubt
from gate.record import replace
from gate.stats.test import UNKNOWN, Tails
from gate.terms.decision import Outcome


class Proven(NamedTuple):
    """What is known of one comparison: p-values, and of what; `margin` is None where plain values are compared.

    `ground` holds the evidence for it, so that it can be asked what other evidence would prove.
    """

    tails: Tails
    far: Tails
    margin: Margin | None
    tree: Tree | None
    doubts: tuple[Doubt, ...] = ()
    unpaired: tuple[str, ...] = ()
    ground: Ground | None = None


class Proof(NamedTuple):
    """What is known of a rule: the p-values of all of it (`far` those that hold as one of many), and of its comparisons."""

    tails: Tails
    far: Tails
    of: Mapping[int, Proven]  # by the identity of the comparison's node


_HOLDS, _DOES_NOT = Tails(0.0, 1.0), Tails(1.0, 0.0)
_UNDECIDED = frozenset((Outcome.UNDECIDED,))
_PLAIN = {Outcome.PASS: _HOLDS, Outcome.FAIL: _DOES_NOT}


def prove(tree: Condition, result: Result, ground: Ground, binding: Binding, far: bool = False) -> Proof:
    """The proof of a rule that was evaluated with this result; only where `far` are such p-values worked out."""
    judged = {id(part.node): part for part in result.parts}
    found = {key: proven(part, ground, binding, far) for key, part in judged.items()}
    near = _tails(tree, {key: each.tails for key, each in found.items()})
    return Proof(near, _tails(tree, {key: each.far for key, each in found.items()}) if far else near, found)


def _tails(tree: Condition, found: Mapping[int, Tails]) -> Tails:
    """`and` holds where all hold, and does not where one does not: that has as many chances as it has members."""
    if isinstance(tree, Comparison):
        return found[id(tree)]
    every = [_tails(member, found) for member in tree.members]  # type: ignore[union-attr]
    if isinstance(tree, All):
        return Tails(max(each.above for each in every), min(1.0, len(every) * min(each.below for each in every)))
    return Tails(min(1.0, len(every) * min(each.above for each in every)), max(each.below for each in every))


def proven(part: Judged, ground: Ground, binding: Binding, far: bool = False) -> Proven:
    """One comparison. Plain values decide `==`, `!=` and booleans; what is in doubt is never proven."""
    weak = any(doubt.weak for doubt in part.doubts)
    if part.node.operator in ("==", "!=") or isinstance(part.left, bool):
        plain = UNKNOWN if weak else _PLAIN.get(part.outcome, UNKNOWN)
        return Proven(plain, plain, None, None)
    tree = _open_members(margin(part.node, ground, binding), part.node.operator.endswith("="))
    if weak or isinstance(tree, Unclear):
        own = (tree.why,) if isinstance(tree, Unclear) and tree.why is not None else ()
        plain = _as_it_stands(part) if own and not weak else UNKNOWN
        return Proven(plain, plain, None, None, own)
    prover = Prover(ground)
    found = margin_of(tree, prover)
    if prover.doubts and all(leaf.test.problem for leaf in found.leaves()):
        plain = _as_it_stands(part)
        return Proven(plain, plain, found, tree, tuple(prover.doubts), ground=ground)
    near = _decided(part, found, found.tails())
    remote = _decided(part, found, found.tails(far=True)) if far else near
    return Proven(near, remote, found, tree, tuple(prover.doubts), tuple(prover.unpaired), ground)


def _open_members(tree: Tree, inclusive: bool) -> Tree:
    """Of several that must all hold, those that do not hold exactly: `>= max(baseline, 0.8)` where the two are one model."""
    if not isinstance(tree, Chosen) or tree.largest or not inclusive:
        return tree
    kept = [each for each in tree.members if each != 0.0]
    return chosen(False, kept) if 0 < len(kept) < len(tree.members) else tree


def _as_it_stands(part: Judged) -> Tails:
    """Without any evidence nothing is proven to hold; what does not hold as it stands is not hidden by that."""
    return _DOES_NOT if part.outcome is Outcome.FAIL else UNKNOWN


def margin_of(tree: Tree, prover: Prover) -> Margin:
    """A comparison's margin with its tests."""
    if isinstance(tree, Chosen):
        return Extreme([margin_of(each, prover) for each in tree.members], tree.largest)
    return Margin(prover.test(tree))


def _decided(part: Judged, found: Margin, tails: Tails) -> Tails:
    """The p-values, by what cannot be otherwise: a margin that has no room to be below 0, or none at all.

    They never say more than the plain values do: what does not hold as measured is not proven to hold.
    """
    lowest, highest = found.room()
    certain = lowest == highest
    inclusive = part.node.operator.endswith("=")
    if certain or (lowest >= 0 if inclusive else lowest > 0) or (highest < 0 if inclusive else highest <= 0):
        return _PLAIN.get(part.outcome, UNKNOWN)
    above = tails.above if part.outcome is not Outcome.FAIL else 1.0
    below = tails.below if part.outcome is not Outcome.PASS else 1.0
    return Tails(above, below)


# -- outcomes


def settled(tree: Condition, result: Result, proof: Proof, alpha: float, against: float) -> Result:
    """The result as far as it is proven at `alpha`; `against` is the p-value of the whole against its holding."""
    parts = {id(part.node): _part(part, proof.of[id(part.node)], alpha) for part in result.parts}
    if against <= alpha:
        return Result(frozenset((Outcome.FAIL,)), tuple(parts.values()))
    if proof.tails.above <= alpha:
        return Result(frozenset((Outcome.PASS,)), tuple(parts.values()))
    found = _open(tree, parts) or _UNDECIDED
    if found == _UNDECIDED:  # what is decided for itself, and would decide the rule, is not where it shares the error rate
        shaken = _decisive(tree, parts) or (parts.keys() if not _open(tree, parts) else frozenset())
        parts = {key: replace(part, outcome=Outcome.UNDECIDED) if key in shaken else part for key, part in parts.items()}
    return Result(found, tuple(parts.values()))


def _decisive(tree: Condition, parts: Mapping[int, Judged]) -> frozenset[int]:
    """The comparisons that by themselves decide an `and` (they fail), or an `or` (they pass)."""
    if isinstance(tree, Comparison):
        return frozenset()
    decisive = Outcome.FAIL if isinstance(tree, All) else Outcome.PASS
    own = [id(each) for each in tree.members if isinstance(each, Comparison) and parts[id(each)].outcome is decisive]  # type: ignore[union-attr]
    return frozenset(own).union(*(_decisive(each, parts) for each in tree.members))  # type: ignore[union-attr]


def _part(part: Judged, of: Proven, alpha: float) -> Judged:
    outcome = Outcome.PASS if of.tails.above <= alpha else Outcome.FAIL if of.tails.below <= alpha else _doubted(part)
    return replace(part, outcome=outcome, doubts=tuple(dict.fromkeys((*part.doubts, *of.doubts))))


def _doubted(part: Judged) -> Outcome:
    """A comparison that is not proven: missing where a value is, else undecided."""
    lacking = any(not doubt.weak for doubt in part.doubts)
    weak = any(doubt.weak for doubt in part.doubts)
    return Outcome.MISSING if part.outcome is Outcome.MISSING or (lacking and not weak) else Outcome.UNDECIDED


def _open(tree: Condition, parts: Mapping[int, Judged]) -> frozenset[Outcome]:
    """The kinds of doubt that keep a rule from being decided; of what is decided, none."""
    if isinstance(tree, Comparison):
        outcome = parts[id(tree)].outcome
        return frozenset() if outcome in (Outcome.PASS, Outcome.FAIL) else frozenset((outcome,))
    return frozenset(outcome for member in tree.members for outcome in _open(member, parts))  # type: ignore[union-attr]
