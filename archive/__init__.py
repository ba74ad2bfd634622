"""A web archive on disk: every HTTP exchange as WARC, indexes, and what was read from the pages."""

from archive.answers import Entry, Hit, Known, News, SiteCounts, Version
from archive.article import Article, Change, Digests, Gone, Link, Look, Model, Removal, Run
from archive.catalog import Catalog
from archive.cdxj import Capture
from archive.checks.finding import Finding
from archive.collection import Collection
from archive.dedup import Validators
from archive.diff import Part, Piece
from archive.digest import Digest
from archive.errors import (
    ArchiveError,
    ArticleNotFound,
    CaptureNotFound,
    CollectionLocked,
    CorruptRecord,
    DiskNearlyFull,
    EntryTooLarge,
    ForbiddenField,
    NewerThanThis,
    NotACollection,
    NotAnArchive,
    StorageFailed,
    UndecodableContent,
    WorkerDied,
)
from archive.exchange import Exchange, Tls, Truncation
from archive.mend import Mended
from archive.parallel import Progress
from archive.reader import ArchivedResponse
from archive.rebuild import Rejected
from archive.record import Record
from archive.recording import Recording
from archive.reprints import Group, Kind, Reprint, Rule

__all__ = [
    "ArchiveError",
    "ArchivedResponse",
    "Article",
    "ArticleNotFound",
    "Capture",
    "CaptureNotFound",
    "Catalog",
    "Change",
    "Collection",
    "CollectionLocked",
    "CorruptRecord",
    "Digest",
    "Digests",
    "DiskNearlyFull",
    "Entry",
    "EntryTooLarge",
    "Exchange",
    "Finding",
    "ForbiddenField",
    "Gone",
    "Group",
    "Hit",
    "Kind",
    "Known",
    "Link",
    "Look",
    "Mended",
    "Model",
    "NewerThanThis",
    "News",
    "NotACollection",
    "NotAnArchive",
    "Part",
    "Piece",
    "Progress",
    "Record",
    "Recording",
    "Rejected",
    "Removal",
    "Reprint",
    "Rule",
    "Run",
    "SiteCounts",
    "StorageFailed",
    "Tls",
    "Truncation",
    "UndecodableContent",
    "Validators",
    "Version",
    "WorkerDied",
]
