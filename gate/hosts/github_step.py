"""What a step of GitHub Actions writes for the runner: its summary and its outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gate.web.errors import visible

# A step's summary above 1 MiB is not cut but dropped as a whole.
SUMMARY_LIMIT = 1024 * 1024
OUTPUT_LIMIT = 256 * 1024  # characters of one value; the outputs of a job share 1 MB
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)


def summarise(environ: Mapping[str, str], text: str) -> str:
    """Appends a text to the step's summary; what other commands of the step have written there stays.

    Returns what went wrong, empty where nothing did: a summary is a service.
    """
    data = f"{text}\n".encode("utf-8", "backslashreplace")
    return _append(environ, "GITHUB_STEP_SUMMARY", data, "no step summary", SUMMARY_LIMIT)


def outputs(environ: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Sets outputs of the step, whatever the values hold. Returns what went wrong, empty where nothing did."""
    wrong = [name for name, value in values.items() if not _NAME.fullmatch(name) or len(value) > OUTPUT_LIMIT]
    if wrong:
        return f"no outputs: `{visible(wrong[0], 60)}` is no name, or its value has more than {OUTPUT_LIMIT} characters"
    data = "".join(_output(name, value) for name, value in values.items()).encode("utf-8", "backslashreplace")
    return _append(environ, "GITHUB_OUTPUT", data, "no outputs", 0)


def _output(name: str, value: str) -> str:
    """One output. The runner takes all up to a line with the delimiter, so that must be one that nobody can guess."""
    from secrets import token_hex

    delimiter = f"gate-{token_hex(16)}"
    while delimiter in value:
        delimiter = f"gate-{token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _append(environ: Mapping[str, str], variable: str, data: bytes, without: str, limit: int) -> str:
    path = environ.get(variable, "")
    if not path:
        return f"{without}: {variable} is not set"
    try:
        with open(path, "ab+") as file:
            size = file.tell()
            if size:
                file.seek(-1, 2)
                data = (b"\n" if limit or file.read(1) != b"\n" else b"") + data
            if limit and size + len(data) > limit:
                return f"{without}: with {size} bytes already there the report would pass GitHub's limit of {limit}"
            file.write(data)
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        return f"{without}: {visible(getattr(error, 'strerror', None) or str(error))}"
    return ""
