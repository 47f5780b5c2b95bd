"""Whether a rule is at least as strict as another: key by key, shape by shape, and against random evidence."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gate.judge.evidence import Evidence
from gate.judge.judge import judge
from gate.language.resolve import compile_rule
from gate.language.tokens import RuleError
from gate.policy.compare import loosened, sign_of, tight
from gate.policy.policy import Policy, Rule
from gate.readers.inputs import read_mapping
from gate.terms.decision import Outcome
from gate.terms.metric import Metric
from tests.policy.writing import TODAY, policy

FACTS = {"pos": Metric("pos", low=0), "neg": Metric("neg", high=0), "any": Metric("any")}


def rule(keys: str = "", check: str = "recall >= 0.8") -> Rule:
    return policy("z > 1", f"{{check: '{check}'{', ' if keys else ''}{keys}}}").rules[1]


def looser(old: str, new: str, check: str = "recall >= 0.8") -> list[str]:
    return loosened(rule(old, check), rule(new, check))


def is_tight(old: str, new: str) -> bool:
    return tight(compile_rule(old).tree, compile_rule(new).tree, FACTS)


# what an old rule says, what a new one says; what is looser in it, in words
KEYS: list[tuple[str, str, str]] = [
    ("", "", ""),
    ("level: block", "level: warn", "level: warn is below block"),
    ("level: block", "level: info", "level: info is below block"),
    ("level: warn", "level: info", "level: info is below warn"),
    ("level: info", "level: block", ""),
    ("level: warn", "level: block", ""),
    ("", "undecided: warn", "undecided: warn is below block"),
    ("undecided: warn", "undecided: pass", "undecided: pass is below warn"),
    ("undecided: pass", "undecided: block", ""),
    ("", "missing: warn", "missing: warn is below block"),
    ("missing: warn", "missing: block", ""),
    ("waivable: false", "", "it may be waived"),
    ("waivable: false", "waivable: false", ""),
    ("", "waivable: false", ""),
    ("", "blocks_from: 2026-12-31", "it blocks only from 2026-12-31"),
    ("blocks_from: 2026-12-01", "blocks_from: 2026-12-31", "it blocks only from 2026-12-31"),
    ("blocks_from: 2026-12-31", "blocks_from: 2026-12-01", ""),
    ("blocks_from: 2026-12-31", "", ""),
    ("min_n: 200", "", "min_n: none instead of 200"),
    ("min_n: 200", "min_n: 100", "min_n: 100 instead of 200"),
    ("min_n: 200", "min_n: 300", ""),
    ("", "min_n: 300", ""),
    ("undecided: pass", "{undecided: pass, min_n: 300}", "min_n: 300 instead of none"),
    ("missing: warn", "{missing: warn, min_n: 300}", "min_n: 300 instead of none"),
    ("level: warn", "{level: warn, min_n: 300}", "min_n: 300 instead of none"),
    ("confidence: 95%", "confidence: none", "confidence: none instead of 0.95"),
    ("confidence: 95%", "confidence: 90%", "confidence: 0.9 instead of 0.95"),
    ("confidence: 95%", "confidence: 99%", ""),
    ("", "confidence: 95%", ""),
    ("undecided: pass", "{undecided: pass, confidence: 95%}", "confidence: 0.95 instead of none"),
    ("why: a", "why: b", ""),
    ("owner: a", "owner: b", ""),
]


@pytest.mark.parametrize(("old", "new", "words"), KEYS)
def test_each_key(old: str, new: str, words: str) -> None:
    assert looser(old.strip("{}"), new.strip("{}")) == ([words] if words else [])


def test_all_that_is_looser_is_told() -> None:
    found = loosened(
        rule("min_n: 200, waivable: false", "recall >= 0.8"),
        rule("level: warn, undecided: pass, missing: warn, blocks_from: 2026-12-31", "recall >= 0.7"),
    )
    assert found == [
        "`recall >= 0.7` is not provably as strict as `recall >= 0.8`",
        "level: warn is below block",
        "undecided: pass is below block",
        "missing: warn is below block",
        "it may be waived",
        "it blocks only from 2026-12-31",
        "min_n: none instead of 200",
    ]


# old, new: the new one is proved to be equal or tighter
TIGHTER = [
    ("a >= 0.8", "a >= 0.8"),
    ("a >= 0.8", "a >= 0.80"),
    ("a >= 0.8", "a >= 0.9"),
    ("a >= 0.8", "a > 0.8"),
    ("a > 0.8", "a > 0.9"),
    ("a >= 0.8", "0.9 <= a"),
    ("a >= 0.8", "not a < 0.9"),
    ("a <= 5", "a <= 4"),
    ("a >= 80%", "a >= 85%"),
    ("latency_ms <= 200", "latency_ms <= 0.5"),
    ("recall >= 0", "recall >= 0.5"),
    ("ece <= 0.5", "ece <= 0"),
    ("a + 0.01 >= baseline(a)", "a >= baseline(a)"),
    ("a <= baseline + 0.01", "a <= baseline"),
    ("a >= 0.8", "a == 0.9"),
    ("a <= 1", "a == 0.9"),
    ("a >= 0.8", "a >= 0.8 and b >= 0.5"),
    ("a >= 0.8 or b >= 0.5", "a >= 0.8"),
    ("a >= 0.8 or b >= 0.5", "b >= 0.6 and c > 1"),
    ("a >= 0.8 and b >= 0.5", "b >= 0.5 and a >= 0.9"),
    ("0.1 <= a <= 0.5", "0.2 <= a <= 0.4"),
    ("a >= baseline - 0.01", "a >= baseline"),
    ("a >= baseline - 0.01", "a >= baseline - 0.005"),
    ("a >= baseline * 0.9", "a >= baseline * 0.95"),
    ("a / b <= 2", "a / b <= 1"),
    ("a - b <= 0.05", "a - b <= 0.04"),
    ("max(a, b) <= 2", "max(a, b) <= 1"),
    ("-a >= -2", "-a >= -1"),
    ("a + 1 >= 2", "a + 0.5 >= 2"),
    ("a - 0.1 >= 2", "a - 0.2 >= 2"),
    ("min(a - 0.1, b) >= 2", "min(a - 0.2, b) >= 2"),
    ("pos * 2 <= a", "pos * 2 <= a"),
    ("a * pos >= baseline(b) * pos", "a * pos >= baseline(b) * pos"),
    ("x >= 0.9 * pos", "x >= 0.95 * pos"),
    ("x >= 0.9 * neg", "x >= 0.8 * neg"),
    ("x >= pos / 2", "x >= pos / 2"),
    ("recall[region=*] >= 0.8", "recall[region=*] >= 0.85"),
]

# old, new: looser, or not comparable
NOT_TIGHTER = [
    ("a >= 0.8", "a >= 0.7"),
    ("a > 0.8", "a >= 0.8"),
    ("a >= 0.8", "b >= 0.8"),
    ("a >= 0.8", "a <= 0.8"),
    ("a >= 0.8", "a >= 0.9 or b >= 0.5"),
    ("a >= 0.8 and b >= 0.5", "a >= 0.9"),
    ("a >= 0.8 or b >= 0.5", "c >= 0.8"),
    ("a >= 95%", "a >= 0.96"),
    ("a <= 95%", "a <= 0.9"),
    ("a >= 0.8", "a >= 85%"),
    ("a <= 1", "a <= 50%"),
    ("recall >= 0.9", "recall >= 2"),
    ("recall <= 2", "recall <= 0.9"),
    ("a >= baseline", "a >= baseline + -0.01"),
    ("a >= baseline - -0.01", "a >= baseline"),
    ("a == 0.8", "a >= 0.8"),
    ("a == 0.8", "a == 0.9"),
    ("a != 0.8", "a > 0.8"),
    ("a > 0.8", "a == 0.9 or b > 1"),
    ("a > 0.9", "a == 0.9"),
    ("a == true", "a == false"),
    ("a == true", "b > 1"),
    ("a >= baseline", "a >= baseline - 0.01"),
    ("a >= baseline * 0.95", "a >= baseline * 0.9"),
    ("a >= baseline(b)", "a >= baseline(c)"),
    ("x >= 0.9 * any", "x >= 0.95 * any"),
    ("x >= any / 2", "x >= any / 1.5"),
    ("recall[region=eu] >= 0.8", "recall[region=*] >= 0.8"),
    ("recall[region=*] >= 0.8", "recall[region=eu] >= 0.8"),
    ("sd(a, b) <= 0.2", "sd(a, c) <= 0.2"),
    ("sd(a - 1, b) <= 0.2", "sd(a - 2, b) <= 0.2"),
    ("abs(a - 1) <= 0.2", "abs(a - 2) <= 0.2"),
    ("count(r[x=*]) >= 3", "count(s[x=*]) >= 3"),
    ("max(a, b) >= 2", "min(a, b) >= 2"),
    ("max(a, b) >= 2", "max(a) + b >= 2"),
    ("mean(last(a, 8)) <= b", "mean(last(a, 9)) <= b"),
    ("a - b <= 0.05", "b - a <= 0.05"),
]


@pytest.mark.parametrize(("old", "new"), TIGHTER)
def test_what_is_tighter(old: str, new: str) -> None:
    assert is_tight(old, new)


@pytest.mark.parametrize(("old", "new"), [pair for pair in NOT_TIGHTER if "max(a) +" not in pair[1]])
def test_what_cannot_be_proved(old: str, new: str) -> None:
    assert not is_tight(old, new)


def test_a_named_baseline_is_another_one() -> None:
    names = {"baseline", "pinned"}
    old, new = (compile_rule(f"a >= {name}", {}, names).tree for name in ("baseline", "pinned"))
    assert not tight(old, new, {})
    assert tight(new, new, {})


def test_the_hint_when_a_percent_is_dropped() -> None:
    (found,) = loosened(rule(check="recall >= 90%"), rule(check="recall >= 0.95"))
    assert found.endswith("; write the number as there, with `%` or without")
    (found,) = loosened(rule(check="recall >= 90%"), rule(check="recall >= 80%"))
    assert "write the number" not in found


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("2", 1),
        ("0", 1),
        ("-2", -1),
        ("pos", 1),
        ("neg", -1),
        ("any", None),
        ("-pos", -1),
        ("baseline(any)", 1),
        ("pos + 1", None),
    ],
)
def test_signs(text: str, sign: int | None) -> None:
    tree = compile_rule(f"z >= {text}").tree
    assert sign_of(tree.right, FACTS) == sign  # type: ignore[union-attr]


# -- against evidence

ORDER = {Outcome.FAIL: 0, Outcome.UNDECIDED: 1, Outcome.MISSING: 1, Outcome.PASS: 2}
NAMES = ("a", "b", "pos", "recall")


def judging(expression: str) -> Policy:
    return policy(f"'{expression}'", head="metrics: {pos: {range: [0, null]}}\n")


def outcome(judging: Policy, evidence: Evidence) -> int:
    return ORDER[judge([judging], evidence).findings[0].outcome]


def an_expression(rng: random.Random, depth: int = 0) -> str:
    kind = rng.random()
    if depth > 1 or kind < 0.5:
        return rng.choice(NAMES)
    if kind < 0.6:
        return f"baseline({rng.choice(NAMES)})"
    if kind < 0.75:
        return f"({an_expression(rng, depth + 1)} {rng.choice('+-')} {a_number(rng)})"
    if kind < 0.9:
        return f"{rng.choice(('0.5', '2', 'pos', 'baseline(a)'))} * {an_expression(rng, depth + 1)}"
    return f"{rng.choice(('min', 'max', 'mean', 'sum'))}({an_expression(rng, depth + 1)}, {rng.choice(NAMES)})"


def a_number(rng: random.Random) -> str:
    return rng.choice(("0", "0.25", "0.5", "0.75", "1", "2"))


def a_comparison(rng: random.Random) -> str:
    right = rng.choice((a_number(rng), "50%", "75%", f"baseline({rng.choice(NAMES)}) - {a_number(rng)}"))
    return (
        f"{rng.choice(NAMES)} - {an_expression(rng)} {rng.choice(('>', '>=', '<', '<='))} {right}"
        if rng.random() < 0.3
        else (
            f"{an_expression(rng)} + 0 * {rng.choice(NAMES)} {rng.choice(('>', '>=', '<', '<='))} {right}"
            if rng.random() < 0.1
            else f"{rng.choice(NAMES)} {rng.choice(('>', '>=', '<', '<=', '=='))} {right}"
        )
    )


def mutated(rng: random.Random, text: str) -> str:
    """The rule with a number, an operator or a member changed."""
    kind = rng.random()
    words = text.split(" ")
    numbers = [index for index, word in enumerate(words) if word.rstrip("%").replace(".", "", 1).isdigit()]
    if kind < 0.6 and numbers:
        words[rng.choice(numbers)] = rng.choice((a_number(rng), "50%", "75%"))
        return " ".join(words)
    if kind < 0.75:
        return text.replace(">=", ">") if ">=" in text else text.replace("<", "<=").replace("<==", "<=")
    return f"{text} {rng.choice(('and', 'or'))} {a_comparison(rng)}"


def some_evidence(rng: random.Random) -> Evidence:
    def values() -> dict[str, Any]:
        return {name: rng.choice((None, -1, -0.5, 0, 0.25, 0.5, 0.6, 0.75, 1, 2, 60)) for name in NAMES}

    baselines = {"baseline": read_mapping(values())} if rng.random() < 0.8 else {}
    return Evidence(read_mapping(values()), baselines, TODAY)


def test_what_is_called_tighter_never_passes_where_the_old_rule_does_not() -> None:
    """Soundness: for pairs that are proved, on random evidence, the new outcome is never above the old one."""
    rng = random.Random(20261122)
    proved = 0
    facts = {"pos": Metric("pos", low=0)}
    for _ in range(3_500):
        old = a_comparison(rng) if rng.random() < 0.6 else f"{a_comparison(rng)} {rng.choice(('and', 'or'))} {a_comparison(rng)}"
        new = mutated(rng, old)
        try:
            trees = [compile_rule(text).tree for text in (old, new)]
        except RuleError:  # a random rule may mean nothing
            continue
        if trees[0] == trees[1] or not tight(trees[0], trees[1], facts):
            continue
        proved += 1
        before, after = judging(old), judging(new)
        for _ in range(12):
            evidence = some_evidence(rng)
            assert outcome(after, evidence) <= outcome(before, evidence), (old, new, evidence)
    assert proved > 250


def test_a_policy_is_never_looser_than_itself() -> None:
    def same(judging: Policy) -> None:
        for each in judging.rules:
            assert loosened(each, each) == []

    same(
        policy(
            "a > 1",
            "{check: 'max(r[x=*]) - min(r[x=*]) <= baseline + 5', min_n: 5, confidence: 95%, undecided: pass}",
            "c == true",
        )
    )
