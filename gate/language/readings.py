"""Which measurements an expression reads: the candidate's, and those whose stars are free."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gate.language.tokens import AGGREGATES
from gate.language.tree import Call, Expected, Last, Node, OnBaseline, Reading, children


def candidate_readings(node: Node, outside: Collection[str] = ()) -> list[Reading]:
    """The readings of the candidate, neither a baseline's nor history's; `outside` are functions to stay out of."""
    return list(_candidate(node, outside))


def baselines_in(node: Node, outside: Collection[str] = ()) -> list[OnBaseline]:
    """What is read on baselines; `outside` are functions to stay out of."""
    if isinstance(node, OnBaseline):
        return [node]
    if isinstance(node, Call) and node.function in outside:
        return []
    return [found for child in children(node) for found in baselines_in(child, outside)]


def starred_readings(node: Node) -> list[Reading]:
    """The readings whose stars are free in `node`: not used up by a function in it."""
    return list(_starred(node))


def _candidate(node: Node, outside: Collection[str]) -> Iterator[Reading]:
    if isinstance(node, Reading):
        yield node
    elif not isinstance(node, (OnBaseline, Last, Expected)) and not (isinstance(node, Call) and node.function in outside):
        for child in children(node):
            yield from _candidate(child, outside)


def _starred(node: Node) -> Iterator[Reading]:
    if isinstance(node, Reading):
        if node.stars:
            yield node
    elif isinstance(node, Call) and node.function in AGGREGATES:
        for argument in node.arguments:
            if isinstance(argument, Last):
                yield from _starred(argument)
    else:
        for child in children(node):
            yield from _starred(child)
