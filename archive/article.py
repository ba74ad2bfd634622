"""What was read from a page, what each look at it found, and how two readings compare."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from archive.cdxj import Capture
from archive.digest import Digest
from archive.text import canonical, fold
from archive.times import local

_Value = TypeVar("_Value")
_REQUIRED = ("url", "site", "title", "text")
_OPTIONAL = ("lead", "published", "updated", "author", "byline", "dateline", "section")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A titled address: a neighbouring article, or something attached to one."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A line that stood in the body and was taken for no part of it, and the rule that did it."""

    rule: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as one page showed it. All text is NFC with white space collapsed.

    `text` is the body: paragraphs with a blank line between, without lead, captions, byline.
    `dateline` is what was cut from the front of the first paragraph ("ĐTO - "); dateline + text is
    the printed body. `author` is in Title Case, `byline` as printed.
    `published` and `updated` are ISO 8601 with as much precision as the page shows: "2020-12",
    "2020-12-29" or "2020-12-29T08:00+07:00"; a time of day always has its offset.
    `findings` are remarks of the reader, such as "published: guessed" or "encoding: tcvn3".
    `removed` are the lines that were left out of the body, so that each can be disputed.
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
    removed: tuple[Removal, ...] = ()
    capture: Capture | None = None


class Change(StrEnum):
    """What a look found, compared with the look before; REREAD: what a better reader found in a
    capture that had been read before. The site did nothing then.
    """

    NEW = "new"
    CHANGED = "changed"
    ORTHOGRAPHY = "orthography"
    METADATA = "metadata"
    UNCHANGED = "unchanged"
    GONE = "gone"
    REREAD = "reread"


WITH_READING = frozenset(Change) - {Change.UNCHANGED, Change.GONE}
"""Changes of which a look brings the article as it was read."""


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

    `capture` is what was looked at; its `date` must be known. `article` is set for every change
    in WITH_READING. `conversion_id` is the record id of the stored text, once written.
    `reread_at` is the WARC date of the reading where that came later than the capture: of a
    REREAD, and of an article that was first found in a capture of old. "" for looks by fetching.
    """

    url: str
    site: str
    change: Change
    capture: Capture
    article: Article | None = None
    conversion_id: str = ""
    reread_at: str = ""

    @property
    def seen_at(self) -> str:
        """The WARC-Date of the capture."""
        return self.capture.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl of one site. `counts`: whole numbers by name; `outcome`: see crawler.outcome.

    `at` are the URLs that stood for the site's own domains, in their order: none in most runs.
    `reason` says in words why the outcome is what it is, where there is something to say.
    """

    id: str
    site: str
    started_at: str
    finished_at: str
    outcome: str
    counts: dict[str, int] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What was learned across the pages of a site, for the reading of its pages.

    `content` is JSON whose meaning is its reader's own; `version` names it in what was read by it.
    `learned_at` is a WARC date.
    """

    site: str
    version: str
    learned_at: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """All that must be known of a reading to tell whether another one differs."""

    text: Digest
    fold: Digest
    metadata: Digest


def digests(article: Article) -> Digests:
    """The three digests of an article."""
    return Digests(
        text=text_digest(article), fold=fold_digest(article), metadata=metadata_digest(article)
    )


def text_digest(article: Article) -> Digest:
    """SHA-256 of title, lead and body in canonical form: equal means the same text.

    Blind to normal form, white space, line ends and the kind of quote, dash or ellipsis; never to
    digits. The three parts are kept apart: a sentence that moves from lead to body is a change.
    """
    return _wording(article, canonical)


def fold_digest(article: Article) -> Digest:
    """The same with case and the places of tone marks folded: equal means the same words."""
    return _wording(article, fold)


def metadata_digest(article: Article) -> Digest:
    """SHA-256 of what describes the text: author, byline, dateline, dates, section, captions and
    attachments (audio among them); never the neighbouring articles, which change by themselves.
    """
    printed = (article.author, article.byline, article.dateline, article.section)
    description = [
        [canonical(value or "") for value in printed],
        [article.published or "", article.updated or ""],
        [canonical(caption) for caption in article.captions],
        [(canonical(link.title), link.url) for link in article.attachments],
    ]
    return _sha256(json.dumps(description))


def says_the_same(one: Article, other: Article) -> bool:
    """Whether two readings of one page differ in nothing but who read it, and its remarks."""
    return _unsigned(one) == _unsigned(other)


def _unsigned(article: Article) -> Article:
    return replace(article, capture=None, extractor="", findings=(), removed=())


def compare(old: Article | Digests, new: Article | Digests) -> Change:
    """What `new` is after `old`: CHANGED, ORTHOGRAPHY, METADATA or UNCHANGED."""
    before = digests(old) if isinstance(old, Article) else old
    after = digests(new) if isinstance(new, Article) else new
    if before.text == after.text:
        return Change.UNCHANGED if before.metadata == after.metadata else Change.METADATA
    return Change.ORTHOGRAPHY if before.fold == after.fold else Change.CHANGED


def _wording(article: Article, form: Callable[[str], str]) -> Digest:
    return _sha256("\n".join(map(form, (article.title, article.lead or "", article.text))))


def _sha256(text: str) -> Digest:
    return Digest("sha256", sha256(text.encode()).digest())


def to_json(article: Article) -> dict[str, Any]:
    """The article as JSON values; `from_json` gives an equal one back."""
    record: dict[str, Any] = {f.name: getattr(article, f.name) for f in fields(article)}
    for name in ("previous", "next"):
        record[name] = record[name] and link_to_json(record[name])
    record["captions"] = list(article.captions)
    record["attachments"] = [link_to_json(link) for link in article.attachments]
    record["findings"] = list(article.findings)
    record["removed"] = [{"rule": one.rule, "line": one.line} for one in article.removed]
    record["capture"] = article.capture and capture_to_json(article.capture)
    return record


def from_json(record: Mapping[str, Any]) -> Article:
    """The article that `to_json` made `record` of. Keys that are not known are passed over.

    Raises ValueError where the record, which may come from a stranger's archive, is not of that
    shape.
    """
    try:
        texts: dict[str, Any] = {name: _string(record[name]) for name in _REQUIRED}
        texts |= {name: _optional(_string, record.get(name)) for name in _OPTIONAL}
        return Article(
            **texts,
            language=_string(record.get("language", "vi")),
            extractor=_string(record.get("extractor", "")),
            previous=_optional(_link, record.get("previous")),
            next=_optional(_link, record.get("next")),
            captions=_several(_string, record.get("captions", [])),
            attachments=_several(_link, record.get("attachments", [])),
            findings=_several(_string, record.get("findings", [])),
            removed=_several(_removal, record.get("removed", [])),
            capture=_optional(capture_from_json, record.get("capture")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an article record: {error!r}") from error


def published_on(published: str | None, seen_at: str) -> str:
    """The day in Vietnam ("2026-11-26") on which an article was published.

    Where that is not printed to the day, or lies behind the WARC date at which it was seen first,
    it is the day of that.
    """
    seen = local(seen_at)[:10]
    day = (published or "")[:10]
    return day if len(day) == len("2026-11-26") and day <= seen else seen


def link_to_json(link: Link) -> dict[str, str]:
    """A link as {title, url}."""
    return {"title": link.title, "url": link.url}


def capture_to_json(capture: Capture) -> dict[str, Any]:
    """A capture as JSON values; `capture_from_json` gives an equal one back."""
    return {
        "filename": capture.filename,
        "offset": capture.offset,
        "length": capture.length,
        "record_id": capture.record_id,
        "payload_digest": capture.digest and str(capture.digest),
        "captured_at": capture.date,
        "url": capture.url,
        "urlkey": capture.urlkey,
        "timestamp": capture.timestamp,
        "mime": capture.mime,
        "status": capture.status,
    }


def capture_from_json(record: Mapping[str, Any]) -> Capture:
    """The capture that `capture_to_json` made `record` of.

    Raises ValueError, KeyError or TypeError where the record is not of that shape.
    """
    return Capture(
        filename=_string(record["filename"]),
        offset=_number(record["offset"]),
        length=_number(record["length"]),
        record_id=_string(record["record_id"]),
        digest=_optional(Digest.parse, record["payload_digest"]),
        date=_string(record["captured_at"]),
        url=_string(record["url"]),
        urlkey=_string(record["urlkey"]),
        timestamp=_string(record["timestamp"]),
        mime=_string(record["mime"]),
        status=_optional(_number, record["status"]),
    )


def _link(record: Mapping[str, Any]) -> Link:
    return Link(title=_string(record["title"]), url=_string(record["url"]))


def _removal(record: Mapping[str, Any]) -> Removal:
    return Removal(rule=_string(record["rule"]), line=_string(record["line"]))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, found {value!r:.80}")
    value.encode()  # half a surrogate pair cannot be stored: UnicodeEncodeError is a ValueError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a whole number, found {value!r:.80}")
    return value


def _optional(read: Callable[[Any], _Value], value: Any) -> _Value | None:
    return None if value is None else read(value)


def _several(read: Callable[[Any], _Value], values: Any) -> tuple[_Value, ...]:
    if not isinstance(values, list):
        raise TypeError(f"expected a list, found {values!r:.80}")
    return tuple(map(read, values))
