"""action.yml as GitHub runs it: every verdict, every input as an attack, and a job whose other steps are hostile."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.action.conftest import POLICY, ROOT, Start, Use
from tests.action.runner import Ran
from tests.action.test_install import hostile
from tests.hosts.fake_github import JOB_TOKEN, REPOSITORY, serving

OUTPUTS = ["verdict", "exit-code", "failed", "warned", "undecided", "missing", "report", "decision", "comment-url"]
SHELL = "$(touch pwned) `touch pwned` \"; touch pwned; \" '; touch pwned; ' ${{ github.token }} $GITHUB_TOKEN *"
FILES = "x\nverdict=pass\r\nverdict<<EOF\npass\nEOF\n::set-output name=verdict::pass\n::add-mask::e\n::stop-commands::x\n"
ATTACKS = {"shell": SHELL, "files": FILES, "option": "--now=2020-01-01", "folder": "~/../../etc/passwd"}
INPUTS = [
    "metrics", "from", "policy", "policy-from", "baseline", "model", "first-release", "output", "comment", "record",
    "act", "strict-publish", "warn-exit-code", "working-directory", "token", "index-url",
]  # fmt: skip
HARMLESS = {"token", "first-release", "index-url"}  # any text may stand there; the installer has run already


def verdict(ran: Ran) -> tuple[int, str, str]:
    return ran.code, ran.outputs["verdict"], ran.outputs["exit-code"]


def test_the_action_has_these_inputs_and_outputs(check: Use, project: Path) -> None:
    import yaml

    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert sorted(action["inputs"]) == sorted(INPUTS)
    assert list(action["outputs"]) == OUTPUTS
    assert list(check(project, metrics="good.json").outputs) == OUTPUTS


def test_from_nothing_to_a_verdict(start: Start, project: Path) -> None:
    ran = start(project).uses(ROOT, {"metrics": "bad.json"})
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert json.loads(Path(ran.outputs["decision"]).read_text())["verdict"] == "fail"


@pytest.mark.parametrize(
    ("metrics", "expected", "counts"),
    [
        ("good.json", (0, "pass", "0"), ["0", "0", "0", "0"]),
        ("slow.json", (0, "warn", "0"), ["0", "1", "0", "0"]),
        ("bad.json", (1, "fail", "1"), ["1", "0", "0", "0"]),
        ("lacking.json", (3, "undecided", "3"), ["0", "0", "0", "1"]),
    ],
)
def test_verdicts(check: Use, project: Path, metrics: str, expected: tuple[int, str, str], counts: list[str]) -> None:
    ran = check(project, metrics=metrics)
    assert verdict(ran) == expected, ran.log
    assert [ran.outputs[name] for name in ("failed", "warned", "undecided", "missing")] == counts
    assert json.loads(Path(ran.outputs["decision"]).read_text())["verdict"] == expected[1]
    assert "accuracy" in Path(ran.outputs["report"]).read_text()
    assert "accuracy" in ran.summary
    assert ran.outputs["comment-url"] == ""


def test_what_cannot_be_decided(check: Use, project: Path) -> None:
    (project / "gate.yaml").write_text("gate: 1\nname: m\nrules: [accuracy >= baseline * 1.1]\n")
    (project / "old.json").write_text('{"accuracy": 0}')
    ran = check(project, metrics="good.json", baseline="old.json\n")
    assert verdict(ran) == (3, "undecided", "3"), ran.log
    assert (ran.outputs["undecided"], ran.outputs["missing"]) == ("1", "0")


@pytest.mark.parametrize("metrics", ["", " \n \r\n", "none.json", "gate.yaml/x"])
def test_what_cannot_run_is_an_error_with_a_verdict(check: Use, project: Path, metrics: str) -> None:
    ran = check(project, metrics=metrics)
    assert verdict(ran) == (2, "error", "2"), ran.log
    assert list(ran.outputs) == OUTPUTS


def test_metrics_that_nobody_gave_are_an_error(check: Use, project: Path) -> None:
    assert verdict(check(project)) == (2, "error", "2")


def test_no_policy_is_an_error(check: Use, project: Path) -> None:
    (project / "gate.yaml").unlink()
    assert verdict(check(project, metrics="good.json")) == (2, "error", "2")


def test_lists_may_end_their_lines_as_windows_does(check: Use, project: Path) -> None:
    (project / "more.json").write_text('{"recall": 0.9}')
    (project / "more.yaml").write_text("gate: 1\r\nname: more\r\nrules:\r\n  - recall > 0.8\r\n")
    ran = check(project, metrics="good.json\r\n\r\nmore.json\r\n", policy="gate.yaml\r\nmore.yaml", output="a.md\r\nb.json\r\n")
    assert verdict(ran) == (0, "pass", "0"), ran.log
    assert (project / "a.md").is_file()
    assert {policy["name"] for policy in json.loads((project / "b.json").read_text())["policies"]} == {"m", "more"}


def test_a_warning_can_have_a_code_of_its_own(check: Use, project: Path) -> None:
    assert verdict(check(project, metrics="slow.json", warn_exit_code="5")) == (5, "warn", "5")


def test_paths_start_from_the_working_directory(check: Use, project: Path) -> None:
    (project / "models" / "fraud").mkdir(parents=True)
    for name in ("gate.yaml", "good.json"):
        (project / name).rename(project / "models" / "fraud" / name)
    assert verdict(check(project, metrics="good.json")) == (2, "error", "2")
    ran = check(project, metrics="good.json", working_directory="models/fraud")
    assert verdict(ran) == (0, "pass", "0"), ran.log


# -- attacks


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", INPUTS)
def test_an_input_is_data(check: Use, project: Path, name: str, attack: str) -> None:
    before = sorted(project.rglob("*"))
    ran = check(project, **{"metrics": "bad.json", name: ATTACKS[attack]})
    assert verdict(ran) in ([(1, "fail", "1")] if name in HARMLESS else [(2, "error", "2")]), ran.log
    assert sorted(path for path in project.rglob("*") if path.name.startswith("pwned")) == []
    assert sorted(project.rglob("*")) == before or name == "output"
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in ran.commands), ran.commands
    assert JOB_TOKEN not in ran.log + ran.summary


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_metric_and_a_rule_may_be_called_anything(check: Use, project: Path, attack: str) -> None:
    (project / "bad.json").write_text(json.dumps({"accuracy": 0.1, ATTACKS[attack]: 0.5}))
    rules = ["accuracy > 0.8", {"id": "named", "check": json.dumps(ATTACKS[attack]) + " > 0.8", "why": ATTACKS[attack]}]
    (project / "gate.yaml").write_text(json.dumps({"gate": 1, "name": ATTACKS[attack], "rules": rules}))
    ran = check(project, metrics="bad.json")
    assert ran.code in (1, 2), ran.log  # 2: the policy's name may not be written so
    assert ran.outputs["verdict"] == {1: "fail", 2: "error"}[ran.code]
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in ran.commands), ran.commands
    assert sorted(path for path in project.rglob("pwned*")) == []


def test_files_and_variables_of_the_job_have_no_say(check: Use, start: Start, project: Path) -> None:
    env = hostile(project) | {"GATE_POLICY": "loose.yaml", "GATE_INPUT_METRICS": "good.json", "PYTHON": "./evil"}
    (project / "loose.yaml").write_text("gate: 1\nname: m\nrules: [accuracy > 0.1]\n")
    job = start(project)
    left = "".join(f"{name}={value}\n" for name, value in env.items())
    assert job.run(f"cat >> \"$GITHUB_ENV\" <<'END'\n{left}END\n").code == 0
    before = sorted(project.rglob("*"))
    ran = check(job, metrics="bad.json")
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert sorted(project.rglob("*")) == before


# -- whose policy


def git(folder: Path, *words: str) -> str:
    """A git that knows nobody."""
    own = ["-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *own, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def change(project: Path) -> tuple[Path, str]:
    """A checkout of a pull request that loosens the policy, and the commit that it would go to."""
    shutil.rmtree(project / ".git")
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "strict")
    base = git(project, "rev-parse", "HEAD")
    git(project, "switch", "-q", "-c", "loosen")
    (project / "gate.yaml").write_text("gate: 1\nname: m\nrules:\n  - accuracy > 0.1\n")
    git(project, "commit", "-q", "-a", "-m", "loosen")
    return project, base


def pull_request(base: str) -> dict[str, object]:
    head = {"sha": "c" * 40, "ref": "loosen", "repo": {"full_name": REPOSITORY}}
    pull = {"number": 7, "base": {"sha": base, "ref": "main"}, "head": head}
    return {"event_name": "pull_request", "base_ref": "main", "event": {"pull_request": pull}}


def test_a_policy_that_the_change_loosens_is_judged_by_the_base(check: Use, start: Start, change: tuple[Path, str]) -> None:
    folder, base = change
    ran = check(start(folder, **pull_request(base)), metrics="bad.json", comment="false")
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert json.loads(Path(ran.outputs["decision"]).read_text())["revision"]["commit"] == base


def test_so_is_one_in_a_merge_queue(check: Use, start: Start, change: tuple[Path, str]) -> None:
    folder, base = change
    queue = {"base_sha": base, "base_ref": "refs/heads/main", "head_sha": "c" * 40}
    job = start(folder, event_name="merge_group", event={"merge_group": queue})
    assert verdict(check(job, metrics="bad.json")) == (1, "fail", "1")


def test_a_workflow_can_trust_the_checkout(check: Use, start: Start, change: tuple[Path, str]) -> None:
    folder, base = change
    ran = check(start(folder, **pull_request(base)), metrics="bad.json", policy_from="none", comment="false")
    assert verdict(ran) == (0, "pass", "0"), ran.log


def test_an_earlier_step_can_neither_move_the_branch_nor_edit_the_event(
    check: Use, start: Start, change: tuple[Path, str]
) -> None:
    folder, base = change
    moved = start(folder, **pull_request(base))
    assert moved.run("git update-ref refs/heads/main HEAD && git replace main~1 HEAD || true").code == 0
    assert verdict(check(moved, metrics="bad.json", comment="false")) == (1, "fail", "1")
    edited = start(folder, **pull_request(base))
    assert edited.run(f'sed -i "s/{base}/$(git rev-parse loosen)/" "$GITHUB_EVENT_PATH"').code == 0
    ran = check(edited, metrics="bad.json", comment="false")
    assert verdict(ran) == (2, "error", "2"), ran.log
    assert "a step of this job has changed it" in ran.log


@pytest.mark.parametrize("read_only", [False, True])
def test_a_shallow_checkout_asks_the_api_and_comments(
    check: Use, start: Start, change: tuple[Path, str], tmp_path: Path, read_only: bool
) -> None:
    folder, base = change
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "loosen", folder.as_uri(), "shallow")
    with serving() as hub:
        hub.commit(base, {"gate.yaml": POLICY})
        hub.pull(7, head="c" * 40)
        hub.read_only = read_only
        context = {**pull_request(base), "api_url": hub.url}
        ran = check(start(tmp_path / "shallow", **context), metrics="bad.json")
        comments = list(hub.comments.values())
    assert verdict(ran) == (1, "fail", "1"), ran.log
    assert json.loads(Path(ran.outputs["decision"]).read_text())["revision"]["by"] == "github"
    assert JOB_TOKEN not in ran.log + ran.summary
    if read_only:
        assert (comments, ran.outputs["comment-url"]) == ([], "")
        assert "pull-requests: write" in ran.log
    else:
        assert [ran.outputs["comment-url"]] == [comment["html_url"] for comment in comments]
        assert "accuracy" in comments[0]["body"]


def test_an_old_deploy_does_not_stand_beside_a_run_that_breaks_off(check: Use, start: Start, change: tuple[Path, str]) -> None:
    folder, base = change
    with serving() as hub:
        hub.commit(base, {"gate.yaml": POLICY})
        hub.pull(7, head="c" * 40)
        context = {**pull_request(base), "api_url": hub.url}
        (folder / "metrics.json").write_text('{"accuracy": 0.9, "latency_ms": 50}')
        assert verdict(check(start(folder, **context), metrics="metrics.json")) == (0, "pass", "0")
        (folder / "metrics.json").write_text("{")
        assert verdict(check(start(folder, **context), metrics="metrics.json")) == (2, "error", "2")
        (comment,) = hub.comments.values()
    assert "## ✅" not in comment["body"]


def test_trouble_with_the_comment_changes_no_verdict(check: Use, start: Start, change: tuple[Path, str]) -> None:
    folder, base = change
    (folder / "good.json").write_text('{"accuracy": 0.9, "latency_ms": 50}')
    ran = check(start(folder, **pull_request(base)), metrics="good.json")
    assert verdict(ran) == (0, "pass", "0"), ran.log
    assert ran.outputs["comment-url"] == ""
    strict = check(start(folder, **pull_request(base)), metrics="good.json", strict_publish="true")
    assert (strict.code, strict.outputs["exit-code"]) == (2, "2"), strict.log
