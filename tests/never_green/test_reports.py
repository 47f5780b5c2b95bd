"""Nothing about reports makes a gate green by accident, or says green when it is not (DESIGN §4)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD, BAD = {"accuracy": 0.99}, {"accuracy": 0.1}
REPORTS = ("-o", "r.md", "-o", "r.json", "-o", "r.txt")


def outputs(desk) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(desk.folder.glob("r.*"))}


def test_last_runs_report_does_not_stay(desk):
    desk.rules("accuracy > 0.5")
    assert desk.check(GOOD, *REPORTS).code == 0
    assert len(outputs(desk)) == 3
    for metrics in ("{", "{}", None):
        if metrics is None:
            desk.write("gate.yaml", "gate: 2\n")
        run = desk.check(metrics or GOOD, *REPORTS)
        assert run.code == 2
        for name, text in outputs(desk).items():
            assert "DEPLOY: " not in text, name
            assert "error" in text.lower(), name


@pytest.mark.parametrize("more", [["--nonsense"], ["--warn-exit-code", "1"], ["-o", "x.nonsense"], ["--now", "yesterday"]])
def test_last_runs_report_does_not_survive_a_usage_error(desk, more):
    desk.rules("accuracy > 0.5")
    assert desk.check(GOOD, *REPORTS).code == 0
    assert desk.run("check", "metrics.json", *REPORTS, *more).code == 2
    assert all("DEPLOY: " not in text for text in outputs(desk).values())


@pytest.mark.parametrize("metrics", [GOOD, BAD, {"accuracy": None}, {"other": 1}, "{"])
def test_every_report_says_what_the_exit_code_says(desk, metrics):
    words = {0: "DEPLOY: ", 1: "DO NOT DEPLOY", 2: "ERROR", 3: "UNDECIDED"}
    verdicts = {0: "pass", 1: "fail", 2: "error", 3: "undecided"}
    desk.rules("accuracy > 0.5")
    run = desk.check(metrics, *REPORTS)
    found = outputs(desk)
    assert json.loads(found["r.json"])["verdict"] == verdicts[run.code]
    assert words[run.code] in found["r.txt"]
    assert words[run.code] in run.said
    if run.code:
        assert "DEPLOY: " not in found["r.txt"].replace("DO NOT DEPLOY: ", "")
        assert not found["r.md"].startswith("## ✅")


@pytest.mark.parametrize("path", ["folder", "file/below.md", "/proc/nothing/r.md"])
def test_a_report_that_cannot_be_written(desk, path):
    desk.rules("accuracy > 0.5")
    (desk.folder / "folder").mkdir()
    desk.write("file", "x")
    run = desk.check(GOOD, *REPORTS, "-o", f"markdown={path}")
    assert run.code == 2
    assert path in run.err
    assert all("DEPLOY: " not in text for text in outputs(desk).values())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(desk):
    desk.rules("accuracy > 0.5")
    closed = desk.folder / "closed"
    closed.mkdir(mode=0o555)
    assert desk.check(GOOD, "-o", "closed/r.md").code == 2


def test_a_report_never_overwrites_what_is_read(desk):
    desk.rules("accuracy > 0.5")
    for target in ("json=metrics.json", "markdown=gate.yaml", "json=./metrics.json"):
        assert desk.check(GOOD, "-o", target).code == 2
        assert json.loads((desk.folder / "metrics.json").read_text()) == GOOD


def test_a_report_does_not_follow_a_link_out_of_the_checkout(desk):
    desk.rules("accuracy > 0.5")
    precious = desk.write("precious.txt", "precious")
    (desk.folder / "r.md").symlink_to(precious)
    assert desk.check(GOOD, "-o", "r.md").code == 0
    assert precious.read_text() == "precious"
    assert not (desk.folder / "r.md").is_symlink()


def test_nothing_half_written_stays_beside_the_report(desk):
    desk.rules("accuracy > 0.5")
    desk.check(GOOD, *REPORTS)
    assert sorted(path.name for path in desk.folder.iterdir()) == ["gate.yaml", "metrics.json", "r.json", "r.md", "r.txt"]


def test_a_crash_is_no_verdict(desk):
    """A reader that breaks is a bug of ours: exit 70, and last run's green report is gone."""
    desk.rules("accuracy > 0.5")
    assert desk.check(GOOD, *REPORTS).code == 0
    broken = "import sys, gate.app.check as c\nc.decide = None\nfrom gate.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", broken, "check", "metrics.json", *REPORTS],
        capture_output=True,
        text=True,
        cwd=desk.folder,
        check=False,
    )
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "not a verdict" in done.stderr
    assert not outputs(desk)


@pytest.mark.parametrize("redirect", [">&-", "> /dev/full", "| head -c 1 >/dev/null"])
@pytest.mark.parametrize("metrics", [GOOD, BAD])
def test_standard_output_that_cannot_be_written_changes_no_verdict(desk, redirect, metrics):
    desk.rules("accuracy > 0.5")
    desk.write("metrics.json", metrics)
    command = f'"{sys.executable}" -m gate.cli.main check metrics.json {redirect}'
    shell = command if not redirect.startswith("|") else f"set -o pipefail; {command}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=desk.folder, check=False)
    assert done.returncode == (0 if metrics is GOOD else 1)
    assert "Traceback" not in done.stderr


def test_an_interrupt_leaves_no_report(desk):
    """Ctrl-C while standard input is awaited."""
    import signal
    import time

    desk.rules("accuracy > 0.5")
    assert desk.check(GOOD, *REPORTS).code == 0
    child = subprocess.Popen(
        [sys.executable, "-m", "gate.cli.main", "check", "-", *REPORTS],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=desk.folder,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # CI may have it ignored
    )
    while outputs(desk) and child.poll() is None:
        time.sleep(0.02)
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not outputs(desk)


def test_a_folder_for_the_report_is_made(desk):
    desk.rules("accuracy > 0.5")
    assert desk.check(GOOD, "-o", "out/deep/r.md").code == 0
    assert Path(desk.folder, "out/deep/r.md").exists()
