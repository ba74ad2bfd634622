"""What a page says to machines: JSON-LD, Open Graph, meta tags, microdata.

All of it is hearsay: the author is mostly the site's name, a headline may be escaped twice, a
home page may call itself complete. Later steps hold it against what is printed.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from archive.text import clean
from crawler.reading import dates
from crawler.reading.tree import attribute, names

_ARTICLE_TYPES = frozenset((
    "Article", "NewsArticle", "ReportageNewsArticle", "OpinionNewsArticle", "AnalysisNewsArticle",
    "BackgroundNewsArticle", "ReviewNewsArticle", "BlogPosting", "TechArticle", "ScholarlyArticle",
))  # fmt: skip
_LIST_TYPES = frozenset(("CollectionPage", "SearchResultsPage", "ItemList"))
_LISTED = re.compile(r"related|lien-?quan|sidebar|module_wrap|tin-?khac")
_FEW = 3
_MOST_NODES = 300
_MOST_PEOPLE = 50
_LONGEST_SCRIPT = 500_000
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Claims of a page about itself; dates are normalised, texts clean, missing ones empty."""

    titles: tuple[str, ...] = ()
    """Headline, og:title, twitter:title: the more trustworthy first."""
    page_title: str = ""
    description: str = ""
    site_name: str = ""
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    section: str = ""
    canonical: str = ""
    language: str = ""
    is_article: bool = False
    """A type of JSON-LD or Open Graph says so."""
    is_list: bool = False


def metadata(tree: HtmlElement) -> Metadata:
    """Reads the untouched tree, scripts included."""
    nodes = [node for script in _scripts(tree) for node in _nodes(script)]
    news = next((node for node in nodes if _types(node) & _ARTICLE_TYPES), {})
    meta = _meta_tags(tree)
    titles = (_text(news.get("headline")), meta.get("og:title", ""), meta.get("twitter:title", ""))
    og_type = meta.get("og:type", "").lower()
    canonical = tree.xpath("string(//link[@rel='canonical']/@href)")
    return Metadata(
        titles=tuple(dict.fromkeys(filter(None, titles))),
        page_title=_unescaped(tree.findtext(".//title") or ""),
        description=meta.get("description") or meta.get("og:description", ""),
        site_name=meta.get("og:site_name", ""),
        published=_first_date(
            _text(news.get("datePublished")),
            meta.get("article:published_time", ""),
            *_microdata(tree, "datePublished"),
        ),
        modified=_first_date(
            _text(news.get("dateModified")),
            meta.get("article:modified_time", ""),
            *_microdata(tree, "dateModified"),
        ),
        authors=tuple(dict.fromkeys(islice(_people(news.get("author")), _MOST_PEOPLE))),
        section=_text(news.get("articleSection")) or meta.get("article:section", ""),
        canonical=clean(str(canonical)[:_LONGEST_TEXT]),
        language=attribute(tree, "lang").split("-")[0].lower(),
        is_article=bool(news) or og_type in ("article", "news", "newsarticle"),
        is_list=any(_types(node) & _LIST_TYPES for node in nodes) or og_type == "website",
    )


def _scripts(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iterfind(".//script[@type]"):
        text = (script.text or "").strip()
        if "ld+json" in (script.get("type") or "").lower() and len(text) <= _LONGEST_SCRIPT:
            try:
                # Line ends inside strings are no JSON, and common.
                yield json.loads(text.rstrip(";"), strict=False)
            except (ValueError, RecursionError):
                continue


def _nodes(found: Any) -> Iterator[dict[str, Any]]:
    """Every object of a script down to its `@graph`, not into what they mention."""
    waiting, seen = [found], 0
    while waiting and seen < _MOST_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("@graph"))


def _types(node: dict[str, Any]) -> set[str]:
    kind = node.get("@type")
    found = kind if isinstance(kind, list) else [kind]
    return {name.rsplit("/", 1)[-1] for name in found if isinstance(name, str)}


def _meta_tags(tree: HtmlElement) -> dict[str, str]:
    """By name or property, in lower case; the first of each counts."""
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = (tag.get("property") or tag.get("name") or "").strip().lower()
        content = _unescaped(tag.get("content") or "")
        if name and content:
            found.setdefault(name, content)
    return found


def _microdata(tree: HtmlElement, name: str) -> list[str]:
    """Of the page's own article, not of those it lists beside and below."""
    return [
        attribute(element, "content") or attribute(element, "datetime")
        for element in tree.xpath("//*[@itemprop=$name]", name=name)[:_FEW]
        if isinstance(element, HtmlElement)
        and not any(_LISTED.search(names(holder)) for holder in element.iterancestors())
    ]


def _first_date(*values: str) -> str | None:
    return next((value for value in map(dates.machine, values) if value), None)


def _people(found: Any) -> Iterator[str]:
    for person in found if isinstance(found, list) else [found]:
        if isinstance(person, dict):
            if "Organization" not in _types(person):
                yield from _people(person.get("name"))
        elif name := _text(person):
            yield name


def _text(found: Any) -> str:
    if isinstance(found, list):
        return _text(found[0]) if found else ""
    return _unescaped(found) if isinstance(found, str) else ""


def _unescaped(text: str) -> str:
    """Twice: tuoitre.vn writes `&amp;#7871;`."""
    return clean(html.unescape(html.unescape(text[:_LONGEST_TEXT])))
