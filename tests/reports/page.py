"""A rendered page as tests need it: its elements, its attributes, its text inside and outside code."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

# What a report may hold, once GitHub's own Markdown has made a page of it.
ALLOWED = {
    "h2", "p", "strong", "em", "code", "pre", "sub", "ul", "li", "details", "summary",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


COMMIT = re.compile(r"\b(?=[a-f0-9]*\d)(?=[a-f0-9]*[a-f])[a-f0-9]{7,40}\b")


class Page(HTMLParser):
    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.outside: list[str] = []  # text nodes outside code
        self.codes: list[str] = []
        self.cells: list[int] = []  # cells of each row
        self.cell_texts: list[str] = []
        self.text = ""
        self.comments: list[str] = []
        self.open: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.open.append(tag)
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1
            self.cell_texts.append("")
        if tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text += data
        if "code" in self.open:
            self.codes[-1] += data
        else:
            self.outside.append(data)
        if "td" in self.open or "th" in self.open:
            self.cell_texts[-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def assert_inert(self) -> None:
        """No element, attribute or text that could act, call or link."""
        assert not self.open
        assert set(self.elements) <= ALLOWED
        assert not self.comments
        allowed = {("th", "align"), ("td", "align"), ("pre", "lang"), ("code", "class")}
        assert {(tag, name) for tag, name, _ in self.attributes} <= allowed
        kinds = {"text", "language-text", "mermaid", "language-mermaid"}
        assert {value for tag, _, value in self.attributes if tag in ("pre", "code")} <= kinds
        for text in self.outside:
            for mark in ("@", "#", "://", "www.", "$", "GH-", "::", "`"):
                assert mark not in text, f"{mark} outside code: {text!r}"
            assert not COMMIT.search(text), f"a commit outside code: {text!r}"
