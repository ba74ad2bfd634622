"""Whether files and collections are what they say they are; and mending what can be mended.

`warcio check` passes a file that was cut inside its last member, and fails right digests of
chunked responses; this walks the members itself and knows what a payload is. What is asked of a
record, a file, an index, a package, and of all of them together stands in checks/.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from archive import scan
from archive.checks import collection as collection_checks
from archive.checks.file import FileReport, check_file, unfinished_links
from archive.checks.finding import ERROR, WARNING, Fault, Finding, bounded
from archive.checks.index import check_index
from archive.checks.references import References
from archive.checks.wacz import check_wacz
from archive.collection import Collection, is_text
from archive.errors import CorruptRecord, NotAnArchive
from archive.parallel import Progress, over_files
from archive.record import GZIP_MAGIC

__all__ = ["ERROR", "WARNING", "Finding", "repair", "verify"]

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_ARCHIVES = (".warc", ".warc.gz", ".arc", ".arc.gz")


def verify(
    target: Collection | Iterable[Path | str],
    progress: Progress | None = None,
    workers: int | None = None,
) -> Iterator[Finding]:
    """Check a collection and everything in it; or single WARC, ARC and WACZ files, of any writer.

    Of a collection it is asked more: our own rules, whole groups, right indexes, revisits that
    lead somewhere, a catalog and a manifest that agree with the files. Nothing is changed. Files
    are read by several processes (`workers`; all processors without it). Raises NotAnArchive,
    before anything is read, for a file that is none of the three, and OSError for one that cannot
    be opened. Findings come as they are made; of many of one rule in one file some are told, and
    one says how many more there are.
    """
    if isinstance(target, Collection):
        yield from _verify_collection(target, progress, workers)
        return
    paths = [Path(path) for path in target]
    for path in paths:
        _kind(path)
    with References() as references:
        check = partial(_check_any, references.directory)
        for report in over_files(check, paths, workers, progress):
            yield from report.findings
            references.add(report.links)
        yield from bounded(collection_checks.check_references(references, complete=False))


def repair(collection: Collection) -> list[Finding]:
    """Recover what dead processes left, and write missing or wrong indexes; what was done.

    Files of sites that are being written are left alone, and so is every sound byte of a record.
    """
    done = list[Finding]()
    for mended in collection.mend():
        done.append(Fault("unfinished", mended.what).at(str(mended.file), 0))
    for path in collection.warcs():
        if _check_index(collection, path):
            collection.index(path)
            done.append(Fault("index", "index written anew").at(str(path), 0))
    return done


def _verify_collection(
    collection: Collection, progress: Progress | None, workers: int | None
) -> Iterator[Finding]:
    """Other programs may write meanwhile: what a living process has in hand is no finding."""
    files = collection_checks.Files.of(collection)
    for path in collection.strays():
        name = os.fsencode(path).decode("utf-8", "backslashreplace")
        yield Fault("name", "no WARC file, or a name that no list can hold: passed over").at(
            name, 0
        )
    for path in files.abandoned:
        yield Fault("unfinished", "left by a dead process").at(str(path), 0)
    with References() as references:
        check = partial(_check_ours, collection.path, references.directory)
        for report in over_files(check, files.closed, workers, progress):
            yield from report.findings
            if report.sealed:
                yield from files.check_manifest(report.sealed)
            references.add(report.links)
        with collection_checks.Derived(collection) as derived:
            for path in files.others():
                if links := unfinished_links(path):
                    references.add(links)
            yield from collection_checks.check_stray_indexes(collection)
            yield from bounded(files.check_manifest_names())
            yield from bounded(collection_checks.check_references(references, complete=True))
            yield from bounded(derived.check(references))


def _check_ours(home: Path, aside: str, path: Path) -> FileReport:
    """One closed file of a collection, and its index."""
    collection = Collection(home)
    report = check_file(path, ours=True, aside=aside)
    if not is_text(path.name):
        index = str(collection.index_path(path.name))
        report.findings.extend(fault.at(index, 0) for fault in _check_index(collection, path))
    return report


def _check_index(collection: Collection, path: Path) -> list[Fault]:
    """What is wrong with an index. That of a damaged file may know more than can be read now."""
    damage = list[CorruptRecord]()
    captures = scan.captures(path, damage)
    faults = list(check_index(collection.index_path(path.name), captures))
    return [] if damage else faults


def _check_any(aside: str, path: Path) -> FileReport:
    return check_wacz(path) if _kind(path) == "wacz" else check_file(path, aside=aside)


def _kind(path: Path) -> str:
    """What a file is by its name, or else by its first bytes."""
    with open(path, "rb") as file:
        begin = file.read(16)
    name = path.name.lower()
    if name.endswith(".wacz") or begin.startswith(_ZIP_MAGIC):
        return "wacz"
    if name.endswith(_ARCHIVES) or begin.startswith((GZIP_MAGIC, b"WARC/", b"filedesc:")):
        return "warc"
    raise NotAnArchive(path)
