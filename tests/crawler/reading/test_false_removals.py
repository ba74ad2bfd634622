"""What looks like furniture and is text stays; what is furniture goes; nothing else is lost."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.text import clean
from crawler.reading.furniture import strip
from crawler.site import ArticleRules
from tests.crawler.reading import pages
from tests.crawler.reading.pages import MORE, TITLE, WORDS, article, article_page
from tests.practice import seeds

BODY = ArticleRules(body=(".noi-dung",))
MOST_REMOVED = 1 / 2000
SEEDS = (7101, 7102, 7103)

# `#` is a number. The phrases of READING's appendix that a page prints in a line of its own.
COUNTERS = (
    "Thống kê truy cập", "Lượt truy cập", "Số lượt truy cập", "Bộ đếm truy cập", "Thống kê website",
    "Khách online", "Đang online: #", "Đang truy cập: #", "Đang trực tuyến: #",
    "Số người đang online: #", "Khách viếng thăm: #", "Thành viên online: #",
    "Thành viên trực tuyến: #", "Máy chủ tìm kiếm: #", "IP duy nhất: #", "# khách và # thành viên",
    "Hôm nay: #", "Hôm qua: #", "Trong tuần: #", "Tuần này: #", "Tuần trước: #", "Trong tháng: #",
    "Tháng này: #", "Tháng trước: #", "Tháng hiện tại: #", "Năm nay: #", "Tất cả: #",
    "Tổng cộng: #", "Tổng lượt truy cập: #", "Tổng lượng truy cập: #", "Tổng số truy cập: #",
    "Đang online: # | Tổng truy cập: #", "Lượt truy cập hôm nay: #", "Lượt truy cập tuần này: #",
    "Lượt truy cập tháng này: #", "Lượt xem: #", "# lượt xem", "Lượt xem: # lượt xem", "Đã xem: #",
    "Phản hồi: #", "Lượt đọc: #", "Số lần đọc: #", "Số lần xem: #", "Views: #",
)  # fmt: skip
SHARES = (
    "Gửi bài này", "In bài này", "In trang", "In bài", "Bản in", "In ra", "Gửi email", "Gửi bài",
    "Gửi cho bạn bè", "Giới thiệu bài viết cho bạn bè", "Lưu bài viết này", "Chia sẻ", "Facebook",
    "Zalo", "Twitter", "LinkedIn", "Pinterest", "Google+", "Copy link", "Link bài gốc", "Lấy link!",
    "Copy link Link bài gốc Lấy link!", "Theo Báo Thử Copy link Link bài gốc Lấy link!",
    "Theo dõi Báo Thử trên Google News", "Cỡ chữ A- A A+", "A- / A / A+", "Font size", "Tương phản",
    "Nghe bài", "Nghe đọc bài", "Đọc bài viết", "Nữ miền Bắc", "Nữ miền Nam", "Nam miền Bắc",
    "Nam miền Nam", "0:00 / 0:00", "0:00 / 3:25", "1x", "Tự động phát",
    "https://bao.example.vn/am-thanh/bai.mp3",
)  # fmt: skip
BACK = (
    "< Trở về trang trước", "Quay về", "Quay lại", "Trở lại", "Về trang trước", "Về trang Chủ đề",
    "Về đầu trang", "Lên đầu trang", "back to top", "« Trước 1 2 3 Tiếp »",
)  # fmt: skip
COMMENTS = (
    "Gửi bình luận của bạn", "Gửi bình luận", "Viết bình luận", "Bình luận (#)", "Ý kiến bạn đọc",
    "Phản hồi: 0", "BÌNH LUẬN", "Hủy trả lời", "Vui lòng nhập bình luận của bạn",
    "Vui lòng nhập tiếng Việt có dấu", "Vui lòng nhập Tên hiển thị", "Vui lòng nhập Email",
    "Ý kiến của bạn sẽ được kiểm duyệt trước khi đăng", "Tên của bạn", "Mã an toàn", "Mã xác nhận",
    "Mã bảo mật", "Đánh giá bài viết", "Xếp hạng",
    "Tổng số điểm của bài viết là: # trong # đánh giá", "Click để đánh giá bài viết", "# phiếu bầu",
    "Bạn thấy trang này như thế nào?", "Thăm dò ý kiến", "Bình chọn",
)  # fmt: skip
PORTLETS = (
    "Xuất bản thông tin", "Truy cập nội dung luôn", "Danh sách bài viết tin tức",
    "Tài sản liên quan", "Banner", "menu", "back-top-top", "leftcenterrightdel", "100%",
    "Powered by Liferay", "lr-ct", ".", ",", "Quảng cáo", "Liên kết website", "Hà Nội: 25°C Hà Nội",
    "Hồ Chí Minh weather 25° - 33° C", "Tỷ giá", "Giá vàng", "Chứng khoán", "Lịch vạn niên",
    "Lịch công tác", "Liên kết web", "Chọn tỉnh/thành",
    "VIC: Giá hiện tại Thay đổi Xem hồ sơ doanh nghiệp", "Bởi admin", "anh-cover-pc.jpg",
)  # fmt: skip
ANYWHERE = (*COUNTERS, *SHARES, *BACK, *COMMENTS, *PORTLETS)
TAIL = (
    "CÁC BÀI VIẾT KHÁC:", "Tin liên quan", "Bài viết liên quan", "Tin cùng chuyên mục",
    "Các tin khác", "Các tin đã đưa", "Những tin mới hơn", "Những tin cũ hơn", "Tin mới",
    "Tin mới nhất", "Đọc nhiều", "Xem nhiều", "Đọc thêm", "Xem thêm", "Đọc tiếp",
    "Có thể bạn quan tâm", "Tham khảo thêm", "Từ khóa", "Tags", "Chủ đề",
    "Từ khóa: dân vận, nông thôn mới", "Tags: dân vận", "1 2 3 4 5 ...", "Trang 1 / 2 12 LastLast",
    "Trang 1 của 12", "Bài trướcMột bài khác của trang báo",
    "Bài tiếp theoMột bài khác của trang báo", "Tin trước: Một bài khác", "Bài cũ hơn", "Tin sau",
    "Cơ quan chủ quản: Huyện ủy Thử", "Cơ quan của Đảng bộ tỉnh Thử", "Tổng Biên tập: Nguyễn Văn A",
    "Chịu trách nhiệm chính: Nguyễn Văn A", "Chịu trách nhiệm nội dung: Nguyễn Văn A",
    "Trưởng Ban biên tập: Nguyễn Văn A", "Giấy phép số #/GP-BTTTT ngày 1/1/2020",
    "Giấy phép số #/GP-TTĐT", "Bản quyền thuộc về Huyện ủy Thử", "© Huyện ủy Thử",
    "® Ghi rõ nguồn khi phát hành lại", "Ghi rõ nguồn khi phát hành lại", "Tòa soạn: 1 Đường Thử",
    "Trụ sở: 1 Đường Thử", "Địa chỉ: 1 Đường Thử", "ĐT: 0207 # #", "Điện thoại: 0207.#",
    "Fax: 0207.#", "Hotline: 0207.# Email: thu@example.vn", "Đường dây nóng: 0207.#",
    "Email: thu@example.vn", "Thiết kế bởi Công ty Thử", "Powered by Thử", "#", "# # #",
    ">> Một bài khác của trang báo",
    "* Mời bạn đọc vào chuyên mục Dân vận để xem các tin, bài liên quan.", "..>> Chi tiết",
)  # fmt: skip
HEAD = (
    "Chi tiết bài viết Tin hoạt động", "Trang chủ » Chính trị - Xã hội » Tin tức trong tỉnh",
    "Gốc > Tin tức-Sự kiện > Trong tỉnh", "Trang chủ / Tin tức", "Trang chủ › Tin tức", "#",
    "Cập nhật ngày: 29/02/2024 15:12:50", "Thứ tư, 02/10/2013 - 10:12", TITLE, TITLE.upper(),
)  # fmt: skip


def fresh(phrase: str, rng: random.Random) -> str:
    """The phrase with numbers of its own, and one of the dresses that lines come in."""
    small, large, other = (rng.randrange(1, 99), rng.randrange(100, 999), rng.randrange(100, 999))
    numbers = (str(small), f"{small},{large}", f"{small}.{large}.{other}")
    line = re.sub("#", lambda _: rng.choice(numbers), phrase)
    dress = rng.choice(("{}", "{}", "• {}", "- {}", "\u00a0\u00a0\u00a0{}\u00a0", "\u200b{}"))
    if phrase[0].isalpha() and rng.random() < 0.2 and "example" not in phrase:
        line = line.upper()
    return dress.format(line) if phrase[0].isalnum() else line


def paragraphs(rng: random.Random) -> list[str]:
    count = rng.randrange(6, 15)
    return [
        (WORDS, MORE)[n % 2].replace("4", str(n)).replace("2", str(n + 3)) for n in range(count)
    ]


def kept(lines: list[str]) -> list[str]:
    removed = strip(lines, title=TITLE)
    return [line for index, line in enumerate(lines) if index not in removed]


def injected(line: str, texts: list[str], place: int) -> list[str]:
    return [*texts[:place], clean(line), *texts[place:]]


@pytest.mark.parametrize("phrase", ANYWHERE)
def test_mutation(phrase: str) -> None:
    """A line of the appendix in any dress, before, between or behind paragraphs, goes alone."""
    rng = random.Random(phrase)
    for _ in range(8):
        texts = paragraphs(rng)
        for place in (0, len(texts) // 2, len(texts)):
            lines = injected(fresh(phrase, rng), texts, place)
            left = kept(lines)
            assert left == texts, lines[place]


@pytest.mark.parametrize("phrase", TAIL)
def test_mutation_of_the_tail(phrase: str) -> None:
    """A heading of a list, a pager, a part of a footer goes from behind a text."""
    rng = random.Random(phrase)
    for _ in range(8):
        texts = paragraphs(rng)
        lines = injected(fresh(phrase, rng), texts, len(texts))
        assert kept(lines) == texts, lines[-1]


@pytest.mark.parametrize("phrase", HEAD)
def test_mutation_of_the_head(phrase: str) -> None:
    """A breadcrumb, a date already lifted, a repeated title goes from before a text."""
    rng = random.Random(phrase)
    for _ in range(8):
        texts = paragraphs(rng)
        lines = injected(fresh(phrase, rng), texts, 0)
        assert kept(lines) == texts, lines[0]


@pytest.mark.parametrize("phrase", [*ANYWHERE, *TAIL])
def test_mutation_of_a_page(phrase: str) -> None:
    """A page whose body ends in such a line reads as the page without it."""
    rng = random.Random(phrase)
    html = "".join(f"<p>{line}</p>" for line in (WORDS, MORE, WORDS.replace("5/3", "6/3")))
    more = f"<p>{fresh(phrase, rng).replace('<', '&lt;')}</p>"
    for rules in ((), (BODY,)):
        assert article(article_page(html + more), *rules).text == article(article_page(html)).text


PROSE = (
    "Hôm nay, 12/3, Huyện ủy tổ chức hội nghị.", "Hôm qua: 3 xã đã hoàn thành chỉ tiêu được giao.",
    "Giá vàng hôm nay giảm 200.000 đồng mỗi lượng.", "giá vàng hôm nay tăng nhẹ.",
    "Giá vàng SJC hôm nay",
    "Chia sẻ với phóng viên, ông Nguyễn Văn A cho biết đã vay 50 triệu đồng.",
    "Chia sẻ khó khăn với bà con vùng lũ", "Chia sẻ là niềm vui của mỗi cán bộ dân vận.",
    "Tổng Biên tập Báo Thử phát biểu tại hội nghị.", "Tổng Biên tập: “Báo chí phải vì dân”.",
    "Bình luận về kết quả này, chuyên gia cho rằng đó là bước tiến.", "Bình luận viên nói gì?",
    "Trong tuần, 3 đoàn công tác đã xuống cơ sở.",
    "Trong tuần: 3 đoàn xuống cơ sở, 12 hộ được giúp.",
    "Tất cả: 12 xã và 3 thị trấn đều đạt chuẩn.", "Tất cả 12 xã đều đạt chuẩn.", "Tổng cộng 45 hộ.",
    "Tổng cộng: 45 hộ nghèo được hỗ trợ.", "Năm nay: 12 hộ thoát nghèo.", "Năm 2024: 45 hộ.",
    "Lượt xem phim lưu động tăng gấp đôi.", "Đã xem xét 12 hồ sơ.",
    "Phản hồi: 12 ý kiến đồng tình.", "Khách viếng thăm khu di tích ngày càng đông.",
    "Thành viên: 12 đồng chí.", "Đọc thêm sách báo.",
    "Quay lại câu chuyện của ông Tư, mọi người đều vui.", "Trở lại xã Mỹ An hôm nay", "Về đích sớm",
    "Quay về với ruộng đồng", "Trước đây: đường đất. Nay: đường nhựa.", "Trang 1 của lịch sử",
    "Xem thêm bài học kinh nghiệm ở phần sau.", "Chủ đề của năm là “Dân vận khéo”.",
    "Chủ đề năm 2024: “Gần dân, trọng dân”.", "Từ khóa của thành công là lòng dân.",
    "Ghi rõ nguồn gốc sản phẩm trên bao bì.", "Địa chỉ: nơi bà con gửi gắm niềm tin.",
    "Đường dây nóng tiếp nhận ý kiến hoạt động suốt ngày đêm.", "Chọn thành viên tiêu biểu",
    "Địa chỉ nhận hàng: trụ sở Ủy ban nhân dân xã.", "Điện thoại: 12 chiếc được trao cho học sinh.",
    "Tòa soạn báo đã trao 12 suất quà.", "Trụ sở xã mới khang trang.",
    "Quảng cáo rao vặt bị xử lý.", "Giấy phép số 12 được cấp cho hợp tác xã.",
    "Bản quyền thuộc về tác giả bài hát.", "Cơ quan chủ quản: phải chịu trách nhiệm trước dân.",
    "Liên kết sản xuất lúa gạo", "Bình chọn sản phẩm tiêu biểu của huyện",
    "Thăm dò ý kiến cử tri về nhân sự", "Kết quả:", "Đánh giá chung",
    "Đánh giá bài học kinh nghiệm", "Xếp hạng 3 di tích cấp tỉnh.", "Ý kiến của bạn?",
    "Ý kiến cử tri:", "Trả lời:", "Hỏi:", "P.V: Xin ông cho biết kết quả?", "PV: - Thưa ông?",
    "- Ông Nguyễn Văn A: Chúng tôi đã làm được nhiều việc.", "-----", "* * *", "***", "./.", "(1)",
    "(1) Báo cáo số 12 của Huyện ủy.", "1. Về kinh tế", "I. ĐẶC ĐIỂM TÌNH HÌNH", "a) Về ưu điểm:",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 78/2008/QĐ-UBND",
    "ĐẢNG CỘNG SẢN VIỆT NAM", "Nơi nhận:", "QUYẾT ĐỊNH:", "Điều 1. Phạm vi điều chỉnh", "KẾ HOẠCH",
    "“Dân vận khéo thì việc gì cũng thành công”", "“Gần dân, trọng dân, nghe dân nói”", "* Về đích",
    "* Bài học kinh nghiệm", "+ 12 hộ vay vốn", "- 12 hộ vay vốn", "Hai là, gần dân.", "45 hộ.",
    "Hết", "100% hộ dân có nước sạch.", "100% đảng viên dự học", "In 500 tờ rơi cấp cho các ấp",
    "Bản in đầu", "Nghe dân nói, nói dân hiểu", "Nam miền Bắc ra, Nữ miền Nam vào làm ăn",
    "Bà con tham gia bán hàng qua Zalo, Facebook.",
    "Đoàn viên theo dõi fanpage của huyện đoàn mỗi ngày.", "Menu cơm trưa của trẻ",
    "Gửi bài dự thi về địa chỉ: Ban Dân vận Huyện ủy.", "Gửi email về hộp thư của ban tổ chức.",
    "Tin mới từ ấp 3", "Các tin khác thường bị gỡ bỏ.", "Bài sau hay hơn bài trước.", "Năm 2024",
    "Tháng 3", "Tuần 12", "Nhiệt độ 38°C kéo dài nhiều ngày.", "Hà Nội nắng nóng 38°C",
    "Chứng khoán giảm 12 điểm", "Facebook của huyện có 12.000 người theo dõi",
    "Email: kênh tiếp nhận ý kiến mới của dân.", "Trang chủ của Cổng có giao diện mới.",
    "Gốc > ngọn là cách nghĩ cũ.", "Tháng này: vào vụ mới", "Tháng 3: trồng 12.000 cây.",
    "Tháng trước, 12 hộ đã trả hết nợ.", "Hôm nay",
    "Cập nhật tình hình mưa lũ lúc 15 giờ 12/3/2024", "Thứ tư, 12/3, đoàn đến xã Mỹ An.",
)  # fmt: skip


@pytest.mark.parametrize("line", PROSE)
def test_prose(line: str) -> None:
    """Sentences, headings and marks that hold a phrase of the appendix stay where they are."""
    for texts in (paragraphs(random.Random(line)), [WORDS, MORE]):
        for place in (0, len(texts) // 2, len(texts)):
            lines = injected(line, texts, place)
            left = kept(lines)
            assert left == lines, place


@pytest.mark.parametrize("line", PROSE)
def test_prose_of_a_page(line: str) -> None:
    """Between the paragraphs of a page such a line is read with them."""
    body = f"<p>{WORDS}</p><p>{line}</p><p>{MORE}</p><p>{WORDS.replace('5/3', '6/3')}</p>"
    assert line in article(article_page(body), BODY).text.split("\n\n")


def test_numbers_of_parts() -> None:
    """The numbers of an essay's parts stay; a counter beside the text goes."""
    lines = ["1", WORDS, "2", MORE, "3", WORDS.replace("5/3", "6/3")]
    assert kept(lines) == lines
    assert kept(["329", *lines[1:2], "Chủ đề: Vì dân", MORE, "Chủ đề: Vì dân", "1.329"]) == [
        WORDS, "Chủ đề: Vì dân", MORE,
    ]  # fmt: skip


def real_bodies(shared: Path | None) -> Iterator[tuple[str, list[str], str, str]]:
    """Name, lines, title and lead of every real article that is known."""
    directory = seeds.default_directory()
    if directory:
        for record in json.loads((directory / "ideal.json").read_text("utf-8"))["records"]:
            yield record["file"], record["body"], record["title"], record["lead"] or ""
    if shared:
        text = (shared / "vi_html" / "truth_vi_articles.dev.json").read_text("utf-8")
        for name, record in json.loads(text).items():
            if "/" in name:
                yield name, record["body"].split("\n"), record["title"], record["lead"] or ""


def test_real_paragraphs(shared: Path) -> None:
    """Of the paragraphs of real articles and of three practice webs none in 2,000 is removed."""
    count, removed = 0, []
    for name, lines, title, lead in real_bodies(shared):
        count += len(lines)
        found = strip(lines, title=title, lead=lead)
        removed += [(name, rule, lines[index]) for index, rule in found.items()]
    for name in sorted(pages.PLATFORM_OF):
        for seed in SEEDS:
            for truth in pages.practice_site(name, seed=seed).articles:
                count += len(truth.body)
                found = strip(truth.body, title=truth.title, lead=truth.lead or "")
                removed += [(truth.url, rule, truth.body[index]) for index, rule in found.items()]
    assert count > 2500
    assert len(removed) <= MOST_REMOVED * count, removed


@pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "generic"])
def test_practice_paragraphs(with_rules: bool) -> None:
    """Whatever a reading takes out of a practice page, no paragraph of the article is among it."""
    count, lost = 0, []
    for name in sorted(pages.PLATFORM_OF):
        for seed in SEEDS:
            for reading in pages.readings(name, seed=seed, with_rules=with_rules):
                read = set(reading.article.text.split("\n\n"))
                count += len(reading.truth.body)
                lost += [line for line in reading.truth.body if line not in read]
    assert count > 2500
    assert len(lost) <= MOST_REMOVED * count, lost
