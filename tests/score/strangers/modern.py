"""A young provincial paper, rendered by a JavaScript framework on the server: utility classes
that name nothing, cards with the leads of other articles, readers' comments, boxes in the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import ClassVar

from tests.practice.site import Furniture, Handler, attribute, text
from tests.practice.stories import Part, Story, slug
from tests.practice.wire import Asked, Habits
from tests.score.strangers import phrases
from tests.score.strangers.stranger import Stranger

COMMENTS = (
    "Bài viết rất thiết thực, mong tòa soạn có thêm nhiều tuyến bài như thế này nữa.",
    "Ở quê tôi cũng làm theo cách này từ năm ngoái và bà con ai cũng phấn khởi.",
    "Cảm ơn tác giả, tôi đã in ra để đọc trong buổi họp tổ dân phố tối nay.",
    "Xin hỏi mô hình này có nhận hỗ trợ từ tỉnh không ạ?",
)
NAMES = ("Bạn đọc Hậu Giang", "Minh Tuấn", "Cô giáo vùng cao", "Lan Chi", "Người xa quê")


class Modern(Stranger):
    name = "modern"
    title = home_title = "Nhịp Sống Ven Sông"
    accent = "#0ea5e9"
    sections = (("thoi-su", "Thời sự"), ("doi-song", "Đời sống"), ("goc-nhin", "Góc nhìn"))
    page_size = 9
    traps: ClassVar = {"search": r"^/tim-kiem"}
    habits = Habits(server="nginx", page_headers=(("X-Powered-By", "Next.js"),))
    files_at = "/_next/static"
    picture_path = "/media/{id}/{n}.png"
    document_path = "/media/{id}/{slug}.pdf"
    first_id = 90_112
    id_step = 29

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/", self.home),
            (rf"/({names})", self.listing),
            (r"/[a-z0-9-]+-p(\d+)", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/{slug(story.title)}-p{story.id}"

    def adapt(self, story: Story) -> Story:
        """The day alone is shown."""
        return replace(story, lead=story.lead if story.id % 6 else None)

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        return f"{story.when:%Y-%m-%d}", None

    def printed_date(self, story: Story) -> str:
        return f"{story.when.day} Tháng {story.when.month}, {story.when.year}"

    # Lists.

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        furniture = Furniture()
        cards = "".join(self.card(story, furniture) for story in stories)
        return self.page(title, grid(cards), asked, furniture)

    # Articles.

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture = Furniture()
        lead = (
            f'<p class="mt-4 text-lg font-semibold leading-7 text-slate-800">{text(story.lead)}</p>'
            if story.lead
            else ""
        )
        content = f"""<div class="grid grid-cols-12 gap-8">
<div class="col-span-12 lg:col-span-8">
{self.trail(story, furniture)}
<h1 class="mt-2 text-3xl font-extrabold tracking-tight">{text(story.title)}</h1>
{self.facts(story, furniture)}
{self.player(furniture)}
{lead}
<div class="mt-6 space-y-5 text-base leading-8">
{self.body(story, furniture)}
</div>
{self.writer(story, furniture)}
{self.after(story, furniture)}
</div>
<div class="col-span-12 lg:col-span-4">{self.side(story, furniture)}</div></div>"""
        title = f"{story.title} | {self.title}"
        return self.page(title, content, asked, furniture, story), furniture

    def trail(self, story: Story, furniture: Furniture) -> str:
        name = self.section_title(story.shelf)
        return (
            f'<div class="flex gap-2 text-sm"><a href="/{story.shelf}" '
            f'class="rounded bg-sky-100 px-2 py-1 text-sky-700">{furniture(name)}</a></div>'
        )

    def facts(self, story: Story, furniture: Furniture) -> str:
        minutes = f"{2 + story.id % 7} phút đọc"
        views = f"{self.random.randrange(11, 99) / 10:.1f}k lượt xem"
        return f"""<div class="mt-3 flex items-center gap-3 text-sm text-gray-500">
<span>{furniture(self.printed_date(story))}</span><span>•</span><span>{furniture(minutes)}</span><span>•</span>
<span>{furniture(views)}</span></div>"""

    def player(self, furniture: Furniture) -> str:
        return f"""<div class="mt-4 flex items-center rounded-full bg-gray-50 px-4">
<button>▶</button><span>{furniture("Nghe bài viết này")}</span>
<span>{furniture(f"0:00 / {self.random.randrange(2, 9)}:{self.random.randrange(10, 59)}")}</span>
</div>"""

    def body(self, story: Story, furniture: Furniture) -> str:
        """With a box for advertisements after the second paragraph of most, a letter to subscribe
        to in the longer ones, and a card of another article in some."""
        pictures = iter(self.pictures(story))
        lines = [
            figure(part, next(pictures)) if part.kind == "caption" else f"<p>{text(part.text)}</p>"
            for part in story.parts
        ]
        if (picture := next(pictures, None)) is not None:
            lines.insert(0, f'<img class="w-full rounded-xl" alt="" src="{picture}"/>')
        if story.id % 2 and len(lines) > 2:
            lines.insert(2, self.advertisement(furniture))
        if len(lines) > 5:
            lines.insert(4, self.letter(furniture))
        if story.id % 5 == 0 and len(lines) > 3:
            lines.insert(3, self.inner_card(story, furniture))
        return "\n".join(lines)

    def advertisement(self, furniture: Furniture) -> str:
        return f"""<div class="my-6 rounded-lg bg-gray-100 p-4 text-center text-xs">
<span>{furniture("Tài trợ")}</span><a href="#">{
            furniture("Lúa giống chất lượng cao Hạt Vàng - giao tận ruộng, gọi 0909.000.111")
        }</a></div>"""

    def letter(self, furniture: Furniture) -> str:
        line = "Nhận bản tin buổi sáng của chúng tôi, mỗi ngày 5 phút, hoàn toàn miễn phí"
        return f"""<div class="my-8 rounded-2xl border"><p class="font-bold">{furniture(line)}</p>
<form><input placeholder="Địa chỉ email"/><button>{furniture("Đăng ký nhận tin")}</button></form>
</div>"""

    def inner_card(self, story: Story, furniture: Furniture) -> str:
        rng = Random(story.id)
        other = rng.choice([other for other in self.newest() if other.id != story.id])
        return f"""<a href="{self.path(other)}" class="my-6 flex rounded-lg border p-3">
<span class="text-xs uppercase">{furniture("Cùng chủ đề")}</span>
<span class="font-semibold">{furniture(other.title)}</span></a>"""

    def writer(self, story: Story, furniture: Furniture) -> str:
        if not story.byline:
            return ""
        return f"""<div class="mt-8 flex items-center gap-4 border-t pt-6">
<img class="h-12 w-12 rounded-full" alt="" src="{self.files_at}/img/noi.png"/>
<div><p class="font-medium"><a href="/tac-gia/{slug(story.byline)}" rel="author">{
            text(story.byline)
        }</a></p><p class="text-xs text-gray-500">{
            furniture("Phóng viên thường trú")
        }</p></div></div>"""

    def after(self, story: Story, furniture: Furniture) -> str:
        document = (
            f'<p class="mt-4"><a href="{self.document(story)}">{text(story.document)}</a></p>'
            if story.document
            else ""
        )
        tags = " ".join(
            f'<a class="rounded-full border px-3" href="#">{furniture(tag)}</a>'
            for tag in ("#nongthonmoi", "#vensong", "#danvan")
        )
        cards = "".join(self.card(other, furniture) for other in self.others(story, 3))
        said = "".join(
            f'<div class="mt-4 flex gap-3"><p class="font-semibold">{furniture(name)}</p>'
            f"<p>{furniture(comment)}</p>"
            f"<button>{furniture(f'Thích ({self.random.randrange(0, 60)})')}</button></div>"
            for name, comment in zip(
                self.random.sample(NAMES, 2), self.random.sample(COMMENTS, 2), strict=True
            )
        )
        return f"""{document}<div class="mt-6 flex flex-wrap gap-2">{tags}</div>
<div class="mt-10"><h2 class="text-xl font-bold">{furniture("Bạn đọc nói gì")}</h2>{said}</div>
<div class="mt-10"><h2 class="font-bold">{furniture("Dành cho bạn")}</h2>{grid(cards)}</div>"""

    def card(self, story: Story, furniture: Furniture) -> str:
        """Title and lead of an article, as cards show them everywhere."""
        lead = f'<p class="text-sm text-gray-600">{furniture(story.lead)}</p>' if story.lead else ""
        return f"""<div class="rounded-xl border p-4"><a href="{self.path(story)}">
<h3 class="font-bold leading-6">{furniture(story.title)}</h3></a>{lead}
<span class="text-xs">{self.printed_date(story)}</span></div>"""

    def side(self, story: Story, furniture: Furniture) -> str:
        rows = "".join(
            f'<li class="flex gap-3 py-2"><span>{n}</span>'
            f'<a href="{self.path(other)}">{furniture(other.title)}</a></li>'
            for n, other in enumerate(self.others(story, 5), 1)
        )
        bought = self.random.randrange(780, 900) / 10
        gold = f"SJC {bought:.1f} - {bought + 2:.1f}"
        return f"""<div class="sticky"><h2 class="font-bold">{furniture("Nóng trong ngày")}</h2>
<ol>{rows}</ol><div class="mt-6">{furniture("Giá vàng hôm nay")}<p>{furniture(gold)}</p></div>
<div class="mt-6">{furniture(phrases.weather(self.random, "Ven Sông"))}</div></div>"""

    # The page round it.

    def page(
        self,
        title: str,
        content: str,
        asked: Asked,
        furniture: Furniture,
        story: Story | None = None,
    ) -> str:
        menu = "".join(
            f'<a class="px-3" href="/{shelf}">{furniture(name)}</a>'
            for shelf, name in self.sections
        )
        cookie = furniture("Chúng tôi dùng cookie để trang chạy ổn định hơn. Bạn đồng ý chứ?")
        online = furniture(f"{self.visit()} lượt ghé thăm")
        return f"""<!DOCTYPE html><html lang="vi"><head><meta charSet="utf-8"/>
<meta name="viewport" content="width=device-width"/><title>{text(title)}</title>
{self.machine_head(story)}
<link rel="stylesheet" href="{self.files_at}/css/site.css"/></head>
<body class="antialiased"><div id="__next">
<div class="sticky top-0 z-50 border-b bg-white"><div class="mx-auto flex max-w-7xl">
<a class="text-2xl font-black" href="/">{furniture(self.title)}</a>{menu}
<button>{furniture("Tìm kiếm")}</button></div></div>
<div class="mx-auto max-w-7xl px-4 py-8">{content}</div>
<div class="border-t bg-slate-900 text-slate-200"><p>{
            furniture("Nhịp Sống Ven Sông là ấn phẩm của Báo tỉnh Ven Sông")
        }</p><p>{furniture("Tổng Biên tập: Trần Thị Thử Nghiệm")}</p><p>{online}</p></div>
<div class="fixed bottom-0"><p>{cookie}</p><button>{furniture("Đồng ý tất cả")}</button></div>
</div>{self.state(story)}</body></html>
"""

    def machine_head(self, story: Story | None) -> str:
        if story is None:
            return ""
        return (
            f'<meta property="og:title" content="{attribute(story.title)}"/>\n'
            f'<meta property="og:image" content="{self.url}{self.files_at}/img/logo.png"/>\n'
            f'<meta property="og:site_name" content="{self.title}"/>'
        )

    def state(self, story: Story | None) -> str:
        """What the framework starts from again: the texts of the page once more."""
        known = {"title": story.title, "body": [p.text for p in story.parts]} if story else {}
        data = json.dumps({"props": known}, ensure_ascii=False).replace("<", "\\u003c")
        return f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'

    def missing_page(self, asked: Asked) -> str:
        content = '<h1 class="text-6xl">404</h1><p>Trang này đã trôi theo dòng nước.</p>'
        return self.page("Không tìm thấy", content, asked, Furniture())


def grid(cards: str) -> str:
    return f'<div class="mt-4 grid grid-cols-3 gap-4">{cards}</div>'


def figure(part: Part, picture: str) -> str:
    halves = "<br/>".join(text(half) for half in part.text.split("|"))
    return (
        f'<figure class="my-6"><img class="rounded-xl" alt="" src="{picture}"/>'
        f'<figcaption class="mt-2 text-center text-sm italic">{halves}</figcaption></figure>'
    )
