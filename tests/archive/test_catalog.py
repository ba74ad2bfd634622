"""The catalog: versions, gone and returned articles, several writers, equal dumps."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from archive.answers import Known, SiteCounts
from archive.article import Change, Link, Run, compare
from archive.catalog import Catalog, article_id, dump
from archive.errors import ArticleNotFound, CollectionLocked, NotACollection, StorageFailed
from tests.archive.readings import TEXT, article, day, history, look


def test_a_new_article(catalog: Catalog) -> None:
    """An article that was put is found with its capture, its times and one version."""
    first = look(Change.NEW, 1, article())
    assert catalog.compare(article()) is Change.NEW
    catalog.put(first)
    entry = catalog.article(article().url)
    assert entry.article == replace(article(), capture=first.capture)
    assert (entry.first_seen, entry.last_seen, entry.gone_at) == (day(1), day(1), None)
    assert (entry.change, entry.looks, entry.versions) == (Change.NEW, 1, 1)
    assert catalog.compare(article()) is Change.UNCHANGED


def test_an_unchanged_look_moves_the_last_seen_only(catalog: Catalog) -> None:
    """UNCHANGED counts as a look and a sight, and writes no version."""
    catalog.put(look(Change.NEW, 1, article()))
    catalog.put(look(Change.UNCHANGED, 2, article()))
    entry = catalog.article(article().url)
    assert (entry.first_seen, entry.last_seen, entry.looks) == (day(1), day(2), 2)
    assert (entry.change, entry.versions) == (Change.UNCHANGED, 1)
    (version,) = catalog.versions(entry)
    assert (version.first_seen, version.last_seen) == (day(1), day(2))


def test_a_changed_text_is_a_version(catalog: Catalog) -> None:
    """CHANGED and ORTHOGRAPHY write a version each, which the next reading is compared with."""
    edited = article(text=TEXT.replace("7", "8"))
    respelt = article(text=edited.text.replace("ủy", "uỷ"))
    catalog.put(look(Change.NEW, 1, article()))
    assert catalog.compare(edited) is Change.CHANGED
    catalog.put(look(Change.CHANGED, 3, edited))
    assert catalog.compare(respelt) is Change.ORTHOGRAPHY
    catalog.put(look(Change.ORTHOGRAPHY, 5, respelt))
    catalog.put(look(Change.UNCHANGED, 7, respelt))
    versions = catalog.versions(catalog.article(edited.url))
    assert [version.number for version in versions] == [1, 2, 3]
    assert [version.change for version in versions] == ["new", "changed", "orthography"]
    assert [version.article.text for version in versions] == [TEXT, edited.text, respelt.text]
    assert [version.conversion_id for version in versions] == [
        "urn:uuid:text-1",
        "urn:uuid:text-3",
        "urn:uuid:text-5",
    ]
    seen = [(version.first_seen, version.last_seen) for version in versions]
    assert seen == [(day(1), day(1)), (day(3), day(3)), (day(5), day(7))]


def test_metadata_describes_the_newest_version_anew(catalog: Catalog) -> None:
    """METADATA writes no version: the newest gets the new description and its capture."""
    stamped = article(updated="2026-01-02T09:00+07:00")
    catalog.put(look(Change.NEW, 1, article()))
    assert catalog.compare(stamped) is Change.METADATA
    catalog.put(look(Change.METADATA, 2, stamped))
    assert catalog.compare(stamped) is Change.UNCHANGED
    entry = catalog.article(stamped.url)
    (version,) = catalog.versions(entry)
    assert version.article == entry.article
    assert version.article.updated == "2026-01-02T09:00+07:00"
    assert version.article.capture == look(Change.METADATA, 2, stamped).capture
    assert (version.change, version.conversion_id) == (Change.NEW, "urn:uuid:text-1")


def test_gone_and_back(catalog: Catalog) -> None:
    """A gone article keeps the time it was first missed; back again it is NEW, and a version."""
    catalog.put(look(Change.NEW, 1, article()))
    catalog.put(look(Change.GONE, 2, article()))
    catalog.put(look(Change.GONE, 3, article()))
    entry = catalog.article(article().url)
    assert (entry.change, entry.gone_at, entry.last_seen) == (Change.GONE, day(2), day(1))
    assert (entry.looks, entry.versions) == (3, 1)
    assert catalog.compare(article()) is Change.NEW
    catalog.put(look(Change.NEW, 4, article()))
    entry = catalog.article(article().url)
    assert (entry.gone_at, entry.last_seen, entry.versions) == (None, day(4), 2)
    catalog.put(look(Change.GONE, 5, article()))
    assert catalog.article(article().url).gone_at == day(5)


def test_a_look_without_a_reading_names_no_article(catalog: Catalog) -> None:
    """UNCHANGED or GONE of an article that was never read leaves the catalog as it was."""
    catalog.put(look(Change.GONE, 1, article()))
    catalog.put(look(Change.UNCHANGED, 2, article()))
    assert list(dump(catalog)) == []


def test_the_first_reading_is_new(catalog: Catalog) -> None:
    """Where the looks before are lost, the first that is left is NEW whatever it found."""
    catalog.put(look(Change.METADATA, 2, article()))
    assert catalog.article(article().url).change is Change.NEW
    assert len(catalog.versions(catalog.article(article().url))) == 1


def test_a_change_without_a_reading_is_refused_whole(catalog: Catalog) -> None:
    """A look that breaks its contract is a ValueError, and nothing of its batch is kept."""
    catalog.put(look(Change.NEW, 1, article()))
    before = list(dump(catalog))
    broken = replace(look(Change.CHANGED, 3, article()), article=None)
    with pytest.raises(ValueError, match="brings no reading"):
        catalog.put_many([look(Change.UNCHANGED, 2, article()), broken])
    assert list(dump(catalog)) == before


def test_putting_again_changes_nothing(catalog: Catalog) -> None:
    """The same looks and runs put twice say the same as put once."""
    run = Run(id="r1", site="bao", started_at=day(1), finished_at=day(2), outcome="ok")
    catalog.put_many(history())
    catalog.put(run)
    once = list(dump(catalog))
    assert len(once) == 6 + 18 + 6 + 1
    catalog.put_many(history())
    catalog.put(run)
    assert list(dump(catalog)) == once


def test_equal_dumps(catalog: Catalog, tmp_path: Path) -> None:
    """Catalogs of the same looks are equal, one by one or at once, in any order of the sites."""
    catalog.put_many(history())
    expected = list(dump(catalog))
    for number, sites in enumerate(permutations(("bao", "dang", "huyen"))):
        with Catalog(tmp_path / f"{number}.sqlite3") as other:
            for site in sites:
                for each in history():
                    if each.site == site:
                        other.put(each)
            assert list(dump(other)) == expected


def test_a_dump_tells_catalogs_apart(catalog: Catalog, tmp_path: Path) -> None:
    """One look more or one word else gives another dump."""
    catalog.put_many(history())
    with Catalog(tmp_path / "other.sqlite3") as other:
        other.put_many(history()[:-1])
        assert list(dump(other)) != list(dump(catalog))


def test_known(catalog: Catalog) -> None:
    """The revisit policy sees every article of its site, with the number of its looks."""
    catalog.put_many(history())
    assert list(catalog.known("bao")) == [
        Known(
            url="https://bao.example/1.html",
            first_seen=day(1),
            last_seen=day(3),
            looked_at=day(3),
            looks=3,
            edits=2,
            changed_at=day(3),
            gone_at=None,
            addresses=("https://bao.example/1.html",),
        ),
        Known(
            url="https://bao.example/2.html",
            first_seen=day(1),
            last_seen=day(2),
            looked_at=day(3),
            looks=3,
            edits=0,
            changed_at=None,
            gone_at=day(3),
            addresses=("https://bao.example/2.html",),
        ),
    ]
    assert list(catalog.known("nowhere")) == []


def test_known_addresses(catalog: Catalog) -> None:
    """Every address that an article was captured at is told once, the newest first."""
    for number, address in enumerate(("/old.htm", "/1.html", "/old.htm", "/1?a=b"), start=1):
        made = look(Change.NEW if number == 1 else Change.UNCHANGED, number, article("bao", 1))
        capture = replace(made.capture, url=f"https://bao.example{address}")
        catalog.put(replace(made, capture=capture))
    (known,) = catalog.known("bao")
    assert [url.removeprefix("https://bao.example") for url in known.addresses] == [
        "/1?a=b",
        "/old.htm",
        "/1.html",
    ]


def test_looks_may_be_put_while_known_articles_are_walked(catalog: Catalog) -> None:
    """Every known article is met once even when each is looked at on the way."""
    catalog.put_many(look(Change.NEW, 1, article("bao", number)) for number in range(20))
    met = []
    for known in catalog.known("bao"):
        met.append(known.url)
        number = int(known.url.rpartition("/")[2].partition(".")[0])
        catalog.put(look(Change.NEW, 2, article("bao", number + 100)))
    assert len(met) == len(set(met)) == 20


def test_counts(catalog: Catalog) -> None:
    """Articles, versions, gone ones and the last sight are counted for each site."""
    catalog.put_many(history())
    assert catalog.counts() == [
        SiteCounts(site=site, articles=2, versions=3, gone=1, newest=day(3))
        for site in ("bao", "dang", "huyen")
    ]


def test_articles_are_chosen_by_site_and_change(catalog: Catalog) -> None:
    """Articles come by site and URL, as many as asked for, and by what the newest look found."""
    catalog.put_many(history())
    every = [(entry.site, entry.url) for entry in catalog.articles()]
    assert every == sorted(every)
    assert len(every) == 6
    assert [entry.url for entry in catalog.articles("dang", limit=1)] == [every[2][1]]
    assert {entry.site for entry in catalog.articles(change=Change.GONE)} == {
        "bao",
        "dang",
        "huyen",
    }
    assert [entry.change for entry in catalog.articles("bao")] == [Change.METADATA, Change.GONE]


def test_articles_by_id(catalog: Catalog) -> None:
    """The short id, any clear beginning of it in either case, and the URL find an article."""
    catalog.put_many(history())
    entry = catalog.article("https://dang.example/1.html")
    assert entry.id == article_id("dang", entry.url)[:12]
    for ref in (entry.id, entry.id[:6], entry.id.upper(), article_id("dang", entry.url)):
        assert catalog.article(ref) == entry


@pytest.mark.parametrize("ref", ["", "abc", "000000000000", "https://bao.example/", "' OR 1=1"])
def test_unknown_articles(catalog: Catalog, ref: str) -> None:
    """What names no article is ArticleNotFound, with the reference in its sentence."""
    catalog.put_many(history())
    with pytest.raises(ArticleNotFound) as caught:
        catalog.article(ref)
    assert caught.value.ref == ref
    assert ref in str(caught.value)


def test_a_beginning_of_several_ids(catalog: Catalog) -> None:
    """A beginning that several ids share is refused, and they are named."""
    catalog.put_many(look(Change.NEW, 1, article("bao", number)) for number in range(600))
    ids = sorted(article_id("bao", article("bao", number).url) for number in range(600))
    shared = next(one[:4] for one, two in pairwise(ids) if one[:4] == two[:4])
    with pytest.raises(ArticleNotFound, match="give more of it") as caught:
        catalog.article(shared)
    assert all(candidate.startswith(shared) for candidate in caught.value.candidates)
    assert len(caught.value.candidates) > 1


def test_a_url_of_two_sites(catalog: Catalog) -> None:
    """One URL read for two sites is two articles; by URL the one seen last is meant."""
    catalog.put(look(Change.NEW, 2, article("generic", url="https://bao.example/1.html")))
    catalog.put(look(Change.NEW, 1, article("bao", 1)))
    assert catalog.article("https://bao.example/1.html").site == "generic"
    assert len(list(catalog.articles())) == 2


def test_runs(catalog: Catalog) -> None:
    """Runs come back as they were put, in the order of their starts; a later word replaces."""
    runs = [
        Run(id="b", site="bao", started_at=day(2), finished_at="", outcome="running"),
        Run(id="a", site="dang", started_at=day(3), finished_at=day(3), outcome="empty"),
        Run(
            id="c",
            site="bao",
            started_at=day(1),
            finished_at=day(1),
            outcome="ok",
            counts={"pages": 7},
        ),
    ]
    for run in runs:
        catalog.put(run)
    done = replace(runs[0], outcome="ok", finished_at=day(2))
    catalog.put(done)
    assert catalog.runs() == [runs[2], done, runs[1]]
    assert catalog.runs("bao") == [runs[2], done]


def test_awkward_texts_are_kept(catalog: Catalog) -> None:
    """What SQL, JSON or FTS might trip over is given back as it was."""
    odd = article(
        url="https://bao.example/?a='b\"&c=%00",
        title="'; DROP TABLE articles; --",
        text="“\\”\n\n\x00 \U0001f600",
        attachments=(Link(title="{}", url="javascript:alert(1)"),),
    )
    catalog.put(look(Change.NEW, 1, odd))
    kept = catalog.article(odd.url).article
    assert replace(kept, capture=None) == odd
    assert compare(kept, odd) is Change.UNCHANGED


def write_looks(path: Path, site: str, count: int) -> None:
    with Catalog(path) as catalog:
        for number in range(count):
            catalog.put(look(Change.NEW, 1, article(site, number)))


def test_two_programs_write_at_once(tmp_path: Path) -> None:
    """Two programs that open a catalog together and write two sites lose nothing."""
    path = tmp_path / "catalog.sqlite3"
    spawn = multiprocessing.get_context("spawn")
    sites = ("bao", "dang")
    writers = [spawn.Process(target=write_looks, args=(path, site, 150)) for site in sites]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    with Catalog(path) as both, Catalog(tmp_path / "alone.sqlite3") as alone:
        assert [count.articles for count in both.counts()] == [150, 150]
        for site in reversed(sites):
            alone.put_many(look(Change.NEW, 1, article(site, number)) for number in range(150))
        assert list(dump(both)) == list(dump(alone))


def test_a_reader_does_not_wait_for_a_writer(catalog: Catalog) -> None:
    """While one program writes, another opens the catalog and reads what was there before."""
    catalog.put(look(Change.NEW, 1, article()))
    with sqlite3.connect(catalog.path, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM articles")
        with Catalog(catalog.path) as reader:
            assert len(list(reader.articles())) == 1
        writer.execute("ROLLBACK")
    writer.close()


def test_a_lock_that_is_never_freed(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that waits in vain says that the collection is in use."""
    monkeypatch.setattr("archive.sqlite.BUSY_TIMEOUT", 0.05)
    holder = sqlite3.connect(catalog.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Catalog(catalog.path) as waiting, pytest.raises(CollectionLocked):
        waiting.put(look(Change.NEW, 1, article()))
    holder.close()


def test_a_full_disk_loses_nothing(catalog: Catalog) -> None:
    """When the disk is full, StorageFailed is raised and what was put before stays."""
    catalog.put(look(Change.NEW, 1, article()))
    before = list(dump(catalog))
    pages = catalog._db.execute("PRAGMA page_count").fetchone()[0]
    catalog._db.execute(f"PRAGMA max_page_count = {pages}")
    long = article(number=2, text="Rất dài. " * 50_000)
    with pytest.raises(StorageFailed, match="full"):
        catalog.put_many([look(Change.UNCHANGED, 2, article()), look(Change.NEW, 2, long)])
    assert list(dump(catalog)) == before


def test_a_file_that_is_no_catalog(tmp_path: Path) -> None:
    """A file of another kind is refused, left as it is, and the remedy named."""
    path = tmp_path / "catalog.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(NotACollection, match="tinhuy rebuild"):
        Catalog(path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_catalog_of_another_version(tmp_path: Path) -> None:
    """A catalog of a newer program is refused, and the remedy named."""
    path = tmp_path / "catalog.sqlite3"
    Catalog(path).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(NotACollection, match=r"schema is 99.*tinhuy rebuild"):
        Catalog(path)


def test_a_directory_that_is_missing(tmp_path: Path) -> None:
    """A catalog in no directory is StorageFailed, not an SQLite error."""
    with pytest.raises(StorageFailed):
        Catalog(tmp_path / "nowhere" / "catalog.sqlite3")


def test_a_catalog_is_kept(tmp_path: Path) -> None:
    """What was put is there when the catalog is opened again."""
    path = tmp_path / "catalog.sqlite3"
    with Catalog(path) as catalog:
        catalog.put_many(history())
        written = list(dump(catalog))
    with Catalog(path) as catalog:
        assert list(dump(catalog)) == written


def test_listing_needs_no_sorting(catalog: Catalog) -> None:
    """Articles come straight from an index, so that a list of all needs no memory for all."""
    catalog.put_many(history())
    statements: list[str] = []
    catalog._db.set_trace_callback(statements.append)
    list(catalog.articles())
    catalog._db.set_trace_callback(None)
    plan = catalog._db.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall()
    assert plan
    assert not any("TEMP B-TREE" in step["detail"] for step in plan)


def test_ten_thousand_puts(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten thousand looks, each in a transaction of its own, are all there; the speed is printed."""
    started = time.perf_counter()
    for number in range(5_000):
        catalog.put(look(Change.NEW, 1, article(number=number)))
    for number in range(5_000):
        catalog.put(look(Change.UNCHANGED, 2, article(number=number)))
    seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n10,000 puts of short articles: {seconds:.1f} s, {10_000 / seconds:,.0f}/s")
    (count,) = catalog.counts()
    assert (count.articles, count.versions, count.newest) == (5_000, 5_000, day(2))


def test_days_of_publication(catalog: Catalog) -> None:
    """An article counts on the day that it prints, of its newest reading; else, and where that is
    in the future, on the day in Vietnam on which it was seen first.
    """
    dates = ("2025-12-31T23:00+07:00", "2025-12-31", "2025-12", None, "2031-01-01")
    for number, published in enumerate(dates):
        catalog.put(look(Change.NEW, 2, article("bao", number, published=published)))
    catalog.put(look(Change.METADATA, 3, article("bao", 1, published="2025-12-30")))
    catalog.put(look(Change.NEW, 1, article("dang", 1)))
    assert catalog.published("bao") == {"2025-12-31": 1, "2025-12-30": 1, "2026-01-03": 3}
