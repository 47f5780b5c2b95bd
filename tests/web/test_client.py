"""The HTTP client against a real server that misbehaves."""

from __future__ import annotations

import pickle
import shutil
import socket
import ssl
import subprocess
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from gate.record import replace
from gate.web.address import parse
from gate.web.client import Client, Credential, next_page
from gate.web.errors import WebError
from gate.web.wire import Limits, Request, exchange

TOKEN = "s3cr3t-t0ken"
QUICK = Limits(silence=0.2, attempt=0.6)
PATIENT = Limits(silence=20, attempt=60)  # on a busy machine a server that answers may take its time


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(server: Any, pauses: list[float]) -> Client:
    return Client(server.url, Credential.bearer(TOKEN), limits=PATIENT, pause=pauses.append)


def refused(client: Client, method: str = "GET", path: str = "/x", **named: Any) -> WebError:
    with pytest.raises(WebError) as caught:
        client.request(method, path, **named)
    error = caught.value
    assert TOKEN not in f"{error}{error!r}{error.__dict__}"
    return error


def test_json_goes_out_and_comes_back(server: Any, client: Client) -> None:
    server.answer(201, '{"name": "Zoë"}'.encode(), {"X-Thing": "1"})
    response = client.request("POST", "/things?x=1", json={"a": "é"})
    assert (response.status, response.json(), response.headers["x-thing"]) == (201, {"name": "Zoë"}, "1")
    asked = server.asked[0]
    assert (asked.method, asked.target, asked.body) == ("POST", "/things?x=1", b'{"a": "\\u00e9"}')
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    ("status", "slug"),
    [
        (400, "web-rejected"),
        (401, "web-unauthorized"),
        (403, "web-forbidden"),
        (404, "web-not-there"),
        (410, "web-not-there"),
        (422, "web-rejected"),
        (500, "web-server"),
    ],
)
def test_a_refusal_is_an_error_and_not_tried_again(server: Any, client: Client, status: int, slug: str) -> None:
    server.answer(status, b'{"message": "Because", "errors": [{"code": "custom"}]}')
    error = refused(client)
    assert (error.slug, error.status, len(server.asked)) == (slug, status, 1)
    assert f'GET {server.url}/x: the server answers {status}, Because; [{{"code": "custom"}}]' in str(error)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_what_passes_is_tried_again(server: Any, client: Client, pauses: list[float], status: int, method: str) -> None:
    server.answer(status)
    server.answer(status)
    server.answer(200, b'{"a": 1}')
    assert client.request(method, "/x").json() == {"a": 1}
    assert pauses == [0.5, 1.0]


def test_trying_again_has_an_end(server: Any, client: Client, pauses: list[float]) -> None:
    server.answer(503)
    error = refused(client)
    assert (error.slug, len(server.asked), pauses) == ("web-server", 4, [0.5, 1.0, 2.0])


@pytest.mark.parametrize("status", [429, 503, 403])
def test_the_server_may_name_the_pause(server: Any, client: Client, pauses: list[float], status: int) -> None:
    server.answer(status, headers={"Retry-After": "7"})
    server.answer(200)
    client.request("POST", "/x", json={})
    assert pauses == [7.0]


def test_a_pause_may_be_a_date(server: Any, client: Client, pauses: list[float]) -> None:
    server.answer(429, headers={"Retry-After": format_datetime(datetime.now(timezone.utc) + timedelta(seconds=30))})
    server.answer(200)
    client.get("/x")
    assert 20 < pauses[0] <= 30


@pytest.mark.parametrize("named", ["3600", "999999999999999999999", "Thu, 01 Jan 2099 00:00:00 GMT"])
def test_nobody_waits_an_hour(server: Any, client: Client, pauses: list[float], named: str) -> None:
    server.answer(429, headers={"Retry-After": named})
    error = refused(client)
    assert (error.slug, pauses) == ("web-too-many", [])
    assert "run the job again in" in str(error)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_post_without_a_named_pause_goes_out_once(server: Any, client: Client, status: int) -> None:
    server.answer(status, headers={"Retry-After": "soon"})
    refused(client, "POST", json={})
    assert len(server.asked) == 1


def test_silence_ends(server: Any, pauses: list[float]) -> None:
    client = Client(server.url, Credential.bearer(TOKEN), limits=QUICK, pause=pauses.append)
    server.answers.append(None)
    error = refused(client)
    assert (error.slug, len(server.asked)) == ("web-timeout", 4)
    server.asked.clear()
    assert refused(client, "POST", json={}).slug == "web-timeout"
    assert len(server.asked) == 1


def test_an_answer_that_drips_ends() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not done.wait(0.05):
                try:
                    connection.sendall(b"X: y\r\n")
                except OSError:
                    return

    threading.Thread(target=drip, daemon=True).start()
    client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", limits=Limits(silence=1, attempt=0.4, attempts=1))
    assert refused(client).slug == "web-timeout"
    done.set()
    listener.close()


def test_a_closed_connection_is_tried_again_unless_it_may_have_counted(server: Any, client: Client) -> None:
    server.answers += [b"", b""]
    server.answer(200, b"[]")
    assert client.get("/x").json() == []
    server.answers[:] = [b""]
    server.asked.clear()
    error = refused(client, "POST", json={})
    assert (error.slug, error.sent, len(server.asked)) == ("web-unreachable", True, 1)


def test_nobody_there_is_tried_again_even_with_a_post(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}", limits=QUICK, pause=pauses.append)
    error = refused(client, "POST", json={})
    assert (error.slug, error.sent, len(pauses)) == ("web-unreachable", False, 3)


def test_an_unknown_name_is_said_at_once(pauses: list[float]) -> None:
    error = refused(Client("http://no-such-host.invalid", pause=pauses.append))
    assert error.slug == "web-unreachable"
    assert not error.sent


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(server: Any, client: Client, answer: bytes) -> None:
    server.answers.append(answer)
    assert refused(client).slug == "web-answer"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"[" * 100_000, b"\xff", b"1" * 10_000])
def test_what_is_not_json_is_an_error(server: Any, client: Client, body: bytes) -> None:
    server.answer(200, body)
    response = client.get("/x")
    with pytest.raises(WebError, match="not JSON"):
        response.json()


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_has_a_largest_size(server: Any, client: Client, chunked: bool) -> None:
    if chunked:
        server.answers.append(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n")
    else:
        server.answer(200, b"x" * 1024)
    assert client.get("/x", most=1024).body == b"x" * 1024
    assert refused(client, most=1023).slug == "web-too-large"


def test_the_same_server_may_redirect_a_reader(server: Any, client: Client) -> None:
    server.answer(302, headers={"Location": "/y?z=1"})
    server.answer(301, headers={"Location": f"{server.url}/z"})
    server.answer(200, b"[]")
    assert client.get("/x").json() == []
    assert [asked.target for asked in server.asked] == ["/x", "/y?z=1", "/z"]


def test_a_circle_ends(server: Any, client: Client) -> None:
    server.answer(302, headers={"Location": "/x"})
    assert refused(client).slug == "web-redirect"
    assert len(server.asked) == 4


def test_another_host_is_never_followed(server: Any, stranger: Any, client: Client) -> None:
    for location in (stranger.url, "https://127.0.0.1:1/x", f"//127.0.0.1:{stranger.port}/x"):
        server.answers.clear()
        server.answer(302, headers={"Location": location})
        assert refused(client).slug == "web-redirect"
    assert stranger.asked == []


def test_a_redirect_to_the_metadata_service_is_refused(server: Any, client: Client) -> None:
    server.answer(302, headers={"Location": "http://169.254.169.254/latest"})
    assert refused(client).slug == "web-address"
    with pytest.raises(WebError, match="is not asked"):
        client.download("/x")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_changes_something_is_not_redirected(server: Any, client: Client, status: int) -> None:
    server.answer(status, headers={"Location": "/y"})
    assert refused(client, "POST", json={}).slug == "web-redirect"
    assert len(server.asked) == 1


def test_a_whole_url_of_another_server_is_refused_before_it_is_asked(stranger: Any, client: Client) -> None:
    assert refused(client, path=f"{stranger.url}/x").slug == "web-address"
    assert stranger.asked == []


def test_a_download_goes_elsewhere_without_the_credential(server: Any, stranger: Any, client: Client) -> None:
    server.answer(302, headers={"Location": f"{stranger.url}/blob?sig=abc"})
    stranger.answer(200, b"PK")
    assert client.download("/x", headers={"X-Own": "1"}).body == b"PK"
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert set(stranger.asked[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}


def test_a_signed_address_is_not_repeated_in_an_error(server: Any, stranger: Any, client: Client) -> None:
    server.answer(302, headers={"Location": f"{stranger.url}/blob?sig=abc"})
    stranger.answer(404)
    with pytest.raises(WebError) as caught:
        client.download("/x")
    assert "sig=abc" not in str(caught.value)


def test_pages_are_followed_on_the_same_server(server: Any, client: Client) -> None:
    server.answer(200, b"[1]", {"Link": f'<{server.url}/x?page=2>; rel="next", <{server.url}/x?page=9>; rel="last"'})
    server.answer(200, b"[2]", {"Link": f'<{server.url}/x?page=1>; rel="prev"'})
    assert [page.json() for page in client.pages("/x")] == [[1], [2]]
    assert [asked.target for asked in server.asked] == ["/x", "/x?page=2"]


def test_a_next_page_elsewhere_is_refused(server: Any, stranger: Any, client: Client) -> None:
    server.answer(200, b"[1]", {"Link": f'<{stranger.url}/x>; rel="next"'})
    with pytest.raises(WebError, match="is not the server"):
        list(client.pages("/x"))
    assert stranger.asked == []


def test_pages_have_an_end(server: Any) -> None:
    server.answer(200, b"[1]", {"Link": f'<{server.url}/x>; rel="next"'})
    with pytest.raises(WebError, match="larger than 3 pages"):
        list(Client(server.url, limits=Limits(pages=3)).pages("/x"))
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("", ""),
        ('<https://a/2>; rel="next"', "https://a/2"),
        ("<https://a/2>; rel=next", "https://a/2"),
        ('<https://a/1>; rel="prev", <https://a/3>; rel="next", <https://a/9>; rel="last"', "https://a/3"),
        ('<https://a/1>; rel="prev"', ""),
        ('<https://a/2>; rel="nextish"', ""),
        ("<<<>>>" * 10_000, ""),
    ],
)
def test_the_next_page_is_found(link: str, url: str) -> None:
    assert next_page(link) == url


def test_a_request_shows_no_credential() -> None:
    request = Request(method="GET", url=parse("https://api.example/a?b"), headers={"Authorization": f"Bearer {TOKEN}"})
    assert repr(request) == "Request(GET https://api.example/a)"


def test_a_credential_shows_itself_nowhere() -> None:
    credential = Credential.bearer(f" {TOKEN}\n")
    assert credential.value == f"Bearer {TOKEN}"
    assert TOKEN not in f"{credential!r}{credential}{Client('https://api.example', credential)!r}"
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(credential)


@pytest.mark.parametrize("token", ["", " ", "a\nX-Evil: 1", "zoë"])
def test_a_token_that_no_header_holds_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(WebError) as caught:
        Credential.named("PRIVATE-TOKEN", token)
    assert token.strip() == "" or token not in str(caught.value)


def test_a_server_that_repeats_the_credential_is_not_quoted(server: Any, client: Client) -> None:
    server.answer(400, f'{{"message": "Bearer {TOKEN} and {TOKEN} \\u202e"}}'.encode())
    assert "… and … \\u202e" in str(refused(client))


def test_a_credential_does_not_travel_unencrypted() -> None:
    credential = Credential.basic("ann", TOKEN)
    with pytest.raises(WebError, match="unencrypted"):
        Client("http://mlflow.example", credential)
    Client("http://mlflow.example", credential, plain_http=True)
    Client("http://mlflow.example")
    Client("http://localhost:5000", credential)


def test_a_name_is_refused_when_one_of_its_addresses_is_a_metadata_service(server: Any) -> None:
    def looked_up(*addresses: str) -> Any:
        return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port)) for address in addresses]

    server.answer(200)
    request = Request(method="GET", url=parse("http://rebind.example"), headers={})
    assert exchange(request, QUICK, looked_up("127.0.0.1")).peer == "127.0.0.1"
    with pytest.raises(WebError, match="is not asked"):
        exchange(request, QUICK, looked_up("127.0.0.1", "169.254.169.254"))
    with pytest.raises(WebError, match="private network"):
        exchange(replace(request, public_only=True), QUICK, looked_up("127.0.0.1"))
    assert len(server.asked) == 1


def test_the_environments_proxy_is_used(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://ann:hunter2@127.0.0.1:{server.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    server.answer(200, b"[]")
    assert Client("http://prometheus.example:9090").get("/api?x=1").json() == []
    assert server.asked[0].target == "http://prometheus.example:9090/api?x=1"
    assert server.asked[0].headers["proxy-authorization"] == "Basic YW5uOmh1bnRlcjI="
    monkeypatch.setenv("no_proxy", "prometheus.invalid")
    assert "is not known" in str(refused(Client("http://prometheus.invalid", limits=QUICK, pause=print)))


def test_a_proxy_that_refuses_a_tunnel_is_said(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://ann:hunter2@127.0.0.1:{server.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    server.answer(407)
    error = refused(Client("https://api.example", Credential.bearer(TOKEN)))
    assert "the proxy answers 407" in str(error)
    assert (server.asked[0].method, server.asked[0].target) == ("CONNECT", "api.example:443")
    assert "authorization" not in server.asked[0].headers
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://", "http://host:port"])
def test_a_proxy_that_gate_cannot_use_is_an_error(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    assert refused(Client("https://api.example")).slug == "web-address"


def test_this_machine_is_asked_without_a_proxy(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.answer(200, b"[]")
    assert Client(server.url).get("/x").json() == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody vouches for, with its key beside it."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs openssl")
    path = tmp_path / "own.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run([program, *words, *names, *files], check=True, capture_output=True)
    return path


def test_a_certificate_is_checked(certificate: Path, pauses: list[float]) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with HTTPServer(("127.0.0.1", 0), Page) as page:
        page.socket = context.wrap_socket(page.socket, server_side=True)
        page.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=page.serve_forever, daemon=True).start()
        url = f"https://localhost:{page.server_port}"
        trusting = Client(url, ca_file=str(certificate), pause=pauses.append)
        assert trusting.get("/x").json() == []
        assert "not trusted" in str(refused(Client(url, Credential.bearer(TOKEN), pause=pauses.append)))
        other_name = Client(url.replace("localhost", "127.0.0.1"), ca_file=str(certificate), pause=pauses.append)
        assert "not trusted" in str(refused(other_name))
        assert "trusted certificates" in str(refused(Client(url, ca_file=f"{certificate}.none")))
        assert pauses == []
        page.shutdown()
