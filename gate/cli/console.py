"""The terminal: what it can show, and writing to it without tripping over a closed pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import BinaryIO, TextIO

from gate.record import dataclass
from gate.reports.plain import plain

SIGNS = "✓✗≥−…"
DEFAULT_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Terminal:
    """What standard output can show."""

    columns: int
    colour: bool
    ascii_only: bool


def terminal(environ: Mapping[str, str]) -> Terminal:
    """Standard output as it is: width, colour (NO_COLOR and FORCE_COLOR are honoured), signs."""
    stream = sys.stdout
    return Terminal(_columns(stream, environ), _colour(stream, environ), not _can_show(stream))


def _columns(stream: TextIO | None, environ: Mapping[str, str]) -> int:
    stated = environ.get("COLUMNS", "")
    if stated.isascii() and stated.isdigit() and int(stated[:6]) > 0:
        return int(stated[:6])
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_COLUMNS if stream is not None else DEFAULT_COLUMNS
    except (OSError, ValueError):
        return DEFAULT_COLUMNS


def _colour(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream is not None and stream.isatty() and environ.get("TERM", "dumb") != "dumb"


def _can_show(stream: TextIO | None) -> bool:
    try:
        SIGNS.encode(stream.encoding if stream is not None and stream.encoding else "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def standard_input() -> BinaryIO | None:
    """Standard input as bytes; None where it is closed."""
    return sys.stdin.buffer if sys.stdin is not None else None


def say(text: str) -> None:
    """Write a finished report to standard output.

    A reader who has gone, or a full disk behind it, is told about on standard error and changes no verdict.
    """
    if not text.endswith("\n"):
        text += "\n"
    try:
        if sys.stdout is None:
            raise OSError(0, "it is closed")
        sys.stdout.write(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go()
    except (OSError, ValueError) as error:
        _let_go()
        complain(f"gate: the report could not be shown on standard output: {getattr(error, 'strerror', None) or error}")


def _let_go() -> None:
    """Point standard output nowhere, so that the interpreter's last flush does not fail again."""
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.close(sink)
    except OSError:
        return


def complain(text: str) -> None:
    """Write diagnostics to standard error, made safe line by line."""
    if sys.stderr is None:
        return
    lines = "".join(f"{plain(line)}\n" for line in text.split("\n"))
    try:
        sys.stderr.write(lines.encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode(sys.stderr.encoding or "utf-8"))
        sys.stderr.flush()
    except (OSError, ValueError):
        return
