r"""Text from outside made safe for a terminal and a log: what cannot be seen, or could command, is shown as \uXXXX."""

from __future__ import annotations

from os import sep

# Printable by Unicode's categories, yet without a glyph of their own: joiners, fillers, variation selectors, a blank.
_INVISIBLE = frozenset(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)]
) | frozenset(range(0xE0000, 0xE1000))

# Longer texts are cut in the middle wherever people read; decision.json has them whole.
LONGEST_NAME = 160
LONGEST_TEXT = 600
LONGEST_UNIT = 12

_ASCII = {
    "✓": "+", "✗": "x", "−": "-", "→": "->", "…": "...", "·": "-", "≥": ">=", "≤": "<=", "≠": "!=", "±": "+/-", "∞": "infinity",
    "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-",
}  # fmt: skip


def escape(character: str) -> str:
    r"""The character as \uXXXX, or \UXXXXXXXX beyond the first plane."""
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(text: str) -> str:
    r"""The text on one line: control, bidi, zero-width and other invisible characters as \uXXXX.

    A CI runner obeys `::command::` at the start of a line and `##[command]` or `##vso[command]`
    anywhere in it, so the first character of these is escaped too.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            character if character.isprintable() and ord(character) not in _INVISIBLE else escape(character) for character in text
        )
    while "##" in text:
        text = text.replace("##", escape("#") + "#")
    return harmless(text)


def harmless(line: str) -> str:
    """A line that no CI runner takes for a command; needed again wherever a text was broken into lines."""
    start = line.lstrip()
    if not start.startswith("::"):
        return line
    return line[: len(line) - len(start)] + escape(":") + start[1:]


def ascii_only(text: str) -> str:
    r"""The text for a stream that carries nothing but ASCII: gate's own signs spelt out, all else as \uXXXX."""
    if text.isascii():
        return text
    return "".join(character if character.isascii() else _ASCII.get(character) or escape(character) for character in text)


def brief(text: str, limit: int = LONGEST_NAME) -> str:
    """The text made plain, at most `limit` characters of it."""
    return clip(plain(clip(text, limit)), limit)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, an ellipsis in the middle: names tend to differ at either end."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 3
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def posix(path: str, separator: str = sep) -> str:
    """The path with `/`, so that a decision is the same bytes on every system."""
    return path if separator == "/" else path.replace(separator, "/")
