"""Whether a policy and metrics fit together: names, slices, scales and evidence that rules ask for and the metrics lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from gate.documents.document import Mark
from gate.errors import Place, Problem
from gate.judge.evidence import Evidence
from gate.judge.findings import judge_rule
from gate.judge.suggest import suggestion
from gate.language.tree import Node, OnBaseline, Reading, children
from gate.language.write import write_name, write_selector
from gate.policy.doubtful import shipped
from gate.policy.policy import Policy, Rule
from gate.policy.spelling import pasted, spelt
from gate.policy.text import PolicyText
from gate.terms.measurements import Measurements

# What judging finds amiss that lies in the policy, or in what it expects of the metrics; the rest is for `gate check`.
_MISFITS = frozenset(
    ("no-slices", "no-slice", "not-measured", "percent-scale", "no-n", "is-a-boolean", "not-a-boolean", "out-of-range")
)
MOST_OF_A_RULE = 3

Texts = Mapping[str, PolicyText]


def unknown_names(policy: Policy, table: Measurements, texts: Texts) -> Iterator[Problem]:
    """Metrics of the candidate that the metrics do not have, each once for every rule, with the line as it could be.

    `texts` are the policy's files by the names that places have.
    """
    for rule in policy.rules:
        for metric, readings in _unknown_in(rule.expr.tree, policy, table).items():
            yield _unknown(rule, metric, readings, policy, table, texts.get(rule.where.file))
    for waiver in policy.waivers:
        for metric in _unknown_in(waiver.floor.tree, policy, table) if waiver.floor else ():
            name = policy.source_of(metric)
            what = f"unknown metric `{write_name(name)}` in the floor, so the waiver never counts"
            yield Problem("unknown-metric", what, waiver.where, suggestion(name, table))


def _unknown_in(tree: Node, policy: Policy, table: Measurements) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for reading in _own(tree):
        if policy.source_of(reading.metric) not in table:
            found.setdefault(reading.metric, []).append(reading)
    return found


def misfits(policy: Policy, table: Measurements, today: str) -> Iterator[Problem]:
    """What `gate check` would find undecided or missing because policy and metrics do not fit."""
    for name in ("baseline", *policy.baselines):
        if name in table:
            where = policy.baselines[name].where if name in policy.baselines else Place(policy.file)
            what = f"rules read `{name}` as the baseline; there is a metric of this name, too"
            yield Problem("hidden-metric", what, where, f'a rule that means the metric quotes it: `"{name}"`')
    evidence = Evidence(table, {}, today)
    for rule in policy.rules:
        reasons = [
            reason
            for finding in judge_rule(rule, policy, evidence)
            for reason in (*finding.reasons, *finding.notes)
            if reason.slug in _MISFITS and not (reason.slug == "no-slices" and _unknown_in(rule.expr.tree, policy, table))
        ]
        unique = list(dict.fromkeys(reasons))
        for reason in unique[:MOST_OF_A_RULE]:
            remedy = _columns(rule, policy, table) if reason.slug in ("no-slices", "no-slice") else reason.remedy
            yield Problem(reason.slug, f"`{rule.id}`: {reason.text}", rule.where, remedy)
        if len(unique) > MOST_OF_A_RULE:
            more = f"`{rule.id}`: {len(unique) - MOST_OF_A_RULE} more like this"
            yield Problem(unique[MOST_OF_A_RULE].slug, more, rule.where)


def _columns(rule: Rule, policy: Policy, table: Measurements) -> str:
    """By which columns the metrics of a rule have slices."""
    slices = {on.columns for reading in _own(rule.expr.tree) for on in table.slices_of(policy.source_of(reading.metric)) if on}
    shown = ", ".join(f"[{', '.join(f'{column}=*' for column in columns)}]" for columns in sorted(slices))
    return f"there are slices by {shown}" if shown else "the metrics have no slices of it"


def _own(node: Node) -> Iterator[Reading]:
    """What the rule reads of the candidate, or of its history."""
    if isinstance(node, Reading):
        yield node
    elif not isinstance(node, OnBaseline):
        for child in children(node):
            yield from _own(child)


def _unknown(
    rule: Rule, metric: str, readings: list[Reading], policy: Policy, table: Measurements, source: PolicyText | None
) -> Problem:
    name = policy.source_of(metric)
    what, remedy = f"unknown metric `{write_name(name)}`", suggestion(name, table)
    close = _close(name, table)
    if shipped(rule) or source is None:
        more = f"if yours is called otherwise, say so: `metrics: {{{metric}: {{from: {close or '…'}}}}}`"
        return Problem("unknown-metric", what, rule.where, f"{remedy}\n{more}")
    at = _column(rule, source)
    if not at:
        return Problem("unknown-metric", what, rule.where, remedy)
    line = source.text.split("\n")[rule.where.line - 1]
    better = pasted(_renamed(line, at - 1, readings, spelt(close))) if close and name == metric else ""
    first = Mark(rule.where.line, at + readings[0].start, rule.expr.text[readings[0].start : readings[0].end])
    return source.problem("unknown-metric", what, first, f"{remedy}\nwrite: {better}" if better else remedy)


def _renamed(line: str, begins: int, readings: list[Reading], name: str) -> str:
    """The line with another name in these readings; `begins` is where the rule's text does."""
    for reading in reversed(readings):
        new = f"{name}{write_selector(reading.selector)}"
        line = line[: begins + reading.start] + new + line[begins + reading.end :]
    return line


def _close(name: str, table: Measurements) -> str:
    names = table.names
    return next(iter(get_close_matches(name, names, 1, 0.6) or get_close_matches(name.lower(), names, 1, 0.6)), "")


def _column(rule: Rule, source: PolicyText) -> int:
    """The column at which the rule's text begins in its line; 0 where YAML changed it on the way."""
    lines = source.text.split("\n")
    line = lines[rule.where.line - 1] if 0 < rule.where.line <= len(lines) else ""
    begins = rule.where.column - 1
    for quote in (0, 1):
        if line[begins + quote :].startswith(rule.expr.text) and (not quote or line[begins] in "'\""):
            return begins + quote + 1
    return 0
