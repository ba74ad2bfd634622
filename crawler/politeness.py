"""How often a host may be asked: pure rules, times in seconds of any steady clock.

A host is asked no faster than its delay, more slowly while it suffers, and not at all while it has
told us to wait or outside the hours that a site allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.utils import parsedate_to_datetime

from archive.times import VIETNAM

MAX_BACK_OFF = 60.0
"""Seconds between requests to a host that fails and fails; a longer delay of its own stays."""

MAX_CRAWL_DELAY = 60.0
"""Seconds; a robots.txt that asks for more gets this, and a line in the log tells."""

SLOW = 1.0
"""An answer that took longer shows a host at work: it rests for as long as it worked."""

MAX_REST = 30.0
_BACK_OFF = 2.0
_SECONDS = re.compile(r"\d{1,15}")


class Pace:
    """When a host may be asked next. `patience`: seconds in all that it may make us wait.

    `delay` is between the beginnings of two requests. Twice as long after every failure (up to
    MAX_BACK_OFF), half as long after every answer, never less than `delay`.
    """

    def __init__(self, patience: float) -> None:
        self.delay = 0.0
        self.closed = ""
        """Why it is not asked again in this run; empty while it may be."""
        self._patience, self._factor = patience, 1.0
        self._asked = self._rested = self._waited_for = float("-inf")

    def keep(self, delay: float) -> None:
        """Ask no faster than this from now on; the longest of all that were given holds."""
        self.delay = max(self.delay, delay)

    @property
    def gap(self) -> float:
        """Seconds between requests as things stand."""
        return min(self.delay * self._factor, max(self.delay, MAX_BACK_OFF))

    def due_in(self, now: float) -> float:
        """Seconds until it may be asked; 0 or less means now."""
        return max(self._asked + self.gap, self._rested, self._waited_for) - now

    def asked(self, at: float) -> None:
        """A request left, or is about to."""
        self._asked = max(self._asked, at)

    def answered(self, asked: float, now: float) -> None:
        """What was asked at `asked` is answered."""
        self._factor = max(1.0, self._factor / _BACK_OFF)
        if now - asked > SLOW and self.delay:
            self._rested = now + min(now - asked, MAX_REST)

    def failed(self) -> None:
        """It was not up to what it was asked: an error of its own, or no answer."""
        if self.gap < MAX_BACK_OFF:
            self._factor *= _BACK_OFF

    def wait(self, seconds: float, now: float) -> None:
        """It has asked us to wait. Beyond our patience it is not asked again in this run."""
        more = now + seconds - max(now, self._waited_for)
        if more > self._patience:
            self.closed = f"it asks us to wait for {seconds:.0f} s, longer than this run may"
            return
        if more > 0:
            self._patience -= more
            self._waited_for = now + seconds


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After field asks for (RFC 9110 §10.2.3); None if it says nothing."""
    if _SECONDS.fullmatch(value := value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (OverflowError, ValueError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day in Vietnam, over midnight if they end before they begin."""

    begin: time
    end: time

    @classmethod
    def of(cls, text: str) -> Hours | None:
        """ "22:00-05:00"; None, which is always, for an empty text. Raises ValueError."""
        if not text:
            return None
        try:
            begin, end = (time.fromisoformat(each.strip().zfill(5)) for each in text.split("-"))
        except ValueError:
            begin = end = time.min
        if begin == end:
            raise ValueError(f"not hours of the day: {text!r}; write them as 22:00-05:00")
        return cls(begin, end)

    def __contains__(self, moment: datetime) -> bool:
        now = moment.astimezone(VIETNAM).time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"
