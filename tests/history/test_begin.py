"""Which run may ever feed a baseline: what CI says of the job decides."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from gate.history.begin import begun, where
from gate.history.writers import is_gone, writer
from gate.terms.run import milliseconds, moment, new_id

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_REF": "refs/heads/main", "GITHUB_SHA": "a" * 40}
GITLAB = {"GITLAB_CI": "true", "CI_COMMIT_SHA": "b" * 40, "CI_COMMIT_BRANCH": "main", "CI_PROJECT_PATH": "o/r"}
AZURE = {"TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/heads/main", "BUILD_SOURCEVERSION": "c" * 40}


@pytest.mark.parametrize(
    ("environ", "event", "trusted"),
    [
        ({**GITHUB, "GITHUB_EVENT_NAME": "push"}, "push", True),
        ({**GITHUB, "GITHUB_EVENT_NAME": "schedule"}, "schedule", True),
        ({**GITHUB, "GITHUB_EVENT_NAME": "pull_request"}, "change", False),
        ({**GITHUB, "GITHUB_EVENT_NAME": "pull_request_target"}, "change", False),
        ({**GITHUB, "GITHUB_EVENT_NAME": "merge_group"}, "queue", False),
        ({**GITHUB, "GITHUB_EVENT_NAME": "workflow_run"}, "trusted", False),
        ({**GITHUB, "GITHUB_EVENT_NAME": "workflow_dispatch"}, "other", False),
        ({**GITHUB, "GITHUB_EVENT_NAME": "issue_comment"}, "other", False),
        ({**GITHUB, "GITHUB_EVENT_NAME": ""}, "other", False),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "push"}, "push", True),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "schedule"}, "schedule", True),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7"}, "change", False),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "push", "CI_MERGE_REQUEST_IID": "7"}, "change", False),
        ({**GITLAB, "CI_PIPELINE_SOURCE": "trigger"}, "other", False),
        ({**AZURE, "BUILD_REASON": "IndividualCI"}, "push", True),
        ({**AZURE, "BUILD_REASON": "Manual"}, "other", False),
        ({**AZURE, "BUILD_REASON": "PullRequest", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7"}, "change", False),
        ({"JENKINS_URL": "https://ci", "BRANCH_NAME": "PR-7", "CHANGE_ID": "7", "CHANGE_BRANCH": "main"}, "change", False),
        ({}, "local", True),
    ],
)  # fmt: skip
def test_only_pushes_the_clock_and_people_are_trusted(
    environ: dict[str, str], event: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = where(environ)
    assert (found.event, found.trusted) == (event, trusted)


def test_a_run_says_who_and_where() -> None:
    run = begun({**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_ACTOR": "ann", "GITHUB_RUN_ID": "7"}, "fraud", {"depth": 6})
    assert (run.model, run.branch, run.commit, run.actor, run.params) == ("fraud", "main", "a" * 40, "ann", {"depth": 6})


def test_moments_come_back_and_ids_sort_by_them() -> None:
    at = [moment(seconds) for seconds in (0, 1, 1.001, 1_800_000_000.999)]
    assert at[0] == "1970-01-01T00:00:00.000Z"
    assert [milliseconds(each) for each in at] == [0, 1000, 1001, 1_800_000_000_999]
    ids = [new_id(each) for each in at]
    assert sorted(ids) == ids
    assert new_id(at[0]) != new_id(at[0])
    for odd in ("2026-11-22T10:00:00", "yesterday", "2026-11-22T10:00:00+01:00Z", ""):
        with pytest.raises(ValueError, match=r"."):
            milliseconds(odd)


def test_only_a_process_of_this_machine_is_known_to_be_gone() -> None:
    machine, process, _ = writer().split("/")
    assert platform.node() not in writer(), "a history may be public"
    assert not is_gone(writer())
    assert is_gone(f"{machine}/{process}/0")
    assert is_gone(f"{machine}/999999999/1")
    for elsewhere in ("", "other/1/1", "other/boot/1/1", "x", f"elsewhere/{machine}/1/1", f"{machine}/one/1"):
        assert not is_gone(elsewhere)
