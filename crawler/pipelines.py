"""From a reading to the archive: compare, write the text, then let the catalog refer to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Self

from scrapy.crawler import Crawler

from archive import Article, Change, Gone, Look, Recording, StorageFailed
from archive.article import compare, published_on
from archive.writer import warc_date
from crawler.archived import read_again
from crawler.fetching.ending import stop
from crawler.ledger import Visit
from crawler.reading import NotAnArticle
from crawler.session import Session, session_of

COMMIT_LOOKS = 100
BELIEVED_AFTER = timedelta(hours=20)
"""An article that has been missing for so long is gone; until then every run asks for it."""

DESCRIBED = ("author", "lead", "published", "section")
"""What most sites print with an article, and a redesign takes away from those who read it."""

SHORT = 200
"""Characters: a text of fewer is a caption, or what is left of one that was not found."""

EDITS = (Change.CHANGED, Change.ORTHOGRAPHY, Change.METADATA)


class ArticlePipeline:
    """Turns what was read into looks, and puts what was kept on the disk at a steady pace.

    Every COMMIT_SECONDS (a setting), and after COMMIT_LOOKS looks, records are synced; only then
    does the catalog hear of them. A disk with less than MIN_FREE_BYTES ends the run.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.session: Session = session_of(crawler)
        self.pending: list[Look] = []
        self.edited: set[str] = set()
        """The articles that this run found edited."""
        self.missing: list[Look] = []
        """What it will say of articles that were not where they were, if that is believed."""
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

    async def process_item(self, item: Article | Gone | NotAnArticle | Visit) -> object:
        if isinstance(item, Visit):
            self._note(item)
            return item
        if isinstance(item, Gone):
            self._miss(item)
            return item
        again = self._read_again(item) if isinstance(item, Article) else None
        look = self._look(item, again)
        if look is None:
            self.session.counts["not_articles"] += 1
            return item
        if isinstance(item, Article):
            self._weigh(item)
        for one in (again, look) if again else (look,):
            self._keep(one)
        return item

    def _weigh(self, article: Article) -> None:
        """Count what was read of it: where something is missing that was there, a site has changed
        in a way that its rules have not.
        """
        counts = self.session.counts
        counts["articles"] += 1
        counts["with_text"] += len(article.text) >= SHORT
        for name in DESCRIBED:
            counts[f"with_{name}"] += bool(getattr(article, name))

    def _note(self, visit: Visit) -> None:
        """Everything that came of a visit has come by before it: now the ledger may know."""
        ledger = self.session.ledger
        with self._ending_on_trouble():
            ledger.visited(visit)
            if visit.is_told:
                ledger.add("told", 1)
                ledger.add("told_rightly", visit.key in self.edited)
            if self.session.recording:
                self.session.recording.judge(visit.at, visit.url, visit.said)

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

    def _keep(self, look: Look) -> None:
        self.session.counts[look.change.value] += 1
        if look.change == Change.NEW and look.article:
            day = published_on(look.article.published, look.seen_at)
            self.session.news[day] += 1
        if look.change in EDITS:
            self.edited.add(look.url)
        if self.session.recording:
            with self._ending_on_trouble():
                self.pending.append(self.session.recording.convert(look))
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

    def _look(self, item: Article | NotAnArticle, again: Look | None) -> Look | None:
        """What this item says of a known or new article; None when it says nothing of any.

        What it is compared with is the stored reading, or what takes its place.
        """
        if isinstance(item, NotAnArticle) or item.capture is None or self._is_entered(item):
            return None
        self.session.ledger.missed(item.url, None)
        if again and again.article:
            change = compare(again.article, item)
        else:
            change = self.session.catalog.compare(item)
        return Look(
            url=item.url,
            site=item.site,
            change=change,
            capture=item.capture,
            article=item if change != Change.UNCHANGED else None,
        )

    def _is_entered(self, item: Article | Gone) -> bool:
        """Whether the catalog has this very look: a run that was killed had come so far."""
        known, capture = self.session.known.get(item.url), item.capture
        if known is None or capture is None or self.session.recording is None:
            return False
        return capture.date <= known.looked_at <= warc_date(self.session.started)

    def _miss(self, item: Gone) -> None:
        """An article that was alive is not where it was. Whether that is so is seen at the end."""
        known = self.session.known.get(item.url)
        if known and not known.gone_at and item.capture and not self._is_entered(item):
            look = Look(url=item.url, site=item.site, change=Change.GONE, capture=item.capture)
            self.missing.append(look)

    def _judge_the_missing(self) -> None:
        """What was missed before, some time ago, is gone; the rest is noted and asked for again.

        Of a site that ails as a whole nothing is believed: servers err, and come back.
        """
        self.session.counts["vanished"] = len(self.missing)
        if not self.session.symptoms.is_trusted():
            return
        for look in self.missing:
            if self._is_missed_again(look.url):
                self._keep(look)
            else:
                self.session.counts["missing"] += 1

    def _is_missed_again(self, url: str) -> bool:
        ledger, now = self.session.ledger, self.session.clock()
        address = ledger.find(url)
        since = address.missed_at if address else None
        is_gone = since is not None and now - datetime.fromisoformat(since) >= BELIEVED_AFTER
        ledger.missed(url, None if is_gone else since or warc_date(now))
        return is_gone

    def _commit(self) -> None:
        if self.session.recording:
            try:
                self.session.recording.commit()
            except StorageFailed:
                self.pending.clear()  # mending tells the catalog of what did reach the disk
                raise
        self.session.catalog.put_many(self.pending)
        self.pending.clear()
        self.session.ledger.commit()

    async def close_spider(self) -> None:
        if self._pace:
            self._pace.cancel()
        with self._ending_on_trouble():
            self._judge_the_missing()
            self._commit()
