"""What became of an action that a policy asks for: an account of it, which changes no verdict."""

from __future__ import annotations

from gate.record import dataclass

WOULD = "would"  # `--act` was not there, or the run is none that acts
DONE = "done"
FAILED = "failed"
HELD = "held"  # it is due, but was done already, or not yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """An action and what became of it; `status` is one of the words above.

    `do` and `when` are the policy's words, `rules` the ids that it is about (none: the verdict), `text` what is done or was
    ("an e-mail to ml@example.com"), `why` the reason of its status. `key` is what it is known by from run to run.
    """

    do: str
    when: str
    status: str
    text: str
    key: str
    why: str = ""
    rules: tuple[str, ...] = ()
