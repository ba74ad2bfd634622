"""Politeness of whole crawls, in the access log of the server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb, Quirks
from tests.practice.politeness import assert_polite

DELAY = 0.3


@pytest.mark.parametrize("quirks", [Quirks(), Quirks(error_every=6)], ids=["sound", "failing"])
def test_sites_of_one_host_are_crawled_as_one(quirks: Quirks, tmp_path: Path) -> None:
    """Two sites in one process ask their one host for one thing at a time and no faster than the
    delay: listings, articles, requisites, robots.txt and whatever is asked for again.
    """
    names = ("baohatinh", "baodongthap")  # three ports
    with PracticeWeb(seed=5, articles=4, only=names) as web:
        web.quirks["baohatinh"] = quirks
        ats = [f"--at={name}={host}" for name in names for host in web.sites[name].hosts]
        where = f"--collection={tmp_path}/c"
        done = tinhuy("crawl", *names, *ats, f"--delay={DELAY}", where, "--max-pages=4")
        hits = list(web.log)
    assert done.returncode in (0, 11), done.stderr
    assert {hit.site for hit in hits} == set(names)
    assert [hit.target for hit in hits].count("/robots.txt") == 3
    assert_polite(hits, DELAY)


def test_a_site_without_robots_txt_for_an_error_is_left_alone(tmp_path: Path) -> None:
    """A robots.txt that answers 503 keeps us out for this run, and is asked for three times."""
    with PracticeWeb(seed=5, articles=4, only=("chodon",)) as web:
        web.quirks["chodon"] = Quirks(robots="503")
        at = f"--at={web.sites['chodon'].start}"
        tinhuy("crawl", "chodon", at, "--delay=0", f"--collection={tmp_path}/c")
        assert [hit.target for hit in web.log] == ["/robots.txt"] * 3


def test_who_we_are_is_told(tmp_path: Path) -> None:
    """The user agent says our version and whom to write to."""
    command = [sys.executable, "-m", "crawler.cli", "crawl", "chodon", "--delay=0"]
    with PracticeWeb(seed=5, articles=4, only=("chodon",)) as web:
        where = [f"--at={web.sites['chodon'].start}", f"--collection={tmp_path}/c"]
        contact = {"TINHUY_CONTACT": "luu-tru@paper.example"}
        subprocess.run(
            [*command, *where, "--max-pages=1"],
            env={**os.environ, **contact},
            check=False,
            capture_output=True,
        )
        received = web.log[-1].received.decode()
    version = tinhuy("--version").stdout.split()[-1]
    assert f"User-Agent: tinhuy/{version} (web archive; luu-tru@paper.example)\r\n" in received


def test_a_crawl_without_a_contact_says_so(tmp_path: Path) -> None:
    """Who crawls somebody else's host without a contact is told of TINHUY_CONTACT, in one line."""
    env = {name: value for name, value in os.environ.items() if name != "TINHUY_CONTACT"}
    command = [sys.executable, "-m", "crawler.cli", "crawl", "http://paper.invalid/"]
    done = subprocess.run(
        [*command, f"--collection={tmp_path}/c"],
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr.count("TINHUY_CONTACT") == 1


def test_the_loopback_needs_no_contact(tmp_path: Path) -> None:
    """Nobody is told of contacts when only this machine is asked."""
    with PracticeWeb(seed=5, articles=4, only=("chodon",)) as web:
        at = f"--at={web.sites['chodon'].start}"
        done = tinhuy("crawl", "chodon", at, "--delay=0", f"--collection={tmp_path}/c")
    assert "TINHUY_CONTACT" not in done.stderr
    assert answer("list", f"--collection={tmp_path}/c")
