"""What tests of the schedule share: a collection with sites of its own, and its service."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive import Collection
from archive.writer import warc_date
from crawler.diary import BY_HAND, Diary, Entry, Planned, State
from tests.practice import PracticeWeb, Quirks

PLATFORMS = {"chodon": "tagdiv", "travinh": "aspnet_portal"}
PATIENCE = 60.0


class Nights:
    """A collection with a schedule, and two practice sites of its own on loopback."""

    def __init__(self, web: PracticeWeb, path: Path) -> None:
        self.web, self.home = web, Collection.create(path)
        self.where = f"--collection={path}"

    def runs(self) -> list[Entry]:
        """What the diary tells, the oldest first."""
        with Diary.as_it_is(self.home) as diary:
            return list(diary.entries())[::-1]

    def states(self) -> list[tuple[str, str]]:
        return [(run.site, run.state) for run in self.runs()]

    def now(self, *sites: str) -> None:
        """Have the service crawl sites, as `tinhuy schedule now` does."""
        at = warc_date(datetime.now(UTC))
        with Diary.of(self.home) as diary:
            diary.plan(BY_HAND, [Planned(at, site, at) for site in sites])

    @contextmanager
    def served(self, *options: str, days: float = 0) -> Iterator[subprocess.Popen[str]]:
        """The service runs; at the end it is told to stop, if it has not ended."""
        program = ["tests.later", str(days)] if days else ["crawler.cli"]
        command = [sys.executable, "-m", *program, "schedule", "run", self.where, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
            try:
                yield service
            finally:
                service.terminate()
                service.wait(timeout=30)

    @contextmanager
    def slowed_down(self, **seconds: float) -> Iterator[None]:
        """Practice sites take so long for each answer."""
        self.web.quirks.update({name: Quirks(delay=each) for name, each in seconds.items()})
        try:
            yield
        finally:
            self.web.quirks.update(dict.fromkeys(seconds, Quirks()))

    def until(self, holds: Callable[[], Any]) -> None:
        """Wait for something to hold."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, self.runs()
            time.sleep(0.05)


def is_over(here: Nights, *numbers: int) -> bool:
    over = {run.number for run in here.runs() if run.state not in (State.PLANNED, State.RUNNING)}
    return over >= set(numbers)
