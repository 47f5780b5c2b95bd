"""Plans as GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from gate.reports.neutral import Markdown, cell, code, formula, words
from gate.reports.plan import (
    HEADS,
    TRIAL_HEADS,
    Line,
    answer,
    drop_headline,
    dropped,
    headline,
    lines,
    trial_headline,
    trial_lines,
    trial_words,
)
from gate.terms.plan import Plan, Trial


def render(plans: Sequence[Plan]) -> str:
    """All plans as Markdown that ends in a newline."""
    return "\n".join("\n".join(_plan(plan)) for plan in plans)


def _plan(plan: Plan) -> list[str]:
    told = [f"## Plan of {code(plan.name)}: {words(answer(plan))}", "", words(f"{headline(plan)} · `{plan.file}`"), ""]
    told += ["| " + " | ".join(HEADS) + " |", "|---|--:|--:|--:|"]
    found = lines(plan)
    told += ["| " + " | ".join(_cells(line)) + " |" for line in found]
    told += [
        "",
        *(f"- {formula(line.cells[0])}: {'; '.join(words(each) for each in line.below)}" for line in found if line.below),
    ]
    if plan.assumed:
        told += ["", "Assumed:", "", *(f"- {words(each)}" for each in plan.assumed)]
    told += [f"\n{words(note)}" for note in plan.notes]
    if plan.trial is not None:
        told += _trial(plan.trial)
    return [*told, ""]


def _cells(line: Line) -> list[Markdown]:
    return [cell(formula(line.cells[0])), *(cell(words(text)) for text in line.cells[1:])]


def _trial(trial: Trial) -> list[str]:
    told = [
        "",
        words(trial_headline(trial)),
        "",
        "| " + " | ".join(TRIAL_HEADS) + " |",
        "|---|" + "--:|" * (len(TRIAL_HEADS) - 1),
    ]
    for name, *cells in trial_lines(trial):
        told.append("| " + " | ".join([cell(formula(name)), *(cell(words(text)) for text in cells)]) + " |")
    told += ["", words(trial_words()), *(f"\n{words(note)}" for note in trial.notes)]
    if trial.drop:
        told += ["", words(drop_headline(trial)), "", *(f"- {words(each)}" for each in dropped(trial))]
    return told
