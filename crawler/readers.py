"""How the pages of a site are read: by whose rules, and by what was learned of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from archive import ArticleNotFound, Capture, Catalog, Collection
from crawler import registry
from crawler.archived import page_of
from crawler.reading import Page, Reading, study
from crawler.reading.decode import decode
from crawler.session import newest_model
from crawler.site import ArticleRules


def reading_of(collection: Collection, catalog: Catalog, capture: Capture) -> Reading:
    """A capture read as its site is read today. Raises what `page_of` raises."""
    page = page_of(collection, capture)
    site = _site_of(catalog, capture.url)
    rules, model = _rules(site, page), newest_model(catalog, site)
    return study(page, site=site, rules=rules, model=model)


def _site_of(catalog: Catalog, url: str) -> str:
    """The site that saw it, or would: a known one, else one named after its host."""
    try:
        return catalog.article(url).site
    except ArticleNotFound:
        known = registry.by_host(url)
        return known.name if known else urlsplit(url).netloc.replace(":", "-")


def _rules(site: str, page: Page) -> tuple[ArticleRules, ...]:
    try:
        return registry.rules(registry.site(site)).article
    except registry.UnknownSite:
        platform = registry.recognise(decode(page.body, page.content_type).text)
        return platform.article if platform else ()
