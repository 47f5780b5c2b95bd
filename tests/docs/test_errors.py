"""docs/errors.md has an entry for every error and reason that the program can give, and for no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.documents.yaml import load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
CASES = load((ROOT / "docs" / "error-cases.yaml").read_text(encoding="utf-8"), "error-cases.yaml")[0]

# What is called with a slug: classes, and the methods that make them. `at` is also a method of the rule parser.
MAKERS = frozenset(("Problem", "Reason", "Doubt", "RuleError", "refuse", "_refusal", "_error"))
METHODS = frozenset(("Remark", "problem", "key_problem", "rule_problem", "refusal", "error", "at", "_at"))
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


def slugs_of(call: ast.Call) -> Iterator[str]:
    """The slugs that stand literally in a call: the first argument, one further on with a hyphen, or `slug=`."""
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name not in MAKERS | METHODS:
        return
    arguments = [*enumerate(call.args), *((0, each.value) for each in call.keywords if each.arg == "slug")]
    for place, argument in arguments:
        text = argument.value if isinstance(argument, ast.Constant) else None
        if isinstance(text, str) and SLUG.match(text) and ("-" in text or (place == 0 and name in MAKERS)):
            yield text


def default_slugs(function: ast.FunctionDef) -> Iterator[str]:
    """A slug that a function takes when it is given none."""
    names = [argument.arg for argument in function.args.args]
    for name, default in zip(names[::-1], function.args.defaults[::-1], strict=False):
        if name == "slug" and isinstance(default, ast.Constant):
            yield str(default.value)


def in_program() -> dict[str, str]:
    """Every slug, and a file that has it."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "gate").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            slugs = slugs_of(node) if isinstance(node, ast.Call) else ()
            if isinstance(node, ast.FunctionDef):
                slugs = default_slugs(node)
            for slug in slugs:
                found.setdefault(slug, str(path.relative_to(ROOT)))
    return found


DOCUMENTED = re.findall(r"^## (\S+)$", PAGE, re.MULTILINE)


def test_slugs_are_found_at_all() -> None:
    source = """
Problem("an-error", "text")
refuse("overflow", "text")
self.error("a message", 1, 2, "remedy", "rule-word")
draft.problem("bad-date", "text", "until")
self.at("operator", ")")
"""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert [list(slugs_of(call)) for call in calls] == [["an-error"], ["overflow"], ["rule-word"], ["bad-date"], []]
    assert len(in_program()) > 100


def test_every_slug_has_an_entry() -> None:
    missing = {slug: file for slug, file in in_program().items() if slug not in DOCUMENTED}
    assert missing == {}, "write `## slug` in docs/errors.md, with a case in docs/error-cases.yaml"


def test_every_entry_has_a_slug() -> None:
    assert sorted(set(DOCUMENTED) - set(in_program())) == []


def test_no_entry_stands_twice() -> None:
    assert len(DOCUMENTED) == len(set(DOCUMENTED))


def test_cases_and_entries_are_the_same() -> None:
    assert set(CASES) == set(DOCUMENTED)


@pytest.mark.parametrize("slug", DOCUMENTED)
def test_an_entry_says_what_it_means_and_shows_a_message(slug: str) -> None:
    entry = PAGE.partition(f"\n## {slug}\n")[2].partition("\n## ")[0]
    words, _, block = entry.partition("```text\n")
    assert len(words.split()) >= 4
    assert block.partition("```")[0].strip()


def test_the_index_leads_somewhere() -> None:
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
