"""What is said of each change of a policy: key by key, and that how it was written down does not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.policy.change import PartChange, PolicyDifference, Relation
from gate.policy.difference import difference
from gate.policy.load import load, loads
from tests.policy.writing import TODAY, policy, written

LOOSER, CHANGED, TIGHTER, SAME = Relation


def compared(old: str, new: str) -> PolicyDifference:
    """Texts after `gate: 1`."""
    return difference(loads(f"gate: 1\n{old}", TODAY), loads(f"gate: 1\n{new}", TODAY, "new.yaml"), TODAY)


def rules(*items: str, head: str = "") -> str:
    return written(*items, head=head).partition("\n")[2]


def relations(found: PolicyDifference) -> list[tuple[str, Relation]]:
    """The parts that are not the same, or that only one policy has."""
    told = [part for part in found.parts if part.relation is not SAME or part.before is None or part.after is None]
    return [(part.kind if part.kind != "rules" else text(part), part.relation) for part in told]


def text(part: PartChange) -> str:
    side = part.after or part.before
    assert side is not None
    return side.text


def one(old: str, new: str, beside: str = "z > 1") -> Relation:
    """What becomes of a policy with one rule that must be looked at, and another that changes."""
    found = compared(rules(beside, old), rules(beside, new))
    return min((part.relation for part in found.parts), key=[*Relation].index)


# an old rule, a new one, what it became
RULES: list[tuple[str, str, Relation]] = [
    ("a >= 0.8", "a >= 0.8", SAME),
    ("a >= 0.8", "0.80 <= a", SAME),
    ("0.1 <= a <= 0.5", "a <= 0.5 and a >= 0.1", SAME),
    ("not a < 0.8", "a >= 0.8", SAME),
    ("{id: x, check: a >= 0.8}", "a >= 0.8", SAME),
    ("{check: a >= 0.8, why: x, owner: y}", "a >= 0.8", SAME),
    ("a >= 0.8", "a >= 0.9", TIGHTER),
    ("a >= 0.8", "a > 0.8", TIGHTER),
    ("a >= 0.8", "a >= 0.8 and b > 1", TIGHTER),
    ("a >= baseline - 0.01", "a >= baseline", TIGHTER),
    ("a[r=*] >= 0.8", "a[r=*] >= 0.9", TIGHTER),
    ("max(f[r=*]) - min(f[r=*]) <= 0.05", "max(f[r=*]) - min(f[r=*]) <= 0.04", TIGHTER),
    ("a >= 0.8", "a >= 0.7", LOOSER),
    ("a >= 0.8 and b > 1", "a >= 0.8", LOOSER),
    ("a >= 0.8", "a >= 0.8 or b > 1", LOOSER),
    ("{id: x, check: a >= 0.8}", "{id: x, check: b >= 0.8}", CHANGED),
    ("a[r=eu] >= 0.8", "{id: 'a[r=eu] >= 0.8', check: 'a[r=*] >= 0.8'}", CHANGED),
    # `b` that nobody knows was missing wherever it stood
    ("a >= 0.8 or b > 1", "a >= 0.8", CHANGED),
    ("a >= 0.8 or a > b", "a >= 0.8 and a > b", TIGHTER),
    # what was missing may be undecided now, and that passes
    ("{check: 'min(a, b) >= 0.5', undecided: pass, min_n: 5}", "{check: 'min(a, b) >= 0.7', undecided: pass, min_n: 5}", CHANGED),
    ("{check: a >= 0.5, undecided: pass, min_n: 5}", "{check: a >= 0.7, undecided: pass, min_n: 5}", TIGHTER),
    ("{check: a >= 0.8, level: warn}", "a >= 0.8", TIGHTER),
    ("a >= 0.8", "{check: a >= 0.8, level: warn}", LOOSER),
    ("a >= 0.8", "{check: a >= 0.9, level: warn}", LOOSER),
    ("a >= 0.8", "{check: a >= 0.8, undecided: warn}", LOOSER),
    ("{check: a >= 0.8, undecided: pass}", "a >= 0.8", TIGHTER),
    ("a >= 0.8", "{check: a >= 0.8, missing: warn}", LOOSER),
    ("a >= 0.8", "{check: a >= 0.8, waivable: false}", TIGHTER),
    ("{check: a >= 0.8, waivable: false}", "a >= 0.8", LOOSER),
    ("a >= 0.8", "{check: a >= 0.8, blocks_from: 2026-12-01}", LOOSER),
    ("a >= 0.8", "{check: a >= 0.8, blocks_from: 2026-11-01}", SAME),
    ("{check: a >= 0.8, blocks_from: 2026-12-01}", "{check: a >= 0.8, blocks_from: 2026-11-30}", TIGHTER),
    ("a >= 0.8", "{check: a >= 0.8, min_n: 5}", TIGHTER),
    ("{check: a >= 0.8, min_n: 5}", "{check: a >= 0.8, min_n: 4}", LOOSER),
    ("{check: a >= 0.8, undecided: pass}", "{check: a >= 0.8, undecided: pass, min_n: 5}", CHANGED),
    ("{check: a >= 0.8, missing: warn}", "{check: a >= 0.8, missing: warn, min_n: 5}", CHANGED),
    ("{check: a >= 0.8, missing: warn, min_n: 4}", "{check: a >= 0.8, missing: warn, min_n: 5}", TIGHTER),
    ("a >= 0.8", "{check: a >= 0.8, confidence: 95%}", TIGHTER),
    ("{check: a >= 0.8, confidence: 95%}", "{check: a >= 0.8, confidence: 90%}", LOOSER),
    ("{check: a >= 0.8, undecided: pass}", "{check: a >= 0.8, undecided: pass, confidence: 95%}", CHANGED),
    ("{check: a >= 0.8, confidence: 95%}", "{check: a >= 0.8, confidence: 99%, undecided: warn}", LOOSER),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "relation"), RULES)
def test_a_rule(old: str, new: str, relation: Relation) -> None:
    assert one(old, new) is relation


@pytest.mark.parametrize(("old", "new", "relation"), RULES)
def test_the_other_way_round(old: str, new: str, relation: Relation) -> None:
    """What is tighter one way is never called so the other way; the same stays the same."""
    found = one(new, old)
    assert (found is SAME) == (relation is SAME)
    assert found is not TIGHTER or relation is not TIGHTER


def test_rules_that_only_one_policy_has() -> None:
    found = compared(rules("z > 1", "a > 1", "{check: b > 1, level: warn}", "{check: c > 1, level: info}"), rules("z > 1"))
    assert relations(found) == [("a > 1", LOOSER), ("b > 1", LOOSER), ("c > 1", SAME)]
    found = compared(rules("z > 1"), rules("z > 1", "a > 1", "{check: b > 1, level: warn}", "{check: c > 1, level: info}"))
    assert relations(found) == [("a > 1", TIGHTER), ("b > 1", TIGHTER), ("c > 1", SAME)]


def test_rules_are_paired_by_id_then_by_shape_equal_ones_first() -> None:
    found = compared(
        rules("z > 1", "{id: x, check: b > 5}", "a > 1", "a > 2"), rules("z > 1", "a > 2", "a > 3", "{id: x, check: b > 6}")
    )
    assert relations(found) == [("a > 3", TIGHTER), ("b > 6", TIGHTER)]
    found = compared(rules("z > 1", "y > 1"), rules("z > 1", "b > 1", "y > 1 and a > 2"))
    assert relations(found) == [("b > 1", TIGHTER), ("y > 1 and a > 2", TIGHTER)]


def test_a_renamed_rule_keeps_its_waiver() -> None:
    waiver = "waivers: [{rule: %s, until: 2026-12-01, why: w, by: b}]\n"
    found = compared(rules("z > 1", "a > 1") + waiver % "a > 1", rules("z > 1", "{id: x, check: a > 1}") + waiver % "x")
    assert relations(found) == []
    assert not found.loosened


# what stands above the rules (z > 1, a[r=*] > 1, recall > 0.5), before and after
SETTINGS: list[tuple[str, str, list[tuple[str, Relation]]]] = [
    ("", "advisory: true", [("advisory", LOOSER)]),
    ("advisory: true", "", [("advisory", TIGHTER)]),
    ("", "evidence: measured", [("evidence", TIGHTER)]),
    ("evidence: measured", "", [("evidence", LOOSER)]),
    ("name: a", "name: b", []),
    ("name: a\nbaselines: {baseline: 'run:latest'}", "name: b\nbaselines: {baseline: 'run:latest'}", [("name", CHANGED)]),
    ("", "measure: {label: y}", [("measure", CHANGED)]),
    ("", "actions: [{when: fail, do: notify}]", [("actions", TIGHTER)]),
    ("actions: [{when: fail, do: notify}]", "", [("actions", CHANGED)]),
    ("", "actions: [{when: fail, do: dispatch, workflow: retrain.yml}]", [("actions", CHANGED)]),
    ("actions: [{when: fail, do: notify}]", "actions: [{do: notify, when: fail, for: 1}]", []),
    ("slices: {r: [eu, us]}", "slices: {r: [eu]}", [("slices", LOOSER)]),
    ("slices: {r: [eu]}", "slices: {r: [us, eu]}", [("slices", TIGHTER)]),
    ("slices: {r: [eu]}", "slices: {r: [us]}", [("slices", LOOSER)]),
    ("slices: {other: [eu]}", "", [("slices", LOOSER)]),
    ("", "slices: {other: [eu]}", [("slices", TIGHTER)]),
    ("", "metrics: {recall: {from: eval/recall}}", [("metrics", CHANGED)]),
    ("", "metrics: {recall: {range: [0, 1]}}", [("metrics", TIGHTER)]),
    ("", "metrics: {recall: {range: [0, 100]}}", [("metrics", CHANGED)]),
    ("metrics: {recall: {range: [0, 1]}}", "", [("metrics", LOOSER)]),
    ("metrics: {recall: {range: [0, 1]}}", "metrics: {recall: {range: [0.5, 2]}}", [("metrics", CHANGED)]),
    ("", "metrics: {recall: {unit: '%'}}", [("metrics", CHANGED)]),
    ("", "metrics: {recall: {better: higher, unit: rows}, unread: {from: x}}", []),
    ("baselines: {baseline: ./a.json}", "baselines: {baseline: ./b.json}", [("baselines", CHANGED)]),
    ("baselines: {baseline: ./a.json}", "baselines: {baseline: a.json}", []),
    ("baselines: {baseline: ./a.json}", "", [("baselines", CHANGED)]),
    ("", "baselines: {baseline: ./a.json}", []),
    ("", "baselines: {unread: ./a.json}", []),
    ("waivers: {max_days: 30}", "waivers: {max_days: 60}", [("waivers", LOOSER)]),
    ("", "waivers: {max_days: 60, by: [me]}", [("waivers", TIGHTER)]),
    ("waivers: {by: [me]}", "waivers: {by: [me, you]}", [("waivers", LOOSER)]),
    ("waivers: {by: [me]}", "waivers: {by: [you]}", [("waivers", CHANGED)]),
]


@pytest.mark.parametrize(("old", "new", "expected"), SETTINGS)
def test_a_setting(old: str, new: str, expected: list[tuple[str, Relation]]) -> None:
    items = ("z > 1", "a[r=*] > 1", "recall > 0.5")
    found = compared(rules(*items, head=f"{old}\n" if old else ""), rules(*items, head=f"{new}\n" if new else ""))
    assert relations(found) == expected


@pytest.mark.parametrize(("old", "new", "relation"), [("", "threshold", LOOSER), ("val.threshold", "", TIGHTER)])
def test_a_word_that_defines_metrics_and_is_named_as_a_number(old: str, new: str, relation: Relation) -> None:
    heads = [f"metrics: {{{name}: {{}}}}\n" if name else "" for name in (old, new)]
    for rule, expected in (("recall >= baseline", [("metrics", relation)]), ("recall >= 0.8", [])):
        assert relations(compared(*(rules(rule, head=head) for head in heads))) == expected


def test_what_a_missing_value_lets_pass_makes_settings_incomparable() -> None:
    soft = ("z > 1", "{check: 'mean(a[r=*]) > 1', missing: warn}", "{check: recall > 0.5, missing: warn}", "b > 1 or c > 1")
    for head, kind in (
        ("evidence: measured", "evidence"),
        ("slices: {r: [eu]}", "slices"),
        ("metrics: {recall: {range: [0, 1]}}", "metrics"),
        ("baselines: {baseline: ./a.json}", "baselines"),
    ):
        assert relations(compared(rules(*soft), rules(*soft, head=f"{head}\n"))) == [(kind, CHANGED)]


WAIVER = "{rule: a > 1, until: 2026-12-10, why: w, by: b, floor: a > 0.5}"
# what became of the waiver
WAIVERS: list[tuple[str, Relation | None]] = [
    (WAIVER, None),
    ("", TIGHTER),
    (WAIVER.replace("-10", "-09"), TIGHTER),
    (WAIVER.replace("-10", "-11"), LOOSER),
    (WAIVER.replace("0.5", "0.6"), TIGHTER),
    (WAIVER.replace("0.5", "0.4"), LOOSER),
    (WAIVER.replace("a > 0.5", "b > 0.5"), CHANGED),
    (WAIVER.replace("a > 0.5", "a > 0.5 and b > 1"), TIGHTER),
    (WAIVER.replace(", floor: a > 0.5", ""), LOOSER),
    (WAIVER.replace("why: w", "why: other, slice: {r: eu}"), TIGHTER),
    (WAIVER.replace("why: w", "why: other"), None),
    (f"{WAIVER}, {WAIVER.replace('a > 1', 'z > 1')}", LOOSER),
]


@pytest.mark.parametrize(("new", "relation"), WAIVERS)
def test_a_waiver(new: str, relation: Relation | None) -> None:
    found = compared(rules("z > 1", "a > 1") + f"waivers: [{WAIVER}]\n", rules("z > 1", "a > 1") + f"waivers: [{new}]\n")
    assert relations(found) == ([("waivers", relation)] if relation else [])


def test_a_waiver_that_ended_has_no_part_in_it() -> None:
    ended = "waivers: [{rule: a > 1, until: 2026-11-21, why: w, by: b}]\n"
    assert relations(compared(rules("a > 1") + ended, rules("a > 1"))) == []
    assert relations(compared(rules("a > 1"), rules("a > 1") + ended)) == []
    again = ended.replace("11-21", "11-22")
    assert relations(compared(rules("a > 1") + ended, rules("a > 1") + again)) == [("waivers", LOOSER)]


def test_a_floor_may_not_lose_what_it_reads() -> None:
    """A floor holds only without a doubt, so that the one with more in it may be the stricter one."""
    old, new = (f"waivers: [{WAIVER.replace('a > 0.5', floor)}]\n" for floor in ("a > 0.5 or b > 0.5", "a > 0.5"))
    assert relations(compared(rules("a > 1") + old, rules("a > 1") + new)) == [("waivers", CHANGED)]


def test_a_waived_rule_that_had_no_value_may_fail_now() -> None:
    waived = "waivers: [{rule: x, until: 2026-12-01, why: w, by: b}]\n"
    old, new = rules("{id: x, check: a > 1}"), rules("{id: x, check: a > 1 and b > 1}")
    assert relations(compared(old, new)) == [("a > 1 and b > 1", TIGHTER)]
    assert relations(compared(old + waived, new + waived)) == [("a > 1 and b > 1", CHANGED)]


def test_a_waiver_for_a_rule_that_is_new_takes_nothing_away() -> None:
    waived = "waivers: [{rule: b > 1, until: 2026-12-01, why: w, by: b}]\n"
    found = compared(rules("a > 1"), rules("a > 1", "b > 1") + waived)
    assert relations(found) == [("b > 1", TIGHTER), ("waivers", SAME)]


def test_a_policy_that_refused_as_it_evaluated_nothing() -> None:
    found = compared(rules("{check: a > 1, missing: warn}"), rules("{check: a > 1, missing: warn}", "b > 1"))
    assert relations(found) == [("evaluated", CHANGED), ("b > 1", TIGHTER)]
    assert found.loosened
    found = compared(rules("{check: a > 1, missing: warn}"), rules("{check: a > 2, missing: warn}"))
    assert relations(found) == [("a > 2", TIGHTER)]


def test_rules_split_over_files_and_moved_are_the_same(tmp_path: Path) -> None:
    one_file = rules("recall >= $floor", "f1 >= 0.7", "{id: e, check: ece <= 0.05}", head="params: {floor: 0.8}\n")
    (tmp_path / "one.yaml").write_text(f"gate: 1\n{one_file}")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "base.yaml").write_text("gate: 1\nextends: [./deeper.yaml]\nrules: [f1 >= 0.70]\n")
    (folder / "deeper.yaml").write_text("gate: 1\nparams: {floor: {ask: which?}}\nrules: [recall >= $floor]\n")
    (folder / "gate.yaml").write_text(
        "gate: 1\nextends: [./base.yaml]\nparams: {floor: 0.80}\nrules: [{id: e, check: 0.05 >= ece}]\n"
    )
    found = difference(load(str(tmp_path / "one.yaml"), TODAY), load(str(folder / "gate.yaml"), TODAY), TODAY)
    assert [part.relation for part in found.parts] == [SAME] * 3


def test_places_are_those_of_both_files() -> None:
    found = compared(rules("a > 1", head="slices: {r: [eu, us]}\n"), rules("a > 1", "a[r=*] > 1", head="slices: {r: [eu]}\n"))
    (rule,) = (part for part in found.parts if part.relation is SAME)
    assert [str(side.where) for side in (rule.before, rule.after) if side] == ["gate.yaml:4:5", "new.yaml:4:5"]
    head = "slices: {r: [eu, us]}\n"
    (first, *_) = compared(rules("a[r=*] > 1", head=head), rules("a[r=*] > 1", head=head.replace(", us", ""))).parts
    assert first.after is not None
    assert str(first.after.where) == "new.yaml:2:10"


def test_what_is_looser_comes_first() -> None:
    old, new = policy("a > 1", "b > 1", "c > 1"), policy("c > 2", "b > 1", "a > 0")
    assert [part.relation for part in difference(old, new, TODAY).parts] == [LOOSER, TIGHTER, SAME]


def test_a_rule_that_lets_declared_slices_be_missing() -> None:
    """A declared slice that is not there blocks by itself, unless a rule tells of it: then that rule says what it does."""
    head = "slices: {r: [eu]}\n"
    for soft in ("level: warn", "missing: warn", "blocks_from: 2026-12-01"):
        found = compared(rules("z > 1", head=head), rules("z > 1", f"{{check: 'a[r=*] > 1', {soft}}}", head=head))
        assert relations(found) == [("slices", CHANGED), ("a[r=*] > 1", TIGHTER)]
    assert not compared(rules("z > 1", head=head), rules("z > 1", "a[r=*] > 1", head=head)).loosened


def test_a_waived_rule_that_cannot_be_shown_to_hold_may_fail_now() -> None:
    waived = "waivers: [{rule: x, until: 2026-12-01, why: w, by: b}]\n"
    for head, key in (("", ", confidence: 95%"), ("evidence: measured\n", "")):
        old, new = (rules(f"{{id: x, check: a > {least}{key}}}", head=head) + waived for least in (1, 2))
        assert relations(compared(old, new)) == [("a > 2", CHANGED)]
