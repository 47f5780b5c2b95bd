"""A baseline's rows in a file of their own, joined with the candidate's by their ids: compared row by row, or said why not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import TODAY, Desk
from tests.measure.rows import rows

HEAD = "confidence: 95%%\nmeasure: {label: y, score: p, id: id%s}\n"
RULE = "{id: auc, check: roc_auc >= baseline - 0.02}"


def frames(seed: int = 3, n: int = 600) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidate's rows, and the baseline's in another order."""
    told = rows(seed, n)
    ids = np.array([f"t{number}" for number in range(n)])
    new = pd.DataFrame({"id": ids, "y": told["y"], "p": told["p"], "q": told["q"], "region": told["region"]})
    old = pd.DataFrame({"id": ids, "y": told["y"], "p": told["q"], "region": told["region"]}).sample(frac=1, random_state=1)
    return new, old


def decided(desk: Desk, *argv: str, code: int | None = None) -> dict[str, Any]:
    done = desk.run("check", "new.parquet", *argv, "--now", TODAY, "-o", "decision.json")
    assert code is None or done.code == code, done.said
    assert done.code in (0, 1, 3), done.said
    found: dict[str, Any] = json.loads((desk.folder / "decision.json").read_text(encoding="utf-8"))
    return found


def certainty(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in decision["findings"][0]["certainty"].items() if name in ("low", "high", "method", "n")}


def notes(decision: dict[str, Any]) -> list[str]:
    return [each["slug"] for each in decision.get("notes", []) if each["slug"] in ("pairing-lost", "unmatched-ids")]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_two_files_joined_by_id_say_what_one_file_with_both_says(desk: Desk, form: str) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old.to_parquet(desk.folder / "old.parquet") if form == "parquet" else old.to_csv(desk.folder / "old.csv", index=False)
    desk.rules(RULE, head=HEAD % "")
    joined = decided(desk, "-b", f"old.{form}")
    desk.rules(RULE, head=HEAD % ", baseline_score: q")
    together = decided(desk)
    assert certainty(joined) == certainty(together)
    assert notes(joined) == []
    assert joined["baselines"][0]["measurements"]["tally"] == "candidate"
    assert {each["id"] for each in joined["lost"]} == {each["id"] for each in together["lost"]} != set()


def test_without_an_id_the_models_are_compared_as_on_different_rows_and_that_is_said(desk: Desk) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old.to_parquet(desk.folder / "old.parquet")
    desk.rules(RULE, head=HEAD % "")
    paired = certainty(decided(desk, "-b", "old.parquet"))
    desk.rules(RULE, head=(HEAD % "").replace(", id: id", ""))
    apart = decided(desk, "-b", "old.parquet")
    assert notes(apart) == ["pairing-lost"]
    assert certainty(apart)["high"] - certainty(apart)["low"] > 1.5 * (paired["high"] - paired["low"])


@pytest.mark.parametrize(("left", "said", "wide"), [(590, ["unmatched-ids"], False), (500, ["pairing-lost"], True)])
def test_ids_without_a_partner_are_left_out_and_said_and_too_many_end_the_pairing(
    desk: Desk, left: int, said: list[str], wide: bool
) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old.to_parquet(desk.folder / "old.parquet")
    desk.rules(RULE, head=HEAD % "")
    whole = certainty(decided(desk, "-b", "old.parquet"))
    old[old["id"].isin(new["id"][:left])].to_parquet(desk.folder / "old.parquet")
    found = decided(desk, "-b", "old.parquet")
    assert notes(found) == said
    ratio = (certainty(found)["high"] - certainty(found)["low"]) / (whole["high"] - whole["low"])
    assert ratio > 1.5 if wide else ratio < 1.2
    assert found["findings"][0]["value"] == pytest.approx(whole_auc(new), rel=1e-9)


def whole_auc(new: pd.DataFrame) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(new["y"], new["p"]))


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        (lambda old: pd.concat([old, old.iloc[:2]]), "holds 2 ids more than once"),
        (lambda old: old.assign(y=1 - old["y"]), "600 of 600 ids have another label"),
    ],
)
def test_an_id_twice_or_other_labels_are_refused(desk: Desk, change: Any, slug: str) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    change(old).to_parquet(desk.folder / "old.parquet")
    desk.rules(RULE, head=HEAD % "")
    done = desk.run("check", "new.parquet", "-b", "old.parquet")
    assert done.code == 2
    assert slug in done.err


def test_older_rows_need_no_labels_and_ids_may_be_numbers_in_one_file_and_text_in_the_other(desk: Desk) -> None:
    new, old = frames()
    new["id"] = new["id"].str[1:].astype(int)
    old["id"] = old["id"].str[1:]
    new.to_parquet(desk.folder / "new.parquet")
    old[["id", "p"]].to_csv(desk.folder / "old.csv", index=False)
    desk.rules(RULE, "'recall[region=*] >= baseline - 0.5'", head=HEAD % ", slices: [region]")
    found = decided(desk, "-b", "old.csv")
    assert notes(found) == []
    assert len(found["findings"]) == 4
    assert found["findings"][0]["baseline_value"] == pytest.approx(whole_auc(new.assign(p=new["q"])), rel=1e-9)


def test_a_baseline_that_the_policy_names_is_paired_as_well(desk: Desk) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old.to_parquet(desk.folder / "old.parquet")
    old.assign(p=np.clip(old["p"] + 0.01, 0, 1)).to_parquet(desk.folder / "pinned.parquet")
    baselines = "baselines: {pinned: ./pinned.parquet}\n"
    desk.rules(RULE, "{id: pinned, check: roc_auc >= pinned - 0.02}", head=HEAD % "" + baselines)
    found = decided(desk, "-b", "old.parquet")
    widths = [each["certainty"]["high"] - each["certainty"]["low"] for each in found["findings"]]
    assert widths[1] == pytest.approx(widths[0], rel=0.2)
    assert notes(found) == []


def test_predictions_without_scores_are_joined_too(desk: Desk) -> None:
    new, _ = frames()
    classes = np.array(["cat", "dog", "owl"])
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 3, len(new))
    guess, before = (np.where(draw.random(len(new)) < 0.8, truth, draw.integers(0, 3, len(new))) for _ in range(2))
    new = new.assign(y=classes[truth], h=classes[guess])
    new.to_parquet(desk.folder / "new.parquet")
    pd.DataFrame({"id": new["id"], "y": classes[truth], "h": classes[before]}).to_parquet(desk.folder / "old.parquet")
    desk.rules("accuracy >= baseline - 0.2", head="confidence: 95%\nmeasure: {label: y, prediction: h, id: id}\n")
    found = decided(desk, "-b", "old.parquet", code=0)
    assert found["findings"][0]["baseline_value"] == pytest.approx((before == truth).mean())


def test_nothing_but_the_named_files_is_read(desk: Desk) -> None:
    new, _ = frames()
    new.to_parquet(desk.folder / "new.parquet")
    desk.write("secret.csv", "id,y,p\nt1,1,0.5\n")
    (desk.folder / "old.csv").write_text("id,y,p\nt1,1,0.5\n", encoding="utf-8")
    desk.rules(RULE, head=HEAD % "")
    done = desk.run("check", "new.parquet", "-b", "/proc/self/environ")
    assert done.code == 2
    assert "PATH" not in done.said
