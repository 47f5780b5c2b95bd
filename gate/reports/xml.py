"""Text as it may stand in XML, in attributes too: nothing in it ends an element, and no character is one that XML forbids."""

from __future__ import annotations

from gate.reports.plain import LONGEST_NAME, brief

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def escaped(text: str, limit: int = LONGEST_NAME) -> str:
    r"""The text on one line, at most `limit` characters of it; what XML forbids is there as \uXXXX."""
    return brief(text, limit).translate(_ENTITIES)


def attributes(**values: str | int) -> str:
    """` name="value"` for each, with a hyphen for an underscore; the values are escaped here."""
    return "".join(f' {name.replace("_", "-")}="{escaped(str(value))}"' for name, value in values.items())
