"""Takes out of a body what is no text: captions, files, furniture, bylines. Lifted, not lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from archive.article import Link
from crawler.reading import furniture, titles
from crawler.reading.attachments import attachments, is_link_to
from crawler.reading.body import all_of
from crawler.reading.bylines import Byline, byline
from crawler.reading.captions import Caption, captions
from crawler.reading.dates import glued
from crawler.reading.document import Body, Document, Line, key

_LEVELS = 3
Fate = Literal["caption", "file", "furniture", "byline"]

_DATELINE = re.compile(
    r"^(?:\([^\W\d_][\w. ]{1,24}\)\s*[-–—]?\s*|(?:[A-ZĐ]{2,8}|[\w.]{2,20}\.vn)\s?[-–—]\s+)(?=\S)"
)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A body with everything lifted from it.

    `place` is the index of the block that prints the title. `fates` say of each line of the body
    that is no text, by its index, what it is, and by which rule if it is furniture.
    """

    title: str
    place: int | None
    lead: str | None
    body: Body
    paragraphs: list[str]
    captions: list[Caption]
    attachments: tuple[Link, ...]
    byline: Byline
    dateline: str | None
    fates: Mapping[int, tuple[Fate, str]]


def lift(document: Document, body: Body) -> Text:
    """The text of a body, and what stood in it beside the text."""
    title = titles.title(document, body)
    place = titles.title_place(document, title, body)
    lead = titles.lead(document, body, place)
    pictured = captions(document, body)
    files = attachments(document, body, place)
    fates = dict(_pictures_and_files(document, body, pictured, files))

    def left() -> dict[int, Line]:
        return {index: line for index, line in enumerate(body.lines) if index not in fates}

    lines = left()
    texts = [line.text for line in lines.values()]
    removed = furniture.strip(texts, title=title, lead=lead or "")
    fates |= {index: ("furniture", removed[n]) for n, index in enumerate(lines) if n in removed}
    lines = left()
    written = byline(document, body, list(lines.values()), place)
    fates |= {index: ("byline", "") for n, index in enumerate(lines) if n in written.lines}
    dateline, paragraphs = _begun([line.text for line in left().values()])
    return Text(
        title=title,
        place=place,
        lead=lead,
        body=body,
        paragraphs=paragraphs,
        captions=pictured,
        attachments=files,
        byline=written,
        dateline=dateline,
        fates=fates,
    )


def whole(document: Document, text: Text) -> list[HtmlElement]:
    """The elements of which everything can be read, links and furniture apart, and just this text
    comes out, the innermost first: to know one of them is enough to read pages like this one."""
    found: list[HtmlElement] = []
    element = text.body.root
    while element is not None and len(found) < _LEVELS:
        body = all_of(document, element)
        if body is None or (
            body.lines != text.body.lines and not _same(lift(document, body), text)
        ):
            break
        found.append(element)
        element = element.getparent()
    return found


def _same(one: Text, other: Text) -> bool:
    def parts(text: Text) -> tuple[object, ...]:
        return text.title, text.lead, text.paragraphs, text.captions, text.byline.author

    return parts(one) == parts(other)


def _pictures_and_files(
    document: Document, body: Body, pictured: Sequence[Caption], files: tuple[Link, ...]
) -> Iterator[tuple[int, tuple[Fate, str]]]:
    blocks_of = {index for caption in pictured for index in caption.blocks}
    printed = {key(caption.text) for caption in pictured}
    for index, line in enumerate(body.lines):
        if line.block in blocks_of or key(line.text) in printed:
            yield index, ("caption", "")
        elif _is_file(document, line, files):
            yield index, ("file", "")


def _is_file(document: Document, line: Line, files: tuple[Link, ...]) -> bool:
    if is_link_to(line.text, files):
        return True
    is_linked = line.block is not None and document.blocks[line.block].linked > 0.5
    return is_linked and any(file.title and file.title in line.text for file in files)


def _begun(texts: list[str]) -> tuple[str | None, list[str]]:
    """The dateline, and the paragraphs without it and without a date glued to the first."""
    if not texts:
        return None, []
    first = start[1] if (start := glued(texts[0])) else texts[0]
    dateline, first = _dateline(first)
    return dateline, [first, *texts[1:]]


def _dateline(paragraph: str) -> tuple[str | None, str]:
    """What stands before the first sentence, with its separator: "ĐTO - ", "(QBĐT) - "."""
    found = _DATELINE.match(paragraph)
    if not found:
        return None, paragraph
    return found[0], paragraph[found.end() :]
