"""What time it is, for all that is planned, noted and told."""

from __future__ import annotations

from datetime import datetime
from pkgutil import resolve_name

from crawler import settings


def now() -> datetime:
    """The time of day, as the settings tell it (CLOCK)."""
    told: datetime = resolve_name(settings.CLOCK)()
    return told
