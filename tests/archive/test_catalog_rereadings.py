"""Readings again and models in the catalog: ours, and never the doing of a site."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import permutations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import Article, Change, Look, Model
from archive.catalog import Catalog, dump
from tests.archive.readings import TEXT, article, day, history, look


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
