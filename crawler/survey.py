"""A first look at a site that nobody knows: some pages of every kind of address that it has.

One page after another is asked for, by the ordinary machinery (robots.txt, guard, delay,
recording); which is next depends on what was seen so far. A site costs MOST_PAGES at the most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from scrapy.http import Request, Response, TextResponse

from archive import Article, Capture, Gone, StorageFailed
from archive.text import clean
from crawler import feeds, links, patterns, registry
from crawler.fetching.robots import RobotsForbidden
from crawler.generic import GenericSpider, named_hosts
from crawler.judging import page_from
from crawler.links import whole
from crawler.patterns import Family, Told, target
from crawler.reading import NotAnArticle, study
from crawler.scope import Scope, absolute
from crawler.site import ListingRules, Platform, Trap, UrlRules
from crawler.spider import Found

MOST_PAGES = 40
"""Pages that are looked at, feeds and robots.txt not counted."""

MOST_OF_A_FAMILY = 4
MOST_NAMED = 12
"""Pages of addresses that only a name tells apart: sections, mostly."""

MOST_FEEDS = 8
MOST_OF_AN_INDEX = 2
"""Sitemaps of a sitemap index that are looked at."""

MOST_LINKS = 5_000
"""Of one page."""

MOST_TARGETS = 20_000
"""Addresses that are held."""

DOORS = Trap(name="doors", pattern=r"(?i)^/(?:rss|feed|quan-tri|admin\w*|wp-[a-z]+)(?:[/.?]|$)")
"""What no system needs to be looked at for, beside the traps of all sites."""

_LISTS = ("listing", "home", "gallery")
_TITLES = (
    "meta[property='og:site_name']::attr(content)",
    "title::text",
    "h1.logo a::text, a img.logo::attr(alt), .logo img::attr(alt), #logo img::attr(alt)",
    "meta[name=author]::attr(content), meta[name=copyright]::attr(content)",
)
"""Where a page may say whose it is, the more trustworthy first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page that was looked at. `asked` and `url` differ after a redirect."""

    asked: str
    url: str
    status: int
    capture: Capture
    found: Article | Gone | NotAnArticle | None
    """None where the answer was no page of text."""
    links: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    platform: str = ""
    """The system that its signs are of, or ""."""
    hosts: tuple[str, ...] = ()
    """Network locations by which the page calls its site: canonical address, base, og:url."""

    @property
    def told(self) -> Told:
        """What the page turned out to be."""
        if isinstance(self.found, Article):
            return "article"
        is_list = isinstance(self.found, NotAnArticle) and self.found.reason in _LISTS
        return "listing" if is_list else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed or sitemap that answered, and the addresses it lists."""

    url: str
    is_sitemap: bool
    pages: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Survey:
    """What was seen of a site so far, and what to look at next."""

    start: str
    seen: list[Seen] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Addresses that gave no answer, and why."""
    is_forbidden: bool = False
    """robots.txt forbids one of them."""
    platform: str = ""
    found: dict[str, str] = field(default_factory=dict)
    """`path?query` of every address of the site that was met: the first URL it was met as."""
    _asked: set[str] = field(default_factory=set)
    _waiting: dict[Family, list[str]] = field(default_factory=lambda: defaultdict(list))
    _sampled: Counter[Family] = field(default_factory=Counter)
    _announced: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def host(self) -> str:
        """The network location that the first page was at last answered from."""
        return urlsplit(self.seen[0].url if self.seen else self.start).netloc.lower()

    @property
    def scope(self) -> Scope:
        """The addresses that may be looked at: those of the host, but no traps."""
        platform = registry.platforms().get(self.platform, Platform(name="", title=""))
        urls = UrlRules(noise=platform.urls.noise, rewrite=platform.urls.rewrite)
        return Scope((self.host,), urls, (*platform.traps, DOORS))

    def note(self, page: Seen) -> None:
        """Take in a page that was looked at."""
        self.seen.append(page)
        self.platform = self.platform or page.platform
        self._asked |= {target(page.asked), target(page.url)}
        scope = self.scope
        for url in (urljoin(self.seen[0].url, "/"), *page.links):
            if scope.decide(url).kind:
                self._wait(scope.fetch_form(url), target(scope.canonical(url)))

    def announce(self, url: str, *, is_sitemap: bool) -> None:
        """Take in the address of a feed or sitemap."""
        if (url, is_sitemap) not in self._announced and len(self._announced) < MOST_FEEDS:
            self._announced.append((url, is_sitemap))

    def next_feed(self) -> tuple[str, bool] | None:
        """The next feed to ask for, and whether it is a sitemap."""
        for announced in self._announced:
            if announced[0] not in self._asked:
                self._asked.add(announced[0])
                return announced
        return None

    def next_page(self) -> str | None:
        """The next page to ask for: one of the kind of address that least is known of."""
        if len(self.seen) + len(self.failed) >= MOST_PAGES:
            return None
        for kind in sorted(self._waiting, key=self._sampled.__getitem__):
            most = MOST_OF_A_FAMILY if kind.has_variable else MOST_NAMED
            while self._waiting[kind] and self._sampled[kind] < most:
                url = self._waiting[kind].pop(0)
                if target(url) not in self._asked:
                    self._asked.add(target(url))
                    self._sampled[kind] += 1
                    return url
        return None

    def _wait(self, url: str, where: str) -> None:
        if where not in self.found and len(self.found) < MOST_TARGETS:
            self.found[where] = url
            self._waiting[patterns.family(where)].append(url)


class SurveyingSpider(GenericSpider):
    """Asks for what a survey wants to see, one after another. Nothing is put into a catalog."""

    survey: ClassVar[Survey]

    async def start(self) -> AsyncIterator[Request]:
        yield self._look_at(self.survey.start, seed=True)

    def parse_article(self, response: Response) -> Found:
        """A page, whatever it is; then the next."""
        is_first = not self.survey.seen
        self.survey.note(self._seen(response))
        if is_first:
            self._announce(response)
        yield from self._next()

    def parse_feed(self, response: Response) -> Found:
        """A feed or sitemap, of an index some of its sitemaps; then the next."""
        if response.status == 200:
            self._note_feed(response)
        yield from self._next()

    def _heed(self, robotparser: Any, request: Request) -> None:
        """Sitemaps that robots.txt names wait for their turn; what it forbids is not asked for."""
        named = (absolute(request.url, url) for url in robotparser.rp.sitemaps)
        for url in islice(filter(None, named), MOST_FEEDS):
            self.survey.announce(url, is_sitemap=True)

    def _note_feed(self, response: Response) -> None:
        is_sitemap = response.meta["is_sitemap"]
        found = feeds.entries(response.body, response.url, now=self.session.clock())
        for entry in found.sitemaps[:MOST_OF_AN_INDEX]:
            self.survey.announce(entry.url, is_sitemap=True)
        if found.pages or found.sitemaps:
            pages = tuple(entry.url for entry in found.pages)
            self.survey.feeds.append(Feed(url=response.url, is_sitemap=is_sitemap, pages=pages))

    def failed(self, failure: Any) -> Iterator[Request]:  # type: ignore[override]
        """No answer: told, and the next is looked at."""
        meta, why = failure.request.meta, failure.getErrorMessage()
        self.session.ledger.failed(meta["key"], why)
        self.survey.is_forbidden |= failure.check(RobotsForbidden) is not None
        if failure.check(StorageFailed):
            self.session.trouble = failure.value
        elif meta["kind"] == "page":
            self.survey.failed.append((failure.request.url, why))
        if self.survey.seen:
            yield from self._next()

    def _next(self) -> Iterator[Request]:
        if feed := self.survey.next_feed():
            yield self._look_at(feed[0], "feed", is_sitemap=feed[1])
        elif page := self.survey.next_page():
            yield self._look_at(page)

    def _look_at(self, url: str, kind: str = "page", **meta: Any) -> Request:
        return self._request(url, kind, key=f"look at {url}", **meta)

    def _announce(self, response: Response) -> None:
        """Feeds that the first page names, and those that its platform has."""
        if isinstance(response, TextResponse):
            for url in links.of_page(whole(response), ListingRules()).feeds[:MOST_FEEDS]:
                self.survey.announce(url, is_sitemap=False)
        listing = self._platform_listing()
        for path in listing.feeds:
            self.survey.announce(urljoin(response.url, path), is_sitemap=False)
        for path in listing.sitemaps:
            self.survey.announce(urljoin(response.url, path), is_sitemap=True)

    def _platform_listing(self) -> ListingRules:
        platforms = registry.platforms()
        return platforms[self.survey.platform].listing if self.survey.platform else ListingRules()

    def _seen(self, response: Response) -> Seen:
        capture, asked = response.meta["capture"], _asked(response)
        if not isinstance(response, TextResponse):
            return Seen(
                asked=asked, url=response.url, status=response.status, capture=capture, found=None
            )
        page = whole(response)
        found = registry.recognise(response.text)
        platform = self.survey.platform or (found.name if found else "")
        rules = registry.platforms()[platform].article if platform else ()
        led = links.of_page(page, ListingRules())
        return Seen(
            asked=asked,
            url=response.url,
            status=response.status,
            capture=capture,
            found=study(page_from(response), site=self.name, rules=rules).found,
            links=(*led.found, *(one for one in led.pages if isinstance(one, str)))[:MOST_LINKS],
            titles=tuple(clean(title) for css in _TITLES for title in page.css(css).getall()[:1]),
            platform=platform,
            hosts=tuple(sorted(named_hosts(page))),
        )


def _asked(response: Response) -> str:
    """The URL that was asked for, before redirects."""
    first = response.meta.get("redirect_urls") or [response.url]
    return str(first[0])


def surveying(url: str, survey: Survey) -> type[SurveyingSpider]:
    """A spider that fills a survey, beginning at one URL."""
    site = registry.unlisted(url)
    made = {"name": site.name, "site": site, "survey": survey}
    return type("SurveyingSpider", (SurveyingSpider,), made)
