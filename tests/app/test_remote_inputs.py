"""INPUTs that are addresses, or runs in a file: no command takes them for files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from gate.app import outputs
from gate.app.evidence import refuse_itself
from tests.conftest import Desk
from tests.readers.known import SAMPLES
from tests.readers.mlflow_fake import OLD, RUN, FakeMlflow, serving


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMlflow]:
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN", raising=False)
    with serving() as fake:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", fake.url)
        yield fake


def test_every_command_that_reads_metrics_reads_a_run(desk: Desk, server: FakeMlflow) -> None:
    desk.rules("recall >= 0.9")
    run = f"mlflow:runs:/{RUN}"
    assert desk.run("check", run).code == 0
    assert desk.run("check", server.page(RUN), "-b", f"mlflow:runs:/{OLD}", "-o", "report.md").code == 0
    assert "recall" in desk.run("measure", run).out
    assert desk.run("init", run, "-o", "-").code == 0
    assert desk.run("lint", "--metrics", run).code == 0
    assert "0.91" in desk.run("explain", "recall >= 0.9", run).out
    moved = desk.run("diff", f"mlflow:runs:/{OLD}", run)
    assert moved.code == 0
    assert "recall" in moved.out


def test_a_run_that_is_not_there_is_an_error_with_a_report(desk: Desk) -> None:
    desk.rules("recall >= 0.9")
    done = desk.run("check", "mlflow:runs:/gone", "-o", "report.md")
    assert done.code == 2
    assert "Run with id=gone not found" in done.err
    assert "not found" in (desk.folder / "report.md").read_text()


def test_an_address_is_no_file_that_a_report_could_overwrite(desk: Desk) -> None:
    path = desk.folder / "mlflow:runs:" / RUN
    path.parent.mkdir()
    path.write_text("{}")
    refuse_itself([f"mlflow:runs:/{RUN}"], [f"mlflow:runs:/{RUN}"])
    outputs.prepare([outputs.parse(f"json=mlflow:runs:/{RUN}")], [f"mlflow:runs:/{RUN}"])
    assert not path.exists(), "the report of an earlier run"


def test_a_file_called_like_an_address_has_a_dot_before_it(desk: Desk) -> None:
    (desk.folder / "mlflow:x.json").write_text('{"recall": 0.95}')
    desk.rules("recall >= 0.9")
    assert desk.run("check", "./mlflow:x.json").code == 0
    assert desk.run("check", "mlflow:x.json").code == 2


@pytest.fixture
def database(desk: Desk) -> str:
    """A database with two runs, called cand and gone."""
    path = desk.write("mlflow.db", (SAMPLES / "mlflow" / "mlflow.db").read_bytes())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE runs SET lifecycle_stage = 'active'")
    connection.commit()
    connection.close()
    return "mlflow.db"


def test_runs_of_one_database_are_compared(desk: Desk, database: str) -> None:
    desk.rules("val/f1_macro >= baseline")
    assert desk.run("check", f"{database}#gone", "-b", f"{database}#cand").code == 0
    assert desk.run("check", f"{database}#cand", "-b", f"{database}#gone").code == 1
    desk.rules("val/f1_macro >= baseline", head=f"baselines: {{baseline: ./{database}#cand}}\n")
    assert desk.run("check", f"{database}#gone").code == 0
    assert desk.run("diff", f"{database}#cand", f"{database}#gone").code == 0


@pytest.mark.parametrize(
    ("baseline", "code", "said"),
    [
        ("mlflow.db#cand", 2, "is the same file as the input"),
        ("./mlflow.db#5321c5385fcf4d4890f6737dda06ec54", 3, "is the run that is judged"),
    ],
)
def test_a_run_is_not_compared_with_itself(desk: Desk, database: str, baseline: str, code: int, said: str) -> None:
    desk.rules("val/f1_macro >= baseline")
    done = desk.run("check", f"{database}#cand", "-b", baseline)
    assert (done.code, said in done.out + done.err) == (code, True)
    desk.rules("val/f1_macro >= baseline", head=f"baselines: {{baseline: {baseline}}}\n")
    assert desk.run("check", f"{database}#cand").code == 3


def test_the_only_run_is_not_compared_with_itself(desk: Desk) -> None:
    desk.write("mlflow.db", (SAMPLES / "mlflow" / "mlflow.db").read_bytes())
    desk.rules("val/f1_macro >= baseline")
    assert desk.run("check", "mlflow.db", "-b", "mlflow.db#cand").code == 3
    assert desk.run("check", "mlflow.db#cand", "-b", "mlflow.db").code == 3


def test_no_report_overwrites_the_database(desk: Desk, database: str) -> None:
    desk.rules("val/f1_macro >= 0.5")
    before = (desk.folder / database).read_bytes()
    for command in (
        ("check", f"{database}#cand"),
        ("measure", f"x={database}#cand"),
        ("diff", f"{database}#cand", f"{database}#gone"),
    ):
        done = desk.run(*command, "-o", f"json={database}")
        assert (done.code, "which is read" in done.err) == (2, True), command
    desk.run("check", f"{database}#cand", "-o", f"json={database}", "--no-such-option")
    assert (desk.folder / database).read_bytes() == before
