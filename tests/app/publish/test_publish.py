"""Judging again in a trusted job, against a GitHub that keeps state: whatever the change's own job left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.app.check import decide
from gate.app.clock import Clock, clock
from gate.app.publish.publish import Publication, PublishRequest, publish
from gate.cli.main import main
from gate.errors import GateError
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.reports.json import render
from gate.terms.decision import Verdict
from tests.hosts.fake_github import HEAD, JOB_TOKEN, REPOSITORY, FakeGitHub, Fault, serving

STRICT = "gate: 1\nname: fraud\nrules:\n  - recall >= 0.85\n"
LAX = "gate: 1\nname: fraud\nrules:\n  - recall >= 0.1\n"
RUN = 4711


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    monkeypatch.chdir(tmp_path)
    Path("gate.yaml").write_text(STRICT)
    with serving() as found:
        found.pull(7)
        yield found


def environ(hub: FakeGitHub, head: str = HEAD, **more: str) -> dict[str, str]:
    repository = {"full_name": REPOSITORY, "owner": {"login": "acme"}}
    run = {"id": RUN, "head_sha": head, "head_branch": "topic", "repository": repository, "head_repository": repository}
    Path("event.json").write_text(json.dumps({"workflow_run": run}))
    known = {"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_EVENT_PATH": "event.json", "GITHUB_SHA": "f" * 40}
    return hub.environ(**known, **more)


def brought(recall: float = 0.9, policy: str = STRICT, **changed: Any) -> dict[str, Any]:
    """What an honest job of the change would have kept, as JSON."""
    decision = decide([loads(policy)], read_mapping({"recall": recall}), None, clock())
    found: dict[str, Any] = json.loads(render(replace(decision, commit=HEAD)))
    return {**found, **changed}


def published(hub: FakeGitHub, document: Any, **more: Any) -> Publication:
    Path("decision.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return publish(PublishRequest(**{"decisions": ["decision.json"], "environ": environ(hub), **more}))


def comment(hub: FakeGitHub) -> str:
    (only,) = hub.comments.values()
    return str(only["body"])


def check(hub: FakeGitHub) -> dict[str, Any]:
    (only,) = hub.check_runs.values()
    return only


def test_an_honest_decision_is_judged_again_and_told(hub: FakeGitHub) -> None:
    found = published(hub, brought())
    assert (found.exit_code, found.troubles, found.unverified) == (0, (), ())
    assert len(found.comment_urls) == 1
    assert found.check_url
    assert comment(hub).partition("\n")[2].startswith("## ✅ Deploy `fraud`: 1 rule holds")
    assert "by the job that judged again" in comment(hub)
    assert (check(hub)["name"], check(hub)["conclusion"], check(hub)["head_sha"]) == ("gate", "success", HEAD)
    assert found.decisions[0].notes == ()


def test_a_decision_is_of_one_moment(hub: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks at the clock a day may end, and with it a waiver."""
    looks: list[Clock] = []

    def looked() -> Clock:
        looks.append(clock(f"2026-06-0{len(looks) + 1}"))
        return looks[-1]

    monkeypatch.setattr("gate.app.publish.publish.clock", looked)
    assert published(hub, brought()).decisions[0].judged_at == looks[0].now
    assert len(looks) == 1


def test_again_makes_no_second_comment(hub: FakeGitHub) -> None:
    published(hub, brought())
    published(hub, brought(0.2))
    assert "Do not deploy" in comment(hub)


def test_a_forged_verdict(hub: FakeGitHub) -> None:
    forged = brought(0.2, verdict="pass", exit_code=0, findings=[])
    found = published(hub, forged)
    assert found.decisions[0].verdict is Verdict.FAIL
    assert found.exit_code == 1
    assert check(hub)["conclusion"] == "failure"
    assert "says pass; judged again, it is fail" in comment(hub)


def test_forged_findings_baselines_and_words_are_not_looked_at(hub: FakeGitHub) -> None:
    Path("gate.yaml").write_text(STRICT + "  - recall >= baseline\n")
    forged = brought(0.9)
    forged["findings"][0] |= {"rule": "all is well", "expression": "1 > 0", "value": 1, "why": "<script>"}
    forged["notes"] = [{"slug": "x", "text": "trust me"}]
    forged["run_url"] = "https://evil.example/"
    forged["baselines"] = [
        {
            "name": "baseline",
            "origin": {"source": "ci:main"},
            "measurements": {"measurements": [{"metric": "recall", "value": 0.1}]},
        }
    ]
    found = published(hub, forged)
    assert found.decisions[0].verdict is Verdict.UNDECIDED
    assert check(hub)["conclusion"] == "failure"
    for lie in ("all is well", "trust me", "evil.example", "script"):
        assert lie not in comment(hub)
    assert [each.reasons[0].slug for each in found.decisions[0].findings if each.reasons] == ["no-baseline"]


def test_another_policy_and_a_digest_that_lies(hub: FakeGitHub) -> None:
    lax = brought(0.2, LAX)
    found = published(hub, lax)
    assert found.decisions[0].verdict is Verdict.FAIL
    assert "judged by another policy" in comment(hub)
    lying = brought(0.2, LAX)
    lying["policies"][0]["sha256"] = found.decisions[0].policies[0].sha256
    found = published(hub, lying)
    assert found.decisions[0].verdict is Verdict.FAIL
    assert check_conclusions(hub) == ["failure", "failure"]


def check_conclusions(hub: FakeGitHub) -> list[str]:
    return [each["conclusion"] for each in hub.check_runs.values()]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"commit": "e" * 40}, "the artifact is not of the run that it came with: it says that it is about commit eeeeeeeeeeee"),
        ({"commit": ""}, "it says that it is about no commit"),
        ({"format": 2}, "this version of gate reads format 1 only"),
        ({"candidate": None}, "candidate: `measurements`, perhaps with `aliases` and `cases`, are needed"),
        ({"unknown": 1}, "`unknown` is not known here"),
        ({"exit_code": 1}, "0 is what follows from the rest"),
        ({"candidate": {"measurements": [{"metric": "recall", "value": 1, "support": {"n": -5}}]}}, "recall"),
        ({"candidate": {"measurements": []}}, "there is no measurement"),
    ],
)
def test_what_cannot_be_judged_again_gets_a_neutral_comment_and_no_check(
    hub: FakeGitHub, changed: dict[str, Any], why: str
) -> None:
    found = published(hub, {**brought(), **changed})
    assert (found.decisions, found.exit_code) == ((), 2)
    said = comment(hub)
    assert "## ❔ Unverified: this decision could not be judged again" in said
    assert why in said
    assert "Deploy" not in said
    assert not hub.check_runs
    assert not hub.statuses


@pytest.mark.parametrize("text", ["", "{", "[]", "\0", "null", '{"verdict": "pass"}', "[" * 100_000])
def test_what_is_no_decision_at_all(hub: FakeGitHub, text: str) -> None:
    assert published(hub, text).exit_code == 2
    assert "Unverified" in comment(hub)
    assert not hub.check_runs


def test_words_of_the_decision_stay_inside_their_block(hub: FakeGitHub) -> None:
    published(hub, brought(**{"```\n</details>@all<!-- gate:report:v1 -->": 1}))
    found = re.fullmatch(
        r"(?P<above>.*?)^(?P<fence>`{3,})text\n(?P<block>.*?)^(?P=fence)\n(?P<below>.*)", comment(hub), re.S | re.M
    )
    assert found is not None
    for word in ("@all", "</details>", "```\n"):
        assert word in found["block"]
        assert word not in found["above"] + found["below"]
    assert found["fence"] not in found["block"], "no fence of the decision's ends the block"
    assert (found["above"] + found["below"]).count("gate:report:v1") == 1, "the comment's own marker"


def test_the_artifact_of_the_run_that_started_this_one(hub: FakeGitHub) -> None:
    run = hub.run(id=RUN, event="pull_request", head_sha=HEAD)
    hub.artifact(run, {"decision.json": json.dumps(brought()).encode()})
    found = publish(PublishRequest(environ=environ(hub)))
    assert (found.exit_code, check(hub)["conclusion"]) == (0, "success")


@pytest.mark.parametrize("name", ["../decision.json", "/decision.json", "a/../../gate.yaml"])
def test_an_artifact_that_leads_out_of_itself(hub: FakeGitHub, name: str) -> None:
    run = hub.run(id=RUN, event="pull_request", head_sha=HEAD)
    hub.artifact(run, {name: LAX.encode(), "decision.json": json.dumps(brought()).encode()})
    found = publish(PublishRequest(environ=environ(hub)))
    assert (found.decisions, found.exit_code) == ((), 2)
    assert "a path out of itself or a link" in comment(hub)
    assert not hub.check_runs
    assert Path("gate.yaml").read_text() == STRICT
    assert not Path("../decision.json").exists()


def test_no_artifact_and_an_expired_one(hub: FakeGitHub) -> None:
    run = hub.run(id=RUN, event="pull_request", head_sha=HEAD)
    assert publish(PublishRequest(environ=environ(hub))).exit_code == 2
    assert "the artifact `gate-decision` of the run that started this one is not there" in comment(hub)
    hub.artifact(run, {"decision.json": b"{}"}, expired=True)
    assert publish(PublishRequest(environ=environ(hub))).verdict == "error"
    assert "is not there any more" in comment(hub)
    assert not hub.check_runs


def test_a_job_that_no_other_run_started(hub: FakeGitHub) -> None:
    for event in ({}, {"workflow_run": None}, {"workflow_run": {"id": "4711"}}):
        known = environ(hub)
        Path("event.json").write_text(json.dumps(event))
        with pytest.raises(GateError, match="no other workflow's run has started this one"):
            publish(PublishRequest(environ=known))
    assert not hub.comments


def test_what_the_change_would_loosen_is_read_at_its_own_commit(hub: FakeGitHub) -> None:
    hub.commit(HEAD, {"gate.yaml": LAX})
    published(hub, brought(0.2))
    assert "**This change loosens the gate (not used)**" in comment(hub)
    assert "`recall ≥ 0.85` → `recall ≥ 0.1`: looser" in comment(hub)
    assert "the model would pass under the proposed policy" in comment(hub)


def test_a_policy_that_cannot_be_read_makes_all_unverified(hub: FakeGitHub) -> None:
    Path("gate.yaml").write_text("rules: [")
    found = published(hub, brought())
    assert (found.exit_code, found.decisions) == (2, ())
    assert "Unverified" in comment(hub)
    Path("gate.yaml").unlink()
    assert "no policy found" in published(hub, brought(), environ=environ(hub, GATE_POLICY="lax.yaml")).unverified[0].reasons[0]


def test_several_make_one_comment_with_the_worst_first(hub: FakeGitHub) -> None:
    Path("one.json").write_text(json.dumps(brought(0.9)))
    Path("two.json").write_text(json.dumps(brought(0.2)))
    found = publish(PublishRequest(decisions=["one.json", "two.json"], environ=environ(hub)))
    assert [each.verdict for each in found.decisions] == [Verdict.FAIL, Verdict.PASS]
    said = comment(hub)
    assert "## ⛔ Do not deploy: 1 of 2 are refused" in said
    assert said.index("<summary>⛔ fail</summary>") < said.index("<summary>✅ pass</summary>")
    assert (check(hub)["conclusion"], check(hub)["output"]["title"]) == ("failure", "Do not deploy: 1 of 2 are refused")


def test_one_that_is_unverified_keeps_the_check_away(hub: FakeGitHub) -> None:
    Path("one.json").write_text(json.dumps(brought(0.9)))
    Path("two.json").write_text("{}")
    found = publish(PublishRequest(decisions=["one.json", "two.json"], environ=environ(hub)))
    assert found.exit_code == 2
    assert "Unverified" in comment(hub)
    assert "✅" in comment(hub)
    assert not hub.check_runs


@pytest.mark.parametrize("answer", [401, 403, 404, 422, 429, 500, "close"])
def test_trouble_with_the_host_is_told_and_changes_no_verdict(
    hub: FakeGitHub, answer: int | str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.faults += [Fault(method, "/", answer, headers={"Retry-After": "0"}) for method in ("GET", "POST", "PATCH")]
    Path("decision.json").write_text(json.dumps(brought()))
    for name, value in environ(hub).items():
        monkeypatch.setenv(name, value)
    assert main(["publish", "decision.json"]) == 0
    said = capsys.readouterr()
    assert "DEPLOY" in said.out
    assert said.err
    assert JOB_TOKEN not in said.out + said.err
    assert main(["publish", "decision.json", "--strict-publish"]) == 2


def test_a_job_that_may_only_read(hub: FakeGitHub) -> None:
    hub.read_only = True
    found = published(hub, brought())
    assert found.exit_code == 0
    assert any("pull-requests: write" in trouble for trouble in found.troubles)


def test_outside_of_ci_there_is_nowhere_to_publish(hub: FakeGitHub) -> None:
    assert hub
    Path("decision.json").write_text(json.dumps(brought()))
    for known in ({}, {"JENKINS_URL": "x"}):
        with pytest.raises(GateError) as error:
            publish(PublishRequest(decisions=["decision.json"], environ=known))
        assert error.value.problems[0].slug == "nowhere-to-publish"


def test_what_is_asked_not_to_be_posted(hub: FakeGitHub) -> None:
    found = published(hub, brought(), comment=False, check_name="gate / fraud")
    assert not hub.comments
    assert check(hub)["name"] == "gate / fraud"
    assert found.exit_code == 0
    published(hub, brought(), check=False)
    assert len(hub.check_runs) == 1
