"""The practice web, read with its platforms' rules and without any."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from archive.article import Article, Gone
from crawler import registry
from crawler.reading import NotAnArticle, read
from tests import scoring
from tests.crawler.reading import pages
from tests.practice import seeds

SITES = sorted(pages.PLATFORM_OF)
SEED = date.today().toordinal()
"""Another one each day: rules that fit one seed only would be found out."""
EXACT = ("title", "lead", "text", "author", "byline", "dateline", "published", "updated", "section")


@pytest.fixture(params=SITES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def linked(article: Article) -> list[tuple[str, str] | None]:
    both = (article.previous, article.next)
    return [(link.title, link.url) if link else None for link in both]


@pytest.mark.parametrize("field", EXACT)
def test_field_by_rules(name: str, field: str) -> None:
    """With a platform's rules, each field of each article is just what its page prints."""
    for reading in pages.readings(name, seed=SEED, with_rules=True):
        assert getattr(reading.article, field) == getattr(reading.truth, field), reading.truth.url


def test_links_by_rules(name: str) -> None:
    """Captions, attachments and the articles before and after are found, and no others."""
    for reading in pages.readings(name, seed=SEED, with_rules=True):
        article, truth = reading.article, reading.truth
        assert article.captions == truth.captions
        assert {link.url for link in article.attachments} == set(truth.attachments)
        wanted = [near and (near.title, near.url) for near in (truth.previous, truth.next)]
        assert linked(article) == wanted
        assert article.extractor.endswith(" rules")
        assert article.language == "vi"


@pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "generic"])
def test_no_furniture_is_left(name: str, with_rules: bool) -> None:
    """Not one line that a practice page puts round its article is read as part of it."""
    for reading in pages.readings(name, seed=SEED, with_rules=with_rules):
        article = reading.article
        lines = [*article.text.split("\n\n"), *article.captions, article.lead, article.author]
        assert not set(reading.furniture).intersection(lines), reading.truth.url


def test_generic_reader(name: str) -> None:
    """Without any rule of the site the text scores .985 on the mean, .95 at worst, no date is
    wrong, and title and author are right on 98 of 100."""
    found = pages.readings(name, seed=SEED, with_rules=False)
    scores = [
        scoring.of_article(
            r.article, lead=r.truth.lead, body=r.truth.body, neutral=r.truth.captions
        )
        for r in found
    ]
    assert scoring.mean_f1(scores) >= 0.985
    assert min(score.f1 for score in scores) >= 0.95
    for field in ("published", "updated"):
        wrong = [
            r for r in found if getattr(r.article, field) not in (None, getattr(r.truth, field))
        ]
        assert not wrong
    for field in ("title", "author"):
        right = sum(getattr(r.article, field) == getattr(r.truth, field) for r in found)
        assert right >= 0.98 * len(found), field


def test_recognition(name: str) -> None:
    """A platform is recognised by its own pages, and by no other platform's."""
    for reading in pages.readings(name, seed=SEED, with_rules=True):
        found = registry.recognise(reading.page.body.decode())
        assert found is not None
        assert found.name == pages.PLATFORM_OF[name]


@pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "generic"])
def test_lists_are_no_articles(name: str, with_rules: bool) -> None:
    """Front page and lists of a practice site, full of titles and leads, are no articles."""
    site = pages.practice_site(name, seed=SEED)
    rules = pages.rules_of(name) if with_rules else ()
    for target in LISTS[name]:
        page = pages.fetch(site, target)
        assert page.status == 200
        assert isinstance(read(page, site=name, rules=rules), NotAnArticle), target


LISTS = {
    "dongthap_portal": ("/web/huyenuy", "/web/huyenuy/tin-hoat-dong"),
    "baohatinh": ("/", "/chinh-tri/", "/tin-moi.html", "/api/morenews-0-2.html",
                  "/tu-khoa/dan-van-kheo.html"),
    "chodon": ("/", "/page/2/"),
    "travinh": ("/", "/1458/39701/71968/tin-tuc"),
    "baodongthap": ("/", "/chinh-tri?cate=342"),
}  # fmt: skip


@pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "generic"])
def test_soft_404(name: str, with_rules: bool) -> None:
    """The page of a removed article reads as gone, also where its status says 200."""
    site = pages.practice_site(name, seed=SEED)
    url = site.articles[0].url
    site.remove(site.articles[0].id)
    rules = pages.rules_of(name) if with_rules else ()
    page = pages.fetch(site, url)
    for asked in (page, pages.page(page.body, url=url)):
        found = read(asked, site=name, rules=rules)
        assert isinstance(found, Gone)
        assert found.url == url


@pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "generic"])
def test_normal_form_makes_no_difference(name: str, with_rules: bool) -> None:
    """A page in NFD reads as the same page in NFC, and every page twice as once."""
    rules = pages.rules_of(name) if with_rules else ()
    for reading in pages.readings(name, seed=SEED, with_rules=with_rules)[:5]:
        decomposed = normalize("NFD", reading.page.body.decode()).encode()
        assert (
            read(pages.with_body(reading.page, decomposed), site=name, rules=rules) == reading.read
        )
        assert read(reading.page, site=name, rules=rules) == reading.read


def test_ideal_records() -> None:
    """All five seed articles come out of their pages as the ideal records have them."""
    directory = seeds.default_directory()
    if directory is None:
        pytest.skip("shared/seeds not found: no ideal records to compare with")
    records = {r["file"]: r for r in ideal(directory)}
    for name in SITES:
        found = pages.readings(name, seed=SEED, with_rules=True)
        reading = next(r for r in found if r.truth.seed_file)
        article, wanted = reading.article, records.pop(str(reading.truth.seed_file))
        published, source = wanted["published"], wanted["source_prefix"]
        assert article.title == wanted["title"]
        assert article.lead == wanted["lead"]
        assert article.text.split("\n\n") == wanted["body"]
        assert list(article.captions) == wanted["captions"]
        assert article.author == wanted["author"]
        assert article.byline == wanted.get("author_raw", wanted["author"]) or "label" in str(
            wanted["author_kind"]
        )
        assert article.published == (published and published["value"])
        assert article.updated == wanted["updated"]
        assert article.dateline == (source and f"{source['raw']} - ")
        assert article.section == wanted["section"] or wanted["section"] is None
        assert [link and link[0] for link in linked(article)] == [
            wanted[side] and wanted[side]["title"] for side in ("previous", "next")
        ]
        audio = [entry["url"].rsplit("/", 1)[-1] for entry in wanted["audio"]]
        assert [link.url.rsplit("/", 1)[-1] for link in article.attachments] == audio
    assert not records


def ideal(directory: Path) -> list[dict[str, Any]]:
    text = (directory / "ideal.json").read_text(encoding="utf-8")
    return list(json.loads(text)["records"])
