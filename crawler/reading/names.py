"""What a person's name looks like in print, and how it is written in Title Case."""

from __future__ import annotations

import re
import unicodedata

_SPLIT = re.compile(r"\s+[-–—]\s+|\s*[,;/&]\s*|\s+và\s+|(?<=\w)\s*[-–—]\s+(?=\w)|\s*•\s*")
_DEGREE = re.compile(r"^(?:(?:GS|PGS|TS|ThS|TSKH|BS|CK[12I]+|KS|LS|CN|NSƯT|NSND)\.?[\s,.]*)+")
_UNIT = re.compile(
    r"\s*\(([^()]{2,60})\)\s*$|\s+[-–]\s+(?=(?:Đài|Ban|Báo|Trung tâm|TT|Phòng)\b)(.+)$"
)
_WORD = re.compile(r"^[^\W\d_](?:[^\W\d_]|['’.])*$")
_INITIALS = re.compile(r"^(?:[^\W\d_]{1,2}\.)+[^\W\d_]*\.?$")
_LONGEST = 60
_MOST_PARTS = 4
_MOST_WORDS = 5
_ACCOUNTS = frozenset((
    "admin", "administrator", "ban biên tập", "bbt", "biên tập viên", "editor", "quản trị",
    "quản trị viên", "root", "super user", "supper user", "user", "webmaster",
))  # fmt: skip
# Beginnings of what is written like a name and names nobody: desks, offices, posts, phrases.
# Surnames and pen names are among the first words of offices ("Đoàn", "Văn", "Trang"): two count.
_DESKS = frozenset((
    "pv", "btv", "ctv", "bbt", "tbt", "nhóm pv", "nhóm phóng viên", "phóng viên", "biên tập viên",
    "cộng tác viên", "ban biên tập", "tổng hợp", "pv tổng hợp", "btv tổng hợp", "ttxvn", "vov",
    "vtv", "vietnam+", "tin tức",
))  # fmt: skip
_OFFICES = re.compile(
    r"""(?:báo|đài\s(?:phát|truyền|tt|pt|th)|sở|bộ|cục|cổng|phòng|ubnd|hđnd|ubmttq|mttq|nhóm|tạp\schí|chuyên\strang
    |ban\s(?:dân|tổ|tuyên|biên|nội|thường|chấp|quản|chỉ|kinh|kiểm)|ủy\sban|uỷ\sban|mặt\strận
    |văn\sphòng|trung\stâm|công\s(?:an|ty)|chi\s(?:cục|bộ|đoàn|hội)|tổng\s(?:cục|công\sty|hợp)
    |(?:huyện|tỉnh|thành|đảng|quận|thị)\s(?:ủy|uỷ|đoàn|bộ)|thông\stấn|trang\s(?:tin|thông)
    |đoàn\s(?:thanh|tncs|đại)|hội\s(?:phụ|nông|cựu|chữ|liên|đồng|nhà|khuyến|người)|liên\sđoàn
    |trường\s(?:đại|thpt|thcs|tiểu|mầm|chính|cao)|(?:phó|trưởng)\s(?:bí|chủ|trưởng|giám|ban|phòng|tổng)
    |bí\sthư|chủ\stịch|giám\sđốc|phóng\sviên|biên\stập|quản\strị|super|nhà\sxuất
    |xem|đọc\s(?:thêm|tiếp)|chia\ssẻ|mời|xin|trân\strọng|còn\s(?:nữa|tiếp)|hết|kỳ\s(?:sau|tới)
    |video|clip|hotline|facebook|zalo|youtube|tags?|từ\skhóa|in\s(?:bài|trang)|gửi\s(?:bài|email)
    |ảnh|hình|bài\sviết|tin\s(?:liên|bài|mới|khác)|bạn\sđọc|độc\slập|tự\sdo|hạnh\sphúc|nơi\snhận
    |bình\sluận|quảng\scáo|hà\snội$|việt\snam$|tp\.?\shồ\schí\sminh$)\b""",
    re.I | re.X,
)
_NO_NAMES = frozenset(("bởi", "by", "theo", "ảnh", "nguồn", "tác"))


def is_name(line: str) -> bool:
    """Whether a line is nothing but one to four names (READING, section 7, rule 2)."""
    if not 2 <= len(line) <= _LONGEST or line[-1] in "!?:;,…" or is_account(line):
        return False
    parts = [part for part in _SPLIT.split(without_unit(line)[0]) if part]
    return 1 <= len(parts) <= _MOST_PARTS and all(map(_is_one_name, parts))


def is_person(line: str) -> bool:
    """Whether a line is nothing but names, and of people: not of a desk, an office, a site."""
    if not is_name(line) or is_desk(line):
        return False
    parts = _SPLIT.split(without_unit(line)[0])
    return not any(_OFFICES.match(part) for part in parts if part)


def is_desk(line: str) -> bool:
    """Whether a byline names those who write for the paper, and nobody: "PV", "TTXVN"."""
    return line.casefold().strip(" .()") in _DESKS


def _is_one_name(part: str) -> bool:
    words = _DEGREE.sub("", part).split()
    if not 1 <= len(words) <= _MOST_WORDS:
        return False
    if words[-1].endswith(".") and not _INITIALS.match(words[-1]):
        return False
    if words[0].casefold() in _NO_NAMES:
        return False
    return all(_WORD.match(word) and word[0].isupper() for word in words)


def is_account(line: str) -> bool:
    """Whether a byline names the account that posted, not a person."""
    return line.casefold().strip(" .") in _ACCOUNTS


def without_unit(line: str) -> tuple[str, str | None]:
    """A name, and the office printed in brackets or after a dash behind it."""
    found = _UNIT.search(line)
    if not found or not found.start():
        return line, None
    return line[: found.start()].strip(), found[1] or found[2]


def title_case(name: str) -> str:
    """ "DŨNG CHINH" -> "Dũng Chinh"; names in mixed case, initials and acronyms stay."""
    letters = [letter for letter in name if letter.isalpha()]
    if not letters or not all(letter.isupper() for letter in letters):
        return name
    return re.sub(r"[^\W\d_]+", lambda word: _capitalised(word[0], name), name)


def _capitalised(word: str, name: str) -> str:
    is_acronym = not _has_vowel(word) or (word == name and word.isascii() and len(word) <= 5)
    return word if is_acronym else word[0] + word[1:].lower()


def _has_vowel(word: str) -> bool:
    bare = unicodedata.normalize("NFD", word).upper()
    return any(letter in "AEIOUY" for letter in bare)
