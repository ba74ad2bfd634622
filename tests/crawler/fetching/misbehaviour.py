"""How origins misbehave, case by case, and what must become of each: the table of WARC.md §14.1.

Every case is played over plain HTTP and over TLS. `test_misbehaviour.py` says what is checked.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from typing import Any

from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from archive.errors import UndecodableContent
from tests.crawler.fetching.origin import DROP, HANG_UP, RESET, Step
from tests.crawler.fetching.test_wiretap import WHOLE, chunked

OK = b"HTTP/1.1 200 OK\r\n"
HTML = b"Content-Type: text/html\r\n"
CHUNKED = OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = OK + HTML + b"Content-Length: %d\r\n\r\n"
CONTINUE, WAIT = b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
PAGE = b"<p>trang</p>"
BLANKS = b" " * (16 << 20)
SMALL = {"download_maxsize": 20_000}
SHORT = {"download_timeout": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the origin sends, and what is left of it.

    `before` and `after` count the bytes sent that are no part of the stored response: interim
    responses, and what follows the message. `truncated` is the reason on the record. `cut_by_us`:
    more was sent than we heard, because we hung up. `error` is what the spider gets in place of a
    response; `stored` says whether there is a response record at all.
    """

    steps: tuple[Step, ...]
    method: str = "GET"
    before: int = 0
    after: int = 0
    truncated: str | None = None
    cut_by_us: bool = False
    error: type[Exception] | None = None
    stored: bool = True
    meta: dict[str, Any] = field(default_factory=dict)


def whole(*steps: Step, **facts: Any) -> Case:
    """A response that is stored to its end, and reaches the spider."""
    return Case(steps=steps, **facts)


def lost(*steps: Step, truncated: str = "disconnect", **facts: Any) -> Case:
    """A response that breaks off: it is stored as far as it came."""
    error = {"time": DownloadTimeoutError, "length": DownloadCancelledError}
    facts = {"error": error.get(truncated, ResponseDataLossError)} | facts
    return Case(steps=steps, truncated=truncated, **facts)


def refused(*steps: Step) -> Case:
    """A response whose framing no client can tell: stored as far as it came when we hung up."""
    return lost(*steps, 0.2, truncated="unspecified", error=DownloadFailedError)


def none(*steps: Step, error: type[Exception] = DownloadFailedError, **facts: Any) -> Case:
    """No response is stored; metadata says why."""
    return Case(steps=steps, error=error, stored=False, **facts)


def coded(coding: bytes, body: bytes, **facts: Any) -> Case:
    head = OK + HTML + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (coding, len(body))
    return whole(head, body, **facts)


def with_header(*lines: bytes, body: bytes = PAGE) -> Case:
    return whole(OK + b"".join(lines) + HTML + b"Content-Length: %d\r\n\r\n" % len(body) + body)


HEADS = {
    "no-reason-but-a-blank": whole(b"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\nabc"),
    "reason-in-vietnamese": whole("HTTP/1.1 200 Được rồi\r\nContent-Length: 3\r\n\r\nabc".encode()),
    "status-299": whole(b"HTTP/1.1 299 Odd\r\nContent-Length: 3\r\n\r\nabc"),
    "status-599": whole(b"HTTP/1.1 599 Odd\r\nContent-Length: 3\r\n\r\nabc"),
    "http-1.0-with-keep-alive": whole(
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc"
    ),
    "header-without-a-name": with_header(b": value\r\n"),
    "header-without-a-value": with_header(b"X-Empty:\r\nX-Blank:   \r\n"),
    "space-before-the-colon": with_header(b"X-Space : a\r\n"),
    "tabs-around-a-value": with_header(b"X-Tab:\ta\tb\t\r\n"),
    "folded-over-three-lines": with_header(b"X-Folded: a \r\n  b\r\n\tc\r\n"),
    "lone-cr-in-a-header": with_header(b"X-Return: a\rX-Injected: b\r\n"),
    "nul-in-a-header": with_header(b"X-Nul: a\0b\r\n"),
    "controls-in-a-header": with_header(b"X-Control: \x01\x1b[31m\x7f\r\n"),
    "looks-like-warc": with_header(b"WARC-Type: response\r\nWARC/1.1: 1\r\n"),
    "a-warc-record-for-body": with_header(
        body=b"\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    ),
    "ten-thousand-header-lines": with_header(*(b"X-%d: %d\r\n" % (n, n) for n in range(10_000))),
    "a-header-line-of-15-kB": with_header(b"X-Long: " + b"x" * 15_000 + b"\r\n"),
    "the-same-header-300-times": with_header(*[b"X-Same: 1\r\n"] * 300),
    "redirect-without-location": whole(b"HTTP/1.1 302 Found\r\nContent-Length: 3\r\n\r\nabc"),
    "redirect-to-nothing": whole(b'HTTP/1.1 304 Not Modified\r\nLocation: \r\nETag: "a"\r\n\r\n'),
    "method-not-allowed": whole(b"HTTP/1.1 405 No\r\nAllow: \r\nContent-Length: 0\r\n\r\n"),
}

FRAMING = {
    "length-too-short": whole(LENGTH % 5 + PAGE, after=len(PAGE) - 5),
    "length-with-a-plus": refused(OK + b"Content-Length: +5\r\n\r\nhello"),
    "length-negative": refused(OK + b"Content-Length: -5\r\n\r\nhello"),
    "length-no-number": refused(OK + b"Content-Length: five\r\n\r\nhello"),
    "lengths-that-differ": refused(OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhello"),
    "fold-before-any-header": refused(OK + b" folded\r\nContent-Length: 3\r\n\r\nabc"),
    "lengths-in-one-line": whole(OK + b"Content-Length: 5, 5\r\n\r\nhello"),
    "length-of-a-number-too-large": lost(
        OK + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\nhello", 0.1, truncated="length"
    ),
    "length-and-chunked": whole(
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(PAGE)
    ),
    "chunked-and-length": whole(
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n" + chunked(PAGE)
    ),
    "gzip-and-chunked-transfer": refused(
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(gzip.compress(PAGE, mtime=0))
    ),
    "transfer-coding-unknown": refused(OK + b"Transfer-Encoding: zipped\r\n\r\nabcd"),
    "transfer-coding-identity": refused(OK + b"Transfer-Encoding: identity\r\n\r\nabcd"),
    "chunked-twice": whole(
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(PAGE)
    ),
    "chunk-of-upper-case-and-zeros": whole(CHUNKED + b"00C\r\n" + PAGE + b"\r\n000\r\n\r\n"),
    "chunks-of-one-byte": whole(CHUNKED + chunked(*(bytes([b]) for b in PAGE * 9))),
    "chunk-extension-in-quotes": whole(
        CHUNKED + b'c;a="b;c";d\r\n' + PAGE + b'\r\n0;last="1"\r\n\r\n'
    ),
    "chunk-trailer-fields": whole(
        CHUNKED + chunked(PAGE, trailer=b"Content-Length: 9\r\nTransfer-Encoding: gzip\r\n")
    ),
    "chunk-size-overflow": lost(
        CHUNKED + b"fffffffffffffffff\r\n" + PAGE, 0.2, HANG_UP, truncated="disconnect"
    ),
    "chunk-size-negative": lost(CHUNKED + b"-5\r\nhello\r\n", 0.2, truncated="unspecified"),
    "chunk-size-with-0x": lost(CHUNKED + b"0x5\r\nhello\r\n", 0.2, truncated="unspecified"),
    "chunk-size-missing": lost(CHUNKED + b"\r\nhello\r\n", 0.2, truncated="unspecified"),
    "chunk-longer-than-it-says": lost(
        CHUNKED + b"5\r\nhello you\r\n0\r\n\r\n", 0.2, truncated="unspecified"
    ),
    "chunks-with-bare-line-feeds": lost(
        CHUNKED + b"5\nhello\n0\n\n", 0.2, HANG_UP, truncated="disconnect"
    ),
    "not-chunked-at-all": lost(CHUNKED + PAGE + b"\r\n", 0.2, truncated="unspecified"),
    "leftovers-after-the-last-chunk": whole(CHUNKED + chunked(PAGE) + b"HTTP/1.1 200 OK", after=15),
    "another-response-behind": whole(
        LENGTH % 3 + b"abc" + LENGTH % 3 + b"xyz", after=len(LENGTH % 3) + 3
    ),
    "body-with-204": whole(b"HTTP/1.1 204 No Content\r\n\r\n" + PAGE, after=len(PAGE)),
    "body-with-304": whole(b"HTTP/1.1 304 Not Modified\r\n\r\n" + PAGE, after=len(PAGE)),
    "body-with-head": whole(LENGTH % len(PAGE) + PAGE, method="HEAD", after=len(PAGE)),
    "head-of-chunks": whole(CHUNKED, method="HEAD"),
    "until-close-and-empty": whole(OK + HTML + b"\r\n", 0.1, HANG_UP),
    "until-close-without-close-notify": whole(OK + HTML + b"\r\n" + PAGE, 0.1, DROP),
    "until-close-with-keep-alive": whole(
        OK + b"Connection: keep-alive\r\n\r\n" + PAGE, 0.1, HANG_UP
    ),
}

CODINGS = {
    "gzip-of-two-members": coded(b"gzip", gzip.compress(PAGE) + gzip.compress(PAGE)),
    "gzip-cut-but-length-right": coded(b"gzip", gzip.compress(PAGE * 99)[:-12]),
    "gzip-with-a-tail": coded(b"gzip", gzip.compress(PAGE) + b"\0\0\0tail"),
    "gzip-twice": coded(b"gzip, gzip", gzip.compress(gzip.compress(PAGE))),
    "gzip-of-nothing": coded(b"gzip", b""),
    "gzip-in-upper-case": coded(b"GZIP", gzip.compress(PAGE)),
    "deflate-raw": coded(b"deflate", zlib.compress(PAGE, wbits=-15)),
    "deflate-zlib": coded(b"deflate", zlib.compress(PAGE)),
    "br-unasked": coded(b"br", b"\x8b\x05\x80<p>trang</p>\x03"),
    "br-false": coded(b"br", PAGE),
    "zstd-unasked": coded(b"zstd", b"(\xb5/\xfd \x0ca\x00\x00" + PAGE),
    "coding-unknown": coded(b"rot13", PAGE, error=UndecodableContent),
    "gzip-bomb": coded(b"gzip", gzip.compress(BLANKS, 9, mtime=0), error=UndecodableContent),
    "gzip-bomb-in-a-bomb": coded(
        b"gzip, gzip",
        gzip.compress(gzip.compress(BLANKS, 9, mtime=0), 9, mtime=0),
        error=UndecodableContent,
    ),
}

INTERIM = {
    "continue-unasked": whole(CONTINUE, 0.1, LENGTH % 3 + b"abc", before=len(CONTINUE)),
    "early-hints-between": whole(
        HINTS, WAIT + HINTS + LENGTH % 3 + b"abc", before=2 * len(HINTS) + len(WAIT)
    ),
    "upgrade-to-something": none(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\0\0\x12\4\0", 0.2, HANG_UP
    ),
    "only-interim": none(CONTINUE, 0.1, HANG_UP),
}

CUT = {
    "hang-up-in-the-body": lost(LENGTH % 1000 + b"half of it", 0.1, HANG_UP),
    "reset-in-the-body": lost(LENGTH % 1000 + b"half of it", 0.2, RESET),
    "hang-up-where-the-head-ends": lost(LENGTH % 1000, 0.1, HANG_UP),
    "hang-up-in-a-chunk": lost(CHUNKED + b"5\r\nhello\r\n5\r\nwo", 0.1, HANG_UP),
    "hang-up-in-a-chunk-size": lost(CHUNKED + b"5\r\nhello\r\n1", 0.1, HANG_UP),
    "hang-up-after-a-chunk-size": lost(CHUNKED + b"5\r\nhello\r\n5\r\n", 0.1, HANG_UP),
    "hang-up-before-the-last-chunk": lost(CHUNKED + b"5\r\nhello\r\n", 0.1, HANG_UP),
    "hang-up-in-the-last-chunk": lost(CHUNKED + b"5\r\nhello\r\n0\r\n", 0.1, HANG_UP),
    "hang-up-in-the-trailer": lost(CHUNKED + b"5\r\nhello\r\n0\r\nX-A: 1\r\n", 0.1, HANG_UP),
    "reset-where-a-close-ends-it": lost(OK + HTML + b"\r\n" + PAGE, 0.2, RESET),
    "hang-up-in-gzip": lost(
        OK + b"Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + gzip.compress(PAGE),
        0.1,
        HANG_UP,
    ),
    "silence-in-the-body": lost(LENGTH % 1000 + b"half", 2.0, truncated="time", meta=SHORT),
    "silence-after-the-head": lost(LENGTH % 1000, 2.0, truncated="time", meta=SHORT),
    "a-drip-too-slow": lost(
        LENGTH % 1000, *(b"drip ", 0.2) * 12, truncated="time", meta=SHORT, cut_by_us=True
    ),
    "a-drip-of-chunks-too-slow": lost(
        CHUNKED, *(b"5\r\ndrip \r\n", 0.2) * 12, truncated="time", meta=SHORT, cut_by_us=True
    ),
    "a-drip-in-time": whole(LENGTH % 20, *(b"drip ", 0.1) * 4),
    "too-large-by-length": lost(
        LENGTH % 5_000_000, 0.2, b"x" * 1000, truncated="length", meta=SMALL, cut_by_us=True
    ),
    "too-large-until-close": lost(
        OK + HTML + b"\r\n",
        *[b"x" * 4096] * 400,
        HANG_UP,
        truncated="length",
        meta=SMALL,
        cut_by_us=True,
    ),
    "too-large-by-chunks": lost(
        CHUNKED, *[chunked(b"x" * 4096)[:-5]] * 400, truncated="length", meta=SMALL, cut_by_us=True
    ),
    "endless-chunk-extensions": lost(
        CHUNKED,
        *[(b"1;" + b"x" * 1000 + b"\r\na\r\n") * 8] * 2000,
        truncated="length",
        meta=SMALL,
        cut_by_us=True,
    ),
}

NO_RESPONSE = {
    "hang-up-without-a-word": none(0.1, HANG_UP),
    "reset-without-a-word": none(0.1, RESET),
    "hang-up-in-the-status-line": none(b"HTTP/1.", 0.1, HANG_UP),
    "hang-up-in-the-head": none(OK + b"Content-Type: te", 0.1, HANG_UP),
    "hang-up-before-the-blank-line": none(OK + HTML, 0.1, HANG_UP),
    "reset-in-the-head": none(OK + b"Content-Type: te", 0.2, RESET),
    "silence": none(2.0, error=DownloadTimeoutError, meta=SHORT),
    "a-head-without-end": none(
        OK, *(b"X-Drip: 1\r\n", 0.2) * 12, error=DownloadTimeoutError, meta=SHORT
    ),
    "endless-headers": none(
        OK,
        *[(b"X-Flood: " + b"x" * 8000 + b"\r\n") * 8] * 100,
        error=DownloadCancelledError,
        meta=SMALL,
    ),
    "a-header-line-of-80-kB": none(OK + b"X-Long: " + b"x" * 80_000, 0.3),
    "garbage": none(b"\x16\x03\x01\x00 this is not HTTP\r\n\r\n", 0.2),
    "http-0.9": none(b"<html><p>trang</p></html>\r\n", 0.1, HANG_UP),
    "http-2-status-line": none(b"HTTP/2 200\r\nContent-Length: 3\r\n\r\nabc", 0.2),
    "http-2-frames": none(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x64\0\4\0\1\0\0", 0.1, HANG_UP),
    "leading-blank-lines": none(b"\r\n\r\n" + LENGTH % 3 + b"abc", 0.2),
    "status-no-number": none(b"HTTP/1.1 abc OK\r\nContent-Length: 3\r\n\r\nabc", 0.2),
    "status-missing": none(b"HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 0.2),
    "another-protocol": none(b"SSH-2.0-OpenSSH_9.2\r\n", 0.1, HANG_UP),
}

CASES: dict[str, Case] = {
    **{name: whole(*steps) for name, steps in WHOLE.items()},
    **HEADS,
    **FRAMING,
    **CODINGS,
    **INTERIM,
    **CUT,
    **NO_RESPONSE,
}

OVER_TLS: dict[str, Case] = {
    "reset-where-a-close-ends-it": whole(*CUT["reset-where-a-close-ends-it"].steps),
}
"""What is otherwise there: Twisted does not tell a reset from an end without close_notify."""
