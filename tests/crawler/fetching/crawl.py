"""One crawl over a list of requests, and what came of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import scrapy
from scrapy.http import Response

from archive.exchange import Exchange, Tls
from archive.times import utc_now
from crawler.fetching.capture import Recording, record_to
from crawler.fetching.replay import replay_from

CAPTURE = "crawler.fetching.capture.CaptureHandler"
REPLAY = "crawler.fetching.replay.ReplayHandler"

SETTINGS: dict[str, Any] = {
    "AUTOTHROTTLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "CONCURRENT_REQUESTS": 8,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 30,
    "HTTPERROR_ALLOW_ALL": True,
    "LOG_ENABLED": False,
    "NAMED_HOSTS": ["127.0.0.1", "localhost"],
    "RETRY_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "TELNETCONSOLE_ENABLED": False,
}


@dataclass(frozen=True)
class Plan:
    """A request to make. `name` is the key under which its outcome is told."""

    name: str
    url: str
    method: str = "GET"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """An Exchange with its streams read."""

    target_uri: str
    request: bytes | None
    response: bytes | None
    exchange: Exchange

    @property
    def tls(self) -> Tls | None:
        return self.exchange.tls

    @property
    def truncated(self) -> str | None:
        return self.exchange.truncated

    @property
    def error(self) -> str:
        return self.exchange.error or ""


@dataclass
class Fetched:
    """What reached the spider: a response or an error."""

    response: Response | None = None
    error: BaseException | None = None


class Crawled(dict[str, Fetched]):
    """What came of each plan, by its name, and why the crawl ended."""

    finish_reason: str = ""


class Listening(Recording):
    """A recording that keeps every exchange in memory."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def record(self, exchange: Exchange) -> None:
        request, response = _all(exchange.request), _all(exchange.response)
        self.heard.append(Heard(exchange.target_uri, request, response, exchange))

    def of(self, url: str) -> list[Heard]:
        return [heard for heard in self.heard if heard.target_uri == url]

    def only(self, url: str) -> Heard:
        [heard] = self.of(url)
        return heard


def _all(stream: Any) -> bytes | None:
    if stream is None:
        return None
    stream.seek(0)
    data: bytes = stream.read()
    return data


class PlanSpider(scrapy.Spider):
    name = "plan"

    def __init__(self, plans: list[Plan], fetched: Crawled, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plans, self.fetched = plans, fetched

    async def start(self) -> AsyncIterator[Any]:
        for plan in self.plans:
            yield scrapy.Request(
                plan.url,
                method=plan.method,
                body=plan.body,
                headers=plan.headers,
                meta=dict(plan.meta),
                callback=self.parse,
                errback=self.failed,
                cb_kwargs={"name": plan.name},
                dont_filter=True,
            )

    def parse(self, response: Response, **kwargs: Any) -> None:
        self.fetched[kwargs["name"]] = Fetched(response=response)

    def failed(self, failure: Any) -> None:
        self.fetched[failure.request.cb_kwargs["name"]] = Fetched(error=failure.value)


async def crawl(
    runner: Any,
    plans: list[Plan],
    recording: Any,
    replay: Any,
    settings: dict[str, Any],
    clock: Callable[[], datetime] = utc_now,
) -> Crawled:
    """Make all requests at once with `runner(settings)`; a `replay` collection means a replay."""
    handler = CAPTURE if replay is None else REPLAY
    handlers = {"DOWNLOAD_HANDLERS": {"http": handler, "https": handler}}
    started = runner({**SETTINGS, **handlers, **settings})
    crawler = started.create_crawler(PlanSpider)
    if replay is None:
        record_to(crawler, recording, clock=clock)
    else:
        replay_from(crawler, replay)
    crawled = Crawled()
    await started.crawl(crawler, plans, crawled)
    crawled.finish_reason = crawler.stats.get_value("finish_reason")
    return crawled
