"""Pages that are kept beside a site's file, with what must be read from them.

`<name>/<case>.warc` is one response, uncompressed, as it was recorded; `<name>/<case>.json` holds
the fields of its reading. Whoever changes a rule or the reader sees at once what it does to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import Article, Capture, Collection, CorruptRecord, Gone, Record
from archive.reader import open_record, read_response
from archive.scan import captures
from crawler import registry
from crawler.reading import NotAnArticle, Page, read
from crawler.scope import Scope
from crawler.site import Site

FIELDS = (
    "title", "lead", "text", "published", "updated", "author", "byline", "dateline", "section",
    "captions", "attachments", "previous", "next",
)  # fmt: skip

_RECORD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """One saved page: `expected` is the parsed JSON beside it."""

    site: str
    case: str
    path: Path
    expected: dict[str, Any]


def saved_pages(directory: Path) -> list[SavedPage]:
    """The saved pages of all sites below a directory, by site and case."""
    return [
        SavedPage(
            site=path.parent.name,
            case=path.stem,
            path=path,
            expected=json.loads(path.with_suffix(".json").read_text(encoding="utf-8")),
        )
        for path in sorted(directory.glob("*/*.warc"))
    ]


def page_in(path: Path) -> Page:
    """The one page of a WARC file. Raises CorruptRecord where there is none."""
    capture = next(captures(path), None)
    if capture is None:
        raise CorruptRecord(path, 0, "a response", "none")
    with open_record(path, capture.offset) as record:
        answered = read_response(record, capture)
    types = [value for name, value in answered.headers if name.lower() == b"content-type"]
    return Page(
        url=capture.url,
        status=answered.status or 0,
        body=answered.content(),
        fetched_at=capture.captured_at,
        content_type=types[-1].decode("latin-1") if types else "",
    )


def reading_of(site: Site, page: Page) -> dict[str, Any]:
    """What is read from a page by a site's rules, and nothing that was learned: as JSON."""
    rules = registry.rules(site)
    scope = Scope(site.domains, rules.urls, rules.traps)
    found = read(page, site=site.name, rules=rules.article, canonical=scope.canonical)
    return as_json(found)


def as_json(found: Article | Gone | NotAnArticle) -> dict[str, Any]:
    """The fields of a reading: `found` says what it is."""
    if isinstance(found, NotAnArticle):
        return {"url": found.url, "found": "no article", "reason": found.reason}
    if isinstance(found, Gone):
        return {"url": found.url, "found": "gone"}
    values = ((name, getattr(found, name)) for name in FIELDS)
    return {"url": found.url, "found": "article"} | {name: _plain(value) for name, value in values}


def save(collection: Collection, capture: Capture, site: Site, path: Path) -> None:
    """Keep a captured page at `path`, with what is read from it. Raises OSError."""
    with collection.open_record(capture) as record:
        stored = b"".join(_verbatim(record))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stored)
    told = json.dumps(reading_of(site, page_in(path)), ensure_ascii=False, indent=2)
    path.with_suffix(".json").write_text(f"{told}\n", encoding="utf-8")


def _verbatim(record: Record) -> Iterator[bytes]:
    yield record.raw_head
    with record.spool() as block:
        yield block.read()
    yield _RECORD_END


def _plain(value: Any) -> Any:
    """Text as paragraphs and links as pairs, so that a difference is easy to see."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "url"):
        return {"title": value.title, "url": value.url}
    return value.split("\n\n") if isinstance(value, str) and "\n\n" in value else value
