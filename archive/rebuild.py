"""Indexes, dedup table and catalog again, from the WARC files alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import cdxj, journal, reader, scan
from archive.article import Look, Run
from archive.catalog import Catalog
from archive.collection import Collection
from archive.dedup import Dedup
from archive.disk import written_whole
from archive.mend import recover_left
from archive.parallel import Progress
from archive.record import Record

_Place = tuple[str, Path, int, int]
"""The time of a look, and where its entry stands: file, offset, length."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry of a reading journal that cannot be understood, and why."""

    path: Path
    offset: int
    why: str


def rebuild(collection: Collection, progress: Progress | None = None) -> list[Rejected]:
    """Derive again everything that is derived. What was there before is replaced when all is done.

    The catalog is the fold of the reading journals: looks in the order of their times, then of
    file and place. Entries that hold neither look nor run are passed over and returned. Files that
    dead processes left are recovered first. Raises CorruptRecord, and replaces nothing further,
    when a file cannot be read: repair or remove it; CollectionLocked when a site is being written.
    """
    with collection.alone():
        return _rebuild(collection, progress)


def _rebuild(collection: Collection, progress: Progress | None) -> list[Rejected]:
    recover_left(collection)
    captures, texts = collection.warcs(), collection.warcs(text=True)
    done = _counted(progress, len(captures) + len(texts))
    for index in collection.stray_indexes():
        index.unlink()
    with _new_database(collection.dedup_path) as draft:
        _rebuild_captures(collection, captures, draft, done)
    with _new_database(collection.catalog_path) as draft:
        return _rebuild_catalog(texts, draft, done)


def _rebuild_captures(
    collection: Collection, paths: list[Path], draft: Path, done: Callable[[Path], None]
) -> None:
    with closing(Dedup(draft)) as dedup:
        for path in paths:
            scanned = list(scan.scan(path))
            cdxj.write_index(collection.index_path(path.name), [s.capture for s in scanned])
            dedup.commit_file(path.name, [one for s in scanned for one in s.derived])
            done(path)


def _rebuild_catalog(
    paths: list[Path], draft: Path, done: Callable[[Path], None]
) -> list[Rejected]:
    looks, rejected = list[_Place](), list[Rejected]()
    with Catalog(draft) as catalog:
        for path in paths:
            for record in filter(journal.is_entry, reader.iter_records(path)):
                entry = _entry(record, rejected)
                if isinstance(entry, Run):
                    catalog.put_run(entry)
                elif entry:
                    looks.append((entry.seen_at, path, record.offset, record.length))
            done(path)
        catalog.put_many(_looks(sorted(looks)))
        catalog.note_files(path.name for path in paths)
    return rejected


def _entry(record: Record, rejected: list[Rejected]) -> Look | Run | None:
    try:
        return journal.read(record)
    except ValueError as error:
        rejected.append(Rejected(record.path, record.offset, str(error)))
        return None


def _looks(places: list[_Place]) -> Iterator[Look]:
    """The looks once more, one at a time: their texts together may not fit into memory."""
    for _, path, offset, length in places:
        with reader.open_record(path, offset, length) as record:
            look = journal.read(record)
        if isinstance(look, Look):
            yield look


def _counted(progress: Progress | None, total: int) -> Callable[[Path], None]:
    count = 0

    def done(path: Path) -> None:
        nonlocal count
        count += 1
        if progress:
            progress(path, count, total)

    return done


@contextmanager
def _new_database(path: Path) -> Iterator[Path]:
    """Where to make an SQLite file that takes the place of the one at `path` if all goes well."""
    with written_whole(path) as draft:
        try:
            yield draft
            _remove_sidecars(path)
        finally:
            _remove_sidecars(draft)


def _remove_sidecars(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
