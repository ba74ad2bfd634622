"""A capture as a page to read: what the live crawl gave to the reader, out of the collection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive import (
    Article,
    Capture,
    CaptureNotFound,
    Change,
    Collection,
    CorruptRecord,
    Look,
    UndecodableContent,
)
from archive.article import says_the_same
from crawler.reading import Page, Reading

Study = Callable[[Page], Reading]
"""A reader, with the rules of a site and what was learned of it."""

_UTF8 = "text/html; charset=utf-8"

UNREADABLE = (CaptureNotFound, CorruptRecord, UndecodableContent, OSError)
"""What keeps a capture from being read: it is missing, damaged, cut, or cannot be decoded."""


def page_of(collection: Collection, capture: Capture) -> Page:
    """The page of a capture, as it was read when it was fetched. Raises one of UNREADABLE."""
    archived = collection.read(capture)
    if archived.status is None or (not capture.is_revisit and _is_cut(collection, capture)):
        raise CorruptRecord(collection.file(capture.filename), capture.offset, "a page", "a part")
    drawn = collection.rendered(capture)
    types = [value for name, value in archived.headers if name.lower() == b"content-type"]
    return Page(
        url=capture.url,
        status=archived.status,
        body=drawn if drawn is not None else archived.content(),
        fetched_at=capture.captured_at,
        content_type=_UTF8 if drawn is not None else types[-1].decode("latin-1") if types else "",
        capture=capture,
    )


def read_again(collection: Collection, stored: Article, study: Study, at: str) -> Look | None:
    """What the capture of a stored reading says to a reader now, at this WARC date.

    None when that is what it said then, when it is no article now, and when it cannot be read.
    """
    if stored.capture is None:
        return None
    try:
        found = study(page_of(collection, stored.capture)).found
    except UNREADABLE:
        return None
    return reread(stored, found, at) if isinstance(found, Article) else None


def reread(stored: Article, found: Article, at: str) -> Look | None:
    """The look that tells of another reading of a capture; None when it says the same.

    It stays a reading of the same article, whatever address the page is known by now.
    """
    found = replace(found, url=stored.url)
    if stored.capture is None or says_the_same(stored, found):
        return None
    return Look(
        url=stored.url,
        site=stored.site,
        change=Change.REREAD,
        capture=stored.capture,
        article=found,
        reread_at=at,
    )


def _is_cut(collection: Collection, capture: Capture) -> bool:
    with collection.open_record(capture) as record:
        return record.get("WARC-Truncated") is not None
