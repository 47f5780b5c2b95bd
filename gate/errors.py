"""One tree of errors: what happened, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from gate.record import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file: lines and columns count from 1; 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `slug` is the anchor in docs/errors.md; `excerpt` is source text, shown under the
    message, with a caret line where the column is known; `remedy` says what to write.
    """

    slug: str
    message: str
    where: Place | None = None
    remedy: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.message}" if self.where else self.message]
        lines += [f"   {line}" for line in self.excerpt.splitlines()]
        lines += [f"  {line}" for line in self.remedy.splitlines()]
        return "\n".join(lines)


class GateError(Exception):
    """Whatever a person can mend; never a bug of gate's own."""

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems: Sequence[Problem] = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UsageError(GateError):
    """The command line or the call is off."""


class OverwriteError(UsageError):
    """A report would overwrite a file that is read; every other report of an earlier run is gone."""


class PolicyError(GateError):
    """A policy cannot be read, or does not mean anything."""


class InputError(GateError):
    """Metrics cannot be read."""


class OutputError(GateError):
    """A report that was asked for cannot be written."""


class HistoryError(GateError):
    """A history of runs cannot be read or written, or what is to be written contradicts it."""


class MissingExtraError(GateError):
    """An optional package is needed and not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            Problem("missing-extra", f"{what} needs a package that is not installed", remedy=f"pip install 'mlgate[{extra}]'")
        )
