"""`do: dispatch`: a workflow or pipeline of the repository that this job is of, and of no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gate.actions.order import ActionError, Order, UnsureError, failed
from gate.errors import Problem
from gate.hosts.facts import Facts
from gate.web.errors import WebError

MOST_TEXT = 60_000  # characters of all inputs together; GitHub's own limit is 65,535


def said(order: Order) -> str:
    """What it does."""
    settings = order.action.settings
    if "event" in settings:
        return f"the event {settings['event']}"
    what = f"the workflow {settings['workflow']}" if "workflow" in settings else "a pipeline"
    ref = settings.get("ref") or (order.facts.branch if order.facts else "")
    return f"{what} on {ref}" if ref else what


def perform(order: Order, environ: Mapping[str, str]) -> None:
    """Start it, once: a request that may have arrived is not sent again."""
    facts = order.facts
    if facts is None or facts.host not in ("github", "gitlab") or not facts.repository:
        raise failed("this is no job of GitHub or GitLab, which alone start something", "`do: webhook` tells any other machine")
    _measured(order.action.settings.get("inputs", {}))
    try:
        if facts.host == "gitlab":
            _gitlab(order, facts, environ)
        else:
            _github(order, facts, environ)
    except WebError as error:
        raise _told(error, order, facts) from None


def _github(order: Order, facts: Facts, environ: Mapping[str, str]) -> None:
    from gate.hosts.github_dispatch import MOST_INPUTS, MOST_PARTS, send_event, start_workflow

    settings = order.action.settings
    inputs = settings.get("inputs", {})
    if "event" in settings:
        if len(inputs) >= MOST_PARTS:
            raise failed(f"an event takes {MOST_PARTS - 1} inputs at most, not {len(inputs)}")
        send_event(facts, environ, settings["event"], {"gate": _account(order), **inputs})
        return
    if "workflow" not in settings:
        raise failed("neither `workflow` nor `event` says what to start", "`workflow: retrain.yml`, a file of .github/workflows")
    if len(inputs) > MOST_INPUTS:
        raise failed(f"a workflow takes {MOST_INPUTS} inputs at most, not {len(inputs)}")
    start_workflow(facts, environ, settings["workflow"], _ref(order, facts), _texts(inputs))


def _gitlab(order: Order, facts: Facts, environ: Mapping[str, str]) -> None:
    from gate.hosts.gitlab_pipeline import start_pipeline

    settings = order.action.settings
    for key in ("workflow", "event"):
        if key in settings:
            raise failed(f"GitLab has pipelines, and no `{key}`", f"take out `{key}`; `inputs` become variables of the pipeline")
    start_pipeline(facts, environ, _ref(order, facts), _texts(settings.get("inputs", {})))


def _ref(order: Order, facts: Facts) -> str:
    ref = order.action.settings.get("ref") or facts.branch
    if not ref:
        raise failed("this job is of no branch on which to start it", "say `ref: main` beside `do: dispatch`")
    return str(ref)


def _texts(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Inputs and variables are text on both machines."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in inputs.items()}


def _measured(inputs: Mapping[str, Any]) -> None:
    size = len(json.dumps(dict(inputs)))
    if size > MOST_TEXT:
        raise failed(f"the inputs have {size:,} characters; {MOST_TEXT:,} are the most")


def _account(order: Order) -> dict[str, str]:
    """What started it, for the workflow that an event reaches. `id` is the same where the same run is judged again."""
    decision = order.decision
    told = {"id": order.id, "name": decision.name, "verdict": decision.verdict.value, "when": order.action.when.value}
    return {**told, "commit": decision.commit, "run_url": decision.run_url}


# -- what went wrong


def _told(error: WebError, order: Order, facts: Facts) -> ActionError:
    problem = error.problems[0]
    what = f"{said(order)}: {problem.message}"
    if error.sent and error.slug != "web-redirect" and (not error.status or error.status >= 500):
        remedy = "look there whether it runs; gate does not start it twice"
        return UnsureError(Problem("action-failed", what, remedy=remedy))
    remedy = _remedy_github(error, order) if facts.host == "github" else _remedy_gitlab(error, order, facts)
    return failed(what, remedy or problem.remedy)


def _remedy_github(error: WebError, order: Order) -> str:
    settings = order.action.settings
    if error.status in (403, 404) and error.slug != "web-too-many":
        if "event" in settings:
            return "give the job `permissions: {contents: write}`"
        there = f"; is .github/workflows/{settings['workflow']} on the default branch?" if error.status == 404 else ""
        return f"give the job `permissions: {{actions: write}}`{there}"
    if error.status == 422 and "workflow" in settings:
        return f"{settings['workflow']} needs `on: workflow_dispatch:` with these inputs, on a branch that is there"
    return ""


def _remedy_gitlab(error: WebError, order: Order, facts: Facts) -> str:
    from gate.hosts.gitlab_pipeline import TRIGGER_TOKEN

    if error.status in (401, 403, 404):
        return f"put a trigger token of this project, by someone who may run pipelines, into the masked variable {TRIGGER_TOKEN}"
    if error.status == 400:
        variables = "; may jobs set pipeline variables here (Settings, CI/CD)?" if order.action.settings.get("inputs") else ""
        return f"is there a branch {_ref(order, facts)}, with jobs for a pipeline that another one starts?{variables}"
    return ""
