"""Which history counts where a trusted revision judges a change, with real git repositories."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gate.app.check import CheckRequest, check
from gate.app.past import history_of
from gate.history.store import open_store
from gate.language.value import Doubt
from gate.policy.load import load
from gate.terms.decision import Decision, Verdict
from tests.history.examples import entry

STEADY = [0.90, 0.91, 0.90, 0.92, 0.91, 0.90, 0.91, 0.90]
HEAD = "gate: 1\nname: fraud\n"
TREND = "rules:\n  - recall >= expected_low(recall, 8)\n"
FLOOR = "rules:\n  - recall >= {}\n"


@pytest.fixture
def server(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--bare", "server.git")
    return tmp_path / "server.git"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, server: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GATE_HISTORY", "GATE_RUN", "GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", str(server))
    monkeypatch.chdir(folder)
    Path("m.json").write_text(json.dumps({"recall": 0.5}))
    return folder


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True, env=environ)
    return done.stdout.strip()


def merged(policy: str) -> None:
    """The policy is on main; what comes then is on a change's branch."""
    Path("gate.yaml").write_text(policy)
    here = Path()
    git(here, "add", "gate.yaml")
    git(here, "commit", "-q", "-m", "policy")
    git(here, "checkout", "-q", "-b", "change")


def recorded(address: str, values: list[float], **facts: Any) -> None:
    store = open_store(address, {}, write=True)
    store.add([entry(number, {"recall": value}, **facts) for number, value in enumerate(values)])
    store.close()


def judged(**environ: str) -> Decision:
    change = {
        "BITBUCKET_BUILD_NUMBER": "1",
        "BITBUCKET_PR_ID": "7",
        "BITBUCKET_BRANCH": "change",
        "BITBUCKET_PR_DESTINATION_BRANCH": "main",
        "BITBUCKET_COMMIT": git(Path(), "rev-parse", "HEAD"),
        "PATH": os.environ["PATH"],
    }
    return check(CheckRequest(inputs=["m.json"], policy_from="main", environ=change | environ))


def doubt(decision: Decision) -> str:
    (finding,) = decision.findings
    return finding.reasons[0].slug


def test_the_environment_names_no_history_for_a_trusted_policy(tmp_path: Path) -> None:
    merged(HEAD + TREND)
    away = str(tmp_path / "away.db")
    recorded(away, [0.4] * 4 + [0.45] * 4, branch="change")
    environ = {"GATE_HISTORY": away, "PATH": os.environ["PATH"]}
    assert check(CheckRequest(inputs=["m.json"], environ=environ)).verdict is Verdict.PASS
    found = judged(GATE_HISTORY=away)
    assert (found.verdict, doubt(found)) == (Verdict.UNDECIDED, "no-trusted-history")


@pytest.mark.parametrize(
    "url",
    ["runs.db", "./data/runs.db", "sqlite:runs.db", "sqlite:///runs.db", ".gate/history.db", "git:kept.git", "git:./kept.git#x"],
)
def test_what_lies_in_the_checkout_is_no_trusted_history(url: str) -> None:
    merged(f"{HEAD}history: {url}\n{TREND}")
    kind, _, path = url.partition(":")
    if kind == "git":
        git(Path(), "init", "-q", "--bare", path.partition("#")[0])
    recorded(url.replace("sqlite:///", "sqlite:"), [0.4] * 8)
    found = judged()
    assert (found.verdict, doubt(found)) == (Verdict.UNDECIDED, "no-trusted-history")


def test_nor_does_what_lies_in_it_from_a_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("models").mkdir()
    Path("gate.yaml").write_text(f"{HEAD}history: ../runs.db\n{TREND}")
    policy = load("gate.yaml", "2026-11-22")
    monkeypatch.chdir("models")
    found = history_of([policy], trusted=True)
    assert isinstance(found, Doubt)
    assert found.slug == "no-trusted-history"
    assert history_of([policy], trusted=False) == "../runs.db"


def test_a_file_outside_of_the_checkout_counts(tmp_path: Path) -> None:
    away = str(tmp_path / "away.db")
    merged(f"{HEAD}history: {away}\n{TREND}")
    recorded(away, STEADY)
    found = judged()
    assert found.verdict is Verdict.FAIL
    assert found.findings[0].reasons == ()
    assert found.findings[0].threshold == pytest.approx(0.888, abs=0.002)


def test_the_branch_of_the_repository_judges_a_change(server: Path) -> None:
    merged(f"{HEAD}history: git:origin\n{TREND}")
    recorded(f"git:{server}", STEADY)
    found = judged()
    assert found.verdict is Verdict.FAIL
    assert found.findings[0].threshold == pytest.approx(0.888, abs=0.002)
    Path("m.json").write_text(json.dumps({"recall": 0.9}))
    assert judged().verdict is Verdict.PASS


def test_runs_of_changes_move_nothing_there(server: Path) -> None:
    merged(f"{HEAD}history: git:origin\n{TREND}")
    recorded(f"git:{server}", STEADY)
    store = open_store(f"git:{server}", {}, write=True)
    bad = {"trusted": False, "event": "pull_request", "branch": "main"}
    store.add([entry(number, {"recall": 0.4}, **bad) for number in range(20, 30)])
    assert judged().findings[0].threshold == pytest.approx(0.888, abs=0.002)


def test_a_change_that_names_a_history_of_its_own_is_judged_by_the_trusted_one(server: Path, tmp_path: Path) -> None:
    own = str(tmp_path / "own.db")
    recorded(own, [0.4] * 4 + [0.45] * 4)
    merged(f"{HEAD}history: git:origin\n{TREND}")
    recorded(f"git:{server}", STEADY)
    Path("gate.yaml").write_text(f"{HEAD}history: {own}\n{TREND}")
    assert judged().findings[0].threshold == pytest.approx(0.888, abs=0.002)


def test_what_an_edited_policy_would_have_said_stands_in_the_decision(server: Path) -> None:
    merged(f"{HEAD}history: git:origin\n{FLOOR.format(0.4)}")
    recorded(f"git:{server}", STEADY)
    Path("gate.yaml").write_text(f"{HEAD}history: git:origin\n{FLOOR.format(0.905)}")
    found = judged()
    assert found.verdict is Verdict.PASS
    assert found.proposed is not None
    replay = found.proposed.replay
    assert replay is not None
    assert (replay.judged, [(each.before, each.after) for each in replay.changed]) == (8, [("pass", "fail")] * 4)


@pytest.mark.parametrize(("count", "replayed"), [(20, True), (21, False)])
def test_an_edited_policy_looks_up_no_more_than_some_baselines(server: Path, count: int, replayed: bool) -> None:
    merged(f"{HEAD}history: git:origin\n{FLOOR.format(0.4)}")
    recorded(f"git:{server}", STEADY)
    named = ", ".join(f"b{number}: run:latest@main" for number in range(count))
    rules = "".join(f"  - recall >= b{number} - 0.5\n" for number in range(count))
    Path("gate.yaml").write_text(f"{HEAD}history: git:origin\nbaselines: {{{named}}}\n{FLOOR.format(0.4)}{rules}")
    found = judged()
    assert found.proposed is not None
    assert (found.proposed.replay is not None) is replayed


@pytest.mark.parametrize("named", ["", "history: runs.db\n"])
def test_a_replay_asks_nothing_of_the_changes_choice(named: str, tmp_path: Path) -> None:
    """Neither what the environment and the proposal name, nor a file in the checkout."""
    away = str(tmp_path / "away.db")
    for address in (away, "runs.db"):
        recorded(address, STEADY)
    merged(f"{HEAD}{named}{FLOOR.format(0.4)}")
    Path("gate.yaml").write_text(f"{HEAD}history: {away}\n{FLOOR.format(0.905)}")
    found = judged(GATE_HISTORY=away)
    assert found.proposed is not None
    assert found.proposed.replay is None


def test_a_history_that_does_not_answer_keeps_no_verdict(server: Path) -> None:
    merged(f"{HEAD}history: git:origin\n{FLOOR.format(0.4)}")
    server.rename(server.with_name("away.git"))
    Path("gate.yaml").write_text(f"{HEAD}history: git:origin\n{FLOOR.format(0.905)}")
    found = judged()
    assert found.verdict is Verdict.PASS
    assert found.proposed is not None
    assert found.proposed.replay is None
