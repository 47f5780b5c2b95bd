"""promptfoo's `-o results.json`: how many tests passed, failed and broke, scores, and a case for every test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gate.readers.draft import HIGHER, LOWER, Draft, bare
from gate.readers.promptfoo_scores import Named, named, whole
from gate.readers.source import SourceFile
from gate.readers.spread import Spread, spread
from gate.readers.values import is_number
from gate.terms.case import Case
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

_VERSION = 3
_ERROR = 2  # the reason of a result that broke; 1 is a failed assertion
_LONGEST = 80
_OWN = frozenset(("pass_rate", "error_rate", "score", "latency_ms", "cost"))


class Prompt(NamedTuple):
    """A prompt with a provider: one column of the results."""

    on: Slice
    counts: tuple[float, float, float]  # passed, failed, broke
    score: float
    latency: float | None
    cost: float | None
    named: tuple[Named, ...]


def recognises(file: SourceFile) -> bool:
    """Whether it has prompts that carry counts of tests."""
    document = file.mapping
    results = document.get("results") if document is not None else None
    prompts = results.get("prompts") if isinstance(results, dict) else None
    return isinstance(prompts, list) and any(
        isinstance(each, dict) and isinstance(each.get("metrics"), dict) and "testPassCount" in each["metrics"]
        for each in prompts
    )


def read(file: SourceFile) -> Measurements:
    """Everything over all prompts, and on slices `provider=…, prompt=…`. Raises InputError."""
    draft = Draft(file, "results of promptfoo")
    results = draft.mapping(draft.mapping(file.document, "the document").get("results"), "results")
    if results.get("version") != _VERSION:
        raise draft.refusal(f"its version is {str(results.get('version'))[:20]}; only version {_VERSION} is known")
    prompts = _prompts(draft.list(results.get("prompts"), "results.prompts"), draft)
    every = _together(prompts)
    _refuse_other_counts(results, every, draft)
    for index, result in enumerate(draft.list(results.get("results", []), "results.results")):
        _case(draft.mapping(result, f"results.results[{index}]"), index, prompts, draft)
    draft.number_repeats()
    scores = _scores(draft.cases)
    for prompt in (every, *prompts):
        _add_all(prompt, scores, draft)
    return draft.finished()


# -- prompts


def _prompts(found: list[Any], draft: Draft) -> list[Prompt]:
    seen: dict[tuple[str, str], int] = {}
    prompts = []
    for index, each in enumerate(found):
        path = f"results.prompts[{index}]"
        prompt = draft.mapping(each, path)
        provider, label = draft.text(prompt.get("provider"), f"{path}.provider"), _label(prompt, path, draft)
        seen[provider, label] = before = seen.get((provider, label), 0) + 1
        on = draft.slice({"provider": provider, "prompt": label if before == 1 else f"{label} ({before})"})
        prompts.append(_prompt(draft.mapping(prompt.get("metrics"), f"{path}.metrics"), on, path, draft))
    return prompts


def _prompt(metrics: Mapping[str, Any], on: Slice, path: str, draft: Draft) -> Prompt:
    passed, failed, broke = (_number(metrics, key, path, draft) for key in ("testPassCount", "testFailCount", "testErrorCount"))
    return Prompt(
        on,
        (passed, failed, broke),
        _number(metrics, "score", path, draft),
        metrics["totalLatencyMs"] if is_number(metrics.get("totalLatencyMs")) else None,
        metrics["cost"] if is_number(metrics.get("cost")) else None,
        tuple(named(metrics, f"{path}.metrics", draft)),
    )


def _label(prompt: Mapping[str, Any], path: str, draft: Draft) -> str:
    """The label; a long one, which is the prompt itself, is cut, and its digest tells it from others."""
    label = " ".join(draft.text(prompt.get("label", prompt.get("raw")), f"{path}.label").split())
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 20]}… {draft.text(prompt.get('id', ''), f'{path}.id')[:8]}"


def _number(metrics: Mapping[str, Any], key: str, path: str, draft: Draft) -> float:
    value = metrics.get(key, 0 if key == "testErrorCount" else None)
    if not is_number(value) or (key != "score" and value < 0):
        raise draft.broken(f"`{path}.metrics.{key}`", value, "a number of tests" if key != "score" else "a number")
    number: float = value
    return number


def _together(prompts: list[Prompt]) -> Prompt:
    """All prompts as one."""
    passed, failed, broke = (sum(prompt.counts[index] for prompt in prompts) for index in range(3))
    latencies, costs = [prompt.latency for prompt in prompts], [prompt.cost for prompt in prompts]
    return Prompt(
        WHOLE,
        (passed, failed, broke),
        sum(prompt.score for prompt in prompts),
        None if None in latencies else sum(each or 0 for each in latencies),
        None if None in costs else sum(each or 0 for each in costs),
        tuple(whole([prompt.named for prompt in prompts])),
    )


def _add_all(prompt: Prompt, scores: Mapping[tuple[str, Slice], list[float]], draft: Draft) -> None:
    """A test that broke neither passed nor failed; it counts in `error_rate` alone."""
    on, (passed, failed, broke) = prompt.on, prompt.counts
    judged, every = passed + failed, passed + failed + broke
    draft.share("pass_rate", passed, judged, on=on, better=HIGHER)
    draft.share("error_rate", broke, every, on=on, better=LOWER)
    mean = prompt.score / judged if judged else 0
    draft.add("score", mean, on=on, better=HIGHER, **_evidence(scores.get(("score", on), []), judged))
    if prompt.latency is not None and every:
        draft.add("latency_ms", prompt.latency / every, n=every, on=on, unit="ms", better=LOWER)
    if prompt.cost is not None:
        draft.add("cost", prompt.cost, on=on)
    for each in prompt.named:
        name = _called(each.name)
        if each.is_derived:
            draft.add(f"namedScores.{each.name}", each.value, name=name, on=on)
        else:
            found = scores.get((bare(name), on), []) if each.weight == each.tests else []
            draft.add(f"namedScores.{each.name}", each.value, name=name, on=on, better=HIGHER, **_evidence(found, each.tests))


def _scores(cases: list[Case]) -> dict[tuple[str, Slice], list[float]]:
    """The scores of cases, for each prompt and for all of them."""
    found: dict[tuple[str, Slice], list[float]] = {}
    for case in cases:
        if case.score is not None:
            for on in (case.slice, WHOLE):
                found.setdefault((case.metric, on), []).append(case.score)
    return found


def _evidence(scores: list[float], n: float | None) -> Spread | dict[str, Any]:
    """n, and how the scores spread where the file has every one of them."""
    return spread(scores) if len(scores) == n and n else {"n": n}


def _called(name: str) -> str:
    """A named score under its own name, unless that means something else here."""
    return f"named.{name}" if bare(name) in _OWN else name


def _refuse_other_counts(results: Mapping[str, Any], every: Prompt, draft: Draft) -> None:
    """The statistics of the whole must be those of the prompts: else a part of the file is missing."""
    stats = draft.mapping(results.get("stats", {}), "results.stats")
    for key, count in zip(("successes", "failures", "errors"), every.counts, strict=True):
        if key in stats and stats[key] != count:
            raise draft.refusal(f"`results.stats.{key}` is {str(stats[key])[:40]}, the prompts have {count:g}")


# -- cases


def _case(result: dict[str, Any], index: int, prompts: list[Prompt], draft: Draft) -> None:
    """A test on a prompt: whether it passed, its score, its named scores."""
    path = f"results.results[{index}]"
    at = result.get("promptIdx")
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < len(prompts):
        raise draft.refusal(f"`{path}.promptIdx` names none of the prompts")
    identity, on = _identity(result, path, draft), prompts[at].on
    error = _error(result)
    passed = result.get("success")
    if not isinstance(passed, bool):
        raise draft.broken(f"`{path}.success`", passed, "true or false")
    if error:
        draft.case(identity, "pass_rate", None, slice=on, error=error)
        return
    draft.case(identity, "pass_rate", float(passed), passed=passed, slice=on)
    if is_number(result.get("score")):
        draft.case(identity, "score", float(result["score"]), passed=passed, slice=on)
    for name, score in _named_scores(result):
        draft.case(identity, bare(_called(name)), score, slice=on)


def _identity(result: Mapping[str, Any], path: str, draft: Draft) -> str:
    """What was asked: a test's place in the list means another test once one is added."""
    test = draft.mapping(result.get("testCase", {}), f"{path}.testCase")
    description = test.get("description")
    if isinstance(description, str) and description:
        return description
    asked = result.get("vars", test.get("vars", {}))
    return json.dumps(asked, sort_keys=True, ensure_ascii=False)


def _error(result: Mapping[str, Any]) -> str:
    """How a result broke; empty where it was judged. Older files have no reason, but no grading either."""
    reason = result.get("failureReason")
    broke = reason == _ERROR or (reason is None and bool(result.get("error")) and not result.get("gradingResult"))
    return str(result.get("error") or "error") if broke else ""


def _named_scores(result: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    grading = result.get("gradingResult")
    weights = grading.get("namedScoreWeights") if isinstance(grading, dict) else None
    scores = result.get("namedScores")
    for name, score in (scores if isinstance(scores, dict) else {}).items():
        weight = weights.get(name, 1) if isinstance(weights, dict) else 1
        if name and is_number(score) and is_number(weight) and weight > 0:
            yield name, score / weight
