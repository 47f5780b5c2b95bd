"""A tree to text: the normal form of a rule, which is also its id where none is given."""

from __future__ import annotations

import itertools
import re

from gate.language.tokens import WORDS
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

# Patterns as text: `re` compiles and keeps them when one is first needed. (U+0338 would strike through the `=` before it.)
_BARE = r"\w+([./:@-]+\w+)*\Z"
_RAW_VALUE = r'[^,\]\["|=*\s\u0338]([^,\]\["|]*[^,\]\["|\s])?\Z'
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)


def write(node: Node) -> str:
    """The node as text that parses to an equal tree."""
    return _write(node, _OR)


def write_number(value: float) -> str:
    """A number at its shortest, never with an exponent that the language cannot read."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def write_name(name: str, quoted: bool = False) -> str:
    """A metric's name, in quotes where it would not be read as one bare name."""
    if not quoted and re.match(_BARE, name) and name.lower() not in WORDS:
        first, joined = re.split(r"[-/]", name, maxsplit=1)[0], "-" in name or "/" in name
        starts_otherwise = first == "baseline" or (joined and re.fullmatch(r"[0-9.]+", first) is not None)
        if any(letter.isalpha() or letter == "_" for letter in name) and not starts_otherwise and not _is_number(name):
            return name
    return quote(name)


def quote(text: str) -> str:
    """A text in the quotes of the language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_selector(parts: tuple[tuple[str, str | None], ...]) -> str:
    """`[column=value, …]`, or nothing for the whole."""
    if not parts:
        return ""
    written = (f"{write_name(column)}={_write_value(value)}" for column, value in parts)
    return f"[{', '.join(written)}]"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]+", text) is not None


def _write_value(value: str | None) -> str:
    if value is None:
        return "*"
    return value if re.match(_RAW_VALUE, value) else quote(value)


def _write(node: Node, around: int) -> str:
    text, level = _text(node)
    return f"({text})" if level < around else text


def _text(node: Node) -> tuple[str, int]:
    """The node's text and how tightly it binds."""
    if isinstance(node, Comparison):
        return f"{_write(node.left, _SUM)} {node.operator} {_write(node.right, _SUM)}", _COMPARE
    if isinstance(node, Any):
        return " or ".join(_write(member, _AND) for member in node.members), _OR
    if isinstance(node, All):
        chain = _chain(node) if node.chain else None
        return (chain, _COMPARE) if chain else (" and ".join(_write(member, _NOT) for member in node.members), _AND)
    if isinstance(node, Not):
        return f"not {_write(node.of, _NOT)}", _NOT
    if isinstance(node, Arithmetic):
        level = _SUM if node.operator in "+-" else _PRODUCT
        return f"{_write(node.left, level)} {node.operator} {_write(node.right, level + 1)}", level
    if isinstance(node, Negative):
        return f"-{_write(node.of, _SIGN)}", _SIGN
    return _atom(node), _ATOM


def _chain(node: All) -> str | None:
    """`a <= b <= c`, when the members still are neighbours (after `not` they may not be)."""
    links = [member for member in node.members if isinstance(member, Comparison)]
    if len(links) != len(node.members) or any(a.right != b.left for a, b in itertools.pairwise(links)):
        return None
    rest = "".join(f" {link.operator} {_write(link.right, _SUM)}" for link in links)
    return _write(links[0].left, _SUM) + rest


def _atom(node: Node) -> str:
    if isinstance(node, Number):
        return node.text or write_number(node.value)
    if isinstance(node, Boolean):
        return "true" if node.value else "false"
    if isinstance(node, Parameter):
        return f"${node.name}"
    if isinstance(node, BareBaseline):
        return node.name
    if isinstance(node, Reading):
        return write_name(node.metric, node.quoted) + write_selector(node.selector)
    if isinstance(node, OnBaseline):
        return f"{node.name}({_write(node.of, _OR)})"
    if isinstance(node, Last):
        return f"last({_atom(node.of)}, {node.count})"
    if isinstance(node, (Expected, Tracked)):
        return f"{node.function}({_atom(node.of)}, {node.count})"
    assert isinstance(node, Call)
    return f"{node.function}({', '.join(_write(argument, _OR) for argument in node.arguments)})"
