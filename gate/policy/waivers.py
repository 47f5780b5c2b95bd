"""Waivers: read, bounded, tied to rules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from typing import Any

from gate.documents.document import List, Map, Mark
from gate.errors import PolicyError, Problem
from gate.language.resolve import Expr, compile_rule
from gate.language.tokens import RuleError, nfc
from gate.policy import dates, shape, text
from gate.policy.explain import explain
from gate.policy.policy import Rule, Waiver
from gate.policy.rules import Setting
from gate.policy.text import MOST_PROBLEMS, PolicyText
from gate.terms.slice import WHOLE, Slice, written_value


class WaiverBuilder:
    """Builds the waivers of a policy; collects what is wrong."""

    def __init__(self, setting: Setting, rules: Mapping[str, Rule]) -> None:
        self.setting = setting
        self.rules = rules
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.max_days = dates.MAX_DAYS
        self.permitted: list[str] = []

    def build(self, source: PolicyText) -> tuple[Waiver, ...]:
        value = source.value.get("waivers")
        if isinstance(value, Map):
            self.max_days = int(value.get("max_days", dates.MAX_DAYS))
            self.permitted = list(value.get("by", ()))
        found: list[Waiver] = []
        for origin, entry, mark in self.entries(source):
            waiver = self.waiver(origin, entry, mark) if len(self.problems) < MOST_PROBLEMS else None
            found += [waiver] if waiver is not None else []
        return tuple(found)

    def entries(self, source: PolicyText) -> list[tuple[PolicyText, Map, Mark]]:
        """Every waiver with the file that it stands in."""
        value, mark = source.value.get("waivers"), source.value.marks.get("waivers")
        if isinstance(value, str):
            return self.in_file(source, value, mark)
        if isinstance(value, Map):
            from_file = self.in_file(source, value["from"], value.marks["from"]) if "from" in value else []
            value = value.get("entries")
            return [*from_file, *_listed(source, value)]
        return _listed(source, value)

    def in_file(self, source: PolicyText, name: str, mark: Any) -> list[tuple[PolicyText, Map, Mark]]:
        if not name.startswith("./") or ".." in name.split("/"):
            self.problems.append(
                source.problem("extends-path", "a file of waivers lies below its policy", mark, "write `./waivers.yaml`")
            )
            return []
        path = os.path.join(os.path.dirname(source.path), name[2:])
        file = os.path.normpath(os.path.join(os.path.dirname(source.file), name[2:]))
        if not source.files.is_file(path):
            what = f"there is no file `{name[:80]}` beside this policy"
            self.problems.append(source.problem("policy-not-found", what, mark, "write the file, or take `waivers` out"))
            return []
        self.files.append(path)
        try:
            found = text.read(path, file, source.files)
        except PolicyError as error:
            self.problems += error.problems
            return []
        entries = found.value.get("waivers") if isinstance(found.value, Map) and list(found.value) == ["waivers"] else found.value
        if not isinstance(entries, List):
            what, remedy = "a file of waivers is a list of waivers", "write `- {rule: …, until: …, why: …, by: …}`"
            self.problems.append(found.problem("policy-shape", what, found.mark, remedy))
            return []
        refused = ((entry, at) for entry, at in zip(entries, entries.marks, strict=True) if not shape.accepts(entry, "waiver"))
        wrong = [
            problem
            for entry, at in islice(refused, MOST_PROBLEMS)
            for problem in explain(PolicyText(file, path, found.text, entry, at), "waiver")
        ]
        self.problems += wrong
        return [] if wrong else _listed(found, entries)

    def waiver(self, source: PolicyText, entry: Map, mark: Mark) -> Waiver | None:
        rule = self.rule(source, entry)
        wrong = dates.wrong_day(entry["until"], self.setting.today, self.max_days)
        if wrong:
            remedy = dates.latest(self.setting.today, self.max_days)
            self.problems.append(source.problem("bad-date", f"until: {wrong}", entry.marks["until"], remedy))
        if self.permitted and entry["by"] not in self.permitted:
            what = f"{entry['by']} may not permit this: only {', '.join(self.permitted)}"
            self.problems.append(source.problem("waiver-by", what, entry.marks["by"], "ask one of them, or add a name to `by`"))
        floor = self.floor(source, entry, rule) if "floor" in entry else None
        if rule is None or ("floor" in entry and floor is None):
            return None
        return Waiver(
            rule=rule.id,
            until=entry["until"],
            why=entry["why"],
            by=entry["by"],
            where=source.at(mark),
            slice=_slice(entry["slice"]) if "slice" in entry else WHOLE,
            floor=floor,
        )

    def rule(self, source: PolicyText, entry: Map) -> Rule | None:
        """The rule that a waiver names, by its id or by its text."""
        named = entry["rule"]
        found = self.rules.get(named)
        if found is None:
            try:
                found = self.rules.get(compile_rule(named, self.setting.parameters, self.setting.baselines).normal)
            except RuleError:
                found = None
        if found is None:
            from difflib import get_close_matches

            close = get_close_matches(named, list(self.rules), 1, 0.5)
            remedy = f"did you mean `{close[0]}`?" if close else f"rules are {', '.join(list(self.rules)[:10])}"
            self.problems.append(source.problem("unknown-rule", f"no rule is called `{named[:80]}`", entry.marks["rule"], remedy))
        elif not found.waivable:
            what = f"the rule `{found.id}` ({found.where}) may not be waived"
            remedy = "take the waiver out; the rule says `waivable: false`"
            self.problems.append(source.problem("not-waivable", what, entry.marks["rule"], remedy))
        return found

    def floor(self, source: PolicyText, entry: Map, rule: Rule | None) -> Expr | None:
        mark = entry.marks["floor"]
        try:
            expr = compile_rule(entry["floor"], self.setting.parameters, self.setting.baselines)
        except RuleError as error:
            self.problems.append(source.rule_problem(error, mark))
            return None
        if rule is not None and not set(expr.stars) <= set(rule.expr.stars):
            what = "the floor has a star that its rule has not"
            self.problems.append(
                source.problem("rule-stars", what, mark, "use the same columns, or a function: `min(recall[region=*])`")
            )
            return None
        return expr


def _listed(source: PolicyText, entries: Any) -> list[tuple[PolicyText, Map, Mark]]:
    return [(source, entry, mark) for entry, mark in zip(entries, entries.marks, strict=True)] if entries else []


def _slice(columns: Map) -> Slice:
    return Slice.of({nfc(column): nfc(written_value(value, columns.marks[column].text)) for column, value in columns.items()})
