"""What a catalog answers, and how its rows become that."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from archive import article as articles
from archive.article import Article, Change, Model, Run
from archive.cdxj import Capture
from archive.query import Query

SHORT_ID = 12
"""Digits of an id: 60,000 articles hold two with the same beginning once in 150,000 collections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One article of one site, as the newest reading has it. `id` has 12 hex digits, for good.

    `change` is what the newest look at the site found. Times are WARC-Dates of captures;
    `last_seen` is the newest look that found it alive, `gone_at` the first that did not (null while
    it lives).
    """

    id: str
    site: str
    url: str
    change: Change
    first_seen: str
    last_seen: str
    gone_at: str | None
    looks: int
    versions: int
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One wording of an article: the looks from one change of text to the next.

    An article that was gone and came back has another, even with the words of before. `change` is
    NEW, CHANGED or ORTHOGRAPHY; or REREAD, when the page had been read before and its words were
    found to be others at `reread_at`. `first_seen` and `last_seen` bound the looks that saw this
    wording. `article` is its newest description, with the capture it was read from.
    """

    number: int
    change: Change
    first_seen: str
    last_seen: str
    text_digest: str
    conversion_id: str
    article: Article
    reread_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a revisit policy must know of an article. `looks` counts the captures looked at.

    `edits` counts the looks that found it other than the look before; the newest was `changed_at`.
    `looked_at` is the time of the newest look, whatever it found.
    """

    url: str
    first_seen: str
    last_seen: str
    looked_at: str
    looks: int
    edits: int
    changed_at: str | None
    gone_at: str | None
    addresses: tuple[str, ...]
    """Every URL that was captured as this article, the newest capture's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found article. `marks` are the (start, end) of the words sought in `snippet`."""

    entry: Entry
    snippet: str
    marks: tuple[tuple[int, int], ...]


class Sighting(NamedTuple):
    """Where a look says that it stands; with the capture in full, if it brought a reading."""

    site: str
    url: str
    seen_at: str
    reread_at: str
    captured_url: str
    capture: Capture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCounts:
    """What the catalog holds of one site; `newest` is the time of the last look that found it."""

    site: str
    articles: int
    versions: int
    gone: int
    newest: str


class News(NamedTuple):
    """What a look found of an article; its title is that of the newest reading."""

    id: str
    url: str
    title: str
    change: Change


def entry(row: sqlite3.Row) -> Entry:
    """An article, of a row with its newest reading."""
    fields = dict(row)
    return Entry(
        article=article(fields.pop("reading")),
        change=Change(fields.pop("change")),
        id=fields.pop("id")[:SHORT_ID],
        **fields,
    )


def news(row: sqlite3.Row) -> News:
    """What a look found, of its row."""
    return News(row["id"][:SHORT_ID], row["url"], row["title"] or "", Change(row["change"]))


def run(row: sqlite3.Row) -> Run:
    """A run, of its row."""
    lists = {"counts": json.loads(row["counts"]), "at": tuple(json.loads(row["at"]))}
    return Run(**{**dict(row), **lists})


def model(row: sqlite3.Row) -> Model:
    """A model, of its row."""
    return Model(**{**dict(row), "content": json.loads(row["content"])})


def article(reading: str) -> Article:
    """An article as it was read."""
    return articles.from_json(json.loads(reading))


def versions(looks: Iterable[sqlite3.Row]) -> list[Version]:
    """The wordings in the looks at one article, which come in their order (see LOOKS_AT)."""
    found: list[Version] = []
    for look in looks:
        if look["is_wording"]:
            found.append(_version(look, len(found) + 1))
        elif found and look["change"] != Change.GONE:
            found[-1] = replace(found[-1], last_seen=look["seen_at"])
            if look["reading"]:
                found[-1] = replace(found[-1], article=article(look["reading"]))
    return found


def _version(look: sqlite3.Row, number: int) -> Version:
    return Version(
        number=number,
        change=Change(look["change"]),
        first_seen=look["seen_at"],
        last_seen=look["seen_at"],
        text_digest=look["text_digest"],
        conversion_id=look["conversion_id"],
        article=article(look["reading"]),
        reread_at=look["reread_at"],
    )


def searched(article: Article) -> str:
    """The text of an article in which words are looked for."""
    parts = (article.title, article.lead, article.text, article.author, *article.captions)
    return "\n".join(filter(None, parts))


def hit(query: Query, found: Entry) -> Hit:
    """A found article with its excerpt."""
    snippet, marks = query.excerpt(searched(found.article))
    return Hit(entry=found, snippet=snippet, marks=marks)
