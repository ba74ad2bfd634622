"""Reads a page: bytes in, an Article or the reason why there is none out.

The order is that of READING, section 1: everything is lifted from the untouched page first, then
the text is found, then furniture goes, then what stands in the text without being text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.article import Article, Gone, Link
from archive.text import join
from crawler.reading import body as bodies
from crawler.reading import furniture, titles, verdict
from crawler.reading.blocks import blocks
from crawler.reading.bylines import Byline, byline
from crawler.reading.captions import Caption, captions
from crawler.reading.dates import VIETNAM, glued
from crawler.reading.decode import decode
from crawler.reading.document import Body, Document, Line, key
from crawler.reading.extract import VERSION
from crawler.reading.links import attachments, is_link_to, neighbours
from crawler.reading.metadata import metadata
from crawler.reading.page import NotAnArticle, Page
from crawler.reading.stamping import stamping
from crawler.reading.tree import absolute, base_of, parse
from crawler.site import ArticleRules

READER_VERSION = "1"
"""Goes up whenever the same page may read differently; kept with every article."""

_log = logging.getLogger(__name__)
_GONE = frozenset((404, 410))
_DATELINE = re.compile(
    r"^(?:\([^\W\d_][\w. ]{1,24}\)\s*[-–—]?\s*|(?:[A-ZĐ]{2,8}|[\w.]{2,20}\.vn)\s?[-–—]\s+)(?=\S)"
)
_VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯà-ãè-êìíò-õùúýÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĩũạ-ỹẠ-Ỹ]")
_LETTER = re.compile(r"[^\W\d_]")
_TELLING = 200
_LONG_NUMBER = re.compile(r"\d{5,}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){3,}")
_SLUG_CHARS = 40


def read(
    page: Page,
    *,
    site: str,
    rules: tuple[ArticleRules, ...] = (),
    canonical: Callable[[str], str] = str,
) -> Article | Gone | NotAnArticle:
    """What a captured page says. Never raises for anything a page holds, and asks no clock.

    `rules`, newest first, serve where their `until` is not over at `page.fetched_at`. `canonical`
    maps every address of an article to the one it is known by.
    """
    if page.status in _GONE:
        return Gone(url=canonical(page.url), site=site, status=page.status, capture=page.capture)
    if not 200 <= page.status < 300:
        return _refused(page, site, f"status {page.status}")
    valid = _valid(rules, page)
    encoding = next((rule.encoding for rule in valid if rule.encoding), None)
    decoded = decode(page.body, page.content_type, encoding)
    tree = parse(decoded.text)
    if tree is None:
        return _refused(page, site, "empty")
    selectors = tuple(css for rule in valid for css in rule.body)
    claims = metadata(tree)
    dropped = tuple(css for rule in valid for css in rule.drop)
    root = bodies.name_body(tree, selectors, dropped)
    document = Document(
        url=page.url,
        base=base_of(tree, page.url),
        tree=tree,
        blocks=blocks(tree),
        meta=claims,
        fetched_at=page.fetched_at,
        rules=valid,
    )
    if reason := verdict.refusal(document):
        return _refused(page, site, reason)
    if verdict.is_gone(document):
        return Gone(url=canonical(page.url), site=site, status=page.status, capture=page.capture)
    found = (bodies.by_rules(document, root) if root is not None else None) or (
        bodies.by_extractor(document)
    )
    return _read(page, site, document, found, decoded.findings, canonical)


def _valid(rules: tuple[ArticleRules, ...], page: Page) -> tuple[ArticleRules, ...]:
    day = page.fetched_at.astimezone(VIETNAM).date()
    return tuple(rule for rule in rules if rule.until is None or day < rule.until)


def _refused(page: Page, site: str, reason: str) -> NotAnArticle:
    return NotAnArticle(url=page.url, site=site, reason=reason, capture=page.capture)


@dataclass(frozen=True, kw_only=True)
class _Text:
    """The body after everything was lifted from it."""

    paragraphs: list[str]
    captions: list[Caption]
    attachments: tuple[Link, ...]
    byline: Byline
    dateline: str | None


def _read(
    page: Page,
    site: str,
    document: Document,
    body: Body | None,
    findings: tuple[str, ...],
    canonical: Callable[[str], str],
) -> Article | NotAnArticle:
    if body is None:
        return _refused(page, site, verdict.without_text(document))
    title = titles.title(document, body)
    place = titles.title_place(document, title, body)
    lead = titles.lead(document, body, place)
    text = _lift(document, body, title, lead, place)
    whole = [*text.paragraphs, lead or ""]
    if reason := verdict.objection(document, body, title, text.paragraphs, lead):
        return _refused(page, site, reason)
    published, updated = stamping(document, body, place)
    previous, following = neighbours(document, body)
    return Article(
        url=canonical(_own_address(document)),
        site=site,
        title=title,
        lead=lead,
        text=join(text.paragraphs),
        published=published,
        updated=updated,
        author=text.byline.author,
        byline=text.byline.printed,
        dateline=text.dateline,
        section=titles.section(document, title),
        captions=tuple(caption.text for caption in text.captions),
        attachments=text.attachments,
        previous=previous,
        next=following,
        language=_language(document, join((title, *whole))),
        extractor=_extractor(body),
        findings=(*findings, *(f"source: {source}" for source in text.byline.sources)),
        capture=page.capture,
    )


def _extractor(body: Body) -> str:
    version = f" {VERSION}" if body.found_by == "trafilatura" else ""
    return f"tinhuy {READER_VERSION} {body.found_by}{version}"


def _lift(document: Document, body: Body, title: str, lead: str | None, place: int | None) -> _Text:
    """Takes captions, attachments, furniture and byline out of the lines; the rest is text."""
    pictured = captions(document, body)
    files = attachments(document, body, place)
    lines = _without_captions(body.lines, pictured)
    lines = [line for line in lines if not _is_file(document, line, files)]
    lines = _without_furniture(document, lines, title, lead)
    written = byline(document, body, lines)
    texts = [line.text for index, line in enumerate(lines) if index not in written.lines]
    dateline = None
    if texts:
        if start := glued(texts[0]):
            texts[0] = start[1]
        dateline, texts[0] = _dateline(texts[0])
    return _Text(
        paragraphs=texts,
        captions=pictured,
        attachments=files,
        byline=written,
        dateline=dateline,
    )


def _without_captions(lines: Sequence[Line], pictured: Sequence[Caption]) -> list[Line]:
    blocks_of = {index for caption in pictured for index in caption.blocks}
    printed = {key(caption.text) for caption in pictured}
    return [line for line in lines if line.block not in blocks_of and key(line.text) not in printed]


def _is_file(document: Document, line: Line, files: tuple[Link, ...]) -> bool:
    if is_link_to(line.text, files):
        return True
    is_linked = line.block is not None and document.blocks[line.block].linked > 0.5
    return is_linked and any(file.title and file.title in line.text for file in files)


def _without_furniture(
    document: Document, lines: list[Line], title: str, lead: str | None
) -> list[Line]:
    kept, removals = furniture.strip([line.text for line in lines], title=title, lead=lead or "")
    for removal in removals:
        _log.debug("%s: removed by rule %r: %s", document.url, removal.rule, removal.line)
    return [lines[index] for index in kept]


def _dateline(paragraph: str) -> tuple[str | None, str]:
    """What stands before the first sentence, with its separator: "ĐTO - ", "(QBĐT) - "."""
    found = _DATELINE.match(paragraph)
    if not found:
        return None, paragraph
    return found[0], paragraph[found.end() :]


def _own_address(document: Document) -> str:
    """What the page calls its address, if that may be true: one host, and an id or slug shared.

    A lazy template names the home page on every article, a hostile page somebody else's article.
    """
    claimed = absolute(document.base, document.meta.canonical) if document.meta.canonical else None
    if not claimed:
        return document.url
    own, other = urlsplit(document.url), urlsplit(claimed)
    if own.netloc.lower() != other.netloc.lower():
        return document.url
    return claimed if _share_a_mark(own.path, other.path) else document.url


def _share_a_mark(one: str, other: str) -> bool:
    if one == other:
        return True
    numbers = set(_LONG_NUMBER.findall(one)) & set(_LONG_NUMBER.findall(other))
    slugs = [{slug[:_SLUG_CHARS] for slug in _SLUG.findall(path)} for path in (one, other)]
    return bool(numbers or slugs[0] & slugs[1])


def _language(document: Document, text: str) -> str:
    """ "vi" by its letters; else what the page declares, "und" when that is "vi" too."""
    letters = len(_LETTER.findall(text))
    marked = len(_VIETNAMESE.findall(text))
    declared = document.meta.language
    if marked * 20 > letters or (declared in ("", "vi") and letters < _TELLING):
        return "vi"
    return declared if declared not in ("", "vi") else "und"
