"""Pages that a script draws, drawn by the system's Chromium (`Site.rendered`).

The browser reaches no network. Whatever it asks for is asked for by the crawler, as any requisite
is: by robots.txt, the pace of the host, the guard and the recording; and what came is handed to it.
What it made of the page (its DOM) is kept beside the raw answer (`Recording.render`), and read in
the place of it; a replay reads the same, and needs no browser.

Only scripts, style sheets and what scripts fetch are handed on, at most MAX_ANSWERS a page, within
RENDER_SECONDS; pictures wait for their turn as requisites. Sockets, workers, downloads and other
pages are refused. A browser that fails or hangs costs its page the drawing, not the run.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urldefrag

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from archive import Capture
from archive.urlkey import without_user
from crawler.fetching.browser import check_installed
from crawler.fetching.capture import recorder_of
from crawler.fetching.ending import under_way
from crawler.fetching.replay import collection_of
from crawler.fetching.robots import RobotsForbidden
from crawler.ledger import PAGES

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route

logger = logging.getLogger(__name__)

MAX_ANSWERS = 100
CLOSING_SECONDS = 10
"""A browser that takes longer to give up a page, or to end one, hangs."""
MAX_DOM = 10_000_000
"""Characters of a drawn page; of a larger one the raw page is read."""

_HANDED_ON = ("script", "stylesheet", "xhr", "fetch")
_NOWHERE = {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"}
_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--js-flags=--max-old-space-size=256",
    "--no-first-run",
)
_WITHOUT_DOORS = """for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection",
"WebTransport", "EventSource", "SharedWorker"]) { delete window[name]; }"""
MOST_BYTES = 16_000_000
"""Of anything that a script asks for."""

_OF_THE_CODING = ("content-encoding", "content-length", "transfer-encoding", "set-cookie")


class RenderingMiddleware:
    """Gives the spider the drawn page for the raw one, of sites that are `rendered`."""

    def __init__(self, crawler: Crawler) -> None:
        site = getattr(crawler.spidercls, "site", None)
        if site is None or not site.rendered:
            raise NotConfigured
        self._crawler = crawler
        self._replays = crawler.settings.getbool("REPLAY")
        self._drawing: Drawing | None = None
        crawler.signals.connect(self._close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        capture: Capture | None = request.meta.get("capture")
        if not _is_drawn(request, response) or capture is None:
            return response
        html = await self._html(request, response, capture)
        if html is None:
            return response
        headers = response.headers.copy()
        headers["Content-Type"] = "text/html; charset=utf-8"
        drawn: Response = response.replace(body=html, headers=headers, encoding="utf-8")
        return drawn

    async def _html(self, request: Request, response: Response, capture: Capture) -> bytes | None:
        if self._replays:
            return collection_of(self._crawler).rendered(capture)
        seconds = self._crawler.settings.getfloat("RENDER_SECONDS")
        self._drawing = self._drawing or Drawing(check_installed(), seconds)
        async with under_way(self._crawler):
            html = await self._drawing.draw(response, _Fetching(self._crawler, request, response))
        if html is not None:
            recorder_of(self._crawler).render(capture, html)
        return html

    async def _close(self) -> None:
        if self._drawing:
            await self._drawing.close()


def _is_drawn(request: Request, response: Response) -> bool:
    wanted = request.meta.get("kind") in PAGES and request.method == "GET"
    return wanted and response.status == 200 and isinstance(response, HtmlResponse)


class _Fetching:
    """What one page asks for while it is drawn, asked for by the crawler."""

    def __init__(self, crawler: Crawler, request: Request, response: Response) -> None:
        self._crawler, self._response = crawler, response
        self._hops: str = request.meta.get("hops", "")
        self._left = MAX_ANSWERS
        self._is_begun = False

    async def answer(self, route: Route) -> None:
        """Fulfil or abort what the browser asks for."""
        asked = route.request
        if asked.is_navigation_request():
            await self._navigate(route)
        elif asked.resource_type in _HANDED_ON and asked.method in ("GET", "POST") and self._left:
            self._left -= 1
            await self._hand_on(route)
        else:
            await route.abort()

    async def _navigate(self, route: Route) -> None:
        """The page itself, once; no frame, and no other page."""
        if self._is_begun or route.request.url != urldefrag(self._response.url).url:
            await route.abort()
            return
        self._is_begun = True
        kind = (self._response.headers.get("Content-Type") or b"text/html").decode("latin-1")
        await route.fulfill(status=200, headers={"content-type": kind}, body=self._response.body)

    async def _hand_on(self, route: Route) -> None:
        try:
            response = await self._fetched(route)
        except Exception as error:  # as it would be told to a script: the fetch failed
            logger.info("not drawn: %s: %s", route.request.url, error)
            await route.abort()
            return
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        shown = {name: value for name, value in headers.items() if name not in _OF_THE_CODING}
        await route.fulfill(status=response.status, headers=shown, body=response.body)

    async def _fetched(self, route: Route) -> Response:
        asked, engine = route.request, self._crawler.engine
        assert engine is not None
        kind = asked.headers.get("content-type")
        request = Request(
            without_user(asked.url),
            method=asked.method,
            body=asked.post_data_buffer or b"",
            headers={"Content-Type": kind} if kind else None,
            meta={
                "hops": self._hops + "E",
                "via": self._response.url,
                "download_maxsize": MOST_BYTES,
            },
        )
        try:
            return await engine.download_async(request)
        except RobotsForbidden:
            recorder_of(self._crawler).refuse(request.url, "robots.txt", self._response.url)
            raise


class Drawing:
    """One Chromium, which draws one page at a time."""

    def __init__(self, path: str, seconds: float) -> None:
        self._path, self._seconds = path, seconds
        self._turn = asyncio.Lock()
        self._playwright: Any = None
        self._browser: Browser | None = None

    async def draw(self, response: Response, fetching: _Fetching) -> bytes | None:
        """The DOM that a browser makes of a page, as UTF-8; None when it makes none in time."""
        async with self._turn:
            try:
                longest = self._seconds + CLOSING_SECONDS
                return await asyncio.wait_for(self._draw(response, fetching), longest)
            except Exception as error:
                logger.warning("%s was not drawn: %s", response.url, error or "it hangs")
                await self.close()  # whatever it hangs in ends with it; the next page has another
                return None

    async def _draw(self, response: Response, fetching: _Fetching) -> bytes | None:
        from playwright.async_api import TimeoutError as NotIdle

        browser = await self._opened()
        context = await browser.new_context(
            accept_downloads=False,
            locale="vi-VN",
            service_workers="block",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        try:
            await context.add_init_script(_WITHOUT_DOORS)
            await context.route("**/*", fetching.answer)
            await context.route_web_socket("**", lambda socket: socket.close())
            page = await context.new_page()
            try:
                await page.goto(
                    response.url, wait_until="networkidle", timeout=self._seconds * 1000
                )
            except NotIdle:
                logger.info("%s is taken as it stands after %s s", response.url, self._seconds)
            return await _dom(page)
        finally:
            await asyncio.wait_for(context.close(), CLOSING_SECONDS)

    async def _opened(self) -> Browser:
        from playwright.async_api import async_playwright

        if self._browser is None or not self._browser.is_connected():
            self._playwright = self._playwright or await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._path,
                args=list(_ARGUMENTS),
                chromium_sandbox=os.geteuid() != 0,
                proxy=_NOWHERE,
            )
        return self._browser

    async def close(self) -> None:
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        with suppress(Exception):
            if browser is not None:
                await asyncio.wait_for(browser.close(), CLOSING_SECONDS)
            if playwright is not None:
                await asyncio.wait_for(playwright.stop(), CLOSING_SECONDS)


async def _dom(page: Page) -> bytes | None:
    size = await page.evaluate("document.documentElement.outerHTML.length")
    return (await page.content()).encode("utf-8", "replace") if size <= MAX_DOM else None
