"""`tinhuy why` and `tinhuy coverage`: every address has its reasons; nothing is just missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli import answer, on_terminal, tinhuy
from tests.practice import PracticeWeb, Quirks

SITE = "chodon"


class Night:
    """One site, crawled once."""

    def __init__(self, web: PracticeWeb, path: Path, name: str = SITE) -> None:
        self.web, self.name, self.site = web, name, web.sites[name]
        self.where = f"--collection={path}"
        self.crawl()

    def crawl(self, days: float = 0) -> dict[str, Any]:
        words = ("crawl", self.name, f"--at={self.site.start}", "--delay=0", self.where)
        (run,) = answer(*words, days=days)
        return dict(run)

    def why(self, url: str) -> dict[str, Any]:
        return dict(answer("why", url, self.where))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with PracticeWeb(seed=12, articles=14, only=(SITE,)) as web:
        yield Night(web, tmp_path_factory.mktemp("account") / "c")


def test_an_archived_article(night: Night) -> None:
    """Where it was found, by which rule it is an article, when it was fetched to which place, what
    it was read as, and when it is looked at again.
    """
    url = night.site.articles[0].url
    found = night.why(url)
    assert (found["kind"], found["identity"]) == ("article", url)
    assert found["address"]["via"].startswith(night.site.url)
    fetched, read = found["events"]
    assert (fetched["what"], read["what"], read["detail"]) == ("fetched", "read as", "article")
    assert "200, text/html" in fetched["detail"]
    assert ".warc.gz at " in fetched["detail"]
    assert found["next_look"] > fetched["at"]


def test_a_trap(night: Night) -> None:
    """What is not asked for has the rule that keeps it out, and the page that leads to it."""
    url = f"{night.site.url}/tag/dan-van/"
    found = night.why(url)
    assert (found["kind"], found["rule"]) == (None, "trap: tags")
    assert found["because"] == "it is not asked for: trap: tags"


def test_what_robots_txt_forbids(night: Night) -> None:
    """What robots.txt forbids says so, and is tried again by the next run."""
    missing = answer("coverage", SITE, night.where)["missing"]
    url = next(one["url"] for one in missing if one["reason"] == "robots.txt")
    found = night.why(url)
    assert [event["detail"] for event in found["events"]] == ["robots.txt"]
    assert found["because"] == "it failed, and is tried again: robots.txt"


def test_another_host(night: Night) -> None:
    """An address that no page has led to is answered too."""
    found = night.why("https://elsewhere.example/a.html")
    assert (found["site"], found["events"]) == ("elsewhere.example", [])
    assert found["because"] == "no page that was fetched has led to it"


def test_coverage_adds_up(night: Night) -> None:
    """Every month's known articles are archived, no articles, or missing for a reason."""
    found = answer("coverage", SITE, night.where)
    assert sum(month["archived"] for month in found["months"]) == len(night.site.articles)
    truths = {truth.published[:7] for truth in night.site.articles if truth.published}
    assert truths <= {month["month"] for month in found["months"]}
    missing = sum(sum(month["missing"].values()) for month in found["months"])
    assert missing == len(found["missing"])


def test_what_was_no_article_is_listed(tmp_path: Path) -> None:
    """What was fetched and is no article can be looked into: every address, and what it was."""
    with PracticeWeb(seed=12, articles=8, only=("travinh",)) as web:
        night = Night(web, tmp_path / "c", "travinh")
    found = answer("coverage", night.name, night.where)
    assert len(found["others"]) == sum(month["others"] for month in found["months"]) > 0
    lines = tinhuy("coverage", night.name, "--others", night.where).stdout.splitlines()[1:]
    assert [line.split("\t")[2] for line in lines] == [one["url"] for one in found["others"]]
    assert all(one["reason"] for one in found["others"])


def test_what_is_missing_is_asked_for_again(night: Night) -> None:
    """An article that cannot be fetched is missing with the reason; the next run asks again, and
    has it when it is there.
    """
    url = night.web.add(SITE).url
    night.web.quirks[SITE] = Quirks(redirect_loop=True)
    night.crawl(days=1)
    found = {one["url"]: one["reason"] for one in answer("coverage", SITE, night.where)["missing"]}
    assert found[url] == "a circle of redirects"
    del night.web.quirks[SITE]
    night.crawl(days=2)
    assert url not in {one["url"] for one in answer("coverage", SITE, night.where)["missing"]}
    assert night.why(url)["events"][-1]["detail"] == "article"


def test_what_is_missing_can_be_queued(night: Night) -> None:
    """With --queue what is missing is told, and marked to be asked for by the next run."""
    told = tinhuy("coverage", SITE, "--missing", "--queue", night.where)
    assert told.stdout.splitlines()[0] == "reason\tfound\turl\ton"
    listed = len(told.stdout.splitlines()) - 1
    assert f"{listed} added to the 0 that wait for it already" in told.stderr
    missing = answer("coverage", SITE, night.where)["missing"]
    assert {one["reason"] for one in missing} == {"asked for again by hand"}


def test_a_terminal_gets_a_bar_for_each_month(night: Night) -> None:
    """What is archived can be told from the rest without colours, and is counted."""
    months = answer("coverage", SITE, night.where)["months"]
    lines = on_terminal("coverage", SITE, night.where, NO_COLOR="1").splitlines()
    for month, line in zip(months, lines, strict=False):
        whole = month["archived"] + sum(month["missing"].values())
        assert line.startswith(month["month"])
        assert line.endswith(f" {month['archived']} of {whole}")
        assert ("\u2588" in line, "\u00d7" in line) == (
            month["archived"] > 0,
            bool(month["missing"]),
        )
    assert lines[len(months)] == "\u2588 archived  \u2591 no article  \u00d7 missing"


def test_a_pipe_gets_a_table(night: Night) -> None:
    """Without a terminal the months are lines with tabs."""
    lines = tinhuy("coverage", SITE, night.where).stdout.splitlines()
    assert lines[0].startswith("month\tknown\tarchived\tgone\tno article")
    assert len({line.count("\t") for line in lines}) == 1
