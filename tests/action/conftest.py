"""What the tests of the action share: GitHub's expressions, a machine, a project, and gate installed once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.action.runner import Job, Node, Ran
from tests.hosts.fake_github import JOB_TOKEN, REPOSITORY, serving

ROOT = Path(__file__).parents[2]
CONSUMERS = ROOT / "tests" / "consumers" / "node_modules"
POLICY = "gate: 1\nname: m\nrules:\n  - accuracy > 0.8\n  - {check: latency_ms < 100, level: warn}\n"

Start = Callable[..., Job]
Use = Callable[..., Ran]


def lacking(what: str) -> None:
    """Skip, or fail where everything must be there."""
    if os.environ.get("GATE_CONSUMERS") == "required":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """GitHub's own evaluator, bundled: its packages import JSON in a way that node refuses."""
    if os.name == "nt" or shutil.which("bash") is None:
        pytest.skip("needs bash")
    esbuild = CONSUMERS / ".bin" / "esbuild"
    if shutil.which("node") is None or not esbuild.exists():
        lacking("needs node and `npm ci` in tests/consumers")
    bundle = tmp_path_factory.mktemp("node") / "expressions.cjs"
    command = [str(esbuild), str(Path(__file__).parent / "expressions.mjs"), "--bundle", "--platform=node", "--format=cjs"]
    options = [f"--outfile={bundle}", "--log-level=warning"]
    subprocess.run([*command, *options], env=os.environ | {"NODE_PATH": str(CONSUMERS)}, check=True)
    running = Node(bundle)
    yield running
    running.close()


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of programs with the Python that runs the tests, and no uv."""
    folder = tmp_path_factory.mktemp("tools")
    (folder / "python3").symlink_to(Path(sys.executable).resolve())
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with a policy, and metrics that are good, slow, bad, few."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "gate.yaml").write_text(POLICY)
    (folder / "good.json").write_text('{"accuracy": 0.9, "latency_ms": 50}')
    (folder / "slow.json").write_text('{"accuracy": 0.9, "latency_ms": 500}')
    (folder / "bad.json").write_text('{"accuracy": 0.7, "latency_ms": 50}')
    (folder / "lacking.json").write_text('{"latency_ms": 50}')
    return folder


@pytest.fixture(scope="session")
def api() -> Iterator[str]:
    """The address of a GitHub that knows nothing."""
    with serving() as hub:
        yield hub.url


@pytest.fixture
def start(node: Node, tools: Path, tmp_path: Path, api: str) -> Start:
    """A new job in a folder. It is one of a push unless the context says otherwise."""

    def started(folder: Path, **context: Any) -> Job:
        temp = tmp_path / f"runner{len(list(tmp_path.glob('runner*')))}"
        temp.mkdir()
        github = {"event_name": "push", "event": {}, "token": JOB_TOKEN, "repository": REPOSITORY, "api_url": api} | context
        return Job(node, folder, temp, [str(tools), "/usr/local/bin", "/usr/bin", "/bin"], github)

    return started


@pytest.fixture(scope="session")
def installed(node: Node, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The outputs of the action's own install step, which has really run."""
    folder, temp = tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("runner")
    job = Job(node, folder, temp, [str(tools), "/usr/bin", "/bin"], {})
    step = next(step for step in node.ask({"action": (ROOT / "action.yml").read_text()})["steps"] if step["id"] == "install")
    ran = job.run(step["run"], {"GATE_INPUT_INDEX_URL": ""}, ROOT)
    if ran.code:
        lacking(f"gate's dependencies cannot be installed here: {ran.log}")
    return ran.outputs


@pytest.fixture
def check(start: Start, installed: Mapping[str, str], tmp_path: Path) -> Use:
    """The action in a folder, with its install step done already."""

    return lambda folder, **inputs: _used(ROOT, folder if isinstance(folder, Job) else start(folder), installed, tmp_path, inputs)


@pytest.fixture
def publish(installed: Mapping[str, str], tmp_path: Path) -> Use:
    """The action `publish` in a job, with its install step done already."""
    return lambda job, **inputs: _used(ROOT / ".github" / "publish", job, installed, tmp_path, inputs)


def _used(action: Path, job: Job, installed: Mapping[str, str], temp: Path, inputs: Mapping[str, str]) -> Ran:
    own = temp / f"gate{len(list(temp.glob('gate*')))}"
    own.mkdir()
    done = {"install": {**installed, "folder": str(own)}}
    return job.uses(action, {name.replace("_", "-"): value for name, value in inputs.items()}, done)
