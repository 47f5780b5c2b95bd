"""The budget of a test set: which use this is, what it may spend, and writing it down."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gate.app import ledger
from gate.app.clock import Clock
from gate.app.ledger import Use
from gate.documents.files import FilesError
from gate.errors import OutputError, Place, Problem, UsageError
from gate.hosts.facts import Event
from gate.language.value import Doubt
from gate.measure.identity import Identity, identity
from gate.policy.holdout import Adaptivity, Holdout
from gate.policy.policy import Policy
from gate.record import dataclass, replace
from gate.terms.decision import Decision, Reason
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.hosts.facts import Facts

NEARLY = 0.8  # of the uses, from which on a report warns
_REFRESH = "refresh the test set; the old one can be released as development data"
_START = "a push or schedule run on the protected branch starts it; elsewhere: gate check … --start-ledger"


@dataclass(frozen=True, slots=True)
class Run:
    """Who asks: `start` says that `--start-ledger` was given; `facts` are None outside of CI."""

    clock: Clock
    facts: Facts | None = None
    start: bool = False

    @property
    def trusted(self) -> bool:
        """Whether the checkout is what was reviewed and merged, so that its ledger counts and is written to."""
        if self.facts is None:
            return True
        kept = self.facts.event in (Event.PUSH, Event.SCHEDULE) and self.facts.protected and not self.facts.fork
        return kept or self.facts.event is Event.TRUSTED

    @property
    def may_start(self) -> bool:
        return self.start or (self.trusted and self.facts is not None and self.facts.event is not Event.TRUSTED)

    @property
    def is_change(self) -> bool:
        return self.facts is not None and (self.facts.event in (Event.CHANGE, Event.QUEUE) or self.facts.fork)


@dataclass(frozen=True, slots=True)
class Account:
    """One policy's ledger as it was found: `path` is where to write, "" where this run may not; `new` is what to add."""

    holdout: Holdout
    path: str = ""
    uses: tuple[Use, ...] = ()
    new: Use | None = None
    doubt: Doubt | None = None
    note: Reason | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What judging may spend, or why nothing; `accounts` are the ledgers that stand behind it."""

    share: float = 1.0
    doubt: Doubt | None = None
    accounts: tuple[Account, ...] = ()

    def noted(self, decision: Decision) -> Decision:
        """The decision with what there is to say of its use, written down. Raises OutputError where that fails."""
        for account in self.accounts if self.doubt is None else ():
            _write_down(account, decision)
        notes = dict.fromkeys(account.note for account in self.accounts if account.note is not None)
        return replace(decision, notes=(*notes, *decision.notes))


@contextmanager
def granted(policies: Sequence[Policy], candidate: Measurements, run: Run) -> Iterator[Grant]:
    """What this use may spend; its ledgers are held until the end, so that two runs never take the same last use."""
    counted = [policy for policy in policies if policy.holdout is not None and _asks(policy)]
    if run.start and (run.is_change or not counted):
        raise _no_start(run)
    paths = [_path(policy, run) for policy in counted]
    with ExitStack() as held:
        for path in sorted({each for each in paths if each and (run.may_start or os.path.exists(each))}):
            held.enter_context(ledger.alone(path))
        accounts = [_account(policy, path, candidate, run) for policy, path in zip(counted, paths, strict=True)]
        doubts = [account.doubt for account in accounts if account.doubt is not None]
        yield Grant(share_of(policies), next(iter(doubts), None), tuple(accounts))


def share_of(policies: Sequence[Policy]) -> float:
    """The part of the error rate that a use may spend: the smallest, as the policies share their rows."""
    return min((policy.holdout.share for policy in policies if policy.holdout is not None), default=1.0)


def _asks(policy: Policy) -> bool:
    """Whether anything is spent: rules that compare plain values prove nothing."""
    return any(rule.confidence is not None for rule in policy.rules)


def _no_start(run: Run) -> UsageError:
    if run.is_change:
        what, remedy = "a change cannot start the ledger that will count its uses", "start it in a run on the protected branch"
    else:
        what = "`--start-ledger`: no policy here has a `holdout` and a rule that asks for confidence"
        remedy = "take it out, or say in the policy: `holdout: {uses: 32, adaptivity: full}`"
    return UsageError(Problem("no-start", what, remedy=remedy))


# -- which ledger, and what is in it


def _path(policy: Policy, run: Run) -> str:
    """Where this run reads and writes; "" where a change is judged by a revision, whose ledger it can only look at."""
    assert policy.holdout is not None
    path = policy.holdout.ledger
    if os.path.isabs(path):
        return path
    if not policy.tree.revision:
        return os.path.join(policy.folder, path)
    if not run.trusted or run.facts is None:
        return ""
    from gate.policy.find import repository_root

    return os.path.join(os.path.relpath(repository_root(os.curdir) or os.curdir), policy.folder, path)


def _found(policy: Policy, path: str) -> tuple[Use, ...] | None:
    assert policy.holdout is not None
    if path:
        return ledger.read(path)
    there = os.path.join(policy.folder, policy.holdout.ledger)
    try:
        return ledger.parse(policy.tree.read(there, ledger.MOST_BYTES), f"{there}@{policy.tree.revision[:12]}")
    except FilesError as error:
        if error.problems[0].slug == "not-there":
            return None
        raise


def _account(policy: Policy, path: str, candidate: Measurements, run: Run) -> Account:
    assert policy.holdout is not None
    holdout = policy.holdout
    known = _identity(policy, candidate)
    if isinstance(known, Doubt):
        return Account(holdout, doubt=known)
    uses = _found(policy, path)
    if uses is None and not (run.may_start and path):
        what = f"there is no ledger `{holdout.ledger}` of the test set's uses, so that nobody knows how many there were"
        return Account(holdout, doubt=Doubt("no-ledger", what, _START))
    of_this = [use for use in uses or () if use.test_set == known.test_set]
    if not of_this and not run.may_start:
        what = f"the ledger `{holdout.ledger}` does not know the test set {_called(known.test_set)}"
        return Account(holdout, doubt=Doubt("no-ledger", what, _START))
    spent = list(dict.fromkeys(use.predictions for use in of_this))
    doubt = _refused(holdout, of_this, spent, known)
    if doubt is not None:
        return Account(holdout, doubt=doubt)
    new = Use(
        test_set=known.test_set,
        predictions=known.predictions,
        policy=policy.sha256,
        name=policy.name,
        commit=(run.facts.head or run.facts.commit) if run.facts else "",
        at=run.clock.now,
        share=holdout.share,
        passed=False,
    )
    again = known.predictions in spent
    number = spent.index(known.predictions) + 1 if again else len(spent) + 1
    return Account(holdout, path, uses or (), new, note=_note(holdout, known, number, again, bool(path), not of_this))


def _refused(holdout: Holdout, of_this: Sequence[Use], spent: Sequence[str], known: Identity) -> Doubt | None:
    """Why a use of a set that the ledger knows is not granted; the same predictions again are no new use."""
    if known.predictions in spent:
        return None
    retired = next((use for use in of_this if use.passed), None)
    if holdout.adaptivity is Adaptivity.FIRST_PASS and retired is not None:
        what = f"the test set {_called(known.test_set)} was retired by the pass of {retired.at[:10]}"
        return Doubt("holdout-spent", what, _REFRESH, weak=True)
    if len(spent) >= holdout.uses:
        uses = "the one use" if holdout.uses == 1 else f"all {holdout.uses} uses"
        what = f"{uses} of the test set {_called(known.test_set)} {'is' if holdout.uses == 1 else 'are'} spent"
        return Doubt("holdout-spent", what, _REFRESH, weak=True)
    return None


def _identity(policy: Policy, candidate: Measurements) -> Identity | Doubt:
    """Which test set this is, and what was said of it: by the rows, or by what the policy calls it."""
    assert policy.holdout is not None
    found = identity(candidate.tally)
    if found is not None:
        return found
    if policy.holdout.test_set:
        return Identity(f"named {policy.holdout.test_set}", _digest(policy, candidate))
    if candidate.tally is not None:
        what, remedy = "the test set cannot be known again: its rows have no `id`", "name the column: `measure: {id: COLUMN}`"
    else:
        what = "the test set is not known: numbers in a file do not show the rows that they come from"
        remedy = "let gate measure the rows, or name the set: `holdout: {…, test_set: NAME}`"
    return Doubt("no-test-set", what, remedy)


def _digest(policy: Policy, candidate: Measurements) -> str:
    """Stands for the predictions where only numbers came: those that rules with confidence read."""
    from hashlib import sha256

    metrics = {reading.metric for rule in policy.rules if rule.confidence is not None for reading in rule.expr.readings}
    sources = sorted(fact.source if (fact := policy.metrics.get(name)) and fact.source else name for name in metrics)
    told = [
        (name, str(on), item.value, repr(item.support))
        for name in sources
        for on, item in sorted(candidate.slices_of(name).items(), key=lambda pair: str(pair[0]))
    ]
    return sha256(repr(told).encode()).hexdigest()


# -- what is said


def _called(test_set: str) -> str:
    return test_set if test_set.startswith("named ") else test_set[:12]


def _note(holdout: Holdout, known: Identity, number: int, again: bool, written: bool, first: bool) -> Reason:
    part = f"1/{holdout.uses}" if holdout.adaptivity is not Adaptivity.FULL else f"1/2^{holdout.uses}"
    told = [f"use {number} of {holdout.uses} of the test set {_called(known.test_set)}"]
    told += ["the same predictions as before, which costs nothing"] if again else []
    told += ["the first that its ledger knows"] if first else []
    told += [] if written else ["not written down by this job"]
    what = f"{', '.join(told)}; each rule may spend {part} of its error rate"
    if number >= NEARLY * holdout.uses:
        left = holdout.uses - number
        last = "it is the last" if not left else f"{left} {'use is' if left == 1 else 'uses are'} left"
        return Reason("holdout-nearly-spent", f"{what}; {last}", _REFRESH)
    return Reason("holdout-use", what, "")


# -- writing it down


def _write_down(account: Account, decision: Decision) -> None:
    """Add the use, unless the ledger has this very one."""
    if account.new is None or not account.path:
        return
    new = replace(account.new, passed=decision.passed)
    uses = ledger.read(account.path) or ()  # another policy of this run may have written to it
    if uses[: len(account.uses)] != account.uses:
        what = "the ledger has changed while it was held"
        raise OutputError(Problem("ledger-unwritable", what, Place(account.path), "let no other program write to it"))
    if not any(_same(use, new) for use in uses):
        ledger.write(account.path, (*uses, new))


def _same(one: Use, other: Use) -> bool:
    """Whether nothing is to be learned from the second."""
    return replace(one, at="", commit="", share=1.0) == replace(other, at="", commit="", share=1.0)
