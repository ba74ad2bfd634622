"""Where another article begins on a page that goes on and on: endless scroll."""

from __future__ import annotations

from crawler.reading.blocks import Block, is_headline
from crawler.reading.document import Document, key

_HEADINGS = ("h1", "h2", "h3", "h4")
_PROSE = 80
_FEWEST = 2
_TITLE_WORDS = 4


def next_article(document: Document) -> int | None:
    """The index of the first block of the second article; None where there is only one.

    The first stands under a title that is no link. The others stand under linked titles, each
    with prose of its own, and nothing of the first comes after them: a box of related articles
    in the midst of a text is none of this.
    """
    blocks = document.blocks
    own = own_title(document)
    if own is None:
        return None
    linked = [i for i in range(own + 1, len(blocks)) if _is_other_title(blocks[i])]
    titles = [i for i in linked if i + 1 < len(blocks) and _is_prose(blocks[i + 1])]
    if len(titles) < _FEWEST:
        return None
    first = [block for block in blocks[own + 1 : linked[0]] if _is_prose(block)]
    later = {block.element.getparent() for block in blocks[linked[0] :] if _is_prose(block)}
    is_over = not any(block.element.getparent() in later for block in first)
    return linked[0] if first and is_over else None


def own_title(document: Document) -> int | None:
    """The index of the heading that says the page's title; None where there is no such one."""
    blocks = enumerate(document.blocks)
    return next((i for i, block in blocks if _is_own_title(document, block)), None)


def _is_own_title(document: Document, block: Block) -> bool:
    if block.element.tag not in _HEADINGS or block.linked >= 0.5:
        return False
    told = (*document.meta.titles, document.meta.page_title)
    is_long = len(block.text.split()) >= _TITLE_WORDS
    return is_long and any(key(block.text) in key(title) for title in told)


def _is_other_title(block: Block) -> bool:
    return block.element.tag in _HEADINGS and is_headline(block, block.text)


def _is_prose(block: Block) -> bool:
    return len(block.text) >= _PROSE and block.linked < 0.5
