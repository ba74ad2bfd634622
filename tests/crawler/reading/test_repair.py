"""Vietnamese in old fonts and broken UTF-8: all of it comes back, and nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.text import clean
from crawler.reading.decode import decode
from crawler.reading.repair import as_tcvn3, as_utf8, as_vni, repaired
from tests.crawler.reading.pages import article_page
from tests.practice.stories import LAST_DAY, Author

LOWER = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
ALPHABET = LOWER + LOWER.upper()
MARKED = [letter for letter in ALPHABET if not letter.isascii()]

# Written out again from the fonts' own charts: the product's tables are not asked.
TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        "\xb5\xb6\xb7\xb8\xb9\xa8\xbb\xbc\xbd\xbe\xc6\xa9\xc7\xc8\xc9\xca\xcb\xae\xcc\xce\xcf\xd0"
        "\xd1\xaa\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xab\xe5\xe6\xe7\xe8"
        "\xe9\xac\xea\xeb\xec\xed\xee\xef\xf1\xf2\xf3\xf4\xad\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd"
        "\xfe\xa1\xa2\xa3\xa4\xa5\xa6\xa7",
        strict=True,
    )
)
TONES = dict(zip("\u0301\u0300\u0309\u0303\u0323", "ùøûõï", strict=True))
HATTED = dict(zip("\u0301\u0300\u0309\u0303\u0323", "áàåãä", strict=True))
CURVED = dict(zip("\u0301\u0300\u0309\u0303\u0323", "éèúüë", strict=True))
ALONE = {"í": "í", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ", "ơ": "ô", "ư": "ö"}


def tcvn3(letter: str) -> str:
    """Small letters by the chart; a capital with a tone as its bare capital and the small code."""
    if letter in TCVN3:
        return TCVN3[letter]
    small = TCVN3.get(letter.lower())
    bare = normalize(
        "NFC", re.sub("[\u0300\u0301\u0303\u0309\u0323]", "", normalize("NFD", letter))
    )
    return TCVN3.get(bare, bare) + small if small else letter


def vni(letter: str) -> str:
    small = letter.lower()
    if small in ALONE:
        return ALONE[small] if letter == small else ALONE[small].upper()
    decomposed = normalize("NFD", letter)
    base, marks = decomposed[:1], decomposed[1:]
    tone = next((mark for mark in marks if mark in TONES), "")
    base = {"o": "ô", "u": "ö", "O": "Ô", "U": "Ö"}[base] if "\u031b" in marks else base
    if "\u0302" in marks:
        code = HATTED.get(tone, "â")
    elif "\u0306" in marks:
        code = CURVED.get(tone, "ê")
    else:
        code = TONES.get(tone, "")
    return base + (code.upper() if letter != small else code)


def in_font(text: str, code: Callable[[str], str]) -> str:
    return "".join(map(code, text))


def misread(text: str, name: str = "cp1252", times: int = 1) -> str:
    """UTF-8 taken for `name`, whose holes are taken for Latin-1, and saved as UTF-8 again."""
    for _ in range(times):
        text = "".join(bytes((byte,)).decode(name, "ignore") or chr(byte) for byte in text.encode())
    return text


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "tcvn3": (lambda text: in_font(text, tcvn3), "tcvn3"),
    "vni": (lambda text: in_font(text, vni), "vni"),
    "cp1252": (misread, "mojibake"),
    "cp1252 twice": (lambda text: misread(text, times=2), "mojibake"),
    "latin-1": (lambda text: misread(text, "latin-1"), "mojibake"),
    "latin-1 twice": (lambda text: misread(text, "latin-1", 2), "mojibake"),
}


@pytest.mark.parametrize("letter", MARKED)
def test_alphabet(letter: str) -> None:
    """Every letter of the alphabet, large and small, comes back from each font and accident."""
    assert as_tcvn3(f"x{tcvn3(letter)}") == f"x{letter}" or letter.isupper()
    assert as_tcvn3(tcvn3(letter)) == letter
    assert as_vni(vni(letter)) == letter
    for name in ("cp1252", "latin-1"):
        assert as_utf8(misread(letter, name)) == letter


def test_pairs() -> None:
    """The 134 letters of TCVN3 have 134 different codes, as those of VNI do."""
    assert len({tcvn3(letter) for letter in MARKED}) == len(MARKED) == 134
    assert len({vni(letter) for letter in MARKED}) == 134


def story(seed: int) -> str:
    """Title and paragraphs of an invented article."""
    author = Author("chodon", seed)
    paragraphs = [f"<p>{escape(text, quote=False)}</p>" for text in author.paragraphs(LAST_DAY)]
    title = escape(author.title(LAST_DAY), quote=False)
    return f"<html><head><title>{title}</title></head><h1>{title}</h1>{''.join(paragraphs)}</html>"


# Broken UTF-8 in single bytes is UTF-8 again.
AS_STORED = [(kind, "utf-8") for kind in BROKEN] + [("tcvn3", "cp1252"), ("vni", "cp1252")]


@pytest.mark.parametrize(("kind", "name"), AS_STORED)
@pytest.mark.parametrize("seed", range(20))
def test_articles(kind: str, seed: int, name: str) -> None:
    """Whole articles come back, from UTF-8 and from the single bytes of then, and say so."""
    page = clean(story(seed))
    broken, finding = BROKEN[kind][0](page), BROKEN[kind][1]
    body = broken.encode(name, "xmlcharrefreplace")
    found = decode(body, "text/html; charset=windows-1252")
    assert clean(found.text) == page
    assert found.findings == (f"encoding: {finding}",)


@pytest.mark.parametrize("declared", ["windows-1258", "x-user-defined", "iso-8859-1", "", "utf-8"])
@pytest.mark.parametrize("kind", ["tcvn3", "vni"])
def test_declarations(declared: str, kind: str) -> None:
    """What an old page says of its charset is no hindrance."""
    page = clean(story(3))
    body = BROKEN[kind][0](page).encode("latin-1")
    found = decode(body, f"text/html; charset={declared}" if declared else "")
    assert clean(found.text) == page


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_body_in_a_sound_page(kind: str) -> None:
    """Where only the article is broken, the sound lines round it stay as they are."""
    frame = "Trang thông tin điện tử Đảng bộ huyện Chợ Đồn được xây dựng để phục vụ bạn đọc. " * 3
    sound = f"<div>{frame}</div><p>Báo có ảnh</p><footer>© 2012 Tòa soạn · Bản quyền</footer>"
    page = clean(story(5))
    found = repaired(sound + BROKEN[kind][0](page) + sound)
    assert clean(found.text) == clean(sound + page + sound)


def test_entities() -> None:
    """Codes that an editor wrote as entities are codes all the same; other entities stay."""
    page = clean(story(7)).replace(" ", "&nbsp;", 1)
    broken = in_font(page, tcvn3).encode("ascii", "xmlcharrefreplace").decode()
    assert repaired(broken).text == page


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("B¸O C¸O CñA HUYÖN ñY", "BÁO CÁO CỦA HUYỆN ỦY"),
        ("Héi nghÞ vµ B¸O C¸O", "Hội nghị và BÁO CÁO"),
        ("Vâ Hµ", "Võ Hà"),
        ("Hµ", "Hà"),
    ],
)
def test_capitals(broken: str, meant: str) -> None:
    """TCVN3 typed in capitals has no codes for them; the letters beside them tell."""
    assert as_tcvn3(broken) == meant


def test_font_of_capitals() -> None:
    """Text in a font that draws small codes as capitals is in capitals, its markup is not."""
    page = clean(story(9))
    title = (
        '<p class="a"><span style="font-family:.VnTimeH">b¸o c¸o <b>kÕt&nbsp;qu¶</b></span> n¨m</p>'
    )
    found = repaired(title + in_font(page, tcvn3)).text
    assert found == (
        '<p class="a"><span style="font-family:.VnTimeH">BÁO CÁO <b>KẾT&nbsp;QUẢ</b></span> năm</p>'
        + page
    )


OTHERS = {
    "French": "L'été dernier, à Genève, les élèves ont fêté Noël à l'hôtel; où ça a coûté 3 µg. "
    "Août fut naïf, §4 « ® » où l'égoïste goûta.",
    "English": "A naïve café owner’s résumé costs £30 ± 5 · see § 4 and © 2020 Acme® — “done”.",
    "Icelandic": "Það var maður sem bjó við ána; Guðmundur sagði: „Ísland er fagurt land, æ og ö.“",
    "Polish": "Człowiek, który żył nad rzeką, mówił: «Źle się dzieje w państwie», więc poszedł.",
    "Russian": "Человек, который жил у реки, сказал: «Всё хорошо» и пошёл домой.",
    "German": "Schöne Grüße über Äpfel; der Föhn wärmt Österreich, § 5 Absatz 2.",
    "Spanish": "El niño español mañana cumplirá años; la señora Núñez también, ¿verdad?",
    "Portuguese": "A situação não é fácil: há três irmãs à espera das eleições públicas.",
    "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Turkish": "Çocuğun şapkası çok güzel, değil mi? Işık söndü.",
    "Chinese": "中文网页不是越南文，©2020 版权所有·联系我们。",
    "code": "x = [ñ * 2 for ñ in µ]; s = 'Ä‘' + \"á»\" + '\\xae®'; // § · ¸ × ø ï return;",
    "Vietnamese": "Đảng bộ huyện tổ chức hội nghị tổng kết công tác dân vận, © 2020 · ® 1 × 2.",
}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("times", [1, 40])
def test_other_texts(language: str, times: int) -> None:
    """Pages of other languages, source code and sound Vietnamese are left exactly as they are."""
    html = article_page(f"<p>{OTHERS[language]}</p>" * times)
    if language != "Vietnamese":
        html = f"<p>{OTHERS[language]}</p>" * times
    assert repaired(html) == (html, "")


@pytest.mark.parametrize("language", ["French", "English", "German", "Spanish", "Portuguese"])
@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "windows-1258", "", "utf-8"])
def test_western_bytes(language: str, declared: str) -> None:
    """Western text in single bytes is read as such, whatever it is declared, nearly always."""
    text = OTHERS[language] * 20
    found = decode(text.encode("cp1252"), f"text/html; charset={declared}" if declared else "")
    assert found.text == text
    assert found.findings == ()


@given(
    st.text(st.sampled_from([*ALPHABET, *TCVN3.values(), *"ùøûõïâêñôöæòó Ã»º<>&;#1"]), max_size=80)
)
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    """Nothing fails, and what was repaired once is sound."""
    once = repaired(text)
    assert repaired(once.text).text == once.text or not once.kind


@pytest.mark.parametrize(
    "unit",
    ["<a", "<p style='.VnTimeH'>®", "<p .VnTimeH", "Ã", "Ã ", "á»", "®å ", "&reg;", "oäñ", "<", ">",
     "á»‹", "Ã¡Âº", "A", "Ae", "éI", "&", "ñaïi hoïc "],
)  # fmt: skip
def test_no_page_takes_long(unit: str) -> None:
    """Pages made of the very signs of old fonts cost no more than others."""
    sound = clean(story(2))
    began = process_time()
    for broken in (unit * (500_000 // len(unit)), sound + unit * 100_000):
        repaired(broken + in_font(sound, tcvn3))
    assert process_time() - began < 8


def test_sound_pages_cost_little() -> None:
    """Looking for what is broken costs a sound page of half a megabyte some milliseconds."""
    html = article_page("".join(map(story, range(120))))
    began = process_time()
    for _ in range(20):
        repaired(html)
    assert process_time() - began < 1
