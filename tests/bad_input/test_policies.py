"""Policies that are not what they should be: all in them is told, at its place, on one screen."""

from __future__ import annotations

import codecs

import pytest

from tests.bad_input.screen import refused

GOOD = {"accuracy": 0.9}

POLICIES: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", "gate.yaml: the policy is empty", "gate init"),
    "only comments": ("# later\n", "gate.yaml:1:1: the policy is empty", "gate init"),
    "a mark and nothing": (codecs.BOM_UTF8, "the policy is empty", "gate init"),
    "latin-1": ("gate: 1\nname: café\n".encode("latin-1"), "gate.yaml:2: the file is not UTF-8: byte 0xe9", "save it as UTF-8"),
    "utf-16": ("gate: 1\n".encode("utf-16"), "gate.yaml: the file is UTF-16", "save it as UTF-8"),
    "binary": (bytes(range(256)), "gate.yaml", ""),
    "a list": ("- accuracy > 0.8\n", "gate.yaml:1:1: a policy is a mapping; this is a list", "gate: 1"),
    "a text": ("accuracy > 0.8\n", "gate.yaml:1:1: a policy is a mapping", "its first line is `gate: 1`"),
    "json of metrics": ('{"accuracy": 0.9}\n', "gate.yaml:1:2: there is no key `accuracy` here", "keys are gate"),
    "an unknown key": ("gate: 1\nrule: [accuracy > 0.8]\n", "gate.yaml:2:1: there is no key `rule` here", "did you mean `rules`"),
    "a rule that is a number": ("gate: 1\nrules: [0.8]\n", "gate.yaml:2:9: this is not a rule", "accuracy > 0.8"),
    "a rule that is nothing": ("gate: 1\nrules: [~]\n", "gate.yaml:2:9: this is not a rule", "an empty rule"),
    "a rule that is a list": ("gate: 1\nrules: [[a > 1]]\n", "gate.yaml:2:9: this is not a rule", "accuracy > 0.8"),
    "tabs": ("gate: 1\nrules:\n\t- accuracy > 0.8\n", "gate.yaml:3:1: not valid YAML", "a tab cannot indent YAML: use blanks"),
    "a python object": ("gate: !!python/object/apply:os.system ['touch pwned']\n", "gate.yaml:1:7: YAML", "take the tag out"),
    "a bomb": (
        "gate: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
        "more than 2,000,000 values",
        "",
    ),
    "10,000 lists": ("gate: 1\nmeasure: " + "[" * 10_000 + "]" * 10_000, "gate.yaml:2:109: nested deeper than 100 levels", ""),
    "1,000 blocks": ("".join(" " * n + "a:\n" for n in range(1_000)), "nested deeper than 100 levels", ""),
    "10,000 blocks": ("".join(" " * n + "a:\n" for n in range(10_000)), "gate.yaml: a policy of more than 8 MiB", ""),
    "a million digits": ("gate: 1\nparams: {a: " + "9" * 1_000_000 + "}\n", "gate.yaml:2:13: a number of more", ""),
    "400 digits": ("gate: 1\nparams: {a: " + "9" * 400 + "}\nrules: [b > $a]\n", "gate.yaml:2:13", ""),
    "a million digits in a rule": ("gate: 1\nrules:\n  - a > " + "9" * 1_000_000 + "\n", "gate.yaml:3:5: a text of more", ""),
    "9,000 digits in a rule": ("gate: 1\nrules:\n  - a > " + "9" * 9_000 + "\n", "gate.yaml:3:9: this number is too large", ""),
    "an exponent in a rule": ("gate: 1\nrules:\n  - a > 1e999999999\n", "gate.yaml:3:9: this number is too large", ""),
    "10,000 parentheses": ("gate: 1\nrules:\n  - " + "(" * 4_000 + "a > 1" + ")" * 4_000 + "\n", "gate.yaml:3", ""),
    "10,000 nots": ("gate: 1\nrules:\n  - " + "not " * 2_000 + "a > 1\n", "gate.yaml:3", ""),
    "10,000 signs": ("gate: 1\nrules:\n  - " + "-" * 9_000 + "a > 1\n", "gate.yaml:3", ""),
    "a long rule": ("gate: 1\nrules:\n  - " + " and ".join(["a > 1"] * 5_000) + "\n", "gate.yaml:3:5: a text of more", ""),
    "a name without end": ("gate: 1\nname: " + "x" * 100_000 + "\nrules: [a > 1]\n", "gate.yaml:2:7: a text of more", ""),
    "a key without end": ("gate: 1\n" + "x" * 1_000 + ": 1\nrules: [a > 1]\n", "gate.yaml:2:1: there is no key `xxx", ""),
    "duplicate keys": ("gate: 1\nrules: [a > 1]\nrules: [b > 1]\n", "gate.yaml:3:1: the key `rules` stands twice", "keep one"),
    "truncated": ("gate: 1\nrules:\n  - {check: a > 1, level: wa", "gate.yaml:3:5: not valid YAML", ""),
    "html": ("<!DOCTYPE html><title>404: Not Found</title>\n", "gate.yaml:1", ""),
    "a conflict": ("gate: 1\nrules:\n<<<<<<< HEAD\n  - a > 1\n=======\n  - a > 2\n>>>>>>> x\n", "gate.yaml:5:1", "a merge"),
    "a terminal command": ("gate: 1\n\"\\e[31m\\u202e\": 1\nrules: [a > 1]\n", "there is no key `\\u001b[31m\\u202e` here", ""),
    "a workflow command": ('gate: 1\n"x\\n::error::y": 1\nrules: [a > 1]\n', "there is no key `x", ""),
    "500 mistakes": ("gate: 1\nrules:\n" + "".join(f"  - a{n} => 1\n" for n in range(500)), "gate.yaml:3:8: `=>`", "and "),
    "500 keys": ("gate: 1\n" + "".join(f"k{n}: 1\n" for n in range(500)), "gate.yaml:2:1: there is no key `k0`", "more problems"),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "words", "remedy"), POLICIES.values(), ids=POLICIES)
def test_a_policy(desk, policy: str | bytes, words: str, remedy: str) -> None:
    desk.write("gate.yaml", policy)
    desk.write("m.json", GOOD)
    run = refused(desk, "m.json")
    assert words in run.err
    assert remedy in run.err
    assert not (desk.folder / "pwned").exists()


@pytest.mark.parametrize(("policy", "words", "remedy"), POLICIES.values(), ids=POLICIES)
def test_a_file_that_a_policy_extends(desk, policy: str | bytes, words: str, remedy: str) -> None:
    desk.write("base.yaml", policy)
    desk.rules("accuracy > 0.8", head="extends: [./base.yaml]\n")
    desk.write("m.json", GOOD)
    run = refused(desk, "m.json")
    assert words.replace("gate.yaml", "base.yaml") in run.err
    assert remedy in run.err


@pytest.mark.parametrize(
    "name", ["empty", "latin-1", "tabs", "a python object", "10,000 lists", "a bomb", "truncated", "binary", "html"]
)
def test_a_file_of_waivers(desk, name: str) -> None:
    desk.write("waived.yaml", POLICIES[name][0])
    desk.rules("accuracy > 0.8", head="waivers: ./waived.yaml\n")
    desk.write("m.json", GOOD)
    assert "waived.yaml" in refused(desk, "m.json").err


def test_a_policy_beside_a_good_one(desk) -> None:
    desk.rules("accuracy > 0.8")
    desk.write("other.yaml", "gate: 1\nrules: [a => 1]\n")
    desk.write("m.json", GOOD)
    assert "other.yaml:2:11" in refused(desk, "m.json", "-p", "gate.yaml", "-p", "other.yaml").err


def test_a_screen_holds_the_mistakes_of_twenty_policies(desk) -> None:
    desk.write("m.json", GOOD)
    words: list[str] = []
    for number in range(20):
        desk.write(f"p{number}.yaml", f"gate: 1\nrules: [a => 1, b => 1]\nkey{number}: 1\n")
        words += ["-p", f"p{number}.yaml"]
    run = refused(desk, "m.json", *words)
    assert "p0.yaml:2:11" in run.err
    assert "more problems" in run.err
