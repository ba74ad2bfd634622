"""Bytes become text: which encoding a page is really in.

The order is BOM, valid UTF-8, what the page says of itself, what the server says of it, a guess
from the bytes (READING, section 9): declarations lie too often to come first. What says it is a
Western or Vietnamese code page is held against the text that it gives.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from unicodedata import normalize

from crawler.reading.repair import repaired
from crawler.reading.syllables import (
    BELIEVABLE,
    FEWEST_WORDS,
    marked_words,
    share_of_syllables,
)
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

# Python knows codecs that are no charset of any page, and some that take forever.
_CHARSET = re.compile(r"(?:utf_(?:8|16|32)|utf-(?:8|16|32)|cp\d|iso8859|koi8|gb|big5|shift|euc)")
# Names that pages in windows-1258 and in old fonts give to themselves.
_WESTERN = frozenset(("cp1252", "cp1258", "iso8859-1", "iso8859-15", "ascii", ""))
_OLD_FONTS = frozenset(("tcvn3", "vni"))
# windows-1252 as browsers read it: its five holes are the controls of Latin-1.
_CP1252 = "".join(bytes((code,)).decode("cp1252", "ignore") or chr(code) for code in range(0x100))


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
    name = None if encoding in _OLD_FONTS else encoding
    if name and (text := _strictly(body, name)) is not None:
        chosen = name
    else:
        text, chosen = _by_order(body, content_type)
    found = repaired(bounded(text.replace("\x00", "")))
    return Decoded(found.text, chosen, (f"encoding: {found.kind}",) if found.kind else ())


def _by_order(body: bytes, content_type: str) -> tuple[str, str]:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").removeprefix("\ufeff"), name
    if (text := _nearly_utf8(body)) is not None:
        return text, "utf-8"
    names = list(filter(None, map(_codec, _declared(body, content_type))))
    for name in names:
        if name not in _WESTERN and (text := _strictly(body, name)) is not None:
            return text, name
    return _wide(body) or _western(body, names[0] if names else "")


def _codec(name: str) -> str | None:
    """Python's name for a charset; None where it is unknown or no charset of pages."""
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return codec if codec == "ascii" or _CHARSET.match(codec) else None


def _strictly(body: bytes, name: str) -> str | None:
    """None where the name is unknown, no text encoding, or not what the bytes are in."""
    codec = _codec(name)
    try:
        # What calls itself Latin-1 or ASCII is windows-1252, as browsers know.
        is_plain = codec in ("iso8859-1", "ascii")
        return body.decode("cp1252" if is_plain else codec) if codec else None
    except (UnicodeError, ValueError):
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


def _wide(body: bytes) -> tuple[str, str] | None:
    """UTF-16 without a mark: every other byte of its tags is zero."""
    sample = body[:_SAMPLE]
    if sample.count(0) <= len(sample) // 4:
        return None
    is_big = sample[:100:2].count(0) > sample[1:100:2].count(0)
    name = "utf-16-be" if is_big else "utf-16-le"
    return body.decode(name, "replace"), name


def _western(body: bytes, declared: str) -> tuple[str, str]:
    """windows-1258 if that gives Vietnamese syllables, whatever is declared; else windows-1252."""
    sample = body[:_SAMPLE]
    plain = _as_cp1252(sample)
    words = marked_words(vietnamese := normalize("NFC", sample.decode("cp1258", "replace")))
    share = share_of_syllables(vietnamese)
    is_better = share >= BELIEVABLE and share > share_of_syllables(plain)
    if (is_better and len(words) >= FEWEST_WORDS) or (declared == "cp1258" and share > 0.5):
        return body.decode("cp1258", "replace"), "windows-1258"
    if declared == "iso8859-15":
        return body.decode(declared, "replace"), declared
    return _as_cp1252(body), "windows-1252"


def _as_cp1252(body: bytes) -> str:
    return codecs.charmap_decode(body, "strict", _CP1252)[0]
