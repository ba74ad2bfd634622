"""When a known article is due for another look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def is_due(
    first_seen: datetime,
    last_seen: datetime,
    now: datetime,
    recheck_after: Sequence[int],
) -> bool:
    """Whether the next of `recheck_after` (days since the first look) has passed unlooked-at.

    After the last of them an article rests until somebody asks for `--refresh`.
    """
    due = (first_seen + timedelta(days=days) for days in recheck_after)
    return any(last_seen < moment <= now for moment in due)
