"""No clean-up removes a file that a policy may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.app.trust.protected import MOST_FILES, named_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str = "") -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return path


@pytest.mark.parametrize(
    "line",
    [
        "extends: [./base.yaml]",
        "extends:\n  - ./base.yaml",
        'extends: ["./base.yaml"]',
        "waivers: ./base.yaml",
        "waivers: {from: ./base.yaml, max_days: 5}",
        "baselines: {baseline: base.yaml}",
        "baselines:\n  old: './base.yaml' # production",
        "{{{ broken: ./base.yaml",
    ],
)
def test_what_a_policy_names(line: str) -> None:
    write("base.yaml")
    assert [os.path.normpath(path) for path in named_in([write("gate.yaml", f"gate: 1\n{line}\n")])] == ["base.yaml"]


@pytest.mark.parametrize(
    "line", ["# see base.yaml", "why: x  # base.yaml", "extends: [./gone.yaml]", "name: base", "extends: [.]"]
)
def test_what_it_does_not(line: str) -> None:
    write("base.yaml")
    assert named_in([write("gate.yaml", line)]) == []


def test_files_are_relative_to_the_policy_that_names_them() -> None:
    write("sub/base.yaml", "extends: [./deep/er.yaml]\n")
    write("sub/deep/er.yaml", "baselines: {a: ../old.json}\n")
    write("sub/old.json", "./gate.yaml")
    write("gate.yaml", "extends: [./sub/base.yaml]\n")
    found = {os.path.normpath(path) for path in named_in(["gate.yaml"])}
    assert found == {os.path.join("sub", "base.yaml"), os.path.join("sub", "deep", "er.yaml"), os.path.join("sub", "old.json")}


def test_it_ends() -> None:
    write("a.yaml", "./b.yaml")
    write("b.yaml", "./a.yaml")
    assert {os.path.normpath(path) for path in named_in(["a.yaml"])} == {"a.yaml", "b.yaml"}
    for number in range(2 * MOST_FILES):
        write(f"p{number}.yaml", f"./p{number + 1}.yaml")
    assert len(named_in(["p0.yaml"])) == MOST_FILES


def test_what_is_no_file_is_not_read() -> None:
    os.mkfifo("pipe.yaml")
    Path("folder.yaml").mkdir()
    assert named_in(["pipe.yaml", "folder.yaml", "gone.yaml", "/dev/zero"]) == []
    Path("bytes.yaml").write_bytes(b"\xff\xfe\0./a\0b.yaml " * 1000)
    assert named_in(["bytes.yaml"]) == []
