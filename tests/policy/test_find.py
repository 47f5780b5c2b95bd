"""Which policies judge."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.find import find, repository_root


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which the working folder is two levels deep; the folder above it has a policy, too."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "models" / "fraud").mkdir(parents=True)
    (tmp_path / "gate.yaml").write_text("above\n")
    monkeypatch.chdir(root / "models" / "fraud")
    return root


def test_the_nearest_one_up_to_the_root(repository: Path) -> None:
    (repository / "gate.yaml").write_text("root\n")
    assert find([], {}) == [os.path.join("..", "..", "gate.yaml")]
    (repository / "models" / "gate.yml").write_text("nearer\n")
    assert find([], {}) == [os.path.join("..", "gate.yml")]
    Path("gate.yaml").write_text("here\n")
    assert find([], {}) == ["gate.yaml"]


def test_two_in_one_folder_are_refused_and_both_named(repository: Path) -> None:
    Path("gate.yml").write_text("")
    Path("gate.yaml").write_text("")
    with pytest.raises(PolicyError) as error:
        find([], {})
    (problem,) = error.value.problems
    assert (problem.slug, str(problem.where)) == ("two-policies", "gate.yaml")
    assert "`gate.yml`" in problem.message
    assert "-p gate.yaml" in problem.remedy
    assert find(["gate.yml"], {}) == ["gate.yml"]
    Path("gate.yml").unlink()
    (repository / "gate.yml").write_text("")
    assert find([], {}) == ["gate.yaml"], "one further up is no second one"


@pytest.mark.usefixtures("repository")
def test_a_broken_link_is_a_second_policy() -> None:
    Path("gate.yaml").write_text("")
    os.symlink("gone.yaml", "gate.yml")
    with pytest.raises(PolicyError, match="which of the two judges"):
        find([], {})


def test_a_policy_above_the_root_does_not_judge(repository: Path) -> None:
    assert repository.parent.joinpath("gate.yaml").exists()
    with pytest.raises(PolicyError, match="from here up to the repository's root"):
        find([], {})


def test_a_folder_called_gate_yaml_is_none(repository: Path) -> None:
    Path("gate.yaml").mkdir()
    (repository / "gate.yaml").write_text("")
    assert find([], {}) == [os.path.join("..", "..", "gate.yaml")]


def test_outside_a_repository_only_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gate.yaml").write_text("")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert repository_root(".") == ""
    with pytest.raises(PolicyError) as error:
        find([], {})
    (problem,) = error.value.problems
    assert (problem.slug, problem.where) == ("no-policy", None)
    assert "looked for gate.yaml in this folder (it is in no repository)" in problem.message
    assert "gate init metrics.json" in problem.remedy
    assert "-p gate.yaml" in problem.remedy
    monkeypatch.chdir(tmp_path)
    assert find([], {}) == ["gate.yaml"]


def test_a_worktree_or_a_submodule_is_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "gate.yaml").write_text("")
    monkeypatch.chdir(tmp_path / "below")
    assert repository_root(".") == str(tmp_path)
    assert find([], {}) == [os.path.join("..", "gate.yaml")]


def test_a_broken_link_hands_over_to_no_laxer_policy(repository: Path) -> None:
    (repository / "gate.yaml").write_text("")
    os.symlink("gone.yaml", "gate.yaml")
    assert find([], {}) == ["gate.yaml"]


@pytest.mark.usefixtures("repository")
def test_what_is_named_wins() -> None:
    Path("gate.yaml").write_text("")
    assert find(["a.yaml", "b.yaml"], {"GATE_POLICY": "c.yaml"}) == ["a.yaml", "b.yaml"]
    assert find([], {"GATE_POLICY": "c.yaml"}) == ["c.yaml"]
    assert find([], {"GATE_POLICY": ""}) == ["gate.yaml"]


@pytest.mark.usefixtures("repository")
def test_a_policy_that_is_named_twice_judges_once() -> None:
    Path("a.yaml").write_text("")
    os.symlink("a.yaml", "link.yaml")
    assert find(["a.yaml", "./a.yaml", "link.yaml", "b.yaml"], {}) == ["a.yaml", "b.yaml"]


def test_another_folder_than_the_working_one(repository: Path) -> None:
    (repository / "gate.yaml").write_text("")
    assert find([], {}, str(repository / "models")) == [os.path.join("..", "gate.yaml")]
