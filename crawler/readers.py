"""How the pages of a site are read: by whose rules, and by what was learned of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from archive import Article, ArticleNotFound, Capture, Catalog, Collection, Run
from crawler import registry
from crawler.archived import UNREADABLE, Study, page_of
from crawler.frontier import Identities
from crawler.reading import Page, Reading, SiteModel, study
from crawler.reading.decode import decode
from crawler.scope import Scope, ScopeOfRuns, address
from crawler.session import newest_model
from crawler.site import Site


class Rules(NamedTuple):
    """By what the pages of a site are told apart and read. Small: it can go to other processes.

    `hosts` are the site's own and those that stood for them in its runs: a set for each, the newest
    run's first. `platform` is that of a site that is not in the list, or empty.
    """

    site: str
    hosts: tuple[tuple[str, ...], ...]
    platform: str

    @property
    def scope(self) -> Scope:
        """Which addresses are the site's, and what they are."""
        whole = registry.rules(self._as_site())
        return ScopeOfRuns(self.hosts, whole.urls, whole.traps)

    def identities(self, catalog: Catalog) -> Identities:
        """What every address of the site's articles is known by."""
        return Identities(self.scope, {one.url: one for one in catalog.known(self.site)})

    def reader(self, canonical: Identities, model: SiteModel) -> Study:
        """What reads a page of the site."""
        article = registry.rules(self._as_site()).article
        return partial(study, site=self.site, rules=article, canonical=canonical, model=model)

    def _as_site(self) -> Site:
        try:
            return registry.site(self.site)
        except registry.UnknownSite:
            return Site(
                name=self.site,
                title=self.site,
                province="",
                level="",
                domains=self.hosts[0],
                seeds=(),
                platform=self.platform,
            )


def rules_of(collection: Collection, catalog: Catalog, site: str) -> Rules:
    """The rules of a site; of one that is not in the list those of the platform that its newest
    article shows. Raises UnknownSite when there is no article either."""
    try:
        own = registry.site(site).origins
    except registry.UnknownSite:
        newest = max(catalog.articles(site), key=lambda one: one.last_seen, default=None)
        if newest is None:
            raise
        own = registry.unlisted(newest.url).origins
        return Rules(site, (own,), _platform_of(collection, newest.article))
    return Rules(site, (*dict.fromkeys(_stood_for(catalog, site)), own), "")


def _stood_for(catalog: Catalog, site: str) -> Iterator[tuple[str, ...]]:
    """The hosts that stood for a site's own, the newest run's first."""
    return filter(None, map(_origins_of, reversed(catalog.runs(site))))


def _origins_of(run: Run) -> tuple[str, ...]:
    return tuple(f"{at.scheme}://{at.netloc}" for at in map(address, run.at) if at)


def reading_of(collection: Collection, catalog: Catalog, capture: Capture) -> Reading:
    """A capture read as its site is read today. Raises what `page_of` raises."""
    page, site = page_of(collection, capture), site_of(catalog, capture.url)
    try:
        rules = rules_of(collection, catalog, site)
    except registry.UnknownSite:
        rules = Rules(site, (registry.unlisted(capture.url).origins,), _platform(page))
    return rules.reader(rules.identities(catalog), newest_model(catalog, site))(page)


def site_of(catalog: Catalog, url: str) -> str:
    """The site that saw it, or would: one that has stood on its host, a known one, else one named
    after its host.
    """
    try:
        return catalog.article(url).site
    except ArticleNotFound:
        host = f"//{registry.unlisted(url).domains[0]}"
        runs = reversed(catalog.runs())
        stood = (run.site for run in runs if any(o.endswith(host) for o in _origins_of(run)))
        return next(stood, (registry.by_host(url) or registry.unlisted(url)).name)


def _platform_of(collection: Collection, article: Article) -> str:
    if article.capture is None:
        return ""
    try:
        return _platform(page_of(collection, article.capture))
    except UNREADABLE:
        return ""


def _platform(page: Page) -> str:
    """What a page was made by, as a crawl sees it on the first page of an unknown site."""
    found = registry.recognise(decode(page.body, page.content_type).text)
    return found.name if found else ""
