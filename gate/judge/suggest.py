"""What a misspelt name may have meant."""

from __future__ import annotations

from collections.abc import Mapping

from gate.language.write import write_name
from gate.terms.measurements import Measurements

MOST_COMPARED = 300  # names with a misspelt one: each comparison takes 20 µs, and a policy may have thousands of rules


def suggestion(name: str, table: Measurements | Mapping[str, object]) -> str:
    """What a misspelt name may have meant, and what there is."""
    from difflib import get_close_matches

    names = table.names if isinstance(table, Measurements) else list(table)
    bare = _unit_or_separator(name, names)
    if bare:
        return bare
    near = names if len(names) <= MOST_COMPARED else sorted(names, key=lambda each: abs(len(each) - len(name)))[:MOST_COMPARED]
    close = get_close_matches(name, near, 1, 0.6)
    if not close and name.lower() != name:
        close = get_close_matches(name.lower(), near, 1, 0.6)
    shown = ", ".join(write_name(known_name) for known_name in names[:12]) + (" …" if len(names) > 12 else "")
    hint = f"did you mean `{write_name(close[0])}`? " if close else ""
    return f"{hint}there is: {shown}" if names else hint.strip()


def _unit_or_separator(name: str, names: list[str]) -> str:
    """Names that are really a calculation (`a-b`), a number with a unit (`200ms`) or with separators (`1_000`)."""
    for sign in "-/":
        left, found, right = name.partition(sign)
        if found and left in names and (right in names or right.replace(".", "", 1).isdigit()):
            return f"to calculate, write blanks: `{left} {sign} {right}`"
    digits = name.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if digits and digits != name and digits.replace(".", "", 1).isdigit():
        return f"a unit? write `{digits}`"
    if name.replace("_", "").isdigit():
        return f"write `{name.replace('_', '')}`"
    return ""
