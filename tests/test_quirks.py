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


@pytest.mark.parametrize(
    "quirks", [Quirks(everything_home=True), Quirks(redirect_loop=True)], ids=str
)
def test_redirects_home_or_in_circles_make_no_article(crawl: Crawl, quirks: Quirks) -> None:
    """Articles that redirect to the front page or to themselves are not read, and none is known."""
    found = crawl(quirks, code=10)
    assert found["known"] == set()
