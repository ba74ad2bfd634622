"""The server: raw sockets, keep-alive, an exact log, and the quirks that spoil an answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from time import perf_counter

from tests.practice import answering
from tests.practice.quirks import Quirks
from tests.practice.refusal import strikes
from tests.practice.site import PracticeSite
from tests.practice.truth import Hit
from tests.practice.wire import Answer, Asked, Written, parse, with_header, write

PIECE = 1024
LONGEST_HEAD = 65536


class Server:
    """Serves sites on sockets that are already bound. One event loop, one thread."""

    def __init__(self, keep_bytes: bool) -> None:
        self.keep_bytes = keep_bytes
        self.log: list[Hit] = []
        self.hits: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.connections = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.listeners: list[asyncio.Server] = []

    async def listen(
        self,
        site: PracticeSite,
        base: str,
        bound: socket.socket,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self.tasks.add(task)
            try:
                await self.serve(site, base, reader, writer)
            finally:
                self.tasks.discard(task)

        server = await asyncio.start_server(connected, sock=bound, ssl=tls, limit=LONGEST_HEAD)
        self.listeners.append(server)

    async def close(self) -> None:
        for listener in self.listeners:
            listener.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for listener in self.listeners:
            await listener.wait_closed()

    async def serve(
        self,
        site: PracticeSite,
        base: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """All requests of one connection. Whatever the client does, only its connection ends."""
        self.connections += 1
        connection = self.connections
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if not await self.exchange(site, base, head, connection, reader, writer):
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            pass
        except asyncio.CancelledError:
            # The web is closing: swallowed so that the stream protocol does not report it.
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def exchange(
        self,
        site: PracticeSite,
        base: str,
        head: bytes,
        connection: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer; whether the connection stays open."""
        began = perf_counter()
        started_at = site.clock.now()
        asked = parse(head, base)
        body = await reader.readexactly(int(asked.headers.get("content-length", "0")))
        asked = replace(asked, body=body)
        self.open[site.name] += 1
        concurrent = self.open[site.name]
        sent = bytearray()
        answer, close, last = Answer(status=500), True, b""
        try:
            answer, written, close = self.prepare(site, asked)
            *pieces, last = self.pieces(site, written)
            await self.send(site, pieces, writer, sent)
        finally:
            # Before the last piece leaves: whoever has read it all may look into the log at once.
            self.open[site.name] -= 1
            hit = Hit(
                site=site.name,
                host=base.partition("://")[2],
                method=asked.method,
                target=asked.target,
                status=answer.status,
                received=head + body if self.keep_bytes else b"",
                sent=bytes(sent) + last if self.keep_bytes else b"",
                started_at=started_at,
                seconds=perf_counter() - began,
                concurrent=concurrent,
                connection=connection,
            )
            self.log.append(hit)
        writer.write(last)
        await writer.drain()
        return not close

    def prepare(self, site: PracticeSite, asked: Asked) -> tuple[Answer, Written, bool]:
        quirks = site.quirks
        self.hits[site.name] += 1
        hit = self.hits[site.name]
        answer = unchanged(answering.answer(site, asked, hit), asked, quirks)
        if quirks.wrong_charset and answer.type.startswith("text/html"):
            answer = replace(answer, type="text/html; charset=iso-8859-1")
        habits = site.habits
        if quirks.mislabelled_gzip and answer.body and not answer.static:
            answer = with_header(answer, "Content-Encoding", "gzip")
            habits = replace(habits, gzip=False)
        cut = strikes(quirks.cut_every, hit) and not answer.static
        asks_close = asked.headers.get("connection", "").lower() == "close"
        close = cut or quirks.bad_chunks or asks_close or asked.version != "HTTP/1.1"
        date = format_datetime(site.clock.now().astimezone(UTC), usegmt=True)
        written = write(answer, asked, habits, date, close)
        if cut:
            written = replace(written, body=written.body[: len(written.body) // 2])
        if quirks.bad_chunks and b"Transfer-Encoding: chunked" in written.head:
            written = replace(written, body=b"xyz\r\n" + written.body)
        return answer, written, close

    def pieces(self, site: PracticeSite, written: Written) -> list[bytes]:
        data = written.head + written.body
        size = PIECE if site.quirks.drip else len(data)
        return [data[start : start + size] for start in range(0, len(data), size)]

    async def send(
        self,
        site: PracticeSite,
        pieces: list[bytes],
        writer: asyncio.StreamWriter,
        sent: bytearray,
    ) -> None:
        """All pieces but the last, with the pauses that the quirks ask for."""
        quirks = site.quirks
        await asyncio.sleep(quirks.delay)
        for piece in pieces:
            sent += piece
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(quirks.drip)


def unchanged(answer: Answer, asked: Asked, quirks: Quirks) -> Answer:
    """304 for a static file that the client holds already."""
    if not answer.static or quirks.ignore_conditions:
        return answer
    own = dict(answer.headers)
    tag = asked.headers.get("if-none-match")
    since = asked.headers.get("if-modified-since")
    if tag == own["ETag"] or (tag is None and since == own["Last-Modified"]):
        return replace(answer, status=304, body=b"")
    return answer
