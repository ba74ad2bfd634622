"""How one answer comes about: the quirks before the site, the site itself, the quirks after it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from zlib import crc32

from tests.practice import endless, feeds, refusal, variety
from tests.practice.site import PracticeSite
from tests.practice.wire import Answer, Asked

ODD_HEADERS = (
    ("X-Powered-By", "PHP/5.3.3"),
    ("X-Powered-By", "ASP.NET"),
    ("X-Co-Quan", "Tỉnh ủy"),
    ("X-Rong", ""),
    ("X-Gap", "một\r\n hai"),
    ("x-frame-options", "SAMEORIGIN"),
    ("X-Frame-Options", "DENY"),
)
_CLASS = re.compile(r'(\sclass=")([^"]+)"')
_LINK = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*>([^<]+)<')
_NEXT = re.compile(r'<a class="next"[^>]*? href="([^"]+)"')
_PAGER = re.compile(r'(?s)<div class="(?:phantrang|page-nav|taglib-page-iterator)\b.*?</div>')
_MORE = re.compile(r'data-url="([^"]+)"')


def answer(site: PracticeSite, asked: Asked, hit: int) -> Answer:
    """What the site answers to its request number `hit`."""
    quirks = site.quirks
    if asked.method == "HEAD" and quirks.head_refused:
        return site.html("", 405)
    plain = variety.understood(asked, site)
    found = refusal.spoiled(site, plain, hit) or variety.moved(asked, site)
    if found is None:
        found = inside(site, plain)
        found = variety.disguised(found, plain, site)
        found = endless.linked(refusal.haunted(found, site), plain, site)
        found = feeds.spoiled(found, plain, site)
    return dressed(found, plain, site)


def inside(site: PracticeSite, asked: Asked) -> Answer:
    own = (endless.answer, variety.copy, feeds.answer)
    return next((found for make in own if (found := make(asked, site))), None) or site.answer(asked)


def dressed(found: Answer, asked: Asked, site: PracticeSite) -> Answer:
    """Another look, another format, other headers: the content is the same."""
    quirks = site.quirks
    if quirks.json_more and asked.path.startswith("/api/") and found.status == 200:
        found = as_json(found, asked)
    if found.static or not found.type.startswith("text/html"):
        return found
    if quirks.head_pagers:
        found = replace(found, body=pagerless(found.body.decode("utf-8", "replace")).encode())
    if quirks.redesign:
        found = replace(found, body=redesigned(found.body.decode("utf-8", "replace")).encode())
    if quirks.odd_headers:
        found = replace(found, headers=(*found.headers, *ODD_HEADERS))
    return found


def pagerless(page: str) -> str:
    """The page without its pager, the next page named in its head."""
    following = _NEXT.search(page)
    link = f'<link rel="next" href="{following[1]}" />' if following else ""
    return _PAGER.sub("", page).replace("</head>", f"{link}</head>", 1)


def redesigned(page: str) -> str:
    """The page with every class by another name."""

    def renamed(found: re.Match[str]) -> str:
        names = (f"k{crc32(name.encode()):x}" for name in found[2].split())
        return f'{found[1]}{" ".join(names)}"'

    return _CLASS.sub(renamed, page)


def as_json(found: Answer, asked: Asked) -> Answer:
    """The part of a list as JSON: every other one as HTML in it, the rest as items."""
    html = found.body.decode()
    onward = _MORE.findall(html)[-1:]
    items = [{"title": title, "url": url} for url, title in _LINK.findall(html)]
    with_html = sum(map(ord, asked.path)) % 2
    data = {"html": html} if with_html else {"items": items, "next_url": "".join(onward)}
    body = json.dumps({"code": 1, "data": data}, ensure_ascii=False).encode()
    return Answer(type="application/json; charset=utf-8", body=body)
