"""What other tools of the field say of our files: gzip, warcio, cdxj-indexer, pywb, ReplayWeb.page.

One collection serves all: a site of the practice web crawled twice, and recordings of every kind.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, expect

from archive import Article, Capture, Catalog, Change, Collection, Look, http, wacz
from archive.answers import Entry
from archive.reader import iter_records
from archive.record import Record
from crawler.cli import exits
from crawler.serve import ReplayServer, serving
from tests.archive.support import NOON, confirmed, exchange, recorded, request, response
from tests.cli import answer, tinhuy
from tests.player import Player, playing
from tests.practice import PracticeWeb
from tests.test_serve import BORDER, SITE, unused_port

SITES = (SITE, "kinds")
HOUR = timedelta(hours=1)
STYLE = b"body { border-top: 7px solid rgb(1, 2, 3) }" + b" " * 600
PAYLOAD_FAILED = ("payload", "digest", "failed")
POSTED = b"page=2&q=x"
NEWS = "http://kinds.example/tin/"
"""Its key in an index has no slash at the end; that of ReplayWeb.page has."""
STILL = "http://kinds.example/still"
"""Captured, and then not modified."""


def page(words: str, *, title: str = "Bản tin") -> bytes:
    """A page with a style sheet and a picture, larger than what is worth a revisit."""
    head = f'<title>{title}</title><link rel="stylesheet" href="/style.css">'
    body = f'<h1>{title}</h1><p>{words}</p><img src="/anh.gif">' + "<p>.</p>" * 100
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def chunked(body: bytes, *headers: str) -> bytes:
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]))
    return response(chunks + b"0\r\n\r\n", headers=("Transfer-Encoding: chunked", *headers))


def typed(kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


GIF = bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b")
IS_304 = b'"status": "304"'
FIRST, SECOND = page("Chuồn chuồn kim bay thấp."), page("Bươm bướm vàng đậu.", title="Tin mới")
KINDS = (
    exchange("http://kinds.example/style.css", typed("text/css", STYLE)),
    exchange("http://kinds.example/anh.gif", typed("image/gif", GIF)),
    exchange(NEWS, chunked(gzip.compress(FIRST, mtime=0), "Content-Encoding: gzip")),
    exchange("http://kinds.example/plain", response(FIRST)),
    exchange("http://kinds.example/tin-1", response(page("một"))),
    exchange("http://kinds.example/tin-2", response(page("hai"))),
    exchange(
        "http://kinds.example/moved",
        response(b"", status="302 Found", headers=("Location: /plain",)),
    ),
    exchange("http://kinds.example/gone", response(b"<p>404</p>", status="404 Not Found")),
    exchange(
        "http://kinds.example/form", response(page("POST")), sent=request("/form", "POST", POSTED)
    ),
    exchange("http://kinds.example/empty", response(b"")),
    exchange("http://kinds.example/cut", response(b"<p>cu"), truncated="length"),
    exchange("http://kinds.example/down", failed=True, error="timeout"),
    exchange(STILL, response(FIRST, headers=('ETag: "1"',))),
    confirmed(STILL, '"1"', at=NOON + HOUR),
    exchange("http://kinds.example/copy", response(FIRST), at=NOON + HOUR),
    exchange(
        "http://kinds.example/unframed",
        response(gzip.compress(FIRST, mtime=0), headers=("Content-Encoding: gzip",)),
        at=NOON + HOUR,
    ),
    exchange(
        "http://kinds.example/framed",
        chunked(gzip.compress(FIRST, mtime=0), "Content-Encoding: gzip"),
        at=NOON + HOUR,
    ),
    exchange(NEWS, response(SECOND), at=NOON + 2 * HOUR),
)


@dataclass(frozen=True)
class Kept:
    """The collection, its articles of the practice web, and all its captures."""

    collection: Collection
    entries: list[Entry]
    captures: list[Capture]
    accent: str

    @property
    def warcs(self) -> list[Path]:
        return [*self.collection.warcs(), *self.collection.warcs(text=True)]

    def kind(self, url: str, at: datetime = NOON) -> Capture:
        """A capture among the recordings of every kind."""
        stamp = f"{at:%Y%m%d%H%M%S}"
        return next(c for c in self.captures if (c.url, c.timestamp) == (url, stamp))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    path = tmp_path_factory.mktemp("opinions") / "collection"
    with PracticeWeb(seed=5, articles=8, only=(SITE,), keep_bytes=False) as web:
        site = web.sites[SITE]
        for options in ((), ("--refresh",)):
            answer("crawl", SITE, f"--at={site.url}", "--delay=0", f"--collection={path}", *options)
            web.next_night()
    collection = Collection.open(path)
    recorded(collection, *KINDS, site="kinds")
    with (
        Catalog(collection.catalog_path) as catalog,
        collection.recording(site="kinds", run_id="reading") as recording,
    ):
        entries = list(catalog.articles())
        news = [c for c in collection.captures(NEWS) if c.status == 200]
        copy = next(collection.captures("http://kinds.example/copy"))
        for capture, body in ((news[0], FIRST), (news[1], SECOND), (copy, FIRST)):
            catalog.put(recording.convert(read(collection, capture, body)))
        recording.commit()
    return Kept(collection, entries, list(collection.captures()), site.accent)


def read(collection: Collection, capture: Capture, body: bytes) -> Look:
    """A look at one of the recorded pages, as if it had been crawled."""
    title, words = ("Bản tin", "Chuồn chuồn kim bay thấp.")
    if body == SECOND:
        title, words = ("Tin mới", "Bươm bướm vàng đậu.")
    return Look(
        url=capture.url,
        site="kinds",
        change=Change.NEW if body == FIRST else Change.CHANGED,
        capture=collection.identify(capture)[0],
        article=Article(url=capture.url, site="kinds", title=title, text=words),
    )


def test_every_kind_of_record_is_there(kept: Kept) -> None:
    """What the others are asked about holds every type of record and both kinds of revisit."""
    types, profiles = set(), set()
    for path in kept.warcs:
        for record in iter_records(path):
            types.add(record.type)
            profiles.add((record.get("WARC-Profile") or "").rpartition("/")[2])
    assert types == {*("warcinfo", "response", "revisit", "request", "metadata", "conversion")}
    assert profiles == {"", "identical-payload-digest", "server-not-modified"}


def test_gzip(kept: Kept) -> None:
    """`gzip -t` finds every file sound."""
    done = subprocess.run(
        ["gzip", "-t", *map(str, kept.warcs)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_warcio_check(kept: Kept) -> None:
    """`warcio check` finds fault with nothing but the payload digests of chunked responses.

    It digests the framing with the payload there, and so must find fault with each of them.
    """
    program = str(Path(sys.executable).with_name("warcio"))
    for path in kept.warcs:
        command = [program, "check", "-v", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = re.findall(r"offset (\d+) .*\n((?:    .*\n)+)", done.stdout)
        faults = {int(offset): words.split() for offset, words in said if "failed" in words}
        chunked = [record.offset for record in iter_records(path) if is_chunked(record)]
        assert list(faults) == chunked, done.stdout
        assert {tuple(words[:3]) for words in faults.values()} <= {PAYLOAD_FAILED}
        assert done.returncode == bool(chunked)


def is_chunked(record: Record) -> bool:
    if record.type != "response":
        return False
    head = http.read_head(record.block)
    return head is not None and "chunked" in head.codings("Transfer-Encoding")


def test_cdxj_indexer(kept: Kept) -> None:
    """cdxj-indexer gives the index lines that stand beside each file of captures.

    It lists 304 answers too, which have nothing to show and no line of ours.
    """
    program = str(Path(sys.executable).with_name("cdxj-indexer"))
    for path in kept.collection.warcs():
        command = [program, "--sort", "--post-append", str(path)]
        theirs = subprocess.run(command, capture_output=True, check=True).stdout
        shown = [line for line in theirs.splitlines(keepends=True) if IS_304 not in line]
        assert kept.collection.index_path(path.name).read_bytes() == b"".join(shown)


@pytest.fixture(scope="module")
def pywb(kept: Kept) -> Iterator[ReplayServer]:
    with serving(kept.collection, unused_port()) as server:
        yield server


def test_pywb(kept: Kept, pywb: ReplayServer) -> None:
    """pywb serves each captured URL with its status and the body that was served, byte for byte;
    at the time of a 304, the page that had not been modified.
    """
    for capture in kept.captures:
        served = kept.collection.read(capture)
        assert raw(pywb, capture) == (served.status, served.content()), capture
    still = replace(kept.kind(STILL), timestamp=f"{NOON + HOUR:%Y%m%d%H%M%S}")
    assert raw(pywb, still) == (200, FIRST)


def raw(pywb: ReplayServer, capture: Capture) -> tuple[int, bytes]:
    """Status and body of a capture as pywb has it, without following redirects."""
    address = urlsplit(pywb.home)
    target = f"{address.path}{capture.timestamp}id_/{capture.url}"
    with closing(HTTPConnection(address.netloc, timeout=30)) as connection:
        body = POSTED if capture.method == "POST" else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(capture.method or "GET", target, body, headers)
        answered = connection.getresponse()
        return answered.status, answered.read()


@pytest.fixture(scope="module")
def player(kept: Kept) -> Iterator[Player]:
    """ReplayWeb.page over the WACZ of the whole, its index in blocks as small as can be."""
    path = kept.collection.path.parent / "all.wacz"
    with Catalog(kept.collection.catalog_path) as catalog:
        wacz.to_file(kept.collection, catalog, path, created=datetime.now(UTC), block_lines=1)
    with playing(path) as player:
        yield player


def test_the_command_writes_a_sound_wacz(kept: Kept, tmp_path: Path) -> None:
    """`tinhuy export --format wacz` writes a site's versions, and `tinhuy verify` is content."""
    path = tmp_path / "site.wacz"
    collection = f"--collection={kept.collection.path}"
    done = tinhuy("export", "--format=wacz", f"-o{path}", f"--site={SITE}", collection)
    expected = f"{path}: {len(kept.entries)} article versions\n"
    assert (done.returncode, done.stdout) == (0, expected), done.stderr
    checked = tinhuy("verify", str(path))
    assert (checked.returncode, checked.stdout) == (0, "nothing is wrong\n")
    nowhere = tinhuy("export", "--format=wacz", f"-o{path}", "--site=nowhere", collection)
    assert nowhere.returncode == exits.NOT_FOUND


def test_replayweb_page_finds_words(kept: Kept, player: Player) -> None:
    """Vietnamese words of an article's text, typed into the page search, find its page."""
    player.list_pages()
    expect(player.listed).to_have_count(len(kept.entries) + 3)
    player.search("bươm bướm vàng")
    expect(player.listed).to_contain_text([NEWS])
    player.search("chuồn chuồn kim")
    expect(player.listed).to_contain_text([NEWS, "http://kinds.example/copy"])
    entry = kept.entries[0]
    player.search(" ".join(entry.article.text.split()[:12]))
    expect(player.listed.first).to_contain_text(entry.url)
    player.search("không có ở đâu cả xyz")
    expect(player.listed).to_have_count(0)


def test_replayweb_page_shows_an_article(kept: Kept, player: Player) -> None:
    """A crawled page has its title, style and pictures in the player."""
    entry = next(entry for entry in kept.entries if entry.article.captions)
    assert entry.article.capture is not None
    shown = player.open(entry.article.capture.url, entry.article.capture.timestamp)
    expect(shown.get_by_text(entry.article.title, exact=True).first).to_be_visible()
    border = shown.evaluate(BORDER, kept.accent)
    assert (border["width"], border["color"]) == ("8px", border["accent"])
    widths = shown.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert widths
    assert all(widths)


@pytest.mark.parametrize(
    ("url", "hours", "title"),
    [
        (NEWS, 0, "Bản tin"),
        (NEWS, 2, "Tin mới"),
        ("http://kinds.example/copy", 1, "Bản tin"),
        ("http://kinds.example/framed", 1, "Bản tin"),
        (STILL, 1, "Bản tin"),
    ],
    ids=["chunked and gzipped", "changed", "revisit", "revisit in chunks", "304"],
)
def test_replayweb_page_shows_every_kind(player: Player, url: str, hours: int, title: str) -> None:
    """Each kind of capture is shown as the page it was, with its style and picture.

    For a 304 the player goes to the capture that had not been modified. Not among the kinds is
    /unframed, whose original came in chunks: wabac.js 2.27 takes the chunk sizes for content.
    """
    shown = player.open(url, f"{NOON + hours * HOUR:%Y%m%d%H%M%S}")
    expect(shown.locator("h1")).to_have_text(title)
    assert looks(shown) == ("7px", [1])


def looks(shown: Frame) -> tuple[str, list[int]]:
    """The border that the style sheet draws, and the widths of the pictures."""
    border = shown.evaluate("getComputedStyle(document.body).borderTopWidth")
    return border, shown.evaluate("[...document.images].map(image => image.naturalWidth)")
