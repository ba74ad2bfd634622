"""ReplayWeb.page, as it opens a WACZ: fetched once by `make player`, then served on loopback.

The package is under the AGPL and is no part of this project: it stays in the cache, out of git.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from playwright.sync_api import Frame, Locator, Page, sync_playwright

from tests.test_serve import BROWSER_NEEDED, BROWSER_OPTIONS, CHROMIUM

PACKAGE = "replaywebpage@2.5.3"
INTEGRITY = (
    "sha512-nCj2PSON3BxeSJKE8AsYPyULv0XPZKJWfy4l9PyQre9S"
    "qwLZ+WKZVs/sfLqPOQ4GrH+0YkjbwOhr8cSTH08gsQ=="
)
HOME = Path(__file__).parents[1] / ".cache" / PACKAGE
FILES = ("ui.js", "sw.js")
INDEX = b"""<!doctype html><html><head><meta charset="utf-8"><script src="/ui.js"></script></head>
<body><replay-app-main></replay-app-main></body></html>"""
PIECE = 64 * 1024


def fetch() -> str:
    """Put the player's files into the cache, if they can be had; the word on how that went."""
    if all((HOME / name).exists() for name in FILES):
        return f"{PACKAGE} is in {HOME.parent.name}/"
    if shutil.which("npm") is None:
        return f"npm is missing, and so is {PACKAGE}: tests of WACZ files in a browser are skipped"
    with TemporaryDirectory() as directory:
        command = ["npm", "pack", "--silent", PACKAGE]
        subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, check=True)
        (packed,) = Path(directory).glob("*.tgz")
        content = packed.read_bytes()
        found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        if found != INTEGRITY:
            raise SystemExit(f"{PACKAGE} is not what it was: {found}")
        unpack(packed)
    return f"{PACKAGE} was put into {HOME.parent.name}/"


def unpack(packed: Path) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    with tarfile.open(packed) as archive:
        for name in FILES:
            member = archive.extractfile(f"package/{name}")
            assert member is not None
            draft = HOME / f"{name}.{os.getpid()}"
            draft.write_bytes(member.read())
            draft.replace(HOME / name)


class Handler(BaseHTTPRequestHandler):
    """The player's two scripts, a page around them, and one WACZ by byte ranges."""

    protocol_version = "HTTP/1.1"
    wacz: Path

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/archive.wacz":
            self._send_ranges()
        elif path == "/":
            self._send(200, "text/html", INDEX)
        elif path[1:] in FILES:
            self._send(200, "text/javascript", (HOME / path[1:]).read_bytes())
        else:
            self._send(404, "text/plain", b"")

    do_HEAD = do_GET

    def _send_ranges(self) -> None:
        size, status, extra = self.wacz.stat().st_size, 200, {"Accept-Ranges": "bytes"}
        first, last = 0, size - 1
        if wanted := re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", "")):
            status = 206
            first = int(wanted[1] or max(0, size - int(wanted[2])))
            last = min(int(wanted[2] or last), last) if wanted[1] else last
            extra["Content-Range"] = f"bytes {first}-{last}/{size}"
        with self.wacz.open("rb") as file:
            file.seek(first)
            self._send(status, "application/wacz", file.read(last + 1 - first), extra)

    def _send(
        self, status: int, kind: str, body: bytes, extra: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(extra or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(wacz: Path) -> Iterator[str]:
    """The address of a server on loopback that has the player and this WACZ."""
    handler = type("WaczHandler", (Handler,), {"wacz": wacz})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Player:
    """ReplayWeb.page with a WACZ in a browser."""

    base: str
    page: Page

    @property
    def listed(self) -> Locator:
        """The URLs of the pages in the list."""
        return self.page.locator("wr-page-entry .page-url")

    def list_pages(self) -> None:
        self.page.goto(f"{self.base}/?source={self.base}/archive.wacz#view=pages")
        self.listed.first.wait_for()

    def search(self, words: str) -> None:
        """Type words into the search over the pages; what is found is then listed."""
        self.page.get_by_placeholder("Search by Page URL, Title, or Text").fill(words)

    def open(self, url: str, timestamp: str) -> Frame:
        """The capture of this second, or the one that the player goes to instead."""
        self.page.goto("about:blank")
        where = f"#view=pages&url={quote(url, safe='')}&ts={timestamp}"
        self.page.goto(f"{self.base}/?source={self.base}/archive.wacz{where}")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for frame in self.page.frames:
                if frame.url.endswith(f"mp_/{url}"):
                    frame.wait_for_load_state("load")
                    return frame
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{url} is not replayed: {[frame.url for frame in self.page.frames]}")


@contextmanager
def playing(wacz: Path) -> Iterator[Player]:
    """The player over a WACZ; the test is skipped where it or a browser is missing."""
    for there, missing in (
        (CHROMIUM, "no chromium found: apt install chromium fonts-noto-core"),
        (all((HOME / name).exists() for name in FILES), f"no {PACKAGE}: make player (needs npm)"),
    ):
        if not there:
            pytest.fail(missing) if BROWSER_NEEDED else pytest.skip(missing)
    with served(wacz) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*BROWSER_OPTIONS])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        yield Player(base, page)
        browser.close()


if __name__ == "__main__":
    print(fetch(), file=sys.stderr)
