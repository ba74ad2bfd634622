"""The errors of SQLite files, told with the remedy that fits; of the dedup table here."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.dedup import Dedup, Repeat
from archive.digest import sha1
from archive.errors import CollectionLocked, NotACollection, StorageFailed


def test_a_broken_file(tmp_path: Path) -> None:
    """A file that is no database is left as it is, and its remedy is a rebuild, not space."""
    path = tmp_path / "dedup.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(NotACollection, match="delete it and run `tinhuy rebuild`"):
        Dedup(path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_directory_that_is_missing(tmp_path: Path) -> None:
    """A table in no directory is StorageFailed."""
    with pytest.raises(StorageFailed, match=r"nowhere/dedup\.sqlite3"):
        Dedup(tmp_path / "nowhere" / "dedup.sqlite3")


def test_a_lock_that_is_never_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits in vain is told which file is in use; a reader does not wait."""
    path = tmp_path / "dedup.sqlite3"
    monkeypatch.setattr("archive.sqlite.BUSY_TIMEOUT", 0.05)
    with closing(Dedup(path)) as table, closing(sqlite3.connect(path)) as holder:
        holder.isolation_level = None
        holder.execute("BEGIN IMMEDIATE")
        assert table.find(sha1(b"page"), datetime.now(UTC)) is None
        with pytest.raises(CollectionLocked, match=r"dedup\.sqlite3"):
            table.commit([Repeat("urn:uuid:1", "a.warc.gz")])


def test_our_own_errors_stay(tmp_path: Path) -> None:
    """A wrong statement is no error of the disk, and is not told as one."""
    path = tmp_path / "dedup.sqlite3"
    with closing(Dedup(path)) as table, closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE originals")
        with pytest.raises(sqlite3.OperationalError, match="no such"):
            table.find(sha1(b"page"), datetime.now(UTC))


def test_a_table_of_an_older_version_is_emptied(tmp_path: Path) -> None:
    """What an older program left is no obstacle: it knows no file, and is filled anew."""
    path = tmp_path / "dedup.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE originals (digest TEXT, repeats INTEGER)")
    with closing(Dedup(path)) as table:
        table.note_file("a.warc.gz")
    with closing(Dedup(path)) as table:
        assert list(table.dump()) == [("files", "a.warc.gz")]
