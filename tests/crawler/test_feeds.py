"""Feeds and sitemaps as strangers write them."""

import gzip
from datetime import UTC, datetime

import pytest

from crawler.feeds import MAX_BYTES, Entries, Entry, entries

BASE = "https://h.example/feed"
RSS = (
    "<rss><channel><link>https://h.example/</link>"
    "<item><link>/a-1.html</link></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="alternate" href="/a-1.html"/>'
    '<link rel="enclosure" href="/a.mp3"/></entry></feed>'
)
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc> https://h.example/a-1.html </loc></url></urlset>"
)
INDEX = "<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>"


@pytest.mark.parametrize(
    "body",
    [
        RSS.encode(),
        ATOM.encode(),
        SITEMAP.encode(),
        gzip.compress(SITEMAP.encode()),
        b"\xef\xbb\xbf \n" + SITEMAP.encode(),
        ('<?xml version="1.0" encoding="utf-16"?>' + SITEMAP).encode(),
        SITEMAP.replace("</url>", "").encode(),
        SITEMAP.replace("a-1", "a-1.html?x=1&y=2#").encode(),
    ],
)
def test_every_shape_gives_its_articles(body: bytes) -> None:
    """Relative links, wrong declarations, blanks, gzip and broken XML do not hide an article."""
    found = entries(body, BASE)
    assert any(page.url.startswith("https://h.example/a-1.html") for page in found.pages)
    assert not any("mp3" in page.url for page in found.pages)


def test_an_index_gives_sitemaps() -> None:
    """A sitemap index lists sitemaps, not pages."""
    assert entries(INDEX.encode(), BASE) == Entries((), (Entry("https://h.example/s1.xml"),))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<html><body>404</body></html>",
        b"\x1f\x8bbroken",
        b'<!DOCTYPE a [<!ENTITY x "y">]><urlset><url><loc>&x;</loc></url></urlset>',
    ],
)
def test_what_is_no_feed_gives_nothing(body: bytes) -> None:
    """Error pages, broken gzip and entity bombs give no address and raise nothing."""
    assert entries(body, BASE) == Entries((), ())


def test_a_gzip_bomb_is_not_inflated() -> None:
    """A sitemap that inflates beyond the protocol's limit is read no further than that."""
    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000 + b"</urlset>")
    assert entries(bomb, BASE) == Entries((), ())


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        ("<lastmod>2024-05-01</lastmod>", "2024-05-01T00:00:00+07:00"),
        ("<lastmod>2024-05</lastmod>", "2024-05-01T00:00:00+07:00"),
        ("<lastmod>2024-05-01T08:30:00Z</lastmod>", "2024-05-01T08:30:00+00:00"),
        ("<pubDate>Wed, 01 May 2024 08:30:00 +0700</pubDate>", "2024-05-01T08:30:00+07:00"),
        (
            "<updated>2024-05-02</updated><published>2024-05-01</published>",
            "2024-05-02T00:00:00+07:00",
        ),
        ("<lastmod>hôm qua</lastmod>", None),
        ("<lastmod>9999999</lastmod>", None),
        ("", None),
    ],
)
def test_when_a_page_changed(inner: str, wanted: str | None) -> None:
    """The last date of an entry is told, Vietnam's where it has no zone; nonsense is none."""
    body = f"<urlset><url><loc>/a</loc>{inner}</url></urlset>".encode()
    changed = datetime.fromisoformat(wanted) if wanted else None
    assert entries(body, BASE).pages == (Entry("https://h.example/a", changed),)


def test_a_clock_is_no_change() -> None:
    """A date within minutes of the fetch, or after it, says nothing of the page."""
    now = datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
    for moment in ("2024-05-01T07:58:00Z", "2024-05-03"):
        body = f"<urlset><url><loc>/a</loc><lastmod>{moment}</lastmod></url></urlset>".encode()
        assert entries(body, BASE, now=now).pages == (Entry("https://h.example/a"),)


def test_addresses_of_other_kinds() -> None:
    """A guid that is a permalink is an address; pictures, copies in other languages, the home page
    of a channel and a guid that is none are not."""
    rss = (
        "<rss><channel><link>/</link><item><guid>https://h.example/p</guid></item>"
        '<item><guid isPermaLink="false">https://h.example/?p=1</guid></item></channel></rss>'
    )
    news = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:i="http://www.google.com/schemas/sitemap-image/1.1" '
        'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:x="http://www.w3.org/1999/xhtml"><url><i:image><i:loc>/a.png</i:loc></i:image>'
        '<x:link rel="alternate" hreflang="en" href="/en/a"/><loc>/a</loc><n:news>'
        "<n:publication_date>2024-05-01</n:publication_date></n:news></url></urlset>"
    )
    assert [page.url for page in entries(rss.encode(), BASE).pages] == ["https://h.example/p"]
    (page,) = entries(news.encode(), BASE).pages
    assert (page.url, page.changed and page.changed.year) == ("https://h.example/a", 2024)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_document_with_a_type_is_read(encoding: str) -> None:
    """A document type is refused whatever the encoding hides: none of these formats has one."""
    body = '<?xml version="1.0"?><!DOCTYPE urlset SYSTEM "x.dtd">' + SITEMAP
    assert entries(body.encode(encoding), BASE) == Entries((), ())


def test_large_gzip_files_in_many_parts() -> None:
    """Parts of a gzip file are put together, a cut one is read as far as it goes, and no more than
    the limit comes of it all."""
    parts = [gzip.compress(part.encode()) for part in (SITEMAP[:60], SITEMAP[60:])]
    assert entries(b"".join(parts), BASE).pages == entries(SITEMAP.encode(), BASE).pages
    cut = gzip.compress((SITEMAP.replace("</urlset>", "") + "<url>" * 5000).encode())
    assert len(entries(cut[:-20], BASE).pages) <= 1
    bomb = gzip.compress(b" " * 1_000_000) * (MAX_BYTES // 1_000_000 + 50)
    assert entries(bomb + gzip.compress(SITEMAP.encode()), BASE) == Entries((), ())


@pytest.mark.parametrize("date", ["0001-01-01", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"])
def test_a_date_that_no_clock_can_show_is_none(date: str) -> None:
    """What a system prints for "never" hides no page."""
    body = f"<urlset><url><loc>https://h.example/a</loc><lastmod>{date}</lastmod></url></urlset>"
    [page] = entries(body.encode(), BASE).pages
    assert page.changed is None
