"""Processes that fork while they record: what is acknowledged is there, and nobody waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gate.history.store import Store, open_store
from tests.history.conformance.conftest import EMPTY
from tests.history.conftest import Opened

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    return EMPTY[str(request.param)](request)


def python(program: str, address: str) -> str:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program), address],
        capture_output=True, text=True, check=False, timeout=30, env=environ,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def steps(store: Store, metric: str) -> list[int]:
    (run,) = store.runs()
    return [point.step for point in store.points(run.id, metric)]


def test_what_a_child_logs_after_its_parent_is_there(address: str, opened: Opened) -> None:
    """Whoever closes the file last takes its journal away: a child that carried a lock on would write into what is gone."""
    python(
        """
        import os, sys, gate
        here, there = os.pipe()
        run = gate.run("fraud", store=sys.argv[1])
        run.log_metric("f1", 0.5, step=0)
        child = os.fork()
        if not child:
            run.log_metric("loss", 0.5, step=0)
            os.close(there)
            os.read(here, 1)  # until the parent has finished
            for step in range(1, 50):
                run.log_metric("loss", 0.5, step=step)
            os._exit(0)
        run.log_metric("f1", 0.5, step=1)
        run.finish()
        os.close(there)
        os._exit(os.waitpid(child, 0)[1])
        """,
        address,
    )
    assert steps(opened(address), "loss") == list(range(50))
    assert steps(opened(address), "f1") == [0, 1]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="/proc")
def test_a_child_inherits_no_open_file_of_the_history() -> None:
    said = python(
        """
        import os, sys, gate
        run = gate.run("fraud", store="h.db")
        other = gate.run("churn", store="h.db")
        run.log_metric("f1", 0.5)
        if not os.fork():
            print([name for each in os.listdir("/proc/self/fd") if "h.db" in (name := os.path.realpath(f"/proc/self/fd/{each}"))])
            sys.stdout.flush()
            os._exit(0)
        os.wait()
        run.log_metric("f1", 0.5, step=1)
        """,
        "",
    )
    assert said == "[]\n"


def test_a_fork_while_another_thread_logs_leaves_nobody_waiting(address: str, opened: Opened) -> None:
    python(
        """
        import os, sys, threading, gate
        run = gate.run("fraud", store=sys.argv[1])
        over = threading.Event()

        def log():
            step = 0
            while not over.is_set():
                run.log_metric("f1", 0.5, step=step)
                step += 1

        thread = threading.Thread(target=log)
        thread.start()
        children = []
        for step in range(10):
            children.append(os.fork())
            if not children[-1]:
                run.log_metric("loss", 0.5, step=step)
                os._exit(0)
        codes = [os.waitpid(child, 0)[1] for child in children]
        over.set()
        thread.join()
        run.finish()
        sys.exit(any(codes))
        """,
        address,
    )
    assert steps(opened(address), "loss") == list(range(10))
    logged = steps(opened(address), "f1")
    assert logged == list(range(len(logged)))


def test_a_fork_while_another_thread_begins_a_run_leaves_nobody_waiting() -> None:
    python(
        """
        import os, threading, gate
        import gate.app.log.log as logging
        began, held = logging.run, threading.Event()

        def slow():
            held.set()
            threading.Event().wait(2)
            return began()

        logging.run = slow
        thread = threading.Thread(target=gate.log_metric, args=("f1", 0.5))
        thread.start()
        held.wait()
        child = os.fork()
        if not child:
            logging.run = began
            gate.log_metric("loss", 0.5)
            os._exit(0)
        code = os.waitpid(child, 0)[1]
        thread.join()
        raise SystemExit(code)
        """,
        "",
    )
    assert len(open_store("", os.environ).runs()) == 2


def test_a_child_that_ends_takes_nothing_from_a_parent_that_records_on_a_branch(empty_repository: Path, opened: Opened) -> None:
    address = f"git:{empty_repository}"
    python(
        """
        import os, sys, gate
        run = gate.run("fraud", store=sys.argv[1])
        run.log_metric("f1", 0.5)
        if not os.fork():
            run.log_metric("f1", 0.6, step=1)
            sys.exit()
        os.wait()
        run.log_metric("f1", 0.7, step=2)
        run.finish()
        """,
        address,
    )
    assert steps(opened(address), "f1") == [0, 1, 2]
