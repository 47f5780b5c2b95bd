"""Twenty processes that record ten runs each at once: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.history.store import open_store
from gate.terms.run import Status
from tests.history.conformance.conftest import EMPTY
from tests.history.conftest import Opened

PROCESSES, RUNS = 20, 10
pytestmark = pytest.mark.slow

# Each run grows while others write; a store that is slow to reach gets several runs at once, as jobs that retry would send them.
WRITER = """
import sys
from gate.app.log.log import run
from gate.history import recording
from gate.history.store import open_store
from gate.terms.run import Name
from tests.history.examples import entry

url, writer, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = open_store(url, {}, write=True)
sys.stdin.readline()
numbers = range(writer * runs, (writer + 1) * runs)
if store.direct:
    for number in numbers:
        with run("fraud", store=url, params={"number": number}) as recorded:
            for step in range(3):
                recorded.log_metrics({"f1": number / 1000, "loss": step}, step=step)
else:
    for some in (numbers[:5], numbers[5:]):
        records = [entry(number, {"f1": number / 1000, "loss": 2}, params={"number": number}) for number in some]
        store.add([*records, Name("fraud", f"release-{some[0]}", records[0].run.id)])
"""


@pytest.fixture(params=["sqlite", "postgres", "git"])
def address(request: pytest.FixtureRequest) -> str:
    return EMPTY[request.param](request)


def start(address: str, writer: int, folder: Path, program: str = WRITER) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program, address, str(writer), str(RUNS)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environ)


def test_nothing_is_lost_and_nothing_is_there_twice(address: str, tmp_path: Path, opened: Opened) -> None:
    open_store(address, os.environ, write=True).close()
    writers = [start(address, number, tmp_path) for number in range(PROCESSES)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * PROCESSES, "\n".join(said)
    store = opened(address)
    runs = store.runs()
    assert sorted(int(str(run.params["number"])) for run in runs) == list(range(PROCESSES * RUNS))
    assert {run.status for run in runs} == {Status.FINISHED}
    for run in runs:
        points = store.points(run.id)
        assert {(point.metric, point.value) for point in points} >= {("f1", int(str(run.params["number"])) / 1000), ("loss", 2.0)}
        assert len(points) == (6 if store.direct else 2)
    assert len(store.last("f1", 1000)) == PROCESSES * RUNS
    assert len(store.names()) == (0 if store.direct else PROCESSES * 2)
