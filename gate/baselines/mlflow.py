"""A baseline on an MLflow server: a run, or the run that made a version of a registered model."""

from __future__ import annotations

from gate.baselines.baseline import Surroundings, not_compared, unfit
from gate.errors import GateError
from gate.language.value import Doubt
from gate.readers import mlflow_server
from gate.readers.inputs import read_file
from gate.readers.mlflow_server import ServedRun
from gate.readers.source import public
from gate.terms.baseline import Baseline, Origin


def find(name: str, text: str, at: Surroundings) -> Baseline | Doubt:
    """The measurements of the run (`mlflow:models:/fraud@champion`); a Doubt where there is none, or it cannot be had."""
    try:
        run = mlflow_server.fetch(text, at.environ)
        table = read_file(run.file)
    except GateError as error:
        problem = error.problems[0]
        remedy = "; ".join(problem.remedy.splitlines())
        if mlflow_server.is_absent(error):
            return Doubt("no-baseline", f"there is no baseline `{public(text)}`: {problem.message}", remedy)
        return Doubt("baseline-unreadable", f"the baseline cannot be read: {problem.message}", remedy)
    why = _unfit(run)
    if why:
        return not_compared(public(text), run.name or run.label, why)
    return Baseline(name, Origin(public(text), _label(run), run.commit, run.at, url=run.url), table)


def _unfit(run: ServedRun) -> str:
    """Why a run that gate itself recorded there may not be compared with; one of another tool somebody chose to name."""
    from json import loads

    from gate.history.mlflow.runs import parts_of
    from gate.terms.run import Run, Status

    found = loads(run.file.data)["run"]
    data = found.get("data")
    listed = data.get("tags") if isinstance(data, dict) else None
    tags = {str(each.get("key")): str(each.get("value")) for each in listed or () if isinstance(each, dict)}
    if not any(name.startswith("gate.") for name in tags):
        return ""
    if not parts_of(found):
        return "is not whole: whoever recorded it is at it, or broke off"
    ended = Status.FINISHED if found["info"].get("status") == "FINISHED" else Status.HALF_WRITTEN
    trusted, event, verdict = (tags.get(f"gate.{name}", "") for name in ("trusted", "event", "verdict"))
    return unfit(Run(id="", started="", status=ended, trusted=trusted == "true", event=event, verdict=verdict))


def _label(run: ServedRun) -> str:
    """`fraud@champion v3`, `fraud/3`, or the name of the run."""
    if run.version:
        return run.label if run.label.endswith(f"/{run.version}") else f"{run.label} v{run.version}"
    return run.name or run.label
