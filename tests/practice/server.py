"""The server: raw sockets, keep-alive, an exact log, and the quirks that spoil an answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from time import perf_counter

from tests.practice.site import PracticeSite
from tests.practice.truth import Hit, Quirks
from tests.practice.wire import Answer, Asked, Written, parse, redirect, with_header, write

PIECE = 1024
LONGEST_HEAD = 65536


class Server:
    """Serves sites on sockets that are already bound. One event loop, one thread."""

    def __init__(self, quirks: dict[str, Quirks], keep_bytes: bool) -> None:
        self.quirks = quirks
        self.keep_bytes = keep_bytes
        self.log: list[Hit] = []
        self.hits: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.connections = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.listeners: list[asyncio.Server] = []

    async def listen(self, site: PracticeSite, base: str, bound: socket.socket) -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self.tasks.add(task)
            try:
                await self.serve(site, base, reader, writer)
            finally:
                self.tasks.discard(task)

        server = await asyncio.start_server(connected, sock=bound, limit=LONGEST_HEAD)
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
                host=base.removeprefix("http://"),
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
        quirks = self.quirks.get(site.name, Quirks())
        self.hits[site.name] += 1
        hit = self.hits[site.name]
        answer = spoiled(site, asked, quirks, hit) or site.answer(asked)
        answer = unchanged(answer, asked, quirks)
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
        size = PIECE if self.quirks.get(site.name, Quirks()).drip else len(data)
        return [data[start : start + size] for start in range(0, len(data), size)]

    async def send(
        self,
        site: PracticeSite,
        pieces: list[bytes],
        writer: asyncio.StreamWriter,
        sent: bytearray,
    ) -> None:
        """All pieces but the last, with the pauses that the quirks ask for."""
        quirks = self.quirks.get(site.name, Quirks())
        await asyncio.sleep(quirks.delay)
        for piece in pieces:
            sent += piece
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(quirks.drip)


def strikes(every: int, hit: int) -> bool:
    return every > 0 and hit % every == 0


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


def spoiled(site: PracticeSite, asked: Asked, quirks: Quirks, hit: int) -> Answer | None:
    """What a quirk answers instead of the site, if one does."""
    if asked.path == "/robots.txt":
        return odd_robots(site, quirks)
    if strikes(quirks.error_every, hit):
        return site.html("<html><body><h1>Server Error in '/' Application.</h1></body></html>", 500)
    if asked.path in site.files:
        return None
    if quirks.refusal:
        return refused(site, asked, quirks.refusal)
    if quirks.everything_home and asked.path != site.start_path:
        return redirect(site.start, 302)
    if quirks.redirect_loop and asked.target in {site.path(s) for s in site.stories.values()}:
        return redirect(asked.base + asked.target, 302)
    return None


def refused(site: PracticeSite, asked: Asked, refusal: str) -> Answer | None:
    if refusal == "page":
        return site.html(REFUSAL.format(id=site.random.randrange(10**12)))
    if refusal == "captcha":
        return site.html(CAPTCHA) if asked.path == site.start_path else None
    status = int(refusal)
    answer = site.html(f"<html><body><h1>{status}</h1></body></html>", status)
    return answer if status == 403 else with_header(answer, "Retry-After", "120")


def odd_robots(site: PracticeSite, quirks: Quirks) -> Answer | None:
    if quirks.robots == "404":
        return site.html("<html><body>404</body></html>", 404)
    if quirks.robots == "html":
        return site.html("<html><body><p>User-agent: * Disallow: /</p></body></html>")
    if quirks.robots == "503":
        return site.html("<html><body>503</body></html>", 503)
    if quirks.robots == "crawl-delay":
        own = (site.robots or "User-agent: *\n").format(base=site.url)
        return Answer(type="text/plain", body=f"{own}Crawl-delay: 3\n".encode())
    return None


REFUSAL = """<html><head><title>Thông báo</title></head><body>
<h2>Thông báo từ chối truy cập</h2>
<p>Yêu cầu của bạn đã bị từ chối. Mã hỗ trợ: {id}</p></body></html>"""
CAPTCHA = """<html><head><title>Xác minh</title></head><body>
<form method="post" action="/xac-minh"><p>Vui lòng nhập mã xác nhận để tiếp tục</p>
<input name="captcha"><button>Tiếp tục</button></form></body></html>"""
