"""`gate history -o site/`: the dashboard as a folder, written beside it and put in its place as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from gate.app.history.chronicle import chronicles
from gate.app.history.history import HistoryRequest, opened, where
from gate.errors import GateError, OutputError, Place, Problem
from gate.history.store import Store
from gate.record import dataclass
from gate.reports import html, site
from gate.reports import json as decision_json
from gate.terms.chronicle import Chronicle
from gate.terms.run import DECISION, Run

MOST_REPORTS = 500  # of a model: the newest, and all that have a name
MARK = ".gate-site"  # by which a folder is known to be a dashboard, so that it may be replaced
_MARKED = "gate replaces this folder as a whole: gate history -o\n"


@dataclass(frozen=True, slots=True)
class Built:
    """What a dashboard holds."""

    models: int
    runs: int
    reports: int
    remarks: tuple[str, ...] = ()


def build(folder: str, request: HistoryRequest) -> Built:
    """Write the dashboard. Raises GateError: no runs, a folder that is not a dashboard, one that cannot be written.

    What stood there before is there until all of the new one is written, and then nothing of it any more.
    """
    import shutil

    which = request.which
    _may_replace(folder)
    target = os.path.realpath(folder)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        os.makedirs(temporary)
        with opened(request) as store:
            built = _write(temporary, store, chronicles(store, which, request.metric), request)
        _put_in_place(temporary, target)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return built


def _may_replace(folder: str) -> None:
    """Refuse a folder that holds something else. Raises OutputError."""
    try:
        there = os.listdir(folder) if os.path.lexists(folder) else []
    except OSError as error:
        raise _unwritable(folder, error) from None
    if there and MARK not in there:
        what = "this folder holds what is no dashboard of gate's: it would be lost"
        raise OutputError(Problem("not-a-dashboard", what, Place(folder), "name a folder of its own: -o site/"))


def _put_in_place(new: str, target: str) -> None:
    """Two renames; what was there goes only when the new one stands."""
    import shutil

    old = f"{target}.{os.getpid()}.old"
    had = os.path.lexists(target)
    if had:
        os.rename(target, old)
    try:
        os.rename(new, target)
    except OSError:
        if had:
            os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(folder: str, store: Store, found: Sequence[Chronicle], request: HistoryRequest) -> Built:
    reports = 0
    remarks: list[str] = []
    _file(folder, MARK, _MARKED)
    _file(folder, ".nojekyll", "")
    for name, text in site.assets().items():
        _file(folder, f"{site.ASSETS}/{name}", text)
    _file(folder, "index.html", site.index(found, request.now, where(request)))
    runs = 0
    for chronicle in found:
        page = site.model(chronicle, _addresses(chronicle), request.now, alone=False)
        here = site.slug(chronicle.model)
        _file(folder, f"models/{here}.html", page.html)
        _file(folder, f"models/{here}.js", page.data)
        runs += len(page.chronicle.runs)
        if page.chronicle.more:
            remarks.append(f"gate: {page.chronicle.more} older runs of {chronicle.model} are left out: a page would be too large")
        for run, text in _pages(store, page.chronicle):
            _file(folder, f"runs/{here}/{site.slug(run.id)}.html", text)
            reports += 1
    return Built(len(found), runs, reports, tuple(remarks))


def _addresses(chronicle: Chronicle) -> list[str]:
    """The pages of the runs, "" for those that have none."""
    first = len(chronicle.runs) - MOST_REPORTS
    named = {run for _, run in chronicle.names}
    return [f"{site.slug(run.id)}.html" if at >= first or run.id in named else "" for at, run in enumerate(chronicle.runs)]


def _pages(store: Store, chronicle: Chronicle) -> Iterator[tuple[Run, str]]:
    for run, address in zip(chronicle.runs, _addresses(chronicle), strict=True):
        if address:
            yield run, _page(store, chronicle, run)


def _page(store: Store, chronicle: Chronicle, run: Run) -> str:
    """The run's report; where its decision cannot be read, or none was made, its numbers."""
    if run.verdict:
        try:
            decision = decision_json.read(store.document(run.id, DECISION))
            return html.render_in_site(decision, f"../../{site.ASSETS}", site.run_head(chronicle, run))
        except GateError:
            pass
    return site.logged_run(chronicle, run, store.points(run.id))


def _file(folder: str, name: str, text: str) -> None:
    path = os.path.join(folder, *name.split("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)


def _unwritable(folder: str, error: OSError) -> OutputError:
    reason = error.strerror or type(error).__name__
    what = f"the dashboard cannot be written: {reason}"
    return OutputError(Problem("unwritable", what, Place(folder), "check the folder and its permissions"))
