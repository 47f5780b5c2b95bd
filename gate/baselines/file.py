"""A baseline in a metrics file beside the policy, in the tree that the policy was read from."""

from __future__ import annotations

import os
import posixpath

from gate.baselines.baseline import Surroundings
from gate.documents.files import WORK_TREE, is_missing
from gate.errors import GateError
from gate.language.value import Doubt
from gate.readers.inputs import read_file, read_inputs
from gate.readers.source import MAX_SIZE, SourceFile, run_in
from gate.terms.baseline import Baseline, Origin
from gate.terms.measurements import Measurements

_MOST_LOOKED_AT = 1000


def find(name: str, text: str, at: Surroundings) -> Baseline | Doubt:
    """The measurements in the file, relative to the policy's folder; a Doubt where it is not there or cannot be read."""
    path = os.path.normpath(os.path.join(at.folder, text))
    try:
        if at.tree is WORK_TREE and is_missing(run_in(path)[0]):
            return _absent(text, _alike(path))
        table = _from_disk(path) if at.tree is WORK_TREE else _from_tree(path.replace(os.sep, "/"), at)
    except GateError as error:
        first = error.problems[0]
        if first.slug == "not-there":
            return _absent(text)
        return Doubt("baseline-unreadable", f"the baseline cannot be read: {first.message}", str(first.where or ""))
    return Baseline(name, Origin(text, posixpath.basename(text), at.tree.revision), table)


def _absent(text: str, alike: str = "") -> Doubt:
    hint = f"did you mean `{posixpath.join(posixpath.dirname(text), alike)}`? else " if alike else ""
    return Doubt("no-baseline", f"there is no baseline file `{text}`", f"{hint}give one: `-b FILE`")


def _alike(path: str) -> str:
    """A file beside the path that is called almost so: for `--first-release` a misspelt file does not exist yet."""
    from difflib import get_close_matches

    try:
        names = os.listdir(os.path.dirname(path) or ".")[:_MOST_LOOKED_AT]
    except (OSError, ValueError):
        return ""
    return next(iter(get_close_matches(os.path.basename(path), names, 1, 0.8)), "")


def _from_disk(path: str) -> Measurements:
    return read_inputs([os.path.join(".", path) if "=" in path else path])  # NAME=FILE would be a named input


def _from_tree(path: str, at: Surroundings) -> Measurements:
    return read_file(SourceFile(path, at.tree.read(path, MAX_SIZE)))
