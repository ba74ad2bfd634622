"""A Party school's portal on Joomla 3 with K2: two columns, teasers, a week's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from tests.practice.site import WEEKDAYS, Furniture, Handler, attribute, text
from tests.practice.stories import Story, slug
from tests.practice.wire import Asked, Habits
from tests.score.strangers import prose
from tests.score.strangers.prose import CELL, Voice
from tests.score.strangers.told import ToldStranger

VOICE = Voice(
    places=(
        "huyện Suối Trai", "thị xã Hòn Chè", "xã Ea Lâm", "xã Đồng Xuân", "huyện Tuy Sơn",
        "thành phố Phú Lâm", "phường Thạnh An", "xã Krông Pa",
    ),
    bodies=(
        "Khoa Xây dựng Đảng", "Phòng Quản lý đào tạo", "Khoa Lý luận cơ sở", "Ban Giám hiệu",
        "Công đoàn Trường", "Trung tâm Chính trị", "Khoa Nhà nước và pháp luật",
    ),
    events=(
        "lễ bế giảng lớp Trung cấp lý luận chính trị", "hội thảo khoa học cấp cơ sở",
        "hội thi giảng viên giỏi", "buổi nghiên cứu thực tế của học viên",
        "lớp bồi dưỡng đối tượng kết nạp Đảng", "hội nghị thông tin chuyên đề",
    ),
    works=(
        "đổi mới phương pháp giảng dạy", "gắn lý luận với thực tiễn địa phương",
        "xây dựng trường chính trị chuẩn mức 1", "bồi dưỡng cán bộ nguồn",
        "bảo vệ nền tảng tư tưởng của Đảng", "số hóa giáo trình và bài giảng",
    ),
    titles=(
        "{body} tổ chức {event} tại {place} năm {year}",
        "{n} học viên {place} hoàn thành {event}",
        "Đoàn giảng viên đến {place} khảo sát việc {work}",
        "Trao đổi kinh nghiệm {work} với {place}, đợt {few} năm {year}",
        "Mấy suy nghĩ về {work} ở {place} hiện nay",
    ),
    openings=(
        "Sáng {short_date}, {body} đã khai mạc {event} dành cho {n} học viên đến từ {place}.",
        "Ngày {date}, tại {place}, nhà trường phối hợp với {body} tổ chức {event}.",
        "Thực hiện chương trình công tác năm {year}, {body} vừa hoàn tất {event} ở {place}.",
    ),
    sentences=(
        "Chương trình gồm {few} chuyên đề, trong đó phần thảo luận nhóm chiếm gần một nửa thời "
        "lượng.",
        "Có {percent}% học viên đạt loại giỏi, cao hơn khóa trước {few} điểm phần trăm.",
        "Bài giảng về {work} được soạn lại, bổ sung tư liệu từ {few} xã thuộc {place}.",
        "Giảng viên không đọc chép mà nêu tình huống để người học tự tìm lời giải.",
        "Nhà trường dành {money} triệu đồng nâng cấp thư viện và phòng học trực tuyến.",
        "Nhiều ý kiến cho rằng {work} phải bắt đầu từ chính nhu cầu của cơ sở.",
        "Báo cáo đề dẫn nêu rõ {few} kết quả và {few} tồn tại cần khắc phục trong năm {year}.",
        "Sau phần lý thuyết, cả lớp đi thực tế {few} ngày tại {place} và viết thu hoạch.",
        "Học viên lớn tuổi nhất đã ngoài năm mươi, vẫn chăm chỉ ghi chép đến trang cuối cùng.",
        "Hội đồng chấm thi làm việc độc lập, kết quả được niêm yết ngay trong ngày {short_date}.",
        "Tham luận của {body} gợi mở cách {work} mà không làm tăng áp lực cho người dạy.",
        "Đề tài khoa học nghiệm thu tháng {month} năm ngoái đã được {place} đưa vào áp dụng.",
        "Qua {few} khóa, trường đã bồi dưỡng {n} lượt cán bộ chủ chốt cấp xã.",
        "Đồng chí {name}, {rank}, trao giấy khen cho {few} học viên có thành tích tốt nhất lớp.",
    ),
    pen_names=(
        "Lê Thị Thu Hà", "Nguyễn Công Trứ", "Bùi Khắc Minh", "Trần Mỹ Hạnh", "Hoàng Gia",
        "Đinh Thùy Dung", "Phan Thế Vinh", "Ngô Bảo Trâm", "Thu Hiền", "Vũ Quang Đạo",
    ),
)  # fmt: skip
SAYINGS = (
    "Học để làm việc, làm người, làm cán bộ.",
    "Cán bộ là cái gốc của mọi công việc.",
    "Dễ trăm lần không dân cũng chịu, khó vạn lần dân liệu cũng xong.",
    "Lý luận mà không liên hệ với thực tiễn là lý luận suông.",
    "Nước lấy dân làm gốc. Gốc có vững, cây mới bền.",
)
DUTIES = (
    "Giao ban Ban Giám hiệu với các khoa, phòng. Thành phần: theo giấy mời.",
    "Chấm thi hết phần học lớp K{n}. Thành phần: Hội đồng thi.",
    "Dự giờ giảng viên trẻ của Khoa Lý luận cơ sở. Thành phần: tổ chuyên môn.",
    "Làm việc với đoàn kiểm tra công nhận trường chuẩn. Thành phần: toàn thể viên chức.",
    "Khai giảng lớp bồi dưỡng kiến thức quốc phòng, đối tượng {n}.",
    "Sinh hoạt chi bộ thường kỳ. Đảng viên chuẩn bị ý kiến góp ý bằng văn bản.",
)
TRAINING = (
    "Cao cấp lý luận chính trị", "Trung cấp lý luận chính trị", "Bồi dưỡng ngạch chuyên viên",
    "Thời khóa biểu", "Tra cứu điểm thi", "Nghiên cứu khoa học", "Nội san Lý luận và thực tiễn",
)  # fmt: skip
LINKED = (
    "Học viện Chính trị quốc gia Hồ Chí Minh", "Báo Nhân Dân", "Tạp chí Cộng sản",
    "Cổng thông tin Tỉnh ủy", "Thư viện số dùng chung",
)  # fmt: skip


class PartySchool(ToldStranger):
    voice = VOICE
    name = "partyschool"
    title = "Trường Chính trị tỉnh Thử Nghiệm"
    accent = "#c00000"
    sections = (
        ("tin-hoat-dong", "Tin hoạt động"),
        ("nghien-cuu-trao-doi", "Nghiên cứu - Trao đổi"),
        ("xay-dung-dang", "Xây dựng Đảng"),
    )
    page_size = 9
    traps: ClassVar = {"print": r"[?&]tmpl=component", "mail": r"^/component/mailto/"}
    habits = Habits(server="Apache", page_headers=(("X-Powered-By", "PHP/5.6.40"),))
    files_at = "/templates/truongct"
    picture_path = "/images/stories/{id}/hinh{n}.png"
    document_path = "/images/vanban/{slug}-{id}.pdf"
    first_id = 712
    id_step = 5

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/(?:index\.php)?", self.home),
            (rf"/index\.php/({names})", self.listing),
            (rf"/index\.php/(?:{names})/(\d+)-[a-z0-9-]+", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/index.php/{story.shelf}/{story.id}-{slug(story.title)}"

    def adapt(self, story: Story) -> Story:
        """Every seventh hides its details; every fifth was changed; some begin with a dateline."""
        hidden = story.id % 7 == 2
        return replace(
            story,
            published=None if hidden else story.published,
            updated=story.edited_at if story.id % 5 == 2 and story.id % 4 == 3 else None,
            dateline="(TCT)" if story.id % 4 == 1 else None,
        )

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        if not story.published:
            return None, None
        updated = f"{story.updated:%Y-%m-%dT%H:%M}+07:00" if story.updated else None
        return f"{story.when:%Y-%m-%dT%H:%M}+07:00", updated

    def printed_date(self, story: Story) -> str:
        return long_date(story.when)

    # Lists.

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        furniture = Furniture()
        kind = "blog-featured" if title == self.home_title else "blog"
        items = "".join(self.item(story, furniture) for story in stories)
        return self.page(title, f'<div class="{kind}">{items}</div>', asked, furniture)

    def item(self, story: Story, furniture: Furniture) -> str:
        return (
            f'<div class="item column-1"><h2><a href="{self.path(story)}">'
            f"{furniture(story.title)}</a></h2><p>{text(prose.teaser(story))}</p>"
            f'<p class="readmore"><a href="{self.path(story)}">Đọc thêm...</a></p></div>\n'
        )

    # Articles.

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        before = intro(story) if apart(story) else ""
        content = f"""<div class="item-page" itemscope itemtype="https://schema.org/Article">
<meta itemprop="inLanguage" content="vi-VN" />
<div class="page-header"><h2 itemprop="headline">{text(story.title)}</h2></div>
<div class="icons"><ul class="actions"><li class="print-icon"><a href="?tmpl=component&amp;print=1">
{furniture("In")}</a></li><li class="email-icon"><a href="/component/mailto/">{furniture("Email")}
</a></li></ul></div>
{self.details(story, furniture)}
<div class="itemBody">{before}
<div class="itemFullText" itemprop="articleBody">
{self.body(story)}
</div></div>
{self.attached(story, furniture)}
{self.after(story, furniture)}
</div>"""
        return self.page(story.title, content, asked, furniture, story), furniture

    def details(self, story: Story, furniture: Furniture) -> str:
        """Who wrote it, which is the account or the author; the section, the days, the counter."""
        if not story.published:
            return ""
        writer = (story.byline or "") if self.named_above(story) else "Super User"
        if not self.named_above(story):
            furniture.note("Viết bởi Super User")
        hits = f"Lượt xem: {self.random.randrange(90, 9000)}"
        shown = f"Được đăng: {self.printed_date(story)}"
        if story.id % 2:
            shown = (
                f'<time datetime="{story.when.isoformat()}" itemprop="datePublished">{shown}</time>'
            )
        changed = ""
        if story.updated:
            line = f"Cập nhật lần cuối: {long_date(story.updated)}"
            changed = f'<dd class="modified">{furniture(line)}</dd>'
        section = f'Chuyên mục: <a href="/index.php/{story.shelf}">{text(story.section or "")}</a>'
        furniture.note(f"Chuyên mục: {story.section}")
        furniture.note(f"Được đăng: {self.printed_date(story)}")
        return f"""<dl class="article-info muted">
<dt class="article-info-term">{furniture("Chi tiết")}</dt>
<dd class="createdby" itemprop="author" itemscope itemtype="https://schema.org/Person">
Viết bởi <span itemprop="name">{text(writer)}</span></dd>
<dd class="category-name">{section}</dd>
<dd class="published">{shown}</dd>{changed}
<dd class="hits">{furniture(hits)}</dd></dl>"""

    def named_above(self, story: Story) -> bool:
        return bool(story.byline and story.published and story.id % 3 == 0)

    def body(self, story: Story) -> str:
        lines = list(self.blocks(story))
        if story.lead and not apart(story):
            lines.insert(
                0, f'<p style="text-align: justify;"><strong>{text(story.lead)}</strong></p>'
            )
        if story.byline and not self.named_above(story):
            name = f"<strong>{text(story.byline)}</strong>"
            lines.append(f'<p style="text-align: right;">{name}</p>')
        return "\n".join(lines)

    def blocks(self, story: Story) -> list[str]:
        pictures = iter(self.pictures(story))
        dateline = f"{story.dateline} - " if story.dateline else ""
        lines = []
        for shape, texts in prose.grouped(story):
            if shape == "caption":
                lines.append(caption(texts[0], next(pictures)))
            else:
                lines.append(block(shape, texts, dateline))
                dateline = ""
        if (picture := next(pictures, None)) is not None:
            lines.insert(1, f'<p style="text-align: center;"><img src="{picture}" alt="" /></p>')
        return lines

    def attached(self, story: Story, furniture: Furniture) -> str:
        tags = self.random.sample(("lý luận", "đào tạo", "bồi dưỡng", "cán bộ", "thi đua"), 3)
        links = "".join(
            f'<li><a href="/index.php/tag/{slug(t)}">{furniture(t)}</a></li>' for t in tags
        )
        return (
            f'<div class="itemTagsBlock"><span>{furniture("Từ khóa:")}</span>'
            f'<ul class="itemTags">{links}</ul></div>'
        )

    def after(self, story: Story, furniture: Furniture) -> str:
        related = "".join(
            f'<li class="even"><a class="itemRelTitle" href="{self.path(other)}">'
            f"{furniture(other.title)}</a></li>"
            for other in self.others(story, 5)
        )
        back, forth = self.others(story, 2)
        share = "Chia sẻ bài viết này lên mạng xã hội"
        return f"""<div class="itemSocialSharing">{furniture(share)}</div>
<div class="itemRelated"><h3>{furniture("Tin liên quan")}</h3><ul>{related}</ul></div>
<ul class="pager pagenav">
<li class="previous"><a href="{self.path(back)}" rel="prev">{furniture("< Lùi")}</a></li>
<li class="next"><a href="{self.path(forth)}" rel="next">{furniture("Tiếp >")}</a></li></ul>
<div class="itemBackToTop"><a href="#">{furniture("Trở lên trên")}</a></div>"""

    # The page round it.

    def page(
        self,
        title: str,
        content: str,
        asked: Asked,
        furniture: Furniture,
        story: Story | None = None,
    ) -> str:
        about = attribute(story.lead or self.title) if story else self.title
        return f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi-vn" lang="vi-vn" dir="ltr">
<head>
<base href="{self.url}{attribute(asked.target)}" />
<meta http-equiv="content-type" content="text/html; charset=utf-8" />
<meta name="author" content="Super User" />
<meta name="description" content="{about}" />
<meta name="generator" content="Joomla! - Open Source Content Management" />
<title>{text(title)}</title>
<link rel="stylesheet" href="{self.files_at}/css/site.css" type="text/css" />
</head>
<body class="site com_content view-article no-layout itemid-{101 + len(title) % 9}">
<div class="body"><div class="container">
{self.head(furniture)}
<div class="row-fluid">
<div id="sidebar" class="span3"><div class="sidebar-nav">{self.left(furniture)}</div></div>
<main id="content" role="main" class="span6">
{self.trail(story, furniture)}
<div id="system-message-container"></div>
{content}
</main>
<div id="aside" class="span3">{self.right(story, furniture)}</div>
</div></div></div>
<footer class="footer" role="contentinfo"><div class="container">{self.foot(furniture)}</div>
</footer>
<script src="{self.files_at}/js/site.js"></script>
</body>
</html>
"""

    def head(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS[now.weekday()]}, {now.day:02} Tháng {now.month} {now.year}"
        sections = "".join(
            f'<li class="item-{n}"><a href="/index.php/{shelf}">{furniture(name)}</a></li>'
            for n, (shelf, name) in enumerate(self.sections, 115)
        )
        more = "".join(
            f'<li><a href="/index.php/{slug(name)}">{furniture(name)}</a></li>'
            for name in ("Giới thiệu", "Cơ cấu tổ chức", "Tuyển sinh", "Thư viện", "Liên hệ")
        )
        return f"""<header class="header"><a class="brand" href="/">
<img src="{self.files_at}/img/logo.png" alt="{self.title}" />
<span class="site-title">{furniture(self.title.upper())}</span></a>
<div class="site-description">{furniture("Kỷ cương - Trách nhiệm - Đổi mới - Hiệu quả")}</div>
</header>
<nav class="navigation"><ul class="nav menu nav-pills">{sections}{more}</ul></nav>
<div class="ngay">{furniture(clock)}</div>"""

    def trail(self, story: Story | None, furniture: Furniture) -> str:
        inner = ""
        if story is not None:
            name = text(story.section or "")
            inner = f'<li><a class="pathway" href="/index.php/{story.shelf}">{name}</a></li>'
            furniture.note(f"Bạn đang ở đây: Trang chủ {story.section}")
        here = '<li class="active">Bạn đang ở đây: &#160;</li>'
        home = '<li><a class="pathway" href="/">Trang chủ</a></li>'
        return f'<ul class="breadcrumb">{here}{home}{inner}</ul>'

    def module(self, heading: str, inner: str, furniture: Furniture) -> str:
        title = f'<h3 class="page-header">{furniture(heading)}</h3>'
        return f'<div class="moduletable well">{title}{inner}</div>\n'

    def left(self, furniture: Furniture) -> str:
        training = "".join(
            f'<li><a href="/index.php/{slug(name)}">{furniture(name)}</a></li>' for name in TRAINING
        )
        saying = self.random.choice(SAYINGS)
        who = f"<strong>{furniture('Chủ tịch Hồ Chí Minh')}</strong>"
        quoted = f"""<div class="custom"><p><em>{furniture(f"“{saying}”")}</em></p>
<p style="text-align: right;">{who}</p></div>"""
        linked = "".join(f'<li><a href="#">{furniture(name)}</a></li>' for name in LINKED)
        return (
            self.module("Đào tạo - Bồi dưỡng", f'<ul class="nav menu">{training}</ul>', furniture)
            + self.module("Lời Bác dạy", quoted, furniture)
            + self.module("Liên kết", f"<ul>{linked}</ul>", furniture)
            + self.module("Thống kê truy cập", self.counters(furniture), furniture)
        )

    def right(self, story: Story | None, furniture: Furniture) -> str:
        rest = [other for other in self.newest() if story is None or other.id != story.id]
        latest = self.random.sample(rest, min(4, len(rest)))
        return self.module("Tin mới nhất", self.latest(latest, furniture), furniture) + self.module(
            "Lịch công tác tuần", self.week(furniture), furniture
        )

    def latest(self, stories: Sequence[Story], furniture: Furniture) -> str:
        """Other articles with their first sentences, as the module K2 Content shows them."""
        items = "".join(
            f'<li><a class="moduleItemTitle" href="{self.path(story)}">{furniture(story.title)}</a>'
            f'<div class="moduleItemIntrotext">{furniture(prose.teaser(story))}</div></li>'
            for story in stories
        )
        return f'<div class="k2ItemsBlock"><ul>{items}</ul></div>'

    def week(self, furniture: Furniture) -> str:
        """Day, hour and duty; some other week at every rendering."""
        monday = self.clock.now() - timedelta(days=self.random.randrange(0, 30))
        monday -= timedelta(days=monday.weekday())
        rows = []
        for n, duty in enumerate(self.random.sample(DUTIES, 5)):
            day, hour = monday + timedelta(days=n), f"{self.random.choice((7, 8, 14))}h30"
            line = duty.format(n=self.random.randrange(2, 60))
            furniture.note(f"{WEEKDAYS[n]} {day:%d/%m} {hour} {line}")
            rows.append(
                f"<tr><td><strong>{WEEKDAYS[n]}</strong><br />{day:%d/%m}</td><td>{hour}</td>"
                f"<td>{furniture(line)}</td></tr>"
            )
        head = "<tr><th>Ngày</th><th>Giờ</th><th>Nội dung</th></tr>"
        return f'<table class="lich" border="1"><tbody>{head}{"".join(rows)}</tbody></table>'

    def counters(self, furniture: Furniture) -> str:
        total = self.visit()
        rows = (("Hôm nay", total % 900), ("Tuần này", total % 7000), ("Tất cả", total))
        for label, number in rows:
            furniture.note(f"{label} {number}")
        lines = "".join(f"<tr><td>{label}</td><td>{number}</td></tr>" for label, number in rows)
        guests = f"Hiện có {self.random.randrange(3, 99)} khách và không thành viên đang trực tuyến"
        return f'<table class="vinaora_counter">{lines}</table><p>{furniture(guests)}</p>'

    def foot(self, furniture: Furniture) -> str:
        lines = (
            f"Bản quyền thuộc về {self.title}.",
            "Chịu trách nhiệm nội dung: Thạc sĩ, Hiệu trưởng nhà trường.",
            "Địa chỉ: Số 9 đường Thử Nghiệm, phường Thạnh An. Điện thoại: 0257.000.111.",
            "Xin ghi rõ nguồn khi đăng lại thông tin từ trang này.",
        )
        return "".join(f"<p>{furniture(line)}</p>" for line in lines)

    def missing_page(self, asked: Asked) -> str:
        words = "Không tìm thấy bài viết. Có thể bài đã được gỡ bỏ hoặc đường dẫn đã thay đổi."
        inner = f'<div class="error"><h1>404</h1><p>{words}</p></div>'
        return self.page("404 - Lỗi", inner, asked, Furniture())


def apart(story: Story) -> bool:
    """Whether the lead stands in K2's box of its own and not in the text, in bold."""
    return bool(story.lead and story.id % 2)


def intro(story: Story) -> str:
    return f'<div class="itemIntroText"><p>{text(story.lead or "")}</p></div>'


def long_date(when: datetime) -> str:
    day = WEEKDAYS[when.weekday()].capitalize()
    return f"{day}, {when:%d} Tháng {when.month} {when.year} {when:%H:%M}"


def caption(line: str, picture: str) -> str:
    return f"""<p style="text-align: center;"><img src="{picture}" alt="" border="0" /></p>
<p style="text-align: center;"><em>{text(line)}</em></p>"""


def block(shape: prose.Shape, texts: list[str], dateline: str) -> str:
    first = text(texts[0])
    if shape in ("item", "number", "fact"):
        items = "".join(f"<li>{text(line)}</li>" for line in texts)
        return f"<ol>{items}</ol>" if shape == "number" else f"<ul>{items}</ul>"
    if shape == "row":
        rows = "".join(
            "<tr>" + "".join(f"<td><p>{text(cell)}</p></td>" for cell in line.split(CELL)) + "</tr>"
            for line in texts
        )
        return f'<table border="1" cellspacing="0" align="center"><tbody>{rows}</tbody></table>'
    if shape in ("heading", "question"):
        return f'<p style="text-align: justify;"><strong>{first}</strong></p>'
    if shape == "quote":
        return f"<blockquote><p>{first}</p></blockquote>"
    return f'<p style="text-align: justify;">{dateline}{first}</p>'
