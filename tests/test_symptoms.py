"""Whole crawls of sites that block us, are broken, have moved or are gone: the run says which."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from archive import Catalog, Collection, Run
from crawler.symptoms import STREAK
from tests.cli import tinhuy
from tests.crawler.fetching.origin import Answer, Origin, page


class Site(defaultdict[str, Answer]):
    """Answers by path; every other path is answered by `rest`."""

    def __init__(self, rest: Answer, **answers: Answer) -> None:
        super().__init__(lambda: rest)
        self["/robots.txt"] = page(b"", status=b"404 Not Found")
        self["/sitemap.xml"] = page(b"", status=b"404 Not Found")
        self |= {f"/{path}": answer for path, answer in answers.items()}


def links(count: int) -> bytes:
    items = "".join(
        f"<li><a href='/tin/bai-viet-so-{n}-{n}.html'>Bài {n}</a>" for n in range(count)
    )
    return f"<html><title>Trang chủ</title><body><ul>{items}</ul></body></html>".encode()


def crawl(url: str, path: Path, code: int, delay: float = 0) -> dict[str, Any]:
    """Crawl a URL of no known site: its run. What goes to the terminal is one line for people."""
    done = tinhuy("crawl", url, f"--delay={delay}", f"--collection={path}/c", "--json")
    assert done.returncode == code, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("tinhuy: ")]
    assert len(told) == 1
    assert "Traceback" not in done.stderr
    assert "scrapy" not in done.stderr
    (run,) = json.loads(done.stdout)
    assert run["reason"] in told[0]
    with Catalog(Collection.open(path / "c").catalog_path) as catalog:
        assert [each.reason for each in catalog.runs()] == [run["reason"]]
    return dict(run)


def test_refusals_in_a_row_end_a_run(tmp_path: Path) -> None:
    """A site that begins to refuse us is left after twenty refusals, not after thousands."""
    site = Site(page(b"<h1>403</h1>", status=b"403 Forbidden"))
    site["/"] = page(links(500))
    with Origin(site) as origin:
        run = crawl(origin.url("/"), tmp_path, code=13)
        asked = sum(path.startswith("/tin/") for path in origin.crossed)
    assert STREAK <= asked <= STREAK + 10
    assert f"refused the last {STREAK}" in run["reason"]


def test_everything_sent_to_one_place_ends_a_run(tmp_path: Path) -> None:
    """A site that sends every page home has moved, and is not asked for all its pages first."""
    site = Site(page(b"", status=b"302 Found", headers=b"Location: /trang-chu\r\n"))
    site["/"] = page(links(500))
    site["/trang-chu"] = page(links(0))
    with Origin(site) as origin:
        run = crawl(origin.url("/"), tmp_path, code=14)
        asked = sum(path.startswith("/tin/") for path in origin.crossed)
    assert asked < 60
    assert "/trang-chu" in run["reason"]


def test_one_page_under_every_address(tmp_path: Path) -> None:
    """A site that prints one and the same page under every address shows us a wall."""
    body = "<html><title>Thông tin</title><p>Xin chào quý khách.</p></html>".encode()
    site = Site(page(body))
    site["/"] = page(links(500))
    with Origin(site) as origin:
        run = crawl(origin.url("/"), tmp_path, code=13)
        asked = sum(path.startswith("/tin/") for path in origin.crossed)
    assert asked < 60
    assert f"{len(body)} bytes" in run["reason"]


def spider(origin: Origin, path: Path, *named: str, **settings: str) -> Run:
    """Crawl a known site at this origin by Scrapy itself: its run."""
    given = {
        "AT": json.dumps({"baohatinh": [origin.url("/")]}),
        "COLLECTION": f"{path}/c",
        "HOST_DELAY": "0",
        "NAMED_HOSTS": ",".join([f"127.0.0.1:{origin.port}", *named]),
        **settings,
    }
    words = [f"-s{name}={value}" for name, value in given.items()]
    command = [sys.executable, "-m", "scrapy", "crawl", "baohatinh", *words]
    subprocess.run(command, check=True, capture_output=True)
    with Catalog(Collection.open(path / "c").catalog_path) as catalog:
        (run,) = catalog.runs()
    return run


def test_a_front_page_on_another_host(tmp_path: Path) -> None:
    """A site whose front page leads to another host has moved, and the run says where."""
    with Origin(Site(page(links(3)))) as other:
        there = f"localhost:{other.port}"
        location = f"Location: http://{there}/\r\n".encode()
        moved = page(b"", status=b"301 Moved", headers=location)
        with Origin(Site(moved)) as origin:
            run = spider(origin, tmp_path, there)
    assert run.outcome == "moved"
    assert there in run.reason


def test_a_front_page_in_an_inner_network(tmp_path: Path) -> None:
    """A site whose front page leads to an address that we refuse is unreachable for that reason."""
    moved = page(b"", status=b"301 Moved", headers=b"Location: http://10.0.0.1/\r\n")
    with Origin(Site(moved)) as origin:
        run = crawl(origin.url("/"), tmp_path, code=12)
    assert "10.0.0.1 is private" in run["reason"]


def test_a_parked_name(tmp_path: Path) -> None:
    """The page of a dealer in names is told as such."""
    body = b"<html><title>a.example</title><p>This domain is for sale. Buy this domain.</p></html>"
    with Origin(Site(page(body))) as origin:
        assert "for sale" in crawl(origin.url("/"), tmp_path, code=15)["reason"]


def test_nobody_listens(tmp_path: Path) -> None:
    """A connection that is refused is told as that."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    assert "connection is refused" in crawl(url, tmp_path, code=12)["reason"]


def test_a_name_that_does_not_exist(tmp_path: Path) -> None:
    """A host without a name is told as what the name system said of it."""
    with pytest.raises(socket.gaierror) as told:
        socket.getaddrinfo("paper.invalid", 80)
    gone = told.value.errno == socket.EAI_NONAME
    run = crawl("http://paper.invalid/", tmp_path, code=12, delay=0.5)
    assert ("there is no host" if gone else "could not be looked up") in run["reason"]


def test_a_bad_certificate_stops_nothing(tmp_path: Path) -> None:
    """A site whose certificate is for another name, of nobody we know, is read, and the run says
    what is wrong with it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("other.example").configure_cert(context)
    site = Site(page(b"", status=b"404 Not Found"))
    site["/"] = page(links(1))
    with Origin(site, tls=context) as origin:
        run = crawl(origin.url("/"), tmp_path, code=10)
    assert f"certificate of 127.0.0.1:{origin.port}: unknown issuer" in run["reason"]


def test_no_tls_at_all(tmp_path: Path) -> None:
    """A port that speaks no TLS is told as that, with what OpenSSL said."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def greet() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.sendall(b"SSH-2.0-x\r\n")
                        connection.recv(1000)

        threading.Thread(target=greet, daemon=True).start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        run = crawl(url, tmp_path, code=12)
    assert "TLS does not come about" in run["reason"]


def test_a_host_that_asks_us_to_come_back_tomorrow(tmp_path: Path) -> None:
    """A Retry-After of a day ends the run at once, as refusal, with the reason."""
    busy = page(b"", status=b"503 Busy", headers=b"Retry-After: 86400\r\n")
    with Origin(Site(busy)) as origin:
        run = crawl(origin.url("/"), tmp_path, code=13)
        assert [*origin.crossed] == ["/robots.txt", "/"]
    assert "86400 s" in run["reason"]


def test_outside_the_hours_of_a_site(tmp_path: Path) -> None:
    """Outside its hours a site is not asked, and the run is incomplete and names the hours."""
    now = datetime.now(UTC) + timedelta(hours=7)
    hours = f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=4):%H:%M}"
    with Origin(Site(page(links(1)))) as origin:
        run = spider(origin, tmp_path, CRAWL_HOURS=hours)
        assert origin.crossed == {}
    assert run.outcome == "incomplete"
    assert hours in run.reason
