"""Which addresses gate speaks to."""

from __future__ import annotations

from contextlib import suppress

import pytest

from gate.web.address import check, is_loopback, is_private, join, parse, segment
from gate.web.errors import WebError


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[::a9fe:a9fe]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://0.0.0.0:8080/",
        "http://0/",
        "http://[::]/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://METADATA.google.internal./",
        "http://metadata/",
        "http://224.0.0.1/",
    ],
)
def test_what_hands_out_credentials_is_never_asked(url: str) -> None:
    with pytest.raises(WebError, match="is not asked") as caught:
        parse(url)
    assert caught.value.slug == "web-address"
    assert not caught.value.sent


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "https://",
        "https:///x",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://exämple.com/",
        "https://exam ple.com/",
        "https://example.com\\@evil.example/",
        "https://example.com/a b",
        "https://example.com/ä",
        "https://[::1/",
        "https://example.com%00/",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(WebError) as caught:
        parse(url)
    assert caught.value.slug == "web-address"


def test_a_line_end_never_reaches_the_wire() -> None:
    for url in ("https://example.com/a\r\nX: y", "https://example.com\r\n/a"):
        with suppress(WebError):
            assert "\n" not in parse(url).whole  # Python takes line ends out of URLs


@pytest.mark.parametrize("password", ["hunter2", "hunter2/", "hunter2?x", "hunter2#x", "hunter2@x", "hunter2\n"])
def test_a_password_in_a_url_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(WebError) as caught:
        parse(f"https://ann:{password}@example.com/x")
    assert "hunter2" not in str(caught.value)
    assert "ann" not in str(caught.value)


def test_a_url_is_shown_without_its_query() -> None:
    url = parse("https://example.com/a?sig=secret#part")
    assert str(url) == "https://example.com/a"
    assert url.whole == "https://example.com/a?sig=secret"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://example.com/a", "https://EXAMPLE.com:443/b", True),
        ("https://example.com", "http://example.com", False),
        ("https://example.com", "https://example.com:8443", False),
        ("https://example.com", "https://example.com.evil.example", False),
        ("https://[::1]/", "https://[::1]:443/", True),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert (parse(one).origin == parse(other).origin) is same


@pytest.mark.parametrize(
    ("base", "target", "whole"),
    [
        ("https://api.example", "/repos/a", "https://api.example/repos/a"),
        ("https://ghes.example/api/v3", "/repos/a", "https://ghes.example/api/v3/repos/a"),
        ("https://ghes.example/api/v3/", "repos/a?x=1", "https://ghes.example/api/v3/repos/a?x=1"),
        ("https://api.example", "//evil.example/a", "https://api.example//evil.example/a"),
        ("https://api.example", "https://other.example/a", "https://other.example/a"),
    ],
)
def test_paths_stand_below_the_base(base: str, target: str, whole: str) -> None:
    assert join(parse(base), target).whole == whole


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_a_part_of_a_path_cannot_leave_its_place(text: str) -> None:
    with pytest.raises(WebError):
        segment(text)


def test_a_part_of_a_path_is_one_part() -> None:
    assert segment("a/../b?c#d %") == "a%2F..%2Fb%3Fc%23d%20%25"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1", True),
        ("::1", True),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
    ],
)
def test_this_machine_is_known_by_its_name(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
)
def test_a_download_that_must_be_public_is_not_private(text: str) -> None:
    check(text)
    assert is_private(text)
    with pytest.raises(WebError, match="private network"):
        check(text, public_only=True)


def test_the_open_internet_may_be_asked() -> None:
    for text in ("140.82.112.6", "2606:50c0:8000::153"):
        assert not is_private(text)
        check(text, public_only=True)
