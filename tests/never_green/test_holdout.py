"""A test set that is worn out, or of which nobody knows how often it was used: none of these may exit 0."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Desk

LEDGER = ".gate/holdout.jsonl"
N = 600
HEAD = "gate: 1\nname: m\nconfidence: 95%\n"


def policy(
    desk: Desk, uses: int = 3, adaptivity: str = "none", more: str = "", measure: str = "label: y, prediction: h, id: id"
) -> None:
    budget = f"holdout: {{uses: {uses}, adaptivity: {adaptivity}{more}}}\n"
    desk.write("gate.yaml", f"{HEAD}{budget}measure: {{{measure}}}\nrules: [accuracy >= 0.8]\n")


def model(desk: Desk, number: int, **columns: Any) -> str:
    """Predictions of another model: right nearly always, each on other rows wrong."""
    y = np.arange(N) % 2
    h = np.where(np.arange(N) % 50 == number, 1 - y, y)
    pd.DataFrame({"id": np.arange(N), "y": y, "h": h, **columns}).to_csv(desk.folder / f"m{number}.csv", index=False)
    return f"m{number}.csv"


@pytest.fixture(autouse=True)
def started(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that has counted one use, which passed."""
    for name in ("GITLAB_CI", "GITHUB_REF_PROTECTED", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"):
        monkeypatch.delenv(name, raising=False)
    policy(desk)
    assert desk.run("check", model(desk, 0), "--start-ledger").code == 0


@pytest.fixture
def protected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A push on the protected branch, which may start a ledger."""
    told = {"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF_PROTECTED": "true"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def test_a_set_with_uses_left_passes_so_that_the_rest_can_tell(desk: Desk) -> None:
    assert desk.run("check", model(desk, 1)).code == 0
    assert desk.run("check", model(desk, 0)).code == 0


def test_no_ledger(desk: Desk) -> None:
    (desk.folder / LEDGER).unlink()
    assert desk.run("check", model(desk, 1)).code == 3
    assert desk.run("check", model(desk, 0)).code == 3  # not even what had passed
    assert not (desk.folder / LEDGER).exists()


@pytest.mark.parametrize(
    "text", ["", "\n", '{"gate_holdout": 1}', "[]\n", "no\n", '{"gate_holdout": 1}\n{}\n', '{"gate_holdout": 9}\n']
)
def test_a_damaged_ledger(desk: Desk, text: str) -> None:
    (desk.folder / LEDGER).write_text(text)
    for more in ([], ["--start-ledger"]):
        assert desk.run("check", model(desk, 1), *more).code == 2


def test_a_ledger_of_other_test_sets(desk: Desk) -> None:
    assert desk.run("check", model(desk, 1, id=np.arange(N) + 1)).code == 3


@pytest.mark.usefixtures("protected")
@pytest.mark.parametrize("kind", ["float64", "float32", "int8", "bool", "Int64", "str"])
def test_a_label_of_another_type_is_the_same_test_set(desk: Desk, kind: str) -> None:
    policy(desk, uses=1)
    data = pd.read_csv(desk.folder / model(desk, 1))
    data.astype({"y": kind, "h": kind}).to_parquet(desk.folder / "typed.parquet")
    found = desk.run("check", "typed.parquet")
    assert (found.code, "is spent" in found.out) == (3, True)


@pytest.mark.usefixtures("protected")
def test_corrected_labels_are_no_new_test_set(desk: Desk) -> None:
    policy(desk, uses=1)
    data = pd.read_csv(desk.folder / model(desk, 1))
    data.loc[17, "y"] = 1 - data.loc[17, "y"]
    data.to_csv(desk.folder / "corrected.csv", index=False)
    found = desk.run("check", "corrected.csv")
    assert (found.code, "with other labels" in found.out) == (3, True)


@pytest.mark.usefixtures("protected")
@pytest.mark.parametrize("ids", [None, 7, [None, *range(1, N)], [1, *range(1, N)]])
def test_ids_that_tell_nothing(desk: Desk, ids: Any) -> None:
    for more in ([], ["--start-ledger"]):
        found = desk.run("check", model(desk, 1, id=ids), *more)
        assert (found.code, "cannot be known again" in found.out) == (3, True)


@pytest.mark.parametrize("adaptivity", ["none", "first-pass", "full"])
def test_a_budget_that_grows_with_each_use(desk: Desk, adaptivity: str) -> None:
    (desk.folder / LEDGER).unlink()
    codes = []
    for uses in range(1, 6):
        policy(desk, uses=uses, adaptivity=adaptivity)
        codes.append(desk.run("check", model(desk, uses), *(["--start-ledger"] if uses == 1 else [])).code)
    assert codes == [0, 3, 3, 3, 3] if adaptivity != "full" else [0, 0, 3, 3, 3]


def test_the_same_predictions_at_all_that_is_left(desk: Desk) -> None:
    """Many models at a small share, then the best of them at a large one."""
    (desk.folder / LEDGER).unlink()
    policy(desk, uses=20)
    for number in range(1, 4):
        desk.run("check", model(desk, number), *(["--start-ledger"] if number == 1 else []))
    policy(desk, uses=1)
    assert desk.run("check", model(desk, 2)).code == 3


@pytest.mark.usefixtures("protected")
def test_a_history_that_is_not_there_or_is_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (desk.folder / "gate.yaml").read_text()
    (desk.folder / "broken.db").write_bytes(b"this is no database" * 100)
    for url in ("broken.db", "git:https://127.0.0.1:1/none.git", "sqlite3://x"):
        desk.write("gate.yaml", f"{text}history: '{url}'\n")
        assert desk.run("check", model(desk, 1)).code == 3
    desk.write("gate.yaml", f"{text}history: uses.db\n")
    assert desk.run("check", model(desk, 1)).code == 0  # a push on the protected branch starts it
    (desk.folder / "uses.db").unlink()
    for name in ("GITHUB_ACTIONS", "CI"):
        monkeypatch.delenv(name)
    assert desk.run("check", model(desk, 1)).code == 3


def test_one_row_less(desk: Desk) -> None:
    data = pd.read_csv(desk.folder / model(desk, 1))
    data[1:].to_csv(desk.folder / "less.csv", index=False)
    assert desk.run("check", "less.csv").code == 3


def test_all_uses_spent(desk: Desk) -> None:
    assert [desk.run("check", model(desk, number)).code for number in (1, 2, 3, 4)] == [0, 0, 3, 3]


def test_retired_by_a_pass(desk: Desk) -> None:
    policy(desk, adaptivity="first-pass")
    assert desk.run("check", model(desk, 0)).code == 0
    assert desk.run("check", model(desk, 1)).code == 3


def test_rows_that_cannot_be_known_again(desk: Desk) -> None:
    policy(desk, measure="label: y, prediction: h")
    for more in ([], ["--start-ledger"]):
        assert desk.run("check", model(desk, 1), *more).code == 3


def test_numbers_that_do_not_show_their_rows(desk: Desk) -> None:
    desk.write("metrics.json", {"accuracy": {"value": 0.98, "n": 600}})
    for more in ([], ["--start-ledger"]):
        assert desk.run("check", "metrics.json", *more).code == 3


def test_a_change_starts_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.folder / LEDGER).unlink()
    for name, value in (("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF_PROTECTED", "true")):
        monkeypatch.setenv(name, value)
    assert desk.run("check", model(desk, 1)).code == 3
    assert desk.run("check", model(desk, 1), "--start-ledger").code == 2
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    monkeypatch.setenv("GITHUB_REF_PROTECTED", "false")
    assert desk.run("check", model(desk, 1)).code == 3
    monkeypatch.setenv("GITHUB_REF_PROTECTED", "true")
    assert desk.run("check", model(desk, 1)).code == 0


def test_a_ledger_that_cannot_be_written(desk: Desk) -> None:
    folder = desk.folder / LEDGER
    folder.unlink()
    folder.mkdir()
    assert desk.run("check", model(desk, 1)).code == 2


def test_a_budget_so_large_that_nothing_is_left_to_spend(desk: Desk) -> None:
    policy(desk, uses=1000, adaptivity="full")
    assert desk.run("check", model(desk, 1)).code == 3


def test_of_two_that_take_the_last_use_at_once_one_gets_it(desk: Desk) -> None:
    policy(desk, uses=2)
    files = [model(desk, number) for number in (1, 2, 3)]
    runner = "import sys; from gate.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", runner, "check"]
    runs = [subprocess.Popen([*command, file], cwd=desk.folder, stdout=subprocess.DEVNULL) for file in files]
    assert sorted(run.wait() for run in runs) == [0, 3, 3]
    assert len((desk.folder / LEDGER).read_text().splitlines()) == 3


def test_the_shares_add_up_to_what_was_asked(desk: Desk) -> None:
    """A model that is a little better than the line is proven in one use, and not in one of a thousand."""
    desk.write("metrics.json", {"accuracy": {"k": 500, "n": 600}})
    for uses, code in ((1, 0), (1000, 3)):
        policy(desk, uses=uses, more=", test_set: t")
        Path(desk.folder / LEDGER).unlink()
        assert desk.run("check", "metrics.json", "--start-ledger").code == code


def test_more_rows_of_a_spent_set_settle_nothing(desk: Desk) -> None:
    policy(desk, uses=1)
    text = (desk.folder / "gate.yaml").read_text().replace("accuracy >= 0.8", "accuracy >= 0.8, accuracy >= 0.975")
    desk.write("gate.yaml", text)
    found = desk.run("check", model(desk, 1), "--all", "-o", "d.json")
    assert found.code == 3
    assert "are spent" in found.out or "is spent" in found.out
    for words in ("would settle", "would be proof", "more rows"):
        assert words not in found.out, found.out
