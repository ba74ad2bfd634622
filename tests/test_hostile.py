"""Sites that mean harm: a crawl of them ends, soon, and costs the others nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive import Catalog, Collection
from crawler import registry
from crawler.outcome import Outcome
from crawler.scope import Scope
from tests.cli import answer, tinhuy
from tests.conftest import ROOT

Page = tuple[str, str | bytes] | tuple[str, str | bytes, dict[str, str]]
"""Content type and body, and further header fields."""

NO_FIELDS: dict[str, str] = {}
LIST = "<html><body>{}<a href='/web/x'>x</a></body></html>"


@pytest.fixture
def serve() -> Iterator[Callable[[Mapping[str, Page]], tuple[str, list[str]]]]:
    """Serve pages by a regular expression of their path; the address, and what was asked for."""
    servers = []

    def serve(pages: Mapping[str, Page]) -> tuple[str, list[str]]:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                for pattern, (kind, body, *fields) in pages.items():
                    if match := re.fullmatch(pattern, self.path):
                        number = int(match[1]) if match.groups() else 0
                        if isinstance(body, str):
                            body = body.replace("NEXT", str(number + 1)).encode()
                        return self.say(200, kind, body, *fields)
                return self.say(404, "text/plain", b"")

            def say(
                self, status: int, kind: str, body: bytes, fields: dict[str, str] = NO_FIELDS
            ) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": kind, **fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/", asked

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


Serve = Callable[[Mapping[str, Page]], tuple[str, list[str]]]


def crawl(url: str, path: Path, code: int) -> None:
    (run,) = answer(
        "crawl", "baohatinh", f"--at={url}", "--delay=0", f"--collection={path}/c", code=code
    )
    assert run["counts"].get("errors", 0) == 0


def test_style_sheets_that_import_for_ever(serve: Serve, tmp_path: Path) -> None:
    """A chain of style sheets without end is followed a few links deep."""
    home = ("text/html", LIST.format("<link rel=stylesheet href=/s0.css>"))
    url, asked = serve({"/": home, r"/s(\d+)\.css": ("text/css", "@import '/sNEXT.css';")})
    crawl(url, tmp_path, code=10)
    assert len([path for path in asked if path.endswith(".css")]) <= 6


def test_sitemaps_that_name_one_another_for_ever(serve: Serve, tmp_path: Path) -> None:
    """A chain of sitemap indexes without end is left, and the run says that something was."""
    index = "<sitemapindex><sitemap><loc>/sitemap-NEXT.xml</loc></sitemap></sitemapindex>"
    pages = {"/": ("text/html", LIST.format("")), "/sitemap.xml": ("text/xml", index)} | {
        r"/sitemap-(\d+)\.xml": ("text/xml", index)
    }
    url, asked = serve(pages)
    crawl(url, tmp_path, code=11)
    assert len([path for path in asked if "sitemap" in path]) <= 210


def test_addresses_that_are_none(serve: Serve, tmp_path: Path) -> None:
    """Bad brackets, ports and bases spoil neither the page nor the other addresses on it."""
    bad = "<base href='http://['><img src='http://h:abc/x.png'><img src='/good.png'>"
    links = "<a href='http://[x'>a</a><a href='http://h:99999/'>b</a><a href='/chinh-tri/'>c</a>"
    listed = (
        "<urlset><url><loc>http://[x</loc></url><url><loc>/a-post12345.html</loc></url></urlset>"
    )
    pages = {
        "/": ("text/html", f"<html><head>{bad}</head>{links}</html>"),
        "/sitemap.xml": ("text/xml", listed),
    }
    url, asked = serve(pages)
    crawl(url, tmp_path, code=10)
    assert {"/good.png", "/chinh-tri/", "/a-post12345.html"} <= set(asked)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", registry.platforms())
def test_long_addresses_cost_nothing(name: str) -> None:
    """No pattern of a platform, for articles, listings or traps, runs away on a long near-miss."""
    rules = registry.platforms()[name]
    scope = Scope(("h.example",), rules.urls, rules.traps)
    for unit in ("a", "/a", "a-", "1/", "?a=", "&redirect=", "%20", "++", "/feed"):
        near_miss = "http://h.example/" + unit * 300_000
        assert scope.decide(near_miss).kind is None
        for pattern in (
            *rules.urls.article,
            *rules.urls.listing,
            *(t.pattern for t in rules.traps),
        ):
            re.search(pattern, "/" + (unit * 2000)[:2000])


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://h:99999/", "http://h:abc/", "http://bob:pw@h.example/", "ftp://h/"],
)
def test_addresses_that_nobody_can_mean(url: str, tmp_path: Path) -> None:
    """An address that is none, or that holds a password, is refused in one line."""
    done = tinhuy("crawl", url, f"--collection={tmp_path}/c")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("tinhuy: ")


def test_a_delay_that_is_no_number(tmp_path: Path) -> None:
    """`--delay nan` does not lift the pause."""
    done = tinhuy("crawl", "baohatinh", "--delay=nan", f"--collection={tmp_path}/c")
    assert done.returncode == 2


def list_page(links: str) -> Page:
    return ("text/html", f"<html><body>{links}</body></html>")


def test_a_list_of_many_pages_is_walked_to_its_end(serve: Serve, tmp_path: Path) -> None:
    """A list that brings an article on each of 300 pages is read whole, be its pages ever so alike;
    and so are the articles of a site without rules."""
    article = "<a href='/bai/NEXT-post10NEXT.html'>x</a>"
    last = {r"/chinh-tri/p300/": list_page("")}
    pages = {
        "/": list_page("<a href='/chinh-tri/p1/'>x</a>"),
        **last,
        r"/chinh-tri/p(\d+)/": list_page(f"{article}<a rel=next href='/chinh-tri/pNEXT/'>x</a>"),
    }
    url, asked = serve(pages)
    crawl(url, tmp_path, code=10)
    assert len([path for path in asked if path.startswith("/chinh-tri/p")]) == 300


def test_a_space_that_no_rule_names(serve: Serve, tmp_path: Path) -> None:
    """Listings that lead to ever more listings, many at a time, are left when a row of them brought
    nothing, and the run is not called incomplete for it."""
    days = "".join(f"<a href='/chinh-tri/ngay-NEXT{n}/'>x</a>" for n in range(9))
    pages = {
        "/": list_page("<a href='/chinh-tri/ngay-1/'>x</a>"),
        r"/chinh-tri/ngay-(\d+)/": list_page(days),
    }
    url, asked = serve(pages)
    crawl(url, tmp_path, code=10)
    assert 50 <= len([path for path in asked if "ngay" in path]) <= 55


MB = 1 << 20


def bomb(size: int) -> bytes:
    """So many bytes of one page, as gzip: a thousandth of them."""
    press = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    piece = b"<p>" + b"a" * (MB - 3)
    return b"".join([*(press.compress(piece) for _ in range(size // MB)), press.flush()])


def filled(piece: bytes, size: int) -> bytes:
    return b"<html><body>" + piece * (size // len(piece))


HUGE: dict[str, Callable[[], Page]] = {
    "gzip bomb": lambda: ("text/html", bomb(1024 * MB), {"Content-Encoding": "gzip"}),
    "links": lambda: ("text/html", filled(b"<a href=/>", 60 * MB)),
    "pictures": lambda: ("text/html", filled(b"<img src=x>", 60 * MB)),
    "one set of pictures": lambda: ("text/html", b"<img srcset='%b'>" % filled(b"a 1x,", 9 * MB)),
    "tags": lambda: ("text/html", filled(b"<b></b>", 60 * MB)),
    "attributes": lambda: (
        "text/html",
        b"<p " + b" ".join(b"a%d" % number for number in range(1_000_000)) + b">",
    ),
}
MOST_MEMORY = 450 * 1024
"""KiB: what is loaded, and DOWNLOAD_MAXSIZE three times: as it came, whole, and as text."""


@pytest.mark.parametrize("page", HUGE.values(), ids=HUGE.keys())
def test_a_huge_page_costs_a_bounded_sum(
    serve: Serve, tmp_path: Path, page: Callable[[], Page]
) -> None:
    """Whatever one page inflates to or consists of, a crawl of it ends soon and within bounds."""
    url, _ = serve({"/": page()})
    told = tmp_path / "peak"
    crawl = ["crawl", url, "--delay=0", "--max-pages=2", f"--collection={tmp_path}/c"]
    command = [sys.executable, "-m", "tests.peak", str(told), *crawl]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (10, 11, 12), done.stderr
    assert int(told.read_text()) < MOST_MEMORY


def test_a_run_that_takes_too_long_ends(serve: Serve, tmp_path: Path) -> None:
    """A run that would go on is ended in good order after CLOSESPIDER_TIMEOUT, and says so."""
    pictures = "".join(f"<img src=/{number}.png>" for number in range(100))
    pages: dict[str, Page] = {"/": ("text/html", pictures), r"/\d+.png": ("image/png", "x")}
    url, asked = serve(pages)
    settings = {"COLLECTION": f"{tmp_path}/c", "CLOSESPIDER_TIMEOUT": 3, "HOST_DELAY": 0.2}
    settings |= {"NAMED_HOSTS": urlsplit(url).netloc, "AT": json.dumps({"baohatinh": [url]})}
    chosen = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "baohatinh", *chosen]
    subprocess.run(command, cwd=ROOT, env=os.environ, timeout=60, check=True)
    assert asked
    with Catalog(Collection.open(tmp_path / "c").catalog_path) as catalog:
        [run] = catalog.runs("baohatinh")
    assert run.outcome == Outcome.INCOMPLETE
    assert 2_000 < run.counts["milliseconds"] < 20_000
