"""Waivers: the three ways to hold them, their limits, and the rule that each one names."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import PolicyError, Problem
from gate.policy.load import load
from gate.policy.policy import Policy
from gate.terms.slice import WHOLE, Slice
from tests.policy.writing import caret, policy, problem, problems, written

TODAY = "2026-11-22"
GOOD = "{rule: floor, until: 2026-12-31, why: 'relabelled, RISK-123', by: '@head'}"
RULES = ("{id: floor, check: recall >= 0.8}", "'recall[region=*] >= 0.7'", "{id: never, check: f1 > 0.5, waivable: false}")


def waived(*entries: str, head: str = "") -> Policy:
    return policy(*RULES, head=f"{head}waivers:\n" + "".join(f"  - {entry}\n" for entry in entries))


def wrong(entry: str, head: str = "") -> Problem:
    """What is said of one waiver, which stands in line 3, if there is no head."""
    return problem(written(*RULES, head=f"{head}waivers:\n  - {entry}\n"))


def test_a_waiver() -> None:
    (found,) = waived(GOOD).waivers
    assert (found.rule, found.until, found.why, found.by) == ("floor", "2026-12-31", "relabelled, RISK-123", "@head")
    assert (found.slice, found.floor, str(found.where)) == (WHOLE, None, "gate.yaml:3:5")


def test_a_waiver_with_everything() -> None:
    entry = "{rule: 'recall[region=*] >= 0.7', slice: {region: 02134}, until: 2026-12-31, why: x, by: y, floor: 'recall >= $f'}"
    (found,) = waived(entry, head="params: {f: 0.6}\n").waivers
    assert found.rule == "recall[region=*] >= 0.7"
    assert found.slice == Slice.of({"region": "02134"})
    assert found.floor is not None
    assert found.floor.text == "recall >= $f"


@pytest.mark.parametrize(
    ("written_as", "text"),
    [("02134", "02134"), ("NO", "NO"), ("1:30", "1:30"), ("1", "1"), ("1.0", "1"), ("true", "true"), ("~", "null")],
)
def test_slice_values_are_kept_as_they_are_written(written_as: str, text: str) -> None:
    (found,) = waived(f"{{rule: floor, slice: {{zip: {written_as}}}, until: 2026-12-31, why: x, by: y}}").waivers
    assert found.slice.parts == (("zip", text),)


@pytest.mark.parametrize("named", ["recall[region=*] >= 0.7", "recall[ region = * ]>=0.7"])
def test_a_rule_without_a_name_is_named_by_its_text(named: str) -> None:
    (found,) = waived(f"{{rule: '{named}', until: 2026-12-31, why: x, by: y}}").waivers
    assert found.rule == "recall[region=*] >= 0.7"


@pytest.mark.parametrize(
    ("entry", "slug", "under", "words", "remedy"),
    [
        (GOOD.replace("2026-12-31", "2026-02-30"), "bad-date", "2026-02-30", "there is no day", "choose a day until 2027-05-21"),
        (GOOD.replace("2026-12-31", "2027-05-22"), "bad-date", "2027-05-22", "181 days ahead; at most 180", "until 2027-05-21"),
        (GOOD.replace("2026-12-31", "9999-12-31"), "bad-date", "9999-12-31", "at most 180", "until 2027-05-21"),
        (GOOD.replace("2026-12-31", "forever"), "policy-shape", "forever", "not written as it should be", "2026-12-31"),
        (GOOD.replace("floor", "flor"), "unknown-rule", "flor", "no rule is called `flor`", "did you mean `floor`?"),
        (GOOD.replace("floor", "zzz"), "unknown-rule", "zzz", "no rule is called `zzz`", "rules are floor, recall["),
        (GOOD.replace("floor", "never"), "not-waivable", "never", "(gate.yaml:7:24) may not be waived", "waivable: false"),
        (GOOD[:-1] + ", floor: recall => 1}", "rule-syntax", "=>", "is not an operator", "write `>=`"),
        (GOOD[:-1] + ", floor: 'a[x=*] > 1'}", "rule-stars", "'a[x=*] > 1'", "a star that its rule", "min(recall[region=*])"),
        (GOOD[:-1] + ", floor: a > $gone}", "unknown-parameter", "$gone", "has no value", "params: {gone: 0.85}"),
        (GOOD[:-1] + ", floor: 5}", "policy-shape", "5", "5 is not text", "recall >= 0.85"),
        (GOOD.replace("why: 'relabelled, RISK-123'", "why: ''"), "policy-shape", "''", "'' is too short", "The reason"),
        (GOOD[:-1] + ", slice: {}}", "policy-shape", "{", "this is empty", "The one slice that is waived"),
        (GOOD[:-1] + ", slice: {region: [eu]}}", "policy-shape", "[", "a list is not text", "The one slice"),
    ],
)  # fmt: skip
def test_a_waiver_that_is_refused(entry: str, slug: str, under: str, words: str, remedy: str) -> None:
    found = wrong(entry)
    assert found.slug == slug
    assert found.where is not None
    assert (found.where.file, found.where.line) == ("gate.yaml", 3)
    assert caret(found) == under
    assert words in found.message
    assert remedy in found.remedy


@pytest.mark.parametrize("key", ["rule", "until", "why", "by"])
def test_each_of_four_keys_is_needed(key: str) -> None:
    values = {"rule": "floor", "until": "2026-12-31", "why": "x", "by": "y"}
    del values[key]
    found = wrong("{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}")
    assert found.message == f"`{key}` is missing here"
    assert "A named person's dated permission" in found.remedy


def test_an_expired_one_is_read_and_reported_later() -> None:
    assert waived(GOOD.replace("2026-12-31", "2020-01-01")).waivers[0].until == "2020-01-01"


def test_the_last_day_that_is_allowed() -> None:
    assert waived(GOOD.replace("2026-12-31", "2027-05-21")).waivers[0].until == "2027-05-21"


def test_all_that_is_wrong_is_told() -> None:
    entries = [GOOD.replace("floor", "gone").replace("2026-12-31", "2030-01-01"), GOOD[:-1] + ", floor: a => 1}"]
    found = problems(written(*RULES, head="waivers:\n" + "".join(f"  - {entry}\n" for entry in entries)))
    assert [each.slug for each in found] == ["unknown-rule", "bad-date", "rule-syntax"]


# -- with limits


def test_limits() -> None:
    head = f"waivers:\n  max_days: 30\n  by: ['@head', '@cto']\n  entries:\n    - {GOOD.replace('2026-12-31', '2026-12-22')}\n"
    assert policy(*RULES, head=head).waivers[0].until == "2026-12-22"


def test_a_policy_may_allow_fewer_days() -> None:
    found = problem(written(*RULES, head=f"waivers: {{max_days: 30, entries: [{GOOD}]}}\n"))
    assert found.slug == "bad-date"
    assert "39 days ahead; at most 30 are allowed" in found.message
    assert found.remedy == "choose a day until 2026-12-22"


def test_only_those_who_may() -> None:
    found = problem(written(*RULES, head=f"waivers: {{by: ['@cto', '@ceo'], entries: [{GOOD}]}}\n"))
    assert found.slug == "waiver-by"
    assert found.message == "@head may not permit this: only @cto, @ceo"
    assert caret(found)[0] == "'"


# -- in a file of their own


@pytest.fixture
def waive(tmp_path: Path):
    """Loads a policy whose waivers stand in `waivers.yaml`."""

    def make(content: str | None, key: str = "./waivers.yaml") -> Policy:
        if content is not None:
            (tmp_path / "waivers.yaml").write_text(content)
        (tmp_path / "gate.yaml").write_text(written(*RULES, head=f"waivers: {key}\n"))
        return load(str(tmp_path / "gate.yaml"), TODAY, "policies/gate.yaml")

    return make


@pytest.mark.parametrize("content", [f"- {GOOD}\n", f"waivers:\n  - {GOOD}\n"])
def test_a_file_of_waivers(waive, content: str) -> None:
    (found,) = waive(content).waivers
    assert found.rule == "floor"
    assert found.where.file == "policies/waivers.yaml"


def test_a_file_with_limits_and_entries(waive) -> None:
    key = f"{{from: ./waivers.yaml, max_days: 60, by: ['@head'], entries: [{GOOD.replace('31', '24')}]}}"
    assert [waiver.until for waiver in waive(f"- {GOOD}\n", key).waivers] == ["2026-12-31", "2026-12-24"]
    with pytest.raises(PolicyError) as error:
        waive(f"- {GOOD.replace('@head', '@me')}\n", key)
    assert str(error.value.problems[0].where).startswith("policies/waivers.yaml:1:")


@pytest.mark.parametrize("content", ["[]\n", "waivers: []\n"])
def test_a_file_without_waivers(waive, content: str) -> None:
    assert waive(content).waivers == ()


@pytest.mark.parametrize(
    ("content", "key", "places", "words"),
    [
        (None, "./waivers.yaml", ["policies/gate.yaml:2"], "there is no file `./waivers.yaml` beside this policy"),
        ("[]\n", "../waivers.yaml", ["policies/gate.yaml:2"], "lies below its policy"),
        ("[]\n", "./a/../../waivers.yaml", ["policies/gate.yaml:2"], "lies below its policy"),
        ("[]\n", "/etc/waivers.yaml", ["policies/gate.yaml:2"], "lies below its policy"),
        ("[]\n", "waivers.yaml", ["policies/gate.yaml:2"], "lies below its policy"),
        ("a: 1\n", "./waivers.yaml", ["policies/waivers.yaml:1"], "is a list of waivers"),
        ("waivers: []\nmax_days: 900\n", "./waivers.yaml", ["policies/waivers.yaml:1"], "is a list of waivers"),
        ("5\n", "./waivers.yaml", ["policies/waivers.yaml:1"], "is a list of waivers"),
        ("- 5\n- {rule: x}\n", "./waivers.yaml", ["policies/waivers.yaml:1", "policies/waivers.yaml:2"], "not a mapping"),
        (f"- {GOOD}\n- {GOOD.replace('floor', 'gone')}\n", "./waivers.yaml", ["policies/waivers.yaml:2"], "no rule is called"),
        ("- {rule: [\n", "./waivers.yaml", ["policies/waivers.yaml:2"], "not valid YAML"),
        ("", "./waivers.yaml", ["policies/waivers.yaml"], "the policy is empty"),
    ],
)
def test_a_file_of_waivers_that_is_refused(waive, content: str | None, key: str, places: list[str], words: str) -> None:
    with pytest.raises(PolicyError) as error:
        waive(content, key)
    found = error.value.problems
    assert [str(each.where).rpartition(":")[0] if str(each.where).count(":") > 1 else str(each.where) for each in found] == places
    assert words in found[0].message
