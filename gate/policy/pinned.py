"""Policies in git at a whole commit id: `git:https://HOST/REPOSITORY@COMMIT#PATH`, by `extends` and `-p`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from gate import registry

if TYPE_CHECKING:
    from gate.documents.files import Files


class Pinned(NamedTuple):
    """Where such a policy lies: `path` in `files`; `file` is its name in messages, with slashes like that of any file."""

    files: Files
    path: str
    file: str


class Opener(Protocol):
    """The module of the room `packs`: it speaks with servers, so it stands above this one and is loaded on use."""

    def open_pack(self, name: str) -> Pinned:
        """The policy of this name. Raises GateError: not written like one, not pinned, or not to be had."""


def open_pinned(name: str) -> Pinned:
    """The policy of this name. Raises GateError."""
    opener: Opener = registry.load("packs", "git")
    return opener.open_pack(name)
