"""The room's Protocol: the files at a commit."""

from __future__ import annotations

from typing import Protocol

from gate.documents.files import Files


class Tree(Files, Protocol):
    """The files at a commit. Each module of the room offers `open_revision`, which gives one."""

    def policies(self) -> list[str]:
        """The paths of all that may be policies: called gate.yaml or gate.yml in any folder, or YAML with a key `gate`.

        What cannot be looked into counts as one. Raises FilesError where not all can be looked at.
        """
