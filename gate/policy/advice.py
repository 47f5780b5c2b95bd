"""What may be amiss in a valid policy as a whole: parts that nothing reads, texts that YAML cut, days that are over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gate.documents.document import List, Map, Mark
from gate.errors import Problem
from gate.policy.doubtful import Fact, doubtful, shipped
from gate.policy.mended import quoted
from gate.policy.policy import Policy, Rule
from gate.policy.text import PolicyText
from gate.terms import defining
from gate.terms.decision import Level

_TEXTS = frozenset(("why", "owner", "by", "description", "name", "ask", "unit"))
# Two blanks before it and one behind it: a comment that was meant as one.
_CUT = re.compile(r"(?:\s#\S|(?<!\s)\s#).*$")


def advise(policy: Policy, files: Sequence[PolicyText], today: str, fact: Fact) -> list[Problem]:
    """What to look at; none of it makes the policy invalid.

    `files` are the policy's own, itself last; `today` is an ISO date; `fact` gives what is known of a metric.
    """
    top = files[-1]
    found = [*_without_name(top), *_unread(policy, top), *_advisory(policy, top, today), *_over(policy, today)]
    found += doubtful(policy, fact)
    for source in files:
        found += _cut(source, source.value)
    return found


def _without_name(top: PolicyText) -> Iterator[Problem]:
    if "name" not in top.value:
        what = "this policy has no `name`: reports and the history call the model `model`"
        yield Problem("no-name", what, top.at(top.mark), "add a line: `name: fraud-detection`")


# -- what nothing reads


def _unread(policy: Policy, top: PolicyText) -> Iterator[Problem]:
    """Slices, facts and baselines that are stated and that no rule reads."""
    readings = [reading for rule in policy.rules for reading in rule.expr.readings]
    starred = {column for reading in readings for column in reading.stars}
    for column in policy.slices:
        if column not in starred:
            what = f"no rule has a star for `{column}`, so nobody looks whether these slices are there"
            remedy = f"write a rule such as `recall[{column}=*] >= 0.8`, or take it out"
            yield top.key_problem("unused-slices", what, top.value["slices"].marks[column], column, remedy)
    read = {reading.metric for reading in readings}
    for name, stated in policy.metrics.items():
        if name not in read and not _defines(stated.source or name):
            mark = top.value["metrics"].marks[name]
            yield top.key_problem("unused-metric", f"no rule reads `{name}`", mark, name, _meant(name, read))
    used = {name for rule in policy.rules for name in rule.expr.baselines}
    used |= {name for waiver in policy.waivers if waiver.floor for name in waiver.floor.baselines}
    for name in policy.baselines:
        if name not in used and name != "baseline":
            mark = top.value["baselines"].marks[name]
            yield top.key_problem("unused-baseline", f"no rule compares with `{name}`", mark, name, "take it out, or use it")


def _defines(name: str) -> bool:
    """Whether files say by this name how metrics are defined: stated as a metric, it is a number that says nothing of others."""
    return name.rpartition(".")[2] in defining.NAMES


def _meant(name: str, read: set[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(read), 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else "take it out, or write a rule for it"


# -- what blocks, and when


def _advisory(policy: Policy, top: PolicyText, today: str) -> Iterator[Problem]:
    blocking = [rule for rule in policy.rules if _blocks(rule, today)]
    if policy.advisory and blocking:
        names = ", ".join(f"`{rule.id}`" for rule in blocking[:3]) + (" …" if len(blocking) > 3 else "")
        what = f"the policy only advises, yet {names} can block"
        mark = top.value.marks["advisory"]
        remedy = "take `advisory: true` out, or write `level: warn` on the rules"
        yield top.key_problem("advisory-blocks", what, mark, "advisory", remedy)


def _blocks(rule: Rule, today: str) -> bool:
    return rule.level is Level.BLOCK and rule.blocks_from <= today


def _over(policy: Policy, today: str) -> Iterator[Problem]:
    """Rules whose day to begin has come."""
    for rule in policy.rules:
        if rule.blocks_from and rule.blocks_from <= today and not shipped(rule):
            what = f"`{rule.id}` has been in force since {rule.blocks_from}"
            yield Problem("blocks-from-past", what, rule.where, "take `blocks_from` out")


# -- texts that end at a comment


def _cut(source: PolicyText, value: Any) -> Iterator[Problem]:
    """`why: see #12`: YAML takes `#12` as a comment."""
    if isinstance(value, List):
        for item in value:
            yield from _cut(source, item)
    elif isinstance(value, Map):
        for key, item in value.items():
            mark = value.marks[key]
            lost = _comment(source.text, mark) if key in _TEXTS and isinstance(item, str) else ""
            if lost:
                what = f"YAML takes `{lost}` as a comment, so `{key}` ends before it"
                yield source.problem("text-cut", what, mark, f"quote the text: `{key}: {quoted(f'{item} {lost}')}`")
            yield from _cut(source, item)


def _comment(text: str, mark: Mark) -> str:
    """What stands as a comment behind a plain text, in the line that it ends in."""
    if mark.style:
        return ""
    lines = text.split("\n")
    last = mark.text.split()[-1] if mark.text.split() else ""
    for number in range(min(mark.end_line, len(lines)), mark.line - 1, -1):
        line = lines[number - 1][mark.column - 1 :] if number == mark.line else lines[number - 1]
        if last in line:
            found = _CUT.search(line)
            return found.group().strip() if found else ""
    return ""
