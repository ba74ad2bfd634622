"""A collection with a history: what diary, catalog and alarms of many nights would hold.

Nothing is crawled: each part is told by its own writer, as runs tell it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import Article, Catalog, Change, Collection, Look, Run
from archive.writer import warc_date
from crawler.alarms import Alarms, Trouble
from crawler.diary import Diary, Planned
from crawler.outcome import Outcome
from tests.archive.readings import article, capture

JOB = "nightly"
LAST = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
"""01:30 in Vietnam on the 26th: the time of the last night."""


@dataclass(frozen=True)
class Site:
    """What a site does each night. `outcome` None: its run is killed."""

    name: str
    outcome: Outcome | None = Outcome.OK
    reason: str = ""
    new: Callable[[int], int] = lambda night: 3 + night % 5
    changed: int = 1
    gone: int = 1
    title: Callable[[int], str] = lambda number: f"Hội nghị Ban Chấp hành Đảng bộ lần thứ {number}"
    url: str = "https://{site}.example/bai-viet-{number}.html"


@dataclass
class Nights:
    """Writes nights into a collection; the last one is LAST, or `hours` after it."""

    path: Path
    sites: list[Site]
    numbers: dict[str, int] = field(default_factory=dict)

    def write(self, nights: int, *, hours: float = 0) -> Collection:
        home = Collection.create(self.path)
        with Diary.of(home) as diary, Catalog(home.catalog_path) as catalog:
            for night in range(nights):
                at = LAST - timedelta(days=nights - 1 - night) + timedelta(hours=hours)
                self._night(diary, catalog, night, at)
        return home

    def _night(self, diary: Diary, catalog: Catalog, night: int, at: datetime) -> None:
        begin = warc_date(at)
        diary.plan(JOB, [Planned(begin, site.name, begin) for site in self.sites])
        for place, entry in enumerate(diary.due(begin)):
            site = self.sites[place]
            began, ended = at + timedelta(seconds=place), at + timedelta(seconds=place, minutes=20)
            looks = list(self._looks(site, night, began))
            catalog.put_many(looks)
            number = diary.begin(site.name, warc_date(began), f"{site.name}-{at}", entry.number)
            if site.outcome is None:
                diary.bury(number, os.getpid(), warc_date(ended), "ended by signal 9")
                continue
            counts = {change.value: sum(one.change is change for one in looks) for change in Change}
            counts |= {"pages": len(looks) * 2, "bytes_written": len(looks) * 41_700}
            run = Run(
                id=f"{site.name}-{at}",
                site=site.name,
                started_at=warc_date(began),
                finished_at=warc_date(ended),
                outcome=site.outcome,
                counts=counts | {"milliseconds": 20 * 60_000},
                reason=site.reason,
            )
            diary.end(number, run)

    def _looks(self, site: Site, night: int, began: datetime) -> Iterator[Look]:
        """New articles, and of those of the nights before one edited and one that is gone."""
        first = self.numbers.get(site.name, 0)
        self.numbers[site.name] = last = first + site.new(night)
        changes = dict.fromkeys(range(first, last), Change.NEW)
        changes |= {first - 1 - place: Change.CHANGED for place in range(site.changed)}
        changes |= {first - 9 - place: Change.GONE for place in range(site.gone)}
        for place, (number, change) in enumerate(changes.items()):
            if number >= 0:
                yield _look(site, change, number, warc_date(began + timedelta(seconds=place + 1)))


def _look(site: Site, change: Change, number: int, seen_at: str) -> Look:
    url = site.url.format(site=site.name, number=number)
    text = f"Đoạn văn số {number}, {seen_at}."
    read: Article = article(site.name, number, url=url, title=site.title(number), text=text)
    return Look(
        url=url,
        site=site.name,
        change=change,
        capture=capture(url, seen_at, text.encode()),
        article=read if change is not Change.GONE else None,
        conversion_id="" if change is Change.GONE else f"urn:uuid:{site.name}-{number}-{seen_at}",
    )


def trouble(home: Collection, at: datetime, *troubles: tuple[str, str, str]) -> None:
    """Let these be all that is wrong at a moment: rule, site, evidence."""
    with Alarms.of(home) as alarms:
        alarms.settle([Trouble(*one) for one in troubles], warc_date(at))


TITLES = (
    "Khai mạc Hội nghị lần thứ mười Ban Chấp hành Đảng bộ tỉnh khóa XI",
    "Đồng chí Bí thư Tỉnh ủy thăm, chúc mừng các thầy giáo, cô giáo nhân Ngày Nhà giáo Việt Nam",
    "“Dân vận khéo” ở vùng cao: chuyện làm đường của bản Nà Lốc",
    "Ngưỡng cửa mùa nước nổi",
    "Quyết định số 1234-QĐ/TU về việc sắp xếp tổ chức bộ máy các cơ quan tham mưu của Tỉnh ủy",
)


def usual(path: Path, nights: int = 30) -> Collection:
    """Five sites that are known, most of them well, and alarms of each state."""
    sites = [
        Site("baohatinh", title=lambda n: TITLES[n % 5], new=lambda night: 14 + night * 7 % 11),
        Site(
            "baodongthap", title=lambda n: f"{TITLES[(n + 1) % 5]} ({n})", new=lambda n: 9 - n % 4
        ),
        Site("chodon", Outcome.INCOMPLETE, "3 pages failed: 502 Bad Gateway", changed=0, gone=0),
        Site("travinh", Outcome.UNREACHABLE, "no seed gave an answer", lambda n: 0, 0, 0),
        Site("dongthap", None, new=lambda night: 2, changed=0, gone=0),
    ]
    home = Nights(path, sites).write(nights)
    gone = (
        "unreachable",
        "travinh",
        "2 visits since 2026-11-25T01:30+07:00: no seed gave an answer",
    )
    ending = (
        "certificate",
        "chodon",
        "the certificate of chodon.example ends at 2026-12-06T07:00+07:00",
    )
    full = ("disk", "", "9.1 GB are free, 0.8 less every day: full in 12 days")
    trouble(home, LAST - timedelta(days=3), ending, full)
    trouble(home, LAST + timedelta(minutes=25), gone, ending)
    return home
