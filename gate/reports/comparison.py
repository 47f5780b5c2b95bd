"""What every report of a comparison agrees on: its rows, how they are counted, and the words for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gate.reports.numbers import apart, interval, number, same, signed
from gate.reports.outline import label, states_threshold
from gate.reports.plain import LONGEST_UNIT, clip
from gate.terms.comparison import (
    Comparison,
    DecisionComparison,
    FindingMove,
    MeasurementMove,
    MetricsComparison,
    Move,
    PolicyMove,
)
from gate.terms.decision import Decision, Finding, Level
from gate.terms.measurement import Measurement

ORDER = tuple(Move)
SHOWN = ORDER[:-1]
_DIGEST = 12  # of a digest's characters
_COMMIT = 7


class Heads(NamedTuple):
    """What the columns of a table are; `spare` are the facts that can be left out, the first ones first."""

    label: str
    facts: tuple[str, str, str, str]
    spare: tuple[int, ...]


MEASUREMENTS = Heads("metric", ("change", "relative", "n", ""), (2, 1))
FINDINGS = Heads("rule", ("value", "needs", "margin", ""), (1, 2))
_METRICS_WORDS = {Move.REMOVED: "only in A", Move.ADDED: "only in B"}
_DECISION_WORDS = {Move.REMOVED: "gone", Move.ADDED: "new", Move.EQUAL: "as before"}


class Row(NamedTuple):
    """One thing in both files, nothing in it neutralised yet."""

    move: Move
    label: str
    before: str
    after: str
    facts: tuple[str, str, str, str]
    remarks: tuple[str, ...] = ()


def rows(comparison: Comparison) -> list[Row]:
    """All rows in the order of reports."""
    if isinstance(comparison, MetricsComparison):
        return [_measurement(each) for each in comparison.moves]
    return [_finding(each) for each in comparison.moves]


def heads(comparison: Comparison) -> Heads:
    """What the columns are."""
    return MEASUREMENTS if isinstance(comparison, MetricsComparison) else FINDINGS


def files(comparison: Comparison) -> tuple[str, str]:
    """The names of A and B."""
    if isinstance(comparison, MetricsComparison):
        return comparison.before.name, comparison.after.name
    return comparison.before_file.name, comparison.after_file.name


def tally(comparison: Comparison) -> str:
    """The counts in words: "2 worse, 1 better, 12 equal"; "no difference" where there is none."""
    named = _METRICS_WORDS if isinstance(comparison, MetricsComparison) else _DECISION_WORDS
    counts = {move: sum(each.move is move for each in comparison.moves) for move in ORDER}
    told = [f"{count} {named.get(move, move.value)}" for move, count in counts.items() if count]
    if any(counts[move] for move in SHOWN):
        return ", ".join(told)
    count, what = len(comparison.moves), "measurement" if isinstance(comparison, MetricsComparison) else "finding"
    return f"no difference in {count} {what}{'' if count == 1 else 's'}"


def verdicts(comparison: DecisionComparison) -> str:
    """The verdict of both."""
    a, b = comparison.before.verdict.value, comparison.after.verdict.value
    return f"{a} → {b}" if a != b else f"{a}, as before"


def facts(comparison: Comparison) -> list[tuple[str, str]]:
    """What is to know about both decisions as a whole, with its name."""
    if isinstance(comparison, MetricsComparison):
        return []
    told = [("verdict", verdicts(comparison))]
    told += [("policy", _policy(each)) for each in comparison.policies]
    told.append(("metrics", "the same" if _digests(comparison.before) == _digests(comparison.after) else "changed"))
    a, b = comparison.before, comparison.after
    for name, old, new in (("commit", a.commit[:_COMMIT], b.commit[:_COMMIT]), ("judged", a.judged_at, b.judged_at)):
        if old or new:
            told.append((name, old if old == new else f"{old or 'unknown'} → {new or 'unknown'}"))
    says = ((f"{name} says", decision.messages) for name, decision in (("A", a), ("B", b)))
    return told + [(name, messages[0].partition("\n")[0]) for name, messages in says if messages]


def _policy(each: PolicyMove) -> str:
    name = f"{each.name} ({each.file})"
    before, after = each.before[:_DIGEST], each.after[:_DIGEST]
    if not before or not after:
        return f"{name} is {'new' if after else 'gone'}: {before or after}"
    return f"{name}, the same" if each.before == each.after else f"{name} changed: {before} → {after}"


def _digests(decision: Decision) -> list[str]:
    return sorted(each.sha256 for each in decision.inputs if each.role == "metrics")


def equals(comparison: Comparison) -> str:
    """How many are equal, and how many of them stand on other evidence; empty where none is."""
    count = sum(each.move is Move.EQUAL for each in comparison.moves)
    if not count:
        return ""
    if isinstance(comparison, MetricsComparison):
        others = sum(each.move is Move.EQUAL and _n(each.before) != _n(each.after) for each in comparison.moves)
        return f"{count} equal" + (f", {others} of them on another n" if others else "")
    moved = sum(each.move is Move.EQUAL and _value_moved(each) for each in comparison.moves)
    return f"{count} as before" + (f", {moved} of them with another value" if moved else "")


# -- measurements


def _measurement(each: MeasurementMove) -> Row:
    before, after = _pair(each)
    shown = f"{each.metric}[{each.slice}]" if each.slice else each.metric
    change = "" if each.change is None else signed(each.change)
    change += f" {interval(each.interval)}" if each.interval else ""
    relative = "" if each.relative is None else f"{signed(100 * each.relative)} %"
    return Row(each.move, shown, before, after, (change, relative, _evidence(each), _word(each)))


def _pair(each: MeasurementMove) -> tuple[str, str]:
    """Both values with as many digits as it takes to tell them apart, the unit behind the last one."""
    before, after = each.before, each.after
    if before is not None and after is not None and before.value is not None and after.value is not None:
        texts = apart(before.value, after.value)
    else:
        texts = _alone(before), _alone(after)
    if not each.unit:
        return texts
    unit = clip(each.unit, LONGEST_UNIT)
    return (texts[0], f"{texts[1]} {unit}") if texts[1] else (f"{texts[0]} {unit}", "")


def _alone(found: Measurement | None) -> str:
    if found is None:
        return ""
    return "no value" if found.value is None else number(found.value)


def _evidence(each: MeasurementMove) -> str:
    known = [_n(one) for one in (each.before, each.after) if one is not None]
    if all(n is None for n in known):
        return ""
    texts = ["?" if n is None else number(n) for n in known]
    return " → ".join(dict.fromkeys(texts))


def _n(found: Measurement | Finding | None) -> float | None:
    if isinstance(found, Measurement):
        return found.support.n
    return found.n if found else None


def _word(each: MeasurementMove) -> str:
    if each.move in _METRICS_WORDS:
        return _METRICS_WORDS[each.move]
    for one, where in ((each.after, "B"), (each.before, "A")):
        if one is not None and one.value is None:
            return f"{one.problem or 'no value'} in {where}"
    return each.move.value if each.move in (Move.WORSE, Move.BETTER) else ""


# -- findings


def _finding(each: FindingMove) -> Row:
    one = each.after or each.before
    assert one is not None
    outcomes = ["" if found is None else _outcome(found) for found in (each.before, each.after)]
    told = (_values(each), _needs(each), _both(each, lambda found: found.margin, signed), _finding_word(each))
    return Row(each.move, label(one), outcomes[0], outcomes[1], told, _remarks(each))


def _outcome(finding: Finding) -> str:
    told = finding.outcome.value
    if finding.level is not Level.BLOCK:
        told += f" ({finding.level.value})"
    return f"{told}, waived" if finding.waiver else told


def _values(each: FindingMove) -> str:
    old, new = each.before, each.after
    if old is not None and new is not None and old.value is not None and new.value is not None:
        texts = apart(old.value, new.value)
        return texts[0] if texts[0] == texts[1] else f"{texts[0]} → {texts[1]}"
    return _both(each, lambda finding: finding.value, number)


def _needs(each: FindingMove) -> str:
    """The thresholds, where the rule's own text does not show them."""
    if all(found is None or states_threshold(found) for found in (each.before, each.after)) and not _other_rule(each):
        return ""
    return _both(each, lambda finding: finding.threshold, number)


def _both(each: FindingMove, of: Callable[[Finding], float | bool | None], write: Callable[[float], str]) -> str:
    """A number of both findings: once where it is the same or only one has it."""
    found = [of(finding) for finding in (each.before, each.after) if finding is not None]
    if all(value is None for value in found):
        return ""
    texts = ["none" if value is None else write(value) for value in found]
    return " → ".join(dict.fromkeys(texts))


def _finding_word(each: FindingMove) -> str:
    if each.move is Move.REMOVED:
        return "rule gone" if each.rule_moved else "slice gone"
    if each.move is Move.ADDED:
        return "new rule" if each.rule_moved else "new slice"
    return ""  # the outcomes say it


def _remarks(each: FindingMove) -> tuple[str, ...]:
    """How the rule read before, and why it does not hold now."""
    told = [f"the rule was `{each.before.expression}`"] if each.before and _other_rule(each) else []
    if each.after is not None and each.move is not Move.EQUAL:
        told += [reason.text for reason in each.after.reasons[:2]]
    return tuple(told)


def _other_rule(each: FindingMove) -> bool:
    return each.before is not None and each.after is not None and each.before.expression != each.after.expression


def _value_moved(each: FindingMove | MeasurementMove) -> bool:
    if not isinstance(each, FindingMove) or each.before is None or each.after is None:
        return False
    old, new = each.before.value, each.after.value
    return old != new if old is None or new is None else not same(old, new)


def of_move(found: Iterable[Row], move: Move) -> list[Row]:
    """The rows of one kind."""
    return [each for each in found if each.move is move]
