from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response

from archive import CaptureNotFound, Collection
from crawler.fetching.replay import ReplayHandler
from tests.crawler.fetching.conftest import InReactor, Run
from tests.crawler.fetching.crawl import Crawled, Plan
from tests.crawler.fetching.origin import HANG_UP, Answer, Origin, always, page
from tests.crawler.fetching.test_wiretap import WHOLE


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "kept")


@pytest.fixture
def live(run: Run, in_reactor: InReactor, collection: Collection) -> Run:
    """As `run`, recorded into the collection."""

    def go(plans: list[Plan], **settings: Any) -> Crawled:
        recording = collection.recording(site="thu", run_id=str(uuid.uuid4()))
        in_reactor(_called(recording.__enter__))
        try:
            return run(plans, recording=recording, **settings)
        finally:
            in_reactor(_called(recording.__exit__, None, None, None))

    return go


async def _called(function: Callable[..., Any], *arguments: Any) -> None:
    function(*arguments)


def seen(response: Response | None) -> Any:
    """All that a spider can see of a response, but where it came from."""
    assert response is not None
    headers = sorted((k, sorted(response.headers.getlist(k))) for k in response.headers)
    return (
        type(response),
        response.url,
        response.status,
        headers,
        response.body,
        response.protocol if response.url.find("1.0") < 0 else None,
    )


def test_replay_equals_the_live_run(run: Run, live: Run, collection: Collection) -> None:
    """A replayed response is of the same class, status, headers and body as the live one."""
    answers: dict[str, Answer] = {f"/{name}": always(*steps) for name, steps in WHOLE.items()}
    answers["/head"] = always(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 12\r\n\r\n")
    answers["/head-of-chunks"] = always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    answers["/connection"] = page(headers=b"Connection: keep-alive\r\nKeep-Alive: timeout=9\r\n")
    with Origin(answers) as origin:
        plans = [
            Plan(path, origin.url(path), method="HEAD" if path.startswith("/head") else "GET")
            for path in answers
        ]
        was = live(plans, COMPRESSION_ENABLED=False)
    replayed = run(plans, replay=collection, COMPRESSION_ENABLED=False)
    for path in answers:
        assert seen(replayed[path].response) == seen(was[path].response), path


def test_a_replayed_response_says_where_it_stands(
    run: Run, live: Run, collection: Collection
) -> None:
    """`meta["capture"]` is the capture of that moment; there is no address."""
    with Origin({"/a": page()}) as origin:
        plans = [Plan("a", origin.url("/a#gop-y"))]
        live(plans)
    response = run(plans, replay=collection, REPLAY_AT="2999-01-01T08:00:00+07:00")["a"].response
    assert response is not None
    assert response.meta["capture"].url == origin.url("/a")
    assert response.ip_address is None
    early = run(plans, replay=collection, REPLAY_AT="1999-01-01T08:00:00+07:00")
    assert isinstance(early["a"].error, CaptureNotFound)


def test_posts_are_told_apart_by_their_body(run: Run, live: Run, collection: Collection) -> None:
    """The answer to a POST is found by the body that was posted."""
    answers: dict[str, Answer] = {
        "/": lambda request: page(request.partition(b"\r\n\r\n")[2] or b"get")(request)
    }
    with Origin(answers) as origin:
        plans = [Plan("get", origin.url("/"))]
        plans += [Plan(b, origin.url("/"), method="POST", body=b.encode()) for b in ("p=1", "p=2")]
        live(plans)
    replayed = run(plans, replay=collection)
    bodies = {name: fetched.response.body for name, fetched in replayed.items() if fetched.response}
    assert bodies == {"get": b"get", "p=1": b"p=1", "p=2": b"p=2"}


def test_redirects_and_robots_are_replayed(run: Run, live: Run, collection: Collection) -> None:
    """A replay walks the same redirects and obeys the robots.txt of then."""
    robots = b"User-agent: *\nDisallow: /private\n"
    moved = page(b"", headers=b"Location: /b\r\n", status=b"301 Moved")
    answers = {"/robots.txt": page(robots), "/a": moved, "/b": page(b"b"), "/private": page()}
    with Origin(answers) as origin:
        plans = [Plan("a", origin.url("/a")), Plan("private", origin.url("/private"))]
        was = live(plans, ROBOTSTXT_OBEY=True)
    replayed = run(plans, replay=collection, ROBOTSTXT_OBEY=True)
    assert seen(replayed["a"].response) == seen(was["a"].response)
    assert type(replayed["private"].error) is type(was["private"].error)


def test_a_miss_is_an_error_and_not_a_404(run: Run, live: Run, collection: Collection) -> None:
    """What is not in the collection is CaptureNotFound, and the network is not asked."""
    with Origin({"/a": page()}) as origin:
        crawled = run([Plan("a", origin.url("/a"))], replay=collection)
        assert isinstance(crawled["a"].error, CaptureNotFound)
        assert origin.crossed == {}


def test_a_cut_response_is_not_replayed_as_whole(
    run: Run, live: Run, collection: Collection
) -> None:
    """What was cut when it was captured is the same error in a replay."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    with Origin({"/a": always(head + b"half", HANG_UP)}) as origin:
        plans = [Plan("a", origin.url("/a"))]
        live(plans)
    crawled = run(plans, replay=collection)
    assert isinstance(crawled["a"].error, ResponseDataLossError)


@pytest.mark.parametrize("at", ["2026-11-24T08:00:00", "yesterday"])
def test_a_moment_is_exact(at: str, collection: Collection) -> None:
    """A REPLAY_AT without an offset from UTC, or that is no time, is refused."""
    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.fetching.replay import replay_from
    from tests.crawler.fetching.crawl import SETTINGS, PlanSpider

    crawler = AsyncCrawlerRunner({**SETTINGS, "REPLAY_AT": at}).create_crawler(PlanSpider)
    replay_from(crawler, collection)
    with pytest.raises(ValueError, match=r"isoformat|offset"):
        ReplayHandler.from_crawler(crawler)
