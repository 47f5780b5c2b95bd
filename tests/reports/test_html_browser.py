"""The page as a person meets it: in headless Chromium, by mouse, keyboard, printer, and without scripts."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.reports import html
from gate.terms.decision import Decision, Finding, Outcome, Reason, Verdict
from gate.terms.measurement import Interval

HERE = Path(__file__).parent
browser = run_path(str(HERE / "browser.py"))
decisions = run_path(str(HERE.parent / "looks" / "decisions.py"))
EVERY: dict[str, Decision] = {**decisions["GOLDEN"], "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
AXE = HERE.parent / "consumers" / "node_modules" / "axe-core" / "axe.min.js"
REQUIRED = os.environ.get("GATE_CONSUMERS") == "required"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browser["PROGRAM"] and not REQUIRED, reason="there is no Chromium"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser["chromium"](tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for name, decision in {**EVERY, "many": many()}.items():
        (folder / f"{name}.html").write_bytes(html.render(decision).encode("utf-8"))
    return folder


def many() -> Decision:
    """200 rules on 50 slices each."""
    return decisions["decision"](Verdict.FAIL, [_one(rule, at) for rule in range(200) for at in range(50)])


def _one(rule: int, at: int) -> Finding:
    value = 0.79 + (rule * 7 + at * 13) % 97 / 1000
    outcome = Outcome.FAIL if value < 0.8 else Outcome.PASS
    return decisions["finding"](
        f"metric_{rule:03}[region=*] >= 0.8", outcome, line=rule + 3, slice=decisions["region"](f"r{at:02}"), value=value,
        threshold=0.8, n=100.0 + at, interval=Interval(value - 0.03, value + 0.03, 0.9), baseline="main", baseline_value=0.81,
        reasons=(Reason("below", f"`metric_{rule:03}` is at most {value + 0.03:.4f}"),) if value < 0.8 else (),
    )  # fmt: skip


ROWS = "[...document.querySelectorAll('.findings tbody tr')]"
SEEN = f"{ROWS}.filter(row => row.checkVisibility({{contentVisibilityAuto: false}}))"
FIRST = "[...document.querySelector('.findings').querySelectorAll('tbody tr')]"


def until(tab: Any, what: str, seconds: float = 20.0) -> None:
    """Wait for something to be true in the page: a busy machine lays it out late."""
    ends = time.monotonic() + seconds
    while not tab.run(f"Boolean({what})"):
        assert time.monotonic() < ends, what
        tab.settle(0.2)


def seen(tab: Any) -> int:
    """How many rows a person could see by scrolling."""
    return int(tab.run(f"{SEEN}.length"))


# -- the page by itself


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY)
def test_it_is_quiet_asks_for_nothing_and_draws(tab: Any, pages: Path, name: str, scheme: str) -> None:
    tab.open(pages / f"{name}.html", scheme=scheme)
    assert tab.complaints == []
    assert tab.requests == []
    assert tab.run("document.querySelectorAll('script').length") == (5 if "d3js.org" in html.render(EVERY[name]) else 1)
    assert tab.run("document.querySelectorAll('img, iframe, object, embed, link, base').length") == 0
    tab.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    for figure in range(tab.run("document.querySelectorAll('figure').length")):
        tab.run(f"document.querySelectorAll('figure')[{figure}].scrollIntoView()")
        tab.settle(0.2)
        shown = f"document.querySelectorAll('figure')[{figure}].querySelector('svg[role=img] circle, svg[role=img] path')"
        assert tab.run(f"{shown} !== null"), f"figure {figure}"
    assert tab.complaints == []


@pytest.mark.parametrize("name", EVERY)
def test_it_fits_the_window(tab: Any, pages: Path, name: str) -> None:
    for width in (1200, 400, 320):
        tab.open(pages / f"{name}.html", width=width)
        assert tab.run("document.documentElement.scrollWidth") <= width, width


def test_what_is_dark_is_dark(tab: Any, pages: Path) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    tab.open(pages / "failing.html", scheme="dark")
    assert tab.run(ground) == "rgb(13, 17, 23)"
    tab.look(scheme="light")
    assert tab.run(ground) == "rgb(255, 255, 255)"
    tab.look(scheme="dark", media="print")
    assert tab.run(ground) == "rgb(255, 255, 255)"


def test_it_refuses_what_is_not_its_own(tab: Any, pages: Path) -> None:
    """The page's policy holds: a script, a style, a picture and markup that something puts in."""
    tab.open(pages / "failing.html")
    tab.run(
        "{const s = document.createElement('script'); s.append('window.pwned = 1'); document.body.append(s);"
        "const i = new Image(); i.src = 'https://evil.example/x.png'; document.body.append(i)}"
    )
    refused = tab.run("(() => {try {document.body.innerHTML = '<b>x</b>'; return false} catch {return true}})()")
    tab.settle()
    assert tab.run("window.pwned") is None
    assert refused is True
    assert len(tab.complaints) >= 2


# -- without scripts, on paper


@pytest.mark.parametrize("name", ["failing", "long", "undecided", "warning", "error"])
def test_without_scripts_it_says_the_same(tab: Any, pages: Path, name: str) -> None:
    unfold = "document.querySelectorAll('details').forEach(each => each.open = true)"
    text = "document.querySelector('main').textContent.replace(/\\s+/g, ' ')"
    tab.open(pages / f"{name}.html", script=False)
    assert tab.run("document.querySelectorAll('svg').length") == 0
    assert tab.run("document.querySelector('.tools')?.checkVisibility() ?? false") is False
    tab.run(unfold)
    rows, said = seen(tab), tab.run(text)
    tab.open(pages / f"{name}.html")
    tab.run(unfold)
    assert rows == seen(tab) == tab.run(f"{ROWS}.length")
    sentences = [each for each in said.split(" ") if each]
    drawn = tab.run(text)
    assert [each for each in sentences if each not in drawn] == []


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("name", ["failing", "long"])
def test_on_paper_everything_is_unfolded(tab: Any, pages: Path, name: str, script: bool) -> None:
    tab.open(pages / f"{name}.html", script=script)
    assert seen(tab) < tab.run(f"{ROWS}.length")
    tab.look(media="print")
    tab.run("document.body.offsetHeight")
    assert seen(tab) == tab.run(f"{ROWS}.length")
    assert tab.run("document.querySelector('.tools').checkVisibility()") is False


def test_printing_draws_every_chart_and_leaves_the_page_as_it_was(tab: Any, pages: Path) -> None:
    tab.open(pages / "failing.html")
    folds = "JSON.stringify([...document.querySelectorAll('details')].map(each => each.open))"
    before = tab.run(folds)
    closed, blank = (
        "document.querySelectorAll('details:not([open])').length",
        "document.querySelectorAll('figure:not(:has(svg))').length",
    )
    tab.run(f"window.printed = []; addEventListener('beforeprint', () => printed.push({closed}, {blank}))")
    pdf = tab.print()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
    assert tab.run("printed") == [0, 0]
    assert tab.run(folds) == before
    assert tab.complaints == []


# -- with a keyboard


def test_the_first_key_leads_past_the_head(tab: Any, pages: Path) -> None:
    tab.open(pages / "failing.html")
    tab.press("Tab")
    assert tab.run("document.activeElement.className") == "skip"
    assert tab.run("document.activeElement.getBoundingClientRect().left") >= 0
    tab.press("Enter")
    assert tab.run("document.activeElement.id") == "findings"


def test_a_head_sorts_its_table_both_ways(tab: Any, pages: Path) -> None:
    tab.open(pages / "failing.html")
    values = f"{FIRST}.map(row => row.cells[2].querySelector('b').textContent).join(' ')"
    head = "document.querySelectorAll('.findings thead')[0].querySelectorAll('th')[2]"
    assert tab.run(values) == "0.812 0.812 0.821 231"
    tab.run(f"{head}.querySelector('button').focus()")
    tab.press("Enter")
    tab.press("Enter")
    assert tab.run(f"{head}.getAttribute('aria-sort')") == "descending"
    assert tab.run(values) == "231 0.821 0.812 0.812"
    tab.press(" ")
    assert tab.run(f"{head}.getAttribute('aria-sort')") == "ascending"
    assert tab.run(values) == "0.812 0.812 0.821 231"
    tab.run("document.querySelectorAll('.findings thead')[0].querySelectorAll('th')[1].querySelector('button').click()")
    assert tab.run(f"{head}.hasAttribute('aria-sort')") is False
    assert tab.run(f"{FIRST}[0].cells[1].innerText").startswith("latency")


def test_numbers_sort_as_numbers_and_nothing_comes_last(tab: Any, pages: Path) -> None:
    tab.open(pages / "undecided.html")
    click = "document.querySelectorAll('.findings thead')[0].querySelectorAll('th')[4].querySelector('button').click()"
    margins = f"{FIRST}.map(row => row.cells[4].textContent)"
    tab.run(click)
    assert tab.run(margins) == ["+0.0048", "+0.0548", "", ""]
    tab.run(click)
    assert tab.run(margins) == ["+0.0548", "+0.0048", "", ""]


def test_a_filter_leaves_what_holds_all_its_words(tab: Any, pages: Path) -> None:
    tab.open(pages / "long.html")
    everything = tab.run(f"{ROWS}.length")
    start = seen(tab)
    tab.run("document.getElementById('filter').focus()")
    tab.type("r07 fails")
    tab.settle()
    assert tab.run("document.querySelector('output').textContent") == "1 row matches"
    assert tab.run(f"{SEEN}[0].innerText").startswith("✗ fails")
    tab.run("document.getElementById('filter').value = ''; document.getElementById('filter').dispatchEvent(new Event('input'))")
    tab.settle()
    assert tab.run("document.querySelector('output').textContent") == ""
    assert seen(tab) == start < everything
    tab.type("metric_4")  # all of them hold, and what holds is folded
    tab.settle()
    assert tab.run("document.querySelector('output').textContent") == "10 rows match"
    assert seen(tab) == 10
    tab.press("Enter")
    assert tab.run("location.search + location.hash") == ""
    tab.type("nowhere")
    tab.settle()
    assert tab.run("document.querySelector('output').textContent") == "nothing matches"
    assert seen(tab) == 0


def test_all_can_be_unfolded_and_a_link_unfolds_what_it_leads_to(tab: Any, pages: Path) -> None:
    tab.open(pages / "long.html")
    tab.run("document.getElementById('unfold').focus()")
    tab.press(" ")
    assert seen(tab) == tab.run(f"{ROWS}.length")
    assert tab.run("document.getElementById('unfold').getAttribute('aria-pressed')") == "true"
    tab.press(" ")
    assert tab.run("document.querySelectorAll('details[open]').length") == 0
    tab.run("document.querySelector('.rest a').click()")
    tab.settle()
    assert tab.run("document.querySelector('details:target').open") is True


# -- to those who hear it


@pytest.mark.parametrize("name", EVERY)
def test_every_picture_is_named_by_its_caption_and_every_table_has_one(tab: Any, pages: Path, name: str) -> None:
    tab.open(pages / f"{name}.html")
    tab.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    tab.settle()
    caption = "document.getElementById(each.getAttribute('aria-labelledby')).innerText"
    assert tab.run(f"[...document.querySelectorAll('svg')].every(each => {caption})") is True
    assert tab.run("[...document.querySelectorAll('.findings table')].every(each => each.caption.textContent.trim())") is True
    assert tab.run("[...document.querySelectorAll('th')].every(each => each.scope)") is True
    levels = tab.run("[...document.querySelectorAll('h1, h2, h3')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (400, "dark")])
@pytest.mark.parametrize("name", EVERY)
def test_an_accessibility_checker_finds_nothing(tab: Any, pages: Path, name: str, width: int, scheme: str) -> None:
    if not AXE.is_file():
        (pytest.fail if REQUIRED else pytest.skip)("axe-core is not there: see tests/consumers/README.md")
    tab.ask("Page.setBypassCSP", enabled=True)
    try:
        tab.open(pages / f"{name}.html", width=width, scheme=scheme)
        tab.run("document.querySelectorAll('details').forEach(each => each.open = true)")
        tab.settle()
        tab.run(AXE.read_text(encoding="utf-8") + ";0")
        found = tab.run(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(told =>"
            " told.violations.map(each => [each.id, each.help, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))"
        )
        assert found == []
    finally:
        tab.ask("Page.setBypassCSP", enabled=False)


# -- much of it


def test_200_rules_on_50_slices_stay_usable(tab: Any, pages: Path) -> None:
    start = time.monotonic()
    tab.open(pages / "many.html")
    print(f"\n10,000 findings, {(pages / 'many.html').stat().st_size / 1e6:.1f} MB: open after {time.monotonic() - start:.1f} s")
    assert tab.run("document.querySelectorAll('[id^=slices-]').length") == 200
    assert tab.run("document.querySelectorAll('[id^=slices-] tbody tr').length") == 10_000
    assert seen(tab) <= 300, "what is folded is not laid out"
    assert tab.run("document.querySelectorAll('svg').length") <= 3, "what is not in sight is not drawn"
    start = time.monotonic()
    tab.run("document.getElementById('filter').focus()")
    tab.type("metric_123 r17")
    tab.settle(0.5)
    print(f"filtered within {time.monotonic() - start:.1f} s")
    assert tab.run("document.querySelector('output').textContent") in ("1 row matches", "2 rows match")
    until(tab, f"{SEEN}.at(-1).innerText.includes('region=r17')")
    tab.run("document.getElementById('filter').value = ''; document.getElementById('filter').dispatchEvent(new Event('input'))")
    tab.settle(0.5)
    start = time.monotonic()
    tab.run("document.getElementById('unfold').click(); document.body.offsetHeight")
    print(f"unfolded within {time.monotonic() - start:.1f} s")
    tab.run("document.querySelector('[data-chart=chart-slices-150]').scrollIntoView()")
    tab.settle(1)
    assert tab.run("document.querySelector('[data-chart=chart-slices-150] svg') !== null")
    assert tab.run("document.querySelectorAll('svg').length") < 20
    assert tab.complaints == []
