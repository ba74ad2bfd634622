"""What runs have seen of their sites beside what they did, and what the service sees: when articles
are published, how long certificates last, how full the disk is, that there is a service.

Like the diary it is neither archive nor derived. It is small, and stays so: whoever deletes it
loses what is usual for a site, which the next runs tell again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.database import Notebook

JUST_NOW = timedelta(minutes=1)
"""A service that is there is heard of every 20 seconds."""

MOST_DAYS = 31
"""Days of publication that are kept, the newest: they make the rhythm of a site, and are so few
that a site may change it.
"""

MOST_MEASURES = 15
"""Days of which it is kept how full the disk was."""

_SCHEMA = """
CREATE TABLE news (
    site TEXT NOT NULL,
    day TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (site, day)
) WITHOUT ROWID;
CREATE TABLE certificates (
    site TEXT NOT NULL,
    host TEXT NOT NULL,
    not_before TEXT NOT NULL,
    not_after TEXT NOT NULL,
    PRIMARY KEY (site, host)
) WITHOUT ROWID;
CREATE TABLE measures (day TEXT PRIMARY KEY, free INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE heard (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL)
"""
_ADD_NEWS = """
INSERT INTO news VALUES (:site, :day, :count)
ON CONFLICT (site, day) DO UPDATE SET articles = articles + excluded.articles
"""
_FORGET_NEWS = """
DELETE FROM news WHERE site = :site AND day <= (
    SELECT day FROM news WHERE site = :site ORDER BY day DESC LIMIT 1 OFFSET :most)
"""
_FORGET_MEASURES = """
DELETE FROM measures WHERE day <= (SELECT day FROM measures ORDER BY day DESC LIMIT 1 OFFSET :most)
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A host of a site, and from when to when its certificate is valid: WARC dates."""

    host: str
    not_before: str
    not_after: str


class Seen(Notebook):
    """What was seen in a collection."""

    FILE = "seen.sqlite3"
    STEPS = (_SCHEMA,)

    # What is told

    def note(self, site: str, news: Mapping[str, int], met: Iterable[Certificate]) -> None:
        """How many new articles of a run were published on which days; and the certificates that
        it met, in the place of those of before if there are any.
        """
        with self._writing():
            for day, count in news.items():
                self._database.do(_ADD_NEWS, site=site, day=day, count=count)
            self._database.do(_FORGET_NEWS, site=site, most=MOST_DAYS)
            for place, one in enumerate(met):
                if place == 0:
                    self._database.do("DELETE FROM certificates WHERE site = :site", site=site)
                self._database.do(
                    "INSERT INTO certificates VALUES (:site, :host, :not_before, :not_after)",
                    site=site,
                    **dataclasses.asdict(one),
                )

    def hear(self, at: str) -> None:
        """The service is there, and looks."""
        with self._writing():
            self._database.do("INSERT OR REPLACE INTO heard VALUES (1, :at)", at=at)

    def measure(self, day: str, free: int) -> None:
        """So many bytes of the disk are free on a day; of a day the last is kept."""
        with self._writing():
            self._database.do(
                "INSERT OR REPLACE INTO measures VALUES (:day, :free)", day=day, free=free
            )
            self._database.do(_FORGET_MEASURES, most=MOST_MEASURES)

    # What is known

    def news(self, site: str, limit: int = MOST_DAYS) -> dict[str, int]:
        """The newest days on which articles were published, the newest first, and how many."""
        rows = self._database.rows(
            "SELECT day, articles FROM news WHERE site = :site ORDER BY day DESC LIMIT :limit",
            site=site,
            limit=limit,
        )
        return {row["day"]: row["articles"] for row in rows}

    def certificates(self, site: str) -> list[Certificate]:
        """Those that the newest run over https met, by host."""
        rows = self._database.rows(
            "SELECT host, not_before, not_after FROM certificates WHERE site = :site", site=site
        )
        return [Certificate(**dict(row)) for row in rows]

    def measures(self) -> dict[str, int]:
        """How many bytes of the disk were free on which days, the newest first."""
        rows = self._database.rows("SELECT day, free FROM measures ORDER BY day DESC")
        return {row["day"]: row["free"] for row in rows}

    def heard_at(self) -> str | None:
        """When the service was there last."""
        row = self._database.one("SELECT at FROM heard")
        return row["at"] if row else None

    def is_heard(self, now: datetime) -> bool:
        """Whether the service was there just now."""
        heard = self.heard_at()
        return heard is not None and now - datetime.fromisoformat(heard) < JUST_NOW
