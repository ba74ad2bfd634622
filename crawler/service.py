"""The service that sees to the schedule of a collection: it plans nights, and has them crawled.

Each run is a child program, which takes the lock of its site and notes its own beginning and end
in the diary; the service begins what is due, ends what takes too long or too much memory, and notes
what is gone without a word. It may be killed at any moment: its children end in good order, and its
successor goes on by the diary.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from filelock import FileLock, Timeout

from archive import Collection, CollectionLocked
from archive.writer import warc_date
from crawler.diary import Diary, Entry, Planned, printed
from crawler.orphans import PARENT_VARIABLE
from crawler.outcome import Outcome
from crawler.schedule import AGAIN, now, plan, timers

TICK = 0.2
"""Seconds between looks at the children and at what is due."""

LOOK = 20.0
"""Seconds between looks at the jobs and the clock, which others may have changed."""

IN_ORDER = 25.0
"""Seconds that a child is given to end in good order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one run: `hours` by the clock on the wall, `memory` in bytes; and how many run at once."""

    hours: float = 21.0
    memory: int = 2_000_000_000
    at_once: int = 4


@dataclass(slots=True)
class _Child:
    entry: Entry
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)
    told_at: float | None = None
    why: str = ""

    def tell(self, why: str) -> None:
        """End in good order; after some time, end at once."""
        if self.told_at is None:
            self.told_at, self.why = time.monotonic(), why
            self.process.terminate()
        elif time.monotonic() - self.told_at > IN_ORDER:
            self.process.kill()


class Service:
    """Sees to one collection, as the only one that does. `say` is told what happens, in words."""

    def __init__(
        self, collection: Collection, limits: Limits, say: Callable[[str], None] = print
    ) -> None:
        self._collection, self._limits, self._say = collection, limits, say
        self._children = dict[str, _Child]()
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
                _once_more(diary, dead)
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
                for child in self._children.values():
                    child.tell("the service was stopped")
            else:
                if time.monotonic() - looked >= LOOK:
                    looked = time.monotonic()
                    _look_at_jobs(clock)
                self._begin_due(diary)
            self._see_to_children(diary)
            time.sleep(TICK)

    def _begin_due(self, diary: Diary) -> None:
        at = warc_date(now())
        for entry in diary.due(at):
            child = self._children.get(entry.site)
            if child and child.entry.number != entry.number:
                why = f"run {child.entry.number} of it is under way"
                diary.skip(entry.site, at, why, entry.number)
                self._say(f"{entry.site}: run {entry.number} is skipped: {why}")
            elif child is None and len(self._children) < self._limits.at_once:
                self._begin(entry)

    def _begin(self, entry: Entry) -> None:
        told = {"TINHUY_RUN": str(entry.number), PARENT_VARIABLE: str(os.getpid())}
        where = f"--collection={self._collection.path.resolve()}"
        log = printed(self._collection, entry.number or 0)
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "crawler.cli", "crawl", entry.site, where],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | told,
                start_new_session=True,  # Ctrl-C is for the service, which tells its children
            )
        self._children[entry.site] = _Child(entry, process)
        self._say(f"{entry.site}: run {entry.number} begins")

    def _see_to_children(self, diary: Diary) -> None:
        for site, child in list(self._children.items()):
            code = child.process.poll()
            if code is None:
                self._see_to(child)
                continue
            del self._children[site]
            ended = self._note_end(diary, child, code)
            said = "; ".join(filter(None, (ended.outcome or ended.state, ended.reason)))
            self._say(f"{site}: run {ended.number}: {said}")

    def _note_end(self, diary: Diary, child: _Child, code: int) -> Entry:
        """What a run said of itself, or what is to be said of one that could not."""
        number = child.entry.number or 0
        was_killed = diary.bury(number, warc_date(now()), _in_words(code)) and code < 0
        ended = diary.entry(number) or child.entry
        if child.why and ended.outcome != Outcome.OK:
            diary.remark(number, child.why)
        elif was_killed:
            _once_more(diary, child.entry)
        return diary.entry(number) or ended

    def _see_to(self, child: _Child) -> None:
        limits = self._limits
        if time.monotonic() - child.since > limits.hours * 3600:
            child.tell(f"it took more than {limits.hours:g} hours")
        elif _resident(child.process.pid) > limits.memory:
            child.tell(f"it took more than {limits.memory / 1e6:.0f} MB of memory")
        elif child.why:
            child.tell(child.why)

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


def _once_more(diary: Diary, entry: Entry) -> None:
    """What was planned and then killed is planned again, and if that is killed too no more."""
    if entry.job and entry.job != AGAIN:
        at = warc_date(now())
        diary.plan(AGAIN, [Planned(at, entry.site, at)])


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


def _resident(pid: int) -> int:
    """Bytes of memory that a process has; 0 if it is gone, or the system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * resource.getpagesize()


def _in_words(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with {code}, without a word"
