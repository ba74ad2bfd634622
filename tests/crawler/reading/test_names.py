"""Names in print."""

from __future__ import annotations

import pytest

from crawler.reading.names import is_account, is_name, title_case, without_unit

NAMES = (
    "Thanh Tùng", "DŨNG CHINH", "Tất Định - Viết Tuân", "VĂN HÀO - TRẦN HỮU", "H.Long", "K.Đ",
    "N. Hà", "TTO", "Lê Tuấn Dũng (Ban Dân vận Huyện ủy)", "Hải Minh - Đài TT Thanh Ba",
    "Hà Thu (tổng hợp)", "ThS. Thạch Trần Thị Cầm", "Nguyễn Văn A, Trần Thị B và Lê C",
    "BÙI THANH", "Khải Nguyên (Theo Bloomberg)",
)  # fmt: skip
OTHERS = (
    "Quang cảnh hội nghị", "Toàn cảnh Hội nghị", "Một số hình ảnh tại hội nghị:", "Năm 2021",
    "Phó Khoa Nhà nước và Pháp luật", "Hội nghị kết thúc.", "Nguyễn Văn A phát biểu", "admin",
    "Bởi admin", "Đ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
    "v.v.", "./.", "Xem thêm", "Dân vận khéo",
)  # fmt: skip


@pytest.mark.parametrize("line", NAMES)
def test_names(line: str) -> None:
    """Bylines as papers print them are names."""
    assert is_name(line)


@pytest.mark.parametrize("line", OTHERS)
def test_other_lines(line: str) -> None:
    """Captions, headings, titles of office, accounts and ends of sentences are no names."""
    assert not is_name(line)


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("DŨNG CHINH", "Dũng Chinh"),
        ("NHẬT XUÂN - NGHI VŨ", "Nhật Xuân - Nghi Vũ"),
        ("Thu Hà", "Thu Hà"),
        ("TTO", "TTO"),
        ("TTXVN", "TTXVN"),
        ("K.Đ", "K.Đ"),
    ],
)
def test_title_case(printed: str, wanted: str) -> None:
    """Upper case becomes Title Case; mixed case, initials and acronyms stay as they are."""
    assert title_case(printed) == wanted


def test_units() -> None:
    """The office behind a name is told from the name."""
    assert without_unit("Hà Thu (tổng hợp)") == ("Hà Thu", "tổng hợp")
    assert without_unit("Hải Minh - Đài TT Thanh Ba") == ("Hải Minh", "Đài TT Thanh Ba")
    assert without_unit("Anh Thư") == ("Anh Thư", None)


def test_accounts() -> None:
    """The account that posted is nobody's name."""
    assert is_account("Admin")
    assert not is_account("Anh Thư")
