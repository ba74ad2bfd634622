"""From a reading to the archive: compare, write the text, then let the catalog refer to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from scrapy.crawler import Crawler

from archive import Article, Change, Gone, Look, Recording, StorageFailed
from archive.article import compare
from archive.writer import warc_date
from crawler.archived import read_again
from crawler.fetching.capture import stop
from crawler.reading import NotAnArticle
from crawler.session import Session, session_of

COMMIT_LOOKS = 100


class ArticlePipeline:
    """Turns what was read into looks, and puts what was kept on the disk at a steady pace.

    Every COMMIT_SECONDS (a setting), and after COMMIT_LOOKS looks, records are synced; only then
    does the catalog hear of them. A disk with less than MIN_FREE_BYTES ends the run.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.session: Session = session_of(crawler)
        self.pending: list[Look] = []
        self.seconds = crawler.settings.getfloat("COMMIT_SECONDS")
        self.least_free = crawler.settings.getint("MIN_FREE_BYTES")
        self._pace: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def open_spider(self) -> None:
        if self.session.recording:
            self._pace = asyncio.ensure_future(self._keep_pace(self.session.recording))

    async def _keep_pace(self, recording: Recording) -> None:
        while not self.session.trouble:
            with self._ending_on_trouble():
                recording.check_space(self.least_free)
                self._commit()
            await asyncio.sleep(self.seconds)

    async def process_item(self, item: Article | Gone | NotAnArticle) -> object:
        again = self._read_again(item) if isinstance(item, Article) else None
        look = self._look(item, again)
        if look is None:
            self.session.counts["not_articles"] += 1
            return item
        self.session.counts["articles"] += look.change != Change.GONE
        for one in (again, look) if again else (look,):
            self.session.counts[one.change.value] += 1
            if self.session.recording:
                await self._keep(one, self.session.recording)
        return item

    def _read_again(self, item: Article) -> Look | None:
        """What the capture of the stored reading says to the reader of this run, if that is not
        what it said to another one: a site did not edit an article because our reader changed.
        """
        session = self.session
        stored = session.catalog.reading(item.site, item.url)
        if stored is None or stored.extractor == item.extractor:
            return None
        if session.catalog.compare(item) in (Change.NEW, Change.UNCHANGED):
            return None
        return read_again(session.collection, stored, session.study, warc_date(session.clock()))

    async def _keep(self, look: Look, recording: Recording) -> None:
        with self._ending_on_trouble():
            self.pending.append(recording.convert(look))
            if len(self.pending) >= COMMIT_LOOKS:
                self._commit()

    @contextmanager
    def _ending_on_trouble(self) -> Iterator[None]:
        """Whatever goes wrong with keeping ends the run in good order, and is why it failed."""
        try:
            yield
        except Exception as error:
            self.session.trouble = self.session.trouble or error
            stop(self.crawler, "storage")

    def _look(self, item: Article | Gone | NotAnArticle, again: Look | None) -> Look | None:
        """What this item says of a known or new article; None when it says nothing of any.

        What it is compared with is the stored reading, or what takes its place.
        """
        if isinstance(item, NotAnArticle) or item.capture is None:
            return None
        if isinstance(item, Gone) and not self._is_alive(item.url):
            return None
        if isinstance(item, Gone):
            change = Change.GONE
        elif again and again.article:
            change = compare(again.article, item)
        else:
            change = self.session.catalog.compare(item)
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

    def _commit(self) -> None:
        if self.session.recording:
            try:
                self.session.recording.commit()
            except StorageFailed:
                self.pending.clear()  # mending tells the catalog of what did reach the disk
                raise
        self.session.catalog.put_many(self.pending)
        self.pending.clear()

    async def close_spider(self) -> None:
        if self._pace:
            self._pace.cancel()
        with self._ending_on_trouble():
            self._commit()
