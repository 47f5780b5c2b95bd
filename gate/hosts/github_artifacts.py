"""Artifacts of earlier workflow runs: newest first, of passing runs that a push or a schedule started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from gate.hosts.facts import Facts
from gate.hosts.github_api import Pause, client, home
from gate.hosts.github_archive import MOST_BYTES, member
from gate.hosts.github_event import checked, number_of, part, text_of
from gate.hosts.kept import Expired, Kept, utc
from gate.web.address import segment
from gate.web.client import Client
from gate.web.errors import WebError, unreadable

ARTIFACT = "gate-decision"
MOST_RUNS = 30  # that are looked into, from the newest

_TRUSTED = ("push", "schedule")  # a change's own run, or one that somebody started with inputs, proves nothing


def files(
    facts: Facts,
    environ: Mapping[str, str],
    branch: str,
    path: str = "decision.json",
    *,
    artifact: str = ARTIFACT,
    pause: Pause | None = None,
) -> Iterator[Kept | Expired]:
    """The file at `path` in the artifact of this workflow's earlier runs on `branch`, newest first.

    Asks as it goes, so take only as many as needed. Runs without the artifact, and runs of other repositories' branches
    of the same name, are left out. Needs `actions: read`. Raises WebError.
    """
    api = client(facts, environ, pause)
    for run in islice(_runs(api, facts, branch), MOST_RUNS):
        for found in _artifacts(api, facts, run, artifact):
            yield _file(api, run, found, path)


def kept_by(api: Client, facts: Facts, run: dict[str, Any], path: str, artifact: str = ARTIFACT) -> Kept | Expired | None:
    """The file at `path` in the artifact of one run; None where it kept none. Raises WebError."""
    return next((_file(api, run, found, path) for found in _artifacts(api, facts, run, artifact)), None)


def _runs(api: Client, facts: Facts, branch: str) -> Iterator[dict[str, Any]]:
    workflow = _workflow(api, facts)
    query = f"branch={segment(branch)}&status=success&exclude_pull_requests=true&per_page=100"
    for page in api.pages(f"{home(facts)}/actions/workflows/{segment(workflow)}/runs?{query}"):
        runs = part(page.json(), "workflow_runs")
        if not isinstance(runs, list):
            raise unreadable(page.what, "the answer is not a list of runs")
        yield from (run for run in runs if _counts(run, facts, branch, workflow))


def _workflow(api: Client, facts: Facts) -> str:
    """The workflow of this run: its file's name, or, where that is not known, its number."""
    if facts.workflow:
        return facts.workflow
    answer = api.get(f"{home(facts)}/actions/runs/{segment(facts.run)}")
    number = number_of(part(answer.json(), "workflow_id"))
    if not number:
        raise unreadable(answer.what, "the answer names no workflow")
    return str(number)


def _counts(run: object, facts: Facts, branch: str, workflow: str) -> bool:
    """Whether a run is one to rely on: every word of it is looked at, whatever was asked for."""
    here = facts.repository.lower()
    return (
        number_of(part(run, "id")) > 0
        and str(part(run, "id")) != facts.run
        and part(run, "event") in _TRUSTED
        and part(run, "conclusion") == "success"
        and part(run, "head_branch") == branch
        and text_of(part(run, "repository", "full_name")).lower() == here
        and text_of(part(run, "head_repository", "full_name")).lower() == here
        and _is_of(run, workflow)
    )


def _is_of(run: object, workflow: str) -> bool:
    """Whether the run is of this workflow; its path may end in the ref that it was read at."""
    if str(part(run, "workflow_id")) == workflow:
        return True
    return text_of(part(run, "path")).partition("@")[0] == f".github/workflows/{workflow}"


def _artifacts(api: Client, facts: Facts, run: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The run's artifact of this name; the newest first, where attempts of the run kept several."""
    where = f"{home(facts)}/actions/runs/{run['id']}/artifacts?name={segment(name)}&per_page=100"
    answer = api.get(where)
    listed = part(answer.json(), "artifacts")
    if not isinstance(listed, list):
        raise unreadable(answer.what, "the answer is not a list of artifacts")
    found = [each for each in listed if part(each, "name") == name and number_of(part(each, "id"))]
    yield from sorted(found, key=lambda each: int(each["id"]), reverse=True)[:1]


def _file(api: Client, run: dict[str, Any], artifact: dict[str, Any], path: str) -> Kept | Expired:
    commit, url, at = checked(run.get("head_sha")), text_of(run.get("html_url")), utc(artifact.get("created_at"))
    gone = Expired(commit=commit, at=at, expired=utc(artifact.get("expires_at")), url=url)
    if artifact.get("expired") is True:
        return gone
    place = text_of(artifact.get("archive_download_url"))
    try:
        answer = api.download(place, most=MOST_BYTES)
    except WebError as error:
        if error.status == 410:
            return gone
        raise
    _compare(answer.body, text_of(artifact.get("digest")), answer.what)
    return Kept(data=member(answer.body, path, answer.what), commit=commit, at=at, url=url)


def _compare(data: bytes, digest: str, what: str) -> None:
    """Raises WebError where GitHub states another digest than the download has."""
    from hashlib import sha256

    if digest.startswith("sha256:") and sha256(data).hexdigest() != digest.removeprefix("sha256:"):
        raise unreadable(what, "the download is not the artifact that was kept (another digest)")
