from __future__ import annotations

import gzip
import random
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
)
from twisted.web.client import HTTPConnectionPool

from crawler.fetching import wiretap
from tests.crawler.fetching.conftest import Run
from tests.crawler.fetching.crawl import Listening, Plan
from tests.crawler.fetching.origin import DROP, HANG_UP, RESET, Answer, Origin, Step, always, page

CRLF = b"\r\n"
HTML = b"Content-Type: text/html\r\n"


def test_canary_private_names_are_where_the_tap_expects_them() -> None:
    """Scrapy and Twisted still have the private names that the wire is tapped by."""
    wiretap.check_names()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (HTTPConnectionPool, "_factory"),
        (_LenientHTTP11ClientProtocol.__mro__[1], "_finishResponse"),
        (_LenientHTTP11ClientProtocol.__mro__[1], "_parser"),
    ],
)
def test_canary_says_which_name_is_gone(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    """A private name that is gone is a RuntimeError that names it."""
    monkeypatch.delattr(owner, name)
    with pytest.raises(RuntimeError, match=name):
        wiretap.check_names()


def test_canary_scrapy_still_asks_its_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that no longer keeps its pool in `_pool` is a RuntimeError."""
    monkeypatch.setattr(HTTP11DownloadHandler, "__init__", lambda self, crawler: None)
    with pytest.raises(RuntimeError, match="_pool"):
        wiretap.check_names()


def chunked(*chunks: bytes, trailer: bytes = b"", extension: bytes = b"") -> bytes:
    framed = b"".join(b"%x%b\r\n%b\r\n" % (len(c), extension, c) for c in chunks)
    return framed + b"0\r\n" + trailer + b"\r\n"


WHOLE: dict[str, tuple[Step, ...]] = {
    "chunk-extensions": (
        b"HTTP/1.1 200 OK\r\n" + HTML + b"Transfer-Encoding: chunked\r\n\r\n",
        chunked(b"<p>mot", b" hai</p>", extension=b';name="value"'),
    ),
    "chunk-trailers": (
        b"HTTP/1.1 200 OK\r\n" + HTML + b"transfer-ENCODING: Chunked\r\n\r\n",
        chunked(b"abc", trailer=b"X-Checksum: 1\r\nX-More: 2\r\n"),
    ),
    "odd-case-and-spacing": (
        b"HTTP/1.1 200   Fine by me\r\ncOnTeNt-TyPe:text/html\r\nX-Odd:  a\t \r\n"
        b"CONTENT-length:   3\r\n\r\nabc",
    ),
    "bare-line-feeds": (b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 3\n\nabc",),
    "duplicate-headers": (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-A: 1\r\nX-A: 1\r\n"
        b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    ),
    "not-utf-8": (
        "HTTP/1.1 200 OK\r\nX-Ten: Nghị quyết\r\nContent-Length: 3\r\n\r\nabc".encode(),
        b"",
    ),
    "latin-1": (b"HTTP/1.1 200 OK\r\nX-Ten: caf\xe9 \xff\r\nContent-Length: 3\r\n\r\nabc",),
    "line-without-colon": (
        b"HTTP/1.1 200 OK\r\nthis is no header\r\nContent-Length: 3\r\n\r\nabc",
    ),
    "folded-line": (b"HTTP/1.1 200 OK\r\nX-F: a\r\n  b\r\nContent-Length: 3\r\n\r\nabc",),
    "no-reason": (b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc",),
    "http-1.0-until-close": (b"HTTP/1.0 200 OK\r\n" + HTML + b"\r\n<p>", b"abc", HANG_UP),
    "false-gzip": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",),
    "gzip-in-chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        chunked(gzip.compress(b"<p>" * 999, mtime=0)),
    ),
    "empty-body": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",),
    "not-found": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc",),
    "huge-head": (
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %b\r\n" % (n, b"x" * 15000) for n in range(12)),
        b"Content-Length: 3\r\n\r\nabc",
    ),
    "byte-by-byte": tuple(
        bytes([b]) for b in b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nchamch"
    ),
    "nothing-204": (b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",),
    "not-modified-304": (b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 9\r\n\r\n',),
}


@pytest.fixture(scope="module")
def tls_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(params=["http", "https"])
def origin(request: pytest.FixtureRequest, tls_context: ssl.SSLContext) -> Iterator[Origin]:
    answers: dict[str, Answer] = {f"/{name}": always(*steps) for name, steps in WHOLE.items()}
    with Origin(answers, tls_context if request.param == "https" else None) as serving:
        yield serving


def test_every_byte_is_stored_as_it_crossed(origin: Origin, run: Run) -> None:
    """What is recorded equals what the origin received and sent, byte for byte."""
    recording = Listening()
    plans = [Plan(name, origin.url(f"/{name}")) for name in WHOLE]
    fetched = run(plans, recording=recording, COMPRESSION_ENABLED=False)
    for plan in plans:
        heard = recording.only(plan.url)
        [crossed] = origin.crossed[f"/{plan.name}"]
        assert heard.response == crossed.response, plan.name
        assert heard.request == crossed.request, plan.name
        assert heard.exchange.truncated is None, plan.name
        assert heard.exchange.error is None, plan.name
        assert heard.exchange.ip_address == "127.0.0.1"
        assert heard.exchange.notes == (), plan.name
        assert fetched[plan.name].response is not None, (plan.name, fetched[plan.name].error)


def test_requests_are_stored_as_sent(origin: Origin, run: Run) -> None:
    """Method, query, Host and body of a request are stored as they were sent."""
    origin.answers.update(
        {"/post": page(), "/head": always(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")}
    )
    recording = Listening()
    body = b"__EVENTTARGET=x&" + b"y" * 200_000
    post, head = origin.url("/post?trang=2&q=%C4%91"), origin.url("/head")
    run(
        [Plan("post", post, method="POST", body=body), Plan("head", head, method="HEAD")],
        recording=recording,
    )
    [crossed] = origin.crossed["/post?trang=2&q=%C4%91"]
    assert crossed.request.startswith(b"POST /post?trang=2&q=%C4%91 HTTP/1.1\r\n")
    assert crossed.request.endswith(b"\r\n\r\n" + body)
    assert recording.only(post).request == crossed.request
    assert recording.only(head).request == origin.crossed["/head"][0].request
    assert recording.only(head).response == origin.crossed["/head"][0].response


@pytest.mark.parametrize("interim", [b"100 Continue", b"103 Early Hints\r\nLink: </a.css>"])
def test_interim_responses_are_cut_and_counted(origin: Origin, run: Run, interim: bytes) -> None:
    """A stored response begins with the final status line; the 1xx before it are counted."""
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    origin.answers["/early"] = always(b"HTTP/1.1 %b\r\n\r\n" % interim * 2, 0.05, final)
    recording = Listening()
    run([Plan("early", origin.url("/early"))], recording=recording)
    heard = recording.only(origin.url("/early"))
    assert heard.response == final
    assert heard.exchange.notes == ("interim-responses: 2",)


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"abc")),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"),
    ],
)
def test_bytes_after_the_message_are_cut_and_counted(
    origin: Origin, run: Run, method: str, head: bytes
) -> None:
    """Bytes after the message are neither stored nor taken for the next answer."""
    origin.answers["/more"] = always(head + b"leftover")
    origin.answers["/next"] = page(b"next")
    recording = Listening()
    plans = [Plan("more", origin.url("/more"), method=method), Plan("next", origin.url("/next"))]
    fetched = run(plans, recording=recording, CONCURRENT_REQUESTS=1)
    heard = recording.only(origin.url("/more"))
    assert heard.response == head
    assert heard.exchange.notes == ("bytes-after-message: 8",)
    assert fetched["next"].response is not None
    assert fetched["next"].response.body == b"next"


def test_a_dead_connection_is_tried_again_and_noted(origin: Origin, run: Run) -> None:
    """The last attempt of a request is stored; that there was an earlier one is noted."""
    origin.answers["/first"] = page(b"first")

    def hang_up_once(request: bytes, seen: list[bytes] = []) -> tuple[Step, ...]:  # noqa: B006
        seen.append(request)
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
        return (HANG_UP,) if len(seen) == 1 else (answer,)

    origin.answers["/again"] = hang_up_once
    recording = Listening()
    plans = [Plan("first", origin.url("/first")), Plan("again", origin.url("/again"))]
    run(plans, recording=recording, CONCURRENT_REQUESTS=1)
    heard = recording.only(origin.url("/again"))
    lost, answered = origin.crossed["/again"]
    assert lost.connection == origin.crossed["/first"][0].connection != answered.connection
    assert (heard.request, heard.response) == (answered.request, answered.response)
    assert heard.exchange.notes == ("sent-again: a kept-alive connection had been closed",)


def test_hundreds_of_pages_over_failing_connections(origin: Origin, run: Run) -> None:
    """No byte of one exchange is ever stored with another, whatever the connections do."""
    chance = random.Random(20)
    plans = []
    for number in range(400):
        body = b"%d " % number * chance.randrange(1, 3000)
        head = b"HTTP/1.1 200 OK\r\nX-Page: %d\r\nContent-Length: %d\r\n" % (number, len(body))
        steps: tuple[Step, ...] = (head + CRLF, body)
        if number % 7 == 0:
            steps = (head + b"Connection: close\r\n\r\n", body, HANG_UP)
        elif number % 25 == 3:
            steps = (head + CRLF, body[: chance.randrange(len(body))], HANG_UP)
        origin.answers[f"/{number}"] = always(*steps)
        plans.append(Plan(str(number), origin.url(f"/{number}")))
    recording = Listening()
    fetched = run(plans, recording=recording)
    assert len(recording.heard) == 400
    cut = 0
    for plan in plans:
        heard, crossed = recording.only(plan.url), origin.crossed[f"/{plan.name}"][-1]
        assert heard.request == crossed.request
        assert heard.response == crossed.response
        cut += heard.exchange.truncated is not None
        assert (heard.exchange.truncated is None) == (fetched[plan.name].response is not None)
    assert cut == sum(n % 25 == 3 and n % 7 != 0 for n in range(400))
    connections = {crossed[-1].connection for crossed in origin.crossed.values()}
    assert len(connections) < 200


@pytest.mark.parametrize("ending", [HANG_UP, RESET])
def test_a_body_until_close_ends_with_the_connection(run: Run, ending: Step) -> None:
    """A body that the end of the connection delimits is whole, unless that end is a reset."""
    answer = always(b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nabc", 0.1, ending)
    with Origin({"/end": answer}) as plain:
        recording = Listening()
        fetched = run([Plan("end", plain.url("/end"))], recording=recording)
        heard = recording.only(plain.url("/end"))
        assert heard.response == plain.crossed["/end"][0].response
        assert heard.exchange.truncated == (None if ending is HANG_UP else "disconnect")
        assert (fetched["end"].response is not None) == (ending is HANG_UP)


class TestTls:
    @pytest.mark.parametrize("ending", [HANG_UP, DROP])
    def test_a_missing_close_notify_is_noted(
        self, run: Run, tls_context: ssl.SSLContext, ending: Step
    ) -> None:
        """A page that ends with the connection is kept when TLS was not closed, but says so."""
        answer = always(b"HTTP/1.1 200 OK\r\n" + HTML + b"\r\nabc", 0.1, ending)
        with Origin({"/end": answer}, tls_context) as origin:
            recording = Listening()
            crawled = run([Plan("end", origin.url("/end"))], recording=recording)
        heard = recording.only(origin.url("/end"))
        assert crawled["end"].response is not None
        assert heard.exchange.truncated is None
        assert heard.exchange.notes == (() if ending is HANG_UP else ("tls-close-notify: missing",))

    def test_facts_are_recorded(self, run: Run, tls_context: ssl.SSLContext) -> None:
        """Protocol, cipher and a good certificate of a TLS connection are recorded."""
        with Origin({"/a": page()}, tls_context) as origin:
            recording = Listening()
            run([Plan("a", origin.url("/a", "localhost"))], recording=recording)
            tls = recording.only(origin.url("/a", "localhost")).tls
            assert tls is not None
            assert (tls.protocol, tls.cipher, tls.verdict) == (
                "TLSv1.3",
                "TLS_AES_256_GCM_SHA384",
                "ok",
            )

    def test_bad_certificates_are_recorded_not_refused(
        self, run: Run, authority: trustme.CA
    ) -> None:
        """A page under a certificate no browser would take is stored, with the reason."""
        yesterday = datetime.now(UTC) - timedelta(days=1)
        stranger = trustme.CA()
        certificates = {
            "expired": authority.issue_cert(
                "localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday
            ),
            "unknown issuer": stranger.issue_cert("localhost"),
            "hostname mismatch": authority.issue_cert("baodongthap.example"),
        }
        for verdict, certificate in certificates.items():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            with Origin({"/a": page()}, context) as origin:
                recording, url = Listening(), origin.url("/a", "localhost")
                fetched = run([Plan("a", url)], recording=recording)
                assert fetched["a"].response is not None
                tls = recording.only(url).tls
                assert tls is not None
                assert tls.verdict == verdict

    def test_a_failed_handshake_sends_no_request(self, run: Run) -> None:
        """Over a connection that never became TLS nothing was sent, and so nothing is stored."""
        with Origin({}) as origin:
            recording = Listening()
            url = origin.url("/a").replace("http:", "https:")
            fetched = run([Plan("a", url)], recording=recording, DOWNLOAD_TIMEOUT=1)
            assert fetched["a"].error is not None
            heard = recording.only(url)
            assert (heard.request, heard.response, heard.tls) == (None, None, None)
            assert heard.exchange.error
