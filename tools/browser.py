"""Look at a page as a person would: headless Chromium through chromedriver, with the standard library alone.

``python -m tools.browser URL PNG`` takes a screenshot; ``--help`` says the rest. Tests use :class:`Browser`::

    with Browser(width=1400, height=900) as browser:
        browser.open("http://127.0.0.1:3000/asset-groups")
        browser.wait_for("ledger", "layers")
        browser.screenshot(folder / "graph.png")
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Browser", "BrowserError", "chromium", "main"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
START_SECONDS = 30.0
POLL_SECONDS = 0.1


class BrowserError(Exception):
    """The browser could not start, or the page never showed what was waited for."""


def chromium() -> str | None:
    """The path of Chromium, or None when it or its chromedriver is missing."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found if shutil.which("chromedriver") else None


class Browser:
    """A headless Chromium with one page, of exactly ``width`` by ``height`` CSS pixels, drawn at ``scale``.

    It keeps everything in a folder of its own, which goes when the browser closes.
    """

    def __init__(self, *, width: int = 1280, height: int = 800, scale: float = 1) -> None:
        """Remember the size; the browser starts on entering the context."""
        self._metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self._driver: subprocess.Popen[bytes] | None = None
        self._url = ""

    def __enter__(self) -> Self:
        """Start the browser.

        Raises:
            BrowserError: there is none, or it does not come up.
        """
        binary = chromium()
        if binary is None:
            raise BrowserError("no Chromium with chromedriver on PATH (Debian: apt install chromium chromium-driver)")
        self._folder = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # Chromium writes into HOME and TMPDIR even with a profile elsewhere.
        environment = {**os.environ, "HOME": self._folder.name, "TMPDIR": self._folder.name}
        self._driver = subprocess.Popen(
            ["chromedriver", f"--port={port}", "--allowed-ips=127.0.0.1"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._url = f"http://127.0.0.1:{port}"
        try:
            self._start(binary)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the page, the browser and its driver."""
        try:
            self._call("DELETE", "")
        except BrowserError:
            if error is None:
                raise
        finally:
            self._stop()

    def open(self, where: str | Path) -> None:
        """Load a URL or a local file, and wait until the document itself is there."""
        url = where if "://" in str(where) else Path(where).resolve(strict=True).as_uri()
        self._call("POST", "/url", {"url": str(url)})

    def text(self) -> str:
        """What the page shows now, as text."""
        return str(self.script("return document.body ? document.body.innerText : ''"))

    def script(self, body: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever JSON the page answers
        """Run JavaScript in the page and return what it returns."""
        return self._call("POST", "/execute/sync", {"script": body, "args": list(arguments)})

    def wait_for(self, *texts: str, gone: tuple[str, ...] = (), seconds: float = 30) -> None:
        """Wait until the page shows every one of ``texts``, in any case, and none of ``gone``.

        Raises:
            BrowserError: it did not, in ``seconds``; the message holds what it showed instead.
        """
        limit = time.monotonic() + seconds
        while True:
            shown = self.text()
            folded = shown.casefold()
            missing = [text for text in texts if text.casefold() not in folded]
            left = [text for text in gone if text.casefold() in folded]
            if not missing and not left:
                return
            if time.monotonic() > limit:
                raise BrowserError(
                    f"after {seconds:g} s: missing {missing}, still there {left}; the page says:\n{shown[:3000]}"
                )
            time.sleep(POLL_SECONDS)

    def click(self, text: str, *, seconds: float = 30) -> None:
        """Click the innermost visible element whose text is ``text``, once there is one.

        Raises:
            BrowserError: there was none, in ``seconds``.
        """
        path = f"//*[normalize-space(.)={json.dumps(text)} and not(*[normalize-space(.)={json.dumps(text)}])]"
        limit = time.monotonic() + seconds
        while True:
            for found in self._call("POST", "/elements", {"using": "xpath", "value": path}):
                element = next(iter(found.values()))
                if self._call("GET", f"/element/{element}/displayed"):
                    self._call("POST", f"/element/{element}/click", {})
                    return
            if time.monotonic() > limit:
                raise BrowserError(
                    f"after {seconds:g} s nothing visible says {text!r}; the page says:\n{self.text()[:3000]}"
                )
            time.sleep(POLL_SECONDS)

    def screenshot(self, path: Path, *, full: bool = False) -> Path:
        """Write what the page shows as PNG, or with ``full`` the page down to its end; return ``path``."""
        # A page may still be drawing what its document already holds.
        self.script("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shot = self._cdp(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": full} | self._whole(full=full)
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    def overflow(self) -> int:
        """How many CSS pixels the page is wider than the window; 0 when nobody has to scroll sideways."""
        return int(self.script("const d = document.documentElement; return Math.max(0, d.scrollWidth - d.clientWidth)"))

    def errors(self) -> list[str]:
        """What the page logged as severe since the last call: failed scripts, missing files."""
        entries = self._call("POST", "/se/log", {"type": "browser"})
        return [str(entry["message"]) for entry in entries if entry["level"] == "SEVERE"]

    def _whole(self, *, full: bool) -> dict[str, Any]:
        if not full:
            return {}
        size = self._cdp("Page.getLayoutMetrics", {})["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": self._metrics["width"], "height": size["height"], "scale": 1}}

    def _start(self, binary: str) -> None:
        arguments = [*QUIET, f"--user-data-dir={self._folder.name}/profile"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses to run its sandbox as root
        options = {"binary": binary, "args": arguments}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        limit = time.monotonic() + START_SECONDS
        while True:
            try:
                self._request("GET", "/status")
                break
            except BrowserError:
                if time.monotonic() > limit:
                    raise
                time.sleep(POLL_SECONDS)
        session = self._request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._url += f"/session/{session['sessionId']}"
        self._cdp("Emulation.setDeviceMetricsOverride", self._metrics)

    def _stop(self) -> None:
        if self._driver is not None:
            self._driver.terminate()
            self._driver.wait(timeout=START_SECONDS)
        self._folder.cleanup()

    def _cdp(self, command: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})
        return answer

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        return self._request(method, path, body)

    def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback only
            self._url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise BrowserError(f"{said['error']}: {said['message'].splitlines()[0]}") from None
        except OSError as error:
            raise BrowserError(f"chromedriver does not answer: {error}") from error


def main(arguments: list[str] | None = None) -> int:
    """Take a screenshot as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/screenshot", description="Take a screenshot of a page as PNG.")
    parser.add_argument("page", help="a URL or a local HTML file")
    parser.add_argument("png", type=Path, help="the file to write")
    parser.add_argument("--width", type=int, default=1280, help="CSS pixels (a phone: 390)")
    parser.add_argument("--height", type=int, default=800, help="CSS pixels (a phone: 844)")
    parser.add_argument("--scale", type=float, default=1, help="pixels per CSS pixel")
    parser.add_argument("--full", action="store_true", help="the whole page, not the window only")
    parser.add_argument("--wait-for", action="append", default=[], metavar="TEXT", help="wait until the page shows it")
    parser.add_argument(
        "--gone", action="append", default=[], metavar="TEXT", help="wait until the page no longer shows it"
    )
    parser.add_argument(
        "--click", action="append", default=[], metavar="TEXT", help="then click what says so, in order"
    )
    parser.add_argument(
        "--settle", type=float, default=0, metavar="S", help="then wait that long (animations, layouts)"
    )
    parser.add_argument("--seconds", type=float, default=30, metavar="S", help="how long to wait for a text")
    asked = parser.parse_args(arguments)
    try:
        with Browser(width=asked.width, height=asked.height, scale=asked.scale) as browser:
            browser.open(asked.page)
            browser.wait_for(*asked.wait_for, gone=tuple(asked.gone), seconds=asked.seconds)
            for text in asked.click:
                browser.click(text, seconds=asked.seconds)
            time.sleep(asked.settle)
            browser.screenshot(asked.png, full=asked.full)
            for error in browser.errors():
                print(f"screenshot: the page logged: {error}", file=sys.stderr)
            if wider := browser.overflow():
                print(f"screenshot: the page is {wider} px wider than the window", file=sys.stderr)
    except (BrowserError, FileNotFoundError) as error:
        print(f"screenshot: {error}", file=sys.stderr)
        return 1
    print(asked.png)
    return 0


if __name__ == "__main__":
    sys.exit(main())
