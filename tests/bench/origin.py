"""Serves article pages of the practice web from memory, so that the client is what is measured.

python -m tests.bench.origin PAGES SEED      prints the list of URLs as JSON, then serves
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import urllib.request

from tests.practice import PracticeWeb


def pages(count: int, seed: int) -> dict[str, bytes]:
    """Whole HTTP messages by path: article pages of one site, gzipped as a live server has them."""
    with PracticeWeb(seed=seed, articles=count, only=("baohatinh",), keep_bytes=False) as web:
        urls = [truth.url for truth in web.sites["baohatinh"].articles]
        bodies = {url: urllib.request.urlopen(url).read() for url in urls}
    return {"/" + url.split("/", 3)[3]: message(body) for url, body in bodies.items()}


def message(body: bytes) -> bytes:
    packed = body if body.startswith(b"\x1f\x8b") else gzip.compress(body)
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    return head.encode() + packed


class Origin(asyncio.Protocol):
    def __init__(self, messages: dict[str, bytes]) -> None:
        self.messages = messages
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            self.transport.write(self.messages.get(path, NOT_FOUND))


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


async def serve(messages: dict[str, bytes]) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: Origin(messages), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    print(json.dumps([f"http://127.0.0.1:{port}{path}" for path in messages]), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(pages(int(sys.argv[1]), int(sys.argv[2]))))
