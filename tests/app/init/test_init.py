"""A first policy: it loads, passes on what it was made from, and fails where a metric falls past its floor."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.app.check import decide
from gate.app.clock import clock
from gate.app.init.first_policy import FirstPolicy, propose, rule_name
from gate.app.init.first_policy_text import scalar, write
from gate.app.init.floors import floor_of
from gate.app.init.init import InitRequest, Written, first_policy, policy_name
from gate.app.lint.lint import LintRequest, lint
from gate.documents import yaml
from gate.errors import GateError, UsageError
from gate.language.tree import Comparison, Negative, Number, Reading
from gate.policy.load import loads
from gate.policy.policy import Policy, Rule
from gate.readers.inputs import read_inputs, read_mapping
from gate.record import replace
from gate.stats.bounds import interval
from gate.stats.proportion import of_counts
from gate.terms.decision import Decision, Outcome, Verdict
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction, Metric
from gate.terms.slice import Slice

SAMPLES = Path(__file__).parents[2] / "samples"
TODAY = clock("2026-11-22")
HIGHER, LOWER = Direction.HIGHER, Direction.LOWER


def proposed(metrics: Mapping[str, Any], better: Mapping[str, Direction] | None = None) -> tuple[FirstPolicy, str, Measurements]:
    table = read_mapping(metrics)
    first = propose(table, better or {})
    return first, write(first, "model", "gate check metrics.json"), table


def rules(metrics: Mapping[str, Any], better: Mapping[str, Direction] | None = None) -> list[str]:
    return [line.rule for line in proposed(metrics, better)[0].rules]


def verdict(policy: Policy, table: Measurements) -> Decision:
    return decide([policy], table, None, TODAY)


def past(rule: Rule) -> tuple[str, float]:
    """The metric that a first policy's rule reads, and a value just on the wrong side of its floor."""
    tree = rule.expr.tree
    assert isinstance(tree, Comparison)
    assert isinstance(tree.left, Reading)
    right = tree.right.of if isinstance(tree.right, Negative) else tree.right
    assert isinstance(right, Number)
    end = -right.value if isinstance(tree.right, Negative) else right.value
    step = max(abs(end) * 1e-6, 1e-300)
    return tree.left.metric, end - step if tree.operator == ">=" else end + step


def moved(table: Measurements, metric: str, columns: tuple[str, ...], value: float) -> Measurements:
    """The same measurements, one of them another."""
    at = next(each for each in table.slices_of(metric) if each.columns == columns)
    other = Measurement(metric, value, at, unit=table.slices_of(metric)[at].unit)
    return Measurements.of([*(each for each in table if (each.metric, each.slice) != (metric, at)), other])


def keeps_its_word(text: str, table: Measurements) -> int:
    """The contract of `gate init`; how many rules were tried."""
    policy = loads(text, TODAY.today)
    decision = verdict(policy, table)
    assert [(each.rule, each.reasons) for each in decision.findings if each.outcome is not Outcome.PASS] == []
    assert decision.verdict is Verdict.PASS
    assert decision.exit_code == 0
    for rule in policy.rules:
        metric, value = past(rule)
        worse = verdict(policy, moved(table, metric, rule.expr.stars, value))
        assert worse.exit_code == 1, rule.id
        assert {each.rule for each in worse.findings if each.outcome is Outcome.FAIL} == {rule.id}
    return len(policy.rules)


def lints_clean(text: str, inputs: Sequence[str], folder: Path) -> None:
    path = folder / "gate.yaml"
    path.write_text(text)
    (linted,) = lint(LintRequest(policies=[str(path)], metrics=inputs, now=TODAY.today))
    assert (linted.errors, linted.advice) == ((), ())


# -- the contract


@pytest.mark.parametrize("path", sorted(str(each.relative_to(SAMPLES)) for each in SAMPLES.rglob("*.*") if each.suffix != ".md"))
def test_keeps_its_word_on_the_files_of_other_tools(path: str, tmp_path: Path) -> None:
    request = InitRequest(inputs=[str(SAMPLES / path)])
    try:
        policy = first_policy(request)
    except GateError as error:
        refused = error.problems[0].slug
    else:
        refused = ""
        assert keeps_its_word(policy.text, read_inputs(request.inputs)) == len(policy.says.rules) > 0
        lints_clean(policy.text, request.inputs, tmp_path)
    assert refused in ("", "unknown-format", "no-measurements", "no-direction", "not-a-mapping", "yaml-syntax")


def test_the_samples_are_not_all_refused() -> None:
    known = ("dvc/metrics.json", "huggingface/all_results.json", "sklearn/classification_report.json", "wandb/wandb-summary.json")
    counts = [len(first_policy(InitRequest(inputs=[str(SAMPLES / each)])).says.rules) for each in known]
    assert all(count >= 2 for count in counts), counts


# A word of YAML, of the rule language, of Markdown, of a CI runner.
AWKWARD = (
    "yes", "1e5", "null", "~", "True", "<<", "=", "1.5", "0x1f", ".5", "*", "&a", "!x", "%", "@x", "|", ">", "?", ":", "#", "-",
    "baseline", "baseline-1", "baseline/2", "count", "max", "and", "1-2", "≠", "p(95)", "a,b", "task.acc,none", 'a"b', "[x]",
    "`", "</details>", "@team", "it's", "{x}", "::error::x", "##[x]", "💥", "a - b", "- x", "a: b", "a #b", " x ", "x" * 1000,
)  # fmt: skip
INVISIBLE = ("", "a\nb", "\u202ex", "a\u0085b", "\u2028", "\ufeffx", "\x00", "\x1b[31m", "\u0338")
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(AWKWARD + INVISIBLE)
finite = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20)
shares = st.floats(0, 1) | st.sampled_from([0, 1, 0.0, 1.0, 0.5])
evidence = st.fixed_dictionaries({"value": shares, "n": st.integers(1, 10**7)})
entry = finite | shares | evidence | st.none() | st.booleans() | st.just(math.nan) | st.just("text")
column = st.dictionaries(names.filter(bool), names, min_size=1, max_size=2)
sliced = st.lists(st.fixed_dictionaries({"slice": column, "metrics": st.dictionaries(names, entry, max_size=3)}), max_size=3)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.dictionaries(names, entry, min_size=1, max_size=5), sliced, st.data())
def test_keeps_its_word_whatever_the_metrics_are_called(metrics: dict[str, Any], slices: list[Any], data: st.DataObject) -> None:
    document = {**metrics, "slices": slices} if slices else metrics
    try:
        table = read_mapping(document)
    except GateError:
        return
    better = {name: data.draw(st.sampled_from(Direction)) for name in table.names}
    first = propose(table, better)
    text = write(first, data.draw(names)[:200] or "model", "gate check \u202e\n")
    assert text.isprintable() or all(character == "\n" or character.isprintable() for character in text)
    if first.rules:
        assert keeps_its_word(text, table) == len(first.rules)


@pytest.mark.parametrize(
    "name", ["yes", "1e5", "a - b", "baseline", 'say "hi"', "a\nb", "x" * 1000, "-x", "a: b", "a #b", "\u202e", "½"]
)
def test_a_rule_reads_the_metric_that_is_called_so(name: str) -> None:
    first, text, table = proposed({name: 3}, {name: HIGHER})
    assert first.rules[0].metric == name
    assert keeps_its_word(text, table) == 1


@settings(deadline=None)
@given(names)
def test_a_scalar_is_the_same_text_to_every_reader_of_yaml(text: str) -> None:
    import yaml as pyyaml

    assert pyyaml.safe_load(f"- {scalar(text)}") == [text]  # YAML 1.1
    assert yaml.load(f"- {scalar(text)}", "f")[0] == [text]  # YAML 1.2


def test_what_it_writes_lints_clean_whatever_the_metrics_are_called(tmp_path: Path) -> None:
    for index, name in enumerate((*AWKWARD, *INVISIBLE)):
        slices = [{"slice": {name or "x": value}, "metrics": {"f1": 0.8}} for value in ("a", name)]
        document = {name or "x": 0.5, "accuracy": 91.2, "recall": {"value": 1, "n": 30}, "slices": slices}
        metrics = tmp_path / f"{index}.json"
        metrics.write_text(json.dumps(document))
        policy = first_policy(InitRequest(inputs=[str(metrics)], better={} if name == "baseline" else {name or "x": LOWER}))
        if name != "baseline":  # of a metric of this name it is said that rules mean something else
            lints_clean(policy.text, [str(metrics)], tmp_path)


def test_a_comment_that_is_uncommented_is_a_rule() -> None:
    _, text, table = proposed({"accuracy": 0.9, "a\nb": 3, "ok": True, "train_loss": 0.2})
    policy = loads(text.replace("  # - ", "  - "), TODAY.today)
    assert [rule.id for rule in policy.rules] == ["accuracy >= 0.89", '"a\nb" >= 2.9', "ok == true", "train_loss <= 0.21"]
    assert verdict(policy, table).exit_code == 0


# -- floors

SHARE_UP = Metric("share", HIGHER, 0, 1, proportion=True)
SHARE_DOWN = Metric("share", LOWER, 0, 1, proportion=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.857, "0.85"), (0.85, "0.84"), (1.0, "0.99"), (1, "0.99"), (0.9999, "0.99"), (0.1, "0.099"), (1e-9, "9.9e-10")],
)
def test_a_floor_without_evidence_is_two_digits_lower(value: float, expected: str) -> None:
    assert floor_of(Measurement("x", value), SHARE_UP) == (">=", expected, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (143.2, "150"),
        (150, "160"),
        (99.5, "100"),
        (100, "110"),
        (0.031, "0.032"),
        (2**60, "1.2e18"),
        (1e300, "1.1e300"),
        (0, "0"),
    ],
)
def test_a_ceiling_without_evidence_is_two_digits_higher(value: float, expected: str) -> None:
    assert floor_of(Measurement("x", value), Metric("latency", LOWER, 0)) == ("<=", expected, None)


@pytest.mark.parametrize(
    ("value", "better", "expected"), [(-0.5, HIGHER, "-0.51"), (-0.5, LOWER, "-0.49"), (-1, LOWER, "-0.99"), (0, HIGHER, "0")]
)
def test_negative_values_move_outwards_too(value: float, better: Direction, expected: str) -> None:
    found = floor_of(Measurement("x", value), Metric("x", better))
    assert found is not None
    assert found.number == expected


def test_a_ceiling_below_the_end_of_the_range_takes_the_digits_it_needs() -> None:
    assert floor_of(Measurement("x", 0.995), SHARE_DOWN) == ("<=", "0.996", None)
    assert floor_of(Measurement("x", 0.0), SHARE_DOWN) == ("<=", "0.01", None)


@pytest.mark.parametrize(
    ("value", "fact"), [(0, SHARE_UP), (0.0, Metric("x", HIGHER, 0)), (1, SHARE_DOWN), (-1, Metric("mcc", HIGHER, -1, 1))]
)
def test_the_worst_value_has_no_floor(value: float, fact: Metric) -> None:
    assert floor_of(Measurement("x", value), fact) is None
    assert floor_of(Measurement("x", value, support=Support(n=50)), fact) is None


@settings(deadline=None)
@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.booleans())
def test_a_share_of_n_gets_the_end_of_its_interval(counts: tuple[int, int], up: bool) -> None:
    k, n = counts
    fact = SHARE_DOWN if up else SHARE_UP
    floor = floor_of(Measurement("x", k / n, support=Support(n=n)), fact)
    end = interval(of_counts(k, n), 0.05)[up]
    if k == (n if up else 0):
        assert floor is None
        return
    assert floor is not None
    written = float(floor.number)
    assert floor.sure == 0.95
    assert written >= end if up else written <= end
    assert abs(written - end) <= abs(k / n - end) / 9.9  # two digits of the distance
    assert 0 < written < 1


def test_per_cent_are_shares_too() -> None:
    found = Measurement("x", 91.0, support=Support(n=400), unit="%")
    assert floor_of(found, Metric("x", HIGHER, 0, 100, proportion=True)) == (">=", "88.3", 0.95)


def test_a_stated_interval_or_standard_error_counts() -> None:
    latency = Metric("latency", LOWER, 0)
    assert floor_of(Measurement("x", 143.2, support=Support(interval=Interval(120, 161.4, 0.95))), latency) == (
        "<=",
        "162",
        0.975,
    )
    assert floor_of(Measurement("x", 143.2, support=Support(stderr=12)), latency) == ("<=", "163", 0.95)


def test_an_interval_that_says_nothing_is_left_aside() -> None:
    flat = Support(interval=Interval(143.2, 143.2, 0.95))
    assert floor_of(Measurement("x", 143.2, support=flat), Metric("latency", LOWER, 0)) == ("<=", "150", None)
    lost_in_rounding = Measurement("x", 10**200, support=Support(stderr=0.5))
    assert floor_of(lost_in_rounding, Metric("latency", LOWER, 0)) == ("<=", "1.1e200", None)
    below_the_range = Support(stderr=1)
    assert floor_of(Measurement("x", 0.9, support=below_the_range), Metric("f1", HIGHER, 0, 1)) == (">=", "0.89", None)


# -- what becomes of a metric


def test_rules_only_where_the_direction_is_known() -> None:
    first, text, _ = proposed({"accuracy": 0.9, "my_score": 0.42, "churn": {"value": 3, "better": "lower"}})
    assert [line.rule for line in first.rules] == ["accuracy >= 0.89", "churn <= 3.1"]
    assert "# - my_score >= 0.41" in text
    assert "if lower is better: <= 0.43" in text
    assert "Which way is better?" in text


def test_what_the_user_says_wins() -> None:
    assert rules({"accuracy": 0.9, "my_score": 0.42}, {"accuracy": LOWER, "my_score": HIGHER}) == [
        "accuracy <= 0.91",
        "my_score >= 0.41",
    ]
    assert loads(proposed({"my_score": 0.42}, {"my_score": LOWER})[1]).metrics["my_score"].better is LOWER


def test_a_file_that_contradicts_what_is_known_is_asked_about() -> None:
    first, text, _ = proposed({"accuracy": {"value": 0.9, "better": "lower"}, "f1": 0.8})
    assert [line.rule for line in first.rules] == ["f1 >= 0.79"]
    assert "accuracy the file says that lower is better; usually higher is better" in text


@pytest.mark.parametrize(
    "name", ["support", "n_samples", "epoch", "global_step", "eval_runtime", "macro avg.support", "acc_stderr,none", "n.acc"]
)
def test_numbers_of_the_run_are_no_rules_and_no_questions(name: str) -> None:
    first, text, _ = proposed({"accuracy": 0.9, name: 7})
    assert [line.rule for line in first.rules] == ["accuracy >= 0.89"]
    assert first.bookkeeping == (name,)
    assert "Which way" not in text


@pytest.mark.parametrize(
    ("value", "why"), [(None, "is null"), (math.nan, "is not a number (NaN)"), (math.inf, "is infinite"), ("0.9", "is text")]
)
def test_a_value_that_is_no_number_is_named_with_the_reason(value: Any, why: str) -> None:
    first, text, _ = proposed({"accuracy": 0.9, "f1": value})
    assert [line.rule for line in first.rules] == ["accuracy >= 0.89"]
    assert f"#   f1 {why}" in text


def test_texts_are_nothing_to_speak_of() -> None:
    assert "status" not in proposed({"accuracy": 0.9, "status": "done"})[1]


def test_booleans_are_asked_about() -> None:
    assert "# - converged == true" in proposed({"accuracy": 0.9, "converged": True})[1]


def test_training_metrics_wait_unless_there_is_nothing_else() -> None:
    first, text, _ = proposed({"train_loss": 0.2, "eval_loss": 0.3})
    assert [line.rule for line in first.rules] == ["eval_loss <= 0.31"]
    assert "# - train_loss <= 0.21" in text
    assert rules({"train_loss": 0.2}) == ["train_loss <= 0.21"]


def test_a_value_outside_its_range_has_no_rule() -> None:
    first, text, _ = proposed({"accuracy": 0.9, "f1": -0.1, "mae": -3, "recall": 250})
    assert [line.rule for line in first.rules] == ["accuracy >= 0.89"]
    for said in ("f1 is −0.1, below 0", "mae is −3, below 0", "recall is 250, above 1"):
        assert said in text


def test_shares_beyond_one_are_taken_for_per_cent_and_asked_about() -> None:
    first, text, table = proposed({"accuracy": 91.2})
    assert [line.rule for line in first.rules] == ["accuracy >= 91"]
    assert "is it per cent?" in text
    assert loads(text).metrics["accuracy"] == Metric("accuracy", None, 0, 100, "%")
    assert keeps_its_word(text, table) == 1


def test_the_evidence_stands_beside_each_rule() -> None:
    text = proposed({"accuracy": {"value": 0.91, "n": 400}, "f1": 0.88, "recall": {"k": 9, "n": 10}})[1]
    assert "- accuracy >= 0.883  # was 0.91, n 400; 95 % sure" in text
    assert "- f1 >= 0.87         # was 0.88; check me" in text
    assert "n 10; 95 % sure" in text


# -- slices


def sliced_document(**regions: Any) -> dict[str, Any]:
    return {"slices": [{"slice": {"region": region}, "metrics": metrics} for region, metrics in regions.items()]}


def test_slices_become_a_starred_rule_with_the_floor_of_the_worst() -> None:
    document = sliced_document(
        eu={"recall": 0.9}, us={"recall": {"value": 0.81, "n": 71}}, no={"recall": {"value": 0.95, "n": 2}}
    )
    first, text, table = proposed({"recall": 0.88, **document})
    assert [line.rule for line in first.rules] == ["recall >= 0.87", "recall[region=*] >= 0.722"]
    assert "was 0.81, n 71 on region=us, the worst of 3; 95 % sure" in text
    assert loads(text).slices == {"region": ("eu", "us", "no")}
    assert keeps_its_word(text, table) == 2


def test_a_slice_that_vanishes_blocks() -> None:
    _, text, table = proposed(sliced_document(eu={"recall": 0.9}, us={"recall": 0.8}))
    only = Measurements.of(each for each in table if each.slice == Slice.of({"region": "eu"}))
    assert verdict(loads(text), only).exit_code == 3


def test_only_values_that_every_rule_has_are_declared() -> None:
    _, text, table = proposed(sliced_document(eu={"recall": 0.9, "f1": 0.8}, us={"recall": 0.8}))
    assert loads(text).slices == {"region": ("eu",)}
    assert "# not there for every rule: us" in text
    assert keeps_its_word(text, table) == 2


def test_a_slice_without_a_value_leaves_its_rule_out() -> None:
    first, text, _ = proposed({"f1": 0.8, **sliced_document(eu={"recall": 0.9}, us={"recall": None})})
    assert [line.rule for line in first.rules] == ["f1 >= 0.79"]
    assert "recall[region=*] region=us is null" in text


def test_columns_together_are_starred_together() -> None:
    document = {"slices": [{"slice": {"b": "1", "a": str(value)}, "metrics": {"recall": 0.9}} for value in (1, 2)]}
    first, text, table = proposed(document)
    assert [line.rule for line in first.rules] == ["recall[a=*, b=*] >= 0.89"]
    assert loads(text).slices == {"a": ("1", "2"), "b": ("1",)}
    assert keeps_its_word(text, table) == 1


@pytest.mark.parametrize("value", ["02134", "no", "null", "1:30", "a, b", "]", "#x", "'", '"', "\u202e", "*", ""])
def test_values_of_slices_stay_as_they_are(value: str) -> None:
    document = {"slices": [{"slice": {"zip code": value}, "metrics": {"recall": 0.9}}]}
    _, text, table = proposed(document)
    assert loads(text).slices == {"zip code": (value,)}
    assert keeps_its_word(text, table) == 1


def test_a_thousand_slices_stay_readable() -> None:
    _, text, table = proposed(sliced_document(**{f"region-{index}": {"recall": 0.9} for index in range(1000)}))
    assert max(map(len, text.split("\n"))) <= 110
    assert keeps_its_word(text, table) == 1


# -- the whole


def run(document: Any, **request: Any) -> Written:
    return first_policy(InitRequest(inputs=["-"], stdin=io.BytesIO(json.dumps(document).encode()), **request))


def problem(document: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(GateError) as caught:
        run(document, **request)
    assert caught.value.exit_code == 2
    (only,) = caught.value.problems
    return only.slug, str(only)


def test_without_a_direction_the_metrics_are_listed_and_the_answer_is_asked_for() -> None:
    slug, said = problem({"profit": 3, "my score": 0.4, "n": 5})
    assert slug == "no-direction"
    assert "    profit\n    my score\n" in said
    assert "--better profit=higher" in said


def test_without_a_number_the_reasons_are_told() -> None:
    slug, said = problem({"f1": None, "epoch": 3, "ok": True, "accuracy": 0})
    assert slug == "no-direction"
    for reason in ("f1 is null", "epoch says how the run went", "ok is yes or no", "accuracy is 0, the worst it can be"):
        assert reason in said


def test_nothing_measured_is_refused() -> None:
    assert problem({"status": []})[0] == "no-measurements"
    with pytest.raises(UsageError):
        first_policy(InitRequest(inputs=[]))


def test_a_direction_for_a_metric_that_there_is_not_is_refused() -> None:
    slug, said = problem({"profit": 3}, better={"proft": HIGHER})
    assert slug == "unknown-metric"
    assert "did you mean `profit`?" in said


def test_the_command_checks_the_same_metrics() -> None:
    assert run({"f1": 0.8}).command == "gate check -"
    assert (
        run({"f1": 0.8}, path="policies/model.yaml", reader="json").command == "gate check - -p policies/model.yaml --from json"
    )
    assert "# Then: gate check -\n" in run({"f1": 0.8}).text


def test_the_name_is_that_of_the_repository_made_safe(tmp_path: Path) -> None:
    folder = tmp_path / "fraud: détection\n#2" / "policies"
    folder.mkdir(parents=True)
    assert policy_name(str(folder / "gate.yaml")) == "policies"
    (folder.parent / ".git").mkdir()
    assert policy_name(str(folder / "gate.yaml")) == "fraud-détection-2"
    assert policy_name("/gate.yaml") == "model"
    assert loads(f"gate: 1\nname: {scalar('yes')}\nrules: [f1 > 0]").name == "yes"


def test_the_same_metrics_give_the_same_bytes() -> None:
    document = {"f1": 0.8, **sliced_document(eu={"recall": 0.9})}
    assert run(document).text == run(document).text


def test_a_name_with_a_quote_needs_no_second_pair() -> None:
    assert rule_name("recall") == "recall"
    assert rule_name("baseline") == '"baseline"'
    assert rule_name('a"b') == '"a\\"b"'


def test_nothing_but_names_and_numbers_of_the_file_goes_into_the_policy() -> None:
    table = read_mapping({"f1": 0.8})
    broken = replace(propose(table, {}), unruled=())
    assert "\x1b" not in write(broken, "x\x1b[31m", "gate check \x1b[31m")
