"""A branch of a repository somewhere else as a few files: fetched without its past, changed by one commit, pushed forward only.

git runs as everywhere in gate (see gate.revisions.git_program): in a folder of gate's own, without hooks, helpers and
settings of whoever else.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import HistoryError, Problem
from gate.history.git.remote import Remote
from gate.hosts.facts import is_commit
from gate.policy.find import repository_root
from gate.revisions import git_objects, git_program
from gate.revisions.git_folder import GitFolder

MOST_BYTES = 1024 * 2**20  # of the files of the branch
_WAY = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK")
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
_SETTINGS = {
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "20",
    "protocol.version": "2",
    "transfer.fsckObjects": "true",
    "transfer.bundleURI": "false",
    "fetch.unpackLimit": "1",
    "fetch.writeCommitGraph": "false",
    "fastimport.unpackLimit": "0",
    "push.gpgSign": "false",
}
_AGAIN = re.compile(rb"\((?:fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value)")
_ENTRY = re.compile(rb"100644 blob ([0-9a-f]{40,64})\t([a-z]+/[0-9a-f/]+\.json)")
_DENIED = ("Permission", "denied", "returned error: 40", "could not read Username", "hook declined", "protected", "not allowed")


class Branch:
    """A branch of a remote repository. Its methods raise HistoryError."""

    def __init__(self, remote: Remote, environ: Mapping[str, str]) -> None:
        self.remote = remote
        self.folder = GitFolder()
        objects = os.path.join(self.folder.path, "objects")
        os.mkdir(objects)
        outside = repository_root(".")
        try:
            self._program = git_program.find_program(environ, outside=outside)
        except FilesError as error:
            raise HistoryError(*error.problems) from None
        self._environ = git_program.surroundings(self.folder.path, objects, environ, outside=outside)
        self._environ.update({name: environ[name] for name in (*_WAY, *_PROXIES) if environ.get(name)})
        self._environ["GIT_ALLOW_PROTOCOL"] = remote.protocol
        self._environ["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes"
        for number, (name, value) in enumerate(remote.settings.items()):
            self._environ[f"GIT_CONFIG_KEY_{number}"], self._environ[f"GIT_CONFIG_VALUE_{number}"] = name, value
        self._environ["GIT_CONFIG_COUNT"] = str(len(remote.settings))
        self._ref = f"refs/heads/{remote.branch}"
        self._here: set[str] = set()

    def head(self) -> str:
        """The newest commit of the branch, fetched; empty where there is no such branch."""
        done = self._run("ls-remote", "--quiet", "--", self.remote.url, self._ref)
        if done.code != 0:
            raise self._failed(done)
        found = next((line.split("\t")[0] for line in done.out.decode("ascii", "replace").splitlines() if "\t" in line), "")
        if not found:
            return ""
        if not is_commit(found):
            raise self._failed(done)
        return found if found in self._here else self._fetched()

    def files(self, commit: str) -> dict[str, str]:
        """Every file of the commit that is named as gate names them, with the id of its content."""
        if not commit:
            return {}
        done = self._run("ls-tree", "-r", commit)
        if done.code != 0:
            raise self._failed(done)
        found = (_ENTRY.fullmatch(line) for line in done.out.splitlines())
        return {match[2].decode(): match[1].decode() for match in found if match is not None}

    def contents(self, ids: Iterable[str]) -> dict[str, bytes]:
        """What is in the files with these ids."""
        wanted = list(dict.fromkeys(ids))
        try:
            found = git_objects.fetch(wanted, MOST_BYTES, self._ask)
        except git_objects.TooLargeError:
            what = f"{self.remote} holds more than {MOST_BYTES // 2**20} MiB"
            raise HistoryError(Problem("history-full", what, remedy="prune it: `gate history --prune`")) from None
        except FilesError as error:
            raise HistoryError(*error.problems) from None
        if len(found) != len(wanted):
            raise HistoryError(Problem("history-corrupt", f"{self.remote} lacks files of its own newest commit"))
        return {name: each.data for name, each in found.items()}

    def push(self, parent: str, files: Mapping[str, bytes | None], message: str) -> str:
        """A commit after `parent` with these files, None for those to be removed. Its id; empty where the branch has moved on."""
        commit = self._commit(parent, files, message)
        done = self._run("push", "--porcelain", "--quiet", "--no-verify", "--", self.remote.url, f"{commit}:{self._ref}")
        if done.code == 0:
            self._here.add(commit)
            return commit
        if _AGAIN.search(done.out) or "cannot lock ref" in done.complaint:
            return ""
        raise self._failed(done)

    def _commit(self, parent: str, files: Mapping[str, bytes | None], message: str) -> str:
        said = message.encode()
        lines = [b"commit refs/gate/new", b"mark :1", b"committer gate <gate> %d +0000" % int(time.time())]
        lines += [b"data %d" % len(said), said]
        lines += [b"from " + parent.encode()] if parent else []
        parts = [b"\n".join(lines) + b"\n"]
        for path, data in sorted(files.items()):
            if data is None:
                parts.append(f"D {path}\n".encode())
            else:
                parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        given = b"reset refs/gate/new\n\n" + b"".join(parts) + b"\nget-mark :1\ndone\n"
        done = self._run("fast-import", "--quiet", "--done", "--force", "--date-format=raw", given=given)
        found = done.out.decode("ascii", "replace").strip()
        if done.code != 0 or not is_commit(found):
            raise self._failed(done)
        return found

    def _fetched(self) -> str:
        """The newest commit, which may be newer by now than the one that was listed."""
        refs = f"+{self._ref}:refs/gate/fetched"
        done = self._run("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", self.remote.url, refs)
        if done.code != 0:
            raise self._failed(done)
        named = self._run("rev-parse", "--verify", "--quiet", "refs/gate/fetched^{commit}")
        found = named.out.decode("ascii", "replace").strip()
        if not is_commit(found):
            raise self._failed(named)
        self._here.add(found)
        return found

    def _ask(self, option: str, given: bytes) -> bytes:
        done = self._run("cat-file", option, given=given)
        if done.code != 0:
            raise self._failed(done)
        return done.out

    def _run(self, *arguments: str, given: bytes = b"") -> git_program.Done:
        options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        try:
            return git_program.run(self._program, [*options, *arguments], self._environ, given=given, seconds=120.0)
        except FilesError as error:
            problem = error.problems[0]
            raise HistoryError(
                Problem("history-unreachable", f"{self.remote}: {problem.message}", remedy=problem.remedy)
            ) from None

    def _failed(self, done: git_program.Done) -> HistoryError:
        said = (
            done.complaint
            or shown(done.out.decode("utf-8", "replace").strip().rpartition("\n")[2], 200)
            or f"ended with {done.code}"
        )
        words = re.sub(r"//[^/@\s]*@", "//…@", said)
        if any(mark in words or mark.encode() in done.out for mark in _DENIED):
            remedy = (
                "the job needs permission to push this branch: on GitHub `contents: write` and GITHUB_TOKEN in the step's `env`"
            )
            return HistoryError(Problem("history-unwritable", f"{self.remote}: git: {words}", remedy=remedy))
        remedy = "check the address, and that this machine may reach it"
        return HistoryError(Problem("history-unreachable", f"{self.remote}: git: {words}", remedy=remedy))
