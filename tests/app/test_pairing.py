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


@pytest.mark.parametrize("labels", [True, False])
def test_rows_with_a_partner_say_what_they_would_say_by_themselves(desk: Desk, labels: bool) -> None:
    new, old = frames()
    both = new["id"][:580]
    new.loc[580:, "p"] = np.where(new["y"][580:] == 1, 0.01, 0.99)  # all that have no partner are wrong
    new.to_parquet(desk.folder / "new.parquet")
    kept = old[old["id"].isin(both)] if labels else old[old["id"].isin(both)].drop(columns="y")
    kept.to_parquet(desk.folder / "old.parquet")
    rules = (RULE, "accuracy >= baseline - 0.02", "0.5 * recall + 0.5 * f1 >= baseline - 0.02")
    desk.rules(*rules, head=HEAD % "")
    found = decided(desk, "-b", "old.parquet")
    assert notes(found) == ["unmatched-ids"]
    assert "judged on the 580 rows that both have" in found["notes"][0]["text"]
    new[:580].to_parquet(desk.folder / "new.parquet")
    by_themselves = decided(desk, "-b", "old.parquet")
    assert notes(by_themselves) == []
    for one, other in zip(found["findings"], by_themselves["findings"], strict=True):
        assert {key: one[key] for key in TOLD} == {key: other[key] for key in TOLD}


TOLD = ("value", "baseline_value", "margin", "certainty", "outcome")


def test_a_rule_on_one_model_counts_the_rows_that_have_no_partner(desk: Desk) -> None:
    new, old = frames()
    new.loc[580:, "p"] = np.where(new["y"][580:] == 1, 0.01, 0.99)
    new.to_parquet(desk.folder / "new.parquet")
    old[old["id"].isin(new["id"][:580])].to_parquet(desk.folder / "old.parquet")
    desk.rules("roc_auc >= 0.5", "'accuracy[region=*] >= baseline - 0.9'", head=HEAD % ", slices: [region]")
    found = decided(desk, "-b", "old.parquet")
    assert found["findings"][0]["value"] == pytest.approx(whole_auc(new), rel=1e-9)
    assert found["findings"][0]["baseline_value"] == pytest.approx(whole_auc(new.assign(p=new["q"])[:580]), rel=1e-9)
    assert len(found["findings"]) == 4


@pytest.mark.parametrize("lacking", ["new", "old"])
def test_a_slice_that_lost_many_of_its_rows_is_not_compared_by_the_others(desk: Desk, lacking: str) -> None:
    """Leaving out what a model gets wrong in a small slice is 2 % of all ids, and most of that slice."""
    new, old = frames()
    old = old.sort_index()
    new["region"], old["region"] = "large", "large"
    new.loc[:19, "region"] = old.loc[:19, "region"] = "tiny"
    (new[12:] if lacking == "new" else new).to_parquet(desk.folder / "new.parquet")
    (old[12:] if lacking == "old" else old).to_parquet(desk.folder / "old.parquet")
    rule = "accuracy[region=*] >= baseline - 0.9"
    desk.rules(f"'{rule}'", f"{{check: '{rule}1', confidence: none}}", head=HEAD % ", slices: [region]")
    found = decided(desk, "-b", "old.parquet", code=3)
    told = [(each["slice"]["region"], each["outcome"]) for each in found["findings"]]
    assert sorted(told) == [("large", "pass"), ("large", "pass"), ("tiny", "pass"), ("tiny", "undecided")]
    (reason,) = next(each["reasons"] for each in found["findings"] if each["outcome"] == "undecided")
    assert reason["slug"] == "unmatched-ids"
    assert "more than 5 % of the rows of region=tiny" in reason["text"]
    plain = next(each for each in found["findings"] if each["slice"]["region"] == "tiny" and each["outcome"] == "pass")
    own = old if lacking == "new" else old[12:]  # compared as they are: each model's value is that of its own rows
    tiny = own[own["region"] == "tiny"]
    right = (new.loc[tiny.index, "q"] >= 0.5) == (new.loc[tiny.index, "y"] == 1)
    assert plain["baseline_value"] == pytest.approx(right.mean())


@pytest.mark.parametrize(("floor", "code"), [(0.99, 1), (0.9, 0)])
def test_a_waivers_floor_counts_the_rows_that_have_no_partner(desk: Desk, floor: float, code: int) -> None:
    new, old = frames()
    right = np.where(new["y"] == 1, 0.9, 0.1)
    new["p"] = np.where(new.index < 580, right, 1 - right)
    new.to_parquet(desk.folder / "new.parquet")
    old[old["id"].isin(new["id"][:580])].to_parquet(desk.folder / "old.parquet")
    waiver = f'{{rule: better, until: 2026-12-31, why: known, by: "@me", floor: accuracy >= {floor}}}'
    desk.rules("{id: better, check: accuracy >= baseline + 0.9}", head=HEAD % "" + f"waivers: [{waiver}]\n")
    assert decided(desk, "-b", "old.parquet", code=code)["findings"][0]["value"] == 1


def test_a_slice_of_which_no_row_has_a_partner_is_not_passed_over(desk: Desk) -> None:
    new, old = frames()
    new["region"] = np.where(new.index < 580, new["region"], "new")
    old["region"] = np.where(old.index < 590, old["region"], "gone")
    new.to_parquet(desk.folder / "new.parquet")
    old = old.assign(id=np.where(old.index < 580, old["id"], "other " + old["id"]))
    old.to_parquet(desk.folder / "old.parquet")
    desk.rules("'accuracy[region=*] >= baseline - 0.9'", head=HEAD % ", slices: [region]")
    outcomes = {each["slice"]["region"]: each["outcome"] for each in decided(desk, "-b", "old.parquet", code=3)["findings"]}
    assert outcomes.pop("new") == outcomes.pop("gone") == "missing"
    assert set(outcomes.values()) == {"pass"}


@pytest.mark.parametrize(("labels", "outcome"), [(True, "pass"), (False, "undecided")])
def test_several_baselines_are_compared_by_all_rows_of_each(desk: Desk, labels: bool, outcome: str) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old = old if labels else old.drop(columns="y")
    old[old["id"].isin(new["id"][:580])].to_parquet(desk.folder / "old.parquet")
    old[old["id"].isin(new["id"][15:])].to_parquet(desk.folder / "pinned.parquet")
    desk.rules(
        "roc_auc >= max(baseline, pinned) - 0.5",
        "roc_auc >= pinned - 0.5",
        head=HEAD % "" + "baselines: {pinned: ./pinned.parquet}\n",
    )
    first, second = decided(desk, "-b", "old.parquet")["findings"]
    assert first["outcome"] == outcome
    assert first["value"] == pytest.approx(whole_auc(new), rel=1e-9)
    assert second["outcome"] == "pass"
    assert second["value"] == pytest.approx(whole_auc(new[15:]), rel=1e-9)


def test_too_many_ids_without_a_partner_leave_rules_with_confidence_undecided(desk: Desk) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old[old["id"].isin(new["id"][:555])].to_parquet(desk.folder / "old.parquet")
    rules = ("roc_auc >= baseline - 0.5", "{check: roc_auc >= baseline - 0.4, confidence: none}", "roc_auc >= 0.5")
    desk.rules(*rules, head=HEAD % "")
    found = decided(desk, "-b", "old.parquet", code=3)
    assert notes(found) == ["unmatched-ids"]
    assert [each["outcome"] for each in found["findings"]] == ["undecided", "pass", "pass"]
    (reason,) = found["findings"][0]["reasons"]
    assert "45 of 600 ids" in reason["text"]
    assert "7.5 % have no partner" in reason["text"]
    assert "take `id` out" in reason["remedy"]
    desk.rules(*rules, head=(HEAD % "").replace(", id: id", ""))
    assert notes(decided(desk, "-b", "old.parquet", code=0)) == ["pairing-lost"]


@pytest.mark.parametrize("where", ["new", "old"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_ids_that_an_empty_one_turned_into_floats_are_the_same_ids(desk: Desk, where: str, form: str) -> None:
    new, old = frames()
    new["id"], old["id"] = new["id"].str[1:].astype(int), old["id"].str[1:].astype(int)
    holed = new if where == "new" else old
    holed["id"] = holed["id"].astype(float).where(holed["id"] >= 4)
    new.to_parquet(desk.folder / "new.parquet")
    old.to_csv(desk.folder / "old.csv", index=False) if form == "csv" else old.to_parquet(desk.folder / "old.parquet")
    desk.rules(RULE, head=HEAD % "")
    found = decided(desk, "-b", f"old.{form}")
    assert notes(found) == ["unmatched-ids"]
    assert "on the 596 rows that both have" in found["notes"][0]["text"]


def test_ids_that_may_be_empty_meet_those_in_a_text(desk: Desk) -> None:
    new, old = frames()
    new["id"] = new["id"].str[1:]
    old["id"] = old["id"].str[1:].astype("Int64").where(old["id"] != "t7")
    new.to_parquet(desk.folder / "new.parquet")
    old.to_parquet(desk.folder / "old.parquet")
    desk.rules(RULE, head=HEAD % "")
    assert "on the 599 rows that both have" in decided(desk, "-b", "old.parquet")["notes"][0]["text"]


@pytest.mark.parametrize("joined", [True, False])
def test_a_threshold_of_the_baseline_counts_in_a_file_of_its_own(desk: Desk, joined: bool) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old.to_parquet(desk.folder / "old.parquet")
    rule = "{check: f1 >= baseline - 0.9, confidence: none}"
    desk.rules(rule, head=HEAD % ", baseline_score: q, baseline_threshold: 0.3")
    wanted = decided(desk)["findings"][0]["threshold"]
    desk.rules(rule, head=HEAD % ", baseline_score: q")
    assert decided(desk)["findings"][0]["threshold"] != wanted
    head = HEAD % ", baseline_threshold: 0.3"
    desk.rules(rule, head=head if joined else head.replace(", id: id", ""))
    assert decided(desk, "-b", "old.parquet")["findings"][0]["threshold"] == wanted


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


@pytest.mark.parametrize("head", ["", "baselines: {baseline: ./old.json}\n"])
def test_the_baseline_within_a_baselines_file_is_not_taken_for_joined_rows(desk: Desk, head: str) -> None:
    new, old = frames()
    new.to_parquet(desk.folder / "new.parquet")
    old.assign(worse=np.linspace(0, 1, len(old))).to_parquet(desk.folder / "old.parquet")
    argv = ["--label", "y", "--score", "p", "--baseline-score", "worse", "-o", "old.json"]
    desk.rules(RULE, "roc_auc >= 0.8", head=HEAD % "" + head)
    told = []
    for within in (argv, [each for each in argv if each not in ("--baseline-score", "worse")]):
        assert desk.run("measure", "old.parquet", *within).code == 0
        found = decided(desk, *([] if head else ["-b", "old.json"]))["findings"]
        told.append([{key: each[key] for key in TOLD} for each in found])
        assert [each["slug"] for each in found[0]["notes"]] == ["unpaired"]
        (desk.folder / "old.json").unlink()
    assert told[0] == told[1]


def test_nothing_but_the_named_files_is_read(desk: Desk) -> None:
    new, _ = frames()
    new.to_parquet(desk.folder / "new.parquet")
    desk.write("secret.csv", "id,y,p\nt1,1,0.5\n")
    (desk.folder / "old.csv").write_text("id,y,p\nt1,1,0.5\n", encoding="utf-8")
    desk.rules(RULE, head=HEAD % "")
    done = desk.run("check", "new.parquet", "-b", "/proc/self/environ")
    assert done.code == 2
    assert "PATH" not in done.said
