"""Exchanges, clocks and ids for the tests of archive/."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from archive import Article, Capture, Change, Collection, Exchange, Look

NOON = datetime(2026, 3, 7, 12, 0, 0, 123456, tzinfo=UTC)
SHARED = Path(__file__).parents[3] / "shared" / "data"
PAGE = b"<p>" + "Hội nghị Ban Thường vụ. ".encode() * 50 + b"</p>"


def clock(start: datetime = NOON, step: timedelta = timedelta(seconds=1)) -> Callable[[], datetime]:
    """A clock that goes on by `step` at every look."""
    ticks = count()
    return lambda: start + next(ticks) * step


def ids(first: int = 1) -> Callable[[], UUID]:
    """Ids 00000000-0000-4000-8000-000000000001 and so on."""
    numbers = count(first)
    return lambda: UUID(int=0x00000000_0000_4000_8000_000000000000 + next(numbers))


def response(body: bytes = PAGE, *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *headers))
    return head.encode() + b"\r\n\r\n" + body


def request(
    url: str = "/", method: str = "GET", body: bytes = b"", *, headers: tuple[str, ...] = ()
) -> bytes:
    lines = [f"{method} {url} HTTP/1.1", "Host: tinhuy.example", *headers]
    if body:
        lines += [
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def exchange(
    url: str = "http://tinhuy.example/",
    answer: bytes | None = None,
    *,
    sent: bytes | None = None,
    at: datetime = NOON,
    failed: bool = False,
    **facts: Any,
) -> Exchange:
    answer = response() if answer is None else answer
    return Exchange(
        target_uri=url,
        started_at=at,
        request=io.BytesIO(request() if sent is None else sent),
        response=None if failed else io.BytesIO(answer),
        **facts,
    )


def confirmed(url: str, etag: str = "y", *asked: str, at: datetime = NOON) -> Exchange:
    """A page that was asked for by its validators (`asked`: more header lines): a 304."""
    sent = request(headers=(f"If-None-Match: {etag}", *asked))
    return exchange(
        url, response(b"", status="304 Not Modified", headers=(f"ETag: {etag}",)), sent=sent, at=at
    )


def look(capture: Capture, *, text: str | None = "Một.\n\nHai.", site: str = "tinhuy") -> Look:
    article = text and Article(url=capture.url, site=site, title="Tiêu đề", lead="Sapo", text=text)
    return Look(
        url=capture.url,
        site=site,
        change=Change.NEW if text else Change.UNCHANGED,
        capture=capture,
        article=article or None,
    )


def recorded(collection: Collection, *exchanges: Exchange, site: str = "tinhuy") -> list[Capture]:
    """Record the exchanges, committing after each one, in a recording of their own."""
    captures = list(_record(collection, exchanges, site))
    return [capture for capture in captures if capture]


def _record(
    collection: Collection, exchanges: tuple[Exchange, ...], site: str
) -> Iterator[Capture | None]:
    with collection.recording(site=site, run_id="run") as recording:
        for one in exchanges:
            yield recording.record(one)
            recording.commit()


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared/data not found: {path.name} tests skipped")
    return path
