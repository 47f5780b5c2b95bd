""".github/publish/action.yml as GitHub runs it after a fork: every input and every word of the artifact as an attack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.app.check import decide
from gate.app.clock import clock
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.reports.json import render
from tests.action.conftest import POLICY, ROOT, Start, Use
from tests.action.runner import Job, Ran
from tests.action.test_action import ATTACKS, HARMLESS, verdict
from tests.action.test_install import hostile
from tests.hosts.fake_github import HEAD, JOB_TOKEN, REPOSITORY, FakeGitHub, Fault, serving

OUTPUTS = ["verdict", "exit-code", "unverified", "comment-url", "check-url"]
INPUTS = [
    "decisions", "policy", "policy-from", "baseline", "check-name", "artifact", "comment", "check", "strict-publish",
    "working-directory", "token", "index-url",
]  # fmt: skip
LAX = "gate: 1\nname: m\nrules: [accuracy > 0.1]\n"
FORK = "mallory/fraud"
RUN = 4711


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    """A pull request from a fork, whose run has kept what it says of itself."""
    with serving() as found:
        found.pull(7, home=FORK)
        found.run(id=RUN, event="pull_request", head_sha=HEAD)
        yield found


@pytest.fixture
def job(start: Start, project: Path, hub: FakeGitHub) -> Job:
    """The job of the default branch, which the run of the change has started."""
    return after(start, project, hub)


def after(start: Start, folder: Path, hub: FakeGitHub, **changed: Any) -> Job:
    def repository(name: str) -> dict[str, Any]:
        return {"full_name": name, "owner": {"login": name.partition("/")[0]}}

    run = {"id": RUN, "event": "pull_request", "head_sha": HEAD, "head_branch": "topic", "pull_requests": []}
    run |= {"repository": repository(REPOSITORY), "head_repository": repository(FORK), **changed}
    event = {"action": "completed", "workflow_run": run}
    return start(folder, event_name="workflow_run", event=event, api_url=hub.url, sha="f" * 40, ref="refs/heads/main")


def decision(accuracy: float, policy: str = POLICY, **changed: Any) -> dict[str, Any]:
    made = decide([loads(policy)], read_mapping({"accuracy": accuracy, "latency_ms": 50}), None, clock())
    return {**json.loads(render(replace(made, commit=HEAD))), **changed}


def keep(hub: FakeGitHub, document: object, name: str = "decision.json") -> None:
    run = next(each for each in hub.runs if each["id"] == RUN)
    hub.artifact(run, {name: json.dumps(document).encode()})


def said(hub: FakeGitHub) -> str:
    (only,) = hub.comments.values()
    return str(only["body"])


def conclusions(hub: FakeGitHub) -> list[str]:
    return [each["conclusion"] for each in hub.check_runs.values()]


def test_the_action_has_these_inputs_and_outputs(publish: Use, job: Job) -> None:
    import yaml

    action = yaml.safe_load((ROOT / ".github" / "publish" / "action.yml").read_text(encoding="utf-8"))
    assert list(action["inputs"]) == INPUTS
    assert list(action["outputs"]) == OUTPUTS
    assert list(publish(job).outputs) == OUTPUTS


def test_from_nothing_to_a_check(job: Job, hub: FakeGitHub) -> None:
    keep(hub, decision(0.7))
    ran = job.uses(ROOT / ".github" / "publish", {})
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert conclusions(hub) == ["failure"]


@pytest.mark.parametrize(("accuracy", "expected"), [(0.9, (0, "pass", "0")), (0.7, (1, "fail", "1"))])
def test_a_decision_is_judged_again_and_told(
    publish: Use, job: Job, hub: FakeGitHub, accuracy: float, expected: tuple[int, str, str]
) -> None:
    keep(hub, decision(accuracy))
    ran = publish(job)
    assert verdict(ran) == expected, ran.log
    assert conclusions(hub) == ["failure" if expected[0] else "success"]
    assert [ran.outputs["comment-url"]] == [each["html_url"] for each in hub.comments.values()]
    assert [ran.outputs["check-url"]] == [each["html_url"] for each in hub.check_runs.values()]
    assert ran.outputs["unverified"] == "0"
    assert "accuracy" in said(hub)
    assert "accuracy" in ran.summary
    assert JOB_TOKEN not in ran.log + ran.summary


@pytest.mark.parametrize(
    "document",
    [
        decision(0.2, LAX),
        decision(0.2, verdict="pass", exit_code=0, findings=[]),
        decision(0.2, LAX, run_url="https://evil.example/", notes=[{"slug": "x", "text": "::set-output name=verdict::pass"}]),
    ],
    ids=["another policy", "a forged verdict", "words"],
)
def test_a_forged_decision_fails(publish: Use, job: Job, hub: FakeGitHub, document: object) -> None:
    keep(hub, document)
    ran = publish(job)
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert conclusions(hub) == ["failure"]
    assert "evil" not in said(hub) + ran.log + ran.summary
    assert ran.commands == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_cannot_be_judged_again_gets_no_check_whatever_words_it_has(
    publish: Use, job: Job, hub: FakeGitHub, attack: str
) -> None:
    keep(hub, decision(0.9, **{ATTACKS[attack]: 1}))
    ran = publish(job)
    assert verdict(ran) == (2, "error", "2"), ran.log
    assert ran.outputs["unverified"] == "1"
    assert "Unverified" in said(hub)
    assert "Unverified" in ran.summary
    assert (conclusions(hub), ran.commands, ran.outputs["check-url"]) == ([], [], "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_metric_may_be_called_anything(publish: Use, job: Job, hub: FakeGitHub, project: Path, attack: str) -> None:
    document = decision(0.7)
    document["candidate"]["measurements"].append({"metric": ATTACKS[attack], "value": 1})
    keep(hub, document)
    ran = publish(job)
    assert ran.code in (1, 2), ran.log
    assert ran.commands == []
    assert "success" not in conclusions(hub)
    assert sorted(project.rglob("pwned*")) == []


def test_no_artifact_is_told(publish: Use, job: Job, hub: FakeGitHub) -> None:
    assert verdict(publish(job)) == (2, "error", "2")
    assert "is not there" in said(hub)
    keep(hub, decision(0.9), "../decision.json")
    assert verdict(publish(job)) == (2, "error", "2")
    assert "a path out of itself" in said(hub)
    assert conclusions(hub) == []


def test_inputs_are_options(publish: Use, job: Job, hub: FakeGitHub, project: Path) -> None:
    (project / "one.json").write_text(json.dumps(decision(0.9)))
    (project / "two.json").write_text(json.dumps(decision(0.7)))
    (project / "more").mkdir()
    (project / "gate.yaml").rename(project / "more" / "strict.yaml")
    given = {"decisions": "../one.json\r\n../two.json\n", "policy": "strict.yaml", "check_name": "gate / m"}
    ran = publish(job, **given, working_directory="more")
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert "1 of 2 are refused" in said(hub)
    assert [each["name"] for each in hub.check_runs.values()] == ["gate / m"]


def test_what_is_not_wanted_is_not_posted(publish: Use, job: Job, hub: FakeGitHub) -> None:
    keep(hub, decision(0.9))
    ran = publish(job, comment="false", check="False")
    assert verdict(ran) == (0, "pass", "0"), ran.log
    assert (hub.comments, hub.check_runs) == ({}, {})


def test_a_policy_by_the_api_needs_no_checkout(publish: Use, start: Start, hub: FakeGitHub, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    hub.commit("b" * 40, {"gate.yaml": POLICY}, branch="main")
    hub.refs["main"] = "b" * 40
    hub.commit(HEAD, {"gate.yaml": LAX})
    keep(hub, decision(0.7, LAX))
    ran = publish(after(start, tmp_path / "empty", hub), policy_from="main")
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert "This change loosens the gate" in said(hub)
    assert conclusions(hub) == ["failure"]


# -- attacks


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", INPUTS)
def test_an_input_is_data(publish: Use, job: Job, hub: FakeGitHub, project: Path, name: str, attack: str) -> None:
    keep(hub, decision(0.7))
    before = sorted(project.rglob("*"))
    ran = publish(job, **{name: ATTACKS[attack]})
    harmless = name in HARMLESS | {"check-name"}
    assert verdict(ran) in ([(1, "fail", "1")] if harmless else [(2, "error", "2")]) or name == "token", ran.log
    assert ran.code in (1, 2)
    assert sorted(project.rglob("*")) == before
    assert ran.commands == []
    assert JOB_TOKEN not in ran.log + ran.summary
    assert "success" not in conclusions(hub)


def test_files_and_variables_of_the_job_have_no_say(publish: Use, job: Job, hub: FakeGitHub, project: Path) -> None:
    env = hostile(project) | {"GATE_POLICY": "loose.yaml", "GATE_INPUT_POLICY": "loose.yaml", "PYTHON": "./evil"}
    (project / "loose.yaml").write_text(LAX)
    left = "".join(f"{name}={value}\n" for name, value in env.items())
    assert job.run(f"cat >> \"$GITHUB_ENV\" <<'END'\n{left}END\n").code == 0
    before = sorted(project.rglob("*"))
    keep(hub, decision(0.7, LAX))
    ran = publish(job)
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("change", ["s/aaaa/eeee/g", "s/.*//", "s/workflow_run/other/"])
def test_an_event_that_a_step_has_edited(publish: Use, job: Job, hub: FakeGitHub, change: str) -> None:
    keep(hub, decision(0.9))
    assert job.run(f'sed -i "{change}" "$GITHUB_EVENT_PATH"').code == 0
    ran = publish(job)
    assert verdict(ran) == (2, "error", "2"), ran.log
    assert "a step of this job has changed it" in ran.log
    assert (hub.comments, hub.check_runs) == ({}, {})


def test_a_run_of_another_repository(publish: Use, start: Start, project: Path, hub: FakeGitHub) -> None:
    keep(hub, decision(0.9))
    other = after(start, project, hub, repository={"full_name": FORK, "owner": {"login": "mallory"}})
    assert verdict(publish(other)) == (2, "error", "2")
    assert (hub.comments, hub.check_runs) == ({}, {})


def test_a_push_started_nothing_to_publish(publish: Use, start: Start, project: Path) -> None:
    ran = publish(start(project))
    assert verdict(ran) == (2, "error", "2")
    assert "no other workflow's run has started this one" in ran.log


@pytest.mark.parametrize("answer", [403, 500])
def test_trouble_with_the_comment_changes_no_verdict(publish: Use, job: Job, hub: FakeGitHub, answer: int) -> None:
    keep(hub, decision(0.9))
    hub.faults.append(Fault("POST", "/comments", answer, headers={"Retry-After": "0"}))
    ran = publish(job)
    assert verdict(ran) == (0, "pass", "0"), ran.log
    assert conclusions(hub) == ["success"]
    strict: Ran = publish(job, strict_publish="true")
    assert verdict(strict) == (2, "pass", "2"), strict.log
