"""What a decision comes from and what a change would make of it, in HTML."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from gate.reports.html_neutral import block, code, formula, link, say, words
from gate.reports.numbers import number
from gate.reports.plain import brief
from gate.reports.provenance import age, becomes, judged_by, lost_title, replayed, title_of, unnamed, where_unnamed, word_of
from gate.terms.baseline import Baseline
from gate.terms.case import LostCase
from gate.terms.decision import Decision, PolicyIdentity
from gate.terms.revision import Proposed, ProposedChange

MOST_CASES = 1_000


class LostCases(NamedTuple):
    """A table of cases: id, metric, baseline, before, now; `more` are not in it."""

    title: str
    rows: list[tuple[Markup, Markup, Markup, str, str]]
    more: int
    where: str


class Changes(NamedTuple):
    """What the change would alter: the relation, what is there, what would be, remarks."""

    title: str
    rows: list[tuple[str, Markup, Markup, list[Markup]]]
    becomes: str
    messages: list[Markup]
    replayed: list[Markup]


class Source(NamedTuple):
    """A file, a policy or a baseline that went in."""

    what: Markup
    where: Markup
    sha256: str


def lost_cases(decision: Decision) -> LostCases | None:
    """Cases that held on the baseline and fail now."""
    if not decision.lost:
        return None
    shown = decision.lost[:MOST_CASES]
    rows = [(code(each.id), _metric(each), code(each.baseline), number(each.before), number(each.now)) for each in shown]
    return LostCases(lost_title(decision), rows, unnamed(decision, len(shown)), where_unnamed(decision))


def _metric(case: LostCase) -> Markup:
    return code(f"{case.metric}[{case.slice}]" if case.slice else case.metric)


def changes(proposed: Proposed | None) -> Changes | None:
    """What the change would alter in the policy that judged."""
    if proposed is None:
        return None
    messages = [block(message.split("\n")) for message in proposed.messages]
    told = [words(each) for each in replayed(proposed)]
    return Changes(title_of(proposed), [_change(each) for each in proposed.changes], becomes(proposed), messages, told)


def _change(change: ProposedChange) -> tuple[str, Markup, Markup, list[Markup]]:
    before, after = (formula(side) if side else Markup("") for side in (change.before, change.after))
    return word_of(change), before, after, [say("{}", each) for each in change.remarks]


def sources(decision: Decision) -> list[Source]:
    """What went in, with its digest: policies, files, baselines."""
    found = [_policy(each) for each in decision.policies]
    if trusted := judged_by(decision):
        ref, commit, by = trusted
        found.append(Source(Markup("policy read at"), say("{} ({}) by {}", code(ref), code(commit), by), ""))
    for each in decision.inputs:
        shown = say("{} ({})", code(each.name), each.format) if each.format else code(each.name)
        role = Markup(each.role) if each.role in ("metrics", "baseline") else code(each.role)
        found.append(Source(role, shown, each.sha256))
    found += [Source(Markup("model"), code(each.name), each.sha256) for each in decision.model]
    return found + [_baseline(each, decision.judged_at) for each in decision.baselines if each.origin.commit or each.origin.at]


def _policy(each: PolicyIdentity) -> Source:
    file = code(each.file)
    where = say("{} with {}", file, Markup(", ").join(map(code, each.extends))) if each.extends else file
    return Source(say("policy {}", code(each.name)), where, each.sha256)


def _baseline(each: Baseline, now: str) -> Source:
    """Where and when a baseline was measured, in full."""
    origin = each.origin
    facts = [code(origin.source or origin.label)]
    facts += [say("commit {}", code(origin.commit))] if origin.commit else []
    facts += [say("{}", origin.at)] if origin.at else []
    facts += [say("{}", told)] if (told := age(origin.at, now)) else []
    facts += [say("verdict {}", origin.verdict)] if origin.verdict else []
    facts += [link(origin.url, "its run")] if origin.url else []
    name = Markup("baseline") if each.name == "baseline" else say("baseline {}", code(each.name))
    return Source(name, Markup(" · ").join(facts), "")


def run(decision: Decision) -> Markup:
    """The page of the job that judged; empty where that is not known."""
    return link(decision.run_url, brief(decision.run_url)) if decision.run_url else Markup("")
