"""Strict YAML 1.2 core: no tags, no merge keys, no duplicate keys, no exploding aliases; every value knows its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from gate.documents.document import MAX_DEPTH, MAX_DIGITS, List, Map, Mark, deeper_than, excerpt, refuse, shown

MAX_VALUES = 2_000_000  # what aliases expand to counts

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_SPECIAL = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_UNSEEN_BREAK = re.compile("[\x85\u2028\u2029]")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")


def load(text: str, file: str) -> tuple[Any, Mark]:
    """The one document in `text` and its mark; an empty text is None. Raises DocumentError."""
    if not text.isascii() and (found := _UNSEEN_BREAK.search(text)):
        line, what = text.count("\n", 0, found.start()) + 1, f"U+{ord(found[0]):04X} ends a line here, and editors do not show it"
        raise refuse("yaml-syntax", f"not valid YAML: {what}", file=file, line=line, remedy="take it out, or begin a new line")
    builder = _Builder(text, file)
    try:
        root = builder.build(iter(_LOADER(text).get_event, None))
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, file) from None
    except RecursionError:
        raise refuse("too-deep", f"nested deeper than {MAX_DEPTH} levels", file=file) from None
    if builder.anchors and deeper_than(MAX_DEPTH, root[0]):  # aliases in aliases
        raise refuse("too-deep", f"nested deeper than {MAX_DEPTH} levels", file=file)
    return root


def resolve(text: str) -> Any:
    """What a plain scalar means under the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INTEGER.match(text):
        return int(text) if len(text) <= MAX_DIGITS else text
    if _FLOAT.match(text):
        return float(text)
    if _BASED.match(text) and len(text) <= MAX_DIGITS:
        return int(text, 0)
    return _SPECIAL.get(text, text)


def _syntax_error(error: yaml.YAMLError, text: str, file: str) -> Exception:
    mark: Any = getattr(error, "problem_mark", None)
    begun: Any = getattr(error, "context_mark", None)
    if mark is None or (begun is not None and not "".join(text.split("\n")[mark.line : mark.line + 1]).strip()):
        mark = begun  # found out only at the end of the text: where it began tells more
    what = getattr(error, "problem", None) or str(getattr(error, "reason", "") or "unreadable").split("\n", 1)[0]
    context = getattr(error, "context", None)
    message = f"not valid YAML: {what}" + (f", {context}" if context else "")
    if mark is None:
        position = getattr(error, "position", None)
        at = text.count("\n", 0, position) + 1 if isinstance(position, int) else 0
        return refuse("yaml-syntax", message, file=file, line=at)
    line, column = mark.line + 1, mark.column + 1
    rest = "".join(text.split("\n")[mark.line : line])[mark.column :]
    remedy = "a tab cannot indent YAML: use blanks" if rest.startswith("\t") else ""
    return refuse("yaml-syntax", message, file=file, line=line, column=column, remedy=remedy, excerpt=excerpt(text, line, column))


class _Builder:
    """Builds values from parser events; iterative, so that depth is a limit of ours and not of the stack."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.anchors: dict[str, tuple[Any, Mark, int]] = {}
        self.count = 0

    def build(self, events: Iterator[Any]) -> tuple[Any, Mark]:
        root: tuple[Any, Mark] = (None, Mark(1, 1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refusal("yaml-documents", "a second document starts here; one file holds one document", event)
            elif isinstance(event, yaml.NodeEvent):
                root = self.collect(event, events)
        return root

    def collect(self, first: Any, events: Iterator[Any]) -> tuple[Any, Mark]:
        """One node with all that is in it."""
        stack: list[_Open] = []
        event = first
        while True:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value, mark = self.scalar(event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                value, mark = self.close(stack.pop())
            elif kind is yaml.AliasEvent:
                value, mark = self.alias(event)
            else:
                self.open(event, stack)
                event = next(events)
                continue
            if not stack:
                return value, mark
            self.place(stack[-1], value, mark)
            event = next(events)

    def counted(self, event: Any, more: int = 1) -> None:
        self.count += more
        if self.count > MAX_VALUES:
            raise self.refusal(
                "too-many-values", f"more than {MAX_VALUES:,} values (aliases count as what they stand for)", event
            )

    def scalar(self, event: Any) -> tuple[Any, Mark]:
        self.counted(event)
        if event.tag is not None:
            self.tag(event)
        text, style, start = event.value, event.style or "", event.start_mark
        line, column, end_line = start.line + 1, start.column + 1, event.end_mark.line + 1
        value = text if style else self.plain(event)
        if event.anchor:
            self.anchors[event.anchor] = (value, Mark(line, column, text, style, end_line), 1)
            style = style or "&"
        return value, Mark(line, column, text, style, end_line)

    def open(self, event: Any, stack: list[_Open]) -> None:
        """Put a collection on the stack."""
        self.counted(event)
        if event.tag is not None:
            self.tag(event)
        if len(stack) >= MAX_DEPTH:
            raise self.refusal("too-deep", f"nested deeper than {MAX_DEPTH} levels", event)
        container = Map() if type(event) is yaml.MappingStartEvent else List()
        flow = ("{" if isinstance(container, Map) else "[") if event.flow_style else ""
        start = event.start_mark
        stack.append(_Open(container, Mark(start.line + 1, start.column + 1, "", flow), event.anchor, self.count))

    def close(self, done: _Open) -> tuple[Any, Mark]:
        if done.anchor:
            self.anchors[done.anchor] = (done.value, done.mark, self.count - done.count_before)
        return done.value, done.mark

    def plain(self, event: Any) -> Any:
        if len(event.value) > MAX_DIGITS and _INTEGER.match(event.value):
            raise self.refusal("number-too-long", f"a number of more than {MAX_DIGITS} digits", event)
        return resolve(event.value)

    def alias(self, event: Any) -> tuple[Any, Mark]:
        if event.anchor not in self.anchors:
            raise self.refusal("yaml-syntax", f"nothing above is named &{shown(event.anchor)}", event)
        value, mark, size = self.anchors[event.anchor]
        self.counted(event, size + 1)
        start = event.start_mark
        return value, mark._replace(line=start.line + 1, column=start.column + 1, style="*")

    def tag(self, event: Any) -> None:
        remedy = "for negation write `not`" if event.tag == "!" else "take the tag out; quote the text if it starts with `!`"
        raise self.refusal("yaml-tag", f"YAML reads `{shown(event.tag, 60)}` as a tag and would drop it", event, remedy)

    def place(self, into: _Open, value: Any, mark: Mark) -> None:
        container, at = into.value, into.key_mark
        if type(container) is List:
            container.append(value)
            container.marks.append(mark)
        elif at is None:
            into.key, into.key_mark = self.key(container, value, mark), mark
        else:
            container[into.key] = value
            container.marks[into.key] = Mark(*mark[:5], at.line, at.column)
            into.key_mark = None

    def key(self, container: Map, value: Any, mark: Mark) -> str:
        if isinstance(value, (Map, List)):
            raise refuse("yaml-key", "a key must be text", file=self.file, line=mark.line, column=mark.column)
        key = mark.text
        if key == "<<" and not mark.style:
            raise self.at("yaml-merge", "merge keys (`<<`) are not read", mark, "write the keys out")
        if key in container:
            first = container.marks[key].key_line
            raise self.at(
                "duplicate-key", f"the key `{shown(key)}` stands twice (first at line {first})", mark, "keep one of them"
            )
        return key

    def at(self, slug: str, message: str, mark: Mark, remedy: str = "") -> Exception:
        source = excerpt(self.text, mark.line, mark.column, len(mark.text))
        return refuse(slug, message, file=self.file, line=mark.line, column=mark.column, remedy=remedy, excerpt=source)

    def refusal(self, slug: str, message: str, event: Any, remedy: str = "") -> Exception:
        start = event.start_mark
        return self.at(slug, message, Mark(start.line + 1, start.column + 1), remedy)


class _Open:
    """A collection whose end has not been seen yet."""

    __slots__ = ("anchor", "count_before", "key", "key_mark", "mark", "value")

    def __init__(self, value: Any, mark: Mark, anchor: str | None, count_before: int) -> None:
        self.value = value
        self.mark = mark
        self.anchor = anchor
        self.count_before = count_before
        self.key = ""
        self.key_mark: Mark | None = None  # of a key that waits for its value
