"""`tinhuy serve`: the collection's pages through pywb, in a real browser, from nowhere else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Frame, sync_playwright

from archive import Catalog, Collection
from archive.answers import Entry
from crawler.serve import CannotServe, serving
from tests.cli import answer
from tests.practice import PracticeWeb, Truth

SITE = "baohatinh"
CHROMIUM = shutil.which("chromium")
BROWSER_NEEDED = os.environ.get("CI") == "true" or "REQUIRE_BROWSER" in os.environ
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
BORDER = """accent => {
    const page = getComputedStyle(document.body);
    const sample = document.body.appendChild(document.createElement("p"));
    sample.style.color = accent;
    return {
        width: page.borderTopWidth,
        color: page.borderTopColor,
        accent: getComputedStyle(sample).color,
    };
}"""
"""The bar that the practice web's style sheet puts above every page, and the colour it should have
as the browser spells it."""


@dataclass(frozen=True)
class Kept:
    """A small collection whose site is no longer served, and what that site was."""

    path: Path
    entries: dict[str, Entry]
    truths: dict[str, Truth]
    accent: str

    @property
    def illustrated(self) -> Entry:
        """An article with a picture."""
        return next(self.entries[url] for url, truth in self.truths.items() if truth.pictures)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    path = tmp_path_factory.mktemp("serve") / "collection"
    with PracticeWeb(seed=5, articles=8, only=(SITE,), keep_bytes=False) as web:
        site = web.sites[SITE]
        answer("crawl", SITE, f"--at={site.url}", "--delay=0", f"--collection={path}")
        truths = {truth.url: truth for truth in site.articles}
    with Catalog(Collection.open(path).catalog_path) as catalog:
        entries = {entry.url: entry for entry in catalog.articles()}
    return Kept(path, entries, truths, site.accent)


def unused_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(path: Path) -> Iterator[dict[str, str]]:
    """`tinhuy serve` as a user starts it and ends it; the addresses that it prints, by name."""
    command = [sys.executable, "-m", "crawler.cli", "serve", f"--port={unused_port()}"]
    with subprocess.Popen(
        [*command, f"--collection={path}"], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline().split() for _ in range(2)]
        yield {line[0]: line[1] for line in lines}
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=30) == 0


def fetched(url: str) -> bytes:
    with build_opener(ProxyHandler({})).open(url, timeout=30) as response:
        content: bytes = response.read()
        return content


def test_a_replayed_page_looks_as_it_did(kept: Kept, tmp_path: Path) -> None:
    """Chromium shows a kept page with title, style and picture, and asks nobody but pywb."""
    if CHROMIUM is None:
        missing = "no chromium found: apt install chromium fonts-noto-core"
        pytest.fail(missing) if BROWSER_NEEDED else pytest.skip(missing)
    entry = kept.illustrated
    assert entry.article.capture is not None
    with served(kept.path) as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*BROWSER_OPTIONS])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        base = addresses["calendar"]
        page.goto(f"{base}{entry.article.capture.timestamp}/{entry.url}", wait_until="networkidle")
        replayed = page.frame("replay_iframe")
        assert replayed is not None
        page.screenshot(path=tmp_path / "replayed.png")
        check_looks(replayed, entry, kept)
        browser.close()
    here = urlsplit(base).netloc
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {here}
    assert (tmp_path / "replayed.png").stat().st_size > 10_000


def check_looks(replayed: Frame, entry: Entry, kept: Kept) -> None:
    """The title is visible, the style sheet is applied, and every picture has arrived."""
    assert replayed.get_by_text(entry.article.title, exact=True).first.is_visible()
    border = replayed.evaluate(BORDER, kept.accent)
    assert border["width"] == "8px"
    assert border["color"] == border["accent"]
    pictures = replayed.evaluate(
        "[...document.images].map(image => [image.src, image.complete && image.naturalWidth])"
    )
    own = [Path(urlsplit(url).path).name for url in kept.truths[entry.url].pictures]
    widths = {Path(urlsplit(src).path).name: width for src, width in pictures}
    assert own
    assert all(widths[name] > 0 for name in own), widths


def test_the_example_that_is_printed_opens(kept: Kept) -> None:
    """Both addresses that `tinhuy serve` prints answer."""
    with served(kept.path) as addresses:
        assert set(addresses) == {"calendar", "example"}
        for address in addresses.values():
            assert b"<html" in fetched(address).lower()


def test_every_article_is_served_as_it_was_kept(kept: Kept) -> None:
    """The raw replay of each article is its page, never its clean text."""
    collection = Collection.open(kept.path)
    with serving(collection, unused_port()) as server:
        for entry in kept.entries.values():
            capture = entry.article.capture
            assert capture is not None
            raw = fetched(f"{server.home}{capture.timestamp}id_/{capture.url}")
            assert raw == collection.read(capture).content()


def test_the_server_ends_with_the_program(kept: Kept) -> None:
    """After a SIGTERM nothing listens on the port any longer."""
    port = unused_port()
    command = [sys.executable, "-m", "crawler.cli", "serve", f"--port={port}"]
    with subprocess.Popen(
        [*command, f"--collection={kept.path}"], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("calendar")
        program.terminate()
        assert program.wait(timeout=30) == 0
    with closing(socket.socket()) as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_port_that_is_taken(kept: Kept) -> None:
    """A port that something else listens on is told, with the option that names another."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(CannotServe, match="--port"),
            serving(Collection.open(kept.path), taken.getsockname()[1]),
        ):
            pass


def test_pywb_that_is_not_installed(kept: Kept, tmp_path: Path) -> None:
    """Without pywb the error names the command that installs it."""
    with (
        pytest.raises(CannotServe, match="make replay-env"),
        serving(Collection.open(kept.path), unused_port(), tmp_path / ".venv-replay"),
    ):
        pass
