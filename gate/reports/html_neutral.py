"""Text from outside made inert in HTML: it shows itself and is never markup."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from markupsafe import Markup, escape

from gate.reports.neutral import signs
from gate.reports.plain import LONGEST_TEXT, brief, plain


def neutral(value: object) -> Markup:
    """What a template puts in: markup as it is, anything else as inert words."""
    return value if isinstance(value, Markup) else words(str(value))


def code(text: str) -> Markup:
    """A name, in its own direction of writing whatever stands around it."""
    text = brief(text)
    if not text.strip():
        return Markup("<em>blank</em>" if text else "<em>empty</em>")
    return _coded(text)


def formula(text: str) -> Markup:
    """A rule as code, with ≥ for >=."""
    return code(signs(text))


def words(text: str) -> Markup:
    """Prose; what stands between backticks becomes code."""
    text = brief(text, LONGEST_TEXT)
    if "`" not in text:
        return escape(text)
    pieces = text.split("`")
    if len(pieces) % 2 == 0 or not all(piece.strip() for piece in pieces[1::2]):  # one without its pair, or a pair of nothing
        return escape(text)
    return Markup("").join(_coded(piece) if at % 2 else piece for at, piece in enumerate(pieces))


def _coded(text: str) -> Markup:
    return Markup(f"<code>{escape(text)}</code>")


def say(sentence: str, *values: object) -> Markup:
    """A sentence of gate's own with values from outside in its braces, each neutralised."""
    return Markup(sentence.format(*(neutral(value) for value in values)))


def link(address: str, text: str) -> Markup:
    """A link to a page of the web; what is no such address is shown as a name."""
    if not address.startswith(("https://", "http://")) or not address.isprintable():
        return code(address)
    return Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(address, brief(text))


def attribute(text: str) -> Markup:
    """The words without their markup, for an attribute and a title."""
    return escape(Markup(text).striptags() if isinstance(text, Markup) else brief(text, LONGEST_TEXT))


def block(lines: list[str]) -> Markup:
    """Lines as they are laid out."""
    return Markup("<pre>{}</pre>").format("\n".join(plain(line) for line in lines))


def data(value: Any) -> Markup:
    """Plain data for a script element that holds JSON: ASCII, and nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def rounded(value: float | bool | None) -> float | None:
    """A number as a chart needs it: to 6 digits; None for what has no place on an axis."""
    if value is None or isinstance(value, bool) or not isfinite(value):
        return None
    return float(f"{value:.6g}")
