"""Charts that GitHub and GitLab draw in Markdown: mermaid's `xychart-beta`, within what its grammar bears."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor, log10

from gate.reports.neutral import Markdown
from gate.reports.plain import brief

LONGEST_SOURCE = 5_000  # Gitea draws no longer one; GitHub's limit is ten times that
LONGEST_LABEL, LONGEST_TITLE = 24, 72
LARGEST, SMALLEST = 1e300, 1e-290  # what differs from 0 by less is drawn as 0
PLAIN = 1e-3, 1e6  # numbers beyond these are drawn in powers of ten: the grammar has no exponents, the axis little room
_WIDTH, _HEIGHT, _ROW, _HEAD = 720, 320, 26, 110  # pixels
# Values that differ by a smaller share of the largest do not start at 0: nothing could be seen of the difference.
_SPREAD, _ALIKE = 0.35, 1e-9
# A quoted text has no escapes: `"` ends it, "`" makes it Markdown, `%%{…}` sets options, `#…;` is a character, `<` starts a tag.
_LOOKS_LIKE = str.maketrans({'"': "'", "`": "'", "<": "‹", ";": ","})
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Bars, then lines, in tones that are seen on light and on dark ground; a host may draw in colours of its own.
_COLOURS = "#3b78c4, #d9730d, #a371f7"


def chart(
    title: str,
    labels: Sequence[str],
    bars: Sequence[float],
    lines: Sequence[Sequence[float]] = (),
    *,
    across: bool = False,
) -> Markdown | None:
    """A fenced mermaid chart; None where there is nothing to draw, or what the grammar cannot bear.

    `labels` name the points in their order; without them the points are numbered. `bars` may be empty; each of
    `lines` has a value for each point. `across` draws from left to right, with room for long labels.
    """
    series = [("bar", bars)] * bool(bars) + [("line", line) for line in lines]
    points = [value for _, values in series for value in values]
    lengths = {len(values) for _, values in series} | ({len(labels)} if labels else set())
    if not points or len(lengths) != 1 or not all(abs(value) < LARGEST for value in points):
        return None
    ends, power = axis(bars, lines), _power(points)
    fixed = _fixed(points, power)
    source = "\n".join(
        [
            *_settings(max(lengths), across, bool(bars)),
            f"xychart-beta{' horizontal' if across else ''}",
            f"  title {_title(title, power)}",
            *([f"  x-axis [{', '.join(_told_apart(labels))}]"] if labels else []),
            f"  y-axis {fixed(ends[0])} --> {fixed(ends[1])}",
            *(f"  {kind} [{', '.join(map(fixed, values))}]" for kind, values in series),
        ]
    )
    return Markdown(f"```mermaid\n{source}\n```") if len(source) < LONGEST_SOURCE else None


def axis(bars: Sequence[float], lines: Iterable[Sequence[float]]) -> tuple[float, float]:
    """Where the axis of values starts and ends: at 0 where that leaves the differences to be seen, else below the least.

    Bars grow from the start of the axis, not from 0, when values are negative.
    """
    points = [value for values in (bars, *lines) for value in values]
    low, high = min(points), max(points)
    span = high - low
    if low >= 0 and not _ALIKE * high < span < _SPREAD * high:
        return 0.0, high * 1.05 if high > SMALLEST else 1.0
    if span <= _ALIKE * -low:
        return low * 1.05, 0.0
    step: float = 10.0 ** floor(log10(span))
    start = floor((low - 0.2 * span) / step) * step
    return (max(start, 0.0) if low >= 0 else start), ceil((high + 0.05 * span) / step * 2) * step / 2


def _power(points: Sequence[float]) -> int:
    """The power of ten that the numbers are drawn in; 0 as far as they are easy to read."""
    largest = max(map(abs, points))
    return 0 if largest < SMALLEST or PLAIN[0] <= largest < PLAIN[1] else 3 * floor(log10(largest) / 3)


def _fixed(points: Sequence[float], power: int) -> Callable[[float], str]:
    """How to write these numbers: with as many decimals as show five digits of what lies between them, or of the largest."""
    scale = 10.0**power
    size = (max(points) - min(points) or max(map(abs, points))) / scale
    places = min(12, max(0, 4 - floor(log10(size)))) if size > SMALLEST else 0

    def write(value: float) -> str:
        text = f"{value / scale:.{places}f}"
        text = text.rstrip("0").rstrip(".") if places else text
        return "0" if text == "-0" else text

    return write


def _settings(points: int, across: bool, has_bars: bool) -> list[str]:
    """The front matter."""
    height = _HEAD + _ROW * points if across else _HEIGHT
    colours = _COLOURS if has_bars else _COLOURS.partition(", ")[2]
    chart = f"{{width: {_WIDTH}, height: {height}, showDataLabel: {str(across).lower()}}}"
    return [
        "---",
        "config:",
        f"  xyChart: {chart}",
        "  themeVariables:",
        f'    xyChart: {{plotColorPalette: "{colours}", backgroundColor: "transparent", dataLabelColor: "#ffffff"}}',
        "---",
    ]


def _told_apart(labels: Sequence[str]) -> list[str]:
    """The labels quoted, no two alike: points of one name would be drawn on top of each other."""
    told: dict[str, None] = {}
    for label in labels:
        text, count = _quoted(label, LONGEST_LABEL), 1
        while text in told:
            count += 1
            text = f'{_quoted(label, LONGEST_LABEL - 6)[:-1]} ({count})"'
        told[text] = None
    return list(told)


def _title(title: str, power: int) -> str:
    """The title; it says the power of ten of the numbers."""
    if not power:
        return _quoted(title, LONGEST_TITLE)
    said = f" · in 10{str(power).translate(_RAISED)}"
    return f'{_quoted(title, LONGEST_TITLE - len(said))[:-1]}{said}"'


def _quoted(text: str, limit: int) -> str:
    """The text as a quoted one of the grammar, on one line, in characters that end, set or mean nothing in it."""
    text = brief(text, limit).translate(_LOOKS_LIKE).strip() or "(empty)"
    while "%%" in text:
        text = text.replace("%%", "% %")
    return f'"{text}"'
