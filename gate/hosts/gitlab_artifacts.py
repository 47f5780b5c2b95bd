"""Files that jobs of earlier pipelines kept: newest first, of passing pipelines that a push or a schedule started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate.hosts.facts import Facts, is_commit
from gate.hosts.gitlab_api import JOB_TOKEN, Access, access, project
from gate.hosts.kept import Expired, Kept, utc
from gate.web.address import segment
from gate.web.client import Client
from gate.web.errors import WebError, unreadable

MOST_PIPELINES = 30  # that are looked into, from the newest
MOST_BYTES = 16 * 2**20

_TRUSTED = ("push", "schedule")  # a change's own pipeline, or one that somebody started with variables, proves nothing


def files(facts: Facts, environ: Mapping[str, str], branch: str, path: str = "decision.json") -> Iterator[Kept | Expired]:
    """The file at `path` among the artifacts of this job (`facts.workflow`) in earlier pipelines of `branch`, newest first.

    Asks as it goes, so take only as many as needed. Jobs that kept no such file are left out. Raises WebError.
    """
    way = access(environ)
    where = project(facts.repository)
    for job in _jobs(way, where, facts.workflow, branch):
        found = _file(way.client, where, job, path)
        if found is not None:
            yield found


def _jobs(way: Access, where: str, name: str, branch: str) -> Iterator[dict[str, Any]]:
    """Jobs with this name, in passing pipelines of the branch. A job's own token may list all jobs, but no pipelines."""
    if way.token == JOB_TOKEN:
        found = _listed(way.client, f"{where}/jobs?scope[]=success&scope[]=failed&per_page=100")
        yield from (job for job in found if _counts(job, name) and _passed(job.get("pipeline"), branch))
        return
    query = f"ref={segment(branch)}&status=success&order_by=id&sort=desc&per_page=100"
    seen = 0
    for pipeline in _listed(way.client, f"{where}/pipelines?{query}"):
        if not _passed(pipeline, branch):
            continue
        jobs = list(_listed(way.client, f"{where}/pipelines/{_number(pipeline)}/jobs?per_page=100"))
        yield from (job for job in jobs if _counts(job, name))
        seen += 1
        if seen == MOST_PIPELINES:
            return


def _passed(pipeline: Any, branch: str) -> bool:
    return (
        isinstance(pipeline, dict)
        and pipeline.get("ref") == branch
        and pipeline.get("status") == "success"
        and pipeline.get("source") in _TRUSTED
    )


def _counts(job: dict[str, Any], name: str) -> bool:
    """Whether the job ended so that its pipeline could pass. A tag may be called like the branch; it is not the branch."""
    ended_well = job.get("status") == "success" or (job.get("status") == "failed" and job.get("allow_failure") is True)
    return job.get("name") == name and job.get("tag") is not True and ended_well


def _file(client: Client, where: str, job: dict[str, Any], path: str) -> Kept | Expired | None:
    commit = _commit(job)
    at, url, until = utc(job.get("finished_at")), _text(job.get("web_url")), utc(job.get("artifacts_expire_at"))
    gone = Expired(commit=commit, at=at, expired=until, url=url)
    if not any(isinstance(each, dict) and each.get("file_type") == "archive" for each in _list(job.get("artifacts"))):
        return gone if until else None
    place = "/".join(segment(step) for step in path.split("/"))
    try:
        response = client.download(f"{where}/jobs/{_number(job)}/artifacts/{place}", most=MOST_BYTES)
    except WebError as error:
        if error.status == 404:
            return gone if until and until <= _now() else None
        raise
    return Kept(data=response.body, commit=commit, at=at, url=url)


def _listed(client: Client, path: str) -> Iterator[dict[str, Any]]:
    for page in client.pages(path):
        entries = page.json()
        if not isinstance(entries, list):
            raise unreadable(page.what, "the answer is not a list")
        yield from (entry for entry in entries if isinstance(entry, dict))


def _number(value: dict[str, Any]) -> int:
    number = value.get("id")
    if not isinstance(number, int):
        raise unreadable("GitLab's list", "an entry has no number")
    return number


def _commit(job: dict[str, Any]) -> str:
    commit = job.get("commit")
    name = commit.get("id") if isinstance(commit, dict) else None
    return name if isinstance(name, str) and is_commit(name) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _now() -> str:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
