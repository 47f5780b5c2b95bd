"""The published cases of other gates, judged: README.md says for each what they answer, what gate answers, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from gate.errors import PolicyError
from tests.judge.situation import decide
from tests.oracle import said_ci, said_ml
from tests.oracle.said_ml import Case, Run
from tests.oracle.theirs import sane, theirs

HERE = Path(__file__).parent
SAID = {"ml-gates-cases.json": said_ml.said, "ci-gates-cases.json": said_ci.said}
NOT_ASKED = "—"
VERDICTS = {"pass", "warn", "fail", "undecided", "error"}


class Row(NamedTuple):
    """A line of the README's table."""

    case: str
    theirs: str
    ours: str
    note: str


def rows() -> list[Row]:
    lines = (HERE / "README.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")]
    return [Row(*(cell.removesuffix("|").strip() for cell in row)) for row in cells if row[0] != "case"]


def cases(file: str) -> list[Case]:
    found: list[Case] = json.loads((HERE / "cases" / file).read_text(encoding="utf-8"))
    return found


TABLE = {row.case: row for row in rows()}
ASKED = [
    (file, case) for file in SAID for case in cases(file) if TABLE.get(case["id"], Row("", "", NOT_ASKED, "")).ours != NOT_ASKED
]


def verdict(run: Run) -> str:
    """What gate answers; a policy that it refuses is an error, anything else that goes wrong is ours."""
    try:
        return decide(run.policy, run.metrics, run.baseline).verdict.value
    except PolicyError:
        return "error"


@pytest.mark.parametrize("file", SAID)
def test_the_readme_names_every_case_once_in_order(file: str) -> None:
    named = [case["id"] for case in cases(file)]
    assert [row.case for row in rows() if row.case in set(named)] == named


def test_the_readme_names_nothing_else() -> None:
    assert {row.case for row in rows()} == {case["id"] for file in SAID for case in cases(file)}


@pytest.mark.parametrize(("file", "case"), ASKED, ids=[case["id"] for _, case in ASKED])
def test_case(file: str, case: Case) -> None:
    row = TABLE[case["id"]]
    answers = [verdict(run) for run in SAID[file](case)]
    assert " ".join(answers) == row.ours
    assert " ".join(theirs(case)) == row.theirs
    assert set(answers) <= VERDICTS


@pytest.mark.parametrize("row", rows(), ids=TABLE)
def test_a_difference_has_its_reason(row: Row) -> None:
    if row.ours != row.theirs or row.ours == NOT_ASKED:
        assert len(row.note) > 10


def test_what_a_person_wants_is_what_gate_answers() -> None:
    """Where a case tells that its tool is wrong, gate agrees with the person; and it never ships what a tool rightly stops."""
    wanted = {case["id"]: sane(case) for _, case in ASKED if sane(case)}
    assert len(wanted) >= 3
    assert {name: TABLE[name].ours.split() for name in wanted} == wanted


def test_gate_ships_nothing_that_another_gate_stops_but_for_these() -> None:
    """A warning is no stop of ours (c184), and a negative change is an allowed drop (c036)."""
    ships, stops = {"pass", "warn"}, {"fail", "undecided", "error"}
    greener = {
        row.case
        for row in TABLE.values()
        for their, our in zip(row.theirs.split(), row.ours.split(), strict=True)
        if their in stops and our in ships
    }
    assert greener == {"c184", "c036"}


def test_most_cases_are_asked() -> None:
    assert len(ASKED) >= 140
