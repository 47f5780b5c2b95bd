"""The nodes of a rule. Spans are offsets into the rule's text and do not count when nodes are compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gate.record import dataclass, field


@dataclass(frozen=True, slots=True)
class Number:
    """A literal or a parameter's value; `percent` says that it was written as one (90% is 0.9)."""

    value: float
    percent: bool = False
    text: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name`, before it is replaced by its number."""

    name: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`."""

    value: bool
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A measurement: a metric on the slice whose columns are exactly the selector's; None stands for `*`."""

    metric: str
    selector: tuple[tuple[str, str | None], ...] = ()
    quoted: bool = field(default=False, compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def stars(self) -> tuple[str, ...]:
        return tuple(column for column, value in self.selector if value is None)


@dataclass(frozen=True, slots=True)
class BareBaseline:
    """A baseline's name standing alone: the other side of its comparison, before it is spelt out."""

    name: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class OnBaseline:
    """An expression evaluated on a baseline's measurements."""

    name: str
    of: Expression
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Last:
    """The latest `count` recorded runs of a metric, before this one."""

    of: Reading
    count: int
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """A bound of the values that history predicts: `expected_low` or `expected_high`."""

    function: str
    of: Reading
    count: int
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Tracked:
    """A metric followed over the latest `count` recorded runs up to the candidate: `ewma` or `cusum`."""

    function: str
    of: Reading
    count: int
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of expressions; those of AGGREGATES use up stars and `last`."""

    function: str
    arguments: tuple[Expression, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`."""

    of: Expression
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right` with one of + - * /."""

    operator: str
    left: Expression
    right: Expression
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}  # with the sides exchanged


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right` with one of > >= < <= == !=."""

    operator: str
    left: Expression
    right: Expression
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """`and`; `chain` when it was written as `0.1 <= x <= 0.2`."""

    members: tuple[Condition, ...]
    chain: bool = field(default=False, compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Any:
    """`or`."""

    members: tuple[Condition, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not`, before it is pushed down to the comparisons."""

    of: Condition
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Expression: TypeAlias = (
    Number | Parameter | Boolean | Reading | BareBaseline | OnBaseline | Last | Expected | Tracked | Call | Negative | Arithmetic
)
Condition: TypeAlias = Comparison | All | Any | Not
Node: TypeAlias = Expression | Condition

CONDITIONS = (Comparison, All, Any, Not)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    if isinstance(node, (Arithmetic, Comparison)):
        return (node.left, node.right)
    if isinstance(node, (All, Any)):
        return node.members
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, (OnBaseline, Last, Expected, Tracked, Negative, Not)):
        return (node.of,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in writing order."""
    yield node
    for child in children(node):
        yield from walk(child)


def comparisons(node: Node) -> list[Comparison]:
    """The comparisons of a rule in writing order."""
    return [found for found in walk(node) if isinstance(found, Comparison)]
