"""How the comparisons of a rule are shown: worked out once for a rule, used for each of its findings."""

from __future__ import annotations

from gate.language.readings import candidate_readings
from gate.language.tree import FLIPPED, Comparison, Expression, OnBaseline, Reading, comparisons, walk
from gate.language.write import write
from gate.policy.policy import Policy, Rule
from gate.record import dataclass
from gate.terms.metric import Metric


@dataclass(frozen=True, slots=True)
class Sides:
    """One comparison: its text, and which side is the value and which the threshold.

    `swapped` says that the value is the right side; `operator` reads from value to threshold. `reading` is
    the value's side where it is one measurement, `source` its name in files; `baseline` is the baseline that
    the comparison reads, by default `baseline`.
    """

    text: str
    value: Expression
    swapped: bool
    operator: str
    reading: Reading | None
    source: str
    fact: Metric | None
    baseline: str
    reads_candidate: bool


def sides_of(rule: Rule, policy: Policy, facts: dict[str, Metric | None]) -> dict[int, Sides]:
    """The sides of every comparison of a rule, by the identity of its node."""
    return {id(node): _sides(node, policy, facts) for node in comparisons(rule.expr.tree)}


def _sides(node: Comparison, policy: Policy, facts: dict[str, Metric | None]) -> Sides:
    left_reads, right_reads = bool(candidate_readings(node.left)), bool(candidate_readings(node.right))
    swapped = right_reads and not left_reads
    value = node.right if swapped else node.left
    reading = value if isinstance(value, Reading) else None
    source = reading.metric if reading else ""
    return Sides(
        text=write(node),
        value=value,
        swapped=swapped,
        operator=FLIPPED[node.operator] if swapped else node.operator,
        reading=reading,
        source=policy.source_of(source),
        fact=facts.get(source),
        baseline=next((inner.name for inner in walk(node) if isinstance(inner, OnBaseline)), "baseline"),
        reads_candidate=left_reads or right_reads,
    )
