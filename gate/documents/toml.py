"""Strict TOML by the standard library, or by tomli on Python 3.10."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Sequence
from typing import Any

from gate.documents.document import MAX_DEPTH, DocumentError, deeper_than, excerpt, refuse
from gate.errors import MissingExtraError

MAX_SIZE = 8 * 1024 * 1024  # characters; the parsers are written in Python

_PARSERS = ("tomllib", "tomli")
_AT_END = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
# A key of many parts costs the parsers memory with the square of their number.
_DOTTED = re.compile(r"""(?:(?:(?<![\w-])[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*)+""")


def load(text: str, file: str) -> dict[str, Any]:
    """The table of `text`; dates stay dates. Raises DocumentError, or MissingExtraError where no parser is installed."""
    parser = find_parser(_PARSERS)
    if len(text) > MAX_SIZE:
        raise refuse("too-large", f"more than {MAX_SIZE >> 20} MiB of TOML", file=file, remedy="write the metrics as JSON")
    for run in _DOTTED.finditer(text):
        if run[0].count(".") > MAX_DEPTH:
            raise _too_deep(file, text.count("\n", 0, run.start()) + 1)
    try:
        table: dict[str, Any] = parser.loads(text)
    except RecursionError:
        raise _too_deep(file) from None
    except parser.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, file) from None
    except ValueError:  # of int(), which refuses thousands of digits
        raise refuse("number-too-long", "a number of thousands of digits", file=file) from None
    if deeper_than(MAX_DEPTH, table):
        raise _too_deep(file)
    return table


def find_parser(names: Sequence[str]) -> Any:
    """The first of these modules that is installed."""
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    raise MissingExtraError("reading TOML", "toml")


def _too_deep(file: str, line: int = 0) -> DocumentError:
    return refuse("too-deep", f"nested deeper than {MAX_DEPTH} levels", file=file, line=line)


def _syntax_error(message: str, text: str, file: str) -> DocumentError:
    found = _AT_END.search(message)
    what = message[: found.start()] if found else message
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (0, 0)
    if found and not found[1]:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    what = what[:1].lower() + what[1:]
    source = excerpt(text, line, column) if line else ""
    return refuse("toml-syntax", f"not valid TOML: {what}", file=file, line=line, column=column, excerpt=source)
