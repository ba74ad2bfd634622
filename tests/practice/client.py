"""A small client of the standard library: one exchange at a time, and what a page holds."""

from __future__ import annotations

import gzip
import html
import http.client
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        coded = self.headers["Content-Encoding"] == "gzip"
        return (gzip.decompress(self.body) if coded else self.body).decode("utf-8")


def fetch(url: str, data: dict[str, str] | None = None, **headers: str) -> Page:
    """One exchange; redirects are not followed."""
    parts = urlsplit(url)
    assert parts.netloc
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    method, body = "GET", None
    if data is not None:
        method, body = "POST", urlencode(data)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body, {"Accept-Encoding": "gzip", **named})
        response = connection.getresponse()
        return Page(url, response.status, response.headers, response.read())
    finally:
        connection.close()


def follow(url: str) -> Page:
    page = fetch(url)
    for _ in range(5):
        if page.status not in (301, 302):
            break
        page = fetch(urljoin(page.url, page.headers["Location"]))
    return page


def links(page: Page) -> list[str]:
    base = re.search(r'<base href="([^"]+)"', page.text)
    hrefs = re.findall(r'<a [^>]*?href="([^"#]+)', page.text)
    urls = (urljoin(base[1] if base else page.url, html.unescape(href)) for href in hrefs)
    return [url for url in urls if url.startswith("http")]


def plain(page: Page) -> str:
    """The page's words in one line, tags and scripts gone."""
    words = re.sub(r"(?s)<script.*?</script>|<[^>]+>", " ", page.text)
    return " ".join(unicodedata.normalize("NFC", html.unescape(words)).split())


def hidden_fields(page: Page) -> dict[str, str]:
    pairs = re.findall(r'type="hidden" name="(\w+)" id="\w+" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in pairs}


def turn(page: Page, number: int, target: str = "ctl00$gv") -> Page:
    fields = {"__EVENTTARGET": target, "__EVENTARGUMENT": f"Page${number}"}
    return fetch(page.url, data={**hidden_fields(page), **fields})
