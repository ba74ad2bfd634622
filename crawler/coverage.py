"""What is known of a site's articles, what is archived, and what is missing and why; by month."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

from archive import Catalog, Collection
from crawler.ledger import Address, Ledger
from crawler.reading.page import GONE

WAITING = "waiting for the next run"


@dataclass(slots=True, kw_only=True)
class Month:
    """`month` is "2024-03". `missing` counts by reason, `others` what was no article."""

    month: str
    archived: int = 0
    gone: int = 0
    others: int = 0
    missing: dict[str, int] = field(default_factory=dict)

    @property
    def known(self) -> int:
        return self.archived + self.others + sum(self.missing.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An address that should be an article, and is none of the catalog. Times are WARC dates."""

    url: str
    reason: str
    found_at: str
    via: str | None
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The newest month first. A month is that of publication, else of the newest change that a
    list told of, else of the day on which the address was found.
    """

    site: str
    months: list[Month]
    missing: list[Missing]
    others: list[Missing]
    """What was fetched, and read as something else than an article; the reason says as what."""


def coverage(collection: Collection, site: str) -> Coverage:
    """What the ledger has met as articles, beside what the catalog holds of the site."""
    months: dict[str, Month] = {}
    missing, others = list[Missing](), list[Missing]()
    with Catalog(collection.catalog_path) as catalog:
        archived = set[str]()
        for entry in catalog.articles(site):
            archived.add(entry.url)
            at = _of(months, entry.article.published or entry.first_seen)
            at.archived += 1
            at.gone += entry.gone_at is not None
    with Ledger.as_it_is(collection, site) as ledger:
        for address in chain(ledger.addresses("article"), ledger.addresses("page")):
            if address.key in archived:
                continue
            reason = _why_missing(ledger, address)
            if reason is None and address.kind == "page":
                continue  # a page of links, as it turned out
            at = _of(months, address.modified or address.found_at)
            if reason:
                at.missing[reason] = at.missing.get(reason, 0) + 1
                missing.append(_missing(address, reason))
            else:
                at.others += 1
                others.append(_missing(address, address.said or ""))
    ordered = sorted(months.values(), key=lambda one: one.month, reverse=True)
    return Coverage(site=site, months=ordered, missing=missing, others=others)


def queue_again(collection: Collection, site: str, missing: list[Missing]) -> int:
    """Let the next run ask for what is missing; how many of that did not wait anyway.

    Raises CollectionLocked while a run is under way.
    """
    with collection.hold_site(site), Ledger.of(collection, site) as ledger:
        asked = [one for one in missing if one.reason != WAITING]
        for one in asked:
            ledger.ask_again(one.key)
        ledger.commit()
    return len(asked)


def _why_missing(ledger: Ledger, address: Address) -> str | None:
    """None for what was fetched and read, as something else than an article of its own."""
    if ledger.queue.holds(address.key):
        return WAITING
    if address.error:
        return address.error
    if address.fetched_at is None:
        return WAITING
    return f"status {address.status}" if address.status in GONE else None


def _missing(address: Address, reason: str) -> Missing:
    return Missing(
        url=address.url,
        reason=reason,
        found_at=address.found_at,
        via=address.via,
        key=address.key,
    )


def _of(months: dict[str, Month], time: str) -> Month:
    month = time[:7]
    return months.setdefault(month, Month(month=month))
