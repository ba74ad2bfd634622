"""Pages with their truth: the practice web, the strangers, the seeds, and real pages if present."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from crawler.reading import Page
from crawler.site import ArticleRules
from tests.crawler.reading import pages
from tests.crawler.reading.pages import FETCHED_AT
from tests.practice import seeds
from tests.practice.site import Clock, PracticeSite
from tests.practice.truth import Truth
from tests.practice.web import HOSTS_OF, SITES
from tests.score.strangers import STRANGERS, Stranger

S = TypeVar("S", bound=PracticeSite)
ARTICLES = 40
"""Pages of each site."""
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page and what an ideal reader has from it.

    `authors` are the people named, in any order. `captions` is None where nobody has noted them.
    """

    key: str
    page: Page
    again: Page
    """The same article as another visitor had it: other counters, other lists, another hour."""
    title: str
    lead: str | None
    body: tuple[str, ...]
    captions: tuple[str, ...] | None
    dateline: str | None
    authors: frozenset[str]
    dates: tuple[str | None, str | None]
    """Published and updated, as the page shows them."""
    updates_noted: bool = True
    """Whether it is known that no `updated` means none."""
    furniture: tuple[str, ...] = ()
    """Lines of the page that are known not to be the article's, as far as noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Pages of one site, newest first, with the rules of its platform."""

    name: str
    samples: tuple[Sample, ...]
    rules: tuple[ArticleRules, ...]


def practice(seed: int, count: int = ARTICLES) -> list[Site]:
    """The five practice sites, without the seeds' articles: the same wherever they are made."""
    made = []
    for kind in SITES:
        site = _invented(kind, pages.HOSTS, seed, count)
        platform, rules = pages.PLATFORM_OF[kind.name], pages.rules_of(kind.name)
        made.append(Site(name=platform, samples=_samples(site), rules=rules))
    return made


def strangers(seed: int, count: int = ARTICLES) -> list[Site]:
    """Two sites whose systems nobody has written a rule for."""
    return [
        Site(name=kind.name, samples=_samples(stranger(kind, seed, count)), rules=())
        for kind in STRANGERS
    ]


def stranger(kind: type[Stranger], seed: int, count: int = ARTICLES) -> Stranger:
    return _invented(kind, (kind.site_host,), seed, count)


def seed_pages(seed: int) -> list[Site]:
    """The pages built of the five seed texts, each a site of its own; none without the texts."""
    if seeds.default_directory() is None:
        return []
    found = []
    for name, platform in sorted(pages.PLATFORM_OF.items()):
        site = pages.practice_site(name, seed=seed)
        own = [truth for truth in site.articles if truth.seed_file]
        samples = tuple(_sample(site, truth) for truth in own)
        found.append(Site(name=platform, samples=samples, rules=pages.rules_of(name)))
    return found


def real() -> list[Site]:
    """Real pages, each of another paper; none where the private test data is not present."""
    directory = SHARED / "vi_html"
    if not directory.is_dir():
        return []
    text = (directory / "truth_vi_articles.dev.json").read_text(encoding="utf-8")
    truths = {key: value for key, value in json.loads(text).items() if "/" in key}
    return [
        Site(name=Path(key).stem, samples=(_real_sample(directory / key, truth),), rules=())
        for key, truth in sorted(truths.items())
    ]


def people(names: str | None) -> frozenset[str]:
    """The names of a byline or a metadata field, without regard to case."""
    parts = re.split(r";|,| - ", names or "")
    return frozenset(part.strip().casefold() for part in parts if part.strip())


def _invented(kind: type[S], hosts: tuple[str, ...], seed: int, count: int) -> S:
    hosts = hosts[: HOSTS_OF.get(kind.name, 1)]
    return kind(hosts=hosts, seed=seed, articles=count, clock=Clock(start=FETCHED_AT))


def _samples(site: PracticeSite) -> tuple[Sample, ...]:
    return tuple(_sample(site, truth) for truth in site.articles)


def _sample(site: PracticeSite, truth: Truth) -> Sample:
    again = pages.fetch(site, truth.url)
    return Sample(
        key=truth.url,
        page=pages.fetch(site, truth.url),
        again=again,
        title=truth.title,
        lead=truth.lead,
        body=truth.body,
        captions=truth.captions,
        dateline=truth.dateline,
        authors=people(truth.author),
        dates=(truth.published, truth.updated),
        furniture=site.furniture(truth.id),
    )


def _real_sample(path: Path, truth: dict[str, Any]) -> Sample:
    """Captured on one day, except for one file that has its day in its name."""
    day = re.search(r"\d{4}-\d{2}-\d{2}", path.stem)
    at = datetime.fromisoformat(f"{day[0]}T20:00+07:00") if day else FETCHED_AT
    page = Page(url=truth["url"], status=200, body=path.read_bytes(), fetched_at=at)
    return Sample(
        key=path.stem,
        page=page,
        again=page,
        title=truth["title"],
        lead=truth["lead"],
        body=tuple(truth["body"].split("\n")),
        captions=None,
        dateline=None,
        authors=people(truth["author"]),
        dates=(truth["published"], None),
        updates_noted=False,
    )
