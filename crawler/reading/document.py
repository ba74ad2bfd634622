"""A page laid open for reading: its tree, its printed blocks, its claims; and where its body is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from lxml.html import HtmlElement

from archive.text import canonical
from crawler.reading.blocks import Block
from crawler.reading.metadata import Metadata
from crawler.site import ArticleRules

_SHORT = 300
FoundBy = Literal["rules", "markup", "model", "trafilatura"]


class Foreign(NamedTuple):
    """Why a block is not the article's, and on which share of the site's articles it stands."""

    why: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Document:
    """`base` is what relative addresses are relative to; `rules` hold for this page's date.

    `furniture` are the indexes of blocks that the site model takes for no part of the article, with
    its reasons; `learned_root` is where it expects the text.
    """

    url: str
    base: str
    tree: HtmlElement
    elements: list[HtmlElement]
    """All of the tree: while they are held, nothing has to be looked up again."""
    blocks: list[Block]
    meta: Metadata
    fetched_at: datetime
    rules: tuple[ArticleRules, ...]
    furniture: Mapping[int, Foreign]
    learned_root: HtmlElement | None

    def selectors(self, part: str) -> tuple[str, ...]:
        """The CSS of one field of all rules, newest rules first."""
        return tuple(css for rules in self.rules for css in getattr(rules, part))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body, and the index of the block it was printed in, if that is known."""

    text: str
    block: int | None


@dataclass(frozen=True, kw_only=True)
class Body:
    """The lines between head and tail of an article, before anything is lifted from them.

    `first` and `last` are the indexes of its first and last block, `root` is the element that
    holds them if there is one, `found_by` what led there: a site's rules, the page's own markup,
    the site model, or the general extractor. `left` are the blocks inside `root` that were left
    out, with the reason.
    """

    lines: list[Line]
    first: int
    last: int
    root: HtmlElement | None
    found_by: FoundBy
    left: Mapping[int, str]


def same(one: str, other: str) -> bool:
    """Whether two lines say the same but for case and typography."""
    return key(one) == key(other)


def key(line: str) -> str:
    """What `same` compares."""
    return _short_key(line) if len(line) <= _SHORT else canonical(line).casefold()


@lru_cache(maxsize=1 << 12)
def _short_key(line: str) -> str:
    # The lines of a page are compared with one another many times.
    return canonical(line).casefold()
