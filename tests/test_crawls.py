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


def test_an_unlisted_site_is_replayed_by_its_name(web: PracticeWeb, tmp_path: Path) -> None:
    """What a crawl of a URL calls its site is enough to replay it from where its run began."""
    where, site = f"--collection={tmp_path}/c", web.sites["chodon"]
    (run,) = answer("crawl", site.start, "--delay=0", where)
    report = answer("replay", run["site"], where)
    assert report["same"] == len(site.articles)
    assert report["missing"] == report["unexpected"] == report["different"] == []
    done = tinhuy("replay", "nobody-80", where)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)


def test_the_other_host_of_an_unlisted_site_is_told(web: PracticeWeb, tmp_path: Path) -> None:
    """A site of two domains that is not in the list is crawled on one of them, and the crawl says
    that the other was left alone, and what to do.
    """
    site = web.sites["baodongthap"]
    done = tinhuy("crawl", site.start, "--delay=0", f"--collection={tmp_path}/c")
    assert done.returncode == 0
    other = site.hosts[1].removeprefix("http://")
    (line,) = [line for line in done.stderr.splitlines() if "calls itself" in line]
    assert f"{other} too; links there were not followed" in line
    assert f"tinhuy sites add {site.start}" in line


@pytest.mark.parametrize("name", ["travinh", "chodon"])
def test_sites_check_takes_a_url(web: PracticeWeb, name: str) -> None:
    """A site that is not in the list is looked at too, by the rules of the system it shows."""
    before = len(web.hits(name))
    checks = answer("sites", "check", web.sites[name].start, "--delay=0")
    assert len(web.hits(name)) - before <= 3  # robots.txt, a list and an article
    found = {check["what"]: check["found"] for check in checks}
    assert found["listing"] is found["platform"] is found["article links"] is True
    assert found["article text"] is found["title"] is True


def test_a_site_that_moved_keeps_its_articles(web: PracticeWeb, tmp_path: Path) -> None:
    """What was found under an old host, and under a new one in its place at the same path, is one
    article, whose address does not change; nothing is read as new that was known.
    """
    site, where = web.sites["baodongthap"], f"--collection={tmp_path}/c"
    new, old = site.hosts
    answer("crawl", "baodongthap", f"--at={old}/", "--delay=0", where)
    before = known(tmp_path / "c")
    assert len(before) > 3
    assert all(url.startswith(f"{old}/") for url in before)
    ats = (f"--at={new}/", f"--at={old}/")
    (run,) = answer("crawl", "baodongthap", *ats, "--delay=0", "--refresh", where)
    assert run["outcome"] == "ok"
    assert run["counts"]["unchanged"] == len(before)
    assert run["counts"]["new"] == len(site.articles) - len(before)
    assert known(tmp_path / "c") >= before
    paths = [url.removeprefix(new).removeprefix(old) for url in known(tmp_path / "c")]
    assert sorted(paths) == sorted(truth.url.removeprefix(new) for truth in site.articles)


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
    found = {
        check["what"]: check["found"]
        for check in answer("sites", "check", "baohatinh", at, "--delay=0")
    }
    assert found["listing"] is found["platform"] is found["article links"] is True
    assert found["article text"] is found["title"] is True


@pytest.mark.parametrize("call", [1, 5, 50])
def test_a_signal_ends_a_crawl_in_good_order(web: PracticeWeb, tmp_path: Path, call: int) -> None:
    """SIGTERM ends a crawl without a traceback, whether it has just begun or is under way."""
    ats = [f"--at={name}={web.sites[name].start}" for name in ("chodon", "travinh")]
    fault = {"under": f"{tmp_path}/c", "call": call, "how": "term"}
    words = ("crawl", "chodon", "travinh", *ats, "--delay=0", f"--collection={tmp_path}/c")
    done = run(*words, fault=fault)
    assert done.code == 11, done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.glob("c/archive/*.open")) == []


def test_a_full_disk_is_named_and_loses_nothing(web: PracticeWeb, tmp_path: Path) -> None:
    """When the disk refuses, the crawl says so in one line, and what it kept is sound."""
    at = web.sites["baodongthap"].start
    crawl = f"-m crawler.cli crawl baodongthap --at={at} --delay=0 --collection={tmp_path}/c"
    command = f"ulimit -f 100; exec {shlex.quote(sys.executable)} {crawl}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 8
    assert done.stderr.splitlines()[-1].startswith("tinhuy: baodongthap: failed: cannot write ")
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
