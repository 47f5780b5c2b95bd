"""What holds of every store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.errors import HistoryError
from gate.history.lines import exported, read
from gate.history.sql.sqlite import open_file
from gate.history.store import Store, Which
from gate.record import replace
from gate.terms.measurement import Interval, Support
from gate.terms.metric import Direction
from gate.terms.run import Entry, Exclusion, Logged, Name, Point, Run, State, Status
from gate.terms.slice import Slice
from tests.history.examples import EU, entry, logged, run

Opened = Callable[[], Store]
ODD = "f1 «räksmörgås» / val:=[x] \u202e'\";--%s ? {}"


def refused(slug: str, store: Store, *records: object) -> str:
    with pytest.raises(HistoryError) as caught:
        store.add(records)  # type: ignore[arg-type]
    assert [problem.slug for problem in caught.value.problems] == [slug]
    return str(caught.value)


# -- what is put there comes back


def test_a_run_comes_back_as_it_was(store: Store, opened: Opened) -> None:
    told = run(
        3, commit="9b0d77e" + "0" * 33, actor="ann", url="https://ci.example/1", test_set="rows-1", model_digest="sha256:1",
        version="7", policy="sha256:2", gate_version="0.1.0", writer="here/1/2/3",
    )  # fmt: skip
    store.add([Entry(told)])
    assert opened().run(told.id) == told
    assert opened().runs() == [told]
    assert opened().run("run-9999") is None


def test_points_come_back_with_all_that_stands_behind_them(store: Store, opened: Opened) -> None:
    full = Point(
        "recall", 0.1 + 0.2, Slice.of({"region": "eu", "kind": "a=b, c"}), 7,
        Support(400.0, 364.0, 0.01, 0.2, 10.0, 390.0, Interval(0.25, 0.35, 0.9)), "%", Direction.HIGHER, "measured",
    )  # fmt: skip
    points = (full, logged("recall", 1.0), logged("recall", -1e308, step=-(2**62)), logged("a", 5e-324), logged("a", 0.0, 1))
    store.add([Entry(run(), points)])
    assert opened().points("run-0000") == sorted(points, key=lambda point: (point.metric, point.slice, point.step))
    assert opened().points("run-0000", "a") == [logged("a", 5e-324), logged("a", 0.0, 1)]
    assert opened().points("run-9999") == []


def test_a_large_run_comes_back(store: Store) -> None:
    points = tuple(logged(f"m{number % 50}", number / 7, step=number // 50) for number in range(2_000))
    store.add([Entry(run(), points)])
    assert set(store.points("run-0000")) == set(points)


def test_documents_come_back_to_the_letter(store: Store, opened: Opened) -> None:
    text = '{"é": "\u2028"}\r\n' * 3
    store.add([Entry(run(), (), {"decision": text, "waivers": "[]"})])
    assert opened().document("run-0000", "decision") == text
    assert opened().document("run-0000", "policy") == ""
    assert opened().document("run-9999", "decision") == ""
    assert opened().documents("run-0000") == ["decision", "waivers"]


def test_names_are_only_text(store: Store, opened: Opened) -> None:
    odd = Entry(run(model=ODD, branch=ODD, params={ODD: ODD}), (Point(ODD, 0.5, Slice.of({ODD: ODD})),))
    store.add([odd, Name(ODD, ODD, odd.run.id), Exclusion(ODD, "2026-01-01", "2026-02-01", ODD), State(ODD, ODD, "2026-11-22")])
    again = opened()
    assert again.runs(Which(model=ODD, branch=ODD)) == [odd.run]
    assert again.last(ODD, 1, Which(model=ODD), Slice.of({ODD: ODD})) == [Logged(odd.run, odd.points[0])]
    assert again.names(ODD) == [Name(ODD, ODD, odd.run.id)]
    assert [each.why for each in again.exclusions(ODD)] == [ODD]
    assert [each.text for each in again.states(ODD)] == [ODD]


HALF = "s\ud800"


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([Entry(run(1, version=3))], "run.version: a text is needed"),
        ([Entry(run(1, test_set=None))], "run.test_set: a text is needed"),
        ([Entry(run(1, model_digest=b"x"))], "run.model_digest: a text is needed"),
        ([Entry(run(1, params={"n": float("nan")}))], "run.params.n: a finite number"),
        ([Entry(run(1, params={"n": 10**5000}))], "run.params.n: a finite number"),
        ([Entry(run(1, started="2300-01-01T00:00:00.000Z"))], "run.started: a moment between the years 1692 and 2248"),
        ([Entry(run(1, started="1600-01-01T00:00:00.000Z"))], "run.started: a moment between the years 1692 and 2248"),
        ([Entry(replace(run(1), id=HALF))], "half of a character"),
        ([Entry(run(1, branch=HALF))], "half of a character"),
        ([Entry(run(1, params={HALF: 1}))], "half of a character"),
        ([Entry(run(1), (logged(HALF, 0.5),))], "half of a character"),
        ([Entry(run(1), (logged("f1", 0.5, on=Slice.of({"region": HALF})),))], "half of a character"),
        ([Entry(run(1), (), {"decision": HALF})], "half of a character"),
        ([entry(1), Name("fraud", HALF, "run-0001")], "half of a character"),
        ([entry(1), State("alert", HALF, "2026-11-22")], "half of a character"),
        ([entry(1), Exclusion("fraud", "2026-01-01", "2026-02-01", HALF)], "half of a character"),
    ],
)
def test_what_could_not_be_read_again_is_refused(store: Store, opened: Opened, records: list[object], words: str) -> None:
    """One such record would make the whole history unreadable, for good."""
    store.add([entry(0, {"f1": 0.9})])
    said = refused("history-refused", store, *records)
    assert words in said
    assert [each.id for each in opened().runs()] == ["run-0000"]
    assert opened().states() == []


def test_the_first_and_the_last_moment_that_runs_are_ordered_by(store: Store, opened: Opened) -> None:
    for number, started in enumerate(("1692-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2248-01-01T00:00:00.000Z")):
        store.add([entry(number, started=started)])
    assert [each.id for each in opened().runs()] == ["run-0002", "run-0001", "run-0000"]


# -- one after the other


def test_models_are_those_that_have_runs(store: Store, opened: Opened) -> None:
    assert store.models() == []
    store.add([entry(0), entry(1, branch="dev"), entry(2, model="churn")])
    assert opened().models() == ["churn", "fraud"]


def test_a_run_grows_until_it_is_decided_on(store: Store, opened: Opened) -> None:
    going = run(status=Status.RUNNING, finished="", verdict="")
    store.add([Entry(going)])
    store.add([Entry(going, (logged("loss", 0.5, 1),))])
    opened().add([Entry(going, (logged("loss", 0.3, 3), logged("loss", 0.4, 2)))])
    store.add([Entry(replace(going, status=Status.FINISHED, finished="2026-11-22T00:09:00.000Z", test_set="rows-1"))])
    store.add([Entry(going, (logged("loss", 0.2, 4),))])  # a thread that came late
    done = opened().run(going.id)
    assert done is not None
    assert (done.status, done.finished, done.test_set) == (Status.FINISHED, "2026-11-22T00:09:00.000Z", "rows-1")
    assert [point.value for point in opened().points(going.id)] == [0.5, 0.4, 0.3, 0.2]
    store.add([Entry(replace(done, verdict="fail"))])
    assert "takes no more numbers" in refused("run-decided", store, Entry(done, (logged("loss", 0.1, 5),)))
    assert "takes no more numbers" in refused("run-decided", store, Entry(done, (logged("f1", 0.1),)))
    assert len(store.points(going.id)) == 4


def test_the_same_again_changes_nothing(store: Store, opened: Opened) -> None:
    records = [
        Entry(run(), (logged("f1", 0.9), logged("f1", 0.8, 1)), {"decision": "{}"}),
        Name("fraud", "release-1.0", "run-0000"), Exclusion("fraud", "2026-01-01", "2026-02-01", "broken"),
        State("alert", "on", "2026-11-22"),
    ]  # fmt: skip
    store.add(records)
    before = list(exported(store))
    store.add(records)
    opened().add([*records, *records])
    assert list(exported(opened())) == before


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_number_is_logged_once(store: Store, step: int) -> None:
    points = tuple(logged("f1", 0.9 + number / 100, number) for number in range(3))
    going = run(verdict="")
    store.add([Entry(going, points)])
    said = refused("logged-twice", store, Entry(going, (logged("f1", 0.5, step), logged("new", 1.0))))
    assert f"step {step}" in said
    assert f"{0.9 + step / 100:g}" in said
    assert "0.5" in said
    other_evidence = replace(points[step], support=Support(n=400.0))
    refused("logged-twice", store, Entry(going, (other_evidence,)))
    refused("logged-twice", store, Entry(run(1), (logged("f1", 0.5), logged("f1", 0.6))))
    assert store.points("run-0000") == list(points), "nothing of what was refused is there"
    assert store.run("run-0001") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"branch": "dev"}, {"trusted": False}, {"event": "change"}, {"commit": "9b0d77e"}, {"verdict": "fail"},
        {"params": {}}, {"model": "other"}, {"started": "2026-11-22T00:00:00.001Z"}, {"test_set": "rows-2"},
    ],
)  # fmt: skip
def test_a_run_cannot_be_told_otherwise(store: Store, changed: dict[str, object]) -> None:
    store.add([Entry(run(test_set="rows-1"), (), {"decision": "{}"})])
    refused("run-contradiction", store, Entry(run(**{"test_set": "rows-1", **changed})))
    refused("run-contradiction", store, Entry(run(test_set="rows-1"), (), {"decision": "[]"}))
    assert store.runs() == [run(test_set="rows-1")]


def test_all_of_a_batch_is_kept_or_none(store: Store, opened: Opened) -> None:
    store.add([entry(0, {"f1": 0.9})])
    refused("logged-twice", store, entry(1, {"f1": 0.9}), State("alert", "on", "2026"), entry(0, {"f1": 0.8}))
    refused("no-such-run", store, entry(1, {"f1": 0.9}), Name("fraud", "release", "run-0002"))
    assert [each.id for each in opened().runs()] == ["run-0000"]
    assert opened().states() == []


def test_a_failure_outweighs_and_a_guess_does_not(store: Store) -> None:
    for number, (first, second, wanted) in enumerate(
        [
            (Status.HALF_WRITTEN, Status.FINISHED, Status.FINISHED),
            (Status.FINISHED, Status.HALF_WRITTEN, Status.FINISHED),
            (Status.FAILED, Status.FINISHED, Status.FAILED),
            (Status.FINISHED, Status.RUNNING, Status.FINISHED),
        ]
    ):
        store.add([Entry(run(number, status=first))])
        store.add([Entry(run(number, status=second))])
        assert [each.status for each in store.runs() if each.id == f"run-{number:04d}"] == [wanted]


# -- looking


def test_runs_come_newest_first_whatever_the_order_in_which_they_were_recorded(store: Store) -> None:
    store.add([entry(number) for number in (3, 1, 4)])
    store.add([entry(number) for number in (2, 0)])
    assert [each.id for each in store.runs()] == [f"run-{number:04d}" for number in (4, 3, 2, 1, 0)]
    assert [each.id for each in store.runs(Which(limit=2))] == ["run-0004", "run-0003"]
    assert store.runs(Which(limit=0)) == []


@pytest.fixture
def several(store: Store) -> Store:
    store.add(
        [
            entry(0, {"f1": 0.90}),
            entry(1, {"f1": 0.91}, branch="dev"),
            entry(2, {"f1": 0.92}, trusted=False, event="change"),
            entry(3, {"f1": 0.93}, verdict="fail"),
            entry(4, {"f1": 0.94}, model="churn"),
            entry(5, {"f1": 0.95}, verdict="warn", test_set="rows-2"),
            entry(6, {"recall": 0.96}, verdict="", status=Status.RUNNING, finished=""),
            entry(7, {"f1": 0.97}, verdict="", branch=""),
            Exclusion("fraud", "2026-11-22T00:05:00.000Z", "2026-11-22T00:06:00.000Z", "labels were wrong"),
        ]
    )
    return store


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        (Which(), [7, 6, 5, 4, 3, 2, 1, 0]),
        (Which(model="fraud"), [7, 6, 5, 3, 2, 1, 0]),
        (Which(model="fraud", branch="main"), [6, 5, 3, 2, 0]),
        (Which(branch="dev"), [1]),
        (Which(branch=None), [7]),
        (Which(model="fraud", branch=None, trusted=True), [7]),
        (Which(trusted=True, passed=True), [5, 4, 1, 0]),
        (Which(trusted=False), [2]),
        (Which(passed=False), [7, 6, 3]),
        (Which(refused=True), [3]),
        (Which(refused=False, trusted=True), [7, 6, 5, 4, 1, 0]),
        (Which(status=Status.RUNNING), [6]),
        (Which(test_set="rows-2"), [5]),
        (Which(since="2026-11-22T00:02:00.000Z", before="2026-11-22T00:04:00.000Z"), [3, 2]),
        (Which(excluded=False), [7, 6, 4, 3, 2, 1, 0]),
        (Which(excluded=True), [5]),
        (Which(model="fraud", branch="main", trusted=True, passed=True, excluded=False, limit=1), [0]),
        (Which(model="none"), []),
    ],
)
def test_which_runs_are_meant(several: Store, which: Which, numbers: list[int]) -> None:
    assert [int(each.id[-4:]) for each in several.runs(which)] == numbers
    with_f1 = [number for number in numbers if number != 6]
    if which.limit is None:
        assert [int(each.run.id[-4:]) for each in several.last("f1", 9, which)] == with_f1
        assert [int(each.run.id[-4:]) for each in several.last("f1", 2, which)] == with_f1[:2]


def test_the_last_of_a_metric_is_what_each_run_says_in_the_end(store: Store) -> None:
    for number in range(4):
        points = tuple(logged("loss", 1 / (step + number + 1), step) for step in (2, 0, 1))
        store.add([Entry(run(number), (*points, logged("f1", number / 10, on=EU)))])
    assert store.last("loss", 3) == [Logged(run(number), logged("loss", 1 / (number + 3), 2)) for number in (3, 2, 1)]
    assert [each.point.value for each in store.last("f1", 2, on=EU)] == [0.3, 0.2]
    assert store.last("f1", 2) == []
    assert store.last("f2", 2) == []
    assert store.last("loss", 0) == []


# -- names, ranges, states


def test_a_name_is_that_of_one_run(store: Store, opened: Opened) -> None:
    store.add([entry(0), entry(1), entry(2, model="churn")])
    store.add([Name("fraud", "release-1.0", "run-0000", "2026-11-22", "ann"), Name("churn", "release-1.0", "run-0002")])
    assert "run-0000" in refused("name-taken", opened(), Name("fraud", "release-1.0", "run-0001"))
    refused("no-such-run", store, Name("fraud", "release-2.0", "run-0009"))
    assert opened().names("fraud") == [Name("fraud", "release-1.0", "run-0000", "2026-11-22", "ann")]
    assert [name.model for name in opened().names()] == ["churn", "fraud"]
    store.forget([("fraud", "release-1.0")])
    store.add([Name("fraud", "release-1.0", "run-0001")])
    assert [name.run for name in opened().names("fraud")] == ["run-0001"]


def test_a_range_that_was_taken_out_comes_back(store: Store, opened: Opened) -> None:
    first, second = (
        Exclusion("fraud", f"2026-11-22T00:0{at}:00.000Z", f"2026-11-22T00:0{at + 1}:00.000Z", "why", "ann") for at in (0, 1)
    )
    store.add([entry(0), entry(1), first, second])
    assert opened().exclusions("fraud") == [first, second]
    store.forget([], [], [("churn", first.since, first.until), ("fraud", first.since, first.until)])
    again = opened()
    assert again.exclusions() == [second]
    assert [each.id for each in again.runs(Which(excluded=False))] == ["run-0000"]
    again.add([first])
    assert opened().exclusions() == [first, second]
    assert again.others() == set()


def test_the_latest_state_counts(store: Store, opened: Opened) -> None:
    store.add([State("alert/fraud", "on", "2026-11-22"), State("other", "x", "2026-11-22")])
    opened().add([State("alert/fraud", "off", "2026-11-23")])
    store.add([State("alert/fraud", "on", "2026-11-21")])
    assert opened().states("alert/") == [State("alert/fraud", "off", "2026-11-23")]
    assert [state.key for state in opened().states()] == ["alert/fraud", "other"]


def test_forgotten_runs_are_gone_with_all_that_was_theirs(store: Store, opened: Opened) -> None:
    store.add([Entry(run(number), (logged("f1", 0.9), logged("f1", 0.8, 1)), {"decision": "{}"}) for number in range(3)])
    store.add([Name("fraud", "release-1.0", "run-0001")])
    with pytest.raises(HistoryError) as caught:
        store.forget([], ["run-0000", "run-0001"])
    assert [problem.slug for problem in caught.value.problems] == ["run-named"]
    assert len(store.runs()) == 3
    store.forget([], ["run-0000", "run-9999"])
    again = opened()
    assert [each.id for each in again.runs()] == ["run-0002", "run-0001"]
    assert [each.run.id for each in again.last("f1", 9)] == ["run-0002", "run-0001"]
    assert again.points("run-0000") == []
    assert again.documents("run-0000") == []
    again.add([Entry(run(0), (logged("f1", 0.5),))])
    assert opened().points("run-0000") == [logged("f1", 0.5)]


# -- out and in


def test_what_is_exported_can_be_imported(several: Store, opened: Opened) -> None:
    several.add([Entry(run(0), (), {"decision": "{}"}), Name("fraud", "release-1.0", "run-0000"), State("a", "b", "2026")])
    lines = list(exported(several))
    records = list(read(lines, "runs.jsonl"))
    several.forget([("fraud", "release-1.0")], [each.id for each in several.runs()])
    assert several.runs() == []
    opened().add(records)
    assert list(exported(opened())) == lines
    fraud = [line for line in lines if '"model":"fraud"' in line or '"exclude"' in line]
    assert list(exported(opened(), Which(model="fraud"))) == fraud


def test_what_is_pruned_during_an_export_is_whole_in_it_or_not_at_all(store: Store, opened: Opened) -> None:
    records = [entry(number, {"f1": 0.9}) for number in range(5)]
    store.add([*records, Name("fraud", "first", "run-0000"), Name("fraud", "third", "run-0002")])
    lines = exported(opened())
    told = [next(lines)]
    store.forget([("fraud", "third")], [f"run-{number:04d}" for number in (1, 2, 3)])
    found = list(read([*told, *lines], "runs.jsonl"))
    whole = {each.run.id: [point.value for point in each.points] for each in found if isinstance(each, Entry)}
    assert whole.keys() >= {"run-0000", "run-0004"}
    assert all(values == [0.9] for values in whole.values())
    assert all(each.run in whole for each in found if isinstance(each, Name))


def test_a_history_moves_from_a_file_and_back(store: Store, opened: Opened, tmp_path: Path) -> None:
    first, last = (open_file(str(tmp_path / name), write=True) for name in ("first.db", "last.db"))
    points = (Point("recall", 0.9, EU, 3, Support(400.0, 360.0), "%", Direction.HIGHER, "measured"), logged("loss", -0.5, -1))
    records = [Entry(run(number, branch=ODD), points, {"decision": ODD}) for number in range(3)]
    first.add([*records, Name("fraud", ODD, "run-0001"), Exclusion("fraud", "2026", "2027", ODD), State(ODD, ODD, "2026")])
    wanted = list(exported(first))
    store.add(list(read(wanted, "first")))
    last.add(list(read(exported(opened()), "store")))
    assert list(exported(last)) == wanted
    first.close()
    last.close()


def test_order_of_runs_of_one_moment_is_the_same_everywhere(store: Store) -> None:
    same = [Run(id=f"at-once-{number}", started="2026-11-22T00:00:00.000Z") for number in range(20)]
    store.add([Entry(each, (logged("f1", 0.5),)) for each in same])
    wanted = [each.id for each in sorted(same, key=lambda each: each.order, reverse=True)]
    assert [each.id for each in store.runs()] == wanted
    assert [each.run.id for each in store.last("f1", 20)] == wanted
