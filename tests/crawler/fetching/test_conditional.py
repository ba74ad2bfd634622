"""Pages that are still as they were kept: asked for conditionally, answered 304, read from disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.crawler import AsyncCrawlerRunner

from archive import Collection
from archive.reader import iter_records
from archive.verify import verify
from crawler import settings
from tests.crawler.fetching.conftest import InReactor
from tests.crawler.fetching.crawl import Crawled, Plan, crawl
from tests.crawler.fetching.origin import Origin, Step

TAG = b'W/"bai-7"'
MODIFIED = b"Tue, 24 Nov 2026 05:22:24 GMT"
BODY = "<p>Hội nghị dân vận khéo.</p>".encode() * 40
WHOLE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: %b\r\n"
    b"Last-Modified: %b\r\nContent-Length: %d\r\n\r\n%b" % (TAG, MODIFIED, len(BODY), BODY)
)
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % TAG


def _tagged(request: bytes) -> tuple[Step, ...]:
    return (NOT_MODIFIED if b"If-None-Match: " + TAG in request else WHOLE,)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "collection")


def _night(
    in_reactor: InReactor, collection: Collection, *urls: str, **settings: object
) -> Crawled:
    async def night() -> Crawled:
        with collection.recording(site="thu", run_id="r") as recording:
            plans = [Plan(url, url) for url in urls]
            return await crawl(AsyncCrawlerRunner, plans, recording, None, settings)

    crawled: Crawled = in_reactor(night())
    return crawled


def test_an_unchanged_page_is_not_sent_again(in_reactor: InReactor, collection: Collection) -> None:
    """The second night sends the validators, keeps the 304 as a revisit, and the spider gets the
    page as on the first night; a replay gives the same.
    """
    with Origin({"/a": _tagged}) as origin:
        url = origin.url("/a")
        first, second = (_night(in_reactor, collection, url)[url].response for _ in range(2))
        asked, conditional = (crossed.request for crossed in origin.crossed["/a"])
        assert origin.crossed["/a"][1].response == NOT_MODIFIED
    assert b"If-" not in asked
    assert b"If-Modified-Since: " + MODIFIED in conditional
    assert first is not None
    assert second is not None
    assert (second.status, second.body, second.headers) == (200, BODY, first.headers)
    records = [record for path in collection.warcs() for record in iter_records(path)]
    kinds = [record.type for record in records]
    assert kinds.count("revisit") == kinds.count("response") == 1
    assert list(verify(collection)) == []
    replayed = in_reactor(crawl(AsyncCrawlerRunner, [Plan(url, url)], None, collection, {}))[
        url
    ].response
    assert (replayed.status, replayed.body, replayed.headers) == (200, BODY, first.headers)


def test_validators_stay_with_their_address(in_reactor: InReactor, collection: Collection) -> None:
    """A page that redirects elsewhere takes no validators of its own along."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    with Origin({"/a": _tagged, "/b": _tagged}) as origin:
        url = origin.url("/a")
        _night(in_reactor, collection, url)
        origin.answers["/a"] = lambda request: (moved,)
        response = _night(in_reactor, collection, url)[url].response
        assert response is not None
        assert response.url == origin.url("/b")
        assert b"If-None-Match" in origin.crossed["/a"][1].request
        assert b"If-" not in origin.crossed["/b"][0].request


def test_a_lost_original_is_asked_for_again(in_reactor: InReactor, collection: Collection) -> None:
    """When the file that holds the page is gone, nothing conditional is sent."""
    with Origin({"/a": _tagged}) as origin:
        url = origin.url("/a")
        _night(in_reactor, collection, url)
        for path in collection.warcs():
            path.unlink()
        response = _night(in_reactor, collection, url)[url].response
        assert response is not None
        assert response.body == BODY
        assert b"If-" not in origin.crossed["/a"][1].request


def test_a_304_that_nobody_asked_for(in_reactor: InReactor, collection: Collection) -> None:
    """It is kept and handed on as it came."""
    with Origin({"/a": lambda request: (NOT_MODIFIED,)}) as origin:
        url = origin.url("/a")
        response = _night(in_reactor, collection, url)[url].response
        assert response is not None
        assert response.status == 304
    assert not next(collection.captures()).is_revisit


def test_who_refuses_conditions_is_asked_without(
    in_reactor: InReactor, collection: Collection
) -> None:
    """A server that answers a conditional request with 412 is asked again plainly."""
    refused = b"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n"

    def answer(request: bytes) -> tuple[Step, ...]:
        return (refused if b"If-None-Match" in request else WHOLE,)

    with Origin({"/a": answer}) as origin:
        url = origin.url("/a")
        _night(in_reactor, collection, url)
        retries = {"RETRY_ENABLED": True, "RETRY_HTTP_CODES": settings.RETRY_HTTP_CODES}
        response = _night(in_reactor, collection, url, **retries)[url].response
        assert response is not None
        assert (response.status, response.body) == (200, BODY)
        assert [b"If-" in crossed.request for crossed in origin.crossed["/a"]] == [
            False,
            True,
            False,
        ]
