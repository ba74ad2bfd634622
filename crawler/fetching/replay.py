"""The download handler of replays: the same answers from a collection, and no network.

    DOWNLOAD_HANDLERS = {"http": "crawler.fetching.replay.ReplayHandler", "https": ...}

and, before the crawl starts, `replay_from(crawler, collection)`. The setting REPLAY_AT (ISO 8601
with an offset, or a datetime) asks for the collection as it was then; without it, as it is now.

What comes back is what the live handler gave: status, headers and body as Scrapy shows them, and
`meta["capture"]`. Nothing upstream can tell. A miss is CaptureNotFound, never a 404, which would
read as "gone". An answer that was cut is the error that it was then: DownloadTimeoutError,
DownloadCancelledError (it was too large) or ResponseDataLossError.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from archive import ArchivedResponse, Capture, Collection

_OF_THE_CONNECTION = {
    b"connection",
    b"content-length",
    b"keep-alive",
    b"proxy-connection",
    b"te",
    b"trailers",
    b"transfer-encoding",
    b"upgrade",
}
"""Fields that Twisted's client keeps from its callers (HTTPParser.CONNECTION_CONTROL_HEADERS)."""
_LOST: dict[str, type[Exception]] = {
    "length": DownloadCancelledError,
    "time": DownloadTimeoutError,
}
"""What the live handler raised for these truncations; for others ResponseDataLossError."""
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

_collections: WeakKeyDictionary[Crawler, Collection] = WeakKeyDictionary()


def replay_from(crawler: Crawler, collection: Collection) -> None:
    """Say what this crawler replays."""
    _collections[crawler] = collection


def collection_of(crawler: Crawler) -> Collection:
    """What this crawler replays."""
    return _collections[crawler]


class ReplayHandler:
    """Settings read: REPLAY_AT."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        if crawler not in _collections:
            raise RuntimeError("nothing to replay from: call replay_from(crawler, ...) first")
        self._collection = _collections[crawler]
        self._at = _moment(crawler.settings.get("REPLAY_AT"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReplayHandler:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        request.meta.pop("capture", None)
        url = urldefrag(request.url).url
        capture = self._find(url, request)
        archived = self._collection.read(capture)
        request.meta["capture"] = capture
        cut = truncation(self._collection, capture)
        if archived.status is None or cut:
            error = _LOST.get(cut or "", ResponseDataLossError)
            raise error(f"{url}: the response had been cut when it was captured")
        return response_of(url, request.method, archived.status, archived)

    def _find(self, url: str, request: Request) -> Capture:
        content_type = request.headers.get("Content-Type") or b""
        return self._collection.find(
            url,
            at=self._at,
            method=request.method,
            body=request.body,
            content_type=content_type.decode("latin-1"),
        )

    async def close(self) -> None:
        """Nothing is open."""


def truncation(collection: Collection, capture: Capture) -> str | None:
    """Why a payload is less than was sent; a revisit only ever repeats whole ones."""
    if capture.is_revisit:
        return None
    with collection.open_record(capture) as record:
        return record.get("WARC-Truncated")


def response_of(url: str, method: str, status: int, archived: ArchivedResponse) -> Response:
    """The response that Scrapy's live handler made of the same bytes."""
    headers = visible_headers(method, archived)
    kind = responsetypes.from_args(headers=headers, url=url, body=archived.body)
    return kind(
        url=url,
        status=status,
        headers=headers,
        body=archived.body,
        protocol="HTTP/1.1",
    )


def visible_headers(method: str, archived: ArchivedResponse) -> Headers:
    """Header fields as the live handler shows them: without those of the connection.

    Content-Length is there if it told the length, and where there is no body it is 0; only an
    answer to HEAD keeps the one it came with.
    """
    pairs = [(name.lower(), name, value) for name, value in archived.headers]
    present = {key for key, _, _ in pairs}
    headers = Headers()
    if method == "HEAD" or archived.status in (204, 304):
        headers[b"Content-Length"] = b"0"
    elif b"content-length" in present and b"transfer-encoding" not in present:
        headers[b"Content-Length"] = str(len(archived.body)).encode()
    if method == "HEAD" and b"content-length" in present:
        headers.pop(b"Content-Length")
    for key, name, value in pairs:
        if not _TOKEN.fullmatch(name):
            continue  # the live handler passes over it
        value = b" ".join(value.splitlines())  # a lone CR, as Twisted takes it
        if key not in _OF_THE_CONNECTION or (method == "HEAD" and key == b"content-length"):
            headers.appendlist(name, value)
    return headers


def _moment(setting: Any) -> datetime | None:
    at = (
        datetime.fromisoformat(setting) if isinstance(setting, str) and setting else setting or None
    )
    if at is not None and at.tzinfo is None:
        raise ValueError(f"REPLAY_AT needs an offset from UTC: {setting}")
    return at
