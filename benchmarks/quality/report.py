"""The result as Markdown: a table for each section, rates in percent beside the bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from quality.cell import Row

NOISE = 2.6  # standard errors of a simulated rate by which it may lie above the bar: the worst of many cells does by chance
POWER = 5.0  # points by which power may stay below the named test's


def allowed(row: Row) -> float:
    """The bar with the noise of the draws."""
    if not row.draws:
        return row.bar
    share = row.bar / 100
    return row.bar + 100 * NOISE * sqrt(share * (1 - share) / row.draws)


def holds(row: Row) -> bool:
    return max(row.false_pass, row.false_fail) <= allowed(row)


def text(rows: Sequence[Row], draws: int, seconds: Mapping[str, float]) -> str:
    lines = ["## Decision quality", "", f"{draws:,} draws a cell, enumerated where it says so. {took(seconds)}", ""]
    for section in dict.fromkeys(row.section for row in rows):
        lines += [f"### {section}", "", *table([row for row in rows if row.section == section]), ""]
    powered = [row for row in rows if row.power is not None]
    if powered:
        lines += ["### Power", "", *power(powered), ""]
    worse = [row for row in rows if not holds(row)]
    lines += [f"{len(rows)} rows, {len(worse)} above their bar.", ""]
    return "\n".join(lines)


def took(seconds: Mapping[str, float]) -> str:
    return "Seconds of one core: " + ", ".join(f"{part} {each:.0f}" for part, each in seconds.items()) + "."


def table(rows: Sequence[Row]) -> list[str]:
    found = [
        "| metric | n | truth | draws | false pass | false fail | undecided | plain threshold passes "
        "| MLflow passes | bar | | method |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|---|---|",
    ]
    for row in rows:
        bar = "none" if row.bar >= 100 else f"{row.bar:g}"
        mark = "" if row.bar >= 100 else "✓" if holds(row) else "✗"
        method = row.method or "-"
        why = "; ".join(each for each in (row.guard and f"guard: {row.guard}", row.exception) if each)
        found.append(
            f"| {row.metric} | {row.n:,} | {row.setting} | {f'{row.draws:,}' if row.draws else 'all'} "
            f"| {row.false_pass:.1f} | {row.false_fail:.1f} | {row.undecided:.1f} "
            f"| {row.plain:.0f} | {row.mlflow:.0f} | {bar} | {mark} | {method}{f' ({why})' if why else ''} |"
        )
    return found


def power(rows: Sequence[Row]) -> list[str]:
    found = [
        "| metric | n | truth | power | named test, at its true 5 % point | its power | |",
        "|---|--:|---|--:|---|--:|---|",
    ]
    for row in rows:
        assert row.power is not None
        assert row.named_power is not None
        mark = "✓" if row.power >= row.named_power - POWER else "✗"
        found.append(
            f"| {row.metric} | {row.n:,} | {row.setting} | {row.power:.0f} | {row.named} | {row.named_power:.0f} | {mark} |"
        )
    return found
