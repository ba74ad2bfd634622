"""Reading again what is kept of a site, by the reader and rules of today and a model learned anew.

First all is read and what changes is counted; what is to be kept waits in a temporary file. Then it
is written, as readings again: no site is said to have done anything. Nothing is fetched.
"""

from __future__ import annotations

import heapq
import json
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import chain, islice
from os import SEEK_END
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self
from uuid import uuid4

from archive import Article, Capture, Catalog, Change, Collection, Look, Model, Recording
from archive.article import Digests, compare, digests
from archive.parallel import over_tasks
from archive.writer import warc_date
from crawler import settings
from crawler.archived import UNREADABLE, Study, page_of, reread
from crawler.differences import Example, Report, distance
from crawler.readers import Rules, rules_of
from crawler.reading import SiteModel, Traits
from crawler.reading.model import TITLES
from crawler.session import newest_model

CAPTURES = 200
"""Captures that one task reads."""
POOL_FROM = 1000
"""Captures from which starting other processes, which load all that reads, is sooner done."""
COMMIT_LOOKS = 100
LEARN_FROM = TITLES
"""Articles that a model is learned from, the newest: as many as it knows titles of."""
_HTML = ("html", "warc/revisit")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many captures of it are done, and how many there are."""


class How(NamedTuple):
    """What a worker reads by: a collection, the rules of a site, and the file of its model."""

    home: str
    rules: Rules
    model: str
    """It has another name at every pass."""


@dataclass(frozen=True, slots=True)
class Task:
    """Captures for one worker. `stored` are what they were read as; None where they were not."""

    how: How
    stored: tuple[tuple[Capture, Article | None], ...]

    def __str__(self) -> str:
        first = self.stored[0][0]
        return f"{len(self.stored)} captures of {self.how.rules.site} from {first.url} on"


class _Dated(NamedTuple):
    """What an article said in a capture of this time."""

    seen_at: str
    digests: Digests


class Verdict(NamedTuple):
    """What became of a capture: same, text, metadata, refused, unreadable, found or nothing."""

    kind: str
    stored: Article | None = None
    look: Look | None = None
    why: str = ""
    distance: float = 0.0


class Rereading:
    """One pass over the captures of a site. A context manager; for one thread.

    `report` is complete when `read` was called; `keep` then writes. Without `dry_run` the site is
    locked from enter to exit: entering raises CollectionLocked while it is crawled.
    `workers` as for `over_tasks`; without it one, for less than POOL_FROM captures.
    """

    def __init__(
        self,
        collection: Collection,
        site: str,
        *,
        since: datetime | None = None,
        dry_run: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        workers: int | None = None,
    ) -> None:
        self.report = Report(site=site)
        self._collection, self._site, self._clock, self._workers = collection, site, clock, workers
        self._since = warc_date(since) if since else ""
        self._recording: Recording | None = None if dry_run else self._record()
        self._new_model: Model | None = None
        self._held = ExitStack()
        self._found = list[tuple[str, int]]()

    def _record(self) -> Recording:
        return self._collection.recording(site=self._site, run_id=str(uuid4()), clock=self._clock)

    def __enter__(self) -> Self:
        with ExitStack() as held:
            if self._recording:
                held.enter_context(self._recording)
            self._catalog = held.enter_context(Catalog(self._collection.catalog_path))
            self._directory = held.enter_context(tempfile.TemporaryDirectory(prefix="tinhuy-"))
            self._waiting: IO[bytes] = held.enter_context(tempfile.TemporaryFile())
            self._unread: IO[bytes] = held.enter_context(tempfile.TemporaryFile())
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def read(self, progress: Progress = lambda what, done, total: None) -> Report:
        """Read all captures, and count what changes. Nothing is written to the collection."""
        rules = rules_of(self._collection, self._catalog, self._site)
        how = self._how(rules, self._learn(rules, progress))
        total = self._catalog.count_readings(self._site, self._since)
        total += self._find_unread(rules)
        at = warc_date(self._clock())
        workers = self._sensible(total)
        for verdicts in over_tasks(partial(_judge, at), self._tasks(how), workers):
            for verdict in verdicts:
                self._count(verdict)
            progress("reading", self.report.read, total)
        return self.report

    def keep(self, progress: Progress = lambda what, done, total: None) -> None:
        """Write what was found. What is written once is the same at the next pass: whoever is
        interrupted begins again, and goes on.

        Raises StorageFailed; DiskNearlyFull with less than MIN_FREE_BYTES (a setting) left.
        """
        recording = self._recording
        if recording is None:
            raise ValueError("a dry run keeps nothing")
        if self._new_model:
            recording.learn(self._new_model)
            recording.commit()
            self._catalog.put(self._new_model)
        total = self.report.text + self.report.metadata + len(self._found)
        for looks in (self._changed(), self._dated()):
            for written in self._written(recording, looks):
                self.report.written += written
                progress("writing", self.report.written, total)
        recording.close()
        self._catalog.note_files(recording.text_files)

    def _written(self, recording: Recording, looks: Iterator[Look]) -> Iterator[int]:
        """Write looks, so many at a time; how many they were."""
        while some := list(islice(looks, COMMIT_LOOKS)):
            recording.check_space(settings.MIN_FREE_BYTES)
            some = [recording.convert(look) for look in some]
            recording.commit()
            self._catalog.put_many(some)
            yield len(some)

    # Before anything is read

    def _learn(self, rules: Rules, progress: Progress) -> SiteModel:
        """The model learned anew from what is kept, by a reader that has learned nothing."""
        model = SiteModel()
        how = self._how(rules, model)
        captures = _newest(self._catalog.readings(self._site), LEARN_FROM)
        tasks = (Task(how, some) for some in _chunks((one, None) for one in captures))
        done = 0
        for traits in over_tasks(_traits, tasks, self._sensible(len(captures))):
            model, done = model.learn(traits), min(done + CAPTURES, len(captures))
            progress("learning", done, len(captures))
        self.report.model = model.version
        if model.version and model.version != newest_model(self._catalog, self._site).version:
            self._new_model = Model(
                site=self._site,
                version=model.version,
                learned_at=warc_date(self._clock()),
                content=model.to_json(),
            )
        return model

    def _sensible(self, captures: int) -> int | None:
        return 1 if self._workers is None and captures < POOL_FROM else self._workers

    def _how(self, rules: Rules, model: SiteModel) -> How:
        path = Path(self._directory) / f"model-{model.version}.json"
        path.write_text(json.dumps(model.to_json()))
        return How(str(self._collection.path), rules, str(path))

    def _tasks(self, how: How) -> Iterator[Task]:
        stored = (
            (article.capture, article)
            for article in self._catalog.readings(self._site, self._since)
            if article.capture
        )
        unread = ((capture, None) for capture in _pickled(self._unread))
        return (Task(how, some) for some in _chunks(chain(stored, unread)))

    def _find_unread(self, rules: Rules) -> int:
        """Set aside the captures that were not read; how many they are."""
        found = 0
        for capture in self._may_be_articles(rules):
            pickle.dump(capture, self._unread)
            found += 1
        return found

    def _may_be_articles(self, rules: Rules) -> Iterator[Capture]:
        """Captures of pages that may be articles, and were not read as one that is known."""
        scope, identity = rules.scope, rules.identities(self._catalog)
        looked_at = {hash((url, date[:19])) for url, date in self._catalog.looked_at(self._site)}
        visited = self._visited()
        for capture in self._collection.captures_of(self._site):
            when = capture.captured_at.isoformat()[:19]
            if (
                capture.status == 200
                and not capture.method
                and any(kind in capture.mime for kind in _HTML)
                and when >= self._since[:19]
                and hash((capture.url, when)) not in looked_at
                and scope.decide(capture.url).kind in ("article", "page")
                and identity(capture.url) not in visited
            ):
                yield capture

    # What was read

    def _count(self, verdict: Verdict) -> None:
        report, look = self.report, verdict.look
        report.read += 1
        if verdict.kind == "text":
            report.add_distance(verdict.distance)
        elif verdict.kind != "nothing":
            setattr(report, verdict.kind, getattr(report, verdict.kind) + 1)
        if verdict.stored and look and look.article:
            report.differ(verdict.stored, look.article)
        elif look and look.article:
            report.give(Example(url=look.url, what="found", after=look.article.title))
        elif verdict.stored and verdict.why:
            report.give(Example(url=verdict.stored.url, what=verdict.kind, after=verdict.why[:200]))
        if look:
            self._set_aside(look)

    def _set_aside(self, look: Look) -> None:
        if look.change is Change.NEW:
            self._found.append((look.seen_at, self._waiting.tell()))
        pickle.dump(look, self._waiting)

    def _changed(self) -> Iterator[Look]:
        """The readings again, as they come."""
        return (look for look in _pickled(self._waiting) if look.change is Change.REREAD)

    def _dated(self) -> Iterator[Look]:
        """The articles that had not been found, in the order of their captures: each is what it is
        after the capture before. One before all that is known of its article is NEW: what comes
        first must bring a reading, or a rebuild could not begin with it.
        """
        visited, last = self._visited(), dict[str, _Dated]()
        for _, offset in sorted(self._found):
            self._waiting.seek(offset)
            look: Look = pickle.load(self._waiting)
            if look.url in visited or look.article is None:
                continue
            before = self._before(look, last.get(look.url))
            last[look.url] = _Dated(look.seen_at, digests(look.article))
            change = compare(before, look.article) if before else Change.NEW
            article = look.article if change is not Change.UNCHANGED else None
            yield replace(look, change=change, article=article)

    def _before(self, look: Look, last: _Dated | None) -> Article | Digests | None:
        """What the newest capture before that of a look says; `last` was found in this pass."""
        kept = self._catalog.reading(self._site, look.url, before=look.seen_at)
        if last and (kept is None or kept.capture is None or kept.capture.date < last.seen_at):
            return last.digests
        return kept

    def _visited(self) -> set[str]:
        """The URLs of the articles that a visit found: their captures were read then."""
        known = {one.url for one in self._catalog.known(self._site)}
        return known - self._catalog.found_later(self._site)


def _pickled(file: IO[bytes]) -> Iterator[Any]:
    """What was set aside in a file, while others may read it elsewhere."""
    end, at = file.seek(0, SEEK_END), 0
    while at < end:
        file.seek(at)
        one = pickle.load(file)
        at = file.tell()
        yield one


def _newest(readings: Iterable[Article], most: int) -> list[Capture]:
    """The newest captures of the articles seen last, the oldest first; given by URL and time."""
    last = dict[str, Capture]()
    for article in readings:
        if article.capture:
            last[article.url] = article.capture
    newest = heapq.nlargest(most, last.values(), key=lambda capture: (capture.date, capture.url))
    return newest[::-1]


def _chunks(
    captures: Iterable[tuple[Capture, Article | None]],
) -> Iterator[tuple[tuple[Capture, Article | None], ...]]:
    captures = iter(captures)
    while some := tuple(islice(captures, CAPTURES)):
        yield some


# In a worker


def _traits(task: Task) -> list[Traits]:
    """What can be learned from captures, by the reader that has learned nothing."""
    read, collection = _study(task.how), Collection(Path(task.how.home))
    found = list[Traits]()
    for capture, _ in task.stored:
        try:
            traits = read(page_of(collection, capture)).traits
        except UNREADABLE:
            continue  # the pass over all captures tells of it
        if traits:
            found.append(traits)
    return found


def _judge(at: str, task: Task) -> list[Verdict]:
    read, collection = _study(task.how), Collection(Path(task.how.home))
    return [_verdict(collection, capture, stored, read, at) for capture, stored in task.stored]


def _verdict(
    collection: Collection, capture: Capture, stored: Article | None, read: Study, at: str
) -> Verdict:
    try:
        capture, _ = collection.identify(capture)
        found = read(page_of(collection, capture)).found
    except UNREADABLE as error:
        return Verdict("unreadable", stored, why=str(error)) if stored else Verdict("nothing")
    if stored is None:
        return _first(found, at) if isinstance(found, Article) else Verdict("nothing")
    if not isinstance(found, Article):
        return Verdict("refused", stored, why=getattr(found, "reason", "gone"))
    look = reread(stored, found, at)
    if look is None or look.article is None:
        return Verdict("same")
    if compare(stored, look.article) in (Change.CHANGED, Change.ORTHOGRAPHY):
        return Verdict("text", stored, look, distance=distance(stored, look.article))
    return Verdict("metadata", stored, look)


def _first(article: Article, at: str) -> Verdict:
    """An article in a capture that had not been read as one."""
    assert article.capture
    look = Look(
        url=article.url,
        site=article.site,
        change=Change.NEW,
        capture=article.capture,
        article=article,
        reread_at=at,
    )
    return Verdict("found", look=look)


@lru_cache(maxsize=2)
def _study(how: How) -> Study:
    """How pages are read. A worker makes it once, for a model that knows nothing and for the one
    that was learned.
    """
    with Catalog(Collection(Path(how.home)).catalog_path) as catalog:
        identities = how.rules.identities(catalog)
    model = SiteModel.from_json(json.loads(Path(how.model).read_text()))
    return how.rules.reader(identities, model)
