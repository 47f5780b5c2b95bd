"""A tree as one line of nested brackets: what the tests of the language compare, written apart from `write`."""

from __future__ import annotations

from gate.language.tokens import RuleError
from gate.language.tree import (
    All,
    Any,
    Arithmetic,
    BareBaseline,
    Boolean,
    Call,
    Comparison,
    Expected,
    Last,
    Negative,
    Node,
    Not,
    Number,
    OnBaseline,
    Parameter,
    Reading,
    Tracked,
)


def outline(node: Node) -> str:
    """`(>= recall (- (on baseline recall) 0.01))`: names with anything odd in them as Python writes them."""
    if isinstance(node, (Comparison, Arithmetic)):
        return f"({node.operator} {outline(node.left)} {outline(node.right)})"
    if isinstance(node, (All, Any)):
        word = "or" if isinstance(node, Any) else "chain" if node.chain else "and"
        return f"({word} {' '.join(map(outline, node.members))})"
    if isinstance(node, Not):
        return f"(not {outline(node.of)})"
    if isinstance(node, Negative):
        return f"(neg {outline(node.of)})"
    if isinstance(node, Call):
        return f"({node.function} {' '.join(map(outline, node.arguments))})"
    if isinstance(node, OnBaseline):
        return f"(on {node.name} {outline(node.of)})"
    if isinstance(node, Last):
        return f"(last {outline(node.of)} {node.count})"
    if isinstance(node, (Expected, Tracked)):
        return f"({node.function} {outline(node.of)} {node.count})"
    return _leaf(node)


def _leaf(node: Node) -> str:
    if isinstance(node, Number):
        return f"{node.value:.15g}{'%' if node.percent else ''}"
    if isinstance(node, Boolean):
        return "true" if node.value else "false"
    if isinstance(node, Parameter):
        return f"${node.name}"
    if isinstance(node, BareBaseline):
        return f"bare:{node.name}"
    assert isinstance(node, Reading)
    name = node.metric if node.metric.replace("_", "").isalnum() and not node.quoted else repr(node.metric)
    columns = [f"{column}={'*' if value is None else repr(value)}" for column, value in node.selector]
    return f"{name}[{', '.join(columns)}]" if columns else name


def caret(error: RuleError) -> str:
    """The piece of the rule under the carets."""
    return error.text[error.start : error.end]
