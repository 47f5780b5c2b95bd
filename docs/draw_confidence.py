"""Draws pictures/confidence.svg, fills the table of confidence.md: `python docs/draw_confidence.py [--check]`.

confidence.json is what `python benchmarks/decision_quality.py --json docs/confidence.json` has measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA, PAGE, PICTURE = HERE / "confidence.json", HERE / "confidence.md", HERE / "pictures" / "confidence.svg"
BEGIN, END = "<!-- rates: draw_confidence.py -->\n", "<!-- end -->\n"
SEEN = 100.0  # a bar of this height is none: the cell is a named exception, or outside what the bars speak of

Row = dict[str, Any]
Chosen = Callable[[Row], bool]


def of(section: str, *metrics: str) -> Chosen:
    return lambda row: row["section"] == section and (not metrics or row["metric"].startswith(metrics))


GROUPS: dict[str, Chosen] = {
    "a share: claimed k, n": of("Shares, every k"),
    "accuracy, recall": of("One model", "accuracy", "recall"),
    "precision": of("One model", "precision"),
    "F1": of("One model", "f1"),
    "balanced accuracy, MCC": of("One model", "balanced", "mcc"),
    "macro-F1": of("One model", "macro"),
    ".7 recall + .3 precision": of("One model", "0.7"),
    "AUC": of("Scores", "roc_auc"),
    "average precision": of("Scores", "average"),
    "log loss, Brier": of("Scores", "log_loss", "brier"),
    "RMSE": of("Numbers", "rmse"),
    "95th percentile": of("Numbers", "p95"),
    "accuracy, recall: two models": of("Two models, same rows", "accuracy", "recall"),
    "precision, F1, MCC, balanced: two": of("Two models, same rows", "precision", "f1", "mcc", "balanced"),
    "relative change of F1": of("Two models, same rows", "relative"),
    "AUC: two models": of("Scores of two models", "AUC"),
    "losses: two models": lambda row: (
        row["section"] == "Scores of two models" and "AUC" not in row["metric"]
    ) or (row["section"] == "Numbers" and "change" in row["metric"]),
    "slices held against each other": of("Slices"),
    "clusters": of("Clusters"),
    "clusters: losses, AUC": of("Clusters, scores"),
    "any false fail of 10 or 50 slices": lambda row: row["section"] == "Families" and "1 slice" not in row["metric"],
}  # fmt: skip


def bound(row: Row) -> bool:
    return float(row["bar"]) < SEEN


def wrong(row: Row) -> float:
    """How often a plain threshold errs: passes falsely; of many slices fails some falsely."""
    return float(100 - row["plain"] if row["section"] == "Families" else row["plain"])


def above(row: Row) -> bool:
    """Whether a rate lies above its bar by more than the noise of the draws: 2.6 standard errors."""
    share, draws = row["bar"] / 100, row["draws"]
    noise = 260 * (share * (1 - share) / draws) ** 0.5 if draws else 0.0
    return bool(max(row["false_pass"], row["false_fail"]) > row["bar"] + noise)


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    listed = list(rows)
    found = {name: [row for row in listed if chosen(row) and bound(row)] for name, chosen in GROUPS.items()}
    return {name: each for name, each in found.items() if each}


# -- the picture

LEFT, WIDE, GAP, PLAIN, LINE, TOP = 250, 380, 60, 180, 24, 64
MOST = 10.0
STYLE = """
text { font: 13px -apple-system, BlinkMacSystemFont, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
.small { font-size: 12px; fill: #59636e; }
.axis { stroke: #d1d9e0; } .five { stroke: #1f2328; stroke-dasharray: 4 3; }
.pass { fill: #0969da; fill-opacity: .75; } .fail { fill: none; stroke: #bc4c00; stroke-width: 1.5; }
.plain { fill: #818b98; fill-opacity: .55; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .small { fill: #9198a1; } .axis { stroke: #3d444d; } .five { stroke: #f0f6fc; }
  .pass { fill: #4493f8; } .fail { stroke: #f0883e; }
}
"""


def picture(rows: Iterable[Row]) -> str:
    """Every cell's two error rates by group, on a scale to 10 %; beside them how often a plain threshold passes."""
    groups = grouped(rows)
    width, height = LEFT + WIDE + GAP + PLAIN + 60, TOP + LINE * len(groups) + 30
    bottom = TOP + LINE * len(groups)
    about = "False passes and false fails of every cell lie near or below 5 %; plain thresholds pass half the time"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{about}</title><style>{STYLE}</style>",
        f'<text x="{LEFT}" y="18">gate, confidence: 95%</text>',
        f'<circle class="pass" cx="{LEFT + 6}" cy="35" r="4"/><text class="small" x="{LEFT + 16}" y="39">false passes</text>',
        f'<circle class="fail" cx="{LEFT + 106}" cy="35" r="3.5"/><text class="small" x="{LEFT + 116}" y="39">false fails</text>',
        f'<text x="{LEFT + WIDE + GAP}" y="18">a plain threshold</text>',
        f'<text class="small" x="{LEFT + WIDE + GAP}" y="39">false passes; last line: any false fail</text>',
    ]
    parts += [_tick(LEFT + WIDE * tick / MOST, bottom, f"{tick} %", "five" if tick == 5 else "axis") for tick in (0, 5, 10)]
    parts += [_tick(LEFT + WIDE + GAP + PLAIN * tick / 100, bottom, f"{tick} %", "axis") for tick in (0, 50, 100)]
    for index, (name, members) in enumerate(groups.items()):
        parts += _line(name, members, TOP + LINE * (index + 0.5))
    return "\n".join([*parts, "</svg>", ""])


def _tick(x: float, bottom: float, text: str, kind: str) -> str:
    line = f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}"/>'
    return f'{line}<text class="small" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{text}</text>'


def _line(name: str, members: list[Row], y: float) -> list[str]:
    found = [f'<text x="{LEFT - 14}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>']
    for kind, field, radius, up in (("pass", "false_pass", 4, -4), ("fail", "false_fail", 3.5, 4)):
        values = sorted({round(min(row[field], MOST), 1) for row in members})
        found += [_dot(kind, LEFT + WIDE * value / MOST, y + up, radius) for value in values]
    plain = sorted({round(wrong(row)) for row in members})
    return found + [_dot("plain", LEFT + WIDE + GAP + PLAIN * value / 100, y, 4) for value in plain]


def _dot(kind: str, x: float, y: float, radius: float) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


# -- the table


def table(rows: Iterable[Row]) -> str:
    lines = [
        "| | cells | false pass: mean, worst | false fail: mean, worst | a plain threshold errs | bar | |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for name, members in grouped(rows).items():
        bars = sorted({row["bar"] for row in members})
        passes, fails = [row["false_pass"] for row in members], [row["false_fail"] for row in members]
        over = [row for row in members if above(row)]
        plain = sorted(wrong(row) for row in members)
        lines.append(
            f"| {name} | {len(members)} | {sum(passes) / len(passes):.1f}, {max(passes):.1f} "
            f"| {sum(fails) / len(fails):.1f}, {max(fails):.1f} | {plain[0]:.0f} … {plain[-1]:.0f} "
            f"| {' / '.join(f'{each:g}' for each in bars)} | {f'{len(over)} above' if over else '✓'} |"
        )
    return "\n".join(lines) + "\n"


def filled(page: str, told: str) -> str:
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + told + END + rest.partition(END)[2]


def measured() -> list[Row]:
    found: list[Row] = json.loads(DATA.read_text(encoding="utf-8"))["rows"]
    return found


def said(rows: Iterable[Row]) -> str:
    """How many draws the numbers are of."""
    listed = list(rows)
    draws = max(row["draws"] for row in listed)
    in_full = {row["section"] for row in listed if row["draws"] >= 0.9 * draws}
    less_often = [row for row in listed if 0 < row["draws"] < 0.9 * draws]
    fewer = sorted(
        {row["metric"] if row["section"] in in_full else row["section"].partition(",")[0].lower() for row in less_often}
    )
    less = f" ({', '.join(fewer)}: fewer)" if fewer else ""
    return f"{draws:,} draws a cell{less}; shares of `k` and `n` by all `k` there may be. Rates in percent.\n\n"


def main(arguments: Sequence[str] = ()) -> int:
    rows = measured()
    page = PAGE.read_text(encoding="utf-8")
    found = {PICTURE: picture(rows), PAGE: filled(page, said(rows) + table(rows))}
    stale = [path for path, text in found.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        print(*(f"{path.name} is stale: python docs/draw_confidence.py" for path in stale), sep="\n")
        return int(bool(stale))
    for path in stale:
        path.write_text(found[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
