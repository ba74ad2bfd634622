"""Looks at one listing and one article of a live site, and says what was and was not found.

Nobody can check selectors from a desk: sites change silently, and some were never seen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, fields
from typing import Any

from scrapy.http import Request, Response, TextResponse

from archive import Article
from crawler import registry
from crawler.generic import GenericSpider
from crawler.reading import NotAnArticle
from crawler.site import Site
from crawler.spider import Found, SiteSpider

OPTIONAL = ("lead", "published", "updated", "author", "section", "captions", "attachments")
"""Fields that an article may rightly lack: told, but not counted as missing."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked for. `found` is None where its absence proves nothing."""

    what: str
    found: bool | None
    detail: str = ""


def checking(spider: type[SiteSpider], checks: list[Check]) -> type[SiteSpider]:
    """The spider of a site, made to look at its first seed and one article, noting `checks`."""

    class Checking(spider):  # type: ignore[valid-type,misc]
        async def start(self) -> AsyncIterator[Request]:
            seed = self._seeds()[0]
            yield self._request(seed, "listing", key=seed, seed=True)

        def parse_listing(self, response: Response) -> Found:
            checks.append(_answered("listing", response))
            if not isinstance(response, TextResponse) or response.status != 200:
                return
            if isinstance(self, GenericSpider):
                self.adopt_platform(response.text)
            checks.append(_platform(response, self.site))
            requests = [r for r in self._links(response) if isinstance(r, Request)]
            articles = [r for r in requests if r.meta["kind"] in ("article", "page")]
            checks.append(Check("article links", bool(articles), f"{len(articles)} found"))
            if articles:  # titles are long, names of pages in the menu are not
                yield max(articles, key=lambda request: len(request.url))

        def parse_article(self, response: Response) -> Found:
            checks.append(_answered("article", response))
            for item in self._reading(response):
                checks.extend(read_from(item))
                yield item

        def _heed(self, robotparser: Any, request: Request) -> None:
            """Sitemaps lead to more pages than the two that are looked at."""

        def failed(self, failure: Any) -> None:
            super().failed(failure)
            checks.append(Check(failure.request.url, False, failure.getErrorMessage()))

    return Checking


def _answered(what: str, response: Response) -> Check:
    return Check(what, response.status == 200, f"status {response.status} from {response.url}")


def _platform(response: TextResponse, site: Site) -> Check:
    """Whether it is the system that the site's rules are for; of a site without any, which."""
    found = registry.recognise(response.text)
    name, expected = found.name if found else "none", site.platform
    if not expected:
        return Check("platform", None if found is None else True, f"{name} recognised")
    return Check("platform", name == expected, f"{name} recognised, {expected} expected")


def read_from(item: object) -> Iterator[Check]:
    """What a reading has of an article, field by field."""
    if isinstance(item, NotAnArticle):
        yield Check("article text", False, f"read as: {item.reason}")
    if isinstance(item, Article):
        yield Check("article text", bool(item.text), f"{len(item.text)} characters")
        for name in [f.name for f in fields(item) if f.name in ("title", *OPTIONAL)]:
            value = getattr(item, name)
            absent = None if name in OPTIONAL else False
            yield Check(name, True if value else absent, str(value or "")[:120])
