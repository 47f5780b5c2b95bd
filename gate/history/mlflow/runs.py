"""Runs of MLflow as runs, and back: what people see there, and runs that others logged."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from gate import registry
from gate.errors import GateError, HistoryError
from gate.history import lines, merge, rows
from gate.history.mlflow.api import MOST_TEXT, Tracking, key_of
from gate.hosts.facts import is_commit
from gate.record import replace
from gate.reports import json
from gate.reports.record import MalformedError
from gate.terms.run import DECISION, Entry, Point, Record, Run, Status, milliseconds, moment

RUN, FACTS, WHOLE_AT, RECORD = "gate.run", "gate.facts", "gate.entry", "gate.record"  # tags
_ENDED = {"RUNNING": Status.RUNNING, "SCHEDULED": Status.RUNNING, "FINISHED": Status.FINISHED, "KILLED": Status.HALF_WRITTEN}


def data_of(found: dict[str, Any], part: str = "") -> dict[str, Any]:
    """What was logged, or one part of it by its keys."""
    data: dict[str, Any] = found.get("data") or {}
    return {str(each.get("key")): each.get("value") for each in data.get(part) or ()} if part else data


def number_of(found: dict[str, Any]) -> str:
    """MLflow's own id of a run."""
    return str((found.get("info") or {}).get("run_id"))


def parts_of(found: dict[str, Any]) -> list[str]:
    """Where what gate logged of a run lies among its artifacts: more than one where several logged at once, who take no
    part away but those that theirs hold."""
    tags = data_of(found, "tags")
    return [str(tags[name]) for name in sorted(tags) if name.startswith(f"{WHOLE_AT}.")]


def part_tag(path: str) -> str:
    """The tag that says where a part lies: another for another part."""
    return f"{WHOLE_AT}.{path.removeprefix('gate/run-').removesuffix('.json')}"


def one_run(runs: Sequence[Run]) -> Run:
    """What several say that have one id, the first of them first: it is trusted where all of them are."""
    first, *more = runs
    for each in more:
        with suppress(HistoryError):  # what the first one says counts
            first = merge.joined(first, each)
        worse = max(first.status, each.status, key=merge.RANK.__getitem__)
        ended = max(first.finished, each.finished)
        first = replace(first, status=worse, finished=ended, trusted=first.trusted and each.trusted)
    return first


def foreign(found: dict[str, Any], model: str) -> Run:
    """A run that MLflow's own client logged. It is not trusted: nobody knows what made it."""
    info, tags = found.get("info") or {}, data_of(found, "tags")
    commit = str(tags.get("mlflow.source.git.commit", ""))
    return Run(
        id=str(info.get("run_id")),
        started=moment(int(info.get("start_time") or 0) / 1000),
        finished=moment(int(info["end_time"]) / 1000) if info.get("end_time") else "",
        model=model,
        status=_ENDED.get(str(info.get("status")), Status.FAILED),
        branch=str(tags.get("mlflow.source.git.branch", "")),
        commit=commit if is_commit(commit) else "",
        actor=str(tags.get("mlflow.user", "")),
        params={key: str(value) for key, value in data_of(found, "params").items()},
    )


def points_of(tracking: Tracking, found: dict[str, Any], metric: str = "") -> list[Point]:
    """The metrics of such a run, every step of them."""
    run = str((found.get("info") or {}).get("run_id"))
    keys = [key for key in sorted(data_of(found, "metrics")) if metric in ("", key)]
    return [Point(key, value, step=step) for key in keys for step, value in tracking.history(run, key)]


def metrics_of(entry: Entry) -> list[dict[str, Any]]:
    """What MLflow shows of the numbers of a run."""
    at = milliseconds(entry.run.started)
    return [
        {"key": key_of(point.metric, point.slice.parts), "value": point.value, "timestamp": at, "step": point.step}
        for point in entry.points
    ]


def tags_of(run: Run) -> dict[str, str]:
    """What people filter by."""
    told = {
        "gate.verdict": run.verdict,
        "gate.trusted": str(run.trusted).lower(),
        "gate.event": run.event,
        "gate.test_set": run.test_set,
        "gate.model_digest": run.model_digest,
        "gate.policy": run.policy,
        "gate.url": run.url,
        "mlflow.source.git.commit": run.commit,
        "mlflow.source.git.branch": run.branch,
        "mlflow.user": run.actor,
    }
    facts = rows.encode(rows.RUN.write(run))
    return {**{name: value[:MOST_TEXT] for name, value in told.items() if value}, FACTS: facts if len(facts) <= MOST_TEXT else ""}


def facts_of(found: dict[str, Any]) -> Run | None:
    """A run that gate recorded, where its tag holds all of it. Raises MalformedError."""
    told = str(data_of(found, "tags").get(FACTS, ""))
    run: Run | None = rows.RUN.read(rows.decode(told), "") if told else None
    return run


def readable(entry: Entry) -> dict[str, str]:
    """The documents as files for people: each as it is, and the report of the decision."""
    files = {f"{kind}.json": text for kind, text in entry.documents.items() if kind.isidentifier()}
    if DECISION in entry.documents:
        try:
            files["report.html"] = registry.load("reports", "html").render(json.read(entry.documents[DECISION]))
        except GateError:
            return files  # of another version of gate, or imported: it is kept all the same
    return files


def record_of(found: dict[str, Any]) -> Record | None:
    """The name, exclusion or state that a run of gate's own stands for; None where it is none that can be read."""
    try:
        return lines.record_of(rows.decode(str(data_of(found, "tags").get(RECORD, ""))))
    except MalformedError:
        return None
