"""What is measured of rows beyond metrics: when, and from where the other rows come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gate.app.check import CheckRequest, check
from gate.app.measure import MeasureRequest, measure
from gate.app.rows import measure as measure_rows
from gate.cli.main import main
from gate.errors import GateError
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

HEAD = "id,y,p,amount,country,at\n"


def rows(seed: int, count: int = 60, country: str = "de") -> str:
    lines = []
    for index in range(count):
        label = int(index % 5 == 0)
        score = round(0.2 + 0.6 * label + 0.001 * (index % 7), 3)
        lines.append(
            f"{seed * 1000 + index},{label},{score},{(index * 37 + seed) % 101},{country},2026-01-{1 + index % 28:02}T00:00:00Z"
        )
    return HEAD + "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, seed in (("train", 0), ("old", 1), ("new", 2)):
        (tmp_path / f"{name}.csv").write_text(rows(seed), encoding="utf-8")
    return tmp_path


def families(table: Measurements) -> set[str]:
    return {name.partition(".")[0] for name in table.names} & {"drift", "quality", "pitfalls"}


def measured(**definition: Any) -> Measurements:
    return measure(MeasureRequest(inputs=["new.csv"], definition=definition))


def checked(folder: Path, measure_: str, *rules: str, at: str = "gate.yaml", now: str = "2026-02-01") -> Decision:
    listed = "".join(f"  - '{rule}'\n" for rule in rules)
    (folder / at).parent.mkdir(exist_ok=True)
    (folder / at).write_text(f"gate: 1\nname: m\nmeasure: {{{measure_}}}\nrules:\n{listed}", encoding="utf-8")
    return check(CheckRequest(inputs=["new.csv"], policies=[at], now=now))


@pytest.mark.usefixtures("folder")
def test_plain_metrics_pay_for_nothing_else() -> None:
    assert families(measured(label="y", score="p")) == {"pitfalls"}
    assert "pitfalls.leakage_auc" not in measured(label="y", score="p")


@pytest.mark.usefixtures("folder")
def test_a_reference_gives_drift_and_quality_and_training_rows_give_pitfalls() -> None:
    table = measured(label="y", score="p", reference="old.csv")
    assert families(table) == {"drift", "quality", "pitfalls"}
    assert "pitfalls.train_duplicate_rate" not in table
    assert "pitfalls.train_duplicate_rate" in measured(label="y", score="p", train="train.csv")
    assert [source.format for source in table.sources][1] == "reference (csv)"


@pytest.mark.usefixtures("folder")
def test_what_is_asked_for_is_measured() -> None:
    assert "quality.rows" in measured(label="y", score="p", ask=["quality"])
    assert "pitfalls.leakage_auc" in measured(label="y", score="p", ask=["pitfalls"])


def test_frames_are_compared_in_python() -> None:
    now, before = ({"x": np.arange(100.0) + shift} for shift in (5, 0))
    table = measure_rows(now, reference=before, columns=["x"])
    found = table.get("drift.ks", Slice.of({"feature": "x"}))
    assert found is not None
    assert found.value == pytest.approx(0.05)
    assert "quality.rows" in table


@pytest.mark.usefixtures("folder")
def test_files_are_compared_in_python() -> None:
    assert "pitfalls.same_rows" in measure_rows("new.csv", label="y", score="p", train=Path("train.csv"))


@pytest.mark.usefixtures("folder")
def test_a_reference_alone_needs_neither_label_nor_score() -> None:
    table = measured(reference="old.csv")
    assert "drift.psi" in table
    assert "accuracy" not in table


@pytest.mark.parametrize("role", ["reference", "train"])
@pytest.mark.usefixtures("folder")
def test_rows_are_not_compared_with_themselves(role: str) -> None:
    with pytest.raises(GateError) as caught:
        measured(label="y", score="p", **{role: "./new.csv"})
    assert caught.value.problems[0].slug == "same-file"


@pytest.mark.usefixtures("folder")
def test_a_reference_that_is_not_there_is_an_error() -> None:
    with pytest.raises(GateError, match="there is no such file"):
        measured(label="y", score="p", reference="older.csv")


def test_rules_are_judged_on_drift_quality_and_pitfalls(folder: Path) -> None:
    decision = checked(
        folder,
        "label: y, score: p, id: id, timestamp: at, reference: old.csv, train: train.csv",
        "drift.psi[feature=*] <= 0.1 or drift.p[feature=*] >= 0.01",
        "quality.missing_rate[feature=*] <= 0.01",
        "quality.age_hours <= 96",
        "pitfalls.train_id_rate <= 0",
        "pitfalls.same_rows == false",
        "accuracy > no_information_rate",
    )
    assert decision.exit_code == 0, [(each.rule, each.reason) for each in decision.findings]


def test_a_rule_that_reads_quality_is_enough_to_measure_it(folder: Path) -> None:
    assert checked(folder, "label: y, score: p", "quality.duplicate_row_rate <= 0").exit_code == 0


def test_the_age_is_counted_from_the_decisions_clock(folder: Path) -> None:
    by_rule = ("label: y, score: p, timestamp: at", "quality.age_hours <= 96")
    assert checked(folder, *by_rule, now="2026-02-01").exit_code == 0
    assert checked(folder, *by_rule, now="2026-03-01").exit_code == 1


def test_drift_blocks(folder: Path) -> None:
    (folder / "new.csv").write_text(rows(2, country="es"), encoding="utf-8")
    decision = checked(folder, "label: y, score: p, reference: old.csv", "drift.unseen_rate[feature=country] <= 0.01")
    assert decision.exit_code == 1


def test_without_a_reference_drift_is_missing_and_does_not_pass(folder: Path) -> None:
    assert checked(folder, "label: y, score: p", "drift.psi[feature=*] <= 0.1").exit_code == 3


def test_the_reference_lies_beside_the_policy(folder: Path) -> None:
    (folder / "policy").mkdir()
    (folder / "old.csv").rename(folder / "policy" / "old.csv")
    rule = "drift.psi[feature=amount] <= 0.5"
    assert checked(folder, "label: y, score: p, reference: old.csv", rule, at="policy/gate.yaml").exit_code == 0


def test_the_baselines_rows_are_not_compared_with_the_reference(folder: Path) -> None:
    """They may be the very rows of it."""
    policy = "gate: 1\nname: m\nmeasure: {label: y, score: p, reference: old.csv}\nrules: [recall >= baseline]\n"
    (folder / "gate.yaml").write_text(policy, encoding="utf-8")
    assert check(CheckRequest(inputs=["new.csv"], baselines=["old.csv"], policies=["gate.yaml"])).exit_code == 0


def test_a_reference_that_is_cut_off_is_told_by_its_own_name(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import csv, parquet

    parquet.write_table(csv.read_csv(folder / "old.csv"), folder / "old.parquet")
    whole = (folder / "old.parquet").read_bytes()
    (folder / "old.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(GateError) as caught:
        measured(label="y", score="p", reference="old.parquet")
    assert str(caught.value.problems[0].where) == "old.parquet"


def test_a_reference_whose_rows_break_late_is_told_by_its_own_name(folder: Path) -> None:
    (folder / "old.csv").write_text(rows(1, 30_000) + "1,2\n", encoding="utf-8")
    with pytest.raises(GateError) as caught:
        measured(label="y", score="p", reference="old.csv")
    place = caught.value.problems[0].where
    assert place is not None
    assert place.file == "old.csv"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
@pytest.mark.parametrize("role", ["reference", "train"])
@pytest.mark.usefixtures("folder")
def test_what_is_no_rows_is_refused_and_not_shown(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    with pytest.raises(GateError) as caught:
        measured(label="y", score="p", **{role: "/proc/self/environ"})
    assert "hunter2" not in str(caught.value)


def test_a_report_does_not_overwrite_the_rows_that_others_are_compared_with(folder: Path) -> None:
    before = (folder / "old.csv").read_bytes()
    policy = "gate: 1\nname: m\nmeasure: {label: y, score: p, reference: old.csv}\nrules: [recall >= 0.1]\n"
    (folder / "gate.yaml").write_text(policy, encoding="utf-8")
    flags = ["--label", "y", "--score", "p", "--reference", "old.csv"]
    for words in (["check", "new.csv", "-o", "json=old.csv"], ["measure", "new.csv", *flags, "-o", "json=old.csv"]):
        assert main(words) == 2
        assert (folder / "old.csv").read_bytes() == before
