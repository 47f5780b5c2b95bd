"""How measuring grows: `python benchmarks/growth.py [--rows N] [--rounds N] [--plot FILE.svg]`.

Rows with 126 slices, slices of as many rows, and columns to summarise; whole processes in turn. The drawing has a line of
time and one of memory for each, on logarithmic axes, and a thin one that grows with the count, to compare with.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import COLUMNS, GATE, SLICES, made
from processes import Job, Run, in_turn, table

Points = list[tuple[float, Run]]
WIDTH, HEIGHT, MARGIN = 300, 240, 46
TIME, MEMORY, LINE = "#0969da", "#bc4c00", "#8c959f"


def wide(folder: Path, rows: int, slices: Sequence[int], columns: int) -> Path:
    """Rows with a column for each number of slices, and numbers to summarise."""
    import duckdb

    path = folder / f"wide-{rows}.parquet"
    cut = "".join(f", 's' || hash(i) % {each} as s{each}" for each in slices)
    numbers = "".join(f", round(exp(random() * 5), 3) as x{each}" for each in range(columns))
    query = (
        f"select cast(random() < p as tinyint) as y, p{cut}{numbers} from (select range as i, random() as p from range({rows}))"
    )
    with duckdb.connect() as connection:
        connection.execute("select setseed(0.42)")
        connection.execute(f"copy ({query}) to '{path}'")
    return path


def measured(folder: Path, rounds: int, title: str, counts: Sequence[int], commands: Sequence[Sequence[str]]) -> Points:
    """One series; its table and how far it is from a line are printed."""
    jobs = [Job(f"{count:,} {title}", command) for count, command in zip(counts, commands, strict=True)]
    runs = in_turn(jobs, folder, rounds, warm_up=0)
    found = [(float(count), _middle(runs[job.label])) for count, job in zip(counts, jobs, strict=True)]
    print(f"### {title}\n\n{table(runs)}\n")
    (few, first), (many, last) = found[0], found[-1]
    print(f"{title} × {many / few:.0f}: wall × {last.wall / first.wall:.2f}, cpu × {last.cpu / first.cpu:.2f}, "
          f"peak memory × {last.peak / first.peak:.2f}\n")  # fmt: skip
    return found


def _middle(runs: Sequence[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "peak")))


# -- the drawing


def drawing(series: dict[str, Points]) -> str:
    """Panels beside each other."""
    panels = [_panel(title, points, number * (WIDTH + MARGIN)) for number, (title, points) in enumerate(series.items())]
    whole = len(series) * (WIDTH + MARGIN) + MARGIN
    legend = (
        f'<text x="{MARGIN}" y="{HEIGHT + 2 * MARGIN - 8}" fill="{TIME}">seconds</text>'
        f'<text x="{MARGIN + 70}" y="{HEIGHT + 2 * MARGIN - 8}" fill="{MEMORY}">GiB at the peak</text>'
        f'<text x="{MARGIN + 200}" y="{HEIGHT + 2 * MARGIN - 8}" fill="{LINE}">as the count grows</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {HEIGHT + 2 * MARGIN}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="time and memory by {", ".join(series)}">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(panels) + f"\n{legend}\n</svg>\n"
    )


def _panel(title: str, points: Points, left: int) -> str:
    xs = [math.log10(count) for count, _ in points]
    lines = {TIME: [run.wall for _, run in points], MEMORY: [run.peak / 1024 for _, run in points]}
    slope = [lines[TIME][-1] * count / points[-1][0] for count, _ in points]
    low = math.floor(min(math.log10(each) for values in lines.values() for each in values))
    high = math.ceil(max(math.log10(each) for values in lines.values() for each in values))
    spread = (xs[-1] - xs[0]) or 1.0

    def at(x: float, value: float) -> str:
        up = (math.log10(value) - low) / ((high - low) or 1)
        return f"{left + MARGIN + (x - xs[0]) / spread * (WIDTH - MARGIN):.1f},{MARGIN + HEIGHT * (1 - up):.1f}"

    drawn = [f'<text x="{left + MARGIN}" y="{MARGIN - 16}" font-weight="600">{title}</text>']
    for power in range(low, high + 1):
        y = at(xs[0], 10.0**power).partition(",")[2]
        drawn.append(f'<line x1="{left + MARGIN}" x2="{left + WIDTH}" y1="{y}" y2="{y}" stroke="#d0d7de"/>')
        drawn.append(f'<text x="{left + MARGIN - 6}" y="{y}" text-anchor="end" dominant-baseline="middle">{10.0**power:g}</text>')
    for x, (count, _) in zip(xs, points, strict=True):
        place = at(x, 10.0**low).partition(",")[0]
        drawn.append(f'<text x="{place}" y="{MARGIN + HEIGHT + 16}" text-anchor="middle">{_short(count)}</text>')
    kept = [(x, value) for x, value in zip(xs, slope, strict=True) if math.log10(value) >= low]
    drawn.append(_line([at(*each) for each in kept], LINE, "4 4"))
    for colour, values in lines.items():
        drawn.append(_line([at(*each) for each in zip(xs, values, strict=True)], colour))
    return "\n".join(drawn)


def _line(points: Sequence[str], colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'


def _short(count: float) -> str:
    return next((f"{count / size:g}{unit}" for size, unit in ((1e6, "M"), (1e3, "k")) if count >= size), f"{count:g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="the most")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", type=Path, help="where to draw it")
    options = parser.parse_args()
    rows = [options.rows // 100, options.rows // 10, options.rows // 3, options.rows]
    slices, columns = [1, 10, 100, 1_000, 10_000], [1, 2, 4, 8, 16]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = ["-o", "metrics.json"]
        by_rows = [[*GATE, str(made(folder, each)), *COLUMNS, *SLICES, *out] for each in rows]
        path = str(wide(folder, options.rows // 10, slices, max(columns)))
        by_slices = [[*GATE, path, *COLUMNS, "--slice", f"s{each}", *out] for each in slices]
        summed = [[word for each in range(count) for word in ("--column", f"x{each}")] for count in columns]
        by_columns = [[*GATE, path, *COLUMNS, *words, *out] for words in summed]
        print(f"{options.rows // 10:,} rows where slices and columns grow\n")
        found = {
            "rows": measured(folder, options.rounds, "rows", rows, by_rows),
            "slices": measured(folder, options.rounds, "slices", slices, by_slices),
            "columns": measured(folder, options.rounds, "columns", columns, by_columns),
        }
    if options.plot:
        options.plot.write_text(drawing(found), encoding="utf-8")
        print(f"drawn: {options.plot}")


if __name__ == "__main__":
    main()
