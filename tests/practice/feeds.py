"""Feeds and sitemaps in careless hands: nested, in circles, packed, explosive, broken."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from email.utils import format_datetime
from functools import cache

from tests.practice.site import PracticeSite
from tests.practice.wire import Answer, Asked
from tests.practice.xml import sitemap

SPACES = {"sitemaps in circles": r"^/so-do/vong(?:-\d+)?\.xml"}
"""The endless space of a nested index, by name: a regular expression for `path`."""

BOMB = 200
"""Megabytes that the gzip bomb inflates to."""

ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>
<urlset><url><loc>/thuc-the/&f;-post1234567.html</loc></url></urlset>
"""
DTD = """<?xml version="1.0"?>
<!DOCTYPE urlset SYSTEM "{base}/so-do/urlset.dtd">
<urlset><url><loc>/so-do/tu-dtd-post7654321.html</loc></url></urlset>
"""
_DATE = re.compile(r"<(lastmod|pubDate)>[^<]*<")
_SO_DO = re.compile(r"/so-do/([\w.-]+)")


def answer(asked: Asked, site: PracticeSite) -> Answer | None:
    """The documents of a nested sitemap, which the site itself knows nothing of."""
    if not site.quirks.nested_sitemaps or not site.sitemap_paths:
        return None
    if asked.path in site.sitemap_paths:
        bombs = ("bom.xml.gz", "thuc-the.xml", "dtd.xml") if site.quirks.sitemap_bombs else ()
        return index(site, ("vong.xml", "chi-muc.xml", *bombs))
    match = _SO_DO.fullmatch(asked.path)
    return inner(match[1], asked, site) if match else None


def inner(name: str, asked: Asked, site: PracticeSite) -> Answer | None:
    if name == "chi-muc.xml":
        return index(site, ("goc.xml.gz" if site.quirks.gzip_sitemaps else "goc.xml",))
    if name in ("goc.xml", "goc.xml.gz"):
        return site.answer(replace(asked, target=site.sitemap_paths[0]))
    if match := re.fullmatch(r"vong(?:-(\d+))?\.xml", name):
        return index(site, ("vong.xml", f"vong-{int(match[1] or 0) + 1}.xml"))
    documents: dict[str, tuple[str, Callable[[], bytes]]] = {
        "bom.xml.gz": ("application/gzip", bomb),
        "thuc-the.xml": ("text/xml", ENTITIES.encode),
        "dtd.xml": ("text/xml", DTD.format(base=site.url).encode),
    }
    if name not in documents:
        return None
    kind, body = documents[name]
    return Answer(type=kind, body=body())


def index(site: PracticeSite, names: Iterable[str]) -> Answer:
    entries = (f"<sitemap><loc>{site.url}/so-do/{name}</loc></sitemap>\n" for name in names)
    return sitemap("sitemapindex", "".join(entries))


@cache
def bomb() -> bytes:
    head, tail = (gzip.compress(part, mtime=0) for part in (b"<urlset>", b"</urlset>"))
    return head + gzip.compress(b" " * 1_000_000, mtime=0) * BOMB + tail


def spoiled(answer: Answer, asked: Asked, site: PracticeSite) -> Answer:
    """A sound document with what the quirks do to it."""
    quirks = site.quirks
    if b"<rss" not in answer.body[:200] and "application/xml" not in answer.type:
        return answer
    xml = answer.body.decode()
    if quirks.restless_lastmod:
        xml = _DATE.sub(lambda date: f"<{date[1]}>{now(site, date[1])}<", xml)
    if quirks.relative_feeds:
        xml = xml.replace(f">{site.url}/", ">/")
    if quirks.broken_feeds:
        xml = xml.replace("</url>", "<note>Tin & bài</note></url>").rstrip().rpartition("</")[0]
    if quirks.misdeclared_feeds:
        xml = xml.replace('encoding="UTF-8"', 'encoding="UTF-16"', 1)
    body = xml.encode()
    if asked.path.endswith(".gz"):
        return Answer(type="application/gzip", body=gzip.compress(body, mtime=0))
    return replace(answer, body=body)


def now(site: PracticeSite, element: str) -> str:
    moment = site.clock.now().replace(microsecond=0)
    return moment.isoformat() if element == "lastmod" else format_datetime(moment)
