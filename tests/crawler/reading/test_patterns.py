"""No regular expression of the reader runs away, whatever it is made to look at."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from itertools import product
from time import process_time

import pytest

import archive.text
import crawler.reading
from crawler.reading import read
from tests.crawler.reading.pages import MORE, TITLE, WORDS, article_page, page

LINE = 350
"""The longest line that rules for lines are asked about."""
SECONDS = 0.15
LITERAL = re.compile(r"\\s|\\d|\\w|[^\W\d_]{2,}|[^\\()\[\]{}?*+|^$.]")


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern that a module of the reader holds, with where it stands."""
    names = [f"crawler.reading.{m.name}" for m in pkgutil.iter_modules(crawler.reading.__path__)]
    for module in (archive.text, *map(importlib.import_module, names)):
        for name, value in vars(module).items():
            yield from held(f"{module.__name__.split('.')[-1]}.{name}", value)


def held(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield name, value
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from held(f"{name}.{number}", getattr(part, "pattern", part))


ALL = dict(patterns())


def alphabet(pattern: re.Pattern[str]) -> list[str]:
    """The words and signs that a pattern is made of; a blank, a figure, a letter for classes."""
    plain = {r"\s": " ", r"\d": "1", r"\w": "a"}
    found = dict.fromkeys(plain.get(part, part) for part in LITERAL.findall(pattern.pattern))
    return [*list(found)[:14], "a", "1", " "]


def test_there_are_patterns() -> None:
    """The patterns are found: dozens, those of the furniture rules among them."""
    assert len(ALL) > 100
    assert any(name.startswith("furniture.RULES") for name in ALL)


@pytest.mark.parametrize("name", ALL)
def test_a_line_of_its_own_alphabet(name: str) -> None:
    """A line made of what a pattern looks for, and spoilt at its end, is soon done with."""
    pattern = ALL[name]
    parts = alphabet(pattern)
    units = [*parts, *map("".join, product(parts[:6], repeat=2)), "".join(parts)]
    for unit in units:
        line = (unit * LINE)[:LINE] + "\x00"
        began = process_time()
        pattern.search(line)
        pattern.fullmatch(line)
        assert process_time() - began < SECONDS, unit


def grown(unit: str, count: int) -> str:
    return article_page(f"<p>{WORDS}</p><p>{MORE}</p>" + unit * count)


PAGES = {
    "links": "<p><a href=/tin/bai-1.html>Một bài khác của trang báo này</a></p>",
    "bare links": "<a href=/x>x</a> ",
    "files": "<a href=/x.pdf>Văn bản số một</a> ",
    "films": "<iframe src=https://www.youtube.com/embed/abcdef12345></iframe>",
    "players": "<video><source src=/v.mp4></video>",
    "dates": "<p>12/03/2024 08:15</p>",
    "authors": "<span class=author>Thanh Tùng</span>",
    "headlines": "<h3><a href=/t>Xã thứ nhất ra quân làm thủy lợi</a></h3><p>" + MORE + "</p>",
    "pictures": "<figure><img src=/a.jpg><figcaption>Đại biểu dự</figcaption></figure>",
    "notices": "<p>Vui lòng đăng nhập để xem</p>",
    "scripts": "<script>location = x</script>",
    "radios": "<input type=radio>",
    "old fonts": "<p>§Ò nghÞ c¸c ®ång chÝ b¸o c¸o kÕt qu¶</p>",
    "capitals": "<span style='font-family:.VnTimeH'>b¸o c¸o</span>",
    "broken letters": "<p>Há»™i nghá»‹ sÆ¡ káº¿t</p>",
    "one line": WORDS + " ",
    "no blanks": "a",
    "entities": "&reg;&nbsp;",
}


@pytest.mark.parametrize("name", PAGES)
def test_cost_is_linear(name: str) -> None:
    """Four times as much of anything takes at most some eight times as long."""
    unit = PAGES[name]
    count = min(2_000, 100_000 // len(unit))
    taken = []
    for size in (count, 4 * count):
        html = grown(unit, size)
        began = process_time()
        read(page(html), site="thu")
        taken.append(process_time() - began)
    assert taken[1] < 8 * taken[0] + 0.2, taken


@pytest.mark.parametrize(
    "html",
    [
        grown("<a href=/x>x</a> ", 100_000),
        grown("<p><a href=/x.pdf>x</a></p>", 100_000),
        article_page(f"<p>{WORDS * 7_000}</p>"),
        article_page(f"<p>{'x' * 1_000_000}</p>"),
        article_page("<div>" * 50_000 + WORDS),
        article_page("<b>" * 100_000 + WORDS),
        f"<h1>{TITLE}</h1><p>" + "12/03/2024 " * 90_000,
        f"<h1>{TITLE}</h1>" + "<meta http-equiv=refresh content=';'>" * 20_000,
    ],
    ids=["links", "files", "sentences", "word", "deep", "inline", "dates", "metas"],
)
def test_a_megabyte(html: str) -> None:
    """A megabyte of one thing is read or refused in some seconds."""
    began = process_time()
    read(page(html), site="thu")
    assert process_time() - began < 10
