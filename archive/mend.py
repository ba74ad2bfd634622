"""What a dead process left half done in a collection, done to the end.

The WARC files are believed; everything else is brought up to them: an unfinished file is cut after
its last whole record and closed, and what no index, manifest, dedup table or catalog has heard of
is told to them. Nothing is done to the files of a site that is being written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive import cdxj, journal, manifest, reader, scan
from archive.article import Look
from archive.catalog import Catalog, empty_old
from archive.cdxj import Capture
from archive.dedup import Dedup, Derived
from archive.disk import stored
from archive.errors import CollectionLocked, CorruptRecord
from archive.record import Record
from archive.recover import Recovered, recover
from archive.scan import Scanned

if TYPE_CHECKING:
    from archive.collection import Collection


@dataclass(frozen=True, slots=True)
class Mended:
    """Something that was done, to a file of a collection."""

    file: Path
    what: str


def mend(collection: Collection) -> list[Mended]:
    """Mend all that is nobody's at the moment; nothing where nothing can be written."""
    if not os.access(collection.path, os.W_OK):
        return []
    renewed = _renewed(collection)
    return renewed + [
        done for prefix in sorted(_unfinished(collection)) for done in _if_free(collection, prefix)
    ]


def mend_site(collection: Collection, site: str) -> list[Mended]:
    """The same for one site, whose lock the caller holds."""
    prefix, renewed = collection.file_prefix(site), _renewed(collection)
    return renewed + (
        list(_finish(collection, prefix)) if prefix in _unfinished(collection) else []
    )


def _renewed(collection: Collection) -> list[Mended]:
    """A catalog that an older version of this program has written is emptied: what follows fills it
    again. Whoever asks it before that finds less in it than there is.
    """
    path = collection.catalog_path
    if not path.exists() or not empty_old(path):
        return []
    return [Mended(path, "an older tinhuy had written it; it is made again")]


def _if_free(collection: Collection, prefix: str) -> list[Mended]:
    try:
        with collection.hold_site(prefix):
            return list(_finish(collection, prefix))
    except CollectionLocked:
        return []


def _unfinished(collection: Collection) -> set[str]:
    """The prefixes of files that something has not heard of."""
    captures, texts = collection.warcs(), collection.warcs(text=True)
    unheard = collection.left_open() + collection.drafts()
    unheard += [path for path in captures if not collection.index_path(path.name).exists()]
    unheard += _unsealed(collection, captures + texts)
    unheard += _unknown(captures, collection.dedup_path, Dedup)
    unheard += _unknown(texts, collection.catalog_path, Catalog)
    return {_prefix(path) for path in unheard}


def _prefix(path: Path) -> str:
    return path.name.partition("-")[0]


def _unsealed(collection: Collection, paths: Iterable[Path]) -> list[Path]:
    sealed = manifest.read(collection.manifest_path)
    return [path for path in paths if path.name not in sealed]


def _unknown(paths: list[Path], database: Path, kind: type[Dedup] | type[Catalog]) -> list[Path]:
    if not paths:
        return []
    with closing(kind(database)) as table:
        known = table.files()
    return [path for path in paths if path.name not in known]


def recover_left(collection: Collection) -> list[Mended]:
    """Close what dead processes left open. The caller makes sure that all are dead."""
    for draft in collection.drafts():
        draft.unlink(missing_ok=True)
    return list(_recovered(collection, collection.left_open()))


def _recovered(collection: Collection, paths: Iterable[Path]) -> Iterator[Mended]:
    """By name, so that a site's captures come first: of readings only those with one are kept."""
    for path in sorted(paths):
        if found := _recover(collection, path):
            told = f"{found.records} whole records kept, {found.cut} bytes set aside"
            yield Mended(found.path or found.tail, told)


def _recover(collection: Collection, path: Path) -> Recovered | None:
    """None for a file that is being written after all: somebody has deleted the site's lock."""
    with stored(path):
        try:
            return recover(path, _unfounded(collection, path))
        except BlockingIOError:
            return None


def _unfounded(collection: Collection, path: Path) -> int | None:
    """Where the first reading stands, in an open file, whose capture is in no file.

    The disk takes what is written in any order: after a power cut the captures of the last seconds
    may be gone, and what was read from them still there.
    """
    group: int | None = None
    with suppress(CorruptRecord):  # what stands behind the damage is cut off in any case
        for record in reader.iter_records(path):
            group = record.offset if group is None else group
            if journal.is_entry(record) and not _is_founded(collection, record):
                return group
            if record.type != "conversion":
                group = None
    return group


def _is_founded(collection: Collection, record: Record) -> bool:
    """Whether what an entry speaks of is there. Raises CorruptRecord for one that is cut."""
    try:
        entry = journal.read(record)
    except ValueError:
        return True  # it speaks of nothing; `verify` tells of it
    return not isinstance(entry, Look) or _is_kept(collection, entry.capture)


def _is_kept(collection: Collection, capture: Capture) -> bool:
    try:
        with collection.open_record(capture) as record:
            record.finish()
            return record.record_id == capture.record_id
    except (CorruptRecord, FileNotFoundError):
        return False


def _finish(collection: Collection, prefix: str) -> Iterator[Mended]:
    for draft in _of(prefix, collection.drafts()):
        draft.unlink(missing_ok=True)
    yield from _recovered(collection, _of(prefix, collection.left_open()))
    captures = _of(prefix, collection.warcs())
    texts = _of(prefix, collection.warcs(text=True))
    yield from _tell_captures(collection, captures)
    yield from _tell_texts(collection, texts)
    if unsealed := _unsealed(collection, captures + texts):
        with stored(collection.manifest_path):
            manifest.add(collection.manifest_path, map(manifest.seal, unsealed))


def _of(prefix: str, paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if _prefix(path) == prefix]


def _tell_captures(collection: Collection, paths: list[Path]) -> Iterator[Mended]:
    """Index what stands in files of captures; of a damaged one, what is sound."""
    unknown = set(_unknown(paths, collection.dedup_path, Dedup))
    with closing(Dedup(collection.dedup_path)) as dedup:
        for path in paths:
            index = collection.index_path(path.name)
            if path in unknown or not index.exists():
                damage = list[CorruptRecord]()
                with stored(index):
                    count = tell(path, scan.scan(path, damage), index, dedup)
                yield _told(path, f"{count} captures indexed", damage)


def tell(path: Path, found: Iterable[Scanned], index: Path, dedup: Dedup) -> int:
    """Write the index of a file and let the dedup table know of it; how many captures it has."""
    count = 0

    def derived(lines: cdxj.Lines) -> Iterator[Derived]:
        nonlocal count
        for one in found:
            count += 1
            lines.add(one.capture)
            yield from one.derived

    with closing(cdxj.Lines()) as lines:
        dedup.take_in(path.name, derived(lines))
        lines.write(index)
    return count


def _tell_texts(collection: Collection, paths: list[Path]) -> Iterator[Mended]:
    """The same for readings, runs and models, which the catalog must know."""
    with Catalog(collection.catalog_path) as catalog:
        known = catalog.files()
        for path in paths:
            if path.name not in known:
                damage, before = list[CorruptRecord](), catalog.count_looks()
                catalog.put_many(_entries(reader.iter_records(path, damage)))
                catalog.note_files([path.name])
                new = catalog.count_looks() - before
                yield _told(path, f"{new} of its entries were not in the catalog", damage)


def _entries(records: Iterable[Record]) -> Iterator[journal.Entry]:
    """The entries of a journal among records, one at a time."""
    for record in filter(journal.is_entry, records):
        with suppress(CorruptRecord, ValueError):  # who gives the records, or `verify`, tells of it
            yield journal.read(record)


def _told(path: Path, done: str, damage: list[CorruptRecord]) -> Mended:
    return Mended(path, "; ".join([done, *(f"damaged: {error}" for error in damage)]))
