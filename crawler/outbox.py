"""The outbox of a collection: letters to people, and which channel has taken which.

A letter is in the box before anybody tries to send it, and each channel is tried for itself until
it takes the letter or GIVE_UP has passed. A channel is never sent what it took; only if the sender
is killed between sending and noting it, the letter goes there once more. Like the diary the box is
neither archive nor derived: whoever deletes it is told of what lasts once more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.writer import warc_date
from crawler.database import Notebook

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""Before a letter is tried again; the last of them for ever after."""

GIVE_UP = timedelta(days=5)
"""A letter that is older and was refused is tried no more."""

KEPT = timedelta(days=90)
"""Letters that are older and on which nobody waits are forgotten."""

MOST_ALARMS = 10_000
"""Of so many of the newest, beside those that are news, it is known that they were told of."""

_SCHEMA = """
CREATE TABLE letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL
);
CREATE TABLE deliveries (
    letter INTEGER NOT NULL REFERENCES letters (number),
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    taken_at TEXT,
    said TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (letter, channel)
);
CREATE INDEX deliveries_waiting ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE told (
    what TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (what, number)
) WITHOUT ROWID;
CREATE TABLE reports (day TEXT PRIMARY KEY, at TEXT NOT NULL, marks TEXT NOT NULL)
"""
_FORGET_ALARMS = """
DELETE FROM told WHERE number <= (SELECT max(number) FROM told) - :most
AND number NOT IN (SELECT value FROM json_each(:news))
"""
_DELIVERIES = """
SELECT letters.number, at, subject, text, html, channel, name, tries, next_at, taken_at, said
FROM deliveries JOIN letters ON letter = number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What people are to read: a line, and the whole as text; `html` is the path of a document
    with the same within the collection, or "".
    """

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A letter on its way to a channel (its `key`, and its `name` for people). WARC dates.

    It waits for its next try at `next_at`; without one it was taken, or was given up after so many
    `tries`. `said` is why it was not taken the last time.
    """

    number: int
    at: str
    letter: Letter
    channel: str
    name: str
    tries: int
    next_at: str | None
    taken_at: str | None
    said: str

    @property
    def state(self) -> str:
        """ "taken", "waits" or "given up"."""
        if self.taken_at:
            return "taken"
        return "waits" if self.next_at else "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a letter tells of, so that no other does: alarms that came and went, by their numbers,
    and the night of a day, with the marks (any JSON) between which its runs stand.
    """

    raised: frozenset[int] = frozenset()
    cleared: frozenset[int] = frozenset()
    day: str = ""
    marks: object = None


class Outbox(Notebook):
    """The outbox of a collection."""

    FILE = "outbox.sqlite3"
    STEPS = (_SCHEMA,)

    def put(
        self, letter: Letter, channels: Iterable[tuple[str, str]], at: str, told: Told | None = None
    ) -> int:
        """A letter to channels (key and name each), from now on; its number. With it, what it
        tells of is told.
        """
        with self._writing():
            number = self._put(letter, at)
            for key, name in channels:
                self._database.do(
                    "INSERT OR IGNORE INTO deliveries (letter, channel, name, next_at)"
                    " VALUES (:number, :key, :name, :at)",
                    number=number,
                    key=key,
                    name=name,
                    at=at,
                )
            if told:
                self._note(told, at)
            self._forget(before=warc_date(datetime.fromisoformat(at) - KEPT))
        return number

    def _put(self, letter: Letter, at: str) -> int:
        self._database.do(
            "INSERT INTO letters (at, subject, text, html) VALUES (:at, :subject, :text, :html)",
            at=at,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )
        row = self._database.one("SELECT last_insert_rowid() AS number")
        return int(row["number"]) if row else 0

    def _note(self, told: Told, at: str) -> None:
        for what, numbers in (("raised", told.raised), ("cleared", told.cleared)):
            for alarm in numbers:
                self._database.do(
                    "INSERT OR IGNORE INTO told VALUES (:what, :alarm)", what=what, alarm=alarm
                )
        if told.day:
            self._database.do(
                "INSERT OR REPLACE INTO reports VALUES (:day, :at, :marks)",
                day=told.day,
                at=at,
                marks=json.dumps(told.marks),
            )

    def _forget(self, before: str) -> None:
        old = "SELECT number FROM letters WHERE at < :before AND NOT EXISTS (" + (
            "SELECT 1 FROM deliveries WHERE letter = number AND next_at IS NOT NULL)"
        )
        self._database.do(f"DELETE FROM deliveries WHERE letter IN ({old})", before=before)
        self._database.do(f"DELETE FROM letters WHERE number IN ({old})", before=before)

    def forget_alarms(self, but: Iterable[int]) -> None:
        """That people were told of alarms, but of those that are news and of the newest: by their
        numbers, since to a clock that is ahead anything is long ago.
        """
        with self._writing():
            self._database.do(_FORGET_ALARMS, most=MOST_ALARMS, news=json.dumps([*but]))

    def has_told(self, what: str, alarm: int) -> bool:
        """Whether a letter tells that an alarm was "raised" or "cleared"."""
        sql = "SELECT 1 FROM told WHERE what = :what AND number = :alarm"
        return self._database.one(sql, what=what, alarm=alarm) is not None

    def marks(self, day: str) -> object:
        """What was noted of a day's report; None if there was none."""
        row = self._database.one("SELECT marks FROM reports WHERE day = :day", day=day)
        return json.loads(row["marks"]) if row else None

    def last_report(self, now: str) -> tuple[str, object] | None:
        """The day of the newest report that is not of the future (of a clock that was ahead), and
        what was noted of it.
        """
        row = self._database.one(
            "SELECT day, marks FROM reports WHERE at <= :now ORDER BY at DESC, day DESC", now=now
        )
        return (row["day"], json.loads(row["marks"])) if row else None

    def waiting(self, now: str | None = None) -> list[Delivery]:
        """What is to be tried again, or by now; the oldest letter first. A time that is too far
        away was told by a clock that was ahead.
        """
        far = warc_date(datetime.fromisoformat(now) + PAUSES[-1]) if now else None
        rows = self._database.rows(
            f"{_DELIVERIES} WHERE next_at IS NOT NULL"
            " AND (:now IS NULL OR next_at <= :now OR next_at > :far) ORDER BY number",
            now=now,
            far=far,
        )
        return [_delivery(row) for row in rows]

    def take(self, delivery: Delivery, at: str) -> None:
        """The channel has it."""
        with self._writing():
            self._database.do(
                "UPDATE deliveries SET taken_at = :at, next_at = NULL, tries = tries + 1, said = ''"
                " WHERE letter = :letter AND channel = :channel",
                at=at,
                letter=delivery.number,
                channel=delivery.channel,
            )

    def refuse(self, delivery: Delivery, at: str, said: str) -> None:
        """The channel did not take it, and so it `said`. If it is not too old it is tried again."""
        now = datetime.fromisoformat(at)
        pause = PAUSES[min(delivery.tries, len(PAUSES) - 1)]
        is_over = now - datetime.fromisoformat(delivery.at) > GIVE_UP
        with self._writing():
            self._database.do(
                "UPDATE deliveries SET next_at = :next_at, tries = tries + 1, said = :said"
                " WHERE letter = :letter AND channel = :channel",
                next_at=None if is_over else warc_date(now + pause),
                said=said,
                letter=delivery.number,
                channel=delivery.channel,
            )

    def deliveries(self, limit: int = -1) -> Iterator[Delivery]:
        """Those of the newest letters first."""
        sql = f"{_DELIVERIES} ORDER BY number DESC, name LIMIT :limit"
        return map(_delivery, self._database.rows(sql, limit=limit))

    def troubled(self, since: str) -> list[Delivery]:
        """Letters since a moment that were given up, and all that were tried and still wait."""
        return [one for one in self._untaken(since) if one.tries]

    def unheard(self, since: str) -> list[Delivery]:
        """Letters since a moment that were given up, and all that wait, if their channel has taken
        none that came later.
        """
        return [one for one in self._untaken(since) if not self._takes(one.channel, one.number)]

    def _untaken(self, since: str) -> list[Delivery]:
        rows = self._database.rows(
            f"{_DELIVERIES} WHERE taken_at IS NULL AND (next_at IS NOT NULL OR at >= :since)"
            " ORDER BY number",
            since=since,
        )
        return [_delivery(row) for row in rows]

    def _takes(self, channel: str, letter: int) -> bool:
        sql = (
            "SELECT 1 FROM deliveries"
            " WHERE channel = :channel AND letter > :letter AND taken_at IS NOT NULL"
        )
        return self._database.one(sql, channel=channel, letter=letter) is not None


def _delivery(row: sqlite3.Row) -> Delivery:
    fields = dict(row)
    letter = Letter(**{name: fields.pop(name) for name in ("subject", "text", "html")})
    return Delivery(letter=letter, **fields)
