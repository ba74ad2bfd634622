"""Lines of a page that are no part of any article: counters, share bars, lists of others, footers.

The rules are the appendix of READING. Each has an id, so that every removal can be logged and
disputed. A rule looks at a whole line: words such as "hôm nay" or "giá vàng" in prose are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

from archive.text import clean
from crawler.reading.dates import stamps
from crawler.reading.document import key

Place = Literal["anywhere", "head", "tail", "edge"]
"""Where a rule holds. At the edge: no text stands before the line, or none behind it."""

_HEAD_LINES = 6
_TAIL_LINES = 12
_LONGEST = 350
_AFTER = 0.3
_LIST_LIKE = 0.8
_BULLETS = re.compile(r"^[\s•●▪■◦*»›\-–—+]+(?=\S)")
_CAPITAL = "(?-i:[" + "".join(filter(str.isupper, map(chr, range(0x41, 0x1EFA)))) + "])"
_NUMBER = r"\d[\d.,]*(?:\s\d[\d.,]*)*"


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    pattern: re.Pattern[str]
    place: Place = "anywhere"


def _rule(id: str, pattern: str, place: Place = "anywhere") -> Rule:
    return Rule(id, re.compile(rf"(?:{pattern})", re.I | re.X), place)


RULES = (
    _rule(
        "counter",
        rf"""(?:(?:tổng\s)?(?:số\s)?lượ(?:t|ng)\s(?:truy\scập|xem|đọc)|đang\s(?:online|truy\scập
        |trực\stuyến)|số\sngười\s(?:đang\s)?(?:online|truy\scập)|khách(?:\sviếng\sthăm|\sonline)?
        |thành\sviên(?:\sonline|\strực\stuyến)?|máy\schủ\stìm\skiếm|ip\sduy\snhất|hôm\s(?:nay|qua)
        |trong\s(?:tuần|tháng|năm)(?:\snày)?|tuần\s(?:này|trước)|tháng\s(?:này|trước|hiện\stại)
        |năm\s(?:nay|trước)|tất\scả|tổng\scộng|tổng\s(?:số\s)?(?:lượt\s)?truy\scập
        |đã\sxem|phản\shồi|số\slần\s(?:đọc|xem)|views?|lượt\s(?:xem|đọc|truy\scập)(?:\shôm\snay
        |\stuần\snày|\stháng\snày)?)\s?[:|]?\s?{_NUMBER}(?:\slượt(?:\sxem|\sđọc)?)?
        (?:\s?[|•]\s?[^\s\d.|•][^\d.|•]{{2,24}}\d[\d.,]*)*""",
    ),
    _rule("counter", rf"{_NUMBER}\s?(?:lượt\s(?:xem|đọc|truy\scập)|views?|bình\sluận)"),
    _rule(
        "counter",
        r"""thống\skê(?:\s(?:truy\scập|website))?|(?:số\s)?lượt\struy\scập|bộ\sđếm\struy\scập
        |khách\sonline|[\d.,]+\skhách\svà\s[\d.,]+\sthành\sviên""",
    ),
    _rule("number", r"[\d.,]{1,12}", "edge"),
    _rule("number", r"(?:\d[\d.,]*\s){2,}\d[\d.,]*\s*(?:\.{2,}|…)?(?:\s\w+)?", "tail"),
    _rule(
        "portlet",
        r"""xuất\sbản\sthông\stin|truy\scập\snội\sdung\sluôn|danh\ssách\sbài\sviết\stin\stức
        |tài\ssản\sliên\squan|banner|menu|back-top-top|leftcenterrightdel|100%|powered\sby\s.{1,40}
        |lr-ct|[.,]|null""",
    ),
    _rule("section", r"chi\stiết\sbài\sviết(?:\s.{2,60})?", "head"),
    _rule("breadcrumb", r"(?:trang\schủ|gốc|home)\s?(?:[>»›/|→].{0,200}(?<!\.))?", "head"),
    _rule("breadcrumb", r"(?-i:Trang\schủ(?=[^\W\d_a-zà-ỹđ])).{1,200}(?<!\.)", "head"),
    _rule("agency", r"(?-i:BNEWS)", "edge"),
    _rule("contact", r"hotline\s?:.{0,150}|danh\ssách\stạp\schí\shotline.{0,100}"),
    _rule(
        "share",
        r"""(?:(?:gửi|in|lưu)\sbài(?:\sviết)?(?:\snày)?(?:\squa\semail|\scho\sbạn\sbè)?|in\strang|bản\sin|in\sra|gửi\s(?:email|cho\sbạn\sbè)|in
        |giới\sthiệu\sbài\sviết\scho\sbạn\sbè|lưu\sbài\sviết(?:\snày)?|chia\ssẻ|facebook|zalo|email
        |twitter|linkedin|pinterest|google\s?\+|copy\slink|link\sbài\sgốc|lấy\slink!?|sao\schép\sliên
        \skết|theo\sdõi\sbáo\s.{2,40}|theo\s.{2,40}(?=\scopy\slink)|[|,•·]|\s)+""",
    ),
    _rule("font", r"(?:cỡ\schữ|a\s?[-+]|a|font\ssize|tương\sphản|[:|/]|\s)+|đọc\sbài\sviết"),
    _rule(
        "voice",
        r"""(?:nghe\s(?:đọc\s)?bài(?:\sviết)?(?:\snày)?|(?:nữ|nam)(?:\smiền\s(?:bắc|nam|trung))?
        |\d{1,2}:\d\d\s?/\s?\d{1,2}:\d\d|\d(?:\.\d+)?x|tự\sđộng\sphát|[|,]|\s)+""",
    ),
    _rule("audio", r"https?://\S+\.(?:mp3|m4a|mp4|wav)"),
    _rule(
        "back",
        r"""<?\s?(?:trở\svề|quay\s(?:về|lại)|trở\slại|về)(?:\strang\s(?:trước|chủ(?:\sđề)?))?
        |(?:về|lên)\sđầu\strang|back\sto\stop""",
    ),
    _rule(
        "pager",
        r"""[«<‹]?\s?trước\s(?:\d+\s)+(?:tiếp(?:\stheo)?)?\s?[»>›]?
        |trang\s\d+\s(?:/|của)\s\d+.{0,40}|(?:trang\s)?(?:trước|tiếp|sau)(?:\stheo)?\s?[»>›]""",
    ),
    _rule(
        "neighbour",
        r"""(?:bài(?:\sviết)?|tin)\s(?:trước|tiếp\stheo|sau|cũ\shơn|mới\shơn)[^.]{0,250}
        |(?:previous|next)\s(?:article|post)[^.]{0,250}""",
        "tail",
    ),
    _rule("inline link", r"\.{0,2}>>+\s?.{5,250}"),
    _rule("inline link", r"mời\sbạn\sđọc\svào\schuyên\smục\s.{5,200}|xem\sthêm\s?:.{5,250}"),
    _rule(
        "comment",
        r"""(?:gửi|viết)\s(?:bình\sluận|phản\shồi)(?:\scủa\sbạn)?|bình\sluận\s?(?:\([\d.,]+\))?
        |ý\skiến(?:\sbạn\sđọc|\scủa\sbạn)?|hủy\strả\slời|trả\slời|vui\slòng\snhập\s.{3,60}
        |ý\skiến\scủa\sbạn\ssẽ\sđược\s.{5,80}|tên\scủa\sbạn|mã\s(?:an\stoàn|xác\snhận|bảo\smật)
        |vui\slòng\sđăng\snhập.{0,60}""",
    ),
    _rule(
        "rating",
        r"""đánh\sgiá(?:\sbài\sviết)?|xếp\shạng(?:\s?:.{0,40}|\s\d.{0,20}phiếu.{0,10})?|tổng\ssố\sđiểm\scủa\sbài\sviết\slà.{1,60}
        |click\sđể\sđánh\sgiá\sbài\sviết|(?:trung\sbình\s)?\(\d+\sphiếu(?:\sbầu)?\)|[\d.,]+\sphiếu\sbầu
        |bạn\sthấy\strang\snày\snhư\sthế\snào\?.{0,60}|thăm\sdò\sý\skiến|bình\schọn""",
    ),
    _rule(
        "footer",
        rf"""(?:cơ\squan\schủ\squản\s?:\s?{_CAPITAL}|(?:phó\s)?tổng\sbiên\stập\s?:\s?{_CAPITAL}
        |chịu\strách\snhiệm\s(?:chính|nội\sdung|xuất\sbản)(?:\s\w{{1,9}})?\s?:|trưởng\sban\sbiên\stập\s?:
        |giấy\sphép\s.{{0,60}}\d\s?/\s?(?:gp|\w{{0,4}}tttt|cbc|\w{{0,3}}vh)|giấy\sphép\s(?:hoạt\sđộng|xuất\sbản
        |thiết\slập)\s.{{0,40}}\d|bản\squyền\s(?:thuộc\s(?:về\s)?{_CAPITAL}|©)|©|®
        |ghi\srõ\snguồn(?!\sgốc)|(?:tòa\ssoạn|trụ\ssở|địa\schỉ)\s?:\s?(?:số\s\d|\d|{_CAPITAL})
        |(?:điện\sthoại|đt|tel|fax|đường\sdây\snóng)\s?[:.]?\s?[\d+()][\d\s.()+-]{{5,}}|email\s?:\s?\S+[@\[]
        |thiết\skế\sbởi|powered\sby).{{0,300}}
        |cơ\squan\scủa\sđảng\sbộ.{{0,200}}(?<![.!?])|đường\sdây\snóng""",
        "tail",
    ),
    _rule(
        "follow",
        r"""(?:(?:kính\s)?mời\s.{0,30}|(?:quý\svị|bạn\sđọc|độc\sgiả|các\sbạn|quý\sđộc\sgiả)\s.{0,20}|hãy\s)
        (?:theo\sdõi|đón\sđọc|quan\stâm|tham\sgia)\s.{0,60}(?:zalo|fanpage|facebook|youtube|tiktok
        |google\snews|telegram).{0,80}|theo\sdõi\s(?:báo|trang|kênh|fanpage|chúng\stôi)\s.{0,60}(?:zalo
        |fanpage|facebook|youtube|tiktok|google\snews|telegram)[^.]{0,80}""",
    ),
    _rule(
        "advert",
        r"quảng\scáo|(?:tin|bài|nội\sdung)\s(?:được\s)?tài\strợ|liên\skết\s(?:website|web)|chọn\s(?:tỉnh|thành)(?:\s?/\s?thành)?(?:\sphố)?",
    ),
    _rule(
        "widget",
        r"""[^\d.:]{3,30}(?::|\sweather)\s?\d{1,2}\s?°\s?c?(?:\s[^.]{0,40})?|tỷ\sgiá|giá\svàng|chứng\skhoán
        |lịch\s(?:vạn\sniên|công\stác)|\w{3}:\sgiá\shiện\stại.{0,80}""",
    ),
    _rule("vote", r"kết\squả", "edge"),
    _rule("account", r"(?:bởi|đăng\sbởi|người\sđăng)\s?:?\s(?:admin\w*|quản\strị.{0,10})"),
    _rule("file name", r"[\w-]+\.(?:jpe?g|png|gif|webp)"),
    _rule("tag", r"\#\s?\S.{1,60}|(?:từ\skhóa|tags?)\s?:.{0,200}", "tail"),
    _rule("tag", r"chủ\sđề\s?:.{0,200}", "edge"),
)
_HEADINGS = re.compile(
    r"""(?:các\s)?(?:bài\sviết|tin(?:\sbài)?)\s(?:liên\squan|khác|đã\sđưa|cùng\schuyên\smục|mới(?:\snhất)?)
    |các\s(?:bài\sviết|tin(?:\stức)?|bài)\skhác|tin\scùng\s(?:chuyên\smục|loại)|bài\scùng\schuyên\smục
    |những\stin\s(?:mới|cũ)\shơn|tin\smới(?:\snhất)?|(?:đọc|xem)\s(?:nhiều(?:\snhất)?|thêm|tiếp)
    |có\sthể\sbạn\squan\stâm|tham\skhảo\sthêm|từ\skhóa|tags?|chủ\sđề|tài\ssản\sliên\squan
    |các\stin\sđã\sđưa|bài\sviết\sliên\squan\s/?\s?xem\sthêm|cùng\schuyên\smục|tin\snổi\sbật""",
    re.I | re.X,
)
_ITEM = re.compile(
    r"^[•●▪■*»-]|\(?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\)?\.?$|^[\d\s.]+$|^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"
)


def strip(lines: Sequence[str], *, title: str = "", lead: str = "") -> dict[int, str]:
    """The indexes of the lines that are no text, each with the id of the rule that says so."""
    lines = [clean(line) for line in lines]
    end = _end_of_text(lines)
    removed: dict[int, str] = {}
    for index, line in enumerate(lines[:end]):
        kept = index - len(removed)
        if rule := _rule_for(line, index, end) or _repeated(line, kept, title, lead):
            removed[index] = rule
    _strip_edges(lines[:end], removed)
    return removed | dict.fromkeys(range(end, len(lines)), "related list")


def _strip_edges(lines: Sequence[str], removed: dict[int, str]) -> None:
    """Adds what may go where no text stands before it, or none behind it."""
    printed = frozenset(lines)
    for way in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        for index in way:
            if index not in removed:
                rule = _rule_at_edge(lines[index], printed)
                if not rule:
                    break
                removed[index] = rule


def _rule_at_edge(line: str, printed: Set[str]) -> str | None:
    if len(line) > _LONGEST:
        return None
    bare = _BULLETS.sub("", line)
    # The numbers of an essay's parts stand in lines of their own too.
    if bare.isdecimal() and any(str(int(bare) + step) in printed for step in (-1, 1)):
        return None
    return next((r.id for r in RULES if r.place == "edge" and r.pattern.fullmatch(bare)), None)


def is_furniture(line: str) -> bool:
    """Whether a rule for any place takes the line, wherever it stands."""
    line = clean(line)
    return bool(_rule_for(line, 0, 1) or _rule_at_edge(line, {line})) or is_list_heading(line)


def is_list_heading(line: str) -> bool:
    """Whether a line heads a list of other articles: "Tin liên quan", "Đọc thêm", ..."""
    if len(line) > _LONGEST:
        return False
    return bool(_HEADINGS.fullmatch(_BULLETS.sub("", clean(line)).rstrip(" :.")))


def _rule_for(line: str, index: int, count: int) -> str | None:
    if len(line) > _LONGEST:
        return None
    bare = _BULLETS.sub("", line)
    for rule in RULES:
        if rule.place == "head" and index >= _HEAD_LINES:
            continue
        if rule.place == "tail" and count - index > _TAIL_LINES:
            continue
        if rule.place == "edge":
            continue
        if rule.pattern.fullmatch(bare) or (bare != line and rule.pattern.fullmatch(line)):
            return rule.id
    return None


def _repeated(line: str, kept: int, title: str, lead: str) -> str | None:
    """What stands above the text a second time: the title, the lead, the date already lifted."""
    if kept > 1:
        return None
    if kept == 0 and stamps(line):
        return "date line"
    said = key(_BULLETS.sub("", line)).removeprefix("null ")
    if title and said == key(title):
        return "title again"
    return "lead again" if kept == 0 and lead and said == key(lead) else None


def _end_of_text(lines: Sequence[str]) -> int:
    """Where a heading such as "Tin liên quan" cuts off a list of other articles."""
    first = math.ceil(len(lines) * _AFTER)
    headings = [i for i in range(first, len(lines)) if is_list_heading(lines[i])]
    end = below = len(lines)
    likely = 0
    for index in reversed(headings):
        likely += sum(map(_is_list_like, lines[index + 1 : below + 1]))
        below = index
        if likely >= _LIST_LIKE * (len(lines) - index - 1):
            end = index
    return end


def _is_list_like(line: str) -> bool:
    if _ITEM.search(line) or is_furniture(line):
        return True
    # A headline of another article: one sentence at most, and no end mark.
    return len(line) <= 160 and line[-1:] not in '.!;:…”"'
