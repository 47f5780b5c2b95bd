"""The budget of a test set: which use this is, what it may spend, and writing it down."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from gate.app.clock import Clock
from gate.app.holdout import budget, ledger
from gate.app.holdout.books import Book, FileBook, HistoryBook, RevisionBook
from gate.app.holdout.budget import Asked, called
from gate.app.holdout.ledger import Use
from gate.errors import Problem, UsageError
from gate.hosts.facts import Event
from gate.language.value import Doubt
from gate.measure.identity import Identity, identity
from gate.policy.policy import Policy
from gate.record import dataclass, field, replace
from gate.terms.decision import Decision, Reason
from gate.terms.measurements import Measurements

if TYPE_CHECKING:
    from gate.hosts.facts import Facts

_START = "a push or schedule run on the protected branch starts it; elsewhere: gate check … --start-ledger"
_RELABELLED = "were its labels corrected? what was learned from it is still known; to count anew: gate check … --start-ledger"


@dataclass(frozen=True, slots=True)
class Run:
    """Who asks: `start` says that `--start-ledger` was given; `facts` are None outside of CI, `environ` leads to the history."""

    clock: Clock
    facts: Facts | None = None
    start: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)

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
    """One policy's ledger as it was found: `of_this` are the uses of the test set, `new` is what to add."""

    book: Book | None = None
    of_this: tuple[Use, ...] = ()
    asked: Asked | None = None
    new: Use | None = None
    doubt: Doubt | None = None
    note: Reason | None = None

    def claim(self) -> Doubt | None:
        """Take the use, where others may take one at the same time. Raises OutputError where it cannot be written down."""
        if self.book is None or self.new is None or self.asked is None or not self.book.writes:
            return None
        if budget.is_free(self.of_this, self.asked):
            return None
        of_this = partial(self.book.of, self.new.test_set, self.new.name)
        return self.book.claim(self.new, lambda uses: budget.refused(of_this(uses), self.asked) if self.asked else None)

    def keep(self, passed: bool) -> None:
        if self.book is not None and self.new is not None and self.book.writes:
            self.book.keep(replace(self.new, passed=passed))


@dataclass(frozen=True, slots=True)
class Grant:
    """What judging may spend, or why nothing; `accounts` are the ledgers that stand behind it."""

    share: float = 1.0
    doubt: Doubt | None = None
    accounts: tuple[Account, ...] = ()

    def noted(self, decision: Decision) -> Decision:
        """The decision with what there is to say of its use, written down. Raises OutputError where that fails."""
        accounts = self.accounts if self.doubt is None else ()  # else nothing is used
        for account in accounts:
            account.keep(decision.passed)
        notes = dict.fromkeys(account.note for account in accounts if account.note is not None)
        return replace(decision, notes=(*notes, *decision.notes))


@contextmanager
def granted(policies: Sequence[Policy], candidate: Measurements, run: Run) -> Iterator[Grant]:
    """What this use may spend; its ledgers are held until the end, so that two runs never take the same last use."""
    counted = [policy for policy in policies if policy.holdout is not None and _asks(policy)]
    if run.start and (run.is_change or not counted):
        raise _no_start(run)
    share = share_of(policies)
    with ExitStack() as held:
        books = _books(counted, run, held)
        accounts = [_account(policy, books[_place(policy, run)], candidate, run, share) for policy in counted]
        doubt = next((account.doubt for account in accounts if account.doubt is not None), None)
        yield Grant(share, doubt or _claimed(accounts, books.values()), tuple(accounts))


def _claimed(accounts: Sequence[Account], books: Iterable[Book]) -> Doubt | None:
    """Take the uses; all are given back where one cannot be had."""
    doubt = next((found for account in accounts if (found := account.claim()) is not None), None)
    for book in books if doubt is not None else ():
        book.give_back()
    return doubt


def share_of(policies: Sequence[Policy]) -> float:
    """The part of the error rate that a use may spend: the smallest, as the policies share their rows."""
    return min((policy.share for policy in policies), default=1.0)


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


def _books(counted: Sequence[Policy], run: Run, held: ExitStack) -> dict[tuple[str, str], Book]:
    """The ledgers by their places; those that are files are held until the end."""
    found: dict[tuple[str, str], Book] = {}
    for policy in sorted(counted, key=lambda each: _place(each, run)):  # in one order, or two runs would wait for each other
        kind, where = place = _place(policy, run)
        if place in found:
            continue
        assert policy.holdout is not None
        if kind == "history":
            found[place] = book = _of_history(policy, run)
            held.callback(book.close)
        elif kind == "file":
            found[place] = FileBook(where, policy.holdout.ledger)
            if run.may_start or os.path.exists(where):
                held.enter_context(ledger.alone(where))
        else:
            found[place] = RevisionBook(policy, policy.holdout.ledger)
    return found


def _of_history(policy: Policy, run: Run) -> HistoryBook:
    """A change's own job looks at it, and writes nothing: what it uses is counted by the merge, or by who publishes it."""
    from gate.app.past import history_of

    writes = run.trusted if policy.tree.revision else not run.is_change
    url = history_of([policy], trusted=bool(policy.tree.revision))
    return HistoryBook(url, run.environ, writes=writes, starts=run.may_start)


def _place(policy: Policy, run: Run) -> tuple[str, str]:
    """The ledger of a policy: in a history, in a file, or at a revision, where a change is judged by one."""
    assert policy.holdout is not None
    path = policy.holdout.ledger
    if not path:
        return "history", policy.history
    if os.path.isabs(path):
        return "file", path
    if not policy.tree.revision:
        return "file", os.path.join(policy.folder, path)
    if not run.trusted or run.facts is None:
        return "revision", os.path.join(policy.folder, path)
    from gate.policy.find import repository_root

    return "file", os.path.join(os.path.relpath(repository_root(os.curdir) or os.curdir), policy.folder, path)


def _account(policy: Policy, book: Book, candidate: Measurements, run: Run, share: float) -> Account:
    assert policy.holdout is not None
    known = _identity(policy, candidate)
    if isinstance(known, Doubt):
        return Account(doubt=known)
    uses = book.uses()
    if isinstance(uses, Doubt):
        return Account(doubt=uses)
    of_this = book.of(known.test_set, policy.name, uses or ())
    alike = [use for use in uses or () if known.ids and use.ids == known.ids] if not of_this else []
    if not of_this and (doubt := _not_started(book, known, uses, alike, run)) is not None:
        return Account(doubt=doubt)
    asked = Asked(policy.holdout, called(known.test_set), known.predictions, share)
    doubt = budget.refused(of_this, asked)
    if doubt is not None:
        return Account(doubt=doubt)
    new = Use(
        test_set=known.test_set,
        ids=known.ids,
        predictions=known.predictions,
        policy=policy.sha256,
        name=policy.name,
        commit=(run.facts.head or run.facts.commit) if run.facts else "",
        at=run.clock.now,
        share=share,
        passed=False,
    )
    remarks = [] if of_this else ["the first that its ledger knows"]
    remarks += [f"its ids are those of the test set {_set(alike)}, with other labels"] if alike else []
    remarks += [] if book.writes else ["not written down by this job"]
    return Account(book, tuple(of_this), asked, new, note=budget.note(of_this, asked, remarks))


def _not_started(book: Book, known: Identity, uses: Sequence[Use] | None, alike: Sequence[Use], run: Run) -> Doubt | None:
    """Why nothing counts the uses of a set that the ledger does not know; None where this run begins to."""
    if alike and not run.start:
        what = f"the {book.called} knows these ids as the test set {_set(alike)}, with other labels"
        return Doubt("relabelled", f"{what}: it has given verdicts on {_times(alike)} of predictions", _RELABELLED)
    if run.may_start and book.writes:
        return None
    if uses is None:
        what = f"there is no {book.called} of the test set's uses, so that nobody knows how many there were"
    else:
        what = f"the {book.called} does not know the test set {called(known.test_set)}"
    return Doubt("no-ledger", what, _START)


def _set(alike: Sequence[Use]) -> str:
    return called(alike[-1].test_set)


def _times(alike: Sequence[Use]) -> str:
    count = len({use.predictions for use in alike})
    return "1 set" if count == 1 else f"{count} sets"


def _identity(policy: Policy, candidate: Measurements) -> Identity | Doubt:
    """Which test set this is, and what was said of it: by the rows, or by what the policy calls it."""
    assert policy.holdout is not None
    found = identity(candidate.tally)
    if found is not None:
        return _nameless(found) or found
    if policy.holdout.test_set:
        return Identity(f"named {policy.holdout.test_set}", _digest(policy, candidate))
    if candidate.tally is not None:
        what, remedy = "the test set cannot be known again: its rows have no `id`", "name the column: `measure: {id: COLUMN}`"
    else:
        what = "the test set is not known: numbers in a file do not show the rows that they come from"
        remedy = "let gate measure the rows, or name the set: `holdout: {…, test_set: NAME}`"
    return Doubt("no-test-set", what, remedy)


def _nameless(found: Identity) -> Doubt | None:
    """Why ids are none: without them other rows may look like these, and these like others."""
    count, what = (found.nameless, "no `id`") if found.nameless else (found.repeated, "the `id` of another row")
    if not count:
        return None
    rows = f"{count:,} of its rows {'has' if count == 1 else 'have'} {what}"
    return Doubt("no-test-set", f"the test set cannot be known again: {rows}", "name a column that is another in every row")


def _digest(policy: Policy, candidate: Measurements) -> str:
    """Stands for the predictions where only numbers came: those that rules with confidence read."""
    from hashlib import sha256

    metrics = {reading.metric for rule in policy.rules if rule.confidence is not None for reading in rule.expr.readings}
    sources = sorted(map(policy.source_of, metrics))
    told = [
        (name, str(on), item.value, repr(item.support))
        for name in sources
        for on, item in sorted(candidate.slices_of(name).items(), key=lambda pair: str(pair[0]))
    ]
    return sha256(repr(told).encode()).hexdigest()
