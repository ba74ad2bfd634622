"""Search in the catalog: with marks and without, side by side, in the newest wording."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from archive.article import Change
from archive.catalog import Catalog
from tests.archive.readings import article, look

LIBRARY = {
    1: ("Tổng kết phong trào dân vận khéo", "Tỉnh Đồng Tháp xây dựng đường sắt."),
    2: ("Cánh đồng lúa", "Trời đông, tháp chuông im lặng. Khéo tay hay làm, vận động người dân."),
    3: ("Vì hoà bình", "Uỷ ban nhân dân họp với Đại biểu Quốc hội."),
    4: ("Quý I năm 2021", "Ủy ban Kiểm tra họp vì hòa bình."),
    5: ("Mùa quỳ", "Hoa quy nở rộ."),
}


@pytest.fixture
def library(catalog: Catalog) -> Catalog:
    for number, (title, text) in LIBRARY.items():
        catalog.put(look(Change.NEW, 1, article("bao", number, title=title, text=text)))
    return catalog


def found(catalog: Catalog, words: str, site: str | None = None) -> list[int]:
    hits = catalog.search(words, site)
    return [int(hit.entry.url.rpartition("/")[2].partition(".")[0]) for hit in hits]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("dan van kheo", [1, 2]),
        ("dân vận khéo", [1, 2]),
        ('"dan van kheo"', [1]),
        ("“dân vận khéo”", [1]),
        ("dong thap", [1, 2]),
        ("Đồng Tháp", [1, 2]),
        ("ĐỒNG THÁP", [1, 2]),
        ("Ðồng Tháp", [1, 2]),
        ("đông tháp", [2, 1]),
        ('"dong thap"', [2, 1]),
        ("duong sat", [1]),
        ("hoà bình", [3, 4]),
        ("hòa bình", [3, 4]),
        ("Uỷ", [3, 4]),
        ("uy ban", [3, 4]),
        ("dan chuong", [2]),
        ("chuông sắt", []),
        ("2021", [4]),
    ],
)
def test_search(library: Catalog, words: str, numbers: list[int]) -> None:
    """Words are found with and without marks, in any case and spelling of the tone."""
    assert sorted(found(library, words)) == sorted(numbers)


def test_words_with_their_marks_come_first(library: Catalog) -> None:
    """Of articles that have the words, those that have the same marks come first."""
    assert found(library, "Đồng Tháp")[0] == 1
    assert found(library, "đông tháp")[0] == 2
    assert found(library, "quý")[0] == 4
    assert found(library, "quỳ")[0] == 5


def test_words_side_by_side_come_first(library: Catalog) -> None:
    """Unquoted words that stand side by side come before the same words scattered."""
    assert found(library, "dan van kheo") == [1, 2]


def test_decomposed_words_are_found(library: Catalog) -> None:
    """A search typed in NFD finds, in the same order, what one in NFC finds."""
    assert found(library, normalize("NFD", "Đồng Tháp")) == found(library, "Đồng Tháp") == [1, 2]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("dan*", {1, 2, 3}),
        ("^dan", {1, 2, 3}),
        ("-dan", {1, 2, 3}),
        ("((dan", {1, 2, 3}),
        ('dan "', {1, 2, 3}),
        ("\ud800 dan", {1, 2, 3}),
        ("dan " * 5_000, {1, 2, 3}),
        ("dan + van", {1, 2}),
        ("dan OR sat", set()),
        ("dan NOT sat", set()),
        ("NEAR(dan van, 2)", set()),
        ("fold:dan", set()),
        ("{fold exact}: dan", set()),
        ('dan" OR fold:dan "', set()),
        ("dan'; DROP TABLE words; --", set()),
        ("dan\x00van", set()),
    ],
)
def test_search_syntax_is_harmless(library: Catalog, words: str, numbers: set[int]) -> None:
    """Operators, quotes and controls are words like others, or nothing; none is an error."""
    assert set(found(library, words)) == numbers


@pytest.mark.parametrize("words", ["", "   ", '""', "*", "?!", "–", "_"])
def test_a_search_without_words(library: Catalog, words: str) -> None:
    """Without a letter or digit there is nothing to find."""
    assert library.search(words) == []


def test_search_within_a_site(library: Catalog) -> None:
    """A search may be held to one site and to a number of hits."""
    library.put(look(Change.NEW, 1, article("dang", 1, title="Đồng Tháp", text="Đồng Tháp")))
    assert [hit.entry.site for hit in library.search("dong thap", "dang")] == ["dang"]
    assert len(library.search("dong thap")) == 3
    assert len(library.search("dong thap", limit=2)) == 2
    assert library.search("dong thap", limit=0) == []


def test_the_newest_wording_is_searched(library: Catalog) -> None:
    """Words that an article no longer has do not find it; captions and authors do."""
    edited = article(
        "bao", 1, title="Khác", text="Khác hẳn.", author="Thanh Tùng", captions=("Cầu dài",)
    )
    library.put(look(Change.CHANGED, 2, edited))
    assert found(library, "duong sat") == []
    assert found(library, "thanh tung") == found(library, "cau dai") == [1]


def test_a_snippet_shows_the_words(catalog: Catalog) -> None:
    """A hit shows the passage with the words, as printed, and marks each of them."""
    filler = "Một câu không có gì để tìm trong đó cả. " * 40
    text = f"{filler}Đoàn công tác thăm huyện Cao Lãnh, tỉnh Đồng Tháp, sáng nay. {filler}"
    catalog.put(look(Change.NEW, 1, article(text=text)))
    (hit,) = catalog.search("cao lanh dong thap")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["Cao", "Lãnh", "Đồng", "Tháp"]
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet) < 300


def test_a_snippet_of_a_short_text_is_whole(catalog: Catalog) -> None:
    """A short article is shown from its title to its last sign."""
    catalog.put(look(Change.NEW, 1, article(title="“Đầu đề”", text="Vài chữ thôi.")))
    (hit,) = catalog.search("chu")
    assert hit.snippet == "“Đầu đề” Vài chữ thôi."
