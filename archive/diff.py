"""What differs between two readings of an article: paragraph by paragraph, then word by word.

The edits are the fewest (Myers, "An O(ND) Difference Algorithm", 1986), as long as they are found
within a bound: texts that have nothing in common are told as one replaced by the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from archive.article import Article
from archive.text import canonical

MAX_STEPS = 1_000_000
"""Steps of all comparisons together: half a second, and 40 MB."""

Kind = Literal["same", "old", "new"]
_BREAK = "\n\n"
_WORDS = re.compile(r"\n\n|\S+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that both have, or only the old one, or only the new one; "\\n\\n" ends a paragraph."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A field that differs. A passage is one piece of whole paragraphs that are the same, or the
    pieces of paragraphs that are not.
    """

    name: str
    passages: tuple[tuple[Piece, ...], ...]


def diff(old: Article, new: Article) -> Iterator[Part]:
    """The fields that differ: title, lead, text, then what describes them.

    Quotes, dashes and white space that the text digest is blind to are no difference.
    """
    steps = _Steps(MAX_STEPS)
    texts = _texts(old), _texts(new)
    for name in texts[0]:
        passages = tuple(_passages(texts[0][name], texts[1][name], steps))
        if any(piece.kind != "same" for passage in passages for piece in passage):
            yield Part(name, passages)


def joined(words: Sequence[str]) -> str:
    """Words and breaks as text."""
    return " ".join(words).replace(f" {_BREAK} ", _BREAK).replace(f"{_BREAK} ", _BREAK)


def _texts(article: Article) -> dict[str, str]:
    names = ("title", "lead", "text", "author", "byline", "dateline", "published", "updated")
    plain = {name: getattr(article, name) or "" for name in (*names, "section", "language")}
    links = {"previous": article.previous, "next": article.next}
    return plain | {
        "captions": _BREAK.join(article.captions),
        "attachments": _BREAK.join(f"{link.title} {link.url}" for link in article.attachments),
        **{name: f"{link.title} {link.url}" if link else "" for name, link in links.items()},
    }


def _passages(old: str, new: str, steps: _Steps) -> Iterator[tuple[Piece, ...]]:
    """Paragraphs that are the same, and between them those that are not, by their words."""
    for gone, come, same in _edits(_paragraphs(old), _paragraphs(new), steps):
        if gone or come:
            yield tuple(_pieces(_words(gone), _words(come), steps))
        if same:
            yield (Piece("same", _BREAK.join(same)),)


def _paragraphs(text: str) -> list[str]:
    return text.split(_BREAK) if text else []


def _words(paragraphs: Sequence[str]) -> list[str]:
    return _WORDS.findall(_BREAK.join(paragraphs))


def _pieces(old: list[str], new: list[str], steps: _Steps) -> Iterator[Piece]:
    kinds: tuple[Kind, ...] = ("old", "new", "same")
    for runs in _edits(old, new, steps):
        for kind, words in zip(kinds, runs, strict=True):
            if words:
                yield Piece(kind, joined(words))


Edit = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""What is only in the old one, what is only in the new one, and what follows in both."""


def _edits(old: Sequence[str], new: Sequence[str], steps: _Steps) -> Iterator[Edit]:
    keys = [canonical(one) or one for one in old], [canonical(one) or one for one in new]
    at = to = 0
    for start, other, length in [*_common(*keys, steps), (len(old), len(new), 0)]:
        if start == at and other == to and not length:
            continue
        yield old[at:start], new[to:other], new[other : other + length]
        at, to = start + length, other + length


class _Steps:
    """How many steps are left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int) -> bool:
        self.left -= count
        return self.left > 0


def _common(a: Sequence[str], b: Sequence[str], steps: _Steps) -> list[tuple[int, int, int]]:
    """What both have in their order: starts in either, and length."""
    start = prefix(a, b)
    end = prefix(a[start:][::-1], b[start:][::-1])
    middle = _middle(a[start : len(a) - end], b[start : len(b) - end], steps)
    found = [(0, 0, start), *((x + start, y + start, length) for x, y, length in middle)]
    found.append((len(a) - end, len(b) - end, end))
    return [run for run in found if run[2]]


def prefix(a: Sequence[str], b: Sequence[str]) -> int:
    """How many items both begin with."""
    pairs = zip(a, b, strict=False)
    return next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _middle(a: Sequence[str], b: Sequence[str], steps: _Steps) -> list[tuple[int, int, int]]:
    """The snakes of the shortest edit script; none when it is not found in time."""
    if not set(a) & set(b):
        return []
    before, trace = {1: 0}, list[dict[int, int]]()
    for edits in range(len(a) + len(b) + 1):
        trace.append(before)
        furthest = dict[int, int]()
        for diagonal in range(-edits, edits + 1, 2):
            x = begun = _begin(before, diagonal, edits)
            while x < len(a) and 0 <= x - diagonal < len(b) and a[x] == b[x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if not steps.take(2 + x - begun):
                return []
            if x >= len(a) and x - diagonal >= len(b):
                return _snakes(trace, len(a), len(b))
        before = furthest
    return []


def _begin(before: dict[int, int], diagonal: int, edits: int) -> int:
    """Where a diagonal is entered: by an insertion from above, or by a deletion from the left."""
    if _is_down(before, diagonal, edits):
        return before[diagonal + 1]
    return before[diagonal - 1] + 1


def _is_down(before: dict[int, int], diagonal: int, edits: int) -> bool:
    if abs(diagonal) == edits:
        return diagonal == -edits
    return before[diagonal - 1] < before[diagonal + 1]


def _snakes(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int, int]]:
    found = list[tuple[int, int, int]]()
    for edits in range(len(trace) - 1, -1, -1):
        diagonal = x - y
        begun = _begin(trace[edits], diagonal, edits)
        if x > begun:
            found.append((begun, begun - diagonal, x - begun))
        before = diagonal + 1 if _is_down(trace[edits], diagonal, edits) else diagonal - 1
        x = trace[edits].get(before, 0)
        y = x - before
    return found[::-1]
