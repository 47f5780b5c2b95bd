"""A run of MLflow's file store as one file: `mlruns/<experiment>/<run>/` holds a file for every metric."""

from __future__ import annotations

import os
import stat

from gate.errors import InputError, Place, Problem
from gate.readers.source import MAX_SIZE, SourceFile

MARK = "mlflow_file_store"
_MAX_FILES = 100_000


def is_run(path: str) -> bool:
    """Whether the path is the folder of a run."""
    return os.path.isfile(os.path.join(path, "meta.yaml")) and os.path.isdir(os.path.join(path, "metrics"))


def open_run(path: str) -> SourceFile:
    """All of a run that counts, as one JSON text, so that its digest covers every file. Raises InputError."""
    import json

    metrics = os.path.join(path, "metrics")
    texts = {"meta.yaml": _text(os.path.join(path, "meta.yaml"))}
    size = len(texts["meta.yaml"])
    for folder, folders, files in os.walk(metrics):
        folders.sort()
        for name in sorted(files):
            file = os.path.join(folder, name)
            texts[os.path.relpath(file, path).replace(os.sep, "/")] = text = _text(file)
            size += len(text)
            if size > MAX_SIZE or len(texts) > _MAX_FILES:
                raise InputError(Problem("too-large", f"the run is larger than {MAX_SIZE >> 20} MiB", Place(path)))
    return SourceFile(path, json.dumps({MARK: texts}).encode(), "json")


def _text(path: str) -> str:
    """A file's text; links are not followed out of the folder."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(Problem("not-a-file", "this is a link, a device or a pipe, not a file", Place(path)))
        if status.st_size > MAX_SIZE:
            raise InputError(Problem("too-large", f"the file is larger than {MAX_SIZE >> 20} MiB", Place(path)))
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return stream.read(MAX_SIZE + 1)
    except OSError as error:
        raise InputError(Problem("unreadable", f"the file cannot be read: {error.strerror or error}", Place(path))) from None
