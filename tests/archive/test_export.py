"""Export: records with the keys of the issue, whole files, cells that Excel does not run."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive import export
from archive.article import Article, Change, Link, text_digest
from archive.catalog import Catalog
from archive.errors import StorageFailed
from tests.archive.readings import article, capture, day, look

KEYS = [
    "url",
    "site",
    "title",
    "lead",
    "text",
    "published",
    "updated",
    "author",
    "section",
    "captions",
    "attachments",
    "previous",
    "next",
    "language",
    "change",
    "first_seen",
    "last_seen",
    "gone_at",
    "capture",
    "text_digest",
    "extractor",
    "reread_at",
]

FULL = article(
    title="=SUM(A1) “Đầu đề”",
    lead="- Gạch đầu dòng",
    text="Đoạn một, có dấu phẩy.\n\nĐoạn hai.",
    published="2026-01-01T08:00+07:00",
    author="Thanh Tùng",
    captions=("Ảnh 1", "Ảnh 2"),
    attachments=(Link(title="Kế hoạch", url="https://bao.example/kh.pdf"),),
    previous=Link(title="Bài trước", url="https://bao.example/0.html"),
    extractor="generic 1",
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    edited = replace(FULL, text="Đoạn một đã sửa.")
    with Catalog(tmp_path / "catalog.sqlite3") as opened:
        opened.put(look(Change.NEW, 1, FULL))
        opened.put(look(Change.UNCHANGED, 2, FULL))
        opened.put(look(Change.CHANGED, 4, edited))
        opened.put(look(Change.GONE, 6, edited))
        opened.put(look(Change.NEW, 1, article("dang")))
        yield opened


def lines(catalog: Catalog, site: str | None = None) -> list[dict[str, Any]]:
    out = io.StringIO()
    number = export.jsonl(catalog, out, site)
    records = [json.loads(line) for line in out.getvalue().splitlines()]
    assert number == len(records)
    return records


def test_a_record(catalog: Catalog) -> None:
    """A version is one object with the promised keys in their order, its times at +07:00."""
    first = lines(catalog)[0]
    assert list(first) == list(export.KEYS) == KEYS
    seen = capture(FULL.url, day(1), f"{FULL.url} 1".encode())
    assert first == {
        "url": FULL.url,
        "site": "bao",
        "title": "=SUM(A1) “Đầu đề”",
        "lead": "- Gạch đầu dòng",
        "text": "Đoạn một, có dấu phẩy.\n\nĐoạn hai.",
        "published": "2026-01-01T08:00+07:00",
        "updated": None,
        "author": "Thanh Tùng",
        "section": None,
        "captions": ["Ảnh 1", "Ảnh 2"],
        "attachments": [{"title": "Kế hoạch", "url": "https://bao.example/kh.pdf"}],
        "previous": {"title": "Bài trước", "url": "https://bao.example/0.html"},
        "next": None,
        "language": "vi",
        "change": "new",
        "first_seen": "2026-01-02T01:30:00+07:00",
        "last_seen": "2026-01-03T01:30:00+07:00",
        "gone_at": "2026-01-07T01:30:00+07:00",
        "capture": {
            "filename": "a.warc.gz",
            "offset": seen.offset,
            "length": 100,
            "record_id": seen.record_id,
            "payload_digest": str(seen.digest),
            "captured_at": "2026-01-02T01:30:00+07:00",
        },
        "text_digest": str(text_digest(FULL)),
        "extractor": "generic 1",
        "reread_at": None,
    }


def test_a_record_for_each_version(catalog: Catalog) -> None:
    """Every wording is a record, by site, URL and time; `gone_at` is null while one lives."""
    found = [(record["site"], record["change"], record["gone_at"]) for record in lines(catalog)]
    gone = "2026-01-07T01:30:00+07:00"
    assert found == [("bao", "new", gone), ("bao", "changed", gone), ("dang", "new", None)]
    assert [record["site"] for record in lines(catalog, "dang")] == ["dang"]
    assert lines(catalog, "nowhere") == []


def test_jsonl_is_readable_as_it_stands(catalog: Catalog) -> None:
    """JSON Lines hold Vietnamese letters, not escapes, and one record a line."""
    out = io.StringIO()
    export.jsonl(catalog, out)
    assert "Đoạn một đã sửa." in out.getvalue()
    assert out.getvalue().count("\n") == 3


def test_times_are_local(tmp_path: Path) -> None:
    """The times of a record are those of its looks, in Vietnam."""
    with Catalog(tmp_path / "catalog.sqlite3") as catalog:
        catalog.put_many([look(Change.NEW, 1, article()), look(Change.GONE, 2, article())])
        (record,) = lines(catalog)
    first, gone = "2026-01-02T01:30:00+07:00", "2026-01-03T01:30:00+07:00"
    assert (record["first_seen"], record["last_seen"], record["gone_at"]) == (first, first, gone)
    assert record["capture"]["captured_at"] == first


def table(catalog: Catalog) -> list[dict[str, str]]:
    out = io.StringIO(newline="")
    export.csv(catalog, out)
    assert out.getvalue().startswith("\ufeffurl,site,title,")
    return list(csv.DictReader(io.StringIO(out.getvalue().lstrip("\ufeff"), newline="")))


def test_csv_says_what_jsonl_says(catalog: Catalog) -> None:
    """Each CSV row has the values of its JSON record: lists as JSON, null as nothing."""
    for row, record in zip(table(catalog), lines(catalog), strict=True):
        assert list(row) == KEYS
        assert json.loads(row["captions"]) == record["captions"]
        assert json.loads(row["attachments"]) == record["attachments"]
        assert json.loads(row["capture"]) == record["capture"]
        assert row["text"] == record["text"]
        assert row["gone_at"] == (record["gone_at"] or "")
        assert row["updated"] == ""


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "\t=", "\r="])
def test_csv_cells_are_no_formulas(tmp_path: Path, sign: str) -> None:
    """A cell that a spreadsheet would run has an apostrophe in front; others have none."""
    title = f"{sign}HYPERLINK(1)"
    with Catalog(tmp_path / "catalog.sqlite3") as catalog:
        catalog.put(look(Change.NEW, 1, article(title=title, lead="1 = 1")))
        (row,) = table(catalog)
    assert row["title"] == f"'{title}"
    assert row["lead"] == "1 = 1"


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_to_file(catalog: Catalog, tmp_path: Path, format: str) -> None:
    """A file has what the stream would have, in UTF-8, and nothing is left beside it."""
    path = tmp_path / "out" / f"articles.{format}"
    path.parent.mkdir()
    assert export.to_file(catalog, path, format, "bao") == 2
    out = io.StringIO(newline="")
    export.FORMATS[format](catalog, out, "bao")
    assert path.read_bytes().decode() == out.getvalue()
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_export_leaves_the_old_file(catalog: Catalog, tmp_path: Path) -> None:
    """When an export breaks off, the file of the last one is there whole, and no other."""
    path = tmp_path / "out" / "articles.jsonl"
    path.parent.mkdir()
    export.to_file(catalog, path, "jsonl")
    before = path.read_bytes()
    catalog._db.execute("UPDATE looks SET reading = '{}' WHERE change = 'changed'")
    with pytest.raises(ValueError, match="not an article record"):
        export.to_file(catalog, path, "jsonl")
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_place_that_cannot_be_written(catalog: Catalog, tmp_path: Path) -> None:
    """A missing directory, or one where the file should be, is StorageFailed."""
    for path in (tmp_path / "nowhere" / "a.jsonl", tmp_path):
        with pytest.raises(StorageFailed, match="cannot write"):
            export.to_file(catalog, path, "jsonl")


def test_an_unknown_format(catalog: Catalog, tmp_path: Path) -> None:
    """A format that is not known is a KeyError before anything is written."""
    with pytest.raises(KeyError):
        export.to_file(catalog, tmp_path / "a.xml", "xml")
    assert not (tmp_path / "a.xml").exists()


def test_an_export_is_a_stream(tmp_path: Path) -> None:
    """Ten times the articles do not take twice the memory."""

    def peak(count: int) -> int:
        with Catalog(tmp_path / f"{count}.sqlite3") as catalog, open("/dev/null", "w") as nowhere:
            catalog.put_many(look(Change.NEW, 1, long_article(number)) for number in range(count))
            export.jsonl(catalog, nowhere)  # warms caches
            tracemalloc.start()
            assert export.jsonl(catalog, nowhere) == count
            top = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return top

    peak(300)  # the interpreter keeps some hundred objects for later use, and counts them once
    assert peak(300) < 2 * peak(30)


def long_article(number: int) -> Article:
    return article(number=number, text=f"Câu số {number}. " * 500)


def test_a_reading_again_is_a_record(catalog: Catalog) -> None:
    """What was read again from an old capture says so, and when; the reading before it stays."""
    better = replace(FULL, text="Đoạn một.")
    catalog.put(replace(look(Change.REREAD, 1, better), reread_at=day(9)))
    told = [(one["change"], one["text"], one["reread_at"]) for one in lines(catalog, "bao")]
    assert told == [
        ("new", FULL.text, None),
        ("reread", "Đoạn một.", "2026-01-10T01:30:00+07:00"),
        ("changed", "Đoạn một đã sửa.", None),
    ]
