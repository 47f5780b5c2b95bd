"""MLflow's model registry: versions of a model, the files of one, its aliases and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from gate.readers.mlflow_address import Address
from gate.readers.mlflow_server import Server, is_absent
from gate.record import dataclass
from gate.web.client import Client
from gate.web.errors import WebError
from gate.web.wire import Limits

MOST_VERSIONS = 20  # the newest ones, among which a judged version is looked for
LARGEST = 256 * 2**20  # bytes of a file that is fetched
_API = "api/2.0/mlflow"
_ARTIFACTS = "api/2.0/mlflow-artifacts/artifacts"
_RUN = re.compile(r"runs:/([\w-]{1,256})/(.+)", re.ASCII)
_SLOW = Limits(attempt=600, body=LARGEST)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a registered model; `tags` are texts by their names."""

    number: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a version: where it lies on the server, and its size in bytes."""

    place: str
    size: int


class Registry:
    """The registry of the server that MLFLOW_TRACKING_URI names. Every method raises WebError, InputError where none is named."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._server = Server(Address(), environ, None)
        certificates = environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH", "") if self._server.mine else ""
        own = self._server.mine  # the environment itself names this address
        self._files = Client(
            self._server.base, self._server.credential, plain_http=own, ca_file=certificates, limits=_SLOW
        )  # fmt: skip

    def versions(self, model: str) -> list[Version]:
        """Those that are ready, the newest first; none where there is no such model."""
        mark = '"' if "'" in model else "'"
        asked = {"filter": f"name = {mark}{model}{mark}", "order_by": "version_number DESC", "max_results": MOST_VERSIONS}
        found = self._get("model-versions/search", asked).get("model_versions") or ()
        return [
            Version(str(each.get("version")), {str(tag.get("key")): str(tag.get("value")) for tag in each.get("tags") or ()})
            for each in found
            if each.get("name") == model and each.get("status") == "READY" and _is_number(each.get("version"))
        ]

    def alias(self, model: str, alias: str) -> str:
        """The version that an alias names; empty where there is no such alias."""
        try:
            answer = self._get("registered-models/alias", {"name": model, "alias": alias})
        except WebError as error:
            if is_absent(error):
                return ""
            raise
        number = (answer.get("model_version") or {}).get("version")
        if not _is_number(number):
            raise self._server.unreadable("holds no version of a model")
        return str(number)

    def set_alias(self, model: str, alias: str, version: str) -> None:
        self._post("registered-models/alias", {"name": model, "alias": alias, "version": version})

    def set_tag(self, model: str, version: str, key: str, value: str) -> None:
        self._post("model-versions/set-tag", {"name": model, "version": version, "key": key, "value": value})

    def files(self, model: str, version: str) -> Iterator[tuple[str, Entry]] | None:
        """The files of a version by their paths in it; None where they do not lie behind this server."""
        root = self._root(model, version)
        return self._walked(root) if root else None

    def digest(self, entry: Entry) -> str:
        """The SHA-256 of a file."""
        try:
            return sha256(self._files.get(f"{_ARTIFACTS}/{quote(entry.place)}").body).hexdigest()
        except WebError as error:
            raise self._server.told(error) from None

    # -- asking

    def _root(self, model: str, version: str) -> str:
        found = str(self._get("model-versions/get-download-uri", {"name": model, "version": version}).get("artifact_uri", ""))
        run = _RUN.fullmatch(found)
        if run:
            info = self._server.run(run[1])[0].get("info") or {}
            found = f"{info.get('artifact_uri', '')}/{run[2]}"
        parts = urlsplit(found)
        here = parts.netloc in ("", urlsplit(self._server.base).netloc)
        return parts.path.strip("/") if parts.scheme == "mlflow-artifacts" and here else ""

    def _walked(self, root: str) -> Iterator[tuple[str, Entry]]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for each in self._listed(f"{root}/{folder}".rstrip("/")):
                name, size = each.get("path"), each.get("file_size") or 0
                if not isinstance(name, str) or name in ("", ".", "..") or "/" in name or not isinstance(size, int):
                    raise self._server.unreadable("holds no list of files")
                path = f"{folder}/{name}" if folder else name
                if each.get("is_dir"):
                    waiting.append(path)
                else:
                    yield path, Entry(f"{root}/{path}", size)

    def _listed(self, place: str) -> list[dict[str, Any]]:
        try:
            answer = self._server.client.get(f"{_ARTIFACTS}?{urlencode({'path': place})}").json()
        except WebError as error:
            raise self._server.told(error) from None
        found = answer.get("files") if isinstance(answer, dict) else None
        return [each for each in found or () if isinstance(each, dict)]

    def _get(self, call: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        answer, _ = self._server.ask(call, **{name: str(value) for name, value in arguments.items()})
        if not isinstance(answer, dict):
            raise self._server.unreadable("is not one of MLflow's")
        return answer

    def _post(self, call: str, body: Mapping[str, str]) -> None:
        try:
            self._server.client.request("POST", f"{_API}/{call}", json=dict(body))
        except WebError as error:
            raise self._server.told(error) from None


def _is_number(found: object) -> bool:
    return isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= 9
