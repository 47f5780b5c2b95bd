"""Nothing that is kept in git names a folder of the machine that it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("work", "root", "home", "tmp", "opt", "mnt", "Users", "private")
# A slash that starts a path: not one inside a URL or a relative path.
MACHINE_PATH = re.compile(rf"(?<![\w.}}-])/(?:{'|'.join(FOLDERS)})/[\w.]")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.decode().split("\0") if name]


def test_the_pattern_sees_a_path_and_not_a_url() -> None:
    assert MACHINE_PATH.search("in /" + "home/ann/model.json")
    assert MACHINE_PATH.search('"/' + "tmp/x.json" + '"')
    assert not MACHINE_PATH.search("https://example.com/home/ann")
    assert not MACHINE_PATH.search("docs/" + "home/plan")


def test_no_tracked_file_holds_one() -> None:
    found: list[str] = []
    for name in tracked():
        path = ROOT / name
        if not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if MACHINE_PATH.search(line):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(found)
