"""What an article points to as its own: the article before and after, documents, sound, film."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from archive.article import Link
from archive.text import clean
from crawler.reading.document import Body, Document
from crawler.reading.tree import absolute, names, select, text_of, within

_FILE = r"\.(?:pdf|docx?|xlsx?|pptx?|odt|rar|zip|7z|mp3|m4a|wav|mp4|flv|wmv)"
_IS_FILE = re.compile(rf"{_FILE}$", re.I)
_PRINTED = re.compile(rf"https?://[^\s<>\"']+{_FILE}\b", re.I)
_DOCUMENT_LIBRARY = re.compile(r"^/documents/\d+/")
_SIDES = re.compile(r"sidebar|related|lien-?quan|footer|header|banner|menu|cot-?phai", re.I)
_PREVIOUS = re.compile(
    r"^(?:«\s*)?(?:bài(?:\s+viết)?|tin)\s+(?:trước|cũ hơn)(?:\s+đó)?|^previous", re.I
)
_NEXT = re.compile(
    r"^(?:bài(?:\s+viết)?|tin)\s+(?:tiếp(?:\s+theo)?|sau|kế tiếp|mới hơn)|^next", re.I
)
_FILE_TAGS = ("a", "audio", "video", "source")
_SIDE_TAGS = ("nav", "aside", "footer", "header")
_REACH = 12
_LONGEST = 400
_MOST_FILES = 300


def neighbours(document: Document, body: Body) -> tuple[Link | None, Link | None]:
    """The articles before and after, by rule or by the label they are glued to."""
    found = [_by_rule(document, part) for part in ("previous", "next")]
    for block in document.blocks[body.last + 1 : body.last + 1 + _REACH]:
        for side, label in enumerate((_PREVIOUS, _NEXT)):
            if found[side] is None and len(block.text) <= _LONGEST and label.match(block.text):
                found[side] = _labelled(document, block.element, label)
    return found[0], found[1]


def _by_rule(document: Document, part: str) -> Link | None:
    for element in select(document.tree, document.selectors(part)):
        if (url := absolute(document.base, element.get("href") or "")) and (t := text_of(element)):
            return Link(title=t, url=url)
    return None


def _labelled(document: Document, holder: HtmlElement, label: re.Pattern[str]) -> Link | None:
    for anchor in holder.iter("a"):
        title = clean(label.sub("", text_of(anchor)).lstrip(" :"))
        url = absolute(document.base, anchor.get("href") or "")
        if title and url:
            return Link(title=title, url=url)
    return None


def attachments(document: Document, body: Body, place: int | None) -> tuple[Link, ...]:
    """Files linked, played or printed between the title and the end of the article."""
    region = _region(document, body, place)
    found: dict[str, str] = {}
    for title, url in islice(_files(document, region), _MOST_FILES):
        found[url] = found.get(url) or title
    return tuple(Link(title=title, url=url) for url, title in found.items())


def is_link_to(line: str, files: tuple[Link, ...]) -> bool:
    """Whether a line of the text is nothing but the title or address of an attachment."""
    return any(line in (file.title, file.url) for file in files)


def _region(document: Document, body: Body, place: int | None) -> HtmlElement:
    """The smallest element that holds both title and text."""
    text = document.blocks[body.first].element if body.root is None else body.root
    above = [text, *text.iterancestors()]
    if place is None:
        return above[min(1, len(above) - 1)]
    title = document.blocks[place].element
    holders = {title, *title.iterancestors()}
    return next((element for element in above if element in holders), text)


def _files(document: Document, region: HtmlElement) -> Iterator[tuple[str, str]]:
    aside = within(element for element in region.iterdescendants() if _is_aside(element))
    for element in region.iter(*_FILE_TAGS):
        address = element.get("href") or element.get("src") or ""
        url = absolute(document.base, address)
        if url and _is_file(url) and element not in aside:
            yield (text_of(element) if element.tag == "a" else "") or _file_name(url), url
    for element in region.iter("p", "div", "span"):
        text = element.text or ""
        if "://" in text and not len(element) and (printed := _PRINTED.fullmatch(clean(text))):
            yield _file_name(printed[0]), printed[0]


def _is_file(url: str) -> bool:
    path = urlsplit(url).path
    return bool(_IS_FILE.search(path) or _DOCUMENT_LIBRARY.match(path))


def _is_aside(element: HtmlElement) -> bool:
    is_file = element.tag in _FILE_TAGS
    return not is_file and (element.tag in _SIDE_TAGS or bool(_SIDES.search(names(element))))


def _file_name(url: str) -> str:
    return clean(unquote(urlsplit(url).path.rsplit("/", 1)[-1], errors="replace"))
