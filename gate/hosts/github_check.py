"""A mark on a commit: a check run, or, where the token may not make one, a commit status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gate.hosts.facts import Facts
from gate.hosts.github_api import Pause, home, trouble, writing
from gate.hosts.github_event import number_of, part, text_of
from gate.hosts.host import Annotation, Check, Posted
from gate.web.client import Client
from gate.web.errors import WebError, unreadable

SUMMARY_LIMIT = 65_535  # characters
ANNOTATIONS_LIMIT = 50  # a request; more come with further ones
MOST_ANNOTATIONS = 500
DESCRIPTION_LIMIT = 140  # characters of a commit status
TITLE_LIMIT = 255

_NONE = "no check on the commit"
_LEVELS = ("failure", "warning", "notice")


def check(facts: Facts, environ: Mapping[str, str], check: Check, pause: Pause | None = None) -> Posted:
    """As gate.hosts.host says. The conclusion is success or failure: GitHub lets a required check pass that is neither.

    A personal token cannot make a check run: then the commit gets a status of the same name. A summary above GitHub's
    limit is left out, annotations beyond the first 500 too, both with a trouble: the conclusion is what counts.
    """
    if not facts.head:
        return Posted(troubles=(f"{_NONE}: the change's newest commit is not known",))
    troubles: list[str] = []
    try:
        api = writing(facts, environ, pause)
        try:
            return _check_run(api, facts, check, troubles)
        except WebError as error:
            if error.status != 403 or error.slug == "web-too-many":
                raise
            refused = error
        return Posted(_status(api, facts, check, refused), tuple(troubles))
    except WebError as error:
        return Posted(troubles=(*troubles, trouble(_NONE, error, facts, "checks: write")))


def _check_run(api: Client, facts: Facts, check: Check, troubles: list[str]) -> Posted:
    output = _output(check, troubles)
    marks = [_annotation(each) for each in check.annotations[:MOST_ANNOTATIONS]]
    if len(check.annotations) > len(marks):
        troubles.append(f"the check shows {len(marks)} of {len(check.annotations)} annotations")
    body: dict[str, Any] = {
        "name": check.name,
        "head_sha": facts.head,
        "status": "completed",
        "conclusion": "success" if check.passed else "failure",
        "output": {**output, "annotations": marks[:ANNOTATIONS_LIMIT]},
    }
    if facts.run_url:
        body["details_url"] = facts.run_url
    made = api.request("POST", f"{home(facts)}/check-runs", json=body).json()
    number = number_of(part(made, "id"))
    if not number:
        raise unreadable("GitHub's answer", "a check run has no number")
    url = text_of(part(made, "html_url"))
    try:
        for batch in _batches(marks[ANNOTATIONS_LIMIT:]):
            more = {"output": {**output, "annotations": batch}}
            api.request("PATCH", f"{home(facts)}/check-runs/{number}", json=more)
    except WebError as error:  # the mark itself stands
        troubles.append(trouble("the check does not show all annotations", error, facts, "checks: write"))
    return Posted(url, tuple(troubles))


def _output(check: Check, troubles: list[str]) -> dict[str, str]:
    summary = check.summary
    if len(summary.encode("utf-16-le", "surrogatepass")) // 2 > SUMMARY_LIMIT:
        troubles.append(f"the check has no summary: {len(summary)} characters are more than GitHub takes ({SUMMARY_LIMIT})")
        summary = check.title
    return {"title": _cut(check.title, TITLE_LIMIT), "summary": summary}


def _annotation(each: Annotation) -> dict[str, Any]:
    line = max(each.line, 1)
    shown: dict[str, Any] = {
        "path": each.path,
        "start_line": line,
        "end_line": line,
        "annotation_level": each.level if each.level in _LEVELS else "failure",
        "message": _cut(each.message, 10_000),
    }
    if each.title:
        shown["title"] = _cut(each.title, TITLE_LIMIT)
    return shown


def _batches(marks: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    return [marks[start : start + ANNOTATIONS_LIMIT] for start in range(0, len(marks), ANNOTATIONS_LIMIT)]


def _status(api: Client, facts: Facts, check: Check, refused: WebError) -> str:
    """Puts a status on the commit, for want of a check run. Raises the error of that where this is forbidden, too."""
    body = {
        "state": "success" if check.passed else "failure",
        "context": check.name,
        "description": _cut(check.title, DESCRIPTION_LIMIT),
    }
    if facts.run_url:
        body["target_url"] = facts.run_url
    try:
        made = api.request("POST", f"{home(facts)}/statuses/{facts.head}", json=body).json()
    except WebError as error:
        raise (refused if error.status in (403, 404) else error) from None
    return facts.run_url or text_of(part(made, "url"))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
