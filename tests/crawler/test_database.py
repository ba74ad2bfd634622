"""What the databases of the crawler have in common: broken ones, and those of older versions."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from archive import Collection, NewerThanThis, NotACollection
from crawler.alarms import Alarms, Trouble
from crawler.database import Database, version_of
from crawler.diary import Diary
from crawler.outbox import Outbox
from crawler.seen import Seen
from tests.cli import tinhuy

FIRST = "CREATE TABLE runs (site TEXT); CREATE INDEX of_site ON runs (site)"
SECOND = (
    "ALTER TABLE runs ADD COLUMN pages INTEGER NOT NULL DEFAULT 7; CREATE TABLE marks (at TEXT)"
)
AT = "2026-11-26T00:00:00Z"


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


@pytest.mark.parametrize("kind", [Alarms, Diary, Outbox, Seen])
def test_a_broken_file_is_no_matter_of_a_rebuild(
    home: Collection, kind: type[Alarms | Diary | Outbox | Seen]
) -> None:
    """It is left as it is, and nobody is told that a rebuild gives it back; with it moved away
    another is begun.
    """
    kind.of(home).close()
    (path,) = home.path.glob(f"{kind.__name__.lower()}.sqlite3")
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(NotACollection, match="move it away") as raised:
        kind.of(home)
    assert "rebuild" not in str(raised.value)
    assert path.read_bytes() == b"not a database at all" * 1000
    path.rename(path.with_suffix(".broken"))
    kind.of(home).close()


def test_what_is_broken_within_is_told_too(home: Collection) -> None:
    """Not only at the beginning of a file: the command that meets it ends with one line."""
    with Alarms.of(home) as alarms:
        alarms.settle([Trouble("disk", f"site{n}", "evidence " * 50) for n in range(99)], AT)
    path = home.path / "alarms.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"x" * (len(whole) - 4096))
    done = tinhuy("health", f"--collection={home.path}")
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert f"{path.name} is not a collection: it is no database; move it away" in done.stderr


def kept(path: Path, steps: list[str]) -> list[tuple[object, ...]]:
    with closing(Database(path, steps)) as database:
        return [tuple(row) for row in database.rows("SELECT * FROM runs")]


def test_an_older_file_is_brought_up(tmp_path: Path) -> None:
    """A step for each version, with all that it holds; a new file goes through all of them. Which
    it then is, an older program says, and leaves it as it is.
    """
    path = tmp_path / "runs.sqlite3"
    with closing(Database(path, [FIRST])) as database:
        database.do("INSERT INTO runs VALUES ('bao')")
        database.commit()
    assert kept(path, [FIRST]) == [("bao",)]
    assert kept(path, [FIRST, SECOND]) == [("bao", 7)]
    assert kept(path, [FIRST, SECOND]) == [("bao", 7)]
    assert version_of(path) == 2
    with pytest.raises(NewerThanThis):
        Database(path, [FIRST])
    assert kept(tmp_path / "new.sqlite3", [FIRST, SECOND]) == []
    assert version_of(tmp_path / "new.sqlite3") == 2


def test_a_step_that_fails_is_not_made(tmp_path: Path) -> None:
    """Nothing of what was to be done is: the file is of the version that it was."""
    path = tmp_path / "runs.sqlite3"
    assert kept(path, [FIRST]) == []
    with pytest.raises(sqlite3.OperationalError):
        Database(path, [FIRST, SECOND, "CREATE TABLE runs (site TEXT)"])
    assert version_of(path) == 1
    assert kept(path, [FIRST, SECOND]) == []


def test_two_that_bring_it_up_at_once(tmp_path: Path) -> None:
    """Each step is made once, whoever comes first."""
    path = tmp_path / "runs.sqlite3"
    assert kept(path, [FIRST]) == []
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(kept, [path] * 8, [[FIRST, SECOND]] * 8)) == [[]] * 8
    assert version_of(path) == 2
