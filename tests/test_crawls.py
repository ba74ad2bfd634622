"""Crawls that a user may ask for beside the nightly one, and those that go wrong."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import Catalog, Collection
from archive.reader import iter_records
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb
from tests.torture.child import run

SITES = ("dongthap_portal", "baohatinh", "chodon", "travinh", "baodongthap")


@pytest.fixture(scope="module")
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=11, articles=12) as web:
        yield web


def known(path: Path) -> set[str]:
    with Catalog(Collection.open(path).catalog_path) as catalog:
        return {entry.url for entry in catalog.articles()}


@pytest.mark.parametrize("site", SITES)
def test_a_site_that_is_not_in_the_list(web: PracticeWeb, site: str, tmp_path: Path) -> None:
    """From one URL the system is recognised, and every article of that host is found once."""
    where = web.sites[site]
    (run,) = answer("crawl", where.start, "--delay=0", f"--collection={tmp_path}/c")
    assert run["outcome"] == "ok"
    assert known(tmp_path / "c") <= {truth.url for truth in where.articles}
    if len(where.hosts) == 1:  # nobody named the second host of the other one
        assert len(known(tmp_path / "c")) == len(where.articles)


def test_a_limit_on_pages_is_kept_and_told(web: PracticeWeb, tmp_path: Path) -> None:
    """With --max-pages a run asks for no more pages, and calls itself incomplete."""
    at = f"--at={web.sites['chodon'].start}"
    where = f"--collection={tmp_path}/c"
    (run,) = answer("crawl", "chodon", at, "--delay=0", where, "--max-pages=5", code=11)
    assert run["outcome"] == "incomplete"
    assert run["counts"]["asked"] == 5


def test_a_run_without_refresh_asks_only_for_what_is_due(web: PracticeWeb, tmp_path: Path) -> None:
    """A second run minutes later fetches listings, and no article that is known already."""
    at = f"--at={web.sites['travinh'].start}"
    where = f"--collection={tmp_path}/c"
    answer("crawl", "travinh", at, "--delay=0", where)
    before = len(web.hits("travinh"))
    (run,) = answer("crawl", "travinh", at, "--delay=0", where)
    targets = {hit.target for hit in web.hits("travinh")[before:]}
    articles = {url for truth in web.sites["travinh"].articles for url in truth.urls}
    assert not [t for t in targets if web.sites["travinh"].url + t in articles]
    assert (run["outcome"], run["counts"].get("new", 0)) == ("ok", 0)


def test_sites_check_tells_what_was_found(web: PracticeWeb) -> None:
    """`sites check` looks at one listing and one article, and names every field."""
    at = f"--at={web.sites['baohatinh'].start}"
    found = {check["what"]: check["found"] for check in answer("sites", "check", "baohatinh", at)}
    assert found["listing"] is found["platform"] is found["article links"] is True
    assert found["article text"] is found["title"] is True


@pytest.mark.parametrize("call", [1, 5, 50])
def test_a_signal_ends_a_crawl_in_good_order(web: PracticeWeb, tmp_path: Path, call: int) -> None:
    """SIGTERM ends a crawl without a traceback, whether it has just begun or is under way."""
    ats = [f"--at={name}={web.sites[name].start}" for name in ("chodon", "travinh")]
    fault = {"under": f"{tmp_path}/c", "call": call, "how": "term"}
    words = ("crawl", "chodon", "travinh", *ats, "--delay=0", f"--collection={tmp_path}/c")
    done = run(*words, fault=fault)
    assert done.code in (11, 130), done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.glob("c/archive/*.open")) == []


def test_a_full_disk_is_named_and_loses_nothing(web: PracticeWeb, tmp_path: Path) -> None:
    """When the disk refuses, the crawl says so in one line, and what it kept is sound."""
    at = web.sites["baodongthap"].start
    crawl = f"-m crawler.cli crawl baodongthap --at={at} --delay=0 --collection={tmp_path}/c"
    command = f"ulimit -f 100; exec {shlex.quote(sys.executable)} {crawl}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 8
    assert done.stderr.splitlines()[-1].startswith("tinhuy: cannot write ")
    assert "free some space" in done.stderr
    tinhuy("verify", "--repair", f"--collection={tmp_path}/c")
    assert answer("verify", f"--collection={tmp_path}/c") == []
    files = Collection.open(tmp_path / "c").archive_dir.glob("*.warc.gz")
    kinds = [record.type for file in files for record in iter_records(file)]
    assert "response" in kinds
    assert kinds.count("request") >= kinds.count("response") + kinds.count("revisit")


def test_a_disk_that_is_nearly_full_ends_a_run_in_good_order(
    web: PracticeWeb, tmp_path: Path
) -> None:
    """With less free than must stay so, nothing more is asked for, and the run has failed."""
    at = json.dumps({"baodongthap": [web.sites["baodongthap"].start]})
    before = len(web.hits("baodongthap"))
    settings = {"AT": at, "COLLECTION": tmp_path / "c", "MIN_FREE_BYTES": 10**18}
    given = [f"-s{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-m", "scrapy", "crawl", "baodongthap", *given]
    subprocess.run(command, check=True, capture_output=True)
    assert len(web.hits("baodongthap")) - before <= 1
    with Catalog(tmp_path / "c" / "catalog.sqlite3") as catalog:
        assert [run.outcome for run in catalog.runs()] == ["failed"]
    assert answer("verify", f"--collection={tmp_path}/c") == []


def test_any_command_mends_what_a_kill_left(web: PracticeWeb, tmp_path: Path) -> None:
    """After kill -9 in a crawl the next command closes the files, says so once, and lists every
    article that was told of before.
    """
    at = web.sites["chodon"].start
    command = f"-m crawler.cli crawl chodon --at={at} --delay=0.2 --collection={tmp_path}/c"
    with subprocess.Popen(
        [sys.executable, *shlex.split(command)], stderr=subprocess.DEVNULL
    ) as run:
        collection = tmp_path / "c"
        while not [*collection.glob("logs/*")] or not known(collection):
            time.sleep(0.02)
        run.kill()
        before = known(collection)
    assert [*collection.glob("archive/*.open")]
    done = tinhuy("list", f"--collection={collection}")
    assert done.returncode == 0
    assert "whole records kept" in done.stderr
    assert known(collection) >= before
    assert tinhuy("list", f"--collection={collection}").stderr == ""
    assert answer("verify", f"--collection={collection}") == []
