"""Collection: a directory of WARC files with their indexes, laid out as pywb expects.

archive/*.warc.gz     the truth; names with `-text-` hold readings, the others captures
indexes/*.cdxj        one for each file of captures; derived
catalog.sqlite3       articles, versions, runs, search; derived
dedup.sqlite3         payloads and the responses that hold them; derived
locks/                one lock for each site that is being written
collection.json       says that this is a collection
"""

from __future__ import annotations

import heapq
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from filelock import FileLock, Timeout

from archive import cdxj, reader, scan
from archive.cdxj import Capture
from archive.dedup import Original
from archive.disk import written_whole
from archive.errors import CaptureNotFound, CorruptRecord, NotACollection
from archive.reader import ArchivedResponse
from archive.record import OPEN, SUFFIX, Record, bare
from archive.recording import TEXT, Recording
from archive.recover import Recovered, recover
from archive.urlkey import FORM, request_key, target_uri

MARKER = "collection.json"
_FORMAT = {"format": "tinhuy-collection", "version": 1}
_MAX_REFERENCES = 8
"""A revisit of a revisit of ...: met in files of others, and never of this length."""
_END = "9" * 14

Progress = Callable[[Path, int, int], None]
"""Called with each file when it is done, how many are done, and how many there are."""


def _now() -> datetime:
    return datetime.now(UTC)


class Collection:
    """A collection at `path`. Made by `create` or `open`; holds no file open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive_dir, self.indexes_dir = path / "archive", path / "indexes"
        self.catalog_path, self.dedup_path = path / "catalog.sqlite3", path / "dedup.sqlite3"
        self.live = list[Recording]()
        """Recordings of this object that are open: what they hold is found as well."""

    @classmethod
    def create(cls, path: Path | str) -> Collection:
        """The collection at `path`, made if there is nothing there.

        Raises NotACollection when there is something else.
        """
        path = Path(path)
        if (path / MARKER).exists():
            return cls.open(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise NotACollection(path, "there is something else")
        collection = cls(path)
        for directory in (collection.archive_dir, collection.indexes_dir):
            directory.mkdir(parents=True, exist_ok=True)
        with written_whole(path / MARKER) as draft:
            draft.write_text(json.dumps(_FORMAT) + "\n")
        return collection

    @classmethod
    def open(cls, path: Path | str) -> Collection:
        """The collection at `path`. Raises NotACollection when there is none."""
        path = Path(path)
        try:
            marker = json.loads((path / MARKER).read_text())
        except FileNotFoundError as error:
            raise NotACollection(path, f"it has no {MARKER}") from error
        except (OSError, ValueError) as error:
            raise NotACollection(path, f"its {MARKER} cannot be read") from error
        if marker != _FORMAT:
            raise NotACollection(path, f"its {MARKER} says {marker!r:.200}")
        collection = cls(path)
        for directory in (collection.archive_dir, collection.indexes_dir):
            directory.mkdir(exist_ok=True)
        return collection

    def recording(
        self,
        *,
        site: str,
        run_id: str,
        user_agent: str = "",
        robots: str = "",
        clock: Callable[[], datetime] = _now,
        new_id: Callable[[], UUID] = uuid.uuid4,
        max_file_bytes: int = 1_000_000_000,
        allow_credentials: bool = False,
    ) -> Recording:
        """A recording of one run of one site; a context manager, which takes the site's lock.

        Entering raises CollectionLocked at once when another run holds it.
        """
        return Recording(
            self,
            self._lock(self.file_prefix(site)),
            site=site,
            run_id=run_id,
            user_agent=user_agent,
            robots=robots,
            clock=clock,
            new_id=new_id,
            max_file_bytes=max_file_bytes,
            allow_credentials=allow_credentials,
        )

    def captures(self, url: str | None = None) -> Iterator[Capture]:
        """Captures sorted by URL key and time: all, or those of a URL.

        Closed files, and recordings open on this object. A POST is filed under a key of its own.
        """
        key = request_key(target_uri(url), "GET", b"", "")[0] if url is not None else None
        return self._captures_of(key)

    def find(
        self,
        url: str,
        *,
        at: datetime | None = None,
        method: str = "GET",
        body: bytes = b"",
        content_type: str = FORM,
    ) -> Capture:
        """The newest capture at or before `at` (of all, without it).

        Different URLs may share a key: one of exactly this URL goes before newer ones of others.
        Raises CaptureNotFound.
        """
        wanted = target_uri(url)
        key, _ = request_key(wanted, method, body, content_type)
        end = at.astimezone(UTC).strftime("%Y%m%d%H%M%S") if at else _END
        exact = other = None
        for capture in self._captures_of(key):
            if capture.timestamp > end:
                break
            exact, other = (capture, other) if capture.url == wanted else (exact, capture)
        if found := exact or other:
            return found
        raise CaptureNotFound(url, at)

    def read(self, capture: Capture, *, verify: bool = False) -> ArchivedResponse:
        """The response of a capture; of a revisit, with the payload that it refers to.

        Raises CorruptRecord for bytes that are not what they say (with `verify`, also for a block
        that does not fit its digest), CaptureNotFound when what a revisit refers to is missing.
        """
        return self._read(capture, verify, _MAX_REFERENCES)

    def open_record(self, capture: Capture) -> Record:
        """The record of a capture; a context manager."""
        return reader.open_record(self.file(capture.filename), capture.offset, capture.length)

    def identify(self, capture: Capture) -> tuple[Capture, str]:
        """The capture with its record id and date; and the id of the response with its payload."""
        if capture.record_id and capture.date and not capture.is_revisit:
            return capture, capture.record_id
        with self.open_record(capture) as record:
            capture = replace(capture, record_id=record.record_id, date=record.date)
            return capture, bare(record.get("WARC-Refers-To")) or record.record_id

    def unmodified_original(self, url: str) -> Original | None:
        """What a "304 Not Modified" of this URL speaks of: its newest committed payload."""
        wanted, newest = target_uri(url), None
        for capture in self.captures(url):
            committed = all(recording.is_committed(capture) for recording in self.live)
            if capture.url == wanted and capture.status == 200 and committed:
                newest = capture
        if newest is None:
            return None
        with self.open_record(newest) as record:
            if record.type == "response":
                return scan.original(replace(newest, record_id=record.record_id, date=record.date))
            return Original(
                digest=newest.digest,
                url=record.get("WARC-Refers-To-Target-URI") or "",
                date=record.get("WARC-Refers-To-Date") or "",
                record_id=bare(record.get("WARC-Refers-To")),
            )

    def warcs(self, *, text: bool = False) -> list[Path]:
        """The closed files of captures (or, with `text`, of readings), by name."""
        paths = sorted(self.archive_dir.glob(f"*{SUFFIX}"))
        return [path for path in paths if is_text(path.name) == text]

    def file(self, filename: str) -> Path:
        """Where a WARC file is, whether closed or still written.

        Raises CorruptRecord for a name that is no plain file name: names come from indexes.
        """
        if not filename or filename in (".", "..") or re.search(r"[/\\\0]", filename):
            raise CorruptRecord(self.indexes_dir, 0, "a file name", repr(filename))
        closed = self.archive_dir / filename
        return closed if closed.exists() else closed.with_name(filename + OPEN)

    def has_file(self, filename: str) -> bool:
        return self.file(filename).exists()

    def index_path(self, filename: str) -> Path:
        """Where the index of a WARC file is."""
        return self.indexes_dir / (filename.removesuffix(SUFFIX) + ".cdxj")

    def stray_indexes(self) -> list[Path]:
        """Indexes of files that are not there, by name."""
        wanted = {self.index_path(path.name) for path in self.warcs()}
        return sorted(set(self.indexes_dir.glob("*.cdxj")) - wanted)

    def file_prefix(self, site: str) -> str:
        """What the names of a site's files begin with; it holds no hyphen and no separator."""
        return re.sub(r"[^A-Za-z0-9_.]+", "_", site)[:80].lstrip(".") or "_"

    def mend(self) -> list[Recovered]:
        """Recover what dead processes left of any site, and index files that have no index.

        Files of sites that are being written are left alone.
        """
        recovered = list[Recovered]()
        for prefix in sorted({path.name.partition("-")[0] for path in self._unfinished()}):
            lock = self._lock(prefix)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            try:
                recovered += self.mend_site(prefix)
            finally:
                lock.release()
        return recovered

    def mend_site(self, site: str) -> list[Recovered]:
        """The same for one site, whose lock the caller holds."""
        prefix = self.file_prefix(site)
        mine = [path for path in self._unfinished() if path.name.partition("-")[0] == prefix]
        recovered = [recover(path) for path in mine if path.name.endswith(OPEN)]
        for path in self.warcs():
            if path.name.partition("-")[0] == prefix and not self.index_path(path.name).exists():
                self.index(path)
        return recovered

    def index(self, path: Path) -> None:
        """Write the index of a closed file of captures anew."""
        cdxj.write_index(self.index_path(path.name), scan.captures(path))

    def _unfinished(self) -> list[Path]:
        unindexed = [path for path in self.warcs() if not self.index_path(path.name).exists()]
        return sorted(self.archive_dir.glob(f"*{SUFFIX}{OPEN}")) + unindexed

    def _lock(self, prefix: str) -> FileLock:
        directory = self.path / "locks"
        directory.mkdir(exist_ok=True)
        return FileLock(directory / f"{prefix}.lock", thread_local=False)

    def _captures_of(self, key: str | None) -> Iterator[Capture]:
        first, beyond = _bounds(key)
        indexes = [
            map(cdxj.from_line, cdxj.lines_between(path, first, beyond))
            for path in sorted(self.indexes_dir.glob("*.cdxj"))
        ]
        live = [recording.captures(first, beyond) for recording in self.live]
        return heapq.merge(*indexes, *live, key=lambda capture: (capture.urlkey, capture.timestamp))

    def _read(self, capture: Capture, verify: bool, references: int) -> ArchivedResponse:
        with self.open_record(capture) as record:
            response = reader.read_response(record, capture, verify=verify)
            if record.type != "revisit":
                return response
            original = self._referred_to(capture, record, references)
        stored = self._read(original, verify, references - 1)
        if response.status == 304 or response.status is None:
            return replace(stored, capture=capture, revisit_of=original)
        return replace(response, body=stored.body, revisit_of=original, note=stored.note)

    def _referred_to(self, capture: Capture, record: Record, references: int) -> Capture:
        """What a revisit refers to: by URL and exact date, else by what else is told of it.

        Others name the https URL of a capture by http, or no URL and date at all: then the key,
        the second and the digest must do.
        """
        url = bare(record.get("WARC-Refers-To-Target-URI")) or capture.url
        date = record.get("WARC-Refers-To-Date") or ""
        likely = list[Capture]()
        keys = dict.fromkeys((request_key(url, "GET", b"", "")[0], capture.urlkey))
        for candidate in (found for key in keys for found in self._captures_of(key)):
            same_time = candidate.timestamp == cdxj.timestamp(date) if date else True
            if candidate.is_revisit or not same_time or not references:
                continue
            if date and candidate.url == url and self.identify(candidate)[0].date == date:
                return candidate
            if candidate.digest and candidate.digest == capture.digest:
                likely.append(candidate)
        if likely:
            return likely[-1]
        raise CaptureNotFound(url, datetime.fromisoformat(date) if date else None)


def is_text(filename: str) -> bool:
    """Whether a file holds readings, by its name."""
    return f"{TEXT}-" in filename


def _bounds(key: str | None) -> tuple[bytes, bytes | None]:
    """The index lines of a key are those from the first up to the second."""
    if key is None:
        return b"", None
    start = key.encode()
    return start + b" ", start + b"!"
