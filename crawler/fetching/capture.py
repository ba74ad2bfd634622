"""The download handler of live runs: every fetch becomes one recorded Exchange.

    DOWNLOAD_HANDLERS = {"http": "crawler.fetching.capture.CaptureHandler", "https": ...}

and, before the crawl starts, `record_to(crawler, recording)`. The recording is not a setting
because Scrapy deep-copies settings. `request.meta["capture"]` is then the Capture (or None), so
that `response.meta["capture"]` is too; "tls" is the Tls of a fetch over TLS. Read from meta: "hops"
and "via" as the spider has them; "R" and the URL before are added for redirects, "P" stands for a
robots.txt that Scrapy asked for.

Errors reach Scrapy unchanged, after recording, with three exceptions: a response that is not whole
is an error whatever DOWNLOAD_FAIL_ON_DATALOSS says; RequestRefused is told to the recording as a
refusal, since nothing was sent; StorageFailed closes the spider with reason "storage". Before it is
sent a request waits for its turn (see turns.py): one that has none in this run is NotAsked; outside
the hours of the site the spider is closed with reason "hours". What is under way at the deadline
of a crawl that must end is CutOff, recorded like any failure.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO, Protocol
from urllib.parse import urldefrag, urlsplit
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser

from archive import (
    ArchivedResponse,
    Capture,
    Exchange,
    StorageFailed,
    Truncation,
    Validators,
)
from archive.group import CREDENTIALS
from archive.http import read_head
from archive.times import utc_now
from archive.urlkey import without_user
from crawler.fetching.ending import CutOff, is_ending, stop, under_way
from crawler.fetching.failures import of_lookup
from crawler.fetching.guard import (
    AddressRefused,
    Guard,
    GuardedResolver,
    RequestRefused,
    host_and_port,
)
from crawler.fetching.replay import response_of
from crawler.fetching.robots import crawl_delay
from crawler.fetching.turns import OutOfHours, Terms, Turns
from crawler.fetching.wiretap import Tape, Wire, Wiretap, new_spool

logger = logging.getLogger(__name__)

WIRE_OVERHEAD = 1024 * 1024
"""Heads, chunk lines and trailers may add this much, and DOWNLOAD_MAXSIZE once again."""
MAX_ERROR_TEXT = 1000
_PLAINLY = "asked_plainly"
_PRECONDITION_FAILED = 412
_VERSION = re.compile(rb"[A-Z]+/\d+\.\d+ ")
"""What Twisted reads. "HTTP/2 200" is none, and no reader of WARC takes it for a response."""


class CredentialsRefused(RequestRefused):
    """A request that would write a secret into the archive. It was not sent."""

    def __init__(self, url: str, what: str) -> None:
        self.what = what
        super().__init__(
            without_user(url),
            f"its {what} would be archived",
            "what needs a login is not crawled",
        )


class Recording(Protocol):
    """Where exchanges go. `archive` has the real one; as it stands here it remembers nothing."""

    def record(self, exchange: Exchange) -> Capture | None:
        """Write it down; None if there was no response. Raises StorageFailed."""

    def refuse(self, url: str, reason: str, via: str | None = None) -> None:
        """Note that an address was not asked for, and why."""
        return

    def render(self, capture: Capture, html: bytes) -> object:
        """Keep what a browser made of a captured page."""
        return None

    def validators(self, url: str) -> Validators | None:
        """What a stored response may be asked for again by."""
        return None

    def confirmed(self, capture: Capture) -> ArchivedResponse | None:
        """The stored response that a 304, just recorded, says to be still right."""
        return None


@dataclass(frozen=True, slots=True)
class _Recorder:
    recording: Recording
    clock: Callable[[], datetime]


_recorders: WeakKeyDictionary[Crawler, _Recorder] = WeakKeyDictionary()


def record_to(
    crawler: Crawler, recording: Recording, *, clock: Callable[[], datetime] = utc_now
) -> None:
    """Say where the fetches of this crawler are recorded. `clock` gives aware UTC times."""
    _recorders[crawler] = _Recorder(recording, clock)


def recorder_of(crawler: Crawler) -> Recording:
    """Where the fetches of this crawl are recorded."""
    return _recorders[crawler].recording


class CaptureHandler:
    """Settings read: NAMED_HOSTS and URLLENGTH_LIMIT (see guard), and Scrapy's own."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        if crawler not in _recorders:
            raise RuntimeError("nothing to record to: call record_to(crawler, ...) first")
        self._crawler = crawler
        self._recorder = _recorders[crawler]
        self._maxsize = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._wiretap = Wiretap(crawler)
        self._guard = Guard(
            crawler.settings.getlist("NAMED_HOSTS"),
            max_length=crawler.settings.getint("URLLENGTH_LIMIT"),
        )
        self._resolver = GuardedResolver.on(self._wiretap.reactor)
        self._terms = Terms.of(crawler.settings, self._recorder.clock, partial(is_ending, crawler))
        self._turns = Turns.of_this_loop()
        self._turns.join()
        crawler.signals.connect(self._heed, signals.robots_parsed)

    def _heed(self, robotparser: RobotParser, request: Request) -> None:
        """Take the pace that a robots.txt asks for."""
        if delay := crawl_delay(robotparser, self._crawler.settings, request.url):
            self._turns.keep(request.url, self._terms, delay)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureHandler:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        request.meta.pop("capture", None)
        try:
            self._check_credentials(request)
            self._guard.check(request.url)
            with self._guard.asking():
                response = await self._take_turn(request)
        except RequestRefused as refused:
            self._refuse(refused, _way_to(request)[1])
            raise
        except OutOfHours:
            stop(self._crawler, "hours")
            raise
        self._check_location(request, response)
        return self._still_right(request, response)

    async def _take_turn(self, request: Request) -> Response:
        async with self._turns.turn(request.url, self._terms) as turn:
            with closing(Wire(self._recorder.clock, self._limit(request))) as wire:
                try:
                    response = await self._fetch(request, wire)
                finally:
                    turn.sent(wire.sent_at)
            turn.answered(response)
        return response

    def _refuse(self, refused: RequestRefused, via: str | None) -> None:
        logger.info("%s", refused)  # the crawl log has all of them
        self._recorder.recording.refuse(refused.url, refused.reason, via)

    def _check_location(self, request: Request, response: Response) -> None:
        """Tell of a redirect out of the web: Scrapy follows none, and says nothing."""
        location = (response.headers.get("Location") or b"").decode("latin-1")
        if 300 <= response.status < 400 and (scheme := _foreign_scheme(location)):
            refused = AddressRefused(location, scheme, "not a scheme of the web")
            self._refuse(refused, urldefrag(request.url).url)

    def _still_right(self, request: Request, response: Response) -> Response:
        """Of "304 Not Modified", the response that was kept, as a browser takes it."""
        capture: Capture | None = request.meta["capture"]
        archived = self._recorder.recording.confirmed(capture) if capture else None
        if archived is None or archived.status is None:
            return response
        return response_of(urldefrag(request.url).url, request.method, archived.status, archived)

    async def _fetch(self, request: Request, wire: Wire) -> Response:
        try:
            async with under_way(self._crawler):
                response = await self._ask(request, wire)
            _require_whole(request, response, wire)
        except CannotResolveHostError as error:
            if refused := self._resolver.refusal(self._guard, request.url):
                raise refused from None
            if is_ending(self._crawler):  # a name server that hangs must not hold it up twice
                raise
            told = await of_lookup(host_and_port(request.url)[0])
            self._record(request, wire, told)
            raise told from error
        except (Exception, asyncio.CancelledError) as error:
            if wire.tape is None or not wire.tape.overflowed:
                self._record(request, wire, error)
                raise
            cancelled = DownloadCancelledError(f"{request.url}: too much on the wire")
            self._record(request, wire, cancelled)
            raise cancelled from error
        self._record(request, wire, None)
        return response

    async def _ask(self, request: Request, wire: Wire) -> Response:
        """Fetch, asking for nothing if what is kept is still right (RFC 9110 §13).

        What is sent is a copy: Scrapy would take its fields to wherever the page redirects.
        """
        validators = self._recorder.recording.validators(request.url)
        if request.method != "GET" or validators is None or request.meta.get(_PLAINLY):
            return await self._wiretap.fetch(request, wire)
        headers = request.headers.copy()
        headers.update(validators.headers())
        asked = request.replace(headers=headers)
        try:
            response = await self._wiretap.fetch(asked, wire)
        finally:
            request.meta.update(asked.meta)
        request.meta[_PLAINLY] = response.status == _PRECONDITION_FAILED  # if it is tried again
        return response

    def _check_credentials(self, request: Request) -> None:
        """Raise CredentialsRefused. A CONNECT tunnel takes Proxy-Authorization out by itself."""
        if without_user(request.url) != request.url:  # and Twisted would look it up as a host
            raise CredentialsRefused(request.url, "user name")
        tunnelled = "proxy" in request.meta and request.url.startswith("https:")
        for header in CREDENTIALS:
            if header in request.headers and not (tunnelled and header.startswith("Proxy")):
                raise CredentialsRefused(request.url, header)

    def _limit(self, request: Request) -> int:
        maxsize = request.meta.get("download_maxsize", self._maxsize)
        return 2 * maxsize + WIRE_OVERHEAD if maxsize else 0

    def _record(self, request: Request, wire: Wire, error: BaseException | None) -> None:
        exchange = exchange_of(request, wire, error)
        request.meta["tls"] = exchange.tls
        try:
            request.meta["capture"] = self._recorder.recording.record(exchange)
        except StorageFailed:
            stop(self._crawler, "storage")
            raise
        finally:
            if exchange.response is not None:
                exchange.response.close()

    async def close(self) -> None:
        self._turns.leave()
        await self._wiretap.close()


def exchange_of(request: Request, wire: Wire, error: BaseException | None) -> Exchange:
    """What is known of a fetch that is over; `error` is how it failed, None if it did not."""
    tape, notes = wire.tape, list(wire.notes)
    response = _response_of(tape, notes) if tape is not None else None
    hops, via = _way_to(request)
    return Exchange(
        target_uri=urldefrag(request.url).url,
        started_at=wire.started_at,
        milliseconds=wire.milliseconds,
        request=tape.sent if tape is not None and tape.link.open else None,
        response=response,
        ip_address=tape.link.peer if tape is not None and "proxy" not in request.meta else None,
        tls=tape.link.tls if tape is not None else None,
        truncated=_truncation(tape, error) if tape is not None and response else None,
        error=_error_text(error) if error is not None else None,
        via=via,
        hops=hops,
        notes=tuple(notes),
    )


def _require_whole(request: Request, response: Response, wire: Wire) -> None:
    """Raise for a response that ended early, unless a signal handler ended it (StopDownload)."""
    whole = wire.tape is not None and wire.tape.complete
    if not whole and "download_stopped" not in response.flags:
        raise ResponseDataLossError(f"{request.url}: the response ended early")


def _response_of(tape: Tape, notes: list[str]) -> BinaryIO | None:
    """The final response on the tape, without the 1xx before it; None without a whole head."""
    tape.ended = True
    notes.extend(tape.notes)
    if tape.after_message:
        notes.append(f"bytes-after-message: {tape.after_message}")
    start, interim, whole = _find_final(tape.received)
    if interim:
        notes.append(f"interim-responses: {interim}")
    if whole or tape.complete:
        return _from(tape.received, start)
    if size := tape.received.seek(0, io.SEEK_END) - start:
        notes.append(f"bytes-without-head: {size}")
    return None


def _find_final(stream: BinaryIO) -> tuple[int, int, bool]:
    """Where the final response begins, the number of 1xx before it, and if its head is whole."""
    start = interim = 0
    while True:
        stream.seek(start)
        head = read_head(stream)
        if head is None or head.status is None or not _VERSION.match(head.start_line):
            return start, interim, False
        stream.seek(max(start, start + head.length - 3))
        if not stream.read(3).endswith((b"\n\r\n", b"\n\n")):
            return start, interim, False
        if head.status >= 200:
            return start, interim, True
        start, interim = start + head.length, interim + 1


def _from(stream: BinaryIO, start: int) -> BinaryIO:
    if not start:
        return stream
    rest = new_spool()
    stream.seek(start)
    shutil.copyfileobj(stream, rest)
    return rest


def _truncation(tape: Tape, error: BaseException | None) -> Truncation | None:
    if tape.complete:
        return None
    if tape.overflowed or isinstance(error, DownloadCancelledError):
        return "length"
    if isinstance(error, (CutOff, DownloadTimeoutError)):
        return "time"
    return "disconnect" if tape.lost else "unspecified"


def _way_to(request: Request) -> tuple[str, str | None]:
    """Hops from the seed and the URL before, in Heritrix's letters."""
    earlier: list[str] = request.meta.get("redirect_urls", [])
    hops: str | None = request.meta.get("hops")
    if hops is None:
        robots = request.callback is NO_CALLBACK and urlsplit(request.url).path == "/robots.txt"
        hops = "P" if robots else ""
    via: str | None = earlier[-1] if earlier else request.meta.get("via")
    return hops + "R" * len(earlier), via


def _foreign_scheme(location: str) -> str | None:
    try:
        scheme = urlsplit(location.strip()).scheme
    except ValueError:
        return None
    return scheme if scheme and scheme not in ("http", "https") else None


def _error_text(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:MAX_ERROR_TEXT]
