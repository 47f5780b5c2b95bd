"""Names from files: any text is allowed; it is normalised, bounded, and never half a character."""

from __future__ import annotations

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem

LONGEST = 1000


def clean(text: str, where: Place) -> str:
    """The text in NFC. Raises InputError above 1,000 characters and for lone surrogates, which no report could carry."""
    if not text.isascii():
        text = _normalised(text, where)
    if len(text) > LONGEST:
        message = f"a name of {len(text):,} characters: `{shown(text, 40)}`"
        raise InputError(Problem("name-too-long", message, where, f"a name has at most {LONGEST:,} characters"))
    return text


def _normalised(text: str, where: Place) -> str:
    from unicodedata import normalize

    if any("\ud800" <= character <= "\udfff" for character in text):
        message = f"`{shown(text, 40)}` holds half of a character (a lone surrogate)"
        raise InputError(Problem("half-a-character", message, where, "write the file with an encoder of UTF-8"))
    return normalize("NFC", text)
