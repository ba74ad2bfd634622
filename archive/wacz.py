"""WACZ 1.1.1: a collection, or one site of it, as one file that a browser replays by itself.

The file holds the WARC files of captures as they are, an index of them, the article versions as
pages with their text, and the digest of each. It is written as a stream: what it needs of memory
and of temporary space does not depend on how much is kept.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as version_of
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archive import cdxj
from archive.answers import Version
from archive.article import Article
from archive.catalog import Catalog
from archive.cdxj import Capture
from archive.collection import Collection, Progress
from archive.disk import written_whole
from archive.errors import CaptureNotFound, StorageFailed
from archive.record import bare
from archive.urlkey import urlkey

VERSION = "1.1.1"
PAGES = "pages/pages.jsonl"
INDEX, INDEX_BLOCKS = "indexes/index.idx", "indexes/index.cdx.gz"
BLOCK_LINES = 3000
"""Lines of an index block, at the least: a player reads one or two blocks to find a page."""
_ZIP64 = 2**31 // 1.05
"""From about this size on, `zipfile` announces a 64-bit size where the file itself begins."""
_EMPTY_FIELD = b"\xfe\xca\x00\x00"
"""An extra field without content, for the directory at the end of the ZIP file: where that has none
wabac.js takes it that the head of a file has none either, and begins to read 20 bytes early."""

_ORIGINALS = """
PRAGMA journal_mode = OFF;
CREATE TABLE wanted (at BLOB, url TEXT, id TEXT, PRIMARY KEY (at, url, id)) WITHOUT ROWID;
CREATE TABLE held (id TEXT, filename TEXT, inside INTEGER, PRIMARY KEY (id, filename)) WITHOUT ROWID
"""
_OUTSIDE = """
SELECT DISTINCT filename FROM held
WHERE id NOT IN (SELECT id FROM held WHERE inside)
"""


def to_file(
    collection: Collection,
    catalog: Catalog,
    path: Path | str,
    *,
    created: datetime,
    site: str | None = None,
    title: str | None = None,
    block_lines: int = BLOCK_LINES,
    progress: Progress | None = None,
) -> int:
    """Write the WACZ at `path`, whole or not at all; how many pages it has is returned.

    Holds the closed files of the collection: of `site` those that its runs wrote, and those that
    hold what they repeat. Equal for the same collection, `created` and `title`. Raises
    StorageFailed when the disk refuses, CaptureNotFound when there is no such file.
    """
    path, title = Path(path), title or site or collection.path.resolve().name
    warcs = collection.warcs() if site is None else _self_contained(collection, site)
    if not warcs:
        raise CaptureNotFound(title)
    try:
        with written_whole(path) as draft, ZipFile(draft, "w") as archive:
            package = _Package(archive, created.astimezone(UTC))
            package.copy_all(warcs, progress)
            package.index(_Blocks(_index(collection, warcs), block_lines))
            pages = _Pages(catalog, title, site, {warc.name for warc in warcs})
            package.write(PAGES, pages)
            package.finish(title, pages)
            return pages.number
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error


@dataclass
class _Package:
    """A ZIP file that keeps account of what is put into it."""

    archive: ZipFile
    created: datetime
    resources: list[dict[str, Any]] = field(default_factory=list)

    def copy_all(self, warcs: Sequence[Path], progress: Progress | None) -> None:
        for done, warc in enumerate(warcs, 1):
            self.copy(f"archive/{warc.name}", warc)
            if progress:
                progress(warc, done, len(warcs))

    def index(self, blocks: _Blocks) -> None:
        """Put in the blocks of an index, and then their summary, which is made with them."""
        self.write(INDEX_BLOCKS, blocks, ZIP_STORED)
        self.write(INDEX, blocks.summary)

    def copy(self, name: str, source: Path) -> None:
        """Put a compressed file in as it is."""
        size = source.stat().st_size
        with source.open("rb") as stream, self._entry(name, ZIP_STORED, size) as entry:
            shutil.copyfileobj(stream, entry, 1024 * 1024)

    def write(self, name: str, pieces: Iterable[bytes], compression: int = ZIP_DEFLATED) -> None:
        """Put in a file that is made of these pieces."""
        with self._entry(name, compression) as entry:
            for piece in pieces:
                entry.write(piece)

    def finish(self, title: str, pages: _Pages) -> None:
        """Put in what is said of the whole, and the digest of that."""
        said = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "description": f"Web pages kept by tinhuy: {pages.number} article versions.",
            "created": f"{self.created:%Y-%m-%dT%H:%M:%SZ}",
            "software": f"tinhuy/{version_of('tinhuy')}",
            **pages.main,
            "resources": list(self.resources),
        }
        content = json.dumps(said, ensure_ascii=False, indent=2).encode()
        self.write("datapackage.json", [content])
        digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(content).hexdigest()}"}
        self.write("datapackage-digest.json", [json.dumps(digest).encode()])

    def _entry(self, name: str, compression: int, size: int | None = None) -> _Entry:
        info = ZipInfo(name, self.created.timetuple()[:6])
        info.compress_type, info.create_system = compression, 3  # Unix, wherever it is written
        info.external_attr = 0o644 << 16
        large = size is None or size > _ZIP64
        info.extra = _EMPTY_FIELD if large else b""
        return _Entry(name, self.archive.open(info, "w", force_zip64=large), self.resources)


class _Entry:
    """One file in the package, while it is written."""

    def __init__(self, path: str, stream: IO[bytes], resources: list[dict[str, Any]]) -> None:
        self._path, self._stream, self._resources = path, stream, resources
        self._digest, self._size = sha256(), 0

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        self._digest.update(data)
        self._size += len(data)

    def __enter__(self) -> _Entry:
        return self

    def __exit__(self, kind: type[BaseException] | None, *about: object) -> None:
        self._stream.close()
        self._resources.append(
            {
                "name": self._path.rpartition("/")[2].lower(),  # Data Package: lower case only
                "path": self._path,
                "hash": f"sha256:{self._digest.hexdigest()}",
                "bytes": self._size,
            }
        )


@dataclass
class _Pages:
    """The lines of the page list, newest articles first: players search no more than a beginning.

    `main` says which page comes first, `number` how many there are; both are known at the end.
    """

    catalog: Catalog
    title: str
    site: str | None
    warcs: set[str]
    number: int = 0
    main: dict[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[bytes]:
        yield _line(
            {"format": "json-pages-1.0", "id": "pages", "title": self.title, "hasText": True}
        )
        for entry in self.catalog.articles(self.site, newest_first=True):
            for version, capture in _shown(self.catalog.versions(entry)):
                if capture.filename in self.warcs:
                    self.number += 1
                    page = _page(f"{entry.id}-{version.number}", version.article, capture)
                    self.main = self.main or {
                        "mainPageUrl": page["url"],
                        "mainPageDate": page["ts"],
                    }
                    yield _line(page)


def _shown(versions: Sequence[Version]) -> Iterator[tuple[Version, Capture]]:
    """The newest first, and a capture only as it was read last."""
    captures = set[tuple[str, int]]()
    for version in reversed(versions):
        capture = version.article.capture
        if capture and (place := (capture.filename, capture.offset)) not in captures:
            captures.add(place)
            yield version, capture


def _page(id: str, article: Article, capture: Capture) -> dict[str, str]:
    """A page, found under the URL and second that its index line has."""
    at = datetime.strptime(capture.timestamp, "%Y%m%d%H%M%S")
    words = (article.lead, article.text, article.author, *article.captions)
    return {
        "id": id,
        "url": capture.url,
        "ts": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "title": article.title,
        "text": "\n".join(filter(None, words)),
    }


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


class _Blocks:
    """Index lines in blocks of their own gzip member each (ZipNum), and the summary of the blocks.

    A block has `size` lines or more: it ends where nothing in it is looked for in the next.
    """

    def __init__(self, captures: Iterable[Capture], size: int) -> None:
        self._captures, self._size = captures, size
        self._offset = 0
        about = {"format": "cdxj-gzip-1.0", "filename": INDEX_BLOCKS.rpartition("/")[2]}
        self.summary = [f"!meta 0 {json.dumps(about)}\n".encode()]

    def __iter__(self) -> Iterator[bytes]:
        block, reach = list[Capture](), ""
        for capture in self._captures:
            if len(block) >= self._size and reach < capture.urlkey:
                yield self._member(block)
                block, reach = [], ""
            block.append(capture)
            reach = max(reach, _player_key(capture))
        if block:
            yield self._member(block)

    def _member(self, block: list[Capture]) -> bytes:
        member = gzip.compress(b"".join(map(cdxj.to_line, block)), mtime=0)
        place = {"offset": self._offset, "length": len(member)}
        self._offset += len(member)
        first = f"{block[0].urlkey} {block[0].timestamp} {json.dumps(place)}\n"
        self.summary.append(first.encode())
        return member


def _player_key(capture: Capture) -> str:
    """The key under which wabac.js looks for a capture: ours, and the slash that ends the path."""
    key, question_mark, query = capture.urlkey.partition("?")
    slash = "/" if urlsplit(capture.url).path.endswith("/") and not key.endswith("/") else ""
    return f"{key}{slash}{question_mark}{query}"


def _index(collection: Collection, warcs: list[Path]) -> Iterator[Capture]:
    """The captures in these files in the order of an index."""
    lines = cdxj.merged([collection.index_path(warc.name) for warc in warcs])
    return cdxj.captures(lines, collection.indexes_dir)


def _self_contained(collection: Collection, site: str) -> list[Path]:
    """The files of a site, and those that hold what revisits in any of them refer to."""
    closed = {warc.name: warc for warc in collection.warcs()}
    prefix, chosen = collection.file_prefix(site), set[str]()
    found = {name for name in closed if name.partition("-")[0] == prefix}
    while found:
        chosen |= found
        indexes = [collection.index_path(name) for name in sorted(found)]
        with closing(_Originals()) as originals:
            originals.want(collection, indexes)
            found = originals.find(collection, chosen) & closed.keys() - chosen
    return [closed[name] for name in sorted(chosen)]


class _Originals:
    """What revisits refer to: asked for in one pass, found in another. In a temporary database."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # a file of no name, which goes with the connection
        self._database.executescript(_ORIGINALS)

    def want(self, collection: Collection, indexes: Sequence[Path]) -> None:
        """Take in what the revisits in these indexes refer to: a URL and second, under either of
        two keys. The second is that of a POST.
        """
        for revisit in map(cdxj.from_line, cdxj.merged(indexes)):
            if not revisit.is_revisit:
                continue
            with collection.open_record(revisit) as record:
                url = bare(record.get("WARC-Refers-To-Target-URI"))
                timestamp = cdxj.timestamp(record.get("WARC-Refers-To-Date") or "")
            keys = {urlkey(url), revisit.urlkey}
            id = json.dumps([url, timestamp, *sorted(keys)])
            rows = [(f"{key} {timestamp}".encode(), url, id) for key in keys]
            self._database.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?)", rows)

    def find(self, collection: Collection, inside: set[str]) -> set[str]:
        """The files that hold what none of those in `inside` holds."""
        execute = self._database.execute
        for line in cdxj.merged(sorted(collection.indexes_dir.glob("*.cdxj"))):
            at = b" ".join(line.split(b" ", 2)[:2])
            wanted = execute("SELECT id, url FROM wanted WHERE at = ?", (at,)).fetchall()
            if not wanted or (capture := cdxj.from_line(line)).is_revisit:
                continue
            name = capture.filename
            rows = [(id, name, name in inside) for id, url in wanted if url == capture.url]
            self._database.executemany("INSERT OR IGNORE INTO held VALUES (?, ?, ?)", rows)
        return {name for (name,) in execute(_OUTSIDE)}

    def close(self) -> None:
        self._database.close()
