"""A district committee's site on Joomla 3 with K2: toolbar, votes, the newest of an author."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from tests.practice.site import WEEKDAYS, Furniture, Handler, attribute, text
from tests.practice.stories import Part, Story, slug
from tests.practice.wire import Asked, Habits
from tests.score.strangers import phrases
from tests.score.strangers.stranger import Stranger

ACCOUNT = "Super User"


class Joomla(Stranger):
    name = "joomla"
    title = "Huyện ủy Núi Vàng"
    accent = "#7a0000"
    sections = (("tin-hoat-dong", "Tin hoạt động"), ("guong-sang", "Gương sáng"))
    page_size = 6
    traps: ClassVar = {"print": r"[?&]tmpl=component", "mail": r"/component/mailto/"}
    habits = Habits(server="Apache/2.4", page_headers=(("X-Content-Encoded-By", "Joomla! 3.9"),))
    files_at = "/templates/ja_portal"
    picture_path = "/images/stories/{id}-{n}.png"
    document_path = "/index.php/component/k2/item/download/{id}_{slug}.pdf"
    first_id = 310
    id_step = 3

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/(?:index\.php)?", self.home),
            (rf"/index\.php/({names})", self.listing),
            (rf"/index\.php/(?:{names})/item/(\d+)-[a-z0-9-]*", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/index.php/{story.shelf}/item/{story.id}-{slug(story.title)[:70]}"

    def adapt(self, story: Story) -> Story:
        """Half of them were edited later, and say so."""
        edited = story.when + timedelta(hours=story.id % 50 + 1)
        return replace(story, updated=edited if story.id % 2 else None)

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        updated = f"{story.updated:%Y-%m-%dT%H:%M}+07:00" if story.updated else None
        return f"{story.when:%Y-%m-%dT%H:%M}+07:00", updated

    def printed_date(self, story: Story) -> str:
        return long_date(story.when)

    # Lists.

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        items = "".join(map(self.item, stories))
        return self.page(title, items, asked, Furniture())

    def item(self, story: Story) -> str:
        return (
            '<div class="catItemView"><h3 class="catItemTitle">'
            f'<a href="{self.path(story)}">{text(story.title)}</a></h3>'
            f'<div class="catItemIntroText">{text(story.lead or "")}</div>'
            f'<a class="k2ReadMore" href="{self.path(story)}">Xem thêm...</a></div>\n'
        )

    # Articles.

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        intro = f'<div class="itemIntroText"><p>{text(story.lead)}</p></div>' if story.lead else ""
        content = f"""<div id="k2Container" class="itemView">
<div class="itemHeader"><span class="itemDateCreated">{furniture(self.printed_date(story))}</span>
<h2 class="itemTitle">{text(story.title)}</h2>
{self.written_by(story, furniture)}</div>
<div class="itemToolbar"><ul>{self.toolbar(furniture)}</ul></div>
{self.votes(furniture)}
<div class="itemBody">
{intro}
<div class="itemFullText">
{self.body(story)}
{self.signature(story)}
{self.appeal(furniture)}
</div>
{self.edited(story, furniture)}
</div>
{self.after(story, furniture)}</div>"""
        return self.page(story.title, content, asked, furniture, story), furniture

    def written_by(self, story: Story, furniture: Furniture) -> str:
        """The name above the text on half of the pages; on the others the account that wrote."""
        signed = story.byline if story.id % 4 < 2 else None
        if signed is None:
            furniture.note(f"Được viết bởi {ACCOUNT}")
        return (
            '<span class="itemAuthor">Được viết bởi <a rel="author" href="#">'
            f"{text(signed or ACCOUNT)}</a></span>"
        )

    def signature(self, story: Story) -> str:
        if not story.byline or story.id % 4 < 2:
            return ""
        return f'<p style="text-align: right;"><strong>{text(story.byline)}</strong></p>'

    def toolbar(self, furniture: Furniture) -> str:
        lines = (
            "Kích thước chữ", "Giảm kích thước chữ", "Tăng kích thước chữ", "In trang này",
            "Gửi bạn bè", "Hãy là người bình luận đầu tiên!",
        )  # fmt: skip
        return "".join(f"<li><span>{furniture(line)}</span></li>" for line in lines)

    def votes(self, furniture: Furniture) -> str:
        stars = "".join(f'<li><a href="#">{n}</a></li>' for n in range(1, 6))
        count = f"({self.random.randrange(0, 40)} bình chọn)"
        return (
            f'<div class="itemRatingBlock"><span>{furniture("Đánh giá mục này")}</span>'
            f'<ul class="itemRatingList">{stars}</ul><div>{furniture(count)}</div></div>'
        )

    def body(self, story: Story) -> str:
        pictures = iter(self.pictures(story))
        lines = []
        for part in story.parts:
            if part.kind == "caption":
                lines.append(captioned(part, next(pictures)))
            else:
                lines.append(f'<p style="text-align: justify;">{text(part.text)}</p>')
        if (picture := next(pictures, None)) is not None:
            lines.insert(1, f'<p style="text-align: center;"><img src="{picture}" alt="" /></p>')
        return "\n".join(lines)

    def appeal(self, furniture: Furniture) -> str:
        """A plug-in puts it behind every text."""
        line = "Cùng đọc và chia sẻ để chung tay xây dựng huyện nhà ngày càng giàu đẹp!"
        return f"<p><strong>{furniture(line)}</strong></p>"

    def edited(self, story: Story, furniture: Furniture) -> str:
        reads = furniture(f"Đọc {self.random.randrange(30, 5000)} lần")
        stamp = ""
        if story.updated:
            line = f"Sửa lần cuối vào {long_date(story.updated)}"
            stamp = f'<span class="itemDateModified">{furniture(line)}</span>'
        return f'<div class="itemContentFooter"><span class="itemHits">{reads}</span>{stamp}</div>'

    def after(self, story: Story, furniture: Furniture) -> str:
        tag = self.random.choice(("đại hội", "dân vận", "nêu gương"))
        latest = "".join(self.linked(other, furniture) for other in self.others(story, 5))
        related = "".join(self.linked(other, furniture) for other in self.others(story, 4))
        before, following = (*self.others(story, 2), story, story)[:2]
        document = ""
        if story.document:
            downloads = furniture(f"({self.random.randrange(3, 90)} Tải về)")
            document = (
                f'<div class="itemAttachmentsBlock"><span>{furniture("Tải tập tin:")}</span>'
                f'<ul><li><a href="{self.document(story)}">{text(story.document)}</a> '
                f"<span>{downloads}</span></li></ul></div>"
            )
        heading = furniture(f"Mới nhất từ {ACCOUNT}") if story.id % 4 >= 2 else ""
        return f"""<div class="itemLinks"><div class="itemCategory">
<span>{furniture("Được xuất bản trong")}</span> <a href="#">{
            text(self.section_title(story.shelf))
        }</a></div>
<div class="itemTagsBlock"><span>{furniture("Gắn thẻ")}</span><ul><li>{
            furniture(tag)
        }</li></ul></div>
{document}</div>
<div class="itemAuthorLatest"><h3>{heading}</h3><ul>{latest}</ul></div>
<div class="itemRelated"><h3>{furniture("Các mục liên quan (theo thẻ)")}</h3><ul>{
            related
        }</ul></div>
<div class="itemNavigation"><span>{furniture("Trong chuyên mục này:")}</span>
<a class="itemPrevious" href="{self.path(before)}">&laquo; {furniture(before.title)}</a>
<a class="itemNext" href="{self.path(following)}">{furniture(following.title)} &raquo;</a></div>
<div class="itemBackToTop"><a href="#">{furniture("trở lại đầu trang")}</a></div>"""

    def linked(self, story: Story, furniture: Furniture) -> str:
        return f'<li><a href="{self.path(story)}">{furniture(story.title)}</a></li>'

    # The page round it.

    def page(
        self,
        title: str,
        content: str,
        asked: Asked,
        furniture: Furniture,
        story: Story | None = None,
    ) -> str:
        about = f'<meta property="og:title" content="{attribute(title)}" />' if story else ""
        return f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi-vn" lang="vi-vn">
<head><meta http-equiv="content-type" content="text/html; charset=utf-8" />
<meta name="generator" content="Joomla! - Open Source Content Management" />
{about}
<title>{text(title)}</title>
<link rel="stylesheet" href="{self.files_at}/css/site.css" /></head>
<body id="bd" class="com_k2 view-item">
<div id="ja-wrapper">
<div id="ja-header">{self.head(furniture)}</div>
<div id="ja-container" class="clearfix"><div id="ja-mainbody">
<div id="ja-pathway">{self.trail(story, furniture)}</div>
<div id="ja-current-content">{content}</div></div>
<div id="ja-right">{self.right(furniture)}</div></div>
<div id="ja-footer">{self.foot(furniture)}</div></div>
</body></html>
"""

    def head(self, furniture: Furniture) -> str:
        now = self.clock.now()
        menu = "".join(
            f'<li><a href="/index.php/{shelf}">{furniture(name)}</a></li>'
            for shelf, name in self.sections
        )
        running = furniture(phrases.notices(self.random, now, 1)[0])
        return f"""<h1 class="logo"><a href="/">{furniture(self.title)}</a></h1>
<p class="site-slogan">{furniture("Đoàn kết - Dân chủ - Kỷ cương - Phát triển")}</p>
<span class="ja-day">{furniture(long_date(now))}</span>
<ul class="menu">{menu}<li><a href="#">{furniture("Sơ đồ trang")}</a></li></ul>
<div class="ja-headlines">{running}</div>"""

    def trail(self, story: Story | None, furniture: Furniture) -> str:
        if story is None:
            return ""
        name = self.section_title(story.shelf)
        furniture.note(f"Bạn đang ở: Trang chủ {name}")
        return f'<strong>Bạn đang ở:</strong> <a href="/">Trang chủ</a> <span>{name}</span>'

    def right(self, furniture: Furniture) -> str:
        popular = "".join(
            self.linked(story, furniture) for story in self.random.sample(self.newest(), 4)
        )
        papers = "".join(
            f"<li>{furniture(number)}: {furniture(about)}</li>"
            for number, about in phrases.documents(self.random, self.clock.now(), 3)
        )
        sky = furniture(phrases.weather(self.random, "Núi Vàng"))
        online = furniture(
            f"Hiện có {self.random.randrange(5, 300)} khách và không thành viên đang online"
        )
        total = self.visit()
        counted = f"<tr><td>Hôm nay</td><td>{total % 3000}</td></tr>"
        counted += f"<tr><td>Tất cả</td><td>{total}</td></tr>"
        furniture.note(f"Hôm nay {total % 3000}")
        furniture.note(f"Tất cả {total}")
        lines = "".join(f"<p>{furniture(line)}</p>" for line in phrases.hotlines(Random(11)))
        return f"""<div class="moduletable"><h3>{furniture("Xem nhiều nhất")}</h3><ul>{popular}</ul>
</div><div class="moduletable"><h3>{furniture("Tài liệu sinh hoạt chi bộ")}</h3><ul>{papers}</ul>
</div><div class="moduletable"><h3>{furniture("Thời tiết")}</h3><p>{sky}</p></div>
<div class="moduletable">{lines}</div>
<div class="moduletable"><h3>{furniture("Ai đang online")}</h3><p>{online}</p>
<table class="vinaora_counter">{counted}</table></div>"""

    def foot(self, furniture: Furniture) -> str:
        lines = (
            "© 2015 Huyện ủy Núi Vàng. Giữ toàn quyền.",
            "Trưởng Ban biên tập: Trưởng Ban Tuyên giáo Huyện ủy",
            "Địa chỉ: Khu phố 1, thị trấn Núi Vàng. Điện thoại: 0209.000.666",
        )
        return "".join(f"<p>{furniture(line)}</p>" for line in lines)

    def missing_page(self, asked: Asked) -> str:
        content = "<h2>404</h2><p>Không tìm thấy mục mà bạn yêu cầu.</p>"
        return self.page("Lỗi: 404", content, asked, Furniture())


def long_date(when: datetime) -> str:
    return f"{WEEKDAYS[when.weekday()]}, {when:%d} Tháng {when.month} {when:%Y %H:%M}"


def captioned(part: Part, picture: str) -> str:
    halves = "<br />".join(text(half) for half in part.text.split("|"))
    return (
        f'<p style="text-align: center;"><img src="{picture}" alt="" /></p>\n'
        f'<p style="text-align: center;"><em>{halves}</em></p>'
    )
