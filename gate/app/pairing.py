"""A baseline's rows in a file of their own: joined with the candidate's by their ids, so that both are compared row by row."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from gate.baselines.baseline import Surroundings
from gate.documents.files import WORK_TREE
from gate.errors import GateError, InputError
from gate.language.value import Doubt
from gate.readers.inputs import named
from gate.readers.source import is_stdin
from gate.record import replace
from gate.terms.baseline import Baseline, Origin
from gate.terms.decision import Reason
from gate.terms.measurements import Measurements


def table_of(specs: Sequence[str], inputs: Sequence[str], at: Surroundings, read: Callable[[], Measurements]) -> Measurements:
    """The baseline's measurements: in the candidate's rows where ids meet, else as `read` has them, with a remark why.

    What only the baseline's own rows tell (columns, say) is read from these. Where a few ids are in one file only, the
    measurements are of all of its rows, and beside them are both models' in the rows that both have. Raises GateError.
    """
    paths = _rows(specs, inputs, at)
    if paths is None or at.measuring is None:
        return read()
    from gate.measure.objects import at_hand
    from gate.measure.pairing import joined
    from gate.measure.source import open_rows

    form = at.format or ""
    effort = at.measuring.effort
    with at_hand(open_rows(paths[0], form), effort) as now, at_hand(open_rows(paths[1], form), effort) as before:
        paired, remarks = joined(now, before, at.measuring)
    if paired is None:
        return replace(read(), remarks=remarks)
    try:
        own = read()
    except InputError:  # older rows need no labels: those of the candidate's rows count
        return paired
    if not remarks or paired.beside is None:
        return replace(paired, by_metric={**own.by_metric, **paired.by_metric}, sources=own.sources)
    shared = replace(paired.beside, beside=replace(paired, beside=None))
    return replace(own, beside=shared, cases=paired.cases, remarks=remarks)


def of_policy(name: str, text: str, at: Surroundings, read: Callable[[str], Measurements]) -> Baseline | Doubt | None:
    """The baseline that a policy of this folder names by a file of rows; None where it names something else."""
    path = os.path.normpath(os.path.join(at.folder, text))
    if at.tree is not WORK_TREE or not os.path.exists(path) or _rows([path], at.inputs, at) is None:
        return None
    try:
        table = table_of([path], at.inputs, at, lambda: read(path))
    except GateError as error:
        first = error.problems[0]
        return Doubt("baseline-unreadable", f"the baseline cannot be read: {first.message}", str(first.where or ""))
    return Baseline(name, Origin(text, os.path.basename(path), at.tree.revision), replace(table, cases=()))


def _rows(specs: Sequence[str], inputs: Sequence[str], at: Surroundings) -> tuple[str, str] | None:
    """The two files, where each side is one of rows."""
    if at.measuring is None or len(specs) != 1 or len(inputs) != 1:
        return None
    from gate.readers.inputs import may_be_rows
    from gate.readers.rows import TALLY, are_rows

    paths: list[str] = []
    for spec in (inputs[0], specs[0]):
        prefix, path = named(spec)
        if prefix or is_stdin(path) or path.endswith(TALLY) or not may_be_rows(path, at.format):
            return None
        if not are_rows(path, at.format, at.measuring):
            return None
        paths.append(path)
    return paths[0], paths[1]


def with_evidence(candidate: Measurements, given: Baseline) -> tuple[Measurements, Baseline]:
    """The candidate with the joint evidence of both models, where all of its rows are in it; and the cases that flipped.

    Where some are not, that evidence stays with the baseline, for the rules that compare with it.
    """
    table = given.measurements
    both = table.beside
    if both is None or not (table.model or table.remarks):
        return candidate, given  # what a file of metrics holds beside them is its own baseline
    candidate = replace(candidate, cases=both.cases or candidate.cases)
    if table.remarks:
        return candidate, given
    return replace(candidate, tally=both.tally), replace(given, measurements=replace(table, beside=None))


def with_named(
    candidate: Measurements, baselines: Mapping[str, Baseline | Doubt]
) -> tuple[Measurements, dict[str, Baseline | Doubt]]:
    """The same for baselines that a policy names. One alone shares the candidate's evidence: no tally holds three models."""
    found = dict(baselines)
    joint = [each for each in found.values() if isinstance(each, Baseline) and each.measurements.model]
    joint = [each for each in joint if not each.measurements.remarks]
    for each in joint:
        if len(joint) == 1 and each.measurements.beside is not None:
            candidate, found[each.name] = with_evidence(candidate, each)
        else:
            found[each.name] = replace(each, measurements=replace(each.measurements, beside=None))
    return candidate, found


def remarks(baselines: Sequence[Baseline]) -> tuple[Reason, ...]:
    """What is to be known of how baselines were compared."""
    found = dict.fromkeys(remark for each in baselines for remark in each.measurements.remarks)
    return tuple(Reason(each.slug, each.text, each.remedy) for each in found)
