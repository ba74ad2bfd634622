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
    "quản trị viên", "root", "webmaster",
))  # fmt: skip
_NO_NAMES = frozenset(("bởi", "by", "theo", "ảnh", "nguồn", "tác"))


def is_name(line: str) -> bool:
    """Whether a line is nothing but one to four names (READING, section 7, rule 2)."""
    if not 2 <= len(line) <= _LONGEST or line[-1] in "!?:;,…" or is_account(line):
        return False
    parts = [part for part in _SPLIT.split(without_unit(line)[0]) if part]
    return 1 <= len(parts) <= _MOST_PARTS and all(map(_is_one_name, parts))


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
