"""Names from files."""

from __future__ import annotations

import pytest

from gate.errors import InputError, Place
from gate.readers.names import LONGEST, clean

HERE = Place("m.json")


@pytest.mark.parametrize(
    "name",
    [
        "recall",
        "a|b",
        "`x`",
        "<script>",
        "</details>",
        "@team",
        "line\nbreak",
        "::error::",
        "%0A",
        "\x1b[31m",
        "\u202e",
        "\u200b",
        "",
    ],
)
def test_any_text_is_kept_as_it_is(name: str) -> None:
    assert clean(name, HERE) == name


def test_names_are_composed() -> None:
    assert clean("cafe\u0301", HERE) == "caf\u00e9"


def test_a_name_may_have_a_thousand_characters_and_no_more() -> None:
    assert clean("é" * LONGEST, HERE)
    with pytest.raises(InputError, match="1,001 characters") as caught:
        clean("x" * (LONGEST + 1), HERE)
    assert caught.value.problems[0].slug == "name-too-long"
    assert len(str(caught.value)) < 200


def test_half_a_character_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        clean("a\ud800", HERE)
    assert caught.value.problems[0].slug == "half-a-character"
    str(caught.value).encode()  # the message itself can be written
