"""Policies from git: pinned, fetched once, and what they cannot do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.errors import GateError, PolicyError, Problem
from gate.policy.load import load
from gate.revisions import git_fetch
from gate.revisions.git import Revision
from gate.revisions.remote import Pack, open_pack, parse
from gate.web import address
from gate.web.errors import WebError
from tests.revisions.checkout import Checkout
from tests.revisions.git_server import Server, serving

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BASE = "gate: 1\nrules: [accuracy >= 0.8]\n"


@pytest.fixture
def source(tmp_path: Path) -> Checkout:
    """The repository of packs, of which the newest commit is not the one that is pinned."""
    made = Checkout(tmp_path / "served" / "policy")
    made.commit({"old": "x"})
    made.commit({"packs/base.yaml": BASE})
    made.commit({"packs/base.yaml": "gate: 1\nrules: [accuracy >= 0]\n"})
    return made


@pytest.fixture
def server(source: Checkout, tmp_path: Path) -> Iterator[Server]:
    with serving(source.folder.parent, tmp_path / "keys") as running:
        yield running


def pinned(source: Checkout) -> str:
    return source.git("rev-parse", "HEAD~1")


def environ_of(server: Server, tmp_path: Path, **more: str) -> dict[str, str]:
    return {**server.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), **more}


def refused(text: str, environ: dict[str, str]) -> Problem:
    with pytest.raises(GateError) as error:
        open_pack(text, environ)
    return error.value.problems[0]


@pytest.mark.parametrize(
    ("text", "pack"),
    [
        (f"git:https://host/acme/p@{COMMIT}#base.yaml", Pack("https://host/acme/p", COMMIT, "base.yaml")),
        (f"git:https://host:8443/a@b/p.git@{COMMIT}#a/b #c.yaml", Pack("https://host:8443/a@b/p.git", COMMIT, "a/b #c.yaml")),
        (f"git:file:///srv/p.git@{COMMIT}#gate.yaml", Pack("file:///srv/p.git", COMMIT, "gate.yaml")),
    ],
)
def test_how_a_pack_is_named(text: str, pack: Pack) -> None:
    assert parse(text) == pack


@pytest.mark.parametrize("pin", ["main", "v1.0", "", COMMIT[:39], COMMIT[:12], COMMIT.upper(), COMMIT + "0", COMMIT * 2, "HEAD"])
def test_only_a_whole_commit_pins(pin: str) -> None:
    problem = refused(f"git:https://host/acme/p@{pin}#base.yaml", {})
    assert problem.slug == "pack-address"
    assert "not a whole commit id" in problem.message


@pytest.mark.parametrize(
    "text",
    ["git:", "git:https://host/p", f"git:https://host/p@{COMMIT}", f"git:https://host/p@{COMMIT}#", f"git:{COMMIT}:base.yaml",
     f"git:http://host/p@{COMMIT}#a", f"git:ssh://git@host/p@{COMMIT}#a", f"git:git@host:p@{COMMIT}#a",
     f"git:ext::sh -c x@{COMMIT}#a",
     f"git:git://host/p@{COMMIT}#a", f"git:--upload-pack=x@{COMMIT}#a", f"git:/srv/p@{COMMIT}#a", f"git:../p@{COMMIT}#a",
     f"git:file://host/p@{COMMIT}#a", f"git:https://host/p?x=y@{COMMIT}#a", f"git:https://ho\nst/p@{COMMIT}#a"],
)  # fmt: skip
def test_what_names_no_pack(text: str) -> None:
    problem = refused(text, {})
    assert problem.slug == "pack-address"
    assert problem.message.isprintable()


@pytest.mark.parametrize(
    "host",
    ["user:secret@host", "secret@host", "169.254.169.254", "[fe80::1]", "metadata.google.internal", "2852039166", "0xa9fea9fe"],
)
def test_an_address_that_is_not_asked(host: str) -> None:
    problem = refused(f"git:https://{host}/p@{COMMIT}#base.yaml", {})
    assert problem.slug == "web-address"
    assert "secret" not in str(problem)


def test_a_name_that_leads_to_where_credentials_are_given_out(tmp_path: Path) -> None:
    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        assert host == "innocent.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port))]

    with pytest.raises(WebError) as error:
        git_fetch.fetch(address.parse("https://innocent.example/p"), COMMIT, str(tmp_path), {"PATH": "/usr/bin:/bin"}, look_up)
    assert error.value.slug == "web-address"


def test_the_address_that_was_checked_is_the_one_that_is_asked(server: Server, source: Checkout, tmp_path: Path) -> None:
    def look_up(_: str, port: int, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    store = tmp_path / "objects"
    store.mkdir()
    url = address.parse(f"https://other.test:{server.port}/policy")  # a name that nobody else knows
    git_fetch.fetch(url, pinned(source), str(store), server.environ, look_up)
    assert server.asked


def test_a_pack_from_a_server(server: Server, source: Checkout, tmp_path: Path) -> None:
    environ = environ_of(server, tmp_path)
    text = f"git:{server.url}/policy@{pinned(source)}#packs/base.yaml"
    files, path, _ = open_pack(text, environ)
    assert isinstance(files, Revision)
    assert files.revision == pinned(source)
    assert files.read(path, 1000) == BASE.encode()
    asked = len(server.asked)
    assert asked
    assert not any("authorization" in {name.lower() for name in headers} for headers in server.headers)

    server.answer = 500  # the second time nobody is asked
    again, path, _ = open_pack(text, environ)
    assert again.read(path, 1000) == BASE.encode()
    assert len(server.asked) == asked


def test_two_commits_of_one_server(server: Server, source: Checkout, tmp_path: Path) -> None:
    environ = environ_of(server, tmp_path)
    for commit in (pinned(source), source.git("rev-parse", "HEAD"), source.git("rev-parse", "HEAD~2")):
        files, *_ = open_pack(f"git:{server.url}/policy@{commit}#x", environ)
        assert files.revision == commit


def test_where_commits_are_kept(server: Server, source: Checkout, tmp_path: Path) -> None:
    text = f"git:{server.url}/policy@{pinned(source)}#packs/base.yaml"
    for name in ("RUNNER_TEMP", "XDG_CACHE_HOME", "HOME"):
        folder = tmp_path / name
        folder.mkdir()
        open_pack(text, {**server.environ, name: str(folder)})
        assert list(folder.rglob("*.pack"))
    assert refused(text, server.environ).slug == "pack-address"
    assert refused(text, {**server.environ, "XDG_CACHE_HOME": "relative"}).slug == "pack-address"


def damage(folder: Path) -> None:
    for path in folder.rglob("*.pack"):
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[40:60] = bytes(20)
        path.write_bytes(data)


def test_a_damaged_cache_is_fetched_again(server: Server, source: Checkout, tmp_path: Path) -> None:
    environ = environ_of(server, tmp_path)
    text = f"git:{server.url}/policy@{pinned(source)}#packs/base.yaml"
    open_pack(text, environ)
    damage(tmp_path / "cache")
    files, path, _ = open_pack(text, environ)
    assert files.read(path, 1000) == BASE.encode()


def test_settings_in_the_cache_are_not_read(server: Server, source: Checkout, tmp_path: Path) -> None:
    environ = environ_of(server, tmp_path)
    text = f"git:{server.url}/policy@{pinned(source)}#packs/base.yaml"
    open_pack(text, environ)
    store = next((tmp_path / "cache").rglob("objects")).parent
    mark = tmp_path / "mark"
    (store / "config").write_text(f"[core]\n\tfsmonitor = touch {mark}\n\tsshCommand = touch {mark}\n[broken\n")
    (store / "hooks").mkdir()
    for name in ("reference-transaction", "post-checkout"):
        (store / "hooks" / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (store / "hooks" / name).chmod(0o755)
    open_pack(f"git:{server.url}/policy@{source.git('rev-parse', 'HEAD')}#packs/base.yaml", environ)
    open_pack(text, environ)
    assert not mark.exists()


def test_a_commit_that_the_server_does_not_have(server: Server, tmp_path: Path) -> None:
    problem = refused(f"git:{server.url}/policy@{COMMIT}#base.yaml", environ_of(server, tmp_path))
    assert problem.slug == "pack-unavailable"
    assert f"{server.url}/policy at {COMMIT[:12]}" in problem.message
    assert problem.remedy == "that commit is not there: was it pushed?"


def test_a_repository_that_the_server_does_not_have(server: Server, tmp_path: Path) -> None:
    problem = refused(f"git:{server.url}/nothing@{COMMIT}#base.yaml", environ_of(server, tmp_path))
    assert problem.slug == "pack-unavailable"
    assert "without credentials" in problem.remedy


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, "without credentials"), (403, "without credentials"), (500, "check the address")]
)
def test_a_server_that_refuses(server: Server, tmp_path: Path, status: int, remedy: str) -> None:
    server.answer = status
    problem = refused(f"git:{server.url}/policy@{COMMIT}#base.yaml", environ_of(server, tmp_path))
    assert problem.slug == "pack-unavailable"
    assert remedy in problem.remedy


def test_a_redirect_is_not_followed(server: Server, source: Checkout, tmp_path: Path) -> None:
    with serving(source.folder.parent, tmp_path / "other-keys") as other:
        server.answer, server.location = 302, other.url
        environ = environ_of(server, tmp_path)
        environ["GIT_SSL_CAINFO"] = str(tmp_path / "both.pem")
        (tmp_path / "both.pem").write_text(server.certificate.read_text() + other.certificate.read_text())
        problem = refused(f"git:{server.url}/policy@{pinned(source)}#base.yaml", environ)
        assert problem.slug == "pack-unavailable"
        assert "another address" in problem.remedy
        assert other.asked == []


def test_a_server_whose_certificate_is_not_known(server: Server, source: Checkout, tmp_path: Path) -> None:
    environ = environ_of(server, tmp_path, GIT_SSL_NO_VERIFY="1")
    del environ["GIT_SSL_CAINFO"]
    problem = refused(f"git:{server.url}/policy@{pinned(source)}#base.yaml", environ)
    assert problem.slug == "pack-unavailable"
    assert "certificate" in problem.message


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        text = f"git:https://localhost:{taken.getsockname()[1]}/p@{COMMIT}#a"
        problem = refused(text, {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path)})
    assert problem.slug == "pack-unavailable"


def test_a_proxy_is_asked_and_its_password_not_shown(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"http://ann:secret@127.0.0.1:{taken.getsockname()[1]}"
        environ = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path), "HTTPS_PROXY": proxy}
        direct = refused(f"git:https://nobody.invalid/p@{COMMIT}#a", {**environ, "NO_PROXY": "localhost,.invalid"})
        problem = refused(f"git:https://nobody.invalid/p@{COMMIT}#a", environ)
    assert direct.message.endswith("the name of the server is not known")
    assert "127.0.0.1" in problem.message
    assert "secret" not in str(problem)


def test_credentials_of_the_machine_stay_there(server: Server, source: Checkout, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine localhost login ann password secret\n")
    (home / ".git-credentials").write_text(f"https://ann:secret@localhost:{server.port}\n")
    (home / ".gitconfig").write_text("[credential]\n\thelper = store\n[http]\n\textraHeader = Authorization: basic secret\n")
    environ = environ_of(server, tmp_path, HOME=str(home))
    open_pack(f"git:{server.url}/policy@{pinned(source)}#packs/base.yaml", environ)
    server.answer = 401
    refused(f"git:{server.url}/policy@{COMMIT}#packs/base.yaml", environ)
    assert len(server.headers) > 2
    assert not any("authorization" in {name.lower() for name in headers} for headers in server.headers)


def test_a_pack_larger_than_what_may_be_sent(
    source: Checkout, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import random

    large = source.commit({"large": random.Random(1).randbytes(300_000)})
    environ = environ_of(server, tmp_path)
    monkeypatch.setattr(git_fetch, "MOST_BYTES", 100_000)
    assert refused(f"git:{server.url}/policy@{large}#packs/base.yaml", environ).slug == "pack-unavailable"
    open_pack(f"git:{server.url}/policy@{pinned(source)}#packs/base.yaml", environ)


def test_a_pack_from_a_mirror_on_this_machine(source: Checkout, tmp_path: Path) -> None:
    environ = source.environ
    text = f"git:{source.folder.as_uri()}@{pinned(source)}#packs/base.yaml"
    files, path, _ = open_pack(text, environ)
    assert files.read(path, 1000) == BASE.encode()
    source.git("clone", "--quiet", "--bare", str(source.folder), str(tmp_path / "a mirror.git"))
    bare = (tmp_path / "a mirror.git").as_uri()
    files, path, _ = open_pack(f"git:{bare}@{pinned(source)}#packs/base.yaml", environ)
    assert files.read(path, 1000) == BASE.encode()
    assert refused(f"git:{bare}@{COMMIT}#packs/base.yaml", environ).slug == "unknown-revision"
    assert refused(f"git:file:///nowhere@{COMMIT}#packs/base.yaml", environ).slug == "no-repository"


def test_a_policy_extends_one_in_git(source: Checkout, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ_of(server, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("RUNNER_TEMP", raising=False)
    commit = source.commit(
        {"packs/base.yaml": "gate: 1\nextends: [./more.yaml]\n", "packs/more.yaml": "gate: 1\nrules: [recall > 0.5]\n"}
    )
    name = f"git:{server.url}/policy@{commit}#packs/base.yaml"
    (tmp_path / "gate.yaml").write_text(f'gate: 1\nextends: ["{name}"]\nrules: [accuracy > 0.9]\n')
    policy = load(str(tmp_path / "gate.yaml"), "2026-06-01")
    assert [rule.expr.text for rule in policy.rules] == ["recall > 0.5", "accuracy > 0.9"]
    assert str(policy.rules[0].where) == f"localhost:{server.port}/policy@{commit[:12]}/packs/more.yaml:2:9"
    assert policy.extends == ("./more.yaml", name)

    alone = load(name, "2026-06-01")
    assert [rule.expr.text for rule in alone.rules] == ["recall > 0.5"]
    assert alone.file == f"localhost:{server.port}/policy@{commit[:12]}/packs/base.yaml"


def problem_of(folder: Path, name: str) -> Problem:
    (folder / "gate.yaml").write_text(f'gate: 1\nextends: ["{name}"]\nrules: [accuracy > 0.9]\n')
    with pytest.raises(PolicyError) as error:
        load(str(folder / "gate.yaml"), "2026-06-01", "gate.yaml")
    return error.value.problems[0]


def test_what_a_policy_in_git_may_not_hold(source: Checkout, tmp_path: Path) -> None:
    source.commit({"waived.yaml": 'gate: 1\nrules: [a > 1]\nwaivers: [{rule: a > 1, until: 2026-07-01, why: w, by: "@x"}]\n'})
    commit = source.commit({"outside.yaml": "gate: 1\nextends: [../x.yaml]\n"})
    (source.folder / "link.yaml").symlink_to("waived.yaml")
    linked = source.commit()
    address = source.folder.as_uri()
    assert problem_of(tmp_path, f"git:{address}@{commit}#waived.yaml").slug == "pack-key"
    assert problem_of(tmp_path, f"git:{address}@{commit}#outside.yaml").slug == "extends-path"
    for path, slug in {"gone.yaml": "policy-not-found", "../x": "unreadable", "link.yaml": "not-a-plain-file"}.items():
        problem = problem_of(tmp_path, f"git:{address}@{linked}#{path}")
        assert (problem.slug, str(problem.where)) == (slug, "gate.yaml:2:11")


def test_one_file_by_two_ways_counts_once(source: Checkout, tmp_path: Path) -> None:
    name = f"{source.folder.as_uri()}@{pinned(source)}#packs/base.yaml"
    twice = name.replace("#packs/", "#./packs//")
    (tmp_path / "gate.yaml").write_text(f'gate: 1\nextends: ["git:{name}", "git:{twice}"]\n')
    assert len(load(str(tmp_path / "gate.yaml"), "2026-06-01").extends) == 1
