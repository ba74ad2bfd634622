"""`tinhuy health` over the practice web: each fault raises its alarm, once, and it ends with it."""

from __future__ import annotations

import json
import shlex
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from archive import Collection
from tests.cli import answer, tinhuy
from tests.crawler.fetching.origin import Origin, page
from tests.crawler.test_health import note
from tests.practice import PracticeWeb, Quirks
from tests.test_doctor import UNSHARE
from tests.test_symptoms import Site, links

FAULTS = {
    "baohatinh": ("blocked", Quirks(refusal="403")),
    "travinh": ("identical", Quirks(refusal="same")),
    "chodon": ("parked", Quirks(refusal="parked")),
    "dongthap_portal": ("listing-empty", Quirks()),
    "baodongthap": ("unreachable", Quirks()),
}
GONE = "unreachable"
ARTICLE = f"""<html><head><title>Hội nghị tổng kết năm</title></head><body><article>
<h1>Hội nghị tổng kết năm</h1>
{"<p>Sáng nay, Huyện ủy tổ chức hội nghị tổng kết công tác năm.</p>" * 9}</article></body></html>"""


@pytest.fixture(scope="module")
def web() -> Iterator[PracticeWeb]:
    with PracticeWeb(seed=7, articles=6, only=tuple(FAULTS)) as serving:
        yield serving


class Watched:
    """A collection of practice sites, of which each night is the next day's."""

    def __init__(self, web: PracticeWeb, path: Path, sites: tuple[str, ...]) -> None:
        self.web, self.sites, self.night = web, sites, -1
        self.stories = {name: web.sites[name].stories for name in sites}
        self.where = f"--collection={path}/c"

    def crawl(self, *sick: str) -> None:
        """A night, in which so many sites have their faults."""
        self.night += 1
        at = list[str]()
        for name in self.sites:
            its = self.web.sites[name]
            rule, quirks = FAULTS[name] if name in sick else ("", Quirks())
            self.web.quirks[name] = quirks
            its.stories = {} if rule == "listing-empty" else self.stories[name]
            hosts = ("http://127.0.0.1:1",) * len(its.hosts) if rule == GONE else its.hosts
            at += [f"--at={name}={host}/" for host in hosts]
        tinhuy("crawl", *self.sites, *at, "--delay=0", self.where, days=self.night)

    def alarms(self, *more: str) -> set[tuple[str, str]]:
        told = answer("health", *more, self.where, code=None, days=self.night)
        return {(one["site"], one["rule"]) for one in told["alarms"]}


def test_each_fault_raises_its_alarm(web: PracticeWeb, tmp_path: Path) -> None:
    """One night of it raises none, two raise one alarm for each site, a good one ends them all."""
    here = Watched(web, tmp_path, tuple(FAULTS))
    here.crawl()
    quiet = here.alarms()  # by the days on which the practice web has published
    assert quiet <= {(site, "silent") for site in FAULTS}
    here.crawl(*FAULTS)
    assert here.alarms() == quiet
    here.crawl(*FAULTS)
    expected = {(site, rule) for site, (rule, _) in FAULTS.items()}
    assert here.alarms() == expected | quiet
    assert here.alarms("chodon") - quiet == {("chodon", "parked")}
    here.crawl()
    told = answer("health", here.where, code=None, days=here.night)
    assert {(one["site"], one["rule"]) for one in told["cleared"]} == expected
    assert {(one["site"], one["rule"]) for one in told["alarms"]} == quiet


def test_a_certificate_is_seen(tmp_path: Path) -> None:
    """The end of a site's certificate is known from its run, and told two weeks before."""
    context, begins = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), datetime.now(UTC)
    ends = begins + timedelta(days=30)
    issued = trustme.CA().issue_cert(
        "127.0.0.1", not_before=begins - timedelta(days=60), not_after=ends
    )
    issued.configure_cert(context)
    site = Site(page(ARTICLE.encode()))
    site["/"] = page(links(1))
    where = f"--collection={tmp_path}/c"
    with Origin(site, tls=context) as origin:
        tinhuy("crawl", origin.url("/"), "--delay=0", where)
        assert answer("health", where)["alarms"] == []
        tinhuy("crawl", origin.url("/"), "--delay=0", where, days=20)
        (alarm,) = answer("health", where, days=20, code=16)["alarms"]
    assert alarm["rule"] == "certificate"
    assert f"127.0.0.1:{origin.port} ends at {ends:%Y-%m-}" in alarm["evidence"]


def test_who_may_not_write_is_told_all_the_same(tmp_path: Path) -> None:
    """On a read-only disk alarms are told, and nothing is recorded."""
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    home = Collection.create(tmp_path / "c")
    for days in (2, 1):
        note(home, "chodon", days, "unreachable")
    where = shlex.quote(str(home.path))
    mount = f"mount --bind {where} {where} && mount -o remount,bind,ro {where}"
    health = shlex.join(
        [sys.executable, "-m", "crawler.cli", "health", f"--collection={home.path}"]
    )
    command = [*UNSHARE, "sh", "-c", f"{mount} && {health} --json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (16, "")
    told = json.loads(done.stdout)
    assert [one["rule"] for one in told["alarms"]] == ["unreachable"]
    assert not told["is_recorded"]
    assert not (home.path / "alarms.sqlite3").exists()


def test_a_service_is_missed_and_heard_of(tmp_path: Path) -> None:
    """While nobody sees to the schedule there is an alarm; the service ends it, and says so."""
    where = f"--collection={tmp_path}/c"
    tinhuy("schedule", "add", "every 52 weeks", "chodon", where)
    (alarm,) = answer("health", where, code=16)["alarms"]
    assert (alarm["site"], alarm["rule"]) == ("", "scheduler")
    command = [sys.executable, "-m", "crawler.cli", "schedule", "run", where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        assert "over: scheduler" in service.stdout.readline()
        service.terminate()
    assert answer("health", where)["alarms"] == []


def test_a_site_that_nobody_knows(tmp_path: Path) -> None:
    """It is named, with what to look at."""
    Collection.create(tmp_path / "c")
    done = tinhuy("health", "nobody", f"--collection={tmp_path}/c")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "tinhuy runs" in done.stderr
