"""XML that more than one system sends."""

from __future__ import annotations

from tests.practice.wire import Answer

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(root: str, entries: str) -> Answer:
    xml = f'{DECLARATION}<{root} xmlns="{SCHEMA}">\n{entries}</{root}>\n'
    return Answer(type="application/xml; charset=UTF-8", body=xml.encode())


def rss(channel: str) -> Answer:
    xml = f'{DECLARATION}<rss version="2.0"><channel>{channel}</channel></rss>\n'
    return Answer(type="application/rss+xml; charset=UTF-8", body=xml.encode())
