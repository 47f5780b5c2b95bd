"""A repository for tests, made by git itself without the settings of the machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

CLOCK = 1_780_000_000  # 2026-05-28T20:26:40Z


class Checkout:
    """A work tree with its repository; every commit is a minute later than the one before."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.home = folder.parent / f"{folder.name}-home"
        self.clock = CLOCK
        folder.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    @property
    def environ(self) -> dict[str, str]:
        """What git sees when the test calls it."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.com",
            "GIT_AUTHOR_DATE": f"{self.clock} +0200",
            "GIT_COMMITTER_NAME": "Ann",
            "GIT_COMMITTER_EMAIL": "ann@example.com",
            "GIT_COMMITTER_DATE": f"{self.clock} +0200",
        }

    def git(self, *arguments: str, more: Mapping[str, str] | None = None, given: bytes = b"") -> str:
        """What git says. Raises where it fails."""
        environ = {**self.environ, **(more or {})}
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=environ, input=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def tried(self, *arguments: str, more: Mapping[str, str] | None = None) -> None:
        """Let git try, whether or not it succeeds."""
        environ = {**self.environ, **(more or {})}
        subprocess.run(["git", *arguments], cwd=self.folder, env=environ, capture_output=True, check=False, timeout=60)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, files: Mapping[str, str | bytes] | None = None, message: str = "change") -> str:
        """Commit these files with all that lies there; the commit's id."""
        for name, content in (files or {}).items():
            self.write(name, content)
        self.clock += 60
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def clone(self, folder: Path, *options: str) -> Checkout:
        """A clone of it, by its file:// address."""
        self.git("clone", "--quiet", *options, self.folder.as_uri(), str(folder), more={"GIT_ALLOW_PROTOCOL": "file"})
        made = Checkout.__new__(Checkout)
        made.folder, made.home, made.clock = folder, self.home, self.clock
        return made
