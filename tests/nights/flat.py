"""A thousand nights of an empty site: what the service keeps for itself, and on the disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import partial
from pathlib import Path
from statistics import linear_regression

from tests.nights.ground import OVER, Ground, mine
from tests.nights.nightly import days, moment

SITE = "travinh"
FIRST = date(2027, 1, 1)
WARM = 0.2
"""Of the nights, until all that is loaded once is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """After so many nights: of the service its memory (kB), open files and threads; of the
    collection the kB of its databases (and in their write-ahead logs), of its reports and of its
    logs, and how many files it has, and kB, in all.
    """

    nights: int
    memory: int
    files_open: int
    threads: int
    diary: int
    schedule: int
    alarms: int
    seen: int
    outbox: int
    reports: int
    waiting: int
    logs: int
    without_warc: int
    collection: int
    files: int


def flat(home: Path, nights: int, every: int) -> Iterator[Figures]:
    """The figures every so many nights. Raises AssertionError for a night that is not told of."""
    began = moment(FIRST, 1, 0)
    with Ground(home, began, {SITE: "aspnet_portal"}) as ground:
        for story in [truth.id for truth in ground.web.sites[SITE].articles]:
            ground.web.remove(SITE, story)
        ground.tinhuy("schedule", "add", "30 1 * * *", mine(SITE))
        ground.start()
        for number, day in enumerate(days(FIRST, nights), 1):
            ground.set_clock(moment(day, 1, 30))
            ground.until(partial(_is_over, ground, number), f"night {number}")
            ground.web.log.clear()
            if number % every == 0:
                yield measured(ground, number)
        assert ground.stop() == 0


def _is_over(ground: Ground, number: int) -> bool:
    run = ground.run(number)
    return run is not None and run.state in OVER


def measured(ground: Ground, nights: int) -> Figures:
    assert ground.service
    process = Path(f"/proc/{ground.service.pid}")
    told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    sizes = {path: path.stat().st_size for path in ground.path.rglob("*") if path.is_file()}
    return Figures(
        nights=nights,
        memory=int(told["VmRSS"].split()[0]),
        files_open=len(os.listdir(process / "fd")),
        threads=int(told["Threads"]),
        diary=_of(ground.path / "diary.sqlite3"),
        schedule=_of(ground.path / "schedule.sqlite3"),
        alarms=_of(ground.path / "alarms.sqlite3"),
        seen=_of(ground.path / "seen.sqlite3"),
        outbox=_of(ground.path / "outbox.sqlite3"),
        reports=sum(size for path, size in sizes.items() if "reports" in path.parts) // 1024,
        waiting=sum(size for path, size in sizes.items() if path.name.endswith("-wal")) // 1024,
        logs=sum(size for path, size in sizes.items() if "logs" in path.parts) // 1024,
        without_warc=sum(size for path, size in sizes.items() if ".warc" not in path.name) // 1024,
        collection=sum(sizes.values()) // 1024,
        files=len(sizes),
    )


def _of(path: Path) -> int:
    """kB of a database, with what stands in its write-ahead log."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as database:
        pages, size = (
            database.execute(f"PRAGMA {n}").fetchone()[0] for n in ("page_count", "page_size")
        )
    return int(pages * size) // 1024


def faults(told: list[Figures]) -> Iterator[str]:
    """What does not stay flat: of the service anything, of the store more than a night is worth."""
    warm = [each for each in told if each.nights > WARM * told[-1].nights]
    for name, most in MOST.items():
        slope = linear_regression(
            [each.nights for each in warm], [getattr(each, name) for each in warm]
        ).slope
        if slope > most + SLACK.get(name, 0) / told[-1].nights:
            yield f"{name} grows by {slope:.2f} a night, {most} are allowed"


MOST = {
    "memory": 2.0,
    "files_open": 0.01,
    "threads": 0.01,
    "diary": 1.0,
    "schedule": 0.1,
    "alarms": 0.1,
    "seen": 0.1,
    "outbox": 1.0,
    "reports": 24.0,
}
"""What a night may add. A row of the diary is what it is for, and so is a report, whose charts grow
for 30 nights; letters are forgotten after 90 days, but not the days that were told of.
"""
SLACK = {"memory": 1024, "diary": 16, "seen": 16, "outbox": 16}
"""What may come at once, whenever that is: an arena of memory, a page of an index."""


def lines(told: list[Figures]) -> Iterator[str]:
    names = [each.name for each in fields(Figures)]
    yield " ".join(f"{name:>12}" for name in names)
    for figures in told:
        yield " ".join(f"{value:>12}" for value in asdict(figures).values())
