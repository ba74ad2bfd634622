"""Why an address is in the collection, or is not: all that is known of it, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive import Catalog, Collection, Known
from archive.crawllog import lines_about
from archive.times import local
from archive.writer import warc_date
from crawler import registry, revisit
from crawler.frontier import Identities
from crawler.ledger import MAX_TRIES, Address, Ledger
from crawler.readers import rules_of, site_of
from crawler.scope import Scope
from crawler.site import RevisitPolicy

PAST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What was done or decided. `at` is a WARC date, `via` where the address was found."""

    at: str
    what: str
    detail: str = ""
    via: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`kind` is what the address is taken for (None: nothing that is asked for), by which `rule`.

    `identity` is what the article is known by. `next_look` is a WARC date, or "" for the next run,
    or None if it is not to be asked for; `because` says so in words.
    """

    url: str
    site: str
    kind: str | None
    rule: str
    identity: str
    address: Address | None
    events: tuple[Event, ...]
    next_look: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    kind: str | None
    rule: str
    article: Known | None
    address: Address | None
    waits: bool
    pace: float


def why(collection: Collection, url: str) -> Why:
    """All that the ledger, the crawl logs and the catalog know of a URL.

    The site is the one that knows the URL or would; its scope is that of its rules today.
    """
    with Catalog(collection.catalog_path) as catalog:
        site = site_of(catalog, url)
        known = {one.url: one for one in catalog.known(site)}
        scope = _scope(collection, catalog, site, url)
    identity, decision = Identities(scope, known)(url), scope.decide(url)
    with Ledger.as_it_is(collection, site) as ledger:
        found = (
            ledger.find(key)
            for key in (identity, scope.key(url), f"requisite {url}", f"feed {url}")
        )
        address = next(filter(None, found), None)
        waits = address is not None and ledger.queue.holds(address.key)
    article = known.get(identity)
    told = _Known(
        kind=decision.kind,
        rule=decision.rule,
        article=article,
        address=address,
        waits=waits,
        pace=revisit.pace(known.values()),
    )
    moment, because = _next(told, _policy(site))
    return Why(
        url=url,
        site=site,
        kind=decision.kind,
        rule=decision.rule,
        identity=identity,
        address=address,
        events=tuple(_events(collection, site, {url, *_addresses(article, address)})),
        next_look=None if moment is None else "" if moment == PAST else warc_date(moment),
        because=because,
    )


def _scope(collection: Collection, catalog: Catalog, site: str, url: str) -> Scope:
    try:
        return rules_of(collection, catalog, site).scope
    except registry.UnknownSite:
        return Scope(registry.unlisted(url).domains, registry.rules(registry.unlisted(url)).urls)


def _addresses(article: Known | None, address: Address | None) -> Iterator[str]:
    if article:
        yield from article.addresses
    if address:
        yield address.url


def _events(collection: Collection, site: str, urls: set[str]) -> Iterator[Event]:
    told = lines_about(collection.logs_dir, collection.file_prefix(site), urls)
    yield from sorted(map(_event, told), key=lambda event: event.at)


def _event(line: dict[str, Any]) -> Event:
    at, via = str(line.get("at", "")), line.get("via")
    if reason := line.get("refused"):
        return Event(at=at, what="not asked for", detail=str(reason), via=via)
    if said := line.get("read"):
        return Event(at=at, what="read as", detail=str(said))
    facts = [line.get(name) for name in ("kind", "status", "mime", "error", "truncated")]
    place = f"{line.get('filename')} at {line.get('offset')}"
    size = f"{line['size']} bytes" if line.get("size") is not None else None
    detail = ", ".join(str(fact) for fact in (*facts, size, place) if fact is not None)
    return Event(at=at, what="fetched", detail=detail, via=via)


def _next(known: _Known, policy: RevisitPolicy) -> tuple[datetime | None, str]:
    """When the address is asked for: the past stands for the next run, None for never."""
    address, article = known.address, known.article
    if known.waits:
        return PAST, "it waits for the next run"
    if known.kind is None:
        return None, f"it is not asked for: {known.rule}"
    if address and address.missed_at:
        return PAST, "it was not where it was; every run asks, until it is there or is gone"
    if article:
        return _next_of(article, policy, known.pace)
    if address is None:
        return None, "no page that was fetched has led to it"
    return _next_of_address(known.kind, address, policy)


def _next_of(article: Known, policy: RevisitPolicy, pace: float) -> tuple[datetime | None, str]:
    moment, looked_at = revisit.when(article, policy, pace), local(article.looked_at, "seconds")
    if article.gone_at:
        later = "; it may come back" if moment else ", and is not asked for any more"
        return moment, f"it is gone since {local(article.gone_at, 'seconds')}{later}"
    begun = "edited" if article.changed_at else "found"
    since = local(article.changed_at or article.first_seen, "seconds")
    return moment, f"it was {begun} {since}, and looked at last {looked_at}"


def _next_of_address(
    kind: str, address: Address, policy: RevisitPolicy
) -> tuple[datetime | None, str]:
    if address.error and address.tries > MAX_TRIES:
        tried = f"it failed in {address.tries} runs ({address.error})"
        return None, f"{tried}; a page may lead to it again"
    if address.error:
        return PAST, f"it failed, and is tried again: {address.error}"
    if kind == "listing" or address.fetched_at is None:
        return PAST, "it is asked for in every run"
    fetched_at = datetime.fromisoformat(address.fetched_at)
    if kind == "page":
        return fetched_at + revisit.rest(address.barren), f"it was read as {address.said}"
    found_at = datetime.fromisoformat(address.found_at)
    moment = revisit.next_look(found_at, fetched_at, policy.recheck_after)
    return moment, f"it was no article when it was read: {address.said}"


def _policy(site: str) -> RevisitPolicy:
    try:
        return registry.site(site).revisit
    except registry.UnknownSite:
        return RevisitPolicy()
