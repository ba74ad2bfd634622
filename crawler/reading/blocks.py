"""The printed lines of a page in reading order, each with what is known of how it stands there.

A block is a run of text between two places where a browser would begin a new line. All later
steps look at blocks: where the title is, what lies between it and the body, what follows a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree
from lxml.html import HtmlElement

from archive.text import clean
from crawler.reading.dates import stamps
from crawler.reading.structure import is_data
from crawler.reading.tree import BLOCKS, SILENT, text_of

_ITALIC = re.compile(r"font-style\s*:\s*italic", re.I)
_ALIGN = re.compile(r"text-align\s*:\s*(\w+)", re.I)
_ENDS_SENTENCE = frozenset('.!?:;…”"»)')
_ENDS_PARAGRAPH = frozenset('.!?…”"')
_BEGINS_ITEM = re.compile(r"^(?:[-–—+*•>]|\d{1,2}[.)/]\s|[a-zđ]\)\s)")
_ONLY_A_LINK = 0.9
_HEADLINE_WORDS = 5
_PARAGRAPH = 80
_PICTURES = frozenset(("img", "video", "picture"))
_MARKS = frozenset(("em", "i", "cite"))


@dataclass(frozen=True, eq=False)
class Block:
    """`lines` are clean and not empty: hard breaks divide them.

    `linked` and `slanted` are the shares of its characters in links and in italics;
    `after_picture` says that no text stands between it and the picture before;
    `element` is the innermost block element that holds it.
    """

    lines: tuple[str, ...]
    breaks: tuple[bool, ...]
    """For each line but the first: whether an empty line stands before it."""
    element: HtmlElement
    linked: float
    slanted: float
    after_picture: bool

    @cached_property
    def text(self) -> str:
        return " ".join(self.lines)

    @cached_property
    def has_prose(self) -> bool:
        """Whether one of its lines may be a paragraph; a row of data is none."""
        return self.element.tag != "tr" and any(map(is_prose, self.lines))

    @cached_property
    def align(self) -> str:
        """Of the element or of the nearest of two round it: "right", "center", ... or empty."""
        element: HtmlElement | None = self.element
        for _ in range(3):
            if element is None or element.tag in ("body", "td", "table"):
                break
            if found := _alignment(element):
                return found
            element = element.getparent()
        return ""

    def paragraphs(self) -> list[str]:
        """Its lines, those joined that a hard break divides inside a sentence."""
        found = [[self.lines[0]]]
        for line, is_empty_before in zip(self.lines[1:], self.breaks, strict=True):
            ended = found[-1][-1][-1] in _ENDS_SENTENCE or _BEGINS_ITEM.match(line)
            if is_empty_before or ended or stamps(line):
                found.append([line])
            else:
                found[-1].append(line)
        return [" ".join(lines) for lines in found]


def is_headline(block: Block, line: str) -> bool:
    """Whether a line of a block may be a linked headline: a link of some words and no more."""
    return block.linked >= _ONLY_A_LINK and len(line.split()) >= _HEADLINE_WORDS


def is_prose(line: str) -> bool:
    """Whether a line may be a paragraph: of some length, with an end mark."""
    return len(line) >= _PARAGRAPH and line[-1] in _ENDS_PARAGRAPH


def _alignment(element: HtmlElement) -> str:
    if element.tag == "center":
        return "center"
    styled = _ALIGN.search(element.get("style") or "")
    return (styled[1] if styled else element.get("align") or "").lower()


def blocks(root: HtmlElement) -> list[Block]:
    """Every line of text under `root`. A row of a table of data is one block."""
    return list(_Walk().over(root))


class _Walk:
    """The state of one walk: the text since the last new line, and what it stands in."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.linked = self.slanted = self.links = self.slants = 0
        self.picture = False

    def over(self, root: HtmlElement) -> Iterator[Block]:
        walk = etree.iterwalk(root, events=("start", "end"))
        holders = [root]
        rows: set[HtmlElement] = set()
        for event, node in walk:
            tag = node.tag
            is_block = tag in BLOCKS
            if self.pieces and (is_block or (event == "start" and _stands_alone(node))):
                yield from self.flush(holders[-1])
            if event == "start":
                if is_block:
                    holders.append(node)
                if tag == "table" and is_data(node):
                    rows.update(node.iter("tr"))
                if node in rows:
                    self.pieces.append(_row(node))
                    yield from self.flush(node)
                    walk.skip_subtree()
                elif tag in SILENT:
                    walk.skip_subtree()
                else:
                    self.enter(node)
            else:
                if is_block:
                    holders.pop()
                self.leave(node)
                if node is not root:
                    self.say(node.tail)
        yield from self.flush(root)

    def enter(self, node: HtmlElement) -> None:
        if node.tag in _PICTURES:
            self.picture = True
        elif node.tag == "br":
            self.pieces.append("\n")
        self.links += node.tag == "a"
        self.slants += _is_slanted(node)
        self.say(node.text)

    def leave(self, node: HtmlElement) -> None:
        if node.tag not in SILENT:
            self.links -= node.tag == "a"
            self.slants -= _is_slanted(node)

    def say(self, text: str | None) -> None:
        if text:
            self.pieces.append(text.replace("\n", " "))
            if self.links or self.slants:
                size = len(text.replace("\u00a0", " ").strip())
                self.linked += size if self.links else 0
                self.slanted += size if self.slants else 0

    def flush(self, holder: HtmlElement) -> Iterator[Block]:
        text = "".join(self.pieces)
        lines, breaks = _lines(text) if text.strip() else ((), ())
        if lines:
            size = sum(map(len, lines))
            yield Block(
                lines=lines,
                breaks=breaks,
                element=holder,
                linked=min(1.0, self.linked / size),
                slanted=min(1.0, self.slanted / size),
                after_picture=self.picture,
            )
            self.picture = False
        self.pieces = []
        self.linked = self.slanted = 0


def _lines(raw: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    lines: list[str] = []
    breaks: list[bool] = []
    empty = False
    for line in map(clean, raw.split("\n")):
        if not line:
            empty = True
            continue
        if lines:
            breaks.append(empty)
        lines.append(line)
        empty = False
    return tuple(lines), tuple(breaks)


def _row(row: HtmlElement) -> str:
    cells = [text_of(cell) for cell in row if isinstance(cell, HtmlElement)]
    return " | ".join(filter(None, cells))


def _stands_alone(node: HtmlElement) -> bool:
    """Whether it is a picture, and not a small drawing inside a sentence."""
    return node.tag in _PICTURES and not (node.tail or "").strip()


def _is_slanted(node: HtmlElement) -> bool:
    return node.tag in _MARKS or bool(_ITALIC.search(node.get("style") or ""))
