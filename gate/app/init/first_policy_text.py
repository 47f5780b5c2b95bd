"""A first policy as YAML that always loads, whatever the metrics are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gate.app.init.first_policy import FirstPolicy, Line
from gate.reports.plain import LONGEST_TEXT, brief, escape, plain
from gate.terms import catalogue
from gate.terms.metric import Metric

MOST_LISTED = 100  # questions of a kind, before the rest is only counted
MOST_NAMED = 40  # numbers of the run itself
_WIDTH = 100
_FLOORS = "a little on the worse side of what was measured"
_FURTHEST = 60  # where remarks begin, unless a rule is longer

# Words that some reader of YAML takes for something else than text.
_OTHER_THAN_TEXT = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"))
_PLAIN_WORD = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*", re.ASCII)
_PLAIN_RULE = re.compile(r"[A-Za-z_]\w*([./@-]\w+|:\w+)*(\[\w+=\*(, \w+=\*)*\])? (>=|<=|==) [\w.+-]+", re.ASCII)


def write(policy: FirstPolicy, name: str, command: str, of_runs: int = 0, said: Sequence[str] = ()) -> str:
    """The policy; `command` is what checks the same metrics by it. `of_runs` is how many runs the floors come from, if any, and
    `said` which these are.
    """
    head = [*_head(policy, command, of_runs, said), "gate: 1", f"name: {scalar(name)}"]
    return "\n".join([*head, *_facts(policy), *_slices(policy), *_rules(policy), *_without(policy), ""])


def scalar(text: str) -> str:
    """A text as a YAML scalar: plain where every reader takes it for the same text, else in quotes, on one line."""
    if _PLAIN_WORD.fullmatch(text) and text.lower() not in _OTHER_THAN_TEXT:
        return text
    return _quoted(text)


def rule(text: str) -> str:
    """A rule as a YAML scalar."""
    return text if _PLAIN_RULE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    if plain(text) == text:
        return "'" + text.replace("'", "''") + "'"
    escaped = "".join(_escape(character) for character in text)
    return '"' + escaped.replace("##", "\\x23#") + '"'


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return escape(character) if plain(character) != character else character


def _head(policy: FirstPolicy, command: str, of_runs: int, said: Sequence[str]) -> list[str]:
    predicted = of_runs and not all("check me" in line.remark for line in policy.rules)
    floors = f"where one run in forty falls short, if runs stay like the last {of_runs}" if predicted else _FLOORS
    return [
        f"# A first policy, written by `gate init`: each floor is {floors}.",
        *(f"# {brief(each, LONGEST_TEXT)}" for each in said),
        "# Move the floors to what your users need (`check me` marks the guesses) and take out what does not matter.",
        f"# Then: {brief(command, LONGEST_TEXT)}",
        "",
    ]


def _facts(policy: FirstPolicy) -> list[str]:
    lines = [f"  {scalar(metric)}: {{{_fact(metric, fact)}}}" for metric, fact in policy.facts.items()]
    return ["", "metrics:", *lines] if lines else []


def _fact(metric: str, fact: Metric) -> str:
    """What the policy must say because common knowledge does not."""
    known = catalogue.find(metric)
    said = [f"better: {fact.better.value}"] if fact.better and (known is None or known.better is not fact.better) else []
    if fact.unit == "%":
        said.append("range: [0, 100], unit: '%'")
    return ", ".join(said)


def _slices(policy: FirstPolicy) -> list[str]:
    if not policy.slices:
        return []
    lines = ["", "# What must be there: a slice that is missing blocks. Are these all?", "slices:"]
    for column, values in policy.slices.items():
        lines += _listed(f"  {scalar(column)}: [", [scalar(value) for value in values], "]")
        if others := policy.partial[column]:
            lines += _listed("  # not there for every rule: ", [scalar(value) for value in others], "", hang="  #   ")
    return lines


def _listed(start: str, items: Iterable[str], end: str, hang: str = "    ") -> list[str]:
    """Items with commas between them, over as many lines as it takes."""
    lines = [start]
    for index, item in enumerate(items):
        if index:
            lines[-1] += ","
        space = " " if index else ""
        if len(lines[-1]) + len(space) + len(item) > _WIDTH and lines[-1] != start:
            lines.append(hang + item)
        else:
            lines[-1] += space + item
    return [*lines[:-1], lines[-1] + end]


def _rules(policy: FirstPolicy) -> list[str]:
    told = ["", "rules:", *_aligned("- ", policy.rules)]
    waiting = (
        ("Which way is better? Take the `#` off, or run again with `--better NAME=higher`:", policy.asked),
        ("Yes or no: which of these must stay so?", policy.booleans),
        ("Measured on the training data, which says little about new rows:", policy.training),
    )
    for question, lines in waiting:
        if lines:
            shown = lines[:MOST_LISTED]
            told += ["", f"  # {question}", *_aligned("# - ", shown), *_more(lines, shown)]
    return told


def _aligned(mark: str, lines: Sequence[Line]) -> list[str]:
    """The rules with their remarks in a column."""
    fitting = [size for line in lines if (size := len(rule(line.rule))) <= _FURTHEST]
    start = max(fitting, default=0)
    return [_line(mark, line, start) for line in lines]


def _line(mark: str, line: Line, start: int) -> str:
    written = rule(line.rule)
    remark = f"  # {brief(line.remark, LONGEST_TEXT)}" if line.remark else ""
    return f"  {mark}{written:<{start if remark else 0}}{remark}"


def _without(policy: FirstPolicy) -> list[str]:
    """What has no rule, and why."""
    lines: list[str] = []
    if policy.unruled:
        shown = policy.unruled[:MOST_LISTED]
        lines += ["", "  # No rule:", *(f"  #   {brief(metric)} {brief(why, LONGEST_TEXT)}" for metric, why in shown)]
        lines += _more(policy.unruled, shown)
    if policy.bookkeeping:
        named = [brief(metric) for metric in policy.bookkeeping[:MOST_NAMED]]
        more = len(policy.bookkeeping) - len(named)
        named += [f"and {more} more"] if more else []
        lines += ["", *_listed("  # No rule, as these say how the run went: ", named, "", hang="  #   ")]
    return lines


def _more(lines: Sequence[object], shown: Sequence[object]) -> list[str]:
    more = len(lines) - len(shown)
    return [f"  #   … and {more} more"] if more else []
