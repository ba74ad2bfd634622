"""When an article is believed gone: not at once, and never because its whole site is in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import Catalog, Collection
from tests.cli import answer
from tests.practice import PracticeWeb, Quirks

SITE = "chodon"


class Site:
    def __init__(self, web: PracticeWeb, path: Path) -> None:
        self.web, self.path, self.site = web, path, web.sites[SITE]
        self.crawl(0)

    def crawl(self, days: float, code: int = 0) -> dict[str, Any]:
        words = ("crawl", SITE, f"--at={self.site.start}", "--delay=0", "--refresh")
        (run,) = answer(*words, f"--collection={self.path}", days=days, code=code)
        return dict(run)

    def gone(self) -> set[str]:
        with Catalog(Collection.open(self.path).catalog_path) as catalog:
            return {entry.url for entry in catalog.articles() if entry.gone_at}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with PracticeWeb(seed=41, articles=14, only=(SITE,)) as web:
        yield Site(web, tmp_path / "c")


def test_what_comes_back_was_never_gone(site: Site) -> None:
    """An article that is missed on one night and there on the next has not been gone."""
    lost = site.site.articles[4]
    story = site.site.stories[lost.id]
    site.web.remove(SITE, lost.id)
    assert site.crawl(1)["counts"]["missing"] == 1
    del site.site.removed[lost.id]
    site.site.put(story)
    assert "missing" not in site.crawl(2)["counts"]
    site.web.remove(SITE, lost.id)
    assert site.crawl(3)["counts"]["missing"] == 1
    assert site.gone() == set()
    site.crawl(3.1)
    assert site.gone() == set()
    assert site.crawl(4)["counts"]["gone"] == 1
    assert site.gone() == {lost.url}


def test_a_host_that_redirects_everything_has_lost_nothing(site: Site) -> None:
    """When every page leads home, night after night, that is told of the site and of no article."""
    site.web.quirks[SITE] = Quirks(everything_home=True)
    for night in (1, 2, 3):
        run = site.crawl(night, code=14)
        assert run["outcome"] == "moved"
        assert "missing" not in run["counts"]
    assert site.gone() == set()


def test_what_redirects_to_the_front_page_is_missed_too(site: Site) -> None:
    """An article that leads to the front page is missing and then gone, as with a 404."""
    lost = site.site.articles[3]
    site.site.moved_home = frozenset({lost.id})
    assert site.crawl(1)["counts"]["missing"] == 1
    assert site.crawl(2)["counts"]["gone"] == 1
    assert site.gone() == {lost.url}
