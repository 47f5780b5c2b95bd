"""What YAML does to rules: each row of the table, with the place, the caret and the line to paste."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from gate.errors import PolicyError
from gate.language.resolve import compile_rule
from gate.policy.load import loads
from tests.policy.writing import TODAY, problem, problems


class Trap(NamedTuple):
    """Lines as somebody writes them under `gate: 1`, and what is said of them."""

    lines: str
    place: str
    words: str
    remedy: str


def under(rules: str) -> str:
    return f"rules:\n{rules}\n"


SYNTAX = [
    Trap(under('  - "acc,none" >= 0.6'), "3:17", "", "write: - '\"acc,none\" >= 0.6'"),
    Trap(under("  - 'x' > 1"), "3:11", "", "write: - '\"x\" > 1'"),
    Trap(under('  - check: "acc,none" >= 0.6'), "3:24", "", "write: - check: '\"acc,none\" >= 0.6'"),
    Trap(under('  - id: a\n    check: "acc,none" >= 0.6'), "4:24", "", "write: check: '\"acc,none\" >= 0.6'"),
    Trap(under("  - {check: recall[region=*] >= 0.8}"), "3:30", "", "write: - {check: 'recall[region=*] >= 0.8'}"),
    Trap(
        under("  - {id: a, check: recall[region=*] >= 0.8, level: warn}"),
        "3:37",
        "",
        "write: - {id: a, check: 'recall[region=*] >= 0.8', level: warn}",
    ),
    Trap("rules: [recall[r=eu] > 0.8]\n", "2:22", "", "write: rules: ['recall[r=eu] > 0.8']"),
    Trap("rules: [a > 1, recall[r=eu] > 0.8]\n", "2:29", "", "write: rules: [a > 1, 'recall[r=eu] > 0.8']"),
    Trap(under("  - > 0.8"), "3:7", "", "a rule starts with what is measured: `accuracy > 0.8`"),
    Trap(under("  - >= 0.8"), "3:6", "", "a rule starts with what is measured: `accuracy > 0.8`"),
    Trap(under("  - check: > 0.8"), "3:14", "", "a rule starts with what is measured: `accuracy > 0.8`"),
    Trap(under("  - {check: > 0.8}"), "3:13", "", "a rule starts with what is measured: `accuracy > 0.8`"),
    Trap(under("  - accuracy: >= 0.8"), "3:16", "", "write: - accuracy >= 0.8"),
    Trap(under("  - accuracy > 0.8\n  recall > 0.7"), "4:3", "", "two rules? a `-` is missing\nwrite: - recall > 0.7"),
    Trap(under("  - recall > 0.8\n  # note\n  and x > 1"), "5:3", "", "a comment ends a plain rule: write `check: |`"),
    Trap(under("  - recall > 0.8\n    # note\n    and x > 1"), "5:5", "", "a comment ends a plain rule: write `check: |`"),
    Trap(under("  - @a > 1"), "3:5", "", "write: - '\"@a\" > 1'"),
    Trap(under("  - `a` > 1"), "3:5", "", "write: - a > 1"),
    Trap(under("  - %x > 1"), "3:5", "", "write: - '\"%x\" > 1'"),
    Trap(under("  - {check: a > 1, owner: @fraud-ml}"), "3:27", "", "quote the text: `owner: '@fraud-ml'`"),
    Trap(under("  - check: a > 1\n    owner: @fraud-ml"), "4:12", "", "quote the text: owner: '@fraud-ml'"),
    Trap(under("  - *x > 1"), "3:10", "", "write: - '\"*x\" > 1'"),
    Trap(under("  - check: a > 1\n    why: Fraud: a missed one"), "4:15", "", "quote the text: why: 'Fraud: a missed one'"),
    Trap(under("  - {check: a > 1, why: Fraud: a missed one}"), "3:30", "", "quote the text: `why: 'Fraud: a missed one'`"),
    Trap(under("  - !x > 1"), "3:10", "", "write: - not x > 1"),
    Trap(under("  - !(x) > 1"), "3:12", "", "write: - not (x) > 1"),
    Trap(under('  - "a > 1'), "3:5", "", "write: - a > 1"),
    Trap(under("  - 'a > 1"), "3:5", "", "write: - a > 1"),
    Trap(under("  - {check: a > 1"), "3:5", "", "write: - {check: a > 1}"),
    Trap(under("  - {check: a > 1 level: warn}"), "3:24", "", "write: - {check: a > 1, level: warn}"),
    Trap(under("  - check: a > 1\n  level: warn"), "4:3", "", "`level` belongs to the rule above"),
    Trap(under("\t- a > 1"), "3:1", "", "a tab cannot indent YAML: use blanks"),
    Trap(under("  - a > 1\n\t- b > 1"), "4:1", "", "a tab cannot indent YAML: use blanks"),
]

READ_AND_REFUSED = [
    Trap(under("  - ! error_rate > 0.01"), "3:5", "reads `!` as a tag", "for negation write `not`"),
    Trap(under("  - {check: ! a > 1}"), "3:13", "reads `!` as a tag", "for negation write `not`"),
    Trap(under("  - !!str a > 1"), "3:5", "as a tag", "take the tag out"),
    Trap(
        under("  - recall >= 0.8\n    - precision >= 0"), "3:5", "joins line 4", "did you mean a new rule? its `-` stands too far"
    ),
    Trap(under("  - check: recall >= 0.8\n      - precision >= 0"), "3:12", "joins line 4", "did you mean a new rule?"),
    Trap(under("  - {check: max(a, b) >= 0.8}"), "3:5", "this is not a rule", "write: - {check: 'max(a, b) >= 0.8'}"),
    Trap(
        under("  - {check: max(a, b) >= 0.8, level: warn}"),
        "3:5",
        "this is not a rule",
        "the comma before `b) >= 0.8` ended the rule\nwrite: - {check: 'max(a, b) >= 0.8', level: warn}",
    ),
    Trap(under("  - {check: x >= 1,000}"), "3:5", "this is not a rule", "thousands are not parted: `1000`"),
    Trap(under("  - {check: x >= 1, why: a, b}"), "3:5", "this is not a rule", "the comma before `b` ended `why`: quote it"),
    Trap(under("  - {check: x >= 1, level}"), "3:5", "this is not a rule", "`level` has no value"),
    Trap(under("  - accuracy: 0.8"), "3:5", "this is not a rule", "write `accuracy >= 0.8` or `accuracy <= 0.8`"),
    Trap(under("  - {accuracy: 0.8}"), "3:5", "this is not a rule", "write `accuracy >= 0.8` or `accuracy <= 0.8`"),
    Trap(under("  - accuracy: '>= 0.8'"), "3:5", "this is not a rule", "write `accuracy >= 0.8`"),
    Trap(
        under("  - accuracy >= 0.8, level: warn"),
        "3:5",
        "this is not a rule",
        "for more than the check write `{check: accuracy >= 0.8, level: warn}`",
    ),
    Trap(under("  - accuracy >= 0.8 level: warn"), "3:5", "this is not a rule", "write `{check: accuracy >= 0.8, level: warn}`"),
    Trap(under("  - accuracy >= 0.8: warn"), "3:5", "this is not a rule", "write `{check: accuracy >= 0.8, level: warn}`"),
    Trap(
        under("  - recall[r=*] >= 0.8: warn"), "3:5", "this is not a rule", "write `{check: 'recall[r=*] >= 0.8', level: warn}`"
    ),
    Trap(under("  - {check: a > 1, level:warn}"), "3:5", "this is not a rule", "a blank is missing behind `:` in `level:warn`"),
    Trap(
        under("  - issue #12 >= 3"),
        "3:5",
        "nothing is compared",
        "YAML took `#12 >= 3` as a comment\nwrite: - '\"issue #12\" >= 3'",
    ),
    Trap(
        under('  - x <= "limit #2"'),
        "3:10",
        "quote that is not closed",
        'YAML took `#2"` as a comment\nwrite: - \'x <= "limit #2"\'',
    ),
    Trap(under("  - accuracy > 0.8\n    recall > 0.7"), "3:5", "side by side", "two rules? a `-` is missing at line 4"),
    Trap(under("  - &x a > 1"), "3:5", "no anchor, no alias", "write: - a > 1"),
    Trap(under("  - {check: &x a > 1}"), "3:13", "no anchor, no alias", "write: - a > 1"),
    Trap(under("  - {<<: {level: warn}, check: a > 1}"), "3:6", "merge keys", "write the keys out"),
    Trap(under("  - weighted avg.f1-score > 1"), "3:5", "side by side", "write: - '\"weighted avg.f1-score\" > 1'"),
    Trap(under("  -a > 1"), "3:3", "is not a list", "a blank is missing behind `-`"),
    Trap("rules: a > 1\n", "2:8", "is not a list", "write: - a > 1"),
    *(
        Trap(under(f"  - {word}"), "3:5", "", f"a rule compares; this is the word `{word}`")
        for word in ("=", "on", "no", "off", "yes", "true")
    ),
    Trap(under("  - ~"), "3:5", "this is not a rule", "an empty rule: a rule compares"),
    Trap(under("  -"), "3:4", "this is not a rule", "an empty rule: a rule compares"),
    Trap(under("  - 5"), "3:5", "this is not a rule", "a rule is text that compares: `accuracy > 0.8`"),
    Trap(under("  - [a > 1]"), "3:5", "this is not a rule", "a rule is text that compares"),
]


@pytest.mark.parametrize("trap", SYNTAX, ids=lambda trap: trap.lines)
def test_a_line_that_is_no_yaml(trap: Trap) -> None:
    found = problem("gate: 1\n" + trap.lines)
    assert found.slug == "yaml-syntax"
    assert str(found.where) == f"gate.yaml:{trap.place}"
    assert trap.words in found.message
    assert "^" in found.excerpt
    assert trap.remedy in found.remedy


@pytest.mark.parametrize("trap", READ_AND_REFUSED, ids=lambda trap: trap.lines)
def test_a_line_that_yaml_reads_as_something_else(trap: Trap) -> None:
    found = problem("gate: 1\n" + trap.lines)
    assert str(found.where) == f"gate.yaml:{trap.place}"
    assert trap.words in found.message
    assert "^" in found.excerpt
    assert trap.remedy in found.remedy


PASTED = [trap for trap in (*SYNTAX, *READ_AND_REFUSED) if "write: - " in trap.remedy or "write: rules" in trap.remedy]


@pytest.mark.parametrize("trap", PASTED, ids=lambda trap: trap.lines)
def test_the_line_in_the_remedy_can_be_pasted(trap: Trap) -> None:
    line = problem("gate: 1\n" + trap.lines).remedy.rpartition("write: ")[2]
    text = f"gate: 1\n{line}\n" if line.startswith("rules:") else f"gate: 1\nrules:\n  {line}\n"
    assert problems(text) == ()


RULES = [
    '"acc,none" >= 0.6',
    'task."acc,none" >= 0.6',
    "recall[region=*] >= 0.8",
    "recall[region=eu, device=*] >= 0.8",
    "max(a, b) - min(a, b) <= 0.05",
    'max(recall[region="a, b"], b) >= 0.5 or "x: y" > 1',
    '"weighted avg".f1-score >= 0.8',
    '"it\'s" > 1',
    '"#1" > 1',
    "a > 1 and max(b, c) < 2",
]
WAYS = [
    "  - {}",
    "  - check: {}",
    "  - {{check: {}}}",
    "  - {{check: {}, level: warn}}",
    "  - {{id: a, check: {}}}",
    "[{}]",
    "[z > 1, {}]",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_read_as_it_stands_or_the_line_to_paste_is_it(rule: str, way: str) -> None:
    """The universal remedy: whatever YAML makes of a rule, what is printed can be pasted and is that rule."""
    line = way.format(rule)
    text = f"rules: {line}" if line.startswith("[") else f"rules:\n{line}"
    found = problems(f"gate: 1\n{text}\n")
    if found:
        line = found[0].remedy.rpartition("write: ")[2]
        text = line if line.startswith("rules:") else f"rules:\n  {line}"
    read = loads(f"gate: 1\n{text}\n", TODAY).rules[-1]
    assert read.expr.tree == compile_rule(rule).tree


def test_a_rule_in_a_list_whose_comma_ended_it() -> None:
    found = problems("gate: 1\nrules: [max(a, b) > 1, x > 0]\n")
    assert [str(each.where) for each in found] == ["gate.yaml:2:12", "gate.yaml:2:17"]
    for each in found:
        assert each.remedy == "a comma ended the rule\nwrite: rules: ['max(a, b) > 1', x > 0]"


@pytest.mark.parametrize(
    ("lines", "normal"),
    [
        ("  - -x > 1", "-x > 1"),
        ("  - not x > 1", "not x > 1"),
        ("  - (a + b) / 2 > 1", "(a + b) / 2 > 1"),
        ('  - 0.6 <= "acc,none"', '0.6 <= "acc,none"'),
        ("  - x ≥ 1", "x >= 1"),
        ("  - {check: val:f1 > 1}", "val:f1 > 1"),
        ("  - |\n    a > 1\n    and b > 1", "a > 1 and b > 1"),
        ("  - >-\n    a > 1\n    and b > 1", "a > 1 and b > 1"),
        ("  - a > 1\n      and b > 1", "a > 1 and b > 1"),
        ("  - check: |\n      a > 1\n", "a > 1"),
        ("  - {check: a > 1, 'id': b}", "a > 1"),
        ('  - {"check": "max(a, b) > 1"}', "max(a, b) > 1"),
        ('  - toy_arith."acc,none" > 1', 'toy_arith."acc,none" > 1'),
        ("  - recall[zip=02134] > 1", "recall[zip=02134] > 1"),
    ],
)
def test_what_yaml_leaves_alone(lines: str, normal: str) -> None:
    rules = loads(f"gate: 1\nrules:\n{lines}\n", TODAY).rules
    assert len(rules) == 1
    assert rules[0].expr.text.strip()
    assert loads(f"gate: 1\nrules:\n  - '{normal}'\n", TODAY).rules[0].expr.tree == rules[0].expr.tree


def test_a_syntax_error_is_told_alone() -> None:
    text = 'gate: 2\nnam: x\nrules:\n  - "a" > 1\n  - b => 1\n'
    assert [each.slug for each in problems(text)] == ["yaml-syntax"]


def test_a_message_never_takes_the_screen() -> None:
    line = "  - " + "a" * 5_000 + ' "b" >= 1'
    for text in (line, f"  - {{check: {'x' * 5_000}}}: 1", "  - {check: " + "f(a, " * 2_000 + "}"):
        with pytest.raises(PolicyError) as error:
            loads(f"gate: 1\nrules:\n{text}\n", TODAY)
        shown = str(error.value)
        assert len(shown.splitlines()) <= 40
        assert max(map(len, shown.splitlines())) <= 400
