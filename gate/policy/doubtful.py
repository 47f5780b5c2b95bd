"""Rules that may not say what was meant: that cannot fail, never hold, ask for worse, or decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gate.errors import Problem
from gate.language.readings import candidate_readings
from gate.language.tree import (
    FLIPPED,
    All,
    Arithmetic,
    Boolean,
    Comparison,
    Expression,
    Number,
    OnBaseline,
    Reading,
    comparisons,
    walk,
)
from gate.language.write import write, write_number
from gate.policy.compare import loosened
from gate.policy.policy import Policy, Rule
from gate.terms.decision import Level
from gate.terms.metric import Direction, Metric

Fact = Callable[[str], Metric | None]

MOST_COMPARED = 300  # rules about one measurement that are compared with each other


def doubtful(policy: Policy, fact: Fact) -> Iterator[Problem]:
    """What is to say about the rules; `fact` gives what policy and catalogue know of a metric."""
    for rule in policy.rules:
        for node in comparisons(rule.expr.tree):
            yield from _beyond(rule, node, policy, fact)
            if not shipped(rule) and not isinstance(node.right, Boolean):
                yield from _exact(rule, node, fact)
                yield from _without_margin(rule, node)
    yield from _against(policy, fact)
    yield from _implied(policy)


def shipped(rule: Rule) -> bool:
    """Whether the rule stands in a pack that comes with gate, where its user cannot mend it."""
    return bool(rule.origin) and "/" not in rule.origin and not rule.origin.endswith((".yaml", ".yml"))


# -- thresholds beyond the range


def _beyond(rule: Rule, node: Comparison, policy: Policy, fact: Fact) -> Iterator[Problem]:
    """`accuracy > 80` where accuracy ends at 1; `recall >= 0`."""
    sides = _measured_side(node)
    if sides is None or not isinstance(sides[2], Number):
        return
    reading, operator, limit = sides[0], sides[1], sides[2].value
    known = fact(reading.metric)
    if known is None:
        return
    declared = policy.metrics.get(reading.metric)
    low, high = known.low, known.high
    if known.unit == "%" and high == 1:
        high = 100
    never, why = _never_or_always(operator, limit, low, high)
    guards = operator == "<=" and limit == high and (declared is None or declared.high is None)
    if not why or guards:
        return
    what = f"`{write(node)}` {'never' if never else 'always'} holds: {write(reading)} is {why}"
    yield Problem("threshold-out-of-range", what, rule.where, _rescaled(rule, reading, sides[2], high))


def _never_or_always(operator: str, limit: float, low: float | None, high: float | None) -> tuple[bool, str]:
    """Whether a comparison with this limit never holds in the range, else always; the second says why, empty when neither."""
    above, at_top = high is not None and limit > high, high is not None and limit == high
    below, at_bottom = low is not None and limit < low, low is not None and limit == low
    most, least = f"at most {high:g}" if high is not None else "", f"at least {low:g}" if low is not None else ""
    if operator in ("==", "!="):
        return operator == "==", most if above else least if below else ""
    if operator[0] == ">":
        if above or (at_top and operator == ">"):
            return True, most
        return False, least if below or (at_bottom and operator == ">=") else ""
    if below or (at_bottom and operator == "<"):
        return True, least
    return False, most if above or (at_top and operator == "<=") else ""


def _rescaled(rule: Rule, reading: Reading, limit: Number, high: float | None) -> str:
    given = next(iter(rule.expr.parameters), "") if len(rule.expr.parameters) == 1 else ""
    if high == 1 and 1 < limit.value <= 100 and not limit.percent:
        share = f"{write_number(limit.value)}%"
        right = f"`params: {{{given}: {share}}}`" if given else f"`{share}`"
        return f"write {right}; or if it counts to 100, say so: `metrics: {{{reading.metric}: {{range: [0, 100]}}}}`"
    return f"choose another number{f' for `${given}`' if given else ''}, or correct the range under `metrics:`"


# -- exact comparisons


def _exact(rule: Rule, node: Comparison, fact: Fact) -> Iterator[Problem]:
    """`accuracy == 0.95`; a confidence on `==`."""
    if node.operator not in ("==", "!="):
        return
    if _is_measured_number(node, fact):
        what = "hardly ever holds: measured" if node.operator == "==" else "nearly always holds: measured"
        distance = f"`abs({write(Arithmetic('-', node.left, node.right))}) <= 0.005`"
        yield Problem(
            "exact-comparison",
            f"`{write(node)}` {what} numbers are rarely equal to the last digit",
            rule.where,
            f"compare with `>=` or `<=`, or a distance: {distance}",
        )
    if rule.confidence is not None:
        what = f"`{node.operator}` compares plain values: the confidence of {rule.confidence * 100:g} % changes nothing here"
        yield Problem("confidence-ignored", what, rule.where, "compare with `>=` or `<=`, or say `confidence: none`")


def _is_measured_number(node: Comparison, fact: Fact) -> bool:
    """Whether the two sides can hardly be counts or other whole numbers."""
    for side in (node.left, node.right):
        if isinstance(side, Number):
            return not float(side.value).is_integer()
    inner = [found for side in (node.left, node.right) for found in walk(side)]
    if any(isinstance(found, Arithmetic) and found.operator == "/" for found in inner):
        return True
    return any(isinstance(found, Reading) and fact(found.metric) is not None for found in inner)


# -- confidence without anything to spare


def _without_margin(rule: Rule, node: Comparison) -> Iterator[Problem]:
    """`recall >= baseline` with a confidence: an equally good model is never shown to be better."""
    if rule.confidence is None or node.operator in ("==", "!="):
        return
    for own, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, OnBaseline) and other.of == own and candidate_readings(own):
            shown = rule.expr.normal if node is rule.expr.tree else write(node)
            what = f"`{shown}` leaves no margin: a model exactly as good is undecided, however many rows there are"
            less = "- 0.01" if (node.operator[0] == ">") == (own is node.left) else "+ 0.01"
            yield Problem("no-margin", what, rule.where, f"say how much may be lost: `{other.name} {less}`")
            return


# -- rules against the direction of a metric


def _against(policy: Policy, fact: Fact) -> Iterator[Problem]:
    """A blocking `accuracy < 0.9`, unless another rule bounds accuracy on its bad side, so that both make a band."""
    found: list[tuple[Rule, Comparison, Reading]] = []
    bounded: set[Reading] = set()
    for rule in policy.rules:
        for node in _demanded(rule) if rule.level is Level.BLOCK else ():
            sides = _measured_side(node)
            known = fact(sides[0].metric) if sides else None
            if sides is None or known is None or known.better is None or sides[1] in ("==", "!="):
                continue
            end = known.high if sides[1][0] == "<" else known.low
            if (sides[1][0] == ">") == (known.better is Direction.HIGHER):
                bounded.add(sides[0])
            elif not (isinstance(sides[2], Number) and sides[2].value == end) and not shipped(rule):
                found.append((rule, node, sides[0]))
    for rule, node, reading in found:
        if reading not in bounded:
            yield _worse(rule, node, reading, fact)


def _worse(rule: Rule, node: Comparison, reading: Reading, fact: Fact) -> Problem:
    known = fact(reading.metric)
    way = known.better.value if known and known.better else ""
    meant = f"{write(node.left)} {FLIPPED[node.operator]} {write(node.right)}"
    what = f"`{write(node)}` blocks a model for being better: of {write(reading)}, {way} is better"
    remedy = f"did you mean `{meant}`? a limit that is meant, against a leak say, can warn: `level: warn`"
    return Problem("against-direction", what, rule.where, remedy)


def _demanded(rule: Rule) -> list[Comparison]:
    """The comparisons of which each must hold; a chain bounds both sides on purpose."""
    tree = rule.expr.tree
    if isinstance(tree, Comparison):
        return [tree]
    if isinstance(tree, All) and not tree.chain:
        return [member for member in tree.members if isinstance(member, Comparison)]
    return []


def _measured_side(node: Comparison) -> tuple[Reading, str, Expression] | None:
    """A comparison of one measurement with something else, the measurement first."""
    for own, operator, other in ((node.left, node.operator, node.right), (node.right, FLIPPED[node.operator], node.left)):
        if isinstance(own, Reading) and not candidate_readings(other) and not isinstance(other, Boolean):
            return own, operator, other
    return None


# -- rules that another one implies


def _implied(policy: Policy) -> Iterator[Problem]:
    """Rules that hold whenever a stricter one does; a waiver for that one would leave them alone to decide."""
    waived = {waiver.rule for waiver in policy.waivers}
    told: set[str] = set()
    for group in _together(policy):
        for old in group:
            stricter = next((new for new in group if _implies(new, old, policy, waived, told)), None)
            if stricter is None or old.id in told or shipped(old):
                continue
            told.add(old.id)
            same = not loosened(stricter, old, dict(policy.metrics))
            what = f"`{old.id}` never decides: `{stricter.id}` ({stricter.where}) is {'the same' if same else 'stricter'}"
            yield Problem("implied-rule", what, old.where, "take it out" if shipped(stricter) else "take one of the two out")


def _implies(new: Rule, old: Rule, policy: Policy, waived: set[str], told: set[str]) -> bool:
    if new is old or new.id in waived or new.id in told or (new.min_n, new.confidence) != (old.min_n, old.confidence):
        return False
    return not loosened(old, new, dict(policy.metrics))


def _together(policy: Policy) -> Iterator[list[Rule]]:
    """Rules that read the same measurement, which alone can imply each other."""
    groups: dict[Reading, dict[str, Rule]] = {}
    for rule in policy.rules:
        for reading in rule.expr.readings:
            groups.setdefault(reading, {})[rule.id] = rule
    for group in groups.values():
        if 1 < len(group) <= MOST_COMPARED:
            yield list(group.values())
