"""A province's portal on SharePoint: layout tables, `div` paragraphs, a column within the article,
a clock in the head, and only some of the pages show when they were published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import ClassVar

from tests.practice.site import NBSP, WEEKDAYS, Furniture, Handler, attribute, text
from tests.practice.stock import JOBS
from tests.practice.stories import Part, Story, slug
from tests.practice.wire import Answer, Asked, Habits
from tests.score.strangers import phrases
from tests.score.strangers.stranger import Stranger

ZERO_WIDTH = "\u200b"
DISTRICTS = (
    "Huyện Sông Mây", "Huyện Núi Vàng", "Huyện Cửa Biển", "Huyện Đồng Lúa", "Thành phố Hương Tràm",
    "Thị xã Bến Đá",
)  # fmt: skip


class SharePoint(Stranger):
    name = "sharepoint"
    title = "Cổng TTĐT tỉnh Thử Nghiệm"
    accent = "#b5121b"
    sections = (("tin-trong-tinh", "Tin trong tỉnh"), ("chi-dao-dieu-hanh", "Chỉ đạo điều hành"))
    page_size = 8
    traps: ClassVar = {"sign in": r"^/_layouts/15/Authenticate\.aspx", "print": r"[?&]Print=1"}
    gone_status = 200
    habits = Habits(
        server="Microsoft-IIS/10.0",
        page_headers=(("MicrosoftSharePointTeamServices", "15.0.0.5000"),),
    )
    files_at = "/SiteAssets/giaodien"
    picture_path = "/PublishingImages/{id}/anh-{n}.png"
    document_path = "/Lists/TinTuc/Attachments/{id}/{slug}.pdf"
    first_id = 11_873
    id_step = 7

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/(?:SitePages/Home\.aspx)?", self.home),
            (rf"/({names})/Pages/default\.aspx", self.listing),
            (rf"/(?:{names})/Pages/chi-tiet\.aspx", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/{story.shelf}/Pages/chi-tiet.aspx?ItemID={story.id}&l={slug(story.title)[:40]}"

    def adapt(self, story: Story) -> Story:
        """Two of three show when they were published; a name stands above its job, in padding."""
        alone = story.author is not None and " - " not in story.author
        return replace(
            story,
            published=story.published if story.id % 3 else None,
            lead=story.lead if story.id % 2 else None,
            byline=story.author,
            job=JOBS[story.id % len(JOBS)] if alone and story.id % 4 < 3 else None,
        )

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        shown = f"{story.when:%Y-%m-%dT%H:%M}+07:00" if story.published else None
        return shown, None

    def printed_date(self, story: Story) -> str:
        return f"{story.when.hour}:{story.when:%M} {story.when:%d/%m/%Y}"

    # Lists.

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        furniture = Furniture()
        items = "".join(self.item(story, furniture) for story in stories)
        return self.page(title, items, asked, furniture)

    def item(self, story: Story, furniture: Furniture) -> str:
        return (
            '<table class="tblTin"><tr><td><a class="tieude" '
            f'href="{attribute(self.path(story))}">{furniture(story.title)}</a>'
            f'<div class="tomtat">{text(story.lead or "")}</div></td></tr></table>\n'
        )

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.article(asked, asked.number("ItemID"))

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        lead = f'<div class="ms-tomtat"><b>{text(story.lead)}</b></div>' if story.lead else ""
        content = f"""<table width="100%" cellpadding="0" cellspacing="0" class="ms-tinchitiet">
<tr><td class="ms-WPHeader"><h3 class="ms-WPTitle">{furniture("Chi tiết tin")}</h3></td></tr>
<tr><td>
<div class="tieude-chitiet">{text(story.title)}</div>
{self.stamp(story, furniture)}
<div class="box-trong">{self.box(story, furniture)}</div>
{lead}
<div class="ms-rtestate-field"><div class="ExternalClass{external(story)}">
{self.body(story, furniture)}
</div></div>
{self.signature(story)}
{self.attached(story, furniture)}
{self.after(story, furniture)}
</td></tr></table>"""
        return self.page("Chi tiết tin", content, asked, furniture, story), furniture

    def stamp(self, story: Story, furniture: Furniture) -> str:
        seen = f"Số lần đọc: {self.random.randrange(50, 7000)}"
        shown = ""
        if story.published:
            line = f"Ngày đăng: {self.printed_date(story)}"
            shown = f"<span>{furniture(line)}</span>"
        return f"""<table class="thongtin"><tr><td>{shown}</td><td>{furniture(seen)}</td>
<td><a href="?Print=1">{furniture("Bản in")}</a></td><td>{furniture("Cỡ chữ")} A- A A+</td></tr>
</table>"""

    def box(self, story: Story, furniture: Furniture) -> str:
        """Floats beside the text, within the article: what else happened, and a banner."""
        items = "".join(self.other(other, furniture, "tin-box") for other in self.others(story, 4))
        return f"""<div class="box-title">{furniture("Tin nổi bật")}</div>{items}
<div class="banner-nho">{furniture(phrases.SLOGANS[2])}</div>"""

    def body(self, story: Story, furniture: Furniture) -> str:
        """`div`s and Word's paragraphs in turn; the editor's zero-width space before the first."""
        pictures = iter(self.pictures(story))
        lines = [
            self.caption(part, next(pictures), story.id)
            if part.kind == "caption"
            else paragraph(n, part)
            for n, part in enumerate(story.parts)
        ]
        if (picture := next(pictures, None)) is not None:
            lines.insert(1, f'<div align="center"><img alt="" src="{picture}" /></div>')
        if story.id % 4 == 2:
            lines.insert(len(lines) // 2, self.inside(story, furniture))
        return ZERO_WIDTH + "\n".join(lines)

    def caption(self, part: Part, picture: str, story_id: int) -> str:
        halves = "<br/>".join(text(half) for half in part.text.split("|"))
        if story_id % 2:
            return f"""<table align="center" border="0"><tbody><tr><td>
<img alt="" src="{picture}"/></td></tr><tr><td align="center"><em>{halves}</em></td></tr></tbody>
</table>"""
        return (
            f'<div style="text-align:center"><img alt="" src="{picture}"/></div>\n'
            f'<div style="text-align:center"><em>{halves}</em></div>'
        )

    def inside(self, story: Story, furniture: Furniture) -> str:
        rng = Random(story.id)
        rest = [other for other in self.newest() if other.id != story.id]
        links = "".join(
            f'<div>&gt;&gt; <a href="{attribute(self.path(other))}">'
            f"{furniture(other.title)}</a></div>"
            for other in rng.sample(rest, min(2, len(rest)))
        )
        return f"<div>{links}</div>"

    def signature(self, story: Story) -> str:
        if not story.byline:
            return ""
        job = f"<div>{NBSP * 60}{text(story.job)}</div>" if story.job else ""
        return f'<div class="tacgia"><b>{NBSP * 70}{text(story.byline)}</b></div>{job}'

    def attached(self, story: Story, furniture: Furniture) -> str:
        account = f'<div class="nguoidang">{furniture("Người đăng: bbt_portal")}</div>'
        if not story.document:
            return account
        link = f'<a href="{self.document(story)}">{text(story.document)}</a>'
        heading = furniture("Tệp đính kèm:")
        return f'{account}<table class="dinhkem"><tr><td>{heading}</td><td>{link}</td></tr></table>'

    def after(self, story: Story, furniture: Furniture) -> str:
        shares = " ".join(
            f'<a href="#">{furniture(name)}</a>'
            for name in ("Chia sẻ Facebook", "Zalo", "Gửi email")
        )
        others = "".join(
            self.other(other, furniture, "tin-khac") for other in self.others(story, 6)
        )
        stars = f"Đánh giá: {self.random.randrange(1, 6)}/5 ({self.random.randrange(2, 99)} lượt)"
        return f"""<div class="chiase">{shares}</div>
<div class="danhgia">{furniture(stars)}</div>
<table class="tinkhac"><tr><td class="tinkhac-title">{furniture("Các tin đã đưa")}</td></tr>
<tr><td>{others}</td></tr></table>
<div align="right"><a href="#top">{furniture("Về đầu trang")}</a></div>"""

    def other(self, story: Story, furniture: Furniture, kind: str) -> str:
        furniture.note(story.title)
        furniture.note(f"{story.title} ({story.when:%d/%m})")
        return (
            f'<div class="{kind}"><img src="{self.files_at}/img/noi.png" alt="" /> '
            f'<a href="{attribute(self.path(story))}">{text(story.title)}</a> '
            f'<span class="ngay">({story.when:%d/%m})</span></div>\n'
        )

    # The page round it.

    def page(
        self,
        title: str,
        content: str,
        asked: Asked,
        furniture: Furniture,
        story: Story | None = None,
    ) -> str:
        state = f"/wEPDwUK{self.random.getrandbits(320):080x}"
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="vi-vn" dir="ltr">
<head><meta http-equiv="Content-type" content="text/html; charset=utf-8" />
<meta name="GENERATOR" content="Microsoft SharePoint" />
<title>
	{text(title)} - {self.title}
</title>
<link rel="stylesheet" type="text/css" href="{self.files_at}/css/site.css"/></head>
<body class="ms-backgroundImage">
<form method="post" action="{attribute(asked.target)}" id="aspnetForm">
<div class="aspNetHidden"><input type="hidden" name="__VIEWSTATE" value="{state}" /></div>
<div id="s4-workspace"><div id="s4-bodyContainer">
{self.head(furniture)}
<table width="1000" align="center" cellpadding="0" cellspacing="0" class="khung"><tr>
<td valign="top" width="190" class="cottrai">{self.left(furniture)}</td>
<td valign="top" class="cotgiua">{self.trail(story, furniture)}
{content}
</td>
<td valign="top" width="210" class="cotphai">{self.right(furniture)}</td></tr></table>
{self.foot(furniture)}
</div></div></form>
</body></html>
"""

    def head(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"Hôm nay, {WEEKDAYS[now.weekday()]} ngày {now:%d/%m/%Y}"
        menu = "".join(
            f'<td><a href="/{shelf}/Pages/default.aspx">{furniture(name)}</a></td>'
            for shelf, name in self.sections
        )
        more = "".join(
            f'<td><a href="/{slug(name)}/Pages/default.aspx">{furniture(name)}</a></td>'
            for name in ("Bộ máy tổ chức", "Công báo", "Doanh nghiệp", "Du lịch", "Góp ý")
        )
        running = " | ".join(furniture(n) for n in phrases.notices(self.random, now, 2))
        return f"""<table width="1000" align="center" class="dau"><tr><td>
<img src="{self.files_at}/img/logo.png" alt="{self.title}" /></td>
<td class="khauhieu">{furniture(phrases.SLOGANS[1])}</td></tr></table>
<table width="1000" align="center" class="menungang"><tr>
<td><a href="/">{furniture("Trang chủ")}</a></td>{menu}{more}</tr></table>
<table width="1000" align="center" class="dongho"><tr><td>{furniture(clock)}</td>
<td><marquee>{running}</marquee></td></tr></table>"""

    def left(self, furniture: Furniture) -> str:
        def block(heading: str, names: Sequence[str]) -> str:
            rows = "".join(
                f'<tr><td><a href="/{slug(name)}/">{furniture(name)}</a></td></tr>'
                for name in names
            )
            return (
                f'<table class="menudoc"><tr><td class="menu-title">{furniture(heading)}</td></tr>'
                f"{rows}</table>"
            )

        return block("Sở, ban, ngành", phrases.DEPARTMENTS) + block("Huyện, thị", DISTRICTS)

    def trail(self, story: Story | None, furniture: Furniture) -> str:
        if story is None:
            return ""
        name = self.section_title(story.shelf)
        furniture.note(f"Trang chủ > {name}")
        return (
            f'<div class="duongdan"><a href="/">Trang chủ</a> &gt; '
            f'<a href="/{story.shelf}/Pages/default.aspx">{name}</a></div>'
        )

    def right(self, furniture: Furniture) -> str:
        question, answers = phrases.QUESTIONS[1]
        votes = "".join(
            f'<div><input type="radio" name="b" />{furniture(answer)}</div>' for answer in answers
        )
        papers = "".join(
            f'<div class="vb"><b>{furniture(number)}</b><div>{furniture(about)}</div></div>'
            for number, about in phrases.documents(self.random, self.clock.now(), 3)
        )
        options = "".join(f"<option>{name}</option>" for name in phrases.PORTALS)
        banners = "".join(
            f'<div class="banner"><a href="#">{furniture(name)}</a></div>'
            for name in phrases.PORTALS[5:]
        )
        lines = "".join(f"<div>{furniture(line)}</div>" for line in phrases.hotlines(Random(7)))
        sky = furniture(phrases.weather(self.random, "Hương Tràm"))
        return f"""<div class="tieude-cot">{furniture("Văn bản mới ban hành")}</div>{papers}
<div class="tieude-cot">{furniture("Liên kết website")}</div><select>{options}</select>{banners}
<div class="tieude-cot">{furniture("Bình chọn")}</div><div>{furniture(question)}</div>{votes}
<div class="thoitiet">{sky}</div>
<div class="duongday">{lines}</div>
<div class="tieude-cot">{furniture("Lượt truy cập")}</div>{self.counters(furniture)}"""

    def counters(self, furniture: Furniture) -> str:
        total = self.visit()
        online = self.random.randrange(12, 400)
        grouped = f"{total:,}".replace(",", ".")
        lines = (f"Đang trực tuyến: {online}", f"Tổng số lượt truy cập: {grouped}")
        return "".join(f'<div class="dem">{furniture(line)}</div>' for line in lines)

    def foot(self, furniture: Furniture) -> str:
        lines = (
            "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH THỬ NGHIỆM",
            "Giấy phép số: 000/GP-TTĐT ngày 01/02/2015 của Cục Quản lý phát thanh",
            "Trưởng Ban biên tập: Phó Chánh Văn phòng UBND tỉnh",
            "Trụ sở: Số 3 đường Thử Nghiệm, thành phố Hương Tràm. Fax: 0209.000.555",
            "Ghi rõ nguồn khi sử dụng thông tin từ trang này",
        )
        return (
            '<table width="1000" align="center" class="chan"><tr><td>{}</td></tr></table>'.format(
                "".join(f"<div>{furniture(line)}</div>" for line in lines)
            )
        )

    def missing_page(self, asked: Asked) -> str:
        words = "Tin này không tồn tại hoặc đã được gỡ xuống."
        return self.page(
            "Chi tiết tin", f'<div class="ms-rtestate-field">{words}</div>', asked, Furniture()
        )


def external(story: Story) -> str:
    """The class name that the editor invents anew for every article."""
    return f"{Random(story.id).getrandbits(128):032X}"


def paragraph(n: int, part: Part) -> str:
    if n % 3 == 2:
        return f'<p class="MsoNormal" style="text-align:justify">{text(part.text)}</p>'
    return f'<div style="text-align:justify">{text(part.text)}</div>'
