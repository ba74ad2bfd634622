"""Each line of the specification's sections 2, 3, 6 and 7 that a validator can check, by a record
that breaks it and is sound otherwise. The numbers are those of the lines.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from archive import verify
from archive.checks.finding import Finding
from archive.collection import Collection
from tests.archive.mutants import Content, full, pack
from tests.archive.validator import members
from tests.archive.validator import sha1 as labelled

Change = Callable[[bytes], bytes]


def sha1(block: bytes) -> bytes:
    return labelled(block).encode()


ID = b"<urn:uuid:00000000-0000-4000-8000-0000000000ff>"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return full(tmp_path_factory.mktemp("lines") / "c")


@contextmanager
def _put_back(*paths: Path) -> Iterator[None]:
    before = {path: path.read_bytes() for path in paths}
    try:
        yield
    finally:
        for path, data in before.items():
            path.write_bytes(data)


def _replaced(old: bytes, new: bytes) -> Change:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change


def _line(name: bytes, new: bytes) -> Change:
    """Another value for a field; without the field when it is empty."""

    def change(content: bytes) -> bytes:
        head, end, rest = content.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        assert any(line.startswith(name + b":") for line in lines)
        kept = [
            new and name + b": " + new if line.startswith(name + b":") else line for line in lines
        ]
        return b"\r\n".join(filter(None, kept)) + end + rest

    return change


def _plus(line: bytes) -> Change:
    return _replaced(b"\r\nWARC-Date", b"\r\n" + line + b"\r\nWARC-Date")


def _block(change: Change) -> Change:
    """Another block, with its length and digest made right."""

    def changed(content: bytes) -> bytes:
        head, _, rest = content.partition(b"\r\n\r\n")
        block = change(rest[:-4])
        head = _line(b"Content-Length", str(len(block)).encode())(head + b"\r\n\r\n")
        return _line(b"WARC-Block-Digest", sha1(block))(head) + block + rest[-4:]

    return changed


RESPONSE, REQUEST, METADATA, REVISIT, UNMODIFIED = 1, 2, 3, 4, 7
CASES: list[tuple[int, str, int, Change, str]] = [
    (1, "one-2", RESPONSE, _replaced(b"WARC/1.1", b"WARC/1.0"), "version"),
    (1, "one-2", RESPONSE, _replaced(b"WARC/1.1\r\n", b"WARC/1.1\n"), "syntax"),
    (1, "one-2", RESPONSE, lambda content: content + b"\r\n", "syntax"),
    (2, "one-2", RESPONSE, _line(b"Content-Length", b"7"), "record"),
    (3, "one-2", RESPONSE, _plus(b"X: \xff"), "encoding"),
    (3, "one-2", RESPONSE, _replaced(b"\r\nWARC-Date: ", b"\r\nWARC-Date:\r\n "), "syntax"),
    (3, "one-2", RESPONSE, _plus(b"X: =?utf-8?q?a?="), "encoding"),
    (4, "one-2", RESPONSE, _plus(b"WARC-Type: response"), "repeated-field"),
    (5, "one-2", RESPONSE, _plus(b"X: a\0b"), "syntax"),
    (5, "one-2", RESPONSE, _plus(b"X: a\rb"), "syntax"),
    (5, "one-2", 0, _block(_replaced(b"format: ", b"format: a\0")), "warc-fields"),
    (6, "one-2", RESPONSE, _line(b"WARC-Record-ID", b""), "required-field"),
    (6, "one-2", RESPONSE, _line(b"WARC-Date", b""), "required-field"),
    (6, "one-2", RESPONSE, _line(b"WARC-Type", b""), "required-field"),
    (6, "one-2", RESPONSE, _line(b"Content-Length", b""), "record"),
    (7, "one-2", METADATA, _line(b"WARC-Record-ID", ID.replace(b"-4000", b"-1000")), "id"),
    (8, "one-2", RESPONSE, _line(b"WARC-Date", b"2026-03-07T12:00:00Z"), "date"),
    (8, "one-2", RESPONSE, _line(b"WARC-Date", b"2026-02-30T12:00:00.123456Z"), "date"),
    (8, "one-2", REQUEST, _line(b"WARC-Date", b"2026-03-07T12:00:00.123457Z"), "group"),
    (9, "one-2", RESPONSE, _line(b"Content-Type", b""), "content-type"),
    (9, "one-2", RESPONSE, _line(b"Content-Type", b"application/http"), "content-type"),
    (10, "one-2", RESPONSE, _line(b"WARC-Target-URI", b""), "required-field"),
    (10, "one-2", RESPONSE, _line(b"WARC-Target-URI", b"<https://one.vn/>"), "target-uri-brackets"),
    (10, "one-2", RESPONSE, _line(b"WARC-Target-URI", b"https://one.vn/a b"), "target-uri"),
    (10, "one-2", 0, _plus(b"WARC-Target-URI: https://one.vn/"), "forbidden-field"),
    (11, "one-2", RESPONSE, _line(b"WARC-Warcinfo-ID", ID), "warcinfo"),
    (11, "one-2", 0, _plus(b"WARC-Warcinfo-ID: " + ID), "forbidden-field"),
    (12, "one-2", REQUEST, _line(b"WARC-Concurrent-To", ID), "concurrent-to"),
    (12, "one-2", REQUEST, _line(b"WARC-Concurrent-To", b""), "group"),
    (12, "one-t", 1, _plus(b"WARC-Concurrent-To: " + ID), "forbidden-field"),
    (13, "one-2", RESPONSE, _line(b"WARC-IP-Address", b"10.0.0.300"), "ip-address"),
    (13, "one-2", RESPONSE, _line(b"WARC-IP-Address", b"2001:DB8:0::7"), "ip-address"),
    (13, "one-2", REQUEST, _line(b"WARC-IP-Address", b"10.0.0.8"), "group"),
    (13, "one-t", 1, _plus(b"WARC-IP-Address: 10.0.0.7"), "forbidden-field"),
    (14, "one-2", RESPONSE, _line(b"WARC-Block-Digest", b""), "block-digest"),
    (14, "one-2", RESPONSE, _replaced(b"</p>", b"<p/>"), "block-digest"),
    (15, "one-2", METADATA, _plus(b"WARC-Payload-Digest: " + sha1(b"")), "forbidden-field"),
    (15, "one-2", 0, _plus(b"WARC-Payload-Digest: " + sha1(b"")), "forbidden-field"),
    (15, "one-2", REQUEST, _plus(b"WARC-Payload-Digest: " + sha1(b"")), "payload-digest"),
    (16, "one-2", RESPONSE, _replaced(b"Block-Digest: sha1", b"Block-Digest: SHA1"), "digest-form"),
    (16, "one-2", RESPONSE, _replaced(b"Block-Digest: sha1:", b"Block-Digest: "), "digest"),
    (17, "one-2", RESPONSE, _plus(b"WARC-Truncated: because"), "truncated"),
    (19, "one-2", 0, _line(b"WARC-Filename", b"other.warc.gz"), "warcinfo"),
    (19, "one-2", RESPONSE, _plus(b"WARC-Filename: a.warc.gz"), "forbidden-field"),
    (20, "one-2", RESPONSE, _plus(b"WARC-Refers-To: " + ID), "forbidden-field"),
    (20, "one-2", METADATA, _plus(b"WARC-Refers-To-Date: 2026"), "forbidden-field"),
    (20, "one-t", 1, _plus(b"WARC-Refers-To-Target-URI: a:b"), "forbidden-field"),
    (22, "one-2", RESPONSE, _block(_replaced(b"HTTP/1.1 200", b"HTTQ/1.1 200")), "http"),
    (23, "one-2", REQUEST, _block(_replaced(b"GET / HTTP", b"GET /HTTP")), "http"),
    (24, "one-2", RESPONSE, _block(_replaced(b"</p>", b"<p/>")), "payload-digest"),
    (27, "one-2", RESPONSE, _block(_replaced(b"HTTP/1.1 200", b"HTTP/2 200")), "http-version"),
    (30, "one-2", REVISIT, _line(b"WARC-Profile", b""), "required-field"),
    (30, "one-2", REVISIT, _line(b"WARC-Profile", b"http://a.vn/revisit"), "profile"),
    (31, "one-2", REVISIT, _line(b"WARC-Payload-Digest", b""), "required-field"),
    (31, "one-2", REVISIT, _line(b"WARC-Truncated", b""), "truncated"),
    (31, "one-2", REVISIT, _block(lambda block: block + b"body"), "revisit"),
    (32, "one-2", REVISIT, _line(b"WARC-Refers-To", b""), "required-field"),
    (32, "one-2", UNMODIFIED, _line(b"WARC-Refers-To-Target-URI", b""), "required-field"),
    (32, "one-2", UNMODIFIED, _line(b"WARC-Refers-To-Date", b""), "required-field"),
    (
        33,
        "one-2",
        REVISIT,
        _line(b"WARC-Refers-To-Date", b"2026-03-07T12:00:00.123457Z"),
        "revisit",
    ),
    (34, "one-2", REVISIT, _line(b"WARC-Refers-To", ID), "revisit"),
    (35, "one-2", UNMODIFIED, _plus(b"WARC-Payload-Digest: " + sha1(b"")), "forbidden-field"),
    (36, "one-2", REVISIT, _block(_replaced(b" 200 OK", b" 404 No")), "revisit"),
    (40, "one-2", 0, _block(_replaced(b"software: ", b"softwear: ")), "warcinfo"),
    (40, "one-2", 0, _line(b"WARC-Type", b"metadata"), "warcinfo"),
    (42, "one-2", METADATA, _line(b"WARC-Type", b"continuation"), "type"),
]


@pytest.mark.parametrize(("line", "prefix", "number", "change", "rule"), CASES)
def test_each_line(
    collection: Collection, line: int, prefix: str, number: int, change: Change, rule: str
) -> None:
    """A record that breaks this line is found by its rule, and by the clause of the standard."""
    found = _found(collection, prefix, number, change)
    assert rule in {one.rule for one in found}
    assert all(one.standard for one in found if one.rule == rule)


def _found(collection: Collection, prefix: str, number: int, change: Change) -> list[Finding]:
    path = next(p for p in collection.archive_dir.iterdir() if p.name.startswith(prefix))
    data = path.read_bytes()
    parts = [data[offset : offset + length] for offset, length, _ in members(data)]
    content = change(members(data)[number][2])
    parts[number] = pack(content)
    with _put_back(path):
        path.write_bytes(b"".join(parts))
        return [one for one in verify.verify(collection) if one.rule != "manifest"]


def test_several_records_in_a_member(collection: Collection) -> None:
    """41: two records in one gzip member are found."""
    path = next(p for p in collection.archive_dir.iterdir() if p.name.startswith("one-2"))
    with _put_back(path):
        content = b"".join(content for _, _, content in members(path.read_bytes()))
        path.write_bytes(pack(content))
        assert "record" in {one.rule for one in verify.verify(collection)}


def _swapped_reference(collection: Collection, to: int) -> set[str]:
    """The first revisit made to refer, in full, to another record of its file."""
    path = next(p for p in collection.archive_dir.iterdir() if p.name.startswith("one-2"))
    content = members(path.read_bytes())[to][2]
    fields = dict(Content.parse(content).fields)

    def change(revisit: bytes) -> bytes:
        revisit = _line(b"WARC-Refers-To", fields[b"WARC-Record-ID"])(revisit)
        revisit = _line(b"WARC-Refers-To-Target-URI", fields[b"WARC-Target-URI"])(revisit)
        return _line(b"WARC-Refers-To-Date", fields[b"WARC-Date"])(revisit)

    found = _found(collection, "one-2", REVISIT, change)
    return {one.message.partition(" (")[0] for one in found if one.rule == "revisit"}


def test_what_a_revisit_may_refer_to(collection: Collection) -> None:
    """28, 34: not to a revisit, a truncated response, a request, or another payload."""
    assert _swapped_reference(collection, RESPONSE) == set()
    revisit = _swapped_reference(collection, UNMODIFIED)
    assert revisit == {"refers to a revisit"}
    assert _swapped_reference(collection, 10) == {"refers to a truncated response"}
    assert _swapped_reference(collection, REQUEST) == {"refers to a request"}
    assert _swapped_reference(collection, 13) == {"its payload digest is not the original's"}


def _rules(collection: Collection) -> set[str]:
    return {one.rule for one in verify.verify(collection)}


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("dedup", "UPDATE originals SET url = url || 'x'"),
        ("dedup", "UPDATE originals SET date = '2026-03-07T12:00:00.000000Z'"),
        ("dedup", "UPDATE originals SET filename = 'gone.warc.gz'"),
        ("dedup", "UPDATE originals SET digest = 'sha1:' || substr(digest, 6, 31) || 'A'"),
        ("catalog", "UPDATE looks SET seen_at = '2027' || substr(seen_at, 5)"),
        ("catalog", "UPDATE looks SET captured_url = captured_url || 'x'"),
        ("catalog", """UPDATE looks SET reading = replace(reading, '"offset": ', '"offset": 1')"""),
        ("catalog", "UPDATE articles SET url = url || 'x'"),
        ("catalog", "UPDATE runs SET id = id || 'x'"),
        ("catalog", "UPDATE looks SET reread_at = '2027' || substr(reread_at, 5)"),
        ("catalog", "UPDATE models SET version = version || 'x'"),
        ("catalog", "DELETE FROM models"),
    ],
)
def test_what_is_derived_and_false(collection: Collection, table: str, sql: str) -> None:
    """A catalog or dedup table that says what no file holds is found by its name."""
    path = collection.path / f"{table}.sqlite3"
    with _put_back(path):
        with closing(sqlite3.connect(path)) as database, database:
            assert database.execute(sql).rowcount
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
        assert _rules(collection) == {table}
    assert _rules(collection) == set()


@pytest.mark.parametrize("table", ["dedup", "catalog"])
def test_a_database_that_is_none(collection: Collection, table: str) -> None:
    """A catalog or dedup table that cannot be read is a finding, not an end of the check."""
    path = collection.path / f"{table}.sqlite3"
    with _put_back(path):
        path.write_bytes(b"no database " * 1000)
        assert _rules(collection) == {table}


def test_46_the_manifest(collection: Collection) -> None:
    """46: a line that cannot be read, an entry of no file, a file of no entry: all are found."""
    path = collection.manifest_path
    with _put_back(path):
        path.write_bytes(path.read_bytes() + b"nonsense\n")
        assert _rules(collection) == {"manifest"}
    with _put_back(path):
        path.write_text(path.read_text().replace("archive/one", "archive/other"))
        assert _rules(collection) == {"manifest"}
    with _put_back(path):
        path.write_bytes(b"")
        assert [one.rule for one in verify.verify(collection)] == ["manifest"] * 4


def test_indexes(collection: Collection) -> None:
    """An index that lacks a line, has one twice, is not sorted or speaks of no file is found."""
    path = collection.index_path(collection.warcs()[0].name)
    lines = path.read_bytes().splitlines(keepends=True)
    for wrong in (lines[1:], lines[::-1], [*lines, lines[-1]], [*lines, b"~ 2026 {}\n"]):
        with _put_back(path):
            path.write_bytes(b"".join(wrong))
            assert _rules(collection) == {"index"}
    stray = path.with_name("stray.cdxj")
    stray.write_bytes(b"")
    assert _rules(collection) == {"index"}
    stray.unlink()
