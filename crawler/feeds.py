"""RSS, Atom, sitemaps and sitemap indexes: addresses from documents that strangers wrote."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from itertools import islice

from lxml import etree

from archive.times import VIETNAM
from crawler.scope import absolute

MAX_BYTES = 50_000_000
"""Of one document after unzipping: the sitemap protocol's own limit."""

MAX_ENTRIES = 50_000
MAX_DEPTH = 3
"""Indexes within indexes are followed so deep: the protocol allows one."""

MAX_DOCUMENTS = 2_000
"""Feeds and sitemaps of a site in one run: twenty years of months are 240."""

MAX_MEMBERS = 1_000
"""Of a gzip file."""

CLOCK = timedelta(minutes=5)
"""A date so near to the fetch is a clock, and says nothing of the page."""

_GZIP = b"\x1f\x8b"
_ENTRIES = frozenset(("item", "entry", "url", "sitemap"))
_DATES = ("lastmod", "updated", "pubDate", "date", "published", "publication_date")
_IGNORED = frozenset(("image", "video"))  # namespaces whose `loc` is a picture's
_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a document says of a page or of another document: when it changed last, if at all.

    A date without a zone is Vietnam's.
    """

    url: str
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """`pages` that a feed or sitemap lists, and `sitemaps` that an index lists."""

    pages: tuple[Entry, ...]
    sitemaps: tuple[Entry, ...]


def entries(body: bytes, base: str, *, now: datetime | None = None) -> Entries:
    """Read a feed or sitemap, broken ones too. What is not one gives nothing; never raises.

    Whatever declares a document type gives nothing: none of these formats has one, bombs do.
    Dates that are `now` (the time of the fetch) are left out: some systems print their clock.
    """
    document = _unzipped(body)
    pages: dict[str, Entry] = {}
    sitemaps: dict[str, Entry] = {}
    for element in islice(_elements(document), MAX_ENTRIES):
        address = _address(element)
        if address and (url := absolute(base, address)):
            of_kind = sitemaps if _name(element) == "sitemap" else pages
            of_kind.setdefault(url, Entry(url, _changed(element, now)))
    return Entries(tuple(pages.values()), tuple(sitemaps.values()))


def _unzipped(body: bytes) -> bytes:
    """At most MAX_BYTES of what a gzip file holds, be it whole or cut."""
    parts, size = list[bytes](), 0
    while body.startswith(_GZIP) and size < MAX_BYTES and len(parts) < MAX_MEMBERS:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            parts.append(member.decompress(body, MAX_BYTES - size))
        except zlib.error:
            break
        size += len(parts[-1])
        body = member.unused_data
    return b"".join(parts) if parts else body[:MAX_BYTES]


def _elements(document: bytes) -> Iterator[etree._Element]:
    """Entries as they are closed; those that were read are forgotten, so that memory is bounded."""
    document = document.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        return
    parsing = etree.iterparse(
        BytesIO(document),
        events=("end",),
        encoding=_encoding(document),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        for _, element in parsing:
            if _name(element) in _ENTRIES:
                if element.getroottree().docinfo.doctype:  # in an encoding that hid it above
                    return
                yield element
                _forget(element)
    except etree.XMLSyntaxError:
        return


def _encoding(document: bytes) -> str | None:
    """UTF-8 for what is UTF-8, whatever it declares; else what it declares."""
    if b"\0" in document[:100]:
        return None
    try:
        document.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _forget(element: etree._Element) -> None:
    element.clear()
    while element.getprevious() is not None and (parent := element.getparent()) is not None:
        del parent[0]


def _address(element: etree._Element) -> str | None:
    """The `loc` of a sitemap; of a feed the `link`, or a `guid` that is a permalink."""
    if _name(element) in ("url", "sitemap"):
        return next((child.text for child in element if _name(child) == "loc"), None)
    guid = None
    for child in element:
        name, text = _name(child), (child.text or "").strip()
        if name == "link" and child.get("rel", "alternate") == "alternate":
            if address := text or str(child.get("href", "")).strip():
                return address
        elif name == "guid" and child.get("isPermaLink", "true") == "true":
            guid = text
    return guid


def _changed(element: etree._Element, now: datetime | None) -> datetime | None:
    """The last of the dates that an entry gives."""
    dates = (child.text or "" for child in element.iter() if _name(child) in _DATES)
    moments = [moment for date in islice(dates, 10) if (moment := _moment(date.strip()))]
    last = max(moments, default=None)
    return None if last and now and last > now - CLOCK else last


def _moment(text: str) -> datetime | None:
    """A date of W3C-DTF (sitemaps, Atom) or RFC 822 (RSS); None for anything else."""
    try:
        if _DAY.fullmatch(text):
            moment = datetime.fromisoformat(f"{text}-01-01"[:10])
        elif text[:4].isdigit():
            moment = datetime.fromisoformat(text[:40])
        else:
            moment = parsedate_to_datetime(text[:60])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
        moment.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return moment


def _name(element: etree._Element) -> str:
    if not isinstance(element.tag, str):  # a comment
        return ""
    name = etree.QName(element)
    is_ignored = any(word in (name.namespace or "") for word in _IGNORED)
    return "" if is_ignored else str(name.localname)
