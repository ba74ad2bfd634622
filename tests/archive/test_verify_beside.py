"""A collection is verified while others write into it: what they have in hand is no finding."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest

from archive import verify
from archive.catalog import Catalog
from archive.checks.finding import Finding
from archive.collection import Collection
from tests.archive.support import exchange, look, recorded, response

WRITER = """
    import io, sys, time
    from datetime import UTC, datetime
    from itertools import count
    from archive import Article, Catalog, Change, Collection, Exchange, Look, Run

    collection, site = Collection.open(sys.argv[1]), sys.argv[2]
    largest, pages = int(sys.argv[3]), count()
    page = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n" + b"Trang. " * 200

    def fetched(number):
        url = f"http://{site}.vn/{number}"
        text = page + str(number % 7).encode()
        sent = io.BytesIO(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
        at = datetime.now(UTC)
        return Exchange(target_uri=url, started_at=at, request=sent, response=io.BytesIO(text))

    def one_run(catalog, recording):
        for number in range(next(pages) + 8):
            time.sleep(0.02)
            capture = recording.record(fetched(number))
            article = Article(url=capture.url, site=site, title="Trang", text=f"{number}")
            change = catalog.compare(article)
            brought = None if change is Change.UNCHANGED else article
            seen = Look(
                url=capture.url, site=site, change=change, capture=capture, article=brought
            )
            seen = recording.convert(seen)
            recording.commit()
            catalog.put(seen)
            print(number, flush=True)

    with Catalog(collection.catalog_path) as catalog:
        for night in count():
            id = f"{site}{night}"
            begun = str(datetime.now(UTC))
            with collection.recording(site=site, run_id=id, max_file_bytes=largest) as recording:
                one_run(catalog, recording)
                run = Run(id=id, site=site, started_at=begun, finished_at=begun, outcome="ok")
                recording.finish(run)
                catalog.put(run)
            catalog.note_files(recording.text_files)
"""


@contextmanager
def _writing(collection: Collection, site: str, largest: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that crawls a site over and over, in files of so many bytes."""
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(collection.path), site]
    root = Path(__file__).parents[2]
    with subprocess.Popen([*command, str(largest)], cwd=root, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        try:
            assert writer.stdout.readline() == b"0\n"
            yield writer
        finally:
            writer.kill()
            writer.stdout.close()


def _found(collection: Collection) -> list[Finding]:
    return list(verify.verify(collection))


@pytest.mark.parametrize("largest", [4_000, 1_000_000_000])
def test_beside_a_run(collection: Collection, largest: int) -> None:
    """Whatever others write, close and begin while a collection is verified, nothing is found."""
    recorded(collection, exchange("http://three.vn/"), site="three")
    with (
        _writing(collection, "one", largest) as one,
        _writing(collection, "two", 1_000_000) as two,
    ):
        for _ in range(10):
            assert _found(collection) == []
        assert [one.poll(), two.poll()] == [None, None]
        assert len(collection.warcs()) > 1
        for writer in (one, two):
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    rules = {found.rule for found in _found(collection)}
    assert rules >= {"unfinished"}
    verify.repair(collection)
    assert _found(collection) == []


def test_a_file_that_is_closed_meanwhile_is_no_stray(collection: Collection) -> None:
    """Files that appear, are closed and go between two looks are not strange."""
    is_over = threading.Event()

    def close_one_after_the_other() -> None:
        for number in count():
            closed = collection.archive_dir / f"one-20260101000000-{number:08}-a-b.warc.gz"
            closed.with_name(closed.name + ".open").touch()
            closed.with_name(closed.name + ".open").rename(closed)
            closed.unlink()
            if is_over.is_set():
                return

    with ThreadPoolExecutor() as others:
        writing = others.submit(close_one_after_the_other)
        found = [collection.strays() for _ in range(2_000)]
        is_over.set()
        writing.result()
    assert found == [[]] * 2_000
    assert collection.strays() == []
    (collection.archive_dir / "note.txt").touch()
    (collection.archive_dir / "two.warc.gz.open").mkdir()
    assert [path.name for path in collection.strays()] == ["note.txt", "two.warc.gz.open"]


def test_a_recording_of_this_process(collection: Collection) -> None:
    """A file that this process holds open is no finding; one that a dead process left is."""
    with collection.recording(site="one", run_id="r") as recording:
        with Catalog(collection.catalog_path) as catalog:
            capture = recording.record(exchange("http://a.vn/1"))
            assert capture
            seen = recording.convert(look(capture))
            recording.commit()
            catalog.put(seen)
        (path, text) = collection.left_open()
        assert _found(collection) == []
        left = path.read_bytes()
    assert _found(collection) == []
    path.with_name("two-" + path.name).write_bytes(left)
    unfinished = [found for found in _found(collection) if found.rule == "unfinished"]
    assert [Path(found.file).name for found in unfinished] == ["two-" + path.name]
    assert unfinished[0].severity == "error"
    assert not text.exists()


def test_damage_beside_a_run_is_found(collection: Collection) -> None:
    """That a site is being written hides nothing of its files that were closed before."""
    recorded(collection, exchange("http://a.vn/1"), site="one")
    (path,) = collection.warcs()
    with collection.recording(site="one", run_id="r") as recording:
        recording.record(exchange("http://a.vn/2", response(b"x" * 600)))
        data = path.read_bytes()
        path.write_bytes(data[:-1])
        assert {found.rule for found in _found(collection)} >= {"record", "manifest"}
        path.write_bytes(data)
        index = collection.index_path(path.name)
        lines = index.read_bytes()
        index.unlink()
        assert {found.rule for found in _found(collection)} == {"index"}
        index.write_bytes(lines)


def test_nothing_is_changed(collection: Collection, tmp_path: Path) -> None:
    """To verify makes no table, empties none of another version, and leaves no file behind."""
    recorded(collection, exchange())
    with Catalog(collection.catalog_path):
        pass
    before = {path: path.read_bytes() for path in collection.path.rglob("*") if path.is_file()}
    assert _found(collection) == []
    after = {path: path.read_bytes() for path in collection.path.rglob("*") if path.is_file()}
    assert after == before
    kept = tmp_path / "kept"
    shutil.copy(collection.dedup_path, kept)
    with closing(sqlite3.connect(collection.dedup_path)) as database:
        database.execute("PRAGMA user_version = 99")
    (found,) = _found(collection)
    assert (found.rule, "version 99" in found.message) == ("dedup", True)
    with closing(sqlite3.connect(collection.dedup_path)) as database:
        assert database.execute("SELECT count(*) FROM originals").fetchone() == (1,)
    shutil.copy(kept, collection.dedup_path)
    collection.dedup_path.unlink()
    assert _found(collection) == []
    assert not collection.dedup_path.exists()
