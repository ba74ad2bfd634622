"""What a page needs to look right: style sheets and what they import, pictures, scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from parsel import Selector

from crawler.scope import absolute

MAX_REQUISITES = 300
"""Of one page; a page that asks for more is not furnished further."""

MAX_CSS = 1_000_000
"""Characters of a style sheet that are looked at."""

_ATTRIBUTES = (
    "link[rel~=stylesheet]::attr(href), link[rel~=icon]::attr(href), script::attr(src), "
    "img::attr(src), img::attr(data-src), img::attr(data-original), source::attr(src), "
    "audio::attr(src), video::attr(poster), input[type=image]::attr(src)"
)
_SETS = "img::attr(srcset), img::attr(data-srcset), source::attr(srcset)"
_CSS_URL = re.compile(
    r"""@import\s{1,20}["']([^"']{1,2000})["']"""
    r"""|url\(\s{0,20}["']?([^"'()\s]{1,2000})["']?\s{0,20}\)""",
    re.IGNORECASE,
)


def of_page(selector: Selector, base: str) -> list[str]:
    """Absolute http(s) URLs of the requisites of a page, in its order, each once."""
    found = [*selector.css(_ATTRIBUTES).getall()]
    for candidates in selector.css(_SETS).getall():
        found += [part.split()[0] for part in candidates.split(",") if part.split()]
    for css in selector.css("style::text, [style]::attr(style)").getall():
        found += _in_css(css)
    return _absolute(found, base)


def of_style_sheet(text: str, base: str) -> list[str]:
    """Absolute http(s) URLs that a style sheet imports or shows."""
    return _absolute(_in_css(text), base)


def _in_css(text: str) -> Iterator[str]:
    return (m[1] or m[2] for m in _CSS_URL.finditer(text[:MAX_CSS]))


def _absolute(found: Iterable[str], base: str) -> list[str]:
    urls = (absolute(base, reference) for reference in islice(found, MAX_REQUISITES * 2))
    return list(dict.fromkeys(url for url in urls if url))[:MAX_REQUISITES]
