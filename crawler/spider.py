"""SiteSpider walks a site: seeds, listings, articles, requisites. A site's file says where."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response, TextResponse
from scrapy.settings import BaseSettings
from scrapy.utils.response import get_base_url

from archive import Article, Gone
from archive.writer import warc_date
from crawler import feeds, links, registry, requisites
from crawler.feeds import Entry
from crawler.fetching.capture import record_to
from crawler.fetching.failures import sort_of
from crawler.fetching.recall import Recall, recall_for
from crawler.fetching.replay import replay_from
from crawler.fetching.turns import NotAsked
from crawler.frontier import Finding, Frontier
from crawler.judging import Judge, page_from
from crawler.ledger import BY_HAND, PAGES, Visit
from crawler.links import Links, Postback, whole
from crawler.politeness import Hours
from crawler.reading import NotAnArticle, study
from crawler.reading.page import GONE
from crawler.requisites import Requisite
from crawler.scheduler import FORM
from crawler.scope import Scope, absolute
from crawler.session import Session, open_session
from crawler.site import Site
from crawler.traps import Harvest

MAX_IMPORTS = 5
"""Style sheets that import one another are followed so deep."""

MAX_SITEMAPS = 50
"""That a robots.txt names."""

PRIORITIES = {"listing": 20, "article": 10, "page": 10, "feed": 30, "requisite": -100}
KNOWN_ARTICLE = 5
"""What was never archived goes before what may have been edited."""
BEFORE_LISTS = 15
"""More for articles where pages are limited: else lists would take all, night after night."""

Found = Iterator[Request | Article | Gone | NotAnArticle]


class SiteSpider(scrapy.Spider):
    """One site, given by its data. Every callback takes a response and yields what it found.

    Subclasses set `site` and a name equal to `site.name`, and override a method only where rules
    cannot say it.
    """

    site: ClassVar[Site]
    session: Session
    scope: Scope

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.set("HOST_DELAY", cls.site.politeness.delay, priority="spider")
        Hours.of(cls.site.politeness.hours)
        settings.set("CRAWL_HOURS", cls.site.politeness.hours, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._prepare(crawler)
        crawler.signals.connect(spider._count_error, signals.spider_error)
        crawler.signals.connect(spider._count_error, signals.item_error)
        crawler.signals.connect(spider._heed, signals.robots_parsed)
        return spider

    def _count_error(self) -> None:
        self.session.counts["errors"] += 1

    def closed(self, reason: str) -> None:
        """Scrapy's last word: every answer has come and every item is through the pipeline."""
        self.session.close(reason)

    def _prepare(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.session = session = open_session(crawler, self.site.name)
        session.begin(self.site.revisit, refresh=settings.getbool("REFRESH"))
        if session.recording:
            record_to(crawler, session.recording, clock=session.clock)
            recall_for(crawler, Recall(session.collection, session.ledger.round))
        else:
            replay_from(crawler, session.collection)
        self.at = [urlsplit(url) for url in session.at]
        self.with_requisites = settings.getbool("REQUISITES")
        self.read_so_far: set[int] = set()
        self._use(registry.rules(self.site))

    def _use(self, rules: registry.Rules) -> None:
        """Walk by these rules from now on."""
        settings, session = self.settings, self.session
        self.rules = rules
        hosts = [f"{at.scheme}://{at.netloc}" for at in self.at] or self.site.origins
        self.scope = Scope(hosts, rules.urls, rules.traps)
        self.fronts = {self.scope.key(url) for url in self._seeds()}
        self.judge = Judge(self.crawler, session, self.scope)
        self.frontier = Frontier(
            scope=self.scope,
            known=session.known,
            ledger=session.ledger,
            policy=self.site.revisit,
            refresh=settings.getbool("REFRESH"),
            harvest=Harvest(rules.listing.max_barren),
            counts=session.counts,
            clock=session.clock,
            refuse=session.refuse,
        )
        session.study = partial(
            study,
            site=self.site.name,
            rules=rules.article,
            canonical=self.frontier.identity,
            model=session.model,
        )

    # Where a run begins

    async def start(self) -> AsyncIterator[Request]:
        for seed in self._seeds():
            if key := self.frontier.admit_seed(seed):
                yield self._request(seed, "listing", key=key, seed=True)
        for request in self._rules_feeds():
            yield request
        for request in self._known():
            yield request

    def _known(self) -> Iterator[Request]:
        """What is due: articles at the address where each was seen last, and what failed before."""
        for known in self.frontier.due():
            if request := self._follow(known.addresses[0], Finding()):
                yield request
        for address in self.session.ledger.unanswered():
            if request := self._follow(address.url, Finding(via=address.via)):
                request.meta["again"] = address.error == BY_HAND
                yield request

    def _seeds(self) -> list[str]:
        """The site's seeds; a path that the user named with another host stands for them all."""
        if self.at and self.at[0].path.strip("/"):
            return [self.at[0].geturl()]
        return [self._at(url) for url in self.site.seeds]

    def _at(self, url: str) -> str:
        """The URL on the host that stands for the site's own, when the user named one."""
        if not self.at:
            return url
        here = urlsplit(url)._replace(scheme=self.at[0].scheme, netloc=self.at[0].netloc)
        return here.geturl()

    # What comes back

    def visit(
        self, response: Response
    ) -> Iterator[Request | Article | Gone | NotAnArticle | Visit]:
        """Whatever an answer leads to; and then the word that all of it was said."""
        meta, news, said = response.meta, 0, ""
        try:
            for found in self._made_of(response):
                news += isinstance(found, Request) and found.meta["kind"] in PAGES
                said = said or _said(found)
                yield found
        except Exception:  # one page that we cannot take must not hold up its site
            self._count_error()
            self.logger.exception("%s: an error of ours", response.url)
            said = "error of ours"
        yield Visit(
            key=meta["key"],
            url=response.url,
            at=meta["capture"].date,
            status=response.status,
            said=said or f"{meta['kind']}: {news} new addresses",
            is_barren=not news,
            is_told=meta.get("is_told", False),
        )

    def _made_of(self, response: Response) -> Found:
        match response.meta["kind"]:
            case "listing":
                return self.parse_listing(response)
            case "feed":
                return self.parse_feed(response)
            case "requisite":
                return self.parse_requisite(response)
            case _:
                return self.parse_article(response)

    def parse_listing(self, response: Response) -> Found:
        """A page of links: articles, other listings, the next page."""
        sound = self.judge.is_sound(response)
        self.judge.listed(response)
        if not sound or not isinstance(response, TextResponse):
            return
        if response.meta.get("seed"):
            self.judge.doubt(response, self.site.platform)
        page = whole(response)
        yield from self._links(page)
        yield from self._requisites(page)

    def parse_article(self, response: Response) -> Found:
        """A page that should be one article; its links are followed too."""
        read = list[Request | Article | Gone | NotAnArticle]()
        if self.judge.is_sound(response) or response.status in GONE:
            read += self._reading(response)
            yield from read
        else:
            self.judge.came(response)
        if response.status == 200 and isinstance(response, TextResponse):
            page = whole(response)
            yield from self._links(page, is_article=any(isinstance(one, Article) for one in read))
            yield from self._requisites(page)
            yield from self._attachments(read, response)

    def parse_feed(self, response: Response) -> Found:
        """A feed or sitemap: a second way to find articles; its absence is no failure."""
        if response.status != 200:
            return
        self.session.counts["feeds"] += 1
        found = feeds.entries(response.body, response.url, now=self.session.clock())
        yield from self._feeds(found.sitemaps, response)
        for entry in found.pages:
            finding = Finding(via=response.url, is_listed=True, modified=_date(entry.changed))
            if request := self._follow(entry.url, finding, response):
                yield request

    def _rules_feeds(self) -> Iterator[Request]:
        """The feeds and sitemaps that systems like this one have."""
        paths = (*self.rules.listing.feeds, *self.rules.listing.sitemaps)
        urls = (self._at(urljoin(self.site.seeds[0], path)) for path in paths)
        yield from self._feeds(map(Entry, urls), None)

    def _heed(self, robotparser: Any, request: Request) -> None:
        """The sitemaps that a robots.txt names are read too."""
        named = (absolute(request.url, url) for url in robotparser.rp.sitemaps)
        entries = (Entry(self._at(url)) for url in islice(named, MAX_SITEMAPS) if url)
        for found in self._feeds(entries, None):
            self.crawler.engine.crawl(found)

    def parse_requisite(self, response: Response) -> Found:
        """A style sheet may need more; everything else is kept and left alone."""
        self._weigh(response.request)
        is_css = b"css" in (response.headers.get("Content-Type") or b"")
        depth = response.meta["hops"].count("E")
        is_css = is_css and isinstance(response, TextResponse) and depth < MAX_IMPORTS
        if response.status == 200 and is_css:
            yield from self._furnish(
                requisites.of_style_sheet(response.text, response.url), response
            )

    def _weigh(self, request: Request | None) -> None:
        """Count what a requisite has added to the archive, whole or cut."""
        capture = request.meta.get("capture") if request else None
        self.session.counts["requisite_bytes"] += capture.length if capture else 0

    def failed(self, failure: Any) -> None:
        """No answer, after all retries. Another form of the address may still be tried."""
        request, error = failure.request, failure.value
        if isinstance(error, NotAsked):
            self.judge.put_off(request, error)
            return
        key, now = request.meta["key"], warc_date(self.session.clock())
        self.session.ledger.failed(key, sort_of(error), now)
        if request.meta["kind"] == "requisite":
            self._weigh(request)
        if self.judge.failed(request, error):
            self.frontier.release(key)

    # Reading

    def _reading(self, response: Response) -> Found:
        """Read a page, once in a run whatever its addresses are."""
        if self.judge.has_left(response, self.fronts):
            self.judge.came(response)
            yield from self._redirected(response)
            return
        reading = self.session.study(page_from(response))
        self.judge.read(response, reading.found)
        mark = hash(reading.found.url)
        if mark not in self.read_so_far:
            self.read_so_far.add(mark)
            self.session.learn(reading)
            yield reading.found

    def _redirected(self, response: Response) -> Iterator[Gone]:
        """A known article whose address leads elsewhere now is not where it was."""
        asked, status = response.meta["redirect_urls"][0], response.meta["redirect_reasons"][0]
        url = self.frontier.identity(asked)
        if url in self.session.known and isinstance(status, int):
            capture, _ = self.session.collection.identify(self.session.collection.find(asked))
            yield Gone(url=url, site=self.site.name, status=status, capture=capture)

    # Following

    def is_spent(self, request: Mapping[str, Any]) -> bool:
        """Whether a stored request is for a list of a kind that has brought nothing for long, or
        for a requisite when there are enough of them.
        """
        kind, counts = request["meta"]["kind"], self.session.counts
        spent = self.frontier.is_spent(request["url"], kind)
        counts["traps"] += spent
        heavy = (
            kind == "requisite" and counts["requisite_bytes"] >= self.site.requisites.max_run_bytes
        )
        counts["requisites_left_out"] += heavy
        return spent or heavy

    def _links(self, response: TextResponse, *, is_article: bool = False) -> Iterator[Request]:
        found = links.of_page(response, self.rules.listing)
        self.session.counts["left_out"] += links.CUT in response.flags
        is_list, urls = response.meta["kind"] != "article", found.found
        if is_list:
            shown = self.frontier.articles_among(found.found)
            self.frontier.gathered(response.url, shown, is_article=is_article)
            self._count_list(response, found.found)
            yield from self._next_pages(response, found, shown)
            yield from self._feeds(map(Entry, found.feeds), response)
        else:
            urls += tuple(page for page in found.pages if isinstance(page, str))
        finding = Finding(via=response.url, is_listed=is_list)
        for url in urls:
            if request := self._follow(url, finding, response):
                yield request

    def _count_list(self, response: TextResponse, urls: Iterable[str]) -> None:
        """A list that leads to no article is what a redesign leaves of it, to rules of before."""
        if response.meta["kind"] == "listing":
            counts = self.session.counts
            counts["listings"] += 1
            counts["listings_empty"] += not self.frontier.leads_to_articles(urls)

    def _next_pages(
        self, response: TextResponse, found: Links, shown: frozenset[str]
    ) -> Iterator[Request]:
        """The pages after this one, unless the list ends here or has nothing new to say."""
        is_full, row = self.session.ledger.round.is_full, response.meta.get("known_in_a_row", 0)
        row = 0 if any(map(self.frontier.is_news, shown)) else row + len(shown)
        if not is_full and row >= self.site.revisit.stop_after_known:
            return
        chain = {"known_in_a_row": row, "shown": _digest(shown)}
        if shown and chain["shown"] == response.meta.get("shown"):
            return  # a "load more" may repeat its end for ever
        for next_page in (*found.pages, *found.more):
            if request := self._turn(next_page, response):
                request.meta.update(chain)
                yield request
                if not is_full:  # the pages after it are found on it
                    return

    def _turn(self, page: str | Postback, response: TextResponse) -> Request | None:
        if isinstance(page, Postback):
            return self._post(response, page)
        return self._follow(page, Finding(via=response.url, is_turned=True), response)

    def _post(self, response: TextResponse, postback: Postback) -> Request | None:
        url, body = links.form_of(response, postback)
        key = f"{self.scope.key(response.url)}#{postback.list}={postback.place}"
        if self.scope.decide(url).rule == "another host":
            return None
        if not self.frontier.admit_post(key, url, Finding(via=response.url)):
            return None
        request = self._request(url, "listing", via=response, key=key)
        return request.replace(method="POST", body=body, headers=FORM)

    def _follow(self, url: str, finding: Finding, via: Response | None = None) -> Request | None:
        """A request for a found URL, if the frontier admits it."""
        admitted = self.frontier.admit(url, finding)
        if admitted is None:
            return None
        told = {"is_told": True} if admitted.is_told else {}
        known, url = self.session.known.get(admitted.key), admitted.url
        if known and not self.session.recording:
            url = known.addresses[0]  # with the session, the host, the case that it is kept with
        return self._request(url, admitted.kind, via=via, key=admitted.key, **told)

    def _feeds(self, entries: Iterable[Entry], via: Response | None) -> Iterator[Request]:
        """Feeds and sitemaps that rules, a page, an index or robots.txt name."""
        is_index = via is not None and via.meta["kind"] == "feed"
        depth = via.meta["hops"].count("M") + 1 if via is not None and is_index else 0
        for entry in entries:
            if key := self.frontier.admit_feed(entry.url, depth, _date(entry.changed)):
                yield self._request(entry.url, "feed", via=via, key=key)

    def _requisites(self, response: TextResponse) -> Iterator[Request]:
        page, base = response.selector, get_base_url(response)
        yield from self._furnish(requisites.of_page(page, base), response)
        yield from self._furnish(requisites.attached(page, base), response)

    def _attachments(self, read: Iterable[object], via: Response) -> Iterator[Request]:
        """What a reading found: a file in somebody's viewer, or in a library of documents."""
        files = (file.url for one in read if isinstance(one, Article) for file in one.attachments)
        own = (url for url in files if self.scope.decide(url).rule != "another host")
        yield from self._furnish(
            [Requisite(url, requisites.kind_of(url) or "document") for url in own], via
        )

    def _furnish(self, found: list[Requisite], via: Response) -> Iterator[Request]:
        policy = self.site.requisites
        for one in requisites.wanted(found, policy) if self.with_requisites else ():
            if key := self.frontier.admit_requisite(one.url, Finding(via=via.url)):
                most = requisites.most_bytes(one.kind, policy)
                yield self._request(one.url, "requisite", via=via, key=key, download_maxsize=most)

    def _request(
        self, url: str, kind: str, *, key: str, via: Response | None = None, **meta: Any
    ) -> Request:
        hops = via.meta.get("hops", "") if via is not None else ""
        step = "E" if kind == "requisite" else "M" if kind == "feed" else "L"
        meta |= {
            "key": key,
            "kind": kind,
            "hops": "" if via is None else hops + step,
            "via": via.url if via is not None else None,
        }
        return Request(
            url, self.visit, errback=self.failed, meta=meta, priority=self._priority(kind, key)
        )

    def _priority(self, kind: str, key: str) -> int:
        if kind != "article":
            return PRIORITIES[kind]
        base = KNOWN_ARTICLE if key in self.session.known else PRIORITIES[kind]
        return base + (BEFORE_LISTS if self.settings.getint("MAX_PAGES") else 0)


def _date(changed: datetime | None) -> str | None:
    return warc_date(changed) if changed else None


def _said(found: object) -> str:
    """What a page was read as, in a word."""
    match found:
        case Article():
            return "article"
        case Gone(status=status):
            return f"gone: {status}"
        case NotAnArticle(reason=reason):
            return f"no article: {reason}"
    return ""


def _digest(identities: Iterable[str]) -> str:
    return sha256("\n".join(sorted(identities)).encode()).hexdigest()[:16]
