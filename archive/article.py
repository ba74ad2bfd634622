"""What was read from a page, and what each look at it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from archive.cdxj import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A titled address: a neighbouring article, or something attached to one."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as one page showed it. All text is NFC with white space collapsed.

    `text` is the body: paragraphs with a blank line between, without lead, captions, byline.
    `dateline` is what was cut from the front of the first paragraph ("ĐTO - "); dateline + text is
    the printed body. `author` is in Title Case, `byline` as printed.
    `published` and `updated` are ISO 8601 with as much precision as the page shows: "2020-12",
    "2020-12-29" or "2020-12-29T08:00+07:00"; a time of day always has its offset.
    `findings` are remarks of the reader, such as "published: guessed" or "encoding: tcvn3".
    """

    url: str
    site: str
    title: str
    text: str
    lead: str | None = None
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    byline: str | None = None
    dateline: str | None = None
    section: str | None = None
    captions: tuple[str, ...] = ()
    attachments: tuple[Link, ...] = ()
    previous: Link | None = None
    next: Link | None = None
    language: str = "vi"
    extractor: str = ""
    findings: tuple[str, ...] = ()
    capture: Capture | None = None


class Change(StrEnum):
    """What a look found, compared with the look before (READING: digests)."""

    NEW = "new"
    CHANGED = "changed"
    ORTHOGRAPHY = "orthography"
    METADATA = "metadata"
    UNCHANGED = "unchanged"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A known article's URL that answered 404 or 410 (or the site's own word for it)."""

    url: str
    site: str
    status: int
    capture: Capture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at one article: the entry of the reading journal that the catalog is made of.

    `seen_at` is the WARC-Date of the capture looked at. `article` is set for every change except
    UNCHANGED and GONE. `conversion_id` is the record id of the stored text, once written.
    """

    url: str
    site: str
    change: Change
    seen_at: str
    capture: Capture
    article: Article | None = None
    conversion_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl of one site. `counts` are whole numbers by name; `outcome` as crawler.run names it."""

    id: str
    site: str
    started_at: str
    finished_at: str
    outcome: str
    counts: dict[str, int] = field(default_factory=dict)
