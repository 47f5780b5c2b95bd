"""Files that a policy may read, found without understanding it: where a run breaks off, none of them may be removed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

MOST_FILES, MOST_WORDS, MOST_CHARACTERS = 100, 20_000, 8 * 1024 * 1024
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_WORD = re.compile(r"[^\s,\[\]{}'\"]+")


def named_in(policies: Iterable[str]) -> list[str]:
    """The files that these policies name, and those that a policy among them names in turn."""
    waiting = [path for path in policies if os.path.isfile(path)]
    found: dict[str, None] = {}
    for _ in range(MOST_FILES):
        if not waiting:
            break
        policy = waiting.pop(0)
        for path in _files(policy):
            if path not in found and path.endswith((".yaml", ".yml")):
                waiting.append(path)
            found[path] = None
    return list(found)


def _files(policy: str) -> list[str]:
    """The words of a policy that are files beside it."""
    try:
        with open(policy, encoding="utf-8", errors="replace") as file:
            words = _WORD.findall(_COMMENT.sub("", file.read(MOST_CHARACTERS)))
    except OSError:
        return []
    folder = os.path.dirname(policy)
    paths = (os.path.join(folder, word) for word in dict.fromkeys(words[:MOST_WORDS]) if "." in word or "/" in word)
    return [path for path in paths if "\0" not in path and os.path.isfile(path)]
