"""What stands in two policies beside their rules, as far as it judges: facts, slices, baselines, demands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os.path import normpath
from typing import Any as Anything

from gate.errors import Place
from gate.language.readings import candidate_readings
from gate.language.tree import Any, Call, Expected, Last, Reading, Tracked, comparisons, walk
from gate.language.write import write_number
from gate.policy.change import PartChange, Relation, Side
from gate.policy.pairs import Pair
from gate.policy.policy import Policy, Rule, Settle
from gate.policy.rule_change import PARTIAL, in_force, reads
from gate.record import dataclass
from gate.terms import catalogue
from gate.terms.decision import Level
from gate.terms.metric import Metric

DEFAULT = "baseline"


@dataclass(frozen=True, slots=True)
class Both:
    """Two policies, the rules that belong together, and the day (ISO)."""

    old: Policy
    new: Policy
    pairs: tuple[Pair, ...]
    today: str

    @property
    def blocking(self) -> list[Rule]:
        """The old rules that can refuse."""
        return list(self.old.level_rules)


def setting_changes(both: Both) -> Iterator[PartChange]:
    """All of them that may change a verdict."""
    old, new = both.old, both.new
    if old.advisory != new.advisory:
        relation = Relation.LOOSER if new.advisory else Relation.TIGHTER
        yield _part(both, "advisory", "", relation, _word(old.advisory), _word(new.advisory))
    yield from _evidence(both)
    yield from _name(both)
    if old.history != new.history:
        was, now = old.history or "none stated", new.history or "none stated"
        yield _part(both, "history", "", Relation.CHANGED, was, now, "another history holds other runs")
    if old.measure != new.measure:
        was, now = ("none" if each is None else _json(each) for each in (old.measure, new.measure))
        yield _part(both, "measure", "", Relation.CHANGED, was, now, "what is measured may be another number")
    yield from _metrics(both)
    yield from _slices(both)
    yield from _baselines(both)
    if old.holdout is not None or new.holdout is not None:
        from gate.policy.holdout_change import holdout_changes

        yield from holdout_changes(old, new)
    yield from _nothing_evaluated(both)


def _part(both: Both, kind: str, name: str, relation: Relation, before: str, after: str, why: str = "") -> PartChange:
    key = f"{kind}.{name}" if name else kind
    sides = [Side(text, _place(policy, kind, key)) for policy, text in ((both.old, before), (both.new, after))]
    return PartChange(kind, name, relation, sides[0], sides[1], why=why)


def _place(policy: Policy, kind: str, key: str) -> Place:
    return policy.places.get(key) or policy.places.get(kind) or Place(policy.file)


def _word(value: bool) -> str:
    return "true" if value else "false"


def _json(value: Anything) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


def _lets_missing_pass(rules: Iterable[Rule]) -> Rule | None:
    return next((rule for rule in rules if rule.missing is not Settle.BLOCK), None)


def _evidence(both: Both) -> Iterator[PartChange]:
    """`measured` leaves a claimed number without a value: stricter where that blocks."""
    if both.old.evidence == both.new.evidence:
        return
    relation, why = Relation.LOOSER, ""
    if both.new.evidence == "measured":
        passing = _lets_missing_pass(both.blocking)
        relation = Relation.CHANGED if passing else Relation.TIGHTER
        why = _failed_and_is_missing(passing)
    yield _part(both, "evidence", "", relation, both.old.evidence, both.new.evidence, why)


def _failed_and_is_missing(rule: Rule | None) -> str:
    return f"where `{rule.id}` failed it may be missing now, which it lets pass" if rule else ""


def _name(both: Both) -> Iterator[PartChange]:
    """The name is also where the history is looked up."""
    old, new = both.old, both.new
    if old.name == new.name:
        return
    trees = [rule.expr.tree for rule in (*old.rules, *new.rules)]
    past = any(isinstance(node, (Last, Expected, Tracked)) for tree in trees for node in walk(tree))
    if past or any(source.text.startswith("run:") for source in (*old.baselines.values(), *new.baselines.values())):
        yield _part(both, "name", "", Relation.CHANGED, old.name, new.name, "another name has another history")


# -- facts


def _metrics(both: Both) -> Iterator[PartChange]:
    old, new = both.old.metrics, both.new.metrics
    trees = [rule.expr.tree for rule in both.old.rules] + [each.floor.tree for each in both.old.waivers if each.floor]
    used = {node.metric for tree in trees for node in walk(tree) if isinstance(node, Reading)}
    drifting = {each.of.metric for tree in trees for each in walk(tree) if isinstance(each, Tracked) and each.function == "cusum"}
    for name in dict.fromkeys((*old, *new)):
        a, b = old.get(name) or Metric(name), new.get(name) or Metric(name)
        if name in drifting and a.better is not b.better:
            yield _part(both, "metrics", name, Relation.CHANGED, _better(a), _better(b), "it decides which way a drift counts")
        if name not in used or _judging(a) == _judging(b):
            continue
        relation, why = _fact(both, a, b)
        yield _part(both, "metrics", name, relation, _said(a), _said(b), why)


def _judging(fact: Metric) -> tuple[str, float | None, float | None, bool, float | None]:
    """What of a fact has a part in the verdict."""
    return fact.source or fact.name, fact.low, fact.high, fact.unit == "%", fact.spread


def _better(fact: Metric) -> str:
    return f"better {fact.better.value}" if fact.better else "nothing stated"


def _fact(both: Both, a: Metric, b: Metric) -> tuple[Relation, str]:
    """A value outside its range is missing: a narrower range is stricter where that blocks."""
    if (a.source or a.name) != (b.source or b.name):
        return Relation.CHANGED, "it is another number of the metrics file"
    if (a.unit == "%") != (b.unit == "%"):
        return Relation.CHANGED, "the unit decides what a percentage is compared with"
    if a.spread != b.spread:
        return Relation.CHANGED, "bounds that history predicts are wider or narrower"
    if not _within(b, a):
        return (Relation.LOOSER if _within(a, b) else Relation.CHANGED), "a value outside its range is missing"
    if _highest(a) == 1 != _highest(b) and (b.high is None or b.high > 1):
        return Relation.CHANGED, "a value above 1 was held for a percentage"
    reading = [rule for rule in both.blocking if any(each.metric == a.name for each in rule.expr.readings)]
    passing = _lets_missing_pass(reading)
    return (Relation.CHANGED if passing else Relation.TIGHTER), _failed_and_is_missing(passing)


def _within(inner: Metric, outer: Metric) -> bool:
    low = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    return low and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


def _highest(fact: Metric) -> float | None:
    known = catalogue.find(fact.name)
    return fact.high if fact.high is not None else known.high if known else None


def _said(fact: Metric) -> str:
    told = [f"from {fact.source}"] if fact.source and fact.source != fact.name else []
    if (fact.low, fact.high) != (None, None):
        low, high = ("null" if each is None else write_number(each) for each in (fact.low, fact.high))
        told.append(f"range [{low}, {high}]")
    told += [f"spread {write_number(fact.spread)}"] if fact.spread is not None else []
    return ", ".join([*told, *(["unit %"] if fact.unit == "%" else [])]) or "nothing stated"


# -- slices


def _slices(both: Both) -> Iterator[PartChange]:
    """Declared slices: one that is not there is missing, whether a rule has a star for it or not."""
    old, new = both.old.slices, both.new.slices
    for column in dict.fromkeys((*old, *new)):
        was, now = old.get(column, ()), new.get(column, ())
        if set(was) == set(now):
            continue
        why = "" if set(was) - set(now) else _more_slices(both, column, not was)
        relation = Relation.LOOSER if set(was) - set(now) else Relation.CHANGED if why else Relation.TIGHTER
        yield _part(both, "slices", column, relation, _listed(was), _listed(now), why)
    for column in (each for each in new if each in old):
        rule = next((after for before, after in both.pairs if after and _speaks_softly(before, after, column, both.today)), None)
        if rule is not None:
            why = f"of a slice that is not there `{rule.id}` tells now, and lets it pass"
            yield _part(both, "slices", column, Relation.CHANGED, _listed(old[column]), _listed(new[column]), why)


def _speaks_softly(old: Rule | None, new: Rule, column: str, today: str) -> bool:
    """Whether a rule newly tells of the column's slices, and a missing one blocks nothing."""
    if column not in new.expr.stars or (old is not None and column in old.expr.stars):
        return False
    soft = new.level is not Level.BLOCK or new.missing is not Settle.BLOCK
    return soft or bool(in_force(new, today).blocks_from)


def _more_slices(both: Both, column: str, first: bool) -> str:
    """How declaring more slices might let something pass; empty where it cannot."""
    passing = _lets_missing_pass(rule for rule in both.blocking if _star_in_function(rule, column))
    if passing:
        return _failed_and_is_missing(passing)
    alone = (rule for rule in both.blocking if first and column in rule.expr.stars and _absorbs(rule))
    found = next(alone, None)
    return f"`{found.id}` was missing where it found no slice, and may hold without one" if found else ""


def _star_in_function(rule: Rule, column: str = "") -> bool:
    calls = (node for node in walk(rule.expr.tree) if isinstance(node, Call))
    stars = {star for call in calls for node in walk(call) if isinstance(node, Reading) for star in node.stars}
    return column in stars if column else bool(stars)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "none"


# -- baselines


def _baselines(both: Both) -> Iterator[PartChange]:
    """Where the baselines come from that rules read; the default one also brings slices for stars."""
    old, new = _sources(both.old), _sources(both.new)
    read = [{DEFAULT, *(name for rule in policy.rules for name in rule.expr.baselines)} for policy in (both.old, both.new)]
    read[0] |= {name for waiver in both.old.waivers if waiver.floor for name in waiver.floor.baselines}
    for name in dict.fromkeys((*old, *new)):
        was = old.get(name) if name in read[0] else None
        now = new.get(name) if name in read[1] else None
        if was == now:
            continue
        why = _other_baseline(both, name, was, now)
        if why:
            yield _part(both, "baselines", name, Relation.CHANGED, was or "none", now or "none", why)


def _sources(policy: Policy) -> dict[str, str]:
    return {name: normpath(source.text) if ":" not in source.text else source.text for name, source in policy.baselines.items()}


def _other_baseline(both: Both, name: str, was: str | None, now: str | None) -> str:
    """What another baseline may do to the old rules; empty where it can do nothing."""
    if was and now:
        return "rules are judged on other numbers"
    floors = (waiver.floor for waiver in both.old.waivers if waiver.floor)
    in_use = any(name in expr.baselines for expr in (*(rule.expr for rule in both.old.rules), *floors))
    if was:
        return "rules are judged without it" if name == DEFAULT or in_use else ""
    if in_use:
        return "rules that had no baseline have one"
    absorbing = next((rule for rule in both.blocking if _absorbs(rule)), None)
    if absorbing is not None:
        return f"a name that only it has is no longer unknown in `{absorbing.id}`"
    starred = _lets_missing_pass(rule for rule in both.blocking if _star_in_function(rule))
    return _failed_and_is_missing(starred) if name == DEFAULT else ""


def _absorbs(rule: Rule) -> bool:
    """Whether it may hold although a part of it is unknown."""
    return any(isinstance(node, Any) or (isinstance(node, Call) and node.function in PARTIAL) for node in walk(rule.expr.tree))


# -- what must have been looked at


def _nothing_evaluated(both: Both) -> Iterator[PartChange]:
    """A policy refuses where no blocking rule was evaluated: if all let a missing value pass, one more may be what is."""
    old, new = both.old, both.new
    if old.advisory or new.advisory or any(_must_look(rule, both.today) for rule in old.rules):
        return
    before: dict[str, Rule] = {after.id: rule for rule, after in both.pairs if rule is not None and after is not None}
    for rule in new.level_rules:
        was = before.get(rule.id)
        if was is None or not _looked_before(was, rule, both.today):
            why = "where no rule that blocks was evaluated the old policy refused; now this one may be"
            first = next(iter(old.level_rules), None)
            sides = Side("nothing has to be", first.where if first else None), Side(f"{rule.expr.shown} may be", rule.where)
            yield PartChange("evaluated", "", Relation.CHANGED, *sides, why=why)
            return


def _must_look(rule: Rule, today: str) -> bool:
    """Whether the rule refuses where it finds no measurement of the candidate."""
    if rule.level is not Level.BLOCK or in_force(rule, today).blocks_from or rule.missing is not Settle.BLOCK:
        return False
    # nothing of a comparison is decided while the candidate's measurements outside such functions are unknown
    return all(candidate_readings(node, PARTIAL) for node in comparisons(rule.expr.tree))


def _looked_before(old: Rule, new: Rule, today: str) -> bool:
    """Whether the old rule blocked wherever the new one does, and read what it reads."""
    blocked = old.level is Level.BLOCK and in_force(old, today).blocks_from <= in_force(new, today).blocks_from
    return blocked and set(reads(new.expr.tree)) <= set(reads(old.expr.tree))
