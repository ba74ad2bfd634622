"""Collection: a directory of WARC files with their indexes, laid out as pywb expects.

archive/*.warc.gz     the truth; names with `-text-` hold readings, the others captures
archive/*.open        files that are being written, or were when their process died
archive/*.tail        what recovery cut off such a file
indexes/*.cdxj        one for each file of captures; derived (*.draft: half written)
manifest.sha256       size and sha256 of every closed file, for `sha256sum -c`
catalog.sqlite3       articles, versions, runs, search; derived
dedup.sqlite3         payloads and the responses that hold them; derived
logs/                 one crawl log for each run: what was kept, and what was not asked for
logs/runs/            what runs of the schedule have printed; the oldest is removed (the crawler's)
schedule.sqlite3      the jobs: when which sites are crawled (the crawler's own, not derived)
schedule.lock         held by the service of the schedule, of which there is one
diary.sqlite3         every run that was begun, skipped or killed (the crawler's own, not derived)
alarms.sqlite3        what was wrong, since when and until when (its own, not derived)
seen.sqlite3          what runs have seen of sites, the service of its disk (its own, not derived)
outbox.sqlite3        letters to people and who took which (the crawler's own, not derived)
outbox.lock           held by who writes and sends letters
reports/              what each night was, as HTML and text
ledgers/              what the crawler has met of each site, and what waits (its own, not derived)
*.rebuilding *.order  a rebuild under way, or one that was interrupted
locks/                one lock for each site that is being written; -alone- is a rebuild's
collection.json       says that this is a collection
"""

from __future__ import annotations

import heapq
import json
import os
import re
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from uuid import UUID

from filelock import FileLock, Timeout

from archive import cdxj, mend, reader, scan
from archive.cdxj import Capture
from archive.disk import stored, sync_directory, written_whole
from archive.errors import CaptureNotFound, CollectionLocked, CorruptRecord, NotACollection
from archive.mend import Mended
from archive.parallel import Progress as Progress
from archive.reader import ArchivedResponse
from archive.record import OPEN, SUFFIX, Record, bare
from archive.recording import TEXT, Recording
from archive.recover import TAIL
from archive.times import utc_now
from archive.urlkey import FORM, RENDERED, rendered, request_key, target_uri

MARKER = "collection.json"
_FORMAT = {"format": "tinhuy-collection", "version": 1}
_TEXT_NAME = re.compile(rf"[^-]*{TEXT}-\d{{14}}-")
_NAME = re.compile(r"[\x20-\x7e\u00a0-\ud7ff]{1,200}")
ALONE = "-alone-"
"""The lock of a program that must be the only one. No site's prefix holds a hyphen."""
_MOMENT = 2.0
"""Seconds: long enough for others who only look whether somebody is alone."""
_MAX_REFERENCES = 8
"""A revisit of a revisit of ...: met in files of others, and never of this length."""
_END = "9" * 14


class Collection:
    """A collection at `path`. Made by `create` or `open`; holds no file open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive_dir, self.indexes_dir = path / "archive", path / "indexes"
        self.catalog_path, self.dedup_path = path / "catalog.sqlite3", path / "dedup.sqlite3"
        self.manifest_path, self.logs_dir = path / "manifest.sha256", path / "logs"
        self.locks_dir = path / "locks"
        self.live = list[Recording]()
        """Recordings of this object that are open: what they hold is found as well."""
        self._drawn: tuple[list[str], bool] | None = None

    @classmethod
    def create(cls, path: Path | str) -> Collection:
        """The collection at `path`, made if there is nothing there.

        Raises NotACollection when there is something else.
        """
        path = Path(path)
        if (path / MARKER).exists():
            return cls.open(path)
        collection = cls(path)
        if path.exists() and not collection._is_begun():
            raise NotACollection(path, "there is something else")
        for directory in (collection.archive_dir, collection.indexes_dir):
            directory.mkdir(parents=True, exist_ok=True)
        with written_whole(path / MARKER) as draft:
            draft.write_text(json.dumps(_FORMAT) + "\n")
        sync_directory(path.parent)
        return collection

    def _is_begun(self) -> bool:
        """Whether there is nothing here but what `create` makes first, and was killed after."""
        if not self.path.is_dir():
            return False
        made = {self.archive_dir, self.indexes_dir}
        rest = [p for p in self.path.iterdir() if p not in made and p.suffix != ".draft"]
        return not rest and not any(any(p.iterdir()) for p in made if p.is_dir())

    @classmethod
    def open(cls, path: Path | str) -> Collection:
        """The collection at `path`. Raises NotACollection when there is none."""
        path = Path(path)
        try:
            marker = json.loads((path / MARKER).read_text())
        except FileNotFoundError as error:
            raise NotACollection(path, f"it has no {MARKER}; a crawl makes a collection") from error
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
        host: str = socket.gethostname(),
        user_agent: str = "",
        robots: str = "",
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], UUID] = uuid.uuid4,
        max_file_bytes: int = 1_000_000_000,
        allow_credentials: bool = False,
    ) -> Recording:
        """A recording of one run of one site; a context manager, which takes the site's lock.

        `host` is the crawl host, told in the names of the files. Entering raises CollectionLocked
        when another run holds the lock.
        """
        return Recording(
            self,
            site=site,
            run_id=run_id,
            host=_plain(host)[:40] or "_",
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

    def captures_of(self, site: str) -> Iterator[Capture]:
        """The captures in the closed files of a site, sorted by URL key and time."""
        prefix = self.file_prefix(site) + "-"
        indexes = [path for path in self._indexes() if Path(path).name.startswith(prefix)]
        return cdxj.captures(cdxj.merged(indexes), self.indexes_dir)

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
        exact: Capture | None = None
        other: Capture | None = None
        for capture in self._captures_of(key):
            if capture.timestamp > end:
                break
            if capture.url == wanted:
                exact = _later(exact, capture)
            else:
                other = _later(other, capture)
        if found := exact or other:
            return found
        raise CaptureNotFound(url, at)

    def read(self, capture: Capture, *, verify: bool = False) -> ArchivedResponse:
        """The response of a capture; of a revisit, with the payload that it refers to.

        Raises CorruptRecord for bytes that are not what they say (with `verify`, also for a block
        that does not fit its digest), CaptureNotFound when what a revisit refers to is missing.
        """
        return self._read(capture, verify, _MAX_REFERENCES)

    def rendered(self, capture: Capture) -> bytes | None:
        """What a browser made of a captured page, as HTML in UTF-8; None where none drew it.

        Raises CorruptRecord.
        """
        if not self._has_drawn():
            return None
        try:
            found = self.find(rendered(capture.url), at=capture.captured_at)
        except CaptureNotFound:
            return None
        return self.read(found).body if found.timestamp == capture.timestamp else None

    def _has_drawn(self) -> bool:
        """Whether any page was drawn: most collections need not look for it page by page."""
        indexes = self._indexes()
        if self._drawn is None or self._drawn[0] != indexes:
            bounds = RENDERED.encode(), RENDERED.encode() + b"\xff"
            lines = [cdxj.merged(indexes, *bounds), *(r.captures(*bounds) for r in self.live)]
            self._drawn = indexes, any(True for some in lines for _ in some)
        return self._drawn[1] or bool(self.live)

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

    def warcs(self, *, text: bool = False) -> list[Path]:
        """The closed files of captures (or, with `text`, of readings), by name."""
        paths = self._files(self.archive_dir, SUFFIX)
        return [path for path in paths if is_text(path.name) == text]

    def strays(self) -> list[Path]:
        """What stands among the WARC files and is none, or has a name that no list can hold.

        Each is judged by itself: between two lists of the directory others close their files.
        """
        ours = (SUFFIX, SUFFIX + OPEN, TAIL)
        there = sorted(self.archive_dir.iterdir())
        strange = [p for p in there if not (p.name.endswith(ours) and _is_plain_file(p))]
        return [path for path in strange if os.path.lexists(path)]

    def _files(self, directory: Path, suffix: str) -> list[Path]:
        """Files by name; what is none, or has a name that no list can hold, is passed over."""
        return [path for path in sorted(directory.glob(f"*{suffix}")) if _is_plain_file(path)]

    def file(self, filename: str) -> Path:
        """Where a WARC file is, whether closed or still written.

        Raises CorruptRecord for a name that is no plain file name: names come from indexes.
        """
        if not filename or filename in (".", "..") or re.search(r"[/\\\0]", filename):
            raise CorruptRecord(self.indexes_dir, 0, "a file name", repr(filename))
        closed = self.archive_dir / filename
        return closed if closed.exists() else closed.with_name(filename + OPEN)

    def index_path(self, filename: str) -> Path:
        """Where the index of a WARC file is."""
        return self.indexes_dir / (filename.removesuffix(SUFFIX) + ".cdxj")

    def stray_indexes(self) -> list[Path]:
        """Indexes of files that are not there, by name."""
        wanted = {self.index_path(path.name) for path in self.warcs()}
        return sorted(set(self._files(self.indexes_dir, ".cdxj")) - wanted)

    def file_prefix(self, site: str) -> str:
        """What the names of a site's files begin with; it holds no hyphen and no separator."""
        return _plain(site)[:80].lstrip(".") or "_"

    def lock(self, prefix: str) -> FileLock:
        """The lock of the site whose files begin so; freed by the kernel if its holder dies."""
        self.locks_dir.mkdir(exist_ok=True)
        return FileLock(self.locks_dir / f"{prefix}.lock", thread_local=False)

    @contextmanager
    def hold(self, prefix: str, *, wait: float = 0) -> Iterator[None]:
        """Hold the lock of a site. Raises CollectionLocked when another program keeps it."""
        site = "all of it" if prefix == ALONE else prefix
        with holding(self.lock(prefix), CollectionLocked(self.path, site), wait=wait):
            yield

    @contextmanager
    def hold_site(self, site: str, *, is_patient: bool = False) -> Iterator[None]:
        """Hold the lock of a site while nobody needs to be alone. Raises CollectionLocked.

        Who is patient waits for others who only look whether somebody holds it.
        """
        with self.hold(self.file_prefix(site), wait=_MOMENT if is_patient else 0):
            with self.hold(ALONE, wait=_MOMENT):
                pass  # who is alone takes this lock first, and the site's after it
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the locks of all sites, and let no other be begun. Raises CollectionLocked."""
        with ExitStack() as held:
            held.enter_context(self.hold(ALONE, wait=_MOMENT))
            for path in sorted(self.locks_dir.glob("*.lock")):
                if path.stem != ALONE:
                    held.enter_context(self.hold(path.stem))
            yield

    def mend(self) -> list[Mended]:
        """Do to the end what dead processes left half done; see `archive.mend`.

        Files of sites that are being written are left alone.
        """
        return mend.mend(self)

    def left_open(self) -> list[Path]:
        """Files that are being written, or were when their process died."""
        return self._files(self.archive_dir, SUFFIX + OPEN)

    def drafts(self) -> list[Path]:
        """Indexes that are being written, or were when their process died."""
        return sorted(self.indexes_dir.glob("*.draft"))

    def index(self, path: Path) -> None:
        """Write the index of a closed file of captures anew. Raises StorageFailed."""
        index = self.index_path(path.name)
        with stored(index):
            cdxj.write_index(index, scan.captures(path))

    def _captures_of(self, key: str | None) -> Iterator[Capture]:
        first, beyond = _bounds(key)
        closed = cdxj.captures(cdxj.merged(self._indexes(), first, beyond), self.indexes_dir)
        live = [recording.captures(first, beyond) for recording in self.live]
        return heapq.merge(closed, *live, key=lambda capture: (capture.urlkey, capture.timestamp))

    def _indexes(self) -> list[str]:
        with os.scandir(self.indexes_dir) as entries:
            named = (entry for entry in entries if entry.name.endswith(".cdxj"))
            return sorted(entry.path for entry in named if entry.is_file())

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


@contextmanager
def holding(lock: FileLock, in_use: CollectionLocked, *, wait: float = 0) -> Iterator[None]:
    """Hold a lock. Raises `in_use` when another keeps it for longer than `wait` seconds."""
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise in_use from error
    try:
        yield
    finally:
        lock.release()


def _later(one: Capture | None, other: Capture) -> Capture:
    """Of captures of one second the one that was written last: what is asked for again at once."""
    order = attrgetter("timestamp", "filename", "offset")
    return other if one is None or order(one) <= order(other) else one


def _plain(name: str) -> str:
    """A part of a file name, without hyphens: they set the parts off."""
    return re.sub(r"[^A-Za-z0-9_.]+", "_", name)


def _is_plain_file(path: Path) -> bool:
    """Whether a path is a file with a name that a list can hold."""
    return _NAME.fullmatch(path.name) is not None and path.is_file()


def is_text(filename: str) -> bool:
    """Whether a file holds readings, by its name."""
    return _TEXT_NAME.match(filename) is not None


def _bounds(key: str | None) -> tuple[bytes, bytes | None]:
    """The index lines of a key are those from the first up to the second."""
    if key is None:
        return b"", None
    start = key.encode()
    return start + b" ", start + b"!"
