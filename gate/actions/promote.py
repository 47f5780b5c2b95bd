"""`do: promote`: an alias or tags in MLflow's registry for the version that was judged, and that passes.

Which version that is says no name, but its bytes: its files, fetched from the server, have the digests of the decision's
model. Where gate cannot fetch them, the tag `gate.model.sha256` of the version has to hold the model's digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gate.actions.order import ActionError, Order, UnsureError, failed
from gate.errors import Problem
from gate.terms.decision import Decision, ModelIdentity, Verdict
from gate.web.errors import WebError

if TYPE_CHECKING:
    from gate.actions.mlflow_registry import Entry, Registry, Version

TAG = "gate.model.sha256"
MOST_BYTES, MOST_FILES = 2**30, 2_000  # of a version whose files are fetched
_ADDED = "registered_model_meta"  # MLflow's client puts it beside the files of a version that it fetches


def said(order: Order) -> str:
    """What it does."""
    settings = order.action.settings
    if "alias" in settings:
        return f"the alias {settings['alias']} of {settings['model']}"
    return f"{', '.join(f'{name}={value}' for name, value in settings.get('tag', {}).items())} on {settings['model']}"


def perform(order: Order, environ: Mapping[str, str]) -> None:
    """Do it, for a version that is proven to be the judged one. Done again, it changes nothing."""
    from gate.actions.mlflow_registry import Registry

    decision, settings = order.decision, order.action.settings
    if decision.verdict is not Verdict.PASS:
        raise failed(f"the verdict is {decision.verdict.value}: only what passes is promoted")
    if not decision.model:
        raise failed("the decision says of no model that it is about it", "name it: gate check … --model PATH")
    try:
        registry = Registry(environ)
        if "alias" in settings:
            _move(registry, settings["model"], settings["alias"], decision)
            return
        version = _found(registry, settings["model"], decision.model)
        for name, value in settings.get("tag", {}).items():
            registry.set_tag(settings["model"], version, name, str(value))
    except WebError as error:
        raise _told(error, settings["model"]) from None


# -- which version it is


def _found(registry: Registry, model: str, judged: Sequence[ModelIdentity]) -> str:
    """The newest version with the bytes of a judged model."""
    versions, unknown = registry.versions(model), []
    if not versions:
        raise failed(f"the registry has no version of `{model}` that is ready", "register it before it is judged")
    for version in versions:
        proven = _is_judged(registry, model, version, judged)
        if proven:
            return version.number
        if proven is None:
            unknown.append(version.number)
    digests = ", ".join(each.sha256 for each in judged)
    what = f"no version of `{model}` is the judged model ({digests[:200]})"
    if not unknown:
        raise failed(what, "register what was judged, and judge the files that are registered")
    numbers = ", ".join(unknown)
    raise failed(f"{what}; files of {numbers} cannot be fetched", f"register it with the tag {TAG} and this digest")


def _is_judged(registry: Registry, model: str, version: Version, judged: Sequence[ModelIdentity]) -> bool | None:
    """Whether the version is one of these models; None where nothing proves it."""
    claimed = version.tags.get(TAG)
    known = [each for each in judged if claimed in (None, each.sha256)]
    if not known:
        return False
    listed = registry.files(model, version.number)
    if listed is None:
        return bool(claimed) or None
    found: dict[str, Entry] = {}
    for path, entry in listed:
        found[path] = entry
        if len(found) > MOST_FILES:
            return bool(claimed) or None
    if sum(entry.size for entry in found.values()) > MOST_BYTES or _has_larger(found):
        return bool(claimed) or None
    return any(_is_same(registry, found, each) for each in known)


def _has_larger(found: Mapping[str, Entry]) -> bool:
    from gate.actions.mlflow_registry import LARGEST

    return any(entry.size > LARGEST for entry in found.values())


def _is_same(registry: Registry, found: Mapping[str, Entry], judged: ModelIdentity) -> bool:
    """Whether these are the files of the model, byte by byte; what is small is compared first."""
    wanted = {each.name: each.sha256 for each in judged.files}
    there = {path: entry for path, entry in found.items() if path in wanted or not path.startswith(".git")}  # as for a digest
    if set(wanted) == {"."} and len(there) == 1:
        there = {".": next(iter(there.values()))}
    if _ADDED in wanted and _ADDED not in there:
        del wanted[_ADDED]
    if not wanted or set(wanted) != set(there):
        return False
    small_first = sorted(there, key=lambda path: there[path].size)
    return all(registry.digest(there[path]) == wanted[path] for path in small_first)


# -- what becomes of it


def _move(registry: Registry, model: str, alias: str, decision: Decision) -> None:
    """Let the alias name the judged version, unless it has come to name another one since."""
    before = _compared_with(decision, model, alias) or registry.alias(model, alias)
    version = _found(registry, model, decision.model)
    now = registry.alias(model, alias)
    if now == version:
        return
    if now != before:
        was, by_now = (f"version {each}" if each else "no version" for each in (before, now))
        what = f"the alias {alias} of `{model}` was moved meanwhile, from {was} to {by_now}, and stays there"
        raise failed(what, f"judge version {version} again, beside {by_now}")
    if now and int(now) > int(version):
        what = f"the alias {alias} of `{model}` names version {now}, which is newer than version {version}, that was judged"
        raise failed(what, "to go back to an older version, move the alias by hand")
    try:
        registry.set_alias(model, alias, version)
    except WebError as error:
        if not error.sent or 0 < error.status < 500:
            raise
        _looked(registry, model, alias, version, error)
        return
    _looked(registry, model, alias, version, None)


def _looked(registry: Registry, model: str, alias: str, version: str, error: WebError | None) -> None:
    """Whether the alias names the version now. `error`: why that is not certain."""
    try:
        now = registry.alias(model, alias)
    except WebError:
        if error is None:
            return  # the server has said that it is done
        what = f"whether the alias {alias} of `{model}` names version {version} is not known: {error.problems[0].message}"
        raise UnsureError(Problem("action-failed", what, remedy="look at the model's page")) from None
    if now == version:
        return
    if error is not None:
        raise error
    what = f"the alias {alias} of `{model}` names version {now or 'none'}: somebody else has moved it at the same time"
    raise failed(what, f"judge version {version} again")


def _compared_with(decision: Decision, model: str, alias: str) -> str:
    """The version that the alias named when the decision was made, if it was compared with; empty where it was not."""
    for baseline in decision.baselines:
        origin = baseline.origin
        label, _, number = origin.label.rpartition(" v")
        if origin.source == f"mlflow:models:/{model}@{alias}" and label == f"{model}@{alias}" and number.isdigit():
            return number
    return ""


def _told(error: WebError, model: str) -> ActionError:
    problem = error.problems[0]
    remedy = problem.remedy
    if error.status == 403:
        remedy = f"the credential needs the permission EDIT on the registered model `{model}`"
    return failed(problem.message, remedy)
