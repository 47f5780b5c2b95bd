"""How a metric stands: by the worst of its rules, at each run, on the whole and on slices, in every form that a history has."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gate.app.history.chronicle import asked_in
from gate.terms.chronicle import Chronicle, Limit, Line
from gate.terms.slice import WHOLE, Slice
from tests.conftest import Desk

Metrics = Mapping[str, Any]
TWO = ("f1 >= 0.80", "f1 >= pinned - 0.03")
PINNED = "baselines: {pinned: old.json}\n"
WAIVER = '  - {{rule: "{}", until: 2026-12-31, why: ok, by: "@h"}}\n'


@pytest.fixture
def here(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.delenv("GATE_HISTORY", raising=False)
    monkeypatch.delenv("GATE_RUN", raising=False)
    monkeypatch.setenv("COLUMNS", "110")
    desk.write("old.json", {"f1": 0.9})
    return desk


def recorded(desk: Desk, runs: Sequence[Metrics], codes: Sequence[int]) -> None:
    """A run a day, with the exit codes that they ought to have."""
    found = []
    for at, metrics in enumerate(runs, 1):
        desk.write("x.json", metrics)
        found.append(desk.run("check", "x.json", "--record", "--now", f"2026-11-{at:02d}").code)
    assert found == list(codes)


def sliced(whole: float, **regions: float) -> Metrics:
    slices = [{"slice": {"region": name}, "metrics": {"recall": value}} for name, value in regions.items()]
    return {"recall": whole, "slices": slices}


def table(desk: Desk, *words: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(desk.run("history", "-o", "csv=-", *words).out)))


def newest(desk: Desk) -> Any:
    return json.loads(desk.run("history", "--json").out)["runs"][0]


def page(desk: Desk, name: str = "models/model.html") -> str:
    assert desk.run("history", "-o", "site/").code == 0
    return (desk.folder / "site" / name).read_text(encoding="utf-8")


# -- two rules on one metric


@pytest.mark.parametrize("rules", [TWO, TWO[::-1]])
def test_the_worst_of_two_rules_is_what_a_metric_shows(here: Desk, rules: tuple[str, ...]) -> None:
    here.rules(*rules, head=PINNED)
    recorded(here, [{"f1": 0.9}, {"f1": 0.866}, {"f1": 0.852}], [0, 1, 1])
    rows = [(row["value"], row["threshold"], row["outcome"], row["standing"]) for row in table(here)]
    fails = ("0.87", "fail", "fails")
    assert rows == [("0.9", "0.87", "pass", "holds"), ("0.866", *fails), ("0.852", *fails)]
    plotted = here.run("history", "f1").out
    assert "f1  needs ≥ 0.87, ≥ 0.8\n" in plotted
    assert plotted.count("0.852  ≥ 0.87") == 1
    assert sum("╌" in line for line in plotted.split("\n")) == 2, "both limits are drawn"
    assert '<span class="k fails">0.852<' in page(here)


def test_an_undecided_rule_is_not_hidden_by_one_that_holds(here: Desk) -> None:
    here.rules("acc >= 0.5", "{check: acc >= 0.85, confidence: 95%}")
    recorded(here, [{"acc": {"value": 0.87, "n": 100}}], [3])
    (row,) = table(here)
    assert (row["threshold"], row["outcome"]) == ("0.85", "undecided")
    assert '<span class="k undecided">0.87<' in page(here)


def test_the_colour_is_that_of_the_worst(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    here.rules(*TWO, head=PINNED)
    recorded(here, [{"f1": 0.852}], [1])
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    for words in (["history"], ["history", "f1"]):
        (line,) = [each for each in here.run(*words).out.split("\n") if "0.852" in each]
        before, _, _ = line.partition("0.852")
        assert before.rstrip().endswith("\x1b[31;1m"), line


# -- values that a rule missed


def test_a_rule_without_its_value_is_seen(here: Desk) -> None:
    here.rules("f1 >= 0.85", "auc >= 0.7")
    recorded(here, [{"f1": 0.9, "auc": 0.8}, {"f1": 0.9}], [0, 3])
    assert [row["outcome"] for row in table(here)] == ["pass", "pass", "missing", "pass"]
    (limit,) = [each for each in newest(here)["limits"] if each["metric"] == "auc"]
    assert (limit["outcome"], limit["standing"], limit["threshold"]) == ("missing", "missing", 0.7)
    shown = here.run("history", "auc").out
    assert "? undecided  no value  ≥ 0.7" in shown
    assert '<span class="k missing">no value<' in page(here)
    assert '<span class="k missing">no value</span>: <code>auc</code>' in page(here, "index.html")


def test_a_slice_that_went_missing_is_seen(here: Desk) -> None:
    here.rules("recall[region=*] >= 0.8", head="slices: {region: [eu, us]}\n")
    recorded(here, [sliced(0.9, eu=0.9, us=0.9), sliced(0.9, eu=0.9)], [0, 3])
    (row,) = [row for row in table(here) if row["outcome"] == "missing"]
    assert (row["slice"], row["value"], row["threshold"]) == ("region=us", "", "0.8")
    assert "<code>recall[region=us]</code>" in page(here, "index.html")


def test_a_rule_whose_baseline_is_gone_is_seen(here: Desk) -> None:
    here.rules("f1 >= 0.8", "f1 >= pinned - 0.03", head=PINNED)
    recorded(here, [{"f1": 0.9}], [0])
    (here.folder / "old.json").write_text('{"auc": 0.5}')
    here.write("x.json", {"f1": 0.9})
    assert here.run("check", "x.json", "--record", "--now", "2026-11-02").code == 3
    assert [(row["value"], row["threshold"], row["outcome"]) for row in table(here)] == [
        ("0.9", "0.87", "pass"),
        ("0.9", "", "missing"),
    ]


@pytest.mark.parametrize(
    ("expression", "on", "line"),
    [
        ("auc >= 0.7", {}, ("auc", {})),
        ("recall[region=*] >= 0.8", {"region": "us"}, ("recall", {"region": "us"})),
        ('recall[region="a >= b", age=*] >= 0.8', {"age": "9"}, ("recall", {"region": "a >= b", "age": "9"})),
        ('"a <= b" >= pinned', {}, ("a <= b", {})),
        ("a / b <= 2", {}, ("", {})),
        ("max(recall[region=*]) >= 2", {}, ("", {})),
        ("nonsense", {}, ("", {})),
        ("((", {}, ("", {})),
    ],
)
def test_what_was_not_there_is_read_from_the_rule(expression: str, on: dict[str, str], line: tuple[str, Any]) -> None:
    finding = {
        "rule": "r", "expression": expression, "slice": on, "outcome": "missing", "level": "block", "operator": ">=",
        "effect": "undecided", "threshold": 0.7,
    }  # fmt: skip
    (((_, metric, found, _), judged),) = asked_in(json.dumps({"findings": [finding]}))
    assert (metric, dict(found.parts)) == (line[0], line[1] if metric else on)
    assert judged == ("block", 0.7, "missing", "missing")


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        ({"outcome": "pass"}, "holds"),
        ({"outcome": "fail"}, "fails"),
        ({"outcome": "undecided"}, "undecided"),
        ({"outcome": "missing"}, "missing"),
        ({"outcome": "fail", "level": "warn"}, "warns"),
        ({"outcome": "fail", "level": "info"}, "let pass"),
        ({"outcome": "fail", "effect": "nonsense"}, "fails"),
        ({"outcome": "undecided", "effect": "pass"}, "let pass"),
        ({"outcome": "fail", "effect": "warn", "waiver": {"by": "a"}}, "waived"),
    ],
)
def test_a_finding_stands_as_reports_say(told: dict[str, Any], standing: str) -> None:
    finding = {"rule": "r", "level": "block", "operator": ">=", "threshold": 1, "value": 0, **told}
    ((_, judged),) = asked_in(json.dumps({"findings": [finding]}))
    assert judged[3] == standing


def test_what_no_gate_wrote_is_left_out() -> None:
    odd = (
        {"outcome": "green"},
        {"level": "none"},
        {"operator": "=>"},
        {"threshold": "x"},
        {"slice": 3},
        {"reads": 7},
        {"reads": [1]},
    )
    findings = [{"rule": "r", "outcome": "fail", "level": "block", "operator": ">=", "threshold": 1, **each} for each in odd]
    assert list(asked_in(json.dumps({"findings": [*findings, None, {}]}))) == []


def test_of_two_rules_of_one_name_the_worse_counts(here: Desk) -> None:
    for name, floor in (("alpha", 0.9), ("beta", 0.5)):
        here.write(f"{name}.yaml", f"gate: 1\nname: {name}\nrules: [{{id: floor, check: f1 >= {floor}}}]\n")
    here.write("x.json", {"f1": 0.8})
    for both in (("-p", "alpha.yaml", "-p", "beta.yaml"), ("-p", "beta.yaml", "-p", "alpha.yaml")):
        assert here.run("check", "x.json", *both, "--record", "--now", "2026-11-01").code == 1
    assert [(row["threshold"], row["outcome"]) for row in table(here)] == [("0.9", "fail")] * 2


# -- slices, waivers, and rules of no line


def test_a_slice_that_fails_is_named(here: Desk) -> None:
    here.rules("recall >= 0.85", "recall[region=*] >= 0.80")
    recorded(here, [sliced(0.9, eu=0.93, us=0.82), sliced(0.9, eu=0.93, us=0.79)], [0, 1])
    for name in ("index.html", "models/model.html"):
        assert '<span class="k fails">fails</span>: <code>recall[region=us]</code>' in page(here, name)


def test_a_slice_that_is_judged_no_more_fails_no_more(here: Desk) -> None:
    here.rules("recall[region=*] >= 0.80")
    recorded(here, [sliced(0.9, eu=0.93, us=0.79), sliced(0.9, eu=0.93)], [1, 0])
    assert "fails<" not in page(here, "index.html")


def test_of_many_slices_one_that_fails_is_told_beyond_the_table(here: Desk) -> None:
    here.rules("recall >= 0.5", "recall[region=*] >= 0.80", *(f"m{at} >= 0" for at in range(20)))
    recorded(here, [{**sliced(0.9, eu=0.93, us=0.79), **{f"m{at}": 1 for at in range(20)}}], [1])
    assert "7 more, 1 of them not held: --all" in here.run("history").out


def test_a_waived_failure_is_waived(here: Desk) -> None:
    here.rules("recall >= 0.85", "f1 >= 0.7")
    here.write("gate.yaml", (here.folder / "gate.yaml").read_text() + "waivers:\n" + WAIVER.format("recall >= 0.85"))
    recorded(here, [{"recall": 0.84, "f1": 0.8}, {"recall": 0.84, "f1": 0.6}, {"recall": 0.84, "f1": 0.8}], [0, 1, 0])
    found = {each["metric"]: (each["outcome"], each["standing"]) for each in newest(here)["limits"]}
    assert found == {"recall": ("fail", "waived"), "f1": ("pass", "holds")}
    index = page(here, "index.html")
    assert '<span class="k waived">waived</span>: <code>recall</code>' in index
    assert '<span class="k fails">fails' not in index
    shown = here.run("history", "--waivers", "--now", "2026-11-22")
    assert "39 days left; let 2 runs pass; 1 more did not pass" in shown.out
    (told,) = json.loads(here.run("history", "--waivers", "--json").out)["waivers"]
    assert (len(told["used"]), len(told["passed"])) == (3, 2)
    assert here.run("history", "--waivers", "-o", "w.json", "-o", "w.txt").out == ""
    assert json.loads((here.folder / "w.json").read_text())["waivers"] == [told]
    assert "let 2 runs pass" in (here.folder / "w.txt").read_text()
    for odd in ("w.csv", "w.jsonl", "site/"):
        assert here.run("history", "--waivers", "-o", odd).code == 2, odd


def test_a_rule_on_several_measurements_says_why_it_failed(here: Desk) -> None:
    rule = "max(recall[region=*]) - min(recall[region=*]) <= 0.05"
    here.rules("recall >= 0.5", rule, "never >= 0.5")
    recorded(here, [sliced(0.8, eu=0.9, us=0.7)], [1])
    for name in ("index.html", "models/model.html"):
        found = page(here, name)
        assert f"fails</span>: <code>{rule.replace('<=', '≤')}</code>" in found
        assert "no value</span>: <code>never ≥ 0.5</code>" in found
    assert f"  fails: {rule.replace('<=', '≤')}\n" in here.run("history").out
    assert {each["rule"]: each["outcome"] for each in newest(here)["limits"]}[rule] == "fail"


# -- the one place


def limit(threshold: float, standing: str, operator: str = ">=", on: Slice = WHOLE) -> Limit:
    outcome = {"holds": "pass", "fails": "fail"}.get(standing, standing)
    return Limit(f"f1 {operator} {threshold}", "f1", operator, "block", (threshold,), (outcome,), (standing,), on)


@pytest.mark.parametrize(
    ("limits", "worst"),
    [
        ([limit(0.8, "holds"), limit(0.9, "fails")], 1),
        ([limit(0.9, "undecided"), limit(0.8, "fails")], 1),
        ([limit(0.8, "holds"), limit(0.84, "holds")], 1),
        ([limit(0.9, "fails"), limit(0.95, "fails")], 1),
        ([limit(0.1, "holds"), limit(0.86, "holds", "<=")], 1),
        ([limit(0.9, "waived"), limit(0.8, "missing")], 1),
    ],
)
def test_the_worst_is_the_worst_outcome_and_then_the_least_room(limits: list[Limit], worst: int) -> None:
    line = Line("f1", WHOLE, (0.85,))
    for order in (limits, limits[::-1]):
        found = Chronicle(model="m", runs=(), lines=(line,), limits=tuple(order))
        assert found.worst(line) == (limits[worst],)
        assert found.limits_now(line)[0] == limits[worst]
        assert found.standing_now(line) == limits[worst].standings[0]
