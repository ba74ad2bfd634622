"""By whose rules what is kept is read: those of the site that a crawl would have taken it for."""

from __future__ import annotations

from pathlib import Path

from archive import Article, Catalog, Collection, Run
from crawler.generic import spider_for
from crawler.readers import reading_of, rules_of
from tests.archive.support import exchange, response

PARAGRAPH = (
    "<p>Sáng 29/12, Ban Dân vận Tỉnh ủy tổ chức hội nghị tổng kết công tác dân vận năm 2025.</p>"
)
PAGE = f"<html><body><article><h1>Hội nghị tổng kết</h1>{PARAGRAPH * 9}</article></body></html>"


def test_hosts_of_all_runs_are_the_sites(tmp_path: Path) -> None:
    """Beside its own domains every host that stood for them in a run is the site's, and what was
    captured there is known by it: nothing of one is taken for the same address of another.
    """
    collection = Collection.create(tmp_path / "c")
    runs = ((), ("http://127.0.0.1:81/", "http://127.0.0.1:82/"), ("http://127.0.0.1:83/",))
    with Catalog(collection.catalog_path) as catalog:
        for day, at in enumerate(runs, 1):
            time = f"2026-01-0{day}T00:00:00Z"
            run = Run(
                id=str(day),
                site="baodongthap",
                started_at=time,
                finished_at=time,
                outcome="ok",
                at=at,
            )
            catalog.put(run)
        scope = rules_of(collection, catalog, "baodongthap").scope
    known_by = {
        "https://baodongthap.com.vn": "https://baodongthap.vn",
        "https://www.baodongthap.vn": "https://baodongthap.vn",
        "http://127.0.0.1:82": "http://127.0.0.1:81",
        "http://127.0.0.1:83": "http://127.0.0.1:83",
    }
    for captured, known in known_by.items():
        assert scope.decide(f"{captured}/x").rule != "another host"
        assert scope.canonical(f"{captured}/x") == scope.canonical(f"{known}/x")
        assert scope.canonical(f"{captured}/x").startswith(f"{known}/")
    assert scope.decide("http://127.0.0.1:84/x").rule == "another host"


def test_a_site_is_named_as_a_crawl_names_it(tmp_path: Path) -> None:
    """A page of a site that is unknown is read as one of the site that a crawl of it would make."""
    collection, url = Collection.create(tmp_path / "c"), "http://Bao.Example:8080/tin/1.html"
    with collection.recording(site="imported", run_id="r") as recording:
        recording.record(exchange(url, response(PAGE.encode())))
    with Catalog(collection.catalog_path) as catalog:
        found = reading_of(collection, catalog, collection.find(url)).found
    assert isinstance(found, Article)
    assert found.site == spider_for(url).site.name == "bao.example-8080"
