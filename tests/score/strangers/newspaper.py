"""A provincial newspaper, rendered by a server from components: no class name means anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from tests.practice.site import WEEKDAYS, Furniture, Handler, attribute, text
from tests.practice.stories import Story, slug
from tests.practice.wire import Asked, Habits
from tests.score.strangers import prose
from tests.score.strangers.prose import CELL, Voice
from tests.score.strangers.told import ToldStranger

VOICE = Voice(
    places=(
        "huyện Bàu Sen", "xã Lộc An", "thành phố Tân Phước", "phường Cầu Đất", "huyện Đức Mai",
        "xã Mỹ Khê", "vùng đầm Ô Loan", "cảng cá Hòn Rơm",
    ),
    bodies=(
        "Sở Nông nghiệp và Môi trường", "Ban Quản lý dự án tỉnh", "Hiệp hội Du lịch",
        "UBND tỉnh", "Chi cục Thủy sản", "Liên minh Hợp tác xã", "Tỉnh ủy",
    ),
    events=(
        "hội chợ sản phẩm OCOP", "lễ hội cầu ngư", "diễn tập phòng, chống thiên tai",
        "lễ khởi công cầu vượt", "tuần lễ văn hóa - du lịch", "phiên họp chuyên đề",
    ),
    works=(
        "nuôi tôm công nghệ cao", "chống khai thác hải sản trái phép", "làm đường ven biển",
        "phát triển du lịch cộng đồng", "ứng phó hạn mặn", "trồng sầu riêng xuất khẩu",
        "sáp nhập đơn vị hành chính",
    ),
    titles=(
        "{place} vào mùa {work}, {n} hộ phấn khởi",
        "{body} gỡ khó cho {place} trong {work} năm {year}",
        "{percent}% tiến độ {work}: {place} tăng tốc những tháng cuối năm {year}",
        "Chuyện {work} ở {place} sau {few} năm nhìn lại",
        "{event} tại {place} thu hút {n} gian hàng",
    ),
    openings=(
        "Sáng {short_date}, {body} tổ chức {event} tại {place}, thu hút {n} người tham gia.",
        "Những ngày này, không khí {work} ở {place} rộn ràng hơn mọi năm.",
        "Chiều {short_date}, tại {place}, lãnh đạo {body} đã kiểm tra tiến độ {work}.",
    ),
    sentences=(
        "Giá thu mua tại ao dao động quanh mức {percent} nghìn đồng một ký, người nuôi có lãi.",
        "Dự án dài {few} km, tổng vốn {money} tỷ đồng, dự kiến thông xe vào quý II/{year_after}.",
        "Đến nay {place} có {n} tàu cá lắp thiết bị giám sát hành trình, đạt {percent}%.",
        "Nước mặn lấn sâu {few} km, nhiều diện tích lúa phải gieo sạ lại.",
        "Khách đến trong {few} ngày lễ tăng {percent}%, phòng nghỉ kín chỗ từ sớm.",
        "Doanh nghiệp cam kết bao tiêu toàn bộ sản lượng, đổi lại nông dân phải ghi nhật ký canh "
        "tác.",
        "Mưa lớn kéo dài từ ngày {short_date} khiến {few} điểm trên tuyến bị sạt lở.",
        "{body} đề nghị rút ngắn thời gian thẩm định còn {few} ngày làm việc.",
        "Chợ nổi thưa dần, nhưng nghề đan lưới ở {place} vẫn giữ được hơn {percent} tay thợ.",
        "Hợp tác xã hiện có {n} thành viên, vốn điều lệ {money} triệu đồng.",
        "Trạm bơm mới đưa vào vận hành giúp {n} héc-ta chủ động nước tưới.",
        "Cơ quan chức năng xử phạt {few} trường hợp, thu hồi giấy phép của một chủ tàu.",
        "Lứa hàng đầu tiên đã lên container đi châu Âu trong tháng {month}.",
    ),
    pen_names=(
        "Thanh Tùng", "Hồng Nhung", "Nguyễn Hải Triều", "Mai Phương", "Trần Quốc Việt",
        "Lê Khánh Ly", "Phạm Duy", "Gia Hân", "Võ Thành Lộc", "Bảo Châu",
    ),
)  # fmt: skip
COMMENTS = (
    "Bài viết rất hay, mong báo tiếp tục theo dõi vấn đề này ở xã {place} của tôi.",
    "Tôi là người dân ở đây, thấy đường làm xong đi lại thuận tiện hơn nhiều. Cảm ơn chính quyền!",
    "Giá vật tư tăng {n}% mà giá bán không tăng thì nông dân lấy đâu ra lãi?",
    "Cần làm rõ trách nhiệm của đơn vị thi công, đừng để dân chờ thêm {n} năm nữa.",
    "Quê mình đổi mới từng ngày, xa nhà {n} năm đọc bài mà nhớ quá.",
)
READERS = ("Nguyễn Văn Tư", "Hai Lúa", "Trần Thị Bích", "Minh Đức 79", "Lê Hoàng", "thuylinh")
SPONSORED = (
    "Ngân hàng Thử Nghiệm tặng {n} mã hoàn tiền cho khách hàng mở tài khoản trong tuần này.",
    "Căn hộ ven sông chỉ từ {n} triệu đồng mỗi mét vuông, bàn giao trong quý tới.",
    "Học tiếng Anh trực tuyến cùng giáo viên bản ngữ, giảm {n}% học phí cho {n} người đầu tiên.",
)
PLAYED = "Bản tin 60 giây sáng {day}: Những sự kiện nổi bật trong tỉnh và cả nước"
OFFER = "Nhận những tin quan trọng nhất trong ngày qua thư điện tử của bạn, vào 6 giờ mỗi sáng."
MODERATED = "Ý kiến của bạn sẽ được xét duyệt trước khi đăng."
MENU = ("Thời sự", "Kinh tế", "Xã hội", "Văn hóa", "Thể thao", "Du lịch", "Media", "Podcast")


class Newspaper(ToldStranger):
    name = "newspaper"
    title = "Báo Thử Nghiệm điện tử"
    accent = "#0f766e"
    voice = VOICE
    sections = (("thoi-su", "Thời sự"), ("kinh-te", "Kinh tế"), ("doi-song", "Đời sống"))
    page_size = 10
    traps: ClassVar = {"search": r"^/tim-kiem"}
    habits = Habits(server="cloudfront", page_headers=(("X-Powered-By", "Nuxt"),))
    files_at = "/_nuxt"
    picture_path = "/media/{id}/{n}.png"
    document_path = "/media/{slug}-{id}.pdf"
    first_id = 480_213
    id_step = 611

    def handlers(self) -> Sequence[tuple[str, Handler]]:
        names = "|".join(shelf for shelf, _ in self.sections)
        return (
            (r"/", self.home),
            (rf"/({names})", self.listing),
            (r"/[a-z0-9-]+-post(\d+)\.html", self.show),
        )

    def path(self, story: Story) -> str:
        return f"/{slug(story.title)}-post{story.id}.html"

    def adapt(self, story: Story) -> Story:
        """What machines are told of changes, readers are told too, on each fourth page."""
        return replace(
            story,
            updated=story.edited_at if story.id % 4 == 1 else None,
            dateline="BTN" if story.id % 6 == 0 else None,
        )

    def shown_dates(self, story: Story) -> tuple[str | None, str | None]:
        updated = f"{story.updated:%Y-%m-%dT%H:%M}+07:00" if story.updated else None
        return f"{story.when:%Y-%m-%dT%H:%M}+07:00", updated

    def printed_date(self, story: Story) -> str:
        return f"{WEEKDAYS[story.when.weekday()]}, {story.when:%d/%m/%Y, %H:%M} (GMT+7)"

    # Lists.

    def listed(self, title: str, stories: Sequence[Story], asked: Asked) -> str:
        furniture, build = Furniture(), Build(0)
        items = "".join(
            f'<article class="{build("item")} flex gap-4"><h3 class="font-bold"><a '
            f'href="{self.path(story)}">{text(story.title)}</a></h3>'
            f'<p class="text-sm line-clamp-3">{text(prose.teaser(story))}</p></article>\n'
            for story in stories
        )
        return self.page(title, f"<div>{items}</div>", furniture, build)

    # Articles.

    def article_page(self, story: Story, asked: Asked) -> tuple[str, Furniture]:
        furniture, build = Furniture(), Build(story.id)
        section = story.section or ""
        lead = (
            f'<h2 class="{build("sapo")} font-semibold text-lg mb-4">{text(story.lead or "")}</h2>'
        )
        content = f"""<div class="grid grid-cols-12 gap-6 {build("grid")}">
<article class="col-span-8 {build.own("article")}" data-v-{build("v")}>
<div class="flex text-xs uppercase"><a href="/">{furniture("Trang chủ")}</a><span>/</span>
<a href="/{story.shelf}">{furniture(section)}</a></div>
<h1 class="{build("headline")} text-3xl font-bold leading-tight mb-3">{text(story.title)}</h1>
{self.credits(story, furniture, build)}
{lead if story.lead else ""}
<div class="{build.own("content")} space-y-4 text-[18px] leading-8" data-v-{build("v")}>
{self.body(story, furniture, build)}
</div>
{self.after(story, furniture, build)}
</article>
<div class="col-span-4 {build("rail")}">{self.rail(story, furniture, build)}</div>
</div>
{self.comments(furniture, build)}
{self.endless(story, furniture, build)}"""
        return self.page(story.title, content, furniture, build, story), furniture

    def credits(self, story: Story, furniture: Furniture, build: Build) -> str:
        """A picture of the author with the name as a link, the times, and a row of buttons."""
        who = ""
        if story.byline:
            who = (
                f'<a class="flex items-center gap-2 {build("who")}" '
                f'href="/tac-gia/{slug(story.byline)}"><img class="rounded-full w-10 h-10" '
                f'src="/_nuxt/img/noi.png" alt="{attribute(story.byline)}"><span '
                f'class="font-medium">{text(story.byline)}</span></a>'
            )
        changed = ""
        if story.updated:
            line = f"Cập nhật: {story.updated:%d/%m/%Y, %H:%M}"
            changed = f'<span class="text-xs italic">{furniture(line)}</span>'
        minutes = f"{self.random.randrange(1, 9)} phút đọc"
        views = f"{self.random.randrange(100, 9000)} lượt xem"
        return f"""<div class="flex justify-between border-b pb-3 {build("bar")}">{who}
<div class="text-gray-500 text-sm"><span>{furniture(self.printed_date(story))}</span>{changed}
<span>{furniture(minutes)}</span><span>{furniture(views)}</span></div>
<div class="flex gap-1"><button>{furniture("Nghe đọc bài")}</button>
<button>{furniture("Giọng nữ miền Nam")}</button><button>Aa</button></div></div>"""

    def body(self, story: Story, furniture: Furniture, build: Build) -> str:
        pictures = iter(self.pictures(story))
        dateline = f"<strong>{story.dateline}</strong> - " if story.dateline else ""
        lines = []
        for shape, texts in prose.grouped(story):
            if shape == "caption":
                lines.append(figure(texts[0], next(pictures), build))
            else:
                lines.append(block(shape, texts, dateline, build))
                dateline = ""
        if (picture := next(pictures, None)) is not None:
            lines.insert(
                1, f'<div><img class="w-full" src="{picture}" alt="" loading="lazy"></div>'
            )
        for n, box in enumerate(self.boxes(story, furniture, build)):
            place = Random(f"{story.id}/{n}").randrange(1, len(lines) + 1)
            lines.insert(place, box)
        if story.byline:
            name = f"<strong>{text(story.byline)}</strong>"
            lines.append(f'<div class="{build("sign")} text-right"><p>{name}</p></div>')
        return "\n".join(lines)

    def boxes(self, story: Story, furniture: Furniture, build: Build) -> list[str]:
        """What the editors let the system put between the paragraphs: two of four on each page."""
        made = (self.card, self.sign_up, self.sponsored, self.player)
        first = story.id % 4
        return [made[n % 4](story, furniture, build) for n in (first, first + 1)]

    def card(self, story: Story, furniture: Furniture, build: Build) -> str:
        other = Random(story.id).choice([o for o in self.newest() if o.id != story.id])
        return f"""<div class="{build("card")} rounded-xl border p-3 my-4"><a class="flex gap-3"
href="{self.path(other)}"><img class="w-32" src="/_nuxt/img/nen.png" alt=""><div>
<h3 class="font-bold">{furniture(other.title)}</h3>
<p class="text-sm text-gray-600">{furniture(prose.teaser(other))}</p></div></a></div>"""

    def sign_up(self, story: Story, furniture: Furniture, build: Build) -> str:
        readers = f"Đã có {self.random.randrange(1000, 9000)} bạn đọc đăng ký."
        return f"""<div class="{build("letter")} bg-teal-50 p-4 rounded-lg"><h4 class="font-bold">
{furniture("Đăng ký nhận bản tin")}</h4><p>{furniture(OFFER)}</p><p>{furniture(readers)}</p>
<form><input type="email" placeholder="Địa chỉ email"><button>{furniture("Đăng ký")}</button></form>
</div>"""

    def sponsored(self, story: Story, furniture: Furniture, build: Build) -> str:
        line = self.random.choice(SPONSORED).format(n=self.random.randrange(11, 99))
        return f"""<div class="{build("ad")} border-t border-b py-2"><span class="text-[10px]">
{furniture("Tin tài trợ")}</span><p><a href="#" rel="sponsored">{furniture(line)}</a></p></div>"""

    def player(self, story: Story, furniture: Furniture, build: Build) -> str:
        """The day's news, played on every page, whatever the page is about."""
        line = PLAYED.format(day=f"{self.clock.now():%d/%m}")
        length = f"0:00 / {self.random.randrange(1, 9)}:{self.random.randrange(10, 59)}"
        return f"""<div class="{build("video")} aspect-video relative"><video controls></video>
<div class="absolute"><span>{furniture(length)}</span></div>
<p class="text-sm italic text-center">{furniture(line)}</p></div>"""

    def after(self, story: Story, furniture: Furniture, build: Build) -> str:
        tags = "".join(
            f'<a class="px-2 bg-gray-100" href="/tag/{slug(tag)}">{furniture("#" + tag)}</a>'
            for tag in self.random.sample(VOICE.works, 3)
        )
        likes = f"{self.random.randrange(2, 500)} người thích bài này"
        shares = "".join(
            f"<button>{furniture(name)}</button>"
            for name in ("Facebook", "Zalo", "Sao chép liên kết")
        )
        return f"""<div class="flex flex-wrap gap-2 mt-6 {build("tags")}">{tags}</div>
<div class="flex items-center {build("share")}"><span>{furniture(likes)}</span>{shares}</div>"""

    def rail(self, story: Story, furniture: Furniture, build: Build) -> str:
        ranked = "".join(
            f'<li class="flex"><span class="text-4xl">{n}</span><a href="{self.path(other)}">'
            f"{furniture(other.title)}</a></li>"
            for n, other in enumerate(self.others(story, 5), 1)
        )
        fresh = "".join(
            f'<div class="py-2"><a href="{self.path(other)}">{furniture(other.title)}</a>'
            f'<p class="text-xs">{furniture(prose.teaser(other))}</p></div>'
            for other in self.others(story, 3)
        )
        return f"""<h3 class="uppercase">{furniture("Đọc nhiều")}</h3><ol>{ranked}</ol>
<h3 class="uppercase">{furniture("Mới cập nhật")}</h3>{fresh}"""

    def comments(self, furniture: Furniture, build: Build) -> str:
        chosen = self.random.sample(COMMENTS, 3)
        items = []
        for who, words in zip(self.random.sample(READERS, 3), chosen, strict=True):
            line = words.format(
                place=self.random.choice(VOICE.places), n=self.random.randrange(2, 60)
            )
            ago = f"{self.random.randrange(2, 23)} giờ trước"
            items.append(
                f'<div class="{build("comment")} py-3"><b>{furniture(who)}</b>'
                f"<p>{furniture(line)}</p>"
                f'<div class="text-xs"><span>{furniture(ago)}</span> <button>Thích</button> '
                f"<button>Trả lời</button></div></div>"
            )
        heading = f"Bình luận ({self.random.randrange(3, 60)})"
        return f"""<section class="{build("talk")}"><h3>{furniture(heading)}</h3>
<textarea placeholder="Ý kiến của bạn"></textarea><p>{furniture(MODERATED)}</p>
{"".join(items)}</section>"""

    def endless(self, story: Story, furniture: Furniture, build: Build) -> str:
        """The article that a reader who scrolls on comes to, whole, as the next page begins."""
        rest = [one for one in self.others(story, 9) if one.byline != story.byline]
        other, own = rest[0], {part.text for part in story.parts}
        furniture.note(other.title)
        lead = ""
        if other.lead:
            lead = f'<h2 class="{build("sapo")} font-semibold mb-4">{furniture(other.lead)}</h2>'
        lines = []
        for shape, texts in prose.grouped(other):
            if shape == "caption":
                continue
            lines.append(block(shape, texts, "", build))
            for line in [line for line in texts if line not in own]:
                furniture.note(line)
        if other.byline:
            name = furniture(other.byline)
            lines.append(f'<div class="{build("sign")} text-right"><p>{name}</p></div>')
        furniture.note(self.printed_date(other))
        return f"""<div class="border-t-4 mt-10 {build("next")}">
<article class="{Build(other.id).own("article")}">
<h1 class="{build("headline")} text-3xl font-bold leading-tight mb-3">
<a href="{self.path(other)}">{text(other.title)}</a></h1>
<div class="text-sm">{self.printed_date(other)}</div>
{lead}
<div class="{Build(other.id).own("content")} space-y-4 text-[18px] leading-8">{"".join(lines)}</div>
</article></div>"""

    # The page round it.

    def page(
        self,
        title: str,
        content: str,
        furniture: Furniture,
        build: Build,
        story: Story | None = None,
    ) -> str:
        return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8">
<title>{text(title)} | {self.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{self.machine_head(story) if story else ""}
<link rel="stylesheet" href="/_nuxt/css/site.css"></head>
<body class="antialiased"><div id="__nuxt"><div class="{build("layout")}">
{self.head(furniture, build)}
<main class="max-w-6xl mx-auto">{content}</main>
{self.foot(furniture, build)}
</div></div><script>window.__NUXT__={{}}</script><script src="/_nuxt/js/site.js"></script>
</body></html>
"""

    def machine_head(self, story: Story) -> str:
        title = attribute(story.title)
        told = json.dumps(self.told_machines(story), ensure_ascii=False).replace("<", "\\u003c")
        about = attribute(story.lead or prose.teaser(story))
        return f"""<link rel="canonical" href="{self.url}{self.path(story)}">
<meta property="og:type" content="article"><meta property="og:title" content="{title}">
<meta property="og:description" content="{about}">
<meta property="og:site_name" content="{self.title}">
<script type="application/ld+json">{told}</script>"""

    def told_machines(self, story: Story) -> dict[str, Any]:
        """Right on one page of four; else only the change, the day, or what nobody filled in."""
        house = {"@type": "NewsMediaOrganization", "name": self.title, "url": self.url}
        about = {"@context": "https://schema.org", "@type": "NewsArticle", "publisher": house}
        about["headline"] = story.title
        minute = f"{story.when:%Y-%m-%dT%H:%M}:00+07:00"
        person = {"@type": "Person", "name": story.byline or self.title}
        kinds: tuple[dict[str, Any], ...] = (
            {"datePublished": minute, "author": person, "description": story.lead or ""},
            {"dateModified": (story.updated or story.when).isoformat(), "author": house},
            {"datePublished": f"{story.when:%Y-%m-%d}", "author": [house]},
            {
                "headline": f"{story.title} | {self.title}",
                "datePublished": f"{story.when:%d/%m/%Y %H:%M}",
                "dateModified": "0001-01-01T00:00:00",
                "author": {"@type": "Person", "name": "admin"},
            },
        )
        return about | kinds[story.id % 4]

    def head(self, furniture: Furniture, build: Build) -> str:
        now = self.clock.now()
        today = f"{WEEKDAYS[now.weekday()]}, {now:%d/%m/%Y}"
        sky = f"Tân Phước {self.random.randrange(18, 36)}°C"
        items = "".join(
            f'<li class="px-3"><a href="/{slug(name)}">{furniture(name)}</a></li>' for name in MENU
        )
        hot = "".join(
            f'<a class="shrink-0 mr-6" href="{self.path(story)}">{furniture(story.title)}</a>'
            for story in self.random.sample(self.newest(), min(2, len(self.stories)))
        )
        return f"""<header class="{build("top")} sticky top-0"><div class="flex"><a href="/"><img
src="/_nuxt/img/logo.png" alt="{self.title}"></a><span class="text-xs">{furniture(today)}</span>
<span class="text-xs">{furniture(sky)}</span><button>{furniture("Đăng nhập")}</button></div>
<nav><ul class="flex">{items}</ul></nav>
<div class="flex overflow-x-auto"><b>{furniture("Nóng:")}</b>{hot}
</div></header>"""

    def foot(self, furniture: Furniture, build: Build) -> str:
        lines = (
            "Cơ quan của Đảng bộ, chính quyền và Nhân dân tỉnh Thử Nghiệm",
            "Tổng Biên tập: (đang cập nhật)",
            "Tòa soạn: Số 1 đường Thử Nghiệm, thành phố Tân Phước. Điện thoại: 0254.000.222.",
            "Giấy phép hoạt động báo điện tử số 000/GP-BTTTT cấp ngày 01/01/2020.",
            "© Báo Thử Nghiệm giữ bản quyền nội dung trên trang này.",
        )
        inner = "".join(f"<p>{furniture(line)}</p>" for line in lines)
        return f'<footer class="{build("foot")} bg-gray-900 text-white">{inner}</footer>'

    def missing_page(self, asked: Asked) -> str:
        words = "Nội dung bạn tìm không còn tồn tại."
        inner = f'<div class="text-center py-20"><h1>404</h1><p>{words}</p></div>'
        return self.page("Không tìm thấy trang", inner, Furniture(), Build(0))


class Build:
    """Class names as a build made them. Pages of three builds are cached; some names are own."""

    def __init__(self, story_id: int) -> None:
        self.story_id = story_id

    def __call__(self, what: str) -> str:
        return hashed(f"{self.story_id % 3}/{what}")

    def own(self, what: str) -> str:
        return hashed(f"page {self.story_id}/{what}")


def hashed(words: str) -> str:
    return f"_{Random(words).getrandbits(40):010x}"


def figure(line: str, picture: str, build: Build) -> str:
    return f"""<figure class="{build("figure")} my-4"><img class="w-full" src="{picture}" alt=""
loading="lazy"><figcaption class="text-sm text-center mt-1">{text(line)}</figcaption></figure>"""


def block(shape: prose.Shape, texts: list[str], dateline: str, build: Build) -> str:
    first = text(texts[0])
    if shape in ("item", "number"):
        items = "".join(f"<li>{text(line)}</li>" for line in texts)
        return (
            f'<ol class="list-decimal">{items}</ol>' if shape == "number" else f"<ul>{items}</ul>"
        )
    if shape == "fact":
        items = "".join(f"<li>{text(line)}</li>" for line in texts[1:])
        return (
            f'<div class="{build("fact")} bg-blue-50 rounded-lg p-4"><h4 class="font-bold">{first}'
            f'</h4><ul class="list-disc pl-5">{items}</ul></div>'
        )
    if shape == "row":
        rows = "".join(
            "<tr>"
            + "".join(f'<td class="border px-2">{text(c)}</td>' for c in line.split(CELL))
            + "</tr>"
            for line in texts
        )
        return f'<div class="overflow-x-auto"><table class="{build("table")}">{rows}</table></div>'
    if shape == "heading":
        return f'<h3 class="{build("sub")} text-xl font-bold">{first}</h3>'
    if shape == "question":
        return f'<div class="{build("p")}"><p><strong>{first}</strong></p></div>'
    if shape == "quote":
        looks = f"{build('quote')} border-l-4 pl-4 italic"
        return f'<blockquote class="{looks}"><p>{first}</p></blockquote>'
    return f'<div class="{build("p")}"><p>{dateline}{first}</p></div>'
