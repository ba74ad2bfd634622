"""No password reaches the archive: not from links, redirects, sitemaps, requests or proxies."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.crawler import AsyncCrawlerRunner

from archive import Collection
from archive.reader import iter_records
from crawler.fetching.capture import CredentialsRefused
from tests.crawler.fetching.conftest import InReactor
from tests.crawler.fetching.crawl import Crawled, Plan, crawl
from tests.crawler.fetching.origin import HANG_UP, Answer, Origin, Step, always, page

SECRET, USER = b"mat-khau-cua-toi", b"nguoi-dung"
LISTING = """<!doctype html><html><head><title>Báo</title>
<link rel="stylesheet" href="//USER@HOST/a.css"></head><body>
<a href="http://USER@HOST/bai-viet-post1.html">Hội nghị Ban Thường vụ Tỉnh ủy lần thứ nhất</a>
<a href="//USER@HOST/chuyen-post2.html">Đồng chí Bí thư làm việc với xã</a>
<a href="http://USER@HOST:1/khong-co-post3.html">Không có</a>
<img src="http://USER@HOST/a.png"></body></html>"""
ARTICLE = """<!doctype html><html><head><title>Hội nghị</title>
<base href="http://USER@HOST/bai/"><link rel="canonical" href="http://USER@HOST/bai-viet-post1.html">
<meta property="og:type" content="article"></head><body><div class="article">
<h1 class="article__title">Hội nghị Ban Thường vụ Tỉnh ủy lần thứ nhất</h1>
<div class="article__body cms-body">BODY
<p>Xem <a href="http://USER@HOST/nghi-quyet.pdf">toàn văn nghị quyết</a> tại đây.</p></div></div>
<a rel="prev" href="http://USER@HOST/bai-truoc-post7.html">Bài trước</a></body></html>"""


def answers(host: str) -> dict[str, Answer]:
    """A newspaper every address of which has a password in it."""
    user = f"{USER.decode()}:{SECRET.decode()}"
    body = "<p>Chiều 7/3, Ban Thường vụ Tỉnh ủy họp phiên thường kỳ, cho ý kiến về đầu tư.</p>" * 5

    def filled(text: str) -> bytes:
        text = text.replace("BODY", body).replace("USER@HOST", f"{user}@{host}")
        return text.encode()

    urls = (f"http://{user}@{host}/bai-{n}-post{n}.html" for n in (4, 5))
    sitemap = "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls) + "</urlset>"
    moved = b"Location: http://%b:%b@%b/bai-viet-post1.html\r\n" % (USER, SECRET, host.encode())
    relative = b"Location: //%b:%b@%b/bai-4-post4.html\r\n" % (USER, SECRET, host.encode())
    basic = b'WWW-Authenticate: Basic realm="a"\r\n'
    article, imports = page(filled(ARTICLE)), filled("@import url(http://USER@HOST/b.css);")
    css = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nContent-Length: %d\r\n\r\n"
    return {
        "/": page(filled(LISTING)),
        "/robots.txt": page(f"Sitemap: http://{user}@{host}/sitemap.xml\n".encode()),
        "/sitemap.xml": page(sitemap.encode()),
        "/bai-viet-post1.html": article,
        "/chuyen-post2.html": page(b"", headers=moved, status=b"302 Found"),
        "/bai-4-post4.html": page(b"", headers=basic, status=b"401 Unauthorized"),
        "/bai-5-post5.html": page(b"", headers=relative, status=b"301 Moved"),
        "/a.css": always(css % len(imports) + imports),
    }


class Paper(dict[str, Answer]):
    """Answers, and 404 for all else."""

    def __missing__(self, path: str) -> Answer:
        return page(b"", status=b"404 Not Found")


def leaks(collection: Collection) -> Iterator[str]:
    """Where the secret stands, but in what an origin itself sent: that is stored as it came."""
    for path in [*collection.warcs(), *collection.warcs(text=True)]:
        for record in iter_records(path):
            kept = record.raw_head
            kept += b"" if record.type in ("response", "revisit") else record.block.read()
            if SECRET in kept or USER in kept:
                yield f"{record.type}: {kept!r}"
    for path in collection.path.rglob("*"):
        is_warc = path.name.endswith(".warc.gz")
        kept = path.read_bytes() if path.is_file() and not is_warc else b""
        if SECRET in kept or USER in kept:
            yield str(path)


def test_no_password_of_a_page_reaches_the_archive(tmp_path: Path) -> None:
    """User and password in links, redirects and sitemaps are neither sent nor kept nor logged."""
    log, path = tmp_path / "log", tmp_path / "c"
    with Origin(Paper()) as origin:
        host = f"127.0.0.1:{origin.port}"
        origin.answers.update(answers(host))
        settings = {
            "AT": json.dumps({"baohatinh": [f"http://{host}/"]}),
            "COLLECTION": str(path),
            "HOST_DELAY": "0",
            "LOG_FILE": str(log),
            "LOG_LEVEL": "DEBUG",
            "NAMED_HOSTS": host,
        }
        options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        command = [sys.executable, "-m", "scrapy", "crawl", "baohatinh", *options]
        root = Path(__file__).parents[3]
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=120, check=False)
    asked = dict(origin.crossed)
    assert {"/bai-viet-post1.html", "/chuyen-post2.html", "/bai-4-post4.html"} <= asked.keys()
    assert {"/bai-5-post5.html", "/a.css", "/b.css", "/a.png"} <= asked.keys()
    sent = b"".join(crossed.request for each in asked.values() for crossed in each)
    assert SECRET not in sent
    assert b"Authorization" not in sent
    assert f"Host: {host}".encode() in sent
    assert SECRET not in log.read_bytes() + done.stdout + done.stderr
    collection = Collection.open(path)
    assert list(leaks(collection)) == []
    assert len(list(collection.captures())) >= 8
    assert collection.warcs(text=True)


def test_no_password_of_a_request_reaches_the_archive(
    in_reactor: InReactor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A request with a secret in it is refused, through a proxy or not; a proxy's stays its own."""
    collection, secret = Collection.create(tmp_path / "c"), f"{USER.decode()}:{SECRET.decode()}"
    with Origin(Paper()) as origin, Origin(Paper({"127.0.0.1:1": refusing_proxy})) as proxy:
        to_proxy = {"proxy": f"http://{secret}@127.0.0.1:{proxy.port}"}
        plans = [
            Plan("header", origin.url("/1"), headers={"Authorization": f"Basic {secret}"}),
            Plan("cookie", origin.url("/2"), headers={"Cookie": secret}),
            Plan("proxy header", origin.url("/3"), headers={"Proxy-Authorization": secret}),
            Plan("address", origin.url("/4").replace("//", f"//{secret}@")),
            Plan("proxy", origin.url("/5"), meta=to_proxy),
            Plan("tunnel", "https://127.0.0.1:1/6", meta=to_proxy),
            Plan("via", origin.url("/7"), meta={"via": f"http://{secret}@127.0.0.1/"}),
        ]
        crawled = in_reactor(_live(plans, collection))
    refused = {name for name, got in crawled.items() if isinstance(got.error, CredentialsRefused)}
    assert {"header", "cookie", "address", "proxy"} <= refused
    assert crawled["tunnel"].error is not None
    assert b"Proxy-Authorization: Basic" in proxy.crossed["127.0.0.1:1"][0].request
    assert origin.crossed.keys() <= {"/3", "/7"}
    assert SECRET.decode() not in caplog.text
    assert list(leaks(collection)) == []


def refusing_proxy(_request: bytes) -> tuple[Step, ...]:
    return (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", HANG_UP)


async def _live(plans: list[Plan], collection: Collection) -> Crawled:
    with collection.recording(site="thu", run_id=str(uuid.uuid4())) as recording:
        return await crawl(AsyncCrawlerRunner, plans, recording, None, {"LOG_LEVEL": "DEBUG"})
