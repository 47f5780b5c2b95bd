"""A rule in words: one sentence template per node of the grammar, so that different rules never read the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any as Anything

from gate.language.phrases import ATOM, LOOSE, PHRASES, SUM, Phrase, Speaker, columns, mixed
from gate.language.readings import candidate_readings, starred_readings
from gate.language.tree import All, Any, Boolean, Comparison, Condition, Node, Not, Number


def words(node: Node, parameters: Mapping[str, Number] | None = None) -> str:
    """The rule, or a part of it, as it was written, in words; `parameters` gives `$name` its number.

    Two rules that are judged differently never have the same words.
    """
    starred = starred_readings(node)
    speaker = Speaker(parameters or {}, mixed(node, bool(starred)))
    if not isinstance(node, (Comparison, All, Any, Not)):
        return speaker.at(node, LOOSE)
    text = _said(speaker, node, LOOSE)
    if not starred:
        return text
    every = columns(starred[0].stars)
    return f"on every {every}: {text} (one finding per {every})"


def _said(speaker: Speaker, node: Condition, around: int) -> str:
    """The clause for a condition, in parentheses where its place asks for a tighter one."""
    text, level = CLAUSES[type(node)](speaker, node)
    return f"({text})" if level < around else text


_IS = {">": "is above", ">=": "is at least", "<": "is below", "<=": "is at most", "==": "equals", "!=": "differs from"}
_IS_NOT = {
    ">": "is not above",
    ">=": "is not at least",
    "<": "is not below",
    "<=": "is not at most",
    "==": "does not equal",
    "!=": "does not differ from",
}


def _comparison(speaker: Speaker, node: Comparison, verbs: Mapping[str, str] = _IS) -> Phrase:
    left, right = node.left, node.right
    if isinstance(left, Boolean):
        left, right = right, left
    if isinstance(right, Boolean):
        holds = (node.operator == "==") == (verbs is _IS)
        return f"{speaker.at(left, LOOSE)} is {'' if holds else 'not '}{speaker.at(right, ATOM)}", ATOM
    return f"{speaker.side(left, right, heard=False)} {verbs[node.operator]} {speaker.side(right, left, heard=True)}", ATOM


def _not(speaker: Speaker, node: Not) -> Phrase:
    if isinstance(node.of, Comparison):
        return _comparison(speaker, node.of, _IS_NOT)
    return f"it is not so that ({_said(speaker, node.of, LOOSE)})", ATOM


def _all(speaker: Speaker, node: All) -> Phrase:
    links = [member for member in node.members if isinstance(member, Comparison)]
    if node.chain and len(links) == len(node.members):
        return _chain(speaker, links), ATOM
    return ", and ".join(_said(speaker, member, ATOM) for member in node.members), LOOSE


def _any(speaker: Speaker, node: Any) -> Phrase:
    return "either " + ", or ".join(_said(speaker, member, ATOM) for member in node.members), LOOSE


def _chain(speaker: Speaker, links: list[Comparison]) -> str:
    middle = links[0].right
    if len(links) == 2 and candidate_readings(middle):
        return _between(speaker, links[0], links[1])
    said = speaker.side(links[0].left, links[0].right, heard=False)
    rests = (f"{_IS[link.operator]} {speaker.side(link.right, link.left, heard=True, around=SUM)}" for link in links)
    return f"{said} {', which '.join(rests)}"


def _between(speaker: Speaker, first: Comparison, second: Comparison) -> str:
    """`a <= x <= b`, told of x."""
    middle, rising = first.right, first.operator[0] == "<"
    subject = speaker.side(middle, first.left, heard=False, around=SUM)
    ends = [speaker.side(first.left, middle, heard=True, around=SUM), speaker.side(second.right, middle, heard=True, around=SUM)]
    held = ["included" if link.operator.endswith("=") else "excluded" for link in (first, second)]
    if held[0] == held[1]:
        joined = f"{ends[0]} and {ends[1]}" if rising else f"{ends[0]} down to {ends[1]}"
        tail = f", both {held[0]}"
    else:
        joined = f"{ends[0]} ({held[0]}) {'and' if rising else 'down to'} {ends[1]} ({held[1]})"
        tail = ""
    return f"{subject} is {'between' if rising else 'from'} {joined}{tail}"


CLAUSES: dict[type, Callable[[Speaker, Anything], Phrase]] = {Comparison: _comparison, All: _all, Any: _any, Not: _not}

# Every class of gate/language/tree.py.
TEMPLATES = {**PHRASES, **CLAUSES}
