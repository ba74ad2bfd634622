"""Files made to exhaust whoever reads them: each is read, or refused, in little time and memory."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from archive import http
from archive.errors import UndecodableContent
from archive.recover import recover
from archive.urlkey import request_key, urlkey

MAX_SECONDS, MAX_PEAK = 12.0, 256 << 10
"""Of CPU, and KiB: what the largest of these costs on a slow machine, several times over."""
OK = b"HTTP/1.1 200 OK\r\n"
ID = b"<urn:uuid:00000000-0000-4000-8000-00000000000%d>"
MB = bytes(1 << 20)


def _head(
    length: int,
    *,
    type: bytes = b"response",
    uri: bytes = b"http://tinhuy.example/",
    number: int = 1,
    more: bytes = b"",
) -> bytes:
    fields = (
        b"WARC-Type: " + type,
        b"WARC-Record-ID: " + ID % number,
        b"WARC-Date: 2026-03-07T12:00:00Z",
        b"WARC-Target-URI: " + uri,
        b"Content-Type: application/http;msgtype=" + type,
        b"Content-Length: %d" % length,
    )
    return b"WARC/1.1\r\n" + b"\r\n".join(fields) + b"\r\n" + more + b"\r\n"


def _member(*pieces: bytes) -> bytes:
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join(pack.compress(piece) for piece in pieces) + pack.flush()


def _record(block: bytes, **facts: object) -> bytes:
    return _member(_head(len(block), **facts), block, b"\r\n\r\n")  # type: ignore[arg-type]


def _page(body: bytes, *headers: bytes) -> bytes:
    return _record(OK + b"".join(line + b"\r\n" for line in headers) + b"\r\n" + body)


def _posted(content_type: bytes, body: bytes) -> bytes:
    request = b"POST / HTTP/1.1\r\nContent-Type: " + content_type + b"\r\n\r\n" + body
    linked = b"WARC-Concurrent-To: " + ID % 1 + b"\r\n"
    return _page(b"x") + _record(request, type=b"request", number=2, more=linked)


def _nested(times: int, level: int, body: bytes) -> bytes:
    for _ in range(times):
        body = gzip.compress(body, level, mtime=0)
    return _page(body, b"Content-Encoding: " + b", ".join([b"gzip"] * times))


def _zeros() -> bytes:
    """A member of two megabytes that holds a sound response of a gigabyte."""
    size = 1024 * len(MB)
    head = _head(len(OK) + 2 + size) + OK + b"\r\n"
    return _member(head, *[MB] * 1024, b"\r\n\r\n")


def _endless_line(before: bytes) -> bytes:
    return before + _member(b"http:", *[MB.replace(b"\0", b"a")] * 512)


_ARC = b"filedesc://a.arc 0.0.0.0 20260307120000 text/plain 4\n1 0 A\n\n"
_NESTED_ESCAPES = b"%" * 300_000 + b"3" * 299_999 + b"61"
FILES: dict[str, Callable[[], bytes]] = {
    "a member of 1 GB of zeros": _zeros,
    "100,000 fields in a head": lambda: _member(
        _head(0, more=b"".join(b"X%d:\r\n" % n for n in range(95_000))), b"\r\n\r\n"
    ),
    "480,000 lines in a head": lambda: _head(0, more=b"a\n" * 480_000) + b"\r\n\r\n",
    "300,000 folded lines in a head": lambda: _member(
        _head(0, more=b"X: a\r\n" + b" b\n" * 300_000)
    ),
    "300,000 header lines": lambda: _record(OK + b"a:\n" * 300_000 + b"\r\n"),
    "300,000 folded header lines": lambda: _record(OK + b"X: a\r\n" + b" b\n" * 300_000 + b"\r\n"),
    "a Content-Length of 10^18": lambda: _member(_head(10**18 - 1), b"abc"),
    "a Content-Length of 10^18, uncompressed": lambda: _head(10**18 - 1) + b"abc",
    "a Content-Length of 10^30": lambda: _member(_head(10**30), b"abc"),
    "an HTTP Content-Length of 10^15": lambda: _page(b"abc", b"Content-Length: " + b"9" * 15),
    "gzip in gzip, four hundred times": lambda: _nested(400, 0, MB * 8),
    "a bomb in a bomb": lambda: _nested(2, 9, MB * 100),
    "gzip of a million members": lambda: _page(
        gzip.compress(b"") * 1_000_000, b"Content-Encoding: gzip"
    ),
    "100,000 tiny members": lambda: _record(b"", type=b"metadata") * 100_000,
    "a million chunks of one byte": lambda: _page(
        b"1\r\na\r\n" * 1_000_000 + b"0\r\n\r\n", b"Transfer-Encoding: chunked"
    ),
    "a chunk of 10^17 bytes": lambda: _page(b"f" * 15 + b"\r\nabc", b"Transfer-Encoding: chunked"),
    "escapes of escapes": lambda: _record(OK, uri=b"http://a.example/?" + _NESTED_ESCAPES),
    "a path of sessions": lambda: _record(
        OK, uri=b"http://a.example" + b"/(a(abcdefghijklmnopqrstuvwx))" * 20_000 + b"/x"
    ),
    "a host of 300,000 letters": lambda: _record(OK, uri=b"http://" + "đ".encode() * 300_000),
    "a query of 400,000 parts": lambda: _record(OK, uri=b"http://a.example/?" + b"a&" * 400_000),
    "an ARC line without end": lambda: _endless_line(b""),
    "an ARC line without end, later": lambda: _endless_line(_member(_ARC)),
    "JSON nested too deep": lambda: _posted(b"application/json", b"[" * 900_000),
    "JSON of one name": lambda: _posted(b"application/json", b'[{"a":1}' + b',{"a":1}' * 110_000),
    "a form of many parts": lambda: _posted(
        b"multipart/form-data; boundary=a", b'\r\n--a\r\n; name="a"\r\n\r\nb' * 40_000
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_cannot_exhaust_its_reader(name: str, tmp_path: Path) -> None:
    """A hostile file is read, indexed and checked in bounds of time and memory, or refused."""
    path = tmp_path / "hostile.warc.gz"
    path.write_bytes(FILES[name]())
    for reader in ("records", "scanned", "verified"):
        seconds, peak = _cost(reader, path)
        print(f"{name}, {reader}: {seconds} s, {peak >> 10} MB")
        assert seconds < MAX_SECONDS, reader
        assert peak < MAX_PEAK, reader


def _cost(reader: str, path: Path) -> tuple[float, int]:
    """Seconds of CPU and KiB at the peak, in a program of its own that may have no more."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.archive.limited", reader, str(path)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, peak, _ = done.stdout.split()
    return float(seconds), int(peak)


def test_recovery_keeps_what_reading_refuses(tmp_path: Path) -> None:
    """A record that inflates like a bomb is no reason to cut it from a file that was ours."""
    path = tmp_path / "a.warc.gz.open"
    path.write_bytes(_zeros())
    recovered = recover(path)
    assert (recovered.records, recovered.cut) == (1, 0)


def test_members_without_content_do_not_end_a_body() -> None:
    """An empty gzip member between two others costs no byte of the second; a myriad is refused."""
    empty, one, two = gzip.compress(b""), gzip.compress(b"mot"), gzip.compress(b"hai")
    assert http.decode_content(one + empty * 9_000 + two, ["gzip"], 100) == b"mothai"
    with pytest.raises(UndecodableContent, match="members"):
        http.decode_content(one + empty * 11_000 + two, ["gzip"], 100)


def test_codings_over_one_another_are_bounded() -> None:
    """Five content codings are undone, six are refused."""
    body = b"trang"
    for _ in range(5):
        body = gzip.compress(body)
    assert http.decode_content(body, ["gzip"] * 5, 100) == b"trang"
    with pytest.raises(UndecodableContent, match="5 codings"):
        http.decode_content(body, ["gzip"] * 6, 100)


@pytest.mark.parametrize("size", [1, 7, 1000, 65_530, 65_536, 70_000])
def test_chunks_of_every_size_are_joined(size: int) -> None:
    """Chunks smaller and larger than what is read at once give the same payload."""
    count = max(3, 200_000 // size)
    body = bytes(range(251)) * (size * count // 251 + 1)
    body = body[: size * count]
    chunks = (body[at : at + size] for at in range(0, len(body), size))
    framed = b"".join(b"%x;a=b\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    for tail, note in ((b"0\r\n\r\n", None), (b"", "chunk framing cut")):
        stream = io.BytesIO(head + framed + tail)
        payload = http.Payload(stream, http.read_head(stream) or http.Head(b"", (), 0))
        assert b"".join(payload) == body
        assert (payload.note or "").startswith(note or "")
        assert bool(payload.note) == bool(note)


def test_hostile_addresses_have_keys() -> None:
    """A key is made of any address and any posted body, and in little time."""
    assert urlkey("http://a.example/?%2525252541") == "example,a)/?a"
    assert request_key("http://a/", "POST", b'{"a":"\\ud800"}', "application/json")[1] == ""
    assert request_key("http://a/", "POST", b"[" * 99_999, "text/plain")[1].startswith("__wb_post")
