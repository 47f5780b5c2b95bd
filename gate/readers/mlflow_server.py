"""A run on an MLflow server, asked for by the REST API; a credential goes to the server of MLFLOW_TRACKING_URI alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from gate.errors import GateError, InputError, Place, Problem
from gate.readers import mlflow_address
from gate.readers.mlflow_address import Address
from gate.readers.source import SourceFile
from gate.record import dataclass, replace
from gate.web import address
from gate.web.client import Client, Credential
from gate.web.errors import WebError, unreadable

_SERVER = "MLFLOW_TRACKING_URI"
_CREDENTIALS = "MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
_API = "api/2.0/mlflow"
_WORD = re.compile(r"[\w-]{1,256}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ABSENT = re.compile(r"answers \d+, (?:Registered Model|Model Version|Run with id)\b.* not found", re.IGNORECASE)
_LATEST = 4_102_444_800_000  # milliseconds: the year 2100
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedRun:
    """A run as its server has it. `version` is that of the registered model by which it was named; empty where it was not.

    `commit` is what its code was at, `at` when it ended as ISO 8601 UTC, `url` its page; empty where that is not known.
    """

    file: SourceFile
    label: str
    name: str = ""
    version: str = ""
    commit: str = ""
    at: str = ""
    url: str = ""


def fetch(text: str, environ: Mapping[str, str], pause: Callable[[float], object] | None = None) -> ServedRun:
    """The run that `text` names (see mlflow_address). Raises GateError: no such form, no server, and whatever can go wrong there.

    `pause` waits for some seconds before a request goes out again.
    """
    named = mlflow_address.parse(text)
    server = Server(named, environ, pause)
    version, run = server.version(named) if named.model else ("", named.run)
    found, data = server.run(run)
    info = _mapping(found.get("info"))
    url = _page(server.base, info.get("experiment_id"), run)
    file = SourceFile(url, data, "json", form="mlflow")
    file.version = version
    return ServedRun(
        file=file,
        label=named.label,
        name=_text(info.get("run_name")),
        version=version,
        commit=_commit(_mapping(found.get("data"))),
        at=_time(info.get("end_time")) or _time(info.get("start_time")),
        url=url,
    )


def is_absent(error: GateError) -> bool:
    """Whether the server said that it has no such run, model, version or alias (and not that something is wrong)."""
    return isinstance(error, WebError) and error.status in (400, 404) and _ABSENT.search(error.problems[0].message) is not None


class Server:
    """The server, and how it is asked."""

    def __init__(self, named: Address, environ: Mapping[str, str], pause: Callable[[float], object] | None) -> None:
        self.where = None if named.base else Place(f"mlflow:{'models' if named.model else 'runs'}:/{named.label}")
        own = environ.get(_SERVER, "").strip()
        self.base = str(address.parse(named.base or _required(own))).rstrip("/")
        self.mine = _origin(own) == address.parse(self.base).origin
        self.credential = _credential(environ) if self.mine else None
        self.client = Client(
            self.base,
            self.credential,
            plain_http=self.mine,  # it is the environment itself that names this address
            ca_file=environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH", "") if self.mine else "",
            pause=pause,
        )

    def version(self, named: Address) -> tuple[str, str]:
        """The version of a registered model, and the run that made it. Raises WebError."""
        if named.alias:
            answer = self.ask("registered-models/alias", name=named.model, alias=named.alias)
        else:
            answer = self.ask("model-versions/get", name=named.model, version=named.version)
        found = _mapping(_mapping(answer[0]).get("model_version"))
        version, run = str(found.get("version", "")), found.get("run_id")
        if not version.isascii() or not version.isdigit() or len(version) > 9:
            raise self.unreadable("holds no version of a model")
        if not isinstance(run, str) or not _WORD.fullmatch(run):
            what = f"version {version} of the model was registered without a run, so that there are no metrics of it"
            remedy = "name the run that measured it: mlflow:runs:/RUN_ID"
            raise InputError(Problem("no-run-of-model", what, self.where, remedy))
        return version, run

    def run(self, run: str) -> tuple[dict[str, Any], bytes]:
        """The run and the answer that holds it. Raises WebError."""
        document, data = self.ask("runs/get", run_id=run)
        found = _mapping(_mapping(document).get("run"))
        if _mapping(found.get("info")).get("run_id") != run:
            raise self.unreadable("does not hold the run that was asked for")
        return found, data

    def ask(self, call: str, **arguments: str) -> tuple[Any, bytes]:
        try:
            response = self.client.get(f"{_API}/{call}?{urlencode(arguments)}")
            return response.json(), response.body
        except WebError as error:
            raise self.told(error) from None

    def unreadable(self, what: str) -> WebError:
        return self.told(unreadable(f"GET {self.base}", f"the answer {what}"))

    def told(self, error: WebError) -> WebError:
        """The error as someone who uses MLflow can mend it."""
        problem = error.problems[0]
        mended = replace(problem, where=self.where, remedy=self.remedy(error) or problem.remedy)
        return WebError(mended, status=error.status, sent=error.sent, passing=error.passing, wait=error.wait)

    def remedy(self, error: WebError) -> str:
        if error.status in (401, 403) or error.slug == "web-redirect":
            if not self.mine:
                return f"credentials go to the server of {_SERVER} only; if this is yours, set it to {self.base}"
            if self.credential is None:
                return f"set {_CREDENTIALS}"
            return f"is the credential right, and may it read this? it comes from {_CREDENTIALS}"
        if is_absent(error):
            return "check the name on the pages of MLflow; was it deleted?"
        if error.status in (400, 404) or error.slug == "web-answer":
            return f"is this an MLflow server? {_SERVER} is the address of its pages up to the `#`"
        return ""


def _required(own: str) -> str:
    if own.startswith(("http://", "https://")):
        return own
    scheme = re.match(r"[A-Za-z0-9+.-]*", own)
    begins = f"not the address of a server: it begins with `{scheme[0] if scheme else ''}`"
    what = f"{_SERVER} is {begins if own else 'not set'}"
    remedy = f"set {_SERVER}=https://…, or give the address of the run's page\na run in a database: mlflow.db#RUN_ID"
    raise InputError(Problem("no-tracking-server", what, remedy=remedy))


def _origin(url: str) -> address.Origin | None:
    try:
        return address.parse(url).origin
    except WebError:
        return None


def _credential(environ: Mapping[str, str]) -> Credential | None:
    """What MLflow's own client would send: a user and a password, else a token."""
    user, password = environ.get("MLFLOW_TRACKING_USERNAME", ""), environ.get("MLFLOW_TRACKING_PASSWORD", "")
    if user and password:
        return Credential.basic(user, password)
    token = environ.get("MLFLOW_TRACKING_TOKEN", "")
    return Credential.bearer(token) if token else None


# -- parts of an answer, which may be anything


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _text(found: Any) -> str:
    return found[:_LONGEST_NAME] if isinstance(found, str) else ""


def _page(base: str, experiment: Any, run: str) -> str:
    """The page of a run as a browser shows it."""
    if isinstance(experiment, str) and _WORD.fullmatch(experiment):
        return f"{base}/#/experiments/{experiment}/runs/{run}"
    return f"{base}/{_API}/runs/get?run_id={run}"


def _time(milliseconds: Any) -> str:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or not 0 < milliseconds < _LATEST:
        return ""
    from datetime import datetime, timezone

    return datetime.fromtimestamp(milliseconds // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _commit(data: dict[str, Any]) -> str:
    """The commit that MLflow noted, in full."""
    tags = data.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict) and tag.get("key") == "mlflow.source.git.commit":
            value = tag.get("value")
            return value if isinstance(value, str) and _COMMIT.fullmatch(value) else ""
    return ""
