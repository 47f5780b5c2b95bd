"""Running git so that nothing but what is asked for here decides what it does.

What a checkout, a home folder or an earlier step of the job may have planted stays outside: git gets an
environment of its own (no GIT_*, no home, no system settings), a git folder of gate's own with settings
of gate's own, no terminal, no lazy fetches, no replaced objects, and a time limit. The program itself is
looked for in absolute folders of PATH outside the repository only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Problem

OLDEST = (2, 18)
SECONDS = 60.0
# What a program needs to run at all on some systems, and says nothing about git.
_KEPT = ("SYSTEMROOT", "COMSPEC", "TMPDIR", "TEMP", "TMP")
_VERSION = re.compile(rb"git version (\d+)\.(\d+)")


class Done(NamedTuple):
    """What git did."""

    code: int
    out: bytes
    complaint: str


def find_program(environ: Mapping[str, str], outside: str = "") -> str:
    """The path of git. Folders of PATH that are relative, or lie in `outside`, are passed over: what lies there came with
    the change. Raises FilesError."""
    for folder in _folders(environ, outside):
        for name in ("git", "git.exe"):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    what = "git is needed to read files at a revision, and is not installed"
    raise FilesError(Problem("git-missing", what, remedy="install git, or let the host's API be asked: it needs a token"))


def _folders(environ: Mapping[str, str], outside: str) -> list[str]:
    kept = [folder for folder in environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder)]
    within = os.path.join(os.path.realpath(outside), "") if outside else ""
    return [folder for folder in kept if not within or not os.path.join(os.path.realpath(folder), "").startswith(within)]


def surroundings(git_dir: str, objects: str, environ: Mapping[str, str], outside: str = "") -> dict[str, str]:
    """The whole environment of git for a git folder of gate's own that takes its objects from elsewhere."""
    return {
        **{name: environ[name] for name in _KEPT if name in environ},
        "PATH": os.pathsep.join(_folders(environ, outside)),
        "HOME": git_dir,
        "XDG_CONFIG_HOME": git_dir,
        "LC_ALL": "C",
        "GIT_DIR": git_dir,
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PAGER": "cat",
    }


def run(
    program: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    given: bytes = b"",
    seconds: float = SECONDS,
    prepare: Callable[[], None] | None = None,
) -> Done:
    """git with these arguments and `given` on its standard input, from its own git folder.

    `prepare` runs in the new process. Raises FilesError where git cannot be started or takes longer than `seconds`.
    """
    import subprocess

    try:
        process = subprocess.Popen(
            [program, "--no-pager", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=environ["GIT_DIR"],
            env=dict(environ),
            start_new_session=True,
            preexec_fn=prepare,
        )
    except OSError as error:
        raise FilesError(Problem("git-failed", f"git cannot be started: {error.strerror}")) from None
    with process:
        try:
            out, err = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            what = f"git did not finish within {seconds:g} seconds"
            raise FilesError(Problem("git-failed", what)) from None
        finally:
            if process.poll() is None:
                _end(process.pid)
    return Done(process.returncode, out, _last_line(err))


def failed(program: str, done: Done, environ: Mapping[str, str]) -> FilesError:
    """What to raise where git did not do what was asked."""
    version = _VERSION.match(run(program, ["version"], environ).out)
    found = (int(version[1]), int(version[2])) if version else OLDEST
    if found < OLDEST:
        what = f"git {found[0]}.{found[1]} is too old to read files at a revision"
        remedy = f"install git {OLDEST[0]}.{OLDEST[1]} or newer"
        return FilesError(Problem("git-failed", what, remedy=remedy))
    return FilesError(Problem("git-failed", f"git failed: {done.complaint or f'it ended with {done.code}'}"))


def _end(pid: int) -> None:
    """End git and what it has started."""
    import signal
    from contextlib import suppress

    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def _last_line(err: bytes) -> str:
    lines = [line for line in err.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return shown((fatal or lines)[-1], 200) if lines else ""
