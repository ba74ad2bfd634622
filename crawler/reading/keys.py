"""By what a block of one page is known again on another: where it stands, and what it says.

A key is the path of five elements and the text, both with digits masked: "Đang online: 40" is
"Đang online: 71", and today's clock is tomorrow's (READING, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from lxml.html import HtmlElement

from crawler.reading.blocks import Block

_STEPS = 5
_NUMBER = re.compile(r"\d+(?:[.,:/\s-]{1,3}\d+)*")
_WEEKDAY = re.compile(r"thứ (?:hai|ba|tư|năm|sáu|bảy|bẩy|\d)\b|chủ nhật")
# Class names and ids that a program made up: "INSTANCE_x7Yk2Q", "css-1a2B3c", "_6f91494fcc".
_MADE_UP = re.compile(
    r"(?=[A-Za-z]*\d)(?=[a-z\d]*[A-Z])[A-Za-z\d]{6,}|(?=[a-z]*\d+[a-z])[a-z\d]{8,}|\d+"
)
_LONGEST_NAME = 200
_KEY_BYTES = 6


def mask(text: str) -> str:
    """A clean line as it would read with other numbers, on another day, in another case."""
    return _NUMBER.sub("#", _WEEKDAY.sub("weekday", text.casefold()))


def path(element: HtmlElement) -> str:
    """An element and the four round it, the outermost first: "body div#main div.detail p"."""
    steps: list[str] = []
    node: HtmlElement | None = element
    while node is not None and len(steps) < _STEPS:
        steps.append(name(node))
        node = node.getparent()
    return " ".join(reversed(steps))


def name(element: HtmlElement) -> str:
    """Tag, classes in their order and id: "div.td-post-content#post-#"."""
    return _name(str(element.tag), element.get("class") or "", element.get("id") or "")


@lru_cache(maxsize=1 << 12)
def _name(tag: str, classes: str, id: str) -> str:
    named = tag + "".join(f".{one}" for one in classes[:_LONGEST_NAME].split())
    return _MADE_UP.sub("#", f"{named}#{id[:_LONGEST_NAME]}" if id else named)


def block_keys(blocks: Sequence[Block]) -> list[str]:
    """The key of each block: 12 hex digits."""
    paths: dict[HtmlElement, str] = {}
    keys: list[str] = []
    for block in blocks:
        if block.element not in paths:
            paths[block.element] = path(block.element)
        keys.append(digest(f"{paths[block.element]}\n{mask(block.text)}"))
    return keys


def digest(text: str) -> str:
    """12 hex digits that are the same in every process."""
    return blake2b(text.encode(), digest_size=_KEY_BYTES).hexdigest()
