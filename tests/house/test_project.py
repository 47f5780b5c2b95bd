"""What pyproject.toml promises is so: versions, what is required, extras, what the wheel carries."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import gate
from gate.policy import packs

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def bare_names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9_.-]+", requirement) for requirement in requirements)
    return {match[0].lower() for match in found if match}


def test_the_version_is_said_once() -> None:
    assert project()["project"]["version"] == gate.__version__


def test_three_packages_are_required_and_no_more() -> None:
    assert bare_names(project()["project"]["dependencies"]) == {"pyyaml", "jsonschema", "jinja2"}


def test_both_scripts_are_the_same() -> None:
    scripts = project()["project"]["scripts"]
    assert set(scripts) == {"gate", "mlgate"}
    assert len(set(scripts.values())) == 1


def test_the_wheel_carries_the_policies() -> None:
    carried = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert carried == {"policies": "gate/_policies"}
    assert (ROOT / "policies" / "gate.schema.json").is_file()
    assert {path.stem for path in (ROOT / "policies").glob("*.yaml")} == set(packs.names())


def test_ci_tests_the_pythons_that_are_promised() -> None:
    prefix = "Programming Language :: Python :: 3."
    promised = {line.removeprefix(prefix) for line in project()["project"]["classifiers"] if line.startswith(prefix)}
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    tested = set(workflow["jobs"]["test"]["strategy"]["matrix"]["python"])
    assert tested == {f"3.{minor}" for minor in promised}
    assert project()["project"]["requires-python"] == f">=3.{min(int(minor) for minor in promised)}"


def missing_extras() -> Iterator[tuple[str, str]]:
    """Every extra that an error tells a user to install."""
    for path in sorted((ROOT / "gate").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MissingExtraError":
                extra = node.args[1] if len(node.args) > 1 else node.keywords[-1].value
                assert isinstance(extra, ast.Constant), f"{path.name}:{node.lineno}: name the extra literally"
                yield path.name, str(extra.value)


def test_errors_name_extras_that_exist() -> None:
    named = list(missing_extras())
    assert named
    extras = project()["project"]["optional-dependencies"]
    assert [(file, extra) for file, extra in named if extra not in extras] == []


def test_tests_find_what_they_share_without_an_editable_install() -> None:
    program = """
import os, sys
sys.path = [path for path in sys.path if not os.path.isdir(os.path.join(path, "tests", "judge"))]
import pytest
sys.exit(pytest.main(["--collect-only", "-p", "no:cacheprovider", "-p", "no:gate", "tests/judge/test_settle.py"]))
"""
    done = subprocess.run([sys.executable, "-I", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
