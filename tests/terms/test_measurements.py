"""The table of measurements."""

from __future__ import annotations

from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

EU = Slice.of({"region": "eu"})
ALL, IN_EU, LOSS = Measurement("recall", 0.9), Measurement("recall", 0.8, EU), Measurement("loss", 0.1)
TABLE = Measurements.of([ALL, LOSS, IN_EU], {"eval/recall": "recall"})


def test_it_is_looked_up_by_metric_and_slice() -> None:
    assert TABLE.get("recall", WHOLE) is ALL
    assert TABLE.get("recall", EU) is IN_EU
    assert TABLE.get("loss", EU) is None
    assert TABLE.get("nothing", WHOLE) is None
    assert dict(TABLE.slices_of("recall")) == {WHOLE: ALL, EU: IN_EU}
    assert dict(TABLE.slices_of("nothing")) == {}


def test_a_raw_name_leads_to_the_metric() -> None:
    assert TABLE.get("eval/recall", EU) is IN_EU
    assert "eval/recall" in TABLE
    assert "recall" in TABLE
    assert "nothing" not in TABLE


def test_a_metric_hides_an_alias_of_its_name() -> None:
    table = Measurements.of([ALL, LOSS], {"loss": "recall"})
    assert table.get("loss", WHOLE) is LOSS


def test_it_counts_and_goes_through_all() -> None:
    assert len(TABLE) == 3
    assert list(TABLE) == [ALL, IN_EU, LOSS]
    assert TABLE.names == ["recall", "loss"]
    assert len(Measurements()) == 0
