"""What GitHub Actions tells a job: its variables, and the event that started the run as a file of JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gate.hosts.facts import Event, Facts, is_commit

API = "https://api.github.com"
MOST_BYTES = 32 * 2**20  # of an event; GitHub's own limit is 25 MB

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}", re.ASCII)
_MERGE_REF = re.compile(r"refs/pull/([0-9]{1,18})/(?:merge|head)", re.ASCII)


def facts(environ: Mapping[str, str]) -> Facts | None:
    """As gate.hosts.host says.

    For a pull request `commit` is GitHub's merge of it into its base, made for the test, except under
    `pull_request_target`, where the base itself is checked out. After `workflow_run`, `head` is the commit that the
    other workflow ran on; which pull request that belongs to has to be asked: see github_pulls.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    given = event(environ)
    repository = environ.get("GITHUB_REPOSITORY", "")
    commit = checked(environ.get("GITHUB_SHA"))
    known: dict[str, Any] = {
        "host": "github",
        "repository": repository if _REPOSITORY.fullmatch(repository) else "",
        "commit": commit,
        "head": commit,
        "branch": _branch(environ.get("GITHUB_REF")),
        "default_branch": text_of(part(given, "repository", "default_branch")),
        "protected": environ.get("GITHUB_REF_PROTECTED") == "true",
        "workflow": _workflow(environ),
        "run": environ.get("GITHUB_RUN_ID", ""),
        "run_url": _run_url(environ),
        "api": (environ.get("GITHUB_API_URL") or API).rstrip("/"),
    }
    return Facts(**{**known, **_of_event(environ, given)})


def event(environ: Mapping[str, str]) -> dict[str, Any]:
    """The event as GitHub wrote it; empty where its file is missing or broken."""
    from json import loads

    try:
        with open(environ.get("GITHUB_EVENT_PATH", ""), "rb") as file:
            value = loads(file.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def checked(value: object) -> str:
    """A commit id as it is; empty for all else."""
    return value if isinstance(value, str) and is_commit(value) else ""


def part(value: object, *keys: str) -> Any:
    """What stands under keys in keys; None where one of them is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def number_of(value: object) -> int:
    """The number of a pull request; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18 else 0


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def _of_event(environ: Mapping[str, str], given: dict[str, Any]) -> dict[str, Any]:
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name.startswith("pull_request"):
        return _change(environ, given.get("pull_request"))
    if name == "merge_group":
        return _queue(given.get("merge_group"))
    if name == "workflow_run":
        return _after(environ, given.get("workflow_run"))
    return {"event": {"push": Event.PUSH, "schedule": Event.SCHEDULE}.get(name, Event.OTHER)}


def _change(environ: Mapping[str, str], pull: object) -> dict[str, Any]:
    """A pull request; where the event's file says nothing, what the variables say."""
    merge = _MERGE_REF.fullmatch(environ.get("GITHUB_REF", ""))
    return {
        "event": Event.CHANGE,
        "number": number_of(part(pull, "number")) or (int(merge[1]) if merge else 0),
        "head": checked(part(pull, "head", "sha")),
        "base": checked(part(pull, "base", "sha")),
        "base_branch": text_of(part(pull, "base", "ref")) or environ.get("GITHUB_BASE_REF", ""),
        "branch": text_of(part(pull, "head", "ref")) or environ.get("GITHUB_HEAD_REF", ""),
        "fork": _is_other(part(pull, "head", "repo"), environ) if pull else False,
    }


def _queue(group: object) -> dict[str, Any]:
    return {
        "event": Event.QUEUE,
        "base": checked(part(group, "base_sha")),
        "base_branch": _branch(part(group, "base_ref")),
        **({"head": found} if (found := checked(part(group, "head_sha"))) else {}),
    }


def _after(environ: Mapping[str, str], run: object) -> dict[str, Any]:
    """Another workflow's run; of one in another repository, which GitHub does not tell, no commit is taken."""
    home = _name(part(run, "repository"))
    return {
        "event": Event.TRUSTED,
        "head": checked(part(run, "head_sha")) if home == environ.get("GITHUB_REPOSITORY", "").lower() else "",
        "branch": text_of(part(run, "head_branch")),
        "fork": bool(run) and _name(part(run, "head_repository")) != home,
    }


def _is_other(repository: object, environ: Mapping[str, str]) -> bool:
    """Whether a change comes from elsewhere; a fork that was deleted since counts, too."""
    return _name(repository) != environ.get("GITHUB_REPOSITORY", "").lower()


def _name(repository: object) -> str:
    return text_of(part(repository, "full_name")).lower()


def _branch(ref: object) -> str:
    """The branch of a ref; empty for a tag and for a pull request's merge."""
    written = text_of(ref)
    return written.removeprefix("refs/heads/") if written.startswith("refs/heads/") else ""


def _workflow(environ: Mapping[str, str]) -> str:
    """The file of the workflow that was started, from `owner/name/.github/workflows/check.yml@refs/heads/main`.

    Empty for one that another repository demands: its runs are not found here by its name.
    """
    home, path = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    own = path.removeprefix(f"{home}/.github/workflows/")
    return own if home and own != path and "/" not in own else ""


def _run_url(environ: Mapping[str, str]) -> str:
    server, repository, run = (environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "1")
    if not (server and repository and run):
        return ""
    return f"{server}/{repository}/actions/runs/{run}" + ("" if attempt == "1" else f"/attempts/{attempt}")
