"""Everything is found, once, and no trap holds us: told by the access log of the server alone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from archive import Catalog, Collection
from crawler.site import ListingRules
from tests.cli import answer, tinhuy
from tests.practice import Hit, PracticeWeb, Quirks
from tests.practice.endless import SPACES
from tests.practice.politeness import assert_polite
from tests.practice.site import PracticeSite
from tests.practice.variety import story_at

NAMES = ("dongthap_portal", "baohatinh", "chodon", "travinh", "baodongthap")
ARTICLES = 40

LISTS = 4
"""Of the newspaper whose lists go on by a "load more": three sections and the newest."""

BOUNDS = {
    ("baohatinh", "load more"): LISTS * (ARTICLES // 6 + 2),
    # the parts of every list, the one that repeats the last, and an error struck once a list
    "sitemaps in circles": 8,  # indexes within indexes are followed three deep, errors included
    "repeated segments": 8,  # "x/x/" may be a section: one for each list that links it
}
"""How often a trap may be asked for, by its name, and why. All others: never."""


@dataclass(frozen=True)
class Night:
    """What came of one crawl: the server's log, the catalog's addresses, the runs."""

    web: PracticeWeb
    hits: list[Hit]
    known: dict[str, set[str]]
    runs: dict[str, dict[str, Any]]
    where: Path

    def of(self, name: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.site == name]


def hosts(site: PracticeSite) -> list[str]:
    """What stands for the site's own hosts: the front page at the first, then the others."""
    return [site.start, *site.hosts[1:], *([site.secure] if site.secure else [])]


def crawl(web: PracticeWeb, where: Path, *options: str) -> Night:
    """Crawl all sites of a web in one command."""
    ats = [f"--at={name}={url}" for name, site in web.sites.items() for url in hosts(site)]
    done = tinhuy("crawl", *web.sites, *ats, f"--collection={where}", *options)
    assert done.returncode in (0, 11), done.stderr[-3000:]
    return night_of(web, where)


def night_of(web: PracticeWeb, where: Path) -> Night:
    with Catalog(Collection.open(where).catalog_path) as catalog:
        known = {name: {entry.url for entry in catalog.articles(site=name)} for name in web.sites}
        runs = {run.site: {"outcome": run.outcome, "counts": run.counts} for run in catalog.runs()}
    return Night(web, list(web.log), known, runs, where)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """The first crawl of all five sites with all quirks on, in one command."""
    with PracticeWeb(seed=21, articles=ARTICLES, tls="other-host", keep_bytes=False) as web:
        for name in NAMES:
            web.quirks[name] = Quirks.everything()
        yield crawl(web, tmp_path_factory.mktemp("finding") / "c", "--delay=0.01")


def articles(night: Night, name: str, *statuses: int) -> Counter[tuple[int, bool]]:
    """How often each article was answered with one of these statuses.

    Liferay's addresses by name and by number are told apart: that they are one article stands on
    its page only, so both may be fetched before either is read.
    """
    site = night.web.sites[name]
    asked = ((story_at(hit.target, site), hit) for hit in night.of(name) if hit.status in statuses)
    by_number = re.compile(r"\d{4,}")
    return Counter(
        (story.id, name != "dongthap_portal" or bool(by_number.search(hit.target.split("/")[-1])))
        for story, hit in asked
        if story is not None
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_article_is_found(night: Night, name: str) -> None:
    """All articles of a site are in the catalog, each by its one address, and nothing else is."""
    assert night.known[name] == {truth.url for truth in night.web.sites[name].articles}
    assert {story for story, _ in articles(night, name, 200)} == set(night.web.sites[name].stories)


@pytest.mark.parametrize("name", NAMES)
def test_every_article_is_fetched_once(night: Night, name: str) -> None:
    """Each article page is answered 200 exactly once; whatever else is asked of it is a redirect,
    or is asked again because the server had failed."""
    assert set(articles(night, name, 200).values()) == {1}
    failed, asked = (sum(articles(night, name, s).values()) for s in (500, 200))
    redirected = sum(articles(night, name, 301, 302).values())
    every = sum(articles(night, name, *range(100, 600)).values())
    assert every == asked + failed + redirected
    assert redirected <= 3 * asked  # to a session, to https, and once more after a failure


@pytest.mark.parametrize("name", NAMES)
def test_nothing_forbidden_is_asked_for(night: Night, name: str) -> None:
    """No URL that robots.txt forbids is in the server's log, and robots.txt was read before all."""
    forbidden = night.web.forbidden(name) or ("nothing",)
    hits = night.of(name)
    assert [hit.target for hit in hits if hit.target.startswith(forbidden)] == []
    firsts = {hit.host: hit.target for hit in reversed(hits)}
    assert set(firsts.values()) == {"/robots.txt"}


@pytest.mark.parametrize("name", NAMES)
def test_every_trap_is_within_its_bound(night: Night, name: str) -> None:
    """No endless space and no space of copies is asked for oftener than its bound allows."""
    for trap, pattern in night.web.traps(name).items():
        found = [hit.target for hit in night.of(name) if re.search(pattern, hit.target)]
        bound = BOUNDS.get((name, trap), BOUNDS.get(trap, 0))
        assert len(found) <= bound, (trap, found[:5])


@pytest.mark.parametrize("name", NAMES)
def test_traps_are_counted(night: Night, name: str) -> None:
    """A run tells how many addresses it took for traps."""
    assert night.runs[name]["counts"]["traps"] > ARTICLES


@pytest.mark.parametrize("name", NAMES)
def test_the_archive_gives_it_all_again(night: Night, name: str) -> None:
    """A replay reads every article again from what was kept, through sessions, redirects and forms
    that were posted, though links are spelled otherwise on every page."""
    where = f"--collection={night.where}"
    done = tinhuy("replay", name, where, "--json")
    report = json.loads(done.stdout)
    assert (report["missing"], report["different"], report["unexpected"]) == ([], [], [])
    assert report["same"] == ARTICLES


def overlaps(hits: list[Hit]) -> int:
    """How often a request to one host came before the last was answered."""
    spans = sorted((hit.started_at.timestamp(), hit.seconds) for hit in hits)
    return sum(begin + took > later for (begin, took), (later, _) in pairwise(spans))


def by_host(hits: list[Hit]) -> dict[str, list[Hit]]:
    return {host: [hit for hit in hits if hit.host == host] for host in {h.host for h in hits}}


def test_one_request_at_a_time(night: Night) -> None:
    """No host is asked for anything while it is answering."""
    assert {hit.concurrent for hit in night.hits} == {1}
    assert {host: overlaps(hits) for host, hits in by_host(night.hits).items()} == dict.fromkeys(
        by_host(night.hits), 0
    )


DELAY = 0.3


def test_no_faster_than_allowed(tmp_path: Path) -> None:
    """Between the beginnings of two requests to a host lies the delay at least, whatever they are
    for: pages, redirects, further tries, pictures, robots.txt."""
    with PracticeWeb(seed=22, articles=3, only=("chodon",), tls="sound") as web:
        web.quirks["chodon"] = Quirks.everything()
        night = crawl(web, tmp_path / "c", f"--delay={DELAY}")
    for hits in by_host(night.hits).values():
        assert_polite(hits, DELAY)
    assert len(night.hits) > 20


@pytest.mark.parametrize("name", NAMES)
def test_an_unlisted_site(name: str, tmp_path: Path) -> None:
    """From one URL, with no file for the site, all is found as well, once, and within bounds."""
    with PracticeWeb(seed=23, articles=16, only=(name,)) as web:
        web.quirks[name] = Quirks.everything()
        site = web.sites[name]
        tinhuy("crawl", site.start, "--delay=0", f"--collection={tmp_path}/c")
        with Catalog(Collection.open(tmp_path / "c").catalog_path) as catalog:
            known = {entry.url for entry in catalog.articles()}
        night = Night(web, list(web.log), {name: known}, {}, tmp_path)
    assert known <= {truth.url for truth in site.articles}
    if len(site.hosts) == 1:  # nobody named the second host of the other one
        assert len(known) == len(site.articles)
    assert set(articles(night, name, 200).values()) == {1}
    test_every_trap_is_within_its_bound(night, name)
    test_one_request_at_a_time(night)


DESTRUCTIVE = {
    "parked": Quirks(refusal="parked"),
    "same": Quirks(refusal="same"),
    "wall": Quirks(cookie_wall=True),
    "home": Quirks(everything_home=True),
    "loop": Quirks(redirect_loop=True),
}


@pytest.mark.parametrize("quirk", DESTRUCTIVE)
def test_what_destroys_costs_little(quirk: str, tmp_path: Path) -> None:
    """Walls, loops and empty bodies make no article, and are not asked for without end."""
    with PracticeWeb(seed=24, articles=8, only=("chodon",)) as web:
        web.quirks["chodon"] = DESTRUCTIVE[quirk]
        at = f"--at={web.sites['chodon'].start}"
        tinhuy("crawl", "chodon", at, "--delay=0", f"--collection={tmp_path}/c")
        night = night_of(web, tmp_path / "c")
    assert night.known["chodon"] == set()
    assert len(night.hits) < 150


def test_a_host_that_moved(tmp_path: Path) -> None:
    """When a host sends everything to the one that came after it, and both are named, all is found
    there, and keeps the address that it had."""
    webs = [PracticeWeb(seed=25, articles=8, only=("chodon",)) for _ in range(2)]
    with webs[0] as before, webs[1] as after:
        old, new = (web.sites["chodon"].url for web in webs)
        before.quirks["chodon"] = Quirks(moved_to=new)
        ats = [f"--at=chodon={url}/" for url in (old, new)]
        answer("crawl", "chodon", *ats, "--delay=0", f"--collection={tmp_path}/c")
        night = night_of(after, tmp_path / "c")
    assert night.known["chodon"] == {truth.url for truth in before.sites["chodon"].articles}


@pytest.mark.parametrize(
    "quirks",
    [Quirks(head_pagers=True), Quirks(redesign=True), Quirks(endless=True, head_pagers=True)],
    ids=["pagers in the head", "redesign", "endless"],
)
@pytest.mark.parametrize("name", ["chodon", "baodongthap", "dongthap_portal"])
def test_lists_without_their_pagers(name: str, quirks: Quirks, tmp_path: Path) -> None:
    """Where only the head of a page names the next one, or every class has another name, lists are
    walked to their end."""
    with PracticeWeb(seed=26, articles=24, only=(name,)) as web:
        web.quirks[name] = quirks
        night = crawl(web, tmp_path / "c", "--delay=0")
    stories = {story_at(hit.target, web.sites[name]) for hit in night.of(name)} - {None}
    assert len(stories) == 24


def test_many_traps_are_told(tmp_path: Path) -> None:
    """A crawl that left many addresses alone as traps says so in one line, and its log says why."""
    with PracticeWeb(seed=27, articles=12, only=("baodongthap",)) as web:
        web.quirks["baodongthap"] = Quirks(endless=True, copies=True)
        ats = [f"--at={url}" for url in hosts(web.sites["baodongthap"])]
        done = tinhuy("crawl", "baodongthap", *ats, "--delay=0", f"--collection={tmp_path}/c")
    assert len(re.findall("addresses were left alone as traps", done.stderr)) == 1
    log = "".join(path.read_text() for path in (tmp_path / "c" / "logs").iterdir())
    for name in ("print", "mobile copies", "languages", "calendars", "replies", "sort orders"):
        assert f"trap: {name}" in log


@pytest.mark.parametrize("name", ["baohatinh", "travinh"])
def test_a_site_of_no_known_system(name: str, tmp_path: Path) -> None:
    """Where no rule says what an address is, all articles are found too, and a space that nobody
    has named ends by itself. Each of its three kinds links a random article on every page, so that
    some rows begin anew: two and a half of them are the bound."""
    with PracticeWeb(seed=28, articles=24, only=(name,)) as web:
        web.quirks[name] = Quirks(redesign=True, endless=True, copies=True, tracking=True)
        site = web.sites[name]
        where = f"--collection={tmp_path}/c"
        done = tinhuy("crawl", site.start, "--delay=0", where)
        assert done.returncode == 0, done.stderr
        stories = [story for hit in web.log if (story := story_at(hit.target, site))]
        with Catalog(Collection.open(tmp_path / "c").catalog_path) as catalog:
            known = {entry.url for entry in catalog.articles()}
    assert {story.id for story in stories} == set(site.stories)
    assert known == {truth.url for truth in site.articles}
    spaces = Counter(
        trap
        for trap, pattern in {**web.traps(name), **SPACES}.items()
        for hit in web.log
        if re.search(pattern, hit.target)
    )
    assert spaces["unnamed"] <= 3 * 2.5 * ListingRules().max_barren
    del spaces["unnamed"]
    # every page of it has a broken relative link of its own: three more kinds of listings
    assert spaces.pop("repeated segments", 0) <= 3 * ListingRules().max_barren + 20
    assert {trap: n for trap, n in spaces.items() if n > 8} == {}
