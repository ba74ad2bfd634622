"""Pages to read: those of the practice web without its server, and single ones made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from archive.article import Article, Gone
from crawler import registry
from crawler.reading import NotAnArticle, Page, read
from crawler.site import ArticleRules
from tests.practice import seeds
from tests.practice.site import Clock, PracticeSite
from tests.practice.stories import VIETNAM
from tests.practice.truth import Truth
from tests.practice.web import SITES
from tests.practice.wire import Asked

PLATFORM_OF = {
    "dongthap_portal": "liferay",
    "baohatinh": "cms_paper",
    "chodon": "tagdiv",
    "travinh": "aspnet_portal",
    "baodongthap": "aspx_paper",
}
HOSTS = ("http://127.0.0.1:5001", "http://127.0.0.1:5002")
FETCHED_AT = datetime(2026, 3, 7, 9, 30, tzinfo=VIETNAM)
"""When every page of these tests was fetched; practice pages print this time as their clock."""


@dataclass(frozen=True)
class Reading:
    """One practice article: its truth, its page, what was read, the lines that are not its own."""

    truth: Truth
    page: Page
    read: Article | Gone | NotAnArticle
    furniture: tuple[str, ...]

    @property
    def article(self) -> Article:
        assert isinstance(self.read, Article), self.read
        return self.read


def practice_site(name: str, *, seed: int, articles: int = 40) -> PracticeSite:
    kind = next(kind for kind in SITES if kind.name == name)
    text = seeds.load(seeds.default_directory()).get(name)
    clock = Clock(start=FETCHED_AT)
    hosts = HOSTS if name == "baodongthap" else HOSTS[:1]
    return kind(hosts=hosts, seed=seed, articles=articles, clock=clock, seed_text=text)


def fetch(site: PracticeSite, target: str) -> Page:
    """`target` is a path with its query, or a URL of the site."""
    parts = urlsplit(target)
    target = parts._replace(scheme="", netloc="").geturl()
    asked = Asked(base=site.url, method="GET", target=target, version="HTTP/1.1", headers={})
    answer = site.answer(asked)
    return Page(
        url=site.url + target,
        status=answer.status,
        body=answer.body,
        fetched_at=FETCHED_AT,
        content_type=answer.type,
    )


def rules_of(name: str) -> tuple[ArticleRules, ...]:
    return registry.platforms()[PLATFORM_OF[name]].article


@cache
def readings(name: str, *, seed: int, with_rules: bool) -> tuple[Reading, ...]:
    """All articles of a practice site."""
    return tuple(_readings(practice_site(name, seed=seed), rules_of(name) if with_rules else ()))


def _readings(site: PracticeSite, rules: tuple[ArticleRules, ...]) -> Iterator[Reading]:
    for truth in site.articles:
        page = fetch(site, truth.url)
        found = read(page, site=site.name, rules=rules)
        yield Reading(truth, page, found, site.furniture(truth.id))


def page(
    body: str | bytes, *, url: str = "https://bao.example.vn/tin/mot-hai-ba-12345.html"
) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(url=url, status=200, body=raw, fetched_at=FETCHED_AT)


def with_body(page: Page, body: bytes) -> Page:
    return replace(page, body=body)


WORDS = (
    "Sáng ngày 5/3, Ban Dân vận Huyện ủy tổ chức hội nghị sơ kết công tác quý I với sự tham dự "
    "của 45 đại biểu đến từ các xã, thị trấn trên địa bàn."
)
MORE = (
    "Qua ba tháng, các mô hình dân vận khéo đã giúp 120 hộ vay vốn, sửa 14 căn nhà và làm mới "
    "hơn hai cây số đường liên ấp, được bà con đồng tình."
)
TITLE = "Hội nghị sơ kết công tác dân vận quý I"


def article_page(body: str, *, head: str = "", above: str = "", after: str = "") -> str:
    """A plain page of an article with a title and, round its body, what a test puts there."""
    return (
        f'<html lang="vi"><head><title>{TITLE}</title>{head}</head><body>'
        f'<div id="main"><h1>{TITLE}</h1>{above}<div class="noi-dung">{body}</div>{after}</div>'
        "</body></html>"
    )


PLAIN = f"<p>{WORDS}</p><p>{MORE}</p>"


def article(html: str, *rules: ArticleRules, url: str | None = None) -> Article:
    asked = page(html, url=url) if url else page(html)
    found = read(asked, site="thu", rules=rules)
    assert isinstance(found, Article), found
    return found
