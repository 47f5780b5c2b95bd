"""A baseline in git: which commit, which file, and what is said where it cannot be had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.baselines.baseline import Surroundings
from gate.baselines.git import find
from gate.hosts.facts import Event, Facts
from gate.language.value import Doubt
from gate.terms.baseline import Baseline
from gate.terms.slice import WHOLE
from tests.conftest import Desk
from tests.hosts.fake_github import JOB_TOKEN, REPOSITORY, FakeGitHub, serving
from tests.revisions.checkout import Checkout


class Story:
    """main: 0.80, 0.81, then 0.82 after the change left; the change: 0.90; a test merge of the two: 0.90."""

    def __init__(self, folder: Path) -> None:
        self.checkout = Checkout(folder)
        self.first = self.commit(0.80)
        self.left = self.commit(0.81)
        self.git("checkout", "--quiet", "-b", "change")
        self.head = self.commit(0.90, "model")
        self.git("checkout", "--quiet", "main")
        self.main = self.commit(0.82)
        self.git("update-ref", "refs/remotes/origin/main", self.main)
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--strategy-option=theirs", "-m", "test merge", "change")
        self.merge = self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        return self.checkout.git(*arguments)

    def commit(self, recall: float, more: str = "") -> str:
        return self.checkout.commit({"eval/metrics.json": json.dumps({"recall": recall}), f"{more or 'x'}.txt": f"{recall}"})

    def facts(self, **more: Any) -> Facts:
        known = {"event": Event.CHANGE, "commit": self.merge, "head": self.head, "base": self.main, "base_branch": "main"}
        return Facts(host="github", **{**known, **more})

    def found(self, text: str = "git:main", facts: Facts | None = None, *inputs: str, **more: Any) -> Baseline | Doubt:
        at = Surroundings(inputs=inputs or ("metrics.json",), facts=facts, **{"environ": self.checkout.environ, **more})
        return find("baseline", text, at)


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    made = Story(tmp_path / "repo")
    monkeypatch.chdir(made.checkout.folder / "eval")
    return made


def recall(found: Baseline | Doubt, name: str = "recall") -> float:
    assert isinstance(found, Baseline), found
    measurement = found.measurements.get(name, WHOLE)
    assert measurement is not None
    assert measurement.value is not None
    return measurement.value


def doubt(found: Baseline | Doubt) -> Doubt:
    assert isinstance(found, Doubt)
    assert found.remedy
    return found


@pytest.mark.parametrize("text", ["git:main", "git:origin/main", "git:refs/heads/main", "git:refs/remotes/origin/main"])
def test_the_first_parent_of_the_test_merge(story: Story, text: str) -> None:
    story.git("update-ref", "refs/heads/main", story.first)  # what an earlier step does to the branch has no effect
    story.git("update-ref", "refs/remotes/origin/main", story.first)
    found = story.found(text, story.facts())
    assert recall(found) == 0.82
    assert isinstance(found, Baseline)
    assert (found.name, found.origin.source, found.origin.label) == ("baseline", text, "main")
    assert (found.origin.commit, found.origin.at) == (story.main, "2026-05-28T20:30:40Z")
    assert [source.name for source in found.measurements.sources] == [f"{story.main[:7]}:eval/metrics.json"]


def test_a_merge_that_is_not_the_one_that_ci_made(story: Story) -> None:
    other = story.git("commit-tree", "-p", story.first, "-p", story.head, "-m", "x", "HEAD^{tree}")
    story.git("checkout", "--quiet", other)
    assert recall(story.found("git:main", story.facts())) == 0.81  # the merge base


def test_where_the_change_itself_is_checked_out(story: Story) -> None:
    story.git("checkout", "--quiet", "change")
    assert recall(story.found("git:main", story.facts())) == 0.81
    assert recall(story.found("git:main", story.facts(commit=story.head))) == 0.81
    assert recall(story.found("git:main")) == 0.81


def test_another_branch_than_the_one_that_the_change_goes_to(story: Story) -> None:
    story.git("branch", "release", story.first)
    assert recall(story.found("git:release", story.facts())) == 0.80


def test_a_merge_queue(story: Story) -> None:
    queued = story.facts(event=Event.QUEUE, base=story.left, head=story.merge)
    assert recall(story.found("git:main", queued)) == 0.81


@pytest.mark.parametrize("event", [Event.PUSH, Event.SCHEDULE, Event.OTHER])
def test_without_a_change_it_is_the_newest_commit(story: Story, event: Event) -> None:
    for checked_out in ("main", story.left):
        story.git("checkout", "--quiet", "--force", checked_out)
        story.checkout.write("eval/metrics.json", '{"recall": 0.95}')
        assert recall(story.found("git:main", Facts(host="github", event=event, commit=story.main))) == 0.82


def test_what_is_pinned_is_taken_as_it_is(story: Story) -> None:
    story.git("checkout", "--quiet", "change")
    aside = story.git("commit-tree", "-p", story.first, "-m", "release", f"{story.main}^{{tree}}")
    story.git("tag", "v1", aside)
    story.git("tag", "-a", "v2", "-m", "two", aside)
    for text in ("git:v1", "git:refs/tags/v1", "git:v2", f"git:{aside}"):
        assert recall(story.found(text, story.facts(commit=story.head))) == 0.82, text
    for text, value in {"git:HEAD~1": 0.81, "git:main~1": 0.81, "git:main~2": 0.80}.items():
        assert recall(story.found(text)) == value


def test_a_comparison_with_itself_is_refused(story: Story) -> None:
    story.git("checkout", "--quiet", "main")
    for text in ("git:main", "git:HEAD"):
        refused = doubt(story.found(text))
        assert refused.slug == "same-file"
        assert "HEAD~1" in refused.remedy
    story.checkout.write("eval/metrics.json", '{"recall": 0.95}')
    assert recall(story.found("git:main")) == 0.82


def test_equal_numbers_of_two_commits_are_judged(story: Story) -> None:
    story.checkout.write("eval/metrics.json", '{"recall": 0.82}')
    assert recall(story.found("git:main", story.facts())) == 0.82


def test_inputs_with_names_and_several_of_them(story: Story) -> None:
    story.git("checkout", "--quiet", "main")
    main = story.checkout.commit({"train.json": '{"recall": 0.99}'})
    story.git("checkout", "--quiet", "-b", "other")
    story.checkout.commit({"train.json": '{"recall": 1}', "new.json": '{"f1": 1}'})
    found = story.found("git:main", None, "metrics.json", "train=../train.json", "../new.json")
    assert (recall(found), recall(found, "train.recall")) == (0.82, 0.99)
    assert isinstance(found, Baseline)
    assert found.measurements.get("f1", WHOLE) is None
    assert found.origin.commit == main


def test_a_file_that_is_not_committed(story: Story) -> None:
    refused = doubt(story.found("git:main", story.facts(), "other.json"))
    assert (refused.slug, refused.text) == ("no-baseline", f"`eval/other.json` is not committed at main ({story.main[:7]})")
    assert "ci:main" in refused.remedy


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1, "a": 2}'])
def test_a_file_that_cannot_be_read(story: Story, content: str) -> None:
    story.git("checkout", "--quiet", "--force", "main")
    story.checkout.commit({"eval/metrics.json": content})
    story.checkout.write("eval/metrics.json", '{"recall": 1}')
    refused = doubt(story.found("git:main"))
    assert refused.slug == "baseline-unreadable"
    assert "eval/metrics.json" in refused.remedy


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("-", "stands for the input's file"),
        ("train=-", "stands for the input's file"),
        ("../../outside.json", "outside the repository"),
        ("../../repo-home/x.json", "outside the repository"),
        ("../eval", "a folder"),
        ("../link.json", "a link"),
    ],
)
def test_an_input_that_is_no_file_of_the_repository(story: Story, given: str, words: str) -> None:
    story.git("checkout", "--quiet", "main")
    (story.checkout.folder / "link.json").symlink_to("eval/metrics.json")
    story.checkout.commit()
    refused = doubt(story.found("git:main", None, given))
    assert refused.slug == "baseline-unavailable"
    assert words in refused.text


@pytest.mark.parametrize("text", ["git:", "git:-x", "git:nowhere", "git:main..change", "git:" + "0" * 40, "git:HEAD~99"])
def test_a_ref_that_is_none(story: Story, text: str) -> None:
    refused = doubt(story.found(text))
    assert refused.slug == "baseline-unavailable"
    assert refused.text.startswith(f"the baseline `{text}` cannot be had: ")


def test_outside_a_repository(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "is in no git repository" in doubt(story.found()).text


def test_histories_without_a_common_commit(story: Story) -> None:
    story.git("checkout", "--quiet", "--orphan", "other")
    story.commit(0.7)
    assert "does not show where `main`" in doubt(story.found()).text


class Shallow:
    """The test merge alone, as CI checks it out by default, and a GitHub that has the rest."""

    def __init__(self, story: Story, folder: Path, hub: FakeGitHub) -> None:
        story.git("branch", "merged", story.merge)
        self.story = story
        self.hub = hub
        self.clone = story.checkout.clone(folder, "--depth=1", "--branch=merged")
        self.clone.git("checkout", "--quiet", "--detach")
        self.clone.git("branch", "--quiet", "-D", "merged")
        self.clone.git("update-ref", "-d", "refs/remotes/origin/merged")

    def found(self, text: str, **more: Any) -> Baseline | Doubt:
        facts = self.story.facts(**{"api": self.hub.url, "repository": REPOSITORY, **more})
        environ = {**self.clone.environ, **self.hub.environ(JOB_TOKEN)}
        return self.story.found(text, facts, environ=environ)


@pytest.fixture
def shallow(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shallow]:
    with serving() as hub:
        hub.commit(story.main, {"eval/metrics.json": '{"recall": 0.82}'}, "main")
        made = Shallow(story, tmp_path / "clone", hub)
        monkeypatch.chdir(made.clone.folder / "eval")
        yield made


def test_what_a_shallow_clone_lacks_is_asked_of_the_host(shallow: Shallow) -> None:
    found = shallow.found("git:main")
    assert recall(found) == 0.82
    assert isinstance(found, Baseline)
    assert (found.origin.commit, found.origin.at) == (shallow.story.main, "2026-05-28T20:26:40Z")


def test_where_even_the_merge_is_unknown_the_base_that_ci_names_counts(shallow: Shallow) -> None:
    assert recall(shallow.found("git:main", commit="9" * 40)) == 0.82


def test_a_shallow_clone_without_a_host_says_what_to_do(shallow: Shallow) -> None:
    refused = doubt(shallow.found("git:main", api=""))
    assert refused.slug == "baseline-unavailable"
    assert "which is shallow" in refused.text
    assert "fetch-depth: 0" in refused.remedy


def test_another_branch_in_a_shallow_clone(shallow: Shallow) -> None:
    shallow.hub.commit("5" * 40, {"eval/metrics.json": '{"recall": 0.1}'}, "release")
    refused = doubt(shallow.found("git:release"))
    assert "fetch-depth: 0" in refused.remedy
    assert doubt(shallow.found("git:nowhere")).slug == "baseline-unavailable"


def test_a_host_that_refuses(shallow: Shallow) -> None:
    del shallow.hub.trees[shallow.story.main]
    refused = doubt(shallow.found("git:main"))
    assert refused.slug == "baseline-unavailable"
    assert JOB_TOKEN not in str(refused)


def test_the_file_that_the_host_does_not_have(shallow: Shallow) -> None:
    shallow.hub.commit(shallow.story.main, {"other.json": "{}"})
    assert doubt(shallow.found("git:main")).slug == "no-baseline"


def test_a_check_against_a_branch(desk: Desk, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.folder = story.checkout.folder
    story.git("checkout", "--quiet", "change")
    monkeypatch.chdir(desk.folder)
    desk.rules("recall >= baseline - 0.01")
    run = desk.run("check", "eval/metrics.json", "-b", "git:main")
    assert (run.code, run.err) == (0, "")
    assert f"against main at {story.left[:7]}" in run.out


def test_advice_is_on_one_line(story: Story) -> None:
    assert "\n" not in doubt(story.found("git:nowhere")).remedy


def test_a_change_that_took_the_branch_in_is_not_the_test_merge(story: Story) -> None:
    taken_in = story.git("commit-tree", "-p", story.head, "-p", story.main, "-m", "take main in", "HEAD^{tree}")
    story.git("checkout", "--quiet", taken_in)
    assert recall(story.found("git:main", story.facts(commit=taken_in))) == 0.82
