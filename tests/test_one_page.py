"""One page that the crawler cannot take holds up nothing of its site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archive import Catalog, Collection
from tests.practice import PracticeWeb

BROKEN = """
import sys
from crawler.cli.app import run
from spiders.chodon import ChodonSpider

class_of = ChodonSpider._made_of

def made_of(self, response):
    if sys.argv[1] in response.url:
        raise ZeroDivisionError(response.url)
    yield from class_of(self, response)

ChodonSpider._made_of = made_of
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("path", ["/page/2/", "/feed/", "-"])
def test_an_error_of_ours_ends_no_crawl(path: str, tmp_path: Path) -> None:
    """A page at which our own code fails (a list, a feed, every article) is told of as our error;
    all else is asked for, and the run ends by itself.
    """
    with PracticeWeb(seed=51, articles=14, only=("chodon",)) as web:
        site = web.sites["chodon"]
        where = f"--collection={tmp_path / 'c'}"
        words = ["crawl", "chodon", f"--at={site.start}", "--delay=0", where]
        command = [sys.executable, "-c", BROKEN, path, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        targets = {hit.target for hit in web.hits("chodon")}
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert {site.path(story) for story in site.stories.values()} <= targets
    if path != "-":
        with Catalog(Collection.open(tmp_path / "c").catalog_path) as catalog:
            assert len(list(catalog.articles())) == len(site.articles)
