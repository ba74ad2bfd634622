"""The runs after the first: they ask for little, add little, and miss nothing that happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from archive import Catalog, Collection
from archive.answers import Entry
from tests.cli import answer
from tests.practice import PracticeWeb

ARTICLES = 120


class Web:
    """Five sites and the collection that they are crawled into."""

    def __init__(self, web: PracticeWeb, path: Path) -> None:
        self.web, self.path = web, path
        self.first = self.crawl()

    def crawl(self, days: float = 0) -> dict[str, Any]:
        """One night of all sites: its runs summed up, and the requests that the servers saw."""
        before = len(self.web.log)
        ats = [
            f"--at={name}={url}"
            for name, site in self.web.sites.items()
            for url in (site.start, *site.hosts[1:])
        ]
        where = f"--collection={self.path}"
        runs = answer("crawl", "--all", *ats, "--delay=0", where, days=days)
        names = {name for run in runs for name in run["counts"]}
        totals = {name: sum(run["counts"].get(name, 0) for run in runs) for name in names}
        return totals | {"requests": len(self.web.log) - before}

    def entries(self) -> dict[str, Entry]:
        with Catalog(Collection.open(self.path).catalog_path) as catalog:
            return {entry.url: entry for entry in catalog.articles()}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with ExitStack() as serving:
        practice = serving.enter_context(PracticeWeb(seed=31, articles=ARTICLES))
        yield Web(practice, tmp_path_factory.mktemp("second") / "c")


def test_a_run_over_what_did_not_change(web: Web) -> None:
    """It asks for lists and what is due only: at most 5 % of the first run's requests and less than
    3 % of its bytes; it finds no change.
    """
    web.web.next_night()
    second = web.crawl()
    assert second["requests"] <= 0.05 * web.first["requests"]
    assert second["bytes_written"] < 0.03 * web.first["bytes_written"]
    assert not [
        name
        for name in ("new", "changed", "metadata", "orthography", "gone", "missing")
        if second.get(name)
    ]


def test_what_happened_is_found(web: Web) -> None:
    """A night later every edited, new and vanished article is found; what has vanished is believed
    gone another night later, with the time at which it was seen last.
    """
    web.web.next_night()
    changes: dict[str, set[str]] = {"changed": set(), "new": set(), "gone": set()}
    for name, site in web.web.sites.items():
        for story in (site.articles[2], site.articles[40], site.articles[-3]):
            changes["changed"].add(web.web.edit(name, story.id).url)
        for story in (site.articles[7], site.articles[-9]):
            web.web.remove(name, story.id)
            changes["gone"].add(story.url)
        changes["new"] |= {web.web.add(name).url for _ in range(3)}
    before = web.entries()
    night = web.crawl(days=1)
    after = web.entries()
    assert {url for url, entry in after.items() if entry.change == "changed"} == changes["changed"]
    assert after.keys() - before.keys() == changes["new"]
    assert night["missing"] == len(changes["gone"])
    web.crawl(days=2)
    gone = {url: entry for url, entry in web.entries().items() if entry.gone_at}
    assert gone.keys() == changes["gone"]
    assert {url: entry.last_seen for url, entry in gone.items()} == {
        url: before[url].last_seen for url in gone
    }
