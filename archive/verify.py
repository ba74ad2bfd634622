"""Whether files and collections are what they say they are; and mending what can be mended.

`warcio check` passes a file that was cut inside its last member, and fails right digests of
chunked responses; this walks the members itself and knows what a payload is. What is asked of a
record, a file, an index, a package, and of all of them together stands in checks/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from archive import scan
from archive.checks import collection as together
from archive.checks.file import FileReport, check_file, unfinished_links
from archive.checks.finding import ERROR, WARNING, Fault, Finding
from archive.checks.index import check_index
from archive.checks.references import References
from archive.checks.wacz import check_wacz
from archive.collection import Collection, is_text
from archive.errors import CorruptRecord, NotAnArchive
from archive.parallel import Progress, over_files
from archive.record import GZIP_MAGIC, OPEN, SUFFIX

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
    be opened.
    """
    if isinstance(target, Collection):
        yield from _verify_collection(target, progress, workers)
        return
    paths = [Path(path) for path in target]
    for path in paths:
        _kind(path)
    with References() as references:
        for report in over_files(_check_any, paths, workers, progress):
            yield from report.findings
            references.add(report.links)
        yield from together.check_references(references, complete=False)


def repair(collection: Collection) -> list[Finding]:
    """Recover what dead processes left, and write missing or wrong indexes; what was done.

    Files of sites that are being written are left alone, and so is every sound byte of a record.
    """
    done = list[Finding]()
    for mended in collection.mend():
        done.append(Fault("unfinished", mended.what).at(str(mended.file), 0))
    for path in collection.warcs():
        try:
            wrong = list(_check_index(collection, path))
        except CorruptRecord:
            continue
        if wrong:
            collection.index(path)
            done.append(Fault("index", "index written anew").at(str(path), 0))
    return done


def _verify_collection(
    collection: Collection, progress: Progress | None, workers: int | None
) -> Iterator[Finding]:
    unfinished = sorted(collection.archive_dir.glob(f"*{SUFFIX}{OPEN}"))
    for path in unfinished:
        yield Fault("unfinished", "being written, or left by a dead process").at(str(path), 0)
    paths = collection.warcs() + collection.warcs(text=True)
    with References() as references:
        check = partial(_check_ours, collection.path)
        for report in over_files(check, paths, workers, progress):
            yield from report.findings
            references.add(report.links)
        for path in filter(Path.exists, unfinished):
            references.add(unfinished_links(path))
        for index in collection.stray_indexes():
            yield Fault("index", "of a file that is not there").at(str(index), 0)
        yield from together.check_manifest_names(collection)
        yield from together.check_references(references, complete=True)
        yield from together.check_catalog(collection, references)
        yield from together.check_dedup(collection, references)


def _check_ours(home: Path, path: Path) -> FileReport:
    """One closed file of a collection, its entry in the manifest, and its index."""
    collection = Collection(home)
    report = check_file(path, ours=True)
    for fault in together.check_manifest(collection, path):
        report.findings.append(fault.at(str(path), 0))
    if not is_text(path.name):
        index = str(collection.index_path(path.name))
        with suppress(CorruptRecord):  # said already, by the check of the file
            report.findings.extend(fault.at(index, 0) for fault in _check_index(collection, path))
    return report


def _check_index(collection: Collection, path: Path) -> Iterator[Fault]:
    return check_index(collection.index_path(path.name), scan.captures(path))


def _check_any(path: Path) -> FileReport:
    return check_wacz(path) if _kind(path) == "wacz" else check_file(path)


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
