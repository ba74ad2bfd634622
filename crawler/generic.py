"""Any site that is not in the list: its platform is recognised, or everything is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import ClassVar

from scrapy.http import Request, Response, TextResponse

from crawler import registry
from crawler.archived import UNREADABLE, page_of
from crawler.reading.decode import decode
from crawler.site import Site
from crawler.spider import Found, SiteSpider


class GenericSpider(SiteSpider):
    """Begins at one URL and stays on its host."""

    site: ClassVar[Site]

    async def start(self) -> AsyncIterator[Request]:
        seed = self.site.seeds[0]
        if key := self.frontier.admit_seed(seed):
            yield self._request(seed, "page", key=key, seed=True)
            return
        self._recognise(self._first_page())
        for request in self._known():
            yield request

    def parse_article(self, response: Response) -> Found:
        """The first page tells what system this is; then the site is treated like any other."""
        if response.meta.get("seed"):
            self._recognise(response.text if isinstance(response, TextResponse) else "")
            self.frontier.admit(response.url)  # by what it is known now, it need not come again
            yield from self._rules_feeds()
            yield from self._known()
        yield from super().parse_article(response)

    def _recognise(self, page: str) -> None:
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


def spider_for(url: str) -> type[GenericSpider]:
    """A spider for one URL of an unknown site, named after its host."""
    site = registry.unlisted(url)
    return type("GenericSpider", (GenericSpider,), {"name": site.name, "site": site})
