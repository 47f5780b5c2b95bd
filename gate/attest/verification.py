"""A verification: what was checked of a model before its deployment, and whether all of it holds."""

from __future__ import annotations

from enum import Enum

from gate.record import dataclass


class Holds(Enum):
    """What came of one check."""

    YES = "yes"
    REMARK = "remark"  # it holds, and something is to be said
    NO = "no"
    UNKNOWN = "unknown"  # not looked at: another check that does not hold stands before it


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold: its name in a word, what was found, and what to do where it does not hold."""

    name: str
    holds: Holds
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Verification:
    """All checks of one attestation, which lies in the file `attestation`; true only where each of them holds."""

    checks: tuple[Check, ...]
    attestation: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        """Whether the model may be deployed: `assert gate.verify(…)`."""
        return bool(self.checks) and all(check.holds in (Holds.YES, Holds.REMARK) for check in self.checks)

    @property
    def passed(self) -> bool:
        """The same."""
        return bool(self)

    @property
    def exit_code(self) -> int:
        return 0 if self else 1

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if check.holds is Holds.NO)

    def __repr__(self) -> str:
        found = ", ".join(check.name for check in self.failed)
        return f"<Verification {'passed' if self else f'failed: {found}'}>"

    def __str__(self) -> str:
        """The report for a terminal."""
        from gate.attest import verification_text

        return verification_text.render(self)
