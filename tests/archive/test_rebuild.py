"""Everything derived, derived again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive import Change, Collection, CollectionLocked, Look, Model, Run
from archive.catalog import Catalog, dump
from archive.dedup import Dedup
from archive.reader import open_record
from archive.rebuild import rebuild
from archive.verify import verify
from tests.archive.support import NOON, clock, exchange, ids, look, recorded, request, response
from tests.archive.validator import members


def _fill(collection: Collection) -> None:
    """Two nights of one site and one of another, with revisits, a POST, looks, runs and models;
    what the first night had read is read again in the second.
    """
    read = list[Look]()
    for night in range(3):
        site = "one" if night < 2 else "two"
        with (
            Catalog(collection.catalog_path) as catalog,
            collection.recording(site=site, run_id=str(night)) as recording,
        ):
            for n in range(5):
                at = NOON + timedelta(days=night, minutes=n)
                body = (b"%d " % n if n < 4 else b"%d%d " % (n, night)) * 500
                sent = request("/", "POST", b"n=%d" % n) if n == 3 else None
                capture = recording.record(
                    exchange(f"http://{site}.vn/{n}", response(body), at=at, sent=sent)
                )
                assert capture
                read.append(recording.convert(look(capture, text=f"Bài {n}.", site=site)))
                catalog.put(read[-1])
                recording.commit()
            stamp = f"2026-03-{7 + night:02}T11:00:00.000000Z"
            model = Model(site=site, version="1", learned_at=stamp, content={"nights": night})
            recording.learn(model)
            catalog.put(model)
            if night == 1:
                for before in read[:3]:
                    catalog.put(recording.convert(_again(before, stamp)))
            stamp = f"2026-03-{7 + night:02}T19:00:00+07:00"
            run = Run(id=str(night), site=site, started_at=stamp, finished_at=stamp, outcome="ok")
            recording.finish(run)
            catalog.put(run)


def _again(before: Look, at: str) -> Look:
    """The capture of a look read by a better reader; every other one with other words."""
    assert before.article
    better = replace(
        before.article, author="Thanh Tùng", text=before.article.text.replace("0", "O")
    )
    return replace(before, change=Change.REREAD, article=better, reread_at=at, conversion_id="")


def _indexes(collection: Collection) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in collection.indexes_dir.glob("*.cdxj")}


def _dedup(collection: Collection) -> list[tuple[object, ...]]:
    with closing(Dedup(collection.dedup_path)) as table:
        return list(table.dump())


def _articles(collection: Collection) -> list[str]:
    with Catalog(collection.catalog_path) as catalog:
        return list(dump(catalog))


def test_rebuild_gives_the_same(collection: Collection) -> None:
    """Indexes, dedup table and catalog are the same again after all of them were deleted."""
    _fill(collection)
    before = (_indexes(collection), _dedup(collection), _articles(collection))
    for path in [*collection.indexes_dir.iterdir(), *collection.path.glob("*.sqlite3*")]:
        path.unlink()
    told: list[tuple[int, int]] = []
    rebuild(collection, lambda path, done, total: told.append((done, total)))
    assert (_indexes(collection), _dedup(collection), _articles(collection)) == before
    assert Counter(row[0] for row in before[1]) == {"originals": 6, "repeats": 6, "files": 3}
    assert told == [(n, 6) for n in range(1, 7)]
    rebuild(collection)
    assert _articles(collection) == before[2]


_REBUILDING = """
    import os, signal, sys
    from archive import Collection
    from archive.rebuild import rebuild

    def told(path, done, total):
        if done == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

    if __name__ == "__main__":
        rebuild(Collection.open(sys.argv[1]), told, workers=int(sys.argv[3]))
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("files", [1, 3, 4, 6])
def test_a_killed_rebuild_goes_on(
    collection: Collection, tmp_path: Path, files: int, workers: int
) -> None:
    """Killed after any file, a rebuild replaces nothing; the next goes on and gives the same."""
    _fill(collection)
    before = (_indexes(collection), _dedup(collection), _articles(collection))
    script = tmp_path / "rebuilding.py"
    script.write_text(textwrap.dedent(_REBUILDING))
    command = [sys.executable, str(script), str(collection.path), str(files), str(workers)]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": root}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (_dedup(collection), _articles(collection)) == before[1:]
    told: list[Path] = []
    rebuild(collection, lambda path, done, total: told.append(path), workers=1)
    assert (_indexes(collection), _dedup(collection), _articles(collection)) == before
    if workers == 1 and files > 1:
        assert len(told) == 6 - min(files, 3)
    assert not list(collection.path.glob("*.rebuilding*"))


def test_rebuild_replaces_what_is_wrong(collection: Collection) -> None:
    """Whatever stood in the derived files before, it is gone; strays too."""
    _fill(collection)
    before = _indexes(collection)
    next(collection.indexes_dir.iterdir()).write_text("wrong")
    (collection.indexes_dir / "stray.cdxj").write_text("vn,a)/ 2026 {}\n")
    collection.dedup_path.write_bytes(b"no database")
    rebuild(collection)
    assert _indexes(collection) == before
    (again,) = recorded(
        collection,
        exchange("http://one.vn/0", response(b"0 " * 500), at=NOON + timedelta(days=9)),
    )
    assert again.is_revisit


def test_a_bad_entry_is_passed_over(collection: Collection) -> None:
    """An entry that holds nothing for the catalog is told with its place; the others are kept."""
    _fill(collection)
    before = _articles(collection)
    with collection.recording(site="three", run_id="r") as recording:
        bad = recording.record(exchange("http://three.vn/", at=NOON))
        assert bad
        recording.commit()
        recording.convert(replace(look(bad, text=None), change=Change.CHANGED))
    (rejected,) = rebuild(collection)
    assert _articles(collection) == before
    assert "without the article" in rejected.why
    with open_record(rejected.path, rejected.offset) as record:
        assert record.type == "metadata"
    (finding,) = verify(collection)
    assert (finding.rule, finding.offset) == ("journal", rejected.offset)


def test_damage_is_passed_over_and_told(tmp_path: Path) -> None:
    """Of a damaged file everything sound is derived, before the damage and behind it."""
    collection = Collection.create(tmp_path / "c")
    _fill(collection)
    captures, articles = len(list(collection.captures())), len(_articles(collection))
    damaged = list[tuple[Path, int]]()
    for path in (collection.warcs()[0], collection.warcs(text=True)[0]):
        data = path.read_bytes()
        offset = members(data)[4][0]
        path.write_bytes(data[: offset + 40] + b"\0" * 20 + data[offset + 60 :])
        damaged.append((path, offset))
    rejected = rebuild(collection)
    assert [(one.path, one.offset) for one in rejected] == damaged
    assert len(list(collection.captures())) == captures - 1
    assert articles - 2 <= len(_articles(collection)) < articles


def test_nothing_is_rebuilt_beside_a_run(collection: Collection) -> None:
    """While a site is being written a rebuild is refused at once."""
    with collection.recording(site="one", run_id="r"), pytest.raises(CollectionLocked):
        rebuild(collection)


def test_a_model_of_the_future_is_passed_over(tmp_path: Path) -> None:
    """What claims to have been learned after it was written, and would be the newest for ever, is
    told and left out."""
    collection = Collection.create(tmp_path / "collection")
    with collection.recording(site="a", run_id="r", clock=clock(), new_id=ids()) as recording:
        for year in ("2026", "2099"):
            at = f"{year}-01-01T00:00:00.000000Z"
            recording.learn(Model(site="a", version=year, learned_at=at, content={}))
    (rejected,) = rebuild(collection)
    assert "2099" in rejected.why
    with Catalog(collection.catalog_path) as catalog:
        assert [model.version for model in catalog.models("a")] == ["2026"]
