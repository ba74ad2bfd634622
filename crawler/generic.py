"""Any site that is not in the list: its platform is recognised, or everything is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import ClassVar

from scrapy.http import Request, Response, TextResponse

from crawler import registry
from crawler.site import Site
from crawler.spider import Found, SiteSpider


class GenericSpider(SiteSpider):
    """Begins at one URL and stays on its host."""

    site: ClassVar[Site]

    async def start(self) -> AsyncIterator[Request]:
        if self.frontier.take_place():
            yield self._request(self.site.seeds[0], "page", self.parse_first, seed=True)

    def parse_first(self, response: Response) -> Found:
        """Learn from the first page what system this is, then treat it like any other."""
        if isinstance(response, TextResponse) and (found := registry.recognise(response.text)):
            self._use(registry.rules(replace(self.site, platform=found.name)))
            self.frontier.remember(self.scope.key(response.url))
        yield from self._known()
        yield from self.parse_article(response)


def spider_for(url: str) -> type[GenericSpider]:
    """A spider for one URL of an unknown site, named after its host."""
    site = registry.unlisted(url)
    return type("GenericSpider", (GenericSpider,), {"name": site.name, "site": site})
