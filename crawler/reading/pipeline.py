"""Reads a page: bytes in, an Article or the reason why there is none out.

The order is that of READING, section 1: everything is lifted from the untouched page first, then
the text is found, then furniture goes, then what stands in the text without being text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from urllib.parse import urlsplit

from archive.article import Article, Gone, Removal
from archive.text import join
from archive.times import vietnam_day
from crawler.reading import body as bodies
from crawler.reading import titles, verdict
from crawler.reading.blocks import blocks
from crawler.reading.decode import Decoded, decode
from crawler.reading.document import Body, Document
from crawler.reading.extract import VERSION
from crawler.reading.keys import path
from crawler.reading.lifting import Text, lift, whole
from crawler.reading.links import neighbours
from crawler.reading.metadata import metadata
from crawler.reading.model import SiteModel, Traits, traits
from crawler.reading.page import GONE, NotAnArticle, Page
from crawler.reading.stamping import stamping
from crawler.reading.tree import absolute, base_of, parse
from crawler.site import ArticleRules

READER_VERSION = "2"
"""Goes up whenever the same page may read differently; kept with every article."""

MOST_REMOVALS = 100
"""Lines of one article that are kept as removed; `explain` knows them all."""

NOTHING_LEARNED = SiteModel()

_VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯà-ãè-êìíò-õùúýÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĩũạ-ỹẠ-Ỹ]")
_LETTER = re.compile(r"[^\W\d_]")
_TELLING = 200
_LONG_NUMBER = re.compile(r"\d{5,}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){3,}")
_SLUG_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was found on a page, and how: enough to learn from it and to explain it.

    `document` is None where the page was not laid open (another status than 200, an empty page),
    `text` where no text was found in it.
    """

    found: Article | Gone | NotAnArticle
    document: Document | None = None
    text: Text | None = None

    @property
    def is_guessed(self) -> bool:
        """Whether no rule named the element that holds the text."""
        return self.text is not None and self.text.body.found_by != "rules"

    @property
    def traits(self) -> Traits | None:
        """What a site model learns from this page; None unless a text was found in it.

        Where furniture made an article look like a list, it is what the model must learn.
        """
        if self.document is None or self.text is None or isinstance(self.found, Gone):
            return None
        body = self.text.body
        is_article = isinstance(self.found, Article)
        return traits(
            url=self.found.url,
            seen_at=self.document.fetched_at.astimezone(UTC).isoformat(),
            tree=self.document.tree,
            blocks=self.document.blocks,
            title=self.text.title if is_article else "",
            body=path(body.root) if body.root is not None and is_article else "",
            whole=map(path, whole(self.document, self.text) if is_article else ()),
        )


def read(
    page: Page,
    *,
    site: str,
    rules: tuple[ArticleRules, ...] = (),
    canonical: Callable[[str], str] = str,
    model: SiteModel = NOTHING_LEARNED,
) -> Article | Gone | NotAnArticle:
    """What a captured page says; see `study`."""
    return study(page, site=site, rules=rules, canonical=canonical, model=model).found


def study(
    page: Page,
    *,
    site: str,
    rules: tuple[ArticleRules, ...] = (),
    canonical: Callable[[str], str] = str,
    model: SiteModel = NOTHING_LEARNED,
) -> Reading:
    """Read a captured page. Never raises for anything a page holds, and asks no clock.

    `rules`, newest first, serve where their `until` is not over at `page.fetched_at`. `canonical`
    maps every address of an article to the one it is known by. `model` is what was learned of the
    site's other pages.
    """
    if page.status in GONE:
        return Reading(found=_gone(page, site, canonical))
    if not 200 <= page.status < 300:
        return Reading(found=_refused(page, site, f"status {page.status}"))
    valid = _valid(rules, page)
    encoding = next((rule.encoding for rule in valid if rule.encoding), None)
    decoded = decode(page.body, page.content_type, encoding)
    opened = _opened(page, decoded, valid, model)
    if opened is None:
        return Reading(found=_refused(page, site, "empty"))
    document, body = opened
    if reason := verdict.refusal(document):
        return Reading(found=_refused(page, site, reason), document=document)
    if verdict.is_gone(document):
        return Reading(found=_gone(page, site, canonical), document=document)
    if (body := body or bodies.by_extractor(document)) is None:
        reason = verdict.without_text(document)
        return Reading(found=_refused(page, site, reason), document=document)
    text = lift(document, body)
    if reason := verdict.objection(document, body, text.title, text.paragraphs, text.lead):
        return Reading(found=_refused(page, site, reason), document=document, text=text)
    article = _article(page, site, document, text, decoded.findings, canonical, model)
    return Reading(found=article, document=document, text=text)


def _opened(
    page: Page, decoded: Decoded, rules: tuple[ArticleRules, ...], model: SiteModel
) -> tuple[Document, Body | None] | None:
    """The page laid open, with its body where rules name one; None for an empty page."""
    tree = parse(decoded.text)
    if tree is None:
        return None
    elements = list(tree.iter())
    claims = metadata(tree)
    named = tuple(css for rule in rules for css in rule.body)
    root = bodies.name_body(tree, named, tuple(css for rule in rules for css in rule.drop))
    printed = blocks(tree)
    learned = model.root(tree) if root is None else None
    document = Document(
        url=page.url,
        base=base_of(tree, page.url),
        tree=tree,
        elements=elements,
        blocks=printed,
        meta=claims,
        fetched_at=page.fetched_at,
        rules=rules,
        furniture=model.furniture(tree, printed, learned if root is None else root),
        learned_root=learned,
    )
    return document, bodies.by_rules(document, root) if root is not None else None


def _valid(rules: tuple[ArticleRules, ...], page: Page) -> tuple[ArticleRules, ...]:
    day = vietnam_day(page.fetched_at)
    return tuple(rule for rule in rules if rule.until is None or day < rule.until)


def _gone(page: Page, site: str, canonical: Callable[[str], str]) -> Gone:
    return Gone(url=canonical(page.url), site=site, status=page.status, capture=page.capture)


def _refused(page: Page, site: str, reason: str) -> NotAnArticle:
    return NotAnArticle(url=page.url, site=site, reason=reason, capture=page.capture)


def _article(
    page: Page,
    site: str,
    document: Document,
    text: Text,
    findings: tuple[str, ...],
    canonical: Callable[[str], str],
    model: SiteModel,
) -> Article:
    published, updated = stamping(document, text.body, text.place)
    previous, following = neighbours(document, text.body)
    return Article(
        url=canonical(_own_address(document, canonical)),
        site=site,
        title=text.title,
        lead=text.lead,
        text=join(text.paragraphs),
        published=published,
        updated=updated,
        author=text.byline.author,
        byline=text.byline.printed,
        dateline=text.dateline,
        section=titles.section(document, text.title),
        captions=tuple(caption.text for caption in text.captions),
        attachments=text.attachments,
        previous=previous,
        next=following,
        language=_language(document, join((text.title, *text.paragraphs, text.lead or ""))),
        extractor=_extractor(text.body, model),
        findings=(*findings, *(f"source: {source}" for source in text.byline.sources)),
        removed=tuple(islice(_removals(document, text), MOST_REMOVALS)),
        capture=page.capture,
    )


def _extractor(body: Body, model: SiteModel) -> str:
    version = f" {VERSION}" if body.found_by == "trafilatura" else ""
    learned = f"; model {model.version}" if model.version else ""
    return f"tinhuy {READER_VERSION} {body.found_by}{version}{learned}"


def _removals(document: Document, text: Text) -> Iterator[Removal]:
    """What stood in the body and was left out: boxes and furniture of the site, then lines."""
    for index, reason in text.body.left.items():
        yield Removal(reason, document.blocks[index].text)
    for index, (fate, rule) in text.fates.items():
        if fate == "furniture":
            yield Removal(rule, text.body.lines[index].text)


def _own_address(document: Document, canonical: Callable[[str], str]) -> str:
    """What the page calls its address, if that may be true: one site, and an id or slug shared.

    A lazy template names the home page on every article, a hostile page somebody else's article.
    """
    claimed = absolute(document.base, document.meta.canonical) if document.meta.canonical else None
    if not claimed:
        return document.url
    own, other = urlsplit(canonical(document.url)), urlsplit(canonical(claimed))
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
