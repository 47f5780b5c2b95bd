"""What pruning leaves in every store."""

from __future__ import annotations

from gate.history.retention import Keep, prune
from gate.history.store import Store
from gate.terms.run import Exclusion
from tests.history.examples import entry

NOON = "2026-11-22T12:00:00.000Z"


def test_what_a_baseline_stands_for_stays_in_every_store(store: Store) -> None:
    store.add([entry(number, {"f1": 0.9}) for number in range(4)])
    store.add([entry(5, {"f1": 0.9}, started="2026-11-22T23:30:00.000Z"), entry(6, {"f1": 0.9}, branch="dev")])
    store.add([Exclusion("fraud", "2026-11-22T00:03:00.000Z", "2026-11-22T00:04:00.000Z", "wrong labels")])
    assert [run.id for run in prune(store, Keep(newest=0, ahead=NOON), "fraud", "main")] == ["run-0001", "run-0000"]
    assert {run.id for run in store.runs()} == {"run-0002", "run-0003", "run-0005", "run-0006"}
