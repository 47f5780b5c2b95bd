"""Lines with the names of a metrics file, ready to paste."""

from __future__ import annotations

import pytest

from gate.documents.yaml import load
from gate.language.parse import parse
from gate.language.tree import Reading, walk
from gate.policy.spelling import pasted, respelt, spelt

NAMES = [
    "recall",
    "weighted avg.f1-score",
    "macro avg.f1-score",
    "acc,none",
    "http.p(95)",
    "mAP@[.5:.95]",
    "loss #2",
    'a"b',
    "1/3",
]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("recall", "recall"),
        ("val.f1-score", "val.f1-score"),
        ("weighted avg.f1-score", '"weighted avg".f1-score'),
        ("task.acc,none", 'task."acc,none"'),
        ("http.p(95)", 'http."p(95)"'),
        ("a b.c d", '"a b.c d"'),
        ("mAP@[.5:.95]", '"mAP@[.5:.95]"'),
        ("true", '"true"'),
        ("1/3", '"1/3"'),
        ("a..b c", '"a..b c"'),
        (".a b", '".a b"'),
        ('say "x".y', '"say \\"x\\"".y'),
    ],
)
def test_only_the_piece_that_needs_them_has_quotes(name: str, written: str) -> None:
    assert spelt(name) == written
    assert [node.metric for node in walk(parse(f"{written} > 1")) if isinstance(node, Reading)] == [name]


@pytest.mark.parametrize(
    ("line", "better"),
    [
        ("  - weighted avg.f1-score >= 0.8", """- '"weighted avg".f1-score >= 0.8'"""),
        (
            "  - {check: weighted avg.f1-score >= 0.8, level: warn}",
            """- {check: '"weighted avg".f1-score >= 0.8', level: warn}""",
        ),
        ("    check: weighted avg.f1-score >= 0.8", """check: '"weighted avg".f1-score >= 0.8'"""),
        ("  - acc,none > 0.5", """- '"acc,none" > 0.5'"""),
        ("  - {check: acc,none > 0.5}", """- {check: '"acc,none" > 0.5'}"""),
        ("  - http.p(95) < 200", '- http."p(95)" < 200'),
        ("  - mAP@[.5:.95] > 0.3", """- '"mAP@[.5:.95]" > 0.3'"""),
        ("  - loss #2 < 1", """- '"loss #2" < 1'"""),
        ("  - 'weighted avg.f1-score > 0.2'", """- '"weighted avg".f1-score > 0.2'"""),
        ("  - weighted avg.f1-score > 0.2  # note", """- '"weighted avg".f1-score > 0.2'  # note"""),
        ("  - weighted avg f1 score > 0.2", """- '"weighted avg".f1-score > 0.2'"""),
        (
            "  - abs(macro avg.f1-score - weighted avg.f1-score) < 1",
            """- abs("macro avg".f1-score - "weighted avg".f1-score) < 1""",
        ),
        ("  - recall >= 0.8", ""),
        ("  - something else >= 0.8", ""),
        ('  - "acc,none" >= 0.6', """- '"acc,none" >= 0.6'"""),
        ("  why: acc,none is low", ""),
        ("  - weighted avg.f1-score is  # note", ""),
        ("", ""),
    ],
)
def test_names_of_the_metrics_are_quoted_in_the_line(line: str, better: str) -> None:
    assert respelt(line, NAMES) == better


@pytest.mark.parametrize("name", [name for name in NAMES if spelt(name) != name and '"' not in name])
@pytest.mark.parametrize("line", ["- {} >= 0.5", "- check: {} >= 0.5", "- {{check: {} >= 0.5, level: warn}}", "- 1 - {} >= 0.5"])
def test_what_is_to_paste_reads_the_metric(name: str, line: str) -> None:
    better = respelt(line.format(name), NAMES)
    (item,) = load(better, "")[0]
    rule = item if isinstance(item, str) else item["check"]
    assert [node.metric for node in walk(parse(rule)) if isinstance(node, Reading)] == [name]


def test_a_line_that_is_right_stays_as_it_is() -> None:
    assert pasted("  - 'recall >= 0.8'  # why") == "- 'recall >= 0.8'  # why"
    assert pasted("  - nothing") == ""
    assert pasted("") == ""
