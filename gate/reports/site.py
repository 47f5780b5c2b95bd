"""The dashboard: pages that need neither a server nor the network, from chronicles; scripts and styles are files they share.

What a page says stands in its tables, too: the charts, filters and links of its script repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from gate.record import dataclass
from gate.reports.history import (
    amiss,
    branches,
    commit,
    count,
    days,
    ended,
    kind,
    latest,
    needs,
    ordered,
    share,
    sign,
    span,
    when,
)  # fmt: skip
from gate.reports.html import LIBRARY, PLOT_STYLE, content_security_policy, file, template
from gate.reports.html_neutral import code, formula, say
from gate.reports.numbers import apart, number, signed
from gate.reports.plain import brief
from gate.reports.site_data import fitted, main_branch, on_main
from gate.terms.chronicle import Chronicle, Line
from gate.terms.run import Exclusion, Point, Run, Status

ASSETS = "assets"
MOST_ROWS = 100  # of a table of runs; a page's script shows the others
MOST_LINES_IN_NUMBERS = 200
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z", re.ASCII)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|index)\Z", re.IGNORECASE)
MOST_AMISS = 6  # names beside a model
_WIDTH, _HEIGHT, _POINTS = 140, 28, 70


@dataclass(frozen=True, slots=True)
class ModelPage:
    """A page and the data that its script reads, with what was left out of them, in words."""

    html: str
    data: str
    chronicle: Chronicle


def slug(name: str) -> str:
    """A file's name for a name from outside: the name itself where that is harmless, else what is harmless of it and a digest."""
    if _SAFE.match(name) and not _RESERVED.match(name):
        return name if name == name.lower() else f"{name}--{_digest(name)}"  # many disks take `A` and `a` for one file
    harmless = re.sub(r"[^a-z0-9]+", "-", name[:40].lower()).strip("-")
    return f"{harmless or 'name'}--{_digest(name)}"


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def assets() -> dict[str, str]:
    """What all pages share, by file name."""
    names = (*LIBRARY, "vendor/LICENSES.txt", "html.css", "html.js", "charts.js", "site.css", "site.js", "site_run.js")
    return {name.rpartition("/")[2]: file(name) for name in names}


def index(found: Sequence[Chronicle], at: str, source: str) -> str:
    """The first page: every model with how it stands. `at` is the moment, `source` the history."""
    rows = [_model_row(each) for each in found]
    return _page("site_index.html.jinja", "", drawn=False, rows=rows, at=when(at), source=source)


def model(chronicle: Chronicle, pages: Sequence[str], at: str, alone: bool = False) -> ModelPage:
    """The page of a model. `pages` are the addresses of its runs' pages below `runs/`, "" where one has none."""
    kept, written = fitted(chronicle, pages)
    here = slug(chronicle.model)
    shown, addresses = list(kept.runs), list(pages[-len(kept.runs) :])
    rows = [_run_row(kept, run, page, here) for run, page in zip(shown, addresses, strict=True)]
    lines = ordered(kept)
    branch, main = main_branch(kept.runs), on_main(kept)
    on_branch = {(line.metric, line.slice): line for line in main.lines}
    last = main.runs[-1]
    html = _page(
        "site_model.html.jinja",
        "../",
        drawn=True,
        name=chronicle.model,
        latest=last,
        kind=kind(last),
        sign=sign(last),
        ended=ended(last),
        amiss=_amiss(main),
        when=when(last.started),
        branch=branch,
        span=span(kept.runs),
        runs=count(len(kept.runs), "run"),
        more=kept.more,
        several=len(branches(kept.runs)) > 1,
        slices=any(line.slice for line in kept.lines),
        rows=list(reversed(rows))[:MOST_ROWS],
        older=max(0, len(rows) - MOST_ROWS),
        excluded=[_excluded(each) for each in kept.exclusions],
        lines=[_line_row(main, on_branch.get((line.metric, line.slice), line)) for line in lines[:MOST_LINES_IN_NUMBERS]],
        other_lines=max(0, len(lines) - MOST_LINES_IN_NUMBERS),
        data_file=f"{here}.js",
        alone=alone,
        at=when(at),
    )
    return ModelPage(html, f"globalThis.gateHistory = {written};\n", kept)


def run_head(chronicle: Chronicle, run: Run) -> Markup:
    """What stands above a run's report: the way back, and what the report does not say of the run."""
    here = slug(chronicle.model)
    return Markup(template("site_run_head.html.jinja").render(model=chronicle.model, here=here, facts=_facts(chronicle, run)))


def logged_run(chronicle: Chronicle, run: Run, points: Sequence[Point]) -> str:
    """The page of a run that was not decided on: its numbers."""
    rows = [
        (code(point.metric), code(str(point.slice)) if point.slice else "", point.step, number(point.value)) for point in points
    ]
    head = run_head(chronicle, run)
    return _page(
        "site_run.html.jinja", "../../", drawn=False, head=head, name=run.id, model=chronicle.model, rows=rows, ended=ended(run)
    )


def _page(of: str, up: str, /, *, drawn: bool, **told: Any) -> str:
    policy = content_security_policy([], [PLOT_STYLE] if drawn else [], own="'self'")
    return template(of).render(content_security_policy=Markup(policy), assets=f"{up}{ASSETS}", **told)


# -- rows


def _model_row(chronicle: Chronicle) -> dict[str, Any]:
    main = on_main(chronicle)
    runs, last = main.runs, main.runs[-1]
    return {
        "name": code(chronicle.model),
        "page": f"models/{slug(chronicle.model)}.html",
        "kind": kind(last),
        "sign": sign(last),
        "ended": ended(last),
        "when": when(last.started),
        "branch": last.branch,
        "runs": len(chronicle.runs),
        "strip": [(kind(run), sign(run)) for run in runs[-24:]],
        "strip_told": f"the last {count(len(runs[-24:]), 'run')}, oldest first: {', '.join(ended(run) for run in runs[-24:])}",
        "amiss": _amiss(main),
    }


def _amiss(chronicle: Chronicle) -> list[tuple[str, str, list[Markup], int]]:
    """What does not hold now: kind, word, names, and how many more there are."""
    return [
        (
            standing,
            _AMISS.get(standing, standing),
            [formula(name) for name in names[:MOST_AMISS]],
            max(0, len(names) - MOST_AMISS),
        )
        for standing, names in amiss(chronicle)
    ]


_AMISS = {"missing": "no value"}


def _run_row(chronicle: Chronicle, run: Run, page: str, here: str) -> dict[str, Any]:
    return {
        "kind": kind(run),
        "sign": sign(run),
        "ended": ended(run),
        "when": when(run.started),
        "page": f"../runs/{here}/{page}" if page else "",
        "id": brief(run.id, 60),
        "names": ", ".join(brief(name, 60) for name in chronicle.named(run.id)),
        "branch": brief(run.branch, 80),
        "commit": commit(run),
        "event": brief(run.event, 40),
    }


def _excluded(each: Exclusion) -> str:
    first, last = days(each)
    return f"{brief(first)} to {brief(last)}: {brief(each.why, 200)}{f' ({brief(each.by, 80)})' if each.by else ''}"


def _line_row(chronicle: Chronicle, line: Line) -> dict[str, Any]:
    limits = chronicle.limits_now(line)
    there = [value for value in line.values if value is not None]
    last, limit = latest(line, limits)
    asked = limit.latest if limit else None
    shown = "no value" if last is None else number(last) if asked is None else apart(last, asked)[0]
    change = signed(there[-1] - there[-2]) if len(there) > 1 and last is not None else ""
    return {
        "name": code(line.name),
        "latest": f"{shown} {brief(line.unit, 20)}" if line.unit and last is not None else shown,
        "needs": needs(limits),
        "kind": limit.standings[limit.judged_last].replace(" ", "-") if limit else "",
        "change": change,
        "low": number(min(there)),
        "high": number(max(there)),
        "path": _path(line.values),
    }


def _path(values: Sequence[float | None]) -> str:
    """The latest values as the path of a small picture."""
    shown = values[-_POINTS:]
    there = [value for value in shown if value is not None]
    low, high = min(there, default=0.0), max(there, default=0.0)
    parts, pen = [], "M"
    for at, value in enumerate(shown):
        if value is None:
            pen = "M"
            continue
        x, y = 2 + at * (_WIDTH - 4) / max(1, len(shown) - 1), _HEIGHT - 3 - share(value, low, high) * (_HEIGHT - 6)
        parts.append(f"{pen}{x:.0f} {y:.0f}")
        pen = "L"
    return "".join(parts)


def _facts(chronicle: Chronicle, run: Run) -> list[tuple[str, Markup]]:
    """What a run is, as names and values."""
    told = [
        ("run", say("{}", code(run.id))),
        ("started", say("{} UTC", when(run.started))),
        ("status", say("{}", run.status.value if run.status is not Status.FINISHED else "")),
        ("excluded", say("{}", "no rule compares with this run" if chronicle.excluded(run) else "")),
        ("names", Markup(" ").join(code(name) for name in chronicle.named(run.id))),
        ("branch", code(run.branch) if run.branch else Markup("")),
        ("commit", code(run.commit) if run.commit else Markup("")),
        ("event", say("{}", f"{run.event}{'' if run.trusted else ': feeds no baseline'}")),
        ("by", say("{}", run.actor)),
        ("model", code(run.model_digest) if run.model_digest else Markup("")),
        ("version", code(run.version) if run.version else Markup("")),
        ("test set", code(run.test_set[:24]) if run.test_set else Markup("")),
        ("params", Markup(" ").join(code(f"{name}={value}") for name, value in run.params.items())),
    ]
    return [(name, value) for name, value in told if value.strip()]
