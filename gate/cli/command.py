"""What a command is, and a parser whose errors are ours."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import NoReturn, Protocol

from gate.cli.commands import COMMANDS
from gate.errors import Problem, UsageError

INPUT = (
    "a metrics file, `-` for standard input, or a run on an MLflow server (mlflow:runs:/ID or the URL of its page); "
    "NAME=INPUT calls its metrics NAME.…; several merge"
)


class Command(Protocol):
    """A module that is one command."""

    EXAMPLES: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add what the command takes."""

    def run(self, args: argparse.Namespace, environ: Mapping[str, str]) -> int:
        """Do it; the exit code. Raises GateError."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """A fixed width: asking the terminal for one costs an import at every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)


class Parser(argparse.ArgumentParser):
    """argparse, with errors as UsageError and no guessing of shortened options."""

    def __init__(self, name: str, command: Command) -> None:
        summary = COMMANDS[name]
        super().__init__(
            prog=f"gate {name}",
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"examples:\n{command.EXAMPLES}",
            formatter_class=_Help,
            allow_abbrev=False,
        )
        command.arguments(self)

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Options and files in any order; what stands after `--` is a file whatever it looks like.

        argparse's own intermixed parsing forgets the `--`: a file called `--now=…` would be an option.
        """
        cut = words.index("--") if "--" in words else len(words)
        files = {f"\0{number}": word for number, word in enumerate(words[cut + 1 :])}
        args = self.parse_intermixed_args([*words[:cut], *files])
        for name, value in vars(args).items():
            if isinstance(value, list):
                setattr(args, name, [files.get(each, each) for each in value])
            elif isinstance(value, str):
                setattr(args, name, files.get(value, value))
        return args

    def error(self, message: str) -> NoReturn:
        raise UsageError(Problem("usage", f"{self.prog}: {message}", remedy=f"{self.prog} --help"))
