"""Spaces without end or use: those that any site may have, by name, and how the others show."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from crawler.site import Trap

MAX_REPEATED_SEGMENTS = 3

MAX_SHAPES = 20_000
"""Shapes that are told apart in a run; what comes after them is one more shape."""

_WORD = r"(?:\.\w{2,5})?(?:[/?;]|$)"
_EDITIONS = "en|fr|zh|cn|ja|jp|ko|kr|ru|lo|km|de|es"

GENERAL = (
    Trap(
        name="print",
        pattern=r"(?i)[?&](?:print|in|banin|printable)=|[?&][\w.]*(?:mode|view|format|layout)=print"
        rf"|/(?:print|printpage|ban-in|in-bai|inbai){_WORD}|[?&]tmpl=component",
    ),
    Trap(
        name="mobile copies", pattern=r"(?i)^/(?:m|mobile|wap|amp)/|/amp/?$|[?&](?:m|amp|mobile)=1"
    ),
    Trap(
        name="languages",
        pattern=r"(?i)[?&](?:lang|language|languageid|locale|hl|ngonngu)=(?!vi|vn)"
        rf"|/update_language|^/(?:{_EDITIONS})(?:[/?]|$)",
    ),
    Trap(
        name="calendars",
        pattern=rf"(?i)/(?:calendar|lich|lich-cong-tac|lichcongtac|lich-tuan|lich-hop){_WORD}"
        r"|[?&](?:month|thang)=[^?]*[?&](?:year|nam)=|[?&](?:year|nam)=[^?]*[?&](?:month|thang)=",
    ),
    Trap(name="tags", pattern=r"(?i)/(?:tags?|tu-khoa|tukhoa|hashtag)/"),
    Trap(
        name="replies",
        pattern=r"(?i)[?&](?:replytocom|replyto|reply|traloi|parent_comment)="
        rf"|/(?:reply|tra-loi|comment-page-\d+){_WORD}",
    ),
    Trap(
        name="logins",
        pattern=r"(?i)/(?:log-?(?:in|out|on|off)|sign-?(?:in|up|out)|register|"
        rf"dang-?(?:nhap|xuat|ky)|tai-khoan|wp-login){_WORD}",
    ),
    Trap(
        name="searches",
        pattern=rf"(?i)/(?:search|tim-kiem|timkiem|tracuu|ket-qua-tim-kiem){_WORD}"
        r"|[?&](?:q|keywords?|tukhoa|tu-khoa|search|searchword|txtsearch)=",
    ),
    Trap(name="padded queries", pattern=r"(?:\+|%20){8}"),
    Trap(
        name="sort orders",
        pattern=r"(?i)[?&](?:sort|sort_?by|order|order_?by\w*|sapxep|dir)=|orderby(?:col|type)=",
    ),
)
"""Traps of all sites. `UrlRules.not_traps` names those that are none at one of them."""


def is_repeating(path: str) -> bool:
    """Whether segments of a path come again and again, or go on behind a page, as broken relative
    links make them.
    """
    segments = [segment for segment in path.split("/") if segment]
    if segments and max(Counter(segments).values()) > MAX_REPEATED_SEGMENTS:
        return True
    if any(segment.lower().endswith((".html", ".htm", ".aspx")) for segment in segments[:-1]):
        return True
    worded = [any(c.isalpha() for c in segment) for segment in segments]
    threes = zip(segments, segments[1:], segments[2:], worded, strict=False)
    fours = zip(segments, segments[1:], segments[2:], segments[3:], worded, strict=False)
    return any(a == b == c and word for a, b, c, word in threes) or any(
        (a, b) == (c, d) and word for a, b, c, d, word in fours
    )


class Harvest:
    """What the listings of one shape still bring.

    A list of 5,000 pages brings articles on each of them; a calendar, a sort order or a filter
    does not, however many pages it has. Ask `is_spent` before a listing is fetched (when it is
    taken from the queue, not only when it is found), and tell `gathered` what it brought. A shape
    is spent after `limit` pages in a row without a new article. Memory is bounded by MAX_SHAPES.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._barren: Counter[str] = Counter()

    def is_spent(self, url: str) -> bool:
        """Whether so many pages of this shape brought nothing that the next will not either."""
        return self._barren[self._shape(url)] >= self.limit

    def gathered(self, url: str, new: int) -> None:
        """A listing was read: `new` articles stand on it that no listing of the run had shown."""
        kind = self._shape(url)
        self._barren[kind] = 0 if new else self._barren[kind] + 1

    def _shape(self, url: str) -> str:
        kind = shape(url)
        return kind if kind in self._barren or len(self._barren) < MAX_SHAPES else "others"


def shape(url: str) -> str:
    """What the pages of one list have in common: the path with its numbers and titles masked, and
    the keys of the query, with those of its values that are words.
    """
    parts = urlsplit(url)
    path = "/".join(_masked(segment) for segment in parts.path.split("/"))
    query = "&".join(sorted(_masked(pair) for pair in parts.query.split("&") if pair))
    return f"{path}?{query}" if query else path


def _masked(piece: str) -> str:
    key, equals, value = piece.rpartition("=")
    mask = "*" if value.count("-") > 3 or len(value) > 40 else re.sub(r"\d+", "#", value)
    return key + equals + mask
