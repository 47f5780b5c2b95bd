"""Headless Chromium, driven through two pipes by the DevTools protocol: no driver, no port, no package."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-pipe",
]  # fmt: skip
PATIENCE = 120  # seconds for one answer, on a machine that is busy


class Tab:
    """One page, what it asked the network for, and what it complained of."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._rest = b""
        self._number = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for room in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{room}.enable")

    def ask(self, method: str, **parameters: Any) -> Any:
        """What a command of the protocol answers."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._writing, data) :]
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, f"{method}: {told['error']}"
                return told["result"]
            self.events.append(told)

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            assert select.select([self._reading], [], [], max(0.0, until - time.monotonic()))[0], "Chromium does not answer"
            data = os.read(self._reading, 1 << 20)
            assert data, "Chromium has gone"
            self._rest += data
        first, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(first)
        return told

    def open(self, path: Path, *, width: int = 1200, height: int = 900, scheme: str = "light", script: bool = True) -> None:
        """Load a file and wait until it has loaded and drawn."""
        self.events.clear()
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)
        self.look(scheme=scheme)
        self.size(width, height)
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())
        self.settle()

    def size(self, width: int, height: int) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def look(self, *, scheme: str = "light", media: str = "") -> None:
        """What the person prefers; `media` stands in for the screen or the printer, where it is given."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", media=media, features=features)

    def settle(self, seconds: float = 0.3) -> None:
        """Let timers, observers and frames do their work."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._reading], [], [], left)[0] or b"\0" in self._rest:
                self.events.append(self._next())

    def run(self, expression: str) -> Any:
        """The value of an expression of JavaScript; a promise is waited for."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        """A key as a person presses it."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code="Space" if key == " " else key,
                text=text if kind == "keyDown" else "", windowsVirtualKeyCode=codes[key], modifiers=8 if shift else 0,
            )  # fmt: skip

    def type(self, text: str) -> None:
        self.ask("Input.insertText", text=text)

    def picture(self, target: Path, *, whole: bool = True) -> None:
        shown = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        target.write_bytes(base64.b64decode(shown["data"]))

    def print(self) -> bytes:
        """The page as a PDF on A4."""
        shown = self.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False)
        return base64.b64decode(shown["data"])

    @property
    def requests(self) -> list[str]:
        """What was asked of the network, the file itself aside."""
        sent = (event["params"]["request"] for event in self.events if event.get("method") == "Network.requestWillBeSent")
        return [each["url"] for each in sent if not each["url"].startswith("file:")]

    @property
    def complaints(self) -> list[str]:
        """Every message of the console, and every exception that nothing caught."""
        told = []
        for event in self.events:
            kind, said = event.get("method"), event.get("params", {})
            if kind == "Runtime.consoleAPICalled":
                told.append(str(said["args"]))
            elif kind == "Runtime.exceptionThrown":
                told.append(str(said["exceptionDetails"]))
            elif kind == "Log.entryAdded":
                told.append(str(said["entry"]))
        return told


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Tab]:
    """A browser with one tab and a profile of its own, ended afterwards."""
    assert PROGRAM
    theirs, writing = os.pipe()
    reading, answers = os.pipe()
    start = f'exec 13<&{theirs} 14>&{answers}; exec "$@" 3<&13 4>&14 13<&- 14>&-'  # it looks for them at 3 and 4
    command = ["bash", "-c", start, "bash", PROGRAM, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, pass_fds=(theirs, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs)
    os.close(answers)
    try:
        yield Tab(reading, writing)
    finally:
        os.close(writing)  # it ends when its pipe does
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        os.close(reading)
