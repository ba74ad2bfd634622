"""Stored HTTP messages."""

from __future__ import annotations

import gzip
import importlib
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import http
from archive.errors import UndecodableContent


def _payload(message: bytes, method: str = "GET") -> tuple[bytes, str | None]:
    stream = io.BytesIO(message)
    head = http.read_head(stream)
    assert head is not None
    payload = http.Payload(stream, head, method)
    return b"".join(payload), payload.note


def _head(text: bytes) -> http.Head:
    head = http.read_head(io.BytesIO(text))
    assert head is not None
    return head


def test_head_is_read_leniently() -> None:
    """Lines without a colon, bare line feeds, folded lines and odd case are all understood."""
    head = _head(b"HTTP/1.1 200\nno colon here\nSET-cookie: a\r\nset-Cookie:b\n  c\r\n\r\nbody")
    assert (head.status, head.reason, head.is_request) == (200, "", False)
    assert head.headers == ((b"SET-cookie", b"a"), (b"set-Cookie", b"b  c"))
    assert head.values("Set-Cookie") == ["a", "b  c"]
    assert head.length == len(
        b"HTTP/1.1 200\nno colon here\nSET-cookie: a\r\nset-Cookie:b\n  c\r\n\r\n"
    )


def test_head_keeps_reason_and_raw_bytes() -> None:
    """The reason phrase may hold anything; header values that are not UTF-8 keep their bytes."""
    head = _head("HTTP/1.0 404 Không tìm thấy\r\nX: é\r\n\r\n".encode()[:-5] + b"\xe9\r\n\r\n")
    assert (head.status, head.reason) == (404, "Không tìm thấy")
    assert head.headers[0][1].endswith(b"\xe9")
    assert head.get("x") is not None


def test_head_without_a_status() -> None:
    """A status line that is none has no status; nothing is no head at all."""
    assert _head(b"garbage\r\n\r\n").status is None
    assert http.read_head(io.BytesIO(b"")) is None


@pytest.mark.parametrize(
    ("head", "method", "framing"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", http.Framing.NONE),
        (
            b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET",
            http.Framing.NONE,
        ),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", "GET", http.Framing.NONE),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "GET", http.Framing.NONE),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-ENCODING: gzip, Chunked\r\n\r\n",
            "GET",
            http.Framing.CHUNKED,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n", "GET", http.Framing.LENGTH),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\n", "GET", http.Framing.CLOSE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", "GET", http.Framing.CLOSE),
        (b"GET / HTTP/1.1\r\n\r\n", "GET", http.Framing.NONE),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "GET", http.Framing.LENGTH),
    ],
)
def test_framing(head: bytes, method: str, framing: http.Framing) -> None:
    """The end of a body is told as RFC 9112 §6.3 says."""
    assert http.framing(_head(head), method) is framing


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@given(st.lists(st.binary(min_size=1, max_size=200_000), max_size=4), st.booleans())
def test_chunks_come_off(chunks: list[bytes], trailer: bool) -> None:
    """Whatever the chunks hold, the payload is what they hold, without a remark."""
    framed = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    end = b"0\r\nExpires: never\r\n\r\n" if trailer else b"0\r\n\r\n"
    assert _payload(CHUNKED + framed + end) == (b"".join(chunks), None)


@pytest.mark.parametrize(
    ("body", "payload", "note"),
    [
        (b"5\r\nabcdefghij", b"5\r\nabcdefghij", "broken"),
        (b"<html>not chunked</html>", b"<html>not chunked</html>", "broken"),
        (b"2024\nis no chunk size", b"2024\nis no chunk size", "broken"),
        (b"3\r\nabc\r\nzz\r\nrest", b"abczz\r\nrest", "broken"),
        (b"3\r\nabc\r\n", b"abc", "cut"),
        (b"9\r\nabc", b"abc", "cut"),
        (b"3\r\nabc\r\n0\r\nX: y\r\n", b"abc", "cut"),
        (b"3\r\nabc\r\n0\r\n\r\nmore", b"abc", "after"),
        (b"", b"", "cut"),
    ],
)
def test_broken_chunks_keep_their_bytes(body: bytes, payload: bytes, note: str) -> None:
    """Bytes that cannot be read as chunks are kept as they stand, and it is said."""
    found, remark = _payload(CHUNKED + body)
    assert found == payload
    assert remark is not None
    assert note in remark


def test_wrong_content_length_is_said() -> None:
    """A body longer or shorter than announced is kept whole, with a remark."""
    assert _payload(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc") == (
        b"abc",
        "Content-Length 2, but 3 bytes",
    )


def _zstd(data: bytes) -> bytes:
    library = pytest.importorskip("backports.zstd")
    packed: bytes = library.compress(data)
    return packed


def _brotli(data: bytes) -> bytes:
    packed: bytes = pytest.importorskip("brotli").compress(data)
    return packed


def _raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush()


@pytest.mark.parametrize("size", [0, 1, 300_000])
@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("deflate", zlib.compress),
        ("deflate", _raw_deflate),
        ("br", _brotli),
        ("zstd", _zstd),
    ],
)
def test_content_codings(coding: str, pack: object, size: int) -> None:
    """gzip of several members, both kinds of deflate, brotli and zstd are undone."""
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert callable(pack)
    assert http.decode_content(pack(data), [coding], 1_000_000) == data


def test_codings_are_undone_in_reverse() -> None:
    """Content-Encoding lists codings in the order in which they were applied."""
    twice = gzip.compress(zlib.compress(b"abc"))
    assert http.decode_content(twice, ["deflate", "identity", "gzip"], 100) == b"abc"


def test_false_and_cut_gzip() -> None:
    """A body that is not gzip comes back as it is; one that is cut gives its beginning."""
    assert http.decode_content(b"plain", ["gzip"], 100) == b"plain"
    whole = bytes(range(256)) * 1000
    cut = http.decode_content(gzip.compress(whole)[:-500], ["gzip"], 1_000_000)
    assert cut
    assert whole.startswith(cut)


def test_unknown_coding_is_reported() -> None:
    """A coding that is unknown here is an error, not silently passed over."""
    with pytest.raises(UndecodableContent, match="'compress'"):
        http.decode_content(b"abc", ["compress"], 100)


@pytest.mark.parametrize("library", ["zlib", "brotli", "backports.zstd"])
def test_bombs_are_refused(library: str) -> None:
    """Neither more than the caller allows nor more than a sane ratio is inflated."""
    pytest.importorskip(library)
    pack = {"zlib": gzip.compress, "brotli": _brotli, "backports.zstd": _zstd}[library]
    coding = {"zlib": "gzip", "brotli": "br", "backports.zstd": "zstd"}[library]
    importlib.import_module(library)
    with pytest.raises(UndecodableContent, match="more than 1000 bytes"):
        http.decode_content(pack(b"x" * 1001), [coding], 1000)
    with pytest.raises(UndecodableContent, match="more than"):
        http.decode_content(pack(bytes(40_000_000)), [coding], 10**9)
