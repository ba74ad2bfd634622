"""What a page leads to: its links, and the ways in which a list goes on. No request is made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from parsel import Selector
from scrapy.http import HtmlResponse, TextResponse
from scrapy.utils.response import get_base_url

from crawler.reading.tree import portion
from crawler.scope import MAX_URL_LENGTH, absolute, address
from crawler.site import ListingRules

MAX_HTML = 10_000_000
"""Bytes of a page that are searched for links, and of these no more than makes a bounded tree."""

CUT = "not read to its end"
"""The flag of a response of which `whole` gave a part."""

MAX_PAGERS = 20

MAX_JSON_VALUES = 20_000
"""Of a JSON document that are looked at for links."""

MAX_JSON_DEPTH = 12
MAX_FEEDS = 10

_POSTBACK = re.compile(
    r"__doPostBack\(\s*['\"]([^'\"]{0,300})['\"]\s*,\s*['\"]([^'\"]{0,300})['\"]\s*\)"
    r"|WebForm_PostBackOptions\(\s*['\"]([^'\"]{0,300})['\"]\s*,\s*['\"]([^'\"]{0,300})['\"]"
)
_POSTBACKS = "a[href*='PostBack'], [onclick*='PostBack']"
_PAGE_NUMBER = re.compile(r"Page\$(\d{1,6})")
_BUTTON = re.compile(r"\$(?:ctl\d+|\w{1,40}_\d+)\$\w{1,60}$")
_AFTER = re.compile(
    r"(?i)\.{2,3}|…|>{1,2}|[›»]|(?:trang )?(?:sau|tiếp|kế|cuối)(?: theo)?"
    r"|xem (?:thêm|tiếp)|next|more"
)
_PAGERS = (
    *("a[rel~=next]", ".pagination", ".pager", ".paging", ".phantrang", ".phan-trang"),
    *(".page-nav", ".pagenav", ".page-navigation", ".wp-pagenavi", ".page-numbers", ".nav-links"),
)
"""Pagers of many systems, beside those that a site's rules name."""
_MORE = (
    "[class*=loadmore i]",
    "[class*=load-more i]",
    "[id*=loadmore i]",
    "[class*=view-more i]",
    "[class*=xemthem i]",
)
_MORE_AT = ("data-url", "data-href", "data-ajax-url", "data-link", "data-next-url", "data-next")
_END = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_EARLY_END = re.compile(_END.pattern + rb"\s*[^<\s]|" + _END.pattern + rb"\s*<[a-z]", re.IGNORECASE)
_META_REFRESH = "meta[http-equiv=refresh i]::attr(content)"
_REFRESH = re.compile(r"url\s{0,9}=\s{0,9}['\"]?([^'\"\s]+)", re.IGNORECASE)
_BASE = re.compile(rb"<base\b", re.IGNORECASE)
_LINKS = "a::attr(href), area::attr(href)"
_NEXT = "link[rel~=next]::attr(href)"
_FEEDS = "link[rel~=alternate][type*=rss]::attr(href), link[rel~=alternate][type*=atom]::attr(href)"
_URL_KEYS = re.compile(r"(?i)(?:\w*_)?(?:url|link|href|permalink)")
_NEXT_KEYS = re.compile(r"(?i)\w*(?:next|more)\w*")


@dataclass(frozen=True, slots=True)
class Postback:
    """An ASP.NET pager: what a click on it posts, in the form of the page that it stands on.

    `place` is the page of the list that it leads to, as far as the pager says: its number, or what
    it comes after. Link buttons have the same names on all pages, and lead to others.
    """

    target: str
    argument: str
    place: str

    @property
    def list(self) -> str:
        """The list that is turned over: a page may have several."""
        return _BUTTON.sub("", self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Absolute http(s) URLs of a page, in its order. `pages` are links that turn a list over."""

    found: tuple[str, ...]
    pages: tuple[str | Postback, ...]
    more: tuple[str, ...]
    """Where the next part of a list is loaded from."""
    feeds: tuple[str, ...]
    """Feeds that the page names in its head."""


def of_page(response: TextResponse, rules: ListingRules) -> Links:
    """All links of a page. Those of its pagers are in `pages` only."""
    base = get_base_url(response)
    turning = [link.attrib.get("href", "") for link in _pager_links(response, rules)]
    turning += response.css(_NEXT).getall()[:MAX_PAGERS]
    pages = tuple(dict.fromkeys(url for href in turning if (url := absolute(base, href))))
    hrefs = response.css(_LINKS).getall()
    hrefs += _REFRESH.findall(" ".join(response.css(_META_REFRESH).getall())[:MAX_URL_LENGTH])
    turned = frozenset(pages)
    urls = (url for href in hrefs if (url := absolute(base, href)) and url not in turned)
    feeds = (absolute(base, href) for href in response.css(_FEEDS).getall()[:MAX_FEEDS])
    return Links(
        found=tuple(urls),
        pages=(*pages, *_postbacks(response)),
        more=tuple(_more(response, base, rules)),
        feeds=tuple(url for url in feeds if url),
    )


def form_of(response: TextResponse, postback: Postback) -> tuple[str, bytes]:
    """Where a browser posts the form of an ASP.NET page when a pager is clicked, and what: every
    field as it stands (HTML, 4.10.21.4: no buttons, no empty boxes), and the two of the click.
    """
    form = next(iter(response.xpath("//form[.//input[@name='__VIEWSTATE']]")), None)
    if form is None:
        fields = [
            (field.attrib["name"], field.attrib.get("value", ""))
            for field in response.css("input[type=hidden][name]")
        ]
    else:
        fields = form.root.form_values()
    clicked = {"__EVENTTARGET": postback.target, "__EVENTARGUMENT": postback.argument}
    fields = [(name, value) for name, value in fields if name not in clicked]
    body = urlencode([*clicked.items(), *fields], encoding=response.encoding, errors="replace")
    action = form.attrib.get("action", "") if form is not None else ""
    return absolute(get_base_url(response), action) or response.url, body.encode()


def whole(response: TextResponse) -> TextResponse:
    """The page as a browser sees it, for parsers that see less; JSON as the page it would become;
    of a huge one a part (CUT).

    libxml2 drops whatever follows an early end tag.
    """
    body = response.body[:MAX_HTML]
    if body.lstrip()[:1] in (b"{", b"["):
        return _of_json(response, body)
    body = portion(body)
    flags = [*response.flags, CUT] if len(body) < len(response.body) else response.flags
    if _EARLY_END.search(body):
        body = _END.sub(b"", body)
    if _is_baseless(response):
        body = _BASE.sub(b"", body)
    if body == response.body:
        return response
    mended: TextResponse = response.replace(body=body, flags=flags)
    return mended


def _of_json(response: TextResponse, body: bytes) -> TextResponse:
    """What a script makes of the answer to a "load more": its HTML, and its addresses as links."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return response
    parts = "\n".join(_as_html(document))
    return HtmlResponse(
        response.url, body=parts.encode(), encoding="utf-8", request=response.request
    )


def _as_html(document: object) -> Iterator[str]:
    """The values that are HTML or addresses, in the order of the document."""
    waiting: list[tuple[str, object, int]] = [("", document, 0)]
    for _ in range(MAX_JSON_VALUES):
        if not waiting:
            return
        key, value, depth = waiting.pop()
        if isinstance(value, str):
            yield _string_as_html(key, value)
        elif depth < MAX_JSON_DEPTH and isinstance(value, dict):
            waiting += [(str(name), one, depth + 1) for name, one in reversed(value.items())]
        elif depth < MAX_JSON_DEPTH and isinstance(value, list):
            waiting += [(key, one, depth + 1) for one in reversed(value)]


def _string_as_html(key: str, value: str) -> str:
    if "<" in value:
        return value
    if not value.startswith(("/", "http://", "https://")) or len(value) > MAX_URL_LENGTH:
        return ""
    address = escape(value, quote=True)
    if _NEXT_KEYS.fullmatch(key):
        return f'<a rel="next" href="{address}"></a>'
    return f'<a href="{address}"></a>' if _URL_KEYS.fullmatch(key) else ""


def _is_baseless(response: TextResponse) -> bool:
    """Whether the page claims a base address that is none, which no library forgives."""
    try:
        return address(get_base_url(response)) is None
    except ValueError:
        return True


def _pager_links(response: TextResponse, rules: ListingRules) -> list[Selector]:
    """The links of a page's pagers, each once. Nested pagers must not multiply the work."""
    pagers = (*rules.next_page, *_PAGERS)
    areas = [area for css in pagers for area in response.css(css)[:MAX_PAGERS]]
    links = {link.root: link for area in areas for link in area.css("a[href]")}
    return list(links.values())


def _postbacks(response: TextResponse) -> Iterator[Postback]:
    """Clicks that turn a list over: on a number, on dots, on "next". Others do other things."""
    found = []
    for link in response.css(_POSTBACKS):
        script = link.attrib.get("href", "") + link.attrib.get("onclick", "")
        if click := _POSTBACK.search(script):
            label = "".join(link.css("::text").getall()) or link.attrib.get("value", "")
            found.append((click[1] or click[3] or "", click[2] or click[4] or "", label.strip()))
    last = max((int(label) for _, _, label in found if _is_number(label)), default=0)
    seen_number = False
    for target, argument, label in found:
        if number := _PAGE_NUMBER.fullmatch(argument):
            yield Postback(target, argument, number[1])
        elif _is_number(label):
            yield Postback(target, argument, label)
        elif _AFTER.fullmatch(label):
            first = label in ("...", "..", "…") and not seen_number and last
            yield Postback(target, argument, f"{'before' if first else 'after'} {last}")
        seen_number = seen_number or _is_number(label)


def _is_number(label: str) -> bool:
    return label.isascii() and label.isdigit() and len(label) < 7


def _more(response: TextResponse, base: str, rules: ListingRules) -> Iterator[str]:
    for element in response.css(", ".join((*rules.more, *_MORE)))[:MAX_PAGERS]:
        paths = (element.attrib.get(name, "") for name in (*_MORE_AT, "href"))
        path = next((path for path in paths if path and "{" not in path), "")
        if path and (url := absolute(base, path)):
            yield url
