"""RSS, Atom, sitemaps and sitemap indexes: addresses from documents that strangers wrote."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.scope import absolute

MAX_BYTES = 50_000_000
"""Of one document after unzipping: the sitemap protocol's own limit."""

MAX_ENTRIES = 50_000
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Entries:
    """Absolute URLs: `pages` that a feed or sitemap lists, `sitemaps` that an index lists."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def entries(body: bytes, base: str) -> Entries:
    """Read a feed or sitemap, broken ones too. What is not one gives nothing; never raises."""
    root = _parse(_unzipped(body))
    if root is None:
        return Entries((), ())
    is_index = _name(root) == "sitemapindex"
    found = (absolute(base, url) for url in islice(_urls(root), MAX_ENTRIES))
    urls = tuple(dict.fromkeys(url for url in found if url))
    return Entries((), urls) if is_index else Entries(urls, ())


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body[:MAX_BYTES]
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
            return stream.read(MAX_BYTES)
    except (OSError, EOFError):
        return b""


def _parse(body: bytes) -> etree._Element | None:
    if b"<!ENTITY" in body:  # feeds have no use for entities; bombs do
        return None
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    for attempt in (body, _as_utf8(body)):
        try:
            root = etree.fromstring(attempt.lstrip(), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None and len(root):
            return root
    return None


def _as_utf8(body: bytes) -> bytes:
    """The document without its declaration, for those that declare an encoding they are not in."""
    declaration, end, rest = body.partition(b"?>")
    return rest if end and declaration.lstrip().startswith(b"<?xml") else body


def _urls(root: etree._Element) -> list[str]:
    found = []
    for element in root.iter("{*}loc", "{*}link"):
        text = element.get("href") if element.get("href") else element.text
        if text and text.strip() and element.get("rel", "alternate") == "alternate":
            found.append(text.strip())
    return found


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
