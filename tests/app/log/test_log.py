"""Logging from Python: what is kept, what is refused, and what becomes of a run that breaks off."""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gate
from gate.errors import GateError, InputError
from gate.history.store import Store, Which, open_store
from gate.terms.run import Run, Status
from tests.conftest import Desk
from tests.history.examples import EU


@pytest.fixture(autouse=True)
def nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder, outside of CI."""
    for name in ("GATE_HISTORY", "GATE_RUN"):
        monkeypatch.delenv(name, raising=False)
    return desk


def history() -> Store:
    return open_store("", os.environ)


def only() -> Run:
    (found,) = history().runs()
    return found


def python(program: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
    )


def test_a_run_keeps_what_it_logs(nowhere: Desk) -> None:
    with gate.run("fraud", params={"depth": 6, "rate": np.float32(0.5)}, test_set="rows-1", version="3") as run:
        run.log_metric(name="accuracy", value=0.95, step=3)
        run.log_metrics({"f1": np.float64(0.9), "loss": 1}, step=np.int64(3))
        run.log_metric("f1", 0.8, slice={"region": "eu"})
    kept = only()
    assert (kept.id, kept.model, kept.status, kept.params) == (run.id, "fraud", Status.FINISHED, {"depth": 6, "rate": 0.5})
    assert (kept.test_set, kept.version, kept.event, kept.trusted) == ("rows-1", "3", "local", True)
    assert kept.finished >= kept.started
    assert [(point.metric, point.step, point.value, point.slice == EU) for point in history().points(run.id)] == [
        ("accuracy", 3, 0.95, False), ("f1", 3, 0.9, False), ("f1", 0, 0.8, True), ("loss", 3, 1.0, False),
    ]  # fmt: skip
    assert (nowhere.folder / ".gate" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("name", "value", "step", "words"),
    [
        ("f1", "0.9", 0, "text ('0.9')"),
        ("f1", None, 0, "missing"),
        ("f1", math.nan, 0, "nan"),
        ("f1", math.inf, 0, "inf"),
        ("f1", np.float32("nan"), 0, "nan"),
        ("f1", np.ma.masked, 0, "missing"),
        ("f1", True, 0, "true"),
        ("f1", np.True_, 0, "true"),
        ("f1", [0.9, 0.8], 0, "a list"),
        ("f1", 10**400, 0, "too large"),
        ("", 0.9, 0, "without a name"),
        (None, 0.9, 0, "without a name"),
        ("x" * 1001, 0.9, 0, "1,001 characters"),
        ("f1", 0.9, 1.5, "no whole number"),
        ("f1", 0.9, True, "no whole number"),
        ("f1", 0.9, 2**63, "no whole number"),
        ("f1", 0.91, 7, "was logged as 0.9, and now as 0.91"),
    ],
)
def test_a_name_and_a_finite_number_are_required(name: Any, value: Any, step: Any, words: str) -> None:
    with gate.run("fraud") as run:
        run.log_metric("f1", 0.9, 7)
        with pytest.raises(GateError) as caught:
            run.log_metrics({"other": 1.0, name: value}, step)
        assert words in str(caught.value)
        run.log_metric("f1", 0.9, 7)  # the same again
    assert [(point.metric, point.value) for point in history().points(run.id)] == [("f1", 0.9)]


def test_an_exception_marks_the_run_and_keeps_what_it_had() -> None:
    with pytest.raises(ZeroDivisionError), gate.run("fraud") as run:  # noqa: PT012
        run.log_metric("loss", 0.5)
        1 / 0  # noqa: B018
    assert only().status is Status.FAILED
    assert [point.value for point in history().points(run.id)] == [0.5]


def test_the_model_is_that_of_the_nearest_policy(nowhere: Desk) -> None:
    with gate.run():
        pass
    assert only().model == "model"
    nowhere.write("gate.yaml", "gate: 1\nname: churn\nrules: [f1 > 0.5]\n")
    with gate.run():
        pass
    assert len(history().runs(Which(model="churn"))) == 1


def test_numbers_without_a_run_go_into_one_of_the_process() -> None:
    done = python("import gate; gate.log_metric(name='f1', value=0.9, step=1); gate.log_metric('f1', 0.8, step=2)")
    assert done.returncode == 0, done.stderr
    assert only().status is Status.FINISHED
    assert [point.value for point in history().points(only().id)] == [0.9, 0.8]


def test_a_process_that_breaks_off_leaves_a_failed_run() -> None:
    done = python("import gate; gate.log_metric('f1', 0.9); 1 / 0")
    assert "ZeroDivisionError" in done.stderr
    assert only().status is Status.FAILED


def test_a_process_that_is_killed_leaves_a_half_written_run() -> None:
    python("import gate, os, signal; gate.log_metric('f1', 0.9); os.kill(os.getpid(), signal.SIGKILL)")
    assert only().status is Status.RUNNING
    killed = only().id
    with gate.run("next"):
        pass
    assert {run.id: run.status for run in history().runs()}[killed] is Status.HALF_WRITTEN
    assert [point.value for point in history().points(killed)] == [0.9]


def test_the_innermost_run_gets_the_number() -> None:
    with gate.run("outer") as outer, gate.run("inner") as inner:
        gate.log_metric("f1", 0.9)
    assert history().points(outer.id) == []
    assert len(history().points(inner.id)) == 1


def test_threads_share_a_run() -> None:
    with gate.run("fraud") as run:

        def work(number: int) -> None:
            for step in range(50):
                run.log_metric(f"m{number}", step, step)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(history().points(run.id)) == 400


def test_processes_share_a_run() -> None:
    program = "import gate, os; [gate.log_metric(f'm{os.environ['N']}', i, step=i) for i in range(20)]".replace("'N'", '"N"')
    processes = [
        subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "GATE_RUN": "together", "N": str(number)})
        for number in range(4)
    ]
    assert [process.wait() for process in processes] == [0] * 4
    assert only().id == "together"
    assert len(history().points("together")) == 80


def test_a_forked_process_may_log_into_the_run_of_its_parent() -> None:
    done = python("""
        import gate, os
        with gate.run("fraud") as run:
            run.log_metric("f1", 0.9)
            if os.fork() == 0:
                run.log_metric("f1", 0.8, step=1)
                raise SystemExit
            os.wait()
            run.log_metric("f1", 0.7, step=2)
    """)
    assert done.returncode == 0, done.stderr
    assert only().status is Status.FINISHED
    assert [point.value for point in history().points(only().id)] == [0.9, 0.8, 0.7]


def test_a_run_of_a_change_says_so(nowhere: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere.write("event.json", '{"pull_request": {"number": 7, "head": {"ref": "main", "sha": "' + "a" * 40 + '"}}}')
    for name, value in {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "event.json",
        "GITHUB_REF": "refs/pull/7/merge", "GITHUB_ACTOR": "mallory", "GITHUB_REPOSITORY": "o/r",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with gate.run("fraud"):
        pass
    kept = only()
    assert (kept.branch, kept.commit, kept.event, kept.actor, kept.trusted) == ("main", "a" * 40, "change", "mallory", False)


def test_outside_of_ci_the_repository_says_where_it_stands(nowhere: Desk) -> None:
    def git(*words: str) -> str:
        told = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "init.defaultBranch=trunk"]
        return subprocess.run(["git", *told, *words], capture_output=True, text=True, check=True).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    os.makedirs("deeper")
    os.chdir("deeper")
    with gate.run("fraud"):
        pass
    kept = only()
    assert (kept.branch, kept.commit) == ("trunk", git("rev-parse", "HEAD"))
    assert (nowhere.folder / ".gate" / "history.db").exists()
    assert not Path(".gate").exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"model": 3}, "`model` is a text, not 3 (int)"),
        ({"model": None}, "`model` is a text, not None"),
        ({"model": "x\ud800"}, "`model` holds half of a character (a lone surrogate): x\\ud800"),
        ({"test_set": 3}, "`test_set` is a text"),
        ({"test_set": None}, "`test_set` is a text"),
        ({"model_digest": b"x"}, "`model_digest` is a text, not b'x' (bytes)"),
        ({"version": 3.0}, "`version` is a text"),
        ({"version": True}, "`version` is a text"),
        ({"version": None}, "`version` is a text"),
        ({"store": 3}, "`store` is a text"),
        ({"params": [1]}, "`params` are values by their names, not a list"),
    ],
)
def test_what_a_run_is_told_is_looked_at_before_anything_is_written(told: dict[str, Any], words: str) -> None:
    with gate.run("fraud") as run:
        run.log_metric("f1", 0.9)
    with pytest.raises(InputError) as caught:
        gate.run(**{"model": "fraud", **told})
    assert words in str(caught.value)
    assert only().id == run.id


@pytest.mark.parametrize("version", [3, np.int64(3), "3", np.str_("3")])
def test_a_version_may_be_a_number(version: Any, nowhere: Desk) -> None:
    with gate.run("fraud", version=version, store=nowhere.folder / "h.db") as run:
        run.log_metric("f1", 0.9)
    kept = open_store("h.db", os.environ).runs()
    assert [(each.version, each.status) for each in kept] == [("3", Status.FINISHED)]


def test_each_thread_logs_into_the_run_around_it() -> None:
    both_are_in = threading.Barrier(2)

    def work(model: str, value: float) -> None:
        with gate.run(model):
            both_are_in.wait(30)
            gate.log_metric("f1", value)
            both_are_in.wait(30)

    threads = [threading.Thread(target=work, args=told) for told in (("alpha", 0.1), ("beta", 0.9))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logged = {run.model: [point.value for point in history().points(run.id)] for run in history().runs()}
    assert logged == {"alpha": [0.1], "beta": [0.9]}


def test_each_task_logs_into_the_run_around_it() -> None:
    async def work(model: str, value: float) -> None:
        with gate.run(model):
            await asyncio.sleep(0.01)
            gate.log_metric("f1", value)
            await asyncio.sleep(0.01)

    async def both() -> None:
        await asyncio.gather(work("alpha", 0.1), work("beta", 0.9))

    asyncio.run(both())
    logged = {run.model: [point.value for point in history().points(run.id)] for run in history().runs()}
    assert logged == {"alpha": [0.1], "beta": [0.9]}


def test_a_thread_without_a_run_of_its_own_logs_into_that_of_the_process() -> None:
    with gate.run("outer") as outer:
        thread = threading.Thread(target=gate.log_metric, args=("f1", 0.9))
        thread.start()
        thread.join()
    assert [point.value for point in history().points(outer.id)] == [0.9]


def test_a_task_that_outlives_its_run_logs_into_the_one_that_is_open() -> None:
    async def late() -> None:
        await asyncio.sleep(0.02)
        gate.log_metric("f1", 0.9)

    async def both() -> None:
        with gate.run("outer"):
            with gate.run("inner"):
                task = asyncio.create_task(late())
            await task

    asyncio.run(both())
    assert {run.model: len(history().points(run.id)) for run in history().runs()} == {"inner": 0, "outer": 1}


@pytest.mark.parametrize("start", sorted(multiprocessing.get_all_start_methods()))
@pytest.mark.parametrize(
    ("ends", "status"), [("pass", Status.FINISHED), ("1 / 0", Status.FAILED), ("raise SystemExit(3)", Status.FAILED)]
)
def test_a_worker_of_multiprocessing_ends_its_run(start: str, ends: str, status: Status, nowhere: Desk) -> None:
    nowhere.write("worker.py", f"import gate\n\ndef work():\n    gate.log_metric('f1', 0.9)\n    {ends}\n")
    done = python(f"""
        import multiprocessing, worker
        if __name__ == "__main__":
            process = multiprocessing.get_context("{start}").Process(target=worker.work)
            process.start()
            process.join()
    """, PYTHONPATH=os.pathsep.join([str(nowhere.folder), str(Path(__file__).parents[3])]))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert only().status is status


@pytest.mark.parametrize("metrics", [[1], "f1", 0.9, None, [("f1", 0.9)]])
def test_metrics_without_names_are_refused(metrics: Any) -> None:
    with gate.run("fraud") as run:
        with pytest.raises(InputError, match="numbers by their names"):
            run.log_metrics(metrics)
        run.log_metric("f1", 0.9)
    assert [point.metric for point in history().points(run.id)] == ["f1"]
