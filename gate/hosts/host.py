"""What a CI machine offers: each module of this room tells where it runs, some can also post what they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from gate.hosts.facts import Facts
from gate.record import dataclass, field


class Host(Protocol):
    """A module of the room."""

    def facts(self, environ: Mapping[str, str]) -> Facts | None:
        """What the machine says of this job; None where the process does not run on it.

        A broken or missing event file means fewer facts, never an error.
        """


class Speaking(Host, Protocol):
    """A module that posts. Texts come rendered and within the host's limits; trouble is told, never raised."""

    def comment(self, facts: Facts, environ: Mapping[str, str], marker: str, body: str) -> Posted:
        """Makes the one comment with this marker on the change say `body`: the first time a new one, then the same again."""

    def check(self, facts: Facts, environ: Mapping[str, str], check: Check) -> Posted:
        """Puts a green or red mark on the change's own commit."""


@dataclass(frozen=True, slots=True)
class Posted:
    """`url` is where people find what was posted, empty where nothing was; `troubles` say why, and what to do."""

    url: str = ""
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark at a line of a file of the repository; `path` is relative to its root, `level` failure, warning or notice."""

    path: str
    line: int
    level: str
    message: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A mark on a commit. There is no third colour: a check that is neither would let the change through."""

    name: str
    passed: bool
    title: str
    summary: str
    annotations: Sequence[Annotation] = field(default=())


MARKER = "<!-- gate:report:v1 id="


def marker(policies: Iterable[tuple[str, str]], label: str = "") -> str:
    """The hidden line by which a comment of gate's is found again: one for each set of policies, given as (path, name).

    `label` tells apart comments under the same policies, of two models for instance.
    """
    from hashlib import sha256
    from json import dumps

    key = dumps([sorted(set(policies)), label], ensure_ascii=True)
    return f"{MARKER}{sha256(key.encode()).hexdigest()[:16]} -->"


def is_marked(body: object, wanted: str) -> bool:
    """Whether a comment begins with the marker; one further down may be a quotation."""
    return isinstance(body, str) and body.partition("\n")[0].rstrip() == wanted


def marked(wanted: str, body: str) -> str:
    """The body of a comment that can be found again."""
    return f"{wanted}\n{body}"
