"""Why a page reads as it does: what became of each line that is printed on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.reading.dates import stamps
from crawler.reading.document import Document, same
from crawler.reading.lifting import Text
from crawler.reading.pipeline import Reading

OUTSIDE = "outside the text"


@dataclass(frozen=True, slots=True)
class Explained:
    """A printed line, and what became of it.

    `became`: text, title, lead, caption, file, byline, date, or left out; `why` names the rule or
    the frequency by which it was left out, else it is empty.
    """

    became: str
    why: str
    text: str


def explain(reading: Reading) -> Iterator[Explained]:
    """What became of every line of a page, in reading order; nothing of a page without a text."""
    document, text = reading.document, reading.text
    if document is None:
        return
    fates = _fates(text) if text else {}
    for index, block in enumerate(document.blocks):
        lines = fates.get(index)
        if lines is None:
            became, why = _of_block(document, text, index)
            lines = [Explained(became, why, block.text)]
        yield from lines
    yield from fates.get(None, [])


def _fates(text: Text) -> dict[int | None, list[Explained]]:
    """What became of the lines of the body, by the block in which each was printed."""
    found: dict[int | None, list[Explained]] = {}
    for index, line in enumerate(text.body.lines):
        fate, rule = text.fates.get(index, ("text", ""))
        became, why = ("left out", f"rule: {rule}") if fate == "furniture" else (fate, "")
        found.setdefault(line.block, []).append(Explained(became, why, line.text))
    return found


def _of_block(document: Document, text: Text | None, index: int) -> tuple[str, str]:
    """Of a block that brought no line to the body."""
    block, foreign = document.blocks[index], document.furniture.get(index)
    if text is None:
        return "left out", foreign.why if foreign else OUTSIDE
    if index == text.place:
        return "title", ""
    if text.lead and same(block.text, text.lead):
        return "lead", ""
    if any(index in caption.blocks for caption in text.captions):
        return "caption", ""
    if text.byline.printed and same(block.text, text.byline.printed):
        return "byline", ""
    reason = text.body.left.get(index) or (foreign and foreign.why)
    if reason is None and any(stamps(line) for line in block.lines):
        return "date", ""
    return "left out", reason or OUTSIDE
