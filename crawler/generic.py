"""Any site that is not in the list: its platform is recognised, or everything is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.http import Request, Response, TextResponse

from crawler import registry
from crawler.archived import UNREADABLE, page_of
from crawler.links import whole
from crawler.reading.decode import decode
from crawler.scope import absolute
from crawler.site import Site
from crawler.spider import Found, SiteSpider

MOST_HOSTS = 10
_NAMED = "link[rel=canonical]::attr(href), base::attr(href), meta[property='og:url']::attr(content)"


class GenericSpider(SiteSpider):
    """Begins at one URL and stays on its host."""

    site: ClassVar[Site]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.other_hosts = set[str]()

    async def start(self) -> AsyncIterator[Request]:
        seed = self.site.seeds[0]
        if key := self.frontier.admit_seed(seed):
            yield self._request(seed, "page", key=key, seed=True)
            return
        self.adopt_platform(self._first_page())
        for request in self._known():
            yield request

    def parse_article(self, response: Response) -> Found:
        """The first page tells what system this is; then the site is treated like any other."""
        if response.meta.get("seed"):
            self.adopt_platform(response.text if isinstance(response, TextResponse) else "")
            self.frontier.admit(response.url)  # by what it is known now, it need not come again
            yield from self._rules_feeds()
            yield from self._known()
        yield from super().parse_article(response)

    def adopt_platform(self, page: str) -> None:
        """Walk by the rules of the system that a page shows, if it shows one."""
        if found := registry.recognise(page):
            self._use(registry.rules(replace(self.site, platform=found.name)))

    def _first_page(self) -> str:
        """The first page as a run has kept it that was cut short."""
        collection = self.session.collection
        try:
            page = page_of(collection, collection.find(self.site.seeds[0]))
        except UNREADABLE:
            return ""
        return decode(page.body, page.content_type).text

    def _reading(self, response: Response) -> Found:
        """The same; and note by which hosts the page calls its site."""
        if isinstance(response, TextResponse):
            named = named_hosts(whole(response)) - {urlsplit(response.url).netloc.lower()}
            self.other_hosts |= set(islice(named, max(0, MOST_HOSTS - len(self.other_hosts))))
        yield from super()._reading(response)

    def closed(self, reason: str) -> None:
        for host in sorted(self.other_hosts):
            if self.scope.decide(f"http://{host}/").rule == "another host":
                self.session.symptoms.note(
                    f"it calls itself {host} too; links there were not followed:"
                    f" `tinhuy sites add {self.site.seeds[0]}` makes a site of both"
                )
        super().closed(reason)


def named_hosts(response: TextResponse) -> set[str]:
    """Network locations by which a page calls its site: canonical address, base, og:url."""
    urls = (absolute(response.url, href) for href in response.css(_NAMED).getall()[:MOST_HOSTS])
    return {urlsplit(url).netloc.lower() for url in urls if url}


def spider_for(url: str) -> type[GenericSpider]:
    """A spider for one URL of an unknown site, named after its host."""
    site = registry.unlisted(url)
    return type("GenericSpider", (GenericSpider,), {"name": site.name, "site": site})
