"""What may be amiss in a valid policy as a whole."""

from __future__ import annotations

import pytest

from gate.errors import Problem
from gate.policy.advice import advise
from gate.policy.load import resolve
from gate.policy.text import parse

TODAY = "2026-06-01"


def told(text: str) -> list[Problem]:
    source = parse(("gate: 1\n" + text).encode(), "gate.yaml")
    return advise(resolve(source, TODAY), [source], TODAY, lambda _: None)


def slugs(text: str) -> list[str]:
    return [problem.slug for problem in told(text)]


def places(text: str) -> list[str]:
    return [f"{problem.slug} {problem.where}" for problem in told(text)]


def test_a_calm_policy() -> None:
    assert told("name: x\nrules: [x > 1]\n") == []


def test_no_name() -> None:
    (problem,) = told("rules: [x > 1]\n")
    assert str(problem) == (
        "gate.yaml:1:1: this policy has no `name`: reports and the history call the model `model`\n"
        "  add a line: `name: fraud-detection`"
    )


def test_slices_that_no_rule_looks_for() -> None:
    text = "name: x\nslices: {region: [eu], site: [a]}\nrules: ['%s']\n"
    assert places(text % "x[region=*] > 1") == ["unused-slices gate.yaml:3:24"]
    assert places(text % "max(x[region=*, site=*]) > 1") == []
    assert slugs(text % "x[region=eu] > 1") == ["unused-slices", "unused-slices"]


def test_facts_that_no_rule_reads() -> None:
    found = told("name: x\nmetrics: {recal: {better: higher}, f1: {from: a/b}, zzz: {unit: s}}\nrules: [recall > 0, f1 > 0]\n")
    assert [(problem.slug, problem.message, problem.remedy) for problem in found] == [
        ("unused-metric", "no rule reads `recal`", "did you mean `recall`?"),
        ("unused-metric", "no rule reads `zzz`", "take it out, or write a rule for it"),
    ]
    assert "      3 | metrics: {recal:" in "\n".join(str(found[0]).splitlines())


def test_a_threshold_that_is_a_number_of_the_model() -> None:
    """Stated so that it is no part of how other metrics are defined, as a check says where two models have their own."""
    for stated in ("{threshold: {}, val.decision_threshold: {}}", "{cut: {from: threshold}}"):
        assert slugs(f"name: x\nmetrics: {stated}\nrules: [recall > 0]\n") == []
    assert slugs("name: x\nmetrics: {thresholds: {}}\nrules: [recall > 0]\n") == ["unused-metric"]


def test_baselines_that_no_rule_compares_with() -> None:
    text = "name: x\nbaselines: {baseline: a.json, pinned: b.json}\nrules: [x > 1, {id: w, check: y > $p}]\nparams: {p: 1}\n"
    assert places(text) == ["unused-baseline gate.yaml:3:31"]
    assert places(text.replace("x > 1", "x > pinned")) == []
    floor = "waivers: [{rule: w, until: 2026-07-01, why: w, by: b, floor: x > pinned}]\n"
    assert places(text + floor) == []


def test_a_policy_that_advises_and_blocks() -> None:
    (problem,) = told("name: x\nadvisory: true\nrules: [x > 1, {check: y > 1, level: warn}, z > 1]\n")
    assert (problem.slug, problem.message) == ("advisory-blocks", "the policy only advises, yet `x > 1`, `z > 1` can block")
    three = "name: x\nadvisory: true\nrules: [a > 1, b > 1, c > 1]\n"
    assert told(three)[0].message.endswith("`c > 1` can block")
    assert told(three.replace("]", ", d > 1]"))[0].message.endswith("`c > 1` … can block")
    assert slugs("name: x\nadvisory: true\nrules: [{check: y > 1, level: warn}, {check: z > 1, blocks_from: 2026-06-02}]\n") == []


def test_a_day_that_has_come() -> None:
    text = "name: x\nrules: [{id: r, check: z > 1, blocks_from: %s}, x > 1]\n"
    (problem,) = told(text % TODAY)
    assert (problem.slug, problem.message) == ("blocks-from-past", f"`r` has been in force since {TODAY}")
    assert told(text % "2026-06-02") == []


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("why: see #12", "#12"),
        ("why: see #12 and #13", "#12 and #13"),
        ("owner: team # they know", "# they know"),
        ("owner: team  #them", "#them"),
        ("why: two\n      lines #3", "#3"),
    ],
)
def test_a_text_that_ends_at_a_comment(line: str, lost: str) -> None:
    (problem,) = told(f"name: x\nrules:\n  - check: x > 1\n    {line}\n")
    assert problem.slug == "text-cut"
    assert problem.message.startswith(f"YAML takes `{lost}` as a comment, so `{line.partition(':')[0]}` ends before it")
    assert lost in problem.remedy


@pytest.mark.parametrize(
    "line",
    [
        "why: 'see #12'",
        'why: "see" #12',
        "owner: team  # they know",
        "why: C#",
        "why: a#b",
        "why: >-\n      see #12",
        "why: text\n    # a comment of its own",
        "min_n: 3 #12",
        "# a comment\n    why: x",
    ],
)
def test_comments_that_are_meant(line: str) -> None:
    assert told(f"name: x\nrules:\n  - check: x > 1 # a comment\n    {line}\n") == []


def test_texts_elsewhere_are_looked_at_too() -> None:
    waiver = "waivers:\n  - rule: x > 1\n    until: 2026-07-01\n    why: see #1\n    by: me\n"
    assert places("name: a #1\ndescription: b #2\nrules: [x > 1]\n" + waiver) == [
        "text-cut gate.yaml:2:7",
        "text-cut gate.yaml:3:14",
        "text-cut gate.yaml:8:10",
    ]


def test_a_cut_text_comes_back_whole() -> None:
    (problem,) = told("name: x\nrules:\n  - check: x > 1\n    why: it's #1\n")
    assert problem.remedy == "quote the text: `why: 'it''s #1'`"
    assert told(f"name: x\nrules:\n  - check: x > 1\n    {problem.remedy.split('`')[1]}\n") == []
