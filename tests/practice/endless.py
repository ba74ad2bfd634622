"""Spaces without end that any site may have: every page of them leads on, and to nothing new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import escape
from urllib.parse import quote

from tests.practice.site import PracticeSite, text
from tests.practice.wire import Answer, Asked

SPACES: Mapping[str, str] = {
    "calendar of events": r"^/lich-cong-tac\?nam=",
    "calendar of days": r"^/lich/\d+/\d+/\d+",
    "sort orders": r"[?&]sort=",
    "tag pages": r"^/tag/",
    "logins": r"^/dang-nhap\?",
    "replies": r"[?&]replyto=",
    "searches": r"^/tim-kiem\?",
    "repeated segments": r"/xem-them/xem-them/",
    "padded queries": r"[?&]tukhoa=\+{20,}",
    "growing redirects": r"^/chuyen\?",
    "session pages": r"[?&]sid=\w+",
    "unnamed": r"^/vong/",
}
"""By name: regular expressions for `path?query`."""

_OURS = re.compile("|".join(f"(?:{pattern})" for pattern in SPACES.values()))
_NUMBER = re.compile(r"\d+")


def answer(asked: Asked, site: PracticeSite) -> Answer | None:
    """A page of one of the spaces, if the address is in one."""
    if not site.quirks.endless or not _OURS.search(asked.target):
        return None
    if re.search(SPACES["sort orders"] + "|" + SPACES["session pages"], asked.target):
        return None  # the list itself: a system ignores what it does not know
    heading = text(f"Trang {asked.target[:60]}")
    return site.html(f"<html><body><h1>{heading}</h1>{links(asked, site)}</body></html>")


def linked(answer: Answer, asked: Asked, site: PracticeSite) -> Answer:
    """The page with links into every space at its foot."""
    if not site.quirks.endless or not answer.type.startswith("text/html") or answer.static:
        return answer
    if answer.status != 200 or b"</body>" not in answer.body:
        return answer
    foot = links(asked, site).encode() + b"</body>"
    return replace(answer, body=answer.body.replace(b"</body>", foot, 1))


def links(asked: Asked, site: PracticeSite) -> str:
    targets = [*onward(asked, site), site.path(site.random.choice(site.newest()))]
    items = "".join(f'<a href="{escape(target)}">{n}</a> ' for n, target in enumerate(targets))
    return f'<div class="chan-trang">{items}</div>'


def onward(asked: Asked, site: PracticeSite) -> list[str]:
    """One more step in each space, from wherever in it the page is."""
    step = 1 + int((_NUMBER.findall(asked.target) or ["0"])[-1][:9])
    day = day_before(asked)
    listing = site.random.choice(site.listing_targets())
    word = site.random.choice(("dan-van", "nong-thon-moi", "chuyen-doi-so"))
    here = asked.target if len(asked.target) < 1500 else "/"
    return [
        f"/lich-cong-tac?nam={day.year}&thang={day.month}",
        f"/lich/{day.year}/{day.month}/{day.day}",
        with_query(listing, f"sort={site.random.choice(('views', 'date', 'title'))}&order={step}"),
        f"/tag/{word}?page={step}",
        f"/dang-nhap?returnUrl={quote(here, safe='')}",
        with_query(site.path(site.newest()[0]), f"replyto={site.random.randrange(10**6)}"),
        f"/tim-kiem?q={word}&trang={step}",
        f"{here.partition('?')[0].rstrip('/')}/xem-them/xem-them/",
        with_query(listing, f"tukhoa={'+' * 90}&page={step}"),
        f"/chuyen?redirect={quote(here, safe='')}",
        with_query(listing, f"sid={site.random.getrandbits(64):016x}"),
        f"/vong/{word}/{step}",
    ]


def day_before(asked: Asked) -> date:
    """The day before the one that the address names; from the first day of all, today again."""
    numbers = [int(number[:4]) for number in _NUMBER.findall(asked.target)]
    try:
        year, month, day = (numbers[0], numbers[1], (*numbers, 1)[2])
        return date(year, month, day) - timedelta(days=1)
    except (IndexError, ValueError, OverflowError):
        return date(2024, 6, 1)


def with_query(target: str, more: str) -> str:
    return f"{target}{'&' if '?' in target else '?'}{more}"
