"""Golden decisions: what a person may meet, built by hand; every report is rendered from each of them."""

from __future__ import annotations

from dataclasses import replace

from gate.errors import Place
from gate.terms.baseline import Baseline, Origin
from gate.terms.case import Case, LostCase
from gate.terms.decision import (
    Decision,
    Finding,
    InputIdentity,
    Level,
    Outcome,
    Part,
    PolicyIdentity,
    Read,
    Reason,
    Share,
    UsedWaiver,
    Verdict,
)
from gate.terms.measurement import Interval, Measurement
from gate.terms.measurements import Measurements
from gate.terms.revision import Proposed, ProposedChange, Revision
from gate.terms.slice import Slice

OPERATORS = (">=", "<=", "==", "!=", ">", "<")
METRICS_SHA = "77ab2f0c6b8e5f5d0a3c2f6de1b4a9987c65d4e3f2a1b0c9d8e7f6a5b4c3d2e1"
POLICY_SHA = "1f0c9a7de2b45c6f8071a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7"
BASELINE_SHA = "b51e0f4c2d3a49586776859483a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4"


MAIN = Origin("ci:main", "main", "9b0d77e41c2f3a5b6d7e8f901234567890abcdef", "2026-11-20T08:00:00Z", "pass")


def finding(
    expression: str, outcome: Outcome = Outcome.PASS, *, line: int = 0, file: str = "gate.yaml", **rest: object
) -> Finding:
    """A finding with the parts that follow from the others filled in."""
    operator = next((each for each in OPERATORS if f" {each} " in expression), "")
    level = rest.get("level", Level.BLOCK)
    effects = {Outcome.PASS: Verdict.PASS, Outcome.FAIL: Verdict.FAIL}
    effect = effects.get(outcome, Verdict.UNDECIDED)
    if outcome is not Outcome.PASS and level is not Level.BLOCK:
        effect = Verdict.WARN if level is Level.WARN else Verdict.PASS
    value, threshold, margin = rest.get("value"), rest.get("threshold"), None
    if isinstance(value, float) and isinstance(threshold, float):
        margin = value - threshold if operator in (">", ">=") else threshold - value
    given = {"rule": expression, "policy": "fraud-detection", "level": level, "effect": effect, "operator": operator}
    where = Place(file, line, 5) if line else None
    return Finding(**{**given, "expression": expression, "outcome": outcome, "margin": margin, "where": where, **rest})  # type: ignore[arg-type]


def decision(verdict: Verdict, findings: list[Finding], **rest: object) -> Decision:
    """A decision of the fraud model's policy."""
    rules = len({each.rule for each in findings})
    given: dict[str, object] = {
        "policies": (PolicyIdentity("fraud-detection", "gate.yaml", POLICY_SHA, rules, extends=("recall-critical",)),),
        "inputs": (
            InputIdentity("metrics", "metrics.json", "json", METRICS_SHA),
            InputIdentity("baseline", "decision.json", "decision", BASELINE_SHA),
        ),
        "baselines": (Baseline("baseline", MAIN, Measurements()),),
        "commit": "3f2a1c9e5b7d84206f1e3a5c7b9d0e2f4a6c8b1d",
        "judged_at": "2026-11-22T09:41:07Z",
        "gate_version": "0.1.0",
    }
    return Decision(verdict, tuple(findings), **{**given, **rest})  # type: ignore[arg-type]


def region(name: str) -> Slice:
    return Slice.of({"region": name})


HOLDING = [
    finding("accuracy > 0.8", line=12, value=0.9731, threshold=0.8, n=18240.0),
    finding("precision >= 0.6", line=13, value=0.7142, threshold=0.6, n=696.0),
    finding("f1 >= 0.7", line=14, value=0.76, threshold=0.7),
    finding("roc_auc >= 0.95", line=15, value=0.9712, threshold=0.95, interval=Interval(0.9631, 0.9788, 0.9)),
    finding("recall[region=*] >= 0.8", line=11, slice=region("eu"), value=0.846, threshold=0.8, n=301.0),
    finding("accuracy > no_information_rate", line=16, value=0.9731, threshold=0.9664),
    finding("ece <= 0.05", line=17, value=0.0213, threshold=0.05),
    finding("error_rate <= 0.001", line=19, value=0.000412, threshold=0.001, n=1048576.0),
    finding("model_size_mb <= 250", line=20, value=184.0, threshold=250.0, unit="MB"),
    finding("has_model_card == true", line=21, value=True, threshold=True),
]

LOST = (
    Share(region("latam"), 0.64, 0.79, 71.0, -0.0174),
    Share(region("apac"), 0.79, 0.85, 84.0, -0.0103),
    Share(region("us"), 0.829, 0.857, 156.0, -0.0081),
)

FAILING = decision(
    Verdict.FAIL,
    [
        finding(
            "recall >= 0.85", Outcome.FAIL, line=9, value=0.812, threshold=0.85, n=612.0, interval=Interval(0.7849, 0.8364, 0.9),
            baseline="main", baseline_value=0.853, shares=LOST,
            reasons=(Reason("below", "`recall` is at most 0.8364 with 95 % confidence"),),
            why="One point of recall is about 300 missed frauds a week.", owner="@fraud-ml",
            reads=(Read("candidate", "recall", Slice(), 0.812, 612.0), Read("baseline", "recall", Slice(), 0.853, 598.0)),
        ),
        finding(
            "recall >= baseline - 0.01", Outcome.FAIL, line=22, rule="no-regression", value=0.812, threshold=0.843, n=612.0,
            baseline="main", baseline_value=0.853, owner="@fraud-ml",
        ),
        finding(
            "recall[region=*] >= 0.8", Outcome.UNDECIDED, line=11, slice=region("apac"), value=0.821, threshold=0.8, n=84.0,
            interval=Interval(0.7421, 0.8794, 0.9), baseline="main", baseline_value=0.817,
            reasons=(
                Reason(
                    "weak", "84 positives cannot show that `recall` is above 0.8",
                    "about 310 more positives of `region=apac` would settle it",
                ),
            ),
        ),
        finding(
            "latency_p95_ms <= 200", Outcome.FAIL, line=18, level=Level.WARN, value=231.0, threshold=200.0, unit="ms",
            baseline="main", baseline_value=187.0, owner="@serving",
        ),
        *HOLDING,
    ],
    unused=("confusion.fn", "confusion.fp", "confusion.tn", "confusion.tp", "train_seconds"),
)  # fmt: skip

PASSING = decision(
    Verdict.PASS,
    [replace(each, baseline="", baseline_value=None, evidence="measured") for each in HOLDING],
    inputs=(InputIdentity("metrics", "metrics.json", "json", METRICS_SHA),),
    baselines=(),
)

UNDECIDED = decision(
    Verdict.UNDECIDED,
    [
        finding(
            "recall >= 0.85", Outcome.UNDECIDED, line=9, value=0.9048, threshold=0.85, n=42.0,
            reasons=(Reason("min-n", "n is 42; the rule asks for at least 200 (`min_n`)", "measure on more data"),),
            why="One point of recall is about 300 missed frauds a week.", owner="@fraud-ml",
        ),
        finding(
            "recall[region=*] >= 0.8", Outcome.MISSING, line=11, slice=region("latam"),
            reasons=(
                Reason(
                    "missing-slice", "`gate.yaml` declares `region=latam`; metrics.json has no `recall` for it",
                    "measure it, or take `latam` out of `slices:`",
                ),
            ),
        ),
        finding(
            "f1 >= expected_low(f1, 8)", Outcome.MISSING, line=23, value=0.76,
            reasons=(Reason("no-history", "there are no earlier runs of `fraud-detection` to expect anything from"),),
        ),
        finding(
            "recall >= 0.9 and precision >= 0.6", Outcome.UNDECIDED, line=24, rule="balance", value=0.9048, threshold=0.9, n=42.0,
            operator=">=",
            reasons=(Reason("min-n", "n is 42; the rule asks for at least 200 (`min_n`)", "measure on more data"),),
            parts=(
                Part("recall >= 0.9", 0.9048, ">=", 0.9, 0.0048, Outcome.UNDECIDED),
                Part("precision >= 0.6", 0.7142, ">=", 0.6, 0.1142, Outcome.PASS),
            ),
        ),
        *HOLDING[:6],
    ],
)  # fmt: skip

WAIVER = UsedWaiver("2026-12-31", "relabelled data, RISK-123", "@head-of-risk", "recall >= 0.8")
WARNING = decision(
    Verdict.WARN,
    [
        finding(
            "recall >= baseline - 0.01", Outcome.FAIL, line=22, rule="no-regression", effect=Verdict.WARN, waiver=WAIVER,
            value=0.8412, threshold=0.843, n=612.0, baseline="main", baseline_value=0.853, owner="@fraud-ml",
        ),
        finding(
            "latency_p95_ms <= 200", Outcome.FAIL, line=18, level=Level.WARN, value=200.04, threshold=200.0, unit="ms",
            baseline="main", baseline_value=187.0, owner="@serving",
        ),
        finding(
            "ece <= 0.02", Outcome.FAIL, line=17, level=Level.INFO, value=0.0213, threshold=0.02, blocks_from="2027-01-15",
        ),
        *HOLDING[:6],
    ],
    notes=(
        Reason(
            "waiver-soon", "the waiver of `no-regression` ends in 39 days, on 2026-12-31", "mend the rule, or ask @head-of-risk",
        ),
    ),
    simulated=True,
)  # fmt: skip

ERROR = decision(
    Verdict.ERROR,
    [],
    messages=(
        "gate.yaml:14:7: unknown metric `recal`\n     14 |   - recal >= 0.85\n        |     ^^^^^ did you mean `recall`?"
        "\n  metrics.json has: accuracy, f1, precision, recall",
        "gate.yaml:17:11: `until: 9999-01-01` is more than 180 days ahead\n  write a day up to 2027-05-21",
    ),
    inputs=(InputIdentity("metrics", "metrics.json", "json", METRICS_SHA),),
)

HOSTILE_NAMES = (
    "a|b", "tick`tock``", "<script>alert(1)</script>", "</details>", "@acme/everyone", "#12", "GH-1", "acme/repo#7", "one\ntwo",
    "::error::pwned", "100%0A::warning::x", "\x1b[31mred\x1b[0m", "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "\u202erecall\u2066", "re\u200bcall\ufeff", "[x](http://evil.example)", "![x](https://evil.example/p.png)",
    "https://evil.example/a?b=c", "www.evil.example", "mail@evil.example", "<!-- gate:report -->", "```mermaid", "| --- |", "\\|",
    "$E=mc^2$", ":tada:", "&lt;b&gt;", "##[error]x", "##vso[task.complete result=Succeeded]", "</code></td></tr></table>",
    "3f2a1c9e5b7d84206f1e3a5c7b9d0e2f4a6c8b1d", "\ud800", "文字化け", "x" * 400, "*bold* _it_ ~~gone~~", "- [ ] task", "> quote",
    "]]><x/>", "\x00\x08", "👩\u200d🚒🏳️\u200d🌈", "y" * 990, "%%{init: {'theme': 'forest'}}%%", "#quot;#35;",
    '"]\n  bar [1e9]', "${{ github.token }}",
)  # fmt: skip


def hostile(name: str, at: int) -> Finding:
    outcome = (Outcome.FAIL, Outcome.UNDECIDED, Outcome.MISSING, Outcome.PASS)[at % 4]
    return finding(
        f'"{name}" >= 0.5', outcome, line=at + 3, file=f"{name}.yaml", value=None if at % 4 == 2 else 0.25, threshold=0.5,
        slice=Slice.of({name: name}), reasons=(Reason("hostile", f"{name} is {name}`{name}` {name}", f"try {name}"),),
        notes=(Reason("hostile", name),), why=f"because {name}", owner=name, baseline=name, baseline_value=0.3, unit=name,
        shares=(Share(Slice.of({name: name}), 0.2, 0.3, 10.0, -0.1),), waiver=UsedWaiver(name, name, name, name),
        parts=(Part(name, 0.25, ">=", 0.5, -0.25, outcome), Part(name, None, ">=", None, None, Outcome.MISSING)),
        blocks_from=name,
    )  # fmt: skip


HOSTILE_TABLE = Measurements.of(
    [Measurement(name, 0.25, Slice.of({name: name}), unit=name) for name in HOSTILE_NAMES],
    {name: name for name in HOSTILE_NAMES},
    cases=tuple(Case(name, name, 0, slice=Slice.of({name: name}), error=name) for name in HOSTILE_NAMES),
)

# Everything that a report shows is hostile, every name in every place: for tests, not for eyes.
EXTREME = Decision(
    Verdict.FAIL,
    tuple(hostile(name, at) for at, name in enumerate(HOSTILE_NAMES)),
    policies=tuple(PolicyIdentity(name, f"{name}.yaml", name, 1, advisory=True) for name in HOSTILE_NAMES),
    inputs=tuple(InputIdentity(role, name, name, name) for name in HOSTILE_NAMES for role in ("metrics", "baseline", name)),
    messages=tuple(f"{name}\n{name}" for name in HOSTILE_NAMES),
    notes=tuple(Reason("hostile", name, name) for name in HOSTILE_NAMES),
    unused=HOSTILE_NAMES,
    candidate=HOSTILE_TABLE,
    baselines=tuple(Baseline(name, Origin(name, name, name, name, name, name), HOSTILE_TABLE) for name in HOSTILE_NAMES),
    lost=tuple(LostCase(name, name, name, 1, 0, Slice.of({name: name})) for name in HOSTILE_NAMES),
    revision=Revision(HOSTILE_NAMES[0], HOSTILE_NAMES[1], HOSTILE_NAMES[2]),
    proposed=Proposed(
        HOSTILE_NAMES,
        True,
        tuple(ProposedChange("looser", name, name, (name,)) for name in HOSTILE_NAMES),
        messages=tuple(f"{name}\n{name}" for name in HOSTILE_NAMES),
    ),
    run_url="javascript:alert(1)",
    commit="<img src=x>",
    judged_at="::error::",
    gate_version="@gate",
)

HOSTILE = decision(
    Verdict.FAIL,
    [
        finding(
            f'"{name}" >= 0.5', Outcome.FAIL, line=at + 9, value=0.25, threshold=0.5, owner=name,
            reasons=(Reason("hostile", f"{name} is below its floor", f"look at {name}"),),
        )
        for at, name in enumerate(HOSTILE_NAMES[:6] + HOSTILE_NAMES[8:16])
    ],
    unused=HOSTILE_NAMES[:30],
)  # fmt: skip

REGIONS = [f"r{number:02}" for number in range(40)]
LONG = decision(
    Verdict.FAIL,
    [
        *(
            finding(
                "recall[region=*] >= 0.8", Outcome.FAIL if at % 2 else Outcome.PASS, line=11, slice=region(name), n=100.0 + at,
                value=round(0.79 - at / 1000, 4) if at % 2 else round(0.81 + at / 1000, 4), threshold=0.8,
                why="One point of recall is about 300 missed frauds a week.", owner="@fraud-ml",
            )
            for at, name in enumerate(REGIONS)
        ),
        *(
            finding(f"metric_{at:02} >= {0.5 + at / 200}", line=20 + at, value=0.5 + at / 200 + 0.0123, threshold=0.5 + at / 200)
            for at in range(59)
        ),
    ],
)  # fmt: skip

GROUPS = {"eu": (0.846, 0.851), "us": (0.829, 0.857), "latam": (0.64, 0.79), "apac": (0.805, 0.817), "africa": (0.871, 0.842)}
SLICES = decision(
    Verdict.FAIL,
    [
        *(
            finding(
                "recall[region=*] >= 0.8", Outcome.PASS if now >= 0.8 else Outcome.FAIL, line=11, slice=region(name), value=now,
                threshold=0.8, n=180.0, baseline="main", baseline_value=before,
            )
            for name, (now, before) in GROUPS.items()
        ),
        *(
            finding(
                "latency_p95_ms[region=*] <= 200", line=12, slice=region(name), value=now, threshold=200.0, unit="ms",
            )
            for name, now in {"eu": 184.0, "us": 131.0, "latam": 197.0}.items()
        ),
        finding("recall[region=*] >= 0.8", Outcome.MISSING, line=11, slice=region("oceania"), threshold=0.8),
        *HOLDING[:3],
    ],
)  # fmt: skip

GOLDEN = {
    "failing": FAILING,
    "passing": PASSING,
    "undecided": UNDECIDED,
    "warning": WARNING,
    "error": ERROR,
    "hostile": HOSTILE,
    "long": LONG,
    "slices": SLICES,
}
