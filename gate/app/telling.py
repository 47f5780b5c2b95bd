"""What a CI machine is told of a decision: the step's summary and outputs, remarks at the policy's lines, one comment.

None of it changes a verdict: trouble is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from gate import registry
from gate.app.outputs import Output
from gate.errors import UsageError
from gate.hosts.facts import Event, Facts
from gate.hosts.here import here
from gate.hosts.host import Posted, Speaking, marker
from gate.record import dataclass
from gate.reports import markdown
from gate.reports.outline import Standing, outline
from gate.terms.decision import Decision

SUMMARY_CHARACTERS = 250_000  # of at most four bytes each: the host's limit is 1 MiB
COMMENT_CHARACTERS = {"github": 65_000, "gitlab": 900_000}  # the marker comes on top


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`lines` are for standard output as they are, `troubles` for standard error; neither changes a verdict."""

    lines: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


def tell(
    decision: Decision,
    environ: Mapping[str, str],
    *,
    exit_code: int | None = None,
    comment: bool = False,
    outputs: bool = False,
    strict: bool = False,
    written: Sequence[Output] = (),
) -> Told:
    """Tells the host what it can show; comments and outputs only where asked for.

    `written` are the reports on disk. With `strict`, trouble makes the exit code that outputs say 2, as it will be.
    """
    facts = here(environ)
    if facts is None:
        return Told(troubles=("no comment: this is not a job of a CI machine",) if comment else ())
    posted = _comment(decision, facts, environ) if comment else Posted()
    troubles = list(posted.troubles)
    if facts.host == "github":
        from gate.hosts import github_step

        summary = fitted(partial(markdown.render, decision), SUMMARY_CHARACTERS)
        troubles.append(github_step.summarise(environ, summary))
        if outputs:
            code = UsageError.exit_code if strict and any(troubles) else exit_code
            troubles.append(github_step.outputs(environ, step_outputs(decision, code, written, posted.url)))
    form = {"github": "annotations", "azure": "azure"}.get(facts.host)
    return Told(lines=_remarks(decision, form) if form else (), troubles=tuple(each for each in troubles if each))


def fitted(render: Callable[..., str], most: int) -> str:
    """A report of at most `most` characters as hosts may count them: two for one beyond the first plane.

    Names of such characters would else make a report of the right length too long to be posted.
    """
    text = render(limit=most)
    return text if _units(text) <= most else render(limit=most // 2)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _remarks(decision: Decision, form: str) -> tuple[str, ...]:
    if form == "annotations":  # not a form of `-o`: they count only on standard output
        from gate.reports import annotations

        return tuple(annotations.render(decision).splitlines())
    return tuple(registry.load("reports", form).render(decision).splitlines())


def step_outputs(decision: Decision, exit_code: int | None, written: Sequence[Output], comment_url: str = "") -> dict[str, str]:
    """What later steps may ask for."""
    rules = outline(decision).rules
    return {
        "verdict": decision.verdict.value,
        "exit-code": str(decision.exit_code if exit_code is None else exit_code),
        "failed": str(rules[Standing.FAILS]),
        "warned": str(rules[Standing.WARNS] + rules[Standing.WAIVED]),
        "undecided": str(rules[Standing.UNDECIDED]),
        "missing": str(rules[Standing.MISSING]),
        "report": _path("markdown", written),
        "decision": _path("json", written),
        "comment-url": comment_url,
    }


def _path(form: str, written: Sequence[Output]) -> str:
    """Where the first report of a form was written."""
    return next((each.path for each in written if each.form == form and each.path != "-"), "")


def _comment(decision: Decision, facts: Facts, environ: Mapping[str, str]) -> Posted:
    if facts.event is not Event.CHANGE:  # a push, a schedule or a merge queue has nothing to comment on
        return Posted()
    if facts.host not in COMMENT_CHARACTERS:
        return Posted(troubles=(f"no comment: gate comments on GitHub and GitLab, and this is {facts.host}",))
    body = fitted(partial(markdown.render, decision), COMMENT_CHARACTERS[facts.host])
    key = marker([(policy.file, policy.name) for policy in decision.policies])
    host: Speaking = registry.load("hosts", facts.host)
    return host.comment(facts, environ, key, body)
