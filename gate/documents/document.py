"""A document: plain values that remember where in the text they stood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from gate.errors import GateError, Place, Problem

MAX_DEPTH = 100
MAX_DIGITS = 400  # of an integer: the time to read one grows with the square


class Mark(NamedTuple):
    """Where a value stands (lines and columns from 1) and, for a scalar, how it was written."""

    line: int
    column: int
    text: str = ""
    style: str = ""  # "" plain, "'" or '"' quoted, "|" or ">" block, "{" or "[" flow collection, "&" anchored, "*" alias
    end_line: int = 0
    key_line: int = 0
    key_column: int = 0


class Map(dict[str, Any]):
    """A mapping with a mark for each value."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, Mark] = {}


class List(list[Any]):
    """A list with a mark for each item."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []


class DocumentError(GateError):
    """A text is not a document; readers and the policy loader say what they were reading."""


def refuse(
    slug: str, message: str, *, file: str, line: int = 0, column: int = 0, remedy: str = "", excerpt: str = ""
) -> DocumentError:
    """The error for one spot of a document."""
    return DocumentError(Problem(slug, message, Place(file, line, column), remedy, excerpt))


def deeper_than(limit: int, value: Any) -> bool:
    """Whether values are nested deeper; level by level, so that the stack of the interpreter plays no part."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        if not level:
            return False
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, (dict, list))]
    return bool(level)


def _inside(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def excerpt(text: str, line: int, column: int = 0, width: int = 1) -> str:
    """The source line, with a caret line under `column` when it is known; long lines are cut around it."""
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return ""
    source = lines[line - 1].rstrip("\r")
    start = max(0, column - 60)
    shown = source[start : start + 100]
    number = f"{line:>4} | "
    if not column:
        return number + shown
    caret = " " * (column - 1 - start) + "^" * max(1, min(width, len(shown) - (column - 1 - start)))
    return f"{number}{shown}\n     | {caret}"


def shown(text: str, limit: int = 80) -> str:
    r"""Text of a document as a message quotes it: on one line, cut, what cannot be seen as \uXXXX."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def decode(data: bytes, file: str) -> str:
    """UTF-8 text, a byte-order mark taken off, every line ending in `\\n`; anything else is refused with the byte at fault."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("not-utf8", "the file is UTF-16, not UTF-8", file=file, remedy="save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(
            "not-utf8",
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            file=file,
            line=line,
            remedy="save it as UTF-8",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
