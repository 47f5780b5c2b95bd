"""The decision as OpenMetrics text: numbers for GitLab's metrics report and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf, isnan

from gate.reports.entries import policy_of
from gate.reports.numbers import same
from gate.reports.plain import escape, plain
from gate.terms.decision import Decision, Finding, Outcome, Verdict

DIGITS = 6  # of a value: what is beyond would differ from run to run without meaning anything
Labels = dict[str, str]


def render(decision: Decision) -> str:
    """The verdict, and outcome, value, threshold and margin of each finding, ending in `# EOF` and a newline.

    `gate_verdict` and `gate_outcome` are state sets: the state that holds is 1, the others 0. What a finding does not
    have has no line. Numbers have 6 significant digits, whole ones all of theirs; booleans are 1 and 0.
    """
    labels = _labels(decision)
    rows = list(zip(labels, decision.findings, strict=True))
    families = [
        _states("gate_verdict", "The verdict of the decision", [({}, decision.verdict.value)], [each.value for each in Verdict]),
        _gauge("gate_exit_code", "The exit code that follows from the verdict", [({}, decision.exit_code)]),
        _gauge("gate_advisory", "1 where the policy says that nothing in it can block", [({}, decision.advisory)]),
        _info("gate_error", "Why the gate could not run", decision.messages),
        _states(
            "gate_outcome", "What judging a rule on a slice found",
            [(each, finding.outcome.value) for each, finding in rows], [each.value for each in Outcome],
        ),
        _gauge("gate_value", "What was measured", [(each, finding.value) for each, finding in rows]),
        _gauge("gate_threshold", "What is needed", [(each, finding.threshold) for each, finding in rows]),
        _gauge("gate_margin", "How far the value is on the good side", [(each, _margin(of)) for each, of in rows]),
    ]  # fmt: skip
    return "".join(f"{line}\n" for family in families for line in family) + "# EOF\n"


def _labels(decision: Decision) -> list[Labels]:
    """What each finding is known by, no two alike: policy, rule, slice, and the metrics of the candidate that it read."""
    seen: dict[tuple[str, ...], int] = {}
    told = []
    for finding in decision.findings:
        policy = policy_of(decision, finding)
        metrics = dict.fromkeys(each.metric for each in finding.reads if each.of == "candidate")
        labels = {
            "policy": policy.name if policy else finding.policy,
            "rule": finding.rule,
            "slice": str(finding.slice),
            "metric": ",".join(metrics),
        }
        key = tuple(_quoted(text) for text in labels.values())
        seen[key] = seen.get(key, 0) + 1
        told.append(labels if seen[key] == 1 else {**labels, "again": str(seen[key])})
    return told


def _margin(finding: Finding) -> float | None:
    """The margin; rounding noise is none."""
    if finding.margin is None or finding.value is None or finding.threshold is None:
        return finding.margin
    return 0 if same(finding.value, finding.threshold) else finding.margin


# -- families of samples


def _gauge(name: str, says: str, samples: Iterable[tuple[Labels, float | bool | None]]) -> Iterator[str]:
    written = [f"{name}{_braced(labels)} {_number(value)}" for labels, value in samples if value is not None]
    return _family(name, "gauge", says, written)


def _states(name: str, says: str, samples: Iterable[tuple[Labels, str]], states: list[str]) -> Iterator[str]:
    written = [f"{name}{_braced({**labels, name: state})} {int(state == held)}" for labels, held in samples for state in states]
    return _family(name, "stateset", says, written)


def _info(name: str, says: str, messages: Iterable[str]) -> Iterator[str]:
    written = [f"{name}_info{_braced({'message': message})} 1" for message in dict.fromkeys(messages)]
    return _family(name, "info", says, list(dict.fromkeys(written)))


def _family(name: str, kind: str, says: str, samples: list[str]) -> Iterator[str]:
    if samples:
        yield f"# TYPE {name} {kind}"
        yield f"# HELP {name} {says}."
        yield from samples


def _braced(labels: Labels) -> str:
    written = [f'{name}="{_quoted(text)}"' for name, text in labels.items() if text]
    return f"{{{','.join(written)}}}" if written else ""


def _quoted(text: str) -> str:
    """The text as a label's value. GitLab cuts a line at its first `#`, whatever that stands in."""
    shown = "\n".join(plain(line) for line in text.split("\n")).replace("#", escape("#"))
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float | bool) -> str:
    try:
        real = float(value)
    except OverflowError:  # a whole number beyond any float
        real = inf if value > 0 else -inf
    if isnan(real):
        return "NaN"
    if real in (inf, -inf):
        return "+Inf" if real > 0 else "-Inf"
    return str(int(real)) if real == int(real) and abs(real) < 1e15 else f"{real:.{DIGITS}g}"
