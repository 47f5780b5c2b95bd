"""A server on this machine that answers as it is told, byte for byte where that matters."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """Answers in turn; the last one again and again. An empty answer closes the connection, `None` says nothing."""

    port: int = 0
    answers: list[bytes | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    silence: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> None:
        lines = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.answers.append("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.speak, args=(connection,), daemon=True).start()

    def speak(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as file:
            first = file.readline().decode("latin-1").split()
            if len(first) < 2:
                return
            headers: dict[str, str] = {}
            while line := file.readline().strip():
                name, _, value = line.decode("latin-1").partition(": ")
                headers[name.lower()] = value
            body = file.read(int(headers.get("content-length", "0")))
            self.asked.append(Asked(first[0], first[1], headers, body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is None:
                self.silence.wait(10)
            else:
                connection.sendall(answer)


def started() -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(port=listener.getsockname()[1])
    thread = threading.Thread(target=server.serve, args=(listener,), daemon=True)
    thread.start()
    yield server
    server.silence.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.fixture
def server() -> Iterator[Server]:
    """The server that gate is meant to speak with."""
    yield from started()


@pytest.fixture
def stranger() -> Iterator[Server]:
    """Another server, of another origin."""
    yield from started()
