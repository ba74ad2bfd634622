"""Articles, captures and looks for the tests of the catalog."""

from __future__ import annotations

from dataclasses import replace

from archive.article import Article, Change, Look
from archive.cdxj import Capture
from archive.digest import sha1

TEXT = "Sáng 29/12, Ban Dân vận Tỉnh ủy họp.\n\nCó 7 tập thể được khen."


def article(site: str = "bao", number: int = 1, **fields: object) -> Article:
    values: dict[str, object] = {
        "url": f"https://{site}.example/{number}.html",
        "site": site,
        "title": f"Hội nghị số {number}",
        "text": TEXT,
    }
    return Article(**(values | fields))  # type: ignore[arg-type]


def capture(url: str, seen_at: str, payload: bytes) -> Capture:
    return Capture(
        urlkey=url.partition("//")[2],
        timestamp="".join(filter(str.isdigit, seen_at))[:14],
        url=url,
        mime="text/html",
        status=200,
        digest=sha1(payload),
        length=100,
        offset=len(payload),
        filename="a.warc.gz",
        record_id=f"urn:uuid:{seen_at}",
        date=seen_at,
    )


def day(number: int) -> str:
    return f"2026-01-{number:02}T18:30:00.000000Z"


def look(change: Change, at: int, read: Article, payload: bytes = b"") -> Look:
    """A look on a day of January 2026; the bytes differ from day to day unless given."""
    with_reading = change not in (Change.UNCHANGED, Change.GONE)
    return Look(
        url=read.url,
        site=read.site,
        change=change,
        capture=capture(read.url, day(at), payload or f"{read.url} {at}".encode()),
        article=read if with_reading else None,
        conversion_id=f"urn:uuid:text-{at}" if with_reading else "",
    )


def history() -> list[Look]:
    """Looks at three sites over some nights, with every kind of change."""
    looks = []
    for site in ("bao", "dang", "huyen"):
        edited = article(site, 1, text=TEXT.replace("7", "8"))
        looks += [
            look(Change.NEW, 1, article(site, 1)),
            look(Change.NEW, 1, article(site, 2)),
            look(Change.CHANGED, 2, edited),
            look(Change.UNCHANGED, 2, article(site, 2)),
            look(Change.METADATA, 3, replace(edited, author="Thanh Tùng")),
            look(Change.GONE, 3, article(site, 2)),
        ]
    return looks
