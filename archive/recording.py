"""Recording: one run of one site writing into a collection."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import UUID

from filelock import FileLock, Timeout

from archive import cdxj, journal, scan
from archive.article import Article, Look, Run
from archive.cdxj import Capture
from archive.dedup import Dedup, Original, Repeat
from archive.errors import CollectionLocked, StorageFailed
from archive.exchange import Exchange
from archive.group import Group, Message, read_request
from archive.writer import Fields, NewRecord, WarcWriter, urn, warc_date

if TYPE_CHECKING:
    from archive.collection import Collection

TEXT = "-text"
"""What follows the site in the names of files that hold readings: pywb must not index them."""
_PLAIN_TEXT = "text/plain; charset=utf-8"
_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Recording:
    """Writes captures and readings of one site, under the site's lock, from enter to exit.

    What `record` and `convert` return survives the death of this process at once, and a power cut
    after `commit`. Only what was committed is referred to by revisits. For one thread.
    """

    def __init__(
        self,
        collection: Collection,
        lock: FileLock,
        *,
        site: str,
        run_id: str,
        user_agent: str,
        robots: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        max_file_bytes: int,
        allow_credentials: bool,
    ) -> None:
        self.site, self.run_id = site, run_id
        self.bytes_saved = self.revisits = 0
        self._collection, self._lock = collection, lock
        self._clock, self._new_id, self._allow_credentials = clock, new_id, allow_credentials
        self._live = dict[str, list[Capture]]()
        self._unsynced = list[Capture]()
        self._originals, self._repeats = list[Original](), list[Repeat]()
        info = [
            ("software", f"tinhuy/{version('tinhuy')} warcio/{version('warcio')}"),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", _CONFORMS_TO),
            ("isPartOf", run_id),
            ("robots", robots),
            ("http-header-user-agent", user_agent),
        ]
        prefix = collection.file_prefix(site)

        def writer(prefix: str, description: str) -> WarcWriter:
            fields = [*info, ("description", description)]
            return WarcWriter(
                directory=collection.archive_dir,
                prefix=prefix,
                info=[(name, value) for name, value in fields if value],
                clock=clock,
                new_id=new_id,
                max_bytes=max_file_bytes,
            )

        self._captures = writer(prefix, f"Captures of {site}")
        self._captures.on_closed = self._index
        self._text = writer(prefix + TEXT, f"Text read from captures of {site}, and its journal")

    def __enter__(self) -> Self:
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise CollectionLocked(self._collection.path, self.site) from error
        try:
            self._collection.mend_site(self.site)
            self._dedup = Dedup(self._collection.dedup_path)
        except BaseException:
            self._lock.release()
            raise
        self._collection.live.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            try:
                self._captures.close()
            finally:
                self._text.close()
            self._commit_dedup()
        finally:
            self._dedup.close()
            self._collection.live.remove(self)
            self._lock.release()

    @property
    def bytes_written(self) -> int:
        """Bytes of all records kept, as stored."""
        return self._captures.bytes_written + self._text.bytes_written

    def record(self, exchange: Exchange) -> Capture | None:
        """Write what one exchange leaves behind, as one group.

        Returns its capture; None when there was no response. Raises StorageFailed when the disk
        refuses (nothing of the group remains), ForbiddenField when credentials were sent.
        """
        request = read_request(exchange, allow_credentials=self._allow_credentials)
        method = request.head.method if request else "GET"
        response = Message.read(exchange.response, method) if exchange.response else None
        original = self._original(exchange, response) if response else None
        group = Group(exchange, self._new_id, request=request, response=response, original=original)
        written = self._captures.write(group.records)
        if response is None:
            return None
        unmodified = original is not None and response.head.status == 304
        capture = scan.capture_of(
            url=group.url,
            date=group.date,
            head=response.head,
            digest=None if unmodified else response.digest,
            is_revisit=original is not None,
            at=written[0],
        )
        if request:
            capture = scan.keyed(capture, *(scan.read_request(request.stream) or ("", "", b"")))
        self._keep(capture, response, original, exchange.truncated)
        return capture

    def convert(self, look: Look) -> Look:
        """Write a look at an article into the text file: its text, if it has one, and its entry.

        Returns the look as the journal has it: with the id of the `conversion` record, and with
        its capture's record id and date. Raises StorageFailed.
        """
        capture, holder = self._collection.identify(look.capture)
        date, group = warc_date(self._clock()), list[NewRecord]()
        look, about = replace(look, capture=capture), holder
        if look.article:
            text = _text_of(look.article).encode()
            fields = _refers(capture.url, holder)
            group.append(self._text_record("conversion", date, _PLAIN_TEXT, text, fields))
            about = urn(group[0].id)
            article = replace(look.article, capture=capture)
            look = replace(look, article=article, conversion_id=about)
        group.append(self._entry(date, journal.encode_look(look), _refers(capture.url, about)))
        self._text.write(group)
        return look

    def finish(self, run: Run) -> None:
        """Write the run itself into the text file. Raises StorageFailed."""
        warcinfo = self._text.warcinfo_id()
        ids = [*self._captures.warcinfo_ids, *self._text.warcinfo_ids]
        refers = [("WARC-Refers-To", f"<{warcinfo}>")]
        entry = self._entry(warc_date(self._clock()), journal.encode_run(run, ids), refers)
        self._text.write([entry])

    def commit(self) -> None:
        """Put everything on the disk; then let revisits refer to it.

        Raises StorageFailed, and CollectionLocked when another program keeps the dedup table
        locked: then everything is on the disk, and the next commit enters it in the table.
        """
        try:
            self._captures.sync()
            self._text.sync()
        except StorageFailed:
            self._originals.clear()  # what the disk refused once may never be on it
            raise
        self._unsynced.clear()
        self._commit_dedup()

    def captures(self, first: bytes = b"", beyond: bytes | None = None) -> Iterator[Capture]:
        """Captures of the file being written, sorted as an index would have them."""
        for key in sorted(self._live):
            line = key.encode() + b" "
            if first <= line and (beyond is None or line < beyond):
                yield from sorted(self._live[key], key=cdxj.to_line)

    def is_committed(self, capture: Capture) -> bool:
        return all(capture is not other for other in self._unsynced)

    def _original(self, exchange: Exchange, response: Message) -> Original | None:
        """The committed response that this one repeats, if it may be said so."""
        if response.head.status == 304:
            return self._collection.unmodified_original(exchange.target_uri)
        if not response.may_be_original(exchange.truncated):
            return None
        found = self._dedup.find(response.digest, exchange.started_at)
        return found if found and self._collection.has_file(found.filename) else None

    def _keep(
        self,
        capture: Capture,
        response: Message,
        original: Original | None,
        truncated: str | None,
    ) -> None:
        self._live.setdefault(capture.urlkey, []).append(capture)
        self._unsynced.append(capture)
        if original:
            self.revisits += 1
            self.bytes_saved += response.size
            if capture.digest:
                self._repeats.append(Repeat(capture.digest, original.date))
        elif response.may_be_original(truncated):
            self._originals.append(scan.original(capture))

    def _entry(self, date: str, entry: bytes, fields: Fields) -> NewRecord:
        return self._text_record("metadata", date, journal.MEDIA_TYPE, entry, fields)

    def _text_record(
        self, type: str, date: str, content_type: str, block: bytes, fields: Fields
    ) -> NewRecord:
        return NewRecord(
            type=type,
            id=self._new_id(),
            date=date,
            content_type=content_type,
            block=io.BytesIO(block),
            fields=fields,
        )

    def _commit_dedup(self) -> None:
        self._dedup.commit(self._originals, self._repeats)
        self._originals.clear()
        self._repeats.clear()

    def _index(self, path: Path) -> None:
        """A file of captures has been closed, hence synced: write its index."""
        live = [capture for captures in self._live.values() for capture in captures]
        mine = [capture for capture in live if capture.filename == path.name]
        cdxj.write_index(self._collection.index_path(path.name), mine)
        self._live.clear()
        self._unsynced.clear()


def _text_of(article: Article) -> str:
    return "\n\n".join(part for part in (article.title, article.lead, article.text) if part)


def _refers(url: str, record_id: str) -> list[tuple[str, str]]:
    return [("WARC-Target-URI", url), ("WARC-Refers-To", f"<{record_id}>")]
