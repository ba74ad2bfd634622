"""The furniture rules, line by line."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest

from crawler.reading.furniture import RULES, is_list_heading, strip
from tests.crawler.reading.pages import MORE, WORDS
from tests.practice import seeds, stock

TEXT = [WORDS, MORE, WORDS.replace("5/3", "6/3"), MORE.replace("120", "121")]
TAIL = (
    "Đang online: 40", "Hôm nay: 3005", "Trong tuần: 30,254", "Tất cả: 1,430,494", "Lượt xem: 329",
    "Tổng lượt truy cập: 1.430.494", "172 lượt xem", "Đang online: 4 | Tổng truy cập: 12",
    "Thống kê truy cập", "1 2 3 4 5 ...", "< Trở về trang trước", "Về đầu trang",
    "Gửi bình luận của bạn", "Bình luận (0)", "Chia sẻ", "Facebook Zalo Copy link",
    "Nghe đọc bài", "0:00 / 0:00", "Nữ miền Bắc", "1x", "Gửi bài này In bài này", "Quảng cáo",
    "Trang 1 / 2 12 LastLast", "« Trước 1 2 3 Tiếp »", ">> Một bài khác cùng đề tài",
    "Theo Nhịp sống thị trường Copy link", "Cơ quan chủ quản: Tỉnh ủy Hà Tĩnh", "Tỷ giá",
    "Giấy phép số 12/GP-BTTTT ngày 1/1/2020", "Tòa soạn: 1 Đường Thử", "Hà Nội: 25°C Hà Nội",
    "Bạn thấy trang này như thế nào? Đẹp", "Tổng số điểm của bài viết là: 5 trong 1 đánh giá",
    "• Đang truy cập: 7", "Vui lòng nhập tiếng Việt có dấu", "A- A A+", "anh-cover-pc.jpg",
    "https://bao.example.vn/tieng/bai.mp3", "Bài trướcMột bài khác của trang",
)  # fmt: skip
HEAD = (
    "Xuất bản thông tin", "Chi tiết bài viết Tin hoạt động", "Trang chủ » Chính trị » Tin tức",
    "329", "Cập nhật ngày: 29/02/2024 15:12:50", "100%", "Truy cập nội dung luôn",
)  # fmt: skip
KEPT = (
    "./.", "P.V: Xin ông cho biết kết quả?", "-----", "(1) Báo cáo số 12 của Huyện ủy.",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 78/2008/QĐ-UBND",
    "Hôm nay, giá vàng trong nước giảm mạnh.", "Tất cả 12 xã đều đạt chuẩn nông thôn mới.",
    "Trong tuần, 3 đoàn công tác đã xuống cơ sở.", "Kết quả:", "Năm nay là năm thứ ba liên tiếp.",
    "Một số hình ảnh tại hội nghị:", "Địa chỉ nhận hàng là trụ sở xã.", "Ảnh minh họa",
)  # fmt: skip


def kept(lines: list[str], **about: str) -> list[str]:
    removed = strip(lines, **about)
    return [line for index, line in enumerate(lines) if index not in removed]


@pytest.mark.parametrize("line", TAIL)
def test_tail(line: str) -> None:
    """A line of the appendix goes from behind a text, and the text stays whole."""
    assert kept([*TEXT, line]) == TEXT


@pytest.mark.parametrize("line", HEAD)
def test_head(line: str) -> None:
    """A line of the appendix goes from before a text, and the text stays whole."""
    assert kept([line, *TEXT]) == TEXT


@pytest.mark.parametrize("line", KEPT)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_text_that_looks_like_furniture(line: str, place: int) -> None:
    """End marks, interview labels, footnotes, legal headers and prose stay where they are."""
    lines = [*TEXT[:place], line, *TEXT[place:]]
    assert kept(lines) == lines


def test_related_list() -> None:
    """A heading of other articles cuts off what follows it, if that reads like a list."""
    items = ["Tin liên quan", "Một bài khác của trang (24/03/2021)", "• Một bài nữa của trang"]
    assert kept([*TEXT, *items]) == TEXT
    assert kept([*TEXT[:2], "Tin liên quan", *TEXT[2:]]) == [*TEXT[:2], "Tin liên quan", *TEXT[2:]]
    assert is_list_heading("CÁC BÀI VIẾT KHÁC:")


def test_repeated_title_and_lead() -> None:
    """Title and lead printed again above the text are removed once each, and logged."""
    lines = ["HỘI NGHỊ SƠ KẾT QUÝ I", MORE, WORDS]
    removed = strip(lines, title="Hội nghị sơ kết quý I", lead=MORE)
    assert removed == {0: "title again", 1: "lead again"}


def test_no_paragraph_is_removed() -> None:
    """No sentence of the practice web and no paragraph of the seeds is taken for furniture."""
    lines = [*stock.SENTENCES, *stock.FIRST_SENTENCES, *stock.LAST_SENTENCES, *stock.LEADS]
    directory = seeds.default_directory()
    if directory:
        text = (directory / "ideal.json").read_text(encoding="utf-8")
        lines += [line for record in json.loads(text)["records"] for line in record["body"]]
    for line in lines:
        assert kept([line]) == [line]


def test_real_paragraphs(shared: Path) -> None:
    """No body line of a real article is taken for furniture."""
    truth = json.loads((shared / "vi_html" / "truth_vi_articles.dev.json").read_text("utf-8"))
    for record in truth.values():
        lines = record["body"].split("\n") if isinstance(record, dict) else []
        assert kept(lines) == lines


@pytest.mark.parametrize(
    "line",
    [
        "hôm nay: 1 | " + "ngày:1 | " * 25 + "x",
        "đang online: 1 | a b c 1 | " * 12 + "x",
        "in " * 100 + "x",
        "1 " * 150 + "x",
        "theo a " * 45 + "x",
        "cỡ chữ a - a + " * 20 + "x",
        "nghe bài nữ miền nam " * 15 + "x",
        "7" * 5_000,
    ],
)
def test_no_line_takes_long(line: str) -> None:
    """Lines made to mislead a pattern cost no more than others."""
    began = process_time()
    strip([line] * 20)
    assert process_time() - began < 1.0


def test_many_lines_take_linear_time() -> None:
    """Numbers alone in their lines, which may be those of parts, are not looked for one by one."""
    lines = [str(10 * number) for number in range(60_000)]
    began = process_time()
    strip(lines)
    assert process_time() - began < 10.0


def test_rules_have_ids() -> None:
    """Every rule can be named in a log."""
    assert all(rule.id for rule in RULES)
