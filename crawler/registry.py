"""Finds sites by name or host, platforms by name or by the signs in a page."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from crawler import provinces, settings
from crawler.site import ArticleRules, ListingRules, Platform, Site, Trap, UrlRules, location

SIGNS_NEEDED = 2
_SNIFFED = 200_000
_SEARCHED = 2_000_000
_LONG_VALUE = re.compile(r"value=\"[\w+/=]{1000,}")
"""A view state may be longer than all that a page says."""


class UnknownSite(LookupError):
    """No site of this name is known; `nearest` are the names that look like it."""

    def __init__(self, name: str, nearest: list[str]) -> None:
        self.name, self.nearest = name, nearest
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else "see `tinhuy sites`"
        super().__init__(f"no site is called {name!r}; {hint}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for one site after its own rules were put before its platform's."""

    urls: UrlRules
    listing: ListingRules
    article: tuple[ArticleRules, ...]
    traps: tuple[Trap, ...]


def sites(province: str | None = None) -> list[Site]:
    """Every known site, by name; or those of a province's timeline, see `provinces.covers`.

    Raises UnknownProvince.
    """
    known = [cls.site for _, cls in sorted(_spiders().items())]
    if province is None:
        return known
    names = provinces.covers(province)
    return [site for site in known if site.province in names]


def site(name: str) -> Site:
    """The site of this name. Raises UnknownSite."""
    return spider(name).site  # type: ignore[no-any-return]


def spider(name: str) -> Any:
    """The spider class of this name. Raises UnknownSite."""
    try:
        return _spiders()[name]
    except KeyError:
        near = difflib.get_close_matches(name, _spiders(), n=3, cutoff=0.5)
        raise UnknownSite(name, near) from None


def by_host(url: str) -> Site | None:
    """The site that a URL belongs to, if it is a known one."""
    try:
        here = location(urlsplit(url))
    except ValueError:  # a port or an address that is none
        return None
    return next((s for s in sites() if here in s.domains), None)


def unlisted(url: str) -> Site:
    """The site of a URL that belongs to none in the list: its host, and named after it."""
    host = urlsplit(url).netloc.lower()
    return Site(
        name=host.replace(":", "-"),
        title=host,
        province="",
        level="",
        domains=(host,),
        seeds=(url,),
    )


@cache
def platforms() -> dict[str, Platform]:
    """Every known platform by its name."""
    modules = (m for package in settings.PLATFORM_MODULES for m in _modules(package))
    found = (module.PLATFORM for module in modules if hasattr(module, "PLATFORM"))
    return {platform.name: platform for platform in found}


def recognise(html: str) -> Platform | None:
    """The platform with most signs in a page, two at least; None when there is no such one."""
    head = _LONG_VALUE.sub("", html[:_SEARCHED])[:_SNIFFED]
    scores = {
        name: sum(bool(re.search(sign, head)) for sign in platform.signs)
        for name, platform in platforms().items()
    }
    best = max(scores, key=scores.__getitem__, default="")
    return platforms()[best] if scores.get(best, 0) >= SIGNS_NEEDED else None


def rules(of: Site) -> Rules:
    """The rules of a site: its own first, its platform's where it says nothing."""
    platform = platforms()[of.platform] if of.platform else Platform(name="", title="")
    return Rules(
        urls=of.urls or platform.urls,
        listing=of.listing or platform.listing,
        article=of.article + platform.article,
        traps=platform.traps,
    )


def look_again() -> None:
    """See sites that came or went since the first look; of one that was edited the name counts. A
    file that cannot be read raises what it does, and leaves all as it was.
    """
    importlib.invalidate_caches()
    _found()
    _spiders.cache_clear()


@cache
def _spiders() -> dict[str, Any]:
    return _found()


def _found() -> dict[str, Any]:
    modules = [m for package in settings.SPIDER_MODULES for m in _modules(package)]
    classes = (value for module in modules for value in vars(module).values())
    return {cls.site.name: cls for cls in classes if _is_site_spider(cls)}


def _is_site_spider(value: object) -> bool:
    return isinstance(value, type) and isinstance(getattr(value, "site", None), Site)


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for info in pkgutil.iter_modules(root.__path__):
        if not info.ispkg:
            yield importlib.import_module(f"{package}.{info.name}")
