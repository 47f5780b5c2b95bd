"""Servers of objects on this machine: S3 as moto has it, and a web server that answers as its files are called."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.request import urlopen

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "hunter2-and-more",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def s3(allowed: int | None = None) -> Iterator[dict[str, str]]:
    """The environment that leads to an S3; from the request after `allowed` ones on, nobody has permission."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, **KEYS} | ({} if allowed is None else {"INITIAL_NO_AUTH_ACTION_COUNT": str(allowed)})
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/moto-api/"):
                break
            time.sleep(0.1)
        yield {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_EC2_METADATA_DISABLED": "true"}
    finally:
        process.terminate()
        process.wait()


class _Handler(BaseHTTPRequestHandler):
    """`/STATUS/name` answers with the status, `/cut/name` with half of what it promised, `/slow/name` never ends."""

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        content: bytes = self.server.content  # type: ignore[attr-defined]
        kind = self.path.split("/")[1]
        self.send_response(int(kind) if kind.isdigit() else 200)
        if kind == "empty":
            content = b""
        self.send_header("Content-Length", str(len(content) * (1000 if kind == "slow" else 1)))
        self.end_headers()
        if not body:
            return
        with suppress(OSError):
            if kind == "cut":
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
            elif kind == "slow":
                for _ in range(600):
                    self.wfile.write(content[:100])
                    time.sleep(0.1)
            else:
                self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def web(content: bytes) -> Iterator[str]:
    """A web server whose every file is `content`; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.content = content  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
