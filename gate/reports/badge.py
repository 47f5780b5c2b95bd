"""The verdict as a badge: a small SVG picture for a README or a dashboard."""

from __future__ import annotations

from gate.reports.entries import conclusion
from gate.reports.outline import answer, marks, outline
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.terminal import width
from gate.reports.xml import attributes, escaped
from gate.terms.decision import Decision, Verdict

LONGEST = 40  # characters of the name
# White on each of them has a contrast of at least 4.5; the words say what the colour says.
_COLOURS = {
    Verdict.PASS: "#1a7f37", Verdict.WARN: "#8a5d00", Verdict.FAIL: "#c11f2b", Verdict.UNDECIDED: "#6639ba",
    Verdict.ERROR: "#8a1c5b",
}  # fmt: skip
_GREY = "#444c56"
_HEIGHT, _MARGIN, _SIZE = 20, 7, 11
# How wide characters are at that size, about: of each group in pixels, all others, and one of two columns.
_ADVANCES = {
    character: size for group, size in ((" iljI|.,:;'!", 4.0), ('frt()[]{}/-"', 5.0), ("mwMW@%", 10.0)) for character in group
}
_NARROW, _WIDE = 7.0, 12.0


def render(decision: Decision) -> str:
    """An SVG picture 20 pixels high with the policy's name and the answer, ending in a newline.

    It has a title and a description for those who do not see it, no script, no style sheet and no link, and looks the
    same on light and dark ground.
    """
    name, said = brief(decision.name, LONGEST) or "gate", " · ".join((answer(decision).lower(), *marks(decision)))
    left, right = _room(name), _room(said)
    told = brief(
        f"{conclusion(decision, outline(decision))} (verdict {decision.verdict.value}, exit {decision.exit_code})", LONGEST_TEXT
    )
    messages = "".join(f" {brief(message.partition(chr(10))[0])}." for message in decision.messages[:3])
    total = left + right
    size = attributes(width=total, height=_HEIGHT, viewBox=f"0 0 {total} {_HEIGHT}", role="img")
    return f"""<svg xmlns="http://www.w3.org/2000/svg"{size} aria-labelledby="t d">
  <title id="t">{escaped(name)}: {said}</title>
  <desc id="d">{escaped(told + "." + messages, 4 * LONGEST_TEXT)}</desc>
  <rect x="0.5" y="0.5" width="{total - 1}" height="{_HEIGHT - 1}" rx="3.5" fill="{_COLOURS[decision.verdict]}" stroke="#8b949e"/>
  <path d="M4 1h{left - 4}v{_HEIGHT - 2}h-{left - 4}a3 3 0 0 1 -3 -3v-{_HEIGHT - 8}a3 3 0 0 1 3 -3z" fill="{_GREY}"/>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="{_SIZE}" aria-hidden="true">
{_text(name, 0, left)}{_text(said, left, right)}  </g>
</svg>
"""


def _room(text: str) -> int:
    """How wide the part with this text is, in pixels."""
    return round(sum(map(_advance, text))) + 2 * _MARGIN


def _advance(character: str) -> float:
    return _ADVANCES.get(character) or (_NARROW if width(character) < 2 else _WIDE)


def _text(text: str, start: int, room: int) -> str:
    """The text in its room: fonts differ, so its length is stated and the letters are spaced to it."""
    length = f'textLength="{room - 2 * _MARGIN}" lengthAdjust="spacingAndGlyphs"'
    return f'    <text x="{start + _MARGIN}" y="14" {length}>{escaped(text)}</text>\n'
