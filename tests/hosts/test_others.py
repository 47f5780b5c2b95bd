from __future__ import annotations

import pytest

from gate.hosts.facts import Event, Facts
from gate.hosts.others import facts

MERGE = "1" * 40
HEAD = "2" * 40
BASE = "3" * 40

AZURE = {
    "TF_BUILD": "True",
    "BUILD_REASON": "IndividualCI",
    "BUILD_REPOSITORY_NAME": "fraud",
    "BUILD_SOURCEVERSION": MERGE,
    "BUILD_SOURCEBRANCH": "refs/heads/main",
    "BUILD_DEFINITIONNAME": "model",
    "BUILD_BUILDID": "812",
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/risk/",
    "SYSTEM_TEAMPROJECT": "Fraud & Risk",
}
AZURE_CHANGE = {
    **AZURE,
    "BUILD_REASON": "PullRequest",
    "BUILD_SOURCEBRANCH": "refs/pull/17/merge",
    "SYSTEM_PULLREQUEST_PULLREQUESTID": "17",
    "SYSTEM_PULLREQUEST_SOURCECOMMITID": HEAD,
    "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/better",
    "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
    "SYSTEM_PULLREQUEST_ISFORK": "False",
}
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "41",
    "BITBUCKET_REPO_FULL_NAME": "risk/fraud",
    "BITBUCKET_COMMIT": HEAD,
    "BITBUCKET_BRANCH": "main",
}
CIRCLE = {
    "CIRCLECI": "true",
    "CIRCLE_PROJECT_USERNAME": "risk",
    "CIRCLE_PROJECT_REPONAME": "fraud",
    "CIRCLE_SHA1": HEAD,
    "CIRCLE_BRANCH": "main",
    "CIRCLE_JOB": "gate",
    "CIRCLE_WORKFLOW_ID": "c0ffee",
    "CIRCLE_BUILD_NUM": "7",
    "CIRCLE_BUILD_URL": "https://circleci.com/gh/risk/fraud/7",
}
JENKINS = {
    "JENKINS_URL": "https://ci.example.com/",
    "JOB_NAME": "fraud/main",
    "BUILD_NUMBER": "5",
    "BUILD_URL": "https://ci.example.com/job/fraud/job/main/5/",
    "BRANCH_NAME": "main",
    "GIT_COMMIT": MERGE,
}


def test_azure_pushed() -> None:
    assert facts(AZURE) == Facts(
        host="azure",
        event=Event.PUSH,
        repository="fraud",
        commit=MERGE,
        head=MERGE,
        branch="main",
        workflow="model",
        run="812",
        run_url="https://dev.azure.com/risk/Fraud%20%26%20Risk/_build/results?buildId=812",
    )


def test_azure_tests_a_merge_and_names_the_change() -> None:
    told = facts(AZURE_CHANGE)
    assert told is not None
    assert (told.event, told.commit, told.head, told.number) == (Event.CHANGE, MERGE, HEAD, 17)
    assert (told.branch, told.base_branch, told.base, told.fork) == ("better", "main", "", False)


def test_azure_numbers_a_pull_request_of_github_as_github_does() -> None:
    told = facts({**AZURE_CHANGE, "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "3", "SYSTEM_PULLREQUEST_ISFORK": "True"})
    assert told is not None
    assert (told.number, told.fork) == (3, True)


@pytest.mark.parametrize(
    ("reason", "event"), [("Schedule", Event.SCHEDULE), ("BatchedCI", Event.PUSH), ("Manual", Event.OTHER), ("", Event.OTHER)]
)
def test_azure_says_why_it_runs(reason: str, event: Event) -> None:
    told = facts({**AZURE, "BUILD_REASON": reason})
    assert told is not None
    assert told.event is event


def test_bitbucket_pushed() -> None:
    assert facts(BITBUCKET) == Facts(
        host="bitbucket",
        event=Event.PUSH,
        repository="risk/fraud",
        commit=HEAD,
        head=HEAD,
        branch="main",
        run="41",
        run_url="https://bitbucket.org/risk/fraud/pipelines/results/41",
    )


@pytest.mark.parametrize(("written", "base"), [(BASE, BASE), (BASE[:12], "")])
def test_bitbucket_change_and_an_abbreviated_base_is_none(written: str, base: str) -> None:
    change = {"BITBUCKET_PR_ID": "9", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_PR_DESTINATION_COMMIT": written}
    told = facts({**BITBUCKET, **change, "BITBUCKET_BRANCH": "better"})
    assert told is not None
    assert (told.event, told.number, told.branch) == (Event.CHANGE, 9, "better")
    assert (told.base_branch, told.base, told.fork) == ("main", base, False)


def test_circleci_pushed() -> None:
    assert facts(CIRCLE) == Facts(
        host="circleci",
        event=Event.PUSH,
        repository="risk/fraud",
        commit=HEAD,
        head=HEAD,
        branch="main",
        workflow="gate",
        run="c0ffee",
        run_url="https://circleci.com/gh/risk/fraud/7",
    )


def test_circleci_change() -> None:
    told = facts({**CIRCLE, "CIRCLE_PULL_REQUEST": "https://github.com/risk/fraud/pull/12", "CIRCLE_BRANCH": "better"})
    assert told is not None
    assert (told.event, told.number, told.fork) == (Event.CHANGE, 12, False)


def test_circleci_numbers_the_pull_requests_of_forks() -> None:
    told = facts({**CIRCLE, "CIRCLE_PR_NUMBER": "12", "CIRCLE_BRANCH": "pull/12"})
    assert told is not None
    assert (told.event, told.number, told.fork) == (Event.CHANGE, 12, True)


def test_jenkins_pushed() -> None:
    assert facts(JENKINS) == Facts(
        host="jenkins",
        event=Event.PUSH,
        commit=MERGE,
        head=MERGE,
        branch="main",
        workflow="fraud/main",
        run="5",
        run_url="https://ci.example.com/job/fraud/job/main/5/",
    )


@pytest.mark.parametrize(("more", "fork"), [({}, False), ({"CHANGE_FORK": "mallory"}, True)])
def test_jenkins_change_may_be_a_merge_so_its_head_is_not_known(more: dict[str, str], fork: bool) -> None:
    change = {"CHANGE_ID": "8", "CHANGE_TARGET": "main", "CHANGE_BRANCH": "better", "BRANCH_NAME": "PR-8"}
    told = facts({**JENKINS, **change, **more})
    assert told is not None
    assert (told.event, told.number, told.fork) == (Event.CHANGE, 8, fork)
    assert (told.branch, told.base_branch, told.commit, told.head) == ("better", "main", MERGE, "")


def test_jenkins_without_a_branch_was_not_pushed() -> None:
    told = facts({"JENKINS_URL": "https://ci.example.com/", "BUILD_NUMBER": "5"})
    assert told is not None
    assert told.event is Event.OTHER


@pytest.mark.parametrize("environ", [{}, {"TF_BUILD": "False"}, {"CIRCLECI": ""}, {"CI": "true"}, {"GITLAB_CI": "true"}])
def test_another_machine_is_none_of_these(environ: dict[str, str]) -> None:
    assert facts(environ) is None


def test_an_agent_of_jenkins_passes_its_variables_on() -> None:
    told = facts({**JENKINS, **AZURE})
    assert told is not None
    assert told.host == "azure"


@pytest.mark.parametrize("written", ["x" * 40, "abc", "", "-" * 40, f"{HEAD}\n"])
def test_what_is_no_commit_is_none(written: str) -> None:
    told = facts({**BITBUCKET, "BITBUCKET_COMMIT": written})
    assert told is not None
    assert (told.commit, told.head) == ("", "")


@pytest.mark.parametrize("written", ["12; rm", "-3", "1.5", "\u0663", "9" * 5000, "..", "https://github.com/risk/fraud/pull/"])
def test_what_is_no_number_is_zero(written: str) -> None:
    told = facts({**CIRCLE, "CIRCLE_PULL_REQUEST": written})
    assert told is not None
    assert (told.event, told.number) == (Event.CHANGE, 0)


def test_a_tag_is_no_branch() -> None:
    told = facts({**AZURE, "BUILD_SOURCEBRANCH": "refs/tags/v1"})
    assert told is not None
    assert told.branch == ""
