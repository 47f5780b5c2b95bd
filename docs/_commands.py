"""What commands print."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from gate.cli import main as command_line

COLUMNS = "100"

_RUN = re.compile(r"(<!-- run(?: in (?P<folder>\S+))?: (?P<command>.+?) -->\n```\w+\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def filled(page: str, root: Path, folder: Path) -> str:
    """The page with what its commands print; they run in `folder`, or in the one of `root` that they name."""
    return _RUN.sub(
        lambda match: match[1] + printed(match["command"], root / match["folder"] if match["folder"] else folder), page
    )


def printed(command: str, folder: Path) -> str:
    """The command and all that it prints; of `--help` only the latter."""
    with within(folder), quiet() as (out, err):
        command_line.main(command.split()[1:])
    prompt = "" if command.endswith("--help") else f"$ {command}\n"
    return prompt + out.getvalue() + err.getvalue()


@contextlib.contextmanager
def within(folder: Path) -> Iterator[None]:
    """In this folder, with a terminal of known width and nothing else of this machine."""
    kept, before = dict(os.environ), Path.cwd()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update({"COLUMNS": COLUMNS, "NO_COLOR": "1"})
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(kept)


class _Stream(io.TextIOWrapper):
    """Standard output or error in UTF-8, kept."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def getvalue(self) -> str:
        self.flush()
        written: bytes = self.buffer.getvalue()  # type: ignore[attr-defined]
        return written.decode()


@contextlib.contextmanager
def quiet() -> Iterator[tuple[_Stream, _Stream]]:
    out, err = _Stream(), _Stream()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield out, err
