"""Charts drawn by mermaid itself in Chromium, in the version that GitHub shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path
from runpy import run_path
from typing import Any
from xml.etree import ElementTree

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from gate.reports.charts import chart
from gate.reports.markdown import render
from gate.terms.decision import Decision, Outcome, Verdict
from gate.terms.slice import Slice

pytestmark = [pytest.mark.slow, pytest.mark.browser]
looks = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
NAMES: tuple[str, ...] = looks["HOSTILE_NAMES"]
# What mermaid draws instead of a chart; its command line exits 0 on the first.
TROUBLE = ("Maximum text size", "Syntax error")


class Mermaid:
    """The diagrams of a Markdown text, each as the texts that are seen in it."""

    def __init__(self, consumers: Any, run: Callable[..., Any], folder: Path) -> None:
        self.consumers, self.run, self.folder = consumers, run, folder
        self.settings = folder / "puppeteer.json"
        browser = {"executablePath": consumers("chromium"), "args": ["--no-sandbox", "--disable-gpu"]}
        self.settings.write_text(json.dumps(browser), encoding="utf-8")

    def draw(self, markdown: str) -> list[list[str]]:
        """GitHub's own Markdown finds the diagrams: a fence inside a longer one is none."""
        html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
        sources = [unescape(each) for each in re.findall(r'<pre lang="mermaid"><code>(.*?)</code></pre>', html, re.DOTALL)]
        source, target = self.folder / "report.md", self.folder / "out.md"
        source.write_text("\n".join(f"```mermaid\n{each}```\n" for each in sources), encoding="utf-8")
        done = self.run(self.consumers("mmdc"), "-p", self.settings, "-i", source, "-o", target)
        assert done.returncode == 0, done.stdout + done.stderr
        files = sorted(self.folder.glob("out-*.svg"), key=lambda file: int(file.stem.partition("-")[2]))
        assert len(files) == len(sources)
        told = [file.read_text(encoding="utf-8") for file in files]
        for file in files:
            file.unlink()
        return [self.seen(svg) for svg in told]

    def seen(self, svg: str) -> list[str]:
        assert not [each for each in TROUBLE if each in svg]
        root = ElementTree.fromstring(svg)
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        assert tags <= {"svg", "style", "g", "rect", "text", "path", "defs", "marker", "line"}, tags
        assert not [each for element in root.iter() for each in element.attrib if each.lower().startswith("on")]
        return [each.text or "" for each in root.iter() if each.tag.endswith("}text")]


@pytest.fixture
def mermaid(consumers: Any, run: Callable[..., Any], tmp_path: Path) -> Mermaid:
    return Mermaid(consumers, run, tmp_path)


def by_slice(names: list[str], expression: str = "recall[region=*] >= 0.8") -> Decision:
    found = [
        looks["finding"](expression, Outcome.FAIL, slice=Slice.of({"region": name}), value=0.5 + at / 100, threshold=0.8)
        for at, name in enumerate(names)
    ]
    return Decision(Verdict.FAIL, tuple(found))


def test_every_chart_of_the_golden_reports_is_drawn(mermaid: Mermaid, decisions: Mapping[str, Decision]) -> None:
    reports = "\n\n".join(render(decision) for decision in decisions.values())
    drawn = mermaid.draw(reports)
    assert drawn
    titles = [next(text for text in texts if "[region=*]" in text) for texts in drawn]
    assert set(titles) == {"recall[region=*] ≥ 0.8", "latency_p95_ms[region=*] ≤ 200"}


def test_every_hostile_name_is_a_label_and_nothing_else(mermaid: Mermaid) -> None:
    pages = [list(NAMES[at : at + 15]) for at in range(0, len(NAMES), 15)]
    drawn = mermaid.draw("\n\n".join(render(by_slice(names)) for names in pages))
    assert len(drawn) == len(pages)
    for texts, names in zip(drawn, pages, strict=True):
        numbers = [text for text in texts if re.fullmatch(r"-?[\d.]+", text)]
        assert "recall[region=*] ≥ 0.8" in texts
        assert len(texts) - len(numbers) == len(names) + 1, texts


def test_every_hostile_name_is_a_title_and_nothing_else(mermaid: Mermaid) -> None:
    told = "\n\n".join(render(by_slice(["a", "b", "c"], f'"{name}"[region=*] >= 0.8')) for name in NAMES[::2])
    drawn = mermaid.draw(told)
    assert len(drawn) == len(NAMES[::2])
    for texts in drawn:
        others = [text for text in texts if not re.fullmatch(r"-?[\d.]+", text)]
        assert len(others) == 4
        assert {"a", "b", "c"} <= set(others)


@pytest.mark.parametrize("across", [True, False])
def test_numbers_of_any_size_and_sign(mermaid: Mermaid, across: bool) -> None:
    sizes = [1e-300, 1e-9, 1e-3, 1.0, 1e5, 1e9, 1e299]
    charts = [chart(f"size {size}", ["a", "b"], [size, -size / 3], [[size / 2, 0.0]], across=across) for size in sizes]
    charts += [chart("lines", (), (), [[0.1, 0.2, 0.3]], across=across), chart("zero", ["a"], [0.0], across=across)]
    charts += [chart("many", [f"{at:020}" for at in range(60)], [at / 60 for at in range(60)], across=across)]
    drawn = mermaid.draw("\n\n".join(each for each in charts if each))
    assert len(drawn) == len(charts)
    assert not [text for texts in drawn for text in texts if "NaN" in text]


@pytest.mark.parametrize(
    "broken",
    [
        ("bar [", "bar [1e-3, "),
        ("bar [", "bar [NaN, "),
        ('title "', 'title "a"b'),
        ("xychart-beta", "xychart-gamma"),
    ],
    ids=["exponent", "not a number", "quote", "kind"],
)
def test_a_broken_chart_is_found(mermaid: Mermaid, broken: tuple[str, str]) -> None:
    good = chart("t", ["a", "b"], [0.1, 0.2])
    assert good is not None
    with pytest.raises(AssertionError, match="rror"):
        mermaid.draw(good.replace(*broken))


def test_the_picture_of_a_text_that_is_too_long_is_found(mermaid: Mermaid) -> None:
    good = chart("t", ["a", "b"], [0.1, 0.2])
    assert good is not None
    with pytest.raises(AssertionError, match="Maximum text size"):
        mermaid.draw(good.replace('"t"', f'"{"t" * 51_000}"'))


def test_hostile_slices_of_the_whole_report(mermaid: Mermaid) -> None:
    """Chart, tables and paragraphs of one report whose every field is hostile."""
    found = [
        replace(each, rule="r", policy="p", parts=(), value=0.4, expression=each.expression, waiver=None, outcome=Outcome.FAIL)
        for each in looks["EXTREME"].findings[:15]
    ]
    decision = replace(looks["EXTREME"], findings=tuple(found), messages=())
    assert len(mermaid.draw(render(decision, limit=10**9))) == 1
