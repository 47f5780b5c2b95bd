"""Writers that are killed at any moment: what was acknowledged is there, the store opens, and half-written runs are marked."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from gate.history.recording import deliver, nearby
from gate.history.store import Store, open_store
from gate.history.writers import settle
from gate.terms.run import Status
from tests.history.conformance.conftest import EMPTY
from tests.history.conftest import Opened

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="SIGKILL")]
KILLS = {"sqlite": 200, "postgres": 20, "git": 20, "mlflow": 20}

# Says what is acknowledged as soon as it is: "run ID", then "ID STEP" for each step, and "end ID" when the run was ended.
WRITER = """
import os, sys
from gate.app.log.log import run

while True:
    with run("fraud", store=sys.argv[1]) as recorded:
        os.write(1, f"run {recorded.id}\\n".encode())
        for step in range(5):
            recorded.log_metrics({"f1": 0.9, "loss": step}, step=step)
            os.write(1, f"{recorded.id} {step}\\n".encode())
    os.write(1, f"end {recorded.id}\\n".encode())
"""


@pytest.fixture(params=KILLS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def killed(address: str, folder: Path, seconds: float) -> list[str]:
    """What a writer said before it was killed, so long after its first word."""
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, address], stdout=subprocess.PIPE, cwd=folder, env=environ)
    assert writer.stdout is not None
    first = writer.stdout.readline().decode()
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate()
    return [first.strip(), *(line for line in rest.decode().split("\n")[:-1] if line)]


def test_what_was_acknowledged_is_there(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    address = EMPTY[kind](request)
    chance = random.Random(6)
    monkeypatch.chdir(tmp_path)
    open_store(address, os.environ, write=True).close()
    said: list[str] = []
    longest = 0.05 if kind in ("sqlite", "postgres") else 1.5
    for _ in range(KILLS[kind]):
        said += killed(address, tmp_path, chance.uniform(0, longest))
    store = opened(address)
    if store.direct:
        settle(store)
    else:
        with closing(nearby(address)) as near:
            settle(near)
            deliver(near, store)
    check(said, store)


def check(said: list[str], store: Store) -> None:
    found = {run.id: run for run in store.runs()}
    assert {run.status for run in found.values()} <= {Status.FINISHED, Status.HALF_WRITTEN}
    begun = [line.removeprefix("run ") for line in said if line.startswith("run ")]
    ended = {line.removeprefix("end ") for line in said if line.startswith("end ")}
    assert set(begun) <= found.keys()
    assert all(found[run].status is Status.FINISHED for run in ended)
    if store.direct:  # the others spend their time on sending runs that are over
        assert any(run.status is Status.HALF_WRITTEN for run in found.values())
    for run in found:
        steps = {int(line.split()[1]) for line in said if line.startswith(f"{run} ")}
        points = store.points(run)
        losses = {point.step for point in points if point.metric == "loss"}
        assert steps <= losses
        assert losses == {point.step for point in points if point.metric == "f1"}, "a batch is there as a whole or not at all"
