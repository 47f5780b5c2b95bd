"""Measurements as GitHub-flavoured Markdown: one table, and what else was in the files folded away below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gate import __version__
from gate.reports import measurements
from gate.reports.markdown_page import LIMIT
from gate.reports.measurements import HEADS, RIGHT, Row
from gate.reports.neutral import Markdown, cell, code, say, words
from gate.terms.measurements import Measurements, Source

_MOST_SOURCES = 20


class Room(NamedTuple):
    """How many rows are told, and of how many other names and unused entries."""

    rows: int
    asides: int


PLANS = (Room(2_000, 500), Room(500, 50), Room(100, 0), Room(20, 0), Room(0, 0))


def render(table: Measurements, *, limit: int = LIMIT) -> str:
    """The measurements as Markdown that ends in a newline; at most `limit` characters, no less than 10,000 is sure to be kept."""
    found, told, text = measurements.rows(table), measurements.tally(table), ""
    for room in PLANS:
        text = "\n\n".join([say("## {}", told), *_sections(table, found, room)]) + "\n"
        if len(text) <= limit:
            break
    return text


def _sections(table: Measurements, found: list[Row], room: Room) -> list[str]:
    """What stands below the headline."""
    shown = measurements.first(found, room.rows)
    told: list[str] = [_table(shown)] if shown else []
    if len(shown) < len(found):
        told.append(say("… {} more", f"{len(found) - len(shown):,}"))
    if said := measurements.cases(table):
        told.append(words(said))
    pairs = [(code(raw), code(name)) for raw, name in measurements.aliases(table, room.asides)]
    told += _folded(f"{_other(table)} that rules may use", ("Other name", "Metric"), pairs, len(table.aliases))
    left = [(code(each.name), words(each.why)) for each in table.unused[: room.asides]]
    told += _folded(f"{len(table.unused):,} not used", ("Not used", "Why"), left, len(table.unused))
    return [*told, _footer(table.sources)]


def _table(found: list[Row]) -> str:
    kept = [index for index in range(len(HEADS)) if any(each.cells[index] for each in found)]
    heads = [_title(HEADS[index]) for index in kept]
    ruler = ["--:" if HEADS[index] in RIGHT else "---" for index in kept]
    return _lines([heads, ruler, *([_cell(HEADS[index], each.cells[index]) for index in kept] for each in found)])


def _cell(head: str, text: str) -> str:
    if not text:
        return ""
    return cell(code(text)) if head in ("metric", "where") else cell(words(text))


def _other(table: Measurements) -> str:
    return measurements.count(len(table.aliases), "other name")


def _folded(said: str, heads: tuple[str, str], pairs: list[tuple[Markdown, Markdown]], every: int) -> list[str]:
    """A table of two columns that opens on a click; without room for any row only what it would tell.

    `said` are gate's own words: in a `<summary>` HTML is read, and GitHub looks for mentions.
    """
    if not every:
        return []
    if not pairs:
        return [said]
    lines: list[tuple[str, ...]] = [heads, ("---", "---"), *((cell(one), cell(two)) for one, two in pairs)]
    more = [say("… {} more", f"{every - len(pairs):,}")] if len(pairs) < every else []
    return [f"<details><summary>{said}</summary>", _lines(lines), *more, "</details>"]


def _footer(sources: tuple[Source, ...]) -> str:
    files = [say("{} ({}) sha256 {}", code(each.name), each.format, code(each.sha256[:12])) for each in sources[:_MOST_SOURCES]]
    more = [say("{} more files", len(sources) - len(files))] if len(sources) > len(files) else []
    return f"<sub>{' · '.join([say('gate {}', __version__), *files, *more])}</sub>"


def _title(head: str) -> str:
    return head if len(head) == 1 else head[0].upper() + head[1:]


def _lines(table: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in table)
