"""One run of one spider over one collection: what handler, spider and pipeline share."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from archive import (
    ArchiveError,
    Catalog,
    Collection,
    EntryTooLarge,
    Model,
    Recording,
    Run,
    StorageFailed,
)
from archive.writer import warc_date
from crawler.archived import Study
from crawler.clock import clock_at
from crawler.diary import Diary
from crawler.ledger import Ledger
from crawler.outcome import LOSSES, Diagnosis, Outcome, judge
from crawler.reading import Reading, SiteModel, Traits, study
from crawler.seen import Certificate, Seen
from crawler.site import RevisitPolicy
from crawler.symptoms import Symptoms

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings


ROUND = timedelta(hours=20)
"""A run that was cut short is gone on with so long after the round began; then a new one begins."""

LESSONS = 100
"""Pages of which what they teach is held until it is learned."""

MAX_REASON = 500
"""Characters of what is said of why a run went as it did."""

logger = logging.getLogger(__name__)


class Session:
    """The open collection of a run, and its counts.

    `known` are the site's articles when the run began, by URL; `study` is how this run reads a
    page, by the rules of its spider, which sets it. `recording` is None in a replay: nothing is
    written then. `trouble` is why it could not be written. `model` is what was known of the site
    when the run began: all its pages are read by it. `ledger` is what was met and what waits; in a
    replay it is in memory. `symptoms` is what its pages have in common, `why` the reason of an
    early end that has one. Opening raises what `Collection.open` and `Collection.recording` raise;
    `close` must follow.
    """

    def __init__(
        self,
        site: str,
        settings: BaseSettings,
        *,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.site = site
        self.run_id = str(new_id())
        self.at = tuple(settings.getdict("AT").get(site, ()))
        self.clock: Callable[[], datetime] = clock_at(settings["CLOCK"])
        self.started = self.clock()
        self.counts: Counter[str] = Counter()
        self.news: Counter[str] = Counter()
        self.certificates = dict[str, Certificate]()
        self.run: Run | None = None
        self.trouble: Exception | None = None
        self.symptoms = Symptoms()
        self.why, self.is_cut_short = "", False
        self.study: Study = partial(study, site=site)
        replaying = settings.getbool("REPLAY")
        self.collection = _collection(Path(settings["COLLECTION"]), create=not replaying)
        with ExitStack() as opened:
            # The recording first: it waits for its lock, and mends what the catalog must know.
            self.recording = None if replaying else opened.enter_context(self._recording(settings))
            self.catalog = opened.enter_context(Catalog(self.collection.catalog_path))
            self.known = {entry.url: entry for entry in self.catalog.known(site)}
            self.model = newest_model(self.catalog, site)
            self.ledger = opened.enter_context(
                Ledger.of(self.collection, site) if self.recording else Ledger(None)
            )
            number = settings.getint("RUN_NUMBER") or None
            self._number = self._noted(number) if self.recording else None
            self._open = opened.pop_all()
        self._learned, self._lessons = self.model, list[Traits]()
        for mended in self.recording.mended if self.recording else ():
            logger.warning("mended %s: %s", mended.file, mended.what)

    def begin(self, policy: RevisitPolicy, *, refresh: bool) -> None:
        """Begin a round, or go on with the one that was cut short not long ago."""
        now = self.clock()
        oldest = now if refresh else now - ROUND
        full_since = now - timedelta(days=policy.whole_after)
        self.ledger.begin(
            warc_date(now), oldest=warc_date(oldest), full_since=warc_date(full_since)
        )

    def learn(self, reading: Reading) -> None:
        """Note what a page teaches of the site; the next run will know it."""
        if self.recording and (traits := reading.traits):
            self.counts["without_rules"] += reading.is_guessed
            self._lessons.append(traits)
            if len(self._lessons) >= LESSONS:
                self._learned, self._lessons = self._learned.learn(self._lessons), []

    def _recording(self, settings: BaseSettings) -> Recording:
        return self.collection.recording(
            site=self.site,
            run_id=self.run_id,
            user_agent=settings["USER_AGENT"],
            robots="obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            clock=self.clock,
        )

    def refuse(self, url: str, reason: str, via: str | None = None) -> None:
        """Note that an address is not asked for, and why."""
        if self.recording:
            self.recording.refuse(url, reason, via)

    def close(self, reason: str) -> Run:
        """Judge the run, write it down and close the files. A second call changes nothing.

        What goes wrong here becomes `trouble`, and the run has failed.
        """
        if reason == "storage" and self.trouble is None:  # it struck while robots.txt was fetched
            self.trouble = StorageFailed(self.collection.path, "the disk refused what was written")
        if self.run is None:
            self.counts["left_out"] += self.ledger.queue.count(pages=True)
            self.counts["alike"] = self.symptoms.alike
            self.counts["full_round"] = int(self.ledger.round.is_full)
            found = self.symptoms.diagnosis()
            outcome = self._outcome(reason, found)
            run = Run(
                id=self.run_id,
                site=self.site,
                started_at=warc_date(self.started),
                finished_at=warc_date(self.clock()),
                outcome=outcome,
                reason=self._reason(outcome, found),
                counts=self.live_counts(),
                at=self.at,
            )
            try:
                self._finish(run, is_whole=reason == "finished")
            except Exception as error:
                self.trouble = self.trouble or error
                run = replace(run, outcome=Outcome.FAILED, reason=_in_short(str(self.trouble)))
                self._note_end(run)
            self.run = run
        return self.run

    def _noted(self, number: int | None) -> int | None:
        """The number that the run has in the diary; None if that cannot be written: no reason not
        to crawl by hand. One that was planned raises what the diary does: who planned it would call
        it killed.
        """
        try:
            with Diary.of(self.collection) as diary:
                return diary.begin(self.site, warc_date(self.started), self.run_id, number)
        except ArchiveError as error:
            if number:
                raise
            logger.warning("the run is not noted in the diary: %s", error)
            return None

    def _note_end(self, run: Run) -> None:
        if self._number is None:
            return
        try:
            with Diary.of(self.collection) as diary:
                is_cut = self.is_cut_short and run.outcome != Outcome.OK
                diary.end(self._number, run, cut_short=is_cut)
            with Seen.of(self.collection) as seen:
                news = self.news if seen.news(self.site, 1) else self._all_news()
                seen.note(self.site, news, self.certificates.values())
            self.news.clear()  # told: the end may be noted once more, as a failure
        except ArchiveError as error:
            logger.warning("the end of the run is not noted in the diary: %s", error)

    def _all_news(self) -> dict[str, int]:
        """What the catalog tells, of a site of which nothing was seen yet."""
        with Catalog(self.collection.catalog_path) as catalog:
            return catalog.published(self.site)

    def live_counts(self) -> dict[str, int]:
        """The counts as they stand now, in a stable order."""
        counts = dict(self.counts)
        elapsed = (self.clock() - self.started).total_seconds()
        counts["milliseconds"] = round(elapsed * 1000)
        if self.recording:
            counts["bytes_written"] = self.recording.bytes_written
            counts["bytes_saved"] = self.recording.bytes_saved
            counts["revisits"] = self.recording.revisits
        return dict(sorted(counts.items()))

    def _outcome(self, reason: str, found: Diagnosis | None) -> Outcome:
        if self.trouble:
            return Outcome.FAILED
        return judge(self.counts, reason, bool(self.known) or self.counts["articles"] > 0, found)

    def _reason(self, outcome: Outcome, found: Diagnosis | None) -> str:
        """Why the outcome is what it is, and what troubles there were that stopped nothing."""
        why = str(self.trouble or "") or self.why
        if not why and found and found.outcome == outcome:
            why = found.why
        if not why and outcome == Outcome.INCOMPLETE:
            lost = {name: self.counts[name] for name in LOSSES}
            why = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in lost.items() if n)
        return _in_short("; ".join(filter(None, (why, *self.symptoms.notes))))

    def _finish(self, run: Run, *, is_whole: bool) -> None:
        """Catalog and diary hear of everything while the site is still ours: who finds that it is
        not, and no end of the run, calls it killed.
        """
        with self._open:
            if is_whole and not self.trouble and not self.ledger.queue.count(pages=True):
                self.ledger.end(run.finished_at)
                self.ledger.commit()
            if self.recording:
                model = self._kept_model(self.recording, run.finished_at)
                self.recording.finish(run)
                self.recording.close()
                self.catalog.put_many([run, model] if model else [run])
                if not self.trouble:  # else what the catalog missed is told to it by mending
                    self.catalog.note_files(self.recording.text_files)
            self._note_end(run)

    def _kept_model(self, recording: Recording, at: str) -> Model | None:
        """The model that was written, if there is a new one; one too large costs only a warning."""
        if model := self._news(at):
            try:
                recording.learn(model)
            except EntryTooLarge as error:
                logger.warning("%s: nothing is kept of what was learned: %s", self.site, error)
                return None
        return model

    def _news(self, at: str) -> Model | None:
        """What the run has learned, if it has met any article that the model did not know."""
        learned = self._learned.learn(self._lessons)
        if _known_pages(learned) <= _known_pages(self.model):
            return None
        content = learned.to_json()
        return Model(site=self.site, version=learned.version, learned_at=at, content=content)


def _in_short(reason: str) -> str:
    return " ".join(reason.split())[:MAX_REASON]


def newest_model(catalog: Catalog, site: str) -> SiteModel:
    """What was learned last of a site; an empty model if that is nothing, or not to be read."""
    stored = catalog.model(site)
    try:
        return SiteModel.from_json(stored.content) if stored else SiteModel()
    except ValueError as error:
        logger.warning("the model of %s is not used: %s", site, error)
        return SiteModel()


def _known_pages(model: SiteModel) -> set[tuple[str, str]]:
    return {(page.url, page.template) for page in model.pages}


_sessions: WeakKeyDictionary[Crawler, Session] = WeakKeyDictionary()


def open_session(crawler: Crawler, site: str) -> Session:
    """Open the session of a crawler; called once, by its spider."""
    _sessions[crawler] = session = Session(site, crawler.settings)
    return session


def session_of(crawler: Crawler) -> Session:
    """The session that the crawler's spider has opened. Raises KeyError before that."""
    return _sessions[crawler]


def _collection(path: Path, *, create: bool) -> Collection:
    return Collection.create(path) if create else Collection.open(path)
