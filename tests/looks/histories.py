"""Histories that stand for what there is: twelve weeks of a model that gets worse, names that would like to be code, and many."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import gate
from gate.app.remember import _points
from gate.history.store import Store, open_store
from gate.reports import json as decision_json
from gate.terms.run import DECISION, Entry, Name, Point, Record, Run, Status, moment
from gate.terms.slice import Slice

ACCURACY = (0.89, 0.90, 0.91, 0.91, 0.92, 0.91, 0.90, 0.89, 0.87, 0.85, 0.86, 0.86)
PRECISION = (0.88, 0.88, 0.89, 0.90, 0.89, 0.89, 0.88, 0.87, 0.86, 0.84, 0.85, 0.85)
RECALL = (0.87, 0.88, 0.90, 0.89, 0.91, 0.90, 0.88, 0.86, 0.85, 0.83, 0.84, 0.84)
REGIONS = {"eu": 0.02, "us": -0.01, "latam": -0.05}
POLICY = """gate: 1
name: fraud-detection
slices: {region: [eu, us, latam]}
rules:
  - accuracy >= FLOOR
  - precision >= 0.88
  - recall >= 0.85
  - recall[region=*] >= 0.80
  - {check: latency_p95_ms <= 200, level: warn}
waivers:
  - {rule: precision >= 0.88, until: 2026-12-31, why: "relabelled data, RISK-123", by: "@head-of-risk", floor: precision >= 0.85}
"""
EVIL = "</script><img src=x onerror=alert(1)>`x`\u202e"
NOW = "2026-11-22T12:00:00Z"


def weekly(store: Store, folder: Path) -> None:
    """Every Sunday a run on main, now and then one of a pull request; the floor of accuracy was raised in the fourth week."""
    records: list[Record] = []
    for week in range(12):
        policy = folder / "gate.yaml"
        policy.write_text(POLICY.replace("FLOOR", "0.86" if week < 3 else "0.88"), encoding="utf-8")
        day = datetime(2026, 9, 6, 6, tzinfo=timezone.utc) + timedelta(weeks=week)
        records.append(_weekly_run(policy, week, day, "main", 0.0))
        if week % 3 == 1:
            records.append(_weekly_run(policy, week, day + timedelta(days=2, hours=5), f"deeper-trees-{week}", 0.006))
    store.add(records)
    store.add([Name("fraud-detection", "release-1.0", _id(datetime(2026, 9, 20, 6, tzinfo=timezone.utc)), NOW, "ada")])


def _weekly_run(policy: Path, week: int, day: datetime, branch: str, better: float) -> Entry:
    metrics = {
        "accuracy": {"value": round(ACCURACY[week] + better, 4), "n": 2000},
        "precision": round(PRECISION[week] + better, 4),
        "recall": {"value": round(RECALL[week], 4), "n": 400},
        "latency_p95_ms": 150 + 6 * week,
        "slices": [
            *(
                {"slice": {"region": region}, "metrics": {"recall": round(RECALL[week] + shift, 4)}}
                for region, shift in REGIONS.items()
            ),
            {"slice": {"feature": "age"}, "metrics": {"drift": {"psi": round(0.02 + 0.012 * week, 3)}}},
            {"slice": {"feature": "device"}, "metrics": {"drift": {"psi": round(0.03 + 0.002 * (week % 4), 3)}}},
        ],
    }
    decision = gate.check(metrics, policy, now=f"{day:%Y-%m-%dT%H:%M:%SZ}")
    at = moment(day.timestamp())
    main = branch == "main"
    run = Run(
        id=_id(day), started=at, finished=at, model="fraud-detection", status=Status.FINISHED, branch=branch,
        commit=f"{week * 7919 + main:07x}" + "c" * 33, event="schedule" if main else "pull_request", trusted=main, actor="ada",
        params={"depth": 6 if week < 8 else 8, "rate": 0.1}, verdict=decision.verdict.value, test_set=f"{week // 6:064x}",
        model_digest=f"{week:064x}", version=str(week + 1), policy=decision.policies[0].sha256,
    )  # fmt: skip
    return Entry(run, _points(decision.candidate), {DECISION: decision_json.render(decision)})


def _id(day: datetime) -> str:
    return f"{day:%Y%m%d-%H%M%S}000-0000000000"


def hostile(store: Store) -> None:
    """Every text is an attack."""
    run = Run(
        id=f"../../{EVIL}", started="2026-11-01T00:00:00.000Z", finished="2026-11-01T00:00:00.000Z", model=f"m{EVIL}",
        status=Status.FINISHED, branch=EVIL, commit=EVIL, event=EVIL, actor=EVIL, trusted=True, params={EVIL: EVIL},
        verdict="fail", test_set=EVIL, version=EVIL, url=f"javascript:{EVIL}",
    )  # fmt: skip
    read = {"of": "candidate", "metric": EVIL, "value": 0.5}
    finding = {
        "rule": EVIL, "operator": ">=", "level": "block", "threshold": 0.8, "value": 0.5, "outcome": "fail", "reads": [read],
    }  # fmt: skip
    points = (Point(EVIL, 0.5), Point(EVIL, 0.4, Slice.of({EVIL: EVIL})), Point("__proto__", 1.0), Point("constructor", 2.0))
    store.add([Entry(run, points, {DECISION: json.dumps({"findings": [finding, {"rule": 1}, None]})})])
    store.add([Name(run.model, EVIL, run.id)])


def many(store: Store, runs: int = 2000, metrics: int = 50) -> None:
    """Four runs a day for more than a year, with levels that move now and then."""
    dice = random.Random(4)
    levels = [dice.uniform(0.6, 0.95) for _ in range(metrics)]
    for start in range(0, runs, 200):
        store.add([_one_of_many(dice, levels, at) for at in range(start, min(start + 200, runs))])


def _one_of_many(dice: random.Random, levels: list[float], at: int) -> Entry:
    if at % 200 == 0:
        levels[:] = [level + dice.gauss(0, 0.01) for level in levels]
    started = moment(1_700_000_000 + at * 21600)
    main = at % 3 != 0
    points: list[Point] = []
    findings: list[dict[str, Any]] = []
    for index, level in enumerate(levels):
        name = f"drift.feature_{index}.psi" if index >= 44 else f"metric_{index:02}"
        value = round(level + dice.gauss(0, 0.006), 6)
        points += [Point(name, value), *_sliced(dice, name, value, index)]
        if index < 20:
            findings.append(_finding(name, value, round(0.8 + index / 200, 3) if at > 900 else 0.78, index))
    verdict = "fail" if any(each["outcome"] == "fail" and each["level"] == "block" for each in findings) else "pass"
    run = Run(
        id=f"{started[:10].replace('-', '')}-{at:09d}-{at:010x}", started=started, finished=started, model="churn",
        status=Status.FINISHED, branch="main" if main else f"feature/{at % 7}", commit=f"{at * 7919:040x}",
        event="push" if main else "pull_request", trusted=main, verdict=verdict, test_set=("a" if at < 1500 else "b") * 64,
    )  # fmt: skip
    return Entry(run, tuple(points), {DECISION: json.dumps({"findings": findings})})


def _sliced(dice: random.Random, name: str, value: float, index: int) -> Iterator[Point]:
    for region in ("eu", "us", "latam") if index < 4 else ():
        yield Point(name, round(value - dice.random() * 0.05, 6), Slice.of({"region": region}))


def _finding(name: str, value: float, threshold: float, index: int) -> dict[str, Any]:
    return {
        "rule": f"{name} >= {threshold}", "operator": ">=", "level": "block" if index % 4 else "warn", "threshold": threshold,
        "value": value, "outcome": "pass" if value >= threshold else "fail",
        "reads": [{"of": "candidate", "metric": name, "value": value}],
    }  # fmt: skip


def made(path: Path, *, what: str) -> Path:
    """A history in a file of SQLite: "weekly", "hostile", "many" or "both" small ones."""
    store = open_store(str(path), {}, write=True)
    try:
        if what in ("weekly", "both"):
            weekly(store, path.parent)
        if what in ("hostile", "both"):
            hostile(store)
        if what == "many":
            many(store)
    finally:
        store.close()
    return path
