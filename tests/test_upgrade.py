"""A collection that an older version has written is gone on with; what a newer one has written is
left alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive import Catalog, Collection, NewerThanThis
from crawler.alarms import Alarms, Trouble
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb

RELEASES = {"0.1.0": "8f380b7", "0.2.0": "d75f319", "0.3.0": "d66b9da", "0.4.0": "19ac4e6"}
"""The commit of each version."""

ARTICLES = 4


@pytest.fixture(scope="module")
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=6, articles=ARTICLES, only=("chodon",)) as serving:
        yield serving


@pytest.fixture(scope="module")
def crawled(web: PracticeWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of today."""
    path = tmp_path_factory.mktemp("today") / "c"
    answer("crawl", *asked(web, path))
    return path


@pytest.fixture
def home(crawled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(crawled, tmp_path / "c"))


def asked(web: PracticeWeb, path: Path) -> tuple[str, ...]:
    return ("chodon", f"--at={web.sites['chodon'].start}", "--delay=0", f"--collection={path}")


# Older


def program(root: Path, version: str, where: Path) -> None:
    """The source of an older version, as the history has it; skips where there is none."""
    history = [
        "git",
        "-C",
        str(root),
        "archive",
        RELEASES[version],
        "archive",
        "crawler",
        "spiders",
    ]
    packed = subprocess.run(history, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip(f"the history of version {version} is not here: {packed.stderr[:100]!r}")
    where.mkdir()
    subprocess.run(["tar", "x"], cwd=where, input=packed.stdout, check=True)


@pytest.mark.parametrize("version", RELEASES)
def test_what_an_older_version_wrote_is_gone_on_with(
    root: Path, web: PracticeWeb, tmp_path: Path, version: str
) -> None:
    """Its articles are known, found and crawled on, every byte is sound, and nobody had to ask."""
    home, source = tmp_path / "c", tmp_path / "source"
    program(root, version, source)
    paths = os.pathsep.join([str(source), os.environ["PYTHONPATH"]])
    made = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "crawl", *asked(web, home)],
        env=os.environ | {"PYTHONPATH": paths}, cwd=source, capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"version {version} does not run on the libraries of today")
    (run,) = answer("crawl", *asked(web, home), "--refresh")
    assert (run["counts"]["unchanged"], run["counts"].get("new", 0)) == (ARTICLES, 0)
    where = f"--collection={home}"
    title = web.sites["chodon"].articles[0].title
    assert answer("search", title, where)
    assert answer("verify", where) == []


def test_an_older_catalog_is_made_again(home: Path) -> None:
    """Whatever tables it had: the next command fills it from the archive, and says so once."""
    where = f"--collection={home}"
    listed = answer("list", where)
    (home / "catalog.sqlite3").unlink()
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as old:
        old.executescript("""
            CREATE TABLE articles (id TEXT PRIMARY KEY, title TEXT);
            CREATE TABLE readings (article TEXT REFERENCES articles (id));
            CREATE INDEX readings_of ON readings (article);
            CREATE VIRTUAL TABLE words USING fts5 (text);
            INSERT INTO words VALUES ('of then');
            INSERT INTO articles VALUES ('one', 'of then');
            PRAGMA user_version = 4;
        """)
    assert "an older tinhuy had written it" in tinhuy("list", where).stderr
    again = tinhuy("list", "--json", where)
    assert (json.loads(again.stdout), again.stderr) == (listed, "")
    assert answer("verify", where) == []


def test_looking_alone_empties_nothing(home: Path) -> None:
    """Whoever only opens an older catalog is told; who mends it is the one to empty it."""
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as old:
        old.execute("PRAGMA user_version = 3")
        kept = old.execute("SELECT count(*) FROM looks").fetchone()
    done = tinhuy("verify", f"--collection={home}")
    assert done.returncode == 6
    assert "rebuild" in done.stdout
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as old:
        assert old.execute("SELECT count(*) FROM looks").fetchone() == kept


@pytest.mark.parametrize("file", ["dedup.sqlite3", "ledgers/chodon.sqlite3"])
def test_older_tables_of_a_crawl_are_made_again(web: PracticeWeb, home: Path, file: str) -> None:
    """What refers to payloads is filled from the archive; the ledger's site is walked anew."""
    with closing(sqlite3.connect(home / file)) as old:
        old.execute("PRAGMA user_version = 1")
    (run,) = answer("crawl", *asked(web, home))
    assert (run["outcome"], run["counts"].get("new", 0)) == ("ok", 0)
    assert answer("verify", f"--collection={home}") == []


# Newer


@pytest.mark.parametrize(
    ("file", "command", "said"),
    [
        ("catalog.sqlite3", "list", "its schema is 99"),
        ("dedup.sqlite3", "crawl", "a newer tinhuy has written it"),
        ("ledgers/chodon.sqlite3", "crawl", "a newer tinhuy has written it"),
        ("diary.sqlite3", "runs", "a newer tinhuy has written it"),
    ],
)
def test_what_a_newer_version_wrote_is_left_alone(
    web: PracticeWeb, home: Path, file: str, command: str, said: str
) -> None:
    """A command that needs it ends with one line and its code, and not a row is changed."""
    with closing(sqlite3.connect(home / file)) as newer:
        newer.execute("PRAGMA user_version = 99")
    rows = told(home / file)
    where = (f"--collection={home}",)
    done = tinhuy(command, *(asked(web, home) if command == "crawl" else where))
    assert done.returncode == 4, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert told(home / file) == rows


def told(path: Path) -> list[str]:
    """All that a database holds, as statements."""
    with closing(sqlite3.connect(path)) as database:
        version = database.execute("PRAGMA user_version").fetchone()
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = [database.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in tables]
    return [repr(each) for each in (version, tables, rows)]


def test_newer_alarms_are_left_alone(home: Path) -> None:
    """They are told to who asks, and stay."""
    collection = Collection.open(home)
    with Alarms.of(collection) as alarms:
        alarms.settle([Trouble("disk", "", "full")], "2026-11-24T18:30:00Z")
    with closing(sqlite3.connect(home / "alarms.sqlite3")) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerThanThis):
        Alarms.of(collection)
    with closing(sqlite3.connect(home / "alarms.sqlite3")) as newer:
        assert newer.execute("SELECT count(*) FROM alarms").fetchone() == (1,)


def test_a_newer_collection_is_left_alone(home: Path) -> None:
    """Its marker says so: nothing else in it is looked at."""
    (home / "collection.json").write_text('{"format": "tinhuy-collection", "version": 2}')
    done = tinhuy("list", f"--collection={home}")
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)


def test_going_back_needs_a_rebuild(home: Path) -> None:
    """A catalog of a newer version is made again by a rebuild, as everything that is derived."""
    with closing(sqlite3.connect(home / "catalog.sqlite3")) as newer:
        newer.execute("PRAGMA user_version = 99")
    assert tinhuy("rebuild", f"--collection={home}").returncode == 0
    with Catalog(home / "catalog.sqlite3") as catalog:
        assert sum(counts.articles for counts in catalog.counts()) == ARTICLES
