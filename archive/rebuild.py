"""Indexes, dedup table and catalog again, from the WARC files alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from archive import journal, reader, scan
from archive.article import Look, Run
from archive.catalog import Catalog
from archive.collection import Collection
from archive.dedup import Dedup
from archive.disk import replace_synced
from archive.errors import CorruptRecord, NotACollection
from archive.mend import recover_left, tell
from archive.parallel import Progress, over_files
from archive.sqlite import BUSY_TIMEOUT

_UNDER_WAY = ".rebuilding"
"""What ends the name of a database while it is made; a rebuild that was killed goes on with it."""
_ORDER = ".order"
_ENTRIES = 1000
"""Entries that are put in one transaction."""

_Place = tuple[str, str, int, int]
"""The times by which an entry stands in the order of all, and its offset and length."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that could not be taken in, and why: an entry of a journal, or damaged bytes."""

    path: Path
    offset: int
    why: str


def rebuild(
    collection: Collection, progress: Progress | None = None, workers: int | None = None
) -> list[Rejected]:
    """Derive again everything that is derived. What was there before is replaced when all is done.

    The catalog is the fold of the reading journals: entries in the order of their times, then of
    file and place. What holds neither look, run nor model, and damaged records, are passed over and
    returned. Files that dead processes left are recovered first; a rebuild that was interrupted
    goes on where it was. `workers` as for `over_files`. Raises CollectionLocked when a site is
    being written.
    """
    with collection.alone():
        recover_left(collection)
        for index in collection.stray_indexes():
            index.unlink()
        captures, texts = collection.warcs(), collection.warcs(text=True)
        count = len(captures) + len(texts)
        rejected = _rebuild_captures(collection, captures, workers, _part(progress, 0, count))
        rejected += _rebuild_catalog(
            collection, texts, workers, _part(progress, len(captures), count)
        )
        _put_in_place(collection.dedup_path)
        _put_in_place(collection.catalog_path)
    return rejected


def _part(progress: Progress | None, before: int, total: int) -> Progress | None:
    """The progress of a part of the work, told as progress of the whole."""
    return progress and (lambda path, done, _: progress(path, before + done, total))


def _rebuild_captures(
    collection: Collection, paths: list[Path], workers: int | None, progress: Progress | None
) -> list[Rejected]:
    draft = _under_way(collection.dedup_path)
    if not _goes_on(draft, Dedup, lambda files: files <= {path.name for path in paths}):
        _remove(draft)
    with closing(Dedup(draft)) as dedup:
        known = dedup.files()
        left = [
            p for p in paths if p.name not in known or not collection.index_path(p.name).exists()
        ]
        progress = _part(progress, len(paths) - len(left), len(paths))
    told = over_files(partial(_told, collection.path), left, workers, progress)
    return [rejected for some in told for rejected in some]


def _goes_on(
    draft: Path, kind: type[Dedup] | type[Catalog], is_right: Callable[[set[str]], bool]
) -> bool:
    """Whether a database that was under way can be gone on with."""
    try:
        with closing(kind(draft)) as table:
            return is_right(table.files())
    except NotACollection:
        return False


def _told(home: Path, path: Path) -> list[Rejected]:
    """Write the index of a file, and what else is derived from it into the table under way."""
    collection, damage = Collection(home), list[CorruptRecord]()
    with closing(Dedup(_under_way(collection.dedup_path))) as dedup:
        tell(path, scan.scan(path, damage), collection.index_path(path.name), dedup)
    return [_damaged(path, error) for error in damage]


def _damaged(path: Path, error: CorruptRecord) -> Rejected:
    return Rejected(path, error.offset, f"expected {error.expected}, found {error.found}")


def _journal(order: Path, path: Path) -> list[Rejected]:
    rejected = list[Rejected]()
    with closing(_Order(order)) as places:
        places.add(path, _places(path, rejected))
    return rejected


def _places(path: Path, rejected: list[Rejected]) -> Iterator[_Place]:
    """Where the entries of a journal stand in the order of all, and in their file."""
    damage = list[CorruptRecord]()
    for record in filter(journal.is_entry, reader.iter_records(path, damage)):
        try:
            entry = journal.read(record)
        except CorruptRecord:
            continue  # who gives the records meets it too
        except ValueError as error:
            rejected.append(Rejected(path, record.offset, str(error)))
            continue
        yield *_times(entry), record.offset, record.length
    rejected += [_damaged(path, error) for error in damage]


def _times(entry: journal.Entry) -> tuple[str, str]:
    if isinstance(entry, Look):
        return entry.seen_at, entry.reread_at
    return entry.started_at if isinstance(entry, Run) else entry.learned_at, ""


def _rebuild_catalog(
    collection: Collection, paths: list[Path], workers: int | None, progress: Progress | None
) -> list[Rejected]:
    draft = _under_way(collection.catalog_path)
    order = collection.catalog_path.with_suffix(_ORDER)
    _remove(order)
    with closing(_Order(order)) as places, _catalog_of(draft, paths) as catalog:
        told = over_files(partial(_journal, order), paths, workers, progress)
        rejected = [one for some in told for one in some]
        entries = places.entries(catalog.newest_look())
        while some := list(islice(entries, _ENTRIES)):
            catalog.put_many(some)
    _remove(order)
    return rejected


def _catalog_of(draft: Path, paths: list[Path]) -> Catalog:
    """The catalog to go on with: the one under way, if it is of these files."""
    names = {path.name for path in paths}
    if not _goes_on(draft, Catalog, lambda files: files == names):
        _remove(draft)
    catalog = Catalog(draft)
    catalog.note_files(names)
    return catalog


class _Order:
    """Entries of many files in the order of their times. SQLite sorts, on disk if they are many.

    Several processes may add to the database at `path`.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS places (time, reread_at, start, length, file)"
        )

    def add(self, path: Path, places: Iterator[_Place]) -> None:
        while some := [(*place, str(path)) for place in islice(places, _ENTRIES)]:
            self._database.execute("BEGIN IMMEDIATE")
            with self._database:
                self._database.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?)", some)

    def entries(self, since: str) -> Iterator[journal.Entry]:
        """From a time on, one at a time: their texts together may not fit into memory."""
        sql = """SELECT DISTINCT file, start, length, time, reread_at FROM places WHERE time >= ?
            ORDER BY time, reread_at, file, start"""
        for file, start, length, *_ in self._database.execute(sql, (since,)):
            with reader.open_record(file, start, length) as record:
                yield journal.read(record)

    def close(self) -> None:
        self._database.close()


def _under_way(path: Path) -> Path:
    return path.with_name(path.name + _UNDER_WAY)


def _put_in_place(path: Path) -> None:
    """Let the database that was made take the place of the old one."""
    _remove_sidecars(path)
    replace_synced(_under_way(path), path)
    _remove_sidecars(_under_way(path))


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_sidecars(path)


def _remove_sidecars(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
