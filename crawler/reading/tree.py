"""A page as a tree, bounded in size and depth, and the few questions asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser

from archive.text import clean

MAX_CHARS = 5_000_000
"""A page is read up to here: pictures pasted into it are cut out first."""

MAX_ELEMENTS = 60_000
"""Six times the largest front page seen. What has more is no article."""

BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
"""Elements that begin a new line."""

SILENT = frozenset((
    "button", "canvas", "datalist", "embed", "head", "iframe", "input", "map", "math", "noscript",
    "object", "option", "script", "select", "style", "svg", "template", "textarea",
))  # fmt: skip
"""Elements whose text is not printed, or is not the page's."""

_PASTED = re.compile(r"data:[\w/+.-]{0,60};base64,[A-Za-z0-9+/=\s]{200,}")
# libxml2 forgets what comes after `</html>`, which a pasted document may bring into any place.
_END = re.compile(r"</(?:html|body)\s*>", re.I)


def parse(text: str) -> HtmlElement | None:
    """The tree of a page, or None when there is none in it or no end of it. Comments are dropped.

    The parser stops at 256 levels, so that no walk over the tree can go deeper.
    """
    text = _END.sub("", _PASTED.sub("data:,", text)[:MAX_CHARS])
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return None
    if not isinstance(root, HtmlElement) or root.tag != "html":
        return None
    return root if sum(1 for _ in root.iter()) <= MAX_ELEMENTS else None


@lru_cache(maxsize=512)
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def select(tree: HtmlElement, rules: Iterable[str]) -> list[HtmlElement]:
    """The elements of the first CSS rule that matches anything, in document order."""
    for css in rules:
        if found := _selector(css)(tree):
            return [element for element in found if isinstance(element, HtmlElement)]
    return []


def text_of(element: HtmlElement) -> str:
    """All that is printed inside an element, on one clean line; hard breaks are blanks."""
    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if node.tag == "br" or node.tag in BLOCKS:
            pieces.append(" ")
        if event == "end":
            pieces.append((node.tail or "") if node is not element else "")
        elif node.tag in SILENT:
            walk.skip_subtree()
        else:
            pieces.append(node.text or "")
    return clean("".join(pieces))


def attribute(element: HtmlElement, name: str) -> str:
    """An attribute's value, cleaned; empty when there is none."""
    return clean(element.get(name) or "")


def names(element: HtmlElement) -> str:
    """Class and id in lower case, for patterns that look for a telling word in either."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower()


def base_of(tree: HtmlElement, url: str) -> str:
    """What relative addresses of a page are relative to."""
    base = tree.find(".//base[@href]")
    return absolute(url, attribute(base, "href")) or url if base is not None else url


def absolute(base: str, href: str) -> str | None:
    """An http(s) address made absolute; None for anything else."""
    try:
        url = urljoin(base, href.strip())
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc else None
    except ValueError:
        return None
