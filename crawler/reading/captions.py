"""Captions: what is printed with a picture belongs to the picture, not to the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.reading.blocks import Block
from crawler.reading.document import Body, Document
from crawler.reading.tree import names, select, within

_NAMED = re.compile(r"caption|chu-?thich|ghi-?chu-?anh|img-?(?:desc|note)|image-?(?:desc|note)")
_LONGEST = 600
_LONGEST_CENTRED = 250
_SLANTED = 0.9
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption with its halves joined, and the indexes of the blocks it was printed in."""

    text: str
    blocks: tuple[int, ...]


def captions(document: Document, body: Body) -> list[Caption]:
    """The captions inside the body's range, in reading order."""
    named = within(select(document.tree, document.selectors("captions")))
    found: list[list[int]] = []
    for index in range(body.first, body.last + 1):
        block = document.blocks[index]
        if found and found[-1][-1] == index - 1 and _continues(document.blocks[index - 1], block):
            found[-1].append(index)
        elif len(block.text) <= _LONGEST and (block.element in named or _is_caption(block)):
            found.append([index])
    return [Caption(" ".join(document.blocks[i].text for i in held), tuple(held)) for held in found]


def _is_caption(block: Block) -> bool:
    if _is_in_figure(block.element):
        return True
    if not block.after_picture or block.linked > 0.5:
        return False
    is_centred = block.align == "center" and len(block.text) <= _LONGEST_CENTRED
    return block.slanted >= _SLANTED or is_centred


def _continues(caption: Block, block: Block) -> bool:
    """Whether a line under a caption is its second half: centred italics without a new picture.

    What a figure holds is whole.
    """
    if _is_in_figure(caption.element):
        return False
    is_centred = block.align == "center" and len(block.text) <= _LONGEST_CENTRED
    return not block.after_picture and is_centred and block.slanted >= _SLANTED


def _is_in_figure(element: HtmlElement) -> bool:
    node: HtmlElement | None = element
    for _ in range(_DEPTH):
        if node is None or node.tag == "body":
            return False
        if node.tag in ("figure", "figcaption") or _NAMED.search(names(node)):
            return True
        node = node.getparent()
    return False
