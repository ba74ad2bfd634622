"""Pages that are read again by a better reader: what they say now, and what the site did.

A worse reader of before is made by writing readings of its own into the journal: the newest reading
of an article is then one that the reader of today does not give.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive import Article, Capture, Catalog, Change, Collection, Look, StorageFailed
from archive.answers import Entry
from archive.catalog import dump
from archive.writer import warc_date
from crawler.reread import Rereading
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb
from tests.torture.child import run

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
    with PracticeWeb(seed=7, articles=6, only=(SITE,)) as web:
        made = Night(web, tmp_path / "c")
        made.crawl()
        yield made


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """The same, and read by a worse reader then; for tests that copy it."""
    with PracticeWeb(seed=7, articles=6, only=(SITE,)) as web:
        made = Night(web, tmp_path_factory.mktemp("first") / "c")
        made.crawl()
        read_by_a_worse_reader(made.path)
        yield made


@pytest.fixture
def stored(first_night: Night, tmp_path: Path) -> Night:
    """A copy of what was kept in the first night, read by a worse reader then."""
    shutil.copytree(first_night.path, tmp_path / "c")
    return replace(first_night, path=tmp_path / "c")


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


def test_an_edit_is_an_edit(night: Night) -> None:
    """Where the old capture says to the reader of today what it said then, nobody tells of it."""
    edited = night.edit()
    counts = night.crawl("--refresh")
    assert (counts["changed"], counts.get("reread", 0)) == (1, 0)
    assert night.changes(edited) == ["new", "changed"]


def reread(night: Night, *options: str, code: int = 0) -> dict[str, Any]:
    [report] = answer("reread", SITE, f"--collection={night.path}", *options, code=code)
    return dict(report)


def said(path: Path) -> list[str]:
    with Catalog(path / "catalog.sqlite3") as catalog:
        return list(dump(catalog))


def files(path: Path) -> dict[str, int]:
    return {one.name: one.stat().st_size for one in (path / "archive").iterdir()}


def test_a_dry_run_tells_and_writes_nothing(stored: Night) -> None:
    """What would change is counted by field, with examples; no file is written, nothing said."""
    count = len(stored.entries())
    before = said(stored.path), files(stored.path)
    report = reread(stored, "--dry-run")
    assert (report["read"], report["text"], report["same"]) == (count, count, 0)
    assert report["fields"]["text"] == {"gained": 0, "lost": 0, "changed": count}
    assert report["fields"]["author"] == {"gained": 4, "lost": 0, "changed": 0}
    assert 0 < report["distance"] < 0.2
    example = next(one for one in report["examples"] if one["what"] == "text")
    assert "Lượt xem: 1024" in example["before"]
    assert report["written"] == 0
    assert (said(stored.path), files(stored.path)) == before


def test_what_is_read_again_is_kept_as_such(stored: Night) -> None:
    """Better readings become versions of their own, the site is said to have done nothing, and a
    second pass finds nothing more to say.
    """
    count = len(stored.entries())
    seen = [(entry.url, entry.change, entry.last_seen, entry.gone_at) for entry in stored.entries()]
    report = reread(stored)
    assert report["written"] == report["text"] == count
    assert sum(entry.article.author is not None for entry in stored.entries()) == 4
    for entry in stored.entries():
        assert "Lượt xem" not in entry.article.text
        assert stored.changes(entry.url) == ["new", "reread", "reread"]
    told = [(entry.url, entry.change, entry.last_seen, entry.gone_at) for entry in stored.entries()]
    assert told == seen
    before = files(stored.path)
    again = reread(stored)
    assert (again["same"], again["written"], again["model"]) == (count, 0, report["model"])
    assert files(stored.path) == before
    assert answer("verify", f"--collection={stored.path}") == []


def test_a_rebuild_knows_what_was_read_again(stored: Night) -> None:
    """The catalog of a collection that was read again is the same after a rebuild."""
    reread(stored)
    before = said(stored.path)
    (stored.path / "catalog.sqlite3").unlink()
    assert tinhuy("rebuild", f"--collection={stored.path}").returncode == 0
    assert said(stored.path) == before


def test_every_version_is_read_again(night: Night) -> None:
    """Not only the newest capture of an article is read, but each that brought a reading; since a
    day, only those from then on.
    """
    edited = night.edit()
    night.crawl("--refresh")
    read_by_a_worse_reader(night.path)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert reread(night, "--dry-run", f"--since={later}")["read"] == 0
    report = reread(night, "--since=2020-01-01")
    assert report["read"] == len(night.entries()) + 1
    assert night.changes(edited)[-2:] == ["reread", "reread"]


def forgotten(night: Night) -> list[str]:
    """Let nothing have been read of what was captured; the URLs of the articles that it has."""
    urls = [entry.url for entry in night.entries()]
    collection = Collection.open(night.path)
    with Catalog(collection.catalog_path) as catalog:
        runs = catalog.runs()
    for path in collection.warcs(text=True):
        path.unlink()
    with collection.recording(site=SITE, run_id="forgotten") as recording:
        for run in runs:
            recording.finish(run)
    assert tinhuy("rebuild", f"--collection={night.path}").returncode == 0
    assert night.entries() == []
    return urls


def rebuilt(path: Path) -> list[str]:
    (path / "catalog.sqlite3").unlink()
    assert tinhuy("rebuild", f"--collection={path}").returncode == 0
    return said(path)


def test_an_article_that_no_reader_had_found(night: Night) -> None:
    """An article in a capture that was not read as one is found by reading again, as of then."""
    urls = forgotten(night)
    report = reread(night)
    assert report["found"] == report["written"] == len(urls)
    assert [entry.url for entry in night.entries()] == urls
    assert {entry.change for entry in night.entries()} == {Change.NEW}
    before = said(night.path)
    tinhuy("rebuild", f"--collection={night.path}")
    assert said(night.path) == before
    assert reread(night)["written"] == 0


def test_an_older_capture_is_found_last(night: Night) -> None:
    """A capture that is found after a newer one of its article is the article's first: a rebuild
    says the same, nothing is lost, and the next pass finds nothing more.
    """
    time.sleep(1.1)
    second = datetime.now(UTC)
    edited = night.edit()
    night.crawl("--refresh")
    urls = forgotten(night)
    assert reread(night, f"--since={second.isoformat()}")["written"] == len(urls)
    assert reread(night)["written"] == len(urls)
    for entry in night.entries():
        assert (entry.looks, entry.first_seen < warc_date(second)) == (2, True)
        assert (night.changes(entry.url)[0], entry.gone_at) == ("new", None)
    assert len(night.changes(edited)) == 2
    before = said(night.path)
    assert rebuilt(night.path) == before
    assert reread(night)["written"] == 0


def test_a_model_is_on_the_disk_before_the_catalog_tells_of_it(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that the disk did not take, at its first sync, is in no catalog."""
    forgotten(night)
    reread(night)  # a model is learned from readings: of these by the next pass
    real = os.fsync

    def refusing(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    def passed() -> None:
        with Rereading(Collection.open(night.path), SITE) as again:
            assert again.read().model
            monkeypatch.setattr(os, "fsync", refusing)
            again.keep()

    with pytest.raises(StorageFailed):
        passed()
    monkeypatch.undo()
    with Catalog(night.path / "catalog.sqlite3") as catalog:
        assert catalog.model(SITE) is None


def test_a_damaged_capture_is_told(stored: Night) -> None:
    """A capture that cannot be read is told of, with exit code 6, and the others are read."""
    capture = stored.entries()[0].article.capture
    assert capture
    path = Collection.open(stored.path).file(capture.filename)
    data = bytearray(path.read_bytes())
    data[capture.offset + 40 : capture.offset + 60] = bytes(20)
    path.write_bytes(data)
    report = reread(stored, code=6)
    assert (report["unreadable"], report["text"]) == (1, len(stored.entries()) - 1)


def test_a_site_that_is_being_crawled(stored: Night) -> None:
    """While a run has the site nothing is read again but for a look: the site is locked."""
    collection = Collection.open(stored.path)
    with collection.recording(site=SITE, run_id="r"):
        done = tinhuy("reread", SITE, f"--collection={stored.path}")
        assert (done.returncode, len(done.stderr.splitlines())) == (5, 1)
        assert reread(stored, "--dry-run")["read"] == len(stored.entries())


def test_a_site_that_is_unknown(night: Night) -> None:
    """A site that is neither in the list nor in the collection is told in one line."""
    done = tinhuy("reread", "nowhere", f"--collection={night.path}")
    assert done.returncode == 3
    assert done.stderr.startswith("tinhuy: no site is called 'nowhere'")


def test_workers_read_as_one_does(stored: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes with some captures each say the same of a site as one with all of them."""
    collection, told = Collection.open(stored.path), list[tuple[str, int, int]]()
    with Rereading(collection, SITE, dry_run=True, workers=1) as alone:
        expected = alone.read()
    monkeypatch.setattr("crawler.reread.CAPTURES", 2)
    with Rereading(collection, SITE, dry_run=True, workers=2) as parted:
        assert parted.read(lambda *done: told.append(done)) == expected
    count = len(stored.entries())
    assert [one for one in told if one[0] == "learning"][-1] == ("learning", count, count)
    assert [done for what, done, total in told if what == "reading"] == list(range(2, count + 1, 2))
    assert {total for what, _, total in told if what == "reading"} == {count}


class Walked(Collection):
    """A collection that counts how often the indexes of a site are walked."""

    walks = 0

    def captures_of(self, site: str) -> Iterator[Capture]:
        self.walks += 1
        return super().captures_of(site)


def test_indexes_are_walked_once(night: Night) -> None:
    """A pass finds the captures that were not read, and how many they are, in one walk."""
    urls, collection = forgotten(night), Walked(night.path)
    with Rereading(collection, SITE, dry_run=True) as again:
        report = again.read()
    assert (report.found, collection.walks) == (len(urls), 1)


@pytest.mark.parametrize("call", [1, 4, 7, 10])
def test_a_killed_pass_loses_nothing(stored: Night, call: int) -> None:
    """Killed at any write, sync or renaming, what was written is mended by the next command, the
    next pass writes what is lacking, and the catalog is what a rebuild makes of the files.
    """
    entries = stored.entries()
    fault = {"under": str(stored.path), "call": call, "how": "kill"}
    done = run("reread", SITE, f"--collection={stored.path}", fault=fault)
    assert done.code == -signal.SIGKILL, done.err
    reread(stored)
    for entry in stored.entries():
        assert stored.changes(entry.url) == ["new", "reread", "reread"]
        assert "Lượt xem" not in entry.article.text
    assert len(stored.entries()) == len(entries)
    assert answer("verify", f"--collection={stored.path}") == []
    before = said(stored.path)
    tinhuy("rebuild", f"--collection={stored.path}")
    assert said(stored.path) == before


def test_a_site_that_is_not_in_the_list(tmp_path: Path) -> None:
    """A site that was crawled by its address alone is read again by the rules of the platform that
    its pages show: today's reader says today what it said today.
    """
    with PracticeWeb(seed=7, articles=6, only=(SITE,)) as web:
        url = web.sites[SITE].start
        answer("crawl", url, "--delay=0", f"--collection={tmp_path}/c")
    with Catalog(tmp_path / "c" / "catalog.sqlite3") as catalog:
        [site] = catalog.counts()
    [report] = answer("reread", f"--collection={tmp_path}/c")
    assert report["site"] == site.site
    assert (report["read"], report["same"]) == (site.articles, site.articles)
    assert report["written"] == report["unreadable"] == 0


def test_captures_of_a_run_at_other_hosts(night: Night) -> None:
    """What was captured where the site stood in an older run is found as what was captured last."""
    with PracticeWeb(seed=7, articles=6, only=(SITE,)) as web:
        replace(night, web=web).crawl()
    urls = forgotten(night)
    assert len({urlsplit(url).netloc for url in urls}) == 2
    assert reread(night)["written"] == len(urls)
    assert [entry.url for entry in night.entries()] == urls
