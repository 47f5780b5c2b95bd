"""A model's digests, as OpenSSF model signing has them (its manifest of files, version 1)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from gate.errors import InputError, Place, Problem, UsageError
from gate.terms.decision import ModelFile, ModelIdentity

IGNORED = frozenset((".git", ".gitattributes", ".github", ".gitignore"))  # at the top of a folder: they are no part of a model
MOST_FILES = 100_000
_CHUNK = 1 << 20
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

_Parts = tuple[str, ...]


class _Stamp(NamedTuple):
    """What shows that a file is still the one that was looked at."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


def identified(paths: Sequence[str], without: Iterable[str] = ()) -> tuple[ModelIdentity, ...]:
    """The models at these paths, files or folders, without the files of `without` (an attestation that lies in a model).

    A file's digest is its SHA-256; a model's is the SHA-256 of those of its files one after the other, in the order of
    their paths, part by part. Raises InputError: a link, a file that cannot be read or that changes meanwhile, nothing in it;
    UsageError: two models of one name.
    """
    aside = {_place(path) for path in without}
    found = tuple(_identified(path.rstrip("/" + os.sep) or path, aside) for path in paths)
    names = [model.name for model in found]
    for name in names:
        if names.count(name) > 1:
            remedy = "give the folder that holds both, or rename one"
            raise UsageError(Problem("model-twice", f"two models are called `{name}`", remedy=remedy))
    return found


def root_digest(digests: Iterable[str]) -> str:
    """The digest of a model whose files have these, in their order."""
    return sha256(b"".join(map(bytes.fromhex, digests))).hexdigest()


def _identified(path: str, aside: set[str]) -> ModelIdentity:
    listed = _listed(path, aside)
    if not listed:
        raise _refusal("model-empty", "there is no file in this model", path, "was the model written?")
    files = [ModelFile("/".join(parts) or ".", _digest(_at(path, parts), listed[parts])) for parts in sorted(listed)]
    again = _listed(path, aside)  # who changes a file while it is read changes its times, too
    if again != listed:
        moved = min(parts for parts in {*again, *listed} if again.get(parts) != listed.get(parts))
        raise _changed(_at(path, moved))
    name = os.path.basename(path)
    name = os.path.basename(os.path.realpath(path)) if name in ("", ".", "..") else name
    return ModelIdentity(name, root_digest(file.sha256 for file in files), tuple(files))


def _listed(path: str, aside: set[str]) -> Mapping[_Parts, _Stamp]:
    """Every file of the model by its path in there; one file has an empty path."""
    try:
        kind = os.lstat(path).st_mode
        if not stat.S_ISDIR(kind):
            return {(): _stamp(path)}
        found: dict[_Parts, _Stamp] = {}
        for parts in _walked(path, aside):
            found[parts] = _stamp(_at(path, parts))
            if len(found) > MOST_FILES:
                raise _refusal("model-too-large", f"more than {MOST_FILES:,} files", path, "name the model's own folder")
        return found
    except OSError as error:
        raise _unreadable(error.filename or path, error) from None


def _walked(path: str, aside: set[str]) -> Iterator[_Parts]:
    real = os.path.realpath(path)
    waiting: list[_Parts] = [()]
    while waiting:
        folder = waiting.pop()
        with os.scandir(_at(path, folder)) as entries:
            for entry in entries:
                parts = (*folder, entry.name)
                if (not folder and entry.name in IGNORED) or os.path.join(real, *parts) in aside:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(parts)
                else:
                    yield parts


def _stamp(path: str) -> _Stamp:
    """Raises InputError where this is no plain file."""
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        raise _refusal("model-link", "this is a link; what it leads to may change", path, "copy the files themselves: cp -rL")
    if not stat.S_ISREG(status.st_mode):
        raise _refusal("not-a-file", "this is a device, a pipe or a socket, not a file", path, "take it out of the model")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise _refusal("model-file-name", "the name of this file is not UTF-8", path, "rename it") from None
    return _stamp_of(status)


def _stamp_of(status: os.stat_result) -> _Stamp:
    return _Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _digest(path: str, stamp: _Stamp) -> str:
    """The file's SHA-256, read piece by piece. Raises InputError where it is not the file that was listed."""
    digest, buffer = sha256(), memoryview(bytearray(_CHUNK))
    try:
        with open(os.open(path, _OPEN), "rb", buffering=0) as file:
            if _stamp_of(os.fstat(file.fileno())) != stamp:
                raise _changed(path)
            while count := file.readinto(buffer):
                digest.update(buffer[:count])
    except OSError as error:
        if os.path.islink(path):
            raise _changed(path) from None
        raise _unreadable(path, error) from None
    return digest.hexdigest()


def _at(path: str, parts: _Parts) -> str:
    return os.path.join(path, *parts)


def _place(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _changed(path: str) -> InputError:
    what = "this changed while the model was read"
    return _refusal("model-changed", what, path, "let the step that writes the model end first")


def _unreadable(path: str, error: OSError) -> InputError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _refusal("no-such-file", "there is no such file", path)
    if isinstance(error, PermissionError):
        return _refusal("no-permission", "no permission to read the file", path)
    return _refusal("unreadable", f"the file cannot be read: {error.strerror or type(error).__name__}", path)


def _refusal(slug: str, message: str, path: str, remedy: str = "") -> InputError:
    return InputError(Problem(slug, message, Place(path), remedy))
