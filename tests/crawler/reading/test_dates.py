"""The reader of dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.dates import day_of, glued, machine, stamps

SHAPES = [
    ("Cập nhật ngày: 29/02/2024 15:12:50", "2024-02-29T15:12:50"),
    ("Lượt xem: 7370 | Gửi lúc: 05/12/2013 15:42:27", "2013-12-05T15:42:27"),
    ("01/11/2024 - 09:50", "2024-11-01T09:50"),
    ("Thứ Bảy, ngày 29 tháng 2 năm 2020 - 8:28:19 PM", "2020-02-29T20:28:19"),
    ("Đăng ngày: 20/01/2020 - 8:28:04 AM | Lượt xem: 1231", "2020-01-20T08:28:04"),
    ("Thứ Tư, 08/04/2015, 08:11 [GMT+7]", "2015-04-08T08:11"),
    ("Thứ tư, 02/10/2013 - 10:12", "2013-10-02T10:12"),
    ("10:47:07 15/12/2016", "2016-12-15T10:47:07"),
    ("04:35 15/03/2016", "2016-03-15T04:35"),
    ("28-08-2025, 19:45 (GMT+7)", "2025-08-28T19:45"),
    ("Đăng ngày 17 - 05 - 2024", "2024-05-17"),
    ("14/5/2019 8:43' Gửi bài này In bài này", "2019-05-14T08:43"),
    ("Thứ sáu, 26/04/2019 - 11:21'", "2019-04-26T11:21"),
    ("Thứ tư - 28/09/2022 21:45 Đã xem: 254 Phản hồi: 0", "2022-09-28T21:45"),
    ("Chủ nhật - 29/09/2024 19:43 35 0", "2024-09-29T19:43"),
    ("- 26/08/2023 06:24:00 AM", "2023-08-26T06:24:00"),
    ("• Cập nhật: 30/03/2021", "2021-03-30"),
    ("20/10/2020, 18:36", "2020-10-20T18:36"),
    ("PV•28/01/2025 08:22", "2025-01-28T08:22"),
    ("21:55, 03/04/2024", "2024-04-03T21:55"),
    ("15 Tháng 9, 2025", "2025-09-15"),
    ("Ngày post: 25-09-2025", "2025-09-25"),
    ("18:27 | 14/08/2026", "2026-08-14T18:27"),
    ("15-08-2026 - 01:01 AM", "2026-08-15T01:01"),
    ("05-09-2026 - 17:09 PM", "2026-09-05T17:09"),
    ("14/08/2026 - 21:20", "2026-08-14T21:20"),
    ("Thứ Ba, 29/12/2020, 10:15 (GMT+7)", "2020-12-29T10:15"),
    ("Cập nhật: 08:00 | 29/02/2024", "2024-02-29T08:00"),
    ("29-02-2024 15:12", "2024-02-29T15:12"),
    ("Thứ tư 11/02/2026 23:43", "2026-02-11T23:43"),
    ("11:49 17/10/2020", "2020-10-17T11:49"),
    ("Thứ Sáu, 20/9/2019", "2019-09-20"),
    ("Cập nhật lúc 08h30 ngày 05/3/2022", "2022-03-05T08:30"),
    ("Thứ hai, ngày 03 tháng 2 năm 2020 | 7:05 SA", "2020-02-03T07:05"),
    ("Cập nhật, 16:36, Thứ Sáu, 12/01/2018 (GMT+7)", "2018-01-12T16:36"),
    ("Thứ tư, 08 Tháng 9 2021 15:09", "2021-09-08T15:09"),
    ("Đăng ngày 15-05-2022 10:48", "2022-05-15T10:48"),
    ("26/08/2023 06:24:00 AM - Phản hồi: 0", "2023-08-26T06:24:00"),
    ("VĂN HÀO - TRẦN HỮU 30/04/2016 11:39", "2016-04-30T11:39"),
    ("13/08/2025 | 329", "2025-08-13"),
    ("12/2020", "2020-12"),
    ("26 Tháng 5, 2024•7 phút đọc• 1.7k lượt xem", "2024-05-26"),
    ("01/01/2020 00:01 AM", "2020-01-01T00:01"),
    ("01/01/2020 12:05 AM", "2020-01-01T00:05"),
]


@pytest.mark.parametrize(("line", "value"), SHAPES)
def test_shapes(line: str, value: str) -> None:
    """Every shape seen on a Vietnamese page is read, as precisely as it is printed."""
    zone = "+07:00" if "T" in value else ""
    assert [stamp.value for stamp in stamps(line)] == [value + zone]


@pytest.mark.parametrize(
    "line",
    [
        "2 tháng 2 tuần trước",
        "Ngày 13/01/2022, Ban Dân vận Thành ủy tổ chức hội nghị.",
        "Sáng 29/12, hội nghị khai mạc.",
        "Ảnh chụp ngày 12/3/2021",
        "Hội nghị tổng kết công tác năm (24/03/2021)",
        "Tăng cường đối thoại với công dân - 24/03/2021",
        "Hà Nội, ngày 12 tháng 3 năm 2020",
        "Số: 78/2008/QĐ-UBND",
        "Từ 01/01/2020 đến 02/02/2021",
        "31/02/2020",
        "13/13/2020",
        "01/01/0001",
        "",
    ],
)
def test_other_lines(line: str) -> None:
    """A date in prose, of an event, relative or impossible is no date of publication."""
    assert stamps(line) == []


def test_roles() -> None:
    """ "Cập nhật" dates a change, other labels the publication, both in one line."""
    found = stamps("Đăng ngày: 01/02/2020 08:00 | Cập nhật: 03/02/2020 09:15")
    assert [(stamp.role, stamp.value) for stamp in found] == [
        ("published", "2020-02-01T08:00+07:00"),
        ("updated", "2020-02-03T09:15+07:00"),
    ]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from("/-."))
def test_day_before_month(day: date, mark: str) -> None:
    """Whatever the day, the first figure is the day and the second the month."""
    line = f"{day.day:02}{mark}{day.month:02}{mark}{day.year}"
    assert [day_of(stamp.value) for stamp in stamps(line)] == [day]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2026-03-07T01:01:53Z", "2026-03-07T08:01:53+07:00"),
        ("2026-03-07T08:01:53.123+07:00", "2026-03-07T08:01:53+07:00"),
        ("2026-03-07T08:01:00.000 +07:00", "2026-03-07T08:01:00+07:00"),
        ("2026-03-06T23:30-0200", "2026-03-07T08:30+07:00"),
        ("2026-03-07 08:01", "2026-03-07T08:01+07:00"),
        ("2013-11-01 10:00+0700", "2013-11-01T10:00+07:00"),
        ("2020-12", "2020-12"),
        ("2020-12-29", "2020-12-29"),
        ("7/3/2026 8:01:53 AM", None),
        ("0001-01-01T00:00:00", None),
        ("2020-02-30", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("", None),
    ],
)
def test_machine_dates(value: str, wanted: str | None) -> None:
    """Machine dates come out at +07:00, no more precise than given; others than ISO are null."""
    assert machine(value) == wanted


@given(st.text())
def test_any_text(text: str) -> None:
    """No text whatever makes the reader of dates fail."""
    stamps(text)
    machine(text)
    glued(text)


def test_glued() -> None:
    """A day printed right before a sentence is cut from it; a date that begins one is not."""
    assert glued("14/12/2021Ngày 13/12, Tỉnh ủy họp.") == ("2021-12-14", "Ngày 13/12, Tỉnh ủy họp.")
    assert glued("14/12/2021 là ngày hội.") is None
