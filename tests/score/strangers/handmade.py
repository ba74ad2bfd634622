"""A district committee's pages, made by hand in PHP: `font`, tables in tables, no class at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from tests.practice.site import WEEKDAYS, Furniture, Handler, text
from tests.practice.stories import Part, Story
from tests.practice.wire import Answer, Asked, Habits
from tests.score.strangers import prose
from tests.score.strangers.prose import CELL, Voice
from tests.score.strangers.told import ToldStranger

VOICE = Voice(
    places=(
        "xã Cẩm Đàn", "xã Vân Sơn", "thị trấn Thanh Sơn", "xã Long Giang", "xã Giáo Liêm",
        "thôn Nà Trắng", "xã Đại Sơn", "khu phố Đông",
    ),
    bodies=(
        "Đảng ủy", "Ủy ban Kiểm tra Huyện ủy", "Ban Tổ chức Huyện ủy", "Hội Cựu chiến binh",
        "Huyện đoàn", "Văn phòng Huyện ủy", "Chi bộ",
    ),
    events=(
        "đại hội điểm cấp cơ sở", "hội nghị Ban Chấp hành mở rộng", "ngày hội đại đoàn kết",
        "lễ công bố quyết định về công tác cán bộ", "buổi đối thoại với hộ dân bị thu hồi đất",
    ),
    works=(
        "dồn điền đổi thửa", "giải phóng mặt bằng khu tái định cư", "phủ xanh đất trống",
        "xóa nhà tạm, nhà dột nát", "nâng cao chất lượng sinh hoạt chi bộ", "thu ngân sách",
    ),
    titles=(
        "{body} {place} tổ chức {event} năm {year}",
        "{place}: chuyển biến sau {few} năm thực hiện {work}, đạt {percent}% kế hoạch",
        "Huyện ủy kiểm tra việc {work} tại {place} ngày {short_date}",
        "Về {place} nghe chuyện {work}, {n} hộ làm theo",
    ),
    openings=(
        "Ngày {date}, Thường trực Huyện ủy đã về {place} dự {event}.",
        "Trong {few} ngày, {body} {place} hoàn thành {event}, có {n} đảng viên tham dự.",
        "Vừa qua, đoàn kiểm tra do {body} chủ trì đã làm việc với cấp ủy {place}.",
    ),
    sentences=(
        "Nghị quyết đề ra {few} chỉ tiêu thì có {few} chỉ tiêu đạt và vượt trước thời hạn.",
        "Toàn xã trồng mới {n} héc-ta rừng, độ che phủ đạt {percent}%.",
        "Những hộ cuối cùng đã nhận tiền và bàn giao mặt bằng trước ngày {short_date}.",
        "Qua kiểm tra {few} chi bộ, đoàn chỉ ra việc ghi biên bản còn sơ sài, chưa rõ kết luận.",
        "Chợ phiên họp lại sau {few} tháng sửa chữa, bà con vùng cao xuống chợ từ tờ mờ sáng.",
        "Nguồn thu tại chỗ đạt {money} triệu đồng, bằng {percent}% dự toán giao.",
        "Việc {work} được đưa ra họp dân tới {few} lần mới đạt sự thống nhất.",
        "Bí thư chi bộ tự tay vẽ sơ đồ từng thửa ruộng để dân dễ hình dung.",
        "Đường vào {place} trước kia lầy lội, nay ô tô chở vải chạy thẳng đến vườn.",
        "Đại hội bầu Ban Chấp hành gồm {few} đồng chí, số phiếu tập trung cao.",
        "Cán bộ huyện cắm bản {few} tháng, cùng ăn, cùng ở, cùng làm với đồng bào.",
        "Thu nhập bình quân năm {year} đạt {percent} triệu đồng, gấp đôi đầu nhiệm kỳ.",
    ),
    pen_names=(
        "Hoàng Văn Sự", "Nông Thị Hiên", "Lương Kiên", "Vi Thị Bé", "Giáp Bình",
        "Thân Văn Phượng", "Đàm Hiếu", "Chu Hoa",
    ),
)  # fmt: skip
MENU = (
    "TRANG CHỦ", "GIỚI THIỆU", "LỊCH SỬ ĐẢNG BỘ", "VĂN BẢN", "SỐ LIỆU KINH TẾ - XÃ HỘI",
    "THƯ VIỆN ẢNH", "SƠ ĐỒ TRANG", "LIÊN HỆ",
)  # fmt: skip
NEIGHBOURS = ("HUYỆN LỤC SƠN", "HUYỆN YÊN HÀ", "THÀNH PHỐ BẮC LĨNH", "BÁO TỈNH", "ĐÀI PHÁT THANH")
RUNNING = (
    "Nhiệt liệt chào mừng {n} năm ngày thành lập Đảng bộ huyện!",
    "Toàn Đảng bộ thi đua lập thành tích chào mừng đại hội lần thứ {n}.",
    "Huyện ủy thông báo lịch tiếp công dân tháng {n}: ngày 15 và ngày 30, tại trụ sở.",
)


class HandMade(ToldStranger):
    name = "handmade"
    title = "Trang thông tin Huyện ủy Sơn Thử"
    accent = "#990000"
    voice = VOICE
    sections = (("1", "TIN TRONG HUYỆN"), ("2", "XÂY DỰNG ĐẢNG"), ("3", "ĐẤT VÀ NGƯỜI"))
    page_size = 12
    traps: ClassVar = {"print": r"^/in\.php"}
    habits = Habits(server="Apache/2.2.15", page_headers=(("X-Powered-By", "PHP/5.3.3"),))
    files_at = "/images"
    picture_path = "/upload/anh{id}_{n}.png"
    document_path = "/upload/{slug}{id}.pdf"
    first_id = 88
    id_step = 7

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/(?:index\.php)?", self.home),
            (r"/loaitin\.php", self.listing),
            (r"/chitiet\.php", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/chitiet.php?loai={story.shelf}&id={story.id}"

    def adapt(self, story: Story) -> Story:
        """One in five has lost its date; nothing is ever said to be updated."""
        published = None if story.id % 5 == 1 else story.published
        return replace(story, published=published, section=None, parts=tuple(typed(story)))

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        if not story.published:
            return None, None
        timed = story.id % 4 < 2
        return f"{story.when:%Y-%m-%dT%H:%M}+07:00" if timed else f"{story.when:%Y-%m-%d}", None

    def printed_date(self, story: Story) -> str:
        when = story.when
        return (
            f"({when:%d/%m/%Y - %H:%M})",
            f"Ngày đăng: {when:%d-%m-%Y}, lúc {when.hour}h{when:%M}",
            f"Ngày {when.day}/{when.month}/{when.year}",
            f"{WEEKDAYS[when.weekday()]}, ngày {when.day} tháng {when.month} năm {when.year}",
        )[story.id % 4]

    # Lists.

    def listing(self, asked: Asked, match: re.Match[str]) -> Answer:
        stories = self.newest(asked.query.get("loai"))
        return self.html(self.listed(self.title, stories, asked))

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        rows = "".join(
            f'<TR><TD WIDTH=100><IMG SRC="/images/noi.png" WIDTH=90></TD><TD>'
            f'<A HREF="{link(self, story)}"><FONT SIZE=2><B>{text(story.title)}</B></FONT></A><BR>'
            f"<FONT SIZE=2>{text(prose.teaser(story))}</FONT></TD></TR>\n"
            for story in stories
        )
        return self.page(f"<TABLE>{rows}</TABLE>", Furniture())

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.article(asked, asked.number("id"))

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        date = ""
        if story.published:
            date = (
                f'<I><FONT SIZE=1 COLOR="#666666">{furniture(self.printed_date(story))}</FONT></I>'
            )
        furniture.note(self.section_title(story.shelf))
        head = f'<FONT COLOR="#FFFFFF" SIZE=2><B>{self.section_title(story.shelf)}</B></FONT>'
        content = f"""<TABLE WIDTH=100% BORDER=0 CELLPADDING=4>
<TR><TD BGCOLOR="#990000">{head}</TD></TR>
<TR><TD><TABLE WIDTH=100% BORDER=0><TR><TD>
<B><FONT SIZE=4 COLOR="#990000">{text(story.title)}</FONT></B><BR>
{date}<BR><IMG SRC="/images/gach.png" WIDTH=400 HEIGHT=1><BR>
<FONT FACE="Arial" SIZE=2>
{self.body(story)}
</FONT></TD></TR></TABLE></TD></TR>
<TR><TD>{self.after(story, furniture)}</TD></TR></TABLE>"""
        return self.page(content, furniture), furniture

    def body(self, story: Story) -> str:
        """One cell with line breaks between the paragraphs; pictures in tables."""
        pictures = iter(self.pictures(story))
        lead = f"<B>{text(story.lead)}</B><BR><BR>\n" if story.lead else ""
        lines = []
        for shape, texts in prose.grouped(story):
            made = caption(texts[0], next(pictures)) if shape == "caption" else block(shape, texts)
            lines.append(made)
        if (picture := next(pictures, None)) is not None:
            lines.insert(0, f'<IMG SRC="{picture}" ALIGN=left HSPACE=5 WIDTH=200>')
        author = f"<DIV ALIGN=right><B>{text(story.byline)}</B></DIV>" if story.byline else ""
        return lead + "\n".join(lines) + author

    def after(self, story: Story, furniture: Furniture) -> str:
        others = []
        for other in self.others(story, 7):
            furniture.note(other.title)
            furniture.note(f"{other.title} ({other.when:%d/%m/%Y})")
            others.append(
                f'<IMG SRC="/images/gach.png" WIDTH=5 HEIGHT=5> <A HREF="{link(self, other)}">'
                f'<FONT SIZE=2>{text(other.title)}</FONT></A> <FONT SIZE=1 COLOR="#999999">'
                f"({other.when:%d/%m/%Y})</FONT><BR>\n"
            )
        seen = f"Bài này đã có {self.random.randrange(20, 3000)} lượt người đọc."
        tools = f'<A HREF="/in.php?id={story.id}">{furniture("In bài này")}</A>'
        return f"""<DIV ALIGN=right><FONT SIZE=1>{furniture(seen)}<BR>{tools}</FONT></DIV><HR>
<FONT COLOR="#990000" SIZE=2><B>{furniture("CÁC TIN KHÁC:")}</B></FONT><BR>
{"".join(others)}"""

    # The page round it.

    def page(self, content: str, furniture: Furniture) -> str:
        return f"""<HTML>
<HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8">
<TITLE>{self.title}</TITLE></HEAD>
<BODY BGCOLOR="#FFFFE8" TOPMARGIN=0>
<CENTER><TABLE WIDTH=990 BORDER=0 CELLSPACING=0 CELLPADDING=0 BGCOLOR="#FFFFFF"><TR><TD>
{self.head(furniture)}
<TABLE WIDTH=100% BORDER=0><TR VALIGN=top>
<TD WIDTH=170 BGCOLOR="#FFF3D6">{self.left(furniture)}</TD>
<TD WIDTH=10><IMG SRC="/images/nen.png" WIDTH=10 HEIGHT=1></TD>
<TD><TABLE WIDTH=100% BORDER=0><TR><TD><TABLE WIDTH=100% BORDER=0><TR><TD>
{content}
</TD></TR></TABLE></TD></TR></TABLE></TD>
<TD WIDTH=10><IMG SRC="/images/nen.png" WIDTH=10 HEIGHT=1></TD>
<TD WIDTH=180>{self.right(furniture)}</TD></TR></TABLE>
{self.foot(furniture)}
</TD></TR></TABLE></CENTER>
</BODY></HTML>
"""

    def head(self, furniture: Furniture) -> str:
        now = self.clock.now()
        today = f"Hôm nay là {WEEKDAYS[now.weekday()]}, ngày {now:%d/%m/%Y}"
        line = self.random.choice(RUNNING).format(n=self.random.randrange(2, 99))
        cells = "".join(
            f'<TD ALIGN=center><A HREF="/"><FONT COLOR="#FFFF00" SIZE=1><B>{furniture(name)}</B>'
            "</FONT></A></TD>"
            for name in MENU
        )
        return f"""<TABLE WIDTH=100% BORDER=0><TR><TD>
<IMG SRC="/images/logo.png" WIDTH=990></TD></TR>
</TABLE>
<TABLE WIDTH=100% BORDER=0 BGCOLOR="#CC0000"><TR>{cells}</TR></TABLE>
<TABLE WIDTH=100% BORDER=0><TR><TD><FONT SIZE=1>{furniture(today)}</FONT></TD>
<TD><MARQUEE><FONT SIZE=2 COLOR="#CC0000"><B>{furniture(line)}</B></FONT></MARQUEE></TD></TR>
</TABLE>"""

    def column(self, heading: str, inner: str, furniture: Furniture) -> str:
        bar = f'<FONT COLOR="#FFFFFF" SIZE=2><B>{furniture(heading)}</B></FONT>'
        return (
            f'<TABLE WIDTH=100% BORDER=0><TR><TD BGCOLOR="#CC0000" ALIGN=center>{bar}</TD></TR>'
            f"<TR><TD>{inner}</TD></TR></TABLE>\n"
        )

    def left(self, furniture: Furniture) -> str:
        def links(names: Sequence[str]) -> str:
            return "".join(
                f'<IMG SRC="/images/gach.png" WIDTH=6> <A HREF="/loaitin.php?loai={n}">'
                f"<FONT SIZE=2>{furniture(name)}</FONT></A><BR>\n"
                for n, name in enumerate(names, 1)
            )

        visits = f"{self.visit():,}".replace(",", ".")
        counter = f"Bạn là người thứ {visits} ghé thăm trang này."
        words = f"<FONT SIZE=1>{furniture(counter)}</FONT>"
        image = f'<IMG SRC="/images/noi.png" ALT="{visits}"><BR>{words}'
        return (
            self.column("CHUYÊN MỤC", links([name for _, name in self.sections]), furniture)
            + self.column("LIÊN KẾT", links(NEIGHBOURS), furniture)
            + self.column("SỐ LƯỢT TRUY CẬP", image, furniture)
        )

    def right(self, furniture: Furniture) -> str:
        papers = []
        for _ in range(5):
            number = f"{self.random.randrange(10, 900)}-{self.random.choice(('NQ', 'CT', 'KH'))}/HU"
            work, month = self.random.choice(VOICE.works), self.visits % 12 + 1
            about = f"Về việc {work}, áp dụng từ tháng {month}."
            papers.append(
                f"<FONT SIZE=1><B>{furniture(number)}</B><BR>{furniture(about)}</FONT><BR><BR>"
            )
        answers = "".join(
            f"<INPUT TYPE=radio NAME=b><FONT SIZE=1>{furniture(answer)}</FONT><BR>"
            for answer in ("Rất hài lòng", "Hài lòng", "Chưa hài lòng")
        )
        question = furniture("Quý vị thấy giao diện trang này thế nào?")
        poll = f"<FONT SIZE=2>{question}</FONT><BR>{answers}"
        return self.column("VĂN BẢN MỚI", "".join(papers), furniture) + self.column(
            "THĂM DÒ", poll, furniture
        )

    def foot(self, furniture: Furniture) -> str:
        lines = (
            "Bản quyền thuộc về Huyện ủy Sơn Thử. Mọi trích dẫn phải được sự đồng ý bằng văn bản.",
            "Trụ sở của Huyện ủy đặt tại số 12, đường Thử Nghiệm, thị trấn Thanh Sơn.",
            "Trang được xây dựng bởi Phòng Công nghệ của Văn phòng Huyện ủy và hiển thị tốt nhất ở "
            "độ phân giải 1024 x 768.",
        )
        inner = "<BR>".join(
            f'<FONT SIZE=1 COLOR="#FFFFFF">{furniture(line)}</FONT>' for line in lines
        )
        return f'<TABLE WIDTH=100% BGCOLOR="#990000"><TR><TD ALIGN=center>{inner}</TD></TR></TABLE>'

    def missing_page(self, asked: Asked) -> str:
        return self.page("<FONT SIZE=2>Không có tin này.</FONT>", Furniture())


def typed(story: Story) -> Iterator[Part]:
    """Dashes and numbers of lists are typed into the text, where there is no element for them."""
    number = 0
    for part, (shape, line) in zip(story.parts, prose.shaped(story), strict=True):
        number = number + 1 if shape == "number" else 0
        mark = {"item": "- ", "number": f"{number}. "}.get(shape, "")
        yield replace(part, text=mark + line)


def link(site: HandMade, story: Story) -> str:
    return site.path(story).replace("&", "&amp;")


def caption(line: str, picture: str) -> str:
    return f"""<TABLE ALIGN=center WIDTH=320 BORDER=0><TR><TD>
<IMG SRC="{picture}" WIDTH=310></TD></TR>
<TR><TD ALIGN=center><I><FONT SIZE=1>{text(line)}</FONT></I></TD></TR></TABLE>"""


def block(shape: prose.Shape, texts: list[str]) -> str:
    first = text(texts[0])
    if shape in ("item", "number", "fact"):
        return "".join(f"{text(line)}<BR>\n" for line in texts) + "<BR>"
    if shape == "row":
        rows = "".join(
            "<TR>" + "".join(f"<TD><FONT SIZE=2>{text(c)}</FONT></TD>" for c in line.split(CELL))
            for line in texts
        )
        return f"<TABLE BORDER=1 CELLSPACING=0 ALIGN=center>{rows}</TABLE><BR>"
    if shape in ("heading", "question"):
        return f"<B>{first}</B><BR><BR>"
    if shape == "quote":
        return f"<I>{first}</I><BR><BR>"
    return f"&nbsp;&nbsp;&nbsp;{first}<BR><BR>"
