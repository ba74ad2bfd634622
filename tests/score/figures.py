"""What a reading is worth beside the truth: figures of one page, and of many together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, stdev
from typing import Literal

from tests import scoring
from tests.score.corpora import Sample, people

RESAMPLES = 400
Outcome = Literal["right", "wrong", "null"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What any reader got out of a page. `lines` are lead and paragraphs.

    `tells` are the fields that this reader tells where it finds them: "date", "updated", "author",
    "captions". What it never tells is not held against it. One date alone may be either.
    """

    title: str | None
    lines: tuple[str, ...]
    date: str | None = None
    updated: str | None = None
    author: str | None = None
    captions: tuple[str, ...] = ()
    tells: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFigures:
    """One page. `authors` and `captions` are (in both, read, true) counts."""

    key: str
    f1: float
    furniture: tuple[str, ...]
    paragraphs: int
    lost: tuple[str, ...]
    lead_kept: bool | None
    title_right: bool
    date: Outcome | None
    authors: tuple[int, int, int] | None
    captions: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Many pages together. A share is None where there was nothing to share."""

    pages: int
    f1: float
    noise: float
    """Standard deviation of the mean, by bootstrap over the pages; so for furniture."""
    worst: float
    furniture: float
    """Lines a page."""
    furniture_noise: float
    lost: int
    paragraphs: int
    leads: float | None
    titles: float
    dates_right: float | None
    dates_wrong: float | None
    dates_null: float | None
    author_precision: float | None
    author_recall: float | None
    captions: float | None
    """F1 over the captions of all pages."""


def of_page(output: Output, sample: Sample) -> PageFigures:
    text = "\n".join(output.lines)
    truth = "\n".join((sample.lead or "", *sample.body))
    shown = f"{text}\n" + "\n".join(unnoted(output, sample))
    return PageFigures(
        key=sample.key,
        f1=scoring.score(text, truth, neutral=neutral(output, sample)).f1,
        furniture=tuple(foreign(output, sample, truth)),
        paragraphs=len(sample.body),
        lost=tuple(scoring.lost_paragraphs(shown, sample.body)),
        lead_kept=not scoring.lost_paragraphs(text, [sample.lead]) if sample.lead else None,
        title_right=squeezed(output.title or "") == squeezed(sample.title),
        date=date_outcome(output, sample),
        authors=author_overlap(output, sample),
        captions=caption_overlap(output, sample),
    )


def neutral(output: Output, sample: Sample) -> list[str]:
    """Captions may stand in the text or not. So may the dateline before the first words."""
    captions = [*(sample.captions or ()), *unnoted(output, sample)]
    first = " ".join(sample.body[0].split()[:3]) if sample.body else ""
    return [*captions, f"{sample.dateline} {first}"] if sample.dateline else captions


def unnoted(output: Output, sample: Sample) -> tuple[str, ...]:
    """Where nobody has noted which lines are captions, the reader is believed."""
    return output.captions if sample.captions is None else ()


def foreign(output: Output, sample: Sample, truth: str) -> list[str]:
    """Lines that came out and are neither the article's nor its captions'; and those that are
    known for furniture, whatever they are made of."""
    listed = set(sample.furniture)
    shown = "\n".join((truth, *(sample.captions or ()), *unnoted(output, sample)))
    strange = set(scoring.foreign_lines(output.lines, shown))
    return [line for line in output.lines if line in strange or line in listed]


def date_outcome(output: Output, sample: Sample) -> Outcome | None:
    """A day without a time of day is right when it is the day."""
    published, updated = sample.dates
    if "date" not in output.tells:
        return None
    if "updated" not in output.tells:
        return compared(output.date, published or updated)
    if not sample.updates_noted:
        return compared(output.date, published)
    both = {compared(output.date, published), compared(output.updated, updated)}
    return next(outcome for outcome in ("wrong", "null", "right") if outcome in both)


def compared(read: str | None, true: str | None) -> Outcome:
    if read is None:
        return "right" if true is None else "null"
    if true is None:
        return "wrong"
    length = min(len(read), len(true), len("2024-02-29T15:12"))
    return "right" if read[:length] == true[:length] else "wrong"


def overlap(read: Iterable[str], true: Iterable[str]) -> tuple[int, int, int]:
    got, wanted = set(read), set(true)
    return len(got & wanted), len(got), len(wanted)


def author_overlap(output: Output, sample: Sample) -> tuple[int, int, int] | None:
    if "author" not in output.tells:
        return None
    return overlap(people(output.author), sample.authors)


def caption_overlap(output: Output, sample: Sample) -> tuple[int, int, int] | None:
    if "captions" not in output.tells or sample.captions is None:
        return None
    return overlap(map(squeezed, output.captions), map(squeezed, sample.captions))


def squeezed(line: str) -> str:
    return " ".join(scoring.words(line))


def together(pages: Sequence[PageFigures]) -> Figures:
    """The figures of all these pages; there is at least one."""
    leads = [page.lead_kept for page in pages if page.lead_kept is not None]
    dates = [page.date for page in pages if page.date is not None]
    both, read, true = totals(page.authors for page in pages)
    return Figures(
        pages=len(pages),
        f1=fmean(page.f1 for page in pages),
        noise=noise([page.f1 for page in pages]),
        worst=min(page.f1 for page in pages),
        furniture=fmean(len(page.furniture) for page in pages),
        furniture_noise=noise([len(page.furniture) for page in pages]),
        lost=sum(len(page.lost) for page in pages),
        paragraphs=sum(page.paragraphs for page in pages),
        leads=share(sum(leads), len(leads)),
        titles=fmean(page.title_right for page in pages),
        dates_right=share(dates.count("right"), len(dates)),
        dates_wrong=share(dates.count("wrong"), len(dates)),
        dates_null=share(dates.count("null"), len(dates)),
        author_precision=share(both, read),
        author_recall=share(both, true),
        captions=caption_f1(page.captions for page in pages),
    )


def noise(scores: Sequence[float]) -> float:
    if len(scores) < 2:
        return 0.0
    rng = Random(len(scores))
    means = [fmean(rng.choices(scores, k=len(scores))) for _ in range(RESAMPLES)]
    return stdev(means)


def totals(counts: Iterable[tuple[int, int, int] | None]) -> tuple[int, int, int]:
    sums = [sum(column) for column in zip(*filter(None, counts), strict=True)] or [0, 0, 0]
    return sums[0], sums[1], sums[2]


def caption_f1(counts: Iterable[tuple[int, int, int] | None]) -> float | None:
    both, read, true = totals(counts)
    return share(2 * both, read + true)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def common(
    pages: Sequence[PageFigures], titles: Iterable[str], count: int = 3
) -> list[tuple[str, int]]:
    """The lines of furniture that came out most often, numbers masked; titles of other articles,
    which are others on every page, as one."""
    known = {squeezed(title) for title in titles}
    lines = Counter(_kind(line, known) for page in pages for line in page.furniture)
    return sorted(lines.items(), key=lambda entry: (-entry[1], entry[0]))[:count]


def _kind(line: str, titles: set[str]) -> str:
    if squeezed(re.sub(r"\W*\(?[\d/]+\)?$", "", line)) in titles:
        return "title of another article"
    return re.sub(r"\d[\d.,:/]*", "#", line)
