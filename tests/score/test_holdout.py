"""The held-out strangers' pages tell the truth about themselves."""

from __future__ import annotations

import html
import re
from datetime import datetime
from unicodedata import normalize

import pytest

from archive.article import Gone
from crawler.reading import NotAnArticle, Page, read
from tests.crawler.reading import pages
from tests.score import corpora
from tests.score.strangers.holdout import HOLDOUT
from tests.score.strangers.stranger import Stranger

SEED = 3


@pytest.fixture(params=HOLDOUT, ids=lambda kind: kind.name)
def site(request: pytest.FixtureRequest) -> Stranger:
    return corpora.stranger(request.param, SEED)


def plain(page: Page) -> str:
    """The words of a page, without tags."""
    words = html.unescape(re.sub(r"<[^>]*>", " ", page.body.decode()))
    return " ".join(normalize("NFC", words).split())


def test_pages_show_their_truth(site: Stranger) -> None:
    """Title, lead, paragraphs, captions and byline stand on each page, and so does each line of
    furniture that it is said to have."""
    for truth in site.articles:
        words = plain(pages.fetch(site, truth.url))
        shown = [truth.title, *truth.body, *truth.captions]
        shown += filter(None, [truth.lead, truth.byline])
        assert [line for line in shown if line not in words] == []
        squeezed = re.sub(r"\s", "", words)
        lines = site.furniture(truth.id)
        assert [line for line in lines if re.sub(r"\s", "", line) not in squeezed] == []
        assert len(lines) > 30


def test_dates_are_shown_or_not(site: Stranger) -> None:
    """A page shows the minute of its publication exactly when its truth has one."""
    for truth, story in zip(site.articles, site.newest(), strict=True):
        shown = site.printed_date(story) in plain(pages.fetch(site, truth.url))
        assert shown == (truth.published is not None)
        assert truth.published in (None, *precisions(story.when))


def precisions(when: datetime) -> tuple[str, str]:
    return f"{when:%Y-%m-%d}", f"{when:%Y-%m-%dT%H:%M}+07:00"


def test_furniture_is_never_the_article(site: Stranger) -> None:
    """No line of furniture equals a paragraph, a caption or the byline of its page."""
    for truth in site.articles:
        pages.fetch(site, truth.url)
        own = {*truth.body, *truth.captions, truth.lead, truth.byline}
        assert own.intersection(site.furniture(truth.id)) == set()


def test_furniture_differs_at_every_rendering(site: Stranger) -> None:
    """Two renderings of every article differ in counters and lists, not in the article."""
    for truth in site.articles:
        pages.fetch(site, truth.url)
        before = set(site.furniture(truth.id))
        pages.fetch(site, truth.url)
        assert len(before - set(site.furniture(truth.id))) >= 5
        assert site.truth(truth.id) == truth


def test_related_lists_differ_from_page_to_page(site: Stranger) -> None:
    """No two articles list the same others below them."""
    lists = set()
    for truth in site.articles:
        pages.fetch(site, truth.url)
        titles = {other.title for other in site.articles}
        lists.add(frozenset(titles.intersection(site.furniture(truth.id))))
    assert len(lists) == len(site.articles)


def test_lists_and_removed_pages_are_no_articles(site: Stranger) -> None:
    """A stranger's front page is a list, and the page of what was removed is gone."""
    assert isinstance(read(pages.fetch(site, "/"), site="la"), NotAnArticle)
    truth = site.articles[0]
    site.remove(truth.id)
    assert isinstance(read(pages.fetch(site, truth.url), site="la"), Gone | NotAnArticle)
