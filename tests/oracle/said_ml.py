"""The published cases of other gates for models, said as policies: metrics and baselines are the cases' own."""

from __future__ import annotations

from typing import Any, NamedTuple

Case = dict[str, Any]


class Run(NamedTuple):
    """One question: a policy (its rules, one a line, or all of it), metrics, and a baseline where there is one."""

    policy: str
    metrics: dict[str, Any]
    baseline: dict[str, Any] | None = None


def numbers(table: dict[str, Any] | None) -> dict[str, Any] | None:
    """NaN and infinity as numbers; JSON has only words for them."""
    special = {"NaN": float("nan"), "Infinity": float("inf"), "+Inf": float("inf")}
    return (
        None
        if table is None
        else {name: special.get(value, value) if isinstance(value, str) else value for name, value in table.items()}
    )


def relative_to_baseline(metric: str, sign: str, change: float) -> str:
    """`m >= baseline + 0.1`, `m >= baseline - 0.1`."""
    return f"{metric} {sign} baseline {'-' if change < 0 else '+'} {abs(change):g}"


def times_baseline(metric: str, sign: str, factor: float) -> str:
    return f"{metric} {sign} baseline * {round(factor, 12):g}"


def mlflow(case: Case) -> list[Run]:
    """A value threshold, an absolute and a relative change for each metric: all must hold."""
    rules: list[str] = []
    for metric, wanted in case["rule"]["per_metric"].items():
        up = wanted["greater_is_better"]
        sign = ">=" if up else "<="
        if "threshold" in wanted:
            rules.append(f"{metric} {sign} {wanted['threshold']}")
        change = wanted.get("min_absolute_change")
        if isinstance(change, str):
            return [Run(f"params: {{change: {change}}}\nrules: ['{metric} {sign} baseline + $change']", case["metrics"])]
        if change is not None:
            rules.append(relative_to_baseline(metric, sign, change if up else -change))
        if "min_relative_change" in wanted:
            part = wanted["min_relative_change"]
            rules.append(times_baseline(metric, sign, 1 + part if up else 1 - part))
    return [Run("\n".join(rules), numbers(case["metrics"]) or {}, numbers(case["baseline"]))]


def tfma(case: Case) -> list[Run]:
    """Bounds on a value; changes are differences to the baseline, or shares of it."""
    rule, metric = case["rule"], case["rule"]["metric"]
    bounds, change = rule.get("value_threshold", {}), rule.get("change_threshold")
    rules = [f"{metric} >= {bounds['lower_bound']}"] if "lower_bound" in bounds else []
    rules += [f"{metric} <= {bounds['upper_bound']}"] if "upper_bound" in bounds else []
    if change:
        sign = ">=" if change["direction"] == "HIGHER_IS_BETTER" else "<="
        if "absolute" in change:
            rules.append(relative_to_baseline(metric, sign, change["absolute"]))
        else:
            rules.append(times_baseline(metric, sign, 1 + change["relative"]))
    return [Run("\n".join(rules), case["metrics"], case["baseline"])]


def tfma_slice(case: Case) -> list[Run]:
    """The same on slices: by their columns, or by their values."""
    columns, values = case["metrics"]["slice"], {k: v for k, v in case["metrics"].items() if k != "slice"}
    metric, bound = case["rule"]["metric"], case["rule"]["value_threshold"]["upper_bound"]
    selectors = [""]
    if case["rule"]["slicing_specs"]:
        selectors = [_selector(spec) for spec in case["rule"]["slicing_specs"]]
    metrics = {"slices": [{"slice": columns, "metrics": values}]} if columns else values
    return [Run("\n".join(f'"{metric}{selector} <= {bound}"' for selector in selectors), metrics)]


def _selector(spec: dict[str, Any]) -> str:
    wanted = dict.fromkeys(spec.get("feature_keys", ()), "*") | spec.get("feature_values", {})
    return "[" + ", ".join(f"{key}={value}" for key, value in wanted.items()) + "]"


def approximately(case: Case) -> list[Run]:
    """Evidently's `approx(reference) OP value`: a band around a reference."""
    rule = case["rule"]
    band = f"{rule['relative']} * baseline(reference)" if "relative" in rule else str(rule["absolute"])
    text = {
        "eq": f"abs(measured - baseline(reference)) <= {band}",
        "le": f"measured >= baseline(reference) - {band}",
        "ge": f"measured <= baseline(reference) + {band}",
        "gt": f"measured < baseline(reference) - {band}",
    }[rule["op"]]
    return [Run(text, {"measured": case["metrics"]["value"]}, case["baseline"])]


WORDS = {
    "greater_than": ">", "greater_than_or_equal": ">=", "less_than": "<", "less_than_or_equal": "<=",
    "gt": ">", "gte": ">=", "lte": "<=", "eq": "==", "must_not_be": "!=",
}  # fmt: skip


def soda_threshold(case: Case) -> list[Run]:
    ((key, value),) = [(key, value) for key, value in case["rule"].items() if key != "kind"]
    if isinstance(value, dict):
        joined = " or " if key == "must_be_not_between" else " and "
        return [Run(joined.join(f"m {WORDS[word]} {bound}" for word, bound in value.items()), case["metrics"])]
    return [Run(f"m {WORDS.get(key) or WORDS[key.removeprefix('must_be_')]} {value}", case["metrics"])]


def compared(case: Case) -> list[Run]:
    return [Run(f"m {WORDS[case['rule']['op']]} {case['rule']['value']}", case["metrics"])]


def exit_codes(case: Case) -> list[Run]:
    """An invalid rule for what went wrong, a rule that blocks and fails, one that warns and fails."""
    rules = {"errors": "x >", "failed": "x > 1", "warned": "{check: x > 2, level: warn}"}
    return [Run("\n".join(text for name, text in rules.items() if name in case["metrics"]), {"x": 0})]


KINDS = {
    "mlflow.MetricThreshold": mlflow,
    "tfma.MetricThreshold": tfma,
    "tfma.PerSliceMetricThreshold": tfma_slice,
    "evidently.approx": approximately,
    "soda.threshold": soda_threshold,
    "compare": compared,
    "exit_code": exit_codes,
}

LATEST = {"row_count": 10}
PERCENT = "(row_count - baseline) / baseline < 10%"
BY_HAND: dict[str, list[Run]] = {
    "c071": [Run("model_cosine_similarity >= 0.9", {"model_cosine_similarity": 0.99})],
    "c089": [Run("rules: []", {"auc": 0.9})],
    "c090": [Run("advisory: true\nrules: []", {"auc": 0.9})],
    "c118": [Run("row_count - mean(last(row_count, 7)) == 1", LATEST)],
    "c120": [Run(PERCENT, LATEST, {"row_count": 10})],
    "c122": [Run("-10% <= (row_count - min(last(row_count, 5))) / min(last(row_count, 5)) <= 25%", LATEST)],
    "c123": [Run(PERCENT, LATEST, {"row_count": 8})],
    "c172": [Run("metrics: {m: {range: [2.1, 2.1]}}\nrules: [m > 2]", {"m": 2.1})],
    "c173": [Run("true <= m <= 1.0", {"m": 0.5})],
    "c184": [Run("a > 0\n{check: b > 0, level: warn}", {"a": 1, "b": -1})],
}


def said(case: Case) -> list[Run]:
    """The case as gate would be asked it."""
    return BY_HAND[case["id"]] if case["id"] in BY_HAND else KINDS[case["rule"]["kind"]](case)
