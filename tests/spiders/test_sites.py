"""Every site of the list."""

import sys

import pytest

from crawler import provinces, registry

SPIDERS = {site.name: registry.spider(site.name) for site in registry.sites()}


@pytest.mark.parametrize("name", SPIDERS)
def test_file_class_and_spider_carry_one_name(name: str) -> None:
    """Who knows the name of a spider knows its file and its class."""
    cls = SPIDERS[name]
    assert cls.__module__ == f"spiders.{name}"
    assert cls.__name__ == "".join(part.title() for part in name.split("_")) + "Spider"
    assert cls.name == cls.site.name == name


@pytest.mark.parametrize("name", SPIDERS)
def test_sites_are_polite(name: str) -> None:
    """No site file lowers the delay under half a second."""
    assert SPIDERS[name].site.politeness.delay >= 0.5


@pytest.mark.parametrize("name", SPIDERS)
def test_seeds_are_listings_in_scope(name: str) -> None:
    """A run of a site begins on the site."""
    from crawler.scope import Scope

    site = SPIDERS[name].site
    rules = registry.rules(site)
    scope = Scope(site.domains, rules.urls, rules.traps)
    assert [scope.decide(seed).kind for seed in site.seeds] == ["listing"] * len(site.seeds)


@pytest.mark.parametrize("name", SPIDERS)
def test_provinces_are_provinces(name: str) -> None:
    """A site's province is one of today or of before the merger, as it spells itself; a file whose
    province lost its name says what that is part of now.
    """
    site = SPIDERS[name].site
    if not site.province:
        return
    assert provinces.named(site.province) == site.province
    now = provinces.today(site.province).name
    module = sys.modules[SPIDERS[name].__module__]
    assert now == site.province or now in (module.__doc__ or "")


def test_an_unknown_site_is_named_with_its_neighbours() -> None:
    """A typing error costs one look at the message."""
    with pytest.raises(registry.UnknownSite, match="baohatinh"):
        registry.site("baohatin")


def test_a_host_leads_to_its_site() -> None:
    """A URL of a known site is crawled by that site's rules."""
    found = registry.by_host("https://www.baodongthap.com.vn/x-1.aspx")
    assert found is not None
    assert found.name == "baodongthap"
