"""Which rules of two policies belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gate.policy.policy import Rule
from gate.policy.shapes import canonical, shape

Pair = tuple[Rule | None, Rule | None]
Fits = Callable[[Rule, Rule], bool]
Keys = Callable[[Rule], Iterable[str]]


def paired(old: Sequence[Rule], new: Sequence[Rule], is_tight: Fits) -> list[Pair]:
    """Rules by id; then by shape, equal ones first, then tighter ones, then in order; then by a proof; the rest alone.

    However they are paired, what is said of each pair is true.
    """
    ids = {rule.id: rule for rule in new}
    found = [(rule, ids[rule.id]) for rule in old if rule.id in ids]
    for keys, fits in (
        (_shape, _equal),
        (_shape, is_tight),
        (_shape, _any),
        (_metrics, is_tight),
        (_metrics, lambda before, after: is_tight(after, before)),
    ):
        before, after = {rule.id for rule, _ in found}, {rule.id for _, rule in found}
        waiting = [rule for rule in old if rule.id not in before]
        free = [rule for rule in new if rule.id not in after]
        found += _matched(waiting, free, keys, fits)
    before, after = {rule.id for rule, _ in found}, {rule.id for _, rule in found}
    gone = [(rule, None) for rule in old if rule.id not in before]
    return [*found, *gone, *((None, rule) for rule in new if rule.id not in after)]


def _matched(waiting: list[Rule], free: list[Rule], keys: Keys, fits: Fits) -> list[tuple[Rule, Rule]]:
    """For each waiting rule the first free one that has a key of it, and fits."""
    by_key: dict[str, list[Rule]] = {}
    for rule in free if waiting else ():
        for key in keys(rule):
            by_key.setdefault(key, []).append(rule)
    taken: set[str] = set()
    found: list[tuple[Rule, Rule]] = []
    for rule in waiting:
        like = (each for key in keys(rule) for each in by_key.get(key, ()) if each.id not in taken)
        match = next((each for each in like if fits(rule, each)), None)
        if match is not None:
            taken.add(match.id)
            found.append((rule, match))
    return found


def _shape(rule: Rule) -> tuple[str]:
    return (shape(rule.expr.tree),)


def _metrics(rule: Rule) -> Iterable[str]:
    return dict.fromkeys(reading.metric for reading in rule.expr.readings)


def _equal(old: Rule, new: Rule) -> bool:
    return canonical(old.expr.tree) == canonical(new.expr.tree)


def _any(_old: Rule, _new: Rule) -> bool:
    return True
