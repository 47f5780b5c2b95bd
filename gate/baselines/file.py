"""A baseline in a metrics file beside the policy."""

from __future__ import annotations

import os

from gate.errors import GateError
from gate.language.value import Doubt
from gate.readers.inputs import read_inputs
from gate.terms.measurements import Measurements


def find(text: str, folder: str) -> Measurements | Doubt:
    """The measurements in the file, relative to the policy's folder; a Doubt where it is not there or cannot be read."""
    path = os.path.normpath(os.path.join(folder, text))
    if not os.path.exists(path):
        return Doubt("no-baseline", f"there is no baseline file `{text}`", "give one: `-b FILE`")
    try:
        return read_inputs([os.path.join(".", path) if "=" in path else path])  # NAME=FILE would be a named input
    except GateError as error:
        return Doubt(
            "baseline-unreadable", f"the baseline cannot be read: {error.problems[0].message}", str(error.problems[0].where or "")
        )
