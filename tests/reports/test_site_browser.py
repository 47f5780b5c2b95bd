"""The dashboard as a person meets it: in headless Chromium, from file://, by mouse, keyboard, printer, and without scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

HERE = Path(__file__).parent
browser = run_path(str(HERE / "browser.py"))
looks = run_path(str(HERE.parent / "looks" / "render_history.py"))
AXE = HERE.parent / "consumers" / "node_modules" / "axe-core" / "axe.min.js"
REQUIRED = os.environ.get("GATE_CONSUMERS") == "required"
PAGES = ("weekly", "run", "index", "hostile", "many")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browser["PROGRAM"] and not REQUIRED, reason="there is no Chromium"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser["chromium"](tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found: dict[str, Path] = looks["sites"](tmp_path_factory.mktemp("sites"))
    return found


def choose(tab: Any, field: str, value: str) -> None:
    tab.run(f"{{const f = document.getElementById('{field}'); f.value = '{value}'; f.dispatchEvent(new Event('change'))}}")
    tab.settle()


def cards(tab: Any) -> int:
    return int(tab.run("document.querySelectorAll('.card:not([hidden])').length"))


def rows(tab: Any) -> list[str]:
    return list(tab.run("[...document.querySelectorAll('#runs-table tbody tr')].map(row => row.innerText)"))


def said(tab: Any) -> str:
    return str(tab.run("document.querySelector('.tools output').textContent"))


# -- the pages by themselves


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_it_is_quiet_and_asks_the_network_for_nothing(tab: Any, pages: dict[str, Path], name: str, scheme: str) -> None:
    tab.open(pages[name], scheme=scheme)
    tab.run("document.querySelectorAll('.card').forEach(card => card.scrollIntoView())")
    tab.settle()
    assert tab.complaints == []
    assert tab.requests == []
    assert tab.run("document.querySelectorAll('img, iframe, object, embed').length") == 0


@pytest.mark.parametrize("name", PAGES)
def test_it_fits_the_window(tab: Any, pages: dict[str, Path], name: str) -> None:
    for width in (1200, 400, 320):
        tab.open(pages[name], width=width)
        assert tab.run("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 400)])
@pytest.mark.parametrize("name", ["weekly", "run", "index", "hostile"])
def test_axe_finds_nothing(tab: Any, pages: dict[str, Path], name: str, scheme: str, width: int) -> None:
    if not AXE.is_file():
        (pytest.fail if REQUIRED else pytest.skip)("axe-core is not there: see tests/consumers/README.md")
    tab.ask("Page.setBypassCSP", enabled=True)
    try:
        tab.open(pages[name], width=width, scheme=scheme)
        if name == "weekly":
            tab.run("document.getElementById('slices').click()")
            tab.settle()
        tab.run(AXE.read_text(encoding="utf-8") + ";0")
        found = tab.run(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(told =>"
            " told.violations.map(each => [each.id, each.help, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))"
        )
        assert found == []
    finally:
        tab.ask("Page.setBypassCSP", enabled=False)


def test_it_refuses_what_is_not_its_own(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    tab.run("{const s = document.createElement('script'); s.append('window.pwned = 1'); document.body.append(s)}")
    refused = tab.run("(() => {try {document.body.innerHTML = '<b>x</b>'; return false} catch {return true}})()")
    tab.settle()
    assert tab.run("window.pwned") is None
    assert refused is True


def test_hostile_names_are_words(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["hostile"])
    names = tab.run("[...document.querySelectorAll('.card h3')].map(each => each.innerText)")
    assert names == ["</script><img src=x onerror=alert(1)>`x`\\u202e", "__proto__", "constructor"]
    assert tab.run("document.querySelectorAll('img').length") == 0
    link = tab.run("document.querySelector('#runs-table a').href")
    assert link.startswith("file://")
    assert "/runs/m-script-img" in link
    tab.open(Path(link.removeprefix("file://")))
    assert tab.run("document.body.innerText").count("onerror=alert(1)") >= 3
    assert tab.complaints == []


# -- charts


def test_every_metric_is_drawn_with_its_limit_marks_and_words(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    assert cards(tab) == 5
    accuracy = "[...document.querySelectorAll('.card')].find(card => card.innerText.startsWith('accuracy'))"
    assert tab.run(f"{accuracy}.querySelector('svg[role=img]') !== null")
    assert tab.run(f"{accuracy}.innerText").split("\n")[1:3] == ["0.86 needs ≥ 0.88", "12 runs · 4 of them do not hold"]
    assert tab.run(f"{accuracy}.querySelectorAll('path[stroke-dasharray], g[stroke-dasharray] path').length") == 2, "two floors"
    assert tab.run("document.querySelector('#drift-cards').innerText.split('\\n').slice(0, 4)") == [
        "drift.psi",
        "0.152",
        "12 runs · bold: feature=age",
        "feature=device",
    ]


def test_it_says_what_is_under_the_mouse_and_leads_to_its_report(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    place = "document.querySelector('.card svg').getBoundingClientRect()"
    box = tab.run(f"(({{left, top, width, height}}) => [left, top, width, height])({place})")
    at = {"x": box[0] + box[2] - 20, "y": box[1] + box[3] * 0.7}
    for step in (30, 0):
        tab.ask("Input.dispatchMouseEvent", type="mouseMoved", x=at["x"] - step, y=at["y"])
        tab.settle()
    told = tab.run("document.querySelector('.card svg [aria-label=tip], .card svg g:last-of-type').textContent")
    told = tab.run("document.querySelector('.card svg').textContent") if "needs" not in told else told
    assert "0.86, needs ≥ 0.88 — fails" in told
    assert "2026-11-22 06:00 UTC, run ✗ fail" in told
    assert "main · 0015446" in told
    tab.events.clear()
    for kind in ("mousePressed", "mouseReleased"):
        tab.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)
    tab.settle(1.0)
    assert tab.run("location.pathname").endswith("/runs/fraud-detection/20261122-060000000-0000000000.html")
    assert "recall" in tab.run("document.body.innerText")


def test_slices_are_drawn_when_asked_for_the_worst_first(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    swatches = "[...document.querySelectorAll('#cards .swatches:not([hidden]) li')].map(each => each.textContent)"
    assert tab.run(swatches) == []
    tab.run("document.getElementById('slices').click()")
    tab.settle()
    assert tab.run(swatches) == ["region=latam", "region=us", "region=eu"]
    assert "slices=1" in tab.run("location.hash")


# -- filters


def test_filters_leave_what_fits_and_the_address_keeps_them(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    assert said(tab) == "12 runs of 16, 5 metrics of 5"
    choose(tab, "runs-kind", "stopped")
    assert said(tab) == "4 runs of 16, 5 metrics of 5"
    assert all("fail" in row for row in rows(tab))
    tab.run("document.getElementById('q').focus()")
    tab.type("recall")
    tab.settle(0.5)
    assert said(tab) == "4 runs of 16, 1 metric of 5"
    assert cards(tab) == 1
    kept = tab.run("location.href")
    assert "q=recall" in kept
    assert "runs=stopped" in kept
    tab.open(pages["index"])
    tab.run(f"location.href = {kept!r}")
    tab.settle(1.0)
    assert said(tab) == "4 runs of 16, 1 metric of 5"
    assert tab.run("document.getElementById('runs-kind').value") == "stopped"
    tab.run("document.getElementById('reset').click()")
    tab.settle()
    assert said(tab) == "12 runs of 16, 5 metrics of 5"
    assert tab.run("location.hash") == ""


def test_every_branch_may_be_shown(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    choose(tab, "branch", "*")
    assert said(tab) == "16 runs of 16, 5 metrics of 5"
    choose(tab, "branch", "=deeper-trees-4")
    assert len(rows(tab)) == 1
    choose(tab, "since", "7")
    assert tab.run("document.getElementById('none').hidden") is False
    assert tab.complaints == []


def test_an_address_that_makes_no_sense_shows_the_start(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    tab.run("location.hash = '#branch=nowhere&runs=%3Cb%3E&since=-1'")
    tab.settle()
    assert said(tab) == "12 runs of 16, 5 metrics of 5"


def test_a_link_within_the_page_keeps_the_filters(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"])
    choose(tab, "along", "runs")
    tab.run("document.querySelector('nav a[href=\"#runs\"]').click()")
    assert tab.run("location.hash") == "#along=runs"
    tab.press("Tab")
    assert tab.complaints == []


# -- links, paper, no scripts


def test_every_link_leads_to_a_page(pages: dict[str, Path]) -> None:
    import re

    site = pages["index"].parent
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), (page.name, link)


def test_without_scripts_the_tables_say_it(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"], script=False)
    assert tab.run("document.querySelector('.tools').checkVisibility()") is False
    assert tab.run("document.querySelectorAll('#lines tbody tr').length") == 9
    assert tab.run("document.querySelectorAll('#runs-table tbody tr').length") == 16
    assert tab.run("document.querySelectorAll('#lines svg path').length") == 9
    first = tab.run(
        "document.querySelector('#lines tbody tr').innerText.split('\\t').map(each => each.trim().replace('\\n', ' '))"
    )
    assert first[:3] == ["accuracy", "0.86 fails", "≥ 0.88"]


def test_on_paper_every_chart_is_drawn(tab: Any, pages: dict[str, Path]) -> None:
    tab.open(pages["weekly"], height=300)
    assert tab.print().startswith(b"%PDF-")
    tab.look(media="print")
    tab.run("dispatchEvent(new Event('beforeprint'))")
    assert tab.run("document.querySelectorAll('.card svg[role=img]').length") == 5
    assert tab.run("document.querySelector('.tools').checkVisibility()") is False
    assert tab.complaints == []


# -- much of it


def test_50_metrics_of_2000_runs_stay_usable(tab: Any, pages: dict[str, Path]) -> None:
    page = pages["many"]
    assert page.stat().st_size + page.with_suffix(".js").stat().st_size < 1_500_000
    tab.open(page)
    assert said(tab) == "1,333 runs of 2,000, 50 metrics of 50"
    assert cards(tab) == 50
    assert tab.run("document.querySelectorAll('.card svg[role=img]').length") < 20, "what is not in sight is not drawn"
    tab.run("document.querySelectorAll('.card')[44].scrollIntoView()")
    tab.settle(1.0)
    assert tab.run("document.querySelectorAll('.card')[44].querySelector('svg[role=img]') !== null")
    assert tab.run("document.querySelector('.card svg[role=img]').querySelectorAll('*').length") < 600, "lines are thinned"
    assert len(rows(tab)) == 100
    tab.run("document.getElementById('more').click()")
    assert len(rows(tab)) == 200
    choose(tab, "branch", "*")
    assert said(tab) == "2,000 runs of 2,000, 50 metrics of 50"
    assert "a new level" in tab.run("document.querySelector('#cards').innerText")
    assert tab.complaints == []
