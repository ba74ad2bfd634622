"""What signals ask of a crawl: SIGINT (Ctrl-C), SIGTERM and SIGHUP (its terminal was closed) to end
in good order, SIGINT once more to end at once.

In good order: nothing more is sent, what is under way has ENDING_SECONDS (a setting), every run
is judged and written down. A crawl that is still there CLOSING_SECONDS later hangs in something
that is not ours (a disk, a name server), and ends at once: as after a kill -9, nothing that was
reported is lost, and the next run goes on.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.fetching.ending import cut_off_at, is_ending, is_running, stop
from crawler.orphans import is_orphan
from crawler.outcome import ENDED_AT_ONCE
from crawler.session import session_of

CLOSING_SECONDS = 12.0
"""After ENDING_SECONDS: with these a crawl of many sites is gone within half a minute."""

LOOK = 0.05
"""Seconds between looks at a crawl that must begin before it can end."""


class Ending:
    """Takes the signals from `__enter__` to `__exit__`; in the main thread, before the loop runs.
    Who has SIGHUP ignored (nohup) wants the crawl to outlive the terminal: it stays so.

    `crawls` are the crawlers and their tasks; what is under way in them has `seconds`. `last_word`
    is called before the program ends at once, within a signal handler: nothing may hold it up.
    """

    def __init__(
        self,
        crawls: Mapping[Crawler, asyncio.Task[None]],
        seconds: float,
        last_word: Callable[[], None],
    ) -> None:
        self._crawls, self._seconds, self._last_word = crawls, seconds, last_word
        self._loop = asyncio.get_event_loop()
        self._ends = set[asyncio.Task[None]]()  # a loop holds its tasks weakly
        self.by: signal.Signals | None = None
        """The signal that came first."""

    def __enter__(self) -> Self:
        taken = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM}
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            taken.remove(signal.SIGHUP)
        self._before: dict[signal.Signals, Any] = {
            each: signal.signal(each, self._heard) for each in taken
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGALRM or (number == signal.SIGINT and self.by):
            try:
                self._last_word()
            finally:
                os._exit(ENDED_AT_ONCE)
        if self.by is None:
            self.by = signal.Signals(number)
            signal.setitimer(signal.ITIMER_REAL, self._seconds + CLOSING_SECONDS)
            self._loop.call_soon_threadsafe(self._end, _why(self.by))

    def _end(self, why: str) -> None:
        deadline = self._loop.time() + self._seconds
        for crawler, task in self._crawls.items():
            cut_off_at(crawler, deadline)
            self._ends.add(self._loop.create_task(_end_in_order(crawler, task, why)))


async def _end_in_order(crawler: Crawler, task: asyncio.Task[None], why: str) -> None:
    """A crawl that has not begun cannot be stopped: it is waited for."""
    while not (task.done() or is_running(crawler)):
        await asyncio.sleep(LOOK)
    if is_running(crawler) and not is_ending(crawler):
        session = session_of(crawler)
        session.why, session.is_cut_short = session.why or why, True
        stop(crawler, "shutdown")


def _why(by: signal.Signals) -> str:
    """A signal as people know it, or what it stands for."""
    if by == signal.SIGTERM and is_orphan():
        return "ended because the service is gone"
    return f"ended by {'Ctrl-C' if by == signal.SIGINT else by.name}"
