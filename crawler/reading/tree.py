"""A page as a tree, bounded in size and depth, and the few questions asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from cssselect import HTMLTranslator
from cssselect import parse as parse_css
from cssselect.parser import CombinedSelector, Tree
from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from archive.text import clean
from archive.urlkey import without_user

MAX_CHARS = 5_000_000
"""A page is read up to here, pictures pasted into it left out."""

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

MAX_ATTRIBUTES = 1_000
"""Of one element: libxml2 walks over all of them for each that it adds."""

_PIECE = 64 * 1024
_MOST_STEPS = 10_000
_LONGEST_NAME = 500
_LONGEST_ATTRIBUTE = 2_000

_PASTED = re.compile(r"data:[\w/+.-]{0,60};base64,[A-Za-z0-9+/=\s]{200,}")
# libxml2 forgets what comes after `</html>`, which a pasted document may bring into any place.
_END = re.compile(r"</(?:html|body)\s*>", re.I)
# Classes and styles are asked for again at every element inside; addresses are not.
_LONG_ATTRIBUTES = etree.XPath(
    f"//@*[string-length() > {_LONGEST_ATTRIBUTE}]"
    "[name() != 'href' and name() != 'src' and name() != 'content']"
)


def bounded(text: str) -> str:
    """What is read of a page: its first MAX_CHARS without pictures pasted into it."""
    return _PASTED.sub("data:,", text)[:MAX_CHARS]


def parse(text: str) -> HtmlElement | None:
    """The tree of a `bounded` page; None when there is none or no end of it. No comments.

    The parser stops at 256 levels, so that no walk over the tree can go deeper.
    """
    text = _END.sub("", text)
    html = text.encode("utf-8", "replace")
    if len(portion(html)) < len(html):
        return None
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(html, parser)
    except etree.LxmlError:
        return None
    if not isinstance(root, HtmlElement) or root.tag != "html":
        return None
    for value in _LONG_ATTRIBUTES(root):
        value.getparent().set(value.attrname, value[:_LONGEST_ATTRIBUTE])
    return root


def portion(html: bytes) -> bytes:
    """As much of a page as a tree may be made of: a tree takes fifty times what its tags do.

    The page up to the 64 KiB in which it has more than MAX_ELEMENTS; nothing of one that has an
    element with more than MAX_ATTRIBUTES. They are counted without making a tree.
    """
    counter = _Counter()
    counting = etree.HTMLParser(target=counter, encoding="utf-8")  # type: ignore[call-overload]
    for start in range(0, len(html), _PIECE):
        counting.feed(html[start : start + _PIECE])
        if counter.attributes > MAX_ATTRIBUTES:
            return b""
        if counter.elements > MAX_ELEMENTS:
            return html[:start]
    return html


class _Counter:
    """A target of libxml2's parser that makes nothing of what it meets."""

    def __init__(self) -> None:
        self.elements = self.attributes = 0

    def start(self, _tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        self.attributes = max(self.attributes, len(attributes))

    def close(self) -> None: ...


def select(tree: HtmlElement, rules: Iterable[str]) -> list[HtmlElement]:
    """The elements of the first CSS rule that matches anything, in document order."""
    for css in rules:
        if found := _found(tree, css):
            return found
    return []


def _found(tree: HtmlElement, css: str) -> list[HtmlElement]:
    first, *inner = _steps(css)
    found = _elements(first(tree))
    for step in inner:
        found = [element for holder in outermost(found) for element in _elements(step(holder))]
    return found


def _elements(found: list[object]) -> list[HtmlElement]:
    return [element for element in found if isinstance(element, HtmlElement)]


@lru_cache(maxsize=512)
def _steps(css: str) -> tuple[etree.XPath, ...]:
    """One path for each part of "a b c", so that nested holders are not searched one by one."""
    selectors = [selector.parsed_tree for selector in parse_css(css)]
    inner: list[Tree] = []
    while len(selectors) == 1 and isinstance(last := selectors[0], CombinedSelector):
        if last.combinator != " ":
            break
        inner.insert(0, last.subselector)
        selectors = [last.selector]
    first = " | ".join(f"descendant-or-self::{_path(selector)}" for selector in selectors)
    return (etree.XPath(first), *(etree.XPath(f"descendant::{_path(part)}") for part in inner))


def _path(selector: Tree) -> str:
    return str(HTMLTranslator().xpath(selector))


def outermost(elements: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Those of elements in document order that stand in no other."""
    seen: set[HtmlElement] = set()
    found: list[HtmlElement] = []
    for element in elements:
        if element not in seen:
            found.append(element)
            seen.update(element.iter())
    return found


def within(elements: Iterable[HtmlElement]) -> set[HtmlElement]:
    """Elements in document order, and all that stands inside them."""
    return {part for element in outermost(elements) for part in element.iter()}


def drop(elements: Iterable[HtmlElement]) -> None:
    """Takes elements out of their tree, not the text behind them.

    In linear time: `drop_tree` copies the growing text before each of many siblings.
    """
    unwanted = set(elements)
    for parent in {element.getparent() for element in unwanted}:
        if parent is not None:
            _drop_children(parent, unwanted)


def _drop_children(parent: HtmlElement, unwanted: set[HtmlElement]) -> None:
    before: HtmlElement | None = None
    pieces = [parent.text or ""]
    for child in list(parent):
        if child in unwanted:
            pieces.append(child.tail or "")
            parent.remove(child)
        else:
            _put(parent, before, pieces)
            before, pieces = child, [child.tail or ""]
    _put(parent, before, pieces)


def _put(parent: HtmlElement, before: HtmlElement | None, pieces: list[str]) -> None:
    if len(pieces) == 1:
        return
    if before is None:
        parent.text = "".join(pieces)
    else:
        before.tail = "".join(pieces)


def text_of(element: HtmlElement) -> str:
    """All that is printed inside an element, on one clean line; hard breaks are blanks.

    It ends after some thousand tags: a hundred marked elements may stand one in another.
    """
    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in islice(walk, _MOST_STEPS):
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
    found = (element.get("class") or "", element.get("id") or "")
    return " ".join(name[:_LONGEST_NAME] for name in found).lower()


def holds_title(element: HtmlElement) -> bool:
    """Whether there is an h1 inside: an article may have a `header` of its own."""
    return element.find(".//h1") is not None


def base_of(tree: HtmlElement, url: str) -> str:
    """What relative addresses of a page are relative to."""
    base = tree.find(".//base[@href]")
    return absolute(url, attribute(base, "href")) or url if base is not None else url


def absolute(base: str, href: str) -> str | None:
    """An http(s) address made absolute; None for anything else."""
    try:
        url = without_user(urljoin(base, href.strip()))
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc else None
    except ValueError:
        return None
