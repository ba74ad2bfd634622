"""The runs that the service has begun: child programs within limits, each a row of the diary."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive import Collection
from archive.writer import warc_date
from crawler import settings
from crawler.clock import now
from crawler.diary import GONE, Diary, Entry, State
from crawler.ending import CLOSING_SECONDS
from crawler.orphans import PARENT_VARIABLE
from crawler.outcome import Outcome
from crawler.printed import cut, last_line, make_room, printed

IN_ORDER = settings.ENDING_SECONDS + CLOSING_SECONDS + 1
"""Seconds that a child is given to end in good order: it ends itself at once a second before."""


PAUSES = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, *[1200.0] * 5)
"""Seconds until a program is begun again that ended before its run had begun (by a broken
configuration, a full disk, a kill): who mends it within two hours has lost nothing.
"""

TIDY = 3600.0
"""Seconds between looks at how much all runs have printed: each is a look at every file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one run: `hours` by a clock that nobody sets (it stands still while the machine sleeps),
    `memory` in bytes; and how many run at once.
    """

    hours: float = settings.RUN_HOURS
    memory: int = settings.RUN_MEMORY * 1_000_000
    at_once: int = settings.RUNS_AT_ONCE


@dataclass(slots=True)
class _Child:
    entry: Entry
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)
    told_at: float | None = None
    why: str = ""
    is_limited: bool = False

    @property
    def number(self) -> int:
        return self.entry.number or 0

    def tell(self, why: str) -> None:
        """End in good order; after some time, end at once."""
        if self.told_at is None:
            self.told_at, self.why = time.monotonic(), why
            self.process.terminate()
        elif time.monotonic() - self.told_at > IN_ORDER:
            self.process.kill()

    def limit(self, diary: Diary, why: str) -> None:
        """The same, for what would go too far once more: that is noted before it can say how it
        ended, or be found dead. It is told so whether or not the disk takes the note.
        """
        self.is_limited = True
        try:
            diary.limit(self.number)
        finally:
            self.tell(why)


class Children:
    """Runs of a collection that are under way, one of a site at most. `say` is told of each."""

    def __init__(self, collection: Collection, limits: Limits, say: Callable[[str], None]) -> None:
        self._collection, self._limits, self._say = collection, limits, say
        self._of_site = dict[str, _Child]()
        self._are_last = False
        self._tidied: float | None = None
        self._put_off = dict[int, tuple[int, float]]()
        """By number, what could not begin: how often, and until when it waits."""

    def __len__(self) -> int:
        return len(self._of_site)

    def run_of(self, site: str) -> Entry | None:
        """The run of a site that is under way."""
        child = self._of_site.get(site)
        return child.entry if child else None

    def may_begin(self, entry: Entry) -> bool:
        """Whether one more may run at the same time, and this one need not wait any longer."""
        _, until = self._put_off.get(entry.number or 0, (0, 0.0))
        return len(self) < self._limits.at_once and time.monotonic() >= until

    def tell_all(self, why: str) -> None:
        """Have all end in good order; they are the last."""
        self._are_last = True
        for child in self._of_site.values():
            child.tell(why)

    def begin(self, entry: Entry) -> None:
        """A run that was planned begins, in a program of its own."""
        told = {"TINHUY_RUN": str(entry.number), PARENT_VARIABLE: str(os.getpid())}
        inherited = {name: value for name, value in os.environ.items() if name != "TINHUY_TELL"}
        where = f"--collection={self._collection.path.resolve()}"
        log = printed(self._collection, entry.number or 0)
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "crawler.cli", "crawl", entry.site, where],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=inherited | told,  # no password in what fetches pages
                start_new_session=True,  # Ctrl-C is for the service, which tells its children
            )
        self._of_site[entry.site] = _Child(entry, process)
        self._say(f"{entry.site}: run {entry.number} begins")

    def under_way(self) -> list[str]:
        """The sites of those whose programs have not ended."""
        return [site for site, child in self._of_site.items() if child.process.poll() is None]

    def over(self) -> list[str]:
        """The sites of those whose programs have ended, until that is noted."""
        return [site for site, child in self._of_site.items() if child.process.poll() is not None]

    def limit(self, site: str, diary: Diary) -> None:
        """End the run of a site if it goes beyond its limits, also when this raises: then only the
        diary has not taken the note.
        """
        child, limits = self._of_site[site], self._limits
        if child.why:
            child.tell(child.why)
        elif time.monotonic() - child.since > limits.hours * 3600:
            child.limit(diary, f"it took more than {limits.hours:g} hours")
        elif _resident(child.process.pid) > limits.memory:
            child.limit(diary, f"it took more than {limits.memory / 1e6:.0f} MB of memory")
        cut(printed(self._collection, child.number))

    def note_end(self, site: str, diary: Diary) -> None:
        """Note that the program of a run has ended."""
        child = self._of_site[site]
        if self._are_last:  # who comes after notes what the disk does not take now
            del self._of_site[site]
        if said := self._why_put_off(diary, child):
            said = f"could not begin, and waits: {said}"
        else:
            ended = self._note_end(diary, child)
            said = "; ".join(filter(None, (ended.outcome or ended.state, ended.reason)))
        self._of_site.pop(site, None)
        self._say(f"{site}: run {child.entry.number}: {said}")
        self._tidy(child)

    def _why_put_off(self, diary: Diary, child: _Child) -> str:
        """The last words of what could not begin and is to be begun again later; "" for others."""
        entry = diary.entry(child.number)
        tries, _ = self._put_off.pop(child.number, (0, 0.0))
        has_begun = entry is None or entry.state != State.PLANNED
        is_hindered = child.process.returncode != 0 and not child.is_limited
        if has_begun or not is_hindered or tries >= len(PAUSES):
            return ""
        self._put_off[child.number] = tries + 1, time.monotonic() + PAUSES[tries]
        return self._last_words(child)

    def _last_words(self, child: _Child) -> str:
        code = child.process.returncode
        if code < 0:
            return f"ended by signal {-code}" if child.why else f"{GONE}: signal {-code}"
        said = last_line(printed(self._collection, child.number))
        return f"ended with {code}: {said or 'without a word'}"

    def _note_end(self, diary: Diary, child: _Child) -> Entry:
        """What a run said of itself, or what is to be said of one that could not."""
        number = child.number
        is_cut = child.process.returncode < 0 or child.why != ""
        if child.is_limited:  # once more, if the disk had not taken it
            diary.limit(number)
        words = self._last_words(child)
        diary.bury(number, child.process.pid, warc_date(now()), words, cut_short=is_cut)
        ended = diary.entry(number) or child.entry
        if child.why and ended.outcome != Outcome.OK and child.why not in ended.reason:
            diary.remark(number, child.why)
        return diary.entry(number) or ended

    def _tidy(self, child: _Child) -> None:
        """What a run has printed is cut a last time, and now and then that of the oldest goes."""
        cut(printed(self._collection, child.number))
        if self._tidied is None or time.monotonic() - self._tidied >= TIDY:
            self._tidied = time.monotonic()
            under_way = {other.number for other in self._of_site.values()}
            make_room(self._collection, settings.PRINTED_BYTES, under_way)


def _resident(pid: int) -> int:
    """Bytes of memory that a process has; 0 if it is gone, or the system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * resource.getpagesize()
