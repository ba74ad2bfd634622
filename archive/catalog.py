"""The catalog: what was read of every article at every look, and the search over it.

One SQLite file, derived from the reading journals of a collection: put the same entries and it says
the same (`dump`). Several programs may write to it at once, each its own site.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from archive import answers, journal, reprints
from archive import article as articles
from archive.answers import Entry, Hit, Known, News, Sighting, SiteCounts, Version
from archive.article import WITH_READING, Article, Change, Digests, Look, Model, Run
from archive.digest import Digest
from archive.errors import ArticleNotFound, NotACollection
from archive.query import Query
from archive.reprints import Group
from archive.schema import (
    COUNTS_BETWEEN,
    DUMP,
    ENTRIES,
    FOUND_LATER,
    KNOWN,
    LOOKED_AT,
    LOOKS_AT,
    NEWS_BETWEEN,
    PUBLISHED,
    READING_BEFORE,
    READINGS,
    READINGS_OF,
    SCHEMA,
    SCHEMA_VERSION,
    SEARCH,
    SIGHTINGS,
    SUMMARISE,
)
from archive.sqlite import REMEDY, connected, explained, let_readers_pass
from archive.text import search_exact, search_fold


def article_id(site: str, url: str) -> str:
    """64 hex digits that name an article in every catalog; `Entry.id` is their beginning."""
    return sha256(f"{site}\n{url}".encode()).hexdigest()


def empty_old(path: Path) -> bool:
    """Empty a catalog of an older version, for mending to fill it again; whether it was one."""
    with explained(path), closing(connected(path)) as database:
        if not 0 < _version_of(database) < SCHEMA_VERSION:
            return False
        database.execute("BEGIN IMMEDIATE")
        if is_old := 0 < _version_of(database) < SCHEMA_VERSION:  # nobody else was quicker
            for name in _tables(database):
                database.execute(f'DROP TABLE IF EXISTS "{name}"')
            database.execute("PRAGMA user_version = 0")
        database.execute("COMMIT")
        return is_old


def _tables(database: sqlite3.Connection) -> list[str]:
    """Virtual ones first: theirs go with them, and cannot be dropped by themselves."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return [name for (name,) in database.execute(sql)]


def _version_of(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


class Catalog:
    """The catalog at `path`, made if it is missing. A context manager; for one thread.

    Raises NotACollection for a file that is no catalog of this version, StorageFailed when the
    disk refuses, CollectionLocked when another program keeps it locked for BUSY_TIMEOUT.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        with explained(self.path):
            self._db = connected(self.path)
            self._db.row_factory = sqlite3.Row
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def compare(self, article: Article) -> Change:
        """What this reading is after the newest one of the same (site, url).

        NEW when there is none, and when the article was gone: that it came back is told by a
        version of its own, even with the old words.
        """
        row = self._select(
            f"SELECT * FROM {READINGS} WHERE site = :site AND url = :url AND gone_at IS NULL",
            site=article.site,
            url=article.url,
        ).fetchone()
        if row is None:
            return Change.NEW
        names = ("text", "fold", "metadata")
        old = Digests(**{name: Digest.parse(row[f"{name}_digest"]) for name in names})
        return articles.compare(old, article)

    def reading(self, site: str, url: str, *, before: str | None = None) -> Article | None:
        """The newest reading of an article, with its capture; None when there is none.

        With `before`, a WARC date, that of the newest capture before then.
        """
        row = self._select(READING_BEFORE, site=site, url=url, before=before).fetchone()
        return answers.article(row["reading"]) if row else None

    def readings(self, site: str, since: str = "") -> Iterator[Article]:
        """The newest reading of each capture of a site that was read as an article, from a WARC
        date on, by URL and time.
        """
        rows = self._select(f"{READINGS_OF} ORDER BY url, seen_at", site=site, since=since)
        return (answers.article(row["reading"]) for row in rows)

    def count_readings(self, site: str, since: str = "") -> int:
        """How many `readings` gives."""
        sql = f"SELECT count(*) FROM ({READINGS_OF})"
        return int(self._select(sql, site=site, since=since).fetchone()[0])

    def looked_at(self, site: str) -> Iterator[tuple[str, str]]:
        """The URL of every capture of a site that is a look at an article, and its WARC date."""
        rows = self._select(LOOKED_AT, site=site)
        return ((row["captured_url"], row["seen_at"]) for row in rows)

    def published(self, site: str) -> dict[str, int]:
        """How many articles of a site were published on each day: see `article.published_on`."""
        rows = self._select(PUBLISHED, site=site)
        return Counter(articles.published_on(row["published"], row["seen_at"]) for row in rows)

    def found_later(self, site: str) -> set[str]:
        """The URLs of articles that no visit has found, but a later reading of what was kept."""
        return {row["url"] for row in self._select(FOUND_LATER, site=site)}

    def put(self, entry: journal.Entry) -> None:
        """Enter one look, run or model; see `put_many`."""
        self.put_many([entry])

    def put_many(self, entries: Iterable[journal.Entry]) -> None:
        """Enter looks, runs and models in one transaction: all of them or none.

        An article is `look.site` and `look.url`; a look at it is told by `seen_at` and
        `reread_at`, and entered once however often it is put. Looks at one article come in the
        order of their times; one may come later if it is NEW or a reading again, or if an earlier
        one that is NEW has been put: the article's first look must bring a reading, and is NEW
        here. One without (UNCHANGED or GONE of an article that nothing was read of) says nothing
        that could be kept, and is passed over.
        Of a run, the last word counts.
        """
        with self._transaction():
            for entry in entries:
                self._put(entry)

    def note_files(self, names: Iterable[str]) -> None:
        """All entries in these files of readings have been entered."""
        with self._transaction():
            rows = [(name,) for name in names]
            self._db.executemany("INSERT OR IGNORE INTO files VALUES (?)", rows)

    def files(self) -> set[str]:
        """The files of readings that have been entered whole."""
        return {row["name"] for row in self._select("SELECT name FROM files")}

    def count_looks(self) -> int:
        """How many looks have been entered."""
        return int(self._select("SELECT count(*) FROM looks").fetchone()[0])

    def newest_look(self) -> str:
        """The time of the newest look, or ""."""
        return str(self._select("SELECT coalesce(max(seen_at), '') FROM looks").fetchone()[0])

    def runs(self, site: str | None = None, *, newest: int = -1) -> list[Run]:
        """The runs (or so many of the newest) in the order in which they started."""
        rows = self._select(
            "SELECT * FROM runs WHERE :site IS NULL OR site = :site"
            " ORDER BY started_at DESC, id DESC LIMIT :newest",
            site=site,
            newest=newest,
        )
        return [answers.run(row) for row in rows][::-1]

    def model(self, site: str, version: str | None = None) -> Model | None:
        """What was learned of a site last (of this version); None when nothing was."""
        row = self._select(
            "SELECT * FROM models WHERE site = :site AND (:version IS NULL OR version = :version)"
            " ORDER BY learned_at DESC, version DESC LIMIT 1",
            site=site,
            version=version,
        ).fetchone()
        return answers.model(row) if row else None

    def models(self, site: str | None = None) -> Iterator[Model]:
        """All models (of a site), in the order in which they were learned."""
        rows = self._select(
            "SELECT * FROM models WHERE :site IS NULL OR site = :site"
            " ORDER BY learned_at, site, version",
            site=site,
        )
        return map(answers.model, rows)

    def sightings(self) -> Iterator[Sighting]:
        """Every look as it says where it stands, by site, URL and time."""
        for site, url, seen_at, reread_at, captured_url, reading in self._select(SIGHTINGS):
            capture = answers.article(reading).capture if reading else None
            yield Sighting(site, url, seen_at, reread_at, captured_url, capture)

    def article(self, ref: str) -> Entry:
        """The article of a URL (of the site that saw it last) or of the beginning of an id.

        Raises ArticleNotFound, also for a beginning that several ids share.
        """
        if re.fullmatch("[0-9a-f]{4,64}", ref.lower()):
            return self._by_id(ref.lower())
        row = self._select(
            f"{ENTRIES} WHERE url = :url ORDER BY last_seen DESC, site LIMIT 1", url=ref
        ).fetchone()
        if row is None:
            raise ArticleNotFound(ref)
        return answers.entry(row)

    def articles(
        self,
        site: str | None = None,
        change: Change | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Entry]:
        """Articles by site and URL, or those first that were first seen last.

        `change` asks for those whose newest look at the site found that; REREAD for those whose
        newest reading is one of an old capture, read again.
        """
        order = "first_seen DESC, site, url" if newest_first else "site, url"
        rows = self._select(
            f"{ENTRIES} WHERE (:site IS NULL OR site = :site)"
            " AND (:change IS NULL OR articles.change = :change"
            " OR looks.change = 'reread' AND :change = 'reread')"
            f" ORDER BY {order} LIMIT :limit",
            site=site,
            change=change,
            limit=-1 if limit is None else limit,
        )
        return map(answers.entry, rows)

    def versions(self, entry: Entry) -> list[Version]:
        """The wordings of an article, the oldest first."""
        return answers.versions(self._select(LOOKS_AT, site=entry.site, url=entry.url))

    def known(self, site: str) -> Iterator[Known]:
        """The articles of a site, by URL. Read at once: looks may be put meanwhile."""
        rows = self._select(KNOWN, site=site).fetchall()
        return (
            Known(**{**dict(row), "addresses": tuple(json.loads(row["addresses"]))}) for row in rows
        )

    def counts(self) -> list[SiteCounts]:
        """What there is of each site, by name."""
        rows = self._select(
            "SELECT site, count(*) AS articles, sum(versions) AS versions,"
            " count(gone_at) AS gone, max(last_seen) AS newest"
            " FROM articles GROUP BY site ORDER BY site"
        )
        return [SiteCounts(**dict(row)) for row in rows]

    def found_between(self, site: str, since: str, until: str) -> dict[Change, int]:
        """What the looks at a site between two WARC dates, and at them, found, and how often."""
        rows = self._select(COUNTS_BETWEEN, site=site, since=since, until=until)
        return {Change(row["change"]): row["looks"] for row in rows}

    def news(self, site: str, change: Change, since: str, until: str, limit: int) -> list[News]:
        """The first of the looks between two WARC dates that found this, in their order."""
        rows = self._select(
            NEWS_BETWEEN, site=site, change=change, since=since, until=until, limit=limit
        )
        return [answers.news(row) for row in rows]

    def search(self, words: str, site: str | None = None, limit: int = 20) -> list[Hit]:
        """The articles whose newest wording has all the words, the best first.

        Words match with or without their marks; written with marks, those that have the same come
        first. "Words in quotes" must stand side by side; unquoted ones that do come first. No
        character has any other meaning. No word, no hit.
        """
        query = Query(words)
        if not query.terms:
            return []
        rows = self._select(SEARCH, match=query.match, site=site, limit=max(0, limit))
        return [answers.hit(query, answers.entry(row)) for row in rows]

    def reprints(self, entry: Entry) -> Group:
        """The articles that tell the same story in the same words, on other sites or this one.

        Of the newest readings; see `archive.reprints` for what counts and what is bounded.
        """
        with explained(self.path):
            return reprints.of(self._db, entry)

    def reprint_groups(self, site: str | None = None) -> Iterator[Group]:
        """All groups of reprints, or those with an article of a site; the newest articles' first.

        Found one by one: who takes few waits for few.
        """
        with explained(self.path):
            yield from reprints.groups(self._db, site)

    def _open(self) -> None:
        self._db.execute("PRAGMA synchronous = NORMAL")  # derived: what is lost is rebuilt
        if self._schema() == 0:
            with self._transaction():
                self._create()
        if self._schema() != SCHEMA_VERSION:
            why = f"its schema is {self._schema()}, this program's {SCHEMA_VERSION}"
            raise NotACollection(self.path, f"{why}; {REMEDY}")
        let_readers_pass(self._db)

    def _schema(self) -> int:
        return _version_of(self._db)

    def _create(self) -> None:
        if self._schema() == 0:  # nobody else was quicker
            for statement in filter(str.strip, (SCHEMA + reprints.SCHEMA).split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            with self._db:
                yield

    def _select(self, sql: str, **values: object) -> sqlite3.Cursor:
        with explained(self.path):
            return self._db.execute(sql, values)

    def _by_id(self, beginning: str) -> Entry:
        rows = self._select(
            f"{ENTRIES} WHERE id >= :beginning AND id < :beginning || 'g' ORDER BY id LIMIT 9",
            beginning=beginning,
        ).fetchall()
        if len(rows) != 1:
            raise ArticleNotFound(beginning, tuple(row["id"] for row in rows))
        return answers.entry(rows[0])

    def _put(self, entry: journal.Entry) -> None:
        if isinstance(entry, Look):
            self._put_look(entry)
        elif isinstance(entry, Run):
            self._put_run(entry)
        else:
            content = json.dumps(entry.content, ensure_ascii=False, sort_keys=True)
            row = (entry.site, entry.learned_at, entry.version, content)
            self._db.execute("INSERT OR IGNORE INTO models VALUES (?, ?, ?, ?)", row)

    def _put_run(self, run: Run) -> None:
        counts, at = json.dumps(run.counts, sort_keys=True), json.dumps(run.at)
        texts = (run.id, run.site, run.started_at, run.finished_at, run.outcome)
        row = (*texts, counts, at, run.reason)
        self._db.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _put_look(self, look: Look) -> None:
        row = self._select(
            "SELECT key FROM articles WHERE site = :site AND url = :url",
            site=look.site,
            url=look.url,
        ).fetchone()
        if row is None and look.article is None:
            return
        if row is None:
            look = replace(look, change=Change.NEW)
        elif look.article is None and look.change in WITH_READING:
            raise ValueError(f"a look that found {look.url} {look.change} brings no reading")
        key: int = self._name(look) if row is None else row["key"]
        if self._insert(key, look):
            self._db.execute(SUMMARISE, {"key": key})
            self._index(key, look)

    def _name(self, look: Look) -> int:
        names = (article_id(look.site, look.url), look.site, look.url)
        sql = "INSERT INTO articles (id, site, url) VALUES (?, ?, ?) RETURNING key"
        return int(self._db.execute(sql, names).fetchone()["key"])

    def _insert(self, key: int, look: Look) -> bool:
        reading: tuple[str | None, ...] = (None, None, None, look.conversion_id, None)
        if look.article is not None and look.change in WITH_READING:
            seen = replace(look.article, capture=look.capture)
            of = articles.digests(seen)
            text = json.dumps(articles.to_json(seen), ensure_ascii=False)
            reading = (str(of.text), str(of.fold), str(of.metadata), look.conversion_id, text)
        payload = look.capture.digest and str(look.capture.digest)
        times = (look.seen_at, look.reread_at)
        row = (None, key, *times, look.change, look.capture.url, payload, *reading)
        sql = f"INSERT OR IGNORE INTO looks VALUES ({', '.join('?' * len(row))})"
        return self._db.execute(sql, row).rowcount == 1

    def _index(self, key: int, look: Look) -> None:
        newest = self._select(
            f"SELECT seen_at, reread_at FROM {READINGS} WHERE articles.key = :key", key=key
        ).fetchone()
        if look.article is None or tuple(newest) != (look.seen_at, look.reread_at):
            return
        words = answers.searched(look.article)
        self._db.execute("DELETE FROM words WHERE rowid = ?", (key,))
        self._db.execute(
            "INSERT INTO words (rowid, fold, exact) VALUES (?, ?, ?)",
            (key, search_fold(words), search_exact(words)),
        )
        reprints.put(self._db, key, look.article)


def dump(catalog: Catalog) -> Iterator[str]:
    """All that a catalog says, one JSON line for each row, in an order of its own.

    Equal for catalogs in which the same was put; nothing in it depends on when or by whom.
    """
    for table, sql in (DUMP | reprints.DUMP).items():
        for row in catalog._select(sql):
            yield json.dumps([table, *row], ensure_ascii=False)
