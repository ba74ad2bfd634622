"""Whole crawls of a site that misbehaves: what is lost is told, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive import Catalog, Collection
from tests.cli import answer
from tests.practice import PracticeWeb, Quirks

Crawl = Callable[..., dict[str, Any]]


@pytest.fixture
def crawl(tmp_path: Path) -> Crawl:
    """Crawl one site of a small practice web with these quirks; the run, and what is known then."""

    def crawl(quirks: Quirks, code: int, site: str = "baohatinh") -> dict[str, Any]:
        with PracticeWeb(seed=7, articles=8, only=(site,)) as web:
            web.quirks[site] = quirks
            at = f"--at={web.sites[site].start}"
            where = f"--collection={tmp_path / 'collection'}"
            (run,) = answer("crawl", site, at, "--delay=0", where, code=code)
            truths = {truth.url for truth in web.sites[site].articles}
        with Catalog(Collection.open(tmp_path / "collection").catalog_path) as catalog:
            known = {entry.url for entry in catalog.articles()}
        return {"run": run, "truths": truths, "known": known}

    return crawl


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(mislabelled_gzip=True),
        Quirks(wrong_charset=True),
        Quirks(robots="404"),
        Quirks(robots="html"),
        Quirks(ignore_conditions=True),
        Quirks(delay=0.02),
    ],
    ids=str,
)
def test_what_a_browser_can_read_is_read(crawl: Crawl, quirks: Quirks) -> None:
    """False gzip, a false charset, a strange robots.txt or slowness hide no article."""
    found = crawl(quirks, code=0)
    assert found["run"]["outcome"] == "ok"
    assert found["known"] == found["truths"]


def test_errors_that_pass_cost_nothing(crawl: Crawl) -> None:
    """A site that answers 500 to every fifth request is read whole, by asking again."""
    found = crawl(Quirks(error_every=5), code=0)
    assert found["known"] == found["truths"]


@pytest.mark.parametrize("refusal", ["403", "429", "503"])
def test_refusal_is_called_refusal(crawl: Crawl, refusal: Any) -> None:
    """A site that answers every request with 403, 429 or 503 has blocked us, and the run tells."""
    found = crawl(Quirks(refusal=refusal), code=13)
    assert found["run"]["outcome"] == "blocked"
    assert found["known"] == set()


def test_a_site_that_sends_all_pages_home_has_moved(crawl: Crawl) -> None:
    """Pages that redirect to the front page are not read, and the run says where they lead."""
    found = crawl(Quirks(everything_home=True), code=14)
    assert found["known"] == set()
    assert found["run"]["outcome"] == "moved"
    assert "lead to http://127.0.0.1:" in found["run"]["reason"]


def test_redirects_in_circles_make_no_article(crawl: Crawl) -> None:
    """Articles that redirect to themselves are not read, and none is known."""
    assert crawl(Quirks(redirect_loop=True), code=10)["known"] == set()


def test_a_wall_with_status_200_is_a_refusal(crawl: Crawl) -> None:
    """An excuse with status 200 under every address is told as refusal."""
    found = crawl(Quirks(refusal="page"), code=13)
    assert found["known"] == set()
    assert "refuses us" in found["run"]["reason"]


def test_a_captcha_at_the_front_is_told(crawl: Crawl) -> None:
    """A front page that asks for a captcha is told, though articles are found by other ways."""
    found = crawl(Quirks(refusal="captcha"), code=11)
    assert found["known"] == found["truths"]
    assert "human" in found["run"]["reason"]


def test_a_robots_txt_that_cannot_be_had_is_why(crawl: Crawl) -> None:
    """A site whose robots.txt answers 503 is left alone, and the run says that it was so."""
    found = crawl(Quirks(robots="503"), code=12)
    assert "robots.txt" in found["run"]["reason"]
    assert "503" in found["run"]["reason"]
