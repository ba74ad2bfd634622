"""A clock that a test drives, for every program that it starts: the machine's and a file's."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_FILE = "PRACTICE_CLOCK"


def driven() -> datetime:
    """The time of day (settings.CLOCK) for who was started in `Clock.environment`."""
    ahead = float(Path(os.environ[_FILE]).read_text(encoding="ascii"))
    return datetime.now(UTC) + timedelta(seconds=ahead)


class Clock:
    """Goes on by itself from where it was set; every program sees at once that it was."""

    def __init__(self, path: Path, at: datetime) -> None:
        self.path = path
        self.set(at)

    @property
    def environment(self) -> dict[str, str]:
        return {"TINHUY_CLOCK": "tests.nights.clock.driven", _FILE: str(self.path)}

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def set(self, at: datetime) -> None:
        self.ahead = (at - datetime.now(UTC)).total_seconds()
        fresh = self.path.with_suffix(".new")
        fresh.write_text(repr(self.ahead), encoding="ascii")
        os.replace(fresh, self.path)

    def step(self, by: timedelta) -> None:
        """Forwards, or back."""
        self.set(self.now() + by)
