"""The chart library is what its authors published, with its terms."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from gate.reports import html

VENDOR = Path(html.__file__).with_name("vendor")
DIGESTS = {  # of the files in the npm packages d3@7.9.0 and @observablehq/plot@0.6.17
    "d3.min.js": "f2094bbf6141b359722c4fe454eb6c4b0f0e42cc10cc7af921fc158fceb86539",
    "plot.umd.min.js": "4358086467740777dd788d6b27a95cebdbaefdd50c730a3060117073bd7134cb",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_a_file_is_unchanged(name: str) -> None:
    assert sha256((VENDOR / name).read_bytes()).hexdigest() == DIGESTS[name]
    assert DIGESTS[name] in (VENDOR / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*DIGESTS, "../charts.js", "../html.js"])
def test_a_script_can_stand_in_a_page(name: str) -> None:
    text = (VENDOR / name).read_bytes().decode("utf-8").lower()
    for mark in ("</script", "<script", "<!--", "\r", "\0"):
        assert mark not in text


def test_the_terms_can_stand_in_a_page() -> None:
    terms = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    assert "--" not in terms
    assert "<!" not in terms
    for holder in (
        "Mike Bostock",
        "Observable, Inc.",
        "Robert Penner",
        "Charles Karney",
        "Cynthia Brewer",
        "Mapbox",
        "Mikola Lysenko",
    ):
        assert holder in terms


def test_nothing_else_is_there() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {*DIGESTS, "LICENSES.txt", "README.md"}


def test_the_style_sheet_that_plot_puts_in_is_the_one_that_the_page_allows() -> None:
    text = (VENDOR / "plot.umd.min.js").read_text(encoding="utf-8")
    assert html.PLOT_STYLE.replace("\n", "\\n").replace(".chart", ".${c}") in text
    assert 'className: "chart"' in (VENDOR / "../charts.js").read_text(encoding="utf-8")
