"""Vietnamese that was stored wrongly, read as it was meant: old fonts, and UTF-8 read as Latin-1.

    tcvn3     fonts of the 1990s (".VnTime"): each letter drawn in the place of a Latin-1 letter
    vni       fonts of the same age ("VNI-Times"): a letter and, after it, its mark
    mojibake  UTF-8 that was taken for windows-1252 and saved again, once or several times

What is repaired must come out as Vietnamese syllables where it had none before: a French or Polish
page never does. VIQR ("Tie^'ng Vie^.t") is left alone: its dot below is also a full stop, and
nothing in a text tells "ba." from "bạ".

Capitals of TCVN3 are another font (".VnTimeH") over the codes of small letters. They are known
where the markup names the font, and where the letters without marks are capitals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from html.entities import name2codepoint
from itertools import islice
from typing import NamedTuple
from unicodedata import normalize

from crawler.reading.syllables import (
    BELIEVABLE,
    FEWEST_WORDS,
    marked_words,
    share_of_syllables,
)

_SAMPLE = 100_000
_PLAIN = 0.5
_MANY_VIETNAMESE = 50
_MOST_ROUNDS = 3

_VIETNAMESE = re.compile("[ăđơưĂĐƠƯạ-ỹẠ-Ỹ]")
_PIECE = re.compile(r"[^<>]+")
_ENTITY = re.compile(r"&(?:#(\d{2,4})|([A-Za-z]{2,8}));")

# Signs that are cheap to count, frequent in what is broken and rare elsewhere: "đ" in each guise.
_SIGNS = (
    "®", "ñ", "Ä‘", "Ä\x91", "á»", "áº", "Ã„", "Ã¡Â", "&reg;", "&#174;", "&ntilde;", "&#241;",
    "§", "·", "¸", "µ", "ø", "ï", "×",
)  # fmt: skip
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
_MOST_SIGNS = 10_000
_FREQUENT = 8

_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_TCVN3_CODES = "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦§"
_TCVN3_LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ"
_TCVN3 = dict(zip(_TCVN3_CODES, _TCVN3_LETTERS, strict=True))
_CODE_OF = {letter: code for code, letter in _TCVN3.items()}


def _bare(letter: str) -> str:
    """Without its tone, not without its hat."""
    return normalize("NFC", _TONE.sub("", normalize("NFD", letter)))


# A capital with a tone has no code of its own: converters write the bare capital before it.
_TCVN3_CAPITALS = {
    _CODE_OF.get(_bare(letter).upper(), _bare(letter).upper()) + code: letter.upper()
    for code, letter in _TCVN3.items()
    if letter != _bare(letter)
}
_TCVN3_WHOLE = _TCVN3_CAPITALS | _TCVN3
_TCVN3_CODE = re.compile(f"[AEIOUY¡-¦][{_TCVN3_CODES}]|[{_TCVN3_CODES}]")
_INNER_CAPITAL = re.compile(r"[^\W\d_][A-Z]")
_LOWER = re.compile("[a-z]")
_WORD = re.compile(r"[^\W\d_]+")
_CAPITAL_FONT = re.compile(r"\b(?:face|style|class)\s{0,9}=[^<>=]{0,200}\.Vn\w{1,20}H\b", re.I)
_EMPTY = frozenset(("br", "col", "embed", "hr", "img", "input", "link", "meta", "source"))
"""Elements that hold nothing."""
_TAG = re.compile(r"<(/?)(\w++)([^<>]*+)>")
_TOKEN = re.compile(r"<[^<>]*>|&#?\w{1,10};|[^<>&]+|[<>&]")

_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_HAT = dict(zip("âáàåãä", ("", *_TONES.values()), strict=True))
_BREVE = dict(zip("êéèúüë", ("", *_TONES.values()), strict=True))
_VNI_SINGLE = dict(zip("ñôöíìæóòî", "đơưíìỉĩịỵ", strict=True))


def _vni_pairs() -> Iterator[tuple[str, str]]:
    for base in "aeouyôö":
        for mark, tone in _TONES.items():
            yield base + mark, _VNI_SINGLE.get(base, base) + tone
    for base in "aeo":
        yield from ((base + mark, f"{base}\u0302{tone}") for mark, tone in _HAT.items())
    yield from ((f"a{mark}", f"a\u0306{tone}") for mark, tone in _BREVE.items())
    yield from _VNI_SINGLE.items()


_VNI_SMALL = {pair: normalize("NFC", letter) for pair, letter in _vni_pairs()}
_VNI = _VNI_SMALL | {
    form: letter.upper()
    for pair, letter in _VNI_SMALL.items()
    for form in (pair.upper(), pair[0].upper() + pair[1:])
}
_VNI_MARKS = "".join((*_TONES, *_HAT, *_BREVE))
_VNI_PAIR = re.compile(
    f"[aeouyôöAEOUYÔÖ][{_VNI_MARKS}{_VNI_MARKS.upper()}]|[{''.join(_VNI_SINGLE)}"
    f"{''.join(_VNI_SINGLE).upper()}]"
)

# A run of what is not ASCII; the blank of "Ã\xa0" is often a plain one by now.
_RUN = re.compile("[^\x00-\x7f]+")
_LOST_BLANK = re.compile("Ã(?=[\t\n\r .,;:!?)<]|$)")


class Repaired(NamedTuple):
    """`kind` is "tcvn3", "vni", "mojibake", or empty where nothing was repaired."""

    text: str
    kind: str


def repaired(text: str) -> Repaired:
    """The markup of a page with its wrongly stored parts put right; the rest stays as it is."""
    if not _is_suspect(text):
        return Repaired(text, "")
    kind = _kind(" ".join(_unescaped(piece) for piece in _pieces(text)))
    if not kind:
        return Repaired(text, "")
    whole = _capitals_marked(text) if kind == "tcvn3" else text
    is_mixed = bool(_VIETNAMESE.search(text))
    return Repaired(_PIECE.sub(lambda piece: _mended(piece[0], kind, is_mixed), whole), kind)


def as_tcvn3(text: str) -> str:
    """TCVN3 held as Latin-1, as Vietnamese."""
    return _with_capitals(_TCVN3_CODE.sub(lambda code: _letters(code[0], _TCVN3_WHOLE), text))


def as_vni(text: str) -> str:
    """VNI held as Latin-1, as Vietnamese."""
    return _VNI_PAIR.sub(lambda pair: _letters(pair[0], _VNI), text)


def _letters(code: str, table: dict[str, str]) -> str:
    """A pair that is none, such as "oê", is two letters."""
    return table.get(code) or "".join(table.get(part, part) for part in code)


def as_utf8(text: str) -> str:
    """UTF-8 held as windows-1252 or Latin-1, as what it was; runs that are none stay."""
    text = _LOST_BLANK.sub("Ã\xa0", text)
    for _ in range(_MOST_ROUNDS):
        found = _RUN.sub(lambda run: _round_trip(run[0]), text)
        if found == text:
            break
        text = found
    return text


_REPAIRS: dict[str, Callable[[str], str]] = {
    "mojibake": as_utf8, "tcvn3": as_tcvn3, "vni": as_vni,
}  # fmt: skip


def _is_suspect(text: str) -> bool:
    """Cheap, since nearly every page is sound: signs are counted, nothing is converted."""
    sample = text[: 2 * _SAMPLE]
    is_sound = next(islice(_VIETNAMESE.finditer(sample), _MANY_VIETNAMESE, None), None) is not None
    least = _FREQUENT if is_sound else 1
    signs = Counter(sign[0] for sign in islice(_SIGN.finditer(text), _MOST_SIGNS))
    return any(count >= least for count in signs.values())


def _pieces(text: str) -> Iterator[str]:
    """What may be broken, up to the size of a sample: text without any Vietnamese letter."""
    size = 0
    for piece in _PIECE.finditer(text):
        if _may_be_broken(piece[0]):
            yield piece[0]
            size += len(piece[0])
        if size > _SAMPLE:
            return


def _may_be_broken(piece: str) -> bool:
    is_plain = piece.isascii() and "&" not in piece
    return not is_plain and not _VIETNAMESE.search(piece)


def _kind(sample: str) -> str:
    before = share_of_syllables(normalize("NFC", sample))
    found = {kind: normalize("NFC", repair(sample)) for kind, repair in _REPAIRS.items()}
    shares = {
        kind: share_of_syllables(text) if _gained(sample, text) >= FEWEST_WORDS else 0.0
        for kind, text in found.items()
    }
    best = max(shares, key=lambda kind: shares[kind])
    is_sure = shares[best] >= BELIEVABLE and shares[best] > max(before, _PLAIN)
    return best if is_sure else ""


def _gained(before: str, after: str) -> int:
    """How many of the words are Vietnamese as no other language is."""
    words = marked_words(after) if after != before else []
    return sum(bool(_VIETNAMESE.search(word)) for word in words)


def _mended(piece: str, kind: str, is_mixed: bool) -> str:
    if not _may_be_broken(piece):
        return piece
    plain = _unescaped(piece)
    found = _REPAIRS[kind](plain)
    before, after = share_of_syllables(normalize("NFC", plain)), share_of_syllables(found)
    is_better = after > before or (after == before and not is_mixed)
    return found if is_better and after > _PLAIN else piece


def _unescaped(piece: str) -> str:
    """Latin-1 letters that are written as entities, as FrontPage did, and nothing else."""
    return _ENTITY.sub(_letter, piece) if "&" in piece else piece


def _letter(entity: re.Match[str]) -> str:
    code = int(entity[1]) if entity[1] else name2codepoint.get(entity[2], 0)
    return chr(code) if 0xA1 <= code <= 0xFF else entity[0]


def _with_capitals(text: str) -> str:
    """All capitals where the letters that show their case are: "B¸O C¸O" is drawn as BÁO CÁO."""
    if not _INNER_CAPITAL.search(text):
        return text
    if not _LOWER.search(text):
        return text.upper()
    return _WORD.sub(lambda word: _capital_word(word[0]), text)


def _capital_word(word: str) -> str:
    return word.upper() if _INNER_CAPITAL.search(word) and not _LOWER.search(word) else word


def _capitals_marked(text: str) -> str:
    """The page with text in a font of capitals already repaired, and so in capitals."""
    pieces: list[str] = []
    end = 0
    for opening in _TAG.finditer(text):
        is_empty = opening[2].lower() in _EMPTY
        if opening.start() >= end and not is_empty and _CAPITAL_FONT.search(opening[3]):
            close = _closing(text, opening)
            drawn = _TOKEN.sub(_in_capitals, _unescaped(text[opening.end() : close]))
            pieces += (text[end : opening.end()], drawn)
            end = close
    return "".join((*pieces, text[end:]))


def _closing(text: str, opening: re.Match[str]) -> int:
    """Where the element that `opening` begins ends; if it is never closed, where the next of its
    kind begins, or the text ends."""
    depth, following = 1, len(text)
    for tag in _TAG.finditer(text, opening.end()):
        if tag[2].lower() == opening[2].lower():
            depth += -1 if tag[1] else 1
            following = min(following, tag.start())
        if not depth:
            return tag.start()
    return following


def _in_capitals(token: re.Match[str]) -> str:
    return token[0] if token[0][0] in "<&" else as_tcvn3(token[0]).upper()


def _round_trip(run: str) -> str:
    """Back to the bytes; the five holes of windows-1252 were read as Latin-1."""
    try:
        return b"".join(map(_byte, run)).decode("utf-8")
    except UnicodeError:
        return run


@lru_cache(maxsize=512)
def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")
