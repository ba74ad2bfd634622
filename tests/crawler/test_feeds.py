"""Feeds and sitemaps as strangers write them."""

import gzip

import pytest

from crawler.feeds import Entries, entries

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
    assert entries(INDEX.encode(), BASE) == Entries((), ("https://h.example/s1.xml",))


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
