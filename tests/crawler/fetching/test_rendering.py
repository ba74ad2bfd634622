"""A site whose pages are drawn by scripts: crawled with a browser, replayed without one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from archive import Article, Catalog, Collection
from archive.urlkey import rendered
from archive.verify import verify
from crawler.archived import page_of
from crawler.fetching.browser import BrowserMissing, check_installed
from crawler.run import REPLAY_SETTINGS
from crawler.serve import serving
from crawler.site import Site, UrlRules
from crawler.spider import SiteSpider
from tests.crawler.fetching.conftest import InReactor
from tests.crawler.fetching.origin import Answer, Origin, always, page
from tests.crawler.fetching.test_inner_net import Trap, read_log
from tests.test_serve import BROWSER_NEEDED, CHROMIUM, fetched, unused_port

HOME = "ve.example"
WORDS = "Ban Chấp hành Đảng bộ tỉnh thảo luận về công tác xây dựng Đảng trong sáu tháng đầu năm. "
LIST = b"""<html><body><div id=list>Loading</div><script src=/app.js></script></body></html>"""
APP = b"""fetch("/list.json").then(r => r.json()).then(found => {
    document.getElementById("list").innerHTML =
        found.map(n => `<p><a href="/bai-${n}.html">Bai ${n}</a></p>`).join("");
});"""
ARTICLE = """<html><head><title>Bài {n}</title></head><body><h1>Hội nghị lần thứ {n}</h1>
<div id=text></div><script>const text = {text!r};
document.getElementById("text").innerHTML = `<p>${{text}}</p>`.repeat(4);</script>
<script>{doors}</script></body></html>"""
DOORS = """for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433"]) {
    fetch(`http://${host}:PORT/fetch`).catch(() => 0);
    new Image().src = `http://${host}:PORT/picture`;
    try { new WebSocket(`ws://${host}:PORT/socket`); } catch (error) {}
    try { new RTCPeerConnection({iceServers: [{urls: `stun:${host}:PORT`}]}); } catch (error) {}
    navigator.sendBeacon(`http://${host}:PORT/beacon`, "x");
    for (const rel of ["prefetch", "preconnect", "prerender", "dns-prefetch"]) {
        document.head.append(Object.assign(document.createElement("link"),
            {rel, href: `http://${host}:PORT/${rel}`}));
    }
    document.body.append(Object.assign(document.createElement("iframe"),
        {src: `http://${host}:PORT/frame`}));
}
fetch("http://169.254.169.254/latest/meta-data/").catch(() => 0);
fetch("http://trong.example:PORT/name").catch(() => 0);
navigator.serviceWorker?.register("/app.js").catch(() => 0);
setTimeout(() => alert("x"), 10);"""


def answers(trap: int) -> dict[str, Answer]:
    script = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    doors = DOORS.replace("PORT", str(trap))
    pages = {
        f"/bai-{n}.html": page(
            ARTICLE.format(n=n, text=WORDS, doors=doors if n == 1 else "").encode()
        )
        for n in range(1, 4)
    }
    listed = b"[1, 2, 3]"
    return {
        **pages,
        "/": page(LIST),
        "/app.js": always(script % (b"text/javascript", len(APP)) + APP),
        "/list.json": always(script % (b"application/json", len(listed)) + listed),
        "/robots.txt": page(b"", status=b"404 Not Found"),
    }


async def crawl(port: int, settings: dict[str, Any], *, drawn: bool) -> dict[str, str]:
    """Crawl or replay the site; the texts that were read, by address."""

    class VeSpider(SiteSpider):
        name = "ve"
        site = Site(
            name="ve",
            title="Vẽ",
            province="",
            level="",
            domains=(f"{HOME}:{port}",),
            seeds=(f"http://{HOME}:{port}/",),
            urls=UrlRules(article=(r"^/bai-\d+\.html$",), listing=(r"^/$",)),
            rendered=drawn,
        )

    values = Settings()
    values.setmodule("crawler.settings", priority="project")
    values.setdict({"HOST_DELAY": 0.001, "LOG_ENABLED": False, **settings}, priority="cmdline")
    runner = AsyncCrawlerRunner(values)
    crawler = runner.create_crawler(VeSpider)
    read = dict[str, str]()

    def note(item: object) -> None:
        if isinstance(item, Article):
            read[item.url] = item.text

    crawler.signals.connect(note, signals.item_scraped)
    await runner.crawl(crawler)
    return read


@pytest.mark.parametrize("drawn", [False, True])
def test_a_listing_drawn_by_a_script(
    in_reactor: InReactor, names: dict[str, list[str]], tmp_path: Path, drawn: bool
) -> None:
    """Its articles are found with the switch only; nothing that a page starts gets inside, and a
    replay without site or browser reads the same.
    """
    if CHROMIUM is None:
        missing = "no chromium found: apt install chromium fonts-noto-core"
        pytest.fail(missing) if BROWSER_NEEDED else pytest.skip(missing)
    names |= {HOME: ["127.0.0.1"], "trong.example": ["127.0.0.1"]}
    settings: dict[str, Any] = {"COLLECTION": f"{tmp_path}/c"}
    with Trap() as trap, Origin(answers(trap.port)) as origin:
        named = {"NAMED_HOSTS": [f"{HOME}:{origin.port}"]}
        read = in_reactor(crawl(origin.port, settings | named, drawn=drawn))
    assert len(read) == (3 if drawn else 0)
    if drawn:
        check_kept(Collection.open(tmp_path / "c"), origin.port)
        refused = {
            urlsplit(line["url"]).path for line in read_log(tmp_path / "c") if "refused" in line
        }
        assert {"/fetch", "/latest/meta-data/", "/name"} <= refused
    assert trap.visits == 0
    replayed = in_reactor(crawl(origin.port, settings | REPLAY_SETTINGS, drawn=drawn))
    assert replayed == read


def test_a_page_that_never_ends_costs_its_drawing(
    in_reactor: InReactor, names: dict[str, list[str]], tmp_path: Path
) -> None:
    """A script that loops for ever is ended; the raw page is read, and the run goes on."""
    if CHROMIUM is None:
        pytest.skip("no chromium found: apt install chromium fonts-noto-core")
    names |= {HOME: ["127.0.0.1"]}
    told = f"<h1>Tin thường</h1>{f'<p>{WORDS}</p>' * 4}"
    loop = page(f"<html><body>{told}<script>while (true) {{}}</script></body></html>".encode())
    with Origin({**answers(9), "/bai-2.html": loop}) as origin:
        settings = {"COLLECTION": f"{tmp_path}/c", "RENDER_SECONDS": 4}
        named = {"NAMED_HOSTS": [f"{HOME}:{origin.port}"]}
        read = in_reactor(crawl(origin.port, settings | named, drawn=True))
    assert sorted(urlsplit(url).path for url in read) == [f"/bai-{n}.html" for n in (1, 2, 3)]


def check_kept(collection: Collection, port: int) -> None:
    """Raw and drawn page are both there, the raw one under the address, and all is sound."""
    url = f"http://{HOME}:{port}/bai-1.html"
    capture = collection.find(url)
    raw = collection.read(capture).content()
    assert b"<div id=text></div>" in raw
    assert page_of(collection, capture).body.count(WORDS.strip().encode()) > 4
    assert collection.find(rendered(url)).timestamp == capture.timestamp
    assert {
        urlsplit(c.url).hostname for c in collection.captures() if c.url.startswith("http")
    } == {HOME}
    assert not list(map(str, verify(collection, workers=1)))
    with serving(collection, unused_port()) as server:
        assert fetched(f"{server.home}{capture.timestamp}id_/{url}") == raw
    with Catalog(collection.catalog_path) as catalog:
        assert WORDS.strip() in catalog.article(url).article.text


def test_a_browser_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Chromium one line says what to install."""
    monkeypatch.setenv("PATH", os.devnull)
    assert shutil.which("chromium") is None
    with pytest.raises(BrowserMissing, match="apt install chromium"):
        check_installed()
