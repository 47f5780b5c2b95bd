"""Values of Python as a document: scalars of numpy and its kin become plain numbers, tuples become lists."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from gate.documents.document import MAX_DEPTH
from gate.errors import InputError, Place, Problem
from gate.terms.slice import slice_value


def plain(value: Any, where: Place, depth: int = 0) -> Any:
    """The value as JSON would hold it; what JSON has no word for stays as it is. Raises InputError: keys, depth."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return _builtin(value)
    if depth > MAX_DEPTH:
        raise InputError(Problem("too-deep", f"nested deeper than {MAX_DEPTH} levels", where))
    if isinstance(value, Mapping):
        return _mapping(value, where, depth)
    if isinstance(value, (list, tuple)):
        return [plain(item, where, depth + 1) for item in value]
    return _scalar(value, where, depth)


def digest(document: Any) -> str:
    """SHA-256 of the document written as JSON with sorted keys."""
    import json
    from hashlib import sha256

    return sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def _builtin(value: Any) -> Any:
    """numpy.float64 is a float, and an enum may be an int or a text: only the plain value is kept."""
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else float(value)


def _mapping(mapping: Mapping[Any, Any], where: Place, depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in mapping.items():
        name = _builtin(key) if isinstance(key, str) else _number(key)
        if not isinstance(name, (str, int, float)):
            raise InputError(Problem("bad-key", f"a name is text, not {type(key).__name__}", where))
        name = slice_value(name)
        if name in document:
            raise InputError(Problem("duplicate-key", f"two keys are written `{name[:80]}`", where))
        document[name] = plain(value, where, depth + 1)
    return document


def _scalar(value: Any, where: Place, depth: int) -> Any:
    """What is inside an array of one, a Decimal, a Fraction; the items of a longer array."""
    number = _number(value)
    if number is not value:
        return plain(number, where, depth + 1)
    if hasattr(value, "tolist"):
        return plain(value.tolist(), where, depth + 1)
    return value


def _number(value: Any) -> Any:
    if type(value).__module__.startswith("numpy.ma") and value.mask.all():
        return None  # what lies under a mask is there, and does not count
    if hasattr(value, "item"):
        try:
            inner = value.item()
        except (ValueError, TypeError, RuntimeError):  # more than one item
            return value
        if type(inner) is not type(value):
            return inner
    if hasattr(value, "__float__") and not isinstance(value, (int, float)):
        with contextlib.suppress(ValueError, OverflowError):
            return float(value)
    return value
