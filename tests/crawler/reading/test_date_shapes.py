"""Dates in every shape that pages print, at random: read as printed, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.article import Article
from archive.times import VIETNAM
from crawler.reading import read
from crawler.reading.dates import stamps
from tests.crawler.reading.pages import FETCHED_AT, PLAIN, TITLE, article, article_page, page

WEEKDAYS = ("Thứ Hai", "Thứ ba", "Thứ Tư", "Thứ năm", "THỨ SÁU", "Thứ bảy", "Chủ Nhật")
MONTHS = (
    "Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai",
)  # fmt: skip

DAYS = {
    "slashes": "{d:02}/{m:02}/{y}",
    "bare slashes": "{d}/{m}/{y}",
    "dashes": "{d:02}-{m:02}-{y}",
    "points": "{d:02}.{m:02}.{y}",
    "wide dashes": "{d:02} - {m:02} - {y}",
    "words": "ngày {d:02} tháng {m:02} năm {y}",
    "short words": "{d} tháng {m}, {y}",
    "capital words": "{d:02} Tháng {m:02} {y}",
    "month by name": "{d} Tháng {month}, {y}",
    "month first by name": "Tháng {month} {d}, {y}",
    "month first": "Tháng {m} {d}, {y}",
    "iso": "{y}-{m:02}-{d:02}",
}
TIMES = {
    "minutes": ("{h:02}:{n:02}", "minutes"),
    "bare minutes": ("{h}:{n:02}", "minutes"),
    "seconds": ("{h:02}:{n:02}:{s:02}", "seconds"),
    "letter": ("{h:02}h{n:02}", "minutes"),
    "words": ("{h} giờ {n:02} phút", "minutes"),
    "mark": ("{h}:{n:02}'", "minutes"),
    "half": ("{h12}:{n:02} {half}", "minutes"),
    "half with seconds": ("{h12:02}:{n:02}:{s:02} {half}", "seconds"),
    "Vietnamese half": ("{h12}:{n:02} {buoi}", "minutes"),
    "whole day with half": ("{h:02}:{n:02} {half}", "minutes"),
    "none": ("", "day"),
}
ORDERS = ("{day} {time}", "{day}, {time}", "{day} - {time}", "{day} | {time}", "{time} {day}",
          "{time}, {day}", "{time} | {day}", "{time} ngày {day}", "{day} lúc {time}")  # fmt: skip
PUBLISHED = ("", "", "Đăng ngày: ", "Đăng lúc ", "Gửi lúc: ", "Ngày đăng: ", "Ngày post: ", "- "
"", "• ",
             "Ngày xuất bản: ", "Thời gian: ", "Được đăng ngày ", "Đăng vào: ")  # fmt: skip
UPDATED = ("Cập nhật: ", "Cập nhật ngày: ", "Cập nhật lúc ", "• Cập nhật ", "Cập nhật lần cuối: ",
           "Lần cập nhật cuối: ", "Cập nhật mới nhất: ")  # fmt: skip
BEHIND = ("", "", " (GMT+7)", " [GMT+7]", " GMT+7", " | Lượt xem: 1231", " Đã xem: 254 Phản hồi: 0",
          " 35 0", " | 329", " Gửi bài này In bài này", " • 12 bình luận", " +07:00")  # fmt: skip
BEFORE = ("", "", "Lượt xem: 7370 | ", "PV•", "VĂN HÀO - TRẦN HỮU ", "Thanh Tùng | ")

MOMENTS = st.datetimes(datetime(1997, 1, 1), datetime(2026, 3, 1))


def printed(moment: datetime, day: str, time: str, order: str, weekday: bool) -> str:
    parts = {
        "d": moment.day, "m": moment.month, "y": moment.year, "h": moment.hour, "n": moment.minute,
        "s": moment.second, "h12": moment.hour % 12 or 12,
        "half": "AM" if moment.hour < 12 else "PM",
        "buoi": "SA" if moment.hour < 12 else "CH", "month": MONTHS[moment.month - 1],
    }  # fmt: skip
    shown = DAYS[day].format(**parts)
    shown = f"{WEEKDAYS[moment.weekday()]}, {shown}" if weekday else shown
    clock = TIMES[time][0].format(**parts)
    return order.format(day=shown, time=clock) if clock else shown


def wanted(moment: datetime, time: str) -> str:
    if time == "none":
        return moment.date().isoformat()
    local = moment.replace(tzinfo=VIETNAM, microsecond=0)
    return local.isoformat(timespec=TIMES[time][1])


@given(
    moment=MOMENTS,
    day=st.sampled_from(sorted(DAYS)),
    time=st.sampled_from(sorted(TIMES)),
    order=st.sampled_from(ORDERS),
    weekday=st.booleans(),
    label=st.sampled_from(PUBLISHED + UPDATED),
    before=st.sampled_from(BEFORE),
    behind=st.sampled_from(BEHIND),
)
@settings(max_examples=1500, deadline=None)
def test_shapes(
    moment: datetime, day: str, time: str, order: str, weekday: bool, label: str, before: str,
    behind: str,
) -> None:  # fmt: skip
    """Any day, any time, any order of them, any label and company: the date as it is printed."""
    line = before + label + printed(moment, day, time, order, weekday) + behind
    found = stamps(line)
    role = "updated" if label in UPDATED else "published"
    assert [(stamp.value, stamp.role) for stamp in found] == [(wanted(moment, time), role)], line


PROSE = (
    "Ngày {}, Ban Dân vận Huyện ủy tổ chức hội nghị.", "Hội nghị khai mạc ngày {}", "Sáng {} tại "
    "huyện",
    "Từ ngày {} đến hết quý", "Kế hoạch số 12-KH/HU ngày {}", "Hạn nộp hồ sơ: {}", "Ảnh chụp {}",
    "Quyết định có hiệu lực từ {}", "(Ban hành kèm theo Quyết định ngày {})", "Kỷ niệm {}",
    "Hà Nội, {}", "Chợ Đồn, {}", "Bài viết hay (đăng ngày {} trên báo khác)", "Sinh ngày: {}",
)  # fmt: skip


@given(
    moment=MOMENTS,
    day=st.sampled_from(sorted(DAYS)),
    prose=st.sampled_from(PROSE),
)
@settings(max_examples=300, deadline=None)
def test_prose(moment: datetime, day: str, prose: str) -> None:
    """A day in a sentence, of a document, a birth, a deadline or an event is no stamp."""
    assert stamps(prose.format(printed(moment, day, "none", "", weekday=False))) == []


@pytest.mark.parametrize(
    "line",
    [
        "2 giờ trước", "15 phút trước", "Hôm nay, 08:15", "Hôm qua lúc 20:00", "3 ngày trước",
        "Vừa xong",
        "2 tháng 2 tuần trước", "1 năm trước", "Thứ Hai tuần trước", "08:15", "Thứ Ba",
        "2 hours ago",
        "12/03", "Tháng 3", "Quý I/2024", "Năm 2024", "32/01/2020", "29/02/2023", "00/00/0000",
        "10.03.2024.15", "Điện thoại: 0207.12.03.2024", "12/03/24", "1/2024/NQ-HU",
    ],
)  # fmt: skip
def test_no_date(line: str) -> None:
    """What names no day is no date: relative times, clock times, numbers that look like one."""
    assert stamps(line) == []


NOW = FETCHED_AT
CLOCKS = {
    "words": f"Thứ Bảy, ngày {NOW.day} tháng {NOW.month} năm {NOW.year} - 9:28:19 AM",
    "figures": f"Thứ bảy, {NOW:%d/%m/%Y}, 09:29 (GMT+7)",
    "day": f"Thứ Bảy, {NOW.day}/{NOW.month}/{NOW.year}",
    "time first": f"09:30:04 {NOW:%d/%m/%Y}",
    "yesterday's": f"Thứ sáu, {NOW - timedelta(days=1):%d/%m/%Y}, 23:59",
}
TRUE = "14/5/2019 8:43'"
TRUE_VALUE = "2019-05-14T08:43+07:00"


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS.keys())
@pytest.mark.parametrize(
    "holder", ["<div>{}</div>", "<span id=clock>{}</span>", "<p><b>{}</b></p>"]
)
def test_clock_in_the_head(clock: str, holder: str) -> None:
    """A clock above the title is no date, whether or not a true one is printed."""
    shown = holder.format(clock)
    for head in (shown, f"<header>{shown}</header>", f"<div class=top>{shown}</div><ul><li>x</ul>"):
        html = article_page(PLAIN).replace("<h1>", f"{head}<h1>")
        assert article(html).published is None
        assert article(html).updated is None
        dated = html.replace("</h1>", f"</h1><div>{TRUE}</div>")
        assert article(dated).published == TRUE_VALUE


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS.keys())
def test_clock_under_the_title(clock: str) -> None:
    """Of two dates under a title, the one that tells the time of the fetch is a clock."""
    for lines in ((clock, TRUE), (TRUE, clock)):
        above = "".join(f"<div>{line}</div>" for line in lines)
        assert article(article_page(PLAIN, above=above)).published == TRUE_VALUE


def test_clock_to_the_minute() -> None:
    """What tells the very minute of the fetch is a clock wherever it stands."""
    for clock in (CLOCKS["words"], CLOCKS["figures"], CLOCKS["time first"]):
        assert article(article_page(PLAIN, above=f"<div>{clock}</div>")).published is None


def test_clock_beside_a_time_element() -> None:
    """A true `time` element beats a clock, before it or behind it."""
    stamp = '<p><time datetime="2019-05-14T08:43:00+07:00">14/5/2019</time></p>'
    for clock in CLOCKS.values():
        for above in (f"<div>{clock}</div>{stamp}", f"{stamp}<div>{clock}</div>"):
            found = article(article_page(PLAIN, above=above))
            assert str(found.published)[:16] == TRUE_VALUE[:16]


def test_time_element_that_is_a_clock() -> None:
    """A `time` element that tells the time of the fetch in the head of a page is no date."""
    clock = f'<time class="now" datetime="{NOW.isoformat()}">{NOW:%H:%M}</time>'
    html = article_page(PLAIN).replace("<h1>", f"<div>{clock}</div><h1>")
    assert article(html).published is None


def test_machine_date_that_is_a_clock() -> None:
    """A machine date of the fetch's own minute does not beat an older one that is printed."""
    head = f'<meta property="article:published_time" content="{NOW.isoformat()}">'
    found = article(article_page(PLAIN, head=head, above=f"<div>{TRUE}</div>"))
    assert found.published == TRUE_VALUE


def test_fresh_article() -> None:
    """An article of the morning of the fetch has its date, printed or told to machines."""
    fresh = NOW - timedelta(hours=2)
    for above in (f"<div>Thứ Bảy, {fresh:%d/%m/%Y - %H:%M}</div>", f"<div>{fresh:%d/%m/%Y}</div>"):
        found = article(article_page(PLAIN, above=above))
        assert str(found.published)[:10] == "2026-03-07"


def test_cached_clock() -> None:
    """The clock of a page that a cache kept for days is still a clock beside a true date."""
    old = NOW - timedelta(days=9)
    clock = f"<div>Thứ năm, {old:%d/%m/%Y, %H:%M} (GMT+7)</div>"
    html = article_page(PLAIN, above=f"<div>{TRUE}</div>").replace("<h1>", f"{clock}<h1>")
    assert article(html).published == TRUE_VALUE
    named = article_page(PLAIN).replace("<h1>", f"<div class='date-now'>{clock}</div><h1>")
    assert article(named).published is None


def test_relative_date() -> None:
    """A relative date is null, and no event of the prose takes its place."""
    found = article(
        article_page(f"<p>Sáng 12/01/2024, {PLAIN[3:]}", above="<div>3 ngày trước</div>")
    )
    assert found.published is None


def test_same_date_at_any_fetch() -> None:
    """An old article has the same date whenever it is fetched."""
    html = article_page(PLAIN, above=f"<div>{TRUE}</div>")
    for days in (0, 1, 400):
        asked = replace(page(html), fetched_at=NOW + timedelta(days=days))
        found = read(asked, site="thu")
        assert isinstance(found, Article)
        assert (found.title, found.published) == (TITLE, TRUE_VALUE)
