"""What the dashboard's charts say of rules, in headless Chromium: marks, limits, gaps, numbers, dates and lines of other rows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gate.app.history import dashboard
from gate.app.history.history import HistoryRequest
from gate.history.store import open_store
from gate.terms.run import DECISION, Entry, Point, Run, Status, moment
from gate.terms.slice import Slice

browser = run_path(str(Path(__file__).with_name("browser.py")))
REQUIRED = os.environ.get("GATE_CONSUMERS") == "required"
DAY = 86400
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not browser["PROGRAM"] and not REQUIRED, reason="there is no Chromium"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser["chromium"](tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def finding(metric: str, value: float | None, threshold: float, effect: str = "pass", **more: Any) -> dict[str, Any]:
    outcome = {"pass": "pass", "undecided": "missing" if value is None else "undecided"}.get(effect, "fail")
    on = more.get("slice", {})
    read = [] if value is None else [{"of": "candidate", "metric": metric, "value": value, "slice": on}]
    operator = more.pop("operator", ">=")
    return {
        "rule": f"{metric} {operator} {threshold}", "expression": f"{metric} {operator} {threshold}", "operator": operator,
        "level": "block", "outcome": outcome, "effect": effect, "threshold": threshold, "reads": read,
        **({} if value is None else {"value": value}), **more,
    }  # fmt: skip


def run(at: float, points: Mapping[str, float], findings: Sequence[Mapping[str, Any]] = (), **facts: Any) -> Entry:
    """A run so many days after the first of November: `recall[eu]` is a point on a slice."""
    started = moment(1_793_491_200 + at * DAY)
    told: dict[str, Any] = {
        "model": "m", "status": Status.FINISHED, "branch": "main", "trusted": True, "verdict": "pass" if findings else "",
    }  # fmt: skip
    there = [
        Point(name.partition("[")[0], value, Slice.of({"region": name[name.index("[") + 1 : -1]} if "[" in name else {}))
        for name, value in points.items()
    ]
    decision = {DECISION: json.dumps({"findings": list(findings)})} if findings else {}
    named = Run(id=f"r{at:07.3f}{facts.get('branch', '')}".replace(".", "-"), **{"started": started, **told, **facts})
    return Entry(named, tuple(there), decision)


def site(folder: Path, entries: Sequence[Entry]) -> Path:
    store = open_store(str(folder / "h.db"), {}, write=True)
    store.add(list(entries))
    store.close()
    dashboard.build(str(folder / "site"), HistoryRequest(store=str(folder / "h.db"), environ={}, now="2026-12-01T00:00:00Z"))
    return folder / "site" / "models" / "m.html"


def card(tab: Any, name: str) -> list[str]:
    found = f"[...document.querySelectorAll('.card')].find(card => card.querySelector('h3').textContent === '{name}')"
    return [each.strip() for each in str(tab.run(f"{found}.innerText")).split("\n") if each.strip()]


def drawn(tab: Any, stroke: str, dashes: str = "") -> list[str]:
    """The marks or lines of one colour in all the charts, as elements."""
    group = f'.card svg g[stroke="var(--{stroke})"]' + (
        f'[stroke-dasharray="{dashes}"]' if dashes else ":not([stroke-dasharray])"
    )
    found = tab.run(f"[...document.querySelectorAll('{group} > :is(path, circle, line)')].map(each => each.outerHTML)")
    return list(found)


def ticks(tab: Any) -> list[tuple[float, float, str]]:
    """Left, right and text of what stands on the time axis of the first chart, within its picture."""
    found = tab.run(
        "(() => {const svg = document.querySelector('.card .chart'), {left, width} = svg.getBoundingClientRect();"
        "return [...svg.querySelectorAll('g[font-variant]:not([text-anchor]) > text')].map(each => {"
        "const box = each.getBoundingClientRect();"
        "return [box.left - left, width - (box.right - left), each.textContent, box.left, box.right]})})()"
    )
    for one, other in pairwise(each for each in found if each[2]):
        assert one[4] + 4 < other[3], "they do not overprint"
    assert all(each[0] >= 0 and each[1] >= 0 for each in found), "nor are they cut off"
    return [(each[0], each[1], each[2]) for each in found if each[2]]


def lines_of(tab: Any, what: str) -> int:
    """How many lines the longest of these texts takes."""
    count = (
        "(each) => {const range = document.createRange(); range.selectNodeContents(each); return range.getClientRects().length}"
    )
    return int(tab.run(f"Math.max(...[...document.querySelectorAll('{what}')].map({count}))"))


def choose(tab: Any, field: str, value: str) -> None:
    tab.run(f"{{const f = document.getElementById('{field}'); f.value = '{value}'; f.dispatchEvent(new Event('change'))}}")
    tab.settle()


# -- how a metric stands


def test_the_worst_of_two_rules_marks_a_card(tab: Any, tmp_path: Path) -> None:
    values = (0.9, 0.88, 0.866, 0.852)
    entries = [
        run(at, {"f1": each}, [finding("f1", each, 0.8), finding("f1", each, 0.87, "pass" if each > 0.87 else "fail")])
        for at, each in enumerate(values)
    ]
    tab.open(site(tmp_path, entries))
    assert card(tab, "f1")[:3] == ["f1", "0.852 needs ≥ 0.87", "4 runs · 2 of them do not hold"]
    assert len(drawn(tab, "fails")) == 2
    assert tab.run("document.querySelector('.card').className") == "card fails"
    assert len(drawn(tab, "limit", "6 4")) == 2, "both limits"


def test_a_limit_of_one_run_is_seen(tab: Any, tmp_path: Path) -> None:
    entries = [run(at, {"f1": 0.9}, [finding("f1", 0.9, 0.8)]) for at in range(3)]
    tab.open(site(tmp_path, [*entries, run(3, {"f1": 0.9}, [finding("f1", 0.9, 0.8), finding("f1", 0.9, 0.95, "fail")])]))
    assert [each.count("M") for each in drawn(tab, "limit")] == [2], "two dashes at 0.95"


def test_what_a_rule_missed_is_a_gap_with_a_mark(tab: Any, tmp_path: Path) -> None:
    entries = []
    for at, value in enumerate((0.8, 0.81, None, 0.82, 0.83, None)):
        points = {"f1": 0.9} if value is None else {"auc": value, "f1": 0.9}
        entries.append(run(at, points, [finding("auc", value, 0.7, "undecided" if value is None else "pass")]))
    tab.open(site(tmp_path, entries))
    assert card(tab, "auc")[:3] == ["auc", "no value needs ≥ 0.7", "6 runs · 2 of them do not hold · no value"]
    assert len(drawn(tab, "doubt")) == 2
    assert drawn(tab, "text")[0].count("M") == 2, "a line in two pieces"
    assert tab.complaints == []


def test_a_number_between_gaps_is_a_dot_and_rare_ones_are_a_line(tab: Any, tmp_path: Path) -> None:
    names = ("a", "a", "b", "a", "b", "", "b", "a", "a")
    entries = [run(at, {name: 1.0 + at} if name else {"c": 1.0}) for at, name in enumerate(names)]
    tab.open(site(tmp_path, entries))
    paths = {card(tab, name)[0]: path for name, path in zip("abc", drawn(tab, "text"), strict=False)}
    assert paths["a"].count("M") == 3
    assert paths["b"].count("M") == 1, "fewer than half of the runs have it"
    dots = tab.run("document.querySelectorAll('.card svg circle[r=\"2\"]').length")
    assert dots == 2, "one of a, one of c"


def test_a_slice_that_fails_marks_its_metric(tab: Any, tmp_path: Path) -> None:
    def judged(eu: float, us: float) -> list[dict[str, Any]]:
        found = [finding("recall", 0.9, 0.85)]
        for name, value in (("eu", eu), ("us", us)):
            effect = "pass" if value >= 0.8 else "fail"
            found.append(finding("recall", value, 0.8, effect, slice={"region": name}))
        return found

    entries = [
        run(at, {"recall": 0.9, "recall[eu]": 0.93, "recall[us]": us}, judged(0.93, us))
        for at, us in enumerate((0.82, 0.81, 0.79))
    ]
    tab.open(site(tmp_path, entries))
    assert card(tab, "recall") [:4] == [
        "recall", "0.9 needs ≥ 0.85", "3 runs · 1 of them does not hold", "fails: region=us 0.79 needs ≥ 0.8",
    ]  # fmt: skip
    assert tab.run("document.querySelector('.card').className") == "card fails"
    assert len(drawn(tab, "limit", "6 4")) == 1
    tab.run("document.getElementById('slices').click()")
    tab.settle()
    assert len(drawn(tab, "limit", "6 4")) == 2, "the slices have a limit of their own, drawn once"
    assert len(drawn(tab, "fails")) == 1
    assert tab.run("document.querySelector('.swatches li').textContent") == "region=us", "what fails comes first"


def test_a_waived_failure_has_a_look_of_its_own(tab: Any, tmp_path: Path) -> None:
    waived = finding("recall", 0.84, 0.85, "warn", outcome="fail", waiver={"until": "2026-12-31", "why": "x", "by": "y"})
    tab.open(site(tmp_path, [run(at, {"recall": 0.84}, [waived], verdict="warn") for at in range(3)]))
    assert card(tab, "recall")[2] == "3 runs · none holds · waived"
    assert len(drawn(tab, "warns")) == 3
    assert drawn(tab, "fails") == []
    assert tab.run("document.querySelector('.card').className") == "card waived"
    key = tab.run("[...document.querySelectorAll('.key li')].map(each => each.textContent)")
    assert {"waived", "let pass", "needed then"} <= set(key)
    floor, rows = (
        tab.run(f"getComputedStyle(document.querySelector('.key .{name}'), '::before').content") for name in ("needed", "set")
    )
    assert floor != rows


def test_a_run_that_an_exception_ended_says_so(tab: Any, tmp_path: Path) -> None:
    page = site(
        tmp_path, [run(0, {"f1": 0.9}), run(1, {"f1": 0.9}, status=Status.FAILED), run(2, {"f1": 1}, status=Status.RUNNING)]
    )
    shown = "[...document.querySelectorAll('#runs-table td:nth-child(2) .k')].map(each => [each.className, each.innerText])"
    expected = [["k let-pass", "… running"], ["k fails", "✗ failed"], ["k let-pass", "· logged"]]
    for script in (False, True):
        tab.open(page, script=script)
        assert tab.run(shown) == expected, script


# -- numbers, dates, other rows


def test_an_outlier_takes_no_digit_from_the_others(tab: Any, tmp_path: Path) -> None:
    entries = []
    for at, loss in enumerate((0.015, 8e6, 0.031)):
        points = {"loss": loss, "big": 1234567.8, "huge": 2.1e10, "tiny": 1e-6, "near": 0.84999996}
        entries.append(
            run(at, points, [
                finding("loss", loss, 0.02, "fail" if loss > 0.02 else "pass", operator="<="),
                finding("near", 0.84999996, 0.85, "fail"),
            ])
        )  # fmt: skip
    tab.open(site(tmp_path, entries))
    said = {name: card(tab, name)[1] for name in ("loss", "big", "huge", "tiny", "near")}
    assert said == {
        "loss": "0.031 needs ≤ 0.02", "big": "1234568", "huge": "21000000000", "tiny": "1e-6", "near": "0.84999996 needs ≥ 0.85",
    }  # fmt: skip
    first = "(row.cells[1].querySelector('.k') ?? row.cells[1]).firstChild.textContent"
    table = f"Object.fromEntries([...document.querySelectorAll('#lines tbody tr')].map(row => [row.cells[0].innerText, {first}]))"
    assert tab.run(table) == {name: each.partition(" ")[0] for name, each in said.items()}


@pytest.mark.parametrize("value", [0.1, 0.99996, 99.9999, 12345.678, 1e-5, 1.5e16, 0.00012345, -0.5, 999999.7, 1e15, 3, 0.3])
def test_the_script_writes_numbers_as_the_tables_do(tab: Any, tmp_path: Path, value: float) -> None:
    from gate.reports.numbers import number

    tab.open(site(tmp_path, [run(0, {"x": value})]))
    assert card(tab, "x")[1] == number(float(f"{value:.6g}") if value != 12345.678 else value)


def test_rows_are_others_only_within_a_branch(tab: Any, tmp_path: Path) -> None:
    entries = [run(at, {"f1": 0.9}, test_set="a" * 64) for at in range(6)]
    entries += [run(at + 0.5, {"f1": 0.9}, test_set="b" * 64, branch="pull", trusted=False) for at in range(6)]
    entries += [run(at, {"f1": 0.9}, test_set="c" * 64) for at in (40, 41, 42, 43)]
    tab.open(site(tmp_path, entries))
    assert len(drawn(tab, "quiet", "2 3")) == 1, "main moved once"
    choose(tab, "branch", "*")
    assert len(drawn(tab, "quiet", "2 3")) == 1
    choose(tab, "since", "7")
    assert drawn(tab, "quiet", "2 3") == [], "the change was before the first run that is shown"


@pytest.mark.parametrize("width", [1200, 400])
def test_dates_along_runs_have_room(tab: Any, tmp_path: Path, width: int) -> None:
    tab.open(site(tmp_path, [run(at, {"f1": 0.9}) for at in range(60)]), width=width)
    choose(tab, "along", "runs")
    found = ticks(tab)
    assert (found[0][2], found[-1][2]) == ("2026-11-01", "2026-12-30")
    assert 2 <= len(found) <= 6


@pytest.mark.parametrize("days", [0.02, 1, 6, 40, 77, 400, 3000])
def test_moments_have_24_hours(tab: Any, tmp_path: Path, days: float) -> None:
    tab.open(site(tmp_path, [run(days * at / 5, {"f1": 0.9}) for at in range(6)]))
    found = [text for _, _, text in ticks(tab)]
    assert len(found) >= 2
    assert not any("AM" in text or "PM" in text for text in found), found
    assert len(set(found)) == len(found) or days < 1


def test_without_a_direction_the_lowest_slices_are_no_worst(tab: Any, tmp_path: Path) -> None:
    points = {"weird": 5.0, "accuracy": 0.9}
    for at in range(12):
        points |= {f"weird[r{at}]": float(at), f"accuracy[r{at}]": at / 20}
    tab.open(site(tmp_path, [run(0, points), run(1, points)]))
    tab.run("document.getElementById('slices').click()")
    tab.settle()
    assert "the 8 lowest of 12 slices" in " ".join(card(tab, "weird"))
    assert "the 8 worst of 12 slices" in " ".join(card(tab, "accuracy"))


# -- the pages around it


def test_the_way_back_from_a_run_keeps_the_filters(tab: Any, tmp_path: Path) -> None:
    entries = [run(at, {"f1": 0.9, "auc": 0.8}) for at in range(3)]
    tab.open(site(tmp_path, entries))
    choose(tab, "along", "runs")
    tab.run("document.querySelector('#runs-table a').click()")
    tab.settle(0.6)
    assert "/runs/m/" in tab.run("location.pathname")
    tab.run("document.querySelector('.back a').click()")
    tab.settle(0.6)
    assert tab.run("location.pathname").endswith("/models/m.html")
    assert tab.run("document.getElementById('along').value") == "runs"
    assert tab.complaints == []


def test_names_and_dates_stay_whole(tab: Any, tmp_path: Path) -> None:
    long = run(1, {"f1": 0.9}, model="a-model-with-a-name-that-goes-on-and-on-" * 4, params={"text": "word " * 80})
    page = site(tmp_path, [long, run(0, {"f1": 1.0})])
    index = page.parents[1] / "index.html"
    tab.open(index)
    assert lines_of(tab, "td.when") == 1
    tab.open(index, width=400)
    assert "1 run\n" in tab.run("document.querySelector('#models').innerText") + "\n"
    tab.open(next(page.parents[1].glob("runs/a-*/*.html")), width=1200)
    assert lines_of(tab, ".facts dt") == 1


def test_compared_runs_name_their_columns_on_a_narrow_screen(tab: Any, tmp_path: Path) -> None:
    from gate.reports import run_comparison
    from gate.terms.comparison import MetricsComparison, RunComparison, RunFact, Source

    one, other = (run(at, {}).run for at in (0, 1))
    facts = (RunFact("param", "depth", "6", "8"),)
    page = tmp_path / "diff.html"
    page.write_text(
        run_comparison.render("html", RunComparison(one, other, MetricsComparison(*(Source("a", "b", "c"),) * 2), facts=facts)),
        encoding="utf-8",
    )
    tab.open(page, width=400)
    labels = "[...document.querySelectorAll('td')].map(each => getComputedStyle(each, '::before').content)"
    assert tab.run(labels) == ['"A "', '"B "']
