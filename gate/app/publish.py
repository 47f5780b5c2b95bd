"""`gate publish`: in a job that the change has no part in, judge again what it measured, and tell the host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate import registry
from gate.app.again import Trusted, Unverified, judged_again
from gate.app.check import CheckRequest, surroundings
from gate.app.clock import clock
from gate.app.evidence import baseline_given
from gate.app.judging import Judging, load_all
from gate.baselines.baseline import Surroundings
from gate.errors import GateError, InputError, Problem, UsageError
from gate.hosts.facts import Facts
from gate.hosts.here import here
from gate.hosts.host import Annotation, Check, Posted, marker
from gate.policy.find import find
from gate.readers.source import open_path
from gate.record import dataclass, field, replace
from gate.reports import several
from gate.reports.callouts import callouts
from gate.reports.entries import conclusion
from gate.reports.outline import outline
from gate.terms.decision import Decision
from gate.terms.revision import Revision

SPEAKING = ("github", "gitlab")
COMMENT_CHARACTERS = {"github": 65_000, "gitlab": 900_000}
CHECK_CHARACTERS = 65_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequest:
    """What `gate publish` was asked for. Without decisions, the one that the triggering run kept as `artifact`."""

    decisions: Sequence[str] = ()
    policies: Sequence[str] = ()
    policy_from: str = ""
    baselines: Sequence[str] = ()
    artifact: str = "gate-decision"
    check_name: str = "gate"
    comment: bool = True
    check: bool = True
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was judged again, worst first, what could not be, and what came of telling it."""

    decisions: tuple[Decision, ...]
    unverified: tuple[Unverified, ...] = ()
    urls: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The worst code; 2 where something could not be judged again."""
        codes = [decision.exit_code for decision in self.decisions] + [2] * bool(self.unverified)
        return max(codes, key=(0, 3, 1, 2).index, default=2)


def publish(request: PublishRequest) -> Publication:
    """Judges again and posts. Raises GateError where nothing can be done at all: not in CI, no decision to be had."""
    facts = here(request.environ)
    if facts is None or facts.host not in SPEAKING:
        where = "this is not a job of a CI machine" if facts is None else f"gate does not post on {facts.host}"
        what = f"`gate publish` posts on GitHub and GitLab: {where}"
        raise UsageError(Problem("nowhere-to-publish", what, remedy="run it in a job of one of them: docs/github.md"))
    files = _files(request, facts)
    again = _again(request, facts, files)
    decisions = tuple(each for each in again if isinstance(each, Decision))
    unverified = tuple(each for each in again if isinstance(each, Unverified))
    found = Publication(decisions=several.worst_first(decisions), unverified=unverified)
    return _posted(request, facts, found)


# -- what to judge


def _files(request: PublishRequest, facts: Facts) -> list[tuple[str, bytes]]:
    """The decisions with their names, as they came."""
    if request.decisions:
        return [(path, open_path(path).data) for path in request.decisions]
    if facts.host != "github":
        raise UsageError(Problem("no-input", "nothing to publish: name a decision", remedy="gate publish decision.json"))
    from gate.hosts import github_trigger

    kept = github_trigger.kept(facts, request.environ, artifact=request.artifact)
    data = getattr(kept, "data", None)
    if data is None:
        gone = "is not there any more" if kept is not None else "is not there"
        what = f"the artifact `{request.artifact}` of the run that started this one {gone}"
        remedy = "that run keeps it with actions/upload-artifact, also when it fails; or name a file: gate publish decision.json"
        raise InputError(Problem("no-artifact", what, remedy=remedy))
    return [("decision.json", data)]


def _again(request: PublishRequest, facts: Facts, files: Sequence[tuple[str, bytes]]) -> list[Decision | Unverified]:
    moment = clock()
    try:
        judging = _judging(request, facts)
        at = replace(_surroundings(request, judging), facts=facts)
        given = baseline_given(request.baselines, request.decisions, at)
    except GateError as error:
        reasons = tuple(str(problem) for problem in error.problems)
        return [Unverified(name, reasons) for name, _ in files]
    by = Trusted(judging=judging, head=facts.head, given=given, clock=moment, at=at)
    return [judged_again(data, name, by) for name, data in files]


def _surroundings(request: PublishRequest, judging: Judging) -> Surroundings:
    inputs = CheckRequest(inputs=request.decisions, environ=request.environ)
    return surroundings(inputs, judging.policies)


def _judging(request: PublishRequest, facts: Facts) -> Judging:
    """The policies of the trusted job's own checkout, or of a revision; and what the change has in their place."""
    moment = clock()
    if request.policy_from:
        from gate.app.trusted import trusted

        judging = trusted(request.policy_from, request.policies, moment, request.environ)
        if judging.revision is not None and judging.revision.first:
            what = "there is no policy yet that the change could not touch"
            raise UsageError(Problem("no-policy", what, remedy="it counts from the change on that follows its merge"))
    else:
        policies = load_all(find(request.policies, {}), moment)
        judging = Judging(tuple(policies), Revision("checkout", facts.commit, "checkout"))
    from gate.app.trusted import proposal_at

    return replace(judging, proposal=proposal_at(facts, [policy.file for policy in judging.policies], moment, request.environ))


# -- telling


def _posted(request: PublishRequest, facts: Facts, found: Publication) -> Publication:
    host = registry.load("hosts", facts.host)
    changes, troubles = _changes(facts, request.environ)
    posted = [Posted("", troubles)]
    if request.comment:
        body = several.render(found.decisions, _told(found), limit=COMMENT_CHARACTERS[facts.host])
        key = marker(_keys(request, found))
        posted += [host.comment(change, request.environ, key, body) for change in changes]
    if request.check and found.decisions and not found.unverified:
        posted.append(host.check(facts, request.environ, _check(request.check_name, found.decisions)))
    urls = tuple(each.url for each in posted if each.url)
    return replace(found, urls=urls, troubles=tuple(trouble for each in posted for trouble in each.troubles))


def _changes(facts: Facts, environ: Mapping[str, str]) -> tuple[tuple[Facts, ...], tuple[str, ...]]:
    """The pull requests that it is about, by the host's word."""
    if facts.number:
        return (facts,), ()
    if facts.host != "github" or not facts.head:
        return (), ("no comment: this job is about no pull request",)
    from gate.hosts.github_pulls import pulls

    found = pulls(facts, environ)
    return found.found, found.troubles


def _keys(request: PublishRequest, found: Publication) -> list[tuple[str, str]]:
    """What the comment is known by again: the policies; where none could be read, those that were asked for."""
    named = [(policy.file, policy.name) for decision in found.decisions for policy in decision.policies]
    return sorted(set(named)) or [(path, "") for path in request.policies or ("gate.yaml",)]


def _told(found: Publication) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.name, each.reasons) for each in found.unverified]


def _check(name: str, decisions: Sequence[Decision]) -> Check:
    worst = decisions[0]
    title = conclusion(worst, outline(worst)) if len(decisions) == 1 else several.headline(decisions)
    return Check(
        name=name,
        passed=all(decision.passed for decision in decisions),
        title=title,
        summary=several.render(decisions, limit=CHECK_CHARACTERS),
        annotations=tuple(mark for decision in decisions for mark in _annotations(decision)),
    )


def _annotations(decision: Decision) -> list[Annotation]:
    found = callouts(decision)
    levels = [("failure", each) for each in found.errors] + [("warning", each) for each in found.warnings]
    return [
        Annotation(
            path=each.spot["file"],
            line=int(each.spot.get("line", "1")),
            level=level,
            title=each.heading,
            message="\n".join(each.body) or each.heading,
        )
        for level, each in levels
        if "file" in each.spot and not each.spot["file"].startswith(("/", "<"))
    ]
