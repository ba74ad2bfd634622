"""`tinhuy health` over the practice web: each fault raises its alarm, once, and it ends with it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.cli import answer, tinhuy
from tests.crawler.fetching.origin import Origin, page
from tests.practice import PracticeWeb, Quirks
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
    with PracticeWeb(seed=7, articles=12, only=tuple(FAULTS)) as serving:
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
    here.crawl(*FAULTS)
    assert here.alarms() == set()
    here.crawl(*FAULTS)
    expected = {(site, rule) for site, (rule, _) in FAULTS.items()}
    assert here.alarms() == expected
    assert here.alarms("chodon") == {("chodon", "parked")}
    here.crawl()
    told = answer("health", here.where, days=here.night)
    assert {(one["site"], one["rule"]) for one in told["cleared"]} == expected
    assert told["alarms"] == []


def test_a_certificate_is_seen(tmp_path: Path) -> None:
    """The end of a site's certificate is known from its run, and told two weeks before; who may not
    write is told of it, too.
    """
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
