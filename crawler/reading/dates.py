"""Reads dates as Vietnamese pages print them, and as machines write them.

Null beats wrong (READING, section 6): a line is a date line only when nothing else of weight
stands in it. A time is shown with +07:00; a day stays a day, a month a month. Day before month,
always.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from archive.text import clean
from archive.times import VIETNAM
from crawler.reading.names import is_name

"""There is no daylight saving."""

Role = Literal["published", "updated"]

_EARLIEST = 1990
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("một|giêng", "hai", "ba", "tư", "năm", "sáu", "bảy|bẩy", "tám", "chín", "mười",
         "mười một", "mười hai|chạp"),
        start=1,
    )
    for name in names.split("|")
}  # fmt: skip
_MONTH = (
    rf"(?:\d{{1,2}}|{'|'.join(sorted(_MONTHS, key=len, reverse=True)).replace(' ', chr(92) + 's')})"
)
_YEAR = r"(?:năm\s+)?(?P<{}>\d{{4}})(?!\d)"
_DAY = re.compile(
    r"(?<![\d/.:-])(?P<d>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<m>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4})"
    r"(?!\.?\d)"
    rf"|(?:ngày\s+)?(?<!\d)(?P<wd>\d{{1,2}})\s+tháng\s+(?P<wm>{_MONTH}),?\s+{_YEAR.format('wy')}"
    rf"|tháng\s+(?P<fm>{_MONTH})\s+(?P<fd>\d{{1,2}}),?\s+{_YEAR.format('fy')}"
    r"|(?<!\d)(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})(?!\d)",
    re.I,
)
_TIME = re.compile(
    r"(?<![\d:/.+])(?P<h>\d{1,2})\s?(?:[:h]|giờ)\s?(?P<min>\d{2})(?::(?P<s>\d{2}))?"
    r"(?!\d)\s?(?:['’′]|phút)?\s?(?P<half>(?:AM|PM|SA|CH)\b)?",
    re.I,
)
_ZONE = re.compile(r"[\[(]?\b(?:GMT|UTC)\s?\+?\s?0?7(?::?00)?\b[\])]?|\+07:?00", re.I)
_WEEKDAY = re.compile(
    r"\b(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s+nhật|cn)\b|\bt[2-7]\b", re.I
)
_UPDATED = re.compile(r"cập nhật|chỉnh sửa|sửa (?:đổi|lần cuối)|updated|modified|last edit", re.I)
_LABEL = re.compile(
    r"\b(?:(?:lần\s+)?cập nhật(?:\s+(?:lần\s+)?(?:cuối|mới nhất))?|chỉnh sửa|sửa đổi|sửa lần cuối"
    r"|(?:đã\s+)?(?:được\s+)?đăng(?:\s+(?:tải|tin|bài))?|gửi|xuất bản|thời gian|ngày|lúc|vào|giờ"
    r"|ngày\s+(?:đăng|viết|xuất bản|tạo|gửi|post|cập nhật|phát hành)"
    r"|updated|published|posted|on|date)\b",
    re.I,
)
_COMPANY = re.compile(
    r"\b(?:(?:số\s+)?lượt\s+(?:xem|đọc|truy cập)|đã\s+xem|xem|số\s+lần\s+(?:xem|đọc)|views?"
    r"|phút\s+đọc|\d[\d.,]*k(?=\s)|đọc\s+[\d.,]+\s+lần"
    r"|phản hồi|bình luận|gửi bài này|in bài(?:\s+này)?|in\s+trang|chia sẻ|cỡ chữ|bản in"
    r"|gửi\s+email|tác giả|nguồn|(?:phút|lượt)\s+(?:đọc|xem)|lượt|post)(?![^\W\d_])",
    re.I,
)
_PUNCTUATION = re.compile(r"[\s\d|,.:;•·*()\[\]/'’\-–—_>»+]+")
_PLACED = re.compile(r"^[^\W\d_][^\d,|•-]{1,40}(?:,\s?(?:ngày|tháng|\d)|\sngày\s\d+\stháng)", re.I)
_UNKNOWN_LABEL = re.compile(r"[^\W\d_]\s?:")
_GLUED = re.compile(r"^(\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?=[^\W\d_a-zà-ỹđ])")
_DAY_BEHIND = re.compile(r"\s*\(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\)$")
_MONTH_LINE = re.compile(r"^\(?(?:tháng\s+)?(\d{1,2})\s?/\s?(\d{4})\)?$", re.I)
_LONGEST = 120

_MACHINE = re.compile(
    r"^(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?)?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One date of a line: `value` is ISO 8601 as precise as printed."""

    value: str
    role: Role


def stamps(line: str) -> list[Stamp]:
    """The dates of a date line; none for any other line, whatever dates it mentions.

    >>> [stamp.value for stamp in stamps("Cập nhật ngày: 29/02/2024 15:12:50")]
    ['2024-02-29T15:12:50+07:00']
    """
    line = clean(line)
    if len(line) > _LONGEST:
        return []
    if month := _MONTH_LINE.match(line):
        value = _iso_day(int(month[2]), int(month[1]), None)
        return [Stamp(value, "published")] if value else []
    days = list(_DAY.finditer(line))
    times = list(_TIME.finditer(line))
    if not days or not _is_date_line(line, days, times):
        return []
    found: list[Stamp] = []
    begin = 0
    for day in days:
        value = _moment(day, _nearest(day, times))
        role: Role = "updated" if _UPDATED.search(line, begin, day.start()) else "published"
        if value:
            found.append(Stamp(value, role))
        begin = day.end()
    return found


def glued(line: str) -> tuple[str, str] | None:
    """A day printed right in front of a sentence ("14/12/2021Ngày 13/12, ..."), and the rest."""
    found = _GLUED.match(line)
    day = _DAY.match(found[1]) if found else None
    value = _moment(day, None) if day else None
    return (value, line[found.end() :]) if found and value else None


def undated(line: str) -> str:
    """A line without the day that is printed behind it: a title with "(17/06/2024)"."""
    return _DAY_BEHIND.sub("", line)


def behind(line: str) -> str | None:
    """The day that is printed in brackets behind a line."""
    found = _DAY_BEHIND.search(line)
    day = _DAY.search(found[0]) if found else None
    return _moment(day, None) if day else None


def machine(value: str) -> str | None:
    """A date from a machine field, as precise as given, times at +07:00; None if it is none.

    Only ISO 8601 is believed: "7/3/2026" may be written by either custom in such a field.
    """
    found = _MACHINE.match(clean(value))
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    if hour is None:
        return _iso_day(int(year), int(month), int(day) if day else None)
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
            tzinfo=_zone(zone),
        ).astimezone(VIETNAM)  # fmt: skip
    except (ValueError, OverflowError):
        return None
    if moment.year < _EARLIEST:
        return None
    return moment.isoformat(timespec="seconds" if second else "minutes")


def day_of(value: str) -> date | None:
    """The day of an ISO value that names one."""
    return date.fromisoformat(value[:10]) if len(value) >= len("2020-12-29") else None


def _is_date_line(line: str, days: list[re.Match[str]], times: list[re.Match[str]]) -> bool:
    rest = line
    for found in sorted((*days, *times), key=lambda match: match.start(), reverse=True):
        rest = f"{rest[: found.start()]} | {rest[found.end() :]}"
    for known in (_ZONE, _WEEKDAY, _COMPANY, _LABEL):
        rest = known.sub(" | ", rest)
    words = clean(_PUNCTUATION.sub(" ", rest))
    if not words:
        return True
    # "Sinh ngày: ...", "Khai mạc: ...": a label of something else.
    is_one_word = " " not in words and not words.isupper()
    if _UNKNOWN_LABEL.search(rest) or (is_one_word and ":" in rest):
        return False
    # "Hà Nội, ngày 12 tháng 3 năm 2020" heads a document: a name goes with figures or a time.
    if not times and _PLACED.match(line) and not _WEEKDAY.search(line):
        return False
    return is_name(words) or all(map(is_name, _parts(rest)))


def _parts(rest: str) -> list[str]:
    found = (clean(part.strip(" \t-–—,.:;•·()[]'’")) for part in re.split(r"[|•]|\s[-–]\s", rest))
    return [part for part in found if part and not _PUNCTUATION.fullmatch(part)]


def _nearest(day: re.Match[str], times: list[re.Match[str]]) -> re.Match[str] | None:
    def distance(time: re.Match[str]) -> int:
        return min(abs(time.start() - day.end()), abs(day.start() - time.end()))

    apart = [t for t in times if t.end() <= day.start() or t.start() >= day.end()]
    return min(apart, key=distance, default=None)


def _moment(day: re.Match[str], time: re.Match[str] | None) -> str | None:
    year, month, number = (
        next(filter(None, (day[kind + key] for kind in ("", "w", "f", "i")))) for key in "ymd"
    )
    value = _iso_day(int(year), _MONTHS.get(month.lower()) or int(month), int(number))
    if value is None or time is None:
        return value
    hour = _hour(int(time["h"]), (time["half"] or "").upper())
    minute, second = int(time["min"]), int(time["s"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return value
    seconds = f":{second:02}" if time["s"] else ""
    return f"{value}T{hour:02}:{minute:02}{seconds}+07:00"


def _hour(hour: int, half: str) -> int:
    """Labels of half days lie beside hours of a whole one ("17:09 PM", "00:01 AM")."""
    if half in ("PM", "CH") and hour < 12:
        return hour + 12
    return 0 if half in ("AM", "SA") and hour == 12 else hour


def _iso_day(year: int, month: int, day: int | None) -> str | None:
    try:
        found = date(year, month, day or 1)
    except ValueError:
        return None
    if year < _EARLIEST:
        return None
    return found.isoformat() if day else found.isoformat()[:7]


def _zone(zone: str | None) -> timezone:
    if not zone:
        return VIETNAM
    if zone in "Zz":
        return timezone.utc  # noqa: UP017
    sign = -1 if zone[0] == "-" else 1
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
