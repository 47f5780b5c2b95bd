"""A page of HTML as tests need it: its elements, attributes and texts, and what it lets run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img", "hr"}
RAW = {"script", "style"}

# Everything that a report may hold, with the attributes of each.
ALLOWED: dict[str, set[str]] = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "title": set(), "style": set(),
    "body": set(), "script": {"type", "id"}, "header": {"class"}, "nav": {"aria-label"}, "main": {"id", "tabindex"},
    "footer": set(), "section": {"aria-labelledby", "class", "hidden"}, "article": {"class", "id"}, "h1": set(), "h2": {"id"},
    "h3": set(), "p": {"class"}, "ul": {"class", "aria-hidden"}, "li": {"class", "hidden"}, "a": {"class", "href", "rel"},
    "span": {"class", "aria-hidden"}, "strong": set(), "b": set(), "i": set(), "em": set(), "small": set(), "code": set(),
    "pre": set(), "form": {"class", "role", "hidden"}, "label": {"for"},
    "input": {"type", "id", "autocomplete", "spellcheck", "placeholder"}, "output": {"for"},
    "button": {"type", "id", "aria-pressed"},
    "div": {"class", "role", "tabindex", "aria-label", "aria-labelledby"}, "table": {"class"}, "caption": set(), "thead": set(),
    "tbody": set(), "tr": set(), "th": {"scope", "class"}, "td": {"class", "data-sort"}, "details": {"class", "id", "open"},
    "summary": set(), "figure": {"class", "data-chart", "hidden"}, "figcaption": {"id"},
}  # fmt: skip


class WebPage(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.data: list[str] = []
        self.comments: list[str] = []
        self.rows: list[list[str]] = []  # of tables, as the texts of their cells
        self.headline = ""
        self.text = ""
        self.open: list[str] = []
        self._raw = self.scripts  # where the text of a script or a style goes
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self._raw = self.data if ("type", "application/json") in attrs else self.scripts
            self._raw.append("")
        elif tag == "style":
            self._raw = self.styles
            self._raw.append("")
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in RAW:
            self._raw[-1] += data
        else:
            self.text += data
            if "h1" in self.open:
                self.headline += data
            if "td" in self.open or "th" in self.open:
                self.rows[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def values(self, name: str) -> list[str]:
        """The values of an attribute, on any element."""
        return [value or "" for _, each, value in self.attributes if each == name]

    def assert_inert(self) -> None:
        """No element, attribute, link or character that could act."""
        assert not self.open
        assert {(tag, name) for tag, name, _ in self.attributes} <= {
            (tag, name) for tag, names in ALLOWED.items() for name in names
        }
        assert set(self.elements) <= set(ALLOWED)
        assert all(comment.startswith("\nThe charts are drawn by D3 and Observable Plot") for comment in self.comments)
        for address in self.values("href"):
            assert address.startswith(("#", "https://", "http://")), address
        unseen = re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]", self.text)
        assert not unseen, unseen
