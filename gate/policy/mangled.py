"""What YAML does to rules, told in words, with the line to paste."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gate.documents.document import Map, Mark
from gate.errors import Problem
from gate.policy import mended
from gate.policy.mended import is_rule, mend, quoted
from gate.record import replace

LONGEST = 1_000  # characters of a line, or of a rule, that is looked at: no pattern may take long on a hostile one
_WORDS_OF_YAML = frozenset(("on", "off", "yes", "no", "true", "false", "null", "~", "="))
_STARTS = "a rule starts with what is measured: `accuracy > 0.8`"
_COMMENT = "a comment ends a plain rule: write `check: |` and the rule below it"
_KEYS = ("id", "check", "level", "undecided", "missing", "min_n", "confidence", "blocks_from", "waivable", "why", "owner")


def explained(problem: Problem, text: str) -> Problem:
    """A YAML error with the remedy for a rule, where the line at fault holds one."""
    if problem.slug not in ("yaml-syntax", "yaml-tag") or problem.where is None or problem.remedy:
        return problem
    lines, at = text.split("\n"), problem.where.line
    if not 0 < at <= len(lines) or len(lines[at - 1]) > LONGEST:
        return problem
    if re.search(r"^(?:<{7}|>{7}) ", text, re.MULTILINE):
        return replace(problem, remedy="a merge conflict: keep one of the two versions")
    above = next((line for line in reversed(lines[: at - 1]) if line.strip()), "")
    remedy = next(_remedies(lines[at - 1], above, problem.where.column), "")
    return replace(problem, remedy=remedy) if remedy else problem


def _remedies(line: str, above: str, column: int) -> Iterator[str]:
    """What may help, the surest first."""
    written = line.strip()
    own = not written.startswith(("-", "{")) and not re.match(r"[a-z_]+:", written)
    if own and above.lstrip().startswith("#"):
        yield _COMMENT
    if own and (rule := mend(f"- {written}")):
        yield f"two rules? a `-` is missing\nwrite: {rule}"
    elif rule := mend(line):
        yield f"write: {rule}"
    if re.search(r"(?:^-|[{:])\s*[>≥<≤]=?\s*[\w.$]", written):
        yield _STARTS
    key = re.match(r"([a-z_]+):", written)
    if key and key[1] in _KEYS and re.match(r"\s*- ", above) and _indent(line) < _indent(above):
        yield f"`{key[1]}` belongs to the rule above: begin it under the first letter behind `- `"
    if text := _quoted_value(line, column):
        yield f"quote the text: {text}"
    if own and (written[:1] in "@`%*&!" or re.match(r"\w", written)) and re.search(r"[<>=≥≤]", written):
        yield "two rules? a `-` is missing"


def _indent(line: str) -> int:
    """The column where a line's first key or rule begins; a dash belongs to the indentation."""
    found = re.match(r"\s*-\s+", line)
    return found.end() if found else len(line) - len(line.lstrip())


def _quoted_value(line: str, column: int) -> str:
    """The `key: value` around the column, with its value quoted, if the line can then be read."""
    flow = "{" in line
    for found in re.finditer(r"([a-z_]+):\s+([^{},]+)" if flow else r"([a-z_]+):\s+(.+?)\s*$", line):
        if found.start() < column <= found.end() + 1:
            pair = f"{found[1]}: {quoted(found[2].strip())}"
            return f"`{pair}`" if flow else pair
    bare = re.match(r"\s*- ([@`%].*?)\s*$", line)
    return quoted(bare[1]) if bare else ""


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
    """The remedy where YAML took the end of a plain rule as a comment or as another value, or two rules as one."""
    if mark.style or len(mark.text) > LONGEST:
        return ""
    lines = text.split("\n")
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    if mark.text in _WORDS_OF_YAML:
        return f"a rule compares; this is the word `{mark.text}`"
    comment = re.search(r"\s(#.*)$", line[mark.column - 1 :])
    if comment and mark.end_line == mark.line:
        return f"YAML took `{comment[1].strip()[:60]}` as a comment{_or_quote(mend(line), 'the whole rule')}"
    more = folded(text, mark)
    if more:
        return f"two rules? a `-` is missing at line {more[0]}"
    behind, before = line[mark.column - 1 + len(mark.text) :].lstrip(), line[: mark.column - 1].rstrip()
    torn = mark.text.count("(") != mark.text.count(")") or mark.text.count('"') % 2
    if torn and (behind.startswith(",") or before.endswith(",")):
        return f"a comma ended the rule{_or_quote(mend(line), 'the whole rule')}"
    name = mended.named(mark.text)
    return f"two rules? a `-` is missing\na name with a blank? write: {name}" if name else ""


def _or_quote(rule: str, what: str) -> str:
    return f"\nwrite: {rule}" if rule else f": quote {what}"


def wrong_list(value: Any) -> str:
    """What was meant by `rules` that is no list."""
    if isinstance(value, str) and re.match(r"-\S", value):
        return "a blank is missing behind `-`: `- accuracy > 0.8`"
    if isinstance(value, str) and is_rule(value):
        return f"every rule is an item of a list\nwrite: - {value}"
    return "every rule is an item of a list: `- accuracy > 0.8`"


def wrong_item(value: Any, mark: Mark, text: str) -> str | None:
    """What was meant by an item of `rules` that is neither text nor a rule's mapping; None if it is one."""
    if isinstance(value, str):
        return None
    if isinstance(value, Map):
        lines = text.split("\n")
        return _cut_by_comma(value, lines[mark.line - 1]) or _wrong_mapping(value)
    if value is None:
        return "an empty rule: a rule compares, `accuracy > 0.8`"
    if mark.text in _WORDS_OF_YAML:
        return f"a rule compares; this is the word `{mark.text}`"
    return "a rule is text that compares: `accuracy > 0.8`"


def _cut_by_comma(value: Map, line: str) -> str | None:
    """A key without a value in `{…}`: what stands behind a comma of the rule, or of another text."""
    if "check" not in value and "id" not in value:
        return None
    before = ""
    for key, item in value.items():
        if item is not None or value.marks[key].text:
            before = key
        elif key in _KEYS:
            return f"`{key}` has no value"
        elif re.fullmatch(r"[a-z_]+:\S+", key):
            return f"a blank is missing behind `:` in `{key}`"
        elif re.fullmatch(r"[0-9]+", key) and before == "check":
            return "a decimal has a point: `0.8`; thousands are not parted: `1000`"
        else:
            what = "the rule" if before == "check" else f"`{before}`"
            return f"the comma before `{key[:60]}` ended {what}{_or_quote(mend(line), 'it')}"
    return None


def _wrong_mapping(value: Map) -> str | None:
    if len(value) != 1 or not value.keys().isdisjoint(_KEYS):
        return None
    key, item = next(iter(value.items()))
    said = value.marks[key].text
    if isinstance(item, (int, float)) and not isinstance(item, bool):
        return f"a rule is one text: write `{key} >= {said}` or `{key} <= {said}`"
    for pattern in (r"(.+?)\s*,\s*([a-z_]+)", r"(.+?)\s+([a-z_]+)"):
        found = re.fullmatch(pattern, key)
        if found and found[2] in _KEYS and is_rule(found[1]):
            return f"for more than the check write `{{check: {mended.in_flow(found[1])}, {found[2]}: {said}}}`"
    if isinstance(item, str) and is_rule(f"{key}: {item}"):
        return f"YAML parts a text at `: `\nwrite: - {mended.quoted(f'{key}: {item}')}"
    if is_rule(key):
        return f"for more than the check write `{{check: {mended.in_flow(key)}, level: {said or 'warn'}}}`"
    if isinstance(item, str) and is_rule(f"{key} {item}"):
        return f"a rule is one text, without `:`: write `{key} {item}`"
    return None
