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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from archive import ArchiveError, Collection, CollectionLocked
from archive.collection import holding
from archive.writer import warc_date
from crawler import registry
from crawler.children import Children, Limits
from crawler.clock import now
from crawler.diary import Diary, Entry, State
from crawler.health import hear, look_after
from crawler.schedule import Schedule, plan
from crawler.telling import Post

TICK = 0.2
"""Seconds between looks at the children and at what is due."""

LOOK = 20.0
"""Seconds between looks at the jobs, which others may have changed."""

WATCH = 3600.0
"""Seconds between looks whether all is well; a site is looked at after each of its runs, too."""

STEP = 2.0
"""Seconds by which a clock is off that was set, or after a sleep: then it is looked at once."""

REST = 1.0
"""Seconds until what the disk has refused is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A look at the jobs: when that was, by the clock on the wall and by one that nobody sets."""

    next_at: datetime | None
    wall: datetime = field(default_factory=now)
    steady: float = field(default_factory=time.monotonic)

    def is_over(self) -> bool:
        """Whether another is due: a night has come, the clock was set, or some time has passed."""
        passed, wall = time.monotonic() - self.steady, now()
        is_set = abs((wall - self.wall).total_seconds() - passed) > STEP
        return is_set or passed >= LOOK or (self.next_at is not None and wall >= self.next_at)


class ServiceThere(CollectionLocked):
    """Another service sees to the collection."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "its schedule")
        self.args = (f"another service sees to {path}; stop that, or choose --collection",)


class Service:
    """Sees to one collection, as the only one that does. `say` is told what happens, in words."""

    def __init__(
        self, collection: Collection, limits: Limits, say: Callable[[str], None] = print
    ) -> None:
        self._collection, self._say = collection, say
        self._children = Children(collection, limits, say)
        self._post = Post(collection, say)
        self._stopping = threading.Event()
        self._looked: _Look | None = None
        self._watched: float | None = None
        self._known, self._troubles = set[str](), set[str]()
        self._broken = ""

    def stop(self) -> None:
        """Begin nothing more; end what runs in good order, then return from `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Returns when it was stopped and the last child has ended.

        Raises ServiceThere.
        """
        home = self._collection
        alone = holding(FileLock(home.path / "schedule.lock"), ServiceThere(home.path))
        with alone, Diary.of(home) as diary, Schedule.of(home) as schedule:
            try:
                while self._children or not self._stopping.is_set():
                    self._turn(diary, schedule)
                    time.sleep(REST if self._troubles else TICK)
            finally:
                self._post.stop()

    def _turn(self, diary: Diary, schedule: Schedule) -> None:
        """Limits first, whatever the disk refuses; what has ended is noted before it is looked for
        what to repeat, and judged after: who watches must have heard of us since a sleep.
        """
        self._known, self._troubles = self._troubles, set()
        ended = list[str]()
        if self._stopping.is_set():
            self._children.tell_all("the service was stopped")
            diary.hurry()
        for site in self._children.under_way():
            with self._patient():
                self._children.limit(site, diary)
        for site in self._children.over():
            with self._patient():
                self._children.note_end(site, diary)
                ended.append(site)
        if not self._stopping.is_set():
            with self._patient():
                self._look(diary, schedule)
            with self._patient():
                self._begin_due(diary)
        for site in ended:
            with self._patient():
                look_after(self._collection, site, self._say, schedule.jobs())

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """A full disk, a damaged file, or who keeps a database for too long, costs a step, which is
        tried again at the next turn; it is told once.
        """
        try:
            yield
        except (ArchiveError, OSError) as error:
            if str(error) not in self._known | self._troubles:
                self._say(f"trying again: {error}")
            self._troubles.add(str(error))

    def _look(self, diary: Diary, schedule: Schedule) -> None:
        """Plan what has become due, and once more what was cut short. What keeps us from that is
        for people to know of.
        """
        if self._looked is None or self._looked.is_over():
            self._look_at_sites()
            try:
                diary.settle(self._collection, warc_date(now()))
                diary.once_more(warc_date(now()))
                schedule.correct()
                self._looked = _Look(next_at=plan(diary, schedule.jobs()))
                self._be_heard()
            finally:
                self._watch(schedule)
                self._post.see_to()

    def _look_at_sites(self) -> None:
        """What somebody's file of a site raises is said once, and the sites are those of before."""
        words = ""
        try:
            registry.look_again()
        except Exception as error:
            words = f"the sites are not looked at again: {error}"
        if words not in ("", self._broken):
            self._say(words)
        self._broken = words

    def _be_heard(self) -> None:
        with suppress(ArchiveError):  # then it is not heard of, and rightly so
            hear(self._collection)

    def _watch(self, schedule: Schedule) -> None:
        """Look, now and then, whether all is well."""
        if self._watched is None or time.monotonic() - self._watched >= WATCH:
            self._watched, jobs = time.monotonic(), None
            with suppress(ArchiveError):  # who looks finds the same, and says so
                jobs = schedule.jobs()
            look_after(self._collection, None, self._say, jobs)

    def _begin_due(self, diary: Diary) -> None:
        for entry in diary.due(warc_date(now())):
            if under_way := self._children.run_of(entry.site):
                self._skip(diary, entry, under_way)
            elif self._children.may_begin(entry):
                self._children.begin(entry)

    def _skip(self, diary: Diary, entry: Entry, other: Entry) -> None:
        """Unless the other run of the site is over, and only its program is not: it can be waited
        for.
        """
        living = diary.entry(other.number or 0)
        if living and living.state == State.RUNNING and entry.number != other.number:
            why = f"run {other.number} of it is under way"
            diary.skip(entry.site, warc_date(now()), why, entry.number)
            self._say(f"{entry.site}: run {entry.number} is skipped: {why}")
