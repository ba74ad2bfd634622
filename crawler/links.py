"""What a page leads to: its links, and the ways in which a list goes on. No request is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from parsel import Selector
from scrapy.http import TextResponse
from scrapy.utils.response import get_base_url

from crawler.scope import MAX_URL_LENGTH, absolute
from crawler.site import ListingRules

MAX_HTML = 10_000_000
"""Bytes of a page that are searched for links."""

MAX_PAGERS = 20

_POSTBACK = re.compile(r"__doPostBack\('([^']{0,300})'\s*,\s*'([^']{0,300})'\)")
_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_EARLY_END = re.compile(_END.pattern + rb"\s*[^<\s]|" + _END.pattern + rb"\s*<[a-z]", re.IGNORECASE)
_META_REFRESH = "meta[http-equiv=refresh i]::attr(content)"
_REFRESH = re.compile(r"url\s{0,9}=\s{0,9}['\"]?([^'\"\s]+)", re.IGNORECASE)
_BASE = re.compile(rb"<base\b", re.IGNORECASE)
_LINKS = "a::attr(href), area::attr(href)"


@dataclass(frozen=True, slots=True)
class Postback:
    """An ASP.NET pager: what a click on it posts, in the form of the page that it stands on."""

    target: str
    argument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Absolute http(s) URLs of a page, in its order. `pages` are links that turn a list over."""

    found: tuple[str, ...]
    pages: tuple[str | Postback, ...]
    more: tuple[str, ...]
    """Where the next part of a list is loaded from."""


def of_page(response: TextResponse, rules: ListingRules) -> Links:
    """All links of a page. Those of its pagers are in `pages` only."""
    base = get_base_url(response)
    pages = tuple(page for link in _pager_links(response, rules) if (page := _page(link, base)))
    hrefs = response.css(_LINKS).getall()
    hrefs += _REFRESH.findall(" ".join(response.css(_META_REFRESH).getall())[:MAX_URL_LENGTH])
    urls = (url for href in hrefs if (url := absolute(base, href)) and url not in pages)
    return Links(found=tuple(urls), pages=pages, more=tuple(_more(response, base, rules)))


def form_of(response: TextResponse, postback: Postback) -> bytes:
    """What a browser posts when an ASP.NET pager is clicked: the form's hidden fields."""
    fields = {
        field.attrib["name"]: field.attrib.get("value", "")
        for field in response.css("form input[type=hidden][name]")
    }
    fields |= {"__EVENTTARGET": postback.target, "__EVENTARGUMENT": postback.argument}
    return urlencode(fields).encode()


def whole(response: TextResponse) -> TextResponse:
    """The page as a browser sees it, for parsers that see less.

    libxml2 drops whatever follows an early end tag.
    """
    body = response.body[:MAX_HTML]
    if _EARLY_END.search(body):
        body = _END.sub(b"", body)
    if _is_baseless(response):
        body = _BASE.sub(b"", body)
    if body == response.body:
        return response
    mended: TextResponse = response.replace(body=body)
    return mended


def _is_baseless(response: TextResponse) -> bool:
    """Whether the page claims a base address that is none, which no library forgives."""
    try:
        get_base_url(response)
    except ValueError:
        return True
    return False


def _pager_links(response: TextResponse, rules: ListingRules) -> list[Selector]:
    """The links of a page's pagers, each once. Nested pagers must not multiply the work."""
    areas = [area for css in rules.next_page for area in response.css(css)[:MAX_PAGERS]]
    links = {link.root: link for area in areas for link in area.css("a[href]")}
    return list(links.values())


def _page(link: Selector, base: str) -> str | Postback | None:
    href = link.attrib.get("href", "")
    if postback := _POSTBACK.search(href):
        return Postback(*postback.groups())
    return absolute(base, href)


def _more(response: TextResponse, base: str, rules: ListingRules) -> Iterator[str]:
    css = ", ".join(rules.more)
    for element in response.css(css)[:MAX_PAGERS] if css else ():
        path = element.attrib.get("data-url") or element.attrib.get("data-href") or ""
        if url := absolute(base, path):
            yield url
