"""A policy's line with the names that a metrics file has: quoted where a rule needs it, ready to paste."""

from __future__ import annotations

import re
from collections.abc import Collection

from gate.language.tokens import RuleError, tokenize
from gate.language.write import quote, write_name
from gate.policy.mended import MOST, means_something, mend

_PIECE = re.compile(r"\w+(?:[/:@-]+\w+)*\Z")
_LEFT = re.compile(r"^(\s*(?:-\s+)?(?:\{\s*)?(?:(?:check|floor):\s+)?)([^<>=≥≤≠!]+?)(\s*(?:[<>≥≤≠]|==|!=).*)$")
_COMMENT = re.compile(r"\s+#.*\Z")
_NAMES_TRIED = 2000


def spelt(name: str) -> str:
    """A metric's name as rules write it: `"weighted avg".f1-score`, with only the piece in quotes that needs them."""
    if write_name(name) == name:
        return name
    pieces = name.split(".")
    odd = [piece for piece in pieces if not _PIECE.match(piece)]
    if len(odd) == 1 and odd[0]:
        written = ".".join(piece if _PIECE.match(piece) else quote(piece) for piece in pieces)
        if _is_name(written, name):
            return written
    return quote(name)


def respelt(line: str, names: Collection[str]) -> str:
    """The line with the names in it that a rule must quote, quoted; empty where there is none or nothing comes of it.

    Where no name stands there as it is, the one that reads most like the left side is taken.
    """
    if len(line) > MOST:
        return ""
    odd = sorted((name for name in names if spelt(name) != name), key=len, reverse=True)[:_NAMES_TRIED]
    return pasted(_with_exact(line, odd)) or pasted(_with_close(line, odd))


def pasted(line: str) -> str:
    """A changed line as YAML must have it, without its indentation; empty where it is no rule."""
    if not line:
        return ""
    if means_something(line):
        return line.strip()
    better = mend(line)
    comment = _COMMENT.search(line)
    if better or not comment:
        return better
    better = mend(line[: comment.start()])
    return f"{better}{comment.group()}" if better else ""


def _is_name(written: str, name: str) -> bool:
    try:
        tokens = tokenize(written)
    except RuleError:
        return False
    return len(tokens) == 2 and tokens[0].kind == "name" and tokens[0].text == name


def _with_exact(line: str, odd: list[str]) -> str:
    found = [name for name in odd if name in line and quote(name) not in line and spelt(name) not in line]
    if not found:
        return ""
    pattern = "|".join(re.escape(name) for name in found)
    return re.sub(rf'(?<![\w"])(?:{pattern})(?![\w"])', lambda match: spelt(match.group()), line)


def _with_close(line: str, odd: list[str]) -> str:
    from difflib import get_close_matches

    found = _LEFT.match(line)
    close = get_close_matches(found[2], odd, 1, 0.75) if found else []
    return f"{found[1]}{spelt(close[0])}{found[3]}" if found and close else ""
