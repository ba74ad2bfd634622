"""What a dead process left half done, done to the end by whoever comes next."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive import Catalog, Change, Collection, Model, Run, manifest
from archive.catalog import dump
from archive.dedup import Dedup
from archive.verify import verify
from tests.archive.support import NOON, exchange, look, response
from tests.archive.validator import members


def _night(collection: Collection, site: str) -> None:
    """A whole run: captures, a revisit, looks, and the run itself."""
    with (
        Catalog(collection.catalog_path) as catalog,
        collection.recording(site=site, run_id=site) as recording,
    ):
        tagged = response(headers=("ETag: a",))
        for n in range(4):
            capture = recording.record(
                exchange(f"http://{site}.vn/{n % 2}", tagged, at=NOON.replace(hour=n))
            )
            assert capture
            read = recording.convert(look(capture, site=site, text=f"Bài {n}."))
            again = replace(read, change=Change.REREAD, reread_at="2026-03-08T00:00:00.000000Z")
            catalog.put_many([read, recording.convert(again)])
            recording.commit()
        model = Model(site=site, version="1", learned_at=read.seen_at, content={"blocks": 7})
        recording.learn(model)
        catalog.put(model)
        stamp = "2026-03-07T19:00:00+07:00"
        run = Run(id=site, site=site, started_at=stamp, finished_at=stamp, outcome="ok")
        recording.finish(run)
        catalog.put(run)
    with Catalog(collection.catalog_path) as catalog:
        catalog.note_files(recording.text_files)


def _said(collection: Collection) -> tuple[object, ...]:
    """All that is derived."""
    with (
        Catalog(collection.catalog_path) as catalog,
        closing(Dedup(collection.dedup_path)) as dedup,
    ):
        tables = list(dump(catalog)), list(dedup.dump()), catalog.files()
    indexes = {path.name: path.read_bytes() for path in collection.indexes_dir.iterdir()}
    return (*tables, indexes, manifest.read(collection.manifest_path))


@pytest.fixture
def kept(collection: Collection) -> Collection:
    _night(collection, "one")
    _night(collection, "two")
    return collection


def test_nothing_is_done_to_what_is_whole(kept: Collection) -> None:
    """A collection whose runs ended well is not touched."""
    before = _said(kept)
    assert kept.mend() == []
    assert _said(kept) == before


@pytest.mark.parametrize(
    "lost",
    [
        ("indexes/one*",),
        ("manifest.sha256",),
        ("dedup.sqlite3*",),
        ("catalog.sqlite3*",),
        ("indexes/*", "manifest.sha256", "dedup.sqlite3*", "catalog.sqlite3*"),
    ],
    ids=lambda lost: lost[0] if len(lost) == 1 else "all",
)
def test_what_is_lost_is_derived_again(kept: Collection, lost: tuple[str, ...]) -> None:
    """Whatever derived file is missing, mending brings it back equal to what was there."""
    before = _said(kept)
    for path in [path for pattern in lost for path in kept.path.glob(pattern)]:
        path.unlink()
    kept.mend()
    assert _said(kept) == before
    assert kept.mend() == []


def test_a_killed_run_is_told_to_all(kept: Collection) -> None:
    """Files left open by a kill before anything was derived end up as if the run had closed."""
    before = _said(kept)
    for path in kept.archive_dir.iterdir():
        if path.name.startswith("two"):
            path.rename(path.with_name(path.name + ".open"))
            kept.index_path(path.name).unlink(missing_ok=True)
    text = kept.manifest_path.read_text()
    kept.manifest_path.write_text(text[: text.index("bytes", text.index("archive/one-text")) - 10])
    with closing(Dedup(kept.dedup_path)) as dedup:
        dedup._database.execute("DELETE FROM files WHERE name LIKE 'two%'")
        dedup._database.execute("UPDATE repeats SET count = 1 WHERE filename LIKE 'two%'")
    with Catalog(kept.catalog_path) as catalog:
        catalog._db.execute("DELETE FROM files WHERE name LIKE 'two%'")
        catalog._db.execute("DELETE FROM runs WHERE site = 'two'")
    done = kept.mend()
    assert {one.file.name.partition("-")[0] for one in done} == {"two"}
    assert _said(kept) == before
    assert list(verify(kept)) == []


def test_a_damaged_file_is_told_once(kept: Collection) -> None:
    """Of a damaged file all that is sound is indexed, before the damage and behind it; once."""
    path = next(path for path in kept.warcs() if path.name.startswith("two"))
    whole, before = path.read_bytes(), kept.index_path(path.name).read_bytes()
    offset, *_ = members(whole)[4]  # the second capture
    path.write_bytes(whole[: offset + 50] + b"\0\0\0\0" + whole[offset + 54 :])
    kept.dedup_path.unlink()
    (done,) = [done for done in kept.mend() if done.file == path]
    assert "3 captures indexed; damaged: " in done.what
    lines = kept.index_path(path.name).read_bytes().splitlines()
    assert len(lines) == len(before.splitlines()) - 1
    assert kept.mend() == []
    assert {finding.rule for finding in verify(kept)} >= {"record"}
    path.write_bytes(whole)


def test_an_older_copy_of_an_open_file_is_set_aside(kept: Collection) -> None:
    """An unfinished state beside the closed file of its name never takes that file's place."""
    path = kept.warcs()[0]
    whole = path.read_bytes()
    path.with_name(path.name + ".open").write_bytes(whole[: len(whole) // 2])
    (done,) = kept.mend()
    assert done.file.name.endswith(".open.tail")
    assert path.read_bytes() == whole
    assert list(verify(kept)) == []


def test_what_is_no_file_of_ours_is_passed_over(kept: Collection) -> None:
    """Directories, pipes, dangling links and names that no list can hold stop no command."""
    before = _said(kept)
    os.mkfifo(kept.archive_dir / "pipe-1.warc.gz")
    os.mkfifo(kept.archive_dir / "pipe-2.warc.gz.open")
    (kept.archive_dir / "directory-1.warc.gz").mkdir()
    (kept.archive_dir / "link-1.warc.gz").symlink_to("nowhere")
    (kept.archive_dir / "a\nb-1.warc.gz").write_bytes(b"")
    Path(os.fsdecode(bytes(kept.archive_dir) + b"/\xff-1.warc.gz")).write_bytes(b"")
    (kept.indexes_dir / "x.cdxj").mkdir()
    assert kept.mend() == []
    (kept.indexes_dir / "x.cdxj").rmdir()
    (kept.archive_dir / "a\nb-1.warc.gz").unlink()
    Path(os.fsdecode(bytes(kept.archive_dir) + b"/\xff-1.warc.gz")).unlink()
    for name in ("pipe-1.warc.gz", "pipe-2.warc.gz.open", "link-1.warc.gz"):
        (kept.archive_dir / name).unlink()
    (kept.archive_dir / "directory-1.warc.gz").rmdir()
    assert _said(kept) == before


def test_files_of_a_living_run_are_left_alone(kept: Collection) -> None:
    """What a run that is under way has not derived yet is its own affair."""
    with kept.recording(site="two", run_id="r") as recording:
        capture = recording.record(exchange("http://two.vn/new"))
        assert capture
        recording.convert(look(capture, site="two"))
        assert Collection.open(kept.path).mend() == []
        assert len(kept.left_open()) == 2


def test_drafts_are_swept_up(kept: Collection) -> None:
    """An index that was half written when its process died is removed."""
    draft = kept.indexes_dir / "one-x.cdxj.4711.draft"
    draft.write_text("half a line")
    kept.mend()
    assert not draft.exists()


@pytest.mark.parametrize("kept", [2, 1, 0])
def test_a_power_cut_may_take_captures_and_leave_readings(
    collection: Collection, tmp_path: Path, kept: int
) -> None:
    """Where fewer captures than readings have reached the disk, only readings of those are kept."""
    left = tmp_path / "left"
    with collection.recording(site="one", run_id="one") as recording:
        captures = [recording.record(exchange(f"http://one.vn/{n}")) for n in range(3)]
        looks = [recording.convert(look(capture, site="one")) for capture in captures if capture]
        shutil.copytree(collection.path, left)
    lost = looks[kept].capture
    with (left / "archive" / f"{lost.filename}.open").open("r+b") as file:
        file.truncate(lost.offset + lost.length // 2)
    mended = Collection.open(left)
    mended.mend()
    assert list(verify(mended)) == []
    with Catalog(mended.catalog_path) as catalog:
        found = [entry.url for entry in catalog.articles()]
    assert found == [one.url for one in looks[:kept]]


def test_a_power_cut_may_take_the_entry_of_a_text(collection: Collection, tmp_path: Path) -> None:
    """A text whose entry is cut, and whose capture is lost, is set aside too."""
    left = tmp_path / "left"
    with collection.recording(site="one", run_id="one") as recording:
        captures = [recording.record(exchange(f"http://one.vn/{n}")) for n in range(3)]
        looks = [recording.convert(look(capture, site="one")) for capture in captures if capture]
        shutil.copytree(collection.path, left)
    lost = looks[2].capture
    with (left / "archive" / f"{lost.filename}.open").open("r+b") as file:
        file.truncate(lost.offset)
    (text,) = left.glob("archive/*-text-*.open")
    with text.open("r+b") as file:
        file.truncate(text.stat().st_size - 20)
    mended = Collection.open(left)
    mended.mend()
    assert list(verify(mended)) == []
    with Catalog(mended.catalog_path) as catalog:
        assert [entry.url for entry in catalog.articles()] == [one.url for one in looks[:2]]
