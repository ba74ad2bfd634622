"""A whole history within a budget: so many pages a night, and every night further."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from archive import Catalog, Collection
from tests.cli import answer
from tests.practice import PracticeWeb

BUDGET = 15
NIGHTS = 12


def test_a_budget_brings_articles_every_night(tmp_path: Path) -> None:
    """With a limit on pages smaller than the number of list pages, every night archives articles,
    and in some nights the site is whole; no night asks for more than it may.
    """
    with PracticeWeb(seed=61, articles=60, only=("travinh",)) as web:
        site = web.sites["travinh"]
        words = ("crawl", "travinh", f"--at={site.start}", "--delay=0", f"--max-pages={BUDGET}")
        have = [0]
        while have[-1] < len(site.articles) and len(have) <= NIGHTS:
            code = 11 if len(have) == 1 else None
            (run,) = answer(*words, f"--collection={tmp_path / 'c'}", days=len(have) - 1, code=code)
            assert run["counts"]["asked"] <= BUDGET
            with Catalog(Collection.open(tmp_path / "c").catalog_path) as catalog:
                have.append(len(list(catalog.articles())))
    assert have[-1] == len(site.articles), have
    assert all(after > before for before, after in pairwise(have)), have
