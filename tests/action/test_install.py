"""The action's install step: what is locked, in an environment of its own, whatever the job's own files and steps say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.action.conftest import ROOT, Start, lacking
from tests.action.runner import Ran

LOCK = ROOT / ".github" / "action" / "requirements.txt"
EVIL = "import pathlib; pathlib.Path(__file__).with_name('pwned').touch()\n"
CANARY = "http://127.0.0.1:9"  # nobody answers there
HOSTILE_FILES = {
    "yaml.py": EVIL,
    "jinja2.py": EVIL,
    "gate/__init__.py": EVIL,
    "sitecustomize.py": EVIL,
    "usercustomize.py": EVIL,
    "startup.py": EVIL,
    "venv/__init__.py": EVIL,
    "pip/__main__.py": EVIL,
    "encodings/__init__.py": EVIL,
    "uv.toml": f'[[index]]\nurl = "{CANARY}"\ndefault = true\n[pip]\nno-deps = true\ntarget = "stolen"\n',
    "pyproject.toml": f'[tool.uv]\nindex-url = "{CANARY}"\n[tool.uv.pip]\ntarget = "stolen"\n',
    "pip.conf": f"[global]\nindex-url = {CANARY}\ntarget = stolen\npython = ./evil\n",
    "pip/pip.conf": f"[global]\nindex-url = {CANARY}\npython = ./evil\n",
    "evil": "#!/bin/sh\ntouch pwned\n",
    "bashenv": "touch pwned\n",
    "overrides.txt": "jinja2==3.1.5\n",
    ".netrc": "machine localhost\n",
}


def hostile(folder: Path) -> dict[str, str]:
    """A checkout that would like to be gate, and the variables that an earlier step of its job leaves."""
    for name, text in HOSTILE_FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "evil").chmod(0o755)
    pip = {
        "INDEX_URL": CANARY,
        "EXTRA_INDEX_URL": CANARY,
        "CONFIG_FILE": f"{folder}/pip.conf",
        "TARGET": "stolen",
        "NO_DEPS": "1",
    }
    uv = {
        "DEFAULT_INDEX": CANARY, "INDEX_URL": CANARY, "CONFIG_FILE": f"{folder}/uv.toml", "OVERRIDE": f"{folder}/overrides.txt",
        "NO_VERIFY_HASHES": "1", "CACHE_DIR": f"{folder}/cache", "OFFLINE": "1", "SYSTEM_PYTHON": "1",
    }  # fmt: skip
    python = {
        "PYTHONPATH": str(folder),
        "PYTHONSTARTUP": f"{folder}/startup.py",
        "PYTHONUSERBASE": str(folder),
        "PYTHONHOME": str(folder),
    }
    others = {
        "BASH_ENV": f"{folder}/bashenv",
        "XDG_CONFIG_DIRS": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "VIRTUAL_ENV": str(folder),
    }
    named = {f"PIP_{name}": value for name, value in pip.items()} | {f"UV_{name}": value for name, value in uv.items()}
    return named | python | others


def with_uv(tools: Path, folder: Path) -> Path:
    """The programs of `tools`, and uv."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        lacking("needs uv")
    folder.mkdir()
    (folder / "uv").symlink_to(str(uv))
    (folder / "python3").symlink_to(tools / "python3")
    return folder


def install(
    start: Start, folder: Path, tools: Path | None = None, env: Mapping[str, str] | None = None, action: Path = ROOT
) -> Ran:
    """The step as it stands in action.yml, after a step that leaves variables."""
    job = start(folder)
    if tools is not None:
        job.tools = [str(tools), "/usr/bin", "/bin"]
    left = "\n".join(f"{name}={value}" for name, value in (env or {}).items())
    assert job.run(f"cat >> \"$GITHUB_ENV\" <<'END'\n{left}\nEND\n").code == 0
    template = job.node.ask({"action": (action / "action.yml").read_text(encoding="utf-8")})
    step = next(step for step in template["steps"] if step["id"] == "install")
    return job.run(step["run"], {**step["env"], "GATE_INPUT_INDEX_URL": ""}, action)


LOOK = """
import importlib.metadata, json, gate, jinja2, jsonschema, yaml
from gate.policy.packs import names
found = {each.name.lower().replace("_", "-"): each.version for each in importlib.metadata.distributions()}
print(json.dumps({"gate": gate.__file__, "packs": names(), "packages": found}))
"""


def expect_gate(ran: Ran, folder: Path) -> None:
    """Gate, its packs and nothing but what is locked are where the step says, and that is not in the checkout."""
    assert ran.code == 0, ran.log
    python, own = Path(ran.outputs["python"]), Path(ran.outputs["folder"])
    assert python.is_relative_to(own)
    assert not own.is_relative_to(folder)
    done = subprocess.run([python, "-I", "-c", LOOK], cwd=folder, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert Path(found["gate"]).is_relative_to(own)
    assert "recall-critical" in found["packs"]
    locked = re.findall(r"^([a-z0-9-]+)==([\w.]+)", LOCK.read_text(), re.MULTILINE)
    assert {(name, version) for name, version in found["packages"].items() if name not in ("pip", "setuptools")} <= set(locked)


@pytest.mark.parametrize("which", ["pip", "uv"])
def test_gate_is_installed_outside_the_checkout(start: Start, project: Path, tools: Path, tmp_path: Path, which: str) -> None:
    ran = install(start, project, with_uv(tools, tmp_path / "with uv") if which == "uv" else tools)
    expect_gate(ran, project)
    assert ran.commands == []


@pytest.mark.parametrize("which", ["pip", "uv"])
def test_neither_files_nor_variables_of_the_job_have_a_say(
    start: Start, project: Path, tools: Path, tmp_path: Path, which: str
) -> None:
    env = hostile(project)
    before = sorted(project.rglob("*"))
    ran = install(start, project, with_uv(tools, tmp_path / "with uv") if which == "uv" else tools, env)
    expect_gate(ran, project)
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("which", ["pip", "uv"])
def test_a_package_with_another_hash_is_refused(start: Start, project: Path, tools: Path, tmp_path: Path, which: str) -> None:
    action = tmp_path / "action"
    shutil.copytree(ROOT / ".github" / "action", action / ".github" / "action")
    shutil.copy(ROOT / "action.yml", action)
    lock = action / ".github" / "action" / "requirements.txt"
    lines = lock.read_text().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith("jinja2=="))
    end = next(number for number in range(first + 1, len(lines)) if "--hash" not in lines[number])
    lock.write_text("".join([*lines[: first + 1], f"    --hash=sha256:{'0' * 64}\n", *lines[end:]]))
    ran = install(start, project, with_uv(tools, tmp_path / "with uv") if which == "uv" else tools, action=action)
    assert (ran.code, ran.outputs) == (2, {}), ran.log
    assert "::error title=gate::gate could not be installed" in ran.log


def test_without_a_python_the_action_says_what_to_do(start: Start, project: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for name in ("python3", "python"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    job = start(project)
    job.tools = [str(old), *job.tools[1:]]
    ran = job.uses(ROOT, {"metrics": "good.json"})
    assert (ran.code, ran.outputs["verdict"], ran.outputs["exit-code"]) == (2, "error", "2"), ran.log
    assert "actions/setup-python" in ran.log


def test_the_password_of_an_index_is_not_shown(start: Start, project: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:  # it answers 501 to all
        Thread(target=server.serve_forever, daemon=True).start()
        index = f"http://ann:secret@127.0.0.1:{server.server_port}/simple"
        ran = start(project).uses(ROOT, {"metrics": "good.json", "index-url": index})
        server.shutdown()
    assert (ran.code, ran.outputs["verdict"]) == (2, "error"), ran.log
    assert "could not be installed" in ran.log
    assert "secret" not in ran.log


def test_nothing_is_left_to_a_shell_that_reads_startup_files() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert text.count("shell: bash") == text.count('BASH_ENV: ""') == 2
    assert os.environ.get("BASH_ENV") is None or "BASH_ENV" in text
