"""Every key of the schema: what it takes, and for what it refuses the place, a caret and the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from gate.policy import shape
from tests.policy.writing import caret, problem, problems, written

RULES = "rules: [a > 1]\n"
RULE = "  - {{check: a > 1, {}}}\n"
WAIVER = "waivers: [{{rule: a > 1, until: 2026-12-01, why: x, by: y, {}}}]\n"

ACCEPTED: dict[str, list[str]] = {
    "gate": ["gate: 1\n" + RULES, "gate: 1.0\n" + RULES],
    "name": ["name: fraud\n", "name: 'fraud 2'\n", f"name: {'x' * 200}\n"],
    "description": ["description: What it is for.\n", "description: ''\n"],
    "extends": ["extends: [./base.yaml]\n"],
    "params": ["params: {f: 0.5}\nrules: [b > $f]\n", "params: {f: -5%}\nrules: [b > $f]\n", "params: {}\n"],
    "metrics": [
        "metrics: {a: {from: eval/a, better: higher, range: [0, 1], unit: '%'}}\n",
        "metrics: {a: {range: [null, 5]}, b: {range: [null, null], better: lower}}\n",
        "metrics: {a: {}}\n",
    ],
    "slices": ["slices: {region: [eu, 1, 0.5, true, null]}\n", "slices: {}\n"],
    "baselines": ["baselines: {baseline: ci:main, pinned: run:release-1.0, old: ./old.json}\n", "baselines: {}\n"],
    "confidence": ["confidence: 95%\n", "confidence: 97.5%\n", "confidence: 0.95\n", "confidence: 95% exact\n",
                   "confidence: none\n"],
    "evidence": ["evidence: claimed\n", "evidence: measured\n"],
    "holdout": ["holdout: {uses: 32, adaptivity: full}\n", "holdout: {uses: 1, adaptivity: none, ledger: a, test_set: b}\n"],
    "history": ["history: git:origin\n", "history: postgresql://db.example/gate\n"],
    "purpose": ["purpose: deploy\n", "purpose: monitor\n"],
    "advisory": ["advisory: true\n", "advisory: false\n"],
    "rules": ["rules: [a > 1, {check: b > 1}]\n"],
    "waivers": ["waivers: []\n", "waivers: {}\n", "waivers: {max_days: 30, by: ['@head'], entries: []}\n",
                WAIVER.format("floor: a > 0")],
    "measure": ["measure: {label: y, score: p, slices: [region, [region, device]]}\n", "measure: {}\n"],
    "actions": ["actions: [{when: fail, do: email, to: [a@b]}]\n", "actions: []\n"],
}  # fmt: skip

# a line, its column, what the caret stands under, words of the message, words of the remedy
REFUSED: dict[str, list[tuple[str, int, str, str, str]]] = {
    "gate": [
        ("gate: 2\n" + RULES, 7, "2", "reads policies of format 1, not 2", "write `gate: 1`"),
        ("gate: '1'\n" + RULES, 7, "'1'", "not '1'", "write `gate: 1`"),
        ("gate: true\n" + RULES, 7, "true", "not true", "write `gate: 1`"),
    ],
    "name": [
        ("name: ''\n", 7, "''", "'' is too short", "Name of the model"),
        ("name: 5\n", 7, "5", "5 is not text", "Name of the model"),
        ("name: [a]\n", 7, "[", "a list is not text", "Name of the model"),
        (f"name: {'x' * 201}\n", 7, "", "more than 200 characters", "Name of the model"),
    ],
    "description": [("description: 5\n", 14, "5", "5 is not text", "What this policy is for")],
    "extends": [
        ("extends: recall-critical\n", 10, "recall-critical", "is not a list", "write a list: `extends: [recall-critical]`"),
        ("extends: []\n", 10, "[", "this list is empty", "Packs by name"),
        ("extends: [5]\n", 11, "5", "5 is not text", "Packs by name"),
    ],
    "params": [
        ("params: [1]\n", 9, "[", "a list is not a mapping", "Numbers that rules read as $name"),
        ("params: {1a: 1}\n", 10, "1a", "'1a' cannot be a name here", "begins with none of the digits"),
        ("params: {a-b: 1}\n", 10, "a-b", "'a-b' cannot be a name here", "letters, digits and `_`"),
        ("params: {f: high}\n", 13, "high", "not written as it should be", "a percentage (85%)"),
        ("params: {f: true}\n", 13, "true", "true does not fit here", "A number (0.85)"),
        ("params: {f: 85 %}\n", 13, "85 %", "not written as it should be", "a percentage (85%)"),
        ("params: {f: .nan}\n", 13, ".nan", "`.nan` is not a number", "finite"),
        ("params: {f: .inf}\n", 13, ".inf", "`.inf` is not a number", "finite"),
        ("params: {f: {ask: ''}}\n", 19, "''", "'' is too short", "The question"),
    ],
    "metrics": [
        ("metrics: [a]\n", 10, "[", "a list is not a mapping", "Facts about metrics"),
        ("metrics: {a: higher}\n", 14, "higher", "'higher' is not a mapping", "Facts about metrics"),
        ("metrics: {a: {better: up}}\n", 23, "up", "none of higher, lower", "did you mean `higher`?"),
        ("metrics: {a: {range: [0]}}\n", 22, "[", "fewer than 2 items", "null for no bound"),
        ("metrics: {a: {range: 0-1}}\n", 22, "0-1", "is not a list", "null for no bound"),
        ("metrics: {a: {range: [0, x]}}\n", 26, "x", "'x' is not a number or null", "null for no bound"),
        ("metrics: {a: {range: [1, 0]}}\n", 22, "[", "1 is not below 0", "the smaller number first"),
        ("metrics: {a: {form: b}}\n", 15, "form", "there is no key `form`", "did you mean `from`?"),
        ("metrics: {a: {unit: 5}}\n", 21, "5", "5 is not text", "Printed behind values"),
        ("metrics: {a: {from: b}, c: {from: b}}\n", 25, "c", "`c` and `a` are both `b`", "one name"),
        ("metrics: {b: {from: a}, a: {}}\n", 25, "a", "`a` and `b` are both `a`", "one name"),
    ],
    "slices": [
        ("slices: [region]\n", 9, "[", "a list is not a mapping", "must be present"),
        ("slices: {region: eu}\n", 18, "eu", "'eu' is not a list", "write a list: `region: [eu]`"),
        ("slices: {region: []}\n", 18, "[", "this list is empty", "must be present"),
        ("slices: {region: [[a]]}\n", 19, "[", "a list is not text", "must be present"),
    ],
    "baselines": [
        ("baselines: ./old.json\n", 12, "./old.json", "is not a mapping", "`baseline` is the default one"),
        ("baselines: {old-one: ./a}\n", 13, "old-one", "cannot be a name", "letters, digits and `_`"),
        ("baselines: {last: ./a}\n", 13, "last", "a word of the rule language", "choose another name"),
        ("baselines: {and: ./a}\n", 13, "and", "a word of the rule language", "choose another name"),
        ("baselines: {baseline: 5}\n", 23, "5", "5 is not text", "Names that rules compare with"),
    ],
    "confidence": [
        ("confidence: 95\n", 13, "95", "95 is not below 1", "95%"),
        ("confidence: 0.5\n", 13, "0.5", "0.5 is not above 0.5", "95%"),
        ("confidence: 40%\n", 13, "40%", "40% is not between 50% and 100%", "95%"),
        ("confidence: 50%\n", 13, "50%", "50% is not between 50% and 100%", "95%"),
        ("confidence: 100%\n", 13, "100%", "100% is not between", "95%"),
        ("confidence: high\n", 13, "high", "not written as it should be", "95%"),
        ("confidence: ~\n", 13, "~", "null does not fit here", "95%"),
    ],
    "evidence": [("evidence: mesured\n", 11, "mesured", "none of claimed, measured", "only what gate itself measured")],
    "holdout": [
        ("holdout: 32\n", 10, "32", "32 is not a mapping", "The budget of a test set"),
        ("holdout: {uses: 0, adaptivity: full}\n", 17, "0", "0 is below 1", "How many verdicts"),
        ("holdout: {uses: 3, adaptivity: ful}\n", 32, "ful", "none of none, first-pass, full", "What the next model"),
    ],
    "history": [("history: 5\n", 10, "5", "5 is not text", "Where runs are recorded")],
    "purpose": [("purpose: watch\n", 10, "watch", "'watch' is none of deploy, monitor", "monitor: the model is in production")],
    "advisory": [("advisory: yes\n", 11, "yes", "'yes' is not true or false", "every report says so")],
    "rules": [
        ("rules: {a: 1}\n", 8, "{", "a mapping is not a list", "`- accuracy > 0.8`"),
        ("rules: ['']\n", 9, "''", "'' is too short", "recall >= 0.85"),
        ("rules: [{}]\n", 9, "{", "`check` or `id` is missing", "write `{check: accuracy > 0.8}`"),
        ("rules: [{check: 5}]\n", 17, "5", "5 is not text", "recall >= 0.85"),
        ("rules: [{id: x}]\n", 14, "x", "no file that this policy extends has the rule `x`", "write its `check:`"),
    ],
    "waivers": [
        ("waivers: 5\n", 10, "5", "5 does not fit here", "a list, or a file"),
        ("waivers: [5]\n", 11, "5", "5 is not a mapping", "A named person's dated permission"),
        ("waivers: [{rule: a > 1}]\n", 11, "{", "`until`, `why`, `by` are missing here", "A named person's"),
        ("waivers: {max_days: 200}\n", 21, "200", "200 is above 180", "The longest a waiver may run"),
        ("waivers: {by: []}\n", 15, "[", "this list is empty", "Who may permit"),
        ("waivers: {entries: 5}\n", 20, "5", "5 is not a list", "Waivers with limits"),
        ("waivers: {until: 5}\n", 11, "until", "there is no key `until`", "keys are max_days, by, from, entries"),
    ],
    "measure": [("measure: []\n", 10, "[", "a list is not a mapping", "What the columns of rows mean")],
    "actions": [
        ("actions: {}\n", 10, "{", "a mapping is not a list", "What follows the verdict"),
        ("actions: [email]\n", 11, "email", "'email' is not a mapping", "What follows a verdict"),
    ],
}  # fmt: skip

RULE_ACCEPTED = {
    "id": ["id: floor"],
    "level": ["level: block", "level: warn", "level: info"],
    "undecided": ["undecided: block", "undecided: warn", "undecided: pass"],
    "missing": ["missing: block", "missing: warn"],
    "min_n": ["min_n: 200", "min_n: 0.5"],
    "confidence": ["confidence: none", "confidence: 99%"],
    "blocks_from": ["blocks_from: 2026-12-31", "blocks_from: 2020-01-01", "blocks_from: 2027-05-21"],
    "waivable": ["waivable: false", "waivable: true"],
    "why": ["why: It costs.", "why: ''"],
    "owner": ['owner: "@fraud-ml"'],
}

# the value, words of the message, words of the remedy; every value stands at the same place
RULE_REFUSED = {
    "id": [("''", "too short", "Name of the rule"), ("5", "5 is not text", "Name of the rule")],
    "level": [
        ("error", "none of block, warn, info", "did you mean `block`?"),
        ("Warn", "none of block, warn, info", "did you mean `warn`?"),
        ("true", "true is none of", "block unless said otherwise"),
    ],
    "undecided": [("fail", "none of block, warn, pass", "did you mean `block`?")],
    "missing": [("pass", "'pass' is none of block, warn", "block unless said otherwise")],
    "min_n": [("0", "0 is not above 0", "Fewest rows"), ("many", "'many' is not a number", "Fewest rows")],
    "confidence": [("95", "95 is not below 1", "How sure"), ("20%", "20% is not between 50% and 100%", "95%")],
    "blocks_from": [
        ("tomorrow", "not written as it should be", "2026-12-31"),
        ("2026-1-1", "not written as it should be", "2026-12-31"),
        ("2026-02-30", "there is no day 2026-02-30", "choose a day until 2027-05-21"),
        ("2027-05-22", "181 days ahead; at most 180 are allowed", "choose a day until 2027-05-21"),
    ],
    "waivable": [("no", "'no' is not true or false", "no waiver counts")],
    "why": [("5", "5 is not text", "printed when it does not")],
    "owner": [("[x]", "a list is not text", "Who to ask")],
}


def whole(text: str) -> str:
    """The line as a policy: what it lacks is added behind it."""
    text = text if text.startswith("gate") else f"gate: 1\n{text}"
    return text if "rules:" in text else text + RULES


def test_every_key_is_asked() -> None:
    assert list(ACCEPTED) == list(REFUSED) == list(shape.schema()["properties"])
    keys = [key for key in shape.schema()["$defs"]["rule"]["properties"] if key != "check"]
    assert sorted(RULE_ACCEPTED) == sorted(RULE_REFUSED) == sorted(keys)


@pytest.mark.parametrize("text", [text for key, texts in ACCEPTED.items() if key != "extends" for text in texts])
def test_a_value_that_a_key_takes(text: str) -> None:
    assert [each.slug for each in problems(whole(text))] == []


@pytest.mark.parametrize(("text", "column", "under", "words", "remedy"), [row for rows in REFUSED.values() for row in rows])
def test_a_value_that_a_key_refuses(text: str, column: int, under: str, words: str, remedy: str) -> None:
    found = problem(whole(text))
    assert str(found.where) == f"gate.yaml:{1 if text.startswith('gate') else 2}:{column}"
    assert words in found.message
    assert remedy in found.remedy
    assert not under or caret(found) == under


@pytest.mark.parametrize("value", [value for values in RULE_ACCEPTED.values() for value in values])
def test_a_value_that_a_key_of_a_rule_takes(value: str) -> None:
    assert problems("gate: 1\nrules:\n  - a > 2\n" + RULE.format(value)) == ()


@pytest.mark.parametrize(("key", "value", "words", "remedy"), [(key, *row) for key, rows in RULE_REFUSED.items() for row in rows])
def test_a_value_that_a_key_of_a_rule_refuses(key: str, value: str, words: str, remedy: str) -> None:
    found = problem("gate: 1\nrules:\n" + RULE.format(f"{key}: {value}"))
    assert str(found.where) == f"gate.yaml:3:{22 + len(key)}"
    assert caret(found)[0] == value[0]
    assert words in found.message
    assert remedy in found.remedy


@pytest.mark.parametrize(
    ("text", "where", "key", "meant"),
    [
        ("version: 1\n", "1:1", "version", "did you mean `gate`?"),
        ("gate: 1\nrule: [a > 1]\n", "2:1", "rule", "did you mean `rules`?"),
        ("gate: 1\nextend: [x]\nrules: [a > 1]\n", "2:1", "extend", "did you mean `extends`?"),
        ("gate: 1\nNAME: x\nrules: [a > 1]\n", "2:1", "NAME", "did you mean `name`?"),
        ("gate: 1\nthresholds: {}\nrules: [a > 1]\n", "2:1", "thresholds", "keys are gate, name"),
        (written("{check: a > 1, severity: warn}"), "3:20", "severity", "did you mean `level`?"),
        (written("{check: a > 1, since: 2026-01-01}"), "3:20", "since", "did you mean `blocks_from`?"),
        (written("{check: a > 1, unsure: warn}"), "3:20", "unsure", "did you mean `undecided`?"),
        (written("{check: a > 1, levle: warn}"), "3:20", "levle", "did you mean `level`?"),
        (whole(WAIVER.format("reason: x")), "2:59", "reason", "keys are rule, slice, until"),
    ],
)
def test_an_unknown_key(text: str, where: str, key: str, meant: str) -> None:
    found = next(each for each in problems(text) if each.slug == "unknown-key")
    assert str(found.where) == f"gate.yaml:{where}"
    assert caret(found) == key
    assert f"`{key}`" in found.message
    assert meant in found.remedy


@pytest.mark.parametrize(
    ("text", "words", "remedy"),
    [
        ("- a > 1\n", "a policy is a mapping; this is a list", "gate: 1\nrules:"),
        ("a > 1\n", "this is 'a > 1'", "its first line is `gate: 1`"),
        ("5\n", "this is 5", "its first line is `gate: 1`"),
        ("name: x\n", "`gate` is missing here", "the first line of a policy is `gate: 1`"),
        ("# nothing yet\n", "the policy is empty", "gate init"),
        ("gate: 1\n", "this policy has no rules", "gate init"),
        ("gate: 1\nrules: []\n", "this policy has no rules", "gate init"),
    ],
)
def test_what_is_no_policy(text: str, words: str, remedy: str) -> None:
    found = problem(text)
    assert words in found.message
    assert remedy in found.remedy
    assert str(found.where).startswith("gate.yaml:1:")


def test_everything_is_told_at_once_and_in_order() -> None:
    """Shape and rules together; only a YAML syntax error stands alone."""
    text = """gate: 1
nam: fraud
confidence: high
rules:
  - accuracy => 0.8
  - {check: recall >= 0.8, level: error}
  - {check: recall >> 0.8, level: warn}
  - precision: 0.5
  - f1 > 0.5
"""
    assert [(each.slug, each.where.line if each.where else 0) for each in problems(text)] == [
        ("unknown-key", 2),
        ("policy-shape", 3),
        ("rule-syntax", 5),
        ("policy-shape", 6),
        ("rule-syntax", 7),
        ("rule-shape", 8),
    ]


def test_a_rule_whose_shape_is_refused_is_told_once() -> None:
    assert len(problems("gate: 1\nrules:\n  - {check: max(a, b) > 1}\n")) == 1


def test_at_most_a_screen_of_problems() -> None:
    rules = "".join(f"  - {{check: a{n} > 1, level: {n}}}\n" for n in range(500))
    assert len(problems(f"gate: 1\nrules:\n{rules}")) <= 20


def test_a_pack_and_a_file_are_explained_by_their_own_names(tmp_path: Any) -> None:
    from gate.errors import PolicyError
    from gate.policy.load import load

    (tmp_path / "base.yaml").write_text("gate: 1\nrules: [5]\n")
    (tmp_path / "gate.yaml").write_text("gate: 1\nextends: [./base.yaml]\nrules: [a > 1]\n")
    with pytest.raises(PolicyError) as error:
        load(str(tmp_path / "gate.yaml"), "2026-11-22", "policies/gate.yaml")
    assert str(error.value).startswith("policies/base.yaml:2:9: this is not a rule")
