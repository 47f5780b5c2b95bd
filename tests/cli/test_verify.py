"""`gate check --model … -o decision.intoto.json` and `gate verify` as processes: exit codes, what is said, what is never said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.attest.making import PASSPHRASE, furnished, pair, run

pytest.importorskip("securesystemslib")

CHECK = ("check", "metrics.json", "--model", "model", "-o", "decision.intoto.json", "-o", "decision.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return furnished(tmp_path)


def test_judged_signed_and_verified(folder: Path) -> None:
    pair(folder)
    done = run(folder, *CHECK, "--sign-key", "gate.pem")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((folder / "decision.json").read_text())["model"][0]["name"] == "model"
    done = run(folder, "verify", "model", "--key", "gate.pub", PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "gate  fraud  (decision.intoto.json)"
    assert [line.split()[:2] for line in lines[2:-2]] == [
        ["✓", each] for each in ("model", "signature", "policy", "verdict", "age", "evidence", "waivers")
    ]
    assert lines[-1].startswith("DEPLOY: all 7 checks hold")
    assert lines[-1].endswith("exit 0")


def test_a_model_that_is_another_is_not_deployed(folder: Path) -> None:
    pair(folder)
    run(folder, *CHECK, "--sign-key", "gate.pem")
    (folder / "model" / "weights.bin").write_bytes(b"other")
    done = run(folder, "verify", "model", "--key", "gate.pub", PYTHONIOENCODING="utf-8")
    assert done.returncode == 1
    assert "✗ model      model is not the model that was judged: weights.bin changed" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("DO NOT DEPLOY: model does not hold")
    ascii_only = run(folder, "verify", "model", "--key", "gate.pub", PYTHONIOENCODING="ascii")
    assert "x model " in ascii_only.stdout


def test_a_model_that_failed_is_attested_as_that(folder: Path) -> None:
    (folder / "metrics.json").write_text('{"recall": 0.1, "f1": 0.95}')
    assert run(folder, *CHECK).returncode == 1
    assert json.loads((folder / "decision.intoto.json").read_text())["predicate"]["result"] == "FAILED"
    done = run(folder, "verify", "model", "--unsigned", PYTHONIOENCODING="utf-8")
    assert done.returncode == 1
    assert "✗ verdict    fail: recall >= 0.85" in done.stdout


def test_what_is_hostile_is_shown_as_data(folder: Path) -> None:
    run(folder, *CHECK)
    path = folder / "decision.intoto.json"
    document = json.loads(path.read_text())
    document["predicate"]["configuration"][-1]["annotations"]["gateVersion"] = "\x1b[2J\n::error::x"
    document["predicate"]["configuration"][0]["annotations"]["policy"] = "\u202e::set-output"
    path.write_text(json.dumps(document))
    done = run(folder, "verify", "model", "--unsigned", PYTHONIOENCODING="utf-8")
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sign-key", "none.pem"), "none.pem: there is no such file"),
        (("--sign-key", "gate.pub"), "gate.pub: no private key can be read"),
        (("--sign-key", "locked.pem"), "locked.pem: this private key is encrypted"),
        (("--sign-keyless",), "this job has no identity"),
        (("--sign-key", "gate.pem", "--sign-keyless"), "exclude each other"),
        (("--model", "gone"), "gone: there is no such file"),
        (("-p", "gone.yaml"), "gone.yaml"),
    ],
)
def test_what_cannot_be_attested_is_exit_2_and_leaves_nothing(folder: Path, words: tuple[str, ...], said: str) -> None:
    pytest.importorskip("sigstore")
    pair(folder)
    pair(folder, "locked", passphrase=PASSPHRASE)
    (folder / "decision.intoto.json").write_text("a green one of an earlier run")
    done = run(folder, *CHECK, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (folder / "decision.intoto.json").exists()
    assert json.loads((folder / "decision.json").read_text())["verdict"] == "error"
    assert PASSPHRASE not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "model/report.md"),
        ("-o", "markdown=model/weights.bin"),
        ("-o", "intoto=model/weights.bin"),
        ("-o", "model/layers/2.intoto.json"),  # one more than the one that may lie there
    ],
)
def test_no_report_becomes_a_part_of_the_model(folder: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in (folder / "model").rglob("*") if path.is_file()}
    (folder / "decision.intoto.json").write_text("a green one of an earlier run")
    done = run(folder, *CHECK, *words)
    assert done.returncode == 2
    assert "would become a part of the model" in done.stderr
    assert {path: path.read_bytes() for path in (folder / "model").rglob("*") if path.is_file()} == before
    assert not (folder / "decision.intoto.json").exists()


@pytest.mark.parametrize("model", [("--model", "model"), ("--model=model",)])
def test_a_command_line_that_is_wrong_takes_nothing_out_of_the_model(folder: Path, model: tuple[str, ...]) -> None:
    (folder / "report.md").write_text("a green one of an earlier run")
    words = ("check", "metrics.json", *model, "-o", "markdown=model/weights.bin", "-o", "report.md", "--no-such-option")
    assert run(folder, *words).returncode == 2
    assert (folder / "model" / "weights.bin").read_bytes() == b"weights"
    assert not (folder / "report.md").exists()


def test_options_that_lack_one_another(folder: Path) -> None:
    done = run(folder, "check", "metrics.json", "-o", "decision.intoto.json")
    assert (done.returncode, "--model PATH" in done.stderr) == (2, True)
    done = run(folder, "check", "metrics.json", "--model", "model", "--sign-key", "gate.pem")
    assert (done.returncode, "there is nothing to sign" in done.stderr) == (2, True)
    assert run(folder, "check", "metrics.json", "--model", "model").returncode == 0


def test_an_attestation_may_lie_in_the_model(folder: Path) -> None:
    pair(folder)
    inside = [word.replace("decision.intoto.json", "model/decision.intoto.json") for word in CHECK]
    for _ in range(2):  # the second run must not count the first one's
        assert run(folder, *inside, "--sign-key", "gate.pem").returncode == 0
        assert run(folder, "verify", "model", "--key", "gate.pub").returncode == 0
    shutil.copy(folder / "model" / "decision.intoto.json", folder / "model" / "copy.json")
    assert run(folder, "verify", "model", "--key", "gate.pub").returncode == 1


def test_no_secret_is_said_or_written(folder: Path) -> None:
    private, _ = pair(folder, passphrase=PASSPHRASE)
    done = run(folder, *CHECK, "-o", "r.md", "-o", "r.html", "--sign-key", "gate.pem", GATE_SIGN_PASSPHRASE=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    secrets = [PASSPHRASE, *(line for line in private.read_text().splitlines() if "-----" not in line)]
    written = [done.stdout, done.stderr, *(path.read_text() for path in folder.glob("*.*") if path != private)]
    assert not [secret for secret in secrets for text in written if secret in text]


@pytest.mark.parametrize("words", [(), ("model",), ("model", "--key", "none.pub"), ("gone", "--unsigned")])
def test_what_cannot_be_verified_is_exit_2(folder: Path, words: tuple[str, ...]) -> None:
    run(folder, *CHECK)
    done = run(folder, "verify", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr


def test_an_attestation_on_standard_output(folder: Path) -> None:
    done = run(folder, "check", "metrics.json", "--model", "model", "-o", "intoto=-")
    assert json.loads(done.stdout)["predicate"]["result"] == "PASSED"
    done = run(folder, "check", "none.json", "--model", "model", "-o", "intoto=-")
    assert (done.returncode, done.stdout) == (2, "")
