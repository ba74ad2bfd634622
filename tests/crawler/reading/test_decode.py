"""From bytes to text."""

from __future__ import annotations

import codecs
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import clean
from crawler.reading.decode import decode

SENTENCE = "Đảng bộ huyện tổ chức hội nghị tổng kết công tác dân vận, được đồng bào ủng hộ. "
PAGE = f"<html><body><p>{SENTENCE * 5}</p></body></html>"


@pytest.mark.parametrize(
    ("body", "header", "encoding"),
    [
        (PAGE.encode(), "text/html; charset=iso-8859-1", "utf-8"),
        (b"<meta charset=utf-16>" + PAGE.encode(), "", "utf-8"),
        (codecs.BOM_UTF8 + PAGE.encode(), "", "utf-8"),
        (PAGE.encode("utf-16"), "text/html; charset=utf-8", "utf-16"),
        (PAGE.encode("utf-16-le"), "", "utf-16-le"),
        (PAGE.encode("utf-16-be"), "", "utf-16-be"),
        (PAGE.encode()[:-40] + "ộ".encode()[:2], "", "utf-8"),
        (PAGE.encode() + b"<p>\xff</p>", "", "utf-8"),
    ],
)
def test_what_the_bytes_say(body: bytes, header: str, encoding: str) -> None:
    """Byte order marks and valid UTF-8 are believed before any declaration."""
    found = decode(body, header)
    assert found.encoding == encoding
    assert SENTENCE in found.text
    assert not found.text.startswith("\ufeff")


@pytest.mark.parametrize("declared", ["windows-1258", "", "no-such-charset", "rot13", "idna"])
def test_windows_1258(declared: str) -> None:
    """windows-1258 is read where it is declared and where nothing sensible is."""
    base = "Đảng bộ tổ chức hội nghị được đồng bào ủng hộ "
    raw = in_windows_1258(base * 10)
    found = decode(raw, f"text/html; charset={declared}" if declared else "")
    assert clean(found.text) == clean(base * 10)


def in_windows_1258(text: str) -> bytes:
    """The code page has letters with hooks and hats, and five tones as marks after them."""
    out = ""
    for letter in normalize("NFD", text):
        composed = normalize("NFC", out[-1:] + letter)
        is_tone = letter in "\u0300\u0309\u0303\u0301\u0323"
        out = out[:-1] + composed if len(composed) == 1 and not is_tone else out + letter
    return untangled(out).encode("windows-1258")


def untangled(text: str) -> str:
    """NFD puts the dot below before the hat; the code page wants the hat on the letter."""
    for mark in "\u0302\u0306\u031b":
        for letter in "aeouAEOU":
            dotted, whole = f"{letter}\u0323{mark}", normalize("NFC", letter + mark)
            text = text.replace(dotted, f"{whole}\u0323")
    return text


def test_tcvn3() -> None:
    """The fonts of the 1990s, stored as Latin-1, are read as Vietnamese and flagged."""
    raw = "<p>§Ò nghÞ c¸c ®ång chÝ b¸o c¸o kÕt qu¶ c«ng t¸c d©n vËn n¨m häc míi</p>".encode(
        "latin-1"
    )
    found = decode(raw)
    assert "Đề nghị các đồng chí báo cáo kết quả công tác dân vận năm học mới" in found.text
    assert found.findings == ("encoding: tcvn3",)


def test_mojibake() -> None:
    """UTF-8 that was read as windows-1252 and saved again is read back and flagged."""
    twice = PAGE.encode().decode("cp1252", "surrogateescape")
    raw = "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in twice).encode()
    found = decode(raw)
    assert SENTENCE in found.text
    assert found.findings == ("encoding: mojibake",)


def test_other_languages_stay() -> None:
    """French in Latin-1, full of letters that TCVN3 uses too, is not taken for Vietnamese."""
    text = (
        "<p>L'été dernier, à Genève, les élèves ont fêté Noël à l'hôtel; ça a coûté 3 µg.</p>" * 9
    )
    found = decode(text.encode("latin-1"))
    assert found.text == text
    assert found.findings == ()


@given(st.binary(), st.text(max_size=30))
def test_any_bytes(body: bytes, header: str) -> None:
    """No bytes and no declaration make decoding fail."""
    assert "\x00" not in decode(body, header).text
