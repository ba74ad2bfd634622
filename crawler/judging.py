"""What answers, and the lack of them, say of a site; and when its run must end early."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Request, Response, TextResponse

from archive import Article, CaptureNotFound, Gone, StorageFailed
from archive.exchange import Tls
from archive.urlkey import without_user
from crawler import registry
from crawler.fetching.ending import CutOff, stop
from crawler.fetching.failures import in_words
from crawler.fetching.guard import RequestRefused
from crawler.fetching.location import RedirectedInCircle
from crawler.fetching.robots import RobotsForbidden, RobotsUnread
from crawler.fetching.turns import HostClosed, NotAsked, OutOfHours
from crawler.ledger import PAGES
from crawler.reading import NotAnArticle, Page
from crawler.reading.page import GONE
from crawler.scope import Scope
from crawler.seen import Certificate
from crawler.session import Session
from crawler.symptoms import Answer

LONGEST_NOTICE, LONGEST_FRONT = 20_000, 1_000_000
"""Bytes of a listing, and of a front page, that may be a notice in its place."""

_TOO_MANY_REDIRECTS = "max redirections reached"  # what Scrapy's redirect middleware says

logger = logging.getLogger(__name__)


class Judge:
    """Counts what came and what did not, tells the session's symptoms of it, and ends a run that
    can only do harm. `scope` says what is of the site.
    """

    def __init__(self, crawler: Crawler, session: Session, scope: Scope) -> None:
        self._crawler, self._session, self._scope = crawler, session, scope

    # What came

    def is_sound(self, response: Response) -> bool:
        """Whether a wanted page came as a page; counts what came instead."""
        counts = self._session.counts
        counts["pages"] += 1
        if response.status in GONE:
            counts["dead_links"] += 1
        elif response.status != 200:
            counts["failures"] += 1
            logger.warning("status %s: %s", response.status, response.url)
        return response.status == 200

    def listed(self, response: Response) -> None:
        """A listing came, or a notice in its place: short, or on the front page."""
        is_front = bool(response.meta.get("seed"))
        longest = LONGEST_FRONT if is_front else LONGEST_NOTICE
        if response.status != 200 or len(response.body) > longest:
            self.came(response)
            return
        found = self._session.study(page_from(response)).found
        self.came(response, found.reason if isinstance(found, NotAnArticle) else "")

    def read(self, response: Response, found: Article | Gone | NotAnArticle) -> None:
        """An article came, or what it was read as, and whether a known one is still there."""
        self.came(response, found.reason if isinstance(found, NotAnArticle) else "")
        known, address = self._session.known.get(found.url), self._session.ledger.find(found.url)
        is_missing = address is not None and address.missed_at is not None
        if known and not (known.gone_at or is_missing or isinstance(found, NotAnArticle)):
            self._session.symptoms.looked(gone=isinstance(found, Gone))

    def came(self, response: Response, notice: str = "") -> None:
        """A page came, whatever it is; `notice` is a word of reading.page.REASONS."""
        capture, symptoms = response.meta["capture"], self._session.symptoms
        symptoms.answered(
            Answer(
                asked=response.meta.get("redirect_urls", [response.url])[0],
                came=response.url,
                status=response.status,
                digest=str(capture.digest or "") if capture else "",
                size=len(response.body),
                notice=notice,
                seed=bool(response.meta.get("seed")),
                away=self._is_away(response.url),
            )
        )
        for trouble in _tls_troubles(response):
            symptoms.note(trouble)
        self._note_certificate(response)
        self._stop_if_useless()

    def _note_certificate(self, response: Response) -> None:
        tls: Tls | None = response.meta.get("tls")
        if tls and tls.not_after and not self._is_away(response.url):
            seen = Certificate(urlsplit(response.url).netloc, tls.not_before, tls.not_after)
            self._session.certificates[seen.host] = seen

    def has_left(self, response: Response, fronts: Collection[str]) -> bool:
        """Whether a redirect led to what is no article (typical of removed sites): to one of the
        `fronts` (keys of the scope), to a list, or away. It is not read as one.
        """
        is_front = self._scope.key(response.url) in fronts
        is_other = self._scope.decide(response.url).kind not in ("article", "page")
        left = "redirect_urls" in response.meta and (is_front or is_other)
        self._session.counts["redirected_away"] += left
        return left

    def doubt(self, response: TextResponse, platform: str) -> None:
        """Say so when the site has another system than its rules are for."""
        found = registry.recognise(response.text)
        if found and found.name != platform:
            self._session.counts["other_platform"] += 1
            logger.warning(
                "%s looks like %s, and %s is crawled by the rules of %s: see `tinhuy sites check`",
                *(response.url, found.name, self._session.site, platform),
            )

    # What did not come

    def failed(self, request: Request, error: BaseException) -> bool:
        """Nothing came, after all retries; whether another form of the address may be tried."""
        counts, kind = self._session.counts, request.meta["kind"]
        if isinstance(error, StorageFailed):
            self._session.trouble = error
        elif self._is_refusal(error):
            self._refused(request, error)
        elif kind == "requisite":
            counts["requisites_failed"] += 1
        elif isinstance(error, CaptureNotFound):
            counts["not_captured"] += 1
            return True
        elif kind != "feed":
            self._missed(request, in_words(error))
            return True
        return False

    def put_off(self, request: Request, why: NotAsked) -> None:
        """What was not sent may be in another run: it stays in the ledger where that is certain."""
        session, is_page = self._session, request.meta["kind"] in PAGES
        closed, away = isinstance(why, HostClosed), self._is_away(request.url)
        if isinstance(why, RobotsUnread) or (closed and away):
            session.ledger.failed(request.meta["key"], "the host is left alone")
        session.counts["left_out"] += is_page
        if not isinstance(why, CutOff):  # what was sent has its line already
            session.refuse(request.url, str(why), request.meta["via"])
        if isinstance(why, RobotsUnread) and is_page:
            session.symptoms.failed(in_words(why), seed=bool(request.meta.get("seed")))
            self._stop_if_useless()
        elif isinstance(why, OutOfHours) or (closed and not away):
            session.why = session.why or str(why)
            stop(self._crawler, "told to wait" if closed else "hours")

    def _is_refusal(self, error: BaseException) -> bool:
        known = (RequestRefused, RobotsForbidden, RedirectedInCircle)
        return isinstance(error, known) or str(error) == _TOO_MANY_REDIRECTS

    def _refused(self, request: Request, error: BaseException) -> None:
        session, is_forbidden = self._session, isinstance(error, RobotsForbidden)
        session.counts["forbidden" if is_forbidden else "refused"] += 1
        if request.meta.get("seed"):
            told = "its robots.txt forbids the front page" if is_forbidden else str(error)
            session.symptoms.failed(told, seed=True)
        if not isinstance(error, RequestRefused):  # the download handler has told of those
            reason = "robots.txt" if is_forbidden else str(error)
            session.refuse(request.url, reason, request.meta["via"])
        if str(error) == _TOO_MANY_REDIRECTS:
            session.counts["failures"] += request.meta["kind"] in PAGES

    def _missed(self, request: Request, why: str) -> None:
        self._session.counts["failures"] += 1
        self._session.symptoms.failed(why, seed=bool(request.meta.get("seed")))
        logger.warning("failed: %s: %s", without_user(request.url), why)
        self._stop_if_useless()

    def _stop_if_useless(self) -> None:
        session, found = self._session, self._session.symptoms.must_stop()
        if found and session.recording and not session.why:
            session.why = found.why
            stop(self._crawler, found.outcome)

    def _is_away(self, url: str) -> bool:
        return self._scope.decide(url).rule == "another host"


def page_from(response: Response) -> Page:
    """What came as a page to read."""
    capture = response.meta["capture"]
    return Page(
        url=response.url,
        status=response.status,
        body=response.body,
        fetched_at=capture.captured_at,
        content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
        capture=capture,
    )


def _tls_troubles(response: Response) -> Iterator[str]:
    """What was not as it should be with the connection that a page came over."""
    tls: Tls | None = response.meta.get("tls")
    host = urlsplit(response.url).netloc
    if tls and tls.verdict != "ok":
        yield f"certificate of {host}: {tls.verdict}"
    if tls and tls.weakness:
        yield f"weak TLS at {host}: {tls.weakness}"
