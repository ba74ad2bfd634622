"""What it costs to read a page: this project beside trafilatura, on the scoreboard's pages."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import trafilatura

from crawler.reading import Page, SiteModel, read
from crawler.site import ArticleRules
from tests.score import corpora, readers
from tests.score.corpora import Site

LEARNED = 40
OF_EACH = 10
"""Pages of each site that are read; all of its pages are learned."""
BAR = "trafilatura, default"
MOST_BESIDE_BAR, MOST_MS = 1.3, 30
"""What a page may cost: so many times the bar, and so many milliseconds."""


@dataclass(frozen=True, slots=True)
class Work:
    """One page, and what our reader may know of its site."""

    page: Page
    rules: tuple[ArticleRules, ...]
    model: SiteModel


READERS: dict[str, Callable[[Work], object]] = {
    "ours, rules if any": lambda work: read(work.page, site="bench", rules=work.rules),
    f"ours, {LEARNED} pages learned": lambda w: read(w.page, site="bench", model=w.model),
    BAR: lambda work: trafilatura.extract(work.page.body),
    "trafilatura, with_metadata": lambda work: trafilatura.extract(
        work.page.body, url=work.page.url, with_metadata=True
    ),
}


def works(sites: Sequence[Site]) -> Iterator[Work]:
    for site in sites:
        learned = filter(None, readers.traits_of(site, LEARNED))
        model = SiteModel().learn(learned)
        for sample in site.samples[:OF_EACH]:
            yield Work(sample.page, site.rules, model)


def milliseconds(reader: Callable[[Work], object], pages: Sequence[Work]) -> float:
    """Of processor time for a page."""
    began = time.process_time()
    for work in pages:
        reader(work)
    return (time.process_time() - began) * 1000 / len(pages)


def measured(pages: Sequence[Work], rounds: int) -> dict[str, float]:
    """Medians of rounds in which all take their turn; a first one that is not counted warms up."""
    found = {name: list[float]() for name in READERS}
    for _ in range(rounds + 1):
        for name, reader in READERS.items():
            found[name].append(milliseconds(reader, pages))
    return {name: median(times[1:]) for name, times in found.items()}


def table(found: dict[str, dict[str, float]], counts: dict[str, int], rounds: int) -> str:
    heads = "".join(f"{f'{name} ({counts[name]})':>18}{'':>6}" for name in found)
    lines = [
        f"Reading: milliseconds of processor time a page, medians of {rounds} alternating rounds,",
        f"and beside {BAR}; ours may cost {MOST_BESIDE_BAR} times that, and {MOST_MS} ms",
        f"{'':28}{heads}",
    ]
    for name in READERS:
        cells = (f"{f[name]:18.1f}{f[name] / f[BAR]:5.2f}x" for f in found.values())
        lines.append(f"{name:28}{''.join(cells)}")
    return "\n".join(lines)


def main(rounds: int, seed: int) -> None:
    kinds = {
        "practice": corpora.practice(seed, LEARNED),
        "strangers": corpora.strangers(seed, LEARNED),
        "real": corpora.real(),
    }
    found, counts = dict[str, dict[str, float]](), dict[str, int]()
    for name, sites in kinds.items():
        if pages := list(works(sites)):
            found[name], counts[name] = measured(pages, rounds), len(pages)
            print(f"reading: {name}", file=sys.stderr)
    print(table(found, counts, rounds))
