"""What goes into a reading, and what comes out when it is not an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.cdxj import Capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A captured page: `body` after transfer and content decoding, `fetched_at` with its zone."""

    url: str
    status: int
    body: bytes
    fetched_at: datetime
    content_type: str = ""
    """The Content-Type header as sent, or empty."""
    capture: Capture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnArticle:
    """A page that is no article, and why: "listing", "home", "login", "blocked", "empty", ..."""

    url: str
    site: str
    reason: str
    capture: Capture | None = None
