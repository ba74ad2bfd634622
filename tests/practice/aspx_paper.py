"""E. Báo Đồng Tháp: an in-house .aspx newspaper on two hosts, whose stamp is the last edit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from tests.practice.site import (
    NBSP,
    WEEKDAYS,
    Furniture,
    Handler,
    PracticeSite,
    text,
)
from tests.practice.stories import Story, slug
from tests.practice.wire import Answer, Asked, Habits

CATES = {"chinh-tri": 342, "xay-dung-dang": 357, "nong-thon": 361}


class BaoDongThap(PracticeSite):
    name = "baodongthap"
    title = "Báo Đồng Tháp Online"
    accent = "#0a7d3c"
    sections = (
        ("chinh-tri", "Chính trị"),
        ("xay-dung-dang", "Xây dựng Đảng"),
        ("nong-thon", "Nông thôn"),
    )
    page_size = 5
    forbidden = ("/quan-tri/", "/in-bai/")
    traps: ClassVar = {
        "paper by day": r"^/bao-in\.aspx\?ngay=",
        "comment reply": r"[?&]traloi=\d+",
    }
    robots = "User-agent: *\nDisallow: /quan-tri/\nDisallow: /in-bai/\n"
    gone_status = 410
    ignores_case = True
    session_form = "path"
    habits = Habits(
        server="Microsoft-IIS/7.5",
        page_headers=(("Cache-Control", "private"), ("X-AspNet-Version", "4.0.30319")),
    )
    files_at = "/App_Themes/bao"
    picture_path = "/database/image/2024/{id}_{n}.png"
    document_path = "/database/van-ban/{slug}-{id}.pdf"
    first_id = 48_437
    id_step = 1_213

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(CATES)
        return (
            (r"/", self.home),
            (rf"/({names})/?", self.section),
            (rf"/(?:{names})/[^/]*?-a?(\d+)\.(?:aspx|html)", self.show),
            (r"/bao-in\.aspx", self.paper_by_day),
            (r"/(?:quan-tri|in-bai)/.*", self.closed),
        )

    # Addresses.

    @property
    def other(self) -> str:
        return self.hosts[-1]

    def path(self, story: Story) -> str:
        return f"/{story.shelf}/{slug(story.title)}-{story.id}.aspx"

    def later_path(self, story: Story) -> str:
        return f"/{story.shelf}/{slug(story.title)}-a{story.id}.html"

    def paths(self, story: Story) -> tuple[str, ...]:
        return (self.path(story), self.later_path(story))

    def listing_targets(self) -> tuple[str, ...]:
        return tuple(f"/{shelf}?cate={cate}" for shelf, cate in CATES.items())

    def mixed(self, story: Story) -> str:
        """An address as it happens to be linked: either host, either form, always the same one."""
        host = self.hosts[story.id // self.id_step % len(self.hosts)]
        return host + (self.later_path(story) if story.id % 3 == 0 else self.path(story))

    def attachments(self, story: Story) -> tuple[str, ...]:
        """Sound is printed with the other host in front."""
        sound = (self.other + story.audio,) if story.audio else ()
        return (*super().attachments(story), *sound)

    def page_base(self, story: Story) -> str:
        """A third of the pages resolve their relative links at the other host."""
        return self.other if story.id % 3 == 1 else self.url

    # Stories.

    def adapt(self, story: Story) -> Story:
        byline = story.author.upper() if story.author else None
        updated = story.when + timedelta(minutes=story.id % 400, seconds=story.id % 60)
        return replace(
            story,
            lead=None,
            byline=byline,
            dateline=None if story.id % 7 == 0 else "ĐTO - ",
            published=None,
            updated=updated,
            audio=audio_path(updated) if story.id % 2 else None,
        )

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        return None, story.updated.isoformat() if story.updated else None

    # Lists.

    def home(self, asked: Asked, match: re.Match[str]) -> Answer:
        furniture = Furniture()
        blocks = "".join(
            f'<div class="khoi"><h2><a href="/{shelf}?cate={CATES[shelf]}">'
            f"{furniture(name)}</a></h2>"
            f"{self.items(self.newest(shelf)[:3], furniture)}</div>\n"
            for shelf, name in self.sections
        )
        return self.html(self.page(self.title, blocks, furniture, self.url))

    def section(self, asked: Asked, match: re.Match[str]) -> Answer:
        """Pages past the end show the last one; the address without `cate` is the first page."""
        furniture = Furniture()
        shelf = match[1]
        stories = self.newest(shelf)
        last = self.page_count(stories)
        page = min(max(asked.number("page"), 1), last)
        items = self.items(self.part_of(stories, page), furniture)
        content = (
            f'<div id="nav"><a class="parent_cate" href="/{shelf}?cate={CATES[shelf]}">'
            f"{text(self.section_title(shelf))}</a></div>\n{items}{self.pager(shelf, page, last)}"
        )
        return self.html(self.page(self.section_title(shelf), content, furniture, self.url))

    def pager(self, shelf: str, page: int, last: int) -> str:
        address = f"/{shelf}?cate={CATES[shelf]}&amp;page="
        numbers = " ".join(
            f'<span class="current">{n}</span>' if n == page else f'<a href="{address}{n}">{n}</a>'
            for n in range(1, last + 1)
        )
        onward = f'<a class="next" href="{address}{page + 1}">Trang sau</a>' if page < last else ""
        end = f'<a href="{address}{last}">Last</a>'
        return f'<div class="phantrang">Trang {page} / {last} {numbers} {onward} {end}</div>'

    def items(self, stories: Sequence[Story], furniture: Furniture) -> str:
        return "".join(
            f'<div class="tin"><a class="title" href="{self.mixed(story)}">'
            f"{furniture(story.title)}</a></div>\n"
            for story in stories
        )

    def paper_by_day(self, asked: Asked, match: re.Match[str]) -> Answer:
        """The printed paper of a day, with a link to the day before, for ever."""
        try:
            day = datetime.strptime(asked.query.get("ngay", ""), "%d-%m-%Y")
        except ValueError:
            day = self.clock.now().replace(tzinfo=None)
        before = day - timedelta(days=1)
        content = (
            f"<h2>Báo in ngày {day:%d/%m/%Y}</h2>"
            f'<a href="/bao-in.aspx?ngay={before:%d-%m-%Y}">Số báo trước</a>'
        )
        return self.html(self.page("Báo in", content, Furniture(), self.url))

    def closed(self, asked: Asked, match: re.Match[str]) -> Answer:
        return self.html(self.page("Đăng nhập", "<p>Đăng nhập</p>", Furniture(), self.url))

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.article(asked, int(match[1]))

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        section = ""
        if story.section:
            furniture.note(story.section)
            section = (
                f'<a class="parent_cate" href="/{story.shelf}?cate={CATES[story.shelf]}">'
                f"{text(story.section)}</a>"
            )
        content = f"""<div id="nav">{section}</div>
<h1 id="title">{text(story.title)}</h1>
{self.stamp(story, furniture)}
{self.sound(story, furniture)}
<div id="content">
{self.body(story)}
{self.document_link(story)}{byline(story)}
</div>
{self.after(story, furniture)}"""
        return self.page(story.title, content, furniture, self.page_base(story)), furniture

    def stamp(self, story: Story, furniture: Furniture) -> str:
        if story.updated is None:
            return ""
        shown = f"Cập nhật ngày: {story.updated:%d/%m/%Y %H:%M:%S}"
        return f'<div id="current-date">{furniture(shown)}</div>'

    def sound(self, story: Story, furniture: Furniture) -> str:
        if story.audio is None:
            return f"<p>{text(NBSP)}</p>"
        address = self.other + story.audio
        return (
            f'<div class="audio"><audio controls src="{address}"></audio>'
            f"<p>{furniture(address)}</p></div>\n<p>{text(NBSP)}</p>"
        )

    def body(self, story: Story) -> str:
        """Direct `p` and `div` children; a picture and its caption share one."""
        pictures = iter(self.pictures(story))
        captioned = any(part.kind == "caption" for part in story.parts)
        lines: list[str] = []
        for n, part in enumerate(story.parts):
            if part.kind == "caption":
                halves = "<br />\n".join(text(half) for half in part.text.split("|"))
                lines.append(f"{image(next(pictures))}<br />\n<em>{halves}</em></p>")
                continue
            front = story.dateline if n == 0 and story.dateline else ""
            name = "div" if n % 4 == 2 else "p"
            indent = NBSP * (n % 3) * 2
            lines.append(
                f'<{name} style="text-align:justify">{text(front + indent + part.text)}</{name}>'
            )
            if not captioned and len(lines) == 1 and (picture := next(pictures, None)):
                lines.append(f"{image(picture)}</p>")
        return "\n".join(lines)

    def document_link(self, story: Story) -> str:
        if not story.document:
            return ""
        return f'<p><a href="{self.document(story)}">{text(story.document)} (PDF)</a></p>\n'

    def after(self, story: Story, furniture: Furniture) -> str:
        others = "".join(
            f'<li><a href="{self.mixed(other)}">{furniture(other.title)}</a></li>'
            for other in self.others(story, self.random.randrange(0, 9))
        )
        return f"""<a class="back" href="javascript:history.back()">{
            furniture("< Trở về trang trước")
        }</a>
<a class="print" href="/in-bai/{story.id}.aspx">{furniture("In bài")}</a>
<span class="luotxem">{furniture(f"Lượt xem: {self.random.randrange(50, 9000)}")}</span>
<div class="binhluan"><h3>{furniture("Gửi bình luận của bạn")}</h3>
<a href="{self.path(story)}?traloi={self.random.randrange(10**6)}">{furniture("Trả lời")}</a>
<input name="ten" placeholder="Tên của bạn"><textarea name="noidung"></textarea></div>
<div class="cungchuyenmuc"><h3>{furniture("Tin cùng chuyên mục")}</h3><ul>{others}</ul></div>"""

    # The page round it.

    def page(self, title: str, content: str, furniture: Furniture, base: str) -> str:
        at = self.files_at
        state = f"{self.random.getrandbits(240):060x}"
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{text(title)} - {self.title}</title>
<base href="{base}/" />
<link rel="stylesheet" type="text/css" href="{at[1:]}/css/site.css" />
<script type="text/javascript" src="{at[1:]}/js/site.js"></script>
</head>
<body>
{self.top(furniture)}
<div id="main">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{state}" />
<div id="left">{content}</div>
{self.right(furniture)}
</div>
{self.bottom(furniture)}
</body>
</html>
"""

    def top(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y, %H:%M:%S} [GMT+7]"
        menu = "".join(
            f'<li><a href="{self.hosts[n % 2]}/{shelf}?cate={CATES[shelf]}">'
            f"{furniture(name)}</a></li>"
            for n, (shelf, name) in enumerate(self.sections)
        )
        return f"""<div id="header"><a href="/"><img src="{self.files_at[1:]}/img/logo.png"
alt="{self.title}" class="logo" /></a>
<div class="hotline">{furniture("Hotline: 0277.000.222 - Email: toasoan@example.vn")}</div>
<div class="clock">{furniture(clock)}</div>
<ul id="menu"><li><a href="{self.url}/">{furniture("Trang chủ")}</a></li>{menu}
<li><a href="/bao-in.aspx?ngay={now:%d-%m-%Y}">{furniture("Báo in")}</a></li>
<li><a href="/quan-tri/">{furniture("Quản trị")}</a></li></ul></div>"""

    def right(self, furniture: Furniture) -> str:
        some = self.random.sample(self.newest(), min(5, len(self.stories)))
        popular = "".join(
            f'<li><a href="{self.mixed(story)}">{furniture(story.title)}</a></li>' for story in some
        )
        rate = f"{self.random.randrange(23_000, 26_000):,}"
        furniture.note(f"USD {rate}")
        degrees = self.random.randrange(24, 36)
        return f"""<div id="right"><div class="xemnhieu"><h3>{furniture("Xem nhiều")}</h3>
<ul>{popular}</ul></div>
<div class="tygia"><h3>{furniture("Tỷ giá")}</h3><table><tr><td>USD</td><td>{rate}</td></tr></table>
</div><div class="thoitiet">{furniture(f"Cao Lãnh: {degrees}°C")}</div>
<div class="dem">{furniture(f"Lượt truy cập: {self.visit():,}")}</div></div>"""

    def bottom(self, furniture: Furniture) -> str:
        return f"""<div id="footer">
<p>{furniture("Giấy phép hoạt động số 000/GP-BTTTT - trang thử nghiệm")}</p>
<p>{furniture("Tổng Biên tập: Trần Văn Thử")}</p>
<p>{furniture("Tòa soạn: 1 Đường Thử Nghiệm - Điện thoại: 0277.000.222")}</p>
<p>{furniture("Ghi rõ nguồn Báo Đồng Tháp Online khi sử dụng lại tin từ trang này")}</p></div>"""

    def missing_page(self, asked: Asked) -> str:
        return self.page("Lỗi", "<p>Bài viết không tồn tại.</p>", Furniture(), self.url)


def audio_path(updated: datetime) -> str:
    """The stamps in the name are some hours later than the one on the page."""
    made = updated + timedelta(hours=3)
    stamp = f"{made:%Y%m%d%I%M%S}"
    return f"/database/video/{stamp}mobifone_audio_{int(made.timestamp()) * 1000 + 720}.mp3"


def image(path: str) -> str:
    return f'<p style="text-align:center"><img src="{path}" alt="" width="480" />'


def byline(story: Story) -> str:
    if not story.byline:
        return ""
    return f'<p style="text-align:right"><strong>{text(story.byline)}</strong></p>'
