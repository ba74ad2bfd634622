"""The scoreboard's rows: every corpus, read by every reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.score import corpora, figures, readers
from tests.score.corpora import Sample, Site
from tests.score.figures import Figures, Output, PageFigures

ALL = "all"
"""In place of a platform: every page of the corpus."""
Say = Callable[[str], None]


def silent(step: str) -> None:
    """For who needs no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one reader made of the pages of one site, or of ALL sites of a corpus."""

    corpus: str
    site: str
    reader: str
    figures: Figures
    left: tuple[tuple[str, int], ...] = ()
    """Furniture that came out most often, and on how many lines. Empty for texts of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """`public` says whether lines of its pages may be shown: they are invented."""

    name: str
    about: str
    sites: tuple[Site, ...]
    learns: bool = True
    public: bool = True


def all_corpora(seed: int) -> list[Corpus]:
    """Those that are present, in the order of the tables."""
    found = (
        Corpus(
            name="practice",
            about="the five practice sites; the rules of a platform are used in the first row only",
            sites=tuple(corpora.practice(seed)),
        ),
        Corpus(
            name="strangers",
            about="five sites on systems that no rule was written for; the reader was made better"
            " by what it did on them, so that they are less strange than they were",
            sites=tuple(corpora.strangers(seed)),
        ),
        Corpus(
            name="seeds",
            about="the five seed articles, on the pages that the practice web builds of them",
            sites=tuple(corpora.seed_pages(seed)),
            learns=False,
            public=False,
        ),
        Corpus(
            name="real",
            about="saved pages of Vietnamese newspapers, one of each",
            sites=tuple(corpora.real()),
            learns=False,
            public=False,
        ),
    )
    return [corpus for corpus in found if corpus.sites]


def ours(corpus: Corpus, stages: Sequence[int], say: Say = silent) -> Iterator[Row]:
    """With the platforms' rules, where there are any, and with what was learned of some pages."""
    if any(site.rules for site in corpus.sites):
        say(f"{corpus.name}: {readers.WITH_RULES}")
        yield from rows(corpus, readers.WITH_RULES, [readers.by_rules(s) for s in corpus.sites])
    stages = stages if corpus.learns else (0,)
    say(f"{corpus.name}: ours, {', '.join(map(str, stages))} pages learned")
    made = [readers.by_models(site, stages) for site in corpus.sites]
    for count, *outputs in zip(stages, *made, strict=True):
        yield from rows(corpus, readers.learned_name(count), outputs)


def theirs(corpus: Corpus, python: Path, say: Say) -> Iterator[Row]:
    """By trafilatura, as our reader is built on it, and by OTHERS, which `python` has."""
    for name in readers.TOLD:
        if name in readers.OTHERS:
            continue
        say(f"{corpus.name}: {name}")
        precise = name.endswith("precise")
        outputs = [readers.by_trafilatura(s.samples, precise=precise) for s in corpus.sites]
        yield from rows(corpus, name, outputs)
    say(f"{corpus.name}: {', '.join(readers.OTHERS)}")
    made = [readers.by_others(python, site.samples) for site in corpus.sites]
    for name, *outputs in zip(readers.OTHERS, *made, strict=True):
        yield from rows(corpus, name, outputs)


def rows(corpus: Corpus, reader: str, outputs: Sequence[Sequence[Output]]) -> Iterator[Row]:
    """A row for ALL pages, and one for each site; for one site alone there is but its own."""
    scored = [
        [figures.of_page(output, sample) for output, sample in zip(read, site.samples, strict=True)]
        for site, read in zip(corpus.sites, outputs, strict=True)
    ]
    yield row(corpus, ALL, reader, [page for site in scored for page in site], corpus.sites)
    for site, own in zip(corpus.sites, scored, strict=True):
        yield row(corpus, site.name, reader, own, [site])


def row(
    corpus: Corpus, name: str, reader: str, pages: Sequence[PageFigures], sites: Iterable[Site]
) -> Row:
    titles = [sample.title for sample in samples(sites)]
    left = figures.common(pages, titles) if corpus.public else []
    return Row(
        corpus=corpus.name,
        site=name,
        reader=reader,
        figures=figures.together(pages),
        left=tuple(left),
    )


def samples(sites: Iterable[Site]) -> Iterator[Sample]:
    for site in sites:
        yield from site.samples
