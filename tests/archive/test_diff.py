"""What differs between two readings: told word by word, whole, and in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article, Link, compare
from archive.article import Change as Found
from archive.diff import Part, Piece, diff, joined


def read(text: str = "", **fields: object) -> Article:
    values: dict[str, object] = {"url": "u", "site": "s", "title": "t", "text": text}
    return Article(**(values | fields))  # type: ignore[arg-type]


def told(old: str, new: str) -> str:
    """The pieces of a text, marked."""
    marks = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return "|".join(
        " ".join(marks[piece.kind].format(piece.text) for piece in passage)
        for part in diff(read(old), read(new))
        for passage in part.passages
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Có 7 tập thể.", "Có 8 tập thể.", "Có [-7-] {+8+} tập thể."),
        ("Một hai ba.", "Một ba.", "Một [-hai-] ba."),
        ("Một.", "Một.\n\nHai.", "Một.|{+Hai.+}"),
        ("Một.\n\nHai.", "Một.", "Một.|[-Hai.-]"),
        ("A b.\n\nC.\n\nD e.", "A x.\n\nC.\n\nD f.", "A [-b.-] {+x.+}|C.|D [-e.-] {+f.+}"),
        ("Một hai.", "Một\n\nhai.", "Một {+\n\n+} hai."),
        ("A b.", "C d.", "[-A b.-] {+C d.+}"),
        ("hòa bình", "hoà bình", "[-hòa-] {+hoà+} bình"),
        ("Ông nói: “hay”", 'Ông  nói: "hay"', ""),
    ],
)
def test_what_is_told(old: str, new: str, expected: str) -> None:
    """Only the words that differ are set off; paragraphs that are the same stand between."""
    assert told(old, new) == expected


def test_every_field_that_differs() -> None:
    """Title, lead, text and description are told by name, in this order, and no other field."""
    old = read("Một.", title="Đầu đề", published="2026-01-01", captions=("Ảnh.",))
    new = read(
        "Hai.",
        title="Đầu đề mới",
        lead="Sapo.",
        published="2026-01-01",
        attachments=(Link(title="Kế hoạch", url="https://bao.example/kh.pdf"),),
    )
    parts = list(diff(old, new))
    assert [part.name for part in parts] == ["title", "lead", "text", "captions", "attachments"]
    assert parts[0].passages == ((Piece("same", "Đầu đề"), Piece("new", "mới")),)
    assert parts[1].passages == ((Piece("new", "Sapo."),),)
    assert list(diff(old, old)) == []


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=8).map(" ".join)
TEXTS = st.lists(WORDS, max_size=5).map("\n\n".join)


def side(part: Part, kind: str) -> str:
    """The text of one side, put together again from the pieces."""
    passages = [
        joined([piece.text for piece in passage if piece.kind in ("same", kind)])
        for passage in part.passages
    ]
    return "\n\n".join(passage for passage in passages if passage)


@given(TEXTS, TEXTS)
def test_nothing_is_lost_and_nothing_invented(old: str, new: str) -> None:
    """The pieces of either side are its text; equal texts, and only they, have no difference."""
    parts = list(diff(read(old), read(new)))
    assert bool(parts) == (old != new)
    for part in parts:
        assert side(part, "old").split() == old.split()
        assert side(part, "new").split() == new.split()
    if compare(read(old), read(new)) is Found.CHANGED:
        assert parts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 100_000, "b a c " * 70_000),
        ("a\n\nb\n\n" * 50_000 + "x", "b\n\na\n\nc\n\n" * 40_000 + "x"),
        (" ".join(map(str, range(200_000))), " ".join(map(str, range(200_000, 0, -1)))),
        (
            "\n\n".join(f"a{n} b" for n in range(20_000)),
            "\n\n".join(f"b c{n}" for n in range(20_000)),
        ),
    ],
)
def test_hostile_texts_take_no_longer(old: str, new: str) -> None:
    """Texts made to be compared for ever are told as replaced, in seconds."""
    started = time.process_time()
    assert list(diff(read(old), read(new)))
    assert time.process_time() - started < 15
