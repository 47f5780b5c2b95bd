"""Rows in remote objects: fetched from real servers, counted like files, and gone afterwards."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import gate
from gate.baselines.baseline import kind_of
from gate.errors import GateError
from gate.measure import object_errors, objects
from gate.measure.engines.engine import Effort
from gate.measure.object_address import is_object, key, public
from gate.terms.slice import WHOLE, Slice
from tests.conftest import Desk
from tests.measure.object_servers import s3, web
from tests.measure.rows import rows

fsspec = pytest.importorskip("fsspec")
ASKED = {"label": "y", "score": "p"}


def parquet(seed: int = 0, **columns: Any) -> bytes:
    written = io.BytesIO()
    pd.DataFrame({**rows(seed), **columns}).to_parquet(written)
    return written.getvalue()


CONTENT = parquet()


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket in memory; temporary files have a folder of their own, which must be empty afterwards."""
    private = tmp_path / "tmp"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/bucket", recursive=True)
    assert list(private.iterdir()) == []


def refused(address: str, **asked: Any) -> str:
    with pytest.raises(GateError) as error:
        gate.measure(address, **ASKED, **asked)
    return str(error.value)


def slug(address: str) -> str:
    with pytest.raises(GateError) as error:
        gate.measure(address, **ASKED)
    return error.value.problems[0].slug


# -- in memory


def test_an_object_is_measured_like_the_file(memory: Any, tmp_path: Path) -> None:
    memory.pipe("/bucket/p.parquet", CONTENT)
    (tmp_path / "p.parquet").write_bytes(CONTENT)
    far, near = (gate.measure(where, **ASKED) for where in ("memory://bucket/p.parquet", str(tmp_path / "p.parquet")))
    assert far.by_metric == near.by_metric
    assert far.sources[0].sha256 == sha256(CONTENT).hexdigest()
    assert far.sources[0].name == "memory:///bucket/p.parquet"


def test_a_folder_and_a_pattern_are_all_objects_in_them(memory: Any) -> None:
    for number in range(3):
        memory.pipe(f"/bucket/rows/part-{number}.parquet", parquet(number))
    memory.pipe("/bucket/rows/_SUCCESS", b"")
    memory.pipe("/bucket/rows/_temporary/part-9.parquet", b"half")
    for address in ("memory://bucket/rows", "memory://bucket/rows/part-*.parquet"):
        found = gate.measure(address, **ASKED)
        assert found.get("rows", WHOLE).value == 1200  # type: ignore[union-attr]
        assert len(found.sources) == 3


def test_folders_by_value_are_columns(memory: Any) -> None:
    for number in (1, 2):
        memory.pipe(f"/bucket/day={number}/rows.parquet", parquet(number))
    found = gate.measure("memory://bucket", **ASKED, slices=["day"])
    assert found.get("rows", Slice.of({"day": "2"})).value == 400  # type: ignore[union-attr]


def test_compressed_text_is_read(memory: Any) -> None:
    memory.pipe("/bucket/p.csv.gz", gzip.compress(pd.DataFrame(rows()).to_csv(index=False).encode()))
    assert gate.measure("memory://bucket/p.csv.gz", **ASKED).get("rows", WHOLE).value == 400  # type: ignore[union-attr]


def test_the_way_out_is_taken_on_errors_too(memory: Any) -> None:
    memory.pipe("/bucket/p.parquet", CONTENT[: len(CONTENT) // 2])
    assert "cut while it was written" in refused("memory://bucket/p.parquet")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("memory://bucket/none.parquet", "no such object"),
        ("memory://bucket/*.csv", "no object of rows"),
        ("memory://bucket/p.bin", "no form of rows"),
        ("memory://bucket/empty.parquet", "empty"),
        ("nope://bucket/p.parquet", "nothing that is installed opens `nope://`"),
        ("simplecache::memory://bucket/p.parquet", "no such file"),
        ("memory://bucket/x::memory://bucket/p.parquet", "chains"),
        ("https://user:hunter2@host/p.parquet", "may hold no password"),
    ],
)
def test_what_cannot_be_had_is_said(memory: Any, address: str, told: str) -> None:
    memory.pipe("/bucket/p.parquet", CONTENT)
    memory.pipe("/bucket/p.bin", CONTENT)
    memory.pipe("/bucket/empty.parquet", b"")
    said = refused(address)
    assert told in said
    assert "hunter2" not in said


def test_objects_of_several_forms_are_refused(memory: Any) -> None:
    memory.pipe("/bucket/p.parquet", CONTENT)
    memory.pipe("/bucket/p.csv", b"y,p\n1,0.5\n")
    assert "several forms" in refused("memory://bucket")


def test_a_policy_names_the_reference(memory: Any, desk: Desk) -> None:
    memory.pipe("/bucket/now.parquet", CONTENT)
    memory.pipe("/bucket/before.parquet", parquet(1))
    where = "reference: memory://bucket/before.parquet, train: memory://bucket/before.parquet"
    desk.write("gate.yaml", f"gate: 1\nmeasure: {{label: y, score: p, {where}}}\nrules: ['drift.psi[feature=p] < 0.5']\n")
    done = desk.run("check", "memory://bucket/now.parquet", "-o", "decision.json")
    assert done.code == 0, done.said
    assert sha256(CONTENT).hexdigest() in (desk.folder / "decision.json").read_text()
    assert desk.run("measure", "memory://bucket/now.parquet", "-p", "gate.yaml", "-o", "part.tally.json").code == 0
    done = desk.run("check", "memory://bucket/before.parquet")
    assert done.code == 2
    assert "the very rows" in done.said


def test_the_baseline_may_be_an_object_but_not_the_same(memory: Any, desk: Desk) -> None:
    memory.pipe("/bucket/p.parquet", CONTENT)
    memory.pipe("/bucket/q.parquet", parquet(1))
    desk.write("gate.yaml", "gate: 1\nmeasure: {label: y, score: p}\nrules: [roc_auc >= baseline - 0.5]\n")
    done = desk.run("check", "memory://bucket/p.parquet", "-b", "memory://bucket/q.parquet")
    assert done.code == 0, done.said
    done = desk.run("check", "memory://bucket/p.parquet", "-b", "memory://bucket/p.parquet")
    assert done.code == 2
    assert "same file" in done.said


# -- an S3


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    with s3() as environ:
        before = dict(os.environ)
        os.environ.update(environ)
        try:
            files = fsspec.filesystem("s3", skip_instance_cache=True)
            files.mkdir("risk")
            files.pipe("risk/day=1/p.parquet", CONTENT)
            files.pipe("risk/day=2/p.parquet", parquet(1))
            yield environ
        finally:
            os.environ.clear()
            os.environ.update(before)


@pytest.mark.usefixtures("bucket")
def test_an_object_of_s3() -> None:
    found = gate.measure("s3://risk/day=1/p.parquet", **ASKED)
    assert found.sources[0].sha256 == sha256(CONTENT).hexdigest()
    assert found.sources[0].name == "s3://risk/day=1/p.parquet"
    whole = gate.measure("s3://risk/day=*/*.parquet", **ASKED, slices=["day"])
    assert whole.get("rows", Slice.of({"day": "1"})).value == 400  # type: ignore[union-attr]


@pytest.mark.usefixtures("bucket")
def test_what_s3_does_not_have() -> None:
    assert slug("s3://risk/none.parquet") == "no-such-file"
    assert slug("s3://nobody/none.parquet") == "no-such-file"
    assert slug("s3://risk/day=3/") == "no-such-file"


def test_on_the_command_line(bucket: dict[str, str], tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "gate.cli.main",
        "measure",
        "s3://risk/day=1/p.parquet",
        "--label",
        "y",
        "--score",
        "p",
    ]
    environ = {**os.environ, **bucket, "TMPDIR": str(tmp_path)}
    done = subprocess.run(words, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "roc_auc" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_s3_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    with s3(allowed=0) as environ:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        fsspec.filesystem("s3").clear_instance_cache()
        said = refused("s3://risk/p.parquet")
    fsspec.filesystem("s3").clear_instance_cache()
    assert "no permission to read the object" in said
    assert environ["AWS_SECRET_ACCESS_KEY"] not in said
    assert environ["AWS_ACCESS_KEY_ID"] not in said


# -- a web server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("aiohttp")
    with web(CONTENT) as url:
        yield url


def test_a_web_page_of_rows_never_shows_its_signature(server: str) -> None:
    found = gate.measure(f"{server}/200/p.parquet?X-Amz-Signature=hunter2", **ASKED)
    assert found.sources[0].sha256 == sha256(CONTENT).hexdigest()
    assert found.sources[0].name == f"{server}/200/p.parquet?…"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("401", "no-permission"), ("403", "no-permission"), ("404", "no-such-file"), ("500", "object-unreachable"),
        ("cut", "cut-short"), ("empty", "empty-file"),
    ],
)  # fmt: skip
def test_what_a_web_server_does_not_give(server: str, kind: str, expected: str) -> None:
    address = f"{server}/{kind}/p.parquet?sig=hunter2"
    assert slug(address) == expected
    assert "hunter2" not in refused(address)


def test_nobody_answers() -> None:
    pytest.importorskip("aiohttp")
    assert slug("http://127.0.0.1:9/p.parquet") == "object-unreachable"


def test_messages_quote_nothing_that_a_web_server_sent(server: str) -> None:
    with pytest.raises(GateError) as error:
        gate.measure(f"{server}/200/p.parquet", label="nothing", score="p")
    assert "region" not in str(error.value)


def test_the_same_page_twice_is_no_comparison(desk: Desk, server: str) -> None:
    desk.write("gate.yaml", "gate: 1\nmeasure: {label: y, score: p}\nrules: [roc_auc >= baseline]\n")
    page = f"{server}/200/p.parquet?sig=hunter2"
    done = desk.run("check", page, "-b", page)
    assert done.code == 2
    assert "same file" in done.said
    assert "hunter2" not in done.said


def test_rows_are_told_from_runs_by_the_name(desk: Desk, server: str) -> None:
    done = desk.run("measure", f"{server}/200/p.parquet?sig=1", "--label", "y", "--score", "p")
    assert done.code == 0, done.said
    assert kind_of("https://host/p.parquet?sig=1") == "file"
    assert kind_of("https://host/#/experiments/1/runs/2") == "mlflow"


def test_ctrl_c_leaves_nothing_behind(server: str, tmp_path: Path) -> None:
    words = ["measure", f"{server}/slow/p.parquet", "--label", "y", "--score", "p"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gate.cli.main", *words],
        env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(200):
        if any(path.is_file() for path in tmp_path.rglob("*")):
            break
        time.sleep(0.05)
    assert [path.stat().st_mode & 0o077 for path in tmp_path.iterdir()] == [0]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "gate: interrupted; no report was written\n")
    assert list(tmp_path.iterdir()) == []


# -- limits, and what is missing


def test_more_than_the_disk_holds_is_refused_before_and_while_it_comes(tmp_path: Path) -> None:
    room = objects._Room(str(tmp_path), Effort())
    room.free = 100
    with pytest.raises(object_errors.DiskFullError):
        room.announce(101)
    room.take(60)
    with pytest.raises(object_errors.DiskFullError):
        room.take(60)
    assert object_errors.said(object_errors.DiskFullError(1), "s3://b/p").slug == "disk-full"
    room.free = 1 << 60
    with pytest.raises(object_errors.TooLargeError):
        room.announce(objects.LARGEST)
    assert object_errors.said(object_errors.TooLargeError(1), "s3://b/p").slug == "too-large"


def test_progress_is_told(memory: Any) -> None:
    memory.pipe("/bucket/p.parquet", CONTENT)
    heard: list[tuple[str, float]] = []
    source = objects.listed("memory://bucket/p.parquet")
    with objects.at_hand(source, Effort(progress=lambda what, share, rows=0: heard.append((what, share)))):  # noqa: ARG005
        assert heard[-1] == ("fetching", 1.0)


@pytest.mark.parametrize(("module", "told"), [("fsspec", "mlgate[remote]"), ("s3fs", "install s3fs")])
def test_what_is_not_installed_is_named(module: str, told: str) -> None:
    program = f"import sys; sys.modules[{module!r}] = None; from gate.cli.main import main; sys.exit(main(sys.argv[1:]))"
    words = ["measure", "s3://b/p.parquet", "--label", "y", "--score", "p"]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3://b/a/p.parquet", "s3://b/a/p.parquet"),
        ("https://h/p.csv?sig=secret#more", "https://h/p.csv?…"),
        ("https://token@h/p.csv", "https://…@h/p.csv"),
        ("https://h?secret", "https://h?…"),
        ("s3://b/\u202ep.csv", "s3://b/\\u202ep.csv"),
    ],
)
def test_addresses_are_shown_without_secrets(address: str, shown: str) -> None:
    assert public(address) == shown


def test_which_paths_are_addresses() -> None:
    assert all(map(is_object, ("s3://b/p", "gs://b/p", "abfs://c@a.net/p", "https://h/p")))
    assert not any(
        map(is_object, ("p.parquet", "file:///p", "postgres://h/d#t", "spark:s3a://b/p", "mlflow:runs:/1", "./s3://b"))
    )
    assert key("https://h/a/p.csv?x=1") == "h/a/p.csv"
    assert key("s3://b/a#1.csv?versionId=2") == "b/a#1.csv"


class Lying(fsspec.AbstractFileSystem):
    """A filesystem that promises more than it gives, as one does whose object is being written again."""

    protocol = "lying"

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        del kwargs
        return {"name": path, "size": len(CONTENT) + 1, "type": "file"}

    def get_file(self, rpath: str, lpath: str, **kwargs: Any) -> None:
        del rpath, kwargs
        Path(lpath).write_bytes(CONTENT)


def test_less_than_was_announced_is_refused() -> None:
    fsspec.register_implementation("lying", Lying, clobber=True)
    assert "bytes came" in refused("lying://bucket/p.parquet")
