"""`gate publish`: in a job that the change has no part in, judge again what it measured, and tell the host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.app.check import CheckRequest, surroundings
from gate.app.clock import Clock, clock
from gate.app.evidence import baseline_given
from gate.app.judging import Judging, load_all
from gate.app.publish.again import Trusted, Unverified, judged_again, unverified
from gate.app.trust.proposing import at_head
from gate.app.trust.trusted import trusted
from gate.baselines.baseline import Surroundings
from gate.errors import GateError, InputError, Problem, UsageError
from gate.hosts.facts import Facts
from gate.hosts.here import here
from gate.hosts.kept import Kept
from gate.policy.find import find
from gate.readers.source import open_path
from gate.record import dataclass, field, replace
from gate.reports import several
from gate.terms.decision import Decision
from gate.terms.revision import Revision

SPEAKING = ("github", "gitlab")


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
    comment_urls: tuple[str, ...] = ()
    check_url: str = ""
    troubles: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The worst code; 2 where something could not be judged again."""
        codes = [decision.exit_code for decision in self.decisions] + [2] * bool(self.unverified)
        return max(codes, key=(0, 3, 1, 2).index, default=2)

    @property
    def verdict(self) -> str:
        """That of the worst decision; `error` where something could not be judged again."""
        return "error" if self.unverified or not self.decisions else self.decisions[0].verdict.value


def publish(request: PublishRequest) -> Publication:
    """Judges again and posts. Raises GateError where nothing can be said at all: not in CI, started by no other run."""
    from gate.app.publish.posting import post

    facts = here(request.environ)
    if facts is None or facts.host not in SPEAKING:
        where = "this is not a job of a CI machine" if facts is None else f"gate does not post on {facts.host}"
        what = f"`gate publish` posts on GitHub and GitLab: {where}"
        raise UsageError(Problem("nowhere-to-publish", what, remedy="run it in a job of one of them: docs/github.md"))
    again = _again(request, facts, _files(request, facts))
    decisions = tuple(each for each in again if isinstance(each, Decision))
    others = tuple(each for each in again if isinstance(each, Unverified))
    return post(Publication(decisions=several.worst_first(decisions), unverified=others), request, facts)


# -- what to judge

File = tuple[str, bytes]


def _files(request: PublishRequest, facts: Facts) -> list[File | Unverified]:
    """The decisions with their names, as they came. One that is not there is told, too: an older comment would be a lie."""
    if request.decisions:
        return [_opened(path) for path in request.decisions]
    if facts.host != "github":
        raise UsageError(Problem("no-input", "nothing to publish: name a decision", remedy="gate publish decision.json"))
    return [_kept(request, facts)]


def _opened(path: str) -> File | Unverified:
    try:
        return path, open_path(path).data
    except GateError as error:
        return unverified(path, error)


def _kept(request: PublishRequest, facts: Facts) -> File | Unverified:
    """What the run kept that started this one. Raises UsageError where no other run did."""
    from gate.hosts import github_trigger

    if not github_trigger.started(request.environ):
        what = "nothing to publish: no other workflow's run has started this one"
        raise UsageError(
            Problem("no-input", what, remedy="run it `on: workflow_run`, or name a file: gate publish decision.json")
        )
    try:
        kept = github_trigger.kept(facts, request.environ, artifact=request.artifact)
    except GateError as error:
        return unverified(github_trigger.FILE, error)
    if isinstance(kept, Kept):
        return github_trigger.FILE, kept.data
    gone = "is not there any more" if kept is not None else "is not there"
    what = f"the artifact `{request.artifact}` of the run that started this one {gone}"
    remedy = "that run keeps it with actions/upload-artifact, also when it fails; or name a file: gate publish decision.json"
    return unverified(github_trigger.FILE, InputError(Problem("no-artifact", what, remedy=remedy)))


def _again(request: PublishRequest, facts: Facts, files: Sequence[File | Unverified]) -> list[Decision | Unverified]:
    moment = clock()
    try:
        judging = _judging(request, facts, moment)
        at = replace(_surroundings(request, judging), facts=facts)
        given = baseline_given(request.baselines, request.decisions, at)
    except GateError as error:
        return [each if isinstance(each, Unverified) else unverified(each[0], error) for each in files]
    by = Trusted(judging=judging, head=facts.head, given=given, clock=moment, at=at)
    return [each if isinstance(each, Unverified) else judged_again(each[1], each[0], by) for each in files]


def _surroundings(request: PublishRequest, judging: Judging) -> Surroundings:
    inputs = CheckRequest(inputs=request.decisions, environ=request.environ)
    return surroundings(inputs, judging.policies)


def _judging(request: PublishRequest, facts: Facts, moment: Clock) -> Judging:
    """The policies of the trusted job's own checkout, or of a revision; and what the change has in their place."""
    if request.policy_from:
        judging = trusted(request.policy_from, request.policies, moment, request.environ)
        if judging.revision is not None and judging.revision.first:
            what = "there is no policy yet that the change could not touch"
            raise UsageError(Problem("no-policy", what, remedy="it counts from the change on that follows its merge"))
    else:
        policies = load_all(find(request.policies, {}), moment)
        judging = Judging(tuple(policies), Revision("checkout", facts.commit, "checkout"))
    return replace(judging, proposal=at_head(facts, judging, moment, request.environ))
