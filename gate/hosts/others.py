"""What Azure Pipelines, Bitbucket Pipelines, Jenkins and CircleCI tell a job, as a table of their variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gate.hosts.facts import Event, Facts, is_commit
from gate.record import dataclass

_NO_SCHEDULE = ("", "")  # the host does not tell a job that it runs by the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """Names of variables; of several, the first that holds something counts.

    `mark` is the variable that the host sets, with its value, or "" where any will do. `change` is set only for
    a pull request, `fork` says that it comes from another repository, `scheduled` is a variable and its value.
    """

    mark: tuple[str, str]
    change: tuple[str, ...]
    fork: tuple[str, ...] = ()
    scheduled: tuple[str, str] = _NO_SCHEDULE
    pushed: Callable[[Mapping[str, str]], bool] = lambda environ: True  # noqa: ARG005
    repository: Callable[[Mapping[str, str]], str] = lambda environ: ""  # noqa: ARG005
    commit: tuple[str, ...]
    head: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    base_branch: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    workflow: tuple[str, ...] = ()
    run: tuple[str, ...]
    run_url: Callable[[Mapping[str, str]], str]


def _azure_run(environ: Mapping[str, str]) -> str:
    server, project, run = (environ.get(name, "") for name in ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID"))
    return f"{server.rstrip('/')}/{_quoted(project)}/_build/results?buildId={run}" if server and project and run else ""


def _bitbucket_run(environ: Mapping[str, str]) -> str:
    repository, run = environ.get("BITBUCKET_REPO_FULL_NAME", ""), environ.get("BITBUCKET_BUILD_NUMBER", "")
    return f"https://bitbucket.org/{repository}/pipelines/results/{run}" if repository and run else ""


def _circle_repository(environ: Mapping[str, str]) -> str:
    owner, name = environ.get("CIRCLE_PROJECT_USERNAME", ""), environ.get("CIRCLE_PROJECT_REPONAME", "")
    return f"{owner}/{name}" if owner and name else ""


def _named(name: str) -> Callable[[Mapping[str, str]], str]:
    return lambda environ: environ.get(name, "")


# In the order in which they are asked. Jenkins is the last: its agents pass JENKINS_URL on to whatever they start.
_MACHINES = {
    "azure": _Machine(
        mark=("TF_BUILD", "True"),
        change=("SYSTEM_PULLREQUEST_PULLREQUESTID",),
        fork=("SYSTEM_PULLREQUEST_ISFORK",),
        scheduled=("BUILD_REASON", "Schedule"),
        pushed=lambda environ: environ.get("BUILD_REASON") in ("IndividualCI", "BatchedCI"),
        repository=_named("BUILD_REPOSITORY_NAME"),
        commit=("BUILD_SOURCEVERSION",),
        head=("SYSTEM_PULLREQUEST_SOURCECOMMITID",),  # BUILD_SOURCEVERSION is a merge made for the test
        base_branch=("SYSTEM_PULLREQUEST_TARGETBRANCH",),
        branch=("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
        number=("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"),  # the first: on GitHub
        workflow=("BUILD_DEFINITIONNAME",),
        run=("BUILD_BUILDID",),
        run_url=_azure_run,
    ),
    "bitbucket": _Machine(
        mark=("BITBUCKET_BUILD_NUMBER", ""),
        change=("BITBUCKET_PR_ID",),
        repository=_named("BITBUCKET_REPO_FULL_NAME"),
        commit=("BITBUCKET_COMMIT",),
        head=("BITBUCKET_COMMIT",),  # the destination is merged into the files, not into this commit
        base=("BITBUCKET_PR_DESTINATION_COMMIT",),  # often twelve digits, which is no commit to rely on
        base_branch=("BITBUCKET_PR_DESTINATION_BRANCH",),
        branch=("BITBUCKET_BRANCH",),
        number=("BITBUCKET_PR_ID",),
        run=("BITBUCKET_BUILD_NUMBER",),
        run_url=_bitbucket_run,
    ),
    "circleci": _Machine(
        mark=("CIRCLECI", "true"),
        change=("CIRCLE_PULL_REQUEST", "CIRCLE_PR_NUMBER"),
        fork=("CIRCLE_PR_NUMBER",),  # set only for a fork's
        repository=_circle_repository,
        commit=("CIRCLE_SHA1",),
        head=("CIRCLE_SHA1",),
        branch=("CIRCLE_BRANCH",),
        number=("CIRCLE_PR_NUMBER", "CIRCLE_PULL_REQUEST"),
        workflow=("CIRCLE_JOB",),
        run=("CIRCLE_WORKFLOW_ID", "CIRCLE_BUILD_NUM"),
        run_url=_named("CIRCLE_BUILD_URL"),
    ),
    "jenkins": _Machine(
        mark=("JENKINS_URL", ""),
        change=("CHANGE_ID",),
        fork=("CHANGE_FORK",),
        pushed=lambda environ: bool(environ.get("BRANCH_NAME") or environ.get("GIT_BRANCH")),
        commit=("GIT_COMMIT",),
        base_branch=("CHANGE_TARGET",),
        branch=("CHANGE_BRANCH", "BRANCH_NAME", "GIT_LOCAL_BRANCH"),
        number=("CHANGE_ID",),
        workflow=("JOB_NAME",),
        run=("BUILD_NUMBER",),
        run_url=_named("BUILD_URL"),
    ),
}


def facts(environ: Mapping[str, str]) -> Facts | None:
    """What the machine says of this job; None on a machine that is none of these.

    No API is named: gate speaks with none of them. A run by the clock that its host tells from no other counts as a push.
    """
    for host, machine in _MACHINES.items():
        name, value = machine.mark
        if environ.get(name) and value in ("", environ[name]):
            return _facts(host, machine, environ)
    return None


def _facts(host: str, machine: _Machine, environ: Mapping[str, str]) -> Facts:
    change = bool(_first(machine.change, environ))
    commit = _commit(machine.commit, environ)
    return Facts(
        host=host,
        event=_event(machine, change, environ),
        repository=machine.repository(environ),
        commit=commit,
        head=_commit(machine.head, environ) if change else commit,
        base=_commit(machine.base, environ) if change else "",
        base_branch=_branch(_first(machine.base_branch, environ)) if change else "",
        branch=_branch(_first(machine.branch, environ)),
        number=_number(_first(machine.number, environ)) if change else 0,
        fork=change and _first(machine.fork, environ).lower() not in ("", "false"),
        workflow=_first(machine.workflow, environ),
        run=_first(machine.run, environ),
        run_url=machine.run_url(environ),
    )


def _event(machine: _Machine, change: bool, environ: Mapping[str, str]) -> Event:
    if change:
        return Event.CHANGE
    name, value = machine.scheduled
    if name and environ.get(name) == value:
        return Event.SCHEDULE
    return Event.PUSH if machine.pushed(environ) else Event.OTHER


def _first(names: tuple[str, ...], environ: Mapping[str, str]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")


def _commit(names: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """A whole commit id; an abbreviated one could mean another commit tomorrow."""
    written = _first(names, environ).lower()
    return written if is_commit(written) else ""


def _branch(written: str) -> str:
    """The branch's name: hosts write refs/heads/main, too. A tag is no branch."""
    if written.startswith("refs/") and not written.startswith("refs/heads/"):
        return ""
    return written.removeprefix("refs/heads/")


def _number(written: str) -> int:
    """The number of the pull request, which CircleCI writes as the end of its address."""
    digits = written.rstrip("/").rpartition("/")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
