"""What waits to be asked for: a table of the ledger, and what of it is under way."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

from crawler.database import Database

logger = logging.getLogger(__name__)

MAX_HOSTS = 64
"""That are looked at for the most urgent request; requisites may stand on any number of them."""

SPOILT = "what waited cannot be read"

SCHEMA = """
DROP TABLE IF EXISTS waiting;
CREATE TABLE waiting (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    is_page INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    request TEXT NOT NULL
);
CREATE INDEX next_of_host ON waiting (host, is_page, priority DESC, number);
"""
_ENQUEUE = """
INSERT INTO waiting (key, host, is_page, priority, request)
VALUES (:key, :host, :is_page, :priority, :request)
ON CONFLICT (key) DO UPDATE SET (host, is_page, priority, request)
    = (excluded.host, excluded.is_page, excluded.priority, excluded.request)
"""
_NEXT = """
SELECT key, host, is_page, priority, request FROM waiting
WHERE host = :host AND is_page = :is_page AND key NOT IN (SELECT value FROM json_each(:under_way))
ORDER BY priority DESC, number LIMIT 1
"""
_UNDER_WAY = """
SELECT count(*) AS n FROM waiting
WHERE is_page = :pages AND key IN (SELECT value FROM json_each(:keys))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request that was not sent yet. `request` is JSON, its meaning the spider's own."""

    key: str
    host: str
    is_page: bool
    priority: int
    request: Mapping[str, Any]


class Queue:
    """The requests of a site that wait. `under_way` are the hosts of those that were handed out and
    not yet settled, by key. `give_up` is told of a key whose row cannot be read, and why.
    """

    def __init__(self, database: Database, give_up: Callable[[str, str], None]) -> None:
        self._database, self._give_up = database, give_up
        self.under_way: dict[str, str] = {}
        rows = database.rows(
            "SELECT host, is_page, count(*) AS n FROM waiting GROUP BY host, is_page"
        )
        self._waits = Counter({_place(row): row["n"] for row in rows})

    @property
    def length(self) -> int:
        """How many requests wait and are not under way. Any thread may ask: it asks no database."""
        waits = sum(tuple(self._waits.values()))  # copied at once: it may change meanwhile
        return max(0, waits - len(self.under_way))

    def enqueue(self, waiting: Waiting) -> None:
        """Let a request wait; one of the same key is replaced and keeps its place."""
        if before := self._row(waiting.key):
            self._count(before, -1)
        values = {field.name: getattr(waiting, field.name) for field in fields(waiting)}
        self._database.do(_ENQUEUE, **values | {"request": json.dumps(waiting.request)})
        self._waits[waiting.host, waiting.is_page] += 1

    def hand_out(self, *, at_once: int, pages: bool) -> Waiting | None:
        """The most urgent request to a host that has less than `at_once` of them under way.

        Without `pages`, none of a page. It is under way until it is settled.
        """
        busy, under_way = Counter(self.under_way.values()), json.dumps([*self.under_way])
        places = sorted(self._waits, key=lambda place: not place[1])
        idle = (place for place in places if busy[place[0]] < at_once and (pages or not place[1]))
        firsts = [self._next(*place, under_way) for place in islice(idle, MAX_HOSTS)]
        best = max(filter(None, firsts), key=lambda waiting: waiting.priority, default=None)
        if best:
            self.under_way[best.key] = best.host
        return best

    def count(self, *, pages: bool) -> int:
        """How many requests wait and are not under way: of pages, or of all else."""
        row = self._database.one(_UNDER_WAY, pages=pages, keys=json.dumps([*self.under_way]))
        waits = sum(n for (_, is_page), n in self._waits.items() if is_page == pages)
        return waits - (row["n"] if row else 0)

    def holds(self, key: str) -> bool:
        """Whether a request of this key waits, or is under way."""
        return self._row(key) is not None

    def settle(self, key: str) -> None:
        """It waits no more, and is not under way."""
        self.under_way.pop(key, None)
        if row := self._row(key):
            self._database.do("DELETE FROM waiting WHERE key = :key", key=key)
            self._count(row, -1)

    def _next(self, host: str, is_page: bool, under_way: str) -> Waiting | None:
        asked = {"host": host, "is_page": is_page, "under_way": under_way}
        while row := self._database.one(_NEXT, **asked):
            if request := _request(row["request"]):
                return Waiting(**{**dict(row), "is_page": is_page, "request": request})
            logger.warning("%s: %s: %s", self._database.path, row["key"], SPOILT)
            self._give_up(row["key"], SPOILT)
        return None

    def _row(self, key: str) -> sqlite3.Row | None:
        return self._database.one("SELECT host, is_page FROM waiting WHERE key = :key", key=key)

    def _count(self, row: sqlite3.Row, by: int) -> None:
        place = _place(row)
        self._waits[place] += by
        if not self._waits[place]:
            del self._waits[place]


def _place(row: sqlite3.Row) -> tuple[str, bool]:
    return row["host"], bool(row["is_page"])


def _request(text: str) -> dict[str, Any] | None:
    """A request as it was stored; None for what is none, since disks err."""
    try:
        stored = json.loads(text)
        parts = [stored[name] for name in ("url", "method", "body", "meta")]
        sound = [type(part) for part in parts] == [str, str, str, dict] and "kind" in parts[3]
    except (ValueError, KeyError, TypeError):
        return None
    return stored if sound else None
