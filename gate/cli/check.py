"""`gate check`: the main job."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from contextlib import suppress

from gate.app import check as checking
from gate.app import outputs
from gate.app.evidence import path_of
from gate.app.judging import Judging
from gate.app.outputs import Output
from gate.app.trust.protected import named_in
from gate.cli import attesting, following, rows
from gate.cli.command import INPUT
from gate.cli.console import complain, say, standard_input, terminal
from gate.errors import GateError, OutputError, UsageError
from gate.hosts.here import is_ci
from gate.policy.find import find
from gate.record import replace
from gate.reports import text
from gate.terms.decision import Decision, Verdict

EXAMPLES = """\
  gate check metrics.json
  gate check metrics.json -p gate.yaml -b production.json -o report.md -o decision.json
  gate check train=train.json test=test.json        rules then read train.accuracy, test.accuracy
  gate check predictions.parquet                    measures rows, as `measure:` of the policy says
  evaluate | gate check -

exit codes: 0 deploy · 1 do not deploy · 2 could not run · 3 undecided · 70 a bug in gate"""


def arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("inputs", nargs="*", metavar="INPUT", help=INPUT)
    add(
        "-p",
        "--policy",
        action="append",
        default=[],
        metavar="POLICY",
        help="a policy; repeatable, all must hold (default: $GATE_POLICY, else the nearest gate.yaml)",
    )
    add(
        "--policy-from",
        default="",
        metavar="REF",
        help="read the policy, and all it names, at this revision; `base`: where the pull request would be merged",
    )
    add(
        "-b",
        "--baseline",
        action="append",
        default=[],
        metavar="BASELINE",
        help="what to compare with: a metrics file, git:REF, ci:BRANCH or mlflow:models:/NAME@ALIAS",
    )
    _reporting(add)
    add("--from", dest="reader", metavar="FORMAT", help="read the inputs as this format instead of recognising it")
    add(
        "--first-release",
        default="",
        metavar="WHY",
        help="there is no baseline or history yet: let rules that need one through, visibly",
    )
    add("--start-ledger", action="store_true", help="begin to count the uses of a test set that no ledger knows (`holdout:`)")
    add("--now", default="", metavar="DATE", help="judge as if it were this day (the decision then says so)")
    attesting.arguments(parser)
    rows.arguments(parser, "what columns mean, where no policy's `measure:` says it")


def _reporting(add: Callable[..., object]) -> None:
    add(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help="write a report; suffixes: .md .html .json .txt .xml .sarif .svg .intoto.json; or FORM=FILE; `-`: stdout",
    )
    add("--comment", action="store_true", help="keep one comment on the pull request up to date; trouble changes no verdict")
    add(
        "--strict-publish",
        action="store_true",
        help="exit 2 when the comment, the record, an action or a report to the host fails",
    )
    add("--github-output", action="store_true", help="set the outputs of a GitHub step: verdict, exit-code, report …")
    add("--warn-exit-code", type=_exit_code, default=0, metavar="N", help="exit with N instead of 0 when the verdict is warn")
    add("--all", action="store_true", help="show the rules that hold, too")
    where = "the policy's `history`, $GATE_HISTORY, else .gate/history.db"
    add("--act", action="store_true", help="do what the policy's `actions` say, after the verdict; else it is only named")
    add("--record", action="store_true", help=f"keep the run ({where}); trouble changes no verdict")


def _exit_code(written: str) -> int:
    """An exit code that no verdict has."""
    if not (written.isascii() and written.isdigit() and int(written) <= 255):
        raise argparse.ArgumentTypeError(f"{written} is not an exit code from 0 to 255")
    if int(written) in (1, 2, 3, 70, 130):
        raise argparse.ArgumentTypeError(f"{written} already means something else")
    return int(written)


def run(args: argparse.Namespace, environ: Mapping[str, str]) -> int:
    wanted = [outputs.parse(written) for written in args.output]
    attesting.protect(args.model, wanted)
    request = checking.CheckRequest(
        inputs=args.inputs,
        policies=args.policy,
        policy_from=args.policy_from,
        baselines=args.baseline,
        reader=args.reader,
        first_release=_why(args),
        start_ledger=args.start_ledger,
        now=args.now,
        stdin=standard_input(),
        environ=environ,
        models=args.model,
        definition=rows.definition(args),
        engine=args.engine,
        memory=args.memory,
    )
    try:
        judging = checking.judging_of(request)
        sign = attesting.signer(args, wanted, environ)
    except GateError as error:
        outputs.prepare(wanted, checking.files_of(request, ()))
        return _cannot_run(error, request, args, wanted)
    outputs.prepare(wanted, checking.files_of(request, judging.policies))
    try:
        decision = following.followed(_decided(request, judging), judging, wanted, environ, act=args.act)
    except GateError as error:
        return _cannot_run(error, request, args, wanted, judging)
    code = _code(decision, args)
    try:
        shown = outputs.write(wanted, decision, code, sign)
    except GateError as error:
        return _cannot_run(error, request, args, wanted, judging)
    told = _tell_host(decision, args, wanted, environ, code)
    told = _remember(decision, args, judging, environ) and told and all(each.status != "failed" for each in decision.actions)
    for report in shown or [_as_text(decision, code, args, environ)]:
        say(report)
    return UsageError.exit_code if args.strict_publish and not told else code


def _decided(request: checking.CheckRequest, judging: Judging) -> Decision:
    """The decision; measuring rows shows how far it is."""
    if not request.definition and all(policy.measure is None for policy in judging.policies):
        return checking.check(request, judging)
    from gate.cli import progress

    with progress.shown() as heard:
        return checking.check(replace(request, progress=heard), judging)


def _code(decision: Decision, args: argparse.Namespace) -> int:
    return int(args.warn_exit_code) if decision.verdict is Verdict.WARN else decision.exit_code


def _why(args: argparse.Namespace) -> str:
    """The reason of `--first-release`, which may not be blank."""
    written = str(args.first_release)
    if written and not written.strip():
        from gate.errors import Problem

        raise UsageError(
            Problem("usage", "--first-release needs a reason", remedy='--first-release "first model, no baseline yet"')
        )
    return written


def _as_text(decision: Decision, code: int, args: argparse.Namespace, environ: Mapping[str, str]) -> str:
    shape = terminal(environ)
    return text.render(
        decision, columns=shape.columns, colour=shape.colour, ascii_only=shape.ascii_only, show_all=args.all, exit_code=code
    )


def _cannot_run(
    error: GateError,
    request: checking.CheckRequest,
    args: argparse.Namespace,
    wanted: list[Output],
    judging: Judging | None = None,
) -> int:
    """Say what is wrong on standard error, in every report that can be written, and in the comment that these policies have."""
    from gate.cli.main import told

    decision = checking.failed(error, request, judging)
    left = [output for output in wanted if output.form != outputs.SIGNED]  # an error attests nothing
    complain(told(error))
    try:
        outputs.remove(wanted)
        outputs.write([output for output in left if output.path != "-"], decision, error.exit_code)
    except OutputError as more:
        if not isinstance(error, OutputError):
            complain(told(more))
    for output in left:
        if output.path == "-":
            say(outputs.render(output.form, decision, error.exit_code))
    _tell_host(decision, args, wanted, request.environ, error.exit_code)
    if judging is not None:
        _remember(decision, args, judging, request.environ)
    complain(text.render(decision).splitlines()[-1])
    return error.exit_code


def _tell_host(decision: Decision, args: argparse.Namespace, wanted: list[Output], environ: Mapping[str, str], code: int) -> bool:
    """What CI shows of the decision; whether all of it could be told. Trouble there is said and changes no verdict."""
    if not (args.comment or args.github_output) and not is_ci(environ):
        return True
    from gate.app.telling import tell

    told = tell(
        decision,
        environ,
        exit_code=code,
        comment=args.comment,
        outputs=args.github_output,
        strict=args.strict_publish,
        written=wanted,
    )
    for line in told.lines:
        say(line)
    for trouble in told.troubles:
        complain(trouble)
    return not told.troubles


def _remember(decision: Decision, args: argparse.Namespace, judging: Judging, environ: Mapping[str, str]) -> bool:
    """Keep the run where that was asked for; whether it is kept. Trouble is said and changes no verdict."""
    if not args.record:
        return True
    from gate.app import remember

    trouble = remember.trouble(decision, judging.policies, environ)
    if trouble:
        complain(trouble)
    return not trouble


def asked_for(argv: list[str]) -> list[Output]:
    """The reports that a command line asks for, read without a parser: for when parsing failed or the run broke off."""
    written: list[str] = []
    others: list[str] = []
    models: list[str] = []
    words = iter(argv)
    for word in words:
        if word in ("-o", "--output"):
            written.append(next(words, ""))
        elif word.startswith("--output="):
            written.append(word.partition("=")[2])
        elif word.startswith("-o"):
            written.append(word[2:])
        elif word == "--model":
            models.append(next(words, ""))
        elif word == "--":
            others += words  # files, whatever they look like
        elif word.startswith("--"):
            (models if word.startswith("--model=") else others).append(word.partition("=")[2])
        else:
            others.append(word[2:] if word.startswith(("-p", "-b")) and len(word) > 2 else word)
    read = {os.path.realpath(path) for path in _may_be_read([path_of(word) for word in others] + models)}
    found: list[Output] = []
    for text_ in written:
        try:
            output = outputs.parse(text_)
        except UsageError:
            continue
        if os.path.realpath(output.path) not in read and not attesting.would_change(models, output):
            found.append(output)
    return found


def _may_be_read(files: list[str]) -> list[str]:
    """The files on the command line, the policies that judge where it names none, and all that these name."""
    with suppress(GateError):
        files = [*files, *find([], os.environ)]
    return [*files, *named_in(file for file in files if file.endswith((".yaml", ".yml")))]
