"""`tinhuy explain` and `tinhuy model` on a collection that was crawled from the practice web."""

from __future__ import annotations

from pathlib import Path

from tests.cli import answer, tinhuy
from tests.crawler.cli.conftest import SITE
from tests.practice import PracticeWeb


def test_every_line_of_a_page_is_accounted_for(web: PracticeWeb, collection: Path) -> None:
    """Each paragraph is text, title, lead, byline and captions are what they are, and every line
    round them was left out for a reason."""
    for truth in web.sites[SITE].articles:
        told = answer("explain", truth.url, f"--collection={collection}")
        became: dict[str, list[str]] = {}
        for line in told["lines"]:
            became.setdefault(line["became"], []).append(line["text"])
            assert (line["became"] == "left out") == bool(line["why"])
        assert told["found"] == "article"
        assert tuple(became["text"]) == truth.body
        assert became["title"] == [truth.title]
        assert became["lead"] == [truth.lead]
        assert tuple(became.get("caption", ())) == truth.captions
        lines = {line["text"] for line in told["lines"]}
        shown = [line for line in web.sites[SITE].furniture(truth.id) if line in lines]
        assert shown
        assert not {*shown} & {*became["text"]}


def test_an_article_is_explained_by_its_id(web: PracticeWeb, collection: Path) -> None:
    """The beginning of an article's id stands for its page, and the catalog's reading is told to
    be the same."""
    entry = answer("show", web.sites[SITE].articles[0].url, f"--collection={collection}")
    told = answer("explain", entry["id"][:8], f"--collection={collection}")
    assert (told["title"], told["catalog"]) == (entry["title"], "the same reading")


def test_frequencies_are_told(web: PracticeWeb, collection: Path) -> None:
    """What the site model knows as furniture is left out with the number of its articles."""
    told = answer("explain", web.sites[SITE].articles[0].url, f"--collection={collection}")
    reasons = {line["why"] for line in told["lines"]}
    assert "model: on 6 of 6 articles" in reasons


def test_what_is_no_article_is_said_to_be_none(web: PracticeWeb, collection: Path) -> None:
    """A captured front page is told not to be an article, and what it is."""
    told = answer("explain", web.sites[SITE].start, f"--collection={collection}")
    assert (told["found"], told["reason"]) == ("not an article", "home")


def test_what_was_learned_is_shown(web: PracticeWeb, collection: Path) -> None:
    """`tinhuy model` names the furniture of the site, how often it stands there, and since when."""
    told = answer("model", SITE, f"--collection={collection}")
    assert told["articles"] == len(web.sites[SITE].articles)
    common = {found["sample"] for found in told["furniture"] if found["count"] == found["pages"]}
    lines = set(web.sites[SITE].furniture(web.sites[SITE].articles[0].id))
    assert common & lines
    assert all(found["first_seen"] <= found["last_seen"] for found in told["furniture"])
    shown = tinhuy("model", SITE, f"--collection={collection}").stdout
    assert f"version: {told['version']}" in shown.splitlines()


def test_what_is_not_there_is_refused(collection: Path) -> None:
    """A page that was never captured, and a site of which nothing is known, end with exit 3."""
    missing = tinhuy("explain", "https://bao.example.vn/1.html", f"--collection={collection}")
    unknown = tinhuy("model", "chodon", f"--collection={collection}")
    assert (missing.returncode, unknown.returncode) == (3, 3)
    assert missing.stderr.count("\n") == unknown.stderr.count("\n") == 1
    assert "tinhuy reread chodon" in unknown.stderr
