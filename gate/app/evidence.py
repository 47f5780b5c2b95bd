"""Gathering what a policy is judged on: the candidate's measurements, and the baselines that its rules read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from gate import registry
from gate.baselines.baseline import Finder, Surroundings, kind_of
from gate.documents.document import shown
from gate.errors import InputError, Place, PolicyError, Problem, UsageError
from gate.language.value import Doubt
from gate.policy.policy import BaselineSource, Policy
from gate.readers.inputs import read_inputs, split
from gate.readers.source import is_remote, is_stdin, public, run_in
from gate.record import replace
from gate.terms.baseline import Baseline, Origin
from gate.terms.decision import InputIdentity
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.measure.measuring import Measuring

DEFAULT = "baseline"
_ANOTHER = "give the metrics of the model in production"
Found = Baseline | Doubt


def refuse_nothing(candidate: Measurements) -> None:
    """Refuse inputs without one measurement: there is nothing to check."""
    if len(candidate):
        return
    names = ", ".join(source.name for source in candidate.sources)
    listed = "; ".join(f"`{unused.name}`: {unused.why}" for unused in candidate.unused[:5])
    remedy = f"not measurements: {listed}" if listed else 'write numbers by name: {"accuracy": 0.91}'
    raise InputError(Problem("no-measurements", f"there is no measurement in {names}", Place(names), remedy))


def refuse_contradiction(policies: Iterable[Policy], table: Measurements) -> None:
    """Refuse a file that states another direction than a policy: which way is better is not the file's to say."""
    for policy in policies:
        for name, fact in policy.metrics.items():
            for found in table.slices_of(policy.source_of(name)).values():
                if fact.better and found.better and found.better is not fact.better:
                    what = f"`{name}` is better {found.better.value} in the file, and better {fact.better.value} in {policy.file}"
                    raise InputError(Problem("other-direction", what, found.where, "correct the file, or the policy"))


def refuse_itself(inputs: Iterable[str], baselines: Iterable[str]) -> None:
    """Refuse `-b` with a file that is also an input: a comparison with itself holds for anything."""
    for baseline in baselines:
        for candidate in inputs:
            if _same(split(candidate)[1], split(baseline)[1]):
                what = f"the baseline `{public(baseline)}` is the same file as the input `{public(candidate)}`"
                remedy = f"a comparison with itself holds for any model: {_ANOTHER}"
                raise UsageError(Problem("same-file", what, remedy=remedy))


def baseline_given(specs: Sequence[str], inputs: Sequence[str], at: Surroundings, stdin: BinaryIO | None = None) -> Found | None:
    """What `-b` names: files, which merge, or one baseline of another kind (`ci:main`); None where it names nothing."""
    if not specs:
        return None
    kinds = [kind_of(spec) for spec in specs]
    if set(kinds) == {"file"}:
        refuse_itself(inputs, specs)
        table = _table(specs, inputs, at, lambda: read_inputs(specs, format=at.format, stdin=stdin, measuring=_alone(at)))
        given = [public(spec) for spec in specs]
        return Baseline(DEFAULT, Origin(", ".join(given), ", ".join(os.path.basename(path_of(spec)) for spec in given)), table)
    if len(specs) > 1:
        what = f"`-b {specs[kinds.index(next(kind for kind in kinds if kind != 'file'))]}` is a baseline of its own"
        raise UsageError(Problem("usage", what, remedy="give one baseline; more of them have names in the policy: `baselines:`"))
    return _find(DEFAULT, specs[0], at)


def _table(specs: Sequence[str], inputs: Sequence[str], at: Surroundings, read: Callable[[], Measurements]) -> Measurements:
    """The measurements of a baseline's files; of rows joined with the candidate's where that can be."""
    if at.measuring is None:
        return read()
    from gate.app.pairing import table_of

    return table_of(specs, inputs, at, read)


def _alone(at: Surroundings) -> Measuring | None:
    """How rows of the baseline are measured: as the candidate's, without a baseline of their own."""
    if at.measuring is None:
        return None
    from gate.app.measuring import alone

    return alone(at.measuring)


def beside(candidate: Measurements, at: Surroundings | None = None) -> Baseline | None:
    """The baseline in the very rows that the candidate was measured on.

    A file that says so itself is believed only where the policies' `measure:` names that baseline: a change could write one
    that is easy to beat.
    """
    if candidate.beside is None or not (_is_measured(candidate.beside) or _names_one(at)):
        return None
    names = ", ".join(source.name for source in candidate.beside.sources or candidate.sources)
    return Baseline(DEFAULT, Origin(names, _column(candidate, at) or "same rows"), candidate.beside)


def _column(candidate: Measurements, at: Surroundings | None) -> str:
    """What the baseline is called in the rows: its score's column, or its prediction's; "" where nothing says it."""
    said = candidate.tally.header.definition if candidate.tally is not None else {}
    if at is not None and at.measuring is not None:
        said = at.measuring.definition.document
    return str(said.get("baseline_score") or said.get("baseline_prediction") or "")


def _is_measured(table: Measurements) -> bool:
    return all(item.evidence == "measured" for item in table)


def _names_one(at: Surroundings | None) -> bool:
    return at is not None and at.measuring is not None and at.measuring.definition.has_baseline


def stated(table: Measurements, source: str = DEFAULT) -> Baseline:
    """Measurements at hand as the default baseline."""
    return Baseline(DEFAULT, Origin(source), table)


def named_baselines(policies: Sequence[Policy], given: Found | None, at: Surroundings) -> dict[str, Found]:
    """The baselines that the policies name and a rule reads, and the default one; `given` by `-b` wins over the default."""
    found: dict[str, Found] = {DEFAULT: given} if given is not None else {}
    at = replace(at, policies=at.policies or tuple((policy.file, policy.name) for policy in policies))
    named: dict[str, tuple[BaselineSource, str]] = {}
    for policy in policies:
        read = {DEFAULT, *(name for rule in policy.rules for name in rule.expr.baselines)}
        for name, source in policy.baselines.items():
            if name not in read or (name == DEFAULT and given is not None):
                continue
            _refuse_another(named.setdefault(name, (source, _whole(source, policy))), source, policy)
            if name not in found:
                found[name] = _find(
                    name, source.text, replace(at, tree=policy.tree, folder=policy.folder, metrics=policy.metrics)
                )
    return found


def _refuse_another(first: tuple[BaselineSource, str], source: BaselineSource, policy: Policy) -> None:
    """Refuse two policies that mean different things by one name: the rules of one would be judged on the other's."""
    if first[1] != _whole(source, policy):
        what = f"the baseline `{source.name}` is `{source.text}` here and `{first[0].text}` in {first[0].where}"
        raise PolicyError(Problem("baseline-conflict", what, source.where, "give one of the two another name"))


def _whole(source: BaselineSource, policy: Policy) -> str:
    """What a baseline names, wherever its policy lies."""
    if kind_of(source.text) != "file":
        return source.text
    return f"{policy.tree.revision}:{policy.tree.identity(os.path.join(policy.folder, source.text))}"


def _find(name: str, text: str, at: Surroundings) -> Found:
    kind = kind_of(text)
    if kind == "file" and at.measuring is not None:
        from gate.app.pairing import of_policy

        rows = of_policy(name, text, at, lambda path: read_inputs([path], format=at.format, measuring=_alone(at)))
        if rows is not None:
            return rows
    on_disk = kind == "file" and not at.tree.revision
    if on_disk and any(_same(path_of(each), os.path.join(at.folder, text)) for each in at.inputs):
        what = f"the baseline `{text}` is the same file as the input"
        return Doubt("same-file", what, _ANOTHER)
    finder: Finder = registry.load("baselines", kind)
    return finder.find(name, text, at)


def path_of(spec: str) -> str:
    """The path in an INPUT (`NAME=FILE` or `FILE`), without a run in it."""
    return run_in(split(spec)[1] or spec)[0]


def other_runs(baselines: Mapping[str, Found], candidate: Measurements) -> dict[str, Found]:
    """The baselines, with a doubt in the place of each that is the very run that is judged, whatever names led to it."""
    return {name: _itself(found, candidate) or found for name, found in baselines.items()}


def _itself(found: Found, candidate: Measurements) -> Doubt | None:
    if isinstance(found, Baseline):
        for source in found.measurements.sources:
            if any(_one_run(source.name, judged.name) for judged in candidate.sources):
                what = f"the baseline `{found.origin.source}` is the run that is judged: {source.name}"
                return Doubt("same-file", what, _ANOTHER)
    return None


def _one_run(first: str, second: str) -> bool:
    """Whether two sources are one run, on a server or in a database; one that is read without a choice holds no other."""
    if is_remote(first) or is_remote(second) or first.startswith("run:"):
        return first == second
    (file, run), (other_file, other) = run_in(first), run_in(second)
    same = os.path.realpath(file) == os.path.realpath(other_file)
    return same and bool(run or other) and (run == other or not (run and other))


def _same(first: str, second: str) -> bool:
    if is_remote(first) or is_remote(second):
        return "://" in first and first == second  # of runs `other_runs` compares what they lead to
    try:
        return os.path.samefile(*("/dev/stdin" if is_stdin(path) else path for path in (first, second)))
    except OSError:
        return first == second  # tables have addresses


def identities(candidate: Measurements, baselines: Mapping[str, Found]) -> tuple[InputIdentity, ...]:
    """What went in, for the decision."""
    tables = [("metrics", candidate), *((found.name, found.measurements) for found in had(baselines))]
    return tuple(
        InputIdentity(role, source.name.replace(os.sep, "/"), source.format, source.sha256)
        for role, table in tables
        for source in table.sources
    )


def had(baselines: Mapping[str, Found]) -> list[Baseline]:
    """The baselines that could be had."""
    return [found for found in baselines.values() if isinstance(found, Baseline)]


def tables(baselines: Mapping[str, Found]) -> dict[str, Measurements | Doubt]:
    """The baselines as the judge reads them."""
    return {name: found.measurements if isinstance(found, Baseline) else found for name, found in baselines.items()}


def labels(baselines: Mapping[str, Found]) -> dict[str, str]:
    """What reports call the baselines: the default one by where it came from, others by their own names."""
    return {found.name: found.origin.label for found in had(baselines) if found.name == DEFAULT and found.origin.label}


def repeated(candidate: Measurements) -> Doubt | None:
    """Why the rows are not independent: several have one id, and nothing says that they belong together."""
    if candidate.tally is None or candidate.tally.header.definition.get("cluster"):
        return None
    from gate.measure.identity import identity

    found = identity(candidate.tally)
    if found is None or not found.repeated:
        return None
    column = candidate.tally.header.definition.get("id")
    rows = f"{found.repeated:,} of the rows {'has' if found.repeated == 1 else 'have'} the `{shown(str(column), 40)}` of another"
    remedy = f"leave out copies; where an id has several rows, say `cluster: {shown(str(column), 40)}`"
    return Doubt("repeated-ids", f"{rows}: they are not independent", remedy, weak=True)
