"""The tables of the catalog, and the longer statements over them."""

from __future__ import annotations

SCHEMA_VERSION = 5
"""Kept in `user_version`. A catalog is derived: an older one is emptied, and filled by mending."""

SCHEMA = """
CREATE TABLE articles (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    url TEXT NOT NULL,
    change TEXT,
    first_seen TEXT,
    last_seen TEXT,
    gone_at TEXT,
    looks INTEGER NOT NULL DEFAULT 0,
    versions INTEGER NOT NULL DEFAULT 0,
    newest_reading INTEGER REFERENCES looks (key),
    UNIQUE (site, url)
);
CREATE INDEX articles_by_url ON articles (url);
CREATE TABLE looks (
    key INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (key),
    seen_at TEXT NOT NULL,
    reread_at TEXT NOT NULL,
    change TEXT NOT NULL,
    captured_url TEXT NOT NULL,
    payload_digest TEXT,
    text_digest TEXT,
    fold_digest TEXT,
    metadata_digest TEXT,
    conversion_id TEXT NOT NULL,
    reading TEXT,
    UNIQUE (article, seen_at, reread_at)
);
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    counts TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE models (
    site TEXT NOT NULL,
    learned_at TEXT NOT NULL,
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (site, learned_at, version)
);
CREATE TABLE files (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (fold, exact, tokenize = "unicode61 remove_diacritics 0");
"""


def _wordings(article: str) -> str:
    """The looks at an article that begin a wording: what `versions` counts, and what they are.

    A METADATA look says nothing of the words, and may lag behind those of a better reading. An
    article that is NEW with the words that stood before was found in an older capture later, unless
    it was gone in between.
    """
    return f"""
SELECT key FROM (
    SELECT key, change, text_digest, lag(coalesce(text_digest, ''), 1, '')
        OVER (ORDER BY seen_at, reread_at) AS before
    FROM looks WHERE article = {article}
        AND (change = 'gone' OR text_digest IS NOT NULL AND change <> 'metadata'))
WHERE change IN ('changed', 'orthography') OR text_digest <> before"""


# What stands in `articles` beside the name is a function of the article's looks. A reading again is
# no visit: it says nothing of when the article was seen, or of what the site did to it.
SUMMARISE = f"""
UPDATE articles SET
    (looks, first_seen, last_seen) = (
        SELECT count(DISTINCT seen_at),
            min(seen_at) FILTER (WHERE change NOT IN ('gone', 'reread')),
            max(seen_at) FILTER (WHERE change NOT IN ('gone', 'reread'))
        FROM looks WHERE article = :key),
    change = (
        SELECT change FROM looks WHERE article = :key AND change <> 'reread'
        ORDER BY seen_at DESC, reread_at DESC LIMIT 1),
    gone_at = (
        SELECT min(seen_at) FROM looks WHERE article = :key AND change = 'gone' AND seen_at > (
            SELECT max(seen_at) FROM looks
            WHERE article = :key AND change NOT IN ('gone', 'reread'))),
    newest_reading = (
        SELECT key FROM looks WHERE article = :key AND text_digest IS NOT NULL
        ORDER BY seen_at DESC, reread_at DESC LIMIT 1),
    versions = (SELECT count(*) FROM ({_wordings(":key")}))
WHERE key = :key
"""

READINGS = "articles JOIN looks ON looks.key = newest_reading"
ENTRIES = f"""
SELECT id, site, url, articles.change, first_seen, last_seen, gone_at, looks, versions, reading
FROM {READINGS}
"""
# Ranked by key first: sorting whole articles would hold every match in memory. Exact hits count
# four times as much as hits without marks: who writes the marks means them.
SEARCH = f"""
WITH best AS (
    SELECT words.rowid AS found, bm25(words, 1, 4) AS place, site AS s, url AS u
    FROM words JOIN articles ON key = words.rowid
    WHERE words MATCH :match AND (:site IS NULL OR site = :site)
    ORDER BY place, s, u LIMIT :limit)
{ENTRIES} JOIN best ON found = articles.key ORDER BY place, site, url
"""
_EDITS = "looks WHERE article = articles.key AND change IN ('changed', 'orthography', 'metadata')"
KNOWN = f"""
SELECT url, first_seen, last_seen, looks, gone_at,
    (SELECT max(seen_at) FROM looks WHERE article = articles.key) AS looked_at,
    (SELECT count(*) FROM {_EDITS}) AS edits, (SELECT max(seen_at) FROM {_EDITS}) AS changed_at, (
    SELECT json_group_array(captured_url) FROM (
        SELECT captured_url FROM looks WHERE article = articles.key
        GROUP BY captured_url ORDER BY max(seen_at) DESC)) AS addresses
FROM articles WHERE site = :site ORDER BY url
"""
_NAMED = "(SELECT key FROM articles WHERE site = :site AND url = :url)"
LOOKS_AT = f"""
SELECT looks.*, looks.key IN ({_wordings(_NAMED)}) AS is_wording
FROM articles JOIN looks ON article = articles.key
WHERE site = :site AND url = :url ORDER BY seen_at, reread_at
"""
READING_BEFORE = """
SELECT reading FROM articles JOIN looks ON article = articles.key
WHERE site = :site AND url = :url AND text_digest IS NOT NULL
    AND (:before IS NULL OR seen_at < :before)
ORDER BY seen_at DESC, reread_at DESC LIMIT 1
"""
# Of a look and its readings again, the one behind which there is no other.
READINGS_OF = """
SELECT url, seen_at, reading FROM articles JOIN looks ON article = articles.key
WHERE site = :site AND seen_at >= :since AND text_digest IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM looks AS later WHERE later.article = looks.article
    AND later.seen_at = looks.seen_at AND later.reread_at > looks.reread_at
    AND later.text_digest IS NOT NULL)
"""
PUBLISHED = f"""
SELECT json_extract(reading, '$.published') AS published, coalesce(first_seen, seen_at) AS seen_at
FROM {READINGS} WHERE site = :site
"""
LOOKED_AT = """
SELECT captured_url, seen_at FROM articles JOIN looks ON article = articles.key WHERE site = :site
"""
FOUND_LATER = """
SELECT url FROM articles WHERE site = :site AND NOT EXISTS (
    SELECT 1 FROM looks WHERE article = articles.key AND reread_at = '')
"""
SIGHTINGS = """
SELECT site, url, seen_at, reread_at, captured_url, reading
FROM articles JOIN looks ON article = articles.key ORDER BY site, url, seen_at, reread_at
"""
# By the index of looks alone, but for those that are shown: a reading is larger than all else.
_LOOKED_BETWEEN = """
articles JOIN looks ON article = articles.key
WHERE site = :site AND seen_at BETWEEN :since AND :until AND reread_at = ''
"""
COUNTS_BETWEEN = f"""
SELECT looks.change, count(*) AS looks FROM {_LOOKED_BETWEEN} GROUP BY looks.change
"""
NEWS_BETWEEN = f"""
SELECT id, url, looks.change, (
    SELECT json_extract(reading, '$.title') FROM looks AS newest
    WHERE newest.key = newest_reading) AS title
FROM {_LOOKED_BETWEEN} AND looks.change = :change ORDER BY seen_at, url LIMIT :limit
"""
# Every table, without the keys that depend on the order of putting.
DUMP = {
    "article": f"""
        SELECT id, site, url, articles.change, first_seen, last_seen, gone_at, looks, versions,
            seen_at, reread_at
        FROM {READINGS} ORDER BY site, url""",
    "look": """
        SELECT id, seen_at, reread_at, looks.change, captured_url, payload_digest, text_digest,
            fold_digest, metadata_digest, conversion_id, reading
        FROM articles JOIN looks ON article = articles.key
        ORDER BY site, url, seen_at, reread_at""",
    "words": """
        SELECT id, fold, exact FROM articles JOIN words ON words.rowid = key ORDER BY site, url""",
    "run": "SELECT * FROM runs ORDER BY site, started_at, id",
    "model": """
        SELECT site, learned_at, version, content FROM models
        ORDER BY site, learned_at, version""",
}
