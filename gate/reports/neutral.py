"""Text from outside made inert in GitHub's Markdown: it shows itself, links nowhere, calls nobody and ends nothing."""

from __future__ import annotations

from gate.reports.plain import LONGEST_TEXT, brief

_SPECIAL = frozenset("\\`*_[]<>|~&$")
_HEX = frozenset("0123456789abcdef")
_OPENING, _CLOSING = "(", ".,;:!?)"


class Markdown(str):
    """Markdown that is right as it stands; any other text is taken for words and neutralised."""

    __slots__ = ()


def neutral(value: object) -> Markdown:
    """What a template puts in: Markdown as it is, anything else as inert words."""
    return value if isinstance(value, Markdown) else words(str(value))


def code(text: str) -> Markdown:
    """The text as a code span, fenced longer than any run of backticks in it.

    GitHub looks for mentions, references and links only outside code.
    """
    return _span(brief(text))


def _span(text: str) -> Markdown:
    """Plain text as a code span."""
    if not text.strip(" "):
        return Markdown("*blank*" if text else "*empty*")
    fence = "`"
    while fence in text:
        fence += "`"
    # A code span drops one space at either end if both are there; a backtick must not touch the fence.
    space = " " if text[0] in " `" or text[-1] in " `" else ""
    return Markdown(f"{fence}{space}{text}{space}{fence}")


def formula(text: str) -> Markdown:
    """A rule as code, with ≥ for >=."""
    return code(signs(text))


def signs(text: str) -> str:
    """A rule with ≥ for >= where no quoted name is in it that could hold the same characters."""
    if '"' in text or "`" in text:
        return text
    return text.replace(">=", "≥").replace("<=", "≤").replace("!=", "≠")


def words(text: str) -> Markdown:
    """Prose: what stands between backticks becomes code, and so does every word that GitHub could act on."""
    text = brief(text, LONGEST_TEXT).strip(" ")
    pieces = text.split("`")
    if len(pieces) % 2 == 0 or not all(piece.strip(" ") for piece in pieces[1::2]):  # one without its pair, or a pair of nothing
        pieces = [text]
    shown = [_span(piece) if index % 2 else _sentence(piece) for index, piece in enumerate(pieces)]
    told = ""
    for piece in shown:  # two spans must not touch, or their fences become one
        told += f" {piece}" if told.endswith("`") and piece.startswith("`") else piece
    return Markdown(_no_start(told))


def cell(value: object) -> Markdown:
    """The value for a cell of a table, which ends at any bar that is not escaped, in code too."""
    return Markdown(neutral(value).replace("|", "\\|"))


def say(sentence: str, *values: object) -> Markdown:
    """A sentence of gate's own with values from outside in its braces, each neutralised."""
    return Markdown(sentence.format(*(neutral(value) for value in values)))


def block(lines: list[str]) -> Markdown:
    """Lines as a fenced block that nothing in them can end."""
    text = "\n".join(brief(line, LONGEST_TEXT) for line in lines)
    fence = "```"
    while fence in text:
        fence += "`"
    return Markdown(f"{fence}text\n{text}\n{fence}")


def _no_start(text: str) -> str:
    """The text so that it starts no list, rule or heading where it stands first in a line."""
    if text.startswith(("-", "+", "=")):
        return f"\\{text}"
    number = len(text) - len(text.lstrip("0123456789"))
    mark, after = text[number : number + 1], text[number + 1 : number + 2]
    return f"{text[:number]}\\{text[number:]}" if number and mark in (".", ")") and after in ("", " ") else text


def _sentence(text: str) -> str:
    return " ".join(_word(word) for word in text.split(" "))


def _word(word: str) -> str:
    start = len(word) - len(word.lstrip(_OPENING))
    end = max(start, len(word.rstrip(_CLOSING)))
    if any(mark in word for mark in ("::", "&")) or "(" in word[start:end]:  # the end of a call, rather than of a sentence
        end = len(word)
    core = word[start:end]
    if core and _acts(core):
        return f"{word[:start]}{_span(core)}{word[end:]}"
    if _acts(word):
        return _span(word)
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in word)


def _acts(word: str) -> bool:
    """Whether GitHub could make more of a word than text: a mention, a reference, a link, an emoji, a commit, a formula."""
    lower = word.lower()
    runs = "".join(character if character.isalnum() else " " for character in lower).split()
    return (
        any(character in word for character in "@#`$")
        or any(mark in lower for mark in ("://", "www.", "mailto:", "xmpp:"))
        or word.count(":") > 1
        or any(lower[at : at + 3] == "gh-" and lower[at + 3 : at + 4].isdigit() for at in range(len(lower) - 3))
        or any(len(run) >= 7 and not run.isdigit() and all(character in _HEX for character in run) for run in runs)
        or (len(word) > 1 and any(character in word for character in "_<>|\\&"))
    )
