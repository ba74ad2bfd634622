from __future__ import annotations

import asyncio
import gzip
import os
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import scrapy
import trustme
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from archive.cdxj import Capture
from archive.errors import StorageFailed
from archive.exchange import Exchange
from crawler.fetching.capture import CaptureHandler, CredentialsRefused, record_to
from tests.crawler.fetching.conftest import InReactor, Run
from tests.crawler.fetching.crawl import SETTINGS, Crawled, Heard, Listening, Plan, PlanSpider
from tests.crawler.fetching.origin import HANG_UP, RESET, Origin, Proxy, Step, always, page

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LONG = HEAD + b"Content-Length: 1000\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def fetch_one(run: Run, *steps: Step, **settings: Any) -> tuple[Heard, Crawled, bytes]:
    """One page with this answer: what was recorded, what the spider got, what was sent."""
    with Origin({"/page": always(*steps)}) as origin:
        recording = Listening()
        crawled = run([Plan("page", origin.url("/page"))], recording=recording, **settings)
    [crossed] = origin.crossed["/page"]
    heard = recording.only(origin.url("/page"))
    assert heard.request == crossed.request
    return heard, crawled, crossed.response


class TestCutShort:
    @pytest.mark.parametrize(
        ("steps", "truncated"),
        [
            ((LONG + b"half of it", HANG_UP), "disconnect"),
            ((LONG + b"half of it", 0.1, RESET), "disconnect"),
            ((CHUNKED + b"5\r\nhello\r\n5\r\nwo", HANG_UP), "disconnect"),
            ((CHUNKED + b"5\r\nhello\r\n0\r\nX-Trailer: 1\r\n", HANG_UP), "disconnect"),
            ((CHUNKED + b"5\r\nhello\r\nzz\r\nwo\r\n", 0.2), "unspecified"),
            ((HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 0.2), "unspecified"),
            ((HEAD + b"Transfer-Encoding: zipped\r\n\r\nabcd", 0.2), "unspecified"),
        ],
    )
    @pytest.mark.parametrize("fail_on_dataloss", [True, False])
    def test_what_came_is_stored_and_marked(
        self, run: Run, steps: tuple[Step, ...], truncated: str, fail_on_dataloss: bool
    ) -> None:
        """A response cut after its head is stored as far as it came, marked, and an error."""
        heard, crawled, sent = fetch_one(run, *steps, DOWNLOAD_FAIL_ON_DATALOSS=fail_on_dataloss)
        assert heard.response == sent
        assert heard.truncated == truncated
        assert heard.error
        assert crawled["page"].response is None

    def test_time_is_up_in_the_body(self, run: Run) -> None:
        """A body that drips past DOWNLOAD_TIMEOUT is stored as far as it came, marked "time"."""
        drip = (b"drip ", 0.15) * 20
        heard, crawled, sent = fetch_one(run, LONG, *drip, DOWNLOAD_TIMEOUT=1)
        assert heard.response is not None
        assert heard.response.startswith(LONG + b"drip drip ")
        assert sent.startswith(heard.response)
        assert heard.truncated == "time"
        assert isinstance(crawled["page"].error, DownloadTimeoutError)

    def test_larger_than_announced_sizes_allow(self, run: Run) -> None:
        """A body announced as larger than DOWNLOAD_MAXSIZE is stored as far as it came."""
        head = HEAD + b"Content-Length: 5000000\r\n\r\n"
        heard, crawled, _ = fetch_one(run, head, 0.2, b"x" * 1000, DOWNLOAD_MAXSIZE=100_000)
        assert heard.response is not None
        assert heard.response.startswith(head)
        assert (head + b"x" * 1000).startswith(heard.response)
        assert heard.truncated == "length"
        assert isinstance(crawled["page"].error, DownloadCancelledError)

    @pytest.mark.parametrize("framing", [b"Transfer-Encoding: chunked\r\n\r\n", b"\r\n"])
    def test_larger_than_allowed_without_notice(self, run: Run, framing: bytes) -> None:
        """A body that turns out larger than DOWNLOAD_MAXSIZE is cut there, marked "length"."""
        pieces = [b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 200
        heard, crawled, _ = fetch_one(run, HEAD + framing, *pieces, DOWNLOAD_MAXSIZE=100_000)
        assert heard.response is not None
        assert (HEAD + framing + b"".join(pieces)).startswith(heard.response)
        assert 100_000 < len(heard.response) < 500_000
        assert heard.truncated == "length"
        assert isinstance(crawled["page"].error, DownloadCancelledError)

    @pytest.mark.parametrize(
        ("head", "flood"),
        [
            (b"HTTP/1.1 200 OK\r\n", b"X-Flood: " + b"x" * 8000 + b"\r\n"),
            (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 300),
            (CHUNKED, b"1;" + b"x" * 1000 + b"\r\na\r\n"),
        ],
    )
    def test_floods_that_are_no_body_are_stopped(self, run: Run, head: bytes, flood: bytes) -> None:
        """Endless headers, 1xx responses and chunk extensions end at a bound, and for good."""
        heard, crawled, _ = fetch_one(
            run, head, *[flood * 8] * 2000, HANG_UP, DOWNLOAD_MAXSIZE=1000
        )
        assert isinstance(crawled["page"].error, DownloadCancelledError)
        assert len(heard.response or b"") < 2_000_000
        assert heard.truncated == ("length" if head == CHUNKED else None)

    def test_a_head_without_end_is_stopped_early(self, run: Run) -> None:
        """A head ends the fetch at MAX_HEAD, however much a body may have."""
        line = b"X-Flood: " + b"x" * 8000 + b"\r\n"
        _, crawled, _ = fetch_one(run, b"HTTP/1.1 200 OK\r\n", *[line] * 4000, HANG_UP)
        assert isinstance(crawled["page"].error, DownloadCancelledError)

    def test_a_head_of_many_lines(self, run: Run) -> None:
        """Fifty thousand fields are taken, and cost little time."""
        fields = b"a:b\r\n" * 50_000
        began = time.monotonic()
        heard, crawled, _ = fetch_one(run, HEAD + fields + b"Content-Length: 1\r\n\r\n", b"x")
        assert crawled["page"].response is not None
        assert heard.response is not None
        assert heard.response.endswith(b"x")
        assert time.monotonic() - began < 20

    def test_a_signal_handler_may_stop_a_download(self, run: Run) -> None:
        """A download that StopDownload ends is stored as far as it came, and marked."""
        heard, crawled, sent = fetch_one(
            run, LONG + b"x" * 500, 0.3, b"x" * 500, EXTENSIONS={StopAtHead: 0}
        )
        assert heard.truncated == "unspecified"
        assert sent.startswith(heard.response or b"none")
        assert crawled["page"].response is not None
        assert "download_stopped" in crawled["page"].response.flags


class StopAtHead:
    """An extension that wants no more than heads."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> StopAtHead:
        extension = cls()
        crawler.signals.connect(extension.headers_received, scrapy.signals.headers_received)
        return extension

    def headers_received(self) -> None:
        raise scrapy.exceptions.StopDownload(fail=False)


class TestNoResponse:
    @pytest.mark.parametrize(
        "steps",
        [
            (b"HTTP/1.1 200 OK\r\nContent-Type: te", HANG_UP),
            (b"HTTP/1.1 200 OK\r\nContent-Type: te", 0.1, RESET),
            (b"\x16\x03\x01\x00 this is not HTTP\r\n\r\n", 0.2),
            (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 40_000, 0.3),
            (b"HTTP/1.1 100 Continue\r\n\r\n", HANG_UP),
        ],
    )
    def test_no_whole_head(self, run: Run, steps: tuple[Step, ...]) -> None:
        """Without a whole final head no response is stored, but the request and the error are."""
        heard, crawled, _ = fetch_one(run, *steps)
        assert heard.response is None
        assert heard.truncated is None
        assert heard.error.startswith("DownloadFailedError: ")
        assert crawled["page"].error is not None

    def test_time_is_up_in_the_head(self, run: Run) -> None:
        """A head that does not come in time leaves the request and the error."""
        heard, crawled, _ = fetch_one(run, b"HTTP/1.1 200 OK\r\n", 1.5, DOWNLOAD_TIMEOUT=1)
        assert heard.response is None
        assert heard.error.startswith("DownloadTimeoutError: ")
        assert "bytes-without-head: 17" in heard.exchange.notes
        assert isinstance(crawled["page"].error, DownloadTimeoutError)

    def test_nobody_listens(self, run: Run) -> None:
        """A refused connection is recorded with its error and without a request."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        recording = Listening()
        run([Plan("page", url)], recording=recording)
        heard = recording.only(url)
        assert (heard.request, heard.response) == (None, None)
        assert heard.error.startswith("DownloadConnectionRefusedError: ")

    def test_no_such_name(self, run: Run) -> None:
        """A name without an address is recorded with its error."""
        recording, url = Listening(), "http://khong-co.invalid/"
        run([Plan("page", url)], recording=recording)
        heard = recording.only(url)
        assert (heard.request, heard.response) == (None, None)
        assert heard.error.startswith("CannotResolveHostError: ")


class TestWay:
    def test_each_hop_of_a_redirect_is_recorded(self, run: Run) -> None:
        """Every hop of a redirect is an exchange with its own URI, hops and via."""
        with Origin({}) as origin:
            moved = {"/a": "/b", "/b": origin.url("/c")}
            for path, to in moved.items():
                location = f"Location: {to}\r\n".encode()
                origin.answers[path] = page(b"moved", headers=location, status=b"302 Found")
            origin.answers["/c"] = page()
            recording = Listening()
            plan = Plan("a", origin.url("/a"), meta={"hops": "LL", "via": "http://seed.example/"})
            crawled = run([plan], recording=recording)
            way = [(h.target_uri, h.exchange.hops, h.exchange.via) for h in recording.heard]
            assert way == [
                (origin.url("/a"), "LL", "http://seed.example/"),
                (origin.url("/b"), "LLR", origin.url("/a")),
                (origin.url("/c"), "LLRR", origin.url("/b")),
            ]
            assert crawled["a"].response is not None
            assert crawled["a"].response.url == origin.url("/c")

    def test_robots_txt_is_recorded_as_a_prerequisite(self, run: Run) -> None:
        """The robots.txt that Scrapy asks for is an exchange with hops "P"."""
        robots = b"User-agent: *\nDisallow: /private\n"
        answers = {"/robots.txt": page(robots), "/a": page(), "/private": page()}
        with Origin(answers) as origin:
            recording = Listening()
            plans = [Plan("a", origin.url("/a")), Plan("private", origin.url("/private"))]
            run(plans, recording=recording, ROBOTSTXT_OBEY=True)
            hops = {h.target_uri: h.exchange.hops for h in recording.heard}
            assert hops == {origin.url("/robots.txt"): "P", origin.url("/a"): ""}

    def test_every_retry_is_recorded(self, run: Run) -> None:
        """A fetch that Scrapy tries again is as many exchanges as attempts."""
        with Origin({"/a": page(b"busy", status=b"503 Busy")}) as origin:
            recording = Listening()
            run([Plan("a", origin.url("/a"))], recording=recording, RETRY_ENABLED=True)
            assert [h.exchange.hops for h in recording.of(origin.url("/a"))] == ["", "", ""]

    def test_a_fragment_is_not_sent_and_not_recorded(self, run: Run) -> None:
        """The target URI is the URL as sent, without its fragment."""
        with Origin({"/a": page()}) as origin:
            recording = Listening()
            run([Plan("a", origin.url("/a#binh-luan"))], recording=recording)
            assert [h.target_uri for h in recording.heard] == [origin.url("/a")]


class TestProxy:
    def test_connect_is_not_part_of_the_message(self, run: Run, authority: trustme.CA) -> None:
        """Through a CONNECT proxy the inner message is stored, and no address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with Origin({"/a": page(), "/b": page()}, context) as origin, Proxy() as proxy:
            recording = Listening()
            plans = [
                Plan(path, origin.url(path, "localhost"), meta={"proxy": proxy.url})
                for path in ("/a", "/b")
            ]
            run(plans, recording=recording, CONCURRENT_REQUESTS=1)
            assert proxy.asked[0].startswith(b"CONNECT localhost:")
            for plan in plans:
                heard, [crossed] = recording.only(plan.url), origin.crossed[plan.name]
                assert (heard.request, heard.response) == (crossed.request, crossed.response)
                assert heard.exchange.ip_address is None
                assert heard.tls is not None
                assert heard.tls.verdict == "ok"


class Failing(Listening):
    """A recording whose disk is full after two exchanges."""

    def record(self, exchange: Exchange) -> None:
        if len(self.heard) == 2:
            raise StorageFailed("/disk", "No space left on device")
        super().record(exchange)


def test_a_full_disk_ends_the_crawl(run: Run) -> None:
    """When the storage fails the spider closes for that reason, and nothing is fetched in vain."""
    with Origin({}) as origin:
        for number in range(40):
            origin.answers[f"/{number}"] = page()
        plans = [Plan(str(number), origin.url(f"/{number}")) for number in range(40)]
        crawled = run(plans, recording=Failing(), CONCURRENT_REQUESTS=1, RETRY_ENABLED=True)
    assert crawled.finish_reason == "storage"
    assert isinstance(crawled["2"].error, StorageFailed)
    assert len(origin.crossed["/2"]) == 1
    assert len(origin.crossed) < 10


def test_the_capture_reaches_the_spider(run: Run) -> None:
    """`response.meta["capture"]` is what the recording made of this very exchange."""

    class Writing(Listening):
        def record(self, exchange: Exchange) -> Capture:  # type: ignore[override]
            super().record(exchange)
            url = exchange.target_uri
            return Capture(
                urlkey="",
                timestamp="",
                url=url,
                mime="",
                status=200,
                digest=None,
                length=0,
                offset=0,
                filename="",
            )

    moved = page(b"", headers=b"Location: /b\r\n", status=b"302 Found")
    with Origin({"/a": moved, "/b": page()}) as origin:
        crawled = run([Plan("a", origin.url("/a"))], recording=Writing())
    response = crawled["a"].response
    assert response is not None
    assert response.meta["capture"].url == origin.url("/b")


def test_compressed_bytes_are_stored_compressed(run: Run) -> None:
    """The spider gets text, the recording the compressed bytes, the origin our Accept-Encoding."""
    body = gzip.compress("<p>Đồng Tháp</p>".encode(), mtime=0)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    heard, crawled, sent = fetch_one(run, head + body)
    assert heard.response == sent
    assert crawled["page"].response is not None
    assert crawled["page"].response.body == "<p>Đồng Tháp</p>".encode()


def test_a_cancelled_fetch_is_recorded(
    in_reactor: InReactor,
) -> None:
    """A fetch that is cancelled when bytes had come leaves these bytes."""
    moment = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
    with Origin({"/slow": always(LONG + b"half", 3.0)}) as origin:
        recording = Listening()

        async def cancel() -> None:
            crawler = AsyncCrawlerRunner(SETTINGS).create_crawler(PlanSpider)
            record_to(crawler, recording, clock=lambda: moment)
            handler = CaptureHandler.from_crawler(crawler)
            request = scrapy.Request(origin.url("/slow"))
            fetch = asyncio.ensure_future(handler.download_request(request))
            await asyncio.sleep(0.5)
            fetch.cancel()
            with pytest.raises(asyncio.CancelledError):
                await fetch
            await handler.close()

        in_reactor(cancel())
        heard = recording.only(origin.url("/slow"))
    assert heard.response == LONG + b"half"
    assert heard.truncated == "unspecified"
    assert heard.exchange.started_at == moment
    assert 400 < heard.exchange.milliseconds < 2500


def test_times_of_a_fetch(run: Run) -> None:
    """Started-at is the UTC instant of sending, and the milliseconds last to the end."""
    before = datetime.now(UTC)
    heard, _, _ = fetch_one(run, 0.3, LONG + b"x" * 1000)
    assert before <= heard.exchange.started_at <= datetime.now(UTC)
    assert heard.exchange.started_at.utcoffset() is not None
    assert 300 <= heard.exchange.milliseconds < 3000


@pytest.mark.parametrize("header", ["Authorization", "cookie", "Proxy-Authorization"])
def test_secrets_are_not_archived(run: Run, header: str) -> None:
    """A request that carries a secret is neither sent nor stored."""
    with Origin({"/a": page()}) as origin:
        recording = Listening()
        meta = {}
        if header.startswith("Proxy"):  # Scrapy takes it out of a request to anyone else
            meta = {"proxy": f"http://name:secret@127.0.0.1:{origin.port}"}
            origin.answers[origin.url("/a")] = page()
        plan = Plan("a", origin.url("/a"), headers={header: "secret"}, meta=meta)
        crawled = run([plan], recording=recording)
        assert isinstance(crawled["a"].error, CredentialsRefused)
        assert len(origin.crossed) == len(recording.heard) == 0


def test_nowhere_to_record_is_an_error(run: Run) -> None:
    """A capture handler without a recording is refused, not silently deaf."""
    crawler = AsyncCrawlerRunner(SETTINGS).create_crawler(PlanSpider)
    with pytest.raises(RuntimeError, match="record_to"):
        CaptureHandler.from_crawler(crawler)


def test_memory_stays_flat_whatever_is_fetched() -> None:
    """Recording a body of 64 MB costs no more than a few MB over what Scrapy itself needs."""
    size, piece = 64 << 20, bytes(range(256)) * 4096
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    with Origin({"/big": lambda _: (head, *[piece] * (size // len(piece)))}) as origin:
        peaks = {mode: _peak_of_child(mode, origin.url("/big")) for mode in ("plain", "capture")}
    print(f"peak of plain Scrapy {peaks['plain']} KiB, with capture {peaks['capture']} KiB")
    assert peaks["capture"] - peaks["plain"] < 16 << 10


def _peak_of_child(mode: str, url: str) -> int:
    """The peak resident size of a crawl of this URL, in KiB."""
    root = Path(__file__).parents[3]
    child = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.crawler.fetching.peak", mode, url],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return int(child.stdout)


def test_data_loss_is_the_error_scrapy_knows(run: Run) -> None:
    """A cut is the exception that Scrapy's retry middleware tries again."""
    _, crawled, _ = fetch_one(run, LONG + b"half", HANG_UP, DOWNLOAD_FAIL_ON_DATALOSS=False)
    assert isinstance(crawled["page"].error, ResponseDataLossError)
