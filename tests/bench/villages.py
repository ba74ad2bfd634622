"""Serves any number of small practice sites, each on an address of its own.

python -m tests.bench.villages SITES ARTICLES SEED

Prints the front pages as JSON, serves until its input ends, and prints when each host was asked.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections import defaultdict
from collections.abc import Iterator

from tests.practice.server import Server
from tests.practice.site import Clock
from tests.practice.web import SITES

KINDS = SITES[:4]
"""Those that answer under one name."""

Spans = dict[str, list[tuple[float, float]]]
"""By host: when each request came, in seconds, and how long its answer took."""


async def serve(count: int, articles: int, seed: int) -> Spans:
    server, clock = Server(keep_bytes=False), Clock()
    fronts: list[str] = []
    for number, bound in enumerate(sockets(count)):
        address, port = bound.getsockname()
        base = f"http://{address}:{port}"
        kind = KINDS[number % len(KINDS)]
        site = kind(hosts=(base,), seed=seed + number, articles=articles, clock=clock)
        await server.listen(site, base, bound)
        fronts.append(site.start)
    print(json.dumps(fronts), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.close()
    spans: Spans = defaultdict(list)
    for hit in server.log:
        spans[hit.host].append((hit.started_at.timestamp(), hit.seconds))
    return spans


def sockets(count: int) -> Iterator[socket.socket]:
    """One on each of the addresses 127.0.1.1, 127.0.1.2, ..."""
    for number in range(count):
        yield socket.create_server((f"127.0.1.{number + 1}", 0))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(serve(*map(int, sys.argv[1:4])))))
