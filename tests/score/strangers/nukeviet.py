"""A town's portal on NukeViet 4: blocks left and right, `bodytext`, labelled author and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import ClassVar

from tests.practice.site import WEEKDAYS, Furniture, Handler, attribute, text
from tests.practice.stories import Part, Story, slug
from tests.practice.wire import Asked, Habits
from tests.score.strangers import phrases
from tests.score.strangers.stranger import Stranger

WEEKDAYS_LOW = tuple(day.capitalize() for day in WEEKDAYS)
TAGS = ("dân vận khéo", "cải cách hành chính", "nông thôn mới", "chuyển đổi số", "an sinh xã hội")
SOURCES = ("Cổng thông tin điện tử tỉnh", "Trung tâm Văn hóa và Truyền thông", "Báo tỉnh")


class NukeViet(Stranger):
    name = "nukeviet"
    title = "Cổng thông tin điện tử thị xã Thử Nghiệm"
    home_title = "Trang nhất"
    accent = "#005bac"
    sections = (
        ("tin-tuc-su-kien", "Tin tức - Sự kiện"),
        ("xay-dung-dang-chinh-quyen", "Xây dựng Đảng, chính quyền"),
        ("van-hoa-xa-hoi", "Văn hóa - Xã hội"),
    )
    page_size = 10
    traps: ClassVar = {"login": r"^/users/login/", "print": r"^/news/print/"}
    gone_status = 404
    habits = Habits(server="nginx", page_headers=(("X-Powered-By", "NukeViet"),))
    files_at = "/themes/congthong"
    picture_path = "/uploads/news/{id}_{n}.png"
    document_path = "/uploads/laws/{slug}-{id}.pdf"
    first_id = 2_104
    id_step = 17

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/", self.home),
            (rf"/news/({names})/", self.listing),
            (rf"/news/(?:{names})/[a-z0-9-]+-(\d+)\.html", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/news/{story.shelf}/{slug(story.title)}-{story.id}.html"

    def adapt(self, story: Story) -> Story:
        """Every fourth has no lead; times are shown to the minute."""
        return replace(story, lead=story.lead if story.id % 4 else None)

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        return f"{story.when:%Y-%m-%dT%H:%M}+07:00", None

    def printed_date(self, story: Story) -> str:
        return f"{WEEKDAYS_LOW[story.when.weekday()]} - {story.when:%d/%m/%Y %H:%M}"

    # Lists.

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        furniture = Furniture()
        items = "".join(self.item(story, furniture) for story in stories)
        return self.page(title, items, asked, furniture)

    def item(self, story: Story, furniture: Furniture) -> str:
        return (
            '<div class="news_column panel panel-default"><div class="panel-body featured">'
            f'<h3><a href="{self.path(story)}">{furniture(story.title)}</a></h3>'
            f'<div class="text-muted">{story.when:%d/%m/%Y %H:%M}</div>'
            f'<p class="text-justify">{text(story.lead or "")}</p></div></div>\n'
        )

    # Articles.

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        lead = f'<div class="hometext m-bottom">{text(story.lead)}</div>' if story.lead else ""
        content = f"""<div class="news_column panel panel-default"><div class="panel-body">
<h1 class="title margin-bottom-lg">{text(story.title)}</h1>
{self.meta(story, furniture)}
<div class="clearfix">{lead}</div>
<div id="news-bodyhtml" class="bodytext margin-bottom-lg">
{self.body(story, furniture)}
</div>
{self.attached(story, furniture)}
<div class="margin-bottom-lg">{self.signature(story, furniture)}</div>
</div></div>
{self.after(story, furniture)}"""
        title = f"{story.title} - {self.section_title(story.shelf)}"
        return self.page(title, content, asked, furniture, story), furniture

    def meta(self, story: Story, furniture: Furniture) -> str:
        """Day and time, with the counters of the article behind them."""
        seen = f"Đã xem: {self.random.randrange(20, 4000)}"
        mail, printed, kept = "Gửi bài viết qua email", "In ra", "Lưu bài viết này"
        return f"""<div class="row margin-bottom-lg"><div class="col-md-12">
<span class="h5">{furniture(self.printed_date(story))}</span>
<ul class="list-inline"><li>{furniture(seen)}</li> <li>{furniture("Phản hồi: 0")}</li></ul></div>
<div class="col-md-12"><ul class="list-inline text-right">
<li><a rel="nofollow" title="{mail}" href="/news/sendmail/{story.id}">{furniture(mail)}</a></li>
<li><a rel="nofollow" title="{printed}" href="/news/print/{story.id}">{furniture(printed)}</a></li>
<li><a rel="nofollow" title="{kept}" href="/news/savefile/{story.id}">{furniture(kept)}</a></li>
</ul></div></div>"""

    def body(self, story: Story, furniture: Furniture) -> str:
        """Paragraphs; or one block with line breaks between, as pasted; with other news inside."""
        pasted = story.id % 5 == 0
        pictures = iter(self.pictures(story))
        lines = [
            self.caption(part, next(pictures))
            if part.kind == "caption"
            else paragraph(part, pasted)
            for part in story.parts
        ]
        if (picture := next(pictures, None)) is not None:
            lines.insert(1, f'<div style="text-align: center;"><img src="{picture}"></div>')
        if story.id % 3 == 1 and len(lines) > 2:
            lines.insert(2, self.inside(story, furniture))
        lines += [self.invitation(furniture)]
        joined = "\n".join(lines)
        return f'<div style="text-align: justify;">{joined}</div>' if pasted else joined

    def caption(self, part: Part, picture: str) -> str:
        halves = "<br />".join(text(half) for half in part.text.split("|"))
        return (
            '<figure class="image" style="text-align:center"><img alt="" '
            f'src="{picture}" width="600" /><figcaption>{halves}</figcaption></figure>'
        )

    def inside(self, story: Story, furniture: Furniture) -> str:
        """Two other articles in the middle of this one, other ones on every page."""
        rng = Random(story.id)
        rest = [other for other in self.newest() if other.id != story.id]
        items = "".join(
            f'<li><a href="{self.path(other)}">{furniture(other.title)}</a></li>'
            for other in rng.sample(rest, min(2, len(rest)))
        )
        return f'<div class="box-news-in">{furniture("Có thể bạn chưa đọc")}<ul>{items}</ul></div>'

    def invitation(self, furniture: Furniture) -> str:
        return f'<p style="text-align: center;"><em>{furniture(phrases.INVITATIONS[0])}</em></p>'

    def attached(self, story: Story, furniture: Furniture) -> str:
        if not story.document:
            return ""
        heading = furniture("Tập tin đính kèm")
        return f"""<div class="panel panel-default"><div class="panel-body">{heading}
<ul class="list-unstyled"><li><a href="{self.document(story)}">{text(story.document)}</a></li></ul>
</div></div>"""

    def signature(self, story: Story, furniture: Furniture) -> str:
        source = ""
        if story.id % 3 == 0:
            name = SOURCES[story.id % len(SOURCES)]
            furniture.note(f"Nguồn tin: {name}")
            source = f'<p class="h5 text-right"><strong>Nguồn tin: </strong>{text(name)}</p>'
        if not story.byline:
            return source
        author = f"<strong>Tác giả bài viết: </strong>{text(story.byline)}"
        return f'<p class="h5 text-right">{author}</p>\n{source}'

    def after(self, story: Story, furniture: Furniture) -> str:
        points, votes = self.random.randrange(0, 90), self.random.randrange(0, 19)
        rating = f"Tổng số điểm của bài viết là: {points} trong {votes} đánh giá"
        tags = ", ".join(
            f'<a title="{tag}" href="/news/tag/{slug(tag)}/"><em>{furniture(tag)}</em></a>'
            for tag in self.random.sample(TAGS, 3)
        )
        newer = "".join(self.other(other, furniture) for other in self.others(story, 5))
        older = "".join(self.other(other, furniture) for other in self.others(story, 5))
        login = "Bạn cần đăng nhập với tư cách là Thành viên chính thức để có thể bình luận"
        return f"""<div class="news_column panel panel-default"><div class="panel-body">
<form id="form3B" action=""><div class="h5 clearfix"><p id="stringrating">{furniture(rating)}</p>
<div id="click_rating"><span>{furniture("Click để đánh giá bài viết")}</span></div></div></form>
</div></div>
<div class="news_column panel panel-default"><div class="panel-body"><div class="h5">
<em class="fa fa-tags"></em><strong>{furniture("Tags:")}</strong> {tags}</div></div></div>
<div class="news_column panel panel-default"><div class="panel-body">
<p class="h3">{furniture("Ý kiến bạn đọc")}</p>
<div class="alert alert-danger"><a href="/users/login/">{furniture(login)}</a></div></div></div>
<div class="news_column panel panel-default"><div class="panel-body other-news">
<p class="h3">{furniture("Những tin mới hơn")}</p>
<div class="clearfix"><ul class="related list-inline">{newer}</ul></div>
<p class="h3">{furniture("Những tin cũ hơn")}</p>
<div class="clearfix"><ul class="related list-inline">{older}</ul></div>
</div></div>"""

    def other(self, story: Story, furniture: Furniture) -> str:
        furniture.note(story.title)
        furniture.note(f"{story.title} ({story.when:%d/%m/%Y})")
        return (
            '<li><em class="fa fa-angle-right"></em>&nbsp;<a class="list-inline" '
            f'href="{self.path(story)}" title="{attribute(story.title)}">{text(story.title)}</a> '
            f"<em>({story.when:%d/%m/%Y})</em></li>\n"
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
        return f"""<!DOCTYPE html>
<html lang="vi" xmlns="http://www.w3.org/1999/xhtml" prefix="og: http://ogp.me/ns#">
<head>
<title>{text(title)} - {self.title}</title>
{self.machine_head(story)}
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{self.files_at}/css/site.css">
</head>
<body>
<noscript><div class="alert alert-danger">Trình duyệt của bạn đã tắt chức năng hỗ trợ JavaScript.
</div></noscript>
<div class="body-bg"><div class="wraper">
<header><div class="container">{self.head(furniture)}</div></header>
<nav class="second-nav" id="menusite"><div class="container">{self.menu(furniture)}</div></nav>
<section><div class="container" id="body">
{self.trail(story, furniture)}
<div class="row"><div class="col-sm-16 col-md-18">
{content}
</div>
<div class="col-sm-8 col-md-6">
{self.side(furniture)}
</div></div></div></section>
<footer class="section-footer-top" id="footer"><div class="container">{self.foot(furniture)}</div>
</footer></div></div>
<script src="{self.files_at}/js/site.js"></script>
</body>
</html>
"""

    def machine_head(self, story: Story | None) -> str:
        common = (
            f'<meta name="author" content="{self.title}">\n'
            f'<meta name="copyright" content="{self.title} [webmaster@thu-nghiem.example.vn]">\n'
            '<meta name="generator" content="NukeViet v4.5">'
        )
        if story is None:
            return common
        url, title = self.url + self.path(story), attribute(story.title)
        about = attribute(story.lead or story.title)
        return f"""<meta name="description" content="{about}">
{common}
<meta property="og:type" content="article">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{about}">
<meta property="og:site_name" content="{self.title}">
<link rel="canonical" href="{url}">"""

    def head(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS_LOW[now.weekday()]}, {now:%d/%m/%Y, %H:%M}"
        ticker = "".join(
            f"<li>{furniture(line)}</li>" for line in phrases.notices(self.random, now, 2)
        )
        return f"""<div id="header" class="row"><div class="logo col-xs-24">
<a title="{self.title}" href="/"><img src="{self.files_at}/img/logo.png" alt="{self.title}"></a>
<span class="site_name">{furniture(self.title)}</span>
<span class="site_description">{furniture(phrases.SLOGANS[0])}</span></div></div>
<div class="topbar"><span id="digclock_time">{furniture(clock)}</span>
<ul class="contactList"><li>{furniture("Đăng nhập")}</li><li>{furniture("Đăng ký")}</li></ul></div>
<marquee class="ticker"><ul>{ticker}</ul></marquee>"""

    def menu(self, furniture: Furniture) -> str:
        items = "".join(
            f'<li><a href="/news/{shelf}/">{furniture(name)}</a></li>'
            for shelf, name in self.sections
        )
        more = "".join(
            f'<li><a href="/{slug(name)}/">{furniture(name)}</a></li>'
            for name in ("Giới thiệu", "Văn bản", "Thủ tục hành chính", "Hỏi đáp", "Liên hệ")
        )
        return f'<ul class="nav navbar-nav"><li><a href="/">Trang nhất</a></li>{items}{more}</ul>'

    def trail(self, story: Story | None, furniture: Furniture) -> str:
        section = ""
        if story is not None:
            name = self.section_title(story.shelf)
            section = f'<li><a href="/news/{story.shelf}/">{furniture(name)}</a></li>'
        return f"""<div class="breadcrumbs-wrap"><ul class="breadcrumbs list-none">
<li><a href="/"><span>{furniture("Trang nhất")}</span></a></li>
<li><a href="/news/"><span>{furniture("Tin tức")}</span></a></li>{section}</ul></div>"""

    def side(self, furniture: Furniture) -> str:
        """The blocks of the right column, each with its heading."""
        question, answers = phrases.QUESTIONS[0]
        votes = "".join(f"<label>{furniture(answer)}</label><br>" for answer in answers)
        poll = f"<p>{furniture(question)}</p>{votes}<button>{furniture('Biểu quyết')}</button>"
        papers = "".join(
            f'<li><a href="/laws/{n}/">{furniture(number)}</a><p>{furniture(about)}</p></li>'
            for n, (number, about) in enumerate(
                phrases.documents(self.random, self.clock.now(), 4), self.random.randrange(900)
            )
        )
        sites = "".join(f'<li><a href="#">{furniture(name)}</a></li>' for name in phrases.PORTALS)
        lines = "".join(f"<p>{furniture(line)}</p>" for line in phrases.hotlines(Random(self.name)))
        sky = f"<p>{furniture(phrases.weather(self.random, 'Thị xã'))}</p>"
        blocks = (
            ("Văn bản mới", f"<ul>{papers}</ul>"),
            ("Thăm dò ý kiến", poll),
            ("Chuyên trang", f"<ul>{sites}</ul>"),
            ("Thời tiết", sky),
            ("Đường dây nóng", lines),
            ("Thống kê truy cập", self.counters(furniture)),
            ("Ứng dụng", f"<p>{furniture(phrases.APP)}</p>"),
        )
        return "\n".join(
            f'<div class="panel panel-primary"><div class="panel-heading">{furniture(heading)}'
            f'</div><div class="panel-body">{inner}</div></div>'
            for heading, inner in blocks
        )

    def counters(self, furniture: Furniture) -> str:
        total = self.visit()
        rows = (
            ("Đang truy cập", self.random.randrange(3, 90)),
            ("Máy chủ tìm kiếm", self.random.randrange(1, 9)),
            ("Khách viếng thăm", self.random.randrange(2, 80)),
            ("Hôm nay", total % 5000),
            ("Tháng hiện tại", total % 100_000),
            ("Tổng lượt truy cập", total),
        )
        for label, number in rows:
            furniture.note(f"{label} {number:,}")
        items = "".join(
            f'<li><span><em class="fa fa-lg fa-filter"></em>{label}</span>'
            f"<span>{number:,}</span></li>"
            for label, number in rows
        )
        return f'<ul class="counter list-none display-table">{items}</ul>'

    def foot(self, furniture: Furniture) -> str:
        return f"""<h3>{furniture(self.title.upper())}</h3>
<p>{furniture("Cơ quan chủ quản: Ủy ban nhân dân thị xã Thử Nghiệm")}</p>
<p>{furniture("Chịu trách nhiệm nội dung: Chánh Văn phòng HĐND và UBND thị xã")}</p>
<p>{furniture("Địa chỉ: Số 2 đường Thử Nghiệm - Điện thoại: 0209.000.444")}</p>
<p>{furniture("© Bản quyền thuộc về Cổng thông tin điện tử thị xã Thử Nghiệm")}</p>
<p>{furniture("Powered by NukeViet CMS")}</p>"""

    def missing_page(self, asked: Asked) -> str:
        words = "Rất tiếc, trang bạn tìm không tồn tại hoặc đã bị xóa."
        content = f'<div class="nv-info"><h1>Lỗi 404</h1><p>{words}</p></div>'
        return self.page("Lỗi 404", content, asked, Furniture())


def paragraph(part: Part, pasted: bool) -> str:
    if pasted:
        return f"{text(part.text)}<br />\n<br />"
    return f'<p style="text-align: justify;">{text(part.text)}</p>'
