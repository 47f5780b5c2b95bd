"""A ledger in the history that the policy names: the same rules as in a file, and no lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gate.app.holdout.books import PREFIX
from gate.app.holdout.holdout import Run, granted
from gate.errors import OutputError
from gate.history.store import open_store
from gate.hosts.facts import Event
from gate.policy.load import loads
from gate.policy.policy import Policy
from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.terms.decision import Decision, Verdict
from gate.terms.run import State, moment
from tests.app.holdout.test_holdout import CHANGE, NOW, PUSH, Revision, note, rows, slug, used


@pytest.fixture(params=["sqlite", "git"], autouse=True)
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    if request.param == "sqlite":
        return str(tmp_path / "history.db")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "there.git")], check=True)
    return f"git:{tmp_path / 'there.git'}"


def policy(url: str, uses: int = 3, adaptivity: str = "none", more: str = "", name: str = "m") -> Policy:
    holdout = f"{{uses: {uses}, adaptivity: {adaptivity}{more}}}"
    rule = "{check: recall >= 0.5, confidence: 95%}"
    return loads(f"gate: 1\nname: {name}\nhistory: '{url}'\nholdout: {holdout}\nrules: [{rule}]\n", "2026-06-01")


def states(url: str) -> list[State]:
    store = open_store(url, {})
    try:
        return store.states(PREFIX)
    finally:
        store.close()


def test_uses_are_counted_there_and_in_no_file(url: str) -> None:
    asked = policy(url)
    assert asked.holdout is not None
    assert asked.holdout.ledger == ""
    assert "use 1 of 3" in note(used(rows(1), asked, start=True)[1])
    assert "use 2 of 3" in note(used(rows(2), asked)[1])
    assert "costs nothing" in note(used(rows(1), asked)[1])
    assert "use 3 of 3" in note(used(rows(3), asked)[1])
    assert slug(used(rows(4), asked)[0]) == "holdout-spent"
    assert len(states(url)) == 3
    assert not Path(".gate").exists()


def test_a_file_that_is_named_stays_one(url: str) -> None:
    used(rows(1), policy(url, more=", ledger: uses.jsonl"), start=True)
    assert Path("uses.jsonl").exists()
    assert slug(used(rows(2), policy(url))[0]) == "no-ledger"


def test_no_ledger_is_missing_and_makes_none(url: str) -> None:
    for facts in (None, CHANGE, replace(PUSH, protected=False), replace(CHANGE, event=Event.TRUSTED, protected=True)):
        grant, _ = used(rows(1), policy(url), facts=facts)
        assert slug(grant) == "no-ledger"
        assert grant.doubt is not None
        assert not grant.doubt.weak
    assert not Path(url).exists()
    assert "use 1 of 3" in note(used(rows(1), policy(url), facts=PUSH)[1])
    assert slug(used(rows(1, test_set=2), policy(url))[0]) == "no-ledger"
    assert slug(used(rows(1, test_set=2, of=1), policy(url), facts=PUSH)[0]) == "relabelled"


def test_a_pass_is_written_to_the_same_record(url: str) -> None:
    asked = policy(url, 5, "first-pass")
    used(rows(1), asked, start=True, passed=True)
    assert [use.text.count('"passed": true') for use in states(url)] == [1]
    assert slug(used(rows(2), asked)[0]) == "holdout-spent"
    assert slug(used(rows(1), asked)[0]) == ""
    assert len(states(url)) == 1


def test_a_change_looks_and_does_not_write(url: str) -> None:
    used(rows(1), policy(url), start=True)
    for asked in (policy(url), replace(policy(url), tree=Revision({}))):
        _, decision = used(rows(2), asked, facts=CHANGE)
        assert "use 2 of 3" in note(decision)
        assert "not written down" in note(decision)
    assert len(states(url)) == 1
    used(rows(2), replace(policy(url), tree=Revision({})), facts=replace(CHANGE, event=Event.TRUSTED))
    assert len(states(url)) == 2


def test_under_a_revision_a_history_in_the_checkout_does_not_count() -> None:
    Path(".git").mkdir()
    here = policy("history.db")
    used(rows(1), here, start=True)
    assert slug(used(rows(2), here)[0]) == ""
    assert slug(used(rows(2), replace(here, tree=Revision({})), facts=CHANGE)[0]) == "no-trusted-history"


def test_a_history_that_cannot_be_read_is_missing(url: str, tmp_path: Path) -> None:
    for broken in (str(tmp_path / "broken.db"), "git:https://127.0.0.1:1/none.git", "ftp://elsewhere"):
        (tmp_path / "broken.db").write_bytes(b"this is no database" * 100)
        grant, _ = used(rows(1), policy(broken), facts=PUSH)
        assert slug(grant) == "history-unreadable"
        assert grant.doubt is not None
        assert not grant.doubt.weak
    used(rows(1), policy(url), start=True)
    store = open_store(url, {}, write=True)
    store.add([State(f"{PREFIX}damaged", "{}", moment())])
    store.close()
    assert slug(used(rows(2), policy(url))[0]) == "history-unreadable"
    assert slug(used(rows(2), policy(url), start=True)[0]) == "history-unreadable"


def test_a_use_that_cannot_be_written_down_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.errors import HistoryError, Problem
    from gate.history.git.git import GitStore
    from gate.history.sql.sql import SqlStore

    used(rows(1), policy(url), start=True)

    def no(*_: object) -> None:
        raise HistoryError(Problem("history-unwritable", "no permission"))

    monkeypatch.setattr(GitStore if url.startswith("git:") else SqlStore, "add", no)
    with pytest.raises(OutputError, match="no permission") as error:
        used(rows(2), policy(url))
    assert error.value.problems[0].slug == "ledger-unwritable"
    assert slug(used(rows(1), policy(url))[0]) == ""  # nothing is to be written


def test_two_that_take_the_last_use_at_once_do_not_both_get_it(url: str) -> None:
    used(rows(1), policy(url, 2), start=True)
    with granted([policy(url, 2)], rows(2), Run(NOW)) as first, granted([policy(url, 2)], rows(3), Run(NOW)) as second:
        assert (slug(first), slug(second)) == ("", "holdout-spent")
        first.noted(Decision(Verdict.PASS))
    assert slug(used(rows(2), policy(url, 2))[0]) == ""
    assert slug(used(rows(3), policy(url, 2))[0]) == "holdout-spent"


def test_two_that_have_both_looked_before_either_has_claimed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that know nothing of each other none gets the last use, and then whoever tries again."""
    from gate.app.holdout.books import HistoryBook

    used(rows(1), policy(url, 2), start=True)
    claim, between = HistoryBook.claim, [rows(3)]

    def slow(book: HistoryBook, *asked: object) -> object:
        if between:
            used(between.pop(), policy(url, 2))
        return claim(book, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(HistoryBook, "claim", slow)
    assert slug(used(rows(2), policy(url, 2))[0]) == "holdout-spent"
    assert sorted(state.text == "null" for state in states(url)) == [False, False, True]  # given back
    assert slug(used(rows(3), policy(url, 2))[0]) == ""


WRITER = """
import sys
from gate.app.holdout.holdout import Run, granted
from gate.terms.decision import Decision, Verdict
from tests.app.holdout.test_holdout import NOW, rows
from tests.app.holdout.test_history import policy
for model in range(int(sys.argv[2]), int(sys.argv[2]) + 3):
    with granted([policy(sys.argv[1], 50)], rows(model), Run(NOW)) as grant:
        grant.noted(Decision(Verdict.PASS))
"""


def test_no_use_of_many_writers_is_lost(url: str) -> None:
    used(rows(1), policy(url, 50), start=True)
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{WRITER}", url]
    writers = [subprocess.Popen([*command, str(number)]) for number in (10, 20, 30)]
    assert [writer.wait() for writer in writers] == [0] * 3
    assert "use 11 of 50" in note(used(rows(2), policy(url, 50))[1])


def test_models_that_do_not_know_each_other_may_call_their_sets_the_same(url: str) -> None:
    mine, theirs = (policy(url, more=", test_set: tickets", name=name) for name in ("mine", "theirs"))
    numbers = read_mapping({"recall": {"value": 0.9, "n": 500}})
    used(numbers, mine, start=True)
    assert "costs nothing" in note(used(numbers, mine)[1])
    assert slug(used(numbers, theirs)[0]) == "no-ledger"
    used(rows(1), mine, start=True)
    assert "costs nothing" in note(used(rows(1), theirs)[1])  # rows are what they are
