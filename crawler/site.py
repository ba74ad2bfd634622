"""What a site is: data, nothing else. No Scrapy here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from urllib.parse import SplitResult

from crawler import settings

RequisiteKind = Literal["style", "script", "picture", "font", "frame", "document", "audio", "video"]
"""What a page needs to look right; `document`, `audio` and `video` also as files linked to."""


def location(parts: SplitResult) -> str:
    """The host that a URL is of, whatever its scheme: without `www.` and the ports of the web.

    Raises ValueError for a port that is none.
    """
    host, port = (parts.hostname or "").removeprefix("www."), parts.port
    return host if port in (None, 80, 443) else f"{host}:{port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """A family of URLs without end or use: none of them is fetched."""

    name: str
    pattern: str
    """A regular expression searched in `path?query`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """How a system's addresses are to be understood. Patterns are searched in `path?query`."""

    article: tuple[str, ...] = ()
    """A group `id` is the number of the article, which all its addresses share; a group `slug` its
    title, where numbers are used twice."""
    listing: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    """Query keys (full match) that do not tell pages apart: dropped from every URL."""
    rewrite: tuple[tuple[str, str], ...] = ()
    """`re.sub` pairs applied in order to `path?query`: the forms of one address become one."""
    ignore_case: bool = False
    """Whether paths are the same in capitals, as on IIS: they are known in small letters."""
    not_traps: tuple[str, ...] = ()
    """Names of general traps (`crawler.traps.GENERAL`) that lead to articles here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRules:
    """How articles are found."""

    next_page: tuple[str, ...] = ()
    """CSS of pagers or of their links; `javascript:__doPostBack(...)` is posted with the form."""
    more: tuple[str, ...] = ()
    """CSS of elements whose `data-url`/`data-href` loads the next part of the list."""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    max_barren: int = 50
    """Listings in a row, alike but for numbers and titles, without an article that no other showed:
    the rest of them are left alone. A list that goes on bringing some is walked to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRules:
    """Where the parts of an article stand: CSS selectors, first match wins. All are optional.

    `until` dates rules that a redesign has ended: they serve captures before that day.
    """

    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Phrases that say "there is no such article" on a page with status 200 (soft 404)."""
    encoding: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """`delay` in seconds between requests to one host. Never more than one is under way. What is
    not said is as the settings have it.
    """

    delay: float = settings.HOST_DELAY
    hours: str = settings.CRAWL_HOURS
    """Hours of the day in Vietnam in which it may be asked, as "22:00-05:00"; empty for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisitPolicy:
    """When to look again, and how far a list is followed that brings nothing new."""

    recheck_after: tuple[int, ...] = (1, 3, 7, 30, 180)
    """Days after an article was found, or was seen to be edited (see crawler/revisit.py)."""
    looks_a_run: int = 500
    """Known articles that a run asks for again, at most."""
    stop_after_known: int = 20
    """Known articles in a row end a list, in all runs but those that walk the site whole."""
    whole_after: int = 30
    """Days after which all lists are followed to their ends again: what stands out of order, or
    was put far back in a list, is found then."""
    requisites_after: int = 30
    """Days after which a style sheet or picture that a later page needs too is asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requisites:
    """What the pages of a site are furnished with. `kinds=()` stands for nothing.

    Films are left out: one may be larger than all that is written of a year. A body of more bytes
    is cut; when those of a run take `max_run_bytes` of the archive, the rest is left out.
    """

    kinds: tuple[RequisiteKind, ...] = (
        *("style", "script", "picture", "font"),
        *("frame", "document", "audio"),
    )
    per_page: int = 300
    max_bytes: int = 16_000_000
    max_attachment_bytes: int = 64_000_000
    max_run_bytes: int = 4_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A content management system. `signs` are regular expressions; two must be in the page."""

    name: str
    title: str
    signs: tuple[str, ...] = ()
    urls: UrlRules = field(default_factory=UrlRules)
    listing: ListingRules = field(default_factory=ListingRules)
    article: tuple[ArticleRules, ...] = ()
    traps: tuple[Trap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site. What it leaves empty comes from its platform, which it names.

    `domains`: the first is the one articles are known by; `article` rules go before the
    platform's. `seeds` are absolute URLs, fetched at every run.
    """

    name: str
    title: str
    province: str
    level: str
    domains: tuple[str, ...]
    seeds: tuple[str, ...]
    platform: str = ""
    urls: UrlRules | None = None
    listing: ListingRules | None = None
    article: tuple[ArticleRules, ...] = ()
    politeness: Politeness = field(default_factory=Politeness)
    revisit: RevisitPolicy = field(default_factory=RevisitPolicy)
    requisites: Requisites = field(default_factory=Requisites)
    rendered: bool = False
    """Its pages are drawn by scripts: each is drawn by a browser, and read as that shows it."""

    @property
    def origins(self) -> tuple[str, ...]:
        """The domains with the scheme of the first seed: what articles are known by."""
        scheme = self.seeds[0].partition("://")[0] if self.seeds else "https"
        return tuple(f"{scheme}://{domain}" for domain in self.domains)
