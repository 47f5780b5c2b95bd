"""A policy file to a Policy: the front door. Two stages, shape and meaning; the second may only refuse more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gate.documents.document import Map
from gate.documents.files import WORK_TREE, Files
from gate.errors import Place, PolicyError, Problem
from gate.language.parse import parse_number
from gate.language.tokens import FUNCTIONS, WORDS, nfc
from gate.language.tree import Number
from gate.policy import text
from gate.policy.digest import with_digest
from gate.policy.extend import Layer, checked, layers
from gate.policy.policy import BaselineSource, Policy, Rule, Waiver
from gate.policy.rules import SURE, RuleBuilder, Setting, read_confidence, wants_exact
from gate.policy.text import MOST_PROBLEMS, PolicyText
from gate.policy.waivers import WaiverBuilder
from gate.record import replace
from gate.terms.metric import Direction, Metric
from gate.terms.slice import written_value

if TYPE_CHECKING:
    from gate.policy.action import Action
    from gate.policy.holdout import Holdout


def load(path: str, today: str = "", file: str | None = None, files: Files = WORK_TREE) -> Policy:
    """The policy at `path` of `files`. Raises PolicyError with all that is wrong.

    `today` is an ISO date, by default the machine's (UTC); `file` is how messages call the policy, by default as its path.
    """
    return resolve(text.read(path, file, files), today or utc_today())


def loads(data: str | bytes, today: str = "", file: str = "gate.yaml") -> Policy:
    """The policy in a text; `extends: [./file]` is relative to `file`."""
    raw = data.encode() if isinstance(data, str) else data
    return resolve(text.parse(raw, file, file), today or utc_today())


def utc_today() -> str:
    """The machine's day."""
    import time

    return time.strftime("%Y-%m-%d", time.gmtime())


def resolve(source: PolicyText, today: str) -> Policy:
    """What a policy text means."""
    found = layers(checked(source))
    problems: list[Problem] = []
    parameters = _parameters(found, problems)
    metrics = _metrics(source, problems)
    baselines = _baselines(source, problems)
    confidence = _confidence(source, problems)
    exact = wants_exact(source.value.get("confidence"))
    holdout = _holdout(source, problems)
    names = {"baseline", *baselines}
    # what a pack asks for and nobody answers is told once; its rules are read all the same, for what else is wrong
    answers = {name: number or Number(0.5) for name, number in parameters.items()}
    setting = Setting(answers, names, confidence, exact, today, metrics)
    builder = RuleBuilder(setting)
    for layer in found:
        builder.add(layer)
    problems += builder.problems
    waivers = WaiverBuilder(setting, builder.rules)
    waived = waivers.build(source)
    problems += waivers.problems
    rules = tuple(builder.rules.values())
    actions = _actions(source, rules, problems)
    if not rules and not problems:
        problems.append(
            Problem("no-rules", "this policy has no rules", source.at(source.mark), "start with: `gate init metrics.json`")
        )
    problems += _unused_parameters(found, builder.read, waived, problems)
    if problems:
        raise PolicyError(*_in_order(problems))
    files = (*(layer.source.path for layer in found), *waivers.files, *_beside(source, baselines, holdout))
    policy = _policy(source, found, setting, metrics, baselines, rules, waived)
    by = tuple(waivers.permitted)
    return with_digest(replace(policy, files=files, waiver_days=waivers.max_days, waiver_by=by, holdout=holdout, actions=actions))


def _policy(
    source: PolicyText,
    found: list[Layer],
    setting: Setting,
    metrics: Mapping[str, Metric],
    baselines: Mapping[str, BaselineSource],
    rules: tuple[Rule, ...],
    waived: tuple[Waiver, ...],
) -> Policy:
    top = source.value
    return Policy(
        name=top.get("name", "model"),
        file=source.file,
        folder=os.path.dirname(source.path),
        tree=source.files,
        rules=rules,
        description=top.get("description", ""),
        waivers=waived,
        metrics=metrics,
        slices={nfc(column): _slice_values(values) for column, values in top.get("slices", {}).items()},
        baselines=baselines,
        parameters=setting.parameters,
        advisory=top.get("advisory", False),
        evidence=top.get("evidence", "claimed"),
        extends=tuple(layer.origin for layer in found if layer.origin),
        places=_places(source),
        history=top.get("history", ""),
        purpose="monitor" if top.get("purpose") == "monitor" else "",
        measure=top.get("measure"),
    )


def _places(source: PolicyText) -> dict[str, Place]:
    """Where the keys of the policy's own file stand."""
    marks = dict(source.value.marks)
    for key in ("metrics", "slices"):
        marks.update({f"{key}.{name}": mark for name, mark in (source.value.get(key) or Map()).marks.items()})
    return {key: Place(source.file, mark.key_line, mark.key_column) for key, mark in marks.items()}


def _beside(source: PolicyText, baselines: Mapping[str, BaselineSource], holdout: Holdout | None) -> list[str]:
    """Where the baselines lie that are files, the rows that others are compared with, and the ledger of a test set."""
    measured = source.value.get("measure") or {}
    rows = [measured[role] for role in ("reference", "train") if role in measured]
    named = [*(each.text for each in baselines.values()), *rows, *([holdout.ledger] if holdout and holdout.ledger else [])]
    return [os.path.join(os.path.dirname(source.path), path) for path in named]


def _in_order(problems: list[Problem]) -> list[Problem]:
    unique = list(dict.fromkeys(problems))
    return sorted(
        unique,
        key=lambda problem: (problem.where.file, problem.where.line, problem.where.column) if problem.where else ("", 0, 0),
    )


def _parameters(found: list[Layer], problems: list[Problem]) -> dict[str, Number | None]:
    """The numbers of all files; None where a pack asks and nobody has answered."""
    numbers: dict[str, Number | None] = {}
    asked: dict[str, tuple[PolicyText, Any, str]] = {}
    for layer in found:
        source = layer.source
        params = source.value.get("params") or Map()
        for name, written in params.items():
            mark = params.marks[name]
            if isinstance(written, dict):
                asked[name] = (source, mark, written["ask"])
                numbers.setdefault(name, None)
                continue
            number = parse_number(written) if isinstance(written, str) else Number(written, False, mark.text)
            old = numbers.get(name)
            if old is not None and number is not None and old.value != number.value:
                if len(problems) >= MOST_PROBLEMS:
                    break
                what = f"`{name}` is already {old.text} in a file that this one extends"
                problems.append(source.key_problem("param-set", what, mark, name, "a number that is inherited cannot be changed"))
                continue
            numbers[name] = number
    problems += _unanswered(found, numbers, asked)
    return numbers


def _unanswered(
    found: list[Layer], numbers: Mapping[str, Number | None], asked: dict[str, tuple[PolicyText, Any, str]]
) -> list[Problem]:
    top = found[-1].source
    problems: list[Problem] = []
    for name, (source, mark, question) in asked.items():
        if numbers.get(name) is None and len(problems) < MOST_PROBLEMS:
            what = f"`{found_origin(found, source) or source.file}` asks for `{name}`: {question}"
            remedy = f"answer in {top.file}: `params: {{{name}: …}}`"
            extends = top.value.get("extends")
            at = top.value.marks["extends"] if extends else mark
            problems.append(top.key_problem("param-asked", what, at, "extends", remedy))
    return problems


def found_origin(found: list[Layer], source: PolicyText) -> str:
    """The name by which a file was extended."""
    return next((layer.origin for layer in found if layer.source is source), "")


def _unused_parameters(found: list[Layer], read: set[str], waivers: tuple[Waiver, ...], problems: list[Problem]) -> list[Problem]:
    if problems:
        return []
    used = read | {name for waiver in waivers if waiver.floor for name in waiver.floor.parameters}
    unused: list[Problem] = []
    for layer in found:
        params = layer.source.value.get("params") or Map()
        for name in params:
            if name not in used and len(unused) < MOST_PROBLEMS:
                mark = params.marks[name]
                unused.append(
                    layer.source.key_problem("unused-parameter", f"no rule reads `${name}`", mark, name, "take it out, or use it")
                )
    return unused


def _metrics(source: PolicyText, problems: list[Problem]) -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    origins: dict[str, str] = {}
    entries = source.value.get("metrics") or Map()
    for written, facts in entries.items():
        if len(problems) >= MOST_PROBLEMS:
            break
        name = nfc(written)  # as rules and files have it
        low, high = facts.get("range", (None, None))
        if low is not None and high is not None and low >= high:
            what = f"the range of `{name}` is empty: {low} is not below {high}"
            problems.append(source.problem("bad-range", what, facts.marks["range"], "write the smaller number first"))
        better = Direction(facts["better"]) if "better" in facts else None
        found[name] = Metric(
            name, better, low, high, facts.get("unit", ""), nfc(facts.get("from", "")), spread=facts.get("spread")
        )
        origin = nfc(facts.get("from", name))
        if origin in origins:
            what, remedy = f"`{name}` and `{origins[origin]}` are both `{origin}`", "a number of the metrics file has one name"
            problems.append(source.key_problem("metric-twice", what, entries.marks[written], written, remedy))
        origins[origin] = name
    return found


def _baselines(source: PolicyText, problems: list[Problem]) -> dict[str, BaselineSource]:
    found: dict[str, BaselineSource] = {}
    entries = source.value.get("baselines") or Map()
    for name, written in entries.items():
        mark = entries.marks[name]
        if name in WORDS or name in FUNCTIONS:
            problems.append(
                source.key_problem("baseline-name", f"`{name}` is a word of the rule language", mark, name, "choose another name")
            )
        found[name] = BaselineSource(name, written, source.at(mark))
    return found


def _confidence(source: PolicyText, problems: list[Problem]) -> float | None:
    if "confidence" not in source.value:
        return None
    value, wrong = read_confidence(source.value["confidence"])
    if wrong:
        problems.append(source.problem("bad-confidence", wrong, source.value.marks["confidence"], SURE))
    return value


def _holdout(source: PolicyText, problems: list[Problem]) -> Holdout | None:
    if "holdout" in source.value:
        from gate.policy.holdout import build

        return build(source, problems)
    return None


def _actions(source: PolicyText, rules: tuple[Rule, ...], problems: list[Problem]) -> tuple[Action, ...]:
    if "actions" in source.value:
        from gate.policy.action import build

        return build(source, rules, problems)
    return ()


def _slice_values(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(nfc(written_value(value, mark.text)) for value, mark in zip(values, values.marks, strict=True)))
