"""Rules: from what the files of a policy say to what is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gate.documents.document import Map, Mark
from gate.errors import Problem
from gate.language.parse import parse_number
from gate.language.resolve import Expr, compile_rule
from gate.language.tokens import RuleError
from gate.language.tree import Number
from gate.policy.compare import Facts, loosened, unread
from gate.policy.extend import Layer
from gate.policy.policy import Rule, Settle
from gate.policy.text import MOST_PROBLEMS, PolicyText
from gate.record import dataclass, field
from gate.terms.decision import Level


@dataclass(frozen=True, slots=True)
class Setting:
    """What all rules of a policy share."""

    parameters: Mapping[str, Number]
    baselines: Collection[str]
    confidence: float | None
    exact: bool
    today: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as one file writes it, with the file and the mark of its item."""

    layer: Layer
    keys: dict[str, Any]
    marks: dict[str, Mark]
    mark: Mark

    @property
    def source(self) -> PolicyText:
        return self.layer.source

    def problem(self, slug: str, message: str, key: str = "", remedy: str = "") -> Problem:
        return self.source.problem(slug, message, self.marks.get(key, self.mark), remedy)


@dataclass(slots=True)
class RuleBuilder:
    """Builds the rules of all files, replaced ones in their old place; collects what is wrong."""

    setting: Setting
    rules: dict[str, Rule] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    read: set[str] = field(default_factory=set)  # the parameters of all rules, of replaced ones too

    def add(self, layer: Layer) -> None:
        """The rules of one file, on top of those before."""
        items = layer.source.value.get("rules")
        if items is None:
            return
        seen: dict[str, Draft] = {}
        for value, mark in zip(items, items.marks, strict=True):
            if len(self.problems) >= MOST_PROBLEMS:
                return
            if isinstance(value, Map):
                draft = Draft(layer, dict(value), value.marks, mark)
            else:
                draft = Draft(layer, {"check": value}, {"check": mark}, mark)
            built = self.build(draft)
            if built is None:
                continue
            if built.id in seen:
                first = seen[built.id].source.at(seen[built.id].mark)
                remedy = "give one of them another `id`" if "id" in draft.keys else "take one of them out"
                self.problems.append(
                    draft.problem("duplicate-rule", f"the rule `{built.id}` stands twice (first at {first})", "id", remedy)
                )
                continue
            seen[built.id] = draft
            self.put(built, draft)

    def put(self, rule: Rule, draft: Draft) -> None:
        """Add a rule, or let it replace the inherited one of its id if it is equal or tighter."""
        old = self.rules.get(rule.id)
        if old is not None:
            why = loosened(old, rule, self.setting.facts) + unread(old, rule)
            if why:
                self.problems.append(self.refused(old, rule, draft, why))
                return
        self.rules[rule.id], self.drafts[rule.id] = rule, draft

    def refused(self, old: Rule, rule: Rule, draft: Draft, why: list[str]) -> Problem:
        if draft.layer.origin:
            what = f"the rule `{rule.id}` is also in `{old.origin}` ({old.where}), and differs: {'; '.join(why)}"
            return draft.problem("rule-conflict", what, "id", "extend only one of the two")
        what = f"the rule `{rule.id}` of `{old.origin}` ({old.where}) would be looser: {'; '.join(why)}"
        return draft.problem(
            "rule-looser", what, "id", "an inherited rule can only be made tighter; to ship all the same, write a waiver"
        )

    def build(self, draft: Draft) -> Rule | None:
        name = draft.keys.get("id", "")
        inherited = self.drafts.get(name) if name else None
        whole = draft
        if inherited is not None:
            whole = Draft(draft.layer, {**inherited.keys, **draft.keys}, {**inherited.marks, **draft.marks}, draft.mark)
        if "check" not in whole.keys:
            remedy = "write its `check:`; only a rule that is inherited may leave it out"
            self.problems.append(
                draft.problem("rule-shape", f"no file that this policy extends has the rule `{name}`", "id", remedy)
            )
            return None
        checked_in = draft if "check" in draft.keys else inherited or draft
        expr = self.expr(checked_in)
        self.read |= expr.parameters if expr is not None else frozenset()
        return self.finished(whole, draft, expr) if expr is not None else None

    def expr(self, draft: Draft) -> Expr | None:
        text, mark = draft.keys["check"], draft.marks["check"]
        try:
            _check_written(draft, mark)
            return compile_rule(text, self.setting.parameters, self.setting.baselines)
        except RuleError as error:
            self.problems.append(draft.source.rule_problem(error, mark))
        except _FoldedError as error:
            self.problems.append(error.problem)
        return None

    def finished(self, whole: Draft, draft: Draft, expr: Expr) -> Rule:
        keys = whole.keys
        blocks_from = keys.get("blocks_from", "")
        if blocks_from:
            from gate.policy import dates

            wrong = dates.wrong_day(blocks_from, self.setting.today, dates.MAX_DAYS)
            if wrong:
                remedy = dates.latest(self.setting.today, dates.MAX_DAYS)
                self.problems.append(draft.problem("bad-date", f"blocks_from: {wrong}", "blocks_from", remedy))
        own = self.confidence(whole, draft)
        return Rule(
            id=keys.get("id") or expr.normal,
            expr=expr,
            where=draft.source.at(draft.marks.get("check", draft.mark)),
            level=Level(keys.get("level", "block")),
            undecided=Settle(keys.get("undecided", "block")),
            missing=Settle(keys.get("missing", "block")),
            min_n=keys.get("min_n"),
            confidence=self.setting.confidence if "confidence" not in keys else own,
            exact=self.setting.exact if "confidence" not in keys else wants_exact(keys["confidence"]),
            blocks_from=blocks_from,
            waivable=keys.get("waivable", True),
            why=keys.get("why", ""),
            owner=keys.get("owner", ""),
            origin=draft.layer.origin,
        )

    def confidence(self, whole: Draft, draft: Draft) -> float | None:
        if "confidence" not in whole.keys:
            return None
        value, wrong = read_confidence(whole.keys["confidence"])
        if wrong:
            self.problems.append(draft.problem("bad-confidence", wrong, "confidence", SURE))
        return value


SURE = "usual are 90%, 95% and 99%"
_EXACT = " exact"


def wants_exact(written: Any) -> bool:
    """Whether the error rate must hold literally: `95% exact`."""
    return isinstance(written, str) and written.endswith(_EXACT)


def read_confidence(written: Any) -> tuple[float | None, str]:
    """A confidence in (0.5, 1), None for `none`; the second is what is wrong with it."""
    if written == "none":
        return None, ""
    number = parse_number(written.removesuffix(_EXACT)) if isinstance(written, str) else Number(written)
    if number is None or not 0.5 < number.value < 1:
        return None, f"{written} is not between 50% and 100%"
    return float(number.value), ""


class _FoldedError(Exception):
    """A rule that YAML folded or aliased; carries its problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def _check_written(draft: Draft, mark: Mark) -> None:
    """Refuse rules that read well but stand in the file as something else."""
    if mark.style in ("*", "&"):
        what, remedy = "a rule is written out: no anchor, no alias", f"write: - {mark.text}"
        raise _FoldedError(draft.source.problem("rule-alias", what, mark, remedy))
    if mark.style or mark.end_line <= mark.line:
        return
    from gate.policy import mangled

    more = mangled.folded(draft.source.text, mark)
    if more and more[1]:
        line, dash = more[0], "did you mean a new rule? its `-` stands too far to the right"
        what = f"YAML joins line {line} to this rule"
        raise _FoldedError(draft.source.problem("rule-folded", what, mark, dash))
