"""Articles of many shapes: interviews, lists, tables, single paragraphs. All written for the tests.

Nothing of it is put together from the practice web's phrases, so that no sentence is an old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from random import Random
from typing import Literal, TypeVar

from tests.practice import stock
from tests.practice.stories import Part, Story

Shape = Literal[
    "paragraph", "heading", "item", "number", "row", "question", "quote", "fact", "caption"
]
T = TypeVar("T")
CELL = "\t"
"""Stands between the cells of a row until it is printed; the truth has a blank there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature(Story):
    """A story whose parts are printed in shapes of their own, in the order of the parts."""

    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What the articles of one site are about."""

    places: tuple[str, ...]
    bodies: tuple[str, ...]
    events: tuple[str, ...]
    works: tuple[str, ...]
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    sentences: tuple[str, ...]
    pen_names: tuple[str, ...]


RANKS = (
    "Phó Bí thư Thường trực", "Chủ tịch Ủy ban MTTQ", "Trưởng khoa", "Phó Giám đốc sở",
    "Trưởng phòng chuyên môn", "Chủ nhiệm Ủy ban Kiểm tra", "Phó Chủ tịch HĐND", "Bí thư chi bộ",
)  # fmt: skip
LEADS = (
    "Không chờ cấp trên nhắc, {body} {place} đã tự soi lại từng việc và chọn {work} làm khâu đột "
    "phá của năm {year}.",
    "{few} năm, {n} lượt người tham gia, hơn {money} triệu đồng được huy động: con số ở {place} "
    "nói lên sức bền của việc {work}.",
    "Từ chỗ bị xem là việc khó, {work} nay đã thành nếp ở {place}, nơi {percent}% số hộ tự giác "
    "tham gia ngay trong tháng đầu.",
    "Hạ tầng còn thiếu, cán bộ còn mỏng, nhưng {place} vẫn tìm được hướng đi riêng để {work}.",
)
LINKS = (
    "Điều đáng nói là", "Cũng theo thống kê,", "Trong khi đó,", "Có một thực tế là", "Trước mắt,",
    "Về lâu dài,", "Qua rà soát,", "Theo lời kể của nhiều người,", "Tính chung cả năm,",
    "Ở chiều ngược lại,", "Sau buổi làm việc,", "Đến thời điểm này,",
)  # fmt: skip
WHO = (
    "các chi ủy", "nhiều gia đình trẻ", "đội ngũ giảng viên", "các chủ trang trại",
    "lực lượng công an xã", "học viên các lớp tại chức", "tiểu thương", "tổ công nghệ số cộng đồng",
    "cán bộ hưu trí", "những người đi làm ăn xa trở về", "các ban công tác mặt trận",
)  # fmt: skip
DID = (
    "đã ngồi lại với nhau để bàn cách tháo gỡ từng vướng mắc",
    "không còn trông chờ vào nguồn hỗ trợ của trên",
    "chia nhau đến từng ngõ, gõ từng nhà",
    "học cách ghi chép thu chi bằng điện thoại thông minh",
    "đề nghị được góp ý trực tiếp thay vì gửi phiếu",
    "mượn nhà văn hóa làm nơi sinh hoạt vào tối cuối tuần",
    "thử nghiệm trước trên diện hẹp rồi mới nhân ra",
    "viết lại quy ước cho gọn và sát với đời sống",
)  # fmt: skip
ENDS = (
    "và kết quả vượt ngoài mong đợi.",
    "dù lúc đầu không ít người còn ngần ngại.",
    "nên chi phí giảm được gần {percent} triệu đồng mỗi vụ.",
    "vì thế {n} hồ sơ tồn đọng đã được giải quyết dứt điểm.",
    "song vẫn cần thêm thời gian để kiểm chứng.",
    "tạo niềm tin cho {few} thôn còn lại cùng làm theo.",
    "với mức đóng góp bình quân {percent} nghìn đồng một hộ.",
)
SAYS = (
    "“Mình làm thật, nói thật thì bà con tin”, ông {name}, {rank} {place}, tâm sự.",
    "Theo bà {name}, {rank}, cái khó nhất không nằm ở tiền mà ở cách vận động.",
    "Anh {name} ở {place} kể: “Năm {year}, nhà tôi chỉ có {few} sào ruộng, giờ đã mở được xưởng "
    "nhỏ cho {few} lao động”.",
    "Đồng chí {name} nhấn mạnh yêu cầu rõ người, rõ việc, rõ thời hạn trong {work}.",
)
CLOSINGS = (
    "Con đường phía trước còn dài, nhưng ở {place} ai cũng tin rằng việc {work} sẽ về đích.",
    "Buổi làm việc khép lại bằng {few} nội dung được thống nhất, có phân công cụ thể.",
    "Dự kiến đến hết tháng {month}/{year_after}, toàn bộ kế hoạch sẽ được tổng kết, rút kinh "
    "nghiệm.",
)
HEADINGS = (
    "Khó từ khâu đầu tiên", "Cách làm riêng của {place}", "Những kết quả ban đầu",
    "Bài học rút ra", "Gỡ vướng từ cơ sở", "Hướng đi cho năm {year_after}",
    "Khi người dân là chủ thể", "Không để ai bị bỏ lại",
)  # fmt: skip
ITEM_INTRODUCTIONS = (
    "Để {work}, {body} {place} xác định các nhóm việc sau:",
    "Tại buổi làm việc, các đại biểu thống nhất những nội dung chính:",
)
ITEMS = (
    "Rà soát toàn bộ quy trình, bỏ {few} bước trung gian không cần thiết;",
    "Bố trí ít nhất {percent} triệu đồng cho việc tập huấn ở cơ sở;",
    "Mỗi chi bộ nhận giúp đỡ {few} hộ khó khăn, có địa chỉ cụ thể;",
    "Công khai tiến độ {work} vào ngày 25 hằng tháng;",
    "Thành lập {few} tổ giúp việc, do cấp ủy viên phụ trách trực tiếp;",
    "Tổ chức đối thoại với người dân trước ngày {short_date};",
    "Đưa kết quả thực hiện vào tiêu chí xếp loại cuối năm {year};",
)
TABLE_INTRODUCTIONS = ("Số liệu cụ thể của các đơn vị như sau:", "Kết quả tổng hợp đến {date}:")
TABLE_HEADS = (
    ("Đơn vị", "Kế hoạch", "Thực hiện", "Tỷ lệ"),
    ("Địa bàn", "Số chi bộ", "Đảng viên mới", "Đạt"),
)
QUESTIONS = (
    "Thưa đồng chí, kết quả nổi bật nhất của việc {work} ở {place} là gì?",
    "Vậy đâu là nguyên nhân khiến {few} chỉ tiêu của năm {year} chưa đạt?",
    "Đồng chí có thể nói rõ hơn về cách huy động nguồn lực trong dân?",
    "Thời gian tới, {body} sẽ ưu tiên những nhiệm vụ nào?",
    "Nhiều người lo rằng phong trào sẽ lắng xuống, ý kiến của đồng chí thế nào?",
)
REPLIES = (
    "Đồng chí {name}: Nói ngắn gọn, kết quả lớn nhất là {percent}% ý kiến được hỏi cho rằng cán bộ "
    "gần dân hơn trước. Từ đó mọi việc khác mới trôi chảy.",
    "Đồng chí {name}: Chúng tôi nhìn thẳng vào hạn chế. Nơi nào người đứng đầu ngại va chạm thì "
    "nơi đó chậm, và {place} cũng không ngoại lệ.",
    "Đồng chí {name}: Năm {year} có {n} lượt hộ tham gia, đóng góp {money} triệu đồng. Mọi khoản "
    "đều được niêm yết tại nhà văn hóa.",
    "Đồng chí {name}: Trước hết là con người. Sẽ có {few} lớp bồi dưỡng ngay trong quý tới, mỗi "
    "lớp không quá {percent} học viên.",
)
QUOTES = (
    "“Tôi không giữ bí quyết cho riêng mình. Ai ở {place} muốn học {work}, cứ đến nhà, tôi chỉ "
    "tận nơi.” - Ông {name}, {rank}",
    "“Nếu chỉ ngồi ở trụ sở thì không bao giờ biết vì sao {percent}% số hộ chưa đồng ý.” - Bà "
    "{name}, {rank} {place}",
)
FACT_HEADINGS = ("Những con số đáng chú ý", "Nhìn lại một năm", "Điểm mới cần biết")
FACTS = (
    "{n} hộ được tiếp cận vốn vay ưu đãi trong năm {year}",
    "{percent}% tuyến đường liên thôn có đèn chiếu sáng",
    "{money} triệu đồng là tổng nguồn lực đã huy động được",
    "{few} đơn vị cấp xã hoàn thành sớm hơn kế hoạch một quý",
)
CAPTIONS = (
    "Ông {name} bên mô hình của gia đình tại {place}.",
    "Các đại biểu tham quan gian trưng bày của {place}. Ảnh: {name2}",
    "Một buổi tập huấn về {work} ở {place}",
    "Đoàn công tác kiểm tra thực địa chiều {short_date}.",
    "Đồng chí {name}, {rank}, trao đổi với cơ sở",
)

Line = tuple[Shape, str]


class Writer:
    """Writes the articles of one site. Titles never repeat; ten in a row have ten make-ups."""

    def __init__(self, site: str, seed: int, voice: Voice) -> None:
        self.random = Random(f"{seed}/{site}/prose")
        self.voice = voice
        self.titles: set[str] = set()

    def write(self, story_id: int, when: datetime, shelf: tuple[str, str], n: int) -> Feature:
        kind = (n + n // 10) % 10
        lines = self.lines(kind, when)
        author = None if n % 7 == 3 else self.pen_name()
        return Feature(
            id=story_id,
            title=self.title(when),
            lead=None if kind in (1, 9) else self.fill(self.pick(LEADS), when),
            parts=tuple(part(line) for line in lines),
            shapes=tuple(shape for shape, _ in lines),
            author=author,
            byline=author,
            job=None,
            dateline=None,
            when=when,
            published=when.isoformat(),
            updated=None,
            edited_at=when + timedelta(minutes=self.random.randrange(1, 300)),
            shelf=shelf[0],
            section=shelf[1],
            document=None,
            audio=None,
        )

    def lines(self, kind: int, when: datetime) -> list[Line]:
        """A single paragraph, sub-headings, a list, an interview, a table, a quotation, or none."""
        special: Mapping[int, Sequence[Line]] = {
            2: self.headed(when),
            3: self.listed("item", when),
            4: self.interview(when),
            5: self.table(when),
            7: self.listed("number", when),
            8: self.quoted(when),
        }
        if kind == 1:
            return [self.opening(when)]
        count = self.random.randrange(1, 4) if kind in special else self.random.randrange(2, 9)
        plain = [self.opening(when), *self.plain(when, count)]
        captions = self.random.choice((0, 1, 1, 2)) if kind != 9 else 0
        for _ in range(captions):
            place = self.random.randrange(1, len(plain) + 1)
            if plain[place - 1][0] == "paragraph":
                plain.insert(place, ("caption", self.fill(self.pick(CAPTIONS), when)))
        return [*plain, *special.get(kind, ()), self.closing(when)]

    def opening(self, when: datetime) -> Line:
        openings, sentences = self.voice.openings, self.voice.sentences
        text = f"{self.pick(openings)} {self.pick(sentences)} {self.pick(SAYS)}"
        return "paragraph", self.fill(text, when)

    def plain(self, when: datetime, count: int) -> list[Line]:
        return [("paragraph", self.paragraph(when)) for _ in range(count)]

    def paragraph(self, when: datetime) -> str:
        rng = self.random
        own = rng.sample(self.voice.sentences, rng.randrange(1, 3))
        own += [rng.choice(SAYS)] if rng.random() < 0.4 else []
        made = [
            f"{rng.choice(LINKS)} {rng.choice(WHO)} ở {{place}} {rng.choice(DID)}, "
            f"{rng.choice(ENDS)}"
            for _ in range(rng.randrange(0, 3))
        ]
        some = own + made
        rng.shuffle(some)
        return self.fill(" ".join(some), when)

    def closing(self, when: datetime) -> Line:
        text = self.fill(f"{self.pick(self.voice.sentences)} {self.pick(CLOSINGS)}", when)
        return "paragraph", text.rstrip(".") + "./." if self.random.random() < 0.3 else text

    def headed(self, when: datetime) -> list[Line]:
        lines: list[Line] = []
        for heading in self.random.sample(HEADINGS, self.random.randrange(2, 4)):
            lines += [("heading", self.fill(heading, when)), *self.plain(when, 2)]
        return lines

    def listed(self, shape: Shape, when: datetime) -> list[Line]:
        items = self.random.sample(ITEMS, self.random.randrange(3, 6))
        filled: list[Line] = [(shape, self.fill(item, when)) for item in items]
        return [("paragraph", self.fill(self.pick(ITEM_INTRODUCTIONS), when)), *filled]

    def interview(self, when: datetime) -> list[Line]:
        name = self.person()
        lines: list[Line] = []
        for question in self.random.sample(QUESTIONS, self.random.randrange(2, 5)):
            reply = self.pick(REPLIES).replace("{name}", name)
            asked = f"Phóng viên: {self.fill(question, when)}"
            lines += [("question", asked), ("paragraph", self.fill(reply, when))]
        return lines

    def table(self, when: datetime) -> list[Line]:
        rows = [self.pick(TABLE_HEADS)]
        for place in self.random.sample(self.voice.places, self.random.randrange(3, 6)):
            plan = self.random.randrange(20, 99)
            done = self.random.randrange(10, plan + 1)
            rows.append((place, str(plan), str(done), f"{100 * done / plan:.1f}%"))
        lines: list[Line] = [("row", CELL.join(row)) for row in rows]
        return [("paragraph", self.fill(self.pick(TABLE_INTRODUCTIONS), when)), *lines]

    def quoted(self, when: datetime) -> list[Line]:
        """A quotation of somebody, a paragraph, and a box of facts with its heading."""
        facts = [self.pick(FACT_HEADINGS), *self.random.sample(FACTS, 3)]
        boxed: list[Line] = [("fact", self.fill(fact, when)) for fact in facts]
        return [("quote", self.fill(self.pick(QUOTES), when)), *self.plain(when, 1), *boxed]

    def title(self, when: datetime) -> str:
        while True:
            title = self.fill(self.pick(self.voice.titles), when)
            if title not in self.titles:
                self.titles.add(title)
                return title

    def pen_name(self) -> str:
        names = self.random.sample(self.voice.pen_names, 2)
        return " - ".join(names) if self.random.random() < 0.08 else names[0]

    def pick(self, some: Sequence[T]) -> T:
        return self.random.choice(some)

    def fill(self, template: str, when: datetime) -> str:
        rng, voice = self.random, self.voice
        day = when - timedelta(days=rng.randrange(0, 4))
        filled = template.format(
            place=rng.choice(voice.places), body=rng.choice(voice.bodies),
            body2=rng.choice(voice.bodies), event=rng.choice(voice.events),
            work=rng.choice(voice.works), name=self.person(), name2=self.person(),
            rank=rng.choice(RANKS), n=rng.randrange(21, 960), few=rng.randrange(2, 10),
            percent=rng.randrange(31, 99), year=when.year, year_after=when.year + 1,
            month=rng.randrange(1, 13), date=f"{day:%d/%m/%Y}", short_date=f"{day.day}/{day.month}",
            money=f"{rng.randrange(1, 9)}.{rng.randrange(100, 999)}",
        )  # fmt: skip
        return filled[0].upper() + filled[1:]

    def person(self) -> str:
        some = (stock.SURNAMES, stock.MIDDLES, stock.GIVEN)
        return " ".join(self.random.choice(names) for names in some)


def part(line: Line) -> Part:
    shape, text = line
    kind: Literal["caption", "paragraph"] = "caption" if shape == "caption" else "paragraph"
    return Part(kind=kind, text=text)


def shaped(story: Story) -> Iterator[Line]:
    """The parts with their shapes; what was added later is a paragraph."""
    shapes = story.shapes if isinstance(story, Feature) else ()
    for own, shape in zip_longest(story.parts, shapes, fillvalue=None):
        if own is not None:
            yield shape or "paragraph", own.text


def grouped(story: Story) -> Iterator[tuple[Shape, list[str]]]:
    """Items, rows and facts that stand together, together; all else alone."""
    run: list[str] = []
    last: Shape = "paragraph"
    for shape, text in shaped(story):
        if run and (shape != last or shape not in ("item", "number", "row", "fact")):
            yield last, run
            run = []
        run, last = [*run, text], shape
    if run:
        yield last, run


def teaser(story: Story) -> str:
    """The first sentences of another article, of 100 to 200 letters where they come out so."""
    text = story.lead or next(p.text for p in story.parts if p.kind == "paragraph")
    sentences = re.split(r"(?<=[.])\s+(?=[A-ZĐÂÁ“])", text)
    taken = sentences[0]
    for sentence in sentences[1:]:
        if len(taken) > 100:
            break
        taken = f"{taken} {sentence}"
    return taken
