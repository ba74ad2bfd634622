"""A web archive on disk: every HTTP exchange as WARC, indexes, and what was read from the pages."""

from archive.article import Article, Change, Gone, Link, Look, Run
from archive.catalog import Catalog, Known
from archive.cdxj import Capture
from archive.collection import Collection
from archive.digest import Digest
from archive.errors import (
    ArchiveError,
    CaptureNotFound,
    CollectionLocked,
    CorruptRecord,
    ForbiddenField,
    NotACollection,
    StorageFailed,
    UndecodableContent,
)
from archive.exchange import Exchange, Tls
from archive.reader import ArchivedResponse
from archive.recording import Recording

__all__ = [
    "ArchiveError",
    "ArchivedResponse",
    "Article",
    "Capture",
    "CaptureNotFound",
    "Catalog",
    "Change",
    "Collection",
    "CollectionLocked",
    "CorruptRecord",
    "Digest",
    "Exchange",
    "ForbiddenField",
    "Gone",
    "Known",
    "Link",
    "Look",
    "NotACollection",
    "Recording",
    "Run",
    "StorageFailed",
    "Tls",
    "UndecodableContent",
]
