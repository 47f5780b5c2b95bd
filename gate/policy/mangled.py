"""What YAML does to rules, told in words, with the line to paste."""

from __future__ import annotations

import re
from typing import Any

from gate.documents.document import Map, Mark
from gate.errors import Problem
from gate.language.parse import parse
from gate.language.tokens import RuleError
from gate.record import replace

_BEFORE_RULE = re.compile(r"""^(\s*(?:-\s+)?(?:\{\s*)?(?:(?:check|floor):\s+)?)(.+?)\s*$""")
_FLOW_CHECK = re.compile(r"""\{\s*check:\s*(.+?)\s*(?:,\s*[a-z_]+:[^,]*)*\}\s*$""")
_WORDS_OF_YAML = frozenset(("on", "off", "yes", "no", "true", "false", "null", "~", "="))


def explained(problem: Problem, text: str) -> Problem:
    """A YAML error with the remedy for a rule, where the line at fault holds one."""
    if problem.slug not in ("yaml-syntax", "yaml-tag") or problem.where is None or problem.remedy:
        return problem
    lines = text.split("\n")
    for number in (problem.where.line, problem.where.line - 1):
        if 0 < number <= len(lines):
            at = problem.where.column if number == problem.where.line else 0
            remedy = _remedy(lines[number - 1], lines[:number], at)
            if remedy:
                return replace(problem, remedy=remedy)
    return problem


def _remedy(line: str, above: list[str], column: int) -> str:
    found = _BEFORE_RULE.match(line)
    if not found:
        return ""
    before, written = found.groups()
    flow = _FLOW_CHECK.search(line)
    if flow and _is_rule(flow[1]) and flow.start(1) < column <= flow.end(1) + 1:
        return f"quote the rule: {line.strip().replace(flow[1], _yaml_quoted(flow[1]))}"
    if flow and column:
        value = re.compile(r"([a-z_]+): ([^{},]*)").search(line, line.rfind(",", 0, column) + 1)
        return f"quote the text: `{value[1]}: {_yaml_quoted(value[2].strip())}`" if value else ""
    if _is_rule(written):
        if "#" in "".join(above[-2:]) and not before.strip():
            return "a comment ends a plain rule: write `check: |` and the rule below it"
        return f"write: {before.strip()} {_yaml_quoted(written)}"
    joined = written.replace(": ", " ", 1)
    if joined != written and _is_rule(joined):
        return f"write: {before.strip()} {joined}"
    if re.match(r"[|>]", written) and not written.startswith("|"):
        return "a rule starts with what is measured: `accuracy > 0.8`"
    if written[0] in "@`%*&!" or re.match(r"[a-z_]+:\s+[@`%]", written):
        return f"quote the text: {_quote_value(written)}"
    if re.match(r"[a-z_]+: .*: ", written):
        return f"quote the text: {_quote_value(written)}"
    if before.strip() == "" and "#" in "".join(above[-3:]):
        return "a comment ends a plain rule: write `check: |` and the rule below it"
    return ""


def _quote_value(written: str) -> str:
    key, colon, value = written.partition(": ")
    return f"{key}: {_yaml_quoted(value.strip())}" if colon else _yaml_quoted(written)


def _yaml_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _is_rule(text: str) -> bool:
    try:
        parse(text)
    except RuleError:
        return False
    return True


def folded(text: str, mark: Mark) -> tuple[int, bool] | None:
    """A plain rule over several lines: the line that continues it, and whether it begins with `-`: a rule of its own."""
    if mark.style or mark.end_line <= mark.line:
        return None
    lines = text.split("\n")
    more = [(number, lines[number - 1].strip()) for number in range(mark.line + 1, min(mark.end_line, len(lines)) + 1)]
    more = [(number, source) for number, source in more if source]
    dashed = next((number for number, source in more if source.startswith("-")), 0)
    if dashed:
        return dashed, True
    return (more[0][0], False) if more else None


def why_cut(text: str, mark: Mark) -> str:
    """The remedy where YAML took the end of a plain rule as a comment, or two rules as one."""
    if mark.style:
        return ""
    lines = text.split("\n")
    source = lines[mark.line - 1][mark.column - 1 :] if mark.line <= len(lines) else ""
    if mark.text in _WORDS_OF_YAML:
        return f"a rule compares; this is the word `{mark.text}`"
    comment = re.search(r"\s(#.*)$", source)
    if comment and mark.end_line == mark.line:
        return f"YAML took `{comment[1].strip()[:60]}` as a comment: quote the whole rule"
    more = folded(text, mark)
    return f"two rules? a `-` is missing at line {more[0]}" if more else ""


def wrong_item(value: Any, mark: Mark) -> str | None:
    """What was meant by an item of `rules` that is neither text nor a rule's mapping; None if it is one."""
    if isinstance(value, str):
        return None
    if isinstance(value, Map):
        return _wrong_mapping(value)
    if value is None:
        return "an empty rule: a rule compares, `accuracy > 0.8`"
    if mark.text in _WORDS_OF_YAML:
        return f"a rule compares; this is the word `{mark.text}`"
    return "a rule is text that compares: `accuracy > 0.8`"


def _wrong_mapping(value: Map) -> str | None:
    if "check" in value or "id" in value:
        for key, item in value.items():
            if item is None and (")" in key or value.marks[key].text == "") and not re.fullmatch(r"[a-z_]+", key):
                if re.fullmatch(r"[a-z_]+:\S+", key):
                    return f"a blank is missing behind `:` in `{key}`"
                return f"the comma before `{key}` ended the rule: quote the rule"
        return None
    if len(value) != 1:
        return None
    key, item = next(iter(value.items()))
    if isinstance(item, (int, float)) and not isinstance(item, bool):
        return f"a rule is one text: write `{key} >= {value.marks[key].text}` or `{key} <= {value.marks[key].text}`"
    text, comma, last = key.rpartition(",")
    if comma and _is_rule(text.strip()):
        return f"for more than the check write `{{check: {_flow_safe(text.strip())}, {last.strip()}: {value.marks[key].text}}}`"
    if _is_rule(key):
        return f"for more than the check write `{{check: {_flow_safe(key)}, level: {value.marks[key].text or 'warn'}}}`"
    if isinstance(item, str) and _is_rule(f"{key} {item}"):
        return f"a rule is one text, without `:`: write `{key} {item}`"
    return None


def _flow_safe(rule: str) -> str:
    return _yaml_quoted(rule) if re.search(r"[\[\]{},\"'#:]", rule) else rule
