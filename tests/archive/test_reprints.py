"""Reprints in a catalog: what is found of retold stories, which is the earliest, and the bounds."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import Article, Capture, Catalog, Change, Group, Kind, Look, Rule
from archive.catalog import dump
from archive.errors import ArticleNotFound
from archive.reprints import LARGEST_BUCKET, MOST
from tests.retold import RETELLINGS, Telling, look, pairs, stories

STORIES = stories(300, seed=5)
LONG = max(STORIES, key=lambda told: len(told.text))
HEADER = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM. Độc lập - Tự do - Hạnh phúc. Căn cứ Luật Tổ chức chính"
    " quyền địa phương ngày 19 tháng 6 năm 2015; căn cứ Luật sửa đổi, bổ sung một số điều của Luật"
    " Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22 tháng 11 năm 2019; theo đề"
    " nghị của Giám đốc Sở Nội vụ, Chánh Văn phòng Ủy ban nhân dân tỉnh, quyết định như sau."
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.sqlite3") as opened:
        yield opened


@pytest.fixture(scope="module")
def told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog in which each of the stories stands once."""
    path = tmp_path_factory.mktemp("stories") / "catalog.sqlite3"
    with Catalog(path) as catalog:
        catalog.put_many(look(one, "a", number) for number, one in enumerate(STORIES))
    return path


@pytest.fixture
def library(told_once: Path, tmp_path: Path) -> Iterator[Catalog]:
    """A copy of it."""
    with Catalog(shutil.copy(told_once, tmp_path / "library.sqlite3")) as opened:
        yield opened


def found(catalog: Catalog, url: str) -> dict[str, Kind]:
    group = catalog.reprints(catalog.article(url))
    return {one.entry.url: one.kind for one in group.reprints}


def halved(told: Telling) -> Telling:
    return replace(told, lead=None, paragraphs=told.paragraphs[: len(told.paragraphs) // 3])


@pytest.mark.parametrize("name", RETELLINGS)
def test_a_retold_story_is_found(library: Catalog, name: str) -> None:
    """What editors and systems do to a story hides it from neither side, nor makes it another's."""
    told = [(one, again) for done, one, again in pairs(STORIES, 9) if done == name][:10]
    library.put_many(look(again, "b", 1000 + number) for number, (_, again) in enumerate(told))
    for number, (one, again) in enumerate(told):
        url = look(again, "b", 1000 + number).url
        urls = [look(each, "a", STORIES.index(each)).url for each in (one, *again.around)]
        assert urls[0] in found(library, url)
        assert set(found(library, url)) <= set(urls)  # those around it were taken without leads
        assert url in found(library, urls[0])


def test_nothing_else_is_found(library: Catalog) -> None:
    """Three hundred stories put together from the same phrases are no reprints of each other."""
    assert list(library.reprint_groups()) == []


def test_kinds(catalog: Catalog) -> None:
    """A third of a story is its short form, and the story is the long form of that."""
    whole, part, other = look(LONG, "a", 1), look(halved(LONG), "b", 2), look(LONG, "b", 3)
    catalog.put_many([whole, part, other])
    assert found(catalog, whole.url) == {part.url: Kind.SHORTENED, other.url: Kind.SAME}
    assert found(catalog, part.url) == {whole.url: Kind.EXTENDED, other.url: Kind.EXTENDED}


def test_figures(catalog: Catalog) -> None:
    """Every reprint comes with its shares, and whether it stands on the same site."""
    catalog.put_many([look(LONG, "a", 1), look(LONG, "a", 2), look(halved(LONG), "b", 3)])
    same, part = catalog.reprints(catalog.article(look(LONG, "a", 1).url)).reprints
    assert (same.same_site, same.jaccard, same.containment) == (True, 1.0, 1.0)
    assert (part.same_site, part.containment) == (False, 1.0)
    assert 0.1 < part.jaccard < 0.6


@pytest.mark.parametrize(
    ("first", "second", "third", "earliest", "rule"),
    [
        ("2026-01-02", "2026-01-01", "2026-01-03", "b", Rule.PUBLISHED),
        ("2026-01-02", "2026-01-02T08:00+07:00", "2026-01-03", "a", Rule.CAPTURED),
        ("2026-01-02T09:00+07:00", "2026-01-02T08:00+07:00", "2026-01", "a", Rule.CAPTURED),
        ("2026-01-02T09:00+07:00", "2026-01-02T01:30Z", "2026-02", "b", Rule.PUBLISHED),
        ("2026-01-02T08:00+07:00", "2026-01-02T01:00Z", "2026-02", "a", Rule.CAPTURED),
        ("2026-01-03", None, "2026-01-01", "a", Rule.CAPTURED),
        ("2026-01-03", "hôm qua", "2026-01-01", "a", Rule.CAPTURED),
        (None, None, None, "a", Rule.CAPTURED),
    ],
)
def test_the_earliest(
    catalog: Catalog, first: str, second: str, third: str, earliest: str, rule: Rule
) -> None:
    """The first published, where every page shows a date and they can be told apart; else the
    first captured."""
    dates = {"a": first, "b": second, "c": third}
    looks = [look(LONG, site, n, published=dates[site]) for n, site in enumerate(dates)]
    catalog.put_many(looks)
    for one in looks:
        group = catalog.reprints(catalog.article(one.url))
        assert (group.earliest.site, group.by) == (earliest, rule)


def test_a_guessed_date_names_nobody(catalog: Catalog) -> None:
    """A date that the reader guessed says nothing of who was first."""
    looks = [look(LONG, "a", 1, published="2026-01-02"), look(LONG, "b", 2, published="2026-01-01")]
    read = looks[1].article
    assert read is not None
    looks[1] = replace(looks[1], article=replace(read, findings=("published: guessed",)))
    catalog.put_many(looks)
    group = catalog.reprints(catalog.article(looks[0].url))
    assert (group.earliest.site, group.by) == ("a", Rule.CAPTURED)


def test_groups_stand_around_their_earliest(catalog: Catalog) -> None:
    """Each group is told once, by its earliest; the groups of the newest articles come first."""
    one, other = STORIES[0], STORIES[1]
    catalog.put_many([look(one, "a", 1), look(one, "b", 9), look(one, "c", 4)])
    catalog.put_many([look(other, "b", 2), look(other, "c", 3), look(STORIES[2], "a", 20)])
    groups = list(catalog.reprint_groups())
    assert [_urls(group) for group in groups] == [
        ["https://a.example/1", "https://c.example/4", "https://b.example/9"],
        ["https://b.example/2", "https://c.example/3"],
    ]
    assert [_urls(group) for group in catalog.reprint_groups("a")] == [_urls(groups[0])]
    assert list(catalog.reprint_groups("none")) == []


def test_a_round_up_joins_no_stories(catalog: Catalog) -> None:
    """Stories that stand together in a third article are not called reprints of each other."""
    one, other = STORIES[0], STORIES[1]
    both = Telling("Tin vắn", None, (one.text, other.text))
    catalog.put_many([look(one, "a", 1), look(other, "b", 2), look(both, "c", 3)])
    assert {tuple(_urls(group)) for group in catalog.reprint_groups()} == {
        ("https://a.example/1", "https://c.example/3"),
        ("https://b.example/2", "https://c.example/3"),
    }


def test_the_end_of_a_chain_is_in_a_group(catalog: Catalog) -> None:
    """Who resembles a reprint and not what that resembles is told with it: among all groups, and
    among those of its site, which are all of its site.
    """
    looks = [look(one, site, n) for n, (site, one) in enumerate(_retold_on(), 1)]
    catalog.put_many(looks)
    urls = {one.site: one.url for one in looks}
    assert set(found(catalog, urls["a"])) == {urls["e"]}
    assert set(found(catalog, urls["e"])) == {urls["f"], urls["a"]}
    assert [set(_urls(group)) for group in catalog.reprint_groups()] == [
        {urls["e"], urls["a"]},
        {urls["f"], urls["e"]},
    ]
    assert [set(_urls(group)) for group in catalog.reprint_groups("a")] == [{urls["e"], urls["a"]}]


def _retold_on() -> Iterator[tuple[str, Telling]]:
    """A text, one with a fifth of it replaced, and one with two fifths, on a site each."""
    words, others = (
        " ".join(each.text for each in some).split() for some in (STORIES[:30], STORIES[30:60])
    )
    for site, replaced in (("f", 0), ("e", 240), ("a", 480)):
        text = " ".join([*others[:replaced], *words[replaced:1200]])
        yield site, Telling("Tin", None, (text,))


def _urls(group: Group) -> list[str]:
    return [group.article.url, *(one.entry.url for one in group.reprints)]


def test_the_newest_reading_counts(catalog: Catalog) -> None:
    """An article that was rewritten is a reprint by its new words only; one that is gone stays."""
    first, second = look(STORIES[0], "a", 1), look(STORIES[0], "b", 2)
    catalog.put_many([first, second])
    assert found(catalog, first.url) == {second.url: Kind.SAME}
    gone = replace(second, change=Change.GONE, article=None, capture=_later(second, 5))
    catalog.put(gone)
    assert found(catalog, first.url) == {second.url: Kind.SAME}
    catalog.put(_rewritten(first, STORIES[1], 6))
    assert found(catalog, first.url) == {}
    catalog.put(_rewritten(first, STORIES[0], 4))
    assert found(catalog, first.url) == {}


def _later(one: Look, seconds: int) -> Capture:
    return replace(one.capture, date=f"2026-02-01T00:00:{seconds:02}Z")


def _rewritten(one: Look, told: Telling, seconds: int) -> Look:
    read = one.article
    assert read is not None
    new: Article = replace(read, text=told.text, lead=told.lead)
    return replace(one, change=Change.CHANGED, article=new, capture=_later(one, seconds))


LOOKS = [
    *(look(again, "b", n) for n, (_, _, again) in enumerate(pairs(STORIES[:6], 2))),
    *(look(one, "a", 20 + n) for n, one in enumerate(STORIES[:6])),
    *(_rewritten(look(STORIES[n], "a", 20 + n), STORIES[n + 1], n) for n in range(3)),
]


@given(st.permutations(LOOKS))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_puts_makes_no_difference(looks: list[Look]) -> None:
    """The same looks in any order give the same rows and the same groups."""
    with tempfile.TemporaryDirectory() as directory:
        assert _said(Path(directory) / "catalog", looks) == in_their_order()


@cache
def in_their_order() -> object:
    with tempfile.TemporaryDirectory() as directory:
        return _said(Path(directory) / "catalog", LOOKS)


def _said(path: Path, looks: list[Look]) -> object:
    with Catalog(path) as catalog:
        for one in looks:
            catalog.put(one)
        rows = [line for line in dump(catalog) if json.loads(line)[0] == "fingerprint"]
        return rows, [*map(_told, catalog.reprint_groups()), *_all_reprints(catalog)]


def _all_reprints(catalog: Catalog) -> Iterator[object]:
    return (_told(catalog.reprints(entry)) for entry in catalog.articles())


def _told(group: Group) -> object:
    reprints = [(one.entry.id, one.kind, one.jaccard, one.containment) for one in group.reprints]
    return group.article.id, reprints, group.earliest.id, group.by


def test_a_legal_header_leads_nowhere(catalog: Catalog) -> None:
    """Among thousands of documents under one header a reprint is found, by its own words, and no
    slower than among hundreds."""
    catalog.put_many(_documents(0, 300))
    reprint = replace(LONG, paragraphs=(HEADER, *LONG.paragraphs))
    one, other = look(reprint, "a", 50_000), look(LONG, "b", 50_001)
    catalog.put_many([one, other])
    among_few = _seconds(catalog, one)
    catalog.put_many(_documents(300, 2_500))
    assert set(found(catalog, one.url)) == {other.url}
    assert _seconds(catalog, one) < 3 * among_few + 0.05


def _documents(start: int, end: int) -> Iterator[Look]:
    for number in range(start, end):
        own = " ".join(f"Điều {number * 7 + n}. Giao đơn vị {number}-{n}." for n in range(12))
        yield look(Telling(f"Quyết định {number}", None, (HEADER, own)), "gov", number)


def _seconds(catalog: Catalog, one: Look) -> float:
    began = time.process_time()
    catalog.reprints(catalog.article(one.url))
    return time.process_time() - began


def test_a_story_that_is_everywhere_is_told_of_so_many(catalog: Catalog) -> None:
    """As many as a bucket may hold are found; where even that is too few, none: a phrase."""
    catalog.put_many(look(LONG, f"s{n}", n) for n in range(LARGEST_BUCKET))
    url = look(LONG, "s0", 0).url
    assert len(found(catalog, url)) == LARGEST_BUCKET - 1 <= MOST
    catalog.put(look(LONG, "one_more", 9_999))
    assert found(catalog, url) == {}


def test_a_short_text_is_compared_with_none(catalog: Catalog) -> None:
    """The heading of a gallery, which is all the text that it has, makes no reprints."""
    short = Telling("Ảnh", None, ("Một số hình ảnh tại hội nghị:",))
    whole = Telling("Tin", None, (*short.paragraphs, LONG.text))
    catalog.put_many([look(short, "a", 1), look(short, "b", 2), look(whole, "c", 3)])
    assert list(catalog.reprint_groups()) == []


def test_an_article_of_another_catalog(catalog: Catalog, tmp_path: Path) -> None:
    """An article that this catalog does not have has no reprints here either: that is told."""
    with Catalog(tmp_path / "other") as other:
        other.put(look(LONG, "a", 1))
        entry = other.article(look(LONG, "a", 1).url)
    with pytest.raises(ArticleNotFound):
        catalog.reprints(entry)
