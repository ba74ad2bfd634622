"""Requests and responses exactly as they crossed the wire (after TLS), from Scrapy's own handler.

A tape belongs to a fetch because Scrapy asks the connection pool inside `download_request()`, in
one call stack: a context variable names the fetch there, and Twisted's request object carries it
on. `headers_received` would be simpler, but it is silent when a fetch fails before a whole head.

This file, and no other, uses private names of Scrapy and Twisted. They are looked for when it is
imported: a missing one is a RuntimeError that names it. The end of a message is where Twisted's
parser sees it (`_finishResponse`): 204, 304, HEAD and chunk trailers are its business, not ours.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar, copy_context
from datetime import datetime
from functools import cache, cached_property
from typing import Any, BinaryIO, cast
from weakref import WeakKeyDictionary

from OpenSSL import SSL, crypto
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from service_identity.exceptions import CertificateError, VerificationError
from service_identity.pyopenssl import verify_hostname, verify_ip_address
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, connectionDone
from twisted.internet.ssl import TLSVersion
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool
from twisted.web.http_headers import InvalidHeaderName

from archive.exchange import Tls
from archive.writer import warc_date
from crawler.fetching.failures import tls_reason
from crawler.fetching.guard import host_and_port, literal_address

try:
    from scrapy.core.downloader.handlers.http11 import (
        _LenientHTTP11ClientProtocol,
        _LenientHTTPClientParser,
    )
    from twisted.web._newclient import HEADER, STATUS
except ImportError as error:
    raise RuntimeError(f"the wire cannot be tapped with this Scrapy: {error}") from error

SPOOL = 1024 * 1024
"""Bytes of one side of an exchange that are kept in memory before they go to disk."""

MAX_HEAD = 256 * 1024
"""Bytes of a head and of the interim ones before it, as in Chromium; more of it ends the fetch."""

_X509_VERDICTS = {
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "self-signed root",
    20: "unknown issuer",
    21: "unknown issuer",
}
"""Words for OpenSSL's X509_V_ERR codes (openssl-verification-options); others in OpenSSL's own."""


def check_names() -> None:
    """Raise RuntimeError if a private name that the tap stands on is gone."""
    code = HTTP11DownloadHandler.__init__.__code__
    names: list[tuple[bool, str]] = [
        ("_pool" in code.co_names, "HTTP11DownloadHandler._pool"),
        ("_contextFactory" in code.co_names, "HTTP11DownloadHandler._contextFactory"),
        (hasattr(HTTPConnectionPool, "_factory"), "HTTPConnectionPool._factory"),
        (
            hasattr(_LenientHTTP11ClientProtocol, "_finishResponse"),
            "HTTP11ClientProtocol._finishResponse",
        ),
        (hasattr(_LenientHTTP11ClientProtocol, "_parser"), "HTTP11ClientProtocol._parser"),
    ]
    for present, name in names:
        if not present:
            raise RuntimeError(f"the wire cannot be tapped: {name} is gone; see wiretap.py")


check_names()


class Link:
    """One connection: its far end and, once there is a handshake, its TLS."""

    def __init__(self, transport: Any, host: str, weakness: str = "") -> None:
        self._weakness = weakness
        handle = transport.getHandle()
        self._tls = handle if isinstance(handle, SSL.Connection) else None
        self._host = host
        self.peer: str | None = getattr(transport.getPeer(), "host", None)

    @property
    def open(self) -> bool:
        """Whether what was written could leave: over TLS, only after the handshake."""
        return self._tls is None or self._tls.get_finished() is not None

    @property
    def encrypted(self) -> bool:
        return self._tls is not None

    @cached_property
    def tls(self) -> Tls | None:
        """The facts of TLS, with our own verdict on the certificate: Scrapy accepts any."""
        if self._tls is None or not self.open:
            return None
        begins, ends = _validity(self._tls)
        return Tls(
            protocol=self._tls.get_protocol_version_name(),
            cipher=self._tls.get_cipher_name() or "",
            verdict=certificate_verdict(self._tls, self._host),
            weakness=self._weakness,
            not_before=begins,
            not_after=ends,
        )


def _validity(connection: SSL.Connection) -> tuple[str, str]:
    """From when to when the certificate of the other side is valid, as WARC dates."""
    certificate = connection.get_peer_certificate()
    try:
        found = certificate.to_cryptography() if certificate else None
        if found is None:
            return "", ""
        return warc_date(found.not_valid_before_utc), warc_date(found.not_valid_after_utc)
    except ValueError:  # dates that are none, of a certificate that nobody believes
        return "", ""


def certificate_verdict(connection: SSL.Connection, host: str) -> str:
    """ "ok", or the first reason why a browser on this machine would not trust the certificate."""
    certificate = connection.get_peer_certificate()
    if certificate is None:
        return "no certificate"
    chain = connection.get_peer_cert_chain()
    try:
        store = trust().get_cert_store()
        assert store is not None
        crypto.X509StoreContext(store, certificate, chain).verify_certificate()
        verify = verify_hostname if literal_address(host) is None else verify_ip_address
        verify(connection, host)
    except crypto.X509StoreContextError as error:
        code, _depth, words = error.errors
        return _X509_VERDICTS.get(code, str(words))
    except (VerificationError, CertificateError):
        return "hostname mismatch"
    return "ok"


@cache
def trust() -> SSL.Context:
    """A context with this machine's roots. It owns its store, which must not outlive it."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_default_verify_paths()
    return context


class Tape:
    """What one attempt put on the wire and took from it. Both sides spill to disk past SPOOL.

    The tape ends at the end of the message, when the far end goes away, or when we hang up;
    what comes later is not heard. `complete` says that the message ended where it should.
    """

    def __init__(self, link: Link, limit: int) -> None:
        self.link, self._limit = link, limit
        self.sent, self.received = new_spool(), new_spool()
        self.complete = self.lost = self.overflowed = self.ended = False
        self.after_message = 0
        self.notes: list[str] = []
        self._size = 0

    def say(self, data: bytes) -> None:
        if not self.ended:
            self.sent.write(data)

    def hear(self, data: bytes, *, in_head: bool = False) -> None:
        if not self.ended:
            endless = in_head and self._size > MAX_HEAD
            self.received.write(data)
            self._size += len(data)
            self.overflowed = endless or (bool(self._limit) and self._size > self._limit)

    def lose(self, *, cleanly: bool) -> None:
        """The connection is gone. A reset leaves bytes unread, so no message ends with one."""
        if self.ended:
            return
        self.lost = True
        if not cleanly and self.link.encrypted:
            self.notes.append("tls-close-notify: missing")
        elif not cleanly:
            self.ended = True

    def finish(self, rest: int) -> None:
        """The message is over; the last `rest` bytes heard were not part of it."""
        if not self.ended:
            self.complete = self.ended = True
            self.after_message = rest
            self.received.truncate(self._size - rest)

    def close(self) -> None:
        self.ended = True
        self.sent.close()
        self.received.close()


class Wire:
    """One fetch on the wire: the tape of its last attempt, and when that was sent.

    `limit` bounds the bytes heard in one attempt (0: no bound); past it the connection is aborted.
    """

    def __init__(self, clock: Callable[[], datetime], limit: int) -> None:
        self._clock, self._limit = clock, limit
        self.started_at = clock()
        self._started = time.monotonic()
        self.tape: Tape | None = None
        self.notes: list[str] = []
        self.weakness = ""

    @property
    def milliseconds(self) -> int:
        """Since the request was sent; since the fetch began if nothing was."""
        return round((time.monotonic() - self._started) * 1000)

    @property
    def sent_at(self) -> float:
        """When the request was sent, or the fetch began if none was, as `time.monotonic` has it."""
        return self._started

    def begin(self, link: Link) -> Tape:
        """A new attempt. Twisted makes a second one when a kept-alive connection was dead."""
        if self.tape is not None:
            self.notes.append("sent-again: a kept-alive connection had been closed")
            self.tape.close()
        self.started_at, self._started = self._clock(), time.monotonic()
        self.tape = Tape(link, self._limit)
        return self.tape

    def close(self) -> None:
        if self.tape is not None:
            self.tape.close()


class Wiretap:
    """Scrapy's HTTP/1.1 download handler, with a tape on every connection."""

    def __init__(self, crawler: Crawler) -> None:
        from twisted.internet import reactor

        pool = _TappedPool(reactor, persistent=True)  # type: ignore[no-untyped-call]
        self._handler, self._lenient = (_tapped(crawler, pool) for _ in range(2))
        factory: Any = self._lenient._contextFactory
        factory.tls_ciphers, factory.tls_min_version = _OLD_CIPHERS, TLSVersion.TLSv1_0
        self._weaknesses: dict[tuple[str, int], str] = {}
        self.reactor: Any = reactor

    async def fetch(self, request: Request, wire: Wire) -> Response:
        """As `HTTP11DownloadHandler.download_request`, its errors too; `wire` gets the bytes.

        A host with which no handshake comes about by today's rules is tried by those of OpenSSL's
        security level 0 (TLS 1.0, short keys); `Tls.weakness` then says why.
        """
        wire.weakness = self._weaknesses.get(host_and_port(request.url), "")
        if wire.weakness:
            return await self._fetch(self._lenient, request, wire)
        try:
            return await self._fetch(self._handler, request, wire)
        except DownloadFailedError as error:
            if wire.tape is None or wire.tape.link.open or not (reason := tls_reason(error)):
                raise
            wire.weakness = reason
        response = await self._fetch(self._lenient, request, wire)
        self._weaknesses[host_and_port(request.url)] = wire.weakness
        return response

    async def _fetch(
        self, handler: HTTP11DownloadHandler, request: Request, wire: Wire
    ) -> Response:
        token = _current.set(wire)
        try:
            return await handler.download_request(request)
        finally:
            _current.reset(token)

    async def close(self) -> None:
        await self._handler.close()
        await self._lenient.close()


def _tapped(crawler: Crawler, pool: _TappedPool) -> HTTP11DownloadHandler:
    handler = HTTP11DownloadHandler(crawler)
    pool.maxPersistentPerHost = handler._pool.maxPersistentPerHost
    handler._pool = pool
    return handler


class _OldCiphers:
    """Twisted's IAcceptableCiphers. It writes the names of ciphers into a list for OpenSSL, which
    takes a security level there too.
    """

    def selectCiphers(self, _available: Any) -> tuple[_OldCiphers]:
        return (self,)

    fullName = "DEFAULT:@SECLEVEL=0"


_OLD_CIPHERS = _OldCiphers()


_current: ContextVar[Wire] = ContextVar("wire of the fetch that asks for a connection")
_wires: WeakKeyDictionary[Any, Wire] = WeakKeyDictionary()
"""The fetch of each request object of Twisted, for as long as Twisted holds it."""


class _TappedParser(_LenientHTTPClientParser):
    """Passes over a header line whose name is none, as browsers do.

    Twisted would give up the whole response, and with it the rest of its body.
    """

    def headerReceived(self, name: bytes, value: bytes) -> None:
        with suppress(InvalidHeaderName):
            super().headerReceived(name.strip(), value)  # type: ignore[no-untyped-call]


class _TappedProtocol(_LenientHTTP11ClientProtocol):
    """Copies what is said and heard between `request()` and the end of its response."""

    _tape: Tape | None = None
    _link: Link | None = None
    _txrequest: Any = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self.transport: Any = _TappedTransport(self.transport, self)

    def request(self, request: Any) -> Any:
        if self._link is None:
            host, _port = host_and_port(request.absoluteURI.decode())
            self._link = Link(self.transport, host, _wires[request].weakness)
        self._txrequest = request
        self._tape = _wires[request].begin(self._link)
        asked = super().request(request)
        self._parser.__class__ = _TappedParser  # as Scrapy does: request() names the class
        return asked

    def say(self, data: bytes) -> None:
        if self._tape is not None:
            self._tape.say(data)

    def dataReceived(self, data: bytes) -> None:
        tape = self._tape
        if tape is None:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
            return
        tape.hear(data, in_head=getattr(self._parser, "state", None) in (STATUS, HEADER))
        if tape.overflowed:
            self.transport.abortConnection()
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self.transport.disconnecting:
            tape.ended = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._tape is not None:
            self._tape.lose(cleanly=isinstance(reason.value, ConnectionDone))
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def _finishResponse(self, rest: bytes) -> None:
        if self._tape is not None:
            self._tape.finish(len(rest))
            self._tape = None
        if rest:
            # More may follow, and would be taken for the answer to the next request.
            self._txrequest.persistent = False
        super()._finishResponse(rest)


class _TappedTransport:
    """A transport whose writes the protocol overhears; all else is the transport's own."""

    def __init__(self, transport: Any, protocol: _TappedProtocol) -> None:
        self._transport, self._protocol = transport, protocol

    def write(self, data: bytes) -> None:
        self._protocol.say(data)
        self._transport.write(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:
        self.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _TappedFactory(Factory):
    noisy = False

    def __init__(self, quiescent: Callable[[Any], None], _endpoint: str) -> None:
        self._quiescent = quiescent

    def buildProtocol(self, _address: Any) -> _TappedProtocol:
        return _TappedProtocol(self._quiescent)  # type: ignore[no-untyped-call]


class _TappedPool(HTTPConnectionPool):
    _factory = _TappedFactory  # type: ignore[assignment]

    def getConnection(self, key: Any, endpoint: Any) -> Any:
        wire = _current.get()
        endpoint = _Endpoint(endpoint)
        connection = super().getConnection(key, endpoint)
        return connection.addCallback(_Connection, wire)


class _Endpoint:
    """An endpoint that connects in the context of the fetch that asks for it.

    When a kept-alive connection proves dead Twisted connects again from a callback of its own,
    where nobody could tell for which crawl the name is looked up.
    """

    def __init__(self, endpoint: Any) -> None:
        self._endpoint, self._context = endpoint, copy_context()

    def connect(self, factory: Any) -> Any:
        return self._context.run(self._endpoint.connect, factory)


class _Connection:
    """A connection lent to one fetch, from the pool's getConnection to its one request()."""

    def __init__(self, connection: Any, wire: Wire) -> None:
        self._connection, self._wire = connection, wire

    def request(self, request: Any) -> Any:
        _wires[request] = self._wire
        return self._connection.request(request)


def new_spool() -> BinaryIO:
    """A file in memory up to SPOOL bytes, on disk beyond; gone when closed."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=SPOOL))
