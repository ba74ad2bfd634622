"""Indexes, dedup table and catalog again, from the WARC files alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from archive import cdxj, reader
from archive.article import Look, Run
from archive.catalog import Catalog
from archive.collection import Collection
from archive.dedup import Dedup, Repeat

Progress = Callable[[Path, int, int], None]
"""Called with each file when it is done, how many are done, and how many there are."""


def rebuild(collection: Collection, progress: Progress | None = None) -> None:
    """Derive again everything that is derived. What was there before is replaced when all is done.

    The catalog is the fold of the reading journals: looks in the order of their times, then of
    file and place. Files that dead processes left are recovered first. Raises CorruptRecord, and
    replaces nothing further, when a file cannot be read: repair or remove it.
    """
    collection.mend()
    captures, texts = collection.warcs(), collection.warcs(text=True)
    done = _counted(progress, len(captures) + len(texts))
    _remove_strays(collection, captures)
    with _Draft(collection.dedup_path) as draft:
        _rebuild_captures(collection, captures, draft, done)
    with _Draft(collection.catalog_path) as draft:
        _rebuild_catalog(collection, texts, draft, done)


def _rebuild_captures(
    collection: Collection, paths: list[Path], draft: Path, done: Callable[[Path], None]
) -> None:
    dedup, repeats = Dedup(draft), list[Repeat]()
    try:
        for path in paths:
            scanned = list(reader.scan(path))
            cdxj.write_index(collection.index_path(path.name), [s.capture for s in scanned])
            dedup.commit([s.original for s in scanned if s.original], [])
            repeats += [s.repeat for s in scanned if s.repeat]
            done(path)
        dedup.commit([], repeats)
    finally:
        dedup.close()


def _rebuild_catalog(
    collection: Collection, paths: list[Path], draft: Path, done: Callable[[Path], None]
) -> None:
    places = list[tuple[str, Path, int, int]]()
    with Catalog(draft) as catalog:
        for path in paths:
            for entry in reader.entries(path):
                if isinstance(entry.content, Run):
                    catalog.put_run(entry.content)
                else:
                    places.append((entry.content.seen_at, path, entry.offset, entry.length))
            done(path)
        catalog.put_many(_looks(sorted(places)))


def _looks(places: list[tuple[str, Path, int, int]]) -> Iterator[Look]:
    """The looks once more, one at a time: their texts together may not fit into memory."""
    for _, path, offset, length in places:
        with reader.open_record(path, offset, length) as record:
            look = reader.read_entry(record)
        if isinstance(look, Look):
            yield look


def _remove_strays(collection: Collection, captures: list[Path]) -> None:
    wanted = {collection.index_path(path.name) for path in captures}
    for index in collection.indexes_dir.glob("*.cdxj"):
        if index not in wanted:
            index.unlink()


def _counted(progress: Progress | None, total: int) -> Callable[[Path], None]:
    count = 0

    def done(path: Path) -> None:
        nonlocal count
        count += 1
        if progress:
            progress(path, count, total)

    return done


class _Draft:
    """A new SQLite file that takes the place of the old one when all went well."""

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, path.with_name(path.name + ".draft")

    def __enter__(self) -> Path:
        _remove_database(self._draft)
        return self._draft

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            _remove_database(self._path)
            os.replace(self._draft, self._path)
        else:
            _remove_database(self._draft)


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
