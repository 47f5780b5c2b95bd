"""A page of lines for a terminal: display width, wrapping, colour, and what a stream of ASCII can carry."""

from __future__ import annotations

from gate.reports.plain import ascii_only, harmless

_COLOURS = {"red": "31", "yellow": "33", "green": "32", "strong": "1", "dim": "2", "": ""}
Span = tuple[str, str]  # text and the names of its styles ("red strong")


class Page:
    """Lines of spans, kept to `columns`; texts must be plain already."""

    def __init__(self, columns: int, *, colour: bool, ascii_only: bool) -> None:
        self.columns = columns
        self._colour = colour
        self._ascii = ascii_only
        self._lines: list[str] = []
        self._gap = False

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def say(self, text: str) -> str:
        """The text in the characters that the stream can carry."""
        return ascii_only(text) if self._ascii else text

    def gap(self) -> None:
        """An empty line before the next one; never two of them, nor one at the end."""
        self._gap = True

    def line(self, *spans: Span) -> None:
        """One line as it is."""
        if self._gap:
            self._lines.append("")
        self._gap = False
        self._lines.append("".join(self._paint(*span) for span in _without_end(spans)))

    def wrapped(self, text: str, style: str = "", *, indent: int, lead: str = "", lead_style: str | None = None) -> None:
        """The text over as many lines as it takes; `lead` stands before it, and what follows hangs under the text's start."""
        lead = self.say(lead)
        hang = " " * (indent + width(lead))
        for index, part in enumerate(_obeyed_by_none(self.say(text), max(10, self.columns - len(hang)))):
            if index == 0:
                self.line((" " * indent, ""), (lead, style if lead_style is None else lead_style), (part, style))
            else:
                self.line((hang, ""), (part, style))

    def _paint(self, text: str, style: str) -> str:
        codes = ";".join(_COLOURS[word] for word in style.split())
        return f"\x1b[{codes}m{text}\x1b[0m" if self._colour and codes and text.strip() else text


def _obeyed_by_none(text: str, columns: int) -> list[str]:
    """The text in lines, none of which a CI runner takes for a command."""
    waiting, lines = wrap(text, columns), []
    while waiting:
        line = waiting.pop(0)
        safe = harmless(line)
        if width(safe) > columns and safe != line:  # what defuses it takes room
            waiting[:0] = wrap(safe, columns)
        else:
            lines.append(safe)
    return lines


def _without_end(spans: tuple[Span, ...]) -> list[Span]:
    """The spans without the blanks that fill a last column."""
    kept = list(spans)
    while kept and not kept[-1][0].strip():
        kept.pop()
    return [*kept[:-1], (kept[-1][0].rstrip(), kept[-1][1])] if kept else []


def width(text: str) -> int:
    """How many columns the text takes: East Asian wide characters and emoji two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(character) in ("Mn", "Me") else 2 if east_asian_width(character) in "WF" else 1 for character in text
    )


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """The text filled up to so many columns; `right` puts it at the right end."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns, broken at spaces; a longer word is broken where it must be."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= columns:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, columns)
        lines += full
    return [*lines, line]


def flow(parts: list[str], columns: int) -> list[str]:
    """The parts two spaces apart, in lines that are broken between them; one that is too long has its own."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + 2 + width(part) <= columns:
            lines[-1] += f"  {part}"
        else:
            lines.append(part)
    return lines


def _broken(word: str, columns: int) -> list[str]:
    pieces, piece, used = [], "", 0
    for character in word:
        taken = width(character)
        if used + taken > columns and piece:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += taken
    return [*pieces, piece]
