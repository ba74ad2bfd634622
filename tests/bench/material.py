"""What the archive is given to keep in a benchmark: pages of the practice web, no two alike.

python -m tests.bench.material COUNT SEED > pages.json
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import Article, Exchange
from tests.practice import PracticeWeb

BEGAN = datetime(2026, 3, 7, 12, tzinfo=UTC)
REPEAT_EVERY = 10
"""One fetch in so many brings a payload that an earlier one has brought."""
_SMALL = 1500


@dataclass(frozen=True, slots=True)
class Page:
    """An article's page, and the text that is in it."""

    html: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """One exchange that is to be kept, and what was read from it."""

    url: str
    started_at: datetime
    request: bytes
    response: bytes
    page: Page

    @property
    def exchange(self) -> Exchange:
        return Exchange(
            target_uri=self.url,
            started_at=self.started_at,
            request=io.BytesIO(self.request),
            response=io.BytesIO(self.response),
            ip_address="127.0.0.1",
        )

    @property
    def article(self) -> Article:
        page = self.page
        return Article(url=self.url, site="bench", title=page.title, text=page.text)


def pages(count: int, seed: int) -> Iterator[Page]:
    """Article pages of all five practice sites, in turn."""
    with PracticeWeb(seed=seed, articles=-(-count // 5)) as web:
        articles = zip(*(site.articles for site in web.sites.values()), strict=True)
        for truth in [truth for night in articles for truth in night][:count]:
            html = urllib.request.urlopen(truth.url).read().decode("utf-8-sig")
            yield Page(html, truth.title, truth.text)


def load(path: Path) -> list[Page]:
    """The pages that this program has printed into a file."""
    return [Page(**fields) for fields in json.loads(path.read_bytes())]


def fetches(pages: list[Page], count: int, *, repeats: bool = False) -> Iterator[Fetch]:
    """As many fetches as are wanted, each of its own URL; every second body is gzipped.

    No payload is like another; with `repeats` one in REPEAT_EVERY is like one of the first.
    """
    for number in range(count):
        known = repeats and number % REPEAT_EVERY == REPEAT_EVERY - 1
        yield _fetch(pages[number % len(pages)] if not known else pages[0], number, known)


def small(pages: list[Page]) -> list[Page]:
    """The same pages cut short: what is measured is how many they are, not how long."""
    return [Page(page.html[:_SMALL], page.title, page.text[: _SMALL // 2]) for page in pages]


def _fetch(page: Page, number: int, known: bool) -> Fetch:
    path, own = f"/bai-viet/{number:07}.html", 0 if known else number
    body = f"{page.html}<!-- {own:07} -->\n".encode()
    coding = "" if number % 2 or known else "Content-Encoding: gzip\r\n"
    body = gzip.compress(body, mtime=0) if coding else body
    head = (
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"{coding}Content-Length: {len(body)}\r\n\r\n"
    )
    request = (
        f"GET {path} HTTP/1.1\r\nHost: bench.example\r\nAccept: text/html\r\n"
        "Accept-Encoding: gzip, deflate\r\nUser-Agent: bench\r\n\r\n"
    )
    return Fetch(
        url=f"http://bench.example{path}",
        started_at=BEGAN + timedelta(milliseconds=number),
        request=request.encode(),
        response=head.encode() + body,
        page=Page(page.html, page.title, f"{page.text}\n\nSố {own}."),
    )


if __name__ == "__main__":
    json.dump([asdict(page) for page in pages(int(sys.argv[1]), int(sys.argv[2]))], sys.stdout)
