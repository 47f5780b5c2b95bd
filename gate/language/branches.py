"""A rule's tree as lines: how its parts hang together."""

from __future__ import annotations

from collections.abc import Iterator

from gate.language.tree import All, Any, Arithmetic, Call, Comparison, Negative, Node, Not, OnBaseline, children
from gate.language.write import write


def branches(node: Node, depth: int = 0) -> Iterator[tuple[int, str]]:
    """The depth and the text of each line: an operator or a function stands above what it works on."""
    label = _label(node)
    if not label:
        yield depth, write(node)
        return
    yield depth, label
    for child in children(node):
        yield from branches(child, depth + 1)


def _label(node: Node) -> str:
    """What a node does with the nodes below it; empty where its text says all on one line."""
    if isinstance(node, (Comparison, Arithmetic)):
        return node.operator
    if isinstance(node, (All, Any)):
        return "and" if isinstance(node, All) else "or"
    if isinstance(node, Not):
        return "not"
    if isinstance(node, Negative):
        return "-" if children(node.of) else ""
    if isinstance(node, OnBaseline):
        return node.name if children(node.of) else ""
    return node.function if isinstance(node, Call) else ""
