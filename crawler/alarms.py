"""The alarms of a collection: what troubles it or one of its sites, since when, and until when.

A trouble is an alarm once, however often it is seen, until it is seen no more. Like the diary this
is neither archive nor derived: whoever deletes it is told of every trouble once more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.database import Notebook

_SCHEMA = """
CREATE TABLE alarms (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    site TEXT NOT NULL,
    evidence TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    cleared_at TEXT
);
CREATE UNIQUE INDEX alarms_open ON alarms (rule, site) WHERE cleared_at IS NULL;
CREATE INDEX alarms_cleared ON alarms (cleared_at)
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong now by a rule: with a site, or without one ("") with the collection.

    `evidence` says in one line for people what it was concluded from; it may quote the site.
    """

    rule: str
    site: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A trouble from when it was first seen (`raised_at`) until it was seen no more (`cleared_at`,
    None while it lasts); WARC dates. The evidence is the newest.
    """

    number: int
    rule: str
    site: str
    evidence: str
    raised_at: str
    cleared_at: str | None = None


class Alarms(Notebook):
    """The alarms of a collection."""

    FILE = "alarms.sqlite3"
    STEPS = (_SCHEMA,)

    def settle(self, troubles: Iterable[Trouble], at: str) -> tuple[list[Alarm], list[Alarm]]:
        """What is wrong now, and all of it: the alarms that it raises, and those that it clears."""
        seen = {(trouble.rule, trouble.site): trouble for trouble in troubles}
        known = {(alarm.rule, alarm.site): alarm for alarm in self.lasting()}
        cleared = [alarm for key, alarm in known.items() if key not in seen]
        with self._writing():
            for key, trouble in seen.items():
                self._see(trouble, at, is_new=key not in known)
            for alarm in cleared:
                self._database.do(
                    "UPDATE alarms SET cleared_at = :at WHERE number = :number",
                    at=at,
                    number=alarm.number,
                )
        raised = [alarm for alarm in self.lasting() if (alarm.rule, alarm.site) not in known]
        return raised, [alarm for alarm in self.since(at) if alarm.number in _numbers(cleared)]

    def _see(self, trouble: Trouble, at: str, *, is_new: bool) -> None:
        if is_new:
            self._database.do(
                "INSERT OR IGNORE INTO alarms (rule, site, evidence, raised_at)"
                " VALUES (:rule, :site, :evidence, :at)",
                rule=trouble.rule,
                site=trouble.site,
                evidence=trouble.evidence,
                at=at,
            )
        else:
            self._database.do(
                "UPDATE alarms SET evidence = :evidence"
                " WHERE rule = :rule AND site = :site AND cleared_at IS NULL",
                rule=trouble.rule,
                site=trouble.site,
                evidence=trouble.evidence,
            )

    def lasting(self) -> list[Alarm]:
        """Those that last, the oldest first."""
        rows = self._database.rows("SELECT * FROM alarms WHERE cleared_at IS NULL ORDER BY number")
        return [_alarm(row) for row in rows]

    def since(self, at: str) -> list[Alarm]:
        """Those that were raised or cleared at a moment or after it, and those that last."""
        rows = self._database.rows(
            "SELECT * FROM alarms WHERE cleared_at IS NULL OR cleared_at >= :at ORDER BY number",
            at=at,
        )
        return [_alarm(row) for row in rows]


def _numbers(alarms: list[Alarm]) -> set[int]:
    return {alarm.number for alarm in alarms}


def _alarm(row: sqlite3.Row) -> Alarm:
    return Alarm(**dict(row))
