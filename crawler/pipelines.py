"""From a reading to the archive: compare, write the text, then let the catalog refer to it."""

from __future__ import annotations

import time
from typing import Self

from scrapy.crawler import Crawler

from archive import ArchiveError, Article, Change, Gone, Look, Recording
from crawler.fetching.capture import stop
from crawler.reading import NotAnArticle
from crawler.session import Session, session_of

COMMIT_SECONDS = 2.0
COMMIT_LOOKS = 100


class ArticlePipeline:
    """Turns what was read into looks.

    Catalog rows are written only after the records they speak of are on disk, in groups of at most
    COMMIT_LOOKS or COMMIT_SECONDS.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.session: Session = session_of(crawler)
        self.pending: list[Look] = []
        self.committed_at = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Article | Gone | NotAnArticle) -> object:
        look = self._look(item)
        if look is None:
            self.session.counts["not_articles"] += 1
            return item
        self.session.counts["articles"] += look.change != Change.GONE
        self.session.counts[look.change.value] += 1
        if self.session.recording:
            await self._keep(look, self.session.recording)
        return item

    async def _keep(self, look: Look, recording: Recording) -> None:
        """Write a look; when the disk refuses, the run ends in good order."""
        try:
            self.pending.append(recording.convert(look))
            self._commit_when_due()
        except ArchiveError as error:
            self.session.trouble = error
            stop(self.crawler, "storage")
            raise

    def _look(self, item: Article | Gone | NotAnArticle) -> Look | None:
        """What this item says of a known or new article; None when it says nothing of any."""
        if isinstance(item, NotAnArticle) or item.capture is None:
            return None
        if isinstance(item, Gone) and not self._is_alive(item.url):
            return None
        change = Change.GONE if isinstance(item, Gone) else self.session.catalog.compare(item)
        return Look(
            url=item.url,
            site=item.site,
            change=change,
            capture=item.capture,
            article=item if isinstance(item, Article) and change != Change.UNCHANGED else None,
        )

    def _is_alive(self, url: str) -> bool:
        known = self.session.known.get(url)
        return known is not None and known.gone_at is None

    def _commit_when_due(self) -> None:
        elapsed = time.monotonic() - self.committed_at
        if len(self.pending) >= COMMIT_LOOKS or elapsed >= COMMIT_SECONDS:
            self._commit()

    def _commit(self) -> None:
        if self.session.recording:
            self.session.recording.commit()
        self.session.catalog.put_many(self.pending)
        self.pending.clear()
        self.committed_at = time.monotonic()

    async def close_spider(self) -> None:
        try:
            self._commit()
        except ArchiveError as error:  # Scrapy would only log it
            self.session.trouble = error
