"""Strict JSON, fast: duplicate keys, endless numbers and deep nesting are refused; NaN and Infinity are read as what they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from gate.documents.document import MAX_DEPTH, MAX_DIGITS, DocumentError, deeper_than, excerpt, refuse, shown

MAX_CONTAINERS = 2_000_000
MAX_LOCATED = 8_000_000  # characters in which it is cheap enough to look for the line of a duplicate key

_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_LAST_COMMA = re.compile(r",\s*[}\]]")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')


def load(text: str, file: str) -> Any:
    """The value of `text`; numbers beyond a double are infinite. Raises DocumentError."""
    if text.count("{") > MAX_CONTAINERS or text.count("[") > MAX_CONTAINERS:
        raise refuse("too-many-values", f"more than {MAX_CONTAINERS:,} mappings or lists", file=file)
    decoder = json.JSONDecoder(object_pairs_hook=_mapping, parse_int=_integer, parse_constant=_CONSTANTS.__getitem__)
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(error, text, file) from None
    except RecursionError:
        raise _too_deep(file) from None
    except _DuplicateKeyError as error:
        raise _duplicate_key(error.key, text, file) from None
    except _TooLongError as error:
        raise _at("number-too-long", f"a number of more than {MAX_DIGITS} digits", text, text.find(error.digits), file) from None
    if deeper_than(MAX_DEPTH, value):
        raise _too_deep(file)
    return value


class _DuplicateKeyError(Exception):
    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class _TooLongError(Exception):
    def __init__(self, digits: str) -> None:
        super().__init__()
        self.digits = digits


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        left = dict.fromkeys(mapping, 1)
        raise _DuplicateKeyError(next(key for key, _ in pairs if not left.pop(key, 0)))
    return mapping


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:  # before int(), whose time grows with the square
        raise _TooLongError(digits)
    return int(digits)


# -- messages


def _at(slug: str, message: str, text: str, position: int, file: str, remedy: str = "", width: int = 1) -> DocumentError:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    source = excerpt(text, line, column, width)
    return refuse(slug, message, file=file, line=line, column=column, remedy=remedy, excerpt=source)


def _too_deep(file: str) -> DocumentError:
    return refuse("too-deep", f"nested deeper than {MAX_DEPTH} levels", file=file)


def _syntax_error(error: json.JSONDecodeError, text: str, file: str) -> DocumentError:
    what, remedy = error.msg[:1].lower() + error.msg[1:], _remedy(text, error.pos)
    end = len(text.rstrip())
    if error.pos >= end:
        return _at("json-syntax", "not valid JSON: the text ends too early", text, end, file, "was the file written to its end?")
    if error.msg == "Extra data":
        what, remedy = "there is more after the end of the document", "one file holds one document"
    elif error.msg.startswith("Unterminated string"):
        what = "a text that starts here has no closing quote"
    return _at("json-syntax", f"not valid JSON: {what}", text, error.pos, file, remedy)


def _remedy(text: str, position: int) -> str:
    rest = text[position : position + 8]
    if rest.startswith("'"):
        return "JSON has double quotes: write the file with json.dump()"
    if rest.startswith((",", "}", "]")) and _LAST_COMMA.match(text, max(0, text.rfind(",", 0, position + 1))):
        return "take out the last comma"
    if rest.startswith(("None", "True", "False", "nan", "inf", "-inf")):
        return "JSON has null, true, false and NaN: write the file with json.dump()"
    if rest.startswith(("//", "/*", "#")):
        return "JSON has no comments: take it out, or call the file .yaml"
    return ""


def _duplicate_key(key: str, text: str, file: str) -> DocumentError:
    for position, first, key_found in _duplicates(text):
        before = text.count("\n", 0, first) + 1
        message = f"the key `{shown(key_found)}` stands twice (first at line {before})"
        return _at("duplicate-key", message, text, position, file, "keep one of them", len(key_found) + 2)
    return refuse("duplicate-key", f"the key `{shown(key)}` stands twice in one mapping", file=file, remedy="keep one of them")


def _duplicates(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a key stands for the second time, where it stood first, and the key."""
    if len(text) > MAX_LOCATED:
        return
    open_: list[dict[str, int] | None] = []
    at_key = False
    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        if sign == '"' and at_key and open_ and open_[-1] is not None:
            key = json.loads(token[0])
            if key in open_[-1]:
                yield token.start(), open_[-1][key], key
            open_[-1][key] = token.start()
        elif sign in "{[":
            open_.append({} if sign == "{" else None)
        elif sign in "}]" and open_:
            open_.pop()
        at_key = sign in "{,"
