"""The policy as a revision has it, with real git repositories."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from gate.app.check import CheckRequest, check, judging_of
from gate.errors import GateError
from gate.terms.decision import Decision, Verdict

STRICT = "gate: 1\nname: fraud\nrules:\n  - recall >= 0.85\n"
LAX = "gate: 1\nname: fraud\nrules:\n  - recall >= 0.5\n"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    write("m.json", json.dumps({"recall": 0.7}))
    return tmp_path


def git(*words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True, env=environ).stdout.strip()


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def commit(**files: str) -> str:
    for name, text in files.items():
        write(name.replace("__", "/").replace("_yaml", ".yaml").replace("_json", ".json"), text)
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", "change")
    return git("rev-parse", "HEAD")


def checked(ref: str = "main", **more: Any) -> Decision:
    return check(CheckRequest(**{"inputs": ["m.json"], "policy_from": ref, **more}))


def refused(ref: str = "main", **more: Any) -> list[str]:
    with pytest.raises(GateError) as error:
        checked(ref, **more)
    return [problem.slug for problem in error.value.problems]


def test_the_revision_judges_and_not_the_work_tree() -> None:
    main = commit(gate_yaml=STRICT)
    write("gate.yaml", LAX)
    assert check(CheckRequest(inputs=["m.json"])).verdict is Verdict.PASS
    found = checked()
    assert found.verdict is Verdict.FAIL
    assert found.revision is not None
    assert (found.revision.ref, found.revision.commit, found.revision.by, found.revision.first) == ("main", main, "git", False)


def test_what_the_change_would_loosen_is_told_with_a_dry_run() -> None:
    commit(gate_yaml=STRICT)
    write("gate.yaml", LAX)
    proposed = checked().proposed
    assert proposed is not None
    assert (proposed.loosened, proposed.verdict) == (True, "pass")
    (change,) = proposed.changes
    assert (change.relation, change.before, change.after) == ("looser", "recall >= 0.85", "recall >= 0.5")


def test_a_tighter_proposal_and_the_same_one() -> None:
    commit(gate_yaml=LAX)
    assert checked().proposed is None
    write("gate.yaml", LAX + "  # a remark\n")
    assert checked().proposed is None
    write("gate.yaml", STRICT)
    proposed = checked().proposed
    assert proposed is not None
    assert (proposed.loosened, proposed.verdict) == (False, "fail")


def test_a_policy_that_the_change_takes_away_or_breaks_still_judges() -> None:
    commit(gate_yaml=STRICT)
    Path("gate.yaml").unlink()
    found = checked()
    assert found.verdict is Verdict.FAIL
    assert found.proposed is not None
    assert found.proposed.loosened
    assert "no policy found" in found.proposed.messages[0]
    write("gate.yaml", "rules: [")
    proposed = checked().proposed
    assert proposed is not None
    assert proposed.loosened
    assert proposed.messages


def test_all_that_the_policy_names_comes_from_the_revision() -> None:
    head = "gate: 1\nname: m\nextends: [./base.yaml]\nwaivers: ./waivers.yaml\nbaselines: {baseline: ./old.json}\n"
    policy = f"{head}rules:\n  - recall >= baseline\n"
    floor = "gate: 1\nrules:\n  - {{id: floor, check: recall >= {}}}\n"
    main = commit(
        gate_yaml=policy,
        base_yaml=floor.format(0.6),
        waivers_yaml="[]\n",
        old_json='{"recall": 0.9}',
    )
    write("base.yaml", "gate: 1\nrules:\n  - {id: floor, check: recall >= 0.1}\n")
    write("waivers.yaml", "- {rule: recall >= baseline, until: 2099-01-01, why: mine, by: me, floor: recall > 0}\n")
    write("old.json", '{"recall": 0.1}')
    found = checked()
    assert found.verdict is Verdict.FAIL
    assert [(each.expression, each.threshold, each.waiver) for each in found.findings] == [
        ("recall >= 0.6", 0.6, None),
        ("recall >= baseline", 0.9, None),
    ]
    assert found.baselines[0].origin.commit == main


def test_a_waiver_of_the_change_does_not_count() -> None:
    head = "gate: 1\nname: m\n"
    rule = "rules:\n  - {id: floor, check: recall >= 0.85}\n"
    commit(gate_yaml=head + rule)
    until = (datetime.now(timezone.utc) + timedelta(days=30)).date().isoformat()
    write("gate.yaml", f"{head}{rule}waivers:\n  - {{rule: floor, until: {until}, why: mine, by: me, floor: recall > 0}}\n")
    found = checked()
    assert found.verdict is Verdict.FAIL
    assert found.proposed is not None
    assert (found.proposed.loosened, found.proposed.verdict) == (True, "warn")


def test_the_environment_has_no_part_in_it() -> None:
    commit(gate_yaml=STRICT, lax_yaml=LAX)
    assert checked(environ={"GATE_POLICY": "lax.yaml"}).verdict is Verdict.FAIL
    assert check(CheckRequest(inputs=["m.json"], environ={"GATE_POLICY": "lax.yaml"})).verdict is Verdict.PASS


def test_the_first_policy_is_judged_by_itself_and_never_quite_passes() -> None:
    commit(README_md="x")
    write("gate.yaml", LAX)
    found = checked()
    assert (found.verdict, found.exit_code) == (Verdict.WARN, 0)
    assert found.revision is not None
    assert found.revision.first
    assert found.notes[0].text == "first policy, judged by itself: main has none yet"
    write("gate.yaml", STRICT)
    assert checked().verdict is Verdict.FAIL


@pytest.mark.parametrize("elsewhere", ["other/gate.yaml", "other/gate.yml", "policies/fraud.yaml", "GATE.YAML"])
def test_a_policy_that_was_moved_is_no_first_policy(elsewhere: str) -> None:
    write(elsewhere, STRICT)
    commit()
    Path(elsewhere).unlink()
    write("gate.yaml", LAX)
    assert refused() == ["policy-not-at-revision"]


def test_a_workflow_called_gate_is_no_policy() -> None:
    write(".github/workflows/gate.yml", "name: gate\non: push\njobs: {}\n")
    commit()
    write("gate.yaml", LAX)
    assert checked().verdict is Verdict.WARN


def test_named_policies_are_read_there_and_must_be_there() -> None:
    commit(policies__fraud_yaml=STRICT, gate_yaml=LAX)
    write("policies/fraud.yaml", LAX)
    assert checked(policies=["policies/fraud.yaml"]).verdict is Verdict.FAIL
    assert checked(policies=["policies/fraud.yaml", "gate.yaml"]).verdict is Verdict.FAIL
    write("policies/new.yaml", LAX)
    assert refused(policies=["policies/new.yaml"]) == ["policy-not-at-revision"]
    assert refused(policies=["policies/fraud.yaml", "policies/new.yaml"]) == ["policy-not-at-revision"]


def test_the_nearest_policy_is_looked_for_at_the_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    commit(gate_yaml=STRICT, models__a__x_json="{}")
    write("models/a/gate.yaml", LAX)
    write("models/a/m.json", '{"recall": 0.7}')
    monkeypatch.chdir("models/a")
    found = checked()
    assert found.verdict is Verdict.FAIL
    assert found.policies[0].file == "gate.yaml"
    monkeypatch.chdir("../..")
    commit()
    monkeypatch.chdir("models/a")
    assert checked().policies[0].file == "models/a/gate.yaml"


def test_a_path_outside_the_repository() -> None:
    commit(gate_yaml=STRICT)
    assert refused(policies=["../gate.yaml"]) == ["policy-outside"]


def test_a_link_at_the_revision_is_refused() -> None:
    write("lax.yaml", LAX)
    os.symlink("lax.yaml", "gate.yaml")
    commit()
    assert refused() == ["not-a-plain-file"]


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=touch x", "main:gate.yaml", "a" * 40])
def test_a_revision_that_is_not_there(ref: str) -> None:
    commit(gate_yaml=STRICT)
    assert refused(ref)


def test_base_needs_a_job_that_says_what_it_is() -> None:
    main = commit(gate_yaml=STRICT)
    write("gate.yaml", LAX)
    assert refused("base") == ["no-base"]
    event = {
        "BITBUCKET_BUILD_NUMBER": "1",
        "BITBUCKET_PR_ID": "7",
        "BITBUCKET_PR_DESTINATION_COMMIT": main,
        "BITBUCKET_COMMIT": main,
    }
    found = checked("base", environ=event)
    assert found.verdict is Verdict.FAIL
    assert found.revision is not None
    assert (found.revision.ref, found.revision.commit) == ("base", main)


def test_a_clock_that_was_given_cannot_keep_a_waiver_alive() -> None:
    commit(gate_yaml=STRICT)
    assert refused(now="2026-01-01") == ["simulated-clock"]


def test_what_is_wrong_at_the_revision_is_told_with_its_commit() -> None:
    main = commit(gate_yaml="gate: 1\nrules:\n  - recal => 0.8\n")
    with pytest.raises(GateError) as error:
        judging_of(CheckRequest(inputs=["m.json"], policy_from="main"))
    assert main
    assert str(error.value.problems[0].where) == "gate.yaml:3:11"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("link", ["gate.yaml", "models/gate.yaml", "models"])
def test_a_link_of_the_change_leads_no_message_to_a_secret(tmp_path_factory: pytest.TempPathFactory, link: str) -> None:
    path = link if link.endswith(".yaml") else f"{link}/gate.yaml"
    secret = tmp_path_factory.mktemp("secret") / "gate.yaml"
    secret.write_text("[default]\naws_secret_access_key: HUNTER2\n")
    for first in (True, False):
        if not first:
            write(path, STRICT)
            commit()
            Path(path).unlink()
        else:
            commit()
        Path(path).parent.mkdir(exist_ok=True)
        if link == "models":
            Path(link).rmdir()
        Path(link).symlink_to(secret.parent if link == "models" else secret)
        if first:
            with pytest.raises(GateError) as error:
                checked(policies=[path])
            told = str(error.value)
        else:
            proposed = checked(policies=[path]).proposed
            assert proposed is not None
            told = " ".join(proposed.messages)
        assert "HUNTER2" not in told
        assert "this is a link" in told
        Path(link).unlink()


def test_a_first_policy_finds_its_baseline_beside_it() -> None:
    commit()
    write("gate.yaml", "gate: 1\nname: fraud\nbaselines: {baseline: ./old/m.json}\nrules:\n  - recall >= baseline\n")
    write("old/m.json", json.dumps({"recall": 0.6}))
    found = checked()
    assert found.verdict is Verdict.WARN
    assert found.findings[0].baseline_value == 0.6
