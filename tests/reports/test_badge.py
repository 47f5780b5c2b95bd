"""The badge: what it says, to everyone, on any ground, and that nothing in it acts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from xml.etree import ElementTree

import pytest

from gate.reports.badge import LONGEST, render
from gate.terms.decision import Decision, PolicyIdentity, Verdict

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY: dict[str, Decision] = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
SVG = "{http://www.w3.org/2000/svg}"


def texts(decision: Decision) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(render(decision)).iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, by WCAG 2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("passing", "deploy"), ("warning", "deploy, with warnings · simulated clock"), ("failing", "do not deploy"),
        ("undecided", "undecided, do not deploy"), ("error", "error, do not deploy"),
    ],
)  # fmt: skip
def test_it_says_the_name_and_the_answer(name: str, said: str) -> None:
    assert texts(GOLDEN[name]) == ["fraud-detection", said]


@pytest.mark.parametrize("name", EVERY)
def test_it_says_the_same_to_those_who_do_not_see_it(name: str) -> None:
    root = ElementTree.fromstring(render(EVERY[name]))
    assert root.get("role") == "img"
    title, description = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == ": ".join(texts(EVERY[name]))
    assert f"(verdict {EVERY[name].verdict.value}, exit {EVERY[name].exit_code})" in (description.text or "")


@pytest.mark.parametrize("name", EVERY)
def test_only_a_model_that_may_be_deployed_is_said_to(name: str) -> None:
    assert texts(EVERY[name])[1].startswith("deploy") == EVERY[name].passed


def test_an_error_tells_its_messages() -> None:
    assert "unknown metric `recal`" in render(GOLDEN["error"])


def test_without_a_policy_it_is_gates() -> None:
    assert texts(Decision(Verdict.ERROR)) == ["gate", "error, do not deploy"]


@pytest.mark.parametrize("verdict", Verdict)
def test_letters_are_readable(verdict: Verdict) -> None:
    grounds = set(re.findall(r'fill="(#[0-9a-f]{6})"', render(Decision(verdict))))
    assert len(grounds) == 2
    for ground in grounds:
        assert 1.05 / (luminance(ground) + 0.05) >= 4.5


def test_every_verdict_has_its_colour() -> None:
    assert len({render(Decision(verdict)).partition('rx="3.5" fill="')[2][:7] for verdict in Verdict}) == len(Verdict)


def test_a_policy_that_only_advises_says_so() -> None:
    decision = replace(GOLDEN["passing"], policies=(PolicyIdentity("p", "p.yaml", "", 1, advisory=True),))
    assert texts(decision) == ["p", "deploy · advisory"]


def test_letters_stay_inside() -> None:
    for name in ("iiilll", "WWWMMM", "文字化け", "x" * 400):
        decision = replace(GOLDEN["passing"], policies=(PolicyIdentity(name, "p.yaml", "", 1),))
        root = ElementTree.fromstring(render(decision))
        left, right = root.iter(f"{SVG}text")
        assert len(left.text or "") <= LONGEST
        end = float(left.get("x", "")) + float(left.get("textLength", ""))
        assert end < float(right.get("x", ""))
        assert float(right.get("x", "")) + float(right.get("textLength", "")) < float(root.get("width", ""))


@pytest.mark.parametrize("name", [*decisions["HOSTILE_NAMES"], "]]>", "\x00\x0b", '" onload="alert(1)', "\ufffe", "a\nb"])
def test_no_name_acts(name: str) -> None:
    decision = Decision(Verdict.ERROR, policies=(PolicyIdentity(name, name, name, 1),), messages=(name, f"{name}\n{name}"))
    root = ElementTree.fromstring(render(decision))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {"svg", "title", "desc", "rect", "path", "g", "text"}
    assert not any(key.startswith("on") or "href" in key or key == "style" for each in root.iter() for key in each.attrib)
    assert all(text.isprintable() for each in root.iter() for text in (each.text or "").split("\n"))


def test_the_same_decision_is_the_same_bytes() -> None:
    assert render(GOLDEN["failing"]) == render(GOLDEN["failing"])
