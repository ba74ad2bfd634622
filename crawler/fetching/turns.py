"""Whose turn it is: every request to a host, of whatever crawler, stands in one queue.

Scrapy paces the slots of each crawler by itself. Two sites on one host, a redirect or a requisite
of a third one would ask it twice as fast, and at the same time: here they wait for each other. The
queue stands inside the download handler, so nothing that is sent passes it by: robots.txt,
redirects, retries and requisites are fetches like others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from weakref import WeakKeyDictionary

from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.fetching.guard import host_and_port
from crawler.politeness import Hours, Pace, retry_after

LOOK_UP = 0.5
"""Seconds after which whoever waits looks whether its crawl is ending."""

_STRAIN = (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
_TELLS_TO_WAIT = (429, 503)


class NotAsked(IgnoreRequest):
    """It was not sent, or was cut off, and nothing speaks against sending it in another run."""


class HostClosed(NotAsked):
    """The host has asked for more time than this run has. Nothing is sent to it any more."""

    def __init__(self, host: str, why: str) -> None:
        self.host, self.why = host, why
        super().__init__(f"{host} is not asked again in this run: {why}")


class OutOfHours(NotAsked):
    """It is not the time of day at which the site may be crawled."""

    def __init__(self, hours: Hours) -> None:
        self.hours = hours
        super().__init__(f"the site is crawled from {hours}, Vietnam's time, only")


class CrawlEnds(NotAsked):
    """The crawl ended while the request waited for its turn."""

    def __init__(self) -> None:
        super().__init__("the run ended before it was asked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a crawler asks. `clock` gives aware times; `is_ending` whether it is over."""

    delay: float
    places: int
    patience: float
    hours: Hours | None
    clock: Callable[[], datetime]
    is_ending: Callable[[], bool]

    @classmethod
    def of(
        cls,
        settings: BaseSettings,
        clock: Callable[[], datetime],
        is_ending: Callable[[], bool],
    ) -> Terms:
        """Raises ValueError for CRAWL_HOURS that are none."""
        return cls(
            delay=settings.getfloat("HOST_DELAY"),
            places=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
            patience=settings.getfloat("PATIENCE"),
            hours=Hours.of(settings.get("CRAWL_HOURS") or ""),
            clock=clock,
            is_ending=is_ending,
        )


class Turn:
    """One request's turn, to be told when it was sent (of `time.monotonic`) and what came of it."""

    def __init__(self, pace: Pace, clock: Callable[[], datetime]) -> None:
        self._pace, self._clock = pace, clock
        self._sent_at = monotonic()
        pace.asked(self._sent_at)

    def sent(self, at: float) -> None:
        """The delay counts from here, not from before a connection was made."""
        self._sent_at = at
        self._pace.asked(at)

    def answered(self, response: Response) -> None:
        """The host has answered: an error of its own is a sign that it suffers."""
        if response.status >= 500 or response.status in _TELLS_TO_WAIT:
            self._pace.failed()
        else:
            self._pace.answered(self._sent_at, monotonic())
        told = response.headers.get("Retry-After") if response.status in _TELLS_TO_WAIT else None
        if told and (seconds := retry_after(told.decode("latin-1"), self._clock())):
            self._pace.wait(seconds, monotonic())


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    pace: Pace


@dataclass(slots=True)
class Turns:
    """The queues of all hosts that the crawlers of one event loop ask."""

    _crawlers: int = 0
    _hosts: dict[str, _Host] = field(default_factory=dict)

    @classmethod
    def of_this_loop(cls) -> Turns:
        return _turns.setdefault(asyncio.get_running_loop(), cls())

    def join(self) -> None:
        """A crawler begins to ask. The last one to leave takes all that is known of hosts along."""
        self._crawlers += 1

    def leave(self) -> None:
        self._crawlers -= 1
        if not self._crawlers:
            self._hosts.clear()

    def keep(self, url: str, terms: Terms, delay: float) -> None:
        """Ask the host of this URL no faster than `delay` from now on."""
        self._host(url, terms).pace.keep(delay)

    def _host(self, url: str, terms: Terms) -> _Host:
        """The host of a URL, whatever the port: that is one machine."""
        name = host_and_port(url)[0]
        if name not in self._hosts:
            self._hosts[name] = _Host(asyncio.Semaphore(terms.places), Pace(terms.patience))
        host = self._hosts[name]
        host.pace.keep(terms.delay)
        return host

    @asynccontextmanager
    async def turn(self, url: str, terms: Terms) -> AsyncIterator[Turn]:
        """Wait until this URL may be asked for. Raises NotAsked; failures of the body are noted."""
        host = self._host(url, terms)
        async with host.places:
            await _until_due(url, host.pace, terms)
            turn = Turn(host.pace, terms.clock)
            try:
                yield turn
            except _STRAIN:
                host.pace.failed()
                raise


async def _until_due(url: str, pace: Pace, terms: Terms) -> None:
    while True:
        _check(url, pace, terms)
        if (seconds := pace.due_in(monotonic())) <= 0:
            return
        await asyncio.sleep(min(seconds, LOOK_UP))


def _check(url: str, pace: Pace, terms: Terms) -> None:
    if pace.closed:
        raise HostClosed(host_and_port(url)[0], pace.closed)
    if terms.hours and terms.clock() not in terms.hours:
        raise OutOfHours(terms.hours)
    if terms.is_ending():
        raise CrawlEnds


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()
