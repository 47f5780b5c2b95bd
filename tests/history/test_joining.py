"""Several that record one run: who comes second goes on with the first one's, and what they say is kept or refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gate
from gate.app.log.log import LoggedRun
from gate.errors import HistoryError
from gate.history.store import open_store
from gate.terms.run import Status
from tests.conftest import Desk
from tests.history.examples import entry, logged


@pytest.fixture(autouse=True)
def one_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("GATE_HISTORY", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GATE_RUN", "job")
    return desk


def values(address: str, name: str = "job") -> dict[str, float]:
    store = open_store(address, os.environ)
    try:
        return {point.metric: point.value for point in store.points(name)}
    finally:
        store.close()


# -- gate log


@pytest.mark.parametrize(
    ("flag", "field", "value"), [("--test-set", "test_set", "T2"), ("--model-version", "version", "3"),
    ("--model-digest", "model_digest", "abab")],
)  # fmt: skip
def test_what_is_said_later_of_a_run_is_kept(desk: Desk, flag: str, field: str, value: str) -> None:
    assert desk.run("log", "loss=.5", "--model", "m").code == 0
    assert desk.run("log", "f1=.81", flag, value, "--model", "m").code == 0
    known = open_store("", os.environ).run("job")
    assert known is not None
    assert getattr(known, field) == value
    done = desk.run("log", "f1=.82", "--step", "2", flag, f"{value[:-1]}0")
    assert done.code == 2
    assert f"`{field}: {value}`, and now" in done.err
    assert values("") == {"loss": 0.5, "f1": 0.81}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "other"], "`model: m`, and now `other`"),
        (["--param", "depth=7"], "`params: depth=6`, and now `depth=7`"),
        (["--param", "rate=1"], "`params: no rate`, and now `rate=1`"),
        (["--at", "2026-01-01T00:00:00Z"], "`started: "),
    ],
)
def test_what_contradicts_a_run_is_refused_in_words(desk: Desk, words: list[str], said: str) -> None:
    assert desk.run("log", "loss=.5", "--model", "m", "--param", "depth=6").code == 0
    assert desk.run("log", "f1=.8", "--param", "depth=6").code == 0
    done = desk.run("log", "auc=.9", *words)
    assert done.code == 2
    assert said in done.err
    assert values("") == {"loss": 0.5, "f1": 0.8}


def test_a_run_in_python_says_what_it_is_of(desk: Desk) -> None:
    assert desk.run("log", "loss=.5", "--model", "fraud").code == 0
    with gate.run("fraud", test_set="T2", version=3) as run:
        run.log_metric("f1", 0.8)
    with gate.run() as run:  # of the policy here, which was not said
        run.log_metric("auc", 0.9)
    known = open_store("", os.environ).run("job")
    assert known is not None
    assert (known.model, known.test_set, known.version) == ("fraud", "T2", "3")
    assert values("") == {"loss": 0.5, "f1": 0.8, "auc": 0.9}
    for told in ({"model": "other"}, {"test_set": "T3"}, {"params": {"depth": 6}}):
        with pytest.raises(HistoryError, match="and now"):
            gate.run(**{"model": "fraud", **told})  # type: ignore[arg-type]


def at_once(address: str) -> None:
    command = [str(Path(sys.executable).with_name("gate")), "log", "--to", address]
    started = [subprocess.Popen([*command, f"m{number}=0.{number}"], stderr=subprocess.PIPE) for number in range(1, 5)]
    told = [each.communicate()[1].decode() for each in started]
    assert [each.returncode for each in started] == [0] * 4, told
    assert values(address) == {f"m{number}": number / 10 for number in range(1, 5)}


def test_several_at_once_log_into_one_run(tmp_path: Path) -> None:
    at_once(str(tmp_path / "h.db"))


def test_several_at_once_log_into_one_run_of_postgres(empty_database: str) -> None:
    at_once(empty_database)


def test_several_at_once_log_into_one_run_on_a_branch(empty_repository: Path) -> None:
    at_once(f"git:{empty_repository}")


@pytest.mark.slow
def test_several_at_once_log_into_one_run_on_mlflow(empty_experiments: str) -> None:
    at_once(empty_experiments)


@pytest.mark.parametrize("began", ["before", "meanwhile"])
def test_who_comes_second_goes_on_with_the_run_of_the_first(
    began: str, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was asked for: that it is there, or that it is not, and somebody begins it in between."""
    from gate.history.sql.sql import SqlStore

    address = str(tmp_path / "h.db")
    assert desk.run("log", "loss=.5", "--model", "m", "--to", address).code == 0
    if began == "meanwhile":
        found, asked = SqlStore.run, list[str]()
        monkeypatch.setattr(SqlStore, "run", lambda store, name: found(store, name) if asked else asked.append(name))
    done = desk.run("log", "f1=.8", "--test-set", "T", "--to", address)
    assert done.code == 0, done.err
    assert values(address) == {"loss": 0.5, "f1": 0.8}


def test_a_file_and_a_number_are_there_as_a_whole_or_not_at_all(desk: Desk) -> None:
    assert desk.run("log", "f1=.5").code == 0
    from gate.history.lines import line_of

    desk.write("two.jsonl", "".join(f"{line_of(entry(number, {'f1': 0.9}))}\n" for number in range(2)))
    done = desk.run("log", "two.jsonl", "f1=.6")
    assert done.code == 2
    assert "was logged as 0.5, and now as 0.6" in done.err
    assert [each.id for each in open_store("", os.environ).runs()] == ["job"]
    assert desk.run("log", "two.jsonl", "auc=.6", "--run", "run-0001").code == 2, "it is decided"
    assert [each.id for each in open_store("", os.environ).runs()] == ["job"]


# -- gate.run on a branch


def test_each_step_of_a_job_sends_what_it_logged(empty_repository: Path) -> None:
    address = f"git:{empty_repository}"
    for name in ("f1", "auc"):
        with gate.run("fraud", store=address) as run:
            run.log_metric(name, 0.9)
        assert name in values(address)
    assert values(address) == {"f1": 0.9, "auc": 0.9}


def test_a_second_step_is_told_at_once_that_it_contradicts_the_first(empty_repository: Path) -> None:
    address = f"git:{empty_repository}"
    with gate.run("fraud", store=address) as run:
        run.log_metric("f1", 0.9)
    with gate.run("fraud", store=address) as run:
        with pytest.raises(HistoryError, match=r"was logged as 0\.9, and now as 0\.8"):
            run.log_metric("f1", 0.8)
        run.log_metric("f1", 0.9)
    assert values(address) == {"f1": 0.9}


def test_while_the_one_that_began_is_at_it_what_others_logged_is_its_to_send(empty_repository: Path) -> None:
    address = f"git:{empty_repository}"
    with gate.run("fraud", store=address) as first:
        with gate.run("fraud", store=address) as second:
            second.log_metric("auc", 0.9)
        late = gate.run("fraud", store=address)
        first.log_metric("f1", 0.8)
    assert values(address) == {"auc": 0.9, "f1": 0.8}
    late.log_metric("loss", 0.1)
    late.finish()
    assert values(address) == {"auc": 0.9, "f1": 0.8, "loss": 0.1}


def in_two_clones(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **told: float) -> list[LoggedRun]:
    """Runs of one id that two machines have begun and not ended."""
    runs = []
    for name, value in told.items():
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        runs.append(gate.run("fraud", store=address))
        runs[-1].log_metric(name[:2], value)
    return runs


def test_two_machines_may_begin_one_run(empty_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"git:{empty_repository}"
    one, other = in_two_clones(address, tmp_path, monkeypatch, f1=0.9, auc=0.8)
    one.finish()
    other.finish()
    known = open_store(address, os.environ).run("job")
    assert known is not None
    assert known.status is Status.FINISHED
    assert values(address) == {"f1": 0.9, "au": 0.8}


def test_a_run_that_the_branch_refuses_is_told_once_kept_aside_and_stops_no_other(
    empty_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"git:{empty_repository}"
    one, other = in_two_clones(address, tmp_path, monkeypatch, f1=0.9, f1_of_another=0.8)
    away = empty_repository.rename(tmp_path / "away")
    with pytest.raises(HistoryError):
        other.finish()  # nobody answers: it waits
    away.rename(empty_repository)
    monkeypatch.chdir(tmp_path / "f1")
    one.finish()
    monkeypatch.chdir(tmp_path / "f1_of_another")
    monkeypatch.delenv("GATE_RUN")
    for name in ("next", "after"):
        with gate.run(name, store=address) as run:
            run.log_metric("f1", 0.7)
        assert values(address, run.id) == {"f1": 0.7}
        told = capsys.readouterr().err
        assert ("run job is not sent: `f1` at step 0" in told) is (name == "next")
    aside = tmp_path / "f1_of_another" / ".gate" / "unsent" / "refused.jsonl"
    assert str(logged("f1", 0.8).value) in aside.read_text()
    assert values(address) == {"f1": 0.9}
