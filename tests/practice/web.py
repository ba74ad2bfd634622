"""PracticeWeb: five sites, six ports, one thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.practice import endless, feeds, seeds, variety
from tests.practice.aspnet import TraVinh
from tests.practice.aspx_paper import BaoDongThap
from tests.practice.cms import BaoHaTinh
from tests.practice.liferay import DongThapPortal
from tests.practice.quirks import Quirks
from tests.practice.server import Server
from tests.practice.site import Clock, PracticeSite
from tests.practice.tls import Tls, context
from tests.practice.truth import Hit, Truth
from tests.practice.wordpress import ChoDon

SITES: tuple[type[PracticeSite], ...] = (DongThapPortal, BaoHaTinh, ChoDon, TraVinh, BaoDongThap)
HOSTS_OF = {"baodongthap": 2, "baovung": 2}
"""Sites that answer on more than one port, as they do under more than one name."""


class PracticeWeb:
    """Serves from `__enter__` to `__exit__`. The same seed gives the same articles.

    `seeds_dir` is the directory of the real articles; None looks for `../shared/seeds`, and a
    directory without `ideal.json` means generated articles only. `start` pins the time that pages
    print; it is now otherwise. `keep_bytes=False` keeps the log small: hits without their bytes.
    With `base_port` the sites listen on that port and the five after it. With `tls` each of them
    is also to be had over TLS, at `site.secure`. `kinds` are other sites than the five.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        articles: int = 40,
        seeds_dir: Path | None = None,
        base_port: int = 0,
        start: datetime | None = None,
        keep_bytes: bool = True,
        only: tuple[str, ...] = (),
        tls: Tls = "",
        kinds: tuple[type[PracticeSite], ...] = SITES,
    ) -> None:
        self.seed = seed
        self.article_count = articles
        self.seeds_dir = seeds_dir or seeds.default_directory()
        self.base_port = base_port
        self.only = only
        self.tls = tls
        self.kinds = kinds
        self.clock = Clock(start)
        self.quirks: dict[str, Quirks] = {}
        self.server = Server(keep_bytes)
        self.sites: dict[str, PracticeSite] = {}
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        texts = seeds.load(self.seeds_dir)
        ports = 0
        listening: list[tuple[PracticeSite, str, socket.socket]] = []
        for kind in self.kinds:
            bound = [self.bind(ports + n) for n in range(HOSTS_OF.get(kind.name, 1))]
            ports += len(bound)
            if self.only and kind.name not in self.only:
                close(bound)
                continue
            hosts = tuple(f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in bound)
            secure = self.bind_secure()
            site = kind(
                hosts=hosts,
                seed=self.seed,
                articles=self.article_count,
                clock=self.clock,
                seed_text=texts.get(kind.name),
                quirks=self.quirks,
                secure=secure[0] if secure else "",
            )
            self.sites[kind.name] = site
            listening += [(site, host, sock) for host, sock in zip(hosts, bound, strict=True)]
            listening += [(site, *secure)] if secure else []
        self.run(listening)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.loop is not None
        assert self.thread is not None
        asyncio.run_coroutine_threadsafe(self.server.close(), self.loop).result(timeout=10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)
        self.loop.close()

    def bind(self, n: int) -> socket.socket:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", self.base_port + n if self.base_port else 0))
        return sock

    def bind_secure(self) -> tuple[str, socket.socket] | None:
        """One more port, at which a site is to be had over TLS."""
        if not self.tls:
            return None
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{sock.getsockname()[1]}", sock

    def run(self, listening: list[tuple[PracticeSite, str, socket.socket]]) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(
            target=self.loop.run_forever, name="practice web", daemon=True
        )
        self.thread.start()
        tls = context(self.tls) if self.tls else None
        for site, base, sock in listening:
            spoken = tls if base.startswith("https:") else None
            ready = asyncio.run_coroutine_threadsafe(
                self.server.listen(site, base, sock, spoken), self.loop
            )
            ready.result(timeout=10)

    @property
    def log(self) -> list[Hit]:
        """All requests answered so far, in the order in which they ended."""
        return self.server.log

    def hits(self, site: str) -> list[Hit]:
        return [hit for hit in list(self.log) if hit.site == site]

    def forbidden(self, site: str) -> tuple[str, ...]:
        """Path prefixes that robots.txt forbids. Pages link to them."""
        return self.sites[site].forbidden

    def traps(self, site: str) -> dict[str, str]:
        """Endless or useless spaces: name and regular expression for `path?query`."""
        own, quirks = self.sites[site].traps, self.sites[site].quirks
        copies = variety.COPIES if quirks.copies else {}
        spaces = endless.SPACES if quirks.endless else {}
        circles = feeds.SPACES if quirks.nested_sitemaps else {}
        return {**own, **copies, **spaces, **circles}

    def edit(self, site: str, story_id: int, *, paragraph: str | None = None) -> Truth:
        """Silently another digit in the body or, if given, one more paragraph at its end."""
        return self.sites[site].edit(story_id, paragraph=paragraph)

    def touch(self, site: str, story_id: int) -> Truth:
        """A new stamp and nothing else."""
        return self.sites[site].touch(story_id)

    def add(self, site: str) -> Truth:
        return self.sites[site].add()

    def remove(self, site: str, story_id: int) -> None:
        """From now on 404, 410 or a soft 404, as the system does it."""
        self.sites[site].remove(story_id)

    def next_night(self) -> None:
        """Moves the clock that pages print by a day."""
        self.clock.next_night()


def close(sockets: list[socket.socket]) -> None:
    for sock in sockets:
        sock.close()
