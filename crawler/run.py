"""One crawl or replay, from the names of sites to the runs that came of it.

A process can do this once: Twisted's reactor cannot be started again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import math
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from archive import Article, Catalog, Change, Collection, CollectionLocked, Run, cdxj
from archive.writer import warc_date
from crawler import registry
from crawler.check import Check, checking
from crawler.clock import now
from crawler.diary import Diary
from crawler.ending import Ending
from crawler.fetching.browser import check_installed
from crawler.fetching.ending import is_ending, is_running
from crawler.fetching.guard import named_by_spelling
from crawler.generic import spider_for
from crawler.scope import address
from crawler.session import Session, session_of
from crawler.settings import COMMIT_SECONDS, CONTACT, RUN_NUMBER
from crawler.spider import SiteSpider
from crawler.survey import Survey, surveying

MIN_DELAY = 0.5
"""Seconds between requests to a host that is not loopback: nobody is asked faster."""

WATCH_SECONDS = 0.25

COMMIT_SHARE = 0.2
"""Seconds between commits of any of many sites: each stops all others while the disk is busy."""


class BadRequest(ValueError):
    """What the user asked for cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """`at`: by site name, URLs that stand for its domains, in their order. `delay` in seconds."""

    max_pages: int | None = None
    at: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delay: float | None = None
    refresh: bool = False


@dataclass(slots=True, kw_only=True)
class RunState:
    """Live numbers of one site's run. `state` is "starting", "running", "ending" (nothing more is
    sent) and then, when it `is_over`, its outcome, or "not begun". `waiting` is what waits in its
    ledger.
    """

    site: str
    state: str = "starting"
    is_over: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    waiting: int = 0


class Watch(Protocol):
    """Who is told of a crawl while it runs."""

    def __call__(self, states: Sequence[RunState]) -> None:
        """How the runs stand: a few times a second, from a thread, and once at the end."""

    def told_to_end(self, by: signal.Signals) -> None:
        """A signal ends it in good order. From the same thread."""

    def ends_at_once(self) -> None:
        """The program ends with the return from here: within a signal handler, and whatever other
        threads hold.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """The runs that came of a crawl, and by site what kept one from beginning or from going on."""

    runs: list[Run]
    troubles: dict[str, BaseException]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """What a replay read, beside what the catalog holds. The lists are of URLs."""

    site: str
    pages: int
    articles: list[Article]
    same: int
    different: list[str]
    missing: list[str]
    unexpected: list[str]


def crawl(
    collection: Path,
    names: Sequence[str],
    options: CrawlOptions = CrawlOptions(),
    *,
    watch: Watch | None = None,
) -> Crawled:
    """Crawl sites (or one URL of no known site) into a collection, all at once.

    What troubles one site stops no other: the ArchiveError of a collection that cannot be opened or
    is in use, StorageFailed if the disk refused what was written. Raises UnknownSite, BadRequest,
    BrowserMissing.
    """
    jobs = list({job.spider.site.name: job for job in map(_Job.of, names)}.values())
    settings = {"COLLECTION": str(collection), **_settings(options, jobs)}
    _check_browser(jobs)
    _mind_contact(jobs, options)
    sessions, troubles = _run(jobs, settings, watch)
    _note_skipped(collection, troubles)
    return Crawled(runs=[each.run for each in sessions if each.run], troubles=troubles)


def _note_skipped(collection: Path, troubles: Mapping[str, BaseException]) -> None:
    """A site that another run holds is skipped: that is told in the diary too."""
    busy = {site: str(one) for site, one in troubles.items() if isinstance(one, CollectionLocked)}
    if busy:
        with Diary.of(Collection.open(collection)) as diary:
            for site, why in busy.items():
                diary.skip(site, warc_date(now()), why, RUN_NUMBER or None)


def replay(
    collection: Path, name_or_url: str, *, at: datetime | None = None, watch: Watch | None = None
) -> ReplayReport:
    """Run the same spider over what is kept. Nothing is sent and nothing is written."""
    job = _replayed(collection, name_or_url)
    settings = {
        "AT": _stood_at(collection, job.spider.site.name, at),
        "COLLECTION": str(collection),
        "REPLAY_AT": at.isoformat() if at else None,
    }
    read: dict[str, Article] = {}
    session = _run_one(job, settings | REPLAY_SETTINGS, watch, read)
    return _compare(session, read)


def _replayed(collection: Path, name_or_url: str) -> _Job:
    """The job of a site; of one that is not in the list, begun where its newest run began."""
    try:
        return _Job.of(name_or_url)
    except registry.UnknownSite:
        kept = Collection.open(collection)
        with Catalog(kept.catalog_path) as catalog:
            runs = catalog.runs(name_or_url)
        if not runs:
            raise
        began = cdxj.timestamp(runs[-1].started_at)
        pages = (one for one in kept.captures_of(name_or_url) if one.timestamp >= began)
        first = min(
            (one for one in pages if not one.url.endswith("/robots.txt")),
            key=lambda one: (one.timestamp, one.offset),
            default=None,
        )
        if first is None:
            raise
        return _Job.of(first.url)


def _stood_at(collection: Path, site: str, at: datetime | None) -> dict[str, list[str]]:
    """Which hosts stood for the site's own in its newest run, at that time."""
    with Catalog(Collection.open(collection).catalog_path) as catalog:
        runs = catalog.runs(site)
    past = [run for run in runs if at is None or datetime.fromisoformat(run.started_at) <= at]
    if not past:
        when = f" before {at.isoformat()}" if at else ""
        raise BadRequest(
            f"{site} was not crawled{when} into {collection}; there is nothing to replay"
        )
    return {site: list(past[-1].at)}


def check_site(name_or_url: str, options: CrawlOptions = CrawlOptions()) -> list[Check]:
    """Fetch one listing and one article of a site, and tell what was found. Keeps nothing.

    Raises UnknownSite, BadRequest, BrowserMissing.
    """
    checks: list[Check] = []
    asked = _Job.of(name_or_url)
    job = _Job(checking(asked.spider, checks), asked.url)
    _check_browser([job])
    with TemporaryDirectory(prefix="tinhuy-check-") as directory:
        _run_one(job, {"COLLECTION": directory, **_settings(options, [job])})
    return checks


def survey_site(url: str, collection: Path, options: CrawlOptions = CrawlOptions()) -> Survey:
    """Look at some pages of a site that nobody knows. `collection` is made, and only for this.

    Raises BadRequest.
    """
    _check_url(url)
    survey = Survey(start=url)
    job = _Job(surveying(url, survey), url)
    settings = {
        "COLLECTION": str(collection),
        "REQUISITES": False,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",  # the survey tells of every failure itself
        **_settings(options, [job]),
    }
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(lambda _: False)
    _run_one(job, settings)
    return survey


logger = logging.getLogger(__name__)

REPLAY_SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.fetching.replay.ReplayHandler"),
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "REFRESH": True,
    "REPLAY": True,
    "REQUISITES": False,
    "RETRY_ENABLED": False,
}
"""What a replay changes, at command-line priority."""


@dataclass(frozen=True, slots=True)
class _Job:
    spider: type[SiteSpider]
    url: str | None = None

    @classmethod
    def of(cls, name: str) -> _Job:
        """The spider of a site's name, or of a URL that belongs to a known site or to none."""
        if "://" not in name:
            return cls(registry.spider(name))
        _check_url(name)
        known = registry.by_host(name)
        return cls(registry.spider(known.name) if known else spider_for(name), name)


def _settings(options: CrawlOptions, jobs: Sequence[_Job]) -> dict[str, Any]:
    standing = [url for urls in options.at.values() for url in urls]
    for url in standing:
        _check_url(url)
    settings: dict[str, Any] = {
        "AT": {site: list(urls) for site, urls in options.at.items()},
        "COMMIT_SECONDS": max(COMMIT_SECONDS, COMMIT_SHARE * len(jobs)),
        "MAX_PAGES": options.max_pages or 0,
        "REFRESH": options.refresh,
    }
    for name, urls in options.at.items():
        domains = registry.site(name).domains
        if len(urls) < len(domains):
            logger.warning(
                "%s has %d domains (%s), --at names %d: links to the others are not followed",
                *(name, len(domains), ", ".join(domains), len(urls)),
            )
    if options.delay is not None:
        settings["HOST_DELAY"] = options.delay
    for job in jobs:
        site = job.spider.site
        delay = settings.get("HOST_DELAY", site.politeness.delay)
        _check_delay(delay, options.at.get(site.name) or [job.url or site.seeds[0]])
    return settings


def _mind_contact(jobs: Sequence[_Job], options: CrawlOptions) -> None:
    """Somebody else's server should be able to ask us to stop: say so if it cannot."""
    hosts = {
        urlsplit(url).hostname or ""
        for job in jobs
        for url in options.at.get(job.spider.site.name) or [job.url or job.spider.site.seeds[0]]
    }
    if not CONTACT and not all(map(_is_loopback, hosts)):
        logger.warning(
            "nobody is named to whom owners of sites can write: set TINHUY_CONTACT to an address"
        )


def _check_browser(jobs: Sequence[_Job]) -> None:
    """Before anything is asked of a site whose pages a browser draws. Raises BrowserMissing."""
    if any(job.spider.site.rendered for job in jobs):
        check_installed()


def _check_url(url: str) -> None:
    parts = address(url)
    if parts is None:
        raise BadRequest(f"{url!r} is not an http or https address; write http://host/path")
    if "@" in parts.netloc:
        raise BadRequest(
            "an address with a name or password in it is not crawled: it would be kept"
        )


def _check_delay(delay: float, urls: Sequence[str]) -> None:
    if not math.isfinite(delay) or delay < 0:
        raise BadRequest("the delay is a number of seconds, 0 or more")
    for host in (urlsplit(url).hostname or "" for url in urls):
        if delay < MIN_DELAY and not _is_loopback(host):
            raise BadRequest(
                f"a delay under {MIN_DELAY} s is for loopback only, and {host} is somebody's "
                f"server; it is {delay:g} by --delay, the site's file or host_delay: "
                f"give {MIN_DELAY} or more"
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _run_one(
    job: _Job,
    settings: Mapping[str, Any],
    watch: Watch | None = None,
    read: dict[str, Article] | None = None,
) -> Session:
    """Run one job. Raises what stopped it."""
    sessions, troubles = _run([job], settings, watch, read)
    for trouble in troubles.values():
        raise trouble
    return sessions[0]


def _run(
    jobs: Sequence[_Job],
    settings: Mapping[str, Any],
    watch: Watch | None,
    read: dict[str, Article] | None = None,
) -> tuple[list[Session], dict[str, BaseException]]:
    """Run all jobs in one reactor: the sessions that were opened, and by site what stopped it."""
    values = Settings()
    values.setmodule("crawler.settings", priority="project")
    values.setdict(dict(settings), priority="cmdline")
    process = AsyncCrawlerProcess(values)
    crawlers = [process.create_crawler(job.spider) for job in jobs]
    for job, crawler in zip(jobs, crawlers, strict=True):
        named = _named_hosts(job, settings.get("AT", {}))
        crawler.settings.set("NAMED_HOSTS", named, priority="cmdline")
        if read is not None:
            crawler.signals.connect(_Keep(read).item, signals.item_scraped, weak=False)
    tasks = [process.crawl(crawler) for crawler in crawlers]
    last_word = watch.ends_at_once if watch else lambda: None
    crawls = dict(zip(crawlers, tasks, strict=True))
    seconds = values.getfloat("ENDING_SECONDS")
    with Ending(crawls, seconds, last_word) as ending, _watching(crawls, ending, watch):
        process.start(install_signal_handlers=False)
    sessions, troubles = list[Session](), dict[str, BaseException]()
    for job, crawler, task in zip(jobs, crawlers, tasks, strict=True):
        session = _opened(crawler)
        if session:
            sessions.append(session)
        if trouble := task.exception() or (session and session.trouble):
            troubles[job.spider.site.name] = trouble
    return sessions, troubles


def _opened(crawler: Crawler) -> Session | None:
    with suppress(KeyError):
        return session_of(crawler)
    return None


def _named_hosts(job: _Job, at: Mapping[str, Sequence[str]]) -> list[str]:
    """What the user named of this site: no other site of the same command may go there."""
    urls = [*at.get(job.spider.site.name, ()), *([job.url] if job.url else [])]
    written = named_by_spelling(job.spider.site.origins)
    return [*(urlsplit(url).netloc for url in urls), *written]


@dataclass(frozen=True, slots=True)
class _Keep:
    articles: dict[str, Article]

    def item(self, item: object) -> None:
        if isinstance(item, Article):
            self.articles[item.url] = item


_Crawls = Mapping[Crawler, asyncio.Task[None]]


@contextmanager
def _watching(crawls: _Crawls, ending: Ending, watch: Watch | None) -> Iterator[None]:
    """Tell `watch` how the runs stand, a few times a second and once at the end."""
    if watch is None:
        yield
        return
    telling, ended = _Telling(watch, crawls, ending), threading.Event()

    def tell() -> None:
        while not ended.wait(WATCH_SECONDS):
            telling.tell()

    teller = threading.Thread(target=tell, name="watch", daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
        telling.tell()


class _Telling:
    """What `watch` was told, and what is new."""

    def __init__(self, watch: Watch, crawls: _Crawls, ending: Ending) -> None:
        self._watch, self._crawls, self._ending = watch, crawls, ending
        self._states = [RunState(site=str(crawler.spidercls.name)) for crawler in crawls]
        self._is_told_to_end = False

    def tell(self) -> None:
        if self._ending.by and not self._is_told_to_end:
            self._is_told_to_end = True
            self._watch.told_to_end(self._ending.by)
        _refresh(self._states, self._crawls)
        self._watch(self._states)


def _refresh(states: Sequence[RunState], crawls: _Crawls) -> None:
    """From another thread than the crawl's: nothing is asked but what it has counted."""
    for state, (crawler, task) in zip(states, crawls.items(), strict=True):
        session = _opened(crawler)
        if session is None:
            state.is_over = task.done()
            state.state = "not begun" if state.is_over else "starting"
            continue
        run, state.waiting = session.run, session.ledger.queue.length
        state.counts = run.counts if run else session.live_counts()
        state.is_over = run is not None or task.done()
        if is_running(crawler):
            state.state = "ending" if is_ending(crawler) else "running"
        if run:
            state.state = run.outcome


def _compare(session: Session, read: Mapping[str, Article]) -> ReplayReport:
    with Catalog(session.collection.catalog_path) as catalog:
        changes = {url: catalog.compare(article) for url, article in read.items()}
        living = {known.url for known in catalog.known(session.site) if not known.gone_at}
    return ReplayReport(
        site=session.site,
        pages=session.counts["pages"],
        articles=[read[url] for url in sorted(read)],
        same=sum(change == Change.UNCHANGED for change in changes.values()),
        different=sorted(
            url for url, change in changes.items() if change not in (Change.UNCHANGED, Change.NEW)
        ),
        missing=sorted(living - read.keys()),
        unexpected=sorted(url for url, change in changes.items() if change == Change.NEW),
    )
