"""Every exception that archive/ raises on purpose.

ArchiveError
├── ArticleNotFound     no article, or more than one, goes by this URL or short id
├── CaptureNotFound     no capture of this URL (at this time) is in the collection
├── CorruptRecord       bytes of a WARC file that are not what they say they are
├── NotACollection      the directory is not a collection, or a database in it is not one
│   └── NewerThanThis   a database in it was written by a newer version of this program
├── NotAnArchive        the file is neither a WARC, an ARC nor a WACZ file
├── EntryTooLarge       a look, run or model of more bytes than an entry of the journal may have
├── CollectionLocked    another run is writing the same site or database of the collection
├── ForbiddenField      a field name or value that may not stand in a WARC record
├── StorageFailed       the disk refused to take what was written (full, read-only, broken)
│   └── DiskNearlyFull  less is free than a run may leave: it ends before the disk refuses
├── UndecodableContent  a content coding that is unknown here, or a bomb
└── WorkerDied          the process that had a file in hand died

Errors carry fields; the sentence is made of them and names the remedy.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


class ArchiveError(Exception):
    """Base of everything archive/ raises on purpose. Comes whole from another process."""

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[ArchiveError], args: tuple[object, ...], fields: dict[str, object]) -> object:
    """The error that was pickled: made of its fields, not of its sentence."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class ArticleNotFound(ArchiveError):
    def __init__(self, ref: str, candidates: tuple[str, ...] = ()) -> None:
        self.ref, self.candidates = ref, candidates
        several = f"{ref} is the beginning of several: {', '.join(candidates)}; give more of it"
        short = "; the beginning of an id has four characters at least" if len(ref) < 4 else ""
        super().__init__(several if candidates else f"no article {ref} in this collection{short}")


class CaptureNotFound(ArchiveError):
    def __init__(self, url: str, at: datetime | None = None) -> None:
        self.url, self.at = url, at
        when = f" at or before {at.isoformat()}" if at else ""
        super().__init__(f"no capture of {url}{when} in this collection")


class CorruptRecord(ArchiveError):
    def __init__(self, path: Path | str, offset: int, expected: str, found: str) -> None:
        self.path, self.offset, self.expected, self.found = str(path), offset, expected, found
        super().__init__(f"{path} at byte {offset}: expected {expected}, found {found}")


class NotACollection(ArchiveError):
    def __init__(self, path: Path | str, why: str) -> None:
        self.path, self.why = str(path), why
        super().__init__(f"{path} is not a collection: {why}")


class NewerThanThis(NotACollection):
    """It is left as it is: what is not understood is not emptied."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, "a newer tinhuy has written it: use that one")


class NotAnArchive(ArchiveError):
    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        super().__init__(f"{path} is neither a WARC, an ARC nor a WACZ file")


class CollectionLocked(ArchiveError):
    def __init__(self, path: Path | str, site: str) -> None:
        self.path, self.site = str(path), site
        super().__init__(
            f"another run is writing {site} in {path}; wait for it to end, or choose --collection"
        )


class EntryTooLarge(ArchiveError):
    def __init__(self, what: str, size: int, most: int) -> None:
        self.what, self.size, self.most = what, size, most
        super().__init__(f"{what} is not kept: {size} bytes, and an entry has at most {most}")


class ForbiddenField(ArchiveError):
    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"the WARC field {name!r} cannot be written: {why}")


class StorageFailed(ArchiveError):
    def __init__(self, path: Path | str, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(f"cannot write {path}: {reason}; free some space or choose --collection")


class DiskNearlyFull(StorageFailed):
    def __init__(self, path: Path | str, free: int, least: int) -> None:
        self.free, self.least = free, least
        super().__init__(path, f"{free} bytes are free, and {least} must stay so")


class UndecodableContent(ArchiveError):
    def __init__(self, coding: str, why: str) -> None:
        self.coding, self.why = coding, why
        super().__init__(f"content coding {coding!r} cannot be undone: {why}")


class WorkerDied(ArchiveError):
    def __init__(self, path: Path | str) -> None:
        self.path = str(path)
        super().__init__(f"the process that read {path} died; was it killed, or out of memory?")
