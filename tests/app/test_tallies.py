"""Tallies as files: every shard counts by itself, and what they counted merges into the same measurements."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from sklearn import metrics as sk

from tests.conftest import Desk
from tests.measure.rows import rows

FLAGS = ("--label", "y", "--score", "p", "--slice", "region")


def shards(desk: Desk, count: int = 3) -> dict[str, Any]:
    """Shards as Parquet, and a tally of each."""
    data = rows(1, 900)
    frame = pd.DataFrame(data)
    for shard in range(count):
        frame[frame.index % count == shard].to_parquet(desk.folder / f"{shard}.parquet")
        done = desk.run("measure", f"{shard}.parquet", *FLAGS, "-o", f"{shard}.tally.json")
        assert (done.code, done.out) == (0, "")
    frame.to_parquet(desk.folder / "all.parquet")
    return data


def measured(desk: Desk, *inputs: str) -> dict[str, Any]:
    assert desk.run("measure", *inputs, "-o", "m.json").code == 0
    loaded: dict[str, Any] = json.loads((desk.folder / "m.json").read_text())
    return loaded


def test_shards_measure_as_the_whole_does(desk: Desk) -> None:
    data = shards(desk)
    merged = measured(desk, "0.tally.json", "1.tally.json", "2.tally.json")
    whole = measured(desk, "all.parquet", *FLAGS)
    for name in ("recall", "mcc", "log_loss", "brier", "rows"):
        assert merged[name] == whole[name]
    assert merged["ece"]["value"] == pytest.approx(whole["ece"]["value"], abs=2e-3)
    truth = sk.roc_auc_score(data["y"], data["p"])
    assert abs(merged["roc_auc"]["value"] - truth) <= merged["roc_auc_bound"]["value"] < 1e-3
    assert "roc_auc_bound" not in whole
    assert [each["name"] for each in merged["measured"]["inputs"]] == ["0.parquet", "1.parquet", "2.parquet"]


def test_a_tally_of_tallies_is_the_tally_of_the_shards(desk: Desk) -> None:
    shards(desk)
    assert desk.run("measure", "1.tally.json", "0.tally.json", "-o", "01.tally.json").code == 0
    assert desk.run("measure", "2.tally.json", "01.tally.json", "-o", "a.tally.json").code == 0
    assert desk.run("measure", "0.tally.json", "1.tally.json", "2.tally.json", "-o", "b.tally.json").code == 0
    assert (desk.folder / "a.tally.json").read_bytes() == (desk.folder / "b.tally.json").read_bytes()


def test_one_shard_twice_is_refused(desk: Desk) -> None:
    shards(desk, 1)
    (desk.folder / "copy.parquet").write_bytes((desk.folder / "0.parquet").read_bytes())
    assert desk.run("measure", "copy.parquet", *FLAGS, "-o", "copy.tally.json").code == 0
    done = desk.run("measure", "0.tally.json", "copy.tally.json")
    assert done.code == 2
    assert "would count twice" in done.err


@pytest.mark.parametrize("other", [("--threshold", "0.4"), ("--slice", "device"), ("--positive", "0"), ("--nan", "exclude")])
def test_tallies_of_different_things_are_refused(desk: Desk, other: tuple[str, ...]) -> None:
    shards(desk, 2)
    assert desk.run("measure", "1.parquet", *FLAGS, *other, "-o", "1.tally.json").code == 0
    done = desk.run("measure", "0.tally.json", "1.tally.json")
    assert done.code == 2
    assert "they count different things" in done.err


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"gate_tally": 1', '"gate_tally": 9'),
        lambda text: text.replace('"fields": ["n"', '"fields": ["m", "n"'),
        lambda text: text.replace('"cells"', '"sells"'),
        lambda _: "[]",
        lambda _: "[" * 100_000,
    ],
)
def test_a_broken_tally_is_refused(desk: Desk, spoil: Any) -> None:
    shards(desk, 1)
    path = desk.folder / "0.tally.json"
    path.write_text(spoil(path.read_text()))
    done = desk.run("measure", "0.tally.json")
    assert done.code == 2
    assert "no tally" in done.err


def test_a_check_believes_tallies_that_count_what_its_policy_says(desk: Desk) -> None:
    shards(desk, 2)
    rules = "gate: 1\nevidence: measured\nrules: [recall >= 0]\n"
    measure = "measure: {label: y, score: p, slices: [region]}\n"
    desk.write("gate.yaml", rules)
    done = desk.run("check", "0.tally.json", "1.tally.json")
    assert done.code == 3
    assert "measured evidence" in done.said
    desk.write("gate.yaml", rules + measure)
    assert desk.run("check", "0.tally.json", "1.tally.json").code == 0
    desk.write("gate.yaml", rules + measure.replace("p,", "p, threshold: 0.1,"))
    done = desk.run("check", "0.tally.json", "1.tally.json")
    assert done.code == 2
    assert "does not count what `measure:` asks for" in done.err
