"""What every report of a decision agrees on: which findings come first, how rules are counted, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from gate.record import dataclass
from gate.reports.numbers import MARGIN_DIGITS, number, same, signed
from gate.terms.decision import Decision, Finding, Outcome, Verdict


class Standing(Enum):
    """What a finding, or a rule by its worst finding, means for the verdict; in the order of reports."""

    FAILS = "fails"
    UNDECIDED = "undecided"
    MISSING = "missing"
    WAIVED = "waived"
    WARNS = "warns"
    LET_PASS = "let pass"  # does not hold, and the policy says that this is fine: level info, or `undecided: pass`
    HOLDS = "holds"


ORDER = tuple(Standing)
GOOD = (Standing.HOLDS, Standing.LET_PASS)
SHOWN = ORDER[:5]  # what a report tells at length
BLOCKING = ORDER[:3]


@dataclass(frozen=True, slots=True)
class Outline:
    """Findings by standing, and how many rules stand so by their worst finding."""

    findings: Mapping[Standing, tuple[Finding, ...]]
    rules: Mapping[Standing, int]

    def shown(self, standings: Iterable[Standing] = SHOWN) -> Iterator[tuple[Standing, Finding]]:
        """The findings of these standings, worst first."""
        for standing in standings:
            for finding in self.findings[standing]:
                yield standing, finding


def outline(decision: Decision) -> Outline:
    """The decision's findings sorted out; within a standing they keep the policy's order."""
    findings: dict[Standing, list[Finding]] = {standing: [] for standing in ORDER}
    worst: dict[tuple[str, str], Standing] = {}
    for finding in decision.findings:
        here = standing_of(finding)
        findings[here].append(finding)
        key = finding.policy, finding.rule
        worst[key] = min(here, worst.get(key, here), key=ORDER.index)
    rules = dict.fromkeys(ORDER, 0)
    for here in worst.values():
        rules[here] += 1
    return Outline({standing: tuple(found) for standing, found in findings.items()}, rules)


def standing_of(finding: Finding) -> Standing:
    """Where a finding stands."""
    if finding.effect in (Verdict.FAIL, Verdict.ERROR):
        return Standing.FAILS
    if finding.effect is Verdict.UNDECIDED:
        return Standing.MISSING if finding.outcome is Outcome.MISSING else Standing.UNDECIDED
    if finding.effect is Verdict.WARN:
        return Standing.WAIVED if finding.waiver else Standing.WARNS
    return Standing.HOLDS if finding.outcome is Outcome.PASS else Standing.LET_PASS


def label(finding: Finding) -> str:
    """The rule as it was judged here: `recall[region=*] >= 0.8` on region=eu is `recall[region=eu] >= 0.8`."""
    text, rest = finding.expression, []
    for column, value in finding.slice.parts:
        if text.count(f"{column}=*") == 1:  # more than one: a star inside a function is another one
            text = text.replace(f"{column}=*", f"{column}={value}")
        elif f"{column}={value}" not in text:
            rest.append(f"{column}={value}")
    return f"{text} on {', '.join(rest)}" if rest else text


def verb(outcome: Outcome, value: float | bool | None) -> str:
    """What became of a rule or a part of it; one that has a value but nothing to hold it against cannot be judged."""
    if outcome is Outcome.MISSING and value is not None:
        return "cannot be judged"
    return _VERBS[outcome]


_VERBS = {Outcome.PASS: "holds", Outcome.FAIL: "fails", Outcome.UNDECIDED: "is undecided", Outcome.MISSING: "has no value"}


def place(finding: Finding) -> str:
    """The rule's file and line; empty where they are not known."""
    return f"{finding.where.file}:{finding.where.line}" if finding.where and finding.where.line else ""


def distance(finding: Finding) -> str:
    """How far the value is from what it needs, in words; empty where there is no single margin.

    What is undecided, or cannot be judged, has nothing to spare: there the margin is only named.
    """
    value, threshold, margin = finding.value, finding.threshold, finding.margin
    if margin is None or value is None or threshold is None or isinstance(value, bool):
        return ""
    if margin == 0 or same(value, threshold):
        return "exactly at the limit"
    if finding.outcome in (Outcome.UNDECIDED, Outcome.MISSING):
        return f"margin {signed(margin)}"
    amount = number(abs(margin), MARGIN_DIGITS)
    if margin > 0:
        return f"{amount} to spare"
    return f"{_SHORTFALL.get(finding.operator, 'short by')} {amount}"


_SHORTFALL = {">": "short by", ">=": "short by", "<": "over by", "<=": "over by", "==": "off by"}


def states_threshold(finding: Finding) -> bool:
    """Whether the rule's own text shows the number it needs, so that it need not be said again."""
    if finding.threshold is None or isinstance(finding.threshold, bool):
        return True
    left, _, right = finding.expression.rpartition(f" {finding.operator} ")
    return _as_number(right) == finding.threshold and " and " not in left and " or " not in left


def _as_number(word: str) -> float | None:
    try:
        return float(word[:-1]) / 100 if word.endswith("%") else float(word)
    except ValueError:
        return None


def counted(of: Outline, here: Standing) -> str:
    """The rules of one standing in gate's own words and numbers, and how many findings that count hides."""
    findings, rules = of.findings[here], of.rules[here]
    if not rules:
        one = len(findings) == 1
        return f"{len(findings)} other {'slice' if one else 'slices'} of the rules above {_word(of, here, not one)}"
    (said,) = tally(of, [here])
    return said if len(findings) == rules else f"{said} ({len(findings)} findings)"


def tally(of: Outline, standings: Iterable[Standing] = ORDER) -> list[str]:
    """The counts of rules in words, worst first: "1 rule fails", "1 undecided", "9 hold"."""
    told: list[str] = []
    for standing in standings:
        if count := of.rules[standing]:
            noun = "" if told else " rule" if count == 1 else " rules"
            word = "missing" if told and standing is Standing.MISSING else _word(of, standing, count > 1)
            told.append(f"{count}{noun} {word}")
    return told


def _word(of: Outline, here: Standing, several: bool) -> str:
    if here is Standing.MISSING and all(finding.value is not None for finding in of.findings[here]):
        return verb(Outcome.MISSING, 0.0)  # there are values, and something else is not known
    return _WORDS[here][several]


def unseen(decision: Decision) -> str:
    """Why a model may not be deployed although no finding blocks it."""
    return next((note.text for note in decision.notes if note.slug == "nothing-evaluated"), "no finding says why")


_WORDS = {
    Standing.FAILS: ("fails", "fail"),
    Standing.UNDECIDED: ("undecided", "undecided"),
    Standing.MISSING: ("without a value", "without a value"),
    Standing.WAIVED: ("waived", "waived"),
    Standing.WARNS: ("warns", "warn"),
    Standing.LET_PASS: ("let pass", "let pass"),
    Standing.HOLDS: ("holds", "hold"),
}


def answer(decision: Decision) -> str:
    """The verdict as an answer to "may it be deployed?", or of a model in production to "must anybody act?"."""
    return (_WATCHED if decision.monitors else _ANSWER)[decision.verdict]


_WATCHED = {
    Verdict.PASS: "Nothing to do",
    Verdict.WARN: "Watch it",
    Verdict.FAIL: "Act",
    Verdict.UNDECIDED: "Undecided, look at it",
    Verdict.ERROR: "Error, nothing is known",
}


_ANSWER = {
    Verdict.PASS: "Deploy",
    Verdict.WARN: "Deploy, with warnings",
    Verdict.FAIL: "Do not deploy",
    Verdict.UNDECIDED: "Undecided, do not deploy",
    Verdict.ERROR: "Error, do not deploy",
}


def marks(decision: Decision) -> tuple[str, ...]:
    """What every report says in its first line beside the answer."""
    told = []
    if decision.advisory:
        told.append("advisory")
    if decision.simulated:
        told.append("simulated clock")
    return tuple(told)


def confidences(findings: Iterable[Finding]) -> list[float]:
    """The confidences of these findings' intervals; usually one."""
    return sorted({finding.interval.confidence for finding in findings if finding.interval})
