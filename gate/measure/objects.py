"""Rows in remote objects: listed and fetched by fsspec into a private folder that goes when they have been counted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from gate.errors import InputError, MissingExtraError, Place, Problem
from gate.measure.engines.engine import Effort
from gate.measure.object_address import HTTP, key, public, refuse_odd, scheme_of
from gate.measure.object_errors import DiskFullError, TooLargeError, said
from gate.measure.source import MOST_FILES, Source, form_of
from gate.record import replace

LARGEST = 64 << 30  # bytes of all objects together
RESERVE = 256 << 20  # bytes of the disk that are left to others
SILENCE = 60.0  # seconds that a server may say nothing
_HIVE = re.compile(r"[^/=\0]{1,60}=[^/\0]{1,120}")
_PATTERN = set("*[")


def listed(address: str, form: str = "") -> Source:
    """What is at an address: an object, all of a folder, or what a pattern matches (of `http` one object, always).

    Raises UsageError, InputError: nothing there, of several forms, no permission, no network; MissingExtraError.
    """
    refuse_odd(address)
    with _told(address):
        found = _listed(address)
    forms = {form or form_of(key(each)) for each in found}
    if not found:
        raise InputError(Problem("no-such-file", "there is no object of rows here", Place(public(address))))
    if len(found) > MOST_FILES:
        what = f"more than {MOST_FILES:,} objects"
        raise InputError(Problem("too-many-files", what, Place(public(address)), "merge them, or use tallies"))
    if len(forms) > 1 or not forms - {""}:
        what = "objects of several forms" if len(forms) > 1 else "the object's name tells no form of rows that is known here"
        remedy = "name objects of one form, or say it: --from parquet"
        raise InputError(Problem("unknown-rows", what, Place(public(address)), remedy))
    # What a server sends may be what a redirect led to: messages quote nothing of it.
    return Source(public(address), forms.pop(), addresses=tuple(found), quotable=scheme_of(address) not in HTTP)


def _listed(address: str) -> list[str]:
    scheme = scheme_of(address)
    if scheme in HTTP:
        return [address]
    files = _filesystem(scheme)
    path = files._strip_protocol(address)
    if _PATTERN & set(address):
        found = files.glob(path)
    elif files.isdir(path):
        found = [each for each in files.find(path) if form_of(each) and not _is_hidden(each[len(path) :])]
    else:
        found = [] if address.endswith("/") else [path]
    return [files.unstrip_protocol(each) for each in sorted(found)]


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "_")) for part in path.split("/") if part)


@contextmanager
def at_hand(source: Source, effort: Effort) -> Iterator[Source]:
    """The rows where engines can open them: objects are fetched, and gone after the body of `with`, however it ends."""
    if not source.addresses:
        yield source
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="gate-", ignore_cleanup_errors=True) as folder:
        yield replace(source, paths=_fetched(source.addresses, folder, effort))


def _fetched(addresses: tuple[str, ...], folder: str, effort: Effort) -> tuple[str, ...]:
    room = _Room(folder, effort)
    found: list[str] = []
    for number, address in enumerate(addresses):
        path = _path(folder, number, key(address))
        with _told(address), _stopped():
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            _fetch(address, path, room)
        found.append(path)
    return tuple(found)


def _path(folder: str, number: int, name: str) -> str:
    """Where an object goes: under folders called `column=value`, as it was, and with what its suffix tells."""
    *parts, last = name.split("/")
    hive = [part for part in parts if _HIVE.fullmatch(part) and not _PATTERN & set(part)]
    suffix = re.search(r"(\.[a-z]{2,8})?(\.gz|\.zst)?$", last.lower())
    return os.path.join(folder, str(number), *hive, f"rows{suffix[0] if suffix else ''}")


def _fetch(address: str, path: str, room: _Room) -> None:
    """One object as a file. Raises whatever fsspec does; InputError where less came than was announced, or nothing."""
    files = _filesystem(scheme_of(address))
    inside = files._strip_protocol(address)
    announced = files.info(inside).get("size")
    if isinstance(announced, int):
        room.announce(announced)
    before = room.taken
    files.get_file(inside, path, callback=_callback(room.take))
    size = os.path.getsize(path)
    room.taken = before + size
    if isinstance(announced, int) and size < announced:
        what = f"{size:,} of {announced:,} bytes came"
        raise InputError(Problem("cut-short", what, Place(public(address)), "try again; does something else write it just now?"))
    if not size:
        remedy = "did the step that writes it succeed?"
        raise InputError(Problem("empty-file", "the object is empty", Place(public(address)), remedy))


class _Room:
    """How much may be fetched, and how much has been."""

    def __init__(self, folder: str, effort: Effort) -> None:
        from shutil import disk_usage

        self.free = disk_usage(folder).free - RESERVE
        self.effort = effort
        self.taken = 0
        self.expected = 0

    def announce(self, size: int) -> None:
        self.expected = self.taken + size
        self.refuse(self.expected)

    def take(self, size: int) -> None:
        self.taken += size
        self.refuse(self.taken)
        if self.effort.progress is not None and self.expected:
            self.effort.progress("fetching", min(1.0, self.taken / self.expected))

    def refuse(self, size: int) -> None:
        if size > LARGEST:
            raise TooLargeError(size)
        if size > self.free:
            raise DiskFullError(size)


def _callback(take: Callable[[int], None]) -> Any:
    """What fsspec calls as bytes come in."""
    base: Any = import_module("fsspec.callbacks").Callback

    class Heard(base):  # type: ignore[misc]
        def relative_update(self, inc: int = 1) -> None:
            take(inc)

    return Heard()


def _filesystem(scheme: str) -> Any:
    """What fsspec opens addresses of this scheme by; credentials are its own matter. Raises InputError, MissingExtraError."""
    try:
        fsspec = import_module("fsspec")
    except ModuleNotFoundError:
        raise MissingExtraError("reading objects by their address", "remote") from None
    try:
        kind = fsspec.get_filesystem_class(scheme)
    except (ImportError, ValueError):
        told = import_module("fsspec.registry").known_implementations.get(scheme, {}).get("err", "")
        what = f"nothing that is installed opens `{scheme}://`"
        remedy = f"{told[:1].lower()}{told[1:]}" if told else "install what fsspec opens it by, such as s3fs for s3://"
        raise InputError(Problem("no-filesystem", what, remedy=remedy)) from None
    found = kind(**(_patience(fsspec.config.conf.get(scheme, {})) if scheme in HTTP else {}))
    found.invalidate_cache()
    return found


def _patience(configured: dict[str, Any]) -> dict[str, Any]:
    """How long a web server may take: as long as it says something; proxies are those of the environment."""
    timeout = import_module("aiohttp").ClientTimeout(total=None, sock_connect=30, sock_read=SILENCE)
    return {"client_kwargs": {"timeout": timeout, "trust_env": True, **configured.get("client_kwargs", {})}}


@contextmanager
def _stopped() -> Iterator[None]:
    """Ctrl-C stops what fsspec does in its own thread, too."""
    try:
        yield
    except KeyboardInterrupt:
        with suppress(Exception):
            run = import_module("asyncio").run_coroutine_threadsafe
            run(_cancelled(), import_module("fsspec.asyn").get_loop()).result(2)
        raise


async def _cancelled() -> None:
    asyncio = import_module("asyncio")
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """What fsspec and the libraries below it raise, in gate's words: their own quote addresses with secrets."""
    from gate.errors import GateError

    try:
        yield
    except GateError:
        raise
    except Exception as error:
        raise InputError(said(error, address)) from None
