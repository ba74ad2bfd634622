"""The catalog: versions, gone and returned articles, search, several writers, equal dumps."""

from __future__ import annotations

import multiprocessing
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.answers import Known, SiteCounts
from archive.article import Article, Change, Link, Look, Model, Run, compare
from archive.catalog import Catalog, article_id, dump
from archive.cdxj import Capture
from archive.digest import sha1
from archive.errors import ArticleNotFound, CollectionLocked, NotACollection, StorageFailed

TEXT = "Sáng 29/12, Ban Dân vận Tỉnh ủy họp.\n\nCó 7 tập thể được khen."


def article(site: str = "bao", number: int = 1, **fields: object) -> Article:
    values: dict[str, object] = {
        "url": f"https://{site}.example/{number}.html",
        "site": site,
        "title": f"Hội nghị số {number}",
        "text": TEXT,
    }
    return Article(**(values | fields))  # type: ignore[arg-type]


def capture(url: str, seen_at: str, payload: bytes) -> Capture:
    return Capture(
        urlkey=url.partition("//")[2],
        timestamp="".join(filter(str.isdigit, seen_at))[:14],
        url=url,
        mime="text/html",
        status=200,
        digest=sha1(payload),
        length=100,
        offset=len(payload),
        filename="a.warc.gz",
        record_id=f"urn:uuid:{seen_at}",
        date=seen_at,
    )


def day(number: int) -> str:
    return f"2026-01-{number:02}T18:30:00.000000Z"


def look(change: Change, at: int, read: Article, payload: bytes = b"") -> Look:
    """A look on a day of January 2026; the bytes differ from day to day unless given."""
    with_reading = change not in (Change.UNCHANGED, Change.GONE)
    return Look(
        url=read.url,
        site=read.site,
        change=change,
        capture=capture(read.url, day(at), payload or f"{read.url} {at}".encode()),
        article=read if with_reading else None,
        conversion_id=f"urn:uuid:text-{at}" if with_reading else "",
    )


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.sqlite3") as opened:
        yield opened


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


def history() -> list[Look]:
    """Looks at three sites over some nights, with every kind of change."""
    looks = []
    for site in ("bao", "dang", "huyen"):
        edited = article(site, 1, text=TEXT.replace("7", "8"))
        looks += [
            look(Change.NEW, 1, article(site, 1)),
            look(Change.NEW, 1, article(site, 2)),
            look(Change.CHANGED, 2, edited),
            look(Change.UNCHANGED, 2, article(site, 2)),
            look(Change.METADATA, 3, replace(edited, author="Thanh Tùng")),
            look(Change.GONE, 3, article(site, 2)),
        ]
    return looks


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
            looks=3,
            gone_at=None,
            addresses=("https://bao.example/1.html",),
        ),
        Known(
            url="https://bao.example/2.html",
            first_seen=day(1),
            last_seen=day(2),
            looks=3,
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


def again(at: int, read: Article, reread_at: int) -> Look:
    """The capture of one day, read again on another."""
    made = look(Change.REREAD, at, read)
    return replace(made, reread_at=day(reread_at), conversion_id=f"urn:uuid:again-{reread_at}")


def test_a_reading_again_is_no_visit(catalog: Catalog) -> None:
    """What is read again becomes the newest reading and a version of its own; what the site did,
    and when it was seen, stays as it was.
    """
    better = article(text=TEXT + "\n\nVà một đoạn nữa.")
    catalog.put(look(Change.NEW, 1, article()))
    catalog.put(look(Change.UNCHANGED, 5, article()))
    before = catalog.article(article().url)
    catalog.put(again(1, better, 9))
    entry = catalog.article(article().url)
    assert entry.article.text == better.text
    assert replace(entry, article=before.article, versions=1) == before
    assert entry.versions == 2
    assert catalog.compare(better) is Change.UNCHANGED
    assert catalog.compare(article()) is Change.CHANGED
    first, second = catalog.versions(entry)
    assert (first.change, first.first_seen, first.last_seen) == (Change.NEW, day(1), day(1))
    assert (second.change, second.first_seen, second.last_seen) == (Change.REREAD, day(1), day(5))
    assert (first.reread_at, second.reread_at) == ("", day(9))
    assert second.conversion_id == "urn:uuid:again-9"
    assert [hit.entry.id for hit in catalog.search("một đoạn nữa")] == [entry.id]


def test_a_reading_again_that_only_describes(catalog: Catalog) -> None:
    """Of the same words a reading again gives the newest description, and no version."""
    described = article(author="Thanh Tùng")
    catalog.put(look(Change.NEW, 1, article()))
    catalog.put(again(1, described, 9))
    entry = catalog.article(article().url)
    assert (entry.article.author, entry.versions, entry.change) == ("Thanh Tùng", 1, Change.NEW)
    (version,) = catalog.versions(entry)
    assert (version.change, version.article, version.reread_at) == (Change.NEW, entry.article, "")
    assert catalog.compare(described) is Change.UNCHANGED
    assert [hit.entry.id for hit in catalog.search("Thanh Tùng")] == [entry.id]


def test_an_old_capture_that_is_read_again(catalog: Catalog) -> None:
    """What a better reader finds in an old capture does not take the place of what stood there
    later: captures come first, and readings of one capture in their order.
    """
    edited = article(text=TEXT.replace("7", "8"))
    catalog.put(look(Change.NEW, 1, article()))
    catalog.put(look(Change.CHANGED, 3, edited))
    catalog.put(again(1, article(text=TEXT + " Hết."), 9))
    entry = catalog.article(article().url)
    assert (entry.article.text, entry.change, entry.versions) == (edited.text, Change.CHANGED, 3)
    assert [version.change for version in catalog.versions(entry)] == ["new", "reread", "changed"]
    assert catalog.search("hết") == []
    catalog.put(again(3, replace(edited, text=edited.text + " Hết."), 9))
    catalog.put(again(3, replace(edited, text=edited.text + " Hết!"), 10))
    entry = catalog.article(article().url)
    assert entry.article.text.endswith("Hết!")
    assert (entry.looks, entry.versions) == (2, 5)
    assert [one.number for one in catalog.versions(entry)] == [1, 2, 3, 4, 5]


def test_gone_stays_gone_when_it_is_read_again(catalog: Catalog) -> None:
    """An article that is gone does not come back by being read again."""
    catalog.put(look(Change.NEW, 1, article()))
    catalog.put(look(Change.GONE, 2, article()))
    catalog.put(again(1, article(title="Khác"), 9))
    entry = catalog.article(article().url)
    assert (entry.change, entry.gone_at, entry.last_seen) == (Change.GONE, day(2), day(1))
    assert entry.article.title == "Khác"
    assert catalog.compare(entry.article) is Change.NEW


def test_an_article_that_was_first_found_by_reading_again(catalog: Catalog) -> None:
    """A capture that had not been read as an article gives one that was first seen then, and is
    NEW; what a look at the site finds later is compared with it.
    """
    found = replace(look(Change.NEW, 1, article()), reread_at=day(9))
    catalog.put(found)
    catalog.put(replace(look(Change.UNCHANGED, 2, article()), reread_at=day(9)))
    entry = catalog.article(article().url)
    assert (entry.change, entry.first_seen, entry.last_seen) == (Change.UNCHANGED, day(1), day(2))
    assert (entry.looks, entry.versions) == (2, 1)
    (version,) = catalog.versions(entry)
    assert (version.change, version.reread_at) == (Change.NEW, day(9))


def test_the_order_of_readings_again_does_not_matter(tmp_path: Path) -> None:
    """Catalogs are equal whenever after the look at its capture a reading again was put."""
    looks = [
        look(Change.NEW, 1, article()),
        look(Change.UNCHANGED, 2, article()),
        look(Change.CHANGED, 3, article(text="Khác hẳn.")),
    ]
    rereads = [
        again(1, article(text=TEXT + " A."), 8),
        again(1, article(text=TEXT + " B."), 9),
        again(3, article(text="Khác hẳn.", author="Thanh Tùng"), 9),
    ]
    dumps = set()
    for number, order in enumerate(permutations([*looks, *rereads])):
        if [one for one in order if not one.reread_at] != looks or any(
            order.index(one) < order.index(seen)
            for one in rereads
            for seen in looks
            if seen.seen_at == one.seen_at
        ):
            continue
        with Catalog(tmp_path / f"{number}.sqlite3") as catalog:
            catalog.put_many(order)
            dumps.add("\n".join(dump(catalog)))
    assert number == 719
    assert len(dumps) == 1


def test_descriptions_that_are_read_again_make_no_version(catalog: Catalog) -> None:
    """One wording that was described anew, and read again with other words at both looks, is two:
    that of before, and that of now.
    """
    described, better = article(author="Thanh Tùng"), article(text=TEXT + " Hết.")
    catalog.put_many([look(Change.NEW, 1, article()), look(Change.METADATA, 2, described)])
    catalog.put_many([again(1, better, 8), again(2, better, 8)])
    entry = catalog.article(article().url)
    assert [one.change for one in catalog.versions(entry)] == ["new", "reread"]
    assert entry.versions == 2


def test_what_is_found_before_the_first_look_is_no_second_wording(catalog: Catalog) -> None:
    """An older capture with the same words is when they were first seen; one that was gone before
    it came back is a version of its own.
    """
    catalog.put(look(Change.NEW, 5, article()))
    catalog.put(replace(look(Change.NEW, 1, article()), reread_at=day(9)))
    entry = catalog.article(article().url)
    (version,) = catalog.versions(entry)
    assert (version.first_seen, version.last_seen, entry.versions) == (day(1), day(5), 1)
    catalog.put_many([look(Change.GONE, 6, article()), look(Change.NEW, 7, article())])
    assert len(catalog.versions(entry)) == catalog.article(article().url).versions == 2


WORDINGS = [article(text=text, author=by) for text in (TEXT, "Khác.") for by in (None, "Thanh")]
VISITS = st.lists(st.sampled_from([*WORDINGS, None]), min_size=1, max_size=6)
READINGS = st.lists(st.tuples(st.integers(2, 8), st.sampled_from(WORDINGS)), max_size=6)


@given(VISITS, READINGS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_versions_are_as_many_as_are_told(
    visits: list[Article | None], readings: list[tuple[int, Article]], found_before: bool
) -> None:
    """However an article was seen, was gone and was read again, the count of its versions is that
    of those that are told, and both are the same after a rebuild.
    """
    looks = list[Look]()
    with tempfile.TemporaryDirectory() as directory, Catalog(Path(directory) / "live") as live:
        for at, seen in enumerate([WORDINGS[0], *visits], 2):
            change = live.compare(seen) if seen else Change.GONE
            looks.append(look(change, at, seen or WORDINGS[0]))
            live.put(looks[-1])
        seen_on = {one.seen_at for one in looks if one.change is not Change.GONE}
        later = [again(at, read, 10 + n) for n, (at, read) in enumerate(readings)]
        looks += (one for one in later if one.seen_at in seen_on)
        if found_before:
            looks.append(replace(look(Change.NEW, 1, WORDINGS[0]), reread_at=day(30)))
        live.put_many(looks)
        entry = live.article(article().url)
        assert len(live.versions(entry)) == entry.versions >= 1
        with Catalog(Path(directory) / "rebuilt") as rebuilt:
            looks.sort(key=lambda one: (one.seen_at, one.reread_at))
            rebuilt.put_many(looks)
            assert list(dump(rebuilt)) == list(dump(live))


def test_articles_read_again_are_chosen(catalog: Catalog) -> None:
    """REREAD asks for the articles of which the newest reading is one of an old capture."""
    catalog.put_many(history())
    catalog.put(again(2, article("bao", 1, text="Khác."), 9))  # the newest reading is of day 3
    catalog.put(again(1, article("dang", 2, text="Khác."), 9))
    assert [entry.url for entry in catalog.articles(change=Change.REREAD)] == [
        article("dang", 2).url
    ]
    assert catalog.article(article("dang", 2).url).change is Change.GONE


def test_models(catalog: Catalog) -> None:
    """The newest model of a site is given, or that of a version; all of them in their order."""
    models = [
        Model(site="bao", version=version, learned_at=day(at), content={"blocks": [version, at]})
        for at, version in ((3, "b"), (1, "a"), (7, "a"))
    ]
    other = Model(site="dang", version="c", learned_at=day(9), content={})
    for one in (*models, other):
        catalog.put(one)
    written = list(dump(catalog))
    catalog.put_many([*models, other])
    assert list(dump(catalog)) == written
    assert catalog.model("bao") == models[2]
    assert catalog.model("bao", "b") == models[0]
    assert catalog.model("bao", "a") == models[2]
    assert catalog.model("bao", "c") is None
    assert catalog.model("nowhere") is None
    assert list(catalog.models("bao")) == [models[1], models[0], models[2]]
    assert list(catalog.models()) == [models[1], models[0], models[2], other]


LIBRARY = {
    1: ("Tổng kết phong trào dân vận khéo", "Tỉnh Đồng Tháp xây dựng đường sắt."),
    2: ("Cánh đồng lúa", "Trời đông, tháp chuông im lặng. Khéo tay hay làm, vận động người dân."),
    3: ("Vì hoà bình", "Uỷ ban nhân dân họp với Đại biểu Quốc hội."),
    4: ("Quý I năm 2021", "Ủy ban Kiểm tra họp vì hòa bình."),
    5: ("Mùa quỳ", "Hoa quy nở rộ."),
}


@pytest.fixture
def library(catalog: Catalog) -> Catalog:
    for number, (title, text) in LIBRARY.items():
        catalog.put(look(Change.NEW, 1, article("bao", number, title=title, text=text)))
    return catalog


def found(catalog: Catalog, words: str, site: str | None = None) -> list[int]:
    hits = catalog.search(words, site)
    return [int(hit.entry.url.rpartition("/")[2].partition(".")[0]) for hit in hits]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("dan van kheo", [1, 2]),
        ("dân vận khéo", [1, 2]),
        ('"dan van kheo"', [1]),
        ("“dân vận khéo”", [1]),
        ("dong thap", [1, 2]),
        ("Đồng Tháp", [1, 2]),
        ("ĐỒNG THÁP", [1, 2]),
        ("Ðồng Tháp", [1, 2]),
        ("đông tháp", [2, 1]),
        ('"dong thap"', [2, 1]),
        ("duong sat", [1]),
        ("hoà bình", [3, 4]),
        ("hòa bình", [3, 4]),
        ("Uỷ", [3, 4]),
        ("uy ban", [3, 4]),
        ("dan chuong", [2]),
        ("chuông sắt", []),
        ("2021", [4]),
    ],
)
def test_search(library: Catalog, words: str, numbers: list[int]) -> None:
    """Words are found with and without marks, in any case and spelling of the tone."""
    assert sorted(found(library, words)) == sorted(numbers)


def test_words_with_their_marks_come_first(library: Catalog) -> None:
    """Of articles that have the words, those that have the same marks come first."""
    assert found(library, "Đồng Tháp")[0] == 1
    assert found(library, "đông tháp")[0] == 2
    assert found(library, "quý")[0] == 4
    assert found(library, "quỳ")[0] == 5


def test_words_side_by_side_come_first(library: Catalog) -> None:
    """Unquoted words that stand side by side come before the same words scattered."""
    assert found(library, "dan van kheo") == [1, 2]


def test_decomposed_words_are_found(library: Catalog) -> None:
    """A search typed in NFD finds, in the same order, what one in NFC finds."""
    assert found(library, normalize("NFD", "Đồng Tháp")) == found(library, "Đồng Tháp") == [1, 2]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("dan*", {1, 2, 3}),
        ("^dan", {1, 2, 3}),
        ("-dan", {1, 2, 3}),
        ("((dan", {1, 2, 3}),
        ('dan "', {1, 2, 3}),
        ("\ud800 dan", {1, 2, 3}),
        ("dan " * 5_000, {1, 2, 3}),
        ("dan + van", {1, 2}),
        ("dan OR sat", set()),
        ("dan NOT sat", set()),
        ("NEAR(dan van, 2)", set()),
        ("fold:dan", set()),
        ("{fold exact}: dan", set()),
        ('dan" OR fold:dan "', set()),
        ("dan'; DROP TABLE words; --", set()),
        ("dan\x00van", set()),
    ],
)
def test_search_syntax_is_harmless(library: Catalog, words: str, numbers: set[int]) -> None:
    """Operators, quotes and controls are words like others, or nothing; none is an error."""
    assert set(found(library, words)) == numbers


@pytest.mark.parametrize("words", ["", "   ", '""', "*", "?!", "–", "_"])
def test_a_search_without_words(library: Catalog, words: str) -> None:
    """Without a letter or digit there is nothing to find."""
    assert library.search(words) == []


def test_search_within_a_site(library: Catalog) -> None:
    """A search may be held to one site and to a number of hits."""
    library.put(look(Change.NEW, 1, article("dang", 1, title="Đồng Tháp", text="Đồng Tháp")))
    assert [hit.entry.site for hit in library.search("dong thap", "dang")] == ["dang"]
    assert len(library.search("dong thap")) == 3
    assert len(library.search("dong thap", limit=2)) == 2
    assert library.search("dong thap", limit=0) == []


def test_the_newest_wording_is_searched(library: Catalog) -> None:
    """Words that an article no longer has do not find it; captions and authors do."""
    edited = article(
        "bao", 1, title="Khác", text="Khác hẳn.", author="Thanh Tùng", captions=("Cầu dài",)
    )
    library.put(look(Change.CHANGED, 2, edited))
    assert found(library, "duong sat") == []
    assert found(library, "thanh tung") == found(library, "cau dai") == [1]


def test_a_snippet_shows_the_words(catalog: Catalog) -> None:
    """A hit shows the passage with the words, as printed, and marks each of them."""
    filler = "Một câu không có gì để tìm trong đó cả. " * 40
    text = f"{filler}Đoàn công tác thăm huyện Cao Lãnh, tỉnh Đồng Tháp, sáng nay. {filler}"
    catalog.put(look(Change.NEW, 1, article(text=text)))
    (hit,) = catalog.search("cao lanh dong thap")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["Cao", "Lãnh", "Đồng", "Tháp"]
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet) < 300


def test_a_snippet_of_a_short_text_is_whole(catalog: Catalog) -> None:
    """A short article is shown from its title to its last sign."""
    catalog.put(look(Change.NEW, 1, article(title="“Đầu đề”", text="Vài chữ thôi.")))
    (hit,) = catalog.search("chu")
    assert hit.snippet == "“Đầu đề” Vài chữ thôi."


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
