"""`actions`: what follows a verdict without changing it: who is told, what is started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from gate.documents.document import Mark
from gate.errors import Place, Problem
from gate.policy.policy import Rule
from gate.policy.text import MOST_PROBLEMS, PolicyText
from gate.record import dataclass, field

_HOURS = {"h": 1, "d": 24, "w": 168}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\Z", re.ASCII)
_COMMON = ("when", "do", "for", "every", "rules")


class When(Enum):
    """Of which runs an action is: those of a verdict, or those that hold after some that did not."""

    FAIL = "fail"
    WARN = "warn"
    UNDECIDED = "undecided"
    PASS = "pass"
    RECOVERED = "recovered"


# What each may say beside `when`, `do`, `for`, `every` and `rules`; what it cannot do without comes first.
SETTINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "email": (("to",), ()),
    "notify": ((), ()),
    "webhook": ((), ()),
    "dispatch": ((), ("workflow", "event", "ref", "inputs")),
    "promote": (("model",), ("alias", "tag")),
}
STARTING = ("dispatch",)  # what does something else when it is done twice
DOING = (*STARTING, "promote")  # what does more than tell somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What follows a verdict.

    Due where the last `runs` runs all were `when`; at most every `hours` hours (0: once until it is otherwise). `rules` are
    the ids of those that it is about, none: the verdict. `settings` are those of its kind, as they were written.
    """

    when: When
    do: str
    where: Place
    runs: int = 1
    hours: int = 0
    rules: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def meaning(self) -> list[object]:
        """All that counts, for the policy's digest."""
        return [self.when.value, self.do, self.runs, self.hours, sorted(self.rules), dict(self.settings)]

    @property
    def key(self) -> str:
        """What it is known by again from run to run."""
        import json
        from hashlib import sha256

        return sha256(json.dumps(self.meaning, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()[:16]

    @property
    def written(self) -> str:
        """As a policy has it, on one line."""
        told = [f"when: {self.when.value}"]
        told += [f"for: {self.runs}"] * (self.runs > 1) + [f"every: {_age(self.hours)}"] * bool(self.hours)
        told += [f"rules: [{', '.join(self.rules)}]"] * bool(self.rules) + [f"do: {self.do}"]
        told += [f"{key}: {_plain(value)}" for key, value in self.settings.items()]
        return "{" + ", ".join(told) + "}"


def _plain(value: Any) -> str:
    import json

    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _age(hours: int) -> str:
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def build(source: PolicyText, rules: Iterable[Rule], problems: list[Problem]) -> tuple[Action, ...]:
    """What a policy's `actions`, which have their shape, mean."""
    written = source.value["actions"]
    known = [rule.id for rule in rules]
    found: list[Action] = []
    for entry, mark in zip(written, written.marks, strict=True):
        if len(problems) >= MOST_PROBLEMS:
            break
        wrong = [*_settings(source, entry, mark), *_addresses(source, entry), *_rules(source, entry, known)]
        problems += wrong
        if not wrong:
            found.append(_action(source, entry, mark))
    return tuple(found)


def _action(source: PolicyText, entry: Any, mark: Mark) -> Action:
    every = entry.get("every", "0h")
    return Action(
        when=When(entry["when"]),
        do=entry["do"],
        where=source.at(mark),
        runs=int(entry.get("for", 1)),
        hours=int(every[:-1]) * _HOURS[every[-1]],
        rules=tuple(dict.fromkeys(entry.get("rules", ()))),
        settings={key: value for key, value in entry.items() if key not in _COMMON},
    )


def _settings(source: PolicyText, entry: Any, mark: Mark) -> list[Problem]:
    """Keys that are those of another kind of action, and what is lacking."""
    do = entry["do"]
    needed, possible = SETTINGS[do]
    problems = [
        source.key_problem(
            "action-key",
            f"`{key}` says nothing to `do: {do}`",
            entry.marks[key],
            key,
            f"it knows {_listed((*needed, *possible))}",
        )
        for key in entry
        if key not in (*_COMMON, *needed, *possible)
    ]
    lacking = [key for key in needed if key not in entry]
    problems += [source.problem("action-key", f"`do: {do}` needs `{key}`", mark, _NEEDS[key]) for key in lacking]
    if do == "dispatch" and "workflow" in entry and "event" in entry:
        what = "one action starts a workflow or sends an event, not both"
        problems.append(source.key_problem("action-key", what, entry.marks["event"], "event", "write two actions"))
    if do == "promote":
        problems += _promotion(source, entry, mark)
    return problems


def _promotion(source: PolicyText, entry: Any, mark: Mark) -> list[Problem]:
    problems = []
    if entry["when"] != When.PASS.value:
        what = f"`do: promote` follows `when: pass` only, not {entry['when']}"
        problems.append(source.key_problem("action-key", what, entry.marks["when"], "when", "`when: pass`"))
    if ("alias" in entry) == ("tag" in entry):
        remedy = "`alias: champion`, or `tag: {validation: passed}`"
        problems.append(source.problem("action-key", "`do: promote` needs `alias` or `tag`, and not both", mark, remedy))
    return problems


_NEEDS = {"to": "`to: [team@example.com]`", "model": "`model: fraud`, its name in MLflow's registry"}


def _listed(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in (*keys, *_COMMON[2:]))


def _addresses(source: PolicyText, entry: Any) -> list[Problem]:
    to = entry.get("to", ())
    return [
        source.problem("action-key", f"`{address[:80]}` is no e-mail address", mark, "`to: [team@example.com]`")
        for address, mark in zip(to, to.marks if to else (), strict=True)
        if not _ADDRESS.match(address)
    ]


def _rules(source: PolicyText, entry: Any, known: list[str]) -> list[Problem]:
    from difflib import get_close_matches

    problems = []
    named = entry.get("rules", ())
    for name, mark in zip(named, named.marks if named else (), strict=True):
        if name not in known:
            close = get_close_matches(name, known, 1, 0.5)
            remedy = f"did you mean `{close[0]}`?" if close else f"rules are {', '.join(known[:10])}"
            problems.append(source.problem("unknown-rule", f"no rule is called `{name[:80]}`", mark, remedy))
    return problems
