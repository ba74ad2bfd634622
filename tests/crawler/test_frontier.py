"""The frontier: what of the addresses found is asked for, and how much of what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
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


def frontier(
    *articles: Known, budget: int = 500, day: int = 0, due: int = 0, ledger: Ledger | None = None
) -> Frontier:
    """A frontier of a round that begins so many days after NOW, when so many articles are due."""
    now = NOW + timedelta(days=day)
    if ledger is None:
        ledger = Ledger(None)
        ledger.begin(warc_date(now), oldest=warc_date(now), full_since=warc_date(now))
        made = _frontier(articles, ledger, budget, now)
        assert len(list(made.due())) == due
        return made
    return _frontier(articles, ledger, budget, now)


def _frontier(articles: Sequence[Known], ledger: Ledger, budget: int, now: datetime) -> Frontier:
    return Frontier(
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


def test_what_never_answers_does_not_take_every_run() -> None:
    """Articles that are asked for and do not answer as articles wait for their next day like all
    others: on the nights after, the looks of a run are for those that do.
    """
    dead, living = [known(n) for n in range(5)], [known(n) for n in range(5, 10)]
    late = [replace(one, looked_at=warc_date(NOW - timedelta(days=300))) for one in dead + living]
    ledger, asked = Ledger(None), list[set[str]]()
    for day in range(3):
        now = NOW + timedelta(days=day)
        ledger.begin(warc_date(now), oldest=warc_date(now), full_since=warc_date(now))
        made = frontier(*late, budget=5, day=day, ledger=ledger)
        asked.append({one.url for one in made.due()})
        for url in asked[-1] & {one.url for one in dead}:
            ledger.meet(url, "article", url, warc_date(now))
            ledger.failed(url, "status 403", warc_date(now))
        late = [
            replace(one, looked_at=warc_date(now))
            if one.url in asked[-1] - {d.url for d in dead}
            else one
            for one in late
        ]
        ledger.end(warc_date(now))
    assert {one.url for one in living} <= asked[0] | asked[1]


def test_a_clock_that_was_wrong_freezes_nothing() -> None:
    """What was looked at or fetched in years to come is asked for now, not when they have come."""
    then = warc_date(NOW + timedelta(days=3650))
    made = frontier(replace(known(1), looked_at=then, last_seen=then), due=1)
    url = "https://h.example/site.css"
    key = made.admit_requisite(url, Finding())
    assert key
    made.ledger.visited(Visit(key=key, url=url, at=then, status=200, said="requisite"))
    made.ledger.end(warc_date(NOW))
    made.ledger.begin(warc_date(NOW), oldest=warc_date(NOW), full_since=warc_date(NOW))
    assert made.admit_requisite(url, Finding())
