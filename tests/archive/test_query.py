"""A search as typed: its terms, their bounds, and the excerpt shown of a text."""

from __future__ import annotations

import pytest

from archive.query import MAX_TERMS, Query


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("dân vận khéo", [["dân"], ["vận"], ["khéo"]]),
        ('"dân vận" khéo', [["dân", "vận"], ["khéo"]]),
        ("“dân vận” ‘khéo’", [["dân", "vận"], ["khéo"]]),
        ("29/12 UBND-HĐND", [["29", "12"], ["UBND", "HĐND"]]),
        ('"dân vận', [["dân"], ["vận"]]),
        ("* – _ ?", []),
    ],
)
def test_terms(words: str, terms: list[list[str]]) -> None:
    """Quotes of any kind, and signs within a word, hold words together; other signs are nothing."""
    assert Query(words).terms == terms


def test_the_index_is_asked_for_both_columns() -> None:
    """Every term is asked of both columns, and once more all of them side by side."""
    assert Query("Hòa AND").match == (
        '((fold : "hoa" OR exact : "hoà") AND (fold : "and" OR exact : "and"))'
        ' OR fold : "hoa and" OR exact : "hoà and"'
    )


def test_no_word_makes_no_question() -> None:
    """A query without words has nothing to ask."""
    with pytest.raises(ValueError, match="no word"):
        _ = Query("–").match


def test_a_pasted_page_is_a_short_question() -> None:
    """No more than MAX_TERMS words are looked for, however many are given."""
    query = Query("một hai ba " * 100_000)
    assert len(query.terms) == MAX_TERMS
    assert len(query.match) < 5_000


def test_the_excerpt_has_most_of_the_words() -> None:
    """Of several passages the one with most of the words, in their own spelling, is shown."""
    gap = "không có gì " * 30
    text = f"Đông, tháp. {gap} Tỉnh Đồng Tháp. {gap} Tháp Mười."
    snippet, marks = Query("Đồng Tháp").excerpt(text)
    assert [snippet[start:end] for start, end in marks] == ["Đồng", "Tháp"]
    snippet, marks = Query("đông tháp").excerpt(text)
    assert [snippet[start:end] for start, end in marks] == ["Đông", "tháp"]
    assert snippet.startswith("Đông, tháp.")
    assert snippet.endswith(" …")


@pytest.mark.parametrize("text", ["", "…", " \u00a0\n"])
def test_the_excerpt_of_nothing(text: str) -> None:
    """A text without words gives an empty excerpt."""
    assert Query("dân").excerpt(text) == ("", ())


@pytest.mark.parametrize("text", ["x" * 1_000_000, "dân " * 300_000, "dân" + "-" * 1_000_000])
def test_the_excerpt_is_short(text: str) -> None:
    """An excerpt stays short whatever the text is, with its marks inside."""
    snippet, marks = Query("dân").excerpt(text)
    assert 0 < len(snippet) < 410
    assert all(snippet[start:end] == "dân" for start, end in marks)


def test_a_text_without_the_words_shows_its_beginning() -> None:
    """Where none of the words is, the excerpt is the beginning of the text."""
    assert Query("dân").excerpt("Một hai ba.") == ("Một hai ba.", ())
