"""Whole pages: what a browser asks for on the live page is there when the page is replayed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Response, sync_playwright

from archive import Catalog, Collection
from crawler.serve import serving
from tests.cli import answer
from tests.practice import PracticeWeb
from tests.test_serve import BROWSER_NEEDED, BROWSER_OPTIONS, CHROMIUM, unused_port

SITES = ("baohatinh", "baodongthap", "chodon", "dongthap_portal", "travinh")


@dataclass(frozen=True)
class Shown:
    """By site: the article that was opened, its capture, and what the live page was made of."""

    path: Path
    pages: dict[str, tuple[str, str, frozenset[str]]]


def loaded(browser: Browser, url: str) -> frozenset[str]:
    """The paths of what came when a browser opened a page and read it through; media in ranges."""
    page, came = browser.new_page(), list[Response]()
    page.on("response", lambda response: came.append(response))
    page.goto(url, wait_until="networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    page.close()
    urls = [response.url for response in came if response.status in (200, 206)]
    return frozenset(urlsplit(url.rpartition("_/")[2] or url).path for url in urls)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing = "no chromium found: apt install chromium fonts-noto-core"
        pytest.fail(missing) if BROWSER_NEEDED else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*BROWSER_OPTIONS])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    path = tmp_path_factory.mktemp("furnished") / "collection"
    pages = {}
    with PracticeWeb(seed=11, articles=4, only=SITES, keep_bytes=False) as web:
        at = [f"--at={name}={host}" for name, site in web.sites.items() for host in site.hosts]
        answer("crawl", *SITES, *at, "--delay=0", f"--collection={path}")
        with Catalog(Collection.open(path).catalog_path) as catalog:
            for name, site in web.sites.items():
                pictured = {truth.url for truth in site.articles if truth.pictures}
                entry = next(e for e in catalog.articles(name) if e.url in pictured)
                assert entry.article.capture is not None
                when = entry.article.capture.timestamp
                live = entry.article.capture.url
                pages[name] = live, when, loaded(browser, live)
    return Shown(path, pages)


def test_a_replayed_page_lacks_nothing(shown: Shown, browser: Browser) -> None:
    """On a page of each system nothing is missing in the replay that the live page had."""
    with serving(Collection.open(shown.path), unused_port()) as server:
        for name, (url, when, live) in shown.pages.items():
            replayed = loaded(browser, f"{server.home}{when}mp_/{url}")
            assert len(live) > 2, name
            assert live - replayed == frozenset(), name
