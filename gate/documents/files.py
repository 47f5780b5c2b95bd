"""Where files are read from: the work tree, or a revision that the change under judgement cannot touch."""

from __future__ import annotations

import os
import stat
from typing import Protocol

from gate.errors import GateError, Place, Problem

_STREAMS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")  # what a shell puts there for <(…)


class FilesError(GateError):
    """A file cannot be read where it should be: not there, not a plain file, too large, or the place cannot be reached."""


class Files(Protocol):
    """A tree of files. Paths have slashes and are relative to the tree's root, or, in the work tree, any path of the machine."""

    @property
    def revision(self) -> str:
        """The commit, in full; empty for the work tree."""

    def is_file(self, path: str) -> bool:
        """Whether a plain file is there. Raises FilesError where that cannot be found out."""

    def read(self, path: str, most: int) -> bytes:
        """The file's bytes. Raises FilesError: slug "not-there" where there is none, "not-a-plain-file" for a folder, link,
        submodule or device, "too-large" above `most` bytes, "unreadable" for the rest."""

    def identity(self, path: str) -> str:
        """The same text for the same file, however its path is written."""


class WorkTree:
    """The files as they lie on this machine; links are followed."""

    revision = ""

    def is_file(self, path: str) -> bool:
        return os.path.isfile(path)

    def read(self, path: str, most: int) -> bytes:
        try:
            kind = os.stat(path).st_mode
            if stat.S_ISDIR(kind):
                raise _error("not-a-plain-file", "this is a folder, not a file", path)
            if not stat.S_ISREG(kind) and not path.startswith(_STREAMS):
                raise _error("not-a-plain-file", "this is a device, a pipe or a socket, not a file", path)
            with open(path, "rb") as file:
                data = file.read(most + 1)
        except FileNotFoundError:
            raise _error("not-there", "there is no such file", path) from None
        except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
            reason = getattr(error, "strerror", None) or str(error)
            raise _error("unreadable", f"the file cannot be read: {reason}", path) from None
        if len(data) > most:
            raise _error("too-large", f"the file is larger than {most // 2**20} MiB", path)
        return data

    def identity(self, path: str) -> str:
        return os.path.realpath(path)

    def __repr__(self) -> str:
        return "WorkTree()"


WORK_TREE = WorkTree()


def is_missing(path: str) -> bool:
    """Whether it is known that nothing is there; what may not be looked at may be there, and whoever excuses what does not exist
    yet must not excuse that."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):  # ValueError: a zero byte in the path
        return False
    return False


def _error(slug: str, message: str, path: str) -> FilesError:
    return FilesError(Problem(slug, message, Place(path)))
