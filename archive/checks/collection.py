"""Whether the files of a collection, what is derived from them, and the manifest agree."""

from __future__ import annotations

import fcntl
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Self

from archive import dedup, manifest, reader
from archive.answers import Sighting
from archive.article import Model, Run
from archive.catalog import Catalog
from archive.checks.finding import Fault, Finding
from archive.checks.references import (
    Held,
    Pointer,
    References,
    entry_key,
    key,
    payload,
    place,
    said,
)
from archive.collection import Collection
from archive.digest import Digest
from archive.errors import CorruptRecord, NotACollection
from archive.manifest import Sealed
from archive.record import OPEN, SUFFIX, bare
from archive.sqlite import BUSY_TIMEOUT, REMEDY, explained
from archive.urlkey import target_uri

Row = tuple[str, str, str, str, str]
_ORIGINALS = "SELECT record_id, digest, url, date, filename FROM originals ORDER BY digest"
_DEDUP_STATE = "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version"
_MANIFEST_LINE = re.compile(r"# \d{1,18} bytes|[0-9a-f]{64}  archive/[^/]+")


def check_references(references: References, *, complete: bool) -> Iterator[Finding]:
    """What records say of others. `complete` says that whatever they refer to should be here;
    else what is not here is told once for each file, and files may be copies of each other.
    """
    for file, offset, other, at in references.twins():
        if complete or file == other:
            where = f"byte {at}" if file == other else f"byte {at} of {other}"
            yield Fault("id", f"its WARC-Record-ID is also at {where}").at(file, offset)
    elsewhere = Counter[str]()
    for file, pointer in references.pointers():
        fault = _CHECKS[pointer.kind](pointer, references)
        if fault is None:
            continue
        if fault.message:
            yield fault.at(file, pointer.offset)
        elif complete:
            message = f"refers to {_told(file, pointer.offset)}, which is not here"
            yield Fault(fault.rule, message).at(file, pointer.offset)
        elif pointer.kind == "revisit":
            elsewhere[file] += 1
    for file, count in elsewhere.items():
        message = f"what {count} revisits refer to is not in these files"
        yield Fault("revisit-elsewhere", message).at(file, 0, ours=False)


def _revisit(pointer: Pointer, references: References) -> Fault | None:
    """A fault without words says that nothing it could refer to is here."""
    found = references.by_id(pointer.id) or _by_address(pointer, references)
    if found is None and not said(pointer.id) and not said(pointer.identity):
        found = references.by_payload(pointer.payload) if said(pointer.payload) else None
    if found is None:
        return Fault("revisit", "")
    if found.type not in ("response", "resource"):
        return Fault("revisit", f"refers to a {found.type} ({_where(found)}), not to a response")
    if said(pointer.identity) and pointer.identity != found.identity:
        message = "URI and date that it refers to are not, digit for digit, those of the response"
        return Fault("revisit", f"{message} ({_where(found)})")
    if found.cut:
        return Fault("revisit", f"refers to a truncated response ({_where(found)})")
    if _differ(pointer.payload, found.payload):
        return Fault("revisit", f"its payload digest is not the original's ({_where(found)})")
    return None


def _by_address(pointer: Pointer, references: References) -> Held | None:
    """What stands at a URI and date, the best first; asked when there is no id, or a false one."""
    found = references.captures(pointer.identity) if said(pointer.identity) else []
    found.sort(key=lambda one: (one.type == "revisit", one.cut))
    return found[0] if found and not said(pointer.id) else None


def _differ(one: bytes, other: bytes) -> bool:
    return said(one) and said(other) and one[0] == other[0] and one != other


def _refers_to(pointer: Pointer, references: References) -> Fault | None:
    found = references.by_id(pointer.id)
    if found is None:
        return Fault("refers-to", "")
    if found.type not in ("response", "resource"):
        return Fault("refers-to", f"refers to a {found.type}; a text is read from a response")
    return None


def _journal(pointer: Pointer, references: References) -> Fault | None:
    """The capture that an entry of the journal speaks of."""
    found = references.by_id(pointer.id)
    if found is None:
        return Fault("journal", "")
    if (found.identity, found.place) != (pointer.identity, pointer.place):
        message = "URI, date or place of its capture are not those of the record"
        return Fault("journal", f"{message} ({_where(found)})")
    return None


def _run(pointer: Pointer, references: References) -> Fault | None:
    found = references.by_id(pointer.id)
    if found is None or found.type != "warcinfo":
        return Fault("journal", "it names a warcinfo that is not here")
    return None


_CHECKS = {"revisit": _revisit, "refers-to": _refers_to, "journal": _journal, "run": _run}


def _where(found: Held) -> str:
    return f"byte {found.offset} of {found.file}"


def _told(file: str, offset: int) -> str:
    """What a record refers to, in its own words."""
    try:
        with reader.open_record(file, offset) as record:
            url = record.get("WARC-Refers-To-Target-URI") or record.target_uri
            named = bare(record.get("WARC-Refers-To")) or "a record"
            return f"{named} ({url} {record.get('WARC-Refers-To-Date') or ''})".replace(" )", ")")
    except (CorruptRecord, OSError):
        return "a record"


class Derived:
    """Catalog and dedup table as they are when this is entered, until it is left.

    What they say then is on the disk (write first, then refer): files that are read afterwards have
    all of it, however much a run writes meanwhile. A context manager; for one thread.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection, self._held = collection, ExitStack()
        self._checks = list[Callable[[References], Iterator[Finding]]]()

    def __enter__(self) -> Self:
        with ExitStack() as held:
            self._checks = [
                _catalog(self._collection.catalog_path, held),
                _dedup(self._collection.dedup_path, held),
            ]
            self._held = held.pop_all()
        return self

    def __exit__(self, *about: object) -> None:
        self._held.close()

    def check(self, references: References) -> Iterator[Finding]:
        """Every look of the catalog stands in a journal, its capture in a file, where it says; and
        every original to which later revisits will refer is there and whole.
        """
        for check in self._checks:
            yield from check(references)


def _catalog(path: Path, held: ExitStack) -> Callable[[References], Iterator[Finding]]:
    """A statement that has begun sees the database as it was then, to its end."""
    others, files, why = list[tuple[bytes, str]](), set[str](), ""
    looks: Iterator[Sighting] = iter(())
    if path.exists():
        try:
            catalog = held.enter_context(Catalog(path))
            files, looks = catalog.files(), catalog.sightings()
            others = [(entry_key(one), _named(one)) for one in _others(catalog)]
            looks = chain(list(islice(looks, 1)), looks)
        except NotACollection as error:
            why = error.why

    def check(references: References) -> Iterator[Finding]:
        told = (
            _entered(others, references),
            _sightings(looks, references),
            _untold(files, references),
        )
        faults = chain.from_iterable(told)
        return _told_of(path, why, faults)

    return check


def _told_of(path: Path, why: str, faults: Iterator[Fault]) -> Iterator[Finding]:
    """Findings about a database; that it is none, or was none from some place on, is one too."""
    rule, file = path.name.partition(".")[0], str(path)
    try:
        if why:
            yield Fault(rule, why).at(file, 0)
        for fault in faults:
            yield fault.at(file, 0)
    except NotACollection as error:
        yield Fault(rule, error.why).at(file, 0)


def _others(catalog: Catalog) -> Iterator[Run | Model]:
    """What a catalog holds beside looks."""
    yield from catalog.runs()
    yield from catalog.models()


def _named(entry: Run | Model) -> str:
    if isinstance(entry, Run):
        return f"the run {entry.id}"
    return f"the model {entry.version} of {entry.site}, learned {entry.learned_at},"


def _entered(entries: list[tuple[bytes, str]], references: References) -> Iterator[Fault]:
    for entry, name in entries:
        references.know(entry)
        if not references.has_entry(entry):
            yield Fault("catalog", f"{name} stands in no journal")


def _sightings(looks: Iterator[Sighting], references: References) -> Iterator[Fault]:
    for site, url, seen_at, reread_at, captured_url, capture in looks:
        look = f"the look at {url} ({site}) of {seen_at}"
        look += f", read again {reread_at}," if reread_at else ""
        entry = key(site, url, seen_at, reread_at)
        references.know(entry)
        if not references.has_entry(entry):
            yield Fault("catalog", f"{look} stands in no journal")
        captures = references.captures(key(target_uri(captured_url), seen_at))
        places = {one.place for one in captures}
        if not places:
            yield Fault("catalog", f"{look}: no capture of {captured_url} then")
        elif capture and place(capture.filename, capture.offset) not in places:
            where = f"byte {capture.offset} of {capture.filename}"
            yield Fault("catalog", f"{look}: its capture is not at {where}")


def _untold(files: set[str], references: References) -> Iterator[Fault]:
    """What stands in journals of which the catalog says that it has entered all of them."""
    for file, count in references.unknown():
        if file in files:
            yield Fault("catalog", f"{count} entries of {file} are not in it; `tinhuy rebuild`")


def _dedup(path: Path, held: ExitStack) -> Callable[[References], Iterator[Finding]]:
    """The same of the dedup table, which is neither made, nor emptied for its version."""
    rows: Iterator[Row] = iter(())
    why = ""
    if path.exists():
        try:
            with explained(path):
                database = held.enter_context(closing(_only_read(path)))
                version, tables = database.execute(_DEDUP_STATE).fetchone()
                if version == dedup.VERSION:
                    found = database.execute(_ORIGINALS)
                    rows = chain(found.fetchmany(1), found)
                elif tables:
                    why = f"a table of version {version}, not {dedup.VERSION}; {REMEDY}"
        except NotACollection as error:
            why = error.why

    def check(references: References) -> Iterator[Finding]:
        return _told_of(path, why, _originals(path, rows, references))

    return check


def _only_read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing. One that may not write at all would leave the write-ahead
    log behind that it makes when there is none.
    """
    logged = path.with_name(path.name + "-wal").exists()
    uri = f"{path.resolve().as_uri()}?mode={'ro' if logged else 'rw'}"
    database = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)
    database.execute("PRAGMA query_only = ON")
    return database


def _originals(path: Path, rows: Iterator[Row], references: References) -> Iterator[Fault]:
    with explained(path):
        for record_id, digest, url, date, filename in rows:
            found = references.by_id(key(record_id))
            identity = key(target_uri(url), date)
            right = (
                found is not None
                and (found.type, found.identity, found.cut) == ("response", identity, False)
                and said(payload(_digest(digest)))
                and not _differ(found.payload, payload(_digest(digest)))
                and Path(found.file).name.startswith(filename)
            )
            if not right:
                message = f"no whole response {record_id} of {url} in {filename}"
                yield Fault("dedup", message)


def _digest(text: str) -> Digest | None:
    try:
        return Digest.parse(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a collection, told apart by what may be asked of them, and its manifest.

    `closed` are to be checked whole, `abandoned` were left open by dead processes. The rest is in
    the hands of living ones: open, or just closed and not yet told to index and manifest. (A run
    begins by mending what its site lacks, so a file that lacks it under a run is that run's.)
    """

    collection: Collection
    closed: list[Path]
    abandoned: list[Path]
    sealed: dict[str, Sealed]
    manifest_lines: list[str]

    @classmethod
    def of(cls, collection: Collection) -> Files:
        """The order matters: listed, then asked for who writes, then looked up in the manifest. A
        file that was listed and is nobody's when that is asked is in the manifest by then.
        """
        unfinished, closed = collection.left_open(), _closed(collection)
        _, sealed = _manifest(collection.manifest_path)
        unsettled = unfinished + [path for path in closed if path.name not in sealed]
        written = set(filter(partial(_is_held, collection), map(_prefix, unsettled)))
        lines, sealed = _manifest(collection.manifest_path)
        return cls(
            collection=collection,
            closed=[p for p in closed if p.name in sealed or _prefix(p) not in written],
            abandoned=[p for p in unfinished if _prefix(p) not in written and p.exists()],
            sealed=sealed,
            manifest_lines=lines,
        )

    def others(self) -> Iterator[Path]:
        """Whatever else there is by now. Some that are open may be closed when they are read."""
        known = {path.name for path in self.closed}
        for path in self.collection.left_open() + _closed(self.collection):
            name = path.name.removesuffix(OPEN)
            if name not in known:
                known.add(name)
                yield path

    def check_manifest(self, found: Sealed) -> Iterator[Finding]:
        """One closed file against its entry."""
        file, sealed = str(self.collection.archive_dir / found.name), self.sealed.get(found.name)
        if sealed is None:
            yield Fault("manifest", "the manifest does not name the file").at(file, 0)
        elif found.size != sealed.size:
            message = f"{sealed.size} bytes when it was closed, {found.size} are there"
            yield Fault("manifest", message).at(file, 0)
        elif found != sealed:
            message = f"SHA-256 {sealed.sha256} when closed, now {found.sha256}"
            yield Fault("manifest", message).at(file, 0)

    def check_manifest_names(self) -> Iterator[Finding]:
        """What the manifest names is there, and each of its lines can be read."""
        file = str(self.collection.manifest_path)
        for line in self.manifest_lines:
            if not _MANIFEST_LINE.fullmatch(line):
                yield Fault("manifest", f"not a line of a manifest: {line!r:.200}").at(file, 0)
        there = {path.name for path in self.collection.archive_dir.iterdir()}
        for name in sorted(set(self.sealed) - there):
            yield Fault("manifest", f"archive/{name} is not there").at(file, 0)


def _closed(collection: Collection) -> list[Path]:
    return collection.warcs() + collection.warcs(text=True)


def _prefix(path: Path) -> str:
    return path.name.partition("-")[0]


def _is_held(collection: Collection, prefix: str) -> bool:
    """Whether a living process holds the lock of a site.

    Where none does, a run that begins in this very moment is told that another one is there.
    """
    try:
        with open(collection.locks_dir / f"{prefix}.lock", "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _manifest(path: Path) -> tuple[list[str], dict[str, Sealed]]:
    """The lines and entries of the manifest, while nobody is in the middle of adding to it."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return file.read().splitlines(), manifest.read(path)
    except FileNotFoundError:
        return [], {}


def check_stray_indexes(collection: Collection) -> Iterator[Finding]:
    """Every index is of a file that is there."""
    for index in collection.stray_indexes():
        if not (collection.archive_dir / (index.stem + SUFFIX)).exists():  # closed meanwhile
            yield Fault("index", "of a file that is not there").at(str(index), 0)
