"""A policy file as text: reading, decoding, limits, and where a rule stands in it."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy import text
from tests.policy.writing import caret, policy, problem, problems, written

GOOD = b"gate: 1\nrules: [a > 1]\n"


def refusal(path: Path | str) -> str:
    with pytest.raises(PolicyError) as error:
        text.read(str(path), "gate.yaml")
    return str(error.value)


def test_a_file_is_read_with_its_name_and_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_bytes(GOOD)
    found = text.read(str(path), "shown.yaml")
    assert (found.file, found.path, found.text) == ("shown.yaml", str(path), GOOD.decode())
    assert found.value == {"gate": 1, "rules": ["a > 1"]}
    assert str(found.at(found.value["rules"].marks[0])) == "shown.yaml:2:9"
    assert text.read(str(path)).file == str(path)


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "gate.yaml: this is a folder, not a policy\n  name the file: gate.yaml"
    assert refusal(tmp_path / "gone") == "gate.yaml: there is no such policy file\n  start one: `gate init metrics.json`"
    assert refusal(tmp_path / "gone" / "below").startswith("gate.yaml: there is no such policy file")
    (tmp_path / "file").write_bytes(GOOD)
    assert refusal(tmp_path / "file" / "below").startswith("gate.yaml: ")
    assert refusal("a\0b").startswith("gate.yaml: the policy cannot be read")


def test_a_pipe_and_a_device_are_no_policy(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").startswith("gate.yaml: this is a device, a pipe or a socket, not a policy")
    assert refusal("/dev/zero").startswith("gate.yaml: this is a device, a pipe or a socket, not a policy")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_bytes(GOOD)
    path.chmod(0)
    assert "Permission denied" in refusal(path)


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gate.yaml"
    path.write_bytes(content)
    assert "the policy is empty" in refusal(path)


def test_eight_mebibytes_at_most(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_bytes(GOOD + b"#" * (text.MAX_BYTES - len(GOOD)))
    assert text.read(str(path)).value["gate"] == 1
    path.write_bytes(GOOD + b"#" * (text.MAX_BYTES - len(GOOD) + 1))
    assert refusal(path).startswith("gate.yaml: a policy of more than 8 MiB")


def test_a_sparse_file_of_a_terabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert "more than 8 MiB" in refusal(path)


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"gate: 1\nname: caf\xe9\nrules: [a > 1]\n", "gate.yaml:2", "not UTF-8: byte 0xe9"),
        (codecs.BOM_UTF16_LE + "gate: 1".encode("utf-16-le"), "gate.yaml", "UTF-16"),
        (codecs.BOM_UTF16_BE + "gate: 1".encode("utf-16-be"), "gate.yaml", "UTF-16"),
        (b"gate: 1\0\n", "gate.yaml", "not valid YAML"),
        (b"gate: 1\nname: \x1b[31mred\n", "gate.yaml:2", "not valid YAML"),
    ],
)
def test_what_is_no_utf8_text(data: bytes, place: str, words: str) -> None:
    found = problem(data)
    assert str(found.where).startswith(place)
    assert words in found.message
    assert "\x1b" not in str(found)


def test_a_byte_order_mark_and_other_line_ends_are_fine() -> None:
    assert problems(codecs.BOM_UTF8 + GOOD) == ()
    assert problems(GOOD.replace(b"\n", b"\r\n")) == ()
    assert problems("gate: 1\nname: Prüfung 模型\nrules:\n  - größe > 1\n".encode()) == ()


def test_places_are_right_behind_other_line_ends_and_wide_letters() -> None:
    found = problem("gate: 1\r\nrules:\r\n  - 'größe' >> 1\r\n".replace("'", '"').encode())
    assert str(found.where).startswith("gate.yaml:3:")
    found = problem('gate: 1\nrules:\n  - größe => 1 # "模型"\n')
    assert (str(found.where), caret(found)) == ("gate.yaml:3:11", "=>")


@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ("gate: 1\n---\ngate: 1\n", "yaml-documents"),
        ("gate: 1\ngate: 1\n", "duplicate-key"),
        ("gate: 1\nrules:\n  - {check: a > 1, check: b > 1}\n", "duplicate-key"),
        ("? [a]\n: 1\n", "yaml-key"),
        ("gate: 1\nname: *x\n", "yaml-syntax"),
        ("gate: 1\nname: !!python/object/apply:os.system [true]\n", "yaml-tag"),
        ("gate: 1\nname: !!binary aGk=\n", "yaml-tag"),
        ("gate: !!int 1\n", "yaml-tag"),
        ("gate: 1\n<<: {name: x}\n", "yaml-merge"),
        ("gate: 1\nname: " + "[" * 101 + "]" * 101 + "\n", "too-deep"),
        ("gate: 1\nname: " + "[" * 100_000 + "\n", "too-deep"),
        ("gate: 1\nparams: {a: " + "9" * 1_000_000 + "}\n", "number-too-long"),
        ("gate: 1\nparams: {a: .NaN}\nrules: [b > $a]\n", "not-a-number"),
        ("gate: 1\nparams: {a: -.inf}\nrules: [b > $a]\n", "not-a-number"),
        (f"gate: 1\nparams: {{a: {10**309}}}\nrules: [b > $a]\n", "not-a-number"),
        (f"gate: 1\nrules: [{{check: b > 1, min_n: {10**309}}}]\n", "not-a-number"),
        ("gate: 1\nmeasure: {a: [1, {b: 1e999}]}\nrules: [b > 1]\n", "not-a-number"),
    ],
)
def test_what_yaml_offers_and_a_policy_refuses(document: str, slug: str) -> None:
    found = problem(document)
    assert found.slug == slug
    assert found.where is not None
    assert found.where.line > 0


def test_aliases_that_explode_are_refused_at_once() -> None:
    lines = ["gate: 1", "measure:", "  a0: &a0 [" + "x, " * 9 + "x]"]
    lines += [f"  a{n}: &a{n} [" + f"*a{n - 1}, " * 9 + f"*a{n - 1}]" for n in range(1, 9)]
    found = problem("\n".join([*lines, "rules: [a > 1]", ""]))
    assert found.slug == "too-many-values"
    assert str(found.where).startswith("gate.yaml:9:")


def test_harmless_aliases_are_fine() -> None:
    assert (
        problems(
            "gate: 1\nmeasure: {slices: &x [a, b], columns: *x}\n"
            "rules:\n  - {check: a > 1, why: &w costly}\n  - {check: b > 1, why: *w}\n"
        )
        == ()
    )


@pytest.mark.parametrize(
    ("rule", "column", "under"),
    [
        ("recall => 1", 12, "=>"),
        ("'recall => 1'", 13, "=>"),
        ('"recall => 1"', 13, "=>"),
        ("{check: recall => 1}", 20, "=>"),
        ("recall > 0.5 and 1 > 0", 22, "1 > 0"),
        ("recall >= baseline - 1%", 26, "1%"),
        ("größe[a=*] > größe[b=*]", 18, "größe[b=*]"),
    ],
)
def test_the_caret_stands_under_the_part_of_the_rule_that_is_wrong(rule: str, column: int, under: str) -> None:
    found = problem(written(rule))
    assert str(found.where) == f"gate.yaml:3:{column}"
    assert caret(found) == under


@pytest.mark.parametrize(
    "rule", ["'\"it''s\" => 1'", '"a\\u0062c => 1"', "|\n    a > 1 and\n    b => 1", "a > 1\n      and b => 1"]
)
def test_a_rule_that_the_file_shows_otherwise_is_shown_as_it_is_read(rule: str) -> None:
    """With escapes, or over several lines, a column of the rule is none of the file."""
    found = problem(written(rule))
    assert str(found.where) == "gate.yaml:3:5"
    assert "=>" in caret(found)


def test_a_letter_of_two_codes_is_composed_before_it_is_judged() -> None:
    """NFC: the decomposed and the composed spelling are one name."""
    assert policy("gro\u0308ße > 1").rules[0].id == policy("größe > 1").rules[0].id
