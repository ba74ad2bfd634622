"""How a crawl ends before its time: in good order, and by a deadline where it has one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from crawler.fetching.turns import NotAsked


class CutOff(NotAsked):
    """The crawl had to end, and the answer had not come. The next run asks again."""

    def __init__(self) -> None:
        super().__init__("the run ended before the answer had come")


@dataclass(slots=True)
class _UnderWay:
    deadline: float | None = None
    timeouts: set[asyncio.Timeout] = field(default_factory=set)


_stopping: WeakKeyDictionary[Crawler, asyncio.Task[None]] = WeakKeyDictionary()
_under_way: WeakKeyDictionary[Crawler, _UnderWay] = WeakKeyDictionary()


def stop(crawler: Crawler, reason: str) -> None:
    """End a crawl in good order, from wherever it is: what is under way is waited for."""
    if crawler not in _stopping:
        closing_down = crawler.engine.close_spider_async(reason=reason)
        _stopping[crawler] = asyncio.ensure_future(closing_down)


def is_running(crawler: Crawler) -> bool:
    """Whether the crawl has begun, and its engine was not stopped yet."""
    engine = _engine_of(crawler)
    return engine is not None and engine.running


def is_ending(crawler: Crawler) -> bool:
    """Whether the crawl is being ended, by `stop` or by Scrapy: nothing more should be sent."""
    engine = _engine_of(crawler)
    return crawler in _stopping or (engine is not None and not engine.running)


def _engine_of(crawler: Crawler) -> ExecutionEngine | None:
    try:
        return crawler.engine
    except RuntimeError:  # it has none yet
        return None


def cut_off_at(crawler: Crawler, deadline: float) -> None:
    """Whatever is `under_way` then, or begins later, ends as CutOff. By the clock of the loop."""
    mine = _under_way.setdefault(crawler, _UnderWay())
    mine.deadline = deadline
    for timeout in mine.timeouts:
        timeout.reschedule(deadline)


@asynccontextmanager
async def under_way(crawler: Crawler) -> AsyncIterator[None]:
    """What is awaited here may take until the deadline of the crawl. Raises CutOff."""
    mine = _under_way.setdefault(crawler, _UnderWay())
    timeout = asyncio.timeout_at(mine.deadline)
    try:
        async with timeout:
            mine.timeouts.add(timeout)
            try:
                yield
            finally:
                mine.timeouts.discard(timeout)
    except TimeoutError as error:
        if timeout.expired():
            raise CutOff from error
        raise
