"""The frontier: which of the addresses found in a run are asked for, and each only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from archive import Known
from crawler import revisit
from crawler.scope import Kind, Scope, shape
from crawler.site import RevisitPolicy


@dataclass(frozen=True, slots=True)
class Admission:
    """A URL to fetch. `key` is what it is remembered by: release it if the fetch fails."""

    kind: Kind
    url: str
    key: str


class Identities:
    """Calls an address by the URL of the article that it is known to show, else by its canonical
    form.
    """

    def __init__(self, scope: Scope, known: Mapping[str, Known]) -> None:
        self._scope = scope
        self._urls = {
            scope.canonical(address): url
            for url, entry in known.items()
            for address in entry.addresses
        }

    def __call__(self, url: str) -> str:
        canonical = self._scope.canonical(url)
        return self._urls.get(canonical, canonical)


class Frontier:
    """What this run has seen, knows, and still may ask for.

    `known` are the site's articles in the catalog, by canonical URL. `counts` receives "asked" and
    "left_out": by the limit on pages (0 for none) or on listings of one shape. `refuse` is told
    of every address that is not asked for, with the reason, once.
    """

    def __init__(
        self,
        scope: Scope,
        known: Mapping[str, Known],
        policy: RevisitPolicy,
        *,
        refresh: bool,
        max_pages: int,
        max_of_a_shape: int,
        counts: Counter[str],
        clock: Callable[[], datetime],
        refuse: Callable[[str, str], None],
    ) -> None:
        self.scope = scope
        self.known = known
        self.identity = Identities(scope, known)
        self.policy, self.refresh, self.max_pages = policy, refresh, max_pages
        self.max_of_a_shape = max_of_a_shape
        self.counts, self.clock = counts, clock
        self._refuse = refuse
        self._shapes: Counter[str] = Counter()
        self._seen: set[str] = set()

    def admit(self, url: str) -> Admission | None:
        """A found URL, unless scope, what is known of it or a limit speaks against it."""
        decision = self.scope.decide(url)
        if decision.kind is None:
            return self._refused(url, decision.rule)
        is_article = decision.kind == "article"
        identity = self.identity(url)
        key = identity if is_article else self.scope.key(url)
        if not self.remember(key):
            return None
        if not is_article and self._is_endless(key):
            return self._refused(url, "more listings of one shape than may be")
        if is_article and not self._is_wanted(identity):
            return None
        if not self.take_place():
            return self._refused(url, "the limit on pages")
        return Admission(decision.kind, self.scope.fetch_form(url), key)

    def _refused(self, url: str, reason: str) -> Admission | None:
        if self.remember(f"refused {url}"):
            self._refuse(url, reason)
        return None

    def admit_feed(self, url: str) -> bool:
        """Whether a sitemap that an index names is fetched: new, of this site, and no trap."""
        rule = self.scope.decide(url).rule
        if rule in ("not http", "another host", "too long") or rule.startswith("trap"):
            return False
        return self.remember(url) and not self._is_endless(self.scope.key(url))

    def remember(self, key: str) -> bool:
        """Remember a key; whether it was met for the first time in the run."""
        fresh = key not in self._seen
        self._seen.add(key)
        return fresh

    def release(self, key: str) -> None:
        """Forget a key whose fetch failed: another form of the address may be tried."""
        self._seen.discard(key)

    def take_place(self) -> bool:
        """Take a place under the limit on pages; False, and counted, when none is left."""
        if self.max_pages and self.counts["asked"] >= self.max_pages:
            self.counts["left_out"] += 1
            return False
        self.counts["asked"] += 1
        return True

    def articles_among(self, urls: Iterable[str]) -> frozenset[str]:
        """The identities of those that are articles."""
        return frozenset(
            self.identity(url) for url in urls if self.scope.decide(url).kind == "article"
        )

    def _is_endless(self, key: str) -> bool:
        """Whether so many listings of one shape were met that it must be a space without end."""
        kind = shape(key)
        self._shapes[kind] += 1
        endless = self._shapes[kind] > self.max_of_a_shape
        self.counts["left_out"] += endless
        return endless

    def _is_wanted(self, identity: str) -> bool:
        """Whether an article is new, or known and due for another look."""
        known = self.known.get(identity)
        if known is None or self.refresh:
            return True
        return revisit.is_due(
            datetime.fromisoformat(known.first_seen),
            datetime.fromisoformat(known.last_seen),
            self.clock(),
            self.policy.recheck_after,
        )
