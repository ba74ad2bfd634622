"""The articles before and after, to which an article points."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from archive.article import Link
from archive.text import clean
from crawler.reading.document import Body, Document
from crawler.reading.tree import absolute, select, text_of

_PREVIOUS = re.compile(
    r"^(?:«\s*)?(?:bài(?:\s+viết)?|tin)\s+(?:trước|cũ hơn)(?:\s+đó)?|^previous", re.I
)
_NEXT = re.compile(
    r"^(?:bài(?:\s+viết)?|tin)\s+(?:tiếp(?:\s+theo)?|sau|kế tiếp|mới hơn)|^next", re.I
)
_REACH = 12
_LONGEST = 400


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
