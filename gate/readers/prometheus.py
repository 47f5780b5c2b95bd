"""Prometheus: the text that exporters and the Pushgateway write, as well as OpenMetrics; labels are slices."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.documents.document import shown
from gate.errors import GateError, InputError
from gate.readers.draft import Draft
from gate.readers.number_text import number
from gate.readers.source import SourceFile
from gate.readers.values import is_number
from gate.record import dataclass
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

_TYPE = re.compile(r"^[ \t]*#[ \t]+TYPE[ \t]+(\S+|\"(?:[^\"\\\n]|\\.)*\")[ \t]+([a-z]+)[ \t]*\r?$", re.MULTILINE)
_UNIT = re.compile(r"#[ \t]+UNIT[ \t]+(\S+)[ \t]+(\S+)\Z")
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_SPACE = re.compile(r"[ \t]*")
_ESCAPE = re.compile(r"\\(.)")
_EOF = "# EOF"
_KINDS = frozenset(["counter", "gauge", "histogram", "gaugehistogram", "summary", "untyped", "unknown", "info", "stateset"])
_ACCUMULATED = frozenset(("counter", "histogram", "gaugehistogram", "summary"))
_UNITS = {"seconds": "s", "ratio": "", "milliseconds": "ms"}


class _Sample(NamedTuple):
    name: str
    labels: dict[str, str]
    value: float
    line: int


@dataclass(slots=True)
class _Totals:
    """The sum and count of one histogram or summary."""

    sum: _Sample | None = None
    count: _Sample | None = None


def recognises(file: SourceFile) -> bool:
    """Whether a `# TYPE` line is followed by nothing but samples; checked up to the first one."""
    try:
        text = file.text
    except GateError:
        return False
    if not _TYPE.search(text):
        return False
    first = next((line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")), "")
    name = _NAME.match(first)
    return first.startswith("{") if name is None else first[name.end() :][:1] in ("{", " ", "\t") and name[0][-1] != ":"


def read(file: SourceFile) -> Measurements:
    """Every sample that is a measurement. Raises InputError with the line, DocumentError."""
    draft = Draft(file, "Prometheus or OpenMetrics text")
    lines = file.text.split("\n")
    kinds, units = _families(draft, lines)
    totals: dict[tuple[str, Slice], _Totals] = {}
    dropped: dict[str, None] = {}
    quantiles: list[tuple[str, _Sample, Slice]] = []
    for sample in _samples(draft, lines):
        family, part = _family(sample.name, kinds)
        kind = kinds.get(family, "")
        unit = units.get(family)
        if part == "_created" or kind == "info":
            draft.leave(sample.name, "says when or what, not how much", sample.line)
        elif part == "_bucket":
            dropped[sample.name] = None
        elif kind == "summary" and "quantile" in sample.labels:
            rest = {key: value for key, value in sample.labels.items() if key != "quantile"}
            quantiles.append((family, sample, draft.slice(rest)))
        else:
            on = draft.slice(sample.labels)
            draft.add(sample.name, sample.value, on=on, line=sample.line, unit=None if part == "_count" else unit)
            if part in ("_sum", "_count") and kind in ("histogram", "summary"):
                setattr(totals.setdefault((family, on), _Totals()), part[1:], sample)
    for name in dropped:
        draft.leave(name, "counts of a histogram")
    _add_derived(draft, totals, quantiles, units)
    return draft.finished()


def _add_derived(
    draft: Draft,
    totals: dict[tuple[str, Slice], _Totals],
    quantiles: list[tuple[str, _Sample, Slice]],
    units: dict[str, str],
) -> None:
    """The mean of each histogram or summary, and the quantiles of each summary, with the count as n."""
    for (family, on), both in totals.items():
        if both.sum is not None and both.count is not None and is_number(both.count.value) and both.count.value >= 0:
            n = both.count.value
            mean = both.sum.value / n if n else 0
            draft.add(f"{family}.mean", mean, on=on, n=n, line=both.sum.line, unit=units.get(family))
    for family, sample, on in quantiles:
        count = totals.get((family, on), _Totals()).count
        quantile = number(sample.labels["quantile"])
        if quantile is None or not 0 <= quantile <= 1:
            raise draft.refusal(f"`quantile` is `{shown(sample.labels['quantile'], 40)}`, not between 0 and 1", sample.line)
        percent = f"{round(quantile * 100, 9):g}"
        rows = count.value if count is not None and is_number(count.value) else None
        draft.add(f"{family}.p{percent}", sample.value, on=on, n=rows, line=sample.line, unit=units.get(family))


# -- lines


def _families(draft: Draft, lines: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The kind and the unit of each family, as `# TYPE` and `# UNIT` say; nothing may follow `# EOF`."""
    kinds: dict[str, str] = {}
    units: dict[str, str] = {}
    ended = 0
    for index, raw in enumerate(lines, 1):
        line = raw.strip()
        if ended and line:
            raise draft.refusal("there is more after `# EOF`", index, "one file holds one exposition; were two put together?")
        if line == _EOF:
            ended = index
        elif found := _TYPE.match(line):
            name = _unquoted(found[1])
            if found[2] not in _KINDS:
                raise draft.refusal(f"`{shown(found[2], 40)}` is no type of metric", index)
            if kinds.setdefault(name, found[2]) != found[2]:
                raise draft.refusal(f"`{shown(name)}` has two types", index)
        elif found := _UNIT.match(line):
            units[_unquoted(found[1])] = _UNITS.get(found[2], found[2])
    return kinds, units


def _family(name: str, kinds: dict[str, str]) -> tuple[str, str]:
    """The family of a sample and which part of it the sample is: `_sum`, `_count`, `_bucket`, `_created` or nothing."""
    for part in ("_created", "_bucket", "_count", "_sum"):
        family = name.removesuffix(part)
        if family == name:
            continue
        if part == "_created":
            # Classic text has them as gauges of their own; they still belong to what was created.
            if kinds.get(family, kinds.get(f"{family}_total", "")) in _ACCUMULATED:
                return family, part
        elif kinds.get(family) in ("histogram", "summary") or (part == "_bucket" and kinds.get(family) == "gaugehistogram"):
            return family, part
    for suffix in ("_total", "_info"):
        if name not in kinds and name.removesuffix(suffix) in kinds:
            return name.removesuffix(suffix), ""
    return name, ""


def _samples(draft: Draft, lines: list[str]) -> list[_Sample]:
    return [
        _Line(draft, line.strip(), at).sample() for at, line in enumerate(lines, 1) if line.strip() and line.strip()[0] != "#"
    ]


def _unquoted(text: str) -> str:
    found = _QUOTED.fullmatch(text)
    return _unescaped(found[1]) if found else text


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


class _Line:
    """One sample, read from left to right: `name{label="value"} 0.91 [time] [# exemplar]`."""

    def __init__(self, draft: Draft, text: str, line: int) -> None:
        self.draft = draft
        self.text = text
        self.line = line
        self.at = 0

    def sample(self) -> _Sample:
        name = self.take(_NAME) or ""
        labels: dict[str, str] = {}
        self.take(_SPACE)
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            quoted = self.labels(labels)
            if name and quoted:
                raise self.wrong("has two names")
            name = name or quoted
        if not name:
            raise self.wrong("has no name")
        words = self.text[self.at :].partition("#")[0].split()
        value = number(words[0]) if words else None
        if value is None or len(words) > 2 or (len(words) == 2 and number(words[1]) is None):
            raise self.wrong("is not a name with a number")
        return _Sample(name, {key: each for key, each in labels.items() if each}, value, self.line)

    def labels(self, labels: dict[str, str]) -> str:
        """Fills the labels; returns a name that stands in quotes among them."""
        name = ""
        while True:
            self.take(_SPACE)
            if self.text[self.at : self.at + 1] == "}":
                self.at += 1
                return name
            quoted = self.take(_QUOTED)
            label = _unquoted(quoted) if quoted is not None else self.take(_LABEL)
            self.take(_SPACE)
            if label and self.text[self.at : self.at + 1] == "=":
                self.at += 1
                self.take(_SPACE)
                value = self.take(_QUOTED)
                if value is None or label in labels:
                    raise self.wrong(
                        f"has the label `{shown(label, 40)}` twice" if label in labels else "has a label without a value"
                    )
                labels[label] = _unquoted(value)
            elif quoted and label and not name:
                name = label
            else:
                raise self.wrong("has labels that do not end or begin")
            self.take(_SPACE)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.text[self.at : self.at + 1] != "}":
                raise self.wrong("has labels that do not end")

    def take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def wrong(self, what: str) -> InputError:
        return self.draft.refusal(f"`{shown(self.text, 60)}` {what}", self.line)
