"""One rule, explained: in words, what follows from it, and on measurements exactly what `gate check` finds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from gate.app.clock import clock
from gate.app.evidence import baseline_given, labels, named_baselines, refuse_nothing, tables
from gate.app.explain.lines import placed, with_lines
from gate.app.judging import load_all
from gate.baselines.baseline import Surroundings
from gate.errors import GateError, Place, PolicyError, Problem, UsageError
from gate.judge.evidence import Evidence
from gate.judge.findings import judge_rule
from gate.judge.world import fact_of
from gate.language.branches import branches
from gate.language.parse import parse
from gate.language.resolve import Expr, compile_rule
from gate.language.tokens import RuleError
from gate.language.tree import Expected, Last, Node, OnBaseline, Reading, Tracked, children
from gate.language.words import words
from gate.language.write import write, write_name, write_selector
from gate.policy import text as policy_text
from gate.policy.find import find
from gate.policy.policy import Policy, Rule
from gate.policy.rules import read_confidence, wants_exact
from gate.record import dataclass, field, replace
from gate.terms.decision import Finding, Read
from gate.terms.metric import Direction, Metric

MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRequest:
    """What `gate explain` was asked for."""

    rule: str
    inputs: Sequence[str] = ()
    policies: Sequence[str] = ()
    baselines: Sequence[str] = ()
    reader: str | None = None
    now: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    stdin: BinaryIO | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A measurement that the rule reads: what it is called, and what is known of it or where its value comes from."""

    name: str
    read: Read | None = None
    unit: str = ""
    problem: str = ""
    known: str = ""
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say of one rule. `listed` says that the policy has it; else it was only asked about.

    `similar` is a rule of the policy that reads much like one that was only asked about.
    `findings` are what judging gives on the inputs, none where no input was named.
    """

    rule: Rule
    policy: Policy
    listed: bool
    today: str
    words: str
    branches: tuple[tuple[int, str], ...]
    reads: tuple[Seen, ...]
    findings: tuple[Finding, ...] = ()
    judged: bool = False
    similar: str = ""


def explain(request: ExplainRequest) -> list[Explanation]:
    """The rule that was asked for, once for each policy that has it. Raises GateError."""
    moment = clock(request.now)
    policies = load_all(_paths(request), moment)
    asked = _listed(request.rule, policies)
    listed = bool(asked)
    asked = asked or [_only_asked(request.rule, policies)]
    if not request.inputs:
        if request.baselines:
            raise UsageError(Problem("no-input", "a baseline alone gives nothing to compare", remedy="name a metrics file, too"))
        return [_told(rule, policy, listed, moment.today) for rule, policy in asked]
    candidate = placed(request.inputs, request.reader, request.stdin)
    refuse_nothing(candidate)
    at = Surroundings(inputs=request.inputs, format=request.reader, environ=request.environ)
    given = with_lines(baseline_given(request.baselines, request.inputs, at, request.stdin), request.baselines, request.reader)
    found = []
    for rule, policy in asked:
        baselines = named_baselines([policy], given, at)
        share = policy.share  # as a check has it; to look is no use
        evidence = Evidence(candidate, tables(baselines), moment.today, labels=labels(baselines), alpha_share=share)
        found.append(_judged(_told(rule, policy, listed, moment.today), evidence))
    return found


def _paths(request: ExplainRequest) -> list[str]:
    """The policies that the rule may stand in; a rule's text needs none."""
    try:
        return find(request.policies, request.environ)
    except PolicyError as error:
        if request.policies or any(problem.slug != "no-policy" for problem in error.problems):
            raise
        return []


# -- which rule


def _listed(asked: str, policies: Sequence[Policy]) -> list[tuple[Rule, Policy]]:
    """The rules of the policies that are called so, or else are written so."""
    named = [(rule, policy) for policy in policies for rule in policy.rules if rule.id == asked]
    if named:
        return named
    found = []
    for policy in policies:
        expr = _compiled(asked, policy)
        if expr is not None:
            found += [(rule, policy) for rule in policy.rules if rule.expr.tree == expr.tree]
    return found


def _compiled(text: str, policy: Policy) -> Expr | None:
    try:
        return compile_rule(text, policy.parameters, ("baseline", *policy.baselines))
    except RuleError:
        return None


def _only_asked(asked: str, policies: Sequence[Policy]) -> tuple[Rule, Policy]:
    """A rule that stands in no policy, as it would be judged in the first one."""
    if not any(sign in asked for sign in "<>=≥≤≠"):
        raise _unknown(asked, policies)
    around = policies[0] if policies else Policy(name="", file="", rules=())
    expr = compile_rule(asked, around.parameters, ("baseline", *around.baselines))
    confidence, exact = _confidence(around)
    rule = Rule(id=expr.normal, expr=expr, where=Place(""), confidence=confidence, exact=exact)
    return rule, replace(around, waivers=())


def _confidence(policy: Policy) -> tuple[float | None, bool]:
    """What a rule of this policy is asked for when it says nothing itself, and whether that must hold literally."""
    if not policy.file:
        return None, False
    path = os.path.join(policy.folder, os.path.basename(policy.file))
    value = policy_text.read(path, policy.file, policy.tree).value
    written = value.get("confidence", "none")
    return read_confidence(written)[0], wants_exact(written)


def _unknown(asked: str, policies: Sequence[Policy]) -> GateError:
    name = write_name(asked) if len(asked) <= 80 else f"{asked[:80]}…"
    if not policies:
        what = f"`{name}` is not the text of a rule, and there is no policy to look it up in"
        remedy = "name a policy: `-p gate.yaml`\nor write the rule: `gate explain 'recall >= 0.85'`"
        return PolicyError(Problem("unknown-rule", what, remedy=remedy))
    files = ", ".join(policy.file for policy in policies)
    return PolicyError(Problem("unknown-rule", f"no rule of {files} is called `{name}`", remedy=_meant(asked, policies)))


def _meant(asked: str, policies: Sequence[Policy]) -> str:
    """The rules that may have been meant: called or written much like this, or reading a metric of this name."""
    rules = [rule for policy in policies for rule in policy.rules]
    ids = list(dict.fromkeys(rule.id for rule in rules))
    reading = list(dict.fromkeys(rule.id for rule in rules if any(found.metric == asked for found in rule.expr.readings)))
    if reading:
        return f"rules that read it: {_named(reading)}"
    close = _close(asked, ids)
    return f"did you mean `{close}`?" if close else f"rules are {_named(ids)}"


def _named(ids: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in ids[:MOST_NAMED]) + (" …" if len(ids) > MOST_NAMED else "")


def _close(asked: str, ids: Sequence[str], least: float = 0.6) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(asked, ids, 1, least)), "")


# -- what is said of it


def _told(rule: Rule, policy: Policy, listed: bool, today: str) -> Explanation:
    return Explanation(
        rule=rule,
        policy=policy,
        listed=listed,
        today=today,
        words=words(parse(rule.expr.text, ("baseline", *policy.baselines)), policy.parameters),
        branches=tuple(branches(rule.expr.tree)),
        reads=tuple(_known(rule, policy)),
        similar="" if listed else _close(rule.id, [other.id for other in policy.rules], 0.85),
    )


def _known(rule: Rule, policy: Policy) -> Iterator[Seen]:
    """What the rule would read, each once, with what is known without a metrics file."""
    seen: set[tuple[str, str]] = set()
    for name, where, reading in _places(rule.expr.tree):
        if (name, where) not in seen:
            seen.add((name, where))
            yield Seen(name, known=", ".join(filter(None, (where, *_facts(reading.metric, policy)))))


def _places(node: Node, where: str = "") -> Iterator[tuple[str, str, Reading]]:
    """Every reading with the words for where it is looked up: a baseline, or recorded runs."""
    if isinstance(node, Reading):
        yield write(node), where, node
        return
    if isinstance(node, OnBaseline):
        where = "of the baseline" if node.name == "baseline" else f"of the baseline `{node.name}`"
    elif isinstance(node, (Last, Expected, Tracked)):
        where = "of the last run" if node.count == 1 else f"of the last {node.count} runs"
    for child in children(node):
        yield from _places(child, where)


def _facts(metric: str, policy: Policy) -> Iterator[str]:
    fact = fact_of(metric, policy)
    if fact is None:
        return
    if fact.source and fact.source != metric:
        yield f"`{fact.source}` in the metrics"
    if fact.better is not None:
        yield "higher is better" if fact.better is Direction.HIGHER else "lower is better"
    yield _range(fact)
    yield f"in {fact.unit}" if fact.unit else ""


def _range(fact: Metric) -> str:
    if fact.low is not None and fact.high is not None:
        return f"from {fact.low:g} to {fact.high:g}"
    if fact.low is not None:
        return f"from {fact.low:g} up"
    return f"up to {fact.high:g}" if fact.high is not None else ""


# -- on measurements


def _judged(told: Explanation, evidence: Evidence) -> Explanation:
    findings = tuple(judge_rule(told.rule, told.policy, evidence))
    reads = dict.fromkeys(read for finding in findings for read in finding.reads)
    seen = tuple(_seen(read, told.policy, evidence) for read in reads)
    return replace(told, findings=findings, reads=seen, judged=True)


def _seen(read: Read, policy: Policy, evidence: Evidence) -> Seen:
    """A measurement that judging looked at, with the place in the file that it stands at."""
    source = policy.source_of(read.metric)
    name = f"{write_name(read.metric)}{write_selector(read.slice.parts)}"
    if read.of != "candidate":
        name = f"{read.of}({name})"
    table = evidence.candidate if read.of == "candidate" else evidence.loaded(read.of)
    found = table.get(source, read.slice) if table is not None else None
    if found is None:
        return Seen(name, read)
    known = f"`{source}`" if source != read.metric else ""
    return Seen(name, read, found.unit, found.problem, known, found.where)
