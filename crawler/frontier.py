"""The frontier: which of the addresses found in a run are asked for, and each only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archive import Known
from archive.writer import warc_date
from crawler import feeds, revisit
from crawler.ledger import Address, Ledger
from crawler.scope import NO_RULE, Decision, Kind, Scope
from crawler.site import RevisitPolicy
from crawler.traps import Harvest, shape

MAX_REFUSALS = 100_000
"""Addresses of which it is remembered that they were refused; more may be told twice."""

NOTHING_NEW = "trap: a row of pages like it brought nothing new"

_TRUST_AFTER = 20
"""Looks that were due to what a sitemap said of changes, before it is judged by what they found."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A URL to fetch. `key` is what it is remembered by: release it if the fetch fails."""

    kind: Kind
    url: str
    key: str
    is_told: bool = False
    """It is a known article, asked for because a feed or sitemap told of a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How an address was found: on which page, on a list or not, and what that said of it."""

    via: str | None = None
    is_listed: bool = False
    modified: str | None = None
    is_turned: bool = False
    """By a pager, or a "load more": what it leads to is a list, whatever its address looks like."""


class Identities:
    """Calls an address by the URL of the article that it is known to show, else by its canonical
    form.
    """

    def __init__(self, scope: Scope, known: Mapping[str, Known]) -> None:
        self._scope = scope
        self._urls = {
            scope.twin(address): url for url, entry in known.items() for address in entry.addresses
        }

    def __call__(self, url: str) -> str:
        return self._urls.get(self._scope.twin(url)) or self._scope.canonical(url)


@dataclass(kw_only=True)
class Frontier:
    """What this run still may ask for, of what it finds.

    `known` are the site's articles in the catalog, by canonical URL. `counts` receives "left_out":
    feeds beyond their bounds, and "traps". `refuse` is told of every address that is not asked
    for, with the reason and where it was found, once.
    """

    scope: Scope
    known: Mapping[str, Known]
    ledger: Ledger
    policy: RevisitPolicy
    refresh: bool
    harvest: Harvest
    counts: Counter[str]
    clock: Callable[[], datetime]
    refuse: Callable[[str, str, str | None], None]
    _shown: set[int] = field(default_factory=set, init=False)
    _article_shapes: set[str] = field(default_factory=set, init=False)
    _refused: set[int] = field(default_factory=set, init=False)
    _due: set[str] = field(default_factory=set, init=False)
    _twins: dict[str, str] = field(default_factory=dict, init=False)
    _told: int = field(default=0, init=False)
    _feeds: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.identity = Identities(self.scope, self.known)

    # Where a round begins

    def due(self) -> Iterator[Known]:
        """The known articles that this run asks for again, and those that failed before.

        To be called before anything is admitted.
        """
        missing = {address.key for address in self.ledger.missing()}
        every = [self._as_asked(one) for one in self.known.values()]
        wanted = every if self.refresh else revisit.due(every, self.policy, self.clock(), missing)
        self._due = {one.url for one in wanted}
        yield from wanted

    def _as_asked(self, known: Known) -> Known:
        """An article that was asked for and did not answer as one waits for its next day too: else
        those that never do would take every run's looks.
        """
        address = self.ledger.find(known.url)
        asked = (address.fetched_at, address.tried_at) if address else ()
        return replace(known, looked_at=max([known.looked_at, *filter(None, asked)]))

    def admit_seed(self, url: str) -> str | None:
        """The key of a seed, unless it was asked for in this round."""
        key = self.scope.key(url)
        return key if self._meet(key, "listing", url, Finding()) else None

    def admit_feed(self, url: str, depth: int = 0, modified: str | None = None) -> str | None:
        """The key of a feed or sitemap, `depth` indexes deep: new, of this site, and no trap.

        One that an index names rests while it is not `modified`, or brings nothing new.
        """
        rule = self.scope.decide(url).rule
        if rule in ("not http", "another host", "too long") or rule.startswith("trap"):
            self._refuse(url, rule, Finding())
            return None
        key = f"feed {self.scope.key(url)}"
        before = self._meet(key, "feed", url, Finding(modified=modified))
        if before is None or (depth and self._has_no_news(before, modified)):
            return None
        self._feeds += 1
        is_left = depth > feeds.MAX_DEPTH or self._feeds > feeds.MAX_DOCUMENTS
        self.counts["left_out"] += is_left
        return None if is_left else key

    # What is found

    def admit(self, url: str, finding: Finding = Finding()) -> Admission | None:
        """A found URL, unless scope, what is known of it or a limit speaks against it."""
        decision = self.scope.decide(url)
        if finding.is_turned and decision.rule == NO_RULE:
            decision = Decision("listing", "a pager leads there")
        if decision.kind is None:
            self._refuse(url, decision.rule, finding)
            return None
        identity = self._called(url)
        is_article = decision.kind == "article" or identity in self.known
        key = identity if is_article else self.scope.key(url)
        if decision.kind != "article" and self.harvest.is_spent(key):
            self._refuse(url, NOTHING_NEW, finding)
            return None
        is_told = self._is_told_of(identity, finding)
        before = self._meet(key, decision.kind, self.scope.fetch_form(url), finding)
        if not is_told and (before is None or not self._is_wanted(decision.kind, identity, before)):
            return None
        return Admission(decision.kind, self.scope.fetch_form(url), key, is_told)

    def admit_post(self, key: str, url: str, finding: Finding) -> bool:
        """Whether a list may be turned over by a form: its pages are told apart by `key`."""
        return self._meet(key, "listing", url, finding) is not None

    def is_spent(self, url: str, kind: str) -> bool:
        """Whether what was found to be a list is not worth asking for any more."""
        return kind in ("listing", "page") and self.harvest.is_spent(self.scope.key(url))

    def gathered(self, url: str, shown: Iterable[str], *, is_article: bool) -> None:
        """A listing, or a page that may be one, was read: which articles stand on it.

        Where no rule says what an article's address looks like, those do that were read as one.
        """
        key = self.scope.key(url)
        if is_article:
            self._article_shapes.add(shape(key))
        marks = {hash(identity) for identity in shown}
        self.harvest.gathered(key, len(marks - self._shown) + is_article)
        self._shown |= marks

    def admit_requisite(self, url: str, finding: Finding) -> str | None:
        """The key of something that a page needs, unless it was fetched not long ago."""
        key = f"requisite {url}"
        before = self._meet(key, "requisite", url, finding)
        if before is None or self._rests(before, timedelta(days=self.policy.requisites_after)):
            return None
        return key

    def release(self, key: str) -> None:
        """Forget a key whose fetch failed: another form of the address may be tried."""
        self.ledger.release(key)

    def articles_among(self, urls: Iterable[str]) -> frozenset[str]:
        """The identities of those that are articles, or look like others that were."""
        return frozenset(self._called(url) for url in urls if self._is_article(url))

    def leads_to_articles(self, urls: Iterable[str]) -> bool:
        """Whether any of these is an article, or looks like others that were."""
        return any(self._is_article(url) or self.identity(url) in self.known for url in urls)

    def _is_article(self, url: str) -> bool:
        kind = self.scope.decide(url).kind
        return kind == "article" or (
            kind == "page" and shape(self.scope.key(url)) in self._article_shapes
        )

    def is_news(self, identity: str) -> bool:
        """Whether nothing is known of an article, in the catalog or from any page before."""
        return identity not in self.known and self.ledger.find(identity) is None

    def _called(self, url: str) -> str:
        """What an article is called until it was read: as the first of its addresses was."""
        identity = self.identity(url)
        if identity in self.known:
            return identity
        twin = self.scope.twin(url)
        return identity if twin == identity else self._twins.setdefault(twin, identity)

    def _meet(self, key: str, kind: str, url: str, finding: Finding) -> Address | None:
        return self.ledger.meet(
            key,
            kind,
            url,
            warc_date(self.clock()),
            via=finding.via,
            is_listed=finding.is_listed,
            modified=finding.modified,
        )

    def _refuse(self, url: str, reason: str, finding: Finding) -> None:
        if (mark := hash(url)) not in self._refused:
            self.refuse(url, reason, finding.via)
            self.counts["traps"] += reason.startswith("trap")
        if len(self._refused) < MAX_REFUSALS:
            self._refused.add(mark)

    def _is_wanted(self, kind: Kind, identity: str, before: Address) -> bool:
        """Whether it is new, a list, or due for another look."""
        if kind == "listing" or self.refresh:
            return True
        if known := self.known.get(identity):
            return known.url in self._due or self._is_left_over(known, before)
        if kind == "page":
            return not self._rests(before, revisit.rest(before.barren))
        return before.fetched_at is None or before.error is not None or self._is_due(before)

    def _is_left_over(self, known: Known, before: Address) -> bool:
        """Whether a run of this round has read it, and was cut short before the ledger knew."""
        so_far = self.ledger.round
        is_unused = so_far.is_continued and before.fetched_at is None
        return is_unused and known.looked_at >= so_far.begun_at

    def _is_told_of(self, identity: str, finding: Finding) -> bool:
        """Whether a list that can be believed tells of a change of a known article after our look.

        One that tells of changes where nothing changes is no longer believed.
        """
        known, told = self.known.get(identity), self.ledger.fact("told")
        if known is None or known.gone_at or not finding.modified:
            return False
        is_trusted = told < _TRUST_AFTER or self.ledger.fact("told_rightly") * 10 >= told
        is_later = finding.modified > known.looked_at
        return is_trusted and is_later and self._has_room(identity)

    def _has_room(self, identity: str) -> bool:
        """Whether one more article may be asked for again, once."""
        if identity in self._due or self._told >= self.policy.looks_a_run:
            return False
        self._told += 1
        self._due.add(identity)
        return True

    def _has_no_news(self, before: Address, modified: str | None) -> bool:
        if self.ledger.round.is_full or before.fetched_at is None:
            return False
        if modified:
            return modified <= before.fetched_at
        return self._rests(before, revisit.rest(before.barren + 1))

    def _is_due(self, before: Address) -> bool:
        """Whether an address that was read as no article is to be looked at again."""
        since, looked_at = map(datetime.fromisoformat, (before.found_at, before.fetched_at or ""))
        return revisit.is_due(since, looked_at, self.clock(), self.policy.recheck_after)

    def _rests(self, before: Address, rest: timedelta) -> bool:
        """Whether it was fetched less than so long ago."""
        if before.fetched_at is None:
            return False
        age = self.clock() - datetime.fromisoformat(before.fetched_at)
        return -revisit.SLACK < age < rest - revisit.SLACK
