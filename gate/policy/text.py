"""A policy file as text: read, decoded, parsed, with the words for what YAML does to rules."""

from __future__ import annotations

from typing import Any

from gate.documents.document import DocumentError, List, Map, Mark, decode, excerpt, shown
from gate.documents.files import WORK_TREE, Files, FilesError
from gate.documents.yaml import load
from gate.errors import GateError, Place, PolicyError, Problem
from gate.language.tokens import RuleError
from gate.record import dataclass

MAX_BYTES = 8 * 1024 * 1024
_LARGEST = 1.7976931348623157e308
PINNED = "git:"  # how a policy in git is named: see pinned.py
MOST_PROBLEMS = 100  # are looked for; nobody reads on, and each costs the search for its line


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A parsed policy file: `file` is its name in messages, `path` where it lies in `files`."""

    file: str
    path: str
    text: str
    value: Any
    mark: Mark
    files: Files = WORK_TREE

    def at(self, mark: Mark) -> Place:
        return Place(self.file, mark.line, mark.column)

    def problem(self, slug: str, message: str, mark: Mark, remedy: str = "") -> Problem:
        """What is wrong with a value, with its source line."""
        width = len(mark.text) + (2 if mark.style in ("'", '"') else 0)
        return Problem(slug, message, self.at(mark), remedy, excerpt(self.text, mark.line, mark.column, width or 1))

    def key_problem(self, slug: str, message: str, mark: Mark, key: str, remedy: str = "") -> Problem:
        """What is wrong with a key."""
        at = Place(self.file, mark.key_line, mark.key_column)
        return Problem(slug, message, at, remedy, excerpt(self.text, mark.key_line, mark.key_column, len(key)))

    def rule_problem(self, error: RuleError, mark: Mark) -> Problem:
        """What is wrong with a rule, at its column where the file shows the rule as it is."""
        from gate.policy import mangled

        remedy = mangled.why_cut(self.text, mark) or error.remedy
        shift = {"": 0, "&": None, "'": 1, '"': 1}.get(mark.style)
        lines = self.text.split("\n")
        source = lines[mark.line - 1] if mark.line <= len(lines) else ""
        if shift is not None and source[mark.column - 1 + shift :].startswith(error.text):
            column = mark.column + shift + error.start
            shown = excerpt(self.text, mark.line, column, error.end - error.start)
            return Problem(error.slug, error.message, Place(self.file, mark.line, column), remedy, shown)
        return Problem(error.slug, error.message, self.at(mark), remedy, error.shown())


def read(path: str, file: str | None = None, files: Files = WORK_TREE) -> PolicyText:
    """The policy file at `path`, also one in git at a commit: `git:…`. Raises PolicyError."""
    if path.startswith(PINNED):
        return _read_pinned(path)
    name = file or path
    return parse(_bytes(path, name, files), name, path, files)


def _read_pinned(name: str) -> PolicyText:
    from gate.policy.pinned import open_pinned

    try:
        pinned = open_pinned(name)
    except GateError as error:
        raise PolicyError(*error.problems) from None
    return parse(_bytes(pinned.path, pinned.file, pinned.files), pinned.file, pinned.path, pinned.files)


def parse(data: bytes, file: str, path: str = "", files: Files = WORK_TREE) -> PolicyText:
    """The policy in `data`. Raises PolicyError."""
    text = ""
    try:
        text = decode(data, file)
        value, mark = load(text, file)
    except DocumentError as error:
        from gate.policy import mangled

        raise PolicyError(*(mangled.explained(problem, text) for problem in error.problems)) from None
    source = PolicyText(file, path, text, value, mark, files)
    special = _special_number(value, mark)
    if special:
        what = f"`{shown(special.text, 40)}` is not a number that a policy can use"
        raise PolicyError(source.problem("not-a-number", what, special, "write a finite number, or leave it out"))
    return source


def _bytes(path: str, name: str, files: Files) -> bytes:
    place = Place(name)
    try:
        data = files.read(path, MAX_BYTES)
    except FilesError as error:
        raise PolicyError(*(_in_words(problem, place) for problem in error.problems)) from None
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise PolicyError(Problem("policy-empty", "the policy is empty", place, "start one: `gate init metrics.json`"))
    return data


def _in_words(problem: Problem, place: Place) -> Problem:
    """Why a file cannot be read, said of a policy."""
    if problem.slug == "not-there":
        return Problem("policy-not-found", "there is no such policy file", place, "start one: `gate init metrics.json`")
    if problem.slug == "not-a-plain-file":
        what = problem.message.replace("not a file", "not a policy")
        remedy = "name the file: gate.yaml" if "folder" in what else "name a file: gate.yaml"
        return Problem("policy-unreadable", what, place, problem.remedy or remedy)
    if problem.slug == "too-large":
        return Problem("policy-too-large", f"a policy of more than {MAX_BYTES // 2**20} MiB", place)
    return Problem("policy-unreadable", problem.message.replace("the file", "the policy", 1), place, problem.remedy)


def _special_number(value: Any, mark: Mark) -> Mark | None:
    """Where `.nan`, `.inf` or an integer beyond any float stands."""
    if isinstance(value, Map):
        pairs = ((item, value.marks[key]) for key, item in value.items())
    elif isinstance(value, List):
        pairs = zip(value, value.marks, strict=True)  # type: ignore[assignment]
    else:
        return mark if isinstance(value, (int, float)) and not abs(value) <= _LARGEST else None
    return next((found for item, at in pairs if (found := _special_number(item, at)) is not None), None)
