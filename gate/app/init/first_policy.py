"""What a first policy says: a rule for each metric whose better way is known, a question for every other one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gate.app.init.bookkeeping import is_bookkeeping, is_on_training_data
from gate.app.init.floors import Floor, floor_of
from gate.language.parse import parse
from gate.language.tokens import RuleError
from gate.language.tree import Comparison, Reading
from gate.language.write import write_name, write_selector
from gate.record import dataclass, field, replace
from gate.reports.numbers import number, percent
from gate.terms import catalogue
from gate.terms.defining import is_text
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction, Metric

MOST_COLUMN = 200  # characters of a column's name in a policy
MOST_VALUES = 10_000


class Line(NamedTuple):
    """A rule, what is to know about it, and the metric it reads."""

    rule: str
    remark: str
    metric: str


class Unruled(NamedTuple):
    """A metric without a rule, and why there is none."""

    metric: str
    why: str


@dataclass(frozen=True, slots=True)
class FirstPolicy:
    """A first policy.

    `facts` is what its `metrics:` says; `slices` what must be present, and `partial` the values of a column that not every
    rule has; `asked` are rules that wait for an answer; `training` those on rows that the model has seen.
    """

    rules: tuple[Line, ...] = ()
    asked: tuple[Line, ...] = ()
    booleans: tuple[Line, ...] = ()
    training: tuple[Line, ...] = ()
    unruled: tuple[Unruled, ...] = ()
    bookkeeping: tuple[str, ...] = ()
    facts: Mapping[str, Metric] = field(default_factory=dict)
    slices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partial: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Subject(NamedTuple):
    """A metric on the whole, or on all slices of the same columns."""

    metric: str
    columns: tuple[str, ...]
    found: tuple[Measurement, ...]

    @property
    def text(self) -> str:
        """As a rule names it: `recall[region=*]`."""
        return rule_name(self.metric) + write_selector(tuple((column, None) for column in self.columns))


def propose(table: Measurements, better: Mapping[str, Direction]) -> FirstPolicy:
    """The first policy for these measurements; `better` is what the user said of metrics by name."""
    draft = _Draft(better)
    for metric in table.names:
        draft.take(metric, list(table.slices_of(metric).values()))
    return draft.finished()


def rule_name(metric: str) -> str:
    """The metric's name as a rule reads it, in quotes where it means something else without them."""
    name = write_name(metric)
    try:
        read = parse(f"{name} > 0")
    except RuleError:
        return write_name(metric, quoted=True)
    reading = read.left if isinstance(read, Comparison) else None
    is_it = isinstance(reading, Reading) and reading.metric == metric and not reading.selector
    return name if is_it else write_name(metric, quoted=True)


def _subjects(metric: str, found: Iterable[Measurement]) -> Iterator[Subject]:
    by_columns: dict[tuple[str, ...], list[Measurement]] = {}
    for each in found:
        by_columns.setdefault(each.slice.columns, []).append(each)
    for columns in sorted(by_columns, key=len):
        yield Subject(metric, columns, tuple(by_columns[columns]))


class _Draft:
    """Fills up metric by metric."""

    def __init__(self, better: Mapping[str, Direction]) -> None:
        self.better = better
        self.rules: list[tuple[Line, Subject]] = []
        self.asked: list[Line] = []
        self.booleans: list[Line] = []
        self.unruled: list[Unruled] = []
        self.bookkeeping: list[str] = []
        self.facts: dict[str, Metric] = {}

    def take(self, metric: str, found: list[Measurement]) -> None:
        """Put a metric where it belongs."""
        fact, conflict = self.fact(metric, found)
        stated = metric in self.better or (fact.better is not None and catalogue.find(metric) is None)
        values = [each.value for each in found]
        if fact.better is None and all(is_text(each.problem) for each in found):
            return  # a name, a path, a date: nothing that was measured
        if conflict:
            self.unruled.append(Unruled(metric, conflict))
        elif not stated and is_bookkeeping(metric, known=fact.better is not None):
            self.bookkeeping.append(metric)
        elif any(isinstance(value, bool) for value in values):
            self.boolean(metric, found)
        else:
            for subject in _subjects(metric, found):
                self.subject(subject, fact)
            if fact.better is not None and (stated or fact.unit == "%"):
                self.facts[metric] = fact

    def fact(self, metric: str, found: list[Measurement]) -> tuple[Metric, str]:
        """What is known of the metric, and in words what the file and common knowledge disagree about."""
        known = catalogue.find(metric) or Metric(metric)
        if _counts_to_hundred(known, found):
            known = replace(known, high=100, unit="%")
        said = {each.better for each in found if each.better is not None}
        if metric in self.better:
            return replace(known, better=self.better[metric]), ""
        if len(said | ({known.better} if known.better else set())) > 1:
            usual = f"usually {known.better.value} is better" if known.better else "it says both"
            return known, f"the file says that {' and '.join(sorted(each.value for each in said))} is better; {usual}"
        return (known, "") if known.better else (replace(known, better=next(iter(said), None)), "")

    def boolean(self, metric: str, found: list[Measurement]) -> None:
        for subject in _subjects(metric, found):
            value = next((each.value for each in subject.found if isinstance(each.value, bool)), False)
            self.booleans.append(Line(f"{subject.text} == {'true' if value else 'false'}", "", metric))

    def subject(self, subject: Subject, fact: Metric) -> None:
        lacking = next((each for each in subject.found if each.value is None), None)
        numbers = [each for each in subject.found if each.value is not None]
        name = subject.text
        if lacking is not None:
            where = f"{lacking.slice} " if lacking.slice else ""
            self.unruled.append(Unruled(name, f"{where}is {lacking.problem or 'not a number'}"))
        elif outside := _outside(numbers, fact):
            self.unruled.append(Unruled(name, outside))
        elif fact.better is None:
            question = _question(subject, numbers, fact)
            if question is None:
                self.unruled.append(Unruled(name, f"is {number(_plain(numbers[0]), 6)}: no floor can be written"))
            else:
                self.asked.append(question)
        else:
            self.rule(subject, fact, fact.better)

    def rule(self, subject: Subject, fact: Metric, better: Direction) -> None:
        """A rule with the floor of the worst slice, unless that floor could never fail."""
        found = list(subject.found)
        worst = _worst(found, better)
        floor = floor_of(worst, fact)
        if floor is None:
            why = f"is {number(_plain(worst), 6)}, the worst it can be: any floor would hold"
            self.unruled.append(Unruled(subject.text, why))
        else:
            written = f"{subject.text} {floor.operator} {floor.number}"
            self.rules.append((Line(written, _remark(worst, floor, fact, found), subject.metric), subject))

    def finished(self) -> FirstPolicy:
        """Rules on training data wait as comments, unless there are no others."""
        seen = [each for each in self.rules if is_on_training_data(each[1].metric) and each[1].metric not in self.better]
        rules = [each for each in self.rules if each not in seen] or self.rules
        slices, partial = _declared([subject for _, subject in rules])
        ruled = {subject.metric for _, subject in rules}
        return FirstPolicy(
            rules=tuple(line for line, _ in rules),
            asked=tuple(self.asked),
            booleans=tuple(self.booleans),
            training=tuple(line for line, _ in seen) if rules is not self.rules else (),
            unruled=tuple(self.unruled),
            bookkeeping=tuple(self.bookkeeping),
            facts={metric: fact for metric, fact in self.facts.items() if metric in ruled},
            slices=slices,
            partial=partial,
        )


def _counts_to_hundred(known: Metric, found: list[Measurement]) -> bool:
    """Whether shares are written as per cent: the unit says so, or they go beyond 1 and not beyond 100."""
    if known.low != 0 or known.high != 1:
        return False
    values = [_plain(each) for each in found if each.value is not None]
    if not values:
        return False
    return all(each.unit == "%" for each in found) or (min(values) >= 0 and 1 < max(values) <= 100)


def _outside(found: Iterable[Measurement], fact: Metric) -> str:
    """Why a value cannot be one of the metric; empty when it can."""
    for each in found:
        value = _plain(each)
        for end, beyond in ((fact.low, "below"), (fact.high, "above")):
            if end is not None and (value < end if beyond == "below" else value > end):
                where = f"{each.slice} " if each.slice else ""
                return f"{where}is {number(value, 6)}, {beyond} {number(end)}: is it what its name says?"
    return ""


def _worst(found: list[Measurement], better: Direction) -> Measurement:
    return (min if better is Direction.HIGHER else max)(found, key=_plain)


def _plain(found: Measurement) -> float:
    assert found.value is not None
    return found.value


def _question(subject: Subject, found: list[Measurement], fact: Metric) -> Line | None:
    """The rule it would be if higher were better, and what to change if it is not; None where no floor can be written."""
    values = [_plain(each) for each in found]
    seen = _seen(found[0], found) if len(found) == 1 else f"was {number(min(values), 6)} to {number(max(values), 6)}"
    low, high = (floor_of(_worst(found, better), replace(fact, better=better)) for better in Direction)
    if low is None or high is None:
        return None
    remark = f"{seen}; if lower is better: {high.operator} {high.number}"
    return Line(f"{subject.text} {low.operator} {low.number}", remark, subject.metric)


def _remark(worst: Measurement, floor: Floor, fact: Metric, found: list[Measurement]) -> str:
    sure = f"; {percent(floor.sure)} sure" if floor.sure else "; check me"
    if fact.unit == "%" and worst.unit != "%":
        sure += ": is it per cent?"
    return _seen(worst, found) + sure


def _seen(worst: Measurement, found: list[Measurement]) -> str:
    """The evidence: the value with its n, and which slice it is of."""
    said = number(_plain(worst), 6)
    if worst.support.n is not None:
        said += f", n {number(worst.support.n)}"
    if not worst.slice:
        return f"was {said}"
    return f"was {said} on {worst.slice}" + (f", the worst of {len(found)}" if len(found) > 1 else "")


def _declared(subjects: Iterable[Subject]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The values of each column that every rule with a star for it has, and those that only some have."""
    values: dict[str, list[dict[str, None]]] = {}
    for subject in subjects:
        for column in subject.columns:
            values.setdefault(column, []).append({dict(each.slice.parts)[column]: None for each in subject.found})
    declared: dict[str, tuple[str, ...]] = {}
    partial: dict[str, tuple[str, ...]] = {}
    for column, seen in values.items():
        every = {value: None for each in seen for value in each}
        shared = tuple(value for value in every if all(value in each for each in seen))
        if shared and len(column) <= MOST_COLUMN and len(shared) <= MOST_VALUES:
            declared[column] = shared
            partial[column] = tuple(value for value in every if value not in shared)
    return declared, partial
