"""The calls of an MLflow tracking server that a history needs, with its limits and its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from gate.errors import GateError, HistoryError, Problem
from gate.readers.mlflow_address import Address
from gate.readers.mlflow_server import Server
from gate.record import replace
from gate.web.errors import WebError

_API = "api/2.0/mlflow"
_ARTIFACTS = "api/2.0/mlflow-artifacts/artifacts"
_PROXIED = re.compile(r"mlflow-artifacts:(?://[^/]*)?/(.+)")
_LARGEST = 1.797e308  # how MLflow writes what is infinite
_LONGEST_KEY, MOST_TEXT = 200, 4500  # characters; MLflow's own limits are 250 and 5,000
_MOST_METRICS, _MOST_OTHERS = 800, 100  # in one call, of which MLflow takes 1,000 in all
_MOST_BYTES = 256 * 2**20
_ODD = re.compile(r"[^A-Za-z0-9_. -]")


class Tracking:
    """A tracking server. Every method raises HistoryError."""

    def __init__(self, address: str, environ: Mapping[str, str]) -> None:
        try:
            self._server = Server(Address(base=address), environ, None)
        except GateError as error:
            remedy = "set MLFLOW_TRACKING_URI=https://…, or name the server: mlflow:https://SERVER"
            told = (replace(each, remedy=remedy) if each.slug == "no-tracking-server" else each for each in error.problems)
            raise HistoryError(*told) from None
        self.where = self._server.base

    def experiments(self) -> dict[str, str]:
        """The names of experiments that are not deleted, by id."""
        found = self._pages("experiments/search", {"max_results": 1000}, "experiments")
        return {str(each.get("experiment_id")): str(each.get("name")) for each in found}

    def make_experiment(self, name: str) -> str:
        """The id of the experiment with this name, which is made where there is none."""
        for number, known in self.experiments().items():
            if known == name:
                return number
        try:
            return str(self._ask("experiments/create", {"name": name}).get("experiment_id"))
        except HistoryError:
            found = next((number for number, known in self.experiments().items() if known == name), "")
            if not found:
                raise
            return found  # somebody else has made it in between

    def runs(self, experiments: Sequence[str]) -> list[dict[str, Any]]:
        """The runs of experiments, newest first, with their tags and the last value of each metric."""
        if not experiments:
            return []
        asked = {"experiment_ids": list(experiments), "max_results": 1000, "order_by": ["attributes.start_time DESC"]}
        return list(self._pages("runs/search", asked, "runs"))

    def make_run(self, experiment: str, name: str, started: int, tags: Mapping[str, str]) -> dict[str, Any]:
        body = {"experiment_id": experiment, "run_name": name, "start_time": started, "tags": _pairs(tags)}
        return dict(self._ask("runs/create", body).get("run") or {})

    def log(self, run: str, metrics: Sequence[Mapping[str, Any]], params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Metrics as {key, value, timestamp, step}; the same again changes nothing."""
        others = {"params": _pairs(params)[:_MOST_OTHERS], "tags": _pairs(tags)[:_MOST_OTHERS]}
        self._ask("runs/log-batch", {"run_id": run, "metrics": list(metrics[:_MOST_METRICS]), **others})
        for start in range(_MOST_METRICS, len(metrics), _MOST_METRICS):
            self._ask("runs/log-batch", {"run_id": run, "metrics": list(metrics[start : start + _MOST_METRICS])})

    def update(self, run: str, status: str, ended: int | None) -> None:
        self._ask("runs/update", {"run_id": run, "status": status, **({"end_time": ended} if ended is not None else {})})

    def untag(self, run: str, key: str) -> None:
        """Take a tag away; one that somebody else has taken away meanwhile is gone as well."""
        with suppress(HistoryError):
            self._ask("runs/delete-tag", {"run_id": run, "key": key})

    def delete(self, run: str) -> None:
        self._ask("runs/delete", {"run_id": run})

    def history(self, run: str, key: str) -> Iterator[tuple[int, float]]:
        """Every step of a metric with its value, the latest of each; what is not finite is left out."""
        found: dict[int, tuple[int, float]] = {}
        call = f"metrics/get-history?{urlencode({'run_id': run, 'metric_key': key})}"
        for each in self._pages(call, {}, "metrics", get=True):
            value, at, step = each.get("value"), int(each.get("timestamp") or 0), int(each.get("step") or 0)
            if isinstance(value, (int, float)) and abs(value) < _LARGEST and at >= found.get(step, (0, 0.0))[0]:
                found[step] = (at, float(value))
        yield from ((step, value) for step, (_, value) in sorted(found.items()))

    def keep(self, run: Mapping[str, Any], path: str, data: bytes) -> None:
        """Put a file among the run's artifacts, by way of the server."""
        self._request("PUT", f"{self._folder(run)}/{quote(path)}", data=data)

    def kept(self, run: Mapping[str, Any], path: str) -> bytes:
        return bytes(self._request("GET", f"{self._folder(run)}/{quote(path)}").body)

    def aliases(self) -> Iterator[tuple[str, str, str]]:
        """Every alias of a registered model: the model, the alias, and the run that made the version."""
        for model in self._pages("registered-models/search?max_results=200", {}, "registered_models", get=True):
            for alias in model.get("aliases") or ():
                name, word = str(model.get("name")), str(alias.get("alias"))
                call = f"registered-models/alias?{urlencode({'name': name, 'alias': word})}"
                version = self._get(call).get("model_version") or {}
                if version.get("run_id"):
                    yield name, word, str(version["run_id"])

    # -- asking

    def _folder(self, run: Mapping[str, Any]) -> str:
        found = _PROXIED.fullmatch(str((run.get("info") or {}).get("artifact_uri", "")))
        if found is None:
            what = f"{self.where}: its artifacts lie where only MLflow's own client comes to"
            remedy = "let the server pass them on: `mlflow server --artifacts-destination …`"
            raise HistoryError(Problem("history-unwritable", what, remedy=remedy))
        return f"{_ARTIFACTS}/{quote(found[1])}"

    def _pages(self, call: str, body: Mapping[str, Any], key: str, get: bool = False) -> Iterator[dict[str, Any]]:
        token = ""
        while True:
            if get:
                mark = "&" if "?" in call else "?"
                answer = self._get(call + (f"{mark}{urlencode({'page_token': token})}" if token else ""))
            else:
                answer = self._ask(call, {**body, **({"page_token": token} if token else {})})
            yield from (each for each in answer.get(key) or () if isinstance(each, dict))
            token = str(answer.get("next_page_token") or "")
            if not token:
                return

    def _ask(self, call: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._mapping(self._request("POST", f"{_API}/{call}", json=body))

    def _get(self, call: str) -> dict[str, Any]:
        return self._mapping(self._request("GET", f"{_API}/{call}"))

    def _mapping(self, response: Any) -> dict[str, Any]:
        try:
            found = response.json()
        except WebError as error:
            raise HistoryError(*error.problems) from None
        if not isinstance(found, dict):
            raise HistoryError(Problem("history-corrupt", f"{self.where}: the answer is not one of MLflow's"))
        return found

    def _request(self, method: str, path: str, **given: Any) -> Any:
        try:
            return self._server.client.request(method, path, most=_MOST_BYTES, **given)
        except WebError as error:
            problem = self._server.told(error).problems[0]
            if error.status in (401, 403):
                raise HistoryError(Problem("history-unwritable", problem.message, remedy=problem.remedy)) from None
            if error.status in (400, 413):
                raise HistoryError(Problem("history-refused", problem.message, remedy=problem.remedy)) from None
            raise HistoryError(Problem("history-unreachable", problem.message, remedy=problem.remedy)) from None


def key_of(metric: str, parts: Sequence[tuple[str, str]]) -> str:
    """What a metric on a slice is called on MLflow, whose keys hold few signs: the same for the same, and readable."""
    whole = "/".join((metric, *(f"{column}.{value}" for column, value in parts)))
    plain = "/".join(_ODD.sub("_", part).strip(". ") or "_" for part in whole.split("/"))
    if plain == whole and len(plain) <= _LONGEST_KEY:
        return plain
    return f"{plain[:_LONGEST_KEY].rstrip('/. ')}-{sha256(whole.encode()).hexdigest()[:8]}"


def _pairs(of: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in of.items()]
