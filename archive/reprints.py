"""Which articles are the same story: reprints of each other, across sites and within one.

The catalog keeps the fingerprints of the newest reading of every article. Who shares a passage with
an article that is not in hundreds of others is a candidate; resemblance and containment decide.
Titles say nothing: reprints have others.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from archive import answers, resemblance
from archive.answers import Entry
from archive.article import Article
from archive.errors import ArticleNotFound
from archive.resemblance import Resemblance, Shingles
from archive.schema import ENTRIES
from archive.times import local

RESEMBLING = 0.6
CONTAINED = 0.85
LARGEST_BUCKET = 300
"""Articles. A passage that stands in more is a legal header or a phrase, and leads to none."""
MOST = 300
"""Reprints that are told of one article."""

_PATIENCE = 16  # candidates in a row that are no reprints: those that follow share still less
_STEPS = 8
_GUESSED = "published: guessed"
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d))?)?)?")

SCHEMA = """
CREATE TABLE fingerprints (
    passage INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (key),
    PRIMARY KEY (passage, article)
) WITHOUT ROWID;
CREATE INDEX fingerprints_by_article ON fingerprints (article);
"""
DUMP = {
    "fingerprint": """
        SELECT id, passage FROM articles JOIN fingerprints ON article = key
        ORDER BY site, url, passage"""
}
_PASSAGES = "SELECT passage FROM fingerprints WHERE article = ?"
_BUCKET = "SELECT article FROM fingerprints WHERE passage = ? LIMIT ?"
_RANKED = """
SELECT articles.key FROM json_each(?) JOIN articles ON articles.key = json_extract(value, '$[0]')
ORDER BY json_extract(value, '$[1]') DESC, articles.id
"""
_NEWEST = """
SELECT key FROM articles WHERE :site IS NULL OR site = :site ORDER BY first_seen DESC, site, url
"""


class Kind(StrEnum):
    """What a reprint is beside the article it was looked up for."""

    SAME = "same"
    EXTENDED = "extended"
    SHORTENED = "shortened"


class Rule(StrEnum):
    """What names the earliest of several articles."""

    PUBLISHED = "published"
    CAPTURED = "captured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """An article that tells the story of another one, in its words.

    `kind` is EXTENDED when nearly all of the other text stands in this longer one, SHORTENED when
    nearly all of this one stands in the longer other; SAME is neither.
    """

    entry: Entry
    kind: Kind
    jaccard: float
    containment: float
    same_site: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An article and its reprints, by the time of their first capture.

    `earliest` is among them all the one that was published first where each shows its date and the
    dates can be told apart (`by` PUBLISHED); else the one captured first, which says no more than
    when it was met (CAPTURED).
    """

    article: Entry
    reprints: tuple[Reprint, ...]
    earliest: Entry
    by: Rule


def put(db: sqlite3.Connection, key: int, article: Article) -> None:
    """Enter the newest reading of an article, instead of the one before."""
    db.execute("DELETE FROM fingerprints WHERE article = ?", (key,))
    passages = resemblance.fingerprints(_syllables(article))
    rows = [(passage, key) for passage in passages]
    db.executemany("INSERT INTO fingerprints VALUES (?, ?)", rows)


def of(db: sqlite3.Connection, entry: Entry) -> Group:
    """The group of an article, which is alone in it if it has no reprints.

    Raises ArticleNotFound for an article of another catalog.
    """
    return _group(db, entry, _candidates(db, _key(db, entry)))


def groups(db: sqlite3.Connection, site: str | None = None) -> Iterator[Group]:
    """The groups, one at a time: first those of the newest articles.

    Every article that has reprints is in one: around the earliest of them, or, where that one does
    not know the article (in a chain of retellings), around the article itself. With `site` those
    that an article of this site is in.
    """
    told = set[int]()
    for (key,) in db.execute(_NEWEST, {"site": site}):
        candidates = [] if key in told else _candidates(db, key)
        if not candidates:
            continue
        own = _group(db, _entry(db, key), candidates)
        members = _keys(db, group := _around_earliest(db, own))
        if key not in members:
            group, members = own, {key}  # what is around it may be told around an earlier one
        if group.reprints:
            yield group
        told |= members


def verdict(alike: Resemblance, *, longer: bool) -> Kind | None:
    """What a text is beside another; `longer` is whether it is the longer one."""
    if alike.jaccard >= RESEMBLING:
        return Kind.SAME
    if alike.containment < CONTAINED:
        return None
    return Kind.EXTENDED if longer else Kind.SHORTENED


def earliest(entries: Sequence[Entry]) -> tuple[Entry, Rule]:
    """The earliest of some articles, and what says so; see `Group`."""
    first = min(entries, key=lambda entry: (_published(entry), *_captured(entry)))
    date = _published(first)
    if date and all(one is first or _is_before(date, _published(one)) for one in entries):
        return first, Rule.PUBLISHED
    return min(entries, key=_captured), Rule.CAPTURED


def _group(db: sqlite3.Connection, entry: Entry, candidates: Iterable[int]) -> Group:
    own = _shingles(entry.article)
    found, missed = list[Reprint](), 0
    for key in candidates:
        reprint = _judged(entry, own, _entry(db, key))
        missed = 0 if reprint else missed + 1
        found += [reprint] if reprint else []
        if missed == _PATIENCE or len(found) == MOST:
            break
    found.sort(key=lambda one: _captured(one.entry))
    first, rule = earliest([entry, *(one.entry for one in found)])
    return Group(article=entry, reprints=tuple(found), earliest=first, by=rule)


def _around_earliest(db: sqlite3.Connection, group: Group) -> Group:
    """The group of the earliest, which may know of one that is earlier still."""
    for _ in range(_STEPS):
        if group.earliest is group.article:
            break
        group = of(db, group.earliest)
    return group


def _candidates(db: sqlite3.Connection, key: int) -> list[int]:
    """Those who share passages with an article: the most and the rarest first, of equals by id."""
    shared = Counter[int]()
    for (passage,) in db.execute(_PASSAGES, (key,)).fetchall():
        bucket = [other for (other,) in db.execute(_BUCKET, (passage, LARGEST_BUCKET + 1))]
        if len(bucket) <= LARGEST_BUCKET:
            weight = (2 * LARGEST_BUCKET // len(bucket)).bit_length()
            shared.update(dict.fromkeys(bucket, weight))
    del shared[key]
    weighed = json.dumps(list(shared.items()))
    return [other for (other,) in db.execute(_RANKED, (weighed,))] if shared else []


def _keys(db: sqlite3.Connection, group: Group) -> set[int]:
    return {_key(db, one) for one in (group.article, *(each.entry for each in group.reprints))}


def _key(db: sqlite3.Connection, entry: Entry) -> int:
    sql = "SELECT key FROM articles WHERE site = ? AND url = ?"
    row = db.execute(sql, (entry.site, entry.url)).fetchone()
    if row is None:
        raise ArticleNotFound(entry.url)
    return int(row[0])


def _entry(db: sqlite3.Connection, key: int) -> Entry:
    return answers.entry(db.execute(f"{ENTRIES} WHERE articles.key = ?", (key,)).fetchone())


def _judged(entry: Entry, own: Shingles, other: Entry) -> Reprint | None:
    theirs = _shingles(other.article)
    alike = resemblance.compare(own, theirs)
    kind = verdict(alike, longer=len(theirs) > len(own))
    if kind is None:
        return None
    return Reprint(
        entry=other,
        kind=kind,
        jaccard=alike.jaccard,
        containment=alike.containment,
        same_site=other.site == entry.site,
    )


def _syllables(article: Article) -> list[str]:
    return resemblance.syllables(article.lead, article.text)


def _shingles(article: Article) -> Shingles:
    return resemblance.shingles(_syllables(article))


def _captured(entry: Entry) -> tuple[str, str, str]:
    return entry.first_seen, entry.site, entry.url


def _published(entry: Entry) -> str:
    """The date that the page shows, to the minute; "" for none, or one that was guessed."""
    shown = entry.article.published or ""
    if _GUESSED in entry.article.findings or not _DATE.fullmatch(shown):
        return ""
    return local(shown, "minutes")[:16] if "T" in shown else shown


def _is_before(one: str, other: str) -> bool:
    """Whether a date is certainly before another: compared as precisely as both are."""
    common = min(len(one), len(other))
    return one[:common] < other[:common]
