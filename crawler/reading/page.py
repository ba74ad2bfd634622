"""What goes into a reading, and what comes out when it is not an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.cdxj import Capture

GONE = (404, 410)
"""Answers with an error that are answers: there is no such page."""

REFUSED = (401, 403, 429, 503)
"""Answers that keep us out."""


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


REASONS = {
    "blocked": "the server or a wall before it refused us, or asks whether we are human",
    "empty": "nothing on the page reads like text",
    "expired": "a session that the address belongs to is over",
    "gallery": "pictures or a film under a title, and hardly any text",
    "home": "the front page of the site",
    "listing": "a section, a tag, a search: many titles, no text of its own",
    "login": "a form that asks who we are",
    "maintenance": "the site is under repair or out of order",
    "no title": "text that nothing on the page gives a title to",
    "parked": "the site is gone, its name is held by a hoster",
    "poll": "a question with answers to choose from, or what was answered",
    "redirect": "a page that only sends its reader elsewhere",
    "script": "an empty shell that scripts fill in a browser",
}
"""Why a page is no article, and what that means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnArticle:
    """A page that is no article, and why: a word of REASONS, or "status" and the number."""

    url: str
    site: str
    reason: str
    capture: Capture | None = None
