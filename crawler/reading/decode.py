"""Bytes become text: which encoding a page is really in, and three old accidents undone.

The order is BOM, valid UTF-8, what the page says of itself, what the server says of it, a guess
from the bytes (READING, section 9): declarations lie too often to come first.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

from archive.text import clean
from crawler.reading.tree import bounded

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.I)
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.I)
_HEAD = 8192
_SAMPLE = 200_000

# Bytes of windows-1258 that set a tone on the vowel before, as in no other Latin code page.
_TONE_AFTER_VOWEL = re.compile(rb"[aeiouyAEIOUY\xe2\xe3\xea\xf4\xf5\xfd][\xcc\xd2\xde\xec\xf2]")

# TCVN3 (ABC), the fonts of the 1990s: Vietnamese drawn in the places of Latin-1.
_TCVN3 = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦§",
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(_TCVN3)
_TCVN3_MARKS = re.compile("[µ¶·¸¹¨»¼½¾©®ª«¬­Þ×Æß÷]")
_VIETNAMESE = re.compile("[ăđơưĂĐƠƯạ-ỹẠ-Ỹ]")
_LETTER = re.compile(r"[^\W\d_]")

# UTF-8 that somebody has read as windows-1252 and saved again: "Hội nghị" as "Há»™i nghá»‹".
_MOJIBAKE = re.compile("á[º»][\x80-\xbf\u0152-\u2122]|Ä[\x91\u2018]|Æ[°¡\xa0]|Ã[\xa0-\xbf]")
_TAG = re.compile(r"<[^<>]{0,2000}>")
# Python knows codecs that are no charset of any page, and some that take forever.
_CHARSET = re.compile(r"(?:utf_(?:8|16|32)|utf-(?:8|16|32)|cp\d|iso8859|koi8|gb|big5|shift|euc)")
_ENOUGH = 50


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, the encoding it was read as, and remarks ("encoding: tcvn3")."""

    text: str
    encoding: str
    findings: tuple[str, ...] = ()


def decode(body: bytes, content_type: str = "", encoding: str | None = None) -> Decoded:
    """The text of a page, as much as is read of one. Never raises.

    `encoding`: what a site's rules say, tried first.
    """
    name = "cp1252" if encoding == "tcvn3" else encoding
    if name and (text := _strictly(body, name)) is not None:
        chosen = name
    else:
        text, chosen = _by_order(body, content_type)
    return _mended(bounded(text.replace("\x00", "")), chosen)


def _by_order(body: bytes, content_type: str) -> tuple[str, str]:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff"), name
    if (text := _nearly_utf8(body)) is not None:
        return text, "utf-8"
    for name in _declared(body, content_type):
        if (text := _strictly(body, name)) is not None:
            return text, name
    guess = _guess(body)
    return body.decode(guess, "replace"), guess


def _strictly(body: bytes, name: str) -> str | None:
    """None where the name is unknown, no text encoding, or not what the bytes are in."""
    try:
        codec = codecs.lookup(name).name
        if codec != "ascii" and not _CHARSET.match(codec):
            return None
        # What calls itself Latin-1 or ASCII is windows-1252, as browsers know.
        return body.decode("cp1252" if codec in ("iso8859-1", "ascii") else codec)
    except (LookupError, UnicodeError, ValueError):
        return None


def _nearly_utf8(body: bytes) -> str | None:
    """UTF-8 may be cut in a letter or hold a stray byte; more is another encoding."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(re.findall("[\u0080-\ufffc]", text[:_SAMPLE]))
    return text if broken <= 1 or broken * 50 < sound else None


def _declared(body: bytes, content_type: str) -> list[str]:
    meta = _META.search(body[:_HEAD])
    header = _PARAMETER.search(content_type)
    names = [meta[1].decode("ascii", "ignore")] if meta else []
    return names + ([header[1]] if header else [])


def _guess(body: bytes) -> str:
    sample = body[:_SAMPLE]
    if sample.count(0) > len(sample) // 4:
        return "utf-16-be" if sample[:100:2].count(0) > sample[1:100:2].count(0) else "utf-16-le"
    tones = len(_TONE_AFTER_VOWEL.findall(sample))
    other = sum(byte > 0x7F for byte in sample)
    return "windows-1258" if tones * 8 > other else "latin-1"


def _mended(text: str, encoding: str) -> Decoded:
    if len(_VIETNAMESE.findall(text[:_SAMPLE])) >= _ENOUGH:
        return Decoded(text, encoding)
    words = clean(_TAG.sub(" ", text[:_SAMPLE]))
    letters = len(_LETTER.findall(words)) or 1
    if len(_VIETNAMESE.findall(words)) * 100 < letters:
        if len(_MOJIBAKE.findall(words)) * 100 > letters and (mended := _twice(text)):
            return Decoded(mended, encoding, ("encoding: mojibake",))
        if len(_TCVN3_MARKS.findall(text[:_SAMPLE])) * 25 > letters:
            return Decoded(text.translate(_TCVN3_TABLE), encoding, ("encoding: tcvn3",))
    return Decoded(text, encoding)


def _twice(text: str) -> str | None:
    """The round trip back from windows-1252, whose five holes were read as Latin-1."""
    mended = b"".join(map(_byte, text)).decode("utf-8", "replace")
    sample = mended[:_SAMPLE]
    return mended if sample.count("\ufffd") * 50 <= len(_VIETNAMESE.findall(sample)) else None


@lru_cache(maxsize=1024)
def _byte(letter: str) -> bytes:
    for name in ("cp1252", "latin-1"):
        try:
            return letter.encode(name)
        except UnicodeEncodeError:
            continue
    return letter.encode("utf-8")
