"""Numbers that say what is in the rows at hand, and estimate nothing beyond them."""

from __future__ import annotations

from gate.terms.measurement import NO_SUPPORT, Measurement

# What gate says of the rows themselves, under these names.
_OF_THE_ROWS = frozenset(("rows", "label_coverage"))
_QUALITY = frozenset(
    ("rows", "missing_rate", "constant", "constant_columns", "duplicate_row_rate", "duplicate_id_rate", "age_hours",
     "out_of_range_rate", "type_changed", "absent_columns", "new_columns")
)  # fmt: skip


def tells_of_the_rows(name: str) -> bool:
    """Whether a name is one of gate's own for what is in the rows at hand, and says nothing about others."""
    first, _, last = name.rpartition(".")
    return last in _OF_THE_ROWS or (first == "quality" and last in _QUALITY)


def is_of_the_rows(found: Measurement, name: str) -> bool:
    """Whether a number is as it is: gate counted the rows, or a file says a number of them and nothing of its error."""
    return tells_of_the_rows(name) and (found.evidence == "measured" or found.support == NO_SUPPORT)
