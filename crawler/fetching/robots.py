"""robots.txt as RFC 9309 has it, of every host that anything is asked of, once in a run.

Scrapy's middleware takes the rules from whatever comes, also from the page of an error, and an
error of the server or of the network for permission. The answers are fetched like all others, and
so they are kept.
"""

from __future__ import annotations

import asyncio
import logging
import math
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.settings import BaseSettings

from archive import CaptureNotFound
from crawler.fetching.turns import NotAsked
from crawler.politeness import MAX_CRAWL_DELAY

MAX_BYTES = 500 * 1024
"""What of a robots.txt is read: as much as RFC 9309 §2.5 asks for at the least."""

logger = logging.getLogger(__name__)


class RobotsUnread(NotAsked):
    """The rules of the host are there and could not be had: it is left alone in this run.

    `why` is the status of the answer, or the error.
    """

    def __init__(self, host: str, why: int | Exception) -> None:
        self.host, self.why = host, why
        told = f"status {why}" if isinstance(why, int) else f"{type(why).__name__}: {why}"
        super().__init__(f"the robots.txt of {host} could not be read ({told})")


class RobotsForbidden(IgnoreRequest):
    """The robots.txt of its host forbids an address. It was not asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"robots.txt forbids {url}")


class RobotsMiddleware(RobotsTxtMiddleware):
    """Refuses what robots.txt forbids, and all of a host whose rules cannot be had for an error of
    the server (5xx, 429) or of the network (RFC 9309 §2.3.1.4). Any other answer but 200 stands
    for no rules (§2.3.1.3), and so do too many redirects.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asked: dict[str, asyncio.Task[RobotParser]] = {}

    async def robot_parser(self, request: Request) -> RobotParser:
        """The rules of the host of a request. Raises RobotsUnread."""
        host = urlsplit(request.url).netloc
        if host not in self._asked:
            self._asked[host] = asyncio.ensure_future(self._ask(host, request))
        return await asyncio.shield(self._asked[host])

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises RobotsForbidden."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise RobotsForbidden(request.url) from None

    async def _ask(self, host: str, request: Request) -> RobotParser:
        rules = ProtegoRobotParser(await self._text(host, request), self.crawler.spider)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules

    async def _text(self, host: str, request: Request) -> bytes:
        try:
            response = await self._fetch(f"{urlsplit(request.url).scheme}://{host}/robots.txt")
        except (IgnoreRequest, CaptureNotFound):
            return b""  # what hinders us there will hinder the request itself
        except Exception as error:
            raise RobotsUnread(host, error) from error
        if response.status >= 500 or response.status == 429:
            raise RobotsUnread(host, response.status)
        return response.body[:MAX_BYTES] if response.status == 200 else b""

    async def _fetch(self, url: str) -> Response:
        assert self.crawler.engine is not None
        meta = {"dont_obey_robotstxt": True}
        asked = Request(url, NO_CALLBACK, meta=meta, priority=self.DOWNLOAD_PRIORITY)
        return await self.crawler.engine.download_async(asked)


def crawl_delay(rules: RobotParser, settings: BaseSettings, url: str) -> float:
    """The Crawl-delay of rules, in seconds; 0 without one, and no more than MAX_CRAWL_DELAY."""
    delay = rules.crawl_delay(settings["ROBOTSTXT_USER_AGENT"]) or 0.0
    if not delay > 0 or math.isnan(delay):
        return 0.0
    if delay > MAX_CRAWL_DELAY:
        host = urlsplit(url).netloc
        logger.warning(
            "%s asks for %g s between requests; it gets %g", host, delay, MAX_CRAWL_DELAY
        )
    return min(delay, MAX_CRAWL_DELAY)
