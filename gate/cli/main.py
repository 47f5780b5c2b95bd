"""The front door: which command, and what becomes of errors."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from gate import __version__
from gate.cli.commands import COMMANDS
from gate.cli.console import complain, say
from gate.errors import GateError, OverwriteError, Problem, UsageError
from gate.reports.plain import clip

ISSUES = "https://github.com/mlgate/gate/issues"
USAGE, BUG, INTERRUPTED = 2, 70, 130
MOST_LINES, LONGEST_LINE = 36, 400  # a message is one screen


def main(argv: Sequence[str] | None = None) -> int:
    """Run gate; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return run(arguments, os.environ)
    except OverwriteError as error:  # what must go is gone
        complain(told(error))
        return error.exit_code
    except GateError as error:
        clean_up(arguments)
        complain(told(error))
        if arguments[:1] == ["check"]:
            complain(f"ERROR, do not deploy: the gate could not run{'':26}exit {error.exit_code}")
        return error.exit_code
    except KeyboardInterrupt:
        clean_up(arguments)
        complain("gate: interrupted; no report was written")
        return INTERRUPTED
    except SystemExit as exit_:  # argparse, after --help
        return int(exit_.code or 0)
    except Exception:
        clean_up(arguments)
        bug(arguments)
        return BUG


def run(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Dispatch to a command. Raises GateError."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say(help_text())
        return 0 if arguments else USAGE
    if arguments[0] in ("-V", "--version"):
        say(f"gate {__version__}")
        return 0
    name = arguments[0]
    if name not in COMMANDS:
        raise UsageError(unknown_command(name))
    _stand_somewhere()
    from gate.cli.command import Parser

    command: Any = import_module(f"gate.cli.{name}")  # only the one that is used
    args = Parser(name, command).parse(arguments[1:])
    code: int = command.run(args, environ)
    return code


def _stand_somewhere() -> None:
    """Refuse to run in a folder that has been removed: every path would be one of nothing. Raises UsageError."""
    try:
        os.getcwd()
    except OSError:
        problem = Problem("no-folder", "the working folder is not there any more", remedy="cd to one that is")
        raise UsageError(problem) from None


def help_text() -> str:
    """What `gate --help` prints."""
    lines = [f"  {name:<9}{summary}" for name, summary in COMMANDS.items()]
    return "\n".join(
        (
            "usage: gate COMMAND …",
            "",
            "The deployment gate for machine-learning models: reads metrics, judges them by a policy,",
            "and answers with an exit code and a report.",
            "",
            *lines,
            "",
            "exit codes: 0 deploy · 1 do not deploy · 2 could not run · 3 undecided · 70 a bug in gate",
            "example:    gate check metrics.json -p gate.yaml -o report.md",
            "more:       gate COMMAND --help, gate --version",
        )
    )


def unknown_command(name: str) -> Problem:
    """What is said of a command that there is not."""
    from difflib import get_close_matches

    if os.path.exists(name):
        return Problem("unknown-command", f"`{name}` is a file, not a command", remedy=f"gate check {name}")
    close = get_close_matches(name, list(COMMANDS), 1, 0.5)
    remedy = (f"did you mean `gate {close[0]}`? " if close else "") + f"commands are {', '.join(COMMANDS)}"
    return Problem("unknown-command", f"there is no command `{name[:80]}`", remedy=remedy)


def told(error: GateError) -> str:
    """The problems of an error, at most a screen of them."""
    shown: list[str] = []
    for number, problem in enumerate(error.problems):
        lines = [clip(line, LONGEST_LINE) for line in str(problem).split("\n")]
        if shown and len(shown) + len(lines) > MOST_LINES:
            more = len(error.problems) - number
            return "\n".join([*shown, f"and {more} more {'problem' if more == 1 else 'problems'}"])
        shown += lines[:MOST_LINES]
    return "\n".join(shown)


def clean_up(arguments: list[str]) -> None:
    """Take away reports of an earlier run when this one ends without a decision."""
    if arguments[:1] not in (["check"], ["measure"], ["diff"]):
        return
    from gate.app.outputs import remove
    from gate.cli.check import asked_for

    try:
        remove(asked_for(arguments))
    except GateError as error:
        complain(told(error))
    except Exception:  # it must not hide what went wrong first
        complain("gate: reports of an earlier run may still be there")


def bug(arguments: list[str]) -> None:
    """A traceback and where to report it: never anything like a verdict."""
    import traceback

    complain(traceback.format_exc().rstrip())
    complain(f"\nThis is a bug in gate {__version__} (Python {sys.version.split()[0]}), not a verdict; no report was written.")
    complain(f"Please report it with the lines above: {ISSUES}")
    complain(f"command: gate {' '.join(arguments)}")


def console_script() -> None:
    """The entry point of the scripts `gate` and `mlgate`."""
    gc.disable()  # a check is a short process: it ends before its garbage is worth collecting
    code = main()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    console_script()
