"""What every report of two compared policies agrees on: the words for each part, how parts are counted, the last line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gate.errors import Place
from gate.policy.change import PartChange, PolicyComparison, Relation, Side, Trial
from gate.reports.numbers import number
from gate.reports.outline import BLOCKING, label, outline
from gate.terms.decision import Decision

SAME = "the same"
MOST_BLOCKING = 3  # rules that are named of a trial
TITLES = {
    Relation.LOOSER: "looser",
    Relation.CHANGED: "changed, cannot be compared: counts as loosened",
    Relation.TIGHTER: "tighter",
    Relation.SAME: "the same, or without a part in the verdict",
}
WORDS = {
    Relation.LOOSER: "looser",
    Relation.CHANGED: "cannot be compared",
    Relation.TIGHTER: "tighter",
    Relation.SAME: "the same",
}


class Entry(NamedTuple):
    """One part of both policies, nothing in it neutralised yet; a text or a place is empty where there is none."""

    relation: Relation
    before: str
    after: str
    before_at: str
    after_at: str
    word: str  # "removed", "added" or nothing
    remarks: tuple[str, ...] = ()


def entries(comparison: PolicyComparison) -> list[Entry]:
    """All parts in the order of reports."""
    return [_entry(part) for part in comparison.difference.parts]


def _entry(part: PartChange) -> Entry:
    word = "added" if part.before is None else "removed" if part.after is None else ""
    level = next((change.after for change in part.changes if change.key == "level"), "") if word else ""
    before, after = (_labelled(part, side, level) for side in (part.before, part.after))
    remarks = () if word else tuple(_remarks(part))
    if part.why:
        remarks += (part.why,)
    return Entry(part.relation, before, after, place(part.before), place(part.after), word, remarks)


def place(side: Side | None) -> str:
    """`file:line`; the column is for editors."""
    if side is None or side.where is None:
        return ""
    return str(Place(side.where.file, side.where.line))


def _labelled(part: PartChange, side: Side | None, level: str) -> str:
    """The part with its name, as it would be called in the policy."""
    if side is None:
        return ""
    text = f"{side.text} ({level})" if level else side.text
    if part.kind == "rules":
        return f"{part.name}: {text}" if part.name else text
    if part.kind == "waivers":
        return f"waiver for {part.name}: {text}" if part.name else "waivers"
    return f"{part.kind}.{part.name}: {text}" if part.name else f"{part.kind}: {text}"


def _remarks(part: PartChange) -> Iterable[str]:
    """What differs beside the text; each says what it is where not all are of a kind."""
    mixed = len({change.relation for change in part.changes}) > 1
    for change in part.changes:
        told = "" if change.key == "check" else f"{change.key}: {change.before} → {change.after}"
        if change.key == "check" and mixed:
            told = f"check: {WORDS[change.relation]}"
        elif told and mixed:
            told = f"{told} ({WORDS[change.relation]})"
        if part.kind == "waivers" and part.name and not mixed:
            told = ""  # both lines show it
        if both := [each for each in (told, change.why) if each]:
            yield "; ".join(both)


def counted(comparison: PolicyComparison) -> str:
    """The counts in words: "2 looser, 1 cannot be compared, 9 the same"; of two that mean the same "9 rules, 1 waiver"."""
    if headline(comparison) == SAME:
        parts = comparison.difference.parts
        kinds = ((sum(part.kind == kind for part in parts), word) for kind, word in (("rules", "rule"), ("waivers", "waiver")))
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in kinds if count)
    counts = ((WORDS[relation], len(comparison.difference.of(relation))) for relation in Relation)
    return ", ".join(f"{count} {word}" for word, count in counts if count)


def headline(comparison: PolicyComparison) -> str:
    """What became of the policy as a whole, without the counts."""
    if comparison.difference.loosened:
        return "loosened"
    return "tighter" if comparison.difference.of(Relation.TIGHTER) else SAME


def exit_code(comparison: PolicyComparison) -> int:
    return 1 if comparison.difference.loosened else 0


# -- the trial


def verdicts(trial: Trial) -> str:
    a, b = trial.before.verdict.value, trial.after.verdict.value
    return f"{a} → {b}" if a != b else f"{a} under both"


def blocking(decision: Decision) -> tuple[list[tuple[str, str]], str]:
    """What refuses the model, worst first, with the value that was found; and how many there are beyond those."""
    found = [finding for _, finding in outline(decision).shown(BLOCKING)]
    told = [(label(each), "no value" if each.value is None else number(each.value)) for each in found[:MOST_BLOCKING]]
    more = len(found) - len(told)
    return told, f"; and {more} more" if more else ""
