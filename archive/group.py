"""The records that one exchange leaves behind: response or revisit, request, metadata."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from archive import http
from archive.dedup import Original, is_worth
from archive.digest import Digest, sha1
from archive.errors import ForbiddenField
from archive.exchange import Exchange, Tls
from archive.urlkey import target_uri
from archive.writer import WARC_FIELDS, NewRecord, ip_field, one_line, urn, warc_date, warc_fields

REQUEST = "application/http;msgtype=request"
RESPONSE = "application/http;msgtype=response"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
CREDENTIALS = ("Authorization", "Cookie", "Proxy-Authorization")
"""Fields of a request that are secrets."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A stored request or response: its head, and digest and size of its payload."""

    stream: BinaryIO
    head: http.Head
    digest: Digest
    size: int
    note: str | None

    @classmethod
    def read(cls, stream: BinaryIO, method: str = "GET") -> Message | None:
        """None for an empty stream. `method` is that of the request, for a response."""
        stream.seek(0)
        head = http.read_head(stream)
        if head is None:
            return None
        payload = http.Payload(stream, head, method)
        digest = sha1(payload)
        return cls(stream=stream, head=head, digest=digest, size=payload.size, note=payload.note)

    def is_whole(self, truncated: str | None) -> bool:
        """Whether nothing of the payload is missing."""
        return not truncated and self.note is None

    def may_repeat(self, truncated: str | None) -> bool:
        """Whether this may be stored as a reference to an earlier payload."""
        return self.is_whole(truncated) and is_worth(self.head.status, self.size)


def read_request(exchange: Exchange, *, allow_credentials: bool) -> Message | None:
    """What was sent, if anything. Raises ForbiddenField when credentials were sent."""
    request = Message.read(exchange.request) if exchange.request else None
    if request and not allow_credentials:
        for name in CREDENTIALS:
            if request.head.values(name):
                raise ForbiddenField(name, "a request with credentials is not kept")
    return request


class Group:
    """The records of one exchange, in the order in which they are written.

    `original` makes a revisit of the response. `records` begins with the response, if there is one.
    """

    def __init__(
        self,
        exchange: Exchange,
        new_id: Callable[[], UUID],
        *,
        request: Message | None,
        response: Message | None,
        original: Original | None = None,
    ) -> None:
        self._exchange, self._new_id = exchange, new_id
        self.url = target_uri(exchange.target_uri)
        self.date = warc_date(exchange.started_at)
        self.records = list[NewRecord]()
        if response and original:
            self._add_revisit(response, original)
        elif response:
            self._add_response(response)
        if request:
            self._add_request(request)
        self._add_metadata(_remarks(exchange, response))

    def _add_response(self, response: Message) -> None:
        fields = self._wire_fields()
        if self._exchange.truncated:
            fields.append(("WARC-Truncated", self._exchange.truncated))
        fields.append(("WARC-Payload-Digest", str(response.digest)))
        self._add("response", RESPONSE, response.stream, fields)

    def _add_revisit(self, response: Message, original: Original) -> None:
        not_modified = response.head.status == 304
        fields = self._wire_fields()
        fields += [
            ("WARC-Profile", NOT_MODIFIED if not_modified else IDENTICAL),
            ("WARC-Refers-To", f"<{original.record_id}>"),
            ("WARC-Refers-To-Target-URI", original.url),
            ("WARC-Refers-To-Date", original.date),
        ]
        if not not_modified:
            fields.append(("WARC-Truncated", "length"))
            fields.append(("WARC-Payload-Digest", str(response.digest)))
        response.stream.seek(0)
        head = io.BytesIO(response.stream.read(response.head.length))
        self._add("revisit", RESPONSE, head, fields)

    def _add_request(self, request: Message) -> None:
        fields = self._wire_fields() + self._concurrent_to()
        if request.size:
            fields.append(("WARC-Payload-Digest", str(request.digest)))
        self._add("request", REQUEST, request.stream, fields)

    def _add_metadata(self, remarks: Pairs) -> None:
        block = io.BytesIO(warc_fields(remarks))
        fields = self._address_fields() + self._concurrent_to()
        self._add("metadata", WARC_FIELDS, block, fields)

    def _add(self, type: str, content_type: str, block: BinaryIO, fields: Pairs) -> None:
        self.records.append(
            NewRecord(
                type=type,
                id=self._new_id(),
                date=self.date,
                content_type=content_type,
                block=block,
                fields=fields,
            )
        )

    def _address_fields(self) -> Pairs:
        return [("WARC-Target-URI", self.url), *ip_field(self._exchange.ip_address)]

    def _wire_fields(self) -> Pairs:
        return self._address_fields() + _protocol_fields(self._exchange.tls)

    def _concurrent_to(self) -> Pairs:
        """Said of the later records: it holds in both directions (WARC 1.1 §5.7)."""
        return [("WARC-Concurrent-To", f"<{urn(record.id)}>") for record in self.records[:1]]


def _protocol_fields(tls: Tls | None) -> Pairs:
    """The IIPC's extension fields: "TLSv1.3" is written as it proposes, "tls/1.3"."""
    protocol = one_line(tls.protocol).lower().replace("tlsv", "tls/") if tls else ""
    fields = [
        ("WARC-Protocol", "http/1.1"),
        ("WARC-Protocol", protocol),
        ("WARC-Cipher-Suite", one_line(tls.cipher) if tls else ""),
    ]
    return [(name, value) for name, value in fields if value]


def _remarks(exchange: Exchange, response: Message | None) -> Pairs:
    """The metadata block: fields of WARC 1.1 §6.6 and ours. Those without a value are left out."""
    notes = [*exchange.notes, *([response.note] if response and response.note else [])]
    remarks = [
        ("via", target_uri(exchange.via or "")),
        ("hopsFromSeed", exchange.hops),
        ("fetchTimeMs", str(exchange.milliseconds)),
        ("error", one_line(exchange.error or "")),
        ("certificate", one_line(exchange.tls.verdict) if exchange.tls else ""),
        ("tls-weakness", one_line(exchange.tls.weakness) if exchange.tls else ""),
        ("captureMode", "wire"),
        *(("note", one_line(note)) for note in notes),
    ]
    return [(name, value) for name, value in remarks if value]
