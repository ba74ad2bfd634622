"""Pages that are read again by a better reader: what they say now, and what the site did.

A worse reader of before is made by writing readings of its own into the journal: the newest reading
of an article is then one that the reader of today does not give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import Article, Catalog, Change, Collection, Look
from archive.answers import Entry
from archive.writer import warc_date
from tests.cli import answer
from tests.practice import PracticeWeb

SITE = "travinh"
WORSE = "tinhuy 0 of before"


@dataclass(frozen=True)
class Night:
    """A practice site, and a collection that it is crawled into."""

    web: PracticeWeb
    path: Path

    def crawl(self, *options: str) -> dict[str, Any]:
        at = f"--at={self.web.sites[SITE].start}"
        [run] = answer("crawl", SITE, at, "--delay=0", f"--collection={self.path}", *options)
        return dict(run["counts"])

    def edit(self) -> str:
        """Change a digit of an article; its URL."""
        return self.web.edit(SITE, self.web.sites[SITE].articles[2].id).url

    def entries(self) -> list[Entry]:
        with Catalog(self.path / "catalog.sqlite3") as catalog:
            return list(catalog.articles())

    def changes(self, url: str) -> list[str]:
        with Catalog(self.path / "catalog.sqlite3") as catalog:
            return [one.change.value for one in catalog.versions(catalog.article(url))]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """The site as it was crawled in a first night."""
    with PracticeWeb(seed=7, articles=6) as web:
        made = Night(web, tmp_path / "c")
        made.crawl()
        yield made


def worse(article: Article) -> Article:
    """What a reader of before made of a page: it took a counter for text, and no author."""
    text = article.text + "\n\nLượt xem: 1024"
    return replace(article, text=text, author=None, extractor=WORSE)


def read_by_a_worse_reader(path: Path) -> list[Article]:
    """Let the newest readings of all articles be those of the worse reader."""
    collection = Collection.open(path)
    with (
        collection.recording(site=SITE, run_id="before") as recording,
        closing(Catalog(collection.catalog_path)) as catalog,
    ):
        read = [worse(entry.article) for entry in catalog.articles()]
        for article in read:
            assert article.capture
            look = Look(
                url=article.url,
                site=SITE,
                change=Change.REREAD,
                capture=article.capture,
                article=article,
                reread_at=warc_date(datetime.now(UTC)),
            )
            catalog.put(recording.convert(look))
        recording.close()
        catalog.note_files(recording.text_files)
    return read


def test_a_better_reader_is_no_edit_by_the_site(night: Night) -> None:
    """Articles that the site left alone are UNCHANGED to another reader: what the old captures
    say to it is kept as a reading again, and one that was edited is CHANGED all the same.
    """
    before = {entry.url: entry.article.text for entry in night.entries()}
    read_by_a_worse_reader(night.path)
    edited = night.edit()
    counts = night.crawl("--refresh")
    assert counts["reread"] == len(before)
    assert (counts["changed"], counts["unchanged"]) == (1, len(before) - 1)
    assert counts.get("metadata", 0) == counts.get("orthography", 0) == 0
    for entry in night.entries():
        expected = ["new", "reread", "reread"] + ["changed"] * (entry.url == edited)
        assert night.changes(entry.url) == expected
        assert "Lượt xem" not in entry.article.text
        if entry.url != edited:
            assert entry.article.text == before[entry.url]
    assert Counter(entry.change for entry in night.entries()) == {
        Change.UNCHANGED: len(before) - 1,
        Change.CHANGED: 1,
    }
    assert answer("verify", f"--collection={night.path}") == []


def test_an_edit_between_the_readers_is_seen_against_the_old_capture(night: Night) -> None:
    """The wording before an edit is the old capture's as the reader of today has it."""
    read_by_a_worse_reader(night.path)
    edited = night.edit()
    night.crawl("--refresh")
    with Catalog(night.path / "catalog.sqlite3") as catalog:
        *_, before, after = catalog.versions(catalog.article(edited))
    assert (before.change, after.change) == (Change.REREAD, Change.CHANGED)
    one, other = (set(version.article.text.split("\n\n")) for version in (before, after))
    assert len(one ^ other) == 2


@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_what_cannot_be_read_again_is_compared_as_it_was_read(night: Night, how: str) -> None:
    """Without its capture an old reading stands for itself, and the crawl goes on."""
    count = len(night.entries())
    read_by_a_worse_reader(night.path)
    collection = Collection.open(night.path)
    for path in collection.warcs():
        if how == "missing":
            path.unlink()
            continue
        data = bytearray(path.read_bytes())
        for entry in night.entries():
            if (capture := entry.article.capture) and capture.filename == path.name:
                data[capture.offset + 40 : capture.offset + 60] = bytes(20)
        path.write_bytes(data)
    counts = night.crawl("--refresh")
    assert (counts["changed"], counts.get("reread", 0)) == (count, 0)


def test_the_reader_of_today_reads_nothing_twice(night: Night) -> None:
    """Where reader and model are the same, an edit is an edit: no capture is read again."""
    edited = night.edit()
    counts = night.crawl("--refresh")
    assert (counts["changed"], counts.get("reread", 0)) == (1, 0)
    assert night.changes(edited) == ["new", "changed"]
