"""What time it is, for all that is planned, noted and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pkgutil import resolve_name

from crawler import settings


class NoClock(LookupError):
    """There is no clock at a path."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        super().__init__(f"clock: nothing is found at {path}: {why}; see docs/settings.md")


def now() -> datetime:
    """The time of day, as the settings tell it (CLOCK). Raises NoClock."""
    return clock_at(settings.CLOCK)()


def clock_at(path: str) -> Callable[[], datetime]:
    """What tells the time of day, by its import path. Raises NoClock."""
    try:
        found: Callable[[], datetime] = resolve_name(path)
    except (ImportError, AttributeError) as error:
        raise NoClock(path, str(error)) from error
    return found
