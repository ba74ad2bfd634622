"""The service that sees to the schedule of a collection: it plans nights, and has them crawled.

Each run is a child program, which takes the lock of its site and notes its own beginning and end
in the diary; the service begins what is due, ends what takes too long or too much memory, and notes
what is gone without a word. It may be killed at any moment: its children end in good order, and its
successor goes on by the diary.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout

from archive import Collection, CollectionLocked
from archive.writer import warc_date
from crawler.children import Children, Limits, once_more
from crawler.diary import Diary
from crawler.schedule import now, plan, timers

TICK = 0.2
"""Seconds between looks at the children and at what is due."""

LOOK = 20.0
"""Seconds between looks at the jobs and the clock, which others may have changed."""


class Service:
    """Sees to one collection, as the only one that does. `say` is told what happens, in words."""

    def __init__(
        self, collection: Collection, limits: Limits, say: Callable[[str], None] = print
    ) -> None:
        self._collection, self._say = collection, say
        self._children = Children(collection, limits, say)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin nothing more; end what runs in good order, then return from `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Returns when it was stopped and the last child has ended.

        Raises CollectionLocked when another service sees to the collection.
        """
        with self._alone(), Diary.of(self._collection) as diary:
            for dead in diary.settle(self._collection, warc_date(now())):
                once_more(diary, dead)
            clock = timers(self._collection)
            clock.start()
            try:
                self._see_to_all(diary, clock)
            finally:
                clock.shutdown()

    def _see_to_all(self, diary: Diary, clock: BackgroundScheduler) -> None:
        looked = -LOOK
        while self._children or not self._stopping.is_set():
            if self._stopping.is_set():
                self._children.tell_all("the service was stopped")
            else:
                if time.monotonic() - looked >= LOOK:
                    looked = time.monotonic()
                    _look_at_jobs(clock)
                self._begin_due(diary)
            self._children.see_to(diary)
            time.sleep(TICK)

    def _begin_due(self, diary: Diary) -> None:
        at = warc_date(now())
        for entry in diary.due(at):
            under_way = self._children.run_of(entry.site)
            if under_way and under_way.number != entry.number:
                why = f"run {under_way.number} of it is under way"
                diary.skip(entry.site, at, why, entry.number)
                self._say(f"{entry.site}: run {entry.number} is skipped: {why}")
            elif under_way is None and self._children.may_be_more:
                self._children.begin(entry)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self._collection.path / "schedule.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise CollectionLocked(self._collection.path, "its schedule") from error
        try:
            yield
        finally:
            lock.release()


def _look_at_jobs(clock: BackgroundScheduler) -> None:
    """Plan what is due, also where a clock that was set back left a time far in the future."""
    clock.wakeup()
    for timer in clock.get_jobs():
        if timer.next_run_time is None:
            continue
        plan(**timer.kwargs)
        expected = timer.trigger.get_next_fire_time(None, now())
        if expected and timer.next_run_time > expected:
            timer.modify(next_run_time=expected)
