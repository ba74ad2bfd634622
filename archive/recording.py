"""Recording: one run of one site writing into a collection."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import UUID

from archive import cdxj, journal, manifest, reader, scan
from archive.article import Article, Look, Model, Run
from archive.cdxj import Capture
from archive.crawllog import CrawlLog
from archive.dedup import Dedup, Derived, Original, Validators
from archive.digest import Digest, sha1
from archive.disk import free_bytes, stored
from archive.errors import CorruptRecord, DiskNearlyFull, StorageFailed
from archive.exchange import Exchange
from archive.group import Group, Message, read_request
from archive.http import Head
from archive.manifest import Sealed
from archive.mend import Mended, mend_site
from archive.reader import ArchivedResponse
from archive.scan import Scanned
from archive.urlkey import rendered, target_uri
from archive.writer import Fields, NewRecord, WarcWriter, Written, one_line, urn, warc_date

if TYPE_CHECKING:
    from archive.collection import Collection

TEXT = "-text"
"""What follows the site in the names of files that hold readings: pywb must not index them."""
_PLAIN_TEXT = "text/plain; charset=utf-8"
_CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


class Recording:
    """Writes captures and readings of one site, under the site's lock, from enter to exit.

    What `record` and `convert` return survives the death of this process at once, and a power cut
    after `commit`. Only what was committed is referred to by revisits, asked for again by its
    validators, and told in the crawl log: what waits for that is held in memory, so commit now
    and then. For one thread.
    """

    def __init__(
        self,
        collection: Collection,
        *,
        site: str,
        run_id: str,
        host: str,
        user_agent: str,
        robots: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        max_file_bytes: int,
        allow_credentials: bool,
    ) -> None:
        self.site, self.run_id = site, run_id
        self.bytes_saved = self.revisits = 0
        self.mended = list[Mended]()
        self.text_files = list[str]()
        """Closed files of readings: `Catalog.note_files` them when the catalog has all of them."""
        self._collection, self._held = collection, ExitStack()
        self._clock, self._new_id, self._allow_credentials = clock, new_id, allow_credentials
        self._derived = list[Derived]()
        self._indexed = list[str]()
        self._confirmed: tuple[str, Original] | None = None
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
                host=host,
                info=[(name, value) for name, value in fields if value],
                clock=clock,
                new_id=new_id,
                max_bytes=max_file_bytes,
            )

        self._captures = writer(prefix, f"Captures of {site}")
        self._captures.on_closed = self._index
        self._text = writer(prefix + TEXT, f"Text read from captures of {site}, and its journal")
        self._text.on_closed = self._finish_text
        self._log = CrawlLog(directory=collection.logs_dir, prefix=prefix, run_id=run_id)

    def __enter__(self) -> Self:
        with ExitStack() as held:
            held.enter_context(self._collection.hold_site(self.site, is_patient=True))
            self.mended = mend_site(self._collection, self.site)
            self._dedup = held.enter_context(closing(Dedup(self._collection.dedup_path)))
            self._live = held.enter_context(closing(cdxj.Lines()))
            self._collection.live.append(self)
            held.callback(self._collection.live.remove, self)
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._held:
            self.close()

    def close(self) -> None:
        """Close the files, and settle what they hold. The site stays locked until exit.

        Raises StorageFailed: what was not closed then is left to recovery.
        """
        try:
            self._captures.close()
        finally:
            self._text.close()
        self._settle()
        while self._indexed:
            self._dedup.note_file(self._indexed.pop())

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
        original = self._original(exchange, request, response) if response else None
        group = Group(exchange, self._new_id, request=request, response=response, original=original)
        written = self._captures.write(group.records)
        scanned = None
        if response:
            scanned = _scanned(group, written[0], response, original, exchange.truncated)
            scanned = scanned.answering(*_asked(request)) if request else scanned
            self._keep(scanned, response, original)
        self._tell(group, written[0], scanned, exchange, response)
        return scanned.capture if scanned else None

    def render(self, capture: Capture, html: bytes) -> Capture:
        """Write what a browser made of a captured page, as a `resource` of an address of its own.

        It has the date of the capture: see `Collection.rendered`. Raises StorageFailed.
        """
        uri, kind, digest = rendered(capture.url), "text/html; charset=utf-8", sha1(html)
        record = NewRecord(
            type="resource",
            id=self._new_id(),
            date=capture.date,
            content_type=kind,
            block=io.BytesIO(html),
            fields=[
                ("WARC-Target-URI", uri),
                ("WARC-Payload-Digest", str(digest)),
            ],
        )
        [written] = self._captures.write([record])
        head = Head(b"", ((b"Content-Type", kind.encode()),), 0)
        made = scan.capture_of(
            url=uri, date=capture.date, head=head, digest=digest, is_revisit=False, at=written
        )
        self._live.add(made)
        return made

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

    def learn(self, model: Model) -> None:
        """Write what was learned of the site into the text file.

        Raises StorageFailed, and EntryTooLarge and ValueError for what no journal can hold.
        """
        self._enter(journal.encode_model(model))

    def finish(self, run: Run) -> None:
        """Write the run itself into the text file. Raises StorageFailed."""
        self._text.warcinfo_id()  # of a file that is begun now, if none was: the run names it
        self._enter(
            journal.encode_run(run, [*self._captures.warcinfo_ids, *self._text.warcinfo_ids])
        )

    def refuse(self, url: str, reason: str, via: str | None = None) -> None:
        """Note in the crawl log that an address is not asked for."""
        self._log.refuse(warc_date(self._clock()), url, reason, via)

    def judge(self, at: str, url: str, said: str) -> None:
        """Note in the crawl log what an answer, captured at this WARC date, was read as."""
        self._log.judge(at, url, said)

    def commit(self) -> None:
        """Put everything on the disk; then let revisits refer to it and the crawl log tell of it.

        Raises StorageFailed, and CollectionLocked when another program keeps the dedup table
        locked: then everything is on the disk, and the next commit enters it in the table.
        """
        try:
            self._captures.sync()
            self._text.sync()
        except StorageFailed:
            self._derived.clear()  # what the disk refused once may never be on it
            self._log.forget()
            raise
        self._settle()

    def check_space(self, least: int) -> None:
        """Raise DiskNearlyFull when less than `least` bytes are free: time to end in good order.

        Raises StorageFailed when the disk does not say.
        """
        with stored(self._collection.path):
            free = free_bytes(self._collection.path)
        if free < least:
            raise DiskNearlyFull(self._collection.path, free, least)

    def validators(self, url: str) -> Validators | None:
        """What a committed payload of this URL may be asked for by, in a conditional request.

        None when there is none, or when it is time to store the payload in full again.
        """
        found = self._dedup.validators(target_uri(url))
        return found if found and self._usable(found.digest, self._clock()) else None

    def confirmed(self, capture: Capture) -> ArchivedResponse | None:
        """What the newest capture said to be still right, if that was a 304 and says so."""
        if self._confirmed is None or self._confirmed[0] != capture.record_id:
            return None
        original = self._confirmed[1]
        path = self._collection.file(original.filename)
        with reader.open_record(path, original.offset, original.length) as record:
            return reader.read_response(record, capture)

    def captures(self, first: bytes = b"", beyond: bytes | None = None) -> Iterator[Capture]:
        """Captures of the file being written, sorted as an index would have them."""
        return map(cdxj.from_line, self._live.between(first, beyond))

    def _original(
        self, exchange: Exchange, request: Message | None, response: Message
    ) -> Original | None:
        """The committed response that this one repeats, if it may be said so."""
        digest = response.digest
        if response.head.status == 304:
            known = self._dedup.validators(target_uri(exchange.target_uri))
            if known is None or request is None or not known.were_sent(request.head):
                return None
            digest = known.digest
        elif not response.may_repeat(exchange.truncated):
            return None
        return self._usable(digest, exchange.started_at)

    def _usable(self, digest: Digest, now: datetime) -> Original | None:
        found = self._dedup.find(digest, now)
        return found if found and self._is_sound(found) else None

    def _is_sound(self, original: Original) -> bool:
        """Whether the response is where it should be: nothing may refer to what is damaged."""
        path = self._collection.file(original.filename)
        try:
            with reader.open_record(path, original.offset, original.length) as record:
                record.spool(verify=True).close()
                return record.record_id == original.record_id
        except (CorruptRecord, OSError):
            return False

    def _keep(self, scanned: Scanned, response: Message, original: Original | None) -> None:
        self._live.add(scanned.capture)
        self._derived += scanned.derived
        self._confirmed = None
        if original:
            self.revisits += 1
            self.bytes_saved += original.size
            if response.head.status == 304:
                self._confirmed = scanned.capture.record_id, original

    def _tell(
        self,
        group: Group,
        at: Written,
        scanned: Scanned | None,
        exchange: Exchange,
        response: Message | None,
    ) -> None:
        capture = scanned.capture if scanned else None
        self._log.keep(
            group.date,
            url=group.url,
            kind="failed" if capture is None else "revisit" if capture.is_revisit else "response",
            status=capture and capture.status,
            mime=capture and capture.mime,
            size=response and response.size,
            hops=exchange.hops or None,
            via=exchange.via and target_uri(exchange.via),
            digest=capture and capture.digest and str(capture.digest),
            truncated=exchange.truncated,
            error=exchange.error and one_line(exchange.error),
            record_id=at.id,
            filename=at.filename,
            offset=at.offset,
        )

    def _enter(self, entry: bytes) -> None:
        """Write an entry that speaks of no record but of the file that it stands in."""
        refers = [("WARC-Refers-To", f"<{self._text.warcinfo_id()}>")]
        self._text.write([self._entry(warc_date(self._clock()), entry, refers)])

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

    def _settle(self) -> None:
        """Let others refer to what is on the disk now."""
        self._dedup.commit(self._derived)
        self._derived.clear()
        self._log.write_out()

    def _index(self, file: Sealed) -> None:
        """A file of captures has been closed, hence synced: write its index."""
        self._live.write(self._collection.index_path(file.name))
        self._live.clear()
        self._indexed.append(file.name)
        self._seal(file)

    def _finish_text(self, file: Sealed) -> None:
        self._seal(file)
        self.text_files.append(file.name)

    def _seal(self, file: Sealed) -> None:
        manifest.add(self._collection.manifest_path, [file])


def _scanned(
    group: Group, at: Written, response: Message, original: Original | None, truncated: str | None
) -> Scanned:
    """What a scan of the file will find of this capture."""
    unmodified = original is not None and response.head.status == 304
    capture = scan.capture_of(
        url=group.url,
        date=group.date,
        head=response.head,
        digest=None if unmodified else response.digest,
        is_revisit=original is not None,
        at=at,
    )
    derived = scan.derived_of(
        capture,
        response.head,
        size=response.size,
        whole=response.is_whole(truncated),
        refers_to=original.record_id if original else "",
    )
    return Scanned(capture, derived)


def _asked(request: Message) -> tuple[str, str, bytes]:
    return scan.read_request(request.stream) or ("", "", b"")


def _text_of(article: Article) -> str:
    return "\n\n".join(part for part in (article.title, article.lead, article.text) if part)


def _refers(url: str, record_id: str) -> list[tuple[str, str]]:
    return [("WARC-Target-URI", url), ("WARC-Refers-To", f"<{record_id}>")]
