"""`gate history`: look at recorded runs, and look after them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence

from gate.app import outputs
from gate.app.clock import clock
from gate.app.history import history as looking
from gate.app.history.history import HistoryRequest
from gate.app.outputs import Output
from gate.cli.console import complain, say, terminal
from gate.errors import Problem, UsageError
from gate.history.store import VARIABLE
from gate.reports.plain import brief

EXAMPLES = """\
  gate history                               every model: its metrics, what they needed, its runs
  gate history f1 --branch main --since 90d  one metric, plotted
  gate history --passed -n 1 --json          what to roll back to: digest, version, commit
  gate history -o site/                      a dashboard that opens without a server
  gate history -o runs.jsonl                 export; `gate log runs.jsonl --to HISTORY` imports
  gate history RUN --name release-1.0        rules then find it: run:release-1.0
  gate history --prune --keep 500 --dry-run

exit codes: 0 shown · 2 could not show · 70 a bug in gate"""
MOST_IN_TERMINAL = 200  # runs of each model that a table is made of
MOST_ON_SITE = 2000
_PRUNE = ("--prune", "gate history --prune --keep 500 --dry-run")
_EXCLUDE = ("--exclude", 'gate history --exclude 2026-03-01..2026-03-07 --why "labels were wrong"')


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("metric", nargs="?", default="", metavar="METRIC", help="show only this one, plotted; with --name: the id of a run")
    form = (
        "a folder gets the dashboard; .json and .csv hold numbers, .txt the table, .jsonl all there is; FORM=FILE; `-` is "
        "standard output, alone the table; repeatable"
    )
    add("-o", "--output", action="append", default=[], metavar="FILE or DIR/", help=form)
    add("--json", action="store_true", help="the same as -o json=-")
    add("--model", default="", metavar="NAME", help="only this model: the policy's `name`")
    add("--branch", default="", metavar="BRANCH", help="only runs on this branch")
    add("--since", default="", metavar="WHEN", help="only runs from then on: a day, or an age (90d, 12w, 6h)")
    add("--until", default="", metavar="WHEN", help="only runs before then")
    passed = "only trusted runs whose decision let the model be deployed, none that is excluded: what a rollback may go to"
    add("--passed", action="store_true", help=passed)
    add(
        "-n",
        type=int,
        default=None,
        metavar="N",
        help=f"the newest N of each model (default: {MOST_IN_TERMINAL}; a site: {MOST_ON_SITE:,})",
    )
    add("--all", action="store_true", help="leave out no line and no run of the table")
    add("--waivers", action="store_true", help="list the waivers that these runs saw, and which they needed")
    which = f"which history (default: the policy's `history`, ${VARIABLE}, else .gate/history.db)"
    add("--store", default="", metavar="HISTORY", help=which)
    _caring(parser)


def _caring(parser: argparse.ArgumentParser) -> None:
    care = parser.add_argument_group("looking after it")
    care.add_argument("--name", default="", metavar="NAME", help="give the run a name")
    care.add_argument("--unname", default="", metavar="NAME", help="take a name away")
    care.add_argument(
        "--exclude", default="", metavar="FIRST..LAST", help="no rule compares with runs of these days; needs --why"
    )
    care.add_argument("--why", default="", metavar="TEXT", help="the reason")
    care.add_argument("--include", default="", metavar="FIRST..LAST", help="take back what was excluded")
    care.add_argument(
        "--prune", action="store_true", help="remove runs: all but --keep, and those before --until; of --model, on --branch"
    )
    care.add_argument(
        "--keep", type=int, default=None, metavar="N", help="with --prune: the newest N of each model and branch stay"
    )
    stays = (
        "whose `history` is meant, and with --prune: what its baselines stand for stays; repeatable (default: $GATE_POLICY, "
        "else the nearest gate.yaml)"
    )
    care.add_argument("-p", "--policy", action="append", default=[], metavar="POLICY", help=stays)
    care.add_argument("--dry-run", action="store_true", help="with --prune: only say what would go")
    care.add_argument("--now", default="", metavar="DATE", help="as if it were this day: ages and waivers count from it")


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if args.n is not None and args.n < 1:
        raise UsageError(Problem("usage", f"-n {args.n} shows nothing", remedy="gate history -n 20"))
    _refuse_ignored(args)
    at = clock(args.now)
    request = HistoryRequest(
        metric=args.metric,
        model=args.model,
        branch=args.branch,
        since=args.since,
        until=args.until,
        passed=args.passed,
        most=args.n,
        store=args.store,
        now=at.now,
        simulated=at.simulated,
        policies=args.policy,
        environ=environ,
    )
    if args.name or args.unname or args.exclude or args.include or args.prune:
        _look_after(args, request)
    elif args.waivers:
        _waivers(args, request)
    else:
        _show(args, request)
    return 0


def _refuse_ignored(args: argparse.Namespace) -> None:
    """Refuse flags that would say nothing: who wrote them expects that fewer runs go, or that none do. Raises UsageError."""
    cares = ("name", "unname", "exclude", "include", "prune")
    doing = [f"--{each}" for each in cares if getattr(args, each)]
    looks = [("-o", args.output), ("--json", args.json), ("--since", args.since), ("--passed", args.passed), ("-n", args.n)]
    looks += [("--all", args.all), ("--waivers", args.waivers), (f"`{brief(args.metric)}`", args.metric and not args.name)]
    if not args.prune:
        looks += [("--branch", args.branch), ("--until", args.until)]
    ignored = [flag for flag, given in looks if given]
    if doing and ignored:
        prune = "--keep, --until, --model and --branch say what goes" if args.prune else f"take {ignored[0]} out"
        raise UsageError(Problem("usage", f"{ignored[0]} means nothing beside {doing[-1]}", remedy=prune))
    needs = [("--keep", args.keep is not None, _PRUNE), ("--dry-run", args.dry_run, _PRUNE), ("--why", args.why, _EXCLUDE)]
    for flag, given, (other, remedy) in needs:
        if given and other not in doing:
            raise UsageError(Problem("usage", f"{flag} means nothing without {other}", remedy=remedy))


def _look_after(args: argparse.Namespace, request: HistoryRequest) -> None:
    if args.name:
        if not args.metric:
            raise UsageError(Problem("usage", "which run gets the name?", remedy=f"gate history RUN --name {brief(args.name)}"))
        named = looking.name(request, args.metric, args.name)
        say(f"run {brief(named.id)} of {brief(named.model)} is run:{brief(args.name)}")
    if args.unname:
        freed = looking.unname(request, args.unname)
        say(f"run:{brief(args.unname)} is no name any more" + (f"; it was run {brief(freed.id)}" if freed else ""))
    if args.exclude:
        out = looking.exclude(request, args.exclude, args.why)
        say(f"runs of {brief(out.model)} from {out.since[:10]} before {out.until[:10]} are compared with no more")
    if args.include:
        back = looking.include(request, args.include)
        say(f"runs of {brief(back.model)} from {back.since[:10]} before {back.until[:10]} count again")
    if args.prune:
        gone = looking.prune(request, args.keep, dry=args.dry_run)
        would = "would go" if args.dry_run else "removed"
        say(f"{len(gone):,} run{'s' * (len(gone) != 1)} {would}" + (f", the newest of them {brief(gone[0].id)}" if gone else ""))


def _waivers(args: argparse.Namespace, request: HistoryRequest) -> None:
    from gate.reports import history_data, history_text

    wanted, folders = _wanted([*args.output, *(["json=-"] if args.json else [])])
    if folders or any(each.form not in ("json", "text") for each in wanted):
        raise UsageError(Problem("bad-output", "waivers are written as .json or .txt", remedy="gate history --waivers -o w.json"))
    outputs.prepare(wanted, ())
    found, today = looking.waivers(request), request.now[:10]

    def rendered(form: str) -> str:
        return history_data.render_waivers(found) if form == "json" else history_text.render_waivers(found, today)

    shown = outputs.write_all(wanted, rendered) if wanted else []
    if not wanted:
        shape = terminal(request.environ)
        columns, colour = shape.columns, shape.colour
        shown = [history_text.render_waivers(found, today, columns=columns, colour=colour, ascii_only=shape.ascii_only)]
    for report in shown:
        say(report)


def _show(args: argparse.Namespace, request: HistoryRequest) -> None:
    from gate.record import replace
    from gate.reports import history_text

    wanted, folders = _wanted([*args.output, *(["json=-"] if args.json else [])])
    outputs.prepare(wanted, ())
    for folder in folders:
        _site(folder, request)
    if not wanted and folders:
        return
    shown = outputs.write_all(wanted, lambda form: _rendered(form, request)) if wanted else []
    if not wanted:
        found = looking.look(replace(request, most=request.most or MOST_IN_TERMINAL))
        shape = terminal(request.environ)
        draw = history_text.render_metric if request.metric else history_text.render
        show_all = args.all or args.n is not None
        shown = [draw(found, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only, show_all=show_all)]
    for report in shown:
        say(report)


def _rendered(form: str, request: HistoryRequest) -> str:
    return looking.export(request) if form == "export" else looking.render(form, looking.look(request))


def _site(folder: str, request: HistoryRequest) -> None:
    from gate.app.history import dashboard
    from gate.record import replace
    from gate.reports.history import count

    built = dashboard.build(folder, replace(request, most=request.most or MOST_ON_SITE))
    what = f"{count(built.models, 'model')}, {count(built.runs, 'run')}, {built.reports:,} with their report"
    say(f"{os.path.join(folder, 'index.html')}: {what}")
    for remark in built.remarks:
        complain(remark)


def _wanted(written: Sequence[str]) -> tuple[list[Output], list[str]]:
    """The files and the folders that `-o` asks for. Raises UsageError."""
    files, folders = [], []
    for each in written:
        form, equals, path = each.partition("=")
        suffix = os.path.splitext(each)[1].lower()
        if each == "-":
            files.append(Output("text", each))
        elif equals and path and form in looking.FORMS.values():
            files.append(Output(form, path))
        elif suffix in looking.FORMS and not os.path.isdir(each):
            files.append(Output(looking.FORMS[suffix], each))
        elif each.endswith(("/", os.sep)) or os.path.isdir(each) or not suffix:
            folders.append(each.rstrip("/" + os.sep) or os.sep)
        else:
            remedy = f"suffixes are {' '.join(looking.FORMS)}; a folder gets the dashboard: -o site/"
            raise UsageError(Problem("bad-output", f"a history cannot be written as `{brief(each)}`", remedy=remedy))
    return files, folders
