"""Politeness, in the log of the server that is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

from scrapy.crawler import AsyncCrawlerRunner

from crawler.fetching.robots import RobotsUnread
from crawler.fetching.turns import CrawlEnds, HostClosed, NotAsked, OutOfHours
from tests.crawler.fetching.conftest import InReactor, Run
from tests.crawler.fetching.crawl import Listening, Plan, crawl
from tests.crawler.fetching.origin import RESET, Answer, Origin, Step, always, page

DELAY = 0.3
POLITE = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "HOST_DELAY": DELAY, "PATIENCE": 30}
ROBOTS = {
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": "tinhuy",
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetching.robots.RobotsMiddleware": 100,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    },
}
NOISE = 0.1
"""Seconds by which a thread of the server may look at the clock late."""


@dataclass
class Log:
    """When each request came, and when its answer left, of all servers that share this log."""

    spans: list[tuple[float, float, str]] = field(default_factory=list)

    def of(self, answer: Answer) -> Answer:
        """The same answer, and its time in the log."""

        def play(request: bytes) -> Iterable[Step]:
            began, path = time.monotonic(), request.split(b" ", 2)[1].decode()
            *steps, last = answer(request)
            yield from steps
            self.spans.append((began, time.monotonic(), path))
            yield last

        return play

    def gaps(self) -> list[float]:
        """Seconds between the beginnings of one request and the next."""
        began = sorted(span[0] for span in self.spans)
        return [later - before for before, later in pairwise(began)]

    def assert_paced(self, delay: float) -> None:
        """No request came sooner than the delay after the one before, and all of them did not."""
        gaps = self.gaps()
        assert min(gaps) > delay - NOISE
        assert sum(gaps) > delay * len(gaps) - NOISE

    def overlaps(self) -> int:
        """How often a request came before the one before it was answered."""
        spans = sorted(self.spans)
        return sum(later[0] < before[1] for before, later in pairwise(spans))

    def paths(self) -> list[str]:
        return [path for _, _, path in sorted(self.spans)]


def plans(origin: Origin, paths: Iterable[str], host: str = "127.0.0.1") -> list[Plan]:
    return [Plan(path, origin.url(path, host)) for path in paths]


def slowly(answer: Answer, seconds: float) -> Answer:
    return lambda request: [seconds, *answer(request)]


def test_never_two_at_a_time_nor_faster_than_the_delay(run: Run) -> None:
    """A host sees one request at a time and no more than the rate, with redirects, retries and its
    robots.txt among them.
    """
    log = Log()
    moved = page(status=b"302 Found", headers=b"Location: /a\r\n")
    answers = {
        "/robots.txt": log.of(page(b"User-agent: *\nDisallow: /secret\n")),
        "/a": log.of(slowly(page(), 0.3)),
        "/moved": log.of(moved),
        "/bad": log.of(page(status=b"500 Oops")),
        **{f"/{n}": log.of(page()) for n in range(5)},
    }
    with Origin(answers) as origin:
        asked = ["/moved", "/bad", "/secret", *(f"/{n}" for n in range(5))]
        found = run(plans(origin, asked), **POLITE, **ROBOTS, RETRY_ENABLED=True, RETRY_TIMES=1)
    assert sorted(log.paths()) == sorted(
        ["/robots.txt", "/moved", "/a", "/bad", "/bad", *(f"/{n}" for n in range(5))]
    )
    assert log.paths()[0] == "/robots.txt"
    assert "forbids" in str(found["/secret"].error)
    assert log.overlaps() == 0
    log.assert_paced(DELAY)


def test_two_sites_on_one_host_wait_for_each_other(in_reactor: InReactor) -> None:
    """Two crawls in one process ask a host that both need as one would, whatever the port."""
    log = Log()
    answers = {f"/{n}": log.of(slowly(page(), 0.05)) for n in range(4)}
    with Origin(answers) as one, Origin(answers) as other:

        async def both() -> None:
            crawls = (
                crawl(AsyncCrawlerRunner, plans(origin, answers), Listening(), None, POLITE)
                for origin in (one, other)
            )
            await asyncio.gather(*crawls)

        in_reactor(both())
    assert len(log.spans) == 8
    assert log.overlaps() == 0
    log.assert_paced(DELAY)


def test_a_host_that_hangs_holds_up_no_other(run: Run) -> None:
    """While one host does not answer, others are asked at their own rate."""
    log = Log()
    with (
        Origin({"/hang": always(6.0, b"")}) as hanging,
        Origin({f"/{n}": log.of(page()) for n in range(5)}) as other,
    ):
        stuck = plans(hanging, ["/hang"], "localhost")
        settings = POLITE | {"DOWNLOAD_TIMEOUT": 5}
        run([*stuck, *plans(other, [f"/{n}" for n in range(5)])], **settings)
    assert len(log.spans) == 5
    assert sum(log.gaps()) < 4 * DELAY + 2.5


def test_a_site_that_hangs_delays_no_other_site(in_reactor: InReactor) -> None:
    """Of two crawls in one process, one whose site never answers leaves the other its full rate."""
    log, paths = Log(), [f"/{n}" for n in range(6)]
    with (
        Origin({path: always(6.0, b"") for path in paths}) as hanging,
        Origin({path: log.of(page()) for path in paths}) as other,
    ):
        settings = POLITE | {"DOWNLOAD_TIMEOUT": 5}

        async def both() -> None:
            asked = (plans(hanging, paths[:2], "localhost"), plans(other, paths))
            crawls = (
                crawl(AsyncCrawlerRunner, each, Listening(), None, settings) for each in asked
            )
            await asyncio.gather(*crawls)

        in_reactor(both())
    log.assert_paced(DELAY)
    assert sum(log.gaps()) < 5 * DELAY + 2.5


def test_retry_after_stops_all_that_is_asked_of_the_host(run: Run) -> None:
    """A 503 with Retry-After makes the host rest for so long, and what was refused comes after."""
    log = Log()
    refusals = iter([b"503 Busy"])

    def busy(request: bytes) -> Iterable[Step]:
        status = next(refusals, b"200 OK")
        return page(status=status, headers=b"Retry-After: 2\r\n")(request)

    answers = {"/busy": log.of(busy), "/a": log.of(page()), "/b": log.of(page())}
    with Origin(answers) as origin:
        asked = plans(origin, ["/busy", "/a", "/b"])
        found = run(asked, **POLITE, RETRY_ENABLED=True)
    assert log.gaps()[0] > 2.0 - NOISE
    assert sorted(log.paths()[1:]) == ["/a", "/b", "/busy"]
    assert found["/busy"].response is not None
    assert found["/busy"].response.status == 200


def test_retry_after_may_be_a_date(run: Run) -> None:
    """A date in Retry-After is waited for."""
    log = Log()

    def busy(request: bytes) -> Iterable[Step]:
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
        return page(status=b"429 Slow", headers=f"Retry-After: {when}\r\n".encode())(request)

    with Origin({"/busy": log.of(busy), "/a": log.of(page())}) as origin:
        run(plans(origin, ["/busy", "/a"]), **POLITE)
    assert log.gaps()[0] > 1.5  # a date has whole seconds


def test_a_host_that_asks_for_more_than_our_patience_is_left_alone(run: Run) -> None:
    """After a Retry-After of a day nothing more is sent to the host, and it is said why."""
    log = Log()
    busy = page(status=b"503 Busy", headers=b"Retry-After: 86400\r\n")
    with Origin({"/busy": log.of(busy), "/a": log.of(page())}) as origin:
        found = run(plans(origin, ["/busy", "/a"]), **POLITE, RETRY_ENABLED=True)
    assert log.paths() == ["/busy"]
    assert isinstance(found["/a"].error, HostClosed)
    assert "86400 s" in str(found["/a"].error)


def test_errors_lengthen_the_delay(run: Run) -> None:
    """Each failure of a host, by status or by a reset, makes the next request come later."""
    log = Log()
    answers = {
        "/0": log.of(page(status=b"500 Oops")),
        "/1": log.of(always(b"HTTP/1.1 200 OK\r\n", RESET)),
        "/2": log.of(page()),
    }
    with Origin(answers) as origin:
        run(plans(origin, answers), **POLITE)
    first, second = log.gaps()
    assert first > 2 * DELAY - NOISE
    assert second > 4 * DELAY - NOISE


def test_outside_its_hours_a_site_is_not_asked(run: Run) -> None:
    """Outside the hours of a site nothing is sent, and the crawl ends and says why."""
    now = datetime.now(UTC) + timedelta(hours=7)
    hours = f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=4):%H:%M}"
    with Origin({"/a": page()}) as origin:
        found = run(plans(origin, ["/a"]), CRAWL_HOURS=hours, **POLITE)
        assert origin.crossed == {}
    assert isinstance(found["/a"].error, OutOfHours)
    assert found.finish_reason == "hours"


def test_when_its_hours_end_a_site_is_left_in_good_order(in_reactor: InReactor) -> None:
    """A crawl whose hours end half-way sends nothing more; what was not asked for is told."""
    log = Log()
    answers = {f"/{n}": log.of(page()) for n in range(6)}

    def clock() -> datetime:
        """Vietnam, 04:59 until three answers are given."""
        return datetime(2026, 3, 1, 21 if len(log.spans) < 3 else 22, 30, tzinfo=UTC)

    with Origin(answers) as origin:
        settings = {**POLITE, "CRAWL_HOURS": "22:00-05:00"}
        asked = plans(origin, answers)
        run = crawl(AsyncCrawlerRunner, asked, Listening(), None, settings, clock)
        found = in_reactor(run)
    assert len(log.spans) == 3
    assert found.finish_reason == "hours"
    errors = [fetched.error for fetched in found.values() if fetched.error]
    assert len(errors) == 3
    assert all(isinstance(error, OutOfHours | CrawlEnds) for error in errors)


def robots(run: Run, answer: Answer, **settings: object) -> tuple[list[str], dict[str, object]]:
    """Crawl /a and /secret of a site with this robots.txt: the log of the server, the errors."""
    log = Log()
    answers = {"/robots.txt": answer, "/a": page(), "/secret": page()}
    with Origin({path: log.of(each) for path, each in answers.items()}) as origin:
        asked = plans(origin, ["/a", "/secret"])
        found = run(asked, **(POLITE | {"HOST_DELAY": 0} | ROBOTS | settings))
    return log.paths(), {name: fetched.error for name, fetched in found.items()}


RULES = b"User-agent: *\nDisallow: /secret\n"


def test_robots_txt_is_obeyed_and_asked_for_once(run: Run) -> None:
    """What the rules forbid is not asked for; they are asked for once, before all else."""
    paths, errors = robots(run, page(RULES))
    assert paths == ["/robots.txt", "/a"]
    assert "forbids" in str(errors["/secret"])


def test_no_robots_txt_means_no_rules(run: Run) -> None:
    """404, 403 and a page of HTML forbid nothing, whatever stands on them (RFC 9309 §2.3.1.3)."""
    for answer in (
        page(RULES, status=b"404 Not Found"),
        page(RULES, status=b"403 Forbidden"),
        page(b"<html><p>User-agent: * Disallow: /</p></html>"),
    ):
        paths, _ = robots(run, answer)
        assert sorted(paths) == ["/a", "/robots.txt", "/secret"]


def test_robots_txt_that_cannot_be_had_forbids_all(run: Run) -> None:
    """An error of the server or of the line is no permission (RFC 9309 §2.3.1.4)."""
    for answer in (
        page(status=b"503 Busy"),
        page(status=b"500 Oops"),
        page(status=b"429 Slow"),
        always(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser", RESET),
    ):
        paths, errors = robots(run, answer)
        assert paths == ["/robots.txt"]
        assert all(isinstance(error, RobotsUnread) for error in errors.values())
        assert all(isinstance(error, NotAsked) for error in errors.values())


def test_robots_txt_is_read_up_to_a_bound(run: Run) -> None:
    """Rules that begin after the first 500 KiB are not read, those before are."""
    filler = b"# " + b"x" * 997 + b"\n"
    paths, _ = robots(run, page(RULES + filler * 600 + b"Disallow: /a\n"))
    assert paths == ["/robots.txt", "/a"]


def test_robots_txt_may_stand_on_another_host(run: Run) -> None:
    """Rules that are redirected to another host are those of the host that was asked."""
    log = Log()
    with Origin({"/rules": log.of(page(RULES))}) as other:
        location = other.url("/rules", "localhost").encode()
        moved = page(status=b"301 Moved", headers=b"Location: %b\r\n" % location)
        paths, errors = robots(run, moved)
    assert paths == ["/robots.txt", "/a"]
    assert log.paths() == ["/rules"]
    assert "forbids" in str(errors["/secret"])


def test_every_host_has_rules_of_its_own(run: Run) -> None:
    """The robots.txt of a second host is asked for too, once."""
    log = Log()
    answers = {"/robots.txt": log.of(page(RULES)), "/a": log.of(page()), "/b": log.of(page())}
    with Origin(answers) as one:
        asked = [Plan(f"{h}{p}", one.url(p, h)) for h in ("127.0.0.1", "localhost") for p in "ab"]
        asked = [Plan(plan.name, plan.url[:-1] + "/" + plan.url[-1]) for plan in asked]
        run(asked, **POLITE, **ROBOTS)
    assert log.paths().count("/robots.txt") == 2


def test_crawl_delay_is_kept(run: Run) -> None:
    """A Crawl-delay longer than ours is kept from the second request on."""
    log = Log()
    rules = page(b"User-agent: tinhuy\nCrawl-delay: 0.6\n")
    answers = {"/robots.txt": log.of(rules), "/a": log.of(page()), "/b": log.of(page())}
    with Origin(answers) as origin:
        run(plans(origin, ["/a", "/b"]), **POLITE, **ROBOTS)
    log.assert_paced(0.6)
