"""The first lines of a report, in the words that all reports share and the markup of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from gate.reports.numbers import percent
from gate.reports.outline import BLOCKING, GOOD, SHOWN, Outline, Standing, answer, confidences, label, marks, tally, unseen, verb
from gate.reports.provenance import Compared, compared, short
from gate.terms.decision import Decision, Finding, Verdict

MOST_BASELINES = 3
_HEADLINE = {
    Verdict.PASS: "Deploy {}",
    Verdict.WARN: "Deploy {}, with warnings",
    Verdict.FAIL: "Do not deploy {}",
    Verdict.UNDECIDED: "Undecided, do not deploy {}",
    Verdict.ERROR: "Error, do not deploy {}",
}


class Voice(NamedTuple):
    """How a form of report neutralises: names, rules, and sentences of gate's own with values in their braces.

    What they return is of that form's own kind of text, and so is what the functions here return.
    """

    code: Callable[[str], str]
    formula: Callable[[str], str]
    say: Callable[..., str]


def headline(decision: Decision, of: Outline, voice: Voice) -> str:
    """The answer and the reason."""
    if decision.monitors:
        said = _watched(decision, of, voice)
        for mark in marks(decision):
            said = voice.say("{} · {}", said, mark)
        return said
    head = voice.say(_HEADLINE[decision.verdict], voice.code(decision.name) if decision.name else "this model")
    said = voice.say("{}: {}", head, _because(decision, of, voice))
    for mark in marks(decision):
        said = voice.say("{} · {}", said, mark)
    return said


def _watched(decision: Decision, of: Outline, voice: Voice) -> str:
    """Of a model in production: what to act on, rather than whether to deploy."""
    name = voice.code(decision.name) if decision.name else "this model"
    if decision.verdict is not Verdict.FAIL or not any(of.shown(BLOCKING)):
        return voice.say("{}: {} ({})", answer(decision), name, _because(decision, of, voice))
    _, first = next(of.shown(BLOCKING))
    fell = _FELL.get(first.operator, "does not keep to")
    others = of.rules[Standing.FAILS] - 1
    head = voice.say("Act: {} {} {}", name, fell, voice.formula(label(first)))
    return voice.say("{} and {} other {}", head, others, "rule fails" if others == 1 else "rules fail") if others > 0 else head


_FELL = {">": "fell below", ">=": "fell below", "<": "rose above", "<=": "rose above"}


def _because(decision: Decision, of: Outline, voice: Voice) -> str:
    """The reason in a few words: the rule itself where one alone blocks."""
    if decision.verdict is Verdict.ERROR:
        return voice.say("the gate could not run")
    if decision.passed:
        return voice.say("{}", ", ".join(tally(of, SHOWN) or tally(of, GOOD)))
    if not any(of.shown(BLOCKING)):
        return voice.say("{}", unseen(decision))
    here, first = next(of.shown(BLOCKING))
    others = sum(of.rules[each] for each in BLOCKING) - 1 if decision.verdict is Verdict.UNDECIDED else of.rules[here] - 1
    if others > 0:
        fail = "fail" if here is Standing.FAILS else "are undecided"
        return voice.say("{} and {} other {} {}", voice.formula(label(first)), others, "rule" if others == 1 else "rules", fail)
    became = verb(first.outcome, first.value)
    if len(of.findings[here]) == 1:
        return voice.say("{} {}", voice.formula(label(first)), became)
    return voice.say("{} {} on {} slices", voice.formula(first.expression), became, len(of.findings[here]))


def counts(of: Outline) -> tuple[str, str]:
    """The counts of rules, the first one by itself; empty where the headline has said them all."""
    if not any(of.shown()):
        return "", ""
    first, *rest = tally(of, (*SHOWN, *GOOD))
    return first, "".join(f", {each}" for each in rest)


def origin(decision: Decision, voice: Voice) -> str:
    """Which commit was judged, and what it was compared with; empty where neither is known."""
    others = [_one(each, voice) for each in compared(decision)[:MOST_BASELINES]]
    named = voice.say(", ".join("{}" for _ in others), *others)
    if decision.commit:
        shown = voice.code(short(decision.commit))
        return voice.say("Commit {} against {}.", shown, named) if others else voice.say("Commit {}.", shown)
    return voice.say("Compared with {}.", named) if others else voice.say("")


def _one(each: Compared, voice: Voice) -> str:
    said = voice.say("{} at {}", voice.code(each.label), voice.code(each.commit)) if each.commit else voice.code(each.label)
    return voice.say("{} ({})", said, ", ".join(each.facts)) if each.facts else said


def since(decision: Decision, voice: Voice) -> str:
    """What the column of changes is headed with; empty where nothing is compared with a baseline."""
    names = {finding.baseline for finding in decision.findings if finding.baseline_value is not None}
    if not names:
        return voice.say("")
    (name, *others) = sorted(names)
    return voice.code(name) if name and not others else voice.say("baseline")


def legend(findings: Iterable[Finding]) -> str:
    """How to read what stands in a table of these."""
    findings = list(findings)
    said = [f"[low, high] is the {percent(each)} interval" for each in confidences(findings)[:3]]
    if any(finding.n is not None for finding in findings):
        said.append("n is how many stand behind a value")
    if any(finding.margin is not None and finding.margin < 0 for finding in findings):
        said.append("a margin below zero falls short")
    return "; ".join(said)
