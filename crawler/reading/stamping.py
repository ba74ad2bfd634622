"""Which of a page's dates are the article's: rules, machine fields, the date line by the title.

A clock is never a publication date (READING, section 6, rule 2); dates in prose are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.times import VIETNAM
from crawler.reading.blocks import Block
from crawler.reading.dates import Role, Stamp, behind, day_of, glued, machine, stamps
from crawler.reading.document import Body, Document
from crawler.reading.tree import attribute, holds_title, names, select, text_of

_ABOVE = 4
_BELOW = 12
_UNDER = 2
_AFTER = 4
_NEAR = 3
_CLOCK_HOURS = 36
_NOW = timedelta(minutes=5)
_LABELLED = re.compile(
    r"\W*(?:cập nhật|sửa lần cuối|đăng|ngày (?:đăng|gửi|post)|gửi lúc|xuất bản)\b", re.I
)
_CLOCK = re.compile(
    r"clock|dong-?ho|td_data_time|current-?(?:date|time)|date-?(?:time-?)?now|today|timelive|ngay-?gio"
)
_HEADS = frozenset(("header", "nav", "footer", "aside"))
_LISTED = re.compile(r"relate|lien-?quan|sidebar|module_wrap|story|menu|banner|footer")
_ROLES: tuple[Role, Role] = ("published", "updated")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A stamp as it stands on the page; `is_sure` when an element or a label says what it is."""

    stamp: Stamp
    is_sure: bool


def stamping(document: Document, body: Body, place: int | None) -> tuple[str | None, str | None]:
    """When the article was published and last changed, each null unless the page says so."""
    printed = [
        s for s in _printed(document, body, place) if not _tells_now(document, s.stamp.value)
    ]
    found: dict[Role, str | None] = {}
    for role, claim in zip(_ROLES, (document.meta.published, document.meta.modified), strict=True):
        shown = _best(document, [s for s in printed if s.stamp.role == role])
        # A template may print the time of its own rendering into a field for machines.
        told = shown if claim and shown and _tells_now(document, claim) else claim or shown
        told = shown if told and shown and shown.startswith(f"{told}T") else told
        found[role] = _sensible(document, _by_rule(document, role) or told)
    return found["published"], found["updated"]


def _best(document: Document, shown: list[_Shown]) -> str | None:
    """The first that is sure, else the first of another day than the fetch, else the first."""
    ranked = sorted(shown, key=lambda s: (not s.is_sure, _is_clock(document, s.stamp)))
    return ranked[0].stamp.value if ranked else None


def _tells_now(document: Document, value: str) -> bool:
    """Whether a time is the fetch's own, to some minutes: a clock wherever it stands."""
    if "T" not in value:
        return False
    return abs(datetime.fromisoformat(value) - document.fetched_at) <= _NOW


def _by_rule(document: Document, role: Role) -> str | None:
    for element in select(document.tree, document.selectors(role)):
        for value in (attribute(element, "datetime"), attribute(element, "content")):
            if found := machine(value):
                return found
        if shown := stamps(text_of(element)):
            return shown[0].value
    return None


def _printed(document: Document, body: Body, place: int | None) -> Iterator[_Shown]:
    """Stamps near the title: below it first, then above; then labelled ones after the text."""
    blocks = document.blocks
    if place is None:
        return
    if day := behind(blocks[place].lines[0]):
        yield _Shown(Stamp(day, "published"), is_sure=False)
    for line in blocks[place].lines[1 : 1 + _UNDER]:
        yield from (_Shown(stamp, bool(_LABELLED.match(line))) for stamp in stamps(line))
    for block in blocks[place + 1 : min(max(body.first, place + 1) + 2, place + 1 + _BELOW)]:
        yield from _stamps_of(block)
    for block in blocks[max(0, place - _ABOVE) : place][::-1]:
        yield from (shown for shown in _stamps_of(block) if not _is_clock(document, shown.stamp))
    last = max((line.block for line in body.lines if line.block), default=body.last)
    for block in blocks[last : last + _AFTER]:
        yield from _stamps_of(block) if _LABELLED.match(block.text) else ()


def _stamps_of(block: Block) -> Iterator[_Shown]:
    if block.linked > 0.5 or _is_elsewhere(block):
        return
    for element in block.element.iter("time"):
        if value := machine(attribute(element, "datetime")):
            yield _Shown(Stamp(value, "published"), is_sure=True)
    for line in block.lines:
        yield from (_Shown(stamp, bool(_LABELLED.match(line))) for stamp in stamps(line))
    if start := glued(block.lines[0]):
        yield _Shown(Stamp(start[0], "published"), is_sure=False)


def _is_elsewhere(block: Block) -> bool:
    """Inside a page's head or foot, or in a list of other articles, or a clock by its name.

    A stamp that says what it is, is no clock: "Cập nhật ngày: ..." in `#current-date`.
    """
    holders = [block.element, *block.element.iterancestors()]
    if any(_CLOCK.search(names(holder)) for holder in holders[:_NEAR]):
        return not _LABELLED.match(block.text)
    is_listed = any(_LISTED.search(names(holder)) for holder in holders[: 2 * _NEAR])
    head = next((holder for holder in holders if holder.tag in _HEADS), None)
    return is_listed or (head is not None and not holds_title(head))


def _is_clock(document: Document, stamp: Stamp) -> bool:
    """Above the title, the day of the fetch is the clock's."""
    day = day_of(stamp.value)
    if day is None:
        return False
    fetched = document.fetched_at.astimezone(VIETNAM)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=VIETNAM)
    return abs(fetched - noon) <= timedelta(hours=_CLOCK_HOURS)


def _sensible(document: Document, value: str | None) -> str | None:
    """Not a day that had not come when the page was fetched."""
    day = day_of(value) if value else None
    fetched = document.fetched_at.astimezone(VIETNAM)
    if day and day > (fetched + timedelta(hours=_CLOCK_HOURS)).date():
        return None
    return value
