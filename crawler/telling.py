"""What people are told, and when: each night's report, and alarms as they come and go between.

What is to be told is found in diary and alarms, and what was told in the outbox. So it does not
matter who looks, how often, or who was killed meanwhile: nothing is told twice, nothing dropped.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from filelock import FileLock

from archive import Collection, CollectionLocked
from archive.collection import holding
from archive.disk import stored, written_whole
from archive.writer import warc_date
from crawler import layout, settings
from crawler.alarms import Alarm, Alarms
from crawler.channels import Channel, Message, channels, deliver
from crawler.clock import now
from crawler.diary import Diary
from crawler.outbox import Delivery, Letter, Outbox, Told
from crawler.report import Mark, Report, back_to, day_of, due, gather, mark_at, marks_of

RECENT = timedelta(days=7)
"""Alarms that were over before are no news where nobody was told of them."""

REPORTED = timedelta(days=14)
"""So old letters that did not arrive are still told of in reports."""

PATIENCE = 90.0
"""Seconds that somebody waits who wants to send while another does."""

_DAY = timedelta(days=1)

Sent = tuple[Delivery, str]
"""A delivery that was tried, and why the channel did not take it: "" if it did."""


def report_of(collection: Collection, day: str | None = None) -> Report:
    """The report of a day in Vietnam: as it was told, or of what ended on it. Without a day, of
    what ended since the last night that was told of, or in the last 24 hours.
    """
    with Outbox.as_it_is(collection) as outbox:
        return _gathered(collection, outbox, *_span(collection, outbox, day))


def put_report(collection: Collection, day: str | None = None) -> Report:
    """The same, written into `reports/` and put into the outbox. Its name there has the time, too:
    that of the day alone is for the report of the night. Raises OutboxInUse as `send` does.
    """
    with _alone(collection, PATIENCE), Outbox.of(collection) as outbox:
        return _put(collection, outbox, *_span(collection, outbox, day))


def see_to(collection: Collection, patience: float = PATIENCE) -> None:
    """Write the report of a night that is over, and put into the outbox what is to be told.

    Nobody else finds it untold meanwhile: raises OutboxInUse when somebody sees to that, or
    sends, for longer than `patience` seconds.
    """
    with _alone(collection, patience), Outbox.of(collection) as outbox:
        try:
            _put_night(collection, outbox)
        finally:  # that a report cannot be written holds up no alarm
            _put_alarms(collection, outbox)


def send(
    collection: Collection, *, stopping: threading.Event | None = None, tries_all: bool = False
) -> list[Sent]:
    """Try what is due, or all that waits; every channel for itself, in the order of the letters.

    A channel that refuses a letter is asked no more this time. Raises OutboxInUse when
    somebody else is sending.
    """
    with _alone(collection, 0 if stopping else PATIENCE), Outbox.of(collection) as outbox:
        known = {channel.key: channel for channel in channels(settings.TELL)}
        by_channel = defaultdict[str, list[Delivery]](list)
        for delivery in outbox.waiting(None if tries_all else _now()):
            if delivery.channel in known:
                by_channel[delivery.channel].append(delivery)
            else:
                outbox.refuse(delivery, _now(), "the channel is not set any more")
        if not by_channel:
            return []
        work = partial(_send, collection, stopping or threading.Event())
        with ThreadPoolExecutor(len(by_channel)) as pool:
            done = pool.map(work, (known[key] for key in by_channel), by_channel.values())
            return [sent for each in done for sent in each]


class OutboxInUse(CollectionLocked):
    """Somebody else sees to what is told, or sends."""


class Post:
    """Sees to telling beside a service, in a thread of its own that never holds it up."""

    def __init__(self, collection: Collection, say: Callable[[str], None]) -> None:
        self._collection, self._say = collection, say
        self._troubles = set[str]()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def see_to(self) -> None:
        """Write, put and send what is due, unless that is being done."""
        if not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """What is being sent is broken off, and sent another time."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        known, self._troubles = self._troubles, set()
        with self._going_on(known):
            see_to(self._collection, patience=0)
        with self._going_on(known):  # letters of before, too
            for delivery, why in send(self._collection, stopping=self._stopping):
                to = f"letter {delivery.number} to {delivery.name}"
                self._say(f"{to}: {why or 'taken'}")

    @contextmanager
    def _going_on(self, known: set[str]) -> Iterator[None]:
        """Whatever is wrong with telling, the service goes on; it says so once."""
        try:
            yield
        except OutboxInUse:
            pass  # somebody sends by hand
        except Exception as error:
            words = f"nobody can be told: {error}"
            if words not in known | self._troubles:
                self._say(words)
            self._troubles.add(words)


def try_channels() -> Iterator[tuple[Channel, str]]:
    """Send a test letter to each channel, without the outbox; what each said, "" if it took it."""
    text = "This is a test letter. Reports and alarms will come this way.\n"
    for channel in channels(settings.TELL):
        yield channel, deliver(channel, Message("tinhuy: a test letter", text)) or ""


# What is to be told


def _put(
    collection: Collection,
    outbox: Outbox,
    day: str,
    begin: Mark,
    end: Mark,
    told: Told | None = None,
) -> Report:
    report = _gathered(collection, outbox, day, begin, end)
    path = _written(collection, report, day if told else f"{day}.{now():%Y%m%dT%H%M%SZ}")
    subject = f"tinhuy {report.collection} {day}: {report.headline}"
    is_sent = told is None or settings.TELL_NIGHTS
    alarms = replace(
        told or Told(),
        raised=_numbers(*report.lasting, *report.cleared) if is_sent else frozenset(),
        cleared=_numbers(*report.cleared) if is_sent else frozenset(),
    )
    letter = Letter(subject=subject, text=layout.text(report), html=path)
    outbox.put(letter, _addresses() if is_sent else [], _now(), alarms)
    return report


def _numbers(*alarms: Alarm) -> frozenset[int]:
    return frozenset(alarm.number for alarm in alarms)


def _put_night(collection: Collection, outbox: Outbox) -> None:
    last = outbox.last_report(_now())
    behind = _marks(last[1])[1] if last else None
    if day := due(collection, day_of(_now()), last[0] if last else "", behind):
        span = _since(collection, behind)
        told = Told(day=day, marks=[_json(mark) for mark in span])
        _put(collection, outbox, day, *span, told)


def _put_alarms(collection: Collection, outbox: Outbox) -> None:
    """One letter on all alarms that came or went and were not told of."""
    with Alarms.as_it_is(collection) as alarms:
        met = alarms.since(warc_date(now() - RECENT))
    over = [a for a in met if a.cleared_at and not outbox.has_told("cleared", a.number)]
    untold = [a for a in met if not outbox.has_told("raised", a.number)]
    new = [alarm for alarm in untold if not alarm.cleared_at]
    if new or over:
        line, text = layout.of_alarms(new, over)
        told = Told(
            raised=_numbers(*untold),
            cleared=_numbers(*over),
        )
        letter = Letter(subject=f"tinhuy {_name(collection)}: {line}", text=text)
        outbox.put(letter, _addresses(), _now(), told)
        outbox.forget_alarms(but=(alarm.number for alarm in met))


def _written(collection: Collection, report: Report, name: str) -> str:
    """Put both forms of a report into the collection; the path of the HTML in it."""
    home = collection.path / "reports"
    with stored(home):
        home.mkdir(exist_ok=True)
        for form, text in (("txt", layout.text(report)), ("html", layout.html(report))):
            with written_whole(home / f"{name}.{form}") as draft:
                draft.write_text(text, encoding="utf-8")
    return f"reports/{name}.html"


def _gathered(collection: Collection, outbox: Outbox, day: str, begin: Mark, end: Mark) -> Report:
    troubled = outbox.troubled(warc_date(now() - REPORTED))
    return gather(collection, day, begin, end, tuple(map(in_words, troubled)))


def in_words(delivery: Delivery) -> str:
    """What is to be said of a letter that was not taken."""
    tried = "once" if delivery.tries == 1 else f"{delivery.tries} times"
    end = "is tried again" if delivery.next_at else "was given up"
    letter = f"letter {delivery.number} of {layout.moment(delivery.at)}"
    return f"{delivery.name}: {letter} was tried {tried} and {end}: {delivery.said}"


def _span(collection: Collection, outbox: Outbox, day: str | None) -> tuple[str, Mark, Mark]:
    if day is None:
        last = outbox.last_report(_now())
        return day_of(_now()), *_since(collection, _marks(last[1])[1] if last else None)
    if known := outbox.marks(day):
        return day, *_marks(known)
    with Diary.as_it_is(collection) as diary:
        return day, *marks_of(date.fromisoformat(day), diary)


def _since(collection: Collection, begin: Mark | None) -> tuple[Mark, Mark]:
    """From a mark, or from 24 hours ago, until now."""
    with Diary.as_it_is(collection) as diary:
        if begin is None:
            at = warc_date(now() - _DAY)
            begin = mark_at(back_to(at, diary.entries()), at)
        return begin, mark_at(list(diary.entries(first=begin.first)), _now(), begin)


def _marks(known: Any) -> tuple[Mark, Mark]:
    """Marks as the outbox has them."""
    begin, end = (Mark(**one | {"open": frozenset(one["open"])}) for one in known)
    return begin, end


def _json(mark: Mark) -> dict[str, Any]:
    return asdict(mark) | {"open": sorted(mark.open)}


# How it is sent


def _send(
    collection: Collection,
    stopping: threading.Event,
    channel: Channel,
    deliveries: Sequence[Delivery],
) -> list[Sent]:
    sent = list[Sent]()
    with Outbox.of(collection) as outbox:
        for delivery in deliveries:
            why = deliver(channel, _message(collection, delivery.letter), stopping)
            if why is None:
                break
            sent.append((delivery, why))
            if why:
                outbox.refuse(delivery, _now(), why)
                break
            outbox.take(delivery, _now())
    return sent


def _message(collection: Collection, letter: Letter) -> Message:
    html = collection.path.resolve() / letter.html if letter.html else None
    return Message(letter.subject, letter.text, html if html and html.exists() else None)


def _alone(collection: Collection, patience: float) -> AbstractContextManager[None]:
    lock = FileLock(collection.path / "outbox.lock")
    return holding(lock, OutboxInUse(collection.path, "its outbox"), wait=patience)


def _addresses() -> list[tuple[str, str]]:
    return [(channel.key, channel.name) for channel in channels(settings.TELL)]


def _name(collection: Collection) -> str:
    return collection.path.resolve().name


def _now() -> str:
    return warc_date(now())
