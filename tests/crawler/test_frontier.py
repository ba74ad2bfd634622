"""The frontier: what of the addresses found is asked for, and how much of what is known."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from archive import Known
from archive.writer import warc_date
from crawler.frontier import Finding, Frontier
from crawler.ledger import Ledger, Visit
from crawler.scope import Scope
from crawler.site import RevisitPolicy, UrlRules
from crawler.traps import Harvest

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URLS = UrlRules(article=(r"^/a-\d+\.html$",), listing=(r"^/$", r"^/tin"))


def known(number: int) -> Known:
    url, then = f"https://h.example/a-{number}.html", warc_date(NOW - timedelta(days=400))
    looked_at = warc_date(NOW - timedelta(days=1))
    return Known(
        url=url,
        first_seen=then,
        last_seen=looked_at,
        looked_at=looked_at,
        looks=5,
        edits=0,
        changed_at=None,
        gone_at=None,
        addresses=(url,),
    )


def frontier(*articles: Known, budget: int = 500, day: int = 0) -> Frontier:
    ledger = Ledger(None)
    now = NOW + timedelta(days=day)
    ledger.begin(warc_date(now), oldest=warc_date(now), full_since=warc_date(now))
    made = Frontier(
        scope=Scope(["https://h.example"], URLS),
        known={one.url: one for one in articles},
        ledger=ledger,
        policy=RevisitPolicy(looks_a_run=budget),
        refresh=False,
        harvest=Harvest(50),
        counts=Counter(),
        clock=lambda: now,
        refuse=lambda url, reason, via: None,
    )
    assert list(made.due()) == []
    return made


def told(number: int, hours: int = -1) -> tuple[str, Finding]:
    when = warc_date(NOW + timedelta(hours=hours))
    url = f"https://h.example/a-{number}.html"
    return url, Finding(via="https://h.example/sitemap.xml", is_listed=True, modified=when)


def test_what_a_sitemap_tells_of_is_looked_at_again() -> None:
    """A known article is asked for when a list tells of a change after our look, and only then."""
    made = frontier(known(1), known(2))
    admitted = made.admit(*told(1))
    assert admitted
    assert admitted.is_told
    assert made.admit(*told(2, hours=-30)) is None


def test_a_sitemap_cannot_make_us_look_at_everything() -> None:
    """No more known articles are asked for than the budget of a run allows, whatever is told."""
    made = frontier(*map(known, range(50)), budget=3)
    assert sum(made.admit(*told(number)) is not None for number in range(50)) == 3


def test_a_sitemap_that_is_mostly_wrong_is_not_believed() -> None:
    """When what it told of had not changed in nine of ten cases, it is asked for nothing more."""
    made = frontier(*map(known, range(3)))
    made.ledger.add("told", 30)
    made.ledger.add("told_rightly", 2)
    assert made.admit(*told(1)) is None
    made.ledger.add("told_rightly", 2)
    assert made.admit(*told(2)) is not None


def test_what_is_not_due_is_not_asked_for() -> None:
    """A known article that no list tells of waits for its day; a new one is asked for at once."""
    made = frontier(known(1))
    assert made.admit(known(1).url) is None
    assert made.admit("https://h.example/a-9.html") is not None
    assert made.admit("https://h.example/a-9.html") is None


@pytest.mark.parametrize(("days", "asked"), [(0.1, False), (1, True)])
def test_what_was_no_article_is_looked_at_again_too(days: float, asked: bool) -> None:
    """An address that should be an article and was none is asked for again as articles are."""
    made, url = frontier(), "https://h.example/a-9.html"
    assert made.admit(url)
    at = warc_date(NOW)
    made.ledger.visited(Visit(key=url, url=url, at=at, status=200, said="no article: gallery"))
    made.ledger.end(at)
    made.clock = lambda: NOW + timedelta(days=days)
    later = warc_date(made.clock())
    made.ledger.begin(later, oldest=later, full_since=at)
    assert (made.admit(url) is not None) is asked


def test_a_requisite_rests_for_a_month() -> None:
    """A style sheet that was fetched is not asked for again by pages of the same month."""
    made, url = frontier(), "https://h.example/site.css"
    key = made.admit_requisite(url, Finding())
    assert key
    at = warc_date(NOW)
    made.ledger.visited(Visit(key=key, url=url, at=at, status=200, said="requisite"))
    made.ledger.end(at)
    asked = []
    for day in (1, 29, 31):
        now = NOW + timedelta(days=day)
        made.clock = lambda now=now: now  # type: ignore[misc]
        made.ledger.begin(warc_date(now), oldest=warc_date(now), full_since=at)
        asked.append(made.admit_requisite(url, Finding()) is not None)
        made.ledger.end(warc_date(now))
    assert asked == [False, False, True]
