"""What belongs to an article as a file: documents, sound, film; linked, played or printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml.html import HtmlElement

from archive.article import Link
from archive.text import clean
from crawler.reading.document import Body, Document
from crawler.reading.furniture import is_list_heading
from crawler.reading.tree import absolute, attribute, names, text_of, within

_FILE = (
    r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|csv|rar|zip|7z|mp3|m4a|wav|ogg|mp4|m4v|webm|mov|flv|wmv"
    r"|m3u8)"
)
_IS_FILE = re.compile(rf"{_FILE}$", re.I)
_PRINTED = re.compile(rf"https?://[^\s<>\"']+{_FILE}\b", re.I)
_DOCUMENT_LIBRARY = re.compile(r"^/documents/\d+/")
_FILM_HOSTS = re.compile(r"(?:^|\.)(?:vimeo|dailymotion)\.com$")
_YOUTUBE = re.compile(r"(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)$")
_EMBEDDED = re.compile(r"^/(?:embed/)?([\w-]{6,20})$")

_SIDES = re.compile(
    r"sidebar|related|lien-?quan|tin-?khac|footer|header|banner|menu|cot-?phai|quang-?cao|advert"
    r"|thu-?vien|widget|(?<!text-)(?<!pull-)(?<!float-)(?<!align-)\bright\b"
)
_SIDE_TAGS = ("nav", "aside", "footer", "header")
_LINKS = ("a", "audio", "video", "iframe", "embed", "object")
_PLAYERS = ("audio", "video")
_ADDRESSES = ("href", "src", "data-src", "data")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OWN_LIST = re.compile(
    r"\W{0,5}(?:(?:các\s)?(?:tệp|file|tài liệu|văn bản)\s(?:tin\s)?(?:đính|kèm)|tải)", re.I
)
_REACH = 8
_MOST_FILES = 300


def attachments(document: Document, body: Body, place: int | None) -> tuple[Link, ...]:
    """Files linked, played or printed between the title and the end of the article."""
    found: dict[str, str] = {}
    names_of: dict[str, str] = {}
    region = _region(document, body, place)
    for title, url in islice(_files(document, region), _MOST_FILES):
        names_of.setdefault(url, _name(url))
        found[url] = found.get(url) or title
    return tuple(Link(title=title or names_of[url], url=url) for url, title in found.items())


def is_link_to(line: str, files: tuple[Link, ...]) -> bool:
    """Whether a line of the text is nothing but the title or address of an attachment."""
    return any(line in (file.title, file.url) for file in files)


def _region(document: Document, body: Body, place: int | None) -> list[HtmlElement]:
    """The elements from the title to a little below the text, without those of the sides."""
    holder = _holder(document, body, place)
    order = {element: index for index, element in enumerate(holder.iter())}
    text = document.blocks[body.first].element if body.root is None else body.root
    last = max(order.get(element, 0) for element in text.iter())
    held = {text, *text.iterancestors()}
    aside = within(e for e in holder.iterdescendants() if _is_aside(e) and e not in held)
    end = _end(document, body, order, last)
    return [element for element, at in order.items() if at < end and element not in aside]


def _holder(document: Document, body: Body, place: int | None) -> HtmlElement:
    """The smallest element that holds both title and text."""
    text = document.blocks[body.first].element if body.root is None else body.root
    above = [text, *text.iterancestors()]
    if place is None:
        return above[min(1, len(above) - 1)]
    title = document.blocks[place].element
    holders = {title, *title.iterancestors()}
    return next((element for element in above if element in holders), text)


def _end(document: Document, body: Body, order: dict[HtmlElement, int], last: int) -> float:
    """Where something else begins: under a heading of its own, or some lines below the text."""
    below = document.blocks[body.last + 1 : body.last + 1 + _REACH + 1]
    for count, block in enumerate(below):
        is_heading = block.element.tag in _HEADINGS or is_list_heading(block.text)
        at = order.get(block.element, 0)
        if at > last and (count == _REACH or (is_heading and not _OWN_LIST.match(block.text))):
            return at
    return float("inf")


def _is_aside(element: HtmlElement) -> bool:
    if element.tag in _SIDE_TAGS:
        return True
    return element.tag not in _LINKS and bool(_SIDES.search(names(element)))


def _files(document: Document, region: list[HtmlElement]) -> Iterator[tuple[str, str]]:
    """Titles, empty where none is printed, and addresses."""
    for element in region:
        if element.tag in _LINKS:
            if url := _address(document, element):
                yield _title(element), url
        elif element.tag in ("p", "div", "span") and not len(element):
            printed = "://" in (text := element.text or "") and _PRINTED.fullmatch(clean(text))
            yield from (("", printed[0]),) if printed else ()


def _address(document: Document, element: HtmlElement) -> str | None:
    held = [element, *islice(element.iter("source"), 1)] if element.tag in _PLAYERS else [element]
    given = (holder.get(name) for holder in held for name in _ADDRESSES)
    url = absolute(document.base, next(filter(None, given), ""))
    if not url or element.tag in _PLAYERS:
        return url
    if element.tag == "iframe":
        return _framed(document, url)
    return url if _is_file(url) else None


def _framed(document: Document, url: str) -> str | None:
    """What a frame shows: a film, a file, or a file in somebody's viewer."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _YOUTUBE.search(host) and (film := _EMBEDDED.match(parts.path)):
        return f"https://www.youtube.com/watch?v={film[1]}"
    if _FILM_HOSTS.search(host) or _IS_FILE.search(parts.path):
        return url
    shown = (absolute(document.base, value) for _, value in parse_qsl(parts.query))
    return next((address for address in shown if address and _is_file(address)), None)


def _is_file(url: str) -> bool:
    parts = urlsplit(url)
    if _IS_FILE.search(parts.path) or _DOCUMENT_LIBRARY.match(parts.path):
        return True
    return any(_IS_FILE.search(value) for _, value in parse_qsl(parts.query))


def _title(element: HtmlElement) -> str:
    printed = text_of(element) if element.tag == "a" else ""
    return printed or attribute(element, "title") or attribute(element, "aria-label")


def _name(url: str) -> str:
    parts = urlsplit(url)
    name = clean(unquote(parts.path.rsplit("/", 1)[-1], errors="replace"))
    return parts.hostname or name if _YOUTUBE.search(parts.hostname or "") else name or url
