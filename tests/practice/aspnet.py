"""D. Thành ủy Trà Vinh: an ASP.NET portal. One form round every page, layout tables, no dates on
articles, and lists that only a postback with the page's hidden fields turns over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from tests.practice.site import (
    NBSP,
    WEEKDAYS,
    Furniture,
    Handler,
    PracticeSite,
    text,
)
from tests.practice.stock import JOBS
from tests.practice.stories import Story, slug
from tests.practice.wire import Answer, Asked, Habits

CATEGORIES = {"tin-tuc": 71968, "nghien-cuu-trao-doi": 69623}
GRID, OTHERS = "ctl00$gv", "ctl00$gvKhac"
PAGER_WIDTH = 5
PADDING = "+" * 90
SLUG_LENGTH = 100
FILLED = {"ctl00$ddlNam": "2024", "ctl00$chkMoi": "on", "ctl00$chkCu": None}
FILLED |= {"ctl00$txtGhiChu": "a & b", "ctl00$txtTim": "tìm", "ctl00$btnTim": None}
"""What a browser posts of the other fields, and of a box and a button that nobody clicked."""


class TraVinh(PracticeSite):
    name = "travinh"
    title = "Thành ủy Trà Vinh"
    accent = "#d9a400"
    sections = (("tin-tuc", "Tin tức"), ("nghien-cuu-trao-doi", "Nghiên cứu - Trao đổi"))
    page_size = 4
    traps: ClassVar = {
        "print": r"^/bm/print/\d+",
        "padded queries": r"\?tukhoa=\+{20,}|[?&]page=\d+",
    }
    robots = None
    ignores_case = True
    session_form = "path"
    habits = Habits(
        names=(
            ("Content-Type", "content-type"),
            ("Content-Length", "CONTENT-Length"),
            ("Server", "SERVER"),
            ("Connection", "connection"),
        ),
        server="Microsoft-IIS/8.5",
        page_headers=(
            ("cache-control", "private"),
            ("Cache-control", "private"),
            ("x-POWERED-by", "ASP.NET"),
            ("X-Powered-By", "ASP.NET"),
            ("Set-Cookie", "ASP.NET_SessionId=thuthuthuthu; path=/; HttpOnly"),
            ("Set-Cookie", "ngonngu=vi; path=/"),
        ),
    )
    files_at = "/Portals/0/Skins/tinh"
    picture_path = "/Portals/0/Images/{id}_{n}.png"
    document_path = "/Portals/0/VanBan/{slug}-{id}.pdf"
    first_id = 655_041
    id_step = 419

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/", self.home),
            (r"/1458/39701/(\d+)/[a-z0-9-]+", self.listing),
            (r"/1458/39703/\d+/(\d+)/[a-z0-9-]+/[a-z0-9-]*", self.show),
            (r"/[a-z0-9-]+-(\d{5,})", self.show),
            (r"/bm/print/(\d+)", self.show_print),
        )

    def __init__(self, **of_every_site: Any) -> None:
        super().__init__(**of_every_site)
        self.pressed: dict[str, dict[str, int]] = {}
        """Link buttons of the page that is being made: the list and page that each leads to."""
        self.shown: dict[str, dict[str, dict[str, int]]] = {}
        """Link buttons by the view state of their page."""

    # Addresses.

    def path(self, story: Story) -> str:
        name = slug(story.title)[:SLUG_LENGTH]
        return f"/1458/39703/{CATEGORIES[story.shelf]}/{story.id}/{story.shelf}/{name}"

    def short_path(self, story: Story) -> str:
        return f"/{slug(story.title)}-{story.id}"

    def paths(self, story: Story) -> tuple[str, ...]:
        return (self.path(story), self.short_path(story))

    def linked(self, story: Story) -> str:
        """Every fifth article goes by its short address."""
        return self.short_path(story) if story.id % 5 == 0 else self.path(story)

    def listing_path(self, shelf: str) -> str:
        return f"/1458/39701/{CATEGORIES[shelf]}/{shelf}"

    def listing_targets(self) -> tuple[str, ...]:
        return tuple(self.listing_path(shelf) for shelf, _ in self.sections)

    # Stories.

    def adapt(self, story: Story) -> Story:
        """A label before the name or, at the head of some, the name and a job in padded lines."""
        head = story.id % 6 == 1 and story.author is not None and "-" not in story.author
        label = "" if head else "Thực hiện: "
        return replace(
            story,
            lead=None,
            published=None,
            byline=label + story.author if story.author else None,
            job=JOBS[story.id % len(JOBS)] if head else None,
        )

    # Postbacks.

    def turned(self, asked: Asked, target: str) -> int:
        """The page that a postback asks for; 1 unless its form is one that we have handed out."""
        form = asked.form
        state = form.get("__VIEWSTATE", "")
        ours = self.issued.get(state) == (asked.path, form.get("__EVENTVALIDATION"))
        if self.quirks.full_forms:
            ours = ours and {name: form.get(name) for name in FILLED} == FILLED
        if asked.method != "POST" or not ours:
            return 1
        if self.quirks.linkbuttons:
            return self.shown.get(state, {}).get(form.get("__EVENTTARGET", ""), {}).get(target, 1)
        wanted = re.fullmatch(r"Page\$(\d+)", form.get("__EVENTARGUMENT", ""))
        return int(wanted[1]) if wanted and form.get("__EVENTTARGET") == target else 1

    def pager(self, target: str, page: int, last: int) -> str:
        """Links to pages: of a GridView, or link buttons in a Repeater, which are counted."""
        links = []
        for place, (number, label) in enumerate(labels(page, last)):
            event = f"'{target}','Page${number}'"
            if self.quirks.linkbuttons:
                button = f"{target}$rptTrang$ctl{place:02}$lnkTrang"
                self.pressed[button] = {target: number}
                event = f"'{button}',''"
            link = f'<a href="javascript:__doPostBack({event})">{label}</a>'
            links.append(f"<span>{label}</span>" if number == page else link)
        return text(NBSP).join(links)

    def other_fields(self) -> str:
        """What else stands in the form: a search, a year, a box. Buttons are not posted."""
        if not self.quirks.full_forms:
            return ""
        return """<select name="ctl00$ddlNam"><option value="2023">2023</option>
<option selected="selected" value="2024">2024</option></select>
<input type="checkbox" name="ctl00$chkMoi" checked="checked" />
<input type="checkbox" name="ctl00$chkCu" /><textarea name="ctl00$txtGhiChu">a &amp; b</textarea>
<input type="text" name="ctl00$txtTim" value="tìm" />
<input type="submit" name="ctl00$btnTim" value="Tìm" />"""

    def hidden_fields(self, path: str) -> str:
        state = "/wEPDwUK" + f"{self.random.getrandbits(320):080x}" + "=="
        validation = "/wEdAA" + f"{self.random.getrandbits(160):040x}"
        self.issued[state] = (path, validation)
        self.shown[state], self.pressed = self.pressed, {}
        fields = (
            ("__EVENTTARGET", ""),
            ("__EVENTARGUMENT", ""),
            ("__VIEWSTATE", state),
            ("__VIEWSTATEGENERATOR", "CA0B0334"),
            ("__EVENTVALIDATION", validation),
        )
        return "\n".join(
            f'<input type="hidden" name="{name}" id="{name}" value="{value}" />'
            for name, value in fields
        )

    # Lists.

    def home(self, asked: Asked, match: re.Match[str]) -> Answer:
        furniture = Furniture()
        blocks = "".join(
            f'<tr><td><a class="head" href="{self.listing_path(shelf)}">{furniture(name)}</a>'
            f"<table>{self.rows(self.newest(shelf)[:3], furniture)}</table></td></tr>\n"
            for shelf, name in self.sections
        )
        return self.html(self.page(self.title, f"<table>{blocks}</table>", asked, furniture))

    def listing(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        shelves = {number: shelf for shelf, number in CATEGORIES.items()}
        shelf = shelves.get(int(match[1]))
        if shelf is None:
            return None
        furniture = Furniture()
        stories = self.newest(shelf)
        last = self.page_count(stories)
        page = min(max(self.turned(asked, GRID), 1), last)
        rows = self.rows(self.part_of(stories, page), furniture)
        search = f"{self.listing_path(shelf)}?tukhoa={PADDING}&amp;page={asked.number('page') + 1}"
        pager = self.pager(GRID, page, last)
        content = (
            f'<span class="head">{text(self.section_title(shelf))}</span>'
            f'<table id="ctl00_gv">{rows}<tr class="pager"><td>{pager}</td></tr>'
            f'</table><a href="{search}">Tìm tiếp</a>'
        )
        return self.html(self.page(self.section_title(shelf), content, asked, furniture))

    def rows(self, stories: Sequence[Story], furniture: Furniture) -> str:
        return "".join(self.row(story, furniture) for story in stories)

    def row(self, story: Story, furniture: Furniture) -> str:
        first = next(part.text for part in story.parts if part.kind == "paragraph")
        summary = " ".join(first.split())[:150].rsplit(" ", 1)[0] + "..."
        views = f"{self.random.randrange(20, 900)} lượt xem"
        return (
            f'<tr><td>• {story.when:%d/%m/%Y}<br /><a class="tieude" href="{self.linked(story)}">'
            f"{furniture(story.title)}</a><br /><span>{furniture(summary)}</span><br />"
            f"<i>{furniture(views)}</i></td></tr>\n"
        )

    # Articles.

    def show(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        return self.article(asked, int(match[1]))

    def show_print(self, asked: Asked, match: re.Match[str]) -> Answer | None:
        story = self.stories.get(int(match[1]))
        if story is None:
            return None
        return self.html(
            f"<html><head><title>{text(story.title)}</title></head><body onload='window.print()'>"
            f"<h2>{text(story.title)}</h2>{self.body(story)}</body></html>"
        )

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        section = ""
        if story.section:
            furniture.note(story.section)
            section = (
                f'<a class="duongdan" href="{self.listing_path(story.shelf)}">'
                f"{text(story.section)}</a>"
            )
        content = f"""<div class="path">{section}</div>
<span id="ctl00_lblTitle" class="TieuDe">{text(story.title)}</span>
{self.tools(story, furniture)}
<div id="ctl00_divNoiDung" class="NoiDung">
{author_head(story, furniture)}{self.body(story)}
{self.document_link(story)}{byline(story)}
</div>
{self.other_articles(story, asked, furniture)}"""
        canonical = f'<link rel="canonical" href="{self.url}{self.path(story)}" />'
        return self.page(self.title, content, asked, furniture, canonical), furniture

    def tools(self, story: Story, furniture: Furniture) -> str:
        sizes = "".join(f'<a href="#">{furniture(size)}</a> ' for size in ("A-", "A", "A+"))
        views = f"{self.random.randrange(20, 900)} lượt xem"
        return f"""<div class="congcu"><span>{furniture("Cỡ chữ")}</span>{sizes}
<a href="/bm/print/{story.id}">{furniture("Bản in")}</a> <i>{furniture(views)}</i></div>"""

    def body(self, story: Story) -> str:
        """Paragraphs from Word with the indent typed in; seeds bring their own."""
        pictures = iter(self.pictures(story))
        captioned = any(part.kind == "caption" for part in story.parts)
        indent = "" if story.seed_file else f"{NBSP} " * 4 + NBSP
        lines: list[str] = []
        for part in story.parts:
            if part.kind == "caption":
                halves = "<br />".join(text(half) for half in part.text.split("|"))
                lines.append(image(next(pictures)))
                lines.append(f'<p align="center"><i>{halves}</i></p>')
                continue
            lines.append(
                f'<p class="MsoNormal" style="text-align: justify">'
                f'<span style="font-size: 14pt">{text(indent + part.text)}</span></p>'
            )
            if not captioned and len(lines) == 1 and (picture := next(pictures, None)):
                lines.append(image(picture))
        return "\n".join(lines)

    def document_link(self, story: Story) -> str:
        if not story.document:
            return ""
        return f'<p><a href="{self.document(story)}">{text(story.document)} (PDF)</a></p>\n'

    def other_articles(self, story: Story, asked: Asked, furniture: Furniture) -> str:
        others = self.others(story, self.random.choice((0, 5, 8)))
        items = "".join(
            f'<tr><td><a href="{self.linked(other)}">'
            f"{furniture(f'{other.title} - {other.when:%d/%m/%Y}')}</a></td></tr>\n"
            for other in others
        )
        pager = self.pager(OTHERS, self.turned(asked, OTHERS), 9)
        furniture.note("1 2 3 4 5 ...")
        return f"""<div class="khac"><b>{furniture("CÁC BÀI VIẾT KHÁC:")}</b>
<table id="ctl00_gvKhac">{items}<tr class="pager"><td>{pager}</td></tr></table>
</div>"""

    # The page round it.

    def page(
        self, title: str, content: str, asked: Asked, furniture: Furniture, head: str = ""
    ) -> str:
        at = self.files_at
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "">
<html xmlns="http://www.w3.org/1999/xhtml">
<head id="ctl00_Head1"><title>
\t{text(title)}
</title><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
{head}
<link href="{at}/css/site.css" rel="stylesheet" type="text/css" />
</head>
<body>
<form name="form1" method="post" action="./{asked.path.rpartition("/")[2]}" id="form1">
{self.hidden_fields(asked.path)}{self.other_fields()}
<script type="text/javascript">
var theForm = document.forms['form1'];
function __doPostBack(eventTarget, eventArgument) {{
  theForm.__EVENTTARGET.value = eventTarget;
  theForm.__EVENTARGUMENT.value = eventArgument;
  theForm.submit();
}}
</script>
<script src="{at}/js/site.js" type="text/javascript"></script>
<table width="1000" cellpadding="0" cellspacing="0" align="center">
<tr><td colspan="3" class="banner">{self.top(furniture)}</td></tr>
<tr><td width="180" valign="top">{self.left_menu(furniture)}</td>
<td valign="top" class="giua">{content}</td>
<td width="180" valign="top">{self.counters(furniture)}</td></tr>
<tr><td colspan="3" class="chan">{self.bottom(furniture)}</td></tr>
</table>
</form>
</body>
</html>
"""

    def top(self, furniture: Furniture) -> str:
        now = self.clock.now()
        clock = f"{WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y - %H:%M:%S}"
        menu = "".join(
            f'<td><a href="{self.listing_path(shelf)}">{furniture(name)}</a></td>'
            for shelf, name in self.sections
        )
        return f"""<a href="/"><img class="logo" src="{self.files_at}/img/logo.png"
alt="{self.title}" /></a><div id="ctl00_lblNgay">{furniture(clock)}</div>
<table class="menu"><tr><td><a href="/">{furniture("Trang chủ")}</a></td>{menu}</tr></table>"""

    def left_menu(self, furniture: Furniture) -> str:
        names = ("Giới thiệu", "Văn bản", "Thư viện ảnh", "Liên kết website")
        rows = "".join(f"<tr><td>{furniture(name)}</td></tr>" for name in names)
        return f'<table class="menutrai">{rows}</table>'

    def counters(self, furniture: Furniture) -> str:
        """Small numbers come plain, large ones in groups."""
        total = self.visit()
        lines = (
            f"Đang online: {self.random.randrange(5, 99)}",
            f"Hôm nay: {total % 5000}",
            f"Trong tuần: {total % 90_000:,}",
            f"Tất cả: {total:,}",
        )
        items = "".join(f"<li>{furniture(line)}</li>" for line in lines)
        return f'<div class="thongke"><b>{furniture("Thống kê truy cập")}</b><ul>{items}</ul></div>'

    def bottom(self, furniture: Furniture) -> str:
        return f"""<p>{furniture("Trang thông tin điện tử Thành ủy Trà Vinh (thử nghiệm)")}</p>
<p>{furniture("Chịu trách nhiệm chính: Ban Tuyên giáo Thành ủy")}</p>
<p>{furniture("Điện thoại: 0294.000.444 - Email: thu@example.vn")}</p>"""

    def missing_page(self, asked: Asked) -> str:
        content = "<span>Nội dung không tồn tại hoặc đã bị xóa.</span>"
        return self.page(self.title, content, asked, Furniture())


def labels(page: int, last: int) -> list[tuple[int, str]]:
    """Numbers in groups of five, with dots that lead to the group before and after."""
    first = (page - 1) // PAGER_WIDTH * PAGER_WIDTH + 1
    end = min(first + PAGER_WIDTH - 1, last)
    found = [(n, str(n)) for n in range(first, end + 1)]
    if first > 1:
        found.insert(0, (first - 1, "..."))
    if end < last:
        found.append((end + 1, "..."))
    return found


def author_head(story: Story, furniture: Furniture) -> str:
    if story.job is None or story.byline is None:
        return ""
    pad = NBSP * 30
    return (
        f'<p class="MsoNormal" align="right"><b>{text(pad + story.byline)}</b></p>\n'
        f'<p class="MsoNormal" align="right"><i>{text(pad)}{furniture(story.job)}</i></p>\n'
    )


def byline(story: Story) -> str:
    if story.byline is None or story.job is not None:
        return ""
    return f'<p style="text-align: right"><b>{text(story.byline)}</b></p>'


def image(path: str) -> str:
    return f'<p align="center"><img src="{path}" alt="" /></p>'
