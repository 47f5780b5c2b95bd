"""A git folder of gate's own: its settings, no hooks, and what is put there."""

from __future__ import annotations

import os

from gate.documents.files import WORK_TREE, FilesError

_SETTINGS = """[core]
	repositoryformatversion = {version}
	bare = true
	hooksPath = {nothing}
	fsmonitor = false
	commitGraph = false
	multiPackIndex = false
	useReplaceRefs = false
	askPass =
[gc]
	auto = 0
[maintenance]
	auto = false
[protocol]
	allow = never
"""
_SETTINGS_SHA256 = "[extensions]\n\tobjectFormat = sha256\n"


class GitFolder:
    """A new folder at `path`, which goes when this goes. Its objects lie elsewhere."""

    def __init__(self, sha256: bool = False) -> None:
        import tempfile
        import weakref

        self.path = tempfile.mkdtemp(prefix="gate-git-")
        weakref.finalize(self, _remove, self.path, os.getpid())
        settings = _SETTINGS.format(version=1 if sha256 else 0, nothing=os.devnull) + (_SETTINGS_SHA256 if sha256 else "")
        self.write("config", settings.encode())
        self.write("HEAD", b"ref: refs/heads/gate-has-no-branch\n")  # git takes a folder without one for none of its own
        os.mkdir(os.path.join(self.path, "refs"))

    def write(self, name: str, data: bytes) -> None:
        """Put a file there."""
        with open(os.path.join(self.path, name), "wb") as file:
            file.write(data)

    def link(self, source: str, name: str) -> None:
        """Make a file or folder appear there: as a link, or where the system has none, as a copy."""
        import shutil

        target = os.path.join(self.path, name)
        if not os.path.exists(source):
            return
        if os.path.isdir(target):
            os.rmdir(target)
        try:
            os.symlink(os.path.abspath(source), target)
        except OSError:
            shutil.copytree(source, target) if os.path.isdir(source) else shutil.copyfile(source, target)


def small_file(path: str) -> bytes:
    """A small file of a git folder; nothing where it is not there, not a plain file, or too large to be one of git's."""
    try:
        return WORK_TREE.read(path, 2**20)
    except FilesError:
        return b""


def _remove(path: str, process: int) -> None:
    """Away with the folder, but not at the end of a process that was forked off: its parent still needs it."""
    import shutil

    if os.getpid() == process:
        shutil.rmtree(path, ignore_errors=True)
