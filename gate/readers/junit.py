"""JUnit XML: what test runners write; the tests are counted here, since totals are often missing or mean something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from gate.documents.document import MAX_DEPTH, shown
from gate.errors import GateError
from gate.readers.draft import HIGHER, LOWER, Draft
from gate.readers.source import SourceFile
from gate.record import dataclass, field
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

_ROOTS = ("testsuites", "testsuite")
_OUTCOMES = {"failure": "failed", "error": "errored", "skipped": "skipped"}
_WORST = ("failed", "errored", "skipped", "passed")
_MOST_ELEMENTS = 2_000_000
_MOST_SUITES = 1000  # with more, no measurements per suite
_PASS_RATE = "pass_rate"


@dataclass(slots=True)
class _Test:
    """One test case."""

    suite: str
    name: str
    outcomes: set[str] = field(default_factory=set)
    error: str = ""
    seconds: float | None = None

    @property
    def outcome(self) -> str:
        return next((each for each in _WORST if each in self.outcomes), "passed")


@dataclass(slots=True)
class _Suite:
    """An open suite, with the failures and errors that it declares and those that were found in it."""

    path: str
    declared: dict[str, int]
    found: Counter[str] = field(default_factory=Counter)


def recognises(file: SourceFile) -> bool:
    """Whether the outermost element is `testsuites` or `testsuite`."""
    return _root(file) in _ROOTS


def read(file: SourceFile) -> Measurements:
    """The counts and cases of a file. Raises InputError, DocumentError; a file that declares a document type is refused."""
    draft = Draft(file, "JUnit XML")
    tests = _merged(_Parse(draft).tests(file.text))
    suites = list(dict.fromkeys(test.suite for test in tests))
    whole = [(WHOLE, tests)]
    by_suite: dict[str, list[_Test]] = {}
    if 1 < len(suites) <= _MOST_SUITES:
        for test in tests:
            by_suite.setdefault(test.suite, []).append(test)
    elif len(suites) > _MOST_SUITES:
        draft.leave("testsuite", f"more than {_MOST_SUITES:,} suites: only the whole is measured")
    for on, group in [*whole, *((draft.slice({"suite": suite}), group) for suite, group in by_suite.items())]:
        _count(draft, group, on)
    _cases(draft, tests)
    return draft.finished()


def _root(file: SourceFile) -> str:
    """The name of the outermost element, as far as one can tell; empty where it is no XML."""
    from xml.parsers import expat

    try:
        text = file.text
    except GateError:
        return ""
    found: list[str] = []

    def stop(name: str, *_: Any) -> None:
        found.append(name)
        raise _FoundError

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = stop
    with suppress(_FoundError, expat.ExpatError):
        parser.Parse(text.lstrip().encode("utf-8", "surrogatepass"), True)
    return found[0] if found else ""


class _FoundError(Exception):
    """The first element was reached."""


class _Parse:
    """One pass over the elements.

    The parser is the standard library's expat, which loads nothing from outside. A document type is refused where it
    begins, so that no entity is ever declared, let alone expanded; depth and the number of elements are bounded.
    """

    def __init__(self, draft: Draft) -> None:
        from xml.parsers import expat

        self.draft = draft
        self.expat = expat
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.open: list[str] = []
        self.suites: list[_Suite] = []
        self.found: list[_Test] = []
        self.test: _Test | None = None
        self.elements = 0

    @property
    def line(self) -> int:
        return int(self.parser.CurrentLineNumber)

    def tests(self, text: str) -> list[_Test]:
        """Every test case of the text, in its order."""
        try:
            self.parser.Parse(text.lstrip().encode("utf-8", "surrogatepass"), True)
        except self.expat.ExpatError as error:
            message = self.expat.errors.messages.get(error.code, str(error))
            raise self.draft.refusal(f"no valid XML: {message}", error.lineno) from None
        return self.found

    def doctype(self, *_: Any) -> None:
        remedy = "take out the <!DOCTYPE …>: no test runner writes one, and it can hide anything"
        raise self.draft.refusal("the file declares a document type", self.line, remedy)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if len(self.open) >= MAX_DEPTH or self.elements > _MOST_ELEMENTS:
            limit = f"{_MOST_ELEMENTS:,} elements" if self.elements > _MOST_ELEMENTS else f"{MAX_DEPTH} levels"
            raise self.draft.refusal(f"more than {limit}", self.line)
        if not self.open and name not in _ROOTS:
            raise self.draft.refusal(f"the outermost element is `{shown(name)}`, not `testsuites`", self.line)
        if name in _ROOTS:
            self.suite(attributes if name == "testsuite" else {**attributes, "name": ""})
        elif name == "testcase":
            self.case(attributes)
        elif name in _OUTCOMES and self.open[-1] in ("testcase", "testsuite"):
            self.outcome(name, attributes)
        self.open.append(name)

    def end(self, name: str) -> None:
        self.open.pop()
        if name == "testcase":
            self.test = None
        elif name in _ROOTS:
            self.closed(self.suites.pop())

    def suite(self, attributes: dict[str, str]) -> None:
        above = f"{self.suites[-1].path}/" if self.suites and self.suites[-1].path else ""
        declared = {key: self.whole(key, attributes[key]) for key in ("tests", "failures", "errors") if attributes.get(key)}
        self.suites.append(_Suite(above + attributes.get("name", ""), declared))

    def case(self, attributes: dict[str, str]) -> None:
        if self.test is not None:
            raise self.draft.refusal("a `testcase` inside a `testcase`", self.line)
        names = [attributes[key] for key in ("classname", "name") if attributes.get(key)]
        if not names:
            raise self.draft.refusal("a `testcase` without a name", self.line)
        self.test = _Test(self.suites[-1].path if self.suites else "", "::".join(names), seconds=_seconds(attributes))
        self.found.append(self.test)
        self.count("tests")

    def outcome(self, name: str, attributes: dict[str, str]) -> None:
        """A failure, error or skip of a test; one of a suite itself is a test that errored."""
        test = self.test
        if test is None:
            path = self.suites[-1].path if self.suites else ""
            test = _Test(path, path or "testsuite")
            name = "error" if name == "failure" else name
            self.found.append(test)
        test.outcomes.add(_OUTCOMES[name])
        if name == "error":
            test.error = test.error or attributes.get("message") or attributes.get("type") or "error"
        self.count("broken" if name != "skipped" else "skipped")

    def count(self, what: str) -> None:
        for suite in self.suites:
            suite.found[what] += 1

    def whole(self, key: str, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise self.draft.refusal(f"`{key}` of a suite is `{shown(text, 40)}`, not a count", self.line)
        return int(text)

    def closed(self, suite: _Suite) -> None:
        """A suite that says there was more trouble, or that there were tests, where none are: the file was cut."""
        declared = suite.declared
        broken = declared.get("failures", 0) + declared.get("errors", 0)
        if broken > suite.found["broken"]:
            lacking = f"{broken} failures and errors, and holds {suite.found['broken']}"
        elif declared.get("tests", 0) and not suite.found:
            lacking = f"{declared['tests']} tests, and holds no test case"
        else:
            return
        remedy = "gate counts test cases, not totals: let the runner write them"
        raise self.draft.refusal(f"the suite `{shown(suite.path)}` declares {lacking}", self.line, remedy)


def _seconds(attributes: dict[str, str]) -> float | None:
    """The time of a test; some runners group thousands (`1,234.5`)."""
    try:
        seconds = float(attributes.get("time", "").replace(",", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e12 else None


def _merged(tests: list[_Test]) -> list[_Test]:
    """One test each: pytest writes a second test case where a test failed and its teardown then errored."""
    failed: dict[tuple[str, str], list[_Test]] = {}
    for test in tests:
        if test.outcome == "failed":
            failed.setdefault((test.suite, test.name), []).append(test)
    kept = []
    for test in tests:
        before = failed.get((test.suite, test.name))
        if test.outcome == "errored" and before:
            before.pop()
        else:
            kept.append(test)
    return kept


def _count(draft: Draft, tests: Iterable[_Test], on: Slice) -> None:
    """What of the tests came out how."""
    tests = list(tests)
    counts = Counter(test.outcome for test in tests)
    passed, failed, errored, skipped = (counts[each] for each in ("passed", "failed", "errored", "skipped"))
    draft.share(_PASS_RATE, passed, passed + failed, on=on, better=HIGHER)
    draft.share("error_rate", errored, passed + failed + errored, on=on, better=LOWER)
    draft.add("tests", len(tests), on=on)
    draft.add("failures", failed, on=on, better=LOWER)
    draft.add("errors", errored, on=on, better=LOWER)
    draft.add("skipped", skipped, on=on)
    seconds = [test.seconds for test in tests if test.seconds is not None]
    if seconds:
        draft.add("time", sum(seconds), on=on, unit="s")


def _cases(draft: Draft, tests: Iterable[_Test]) -> None:
    """The tests as cases; a skipped one is none. Of several with one name, each is a repeat."""
    seen: Counter[str] = Counter()
    for test in tests:
        if test.outcome == "skipped":
            continue
        identity = f"{test.suite}::{test.name}" if test.suite else test.name
        if test.outcome == "errored":
            draft.case(identity, _PASS_RATE, None, repeat=seen[identity], error=test.error)
        else:
            passed = test.outcome == "passed"
            draft.case(identity, _PASS_RATE, float(passed), passed=passed, repeat=seen[identity])
        seen[identity] += 1
