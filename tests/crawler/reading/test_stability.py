"""What did not change is never reported as a change, and what did always is."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from archive.article import Article, Change, compare, to_json
from archive.text import clean, join
from crawler.reading import read
from tests.crawler.reading import pages
from tests.crawler.reading.pages import PLATFORM_OF, article_page
from tests.practice.site import PracticeSite
from tests.practice.stories import Part, Story

SITES = sorted(PLATFORM_OF)
SEED = 20_241_125
ARTICLES, FETCHES = 20, 5
BOTH = pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "generic"])


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> PracticeSite:
    return pages.practice_site(str(request.param), seed=SEED, articles=ARTICLES)


def reading(site: PracticeSite, url: str, with_rules: bool) -> Article:
    """The article at `url` as it stands now, fetched at the time that the site's clock tells."""
    page = replace(pages.fetch(site, url), fetched_at=site.clock.now())
    found = read(page, site=site.name, rules=pages.rules_of(site.name) if with_rules else ())
    assert isinstance(found, Article), found
    return found


@BOTH
def test_refetches(site: PracticeSite, with_rules: bool) -> None:
    """A hundred refetches of a site, on other days, with other counters, clocks, neighbours and
    related lists, change nothing: a thousand over all sites, with rules and without."""
    urls = [truth.url for truth in site.articles]
    before = {url: reading(site, url, with_rules) for url in urls}
    bodies = {url: pages.fetch(site, url).body for url in urls}
    for night in range(FETCHES):
        site.clock.start += timedelta(days=1 + night, hours=5 * night, minutes=7)
        site.visits += 12_345
        if night % 2:
            site.add()
        for url in urls:
            now = reading(site, url, with_rules)
            assert compare(before[url], now) is Change.UNCHANGED, (url, before[url], now)
    fresh = [url for url in urls if pages.fetch(site, url).body != bodies[url]]
    assert len(fresh) > ARTICLES / 2


def with_text(story: Story, change: Callable[[str], str]) -> Story:
    """The story with its first paragraph that `change` changes, changed."""
    for index, part in enumerate(story.parts):
        if part.kind == "paragraph" and (text := change(part.text)) != part.text:
            parts = (*story.parts[:index], replace(part, text=text), *story.parts[index + 1 :])
            return replace(story, parts=parts)
    raise AssertionError("nothing to change")


def digit(text: str) -> str:
    return re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), text, count=1)


def syllable(text: str) -> str:
    return re.sub(r"(?<=[a-zà-ỹ] )(?:và|của|các|cho|được|là|có|với)(?= )", "nhưng", text, count=1)


def tone(text: str) -> str:
    """Another word: "mã" for "má"."""
    marked = re.search(r"[àáảãạ]", text)
    if not marked:
        return text
    other = "á" if marked[0] != "á" else "ã"
    return text[: marked.start()] + other + text[marked.end() :]


def name(text: str) -> str:
    return re.sub(r"\b(Nguyễn|Trần|Lê|Phạm|Huỳnh)\b", "Đinh", text, count=1)


def mark(text: str) -> str:
    return re.sub(r"\.(?=\s[^\W\d_])", "!", text, count=1)


EDITS = {"digit": digit, "syllable": syllable, "tone": tone, "mark": mark, "name": name}


@BOTH
@pytest.mark.parametrize("edit", EDITS)
def test_edits(site: PracticeSite, with_rules: bool, edit: str) -> None:
    """One digit, syllable, tone, name or mark of punctuation in any article is a change."""
    edited = 0
    for truth in site.articles[:8]:
        story = site.stories[truth.id]
        try:
            other = with_text(story, EDITS[edit])
        except AssertionError:
            continue
        before = reading(site, truth.url, with_rules)
        site.put(other)
        assert compare(before, reading(site, truth.url, with_rules)) is Change.CHANGED, truth.url
        edited += 1
    assert edited >= 3


@BOTH
def test_paragraphs(site: PracticeSite, with_rules: bool) -> None:
    """A paragraph that is added or deleted is a change."""
    more = Part(kind="paragraph", text="Bà con đề nghị tỉnh sớm có thêm 12 cây cầu như vậy.")
    for truth in site.articles[:8]:
        story = site.stories[truth.id]
        before = reading(site, truth.url, with_rules)
        whole = [i for i, part in enumerate(story.parts) if part.kind == "paragraph"]
        site.put(replace(story, parts=(*story.parts, more)))
        assert compare(before, reading(site, truth.url, with_rules)) is Change.CHANGED
        if len(whole) > 2:
            less = tuple(part for i, part in enumerate(story.parts) if i != whole[1])
            site.put(replace(story, parts=less))
            assert compare(before, reading(site, truth.url, with_rules)) is Change.CHANGED


@BOTH
def test_orthography(site: PracticeSite, with_rules: bool) -> None:
    """The other style of placing tones is a change of orthography, and so is case."""
    truth = site.articles[2]
    story = site.stories[truth.id]
    old = "Các hộ thủy sản giữ được hòa khí, ủy ban xã khỏe mạnh hơn."
    new = "Các hộ thuỷ sản giữ được hoà khí, uỷ ban xã khoẻ mạnh hơn."
    site.put(replace(story, parts=(*story.parts, Part(kind="paragraph", text=old))))
    before = reading(site, truth.url, with_rules)
    for text in (new, old.replace("ủy ban", "Ủy ban")):
        site.put(replace(story, parts=(*story.parts, Part(kind="paragraph", text=text))))
        assert compare(before, reading(site, truth.url, with_rules)) is Change.ORTHOGRAPHY


@BOTH
def test_metadata(site: PracticeSite, with_rules: bool) -> None:
    """Another byline, or a new stamp where one is shown, is a change of metadata."""
    for truth in site.articles:
        story = site.stories[truth.id]
        if not truth.author:
            continue
        before = reading(site, truth.url, with_rules)
        site.put(replace(story, author="Lê Khắc Tân", byline="Lê Khắc Tân"))
        after = reading(site, truth.url, with_rules)
        assert compare(before, after) is Change.METADATA
        assert after.author == "Lê Khắc Tân"


def written_out(article: Article) -> str:
    """The article as the plainest page there is."""
    body = "".join(f"<p>{escape(line, quote=False)}</p>" for line in article.text.split("\n\n"))
    lead = f'<p class="lead">{escape(article.lead, quote=False)}</p>' if article.lead else ""
    title = escape(article.title, quote=False)
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{lead}"
        f"<div>{body}</div></body></html>"
    )


def again(article: Article) -> Article:
    found = read(pages.page(written_out(article)), site="thu")
    assert isinstance(found, Article), (found, article)
    return found


def said(article: Article) -> tuple[str | None, ...]:
    return article.title, article.lead, article.text


def test_own_output(site: PracticeSite) -> None:
    """An article that is written out as a plain page reads as the same title, lead and text."""
    for truth in site.articles:
        article = reading(site, truth.url, with_rules=True)
        assert said(again(article)) == said(article)


def test_own_output_of_real_pages(shared: Path) -> None:
    """So does what was read of real pages."""
    for path in sorted((shared / "vi_html" / "articles").glob("*.html")):
        article = read(pages.page(path.read_bytes()), site="thu")
        assert isinstance(article, Article)
        assert said(again(article)) == said(article), path
        assert join(article.text.split("\n\n")) == article.text
        assert clean(article.title) == article.title


@BOTH
def test_normal_forms(site: PracticeSite, with_rules: bool) -> None:
    """NFD, mixed forms, CRLF, NBSP and false Đs make no difference to what is read."""
    forms: tuple[Callable[[str], str], ...] = (
        lambda text: normalize("NFD", text),
        mixed,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("Đ", "\u00d0").replace("đ", "\u00f0"),
        lambda text: "\ufeff" + text,
    )
    rules = pages.rules_of(site.name) if with_rules else ()
    for truth in site.articles[:6]:
        page = pages.fetch(site, truth.url)
        found = read(page, site=site.name, rules=rules)
        for form in forms:
            other = pages.with_body(page, form(page.body.decode()).encode())
            assert read(other, site=site.name, rules=rules) == found


def mixed(text: str) -> str:
    """Every other word in NFD, as pages of 11 of 28 captures have it."""
    words = text.split(" ")
    return " ".join(normalize("NFD", word) if n % 2 else word for n, word in enumerate(words))


SCRIPT = """
import json, sys
from archive.article import Article, to_json
from crawler.reading import Page, read
from tests.crawler.reading import pages
from datetime import datetime
for line in sys.stdin:
    asked = json.loads(line)
    page = pages.page(asked["body"], url=asked["url"])
    rules = pages.rules_of(asked["site"]) if asked["with_rules"] else ()
    found = read(page, site=asked["site"], rules=rules)
    assert isinstance(found, Article), found
    print(json.dumps(to_json(found), sort_keys=True))
"""


def asked_for() -> Iterator[dict[str, Any]]:
    for name in SITES:
        site = pages.practice_site(name, seed=SEED, articles=6)
        for truth in site.articles:
            body = pages.fetch(site, truth.url).body.decode()
            for with_rules in (True, False):
                yield {"url": truth.url, "body": body, "site": name, "with_rules": with_rules}


def test_processes(root: Path) -> None:
    """The same bytes are the same article in every process, however its hashes are seeded."""
    lines = "\n".join(map(json.dumps, asked_for()))
    answers = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=lines,
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "31337")
    }
    assert len(answers) == 1
    assert len(answers.pop().splitlines()) == 60


def test_order_of_attributes_and_blanks() -> None:
    """Blanks between tags, and where lines of the source end, are no part of an article."""
    rng = random.Random(1)
    body = "".join(
        f"<p>Đoạn {n} của bài viết nói về cách làm hay ở huyện ta.</p>" for n in range(9)
    )
    html = article_page(body)
    wanted = to_json(pages.article(html))
    for _ in range(20):
        loose = re.sub(r"><", lambda _: f">{rng.choice(('', ' ', chr(10), '  '))}<", html)
        assert to_json(pages.article(loose)) == wanted
