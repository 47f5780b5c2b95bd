"""Many processes that record into one history at once: whether anything is lost, or there twice, and how long it takes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from gate.history.store import open_store
from gate.terms.run import Status

PROCESSES = 20
AT_ONCE = 20  # runs that are sent at once to a store that is slow to reach, as jobs that retry would send them

# Each run grows by three steps while others write; a run that waits to be sent has them all.
WRITER = """
import sys
from gate.app.log.log import run
from gate.history.store import open_store
from gate.terms.run import Entry, Point, Run, Status, moment, new_id

url, writer, runs, at_once = sys.argv[1], *map(int, sys.argv[2:])
store = open_store(url, {}, write=True)
sys.stdin.readline()
numbers = range(writer * runs, (writer + 1) * runs)
if store.direct:
    for number in numbers:
        with run("fraud", store=url, params={"number": number}) as recorded:
            for step in range(3):
                recorded.log_metrics({"f1": number / 1000, "loss": step}, step=step)
else:
    for start in range(0, len(numbers), at_once):
        records = []
        for number in numbers[start : start + at_once]:
            at = moment()
            made = Run(id=new_id(at), started=at, model="fraud", status=Status.FINISHED, params={"number": number})
            records.append(Entry(made, tuple(
                Point(name, value, step=step) for step in range(3) for name, value in (("f1", number / 1000), ("loss", step))
            )))
        store.add(records)
"""


def together(address: str, runs: int, folder: Path) -> str:
    """Let them write, and say how long it took. Raises RuntimeError where something is not as it was recorded."""
    if address.startswith("git:"):
        subprocess.run(["git", "init", "-q", "--bare", address.removeprefix("git:")], check=True)
    open_store(address, os.environ, write=True).close()
    writers = [_start(address, number, runs, folder) for number in range(PROCESSES)]
    started = time.monotonic()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate()[1] for writer in writers]
    seconds = time.monotonic() - started
    failed = [each for writer, each in zip(writers, said, strict=True) if writer.returncode]
    if failed:
        raise RuntimeError(f"{len(failed)} writers failed: {failed[0][-2000:]}")
    _all_there(address, runs)
    return f"{seconds:.1f} s, nothing lost, nothing there twice"


def _start(address: str, writer: int, runs: int, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, address, str(writer), str(runs), str(AT_ONCE)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)


def _all_there(address: str, runs: int) -> None:
    store = open_store(address, os.environ)
    found = store.runs()
    numbers = sorted(int(str(run.params["number"])) for run in found)
    if numbers != list(range(PROCESSES * runs)):
        raise RuntimeError(
            f"{PROCESSES * runs} runs were recorded, {len(numbers)} are there, {len(set(numbers))} of them different"
        )
    if {run.status for run in found} != {Status.FINISHED}:
        raise RuntimeError("a run is not finished")
    for run in found:
        number = int(str(run.params["number"]))
        told = sorted((point.metric, point.step, point.value) for point in store.points(run.id))
        if told != sorted(
            [*(("f1", step, number / 1000) for step in range(3)), *(("loss", step, float(step)) for step in range(3))]
        ):
            raise RuntimeError(f"run {run.id} says {told}")
    store.close()
