"""What pages say of each other and of policies: links lead somewhere, policies that are shown load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.policy.load import loads

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("policies/*.md")])


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", without_blocks(text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def targets(text: str) -> list[str]:
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?:src|srcset|href)=\"([^\"]+)\"", text)
    return [link for link in links if not link.startswith(("https:", "http:"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in targets(without_blocks(text_of(page))):
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def test_a_wrong_link_is_found() -> None:
    text = '[a](there.md) <img src="b.png"> [c](https://example.com) [d](#e)'
    assert targets(text) == ["there.md", "#e", "b.png"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_policies_that_are_shown_load(page: Path) -> None:
    for block in re.findall(r"^```yaml\n(gate: 1\n.*?)^```$", text_of(page), re.DOTALL | re.MULTILINE):
        assert loads(block, today="2026-11-01").rules


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_path_of_a_machine(page: Path) -> None:
    assert not re.search(r"/(work|tmp|home|root|Users)/", text_of(page))


def test_the_first_python_of_the_page_on_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = text_of(ROOT / "docs" / "python.md").partition("```python\n")[2].partition("```")[0]
    (tmp_path / "gate.yaml").write_text("gate: 1\nrules: [accuracy > 0.8, recall >= 0.85]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(code, names)
    assert getattr(names["decision"], "passed") is True  # noqa: B009
