"""One file out of a downloaded archive: in memory, nothing is unpacked, and nothing of it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.web.errors import WebError, too_large, unreadable, visible

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MOST_BYTES = 16 * 2**20
MOST_FILES = 1000

_LINK = 0o120000
_KIND = 0o170000


def member(data: bytes, path: str, what: str) -> bytes:
    """The file at `path` in a zip archive; `what` says in errors which archive that is. Raises WebError.

    A file that was kept without an archive is taken as it is. An archive that holds a path out of itself, a link, the
    file twice or too many files is refused as a whole: no tool that keeps artifacts writes such a one.
    """
    import zipfile
    import zlib
    from io import BytesIO

    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, _entry(archive, path, what), what)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise unreadable(what, f"the archive cannot be read ({type(error).__name__})") from None


def _entry(archive: ZipFile, path: str, what: str) -> ZipInfo:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise too_large(what, f"{MOST_FILES} files")
    for entry in entries:
        if _leads_out(entry):
            raise unreadable(what, f"the archive holds `{visible(entry.orig_filename, 60)}`, a path out of itself or a link")
    found = [entry for entry in entries if entry.filename == path]
    if len(found) != 1:
        raise unreadable(what, f"the archive holds {'several files' if found else 'no file'} `{path}`")
    return found[0]


def _leads_out(entry: ZipInfo) -> bool:
    name = entry.orig_filename  # zipfile itself cuts `filename` at a zero byte
    steps = name.replace("\\", "/").split("/")
    is_link = (entry.external_attr >> 16) & _KIND == _LINK
    return is_link or ".." in steps or name.startswith(("/", "\\")) or "\0" in name or ":" in steps[0]


def _read(archive: ZipFile, entry: ZipInfo, what: str) -> bytes:
    """The entry's bytes, counted while they are unpacked: the size that it states may be a lie."""
    if entry.file_size > MOST_BYTES:
        raise too_large(what, f"{MOST_BYTES // 2**20} MiB")
    with archive.open(entry) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise too_large(what, f"{MOST_BYTES // 2**20} MiB")
    return data


__all__ = ["MOST_BYTES", "MOST_FILES", "WebError", "member"]
