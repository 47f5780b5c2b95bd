"""A policy's line as it was meant: proposals are read as YAML and as rules, and only one that means something is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from gate.documents.document import DocumentError, Map
from gate.documents.yaml import load
from gate.language.parse import parse
from gate.language.tokens import RuleError

_BEFORE_RULE = re.compile(r"^(\s*(?:-\s+)?(?:(?:check|floor):\s+)?)(\S.*?)\s*$")
_IN_MAPPING = re.compile(r"\b(?:check|floor):\s*")
_LIST = re.compile(r"^(\s*rules:\s*\[)(.*)\]\s*$")
_SIGN = re.compile(r"\s*(?:>=|<=|==|!=|[><≥≤≠])")
_WORDS = re.compile(r"\w[\w./:@-]*(?: \w[\w./:@-]*)+")
_NO_COMMA = re.compile(r"(?<![,{:])\s+(id|check|level|undecided|missing|min_n|confidence|blocks_from|waivable|why|owner):\s")
MOST = 400  # characters of a line that is worth the trying; no pattern may take long on a hostile one


@lru_cache(maxsize=64)
def mend(line: str) -> str:
    """The line as it was meant, ready to paste; empty where nobody can know."""
    if len(line) > MOST:
        return ""
    return next((tried.strip() for tried in _proposals(line) if means_something(tried)), "")


def named(rule: str) -> str:
    """The rule with all that stands before its comparison taken as one name, as an item of a policy; empty if it is no name."""
    found = _SIGN.search(rule)
    left = rule[: found.start()] if found else ""
    if not _WORDS.fullmatch(left) or re.search(r"\b(?:and|or|not)\b", left):
        return ""
    whole = _as_name(rule)
    return f"- {_plain_or_quoted(whole, '- {}')}" if is_rule(whole) else ""


def is_rule(text: str) -> bool:
    """Whether the text can be read as a rule."""
    try:
        parse(text)
    except RuleError:
        return False
    return True


def quoted(text: str) -> str:
    """The text in YAML's single quotes."""
    return "'" + text.replace("'", "''") + "'"


def in_flow(rule: str) -> str:
    """The rule as a value between braces, quoted where it must be."""
    return _plain_or_quoted(rule, "[{}]")


def _plain_or_quoted(text: str, within: str) -> str:
    try:
        same = load(within.replace("{}", text), "")[0] == [text]
    except DocumentError:
        same = False
    return text if same else quoted(text)


def _proposals(line: str) -> Iterator[str]:
    in_list = _LIST.match(line)
    if in_list:
        yield f"{in_list[1]}{', '.join(map(in_flow, _items(in_list[2])))}]"
    if "{" in line:
        for closed in (line, f"{line.rstrip()}}}"):
            yield closed
            yield _NO_COMMA.sub(r", \1: ", closed)
            yield from _in_mapping(closed)
        return
    found = _BEFORE_RULE.match(line)
    if found:
        before, written = found.groups()
        for rule in _meant(written):
            yield before + _plain_or_quoted(rule, "- {}")


def _in_mapping(line: str) -> Iterator[str]:
    """The line with the rule in its braces quoted: the rule ends at the first comma or brace where it is one."""
    for found in _IN_MAPPING.finditer(line):
        for end in re.finditer(r"\s*[,}]", line[found.end() :]):
            stop = found.end() + end.start()
            for rule in _meant(line[found.end() : stop]):
                yield line[: found.end()] + in_flow(rule) + line[stop:]


def _items(written: str) -> list[str]:
    """The rules of a list between brackets: commas inside a rule do not part it."""
    found: list[str] = []
    open_ = ""
    for piece in written.split(","):
        open_ += f",{piece}" if open_ else piece
        if is_rule(open_.strip()):
            found.append(open_.strip())
            open_ = ""
    return [*found, open_] if open_.strip() else found


def _meant(written: str) -> Iterator[str]:
    """The rules that somebody who wrote this may have meant."""
    yield from filter(is_rule, _readings(written.strip()))


def _readings(written: str) -> Iterator[str]:
    yield written
    yield written.replace("'", '"')
    yield written.replace("`", "")
    if written.startswith("!"):
        yield f"not {written[1:].lstrip()}"
    yield re.sub(r"^&\S+\s+", "", written)
    yield written.replace(": ", " ", 1)
    if written.count('"') % 2:
        yield written.replace('"', "")
    if written.count("'") % 2:
        yield written.replace("'", "")
    yield _as_name(written)


def _as_name(rule: str) -> str:
    """All that stands before the comparison as one quoted name."""
    found = _SIGN.search(rule)
    if not found or not found.start() or '"' in rule:
        return rule
    name = rule[: found.start()].replace("\\", "\\\\")
    return f'"{name}"{rule[found.start() :]}'


def means_something(line: str) -> bool:
    """Whether YAML reads the line and every item in it is a rule, or a mapping with one."""
    try:
        value: Any = load(line.strip(), "")[0]
    except DocumentError:
        return False
    if isinstance(value, Map) and isinstance(value.get("rules"), list):
        value = value["rules"]
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(map(_is_item, items))


def _is_item(item: Any) -> bool:
    if isinstance(item, str):
        return is_rule(item)
    if not isinstance(item, Map) or None in item.values():
        return False
    rules = [item[key] for key in ("check", "floor") if key in item]
    return bool(rules) and all(isinstance(rule, str) and is_rule(rule) for rule in rules)
