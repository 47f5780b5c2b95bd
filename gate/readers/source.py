"""A file as it was given: its bytes, and when asked for its text and its document."""

from __future__ import annotations

import os
import re
import stat
from functools import cached_property
from typing import Any, BinaryIO

from gate.documents.document import DocumentError, decode
from gate.errors import GateError, InputError, Place, Problem
from gate.record import replace
from gate.terms.measurements import Source

MAX_SIZE = 64 * 1024 * 1024
STDIN = "<stdin>"

SYNTAXES = ("json", "yaml", "toml")
_SUFFIXES = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml"}
_STREAMS = re.compile(r"/dev/(stdin|fd/\d+)|/proc/self/fd/\d+")
_STDIN = frozenset(("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"))
_FIRST_LINE = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*([^\n]*)")
_TOML_LINE = re.compile(r"""(?:\[\[?[^\[\],{}]+\]\]?\s*(?:#.*)?$|[\w."' -]+=)""")
_YAML_LINE = re.compile(r"^(?:---|- |[^<#\n][^#\n]*:(?:[ \t\r]|$))", re.MULTILINE)


class SourceFile:
    """What readers look at. `syntax` is "json", "yaml", "toml", or empty where it is none of them.

    `quotable` is false for a file that a link led to, out of the working folder: the link may
    have been planted, so that no message may quote what it leads to. `form` is the reader's name
    where the way to the file tells it, `run` the one that counts of those in it, `version` that of
    the registered model by which it was asked for.
    """

    version = ""

    def __init__(self, name: str, data: bytes, syntax: str = "", quotable: bool = True, form: str = "", run: str = "") -> None:
        self.name = name
        self.form = form
        self.run = run
        self.data = data
        self.quotable = quotable
        self._syntax = syntax

    @cached_property
    def text(self) -> str:
        """The file as text. Raises DocumentError where it is not UTF-8."""
        text = decode(self.data, self.name)
        if "\0" in text:
            remedy = "save it as UTF-8" if text[1:2] == "\0" else ""
            raise DocumentError(Problem("not-text", "the file is not text: it holds zero bytes", Place(self.name), remedy))
        return text

    @cached_property
    def syntax(self) -> str:
        if self._syntax:
            return self._syntax
        suffix = _SUFFIXES.get(os.path.splitext(self.name)[1].lower())
        if suffix:
            return suffix
        try:
            return looks_like(self.text)
        except DocumentError:
            return ""

    @cached_property
    def document(self) -> Any:
        """The file as a JSON, YAML or TOML document. Raises DocumentError; MissingExtraError where TOML cannot be read here."""
        try:
            return _parse(self.text, self.syntax, self.name)
        except DocumentError as error:
            if self.quotable:
                raise
            raise DocumentError(*(replace(problem, excerpt="") for problem in error.problems)) from None

    @cached_property
    def mapping(self) -> dict[str, Any] | None:
        """The document where it is a mapping, else None: for readers that only want to know."""
        if not self.syntax:
            return None
        try:
            document = self.document
        except GateError:
            return None
        return document if isinstance(document, dict) else None

    def source(self, form: str) -> Source:
        """The file's identity, read as `form`."""
        from hashlib import sha256

        return Source(self.name, form, sha256(self.data).hexdigest(), self.version)


def looks_like(text: str) -> str:
    """The syntax that the text's beginning shows: "json", "toml", "yaml", or nothing known."""
    first = text.lstrip()[:1]
    if first == "{":
        return "json"
    found = _FIRST_LINE.match(text)
    if found and _TOML_LINE.match(found[1].strip()):
        return "toml"
    if first == "[":
        return "json"
    return "yaml" if first != "<" and _YAML_LINE.search(text) else ""


def _parse(text: str, syntax: str, name: str) -> Any:
    if syntax == "json":
        from gate.documents import json

        return json.load(text, name)
    if syntax == "toml":
        from gate.documents import toml

        return toml.load(text, name)
    from gate.documents import yaml

    return yaml.load(text, name)[0]


# -- opening


def is_remote(path: str) -> bool:
    """Whether the path is the address of something on a server; a file called so is written `./mlflow:…`."""
    return path.startswith(("mlflow:", "http://", "https://"))


def run_in(path: str) -> tuple[str, str]:
    """The file and the run of `mlflow.db#RUN`; the path and nothing where it is none."""
    file, mark, run = path.rpartition("#")
    return (file, run) if mark and run and os.path.isfile(file) and not os.path.lexists(path) else (path, "")


def public(spec: str) -> str:
    """An INPUT as it may be shown: the query and the password of a URL may be secret."""
    if "://" not in spec:
        return spec
    return re.sub(r"\?[^#]*", "", re.sub(r"(?s)//.*@", "//…@", spec))


def is_stdin(path: str) -> bool:
    """Whether the path stands for standard input."""
    return path in _STDIN


def open_path(path: str, syntax: str = "") -> SourceFile:
    """The file at a path. Raises InputError: not there, not a file, not readable, empty, above 64 MiB."""
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _refusal("is-a-directory", "this is a folder, not a file", path, "name the file in it")
        if not stat.S_ISREG(status.st_mode) and not _STREAMS.fullmatch(path):
            raise _refusal("not-a-file", "this is a device, a pipe or a socket, not a file", path, "for standard input write `-`")
        if status.st_size > MAX_SIZE:
            raise _too_large(path)
        with open(path, "rb") as stream:
            data = stream.read(MAX_SIZE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _refusal("no-such-file", "there is no such file", path or "''") from None
    except PermissionError:
        raise _refusal("no-permission", "no permission to read the file", path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal("unreadable", f"the file cannot be read: {reason}", path) from None
    return _source_file(path, data, syntax, _is_quotable(path))


def open_stdin(stream: BinaryIO | None, syntax: str = "") -> SourceFile:
    """Standard input to its end. Raises InputError: closed, empty, above 64 MiB."""
    if stream is None:
        raise _refusal("unreadable", "standard input is closed", STDIN)
    try:
        data = stream.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        raise _refusal("unreadable", f"standard input cannot be read: {error}", STDIN) from None
    return _source_file(STDIN, data, syntax, quotable=True)


def _source_file(name: str, data: bytes, syntax: str, quotable: bool) -> SourceFile:
    if len(data) > MAX_SIZE:
        raise _too_large(name)
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise _refusal("empty-file", "the file is empty", name, "did the step that writes it succeed?")
    return SourceFile(name, data, syntax, quotable)


def _is_quotable(path: str) -> bool:
    """Whether messages may quote the file: it lies in the working folder, or no link led to it."""
    real = os.path.realpath(path)
    here = os.path.realpath(os.curdir)
    return real.startswith(os.path.join(here, "")) or real == os.path.abspath(path)


def _too_large(name: str) -> InputError:
    remedy = "metrics are small; rows of predictions belong in Parquet or CSV"
    return _refusal("too-large", f"the file is larger than {MAX_SIZE >> 20} MiB", name, remedy)


def _refusal(slug: str, message: str, name: str, remedy: str = "") -> InputError:
    return InputError(Problem(slug, message, Place(name), remedy))
