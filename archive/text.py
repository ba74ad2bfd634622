"""The normal forms of Vietnamese text: to keep, to compare, to search.

    clean         what is kept and shown: one line, NFC
    canonical     what counts as the same text: typography unified, digits kept
    fold          the same but for case and for where a tone mark is written
    search_exact  how a word is indexed when its marks matter
    search_fold   how a word is indexed when they do not: "Đồng Tháp" is "dong thap"

Every function takes any string in any normal form; none raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import normalize

# Characters that print nothing: soft hyphen, zero-width, directional, BOM, controls that are not
# white space. They hide inside words and between a letter and its mark, so they go before NFC.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# What one look tells most lines to be free of.
_ODD = re.compile(f"[ÐƉð\ud800-\udfff]|{_INVISIBLE.pattern}")
_FOREIGN_D = re.compile(r"(?<![^\W\d_])[^\W\d_ÐƉð]*+[ÐƉð][^\W\d_]*+")
_D = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ"})
# Vietnamese has its đ at the beginning of syllables and in abbreviations without vowels ("HĐND");
# in Icelandic and Faroese ð never begins a word.
_VOWEL = re.compile("[aeiouy]", re.I)
_NORTHERN = re.compile("[ÞþÆæ]")

_TYPOGRAPHY = {
    **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    "…": "...",
}
_TYPOGRAPHIC = re.compile(f"[{''.join(_TYPOGRAPHY)}]")

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_MARK = re.compile("[\u0300-\u036f]+")
# Looked for at the beginnings of words only: a "word" may be a megabyte of base64.
_ACCENTED_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]*+[^\W\d_\x00-\x7f][^\W\d_]*+")

# hòa = hoà: the old and the new place of the mark in an open syllable; "quý" has one place only.
_OLD_TONE_PLACE = {
    normalize("NFC", first + tone + second): normalize("NFC", first + second + tone)
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES
}
_OPEN_SYLLABLE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD_TONE_PLACE)})(?!\w)")


def clean(text: str) -> str:
    """One line of NFC: invisible characters dropped, white space (NBSP too) collapsed, Ð made Đ
    where it stands for that ("Ðảng", "HÐND"; not in "það").

    Idempotent, and the same for NFC and NFD. Can always be encoded: half a surrogate pair, which
    JSON in a page may hold, becomes U+FFFD.
    """
    if text.isascii():
        text = text if text.isprintable() else _INVISIBLE.sub("", text)
    elif _ODD.search(text):
        text = _SURROGATE.sub("\ufffd", text)
        text = normalize("NFC", _INVISIBLE.sub("", text))
        text = _FOREIGN_D.sub(lambda word: _with_vietnamese_d(word[0]), text)
    else:
        text = normalize("NFC", text)
    return " ".join(text.split())


def _with_vietnamese_d(word: str) -> str:
    if _NORTHERN.search(word):
        return word
    if not _VOWEL.search(normalize("NFD", word)):
        return word.translate(_D)
    return word[0].translate(_D) + word[1:]


def join(parts: Iterable[str]) -> str:
    """Paragraphs as one text, a blank line between: the form of `Article.text`."""
    return "\n\n".join(filter(None, map(clean, parts)))


def canonical(text: str) -> str:
    """`clean`, with one kind each of double quote, single quote, dash and ellipsis."""
    return _TYPOGRAPHIC.sub(lambda found: _TYPOGRAPHY[found[0]], clean(text))


def fold(text: str) -> str:
    """`canonical`, casefolded, the tone mark at the end of each word: for digests, not for eyes.

    "Hòa" and "hoà" fold alike, "ủy" and "uỷ" too; "quý" and "quy" do not. The result is
    normalised neither way: compare it only with another fold.
    """
    return _ACCENTED_WORD.sub(lambda word: _tone_last(word[0]), canonical(text).casefold())


@lru_cache(maxsize=1 << 14)
def _tone_last(word: str) -> str:
    # Vietnamese has about 7,000 syllables in use: nearly every word is in the cache.
    marked = normalize("NFD", word)
    return _TONE.sub("", marked) + "".join(_TONE.findall(marked))


def search_exact(text: str) -> str:
    """`clean` in lower case, with one place for the tone mark: "hòa" is found as "hoà"."""
    lower = normalize("NFC", clean(text).lower())
    return _OPEN_SYLLABLE.sub(lambda old: _OLD_TONE_PLACE[old[0]], lower)


def search_fold(text: str) -> str:
    """`clean` in lower case without any mark, đ as d: "dan van kheo" for "Dân vận khéo"."""
    return _MARK.sub("", normalize("NFD", clean(text).lower())).replace("đ", "d")
