"""Requests and answers as they cross the wire: parsing, framing, coding."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request. `base` is the `http://host:port` it arrived at; header names are lower case."""

    base: str
    method: str
    target: str
    version: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def number(self, key: str) -> int:
        """A page number from the query; 1 when it is missing or not a number."""
        value = self.query.get(key, "1")
        return int(value) if value.isascii() and value.isdigit() else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send, before coding and framing. Static files never vary by a byte."""

    status: int = 200
    type: str = "text/html; charset=UTF-8"
    body: bytes = b""
    headers: Headers = ()
    static: bool = False


def redirect(location: str, status: int = 301) -> Answer:
    return Answer(status=status, headers=(("Location", location),))


def parse(head: bytes, base: str) -> Asked:
    """Raises ValueError for what is not an HTTP request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if target.startswith("http://"):
        parts = urlsplit(target)
        target = parts._replace(scheme="", netloc="").geturl() or "/"
    return Asked(base=base, method=method, target=target, version=version, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a system writes its answers. `names` respells header names, the odd way some do."""

    framing: Literal["length", "chunked"] = "length"
    gzip: bool = False
    names: tuple[tuple[str, str], ...] = ()
    page_headers: Headers = ()
    server: str = "Apache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The bytes of one answer, head and framed body apart, so that a quirk can cut the body."""

    head: bytes
    body: bytes


def write(answer: Answer, asked: Asked, habits: Habits, date: str, close: bool) -> Written:
    coded, headers = encode(answer, asked, habits)
    bodiless = answer.status in (204, 304)
    chunked = habits.framing == "chunked" and not answer.static and asked.version == "HTTP/1.1"
    if chunked and not bodiless:
        headers += (("Transfer-Encoding", "chunked"),)
        framed = b"".join(chunks(coded))
    else:
        headers += () if bodiless else (("Content-Length", str(len(coded))),)
        framed = coded
    fixed = (("Date", date), ("Server", habits.server))
    headers = (*fixed, *headers, ("Connection", "close" if close else "keep-alive"))
    silent = bodiless or asked.method == "HEAD"
    return Written(head=head(answer.status, headers, habits), body=b"" if silent else framed)


def encode(answer: Answer, asked: Asked, habits: Habits) -> tuple[bytes, Headers]:
    """The body in its content coding, with the headers that describe it."""
    headers: Headers = (("Content-Type", answer.type), *answer.headers)
    if not answer.static:
        headers += habits.page_headers
    accepts = "gzip" in asked.headers.get("accept-encoding", "")
    packed = answer.static or answer.type == "application/gzip"
    if not (habits.gzip and accepts and answer.body and not packed):
        return answer.body, headers
    headers += (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return gzip.compress(answer.body, mtime=0), headers


def head(status: int, headers: Headers, habits: Habits) -> bytes:
    respelled = dict(habits.names)
    phrase = HTTPStatus(status).phrase
    lines = [f"{respelled.get(name, name)}: {value}" for name, value in headers]
    return "\r\n".join([f"HTTP/1.1 {status} {phrase}", *lines, "", ""]).encode("utf-8")


def chunks(body: bytes) -> Iterator[bytes]:
    """Chunks of uneven size, so that a reader cannot count on one piece."""
    start, size = 0, 900
    while start < len(body):
        piece = body[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
        start, size = start + size, size * 2 + 17
    yield b"0\r\n\r\n"


def with_header(answer: Answer, name: str, value: str) -> Answer:
    return replace(answer, headers=(*answer.headers, (name, value)))
