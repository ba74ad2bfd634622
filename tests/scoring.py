"""How well a reading agrees with the truth: the score of READING, section 11.

Sets of 4-gram shingles over words after NFC, and the F1 of precision and recall, as in the
published scrapinghub article-extraction-benchmark. Truth is lead and body; captions count neither
way: shingles that touch one are left out of both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from unicodedata import normalize

from archive.article import Article

SIZE = 4
FOREIGN = 0.5
"""A line with less than this share of its shingles in the truth is foreign; so for lost ones."""

Shingles = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def words(text: str) -> list[str]:
    return re.findall(r"\w+", normalize("NFC", text).casefold())


def shingles(text: str) -> Shingles:
    """All runs of four words; a shorter text is one shingle."""
    found = words(text)
    last = max(1, len(found) - SIZE + 1)
    return frozenset(tuple(found[at : at + SIZE]) for at in range(last)) if found else frozenset()


def score(read: str, truth: str, neutral: Iterable[str] = ()) -> Score:
    """`neutral` are texts that may come out or not: captions."""
    free = frozenset[tuple[str, ...]]().union(*map(shingles, neutral))
    got, wanted = shingles(read) - free, shingles(truth) - free
    common = len(got & wanted)
    return Score(
        precision=common / len(got) if got else float(not wanted),
        recall=common / len(wanted) if wanted else 1.0,
    )


def of_article(
    article: Article, *, lead: str | None, body: Sequence[str], **more: Iterable[str]
) -> Score:
    """The score of what was read as lead and text."""
    return score(f"{article.lead or ''}\n{article.text}", "\n".join((lead or "", *body)), **more)


def foreign_lines(read: Iterable[str], truth: str) -> list[str]:
    """Lines that came out and are not in the truth."""
    known = shingles(truth)
    return [line for line in read if _share(line, known) < FOREIGN]


def lost_paragraphs(read: str, truth: Iterable[str]) -> list[str]:
    """Paragraphs of the truth that did not come out."""
    known = shingles(read)
    return [line for line in truth if _share(line, known) < FOREIGN]


def mean_f1(scores: Iterable[Score]) -> float:
    return fmean(score.f1 for score in scores)


def _share(line: str, known: Shingles) -> float:
    found = shingles(line)
    return len(found & known) / len(found) if found else 1.0
