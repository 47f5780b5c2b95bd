"""requirements.txt of the action: all that gate needs, on every machine that the action runs on, by its hash."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import requires
from itertools import product
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.action.conftest import lacking

ROOT = Path(__file__).parents[2]
LOCK = ROOT / ".github" / "action" / "requirements.txt"
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": ("linux", "Linux", "posix"), "macos": ("darwin", "Darwin", "posix"), "windows": ("win32", "Windows", "nt")}
PINNED = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.]+)(?: ; (?P<marker>[^\\]+?))?(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)

MACHINES = list(product(PYTHONS, SYSTEMS))
Surroundings = dict[str, str]


def machine(python: str, system: str) -> Surroundings:
    """What markers ask about, on a machine of that kind."""
    platform, name, os_name = SYSTEMS[system]
    given = {"python_version": python, "python_full_version": f"{python}.0", "implementation_version": f"{python}.0"}
    kind = {"implementation_name": "cpython", "platform_python_implementation": "CPython", "platform_machine": "x86_64"}
    return given | kind | {"sys_platform": platform, "platform_system": name, "os_name": os_name, "extra": ""}


def locked(on: Surroundings) -> dict[str, str]:
    """The version of every package that is installed there."""
    found: dict[str, str] = {}
    for match in PINNED.finditer(LOCK.read_text()):
        if match["marker"] is None or Marker(match["marker"]).evaluate(on):
            assert match["name"] not in found, f"{match['name']} is there twice"
            found[match["name"]] = match["version"]
    return found


def wanted(on: Surroundings) -> list[Requirement]:
    """What pyproject.toml asks for: what gate cannot do without, and what it reads TOML with."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|toml) = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    assert len(lists) == 2
    found = [Requirement(written) for each in lists for written in re.findall(r'"([^"]+)"', each)]
    return [each for each in found if each.marker is None or each.marker.evaluate(on)]


def test_every_line_is_a_pin_with_hashes_and_names_no_place() -> None:
    body = "".join(line for line in LOCK.read_text().splitlines(keepends=True) if not line.startswith("#"))
    assert PINNED.sub("", body) == ""
    assert "://" not in LOCK.read_text()


def test_the_command_that_makes_it_is_its_first_comment() -> None:
    assert "pyproject.toml -o .github/action/requirements.txt" in LOCK.read_text().split("\n", 2)[1]


@pytest.mark.parametrize(("python", "system"), MACHINES)
def test_it_holds_all_that_gate_needs_and_all_that_that_needs(python: str, system: str) -> None:
    on = machine(python, system)
    versions = locked(on)
    waiting, seen = wanted(on), set[str]()
    assert len(waiting) >= 3
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not locked for Python {python} on {system}"
        assert requirement.specifier.contains(versions[name]), requirement
        if name not in seen and name != "tomli":  # needs nothing, and is not installed on a newer Python
            seen.add(name)
            needs = [Requirement(each) for each in requires(name) or []]
            waiting += [each for each in needs if each.marker is None or each.marker.evaluate(on)]
    assert set(versions) == seen | ({"tomli"} if python == "3.10" else set())


@pytest.mark.slow
def test_there_is_a_wheel_of_each(tmp_path: Path) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        lacking("needs uv")

    def said(python: str, system: str) -> str:
        kind = ["--python-version", python, "--python-platform", system, "--target", str(tmp_path), "--requirement", str(LOCK)]
        strict = ["--no-config", "--dry-run", "--require-hashes", "--only-binary", ":all:"]
        done = subprocess.run([str(uv), "pip", "install", *strict, *kind], capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    with ThreadPoolExecutor(5) as pool:
        troubles = [trouble for trouble in pool.map(lambda machine: said(*machine), MACHINES) if trouble]
    if any("error sending request" in trouble.lower() for trouble in troubles):
        lacking("needs the package index")
    assert troubles == []
