"""What is true of the practice web: its articles, and the hits of its server.

with PracticeWeb(seed=1, articles=40) as web:          # tests.practice
    site = web.sites["baohatinh"]                      # dongthap_portal baohatinh chodon
    site.url, site.hosts, site.start                   #   travinh baodongthap
    site.articles                                      # tuple[Truth, ...], newest first
    site.truth(id), site.furniture(id)                 # lines of the last rendering of the page
    site.forbidden, site.traps                         # robots' prefixes; name -> regex
    web.edit(site_name, id), web.touch(...), web.remove(...), web.add(site_name)
    web.next_night(), web.clock.now()
    web.log                                            # list[Hit], exact bytes both ways
    web.quirks["baohatinh"] = Quirks(error_every=10)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The article before or after, as linked from a page."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What an ideal reader gets from one article's page. White space is collapsed, text is NFC.

    `published` and `updated` are ISO 8601 with exactly the precision the page shows, None when it
    shows nothing. `dateline` is printed in front of `body[0]` and is not part of it.
    `url` is the one address the article should be known by; `urls` are all that answer with it.
    """

    site: str
    id: int
    url: str
    urls: tuple[str, ...]
    title: str
    lead: str | None
    body: tuple[str, ...]
    captions: tuple[str, ...]
    author: str | None
    byline: str | None
    dateline: str | None
    published: str | None
    updated: str | None
    section: str | None
    attachments: tuple[str, ...]
    """Documents and audio files that the page links or prints, not pictures."""
    pictures: tuple[str, ...]
    previous: Neighbour | None
    next: Neighbour | None
    seed_file: str | None = None
    """Name of the seed text this page was built from."""

    @property
    def text(self) -> str:
        """Paragraphs with a blank line between."""
        return "\n\n".join(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request as the server saw it. `sent` is what was written, even when cut on purpose."""

    site: str
    host: str
    method: str
    target: str
    status: int
    received: bytes
    sent: bytes
    started_at: datetime
    seconds: float
    concurrent: int
    """Requests open at this site when this one arrived, itself included."""
    connection: int
    """Number of the TCP connection, counted over the whole web."""
