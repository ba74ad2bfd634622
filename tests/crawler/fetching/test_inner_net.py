"""A site that does all it can to send the crawler into the inner network: nothing gets there."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from archive import Collection, Run
from crawler.session import session_of
from crawler.site import ListingRules, Site
from crawler.spider import SiteSpider
from tests.crawler.fetching.conftest import InReactor
from tests.crawler.fetching.origin import Answer, Origin, page

HOME = "cong.example"
INNER_NAMES = {
    "trong.example": ["127.0.0.1"],
    "trong-sau.example": ["::1"],
    "may.example": ["169.254.169.254"],
    "rieng.example": ["10.1.2.3", "172.16.0.9", "192.168.0.9", "100.64.0.9"],
    "boc.example": ["::ffff:127.0.0.1"],
    "dich.example": ["64:ff9b::7f00:1"],
    "trung.example": ["2002:7f00:1::"],
}
"""Public names, and what their owner lets them answer."""

HOSTS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "a.localhost",
    "metadata.google.internal",
    "169.254.169.254",
    "168.63.129.16",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "khach@127.0.0.1",
    f"{HOME}@127.0.0.1",
    f"{HOME}:80@127.0.0.1",
    *INNER_NAMES,
]
PORTS = [22, 25, 6379, 11211]
REDIRECTS = {"moved": 301, "found": 302, "other": 303, "for-now": 307, "for-good": 308}
CHAIN = 4

PAGE = """<html><head><link rel="stylesheet" href="{style}"><style>@import "{import_}";</style>
<meta http-equiv="refresh" content="9; url={refresh}"><script src="{script}"></script>
<link rel="icon" href="{icon}"></head><body style="background:url({background})">
<a href="{link}">x</a> {hops} <img src="{img}" srcset="{srcset} 2x" data-src="{lazy}">
<video poster="{poster}"></video><audio><source src="{source}"></audio><embed src="{embed}">
<iframe src="{frame}"></iframe><p style="background:image-set('{set}' 1x)">
<a href="{document}.pdf">x</a>
</body></html>"""
REQUISITES = re.findall(r"{(\w+)}", PAGE.replace("{hops}", ""))
SHEET = '@import url("{sheet_import}"); p {{ background: url({sheet_url}) }}'


LISTS = ListingRules(feeds=("/feed.xml",), sitemaps=("/sitemap.xml", "/index.xml"))


class Trap:
    """Listens where nobody may come, over IPv4 and IPv6, and counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port: int = self._sockets[0].getsockname()[1]
        with suppress(OSError):  # a machine without IPv6
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for listening in self._sockets:
            threading.Thread(target=self._count, args=(listening,), daemon=True).start()

    def _count(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = listening.accept()
                self.visits += 1
                visitor.close()

    def __enter__(self) -> Trap:
        return self

    def __exit__(self, *_: object) -> None:
        for listening in self._sockets:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


class HostileSite:
    """Pages that lead to each target in every way there is. `targets` have a path of their own."""

    def __init__(self, trap_port: int) -> None:
        self.targets: list[str] = []
        self.answers: dict[str, Answer] = {}
        places = [f"http://{host}:{trap_port}" for host in HOSTS]
        places += [f"http://{HOME}:{port}" for port in PORTS]
        for number, place in enumerate(places):
            self._lead_to(place, str(number))
        links = "".join(f'<a href="/{number}">x</a>' for number in range(len(places)))
        self.answers["/"] = page(f"<html><body>{links}</body></html>".encode())
        listed = "".join(f"<url><loc>{self._new(p, 'map')}</loc></url>" for p in places)
        self.answers["/sitemap.xml"] = page(f"<urlset>{listed}</urlset>".encode())
        listed = "".join(f"<sitemap><loc>{self._new(p, 'index')}</loc></sitemap>" for p in places)
        self.answers["/index.xml"] = page(f"<sitemapindex>{listed}</sitemapindex>".encode())
        self._redirect("/feed.xml", 302, self._new(places[0], "feed"))
        self._redirect("/robots.txt", 302, self._new(places[0], "robots"))

    def _lead_to(self, place: str, number: str) -> None:
        hops = []
        for name, status in REDIRECTS.items():
            hops.append(f"/{number}/{name}")
            self._redirect(hops[-1], status, self._new(place, name))
        for hop in range(CHAIN):
            here, there = f"/{number}/chain{hop}", f"/{number}/chain{hop + 1}"
            self._redirect(here, 302, there if hop + 1 < CHAIN else self._new(place, "chain"))
        self._redirect(f"/{number}/picture", 302, self._new(place, "picture"))
        pictures = f'<img src="/{number}/picture"><link rel="stylesheet" href="/{number}/css">'
        ways = {way: self._new(place, way) for way in REQUISITES}
        links = "".join(f'<a href="{hop}">x</a>' for hop in (*hops, f"/{number}/chain0"))
        self.answers[f"/{number}"] = page(PAGE.format(hops=links + pictures, **ways).encode())
        sheet = {way: self._new(place, way) for way in ("sheet_import", "sheet_url")}
        css = SHEET.format(**sheet).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nContent-Length: %d\r\n\r\n"
        self.answers[f"/{number}/css"] = lambda _request: (head % len(css) + css,)

    def _new(self, place: str, way: str) -> str:
        self.targets.append(f"{place}/{way}-{len(self.targets)}")
        return self.targets[-1]

    def _redirect(self, path: str, status: int, location: str) -> None:
        self.answers[path] = page(
            b"", headers=b"Location: %b\r\n" % location.encode(), status=b"%d See there" % status
        )


@dataclass(frozen=True)
class Visit:
    """A crawl of the hostile site, over."""

    site: HostileSite
    trap: Trap
    run: Run
    log: list[dict[str, Any]]
    collection: Collection


async def crawl(port: int, settings: dict[str, Any], host: str = HOME) -> Run:
    """One run of a spider as a user has it, by the settings of the project."""

    class CongSpider(SiteSpider):
        name = "cong"
        site = Site(
            name="cong",
            title="Cổng",
            province="",
            level="",
            domains=(f"{host}:{port}",),
            seeds=(f"http://{host}:{port}/",),
            listing=LISTS if host == HOME else None,
        )

    values = Settings()
    values.setmodule("crawler.settings", priority="project")
    values.setdict({"HOST_DELAY": 0.001, **settings}, priority="cmdline")
    runner = AsyncCrawlerRunner(values)
    crawler = runner.create_crawler(CongSpider)
    await runner.crawl(crawler)
    run = session_of(crawler).run
    assert run is not None
    return run


@pytest.fixture
def visit(in_reactor: InReactor, names: dict[str, list[str]], tmp_path: Path) -> Iterator[Visit]:
    names.update({HOME: ["127.0.0.1"], **{name: [*known] for name, known in INNER_NAMES.items()}})
    with Trap() as trap:
        site = HostileSite(trap.port)
        with Origin(site.answers) as origin:
            path = tmp_path / "collection"
            named = [f"{HOME}:{origin.port}"]
            run = in_reactor(crawl(origin.port, {"COLLECTION": str(path), "NAMED_HOSTS": named}))
        yield Visit(site, trap, run, read_log(path), Collection.open(path))


def read_log(path: Path) -> list[dict[str, Any]]:
    [log] = (path / "logs").glob("*.jsonl")
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_nothing_gets_in_and_all_is_told(visit: Visit) -> None:
    """Whatever leads to an inner address, however it is spelt, is refused and logged with why."""
    assert visit.trap.visits == 0
    lines = [line for line in visit.log if line.get("refused")]
    refused = {urlsplit(line["url"]).path.removesuffix(".pdf") for line in lines}
    untold = [url for url in visit.site.targets if urlsplit(url).path not in refused]
    assert untold == []
    assert visit.run.counts["refused"] > len(HOSTS)


def test_only_the_site_is_kept(visit: Visit) -> None:
    """Every capture is of the named host: none is of an address that was refused."""
    assert {urlsplit(capture.url).hostname for capture in visit.collection.captures()} == {HOME}


PUBLIC = "192.0.43.8"


@pytest.fixture
def public_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to this public address ends on loopback."""
    connect = socket.socket.connect_ex

    def routed(self: socket.socket, address: Any) -> int:
        here = address[0] == PUBLIC
        return connect(self, ("127.0.0.1", *address[1:]) if here else address)

    monkeypatch.setattr(socket.socket, "connect_ex", routed)


@pytest.mark.parametrize("named", [(), ("doi.example",)])
def test_a_site_that_moves_inside(
    in_reactor: InReactor,
    names: dict[str, list[str]],
    public_web: None,
    tmp_path: Path,
    named: tuple[str, ...],
) -> None:
    """A name that was public is refused once it is an inner one, even if the user named it."""
    names["doi.example"] = [PUBLIC, PUBLIC, "127.0.0.1"]  # for robots.txt, the seed, and then
    close = b"Connection: close\r\n"
    answers = {
        "/": page(b"<a href='/bi-mat'>x</a>", headers=close),
        "/robots.txt": page(b"", headers=close, status=b"404 Not Found"),
        "/bi-mat": page(),
    }
    with Origin(answers) as origin:
        path = tmp_path / "collection"
        settings = {"COLLECTION": str(path), "NAMED_HOSTS": list(named)}
        run = in_reactor(crawl(origin.port, settings, host="doi.example"))
        assert set(origin.crossed) == {"/", "/robots.txt"}
    assert run.counts["refused"] == 1
    [refused] = [line for line in read_log(path) if "refused" in line]
    assert urlsplit(refused["url"]).path == "/bi-mat"
    assert "loopback" in refused["refused"]


def test_a_host_is_named_for_its_own_crawl_only(
    in_reactor: InReactor, names: dict[str, list[str]], tmp_path: Path
) -> None:
    """Of two sites in one program, each on a host of the inner network that was named for it,
    neither leads the crawler to the other's.
    """
    here, there, close = "mot.example", "hai.example", b"Connection: close\r\n"
    names.update({here: ["127.0.0.1"], there: ["127.0.0.1"]})
    robots = {"/robots.txt": page(b"", headers=close, status=b"404 Not Found")}
    with Origin({"/": page(b"x", headers=close), **robots}) as inner:
        picture = f"<img src='http://{there}:{inner.port}/bi-mat.png'>".encode()
        with Origin({"/": page(picture, headers=close), **robots}) as origin:

            async def both() -> list[Run]:
                runs = []
                for host, port in ((here, origin.port), (there, inner.port)):
                    named = {"COLLECTION": f"{tmp_path}/{host}", "NAMED_HOSTS": [f"{host}:{port}"]}
                    runs.append(crawl(port, named, host))
                return await asyncio.gather(*runs)

            runs = in_reactor(both())
    assert [run.counts.get("pages") for run in runs] == [1, 1]
    assert set(inner.crossed) == {"/", "/robots.txt"}
    refused = [line["url"] for line in read_log(tmp_path / here) if "refused" in line]
    assert f"http://{there}:{inner.port}/bi-mat.png" in refused
