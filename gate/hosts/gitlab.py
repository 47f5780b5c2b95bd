"""GitLab CI: what a job is told, one note on the merge request, and a status on the commit."""

from __future__ import annotations

from collections.abc import Mapping

from gate.hosts.facts import Event, Facts, is_commit
from gate.hosts.host import Check, Posted

# GitLab refuses a note above this many characters, and a status with a longer description, target or name.
COMMENT_LIMIT = 1_000_000
STATUS_LIMIT = 255

_NO_NOTE = "no comment on the merge request"
_NO_STATUS = "no commit status"


def facts(environ: Mapping[str, str]) -> Facts | None:
    """What GitLab says of this job; None elsewhere.

    In a pipeline for merged results and in a merge train, what is checked out is a merge made for the test, and `base`
    is the commit merged into; in one on the change alone, `base` is where the change left the target branch, which may
    be long ago: `base_now` tells where the branch is by now. A change from a fork may run in the fork's project;
    `repository` is the project of the merge request.
    """
    if environ.get("GITLAB_CI") != "true":
        return None
    get = environ.get
    number = _number(get("CI_MERGE_REQUEST_IID", ""))
    commit = _commit(get("CI_COMMIT_SHA", ""))
    target = _commit(get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "")) or _commit(get("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""))
    source, home = get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", ""), get("CI_MERGE_REQUEST_PROJECT_ID", "") or get("CI_PROJECT_ID")
    return Facts(
        host="gitlab",
        event=_event(environ, number),
        repository=(get("CI_MERGE_REQUEST_PROJECT_PATH", "") if number else "") or get("CI_PROJECT_PATH", ""),
        commit=commit,
        head=(_commit(get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")) if number else "") or commit,
        base=target if number else "",
        base_branch=get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "") if number else "",
        branch=(get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "") if number else "") or get("CI_COMMIT_BRANCH", ""),
        default_branch=get("CI_DEFAULT_BRANCH", ""),
        number=number,
        fork=bool(number and source and source != home),
        protected=get("CI_COMMIT_REF_PROTECTED") == "true",
        workflow=get("CI_JOB_NAME", ""),
        run=get("CI_PIPELINE_ID", ""),
        run_url=get("CI_JOB_URL", ""),
        api=get("CI_API_V4_URL", "").rstrip("/"),
    )


def base_now(facts: Facts, environ: Mapping[str, str]) -> str:
    """The newest commit of the branch that the change would go to, empty where there is none. Raises WebError."""
    from gate.hosts.gitlab_api import access, commit_of

    return commit_of(access(environ), facts.repository, f"refs/heads/{facts.base_branch}")


def comment(facts: Facts, environ: Mapping[str, str], marker: str, body: str) -> Posted:
    """As gate.hosts.host says. A job's own token cannot write notes; without another one, only that is said."""
    from gate.hosts import gitlab_notes
    from gate.hosts.gitlab_api import TOKEN_ADVICE, access, trouble
    from gate.web.errors import WebError

    if not facts.number:
        return Posted(troubles=(f"{_NO_NOTE}: this pipeline belongs to none",))
    if len(body) + len(marker) + 1 > COMMENT_LIMIT:
        return Posted(troubles=(f"{_NO_NOTE}: {len(body)} characters are more than GitLab takes ({COMMENT_LIMIT})",))
    try:
        way = access(environ)
        if not way.writes:
            advice = TOKEN_ADVICE.format(scope="api")
            return Posted(troubles=(f"{_NO_NOTE}: GitLab lets no job write one with its own token; {advice}",))
        note = gitlab_notes.upsert(way.client, facts, marker, body)
    except WebError as error:
        return Posted(troubles=(trouble(_NO_NOTE, error),))
    address = environ.get("CI_MERGE_REQUEST_PROJECT_URL", "")
    return Posted(url=f"{address}/-/merge_requests/{facts.number}#note_{note}" if address else "")


def check(facts: Facts, environ: Mapping[str, str], check: Check) -> Posted:
    """As gate.hosts.host says: a job of its own, called `check.name`, in this pipeline. Annotations are left to the reports.

    GitLab has no third colour either: what did not pass is `failed`.
    """
    from gate.hosts.gitlab_api import TOKEN_ADVICE, access, project, trouble
    from gate.web.errors import WebError

    if not facts.commit:
        return Posted(troubles=(f"{_NO_STATUS}: the commit is not known",))
    try:
        way = access(environ)
        if not way.writes:
            return Posted(troubles=(f"{_NO_STATUS} besides that of the job itself; {TOKEN_ADVICE.format(scope='api')}",))
        # The pipeline runs in this project, which is a fork's own where the change comes from there.
        where = project(environ.get("CI_PROJECT_PATH", "") or facts.repository)
        way.client.request("POST", f"{where}/statuses/{facts.commit}", json=_status(facts, check))
    except WebError as error:
        return Posted(troubles=(trouble(_NO_STATUS, error),))
    return Posted(url=facts.run_url)


def _status(facts: Facts, check: Check) -> dict[str, object]:
    # A status may not be called like a job of the pipeline.
    name = f"{check.name}: verdict" if check.name == facts.workflow else check.name
    status: dict[str, object] = {
        "state": "success" if check.passed else "failed",
        "name": name[:STATUS_LIMIT],
        "description": check.title if len(check.title) <= STATUS_LIMIT else check.title[: STATUS_LIMIT - 1] + "…",
    }
    if facts.run_url and len(facts.run_url) <= STATUS_LIMIT:
        status["target_url"] = facts.run_url
    pipeline = _number(facts.run)
    if pipeline:
        status["pipeline_id"] = pipeline
    return status


def _event(environ: Mapping[str, str], number: int) -> Event:
    if number:
        return Event.QUEUE if environ.get("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train" else Event.CHANGE
    return {"push": Event.PUSH, "schedule": Event.SCHEDULE}.get(environ.get("CI_PIPELINE_SOURCE", ""), Event.OTHER)


def _commit(written: str) -> str:
    return written if is_commit(written) else ""


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else 0
