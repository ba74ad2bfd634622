"""Normal forms of Vietnamese text: to keep, to compare, to search."""

from __future__ import annotations

import time
from collections.abc import Callable
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import canonical, clean, fold, join, search_exact, search_fold

VIETNAMESE = st.text(
    alphabet="aàáảãạăằắẳẵặâầấẩẫậđĐðÐeêềếểễệiìíỉĩịoòóỏõọôơờợuùúủũụưứựyỳýỷỹỵ"
    "HQNGTqhngt0123456789.,\"'-–…“” \t\n\r\u00a0\u00ad\u200b\u200d\ufeff\u0300\u0301\u0323\u0302"
)
ANYTHING = st.one_of(VIETNAMESE, st.text(alphabet=st.characters(exclude_categories=())))
FORMS = [clean, canonical, fold, search_exact, search_fold]


@given(ANYTHING)
def test_clean_is_idempotent(text: str) -> None:
    """What is clean stays as it is."""
    assert clean(clean(text)) == clean(text)


@given(ANYTHING)
def test_canonical_is_idempotent(text: str) -> None:
    """The canonical form of a canonical form is itself."""
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize("form", FORMS)
@given(text=ANYTHING)
def test_composed_and_decomposed_are_one(form: Callable[[str], str], text: str) -> None:
    """A text in NFD has the same forms as the text in NFC."""
    assert form(normalize("NFD", text)) == form(normalize("NFC", text))


@given(ANYTHING)
def test_clean_is_one_storable_line_of_nfc(text: str) -> None:
    """A cleaned text is one line of NFC that UTF-8 can hold, without white space at its ends."""
    cleaned = clean(text)
    assert cleaned == normalize("NFC", cleaned) == cleaned.strip()
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\u00a0\u00a0 Hội\u00a0\u00a0nghị\r\n tổng kết\t", "Hội nghị tổng kết"),
        ("dân\u200b vận\u00ad kh\u2060éo\ufeff", "dân vận khéo"),
        ("Ðảng bộ, Ɖồng Tháp, ðiểm", "Đảng bộ, Đồng Tháp, điểm"),
        ("HÐND, QÐ-UBND, 500.000ð, H’Ðing", "HĐND, QĐ-UBND, 500.000đ, H’Đing"),
        ("Það er Guðmundur, MAÐUR við Ísland", "Það er Guðmundur, MAÐUR við Ísland"),
        ("Thủ tướng Sigurðsson đến ÐÔNG ANH", "Thủ tướng Sigurðsson đến ĐÔNG ANH"),
        ("Tie\u0302\u0301ng Vie\u0323\u0302t", "Tiếng Việt"),
        ("Tiê\u0301ng Viê\u0323t", "Tiếng Việt"),
        ("e\u200d\u0301", "é"),
        ("a\x00b\x07c", "abc"),
        ("one\x0btwo\u2028three", "one two three"),
        ("half \ud83d a pair", "half \ufffd a pair"),
        ("“2016 – 2021”… giữ nguyên", "“2016 – 2021”… giữ nguyên"),
        ("", ""),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    """White space, invisible characters, false Đs and mixed normal forms go; wording and ð stay."""
    assert clean(raw) == cleaned


def test_join_leaves_empty_paragraphs_out() -> None:
    """Joined paragraphs have one blank line between them and none is empty."""
    assert join(["Một.", " \u00a0", "Hai\n\nba."]) == "Một.\n\nHai ba."


def test_canonical_unifies_typography() -> None:
    """Quotes, dashes and ellipsis of any kind are one; digits stay."""
    assert canonical("“Năm ‘dân vận’ 2016 – 2021”…") == "\"Năm 'dân vận' 2016 - 2021\"..."
    assert canonical("«Năm ’dân vận` 2016—2021» ...") == "\"Năm 'dân vận' 2016-2021\" ..."
    assert canonical("6 biết") != canonical("7 biết")


@pytest.mark.parametrize(
    ("one", "other"),
    [("hòa", "hoà"), ("ủy", "uỷ"), ("HÒA", "hoà"), ("khỏe", "khoẻ"), ("của", "cuả")],
)
def test_fold_is_blind_to_the_place_of_the_tone(one: str, other: str) -> None:
    """Two spellings of one word fold alike, within a sentence too."""
    assert fold(f"Nước {one} bình, {one}!") == fold(f"nước {other} bình, {other}!")


@pytest.mark.parametrize(
    ("one", "other"),
    [("quý", "quy"), ("hòa", "hóa"), ("hoa", "hòa"), ("dân", "dan"), ("đi", "di"), ("6", "7")],
)
def test_fold_tells_words_apart(one: str, other: str) -> None:
    """Words that differ in tone, vowel, letter or digit do not fold alike."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hòa", "hoà"), ("ỦY", "uỷ"), ("khỏe khoắn", "khoẻ khoắn"), ("Thùy", "thuỳ")],
)
def test_search_exact_unifies_the_place_of_the_tone(one: str, other: str) -> None:
    """Either spelling of a word is searched as the same."""
    assert search_exact(one) == search_exact(other)


@pytest.mark.parametrize("word", ["quý", "hoàn", "loại", "huỳnh", "của", "hào"])
def test_search_exact_moves_no_other_tone(word: str) -> None:
    """After q, in closed syllables and in other vowels the mark stays where it is."""
    assert search_exact(word) == word


def test_search_fold_drops_every_mark() -> None:
    """A text folded for search is what somebody without a Vietnamese keyboard types."""
    assert (
        search_fold("Dân vận khéo – ĐỒNG THÁP, Ðường sắt") == "dan van kheo – dong thap, duong sat"
    )


@pytest.mark.parametrize("text", ["a" * 2_000_000, "ở\u0323" * 500_000, "1a" * 500_000])
def test_folding_takes_linear_time(text: str) -> None:
    """A word of megabytes, as a page may hold one, is folded in seconds, not in days."""
    began = time.process_time()
    fold(text)
    assert time.process_time() - began < 4


def test_a_word_of_any_length_takes_linear_time() -> None:
    """Megabytes of letters beside something odd are cleaned as fast as others."""
    began = time.process_time()
    for text in ("a" * 2_000_000 + " \u200bđ", "aÐ" * 1_000_000, "ð" * 2_000_000 + " đ"):
        clean(text)
    assert time.process_time() - began < 5.0
