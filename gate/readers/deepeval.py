"""deepeval's test run, `.deepeval/.latest_test_run.json`: scores per metric, and a case for every test and metric."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gate.readers.draft import HIGHER, LOWER, Draft, bare
from gate.readers.source import SourceFile
from gate.readers.spread import spread
from gate.readers.values import is_number, measured
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction

_LISTS = ("testCases", "conversationalTestCases")
_COUNTED = r"(conversational_)?test_case_\d+"


def recognises(file: SourceFile) -> bool:
    """Whether it has test cases and the scores of metrics; the command line keeps the run in a mapping of its own."""
    run = _run(file.mapping)
    return isinstance(run, dict) and all(isinstance(run.get(key), list) for key in ("testCases", "metricsScores"))


def _run(document: Mapping[str, Any] | None) -> Any:
    """The run: the document, or what stands under `testRunData`."""
    return document.get("testRunData", document) if document is not None else None


def read(file: SourceFile) -> Measurements:
    """For each metric its mean, `.pass_rate` and `.error_rate`; over all tests `pass_rate`. Raises InputError."""
    draft = Draft(file, "a test run of deepeval")
    run = draft.mapping(_run(draft.mapping(file.document, "the document")), "testRunData")
    tests = [_test(*each, draft) for each in _tests(run, draft)]
    draft.number_repeats()
    better = _directions(data for test in tests for data in test.results)
    for index, each in enumerate(draft.list(run.get("metricsScores"), "metricsScores")):
        _metric(draft.mapping(each, f"metricsScores[{index}]"), f"metricsScores[{index}]", better, draft)
    _whole(tests, run, draft)
    return draft.finished()


class Test(NamedTuple):
    """A test: whether it passed (None where a metric broke on it), and what each metric said."""

    passed: bool | None
    results: list[dict[str, Any]]


def _whole(tests: list[Test], run: Mapping[str, Any], draft: Draft) -> None:
    """Over all tests: one on which a metric broke counts in `error_rate` alone, though deepeval counts it as failed."""
    judged = [test.passed for test in tests if test.passed is not None]
    if tests:
        draft.share("pass_rate", sum(judged), len(judged), better=HIGHER)
        draft.share("error_rate", len(tests) - len(judged), len(tests), better=LOWER)
    else:
        passed, failed = (_count(run.get(key, 0), key, draft) for key in ("testPassed", "testFailed"))
        draft.share("pass_rate", passed, passed + failed, better=HIGHER)


def snake(name: str) -> str:
    """`Answer Relevancy` as `answer_relevancy`, `Correctness [GEval]` as `correctness_geval`."""
    return re.sub(r"\s+", "_", bare(name)).lower()


def _metric(found: dict[str, Any], path: str, better: Mapping[str, Direction], draft: Draft) -> None:
    """A test on which the metric broke has no score: `scores` is shorter than the list of tests."""
    raw = draft.text(found.get("metric"), f"{path}.metric")
    scores = [_score(each, f"{path}.scores", draft) for each in draft.list(found.get("scores"), f"{path}.scores")]
    passes, fails, errors = (_count(found.get(key, 0), f"{path}.{key}", draft) for key in ("passes", "fails", "errors"))
    name, way = snake(raw), better.get(raw)
    if scores:
        draft.add(raw, sum(score / len(scores) for score in scores), name=name, better=way, **spread(scores))
    else:
        draft.add(raw, None, name=name, better=way)
    draft.share(f"{raw}.pass_rate", passes, passes + fails, name=f"{name}.pass_rate", better=HIGHER)
    draft.share(f"{raw}.error_rate", errors, passes + fails + errors, name=f"{name}.error_rate", better=LOWER)


def _score(value: Any, path: str, draft: Draft) -> float:
    if not is_number(value):
        raise draft.broken(f"a score in `{path}`", value, "a number")
    return float(value)


def _count(value: Any, path: str, draft: Draft) -> float:
    if value is None:  # nothing was counted
        return 0
    if not is_number(value) or value < 0:
        raise draft.broken(f"`{path}`", value, "a number of tests")
    number: float = value
    return number


# -- cases


def _tests(run: Mapping[str, Any], draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every test, with where it stands."""
    for key in _LISTS:
        for index, each in enumerate(draft.list(run.get(key) or [], key)):
            yield f"{key}[{index}]", draft.mapping(each, f"{key}[{index}]")


def _test(path: str, test: dict[str, Any], draft: Draft) -> Test:
    """A case for every metric of a test."""
    identity = _identity(path, test, draft)
    results = []
    for at, found in enumerate(draft.list(test.get("metricsData") or [], f"{path}.metricsData")):
        data = draft.mapping(found, f"{path}.metricsData[{at}]")
        _case(identity, draft.text(data.get("name"), f"{path}.metricsData[{at}].name"), data, draft)
        results.append(data)
    passed = test.get("success")
    broke = any(_error(data) for data in results)
    return Test(passed if isinstance(passed, bool) and not broke else None, results)


def _identity(path: str, test: Mapping[str, Any], draft: Draft) -> str:
    """The name somebody gave; else what was asked: `test_case_3` is another test once one is added."""
    name = draft.text(test.get("name") or "", f"{path}.name")
    asked = test.get("input")
    return asked if re.fullmatch(_COUNTED, name) and isinstance(asked, str) and asked else name or path


def _case(identity: str, name: str, data: Mapping[str, Any], draft: Draft) -> None:
    """Without a score the metric broke: neither a success nor a failure."""
    error, metric, passed = _error(data), snake(name), data.get("success")
    if error:
        draft.case(identity, metric, None, error=error)
    else:
        draft.case(identity, metric, float(data["score"]), passed=passed if isinstance(passed, bool) else None)


def _error(data: Mapping[str, Any]) -> str:
    """How a metric broke on a test; empty where it has a score."""
    if data.get("error"):
        return str(data["error"])
    return "" if is_number(data.get("score")) else measured(data.get("score"))[1].replace("null", "") or "no score"


def _directions(results: Iterable[Mapping[str, Any]]) -> dict[str, Direction]:
    """Which way is better, as far as the results show: of hallucination and bias less is, and the file does not say so.

    Where results contradict each other, the threshold is not all that decides.
    """
    found: dict[str, set[Direction]] = {}
    for data in results:
        score, threshold, passed = data.get("score"), data.get("threshold"), data.get("success")
        if score is None or threshold is None or not isinstance(passed, bool):
            continue
        if is_number(score) and is_number(threshold) and score != threshold:
            found.setdefault(data["name"], set()).add(HIGHER if (score > threshold) == passed else LOWER)
    return {name: ways.pop() for name, ways in found.items() if len(ways) == 1}
