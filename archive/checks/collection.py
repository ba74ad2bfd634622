"""Whether the files of a collection, what is derived from them, and the manifest agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from archive import manifest, reader
from archive.catalog import Catalog
from archive.checks.finding import Fault, Finding
from archive.checks.references import Held, Pointer, References, key, payload, place, said
from archive.collection import Collection
from archive.dedup import Dedup
from archive.errors import CorruptRecord, NotACollection
from archive.record import bare
from archive.urlkey import target_uri

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
        return Fault("journal", "the run names a warcinfo that is not here")
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


def check_catalog(collection: Collection, references: References) -> Iterator[Finding]:
    """Every look of the catalog stands in a journal, its capture in a file, where it says."""
    if not collection.catalog_path.exists():
        return
    file = str(collection.catalog_path)
    try:
        with Catalog(collection.catalog_path) as catalog:
            for run in catalog.runs():
                if not references.has_entry(key("run", run.id)):
                    message = f"the run {run.id} stands in no journal"
                    yield Fault("catalog", message).at(file, 0)
            for site, url, seen_at, captured_url, capture in catalog.sightings():
                look = f"the look at {url} ({site}) of {seen_at}"
                if not references.has_entry(key(site, url, seen_at)):
                    yield Fault("catalog", f"{look} stands in no journal").at(file, 0)
                captures = references.captures(key(target_uri(captured_url), seen_at))
                places = {one.place for one in captures}
                if not places:
                    message = f"{look}: no capture of {captured_url} then"
                    yield Fault("catalog", message).at(file, 0)
                elif capture and place(capture.filename, capture.offset) not in places:
                    where = f"byte {capture.offset} of {capture.filename}"
                    yield Fault("catalog", f"{look}: its capture is not at {where}").at(file, 0)
    except NotACollection as error:
        yield Fault("catalog", error.why).at(file, 0)


def check_dedup(collection: Collection, references: References) -> Iterator[Finding]:
    """Every original to which later revisits will refer is there and whole."""
    if not collection.dedup_path.exists():
        return
    file = str(collection.dedup_path)
    try:
        dedup = Dedup(collection.dedup_path)
    except NotACollection as error:
        yield Fault("dedup", error.why).at(file, 0)
        return
    try:
        for one in dedup.originals():
            found = references.by_id(key(one.record_id))
            identity = key(target_uri(one.url), one.date)
            right = (
                found is not None
                and (found.type, found.identity, found.cut) == ("response", identity, False)
                and not _differ(found.payload, payload(one.digest))
                and Path(found.file).name.startswith(one.filename)
            )
            if not right:
                message = f"no whole response {one.record_id} of {one.url} in {one.filename}"
                yield Fault("dedup", message).at(file, 0)
    finally:
        dedup.close()


def check_manifest(collection: Collection, path: Path) -> Iterator[Fault]:
    """One closed file against its entry."""
    sealed = manifest.read(collection.manifest_path).get(path.name)
    if sealed is None:
        yield Fault("manifest", "the manifest does not name the file")
        return
    found = manifest.seal(path)
    if found.size != sealed.size:
        yield Fault("manifest", f"{sealed.size} bytes when it was closed, {found.size} are there")
    elif found != sealed:
        yield Fault("manifest", f"SHA-256 {sealed.sha256} when closed, now {found.sha256}")


def check_manifest_names(collection: Collection) -> Iterator[Finding]:
    """What the manifest names is there, and each of its lines can be read."""
    file = str(collection.manifest_path)
    try:
        lines = collection.manifest_path.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        if not _MANIFEST_LINE.fullmatch(line):
            yield Fault("manifest", f"not a line of a manifest: {line!r:.200}").at(file, 0)
    there = {path.name for path in collection.archive_dir.iterdir()}
    for name in sorted(set(manifest.read(collection.manifest_path)) - there):
        yield Fault("manifest", f"archive/{name} is not there").at(file, 0)
