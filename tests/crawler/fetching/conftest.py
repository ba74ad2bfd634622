"""Scrapy for real, inside the tests: one reactor in a thread, any number of crawls in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import trustme
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from crawler.fetching.guard import literal_address
from tests.crawler.fetching.crawl import Crawled, Listening, Plan, crawl

Run = Callable[..., Crawled]
InReactor = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[trustme.CA]:
    """A certificate authority that this test session trusts."""
    from crawler.fetching import wiretap

    ca = trustme.CA()
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        wiretap.trust.cache_clear()
        yield ca
    wiretap.trust.cache_clear()


@pytest.fixture(scope="session")
def in_reactor() -> Iterator[InReactor]:
    """Run a coroutine in the session's reactor and wait for its result."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    running: Any = reactor
    started = threading.Event()
    running.callWhenRunning(started.set)
    thread = threading.Thread(target=running.run, kwargs={"installSignalHandlers": False})
    thread.start()
    assert started.wait(10)

    def wait_for(coroutine: Coroutine[Any, Any, Any]) -> Any:
        outcome: Future[Any] = Future()

        async def work() -> None:
            try:
                outcome.set_result(await coroutine)
            except BaseException as error:
                outcome.set_exception(error)

        running.callFromThread(lambda: outcome.__setattr__("task", asyncio.ensure_future(work())))
        return outcome.result(timeout=120)

    yield wait_for
    running.callFromThread(running.stop)
    thread.join(10)


@pytest.fixture
def run(in_reactor: InReactor) -> Run:
    """`run(plans, **settings)`: crawl them all at once; what became of each, by its name."""

    def go(
        plans: list[Plan], *, recording: Any = None, replay: Any = None, **settings: Any
    ) -> Crawled:
        recording = recording or Listening()
        crawled: Crawled = in_reactor(crawl(AsyncCrawlerRunner, plans, recording, replay, settings))
        return crawled

    return go


@pytest.fixture
def names(in_reactor: InReactor, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """Names and the addresses they resolve to, one after another; the last one stays."""
    from twisted.internet import reactor
    from twisted.internet.address import IPv4Address, IPv6Address

    table: dict[str, list[str]] = {}

    class Below:
        def resolveHostName(self, receiver: Any, hostName: str, portNumber: int, *_: Any) -> Any:
            receiver.resolutionBegan(self)
            literal = literal_address(hostName)
            addresses = [str(literal)] if literal else table.get(hostName, [])
            for address in addresses[:1]:
                kind = IPv6Address if ":" in address else IPv4Address
                receiver.addressResolved(kind("TCP", address, portNumber))
            if len(addresses) > 1:
                addresses.pop(0)
            receiver.resolutionComplete()
            return self

    async def swap(resolver: Any) -> Any:
        return reactor.installNameResolver(resolver)

    before = in_reactor(swap(Below()))
    yield table
    in_reactor(swap(before))
