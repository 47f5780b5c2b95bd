"""Text of a rule to tokens: the longest match wins, blanks separate and mean nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from gate.errors import PolicyError, Problem

MAX_LENGTH = 10_000
MAX_TOKENS = 400

_PIECE = r'"(?:[^"\\]|\\["\\])*"'
_NAME = re.compile(rf"(?:\w+|{_PIECE})(?:[./:@-]+(?:\w+|{_PIECE}))*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?%?")
_OPERATOR = re.compile(r">=|<=|==|!=|[><≥≤≠+*/(),−-]")
_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_BLANK = re.compile(r"\s*")
_PIECES = re.compile(_PIECE)
_ASCII = {"≥": ">=", "≤": "<=", "≠": "!=", "−": "-"}

COMPARE = frozenset((">", ">=", "<", "<=", "==", "!="))
WORDS = frozenset(("and", "or", "not", "true", "false"))
AGGREGATES = frozenset(("min", "max", "mean", "median", "sd", "sum", "count"))
FUNCTIONS = AGGREGATES | {"abs", "last", "expected_low", "expected_high", "ewma", "cusum"}

# What people write for what the language has: (text as it begins, what to write instead).
_MISWRITTEN = (
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("===", "write `==`"),
    ("<>", "write `!=`"),
    ("**", "there is no power; multiply"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("=", "write `==` to compare, or `>=`"),
    ("!", "write `not`"),
    ("'", 'names are quoted with `"`'),
    ("‘", 'names are quoted with `"`'),
    ("“", 'names are quoted with `"`'),
    ("`", 'names are quoted with `"`'),
    ("{", 'if this is part of a name, quote it: `"x{a:b}"`'),
    ("@", 'if this is part of a name, quote it: `"mAP@[.5:.95]"`'),
    ("#", 'if this is part of a name, quote it: `"issue #12"`'),
    ("&", "write `and`"),
    ("|", "write `or`"),
    (";", "one rule a line"),
    ("$", "a parameter is `$name`: letters, digits and `_`"),
    ("%", "`%` stands right behind its number: `90%`"),
)


class Token(NamedTuple):
    """A piece of a rule. `kind`: name, number, word, operator, parameter, selector or end."""

    kind: str
    text: str
    start: int
    end: int
    quoted: bool = False
    parts: tuple[tuple[str, str | None], ...] = ()


class RuleError(PolicyError):
    """A rule that cannot be read; `start` and `end` are offsets into its (NFC) text."""

    def __init__(self, slug: str, message: str, text: str, start: int, end: int, remedy: str = "") -> None:
        self.slug = slug
        self.message = message
        self.text = text
        self.start = start
        self.end = max(end, start + 1)
        self.remedy = remedy
        super().__init__(Problem(slug, message, remedy=remedy, excerpt=self.shown()))

    def shown(self) -> str:
        """The rule's text with carets under what is wrong; a long text is cut around it."""
        offset = max(0, self.start - 60)
        line = self.text[offset : offset + 120].replace("\n", " ")
        width = min(self.end, offset + 120) - self.start
        return f"{line}\n{' ' * (self.start - offset)}{'^' * max(1, width)}"


def tokenize(text: str) -> list[Token]:
    """The tokens of a rule, closed by one of kind `end`. Raises RuleError."""
    text = nfc(text)
    if len(text) > MAX_LENGTH:
        raise RuleError("rule-too-long", f"a rule of more than {MAX_LENGTH:,} characters", text, 0, 1)
    tokens: list[Token] = []
    position = _skip(text, 0)
    while position < len(text):
        token = _selector(text, position, tokens[-1] if tokens else None) if text[position] == "[" else _token(text, position)
        tokens.append(token)
        if len(tokens) > MAX_TOKENS:
            raise RuleError("rule-too-long", f"a rule of more than {MAX_TOKENS} words and signs", text, token.start, token.end)
        position = _skip(text, token.end)
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def nfc(text: str) -> str:
    """The text as it is judged: letters composed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _skip(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _token(text: str, at: int) -> Token:
    name = _NAME.match(text, at)
    number = _NUMBER.match(text, at)
    if number and (not name or number.end() >= name.end()):
        return Token("number", number.group(), at, number.end())
    if name:
        return _name(text, name)
    for miswritten, remedy in _MISWRITTEN[:3]:
        if text.startswith(miswritten, at):
            raise RuleError("rule-syntax", f"`{miswritten}` is not an operator", text, at, at + len(miswritten), remedy)
    operator = _OPERATOR.match(text, at)
    if operator and text[at : at + 2] not in ("<>", "**"):
        return Token("operator", _ASCII.get(operator.group(), operator.group()), at, operator.end())
    parameter = _PARAMETER.match(text, at)
    if parameter:
        return Token("parameter", parameter.group(1), at, parameter.end())
    raise _unreadable(text, at)


def _unreadable(text: str, at: int) -> RuleError:
    if text[at] == '"':
        return RuleError(
            "rule-syntax", "a quote that is not closed", text, at, len(text), 'inside quotes only `\\"` and `\\\\` are escapes'
        )
    for miswritten, remedy in _MISWRITTEN:
        if text.startswith(miswritten, at):
            return RuleError("rule-syntax", f"`{miswritten}` means nothing here", text, at, at + len(miswritten), remedy)
    return RuleError("rule-syntax", f"`{text[at]}` means nothing here", text, at, at + 1)


def _name(text: str, found: re.Match[str]) -> Token:
    written, start, end = found.group(), found.start(), found.end()
    quoted = '"' in written
    if end < len(text) and (text[end] == '"' or (written.endswith('"') and (text[end].isalnum() or text[end] == "_"))):
        raise RuleError(
            "rule-name",
            "a quote touches a name",
            text,
            end,
            end + 1,
            'join the pieces with `.` or `/`: `task."acc,none"`, or quote all of it',
        )
    if quoted:
        name = _PIECES.sub(lambda piece: re.sub(r"\\(.)", r"\1", piece.group()[1:-1]), written)
        if not name:
            raise RuleError("rule-name", "an empty name", text, start, end)
        return Token("name", name, start, end, quoted=True)
    if not any(letter.isalpha() or letter == "_" for letter in written):
        spaced = re.sub(r"([-/:@])", r" \1 ", written)
        raise RuleError(
            "rule-name",
            f"`{written}` is neither a number nor a name",
            text,
            start,
            end,
            f"to calculate, write blanks: `{spaced}`; a name is quoted",
        )
    if written in WORDS:
        return Token("word", written, start, end)
    if written.lower() in WORDS:
        raise RuleError("rule-word", f"`{written}`: words are lower case", text, start, end, f"write `{written.lower()}`")
    return Token("name", written, start, end)


def _selector(text: str, at: int, before: Token | None) -> Token:
    """`[column=value, …]` behind a name: values are raw text up to `,` or `]`, or quoted."""
    if before is None or before.kind != "name":
        raise RuleError("rule-selector", "a selector stands behind a metric", text, at, at + 1, "write `recall[region=eu]`")
    parts: list[tuple[str, str | None]] = []
    position = _skip(text, at + 1)
    while True:
        column, position = _column(text, position, at)
        value, position = _value(text, position, at)
        if column in dict(parts):
            raise RuleError("rule-selector", f"the column `{column}` stands twice", text, at, position)
        parts.append((column, value))
        if text[position] == "]":
            return Token("selector", "", at, position + 1, parts=tuple(sorted(parts, key=lambda part: part[0])))
        position = _skip(text, position + 1)


def _column(text: str, position: int, at: int) -> tuple[str, int]:
    found = _NAME.match(text, position)
    if not found:
        remedy = 'write `recall[region=eu]`; if the brackets are part of a name, quote it: `"recall[0]"`'
        raise RuleError("rule-selector", "a column is missing here", text, position, position + 1, remedy)
    token = _name(text, found) if '"' in found.group() else Token("name", found.group(), *found.span())
    end = _skip(text, token.end)
    if text.startswith("!=", end):
        raise RuleError(
            "rule-selector",
            "a selector picks one value or all: it knows no `!=`",
            text,
            end,
            end + 2,
            "write a rule for each value",
        )
    if text[end : end + 1] != "=":
        remedy = 'write `[column=value]`; if the brackets are part of a name, quote it: `"recall[0]"`'
        raise RuleError("rule-selector", "`=` is missing", text, at, end + 1, remedy)
    return token.text, _skip(text, end + 1)


def _value(text: str, position: int, at: int) -> tuple[str | None, int]:
    piece = _PIECES.match(text, position)
    if piece:
        value: str | None = re.sub(r"\\(.)", r"\1", piece.group()[1:-1])
        end = _skip(text, piece.end())
    else:
        end = position
        while end < len(text) and text[end] not in ",]":
            end += 1
        value = text[position:end].strip()
        _check_raw(text, value, position, end)
        value = None if value == "*" else value
    if end >= len(text):
        raise RuleError("rule-selector", "`]` is missing", text, at, len(text))
    if text[end] not in ",]":
        raise RuleError("rule-selector", "`,` or `]` is missing", text, end, end + 1)
    return value, end


def _check_raw(text: str, value: str, start: int, end: int) -> None:
    if not value:
        raise RuleError(
            "rule-selector", "a value is missing", text, start, end, 'the empty value is written `""`, all values `*`'
        )
    if value.startswith("="):
        raise RuleError(
            "rule-selector", "a selector has one `=`", text, start, end, f"write `{value.lstrip('= ')}` behind one `=`"
        )
    if "|" in value:
        raise RuleError(
            "rule-selector",
            "a selector picks one value or all",
            text,
            start,
            end,
            "write a rule for each value, or quote the value",
        )
    if '"' in value or "[" in value:
        raise RuleError(
            "rule-selector", "a quote or bracket inside a value", text, start, end, 'quote the whole value: `[name="a \\"b\\""]`'
        )
