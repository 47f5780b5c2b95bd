"""The terminal: its width, colours and signs, and what cannot be written."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from gate.cli.console import DEFAULT_COLUMNS, Terminal, complain, say, standard_input, terminal


class Stream(io.TextIOWrapper):
    """A stream as a terminal or a file would be."""

    def __init__(self, encoding: str = "utf-8", tty: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    @property
    def bytes(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]


class Broken(io.StringIO):
    """A stream that fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, _: str) -> int:
        raise self.error


def shape(stream: Any, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(sys, "stdout", stream)
    return terminal(environ)


# -- the shape


@pytest.mark.parametrize(
    ("environ", "tty", "colour"),
    [
        ({}, False, False),
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colour(environ: dict[str, str], tty: bool, colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shape(Stream(tty=tty), environ, monkeypatch).colour is colour


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("60", 60),
        ("200", 200),
        ("0", DEFAULT_COLUMNS),
        ("-5", DEFAULT_COLUMNS),
        ("wide", DEFAULT_COLUMNS),
        ("", DEFAULT_COLUMNS),
        ("٦٠", DEFAULT_COLUMNS),
    ],
)
def test_columns(columns: str, found: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shape(Stream(), {"COLUMNS": columns}, monkeypatch).columns == found


def test_a_number_of_columns_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < shape(Stream(), {"COLUMNS": "9" * 10_000}, monkeypatch).columns < 10**6


@pytest.mark.parametrize(("encoding", "ascii_only"), [("utf-8", False), ("ascii", True), ("latin-1", True), ("cp1252", True)])
def test_signs(encoding: str, ascii_only: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shape(Stream(encoding), {}, monkeypatch).ascii_only is ascii_only


def test_no_standard_output_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shape(None, {"TERM": "xterm"}, monkeypatch) == Terminal(DEFAULT_COLUMNS, colour=False, ascii_only=True)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    found = standard_input()
    assert found is not None
    assert found.read() == b"{}"
    monkeypatch.setattr(sys, "stdin", None)
    assert standard_input() is None


# -- saying


def test_a_report_ends_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    say("one")
    say("two\n")
    assert stream.bytes == b"one\ntwo\n"


def test_letters_that_a_stream_cannot_carry_are_spelt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream("ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    say("größe ✓ \ud800")
    assert stream.bytes == b"gr\\xf6\\xdfe \\u2713 \\ud800\n"


def test_diagnostics_are_made_safe_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    complain("first \x1b[31m\u202e\n::error::x\n  ::stop-commands::y\n##[error]z")
    assert stream.bytes.decode() == "first \\u001b[31m\\u202e\n\\u003a:error::x\n  \\u003a:stop-commands::y\n\\u0023#[error]z\n"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_a_report_that_cannot_be_shown_is_told(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", Broken(error))
    monkeypatch.setattr(os, "dup2", lambda *_: None)  # or this test's own output goes
    say("report")
    assert b"gate: the report could not be shown on standard output: " in stream.bytes


def test_diagnostics_that_cannot_be_shown_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (None, Broken(OSError(28, "full")), Broken(ValueError("closed"))):
        monkeypatch.setattr(sys, "stderr", stream)
        complain("text")


def gate(script: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = f"from gate.cli.console import say, complain\n{script}"
    return subprocess.run([sys.executable, "-c", command], text=True, check=False, **more)


def test_a_closed_standard_output() -> None:
    done = gate("say('report'); complain('told')", stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1))
    assert done.returncode == 0
    assert done.stderr == "gate: the report could not be shown on standard output: it is closed\ntold\n"


def test_a_closed_standard_error() -> None:
    done = gate("complain('told'); say('report')", stdout=subprocess.PIPE, preexec_fn=lambda: os.close(2))
    assert (done.returncode, done.stdout) == (0, "report\n")


def test_a_reader_who_has_gone() -> None:
    read, write = os.pipe()
    os.close(read)
    done = gate("say('report'); say('more')", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk() -> None:
    with open("/dev/full", "w") as full:
        done = gate("say('report')", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 0
    assert done.stderr == "gate: the report could not be shown on standard output: No space left on device\n"


def test_an_encoding_without_signs() -> None:
    done = gate("say('größe ✓')", stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (done.returncode, done.stdout) == (0, "gr\\xf6\\xdfe \\u2713\n")
