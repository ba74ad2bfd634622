"""Bytes that were made to hurt, and bytes that were made by nobody."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.reading import read
from tests.crawler.reading.pages import TITLE, WORDS, page

EVERY_RULE = tuple(r for platform in registry.platforms().values() for r in platform.article)
SIZE = 5_000_000
SECONDS = 12
"""Generous: the machine may be busy. What grows faster than its input takes minutes."""


def filled(piece: str, size: int = SIZE) -> str:
    return piece * (size // len(piece.encode()))


HOSTILE = {
    "nested": filled("<div>"),
    "nested up to the limit": ("<div>" * 200 + "x" + "</div>" * 200) * 100,
    "paragraphs": filled("<p>xin"),
    "tables": filled("<table><tr><td>x</td></tr></table>"),
    "one table": "<table>" + filled("<tr><td>1</td><td>2</td></tr>"),
    "a table within bounds": "<div class=cms-body><table>"
    + "<tr><td>1</td><td>2</td></tr>" * 15_000,
    "tables in tables": "<table><tr><td>" * 80 + WORDS * 1000,
    "brackets": filled("<"),
    "attributes": "<p " + " ".join(f"a{n}" for n in range(SIZE // 8)) + ">",
    "quotes": "<p " + filled('a="'),
    "one word": "<p>" + filled("a"),
    "words": "<p>" + filled("tu "),
    "breaks": "<div class=cms-body>" + "x<br>" * 40_000,
    "links": "<div class=cms-body>" + "<p><a href=/x.pdf>x</a></p>" * 20_000,
    "canonical": f'<link rel=canonical href="https://bao.example.vn/{"a" * 4_000_000}"><p>{WORDS}',
    "title": f"<title>{'a - ' * 1_000_000}</title><h1>{'b ' * 100_000}</h1><p>{WORDS * 5}",
    "class": f'<h1>{TITLE}</h1><div class="{"tag " * 500_000}"><p>{WORDS * 5}</p></div>',
    "json": f'<script type="application/ld+json">{"[" * 400_000}</script><p>{WORDS}',
    "picture": f'<h1>{TITLE}</h1><p>{WORDS}<img src="data:image/png;base64,{"A" * SIZE}">',
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("rules", [(), EVERY_RULE], ids=["generic", "rules"])
def test_bounded(html: str, rules: tuple[object, ...]) -> None:
    """No page of five megabytes takes longer than a large page may."""
    began = process_time()
    read(page(html), site="thu", rules=rules)  # type: ignore[arg-type]
    assert process_time() - began < SECONDS


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes(body: bytes) -> None:
    """No bytes make reading fail, and the same bytes read the same."""
    assert read(page(body), site="thu") == read(page(body), site="thu")


PIECES = st.sampled_from((
    "<p>", "</p>", "<div class=cms-body>", "</div>", "<br>", "<table>", "<tr>", "<td>", "</table>",
    "<img>", "<em>", "</em>", "<a href=/x.pdf>", "<a href='http://['>", "</a>", "<h1>", "</h1>",
    "<base href='//'>", "<time datetime=9999-99-99>", "<meta itemprop=datePublished content=x>",
    "<link rel=canonical href='http://[x'>", "<frameset>", "<form>",
    "<script type=application/ld+json>{\"@graph\":3}</script>", "</body>", "</html>",
    "<svg><p>", "<math>", "<template>", "&#0;", "&#xd800;", "\ud7ff", "\u0301",
    WORDS, "Thanh Tùng", "12/12/2020", "(ĐTO) - ", "Tin liên quan", "1", " ", "\u00a0",
))  # fmt: skip


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_markup(pieces: list[str]) -> None:
    """No order of tags and texts makes reading fail, with rules or without."""
    html = "".join(pieces)
    for rules in ((), EVERY_RULE):
        read(page(html), site="thu", rules=rules)
