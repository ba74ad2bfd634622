"""The proof of the whole: crawl, compare every byte, crawl again, replay, delete, rebuild.

One practice web and one collection serve all tests of this file, which run in their order: each
begins where the one before has left the river.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive import Catalog, Change, Collection
from archive.answers import Entry
from archive.catalog import dump
from archive.reader import iter_records, open_record
from archive.record import bare
from crawler.session import newest_model
from tests.cli import answer
from tests.practice import PracticeWeb, Truth
from tests.scoring import foreign_lines, mean_f1, score

SEED = int(os.environ.get("PRACTICE_SEED", random.randrange(10**6)))
ARTICLES = 41
ENTERED = {"load more": 24}
"""Traps that a crawl must enter to find everything, and how often at most: 4 lists of 41 articles,
6 to a part, have at most 16 parts and one repeated end each."""


@dataclass
class River:
    web: PracticeWeb
    serving: ExitStack
    path: Path

    @property
    def collection(self) -> Collection:
        return Collection.open(self.path)

    def crawl(self, *options: str, days: int = 0) -> dict[str, Any]:
        ats = [
            f"--at={name}={url}"
            for name, site in self.web.sites.items()
            for url in (site.start, *site.hosts[1:])
        ]
        runs = answer(
            "crawl", "--all", *ats, "--delay=0", f"--collection={self.path}", *options, days=days
        )
        return {run["site"]: run for run in runs}

    def entries(self) -> dict[str, Entry]:
        with Catalog(self.collection.catalog_path) as catalog:
            return {entry.url: entry for entry in catalog.articles()}

    def truths(self) -> dict[str, Truth]:
        return {t.url: t for site in self.web.sites.values() for t in site.articles}


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> Iterator[River]:
    print(f"practice web of seed {SEED} (PRACTICE_SEED={SEED} makes it again)")
    with ExitStack() as serving:
        web = serving.enter_context(PracticeWeb(seed=SEED, articles=ARTICLES))
        yield River(web, serving, tmp_path_factory.mktemp("river") / "collection")


def test_a_crawl_ends_well(river: River) -> None:
    """Five sites are crawled in one command, and every run says ok."""
    runs = river.crawl()
    assert {name: run["outcome"] for name, run in runs.items()} == dict.fromkeys(
        river.web.sites, "ok"
    )


def test_every_article_is_found_once(river: River) -> None:
    """The catalog holds exactly the articles of the practice web: no listing, no double, no gap."""
    assert river.entries().keys() == river.truths().keys()


def test_forbidden_addresses_and_traps(river: River) -> None:
    """No URL that robots.txt forbids is fetched, and no trap is entered beyond its bound."""
    for name, site in river.web.sites.items():
        targets = [hit.target for hit in river.web.hits(name)]
        assert not [t for t in targets if t.startswith(tuple(site.forbidden))]
        for trap, pattern in river.web.traps(name).items():
            entered = [t for t in targets if re.search(pattern, t)]
            assert len(entered) <= ENTERED.get(trap, 0), (name, trap, entered[:5])


def test_no_address_is_asked_for_twice(river: River) -> None:
    """A run asks for each address once on each host."""
    asked = Counter(
        (hit.host, hit.method, hit.target) for hit in river.web.log if hit.method == "GET"
    )
    assert [key for key, count in asked.items() if count > 1 and "robots.txt" not in key[2]] == []


def test_stored_bytes_are_the_bytes_that_crossed_the_wire(river: River) -> None:
    """Every request and response block equals what the server received and sent, one for one."""
    sent = Counter((hit.received, hit.sent) for hit in river.web.log)
    assert stored_exchanges(river.collection) == sent


def test_the_crawl_log_tells_of_every_exchange(river: River) -> None:
    """Each exchange has its line, with the place where it stands; what robots.txt forbids has a
    line with that reason, and no record.
    """
    lines = [
        json.loads(line)
        for path in river.collection.logs_dir.iterdir()
        for line in path.read_text().splitlines()
    ]
    kept = [line for line in lines if "record_id" in line]
    assert len(kept) == len(river.web.log)
    for line in kept:
        with open_record(river.collection.file(line["filename"]), line["offset"]) as record:
            assert (record.record_id, record.target_uri) == (line["record_id"], line["url"])
    refused = {line["refused"] for line in lines if "refused" in line}
    assert "robots.txt" in refused
    assert any(reason.startswith("trap: ") for reason in refused)


def stored_exchanges(collection: Collection) -> Counter[tuple[bytes, bytes]]:
    """(request, response) blocks; a revisit's response is its head and its original's body."""
    requests: dict[str, bytes] = {}
    responses: dict[str, tuple[str, bytes]] = {}
    bodies: dict[str, bytes] = {}
    for path in sorted(collection.archive_dir.glob("*.warc.gz")):
        for record in iter_records(path):
            block, digest = record.block.read(), record.get("WARC-Payload-Digest") or ""
            if record.type == "request":
                requests[bare(record.get("WARC-Concurrent-To"))] = block
            elif record.type == "response":
                responses[record.record_id] = ("", block)
                bodies[digest] = block.partition(b"\r\n\r\n")[2]
            elif record.type == "revisit":
                responses[record.record_id] = (digest, block)
    return Counter(
        (requests[key], block + bodies.get(original, b""))
        for key, (original, block) in responses.items()
    )


def test_texts_are_read_right(river: River) -> None:
    """The mean F1 of the bodies is at least .985 and no line of furniture is in any of them."""
    truths, entries = river.truths(), river.entries()
    scores = []
    for url, truth in truths.items():
        article = entries[url].article
        scores.append(score(article.text, truth.text, truth.captions))
        assert foreign_lines(article.text.split("\n\n"), truth.text) == [], url
    assert mean_f1(scores) >= 0.985


def test_the_seed_texts_are_read_exactly(river: River) -> None:
    """What should have been read from the five real articles is read, word for word."""
    seeds = [truth for truth in river.truths().values() if truth.seed_file]
    if not seeds:
        pytest.skip("shared/seeds not found: seed texts skipped")
    entries = river.entries()
    assert len(seeds) == 5
    for truth in seeds:
        article = entries[truth.url].article
        assert article.text == truth.text
        assert article.captions == truth.captions


def test_authors_and_dates_are_read_right(river: River) -> None:
    """Authors and dates are right on 98 of 100 pages, and no date is a wrong one."""
    truths, entries = river.truths(), river.entries()
    articles = {url: entries[url].article for url in truths}
    authors = [articles[url].author == truth.author for url, truth in truths.items()]
    assert sum(authors) / len(authors) >= 0.98
    for field in ("published", "updated"):
        read = {url: getattr(article, field) for url, article in articles.items()}
        shown = {url: getattr(truth, field) for url, truth in truths.items()}
        assert {url: day for url, day in read.items() if day and day != shown[url]} == {}
        assert sum(read[url] == shown[url] for url in shown) / len(shown) >= 0.98


@pytest.mark.parametrize("field", ["title", "lead", "captions", "section", "previous", "next"])
def test_other_fields_are_read_right(river: River, field: str) -> None:
    """Title, lead, captions, section and neighbours are those of the page on 98 of 100 pages."""
    truths, entries = river.truths(), river.entries()
    wrong = [
        (url, getattr(entries[url].article, field), getattr(truth, field))
        for url, truth in truths.items()
        if plain(getattr(entries[url].article, field)) != plain(getattr(truth, field))
    ]
    assert len(wrong) <= 0.02 * len(truths), wrong[:3]


def plain(value: Any) -> Any:
    return value.title if hasattr(value, "title") and not isinstance(value, str) else value


def test_no_furniture_is_in_any_text(river: River) -> None:
    """No line of a counter, clock, menu or list that the page injected is a line of its text."""
    for url, entry in river.entries().items():
        truth = river.truths()[url]
        furniture = set(river.web.sites[entry.site].furniture(truth.id)) - set(truth.body)
        paragraphs = (entry.article.text or "").split("\n\n")
        assert not furniture & {*paragraphs, entry.article.lead}, url


def test_what_a_run_learns_the_next_one_knows(river: River) -> None:
    """A run leaves a model of each site that knows all its articles and where their text stands;
    it read none of them by it."""
    with Catalog(river.collection.catalog_path) as catalog:
        for name, site in river.web.sites.items():
            model = newest_model(catalog, name)
            assert {page.url for page in model.pages} == {truth.url for truth in site.articles}
            assert list(model.learned())
            assert {count / pages for _, count, pages in model.bodies().values()} == {1.0}
    assert {entry.article.extractor for entry in river.entries().values()} == {"tinhuy 2 rules"}


def test_the_next_night_changes_nothing(river: River) -> None:
    """Counters, clocks and lists that differ on every fetch make no article a changed one."""
    river.web.next_night()
    runs = river.crawl("--refresh")
    counts: Counter[str] = Counter()
    for run in runs.values():
        counts.update(run["counts"])
    assert counts["unchanged"] == len(river.truths())
    assert not [c for c in Change if c != Change.UNCHANGED and counts[c.value]]
    assert counts["bytes_saved"] > 0
    with Catalog(river.collection.catalog_path) as catalog:
        assert len(list(catalog.models())) == len(river.web.sites)


def test_edits_additions_and_removals_are_seen(river: River) -> None:
    """One digit edited, one article added and one removed on each site: exactly that is told, and
    of what was removed first that it is missing, and a night later that it is gone.
    """
    river.web.next_night()
    expected: dict[str, str] = {}
    gone: set[str] = set()
    for name, site in river.web.sites.items():
        edited, removed = site.articles[3], site.articles[5]
        river.web.edit(name, edited.id)
        river.web.remove(name, removed.id)
        expected |= {edited.url: "changed", river.web.add(name).url: "new"}
        gone.add(removed.url)
    before = river.entries()
    runs = river.crawl("--refresh", days=1)
    after = river.entries()
    told = {url: e.change.value for url, e in after.items() if state(e) != state(before.get(url))}
    assert told == expected
    assert {run["counts"]["missing"] for run in runs.values()} == {1}
    river.crawl(days=2)
    assert {url for url, entry in river.entries().items() if entry.gone_at} == gone


def state(entry: Entry | None) -> tuple[int, bool]:
    return (entry.versions, entry.gone_at is not None) if entry else (0, False)


def test_a_replay_reads_what_the_crawl_read(river: River) -> None:
    """With the server stopped, the same spiders over the collection read the same articles."""
    river.serving.close()
    for name in river.web.sites:
        report = answer("replay", name, f"--collection={river.path}")
        assert (report["different"], report["missing"], report["unexpected"]) == ([], [], [])
        assert report["same"] == len(river.web.sites[name].articles)


def test_what_is_derived_can_be_derived_again(river: River) -> None:
    """Indexes and catalog, deleted and rebuilt from the WARC files alone, are the same again."""
    collection = river.collection
    with Catalog(collection.catalog_path) as catalog:
        before = list(dump(catalog))
    indexes = {p.name: p.read_bytes() for p in collection.indexes_dir.glob("*.cdxj")}
    for path in river.path.iterdir():
        if path.is_dir() and path != collection.archive_dir:
            shutil.rmtree(path)
        elif path.is_file() and path.name != "collection.json":
            path.unlink()
    answer("rebuild", f"--collection={river.path}")
    with Catalog(collection.catalog_path) as catalog:
        assert list(dump(catalog)) == before
    assert {p.name: p.read_bytes() for p in collection.indexes_dir.glob("*.cdxj")} == indexes


def test_the_collection_is_sound(river: River) -> None:
    """After all this `tinhuy verify` finds nothing to complain of."""
    assert answer("verify", f"--collection={river.path}") == []
