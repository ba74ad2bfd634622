"""Pages that nobody here wrote. They lie beside the repository and never in it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archive.article import Article
from crawler.reading import NotAnArticle, Page, read
from crawler.reading.dates import stamps
from crawler.reading.names import is_name
from tests import scoring
from tests.crawler.reading import pages
from tests.crawler.reading.pages import FETCHED_AT, PLAIN, article_page


@pytest.fixture(scope="module")
def truths(shared: Path) -> dict[str, dict[str, Any]]:
    text = (shared / "vi_html" / "truth_vi_articles.dev.json").read_text(encoding="utf-8")
    return {key: value for key, value in json.loads(text).items() if "/" in key}


@pytest.fixture(scope="module")
def readings(shared: Path, truths: dict[str, dict[str, Any]]) -> dict[str, Article]:
    found = {key: read_file(shared / "vi_html" / key, truths[key]["url"]) for key in truths}
    return {key: value for key, value in found.items() if isinstance(value, Article)}


def read_file(path: Path, url: str) -> object:
    at = (
        FETCHED_AT
        if "2025" not in path.name
        else datetime(2025, 10, 22, 20, tzinfo=FETCHED_AT.tzinfo)
    )
    body = path.read_bytes()
    return read(Page(url=url, status=200, body=body, fetched_at=at), site="thu")


def test_text(readings: dict[str, Article], truths: dict[str, dict[str, Any]]) -> None:
    """Without any rule, lead and body score .985 on the mean and .95 at worst."""
    assert readings.keys() == truths.keys()
    scores = [
        scoring.of_article(
            found,
            lead=truths[key]["lead"],
            body=truths[key]["body"].split("\n"),
            neutral=found.captions,
        )
        for key, found in readings.items()
    ]
    assert scoring.mean_f1(scores) >= 0.985
    assert min(score.f1 for score in scores) >= 0.95


def test_fields(readings: dict[str, Article], truths: dict[str, dict[str, Any]]) -> None:
    """Title and lead are right to the letter, dates to the minute, authors by their names."""
    for key, found in readings.items():
        truth = truths[key]
        assert found.title == truth["title"]
        assert found.lead == truth["lead"]
        assert str(found.published)[:16] == truth["published"][:16]
        assert people(found.author) == people(truth["author"])


def people(names: str | None) -> set[str]:
    return {name.strip().casefold() for name in (names or "").replace(";", ",").split(",") if name}


def test_phrases(readings: dict[str, Article], truths: dict[str, dict[str, Any]]) -> None:
    """What must come out does, and what must not does not."""
    for key, found in readings.items():
        whole = " ".join([found.lead or "", *found.text.split("\n\n"), *found.captions])
        assert all(phrase in whole for phrase in truths[key]["with"])
        assert not any(phrase in found.text for phrase in truths[key]["without"])


@pytest.mark.parametrize(
    "pattern",
    [
        "vi_html/lists/*.html", "vi_html/gov/*.html", "vi_html/home/*.html",
        "vi_cms/*/*index.html", "vi_cms/*/*homepage.html", "vi_cms/*/*cat*.html",
        "vi_cms/*/*search.html", "vi_cms/*/*topics.html", "vi_cms/*/*login.html",
        "vi_cms/*/*multimedia.html", "vi_cms/*/elements.html",
    ],
)  # fmt: skip
def test_no_articles(shared: Path, pattern: str) -> None:
    """Front pages, sections, searches, topics and logins of real papers are no articles."""
    found = sorted(shared.glob(pattern))
    assert found
    for path in found:
        url = f"https://example.vn/muc/{path.name}"
        assert isinstance(read_file(path, url), NotAnArticle), path


@pytest.mark.parametrize(
    ("path", "title", "least"),
    [
        ("tuyengiao/03-article.html", "Ngược dòng ký ức", 7000),
        ("baonghean/3-detail.html", "James Rodriguez", 7000),
        ("baonghean/7-interview.html", "James Rodriguez", 1500),
        ("baonghean/8-detail-longform.html", "Triều Tiên bác bỏ", 4000),
        ("viettimes/7-interview.html", "Khách hàng được đổi xe", 10_000),
        ("viettimes/9-detail-opinion.html", "Biển Đông: Cân bằng", 6000),
    ],
)
def test_page_builds(shared: Path, path: str, title: str, least: int) -> None:
    """Vendors' builds of articles, interviews and long forms are one article each."""
    found = read_file(shared / "vi_cms" / path, f"https://example.vn/tin/{Path(path).name}")
    assert isinstance(found, Article)
    assert found.title.startswith(title)
    assert len(found.text) >= least


def test_dates_and_bylines(shared: Path) -> None:
    """Date lines and bylines of transcribed pages are told from their prose."""
    text = (shared / "vi_text" / "real_date_byline_residue.dev.jsonl").read_text("utf-8")
    for record in map(json.loads, text.splitlines()):
        lines = [line.strip() for line in record["text"].splitlines() if line.strip()]
        found = [stamp.value for line in lines for stamp in stamps(line)]
        iso = record["iso"] and record["iso"].replace(":00+07:00", "+07:00")
        if "glued" not in record["trap"]:
            assert found == ([iso] if iso else []), record["url"]
        if record["byline"]:
            assert any(is_name(line.removeprefix("Tác giả: ")) for line in lines)


def test_tagdiv_footer(shared: Path) -> None:
    """The real end of a tagDiv article gives neighbours and dates, and no author."""
    footer = (shared / "vi_html" / "fragments" / "tagdiv_footer_vi.html").read_text("utf-8")
    for rules in ((), pages.rules_of("chodon")):
        html = article_page(f'<div class="td-post-content">{PLAIN}</div>', after=footer)
        found = pages.article(html, *rules)
        assert found.published == "2019-05-02T01:56:15+07:00"
        assert found.updated == "2019-09-15T08:34:43+07:00"
        assert found.author is None
        assert found.previous is not None
        assert found.previous.title.startswith("Chào tháng 5")
        assert found.next is not None
        assert found.next.title.startswith("Rò rỉ thiết kế")
        assert found.text.count("\n\n") == 1
