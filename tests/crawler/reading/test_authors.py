"""Who wrote it, and who did not: accounts, sites, offices, sources, people who are spoken of."""

from __future__ import annotations

import pytest

from crawler.site import ArticleRules
from tests.crawler.reading.pages import MORE, PLAIN, TITLE, WORDS, article, article_page

BODY = ArticleRules(body=(".noi-dung",))
BOTH = pytest.mark.parametrize("rules", [(), (BODY,)], ids=["generic", "rules"])
SITE = '<meta property="og:site_name" content="Báo Thử Nghiệm">'


def json_ld(author: str) -> str:
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "'
        f'{TITLE}", "author": {author}}}</script>'
    )


RIGHT: dict[str, tuple[str, str]] = {
    "last line": (f"{PLAIN}<p>Thanh Tùng</p>", "Thanh Tùng"),
    "bold": (f"{PLAIN}<p><strong>Thanh Tùng</strong></p>", "Thanh Tùng"),
    "right": (f'{PLAIN}<p style="text-align: right;">DŨNG CHINH</p>', "Dũng Chinh"),
    "right by attribute": (f'{PLAIN}<p align="right"><b>Thanh Tùng</b></p>', "Thanh Tùng"),
    "two names": (f"{PLAIN}<p>Tất Định - Viết Tuân</p>", "Tất Định - Viết Tuân"),
    "two names with and": (f"{PLAIN}<p>Tất Định và Viết Tuân</p>", "Tất Định và Viết Tuân"),
    "two names with a slash": (f"{PLAIN}<p>Tất Định/Viết Tuân</p>", "Tất Định/Viết Tuân"),
    "two in capitals": (f"{PLAIN}<p>VĂN HÀO – TRẦN HỮU</p>", "Văn Hào – Trần Hữu"),
    "initials": (f"{PLAIN}<p>H.Long</p>", "H.Long"),
    "initials in capitals": (f"{PLAIN}<p>K.Đ</p>", "K.Đ"),
    "one word": (f"{PLAIN}<p>Nguyên</p>", "Nguyên"),
    "office in brackets": (f"{PLAIN}<p>Lê Tuấn Dũng (Ban Dân vận Huyện ủy)</p>", "Lê Tuấn Dũng"),
    "office after a dash": (f"{PLAIN}<p>Hải Minh - Đài TT Thanh Ba</p>", "Hải Minh"),
    "compiled": (f"{PLAIN}<p>Hà Thu (tổng hợp)</p>", "Hà Thu"),
    "from an agency": (f"{PLAIN}<p>Khải Nguyên (Theo Bloomberg)</p>", "Khải Nguyên"),
    "degree": (f"{PLAIN}<p>ThS. Thạch Trần Thị Cầm</p>", "ThS. Thạch Trần Thị Cầm"),
    "label": (f"{PLAIN}<p>Tác giả: Dương Hiểu</p>", "Dương Hiểu"),
    "label of text": (f"{PLAIN}<p>Bài và ảnh: KIM CHI</p>", "Kim Chi"),
    "label of news": (f"{PLAIN}<p>Tin, ảnh: Thanh Tùng</p>", "Thanh Tùng"),
    "label of who did it": (f"{PLAIN}<p>Thực hiện: Anh Thư</p>", "Anh Thư"),
    "label of a reporter": (f"{PLAIN}<p>PV: Anh Thư</p>", "Anh Thư"),
    "in brackets": (f"{PLAIN}<p>(Anh Thư)</p>", "Anh Thư"),
    "above a source": (f"{PLAIN}<p>Anh Thư</p><p>Nguồn: TTXVN</p>", "Anh Thư"),
    "above a follow-up": (f"{PLAIN}<p>Anh Thư</p><p>>> Một bài khác về dân vận</p>", "Anh Thư"),
}
MARKED: dict[str, tuple[str, str]] = {
    "class": ('<div class="author">Anh Thư</div>', "Anh Thư"),
    "class with a label": ('<p class="tac-gia">Tác giả: Anh Thư</p>', "Anh Thư"),
    "written by": ('<p class="itemAuthor">Được viết bởi <a href="#">Anh Thư</a></p>', "Anh Thư"),
    "itemprop": ('<span itemprop="author"><span itemprop="name">Anh Thư</span></span>', "Anh Thư"),
    "rel": ('<a rel="author" href="/tac-gia/anh-thu">Anh Thư</a>', "Anh Thư"),
    "with more authors": ('<div class="author">Anh Thư và 1 tác giả khác</div>', "Anh Thư"),
}


@BOTH
@pytest.mark.parametrize("name", RIGHT)
def test_byline(name: str, rules: tuple[ArticleRules, ...]) -> None:
    """A printed byline is read and lifted from the text."""
    body, author = RIGHT[name]
    found = article(article_page(body), *rules)
    assert (found.author, found.text) == (author, f"{WORDS}\n\n{MORE}")


@BOTH
@pytest.mark.parametrize("name", MARKED)
@pytest.mark.parametrize("place", ["above", "after"])
def test_marked(name: str, place: str, rules: tuple[ArticleRules, ...]) -> None:
    """An author whose element says so is read above and below the text."""
    mark, author = MARKED[name]
    html = article_page(PLAIN, **{place: mark})
    assert article(html, *rules).author == author


def test_machine_author() -> None:
    """A person in JSON-LD is an author, with others; sites, offices and accounts are none."""
    two = '[{"@type": "Person", "name": "Anh Thư"}, {"@type": "Person", "name": "Hà Thu"}]'
    assert article(article_page(PLAIN, head=json_ld(two))).author == "Anh Thư, Hà Thu"
    for other in (
        '{"@type": "Organization", "name": "Báo Thử"}', '{"@type": "Person", "name": "admin"}',
        '{"@type": "Person", "name": "Báo Thử Nghiệm"}', '"bao.example.vn"', '"Ban Biên Tập"',
        '{"@type": "Person", "name": "Example"}', '"https://facebook.com/anhthu"', '""', "null",
        '{"@type": "Person", "name": "Super User"}', '"BTV"', '"Nhóm PV"', '"quantri"',
        '"Editor01"',
        '{"@type": "Person", "name": "Báo Điện Tử Thử Nghiệm"}', '"Cổng Thông Tin Điện Tử"',
        '"Trang Tin Huyện Ủy"', '"Đài Phát Thanh Huyện"', '"Phóng Viên"', '"Văn Phòng Huyện Ủy"',
    ):  # fmt: skip
        found = article(article_page(PLAIN, head=SITE + json_ld(other)))
        assert found.author is None, other


NOBODY = (
    "admin", "Admin", "Administrator", "Bởi admin", "Đăng bởi: admin", "Người đăng: Quản trị",
    "Ban Biên tập", "BBT", "Ban biên tập", "Super User", "Quản Trị Viên", "Theo TTXVN", "Theo VOV",
    "Theo danviet.vn", "Theo Báo Nhân Dân", "Nguồn: TTXVN", "Nguồn: Báo Thử", "TTXVN",
    "(Theo TTXVN)",
    "BTV", "CTV", "PV", "Nhóm PV", "Phóng Viên", "Báo Thử Nghiệm", "bao.example.vn", "Ảnh: TTXVN",
    "Phó Bí thư Huyện ủy", "Trưởng Ban Dân vận", "Chi Đoàn Thanh Niên", "Hội Phụ Nữ", "Cổng TTĐT",
    "Ban Dân Vận Huyện Ủy", "Văn Phòng Huyện Ủy", "Ảnh Minh Họa", "Xem Thêm", "Đọc Thêm", "Hết",
    "Độc Lập - Tự Do - Hạnh Phúc", "Trân Trọng", "Xin Cảm Ơn", "Còn Nữa", "Mời Xem Video", "Video",
    "Đài Phát Thanh", "Sở Y Tế", "Hotline", "Chia Sẻ", "Facebook", "Tags", "Hà Nội", "In Bài",
)  # fmt: skip


@BOTH
@pytest.mark.parametrize("line", NOBODY)
def test_nobody(line: str, rules: tuple[ArticleRules, ...]) -> None:
    """Accounts, desks, offices, agencies, titles of office and phrases are nobody's name."""
    html = article_page(f"{PLAIN}<p>{line}</p>", head=SITE)
    assert article(html, *rules).author is None
    marked = article_page(PLAIN, head=SITE, after=f'<div class="author">{line}</div>')
    assert article(marked, *rules).author is None


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        f"<p>{WORDS}</p><p>Nguyễn Văn A</p><p>{MORE}</p>",
        f"<p>{WORDS}</p><p><b>Điểm Sáng Mỹ An</b></p><p>{MORE}</p>",
        f"{PLAIN}<blockquote><p>Dễ trăm lần không dân cũng chịu.</p><p>Hồ Chí Minh</p></blockquote>"
        f"<p>{WORDS}</p><p>{MORE}</p>",
        f"<p>P.V: Xin ông cho biết?</p><p>Ông Lê Văn B: {MORE}</p><p>{WORDS}</p>",
        f"<p>{WORDS}</p><p>Danh sách khen thưởng:</p><p>1. Nguyễn Văn A</p><p>2. Trần Thị B</p>"
        f"<p>{MORE}</p>",
    ],
)
def test_people_in_the_text(body: str, rules: tuple[ArticleRules, ...]) -> None:
    """Names inside a text are people it speaks of, and stay in it."""
    found = article(article_page(body), *rules)
    assert found.author is None
    assert "Nguyễn Văn A" in found.text or "Nguyễn Văn A" not in body


@BOTH
def test_list_of_names(rules: tuple[ArticleRules, ...]) -> None:
    """A list of names that ends a text is text, not a byline."""
    people = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Chung", "Phạm Thị Dung", "Hồ Văn Em")
    listed = "".join(f"<p>{name}</p>" for name in people)
    found = article(article_page(f"{PLAIN}<p>Danh sách được khen:</p>{listed}"), *rules)
    assert found.author is None
    assert all(name in found.text for name in people)


@BOTH
def test_authors_of_other_articles(rules: tuple[ArticleRules, ...]) -> None:
    """Names beside other articles and comments are theirs."""
    others = (
        '<div class="related"><h3><a href="/x">Một bài khác của trang báo</a></h3>'
        '<span class="author">Lê Khác</span></div>'
        '<div class="comments"><p class="comment-author">Bạn Đọc</p><p>Bài hay.</p></div>'
    )
    assert article(article_page(PLAIN, after=others), *rules).author is None
