"""Report files: every one asked for is written whole, or removed; none is ever left from an earlier run."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence

from gate import registry
from gate.errors import OutputError, OverwriteError, Place, Problem, UsageError
from gate.readers.source import is_remote
from gate.record import dataclass
from gate.terms.decision import Decision

SUFFIXES = {
    ".intoto.json": "intoto",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".json": "json",
    ".txt": "text",
    ".xml": "junit",
    ".sarif": "sarif",
    ".svg": "badge",
}
SIGNED = "intoto"  # the form that can be signed


@dataclass(frozen=True, slots=True)
class Output:
    """A report that was asked for; the path `-` is standard output."""

    form: str
    path: str


def parse(written: str) -> Output:
    """`FILE`, whose suffix says the form, or `FORM=FILE`. Raises UsageError."""
    form, equals, path = written.partition("=")
    forms = registry.names("reports")
    if equals and form in forms:
        if not path:
            raise UsageError(Problem("bad-output", f"`-o {written}` names no file", remedy=f"write `-o {form}=report`"))
        return Output(form, path)
    suffix = os.path.splitext(written)[1].lower()
    suffix = next((each for each in SUFFIXES if each.count(".") > 1 and written.lower().endswith(each)), suffix)
    if suffix in SUFFIXES:
        return Output(SUFFIXES[suffix], written)
    remedy = f"suffixes are {' '.join(SUFFIXES)}; or say the form: {', '.join(f'`{name}=FILE`' for name in forms)}"
    raise UsageError(Problem("bad-output", f"no report form for `{written[:120]}`", remedy=remedy))


def wanted(written: Iterable[str], forms: Sequence[str], what: str) -> list[Output]:
    """The files asked for by `-o`. Raises UsageError for a form that `what` is written does not have."""
    found = [parse(each) for each in written]
    for each in found:
        if each.form not in forms:
            told = f"{what} cannot be written as {each.form}"
            raise UsageError(Problem("bad-output", told, remedy=f"forms are {', '.join(forms)}"))
    return found


def prepare(outputs: Sequence[Output], inputs: Iterable[str]) -> None:
    """Refuse outputs that cannot be meant, then remove what an earlier run left. Raises UsageError or OutputError."""
    files = [output for output in outputs if output.path != "-"]
    read = {os.path.realpath(path): path for path in inputs if not is_remote(path)}
    clash = [output for output in files if os.path.realpath(output.path) in read]
    if clash:
        remove(output for output in files if output not in clash)
        what = f"a report would overwrite `{read[os.path.realpath(clash[0].path)]}`, which is read"
        raise OverwriteError(Problem("bad-output", what, remedy="choose another file"))
    if len({os.path.realpath(output.path) for output in files}) != len(files) or len(outputs) - len(files) > 1:
        raise UsageError(
            Problem("bad-output", "two reports would go to the same place", remedy="give each `-o` a file of its own")
        )
    for output in outputs:
        if os.path.isdir(output.path):
            raise OutputError(Problem("unwritable", "this is a folder; a report is a file", Place(output.path)))
    remove(outputs)


def remove(outputs: Iterable[Output]) -> None:
    """Take away what lies where a report was asked for: a stale green report is a wrong report. Raises OutputError."""
    problems: list[Problem] = []
    for output in outputs:
        try:
            if output.path != "-" and _is_ours(output.path):
                os.remove(output.path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problems.append(_unwritable(output.path, error, "an earlier report cannot be removed"))
    if problems:
        raise OutputError(*problems)


def _is_ours(path: str) -> bool:
    """Whether a file may be taken away and made anew: not a device, not a stream, not a folder.

    A link is, so that a report never lands where a checkout's link points to.
    """
    kind = os.lstat(path).st_mode
    return (stat.S_ISREG(kind) or stat.S_ISLNK(kind)) and not os.path.abspath(path).startswith(("/dev/", "/proc/"))


def write(outputs: Iterable[Output], decision: Decision, exit_code: int, sign: Callable[[str], str] | None = None) -> list[str]:
    """Render and write all, attestations signed; what goes to standard output is returned.

    Raises OutputError with all that failed; an error of the signer comes before anything is written.
    """
    wanted = list(outputs)
    if sign is None or all(output.form != SIGNED for output in wanted):
        return write_all(wanted, lambda form: render(form, decision, exit_code))
    signed = sign(render(SIGNED, decision, exit_code))
    return write_all(wanted, lambda form: signed if form == SIGNED else render(form, decision, exit_code))


def write_all(outputs: Iterable[Output], rendered: Callable[[str], str]) -> list[str]:
    """Write what `rendered` makes of each form; returns what goes to standard output. Raises OutputError with all that failed."""
    shown: list[str] = []
    problems: list[Problem] = []
    for output in outputs:
        text = rendered(output.form)
        if output.path == "-":
            shown.append(text)
            continue
        try:
            write_file(output.path, text)
        except OSError as error:
            problems.append(_unwritable(output.path, error, "the report cannot be written"))
    if problems:
        raise OutputError(*problems)
    return shown


def render(form: str, decision: Decision, exit_code: int) -> str:
    """The decision in one form."""
    report = registry.load("reports", form)
    text: str = report.render(decision, exit_code=exit_code) if form == "text" else report.render(decision)
    return text


def write_file(path: str, text: str) -> None:
    """Write whole or not at all: to a file beside it, then renamed. Raises OSError."""
    data = text.encode("utf-8", "backslashreplace")
    if os.path.lexists(path) and not _is_ours(path):
        with open(path, "wb") as device:  # /dev/stdout, a pipe: nothing to rename
            device.write(data)
        return
    target = os.path.abspath(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def _unwritable(path: str, error: OSError, what: str) -> Problem:
    reason = error.strerror or type(error).__name__
    return Problem("unwritable", f"{what}: {reason}", Place(path), "check the folder and its permissions")
