"""`-p git:…`: a policy in git at a whole commit id, wherever a policy is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Desk
from tests.revisions.checkout import Checkout

POLICY = "gate: 1\nname: company\nextends: [./base.yaml]\nrules: [precision >= 0.5]\n"
BASE = "gate: 1\nrules: [recall >= 0.8]\n"


@pytest.fixture
def pinned(tmp_path: Path) -> str:
    company = Checkout(tmp_path / "company")
    commit = company.commit({"ml/gate.yaml": POLICY, "ml/base.yaml": BASE})
    company.commit({"ml/base.yaml": "gate: 1\nrules: [recall >= 0]\n"})
    return f"git:{company.folder.as_uri()}@{commit}#ml/gate.yaml"


@pytest.mark.parametrize(("recall", "code"), [(0.9, 0), (0.7, 1)])
def test_it_judges(desk: Desk, pinned: str, recall: float, code: int) -> None:
    run = desk.check({"recall": recall, "precision": 0.6}, "-p", pinned, "-o", "decision.json")
    assert (run.code, run.err) == (code, "")
    assert f"company@{pinned.split('@')[1][:4]}" in run.out  # a long path is clipped


def test_beside_one_of_the_folder_all_must_hold(desk: Desk, pinned: str) -> None:
    desk.rules("f1 >= 0.9")
    assert desk.check({"recall": 0.9, "precision": 0.6, "f1": 0.1}, "-p", pinned, "-p", "gate.yaml").code == 1


def test_it_is_linted_and_explained(desk: Desk, pinned: str) -> None:
    assert desk.run("lint", pinned).code == 0
    for asked in ("recall >= 0.8", "f1 > 0.2"):
        run = desk.run("explain", asked, "-p", pinned)
        assert (run.code, run.err) == (0, "")


def test_beside_a_trusted_policy_it_is_what_it_is(desk: Desk, pinned: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Checkout(desk.folder / "project")
    project.commit({"gate.yaml": "gate: 1\nrules: [f1 >= 0.9]\n", "metrics.json": '{"recall": 0.9, "precision": 0.6, "f1": 0.1}'})
    project.write("gate.yaml", "gate: 1\nrules: [f1 >= 0]\n")
    monkeypatch.chdir(project.folder)
    run = desk.run("check", "metrics.json", "--policy-from", "main", "-p", pinned, "-p", "gate.yaml")
    assert run.code == 1
    assert desk.run("check", "metrics.json", "--policy-from", "main", "-p", pinned).code == 0


def test_one_that_is_not_pinned_stops_the_run(desk: Desk, pinned: str) -> None:
    name = pinned.replace(pinned.split("@")[1].split("#")[0], "main")
    run = desk.check({"recall": 0.9}, "-p", name)
    assert run.code == 2
    assert "`main` is not a whole commit id" in run.err
