"""A site made by hand twenty years ago and still fed: nested tables, `font`, not one class or id,
the text straight in a cell, the site's name for a title on every page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import ClassVar

from tests.practice.site import WEEKDAYS, Furniture, Handler, attribute, text
from tests.practice.stories import Part, Story
from tests.practice.wire import Answer, Asked, Habits
from tests.score.strangers import phrases
from tests.score.strangers.stranger import Stranger


class FrontPage(Stranger):
    name = "frontpage"
    title = "Trang thông tin điện tử Ban Dân vận Tỉnh ủy"
    accent = "#cc0000"
    sections = (("1", "Tin tức"), ("2", "Kinh nghiệm cơ sở"))
    page_size = 10
    traps: ClassVar = {"print": r"^/print\.asp"}
    habits = Habits(server="Microsoft-IIS/6.0", page_headers=(("X-Powered-By", "ASP.NET"),))
    files_at = "/images"
    picture_path = "/upload/{id}_{n}.png"
    document_path = "/upload/{slug}_{id}.pdf"
    first_id = 401
    id_step = 1

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/(?:default\.asp)?", self.home),
            (r"/list\.asp", self.listing),
            (r"/detail\.asp", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/detail.asp?cat={story.shelf}&id={story.id}"

    def adapt(self, story: Story) -> Story:
        """No lead; every third page shows no date."""
        return replace(story, lead=None, published=story.published if story.id % 3 else None)

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        return f"{story.when:%Y-%m-%d}" if story.published else None, None

    def printed_date(self, story: Story) -> str:
        return f"({story.when:%d/%m/%Y})"

    # Lists.

    def listing(self, asked: Asked, match: re.Match[str]) -> Answer:
        stories = self.newest(asked.query.get("cat"))
        return self.html(self.listed(self.title, stories, asked))

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        rows = "".join(
            f'<tr><td><font face="Arial" size="2"><a href="{attribute(self.path(story))}">'
            f"<b>{text(story.title)}</b></a></font></td></tr>"
            for story in stories
        )
        return self.page(f"<table>{rows}</table>", Furniture())

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.article(asked, asked.number("id"))

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        day = ""
        if story.published:
            shown = furniture(self.printed_date(story))
            day = f'<font color="#808080" size="1">{shown}</font>'
        content = f"""<table border="0" width="100%" cellpadding="4">
<tr><td bgcolor="#FFF3D9"><font face="Arial" size="2" color="#CC0000"><b>{
            furniture(self.section_title(story.shelf))
        }</b></font></td></tr>
<tr><td><p align="center"><b><font face="Arial" size="4" color="#000080">{
            text(story.title)
        }</font></b> {day}</p></td></tr>
<tr><td align="justify">{self.body(story)}</td></tr>
<tr><td align="right"><font size="2">{self.tools(story, furniture)}</font></td></tr>
<tr><td>{self.others_box(story, furniture)}</td></tr></table>"""
        return self.page(content, furniture), furniture

    def body(self, story: Story) -> str:
        """`font` in `p`, or the bare text with line breaks, by turns; the name at the end."""
        bare = story.id % 2 == 1
        pictures = iter(self.pictures(story))
        lines = [
            centred(part, next(pictures)) if part.kind == "caption" else written(part, bare)
            for part in story.parts
        ]
        if (picture := next(pictures, None)) is not None:
            lines.insert(0, f'<center><img src="{picture}" border="1"></center>')
        if story.document:
            link = f'<a href="{self.document(story)}">{text(story.document)}</a>'
            lines.append(f'<font face="Arial" size="2">{link}</font><br>')
        if story.byline:
            lines.append(f'<p align="right"><b><i>{text(story.byline)}</i></b></p>')
        return "\n".join(lines)

    def tools(self, story: Story, furniture: Furniture) -> str:
        return (
            f'<a href="/print.asp?id={story.id}">{furniture("Bản để in")}</a> | '
            f'<a href="javascript:history.back()">{furniture("Quay lại trang trước")}</a> | '
            f"{furniture(f'Số lượt người đọc: {self.random.randrange(40, 9000)}')}"
        )

    def others_box(self, story: Story, furniture: Furniture) -> str:
        items = ""
        for other in self.others(story, 6):
            furniture.note(other.title)
            furniture.note(f"{other.title} ({other.when:%d/%m/%Y})")
            items += (
                f'<li><a href="{attribute(self.path(other))}">{text(other.title)}</a> '
                f'<font size="1">({other.when:%d/%m/%Y})</font></li>\n'
            )
        return f'<b><font size="2">{furniture("Các bài mới đăng khác")}</font></b><ul>{items}</ul>'

    # The page round it.

    def page(self, content: str, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = furniture(f"{WEEKDAYS[now.weekday()]}, ngày {now.day}/{now.month}/{now.year}")
        menu = "".join(
            f'<tr><td bgcolor="#FFE0A0"><font size="2"><a href="/list.asp?cat={shelf}">'
            f"{furniture(name)}</a></font></td></tr>"
            for shelf, name in self.sections
        )
        return f"""<html><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="GENERATOR" content="Microsoft FrontPage 4.0">
<title>{self.title}</title></head>
<body topmargin="0" bgcolor="#FFFFFF"><div align="center"><center>
<table border="0" width="780" cellspacing="0"><tr><td colspan="3">
<img src="/images/img/logo.png" width="780"></td></tr>
<tr><td colspan="3" bgcolor="#CC0000"><font color="#FFFFFF" size="2"><marquee>{
            furniture("Nhiệt liệt chào mừng quý vị ghé thăm Trang thông tin điện tử của Ban!")
        }</marquee></font></td></tr>
<tr><td colspan="3" align="right"><font size="1">{clock}</font></td></tr>
<tr><td width="150" valign="top"><table width="100%">{menu}
<tr><td><font size="2">{furniture("Hộp thư nội bộ")}</font></td></tr></table>
{self.left(furniture)}</td>
<td width="480" valign="top">{content}</td>
<td width="150" valign="top">{self.right(furniture)}</td></tr>
<tr><td colspan="3" bgcolor="#FFE0A0" align="center"><font size="1">{
            furniture("Bản quyền: Ban Dân vận Tỉnh ủy. Thiết kế: Trung tâm Tin học tỉnh")
        }<br>{furniture("Điện thoại: 0209.000.777 - Thư điện tử: bdv@thu-nghiem.example.vn")}</font>
</td></tr></table></center></div></body></html>
"""

    def left(self, furniture: Furniture) -> str:
        names = "<br>".join(furniture(name) for name in phrases.DEPARTMENTS[:6])
        return f'<font size="2"><b>{furniture("Các đơn vị bạn")}</b><br>{names}</font>'

    def right(self, furniture: Furniture) -> str:
        papers = "".join(
            f'<p><font size="1"><b>{furniture(number)}</b><br>{furniture(about)}</font></p>'
            for number, about in phrases.documents(self.random, self.clock.now(), 3)
        )
        lines = "<br>".join(furniture(line) for line in phrases.hotlines(Random(13)))
        return f"""<font size="2"><b>{furniture("Văn bản chỉ đạo")}</b></font>{papers}
<font size="2">{lines}</font><p><font size="2">{
            furniture(f"Số người truy cập: {self.visit()}")
        }</font></p>"""

    def missing_page(self, asked: Asked) -> str:
        return self.page("<p><font color=red>Không có tin này.</font></p>", Furniture())


def written(part: Part, bare: bool) -> str:
    if bare:
        return f'<font face="Times New Roman" size="3">{text(part.text)}</font><br>&nbsp;<br>'
    return f'<p align="justify"><font face="Times New Roman">{text(part.text)}</font></p>'


def centred(part: Part, picture: str) -> str:
    halves = "<br>".join(text(half) for half in part.text.split("|"))
    caption = f'<i><font size="2">{halves}</font></i>'
    return f'<center><img src="{picture}" border="1"><br>{caption}</center>'
