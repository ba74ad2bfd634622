"""A short torture, and that the torture would tell if something were lost."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive import Capture, Collection
from archive.collection import is_text
from tests.archive.support import exchange, look, recorded, request, response
from tests.torture.child import run
from tests.torture.witness import Archive, Exchanges, Ledger

ROUNDS = 13
"""One of each kind."""
SENT = Exchanges([(request(), response())])


@pytest.mark.timeout(620)
def test_nothing_that_was_reported_is_lost() -> None:
    """Whatever ends a crawl, what it had reported is there once the next command has mended it."""
    seed = random.randrange(10**6)
    words = [sys.executable, "-m", "tests.torture", "--rounds", str(ROUNDS), "--seed", str(seed)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
    assert f"\n{ROUNDS} rounds, " in done.stdout
    assert "\n0 losses, 0 other faults\n" in done.stdout
    reported = re.search(r"^(\d+) captures were reported", done.stdout, re.MULTILINE)
    assert reported
    assert int(reported[1]) > ROUNDS


def kept(path: Path) -> tuple[Path, Capture, Ledger]:
    """A file with one capture, and the ledger in which it was reported."""
    collection = Collection.create(path)
    (capture,) = recorded(collection, exchange())
    report = {
        "record_id": capture.record_id,
        "filename": capture.filename,
        "offset": capture.offset,
        "url": capture.url,
        "kind": "response",
        "at": capture.date,
        "digest": str(capture.digest),
    }
    return collection.file(capture.filename), capture, Ledger({capture.record_id: report})


def test_what_is_there_is_not_missed(tmp_path: Path) -> None:
    """A capture that stands where it was reported, as it was sent, is no loss."""
    file, _, ledger = kept(tmp_path / "c")
    archive = Archive()
    assert list(archive.read(file.parent)) == []
    assert list(ledger.lost(archive)) == list(archive.foreign(SENT)) == []


def test_a_lost_capture_is_missed(tmp_path: Path) -> None:
    """A reported capture whose file is cut before it, or gone, is a loss."""
    file, capture, ledger = kept(tmp_path / "c")
    file.write_bytes(file.read_bytes()[: capture.offset])
    archive = Archive()
    list(archive.read(file.parent))
    assert [fault[:5] for fault in ledger.lost(archive)] == ["LOST:"]
    file.unlink()
    assert list(archive.read(file.parent)) == [f"{file.name} was there before, and is no more"]
    assert [fault[:5] for fault in ledger.lost(Archive())] == ["LOST:"]


def test_other_bytes_are_noticed(tmp_path: Path) -> None:
    """A response that the server never sent, or that it sent less often, is told."""
    file, _, _ = kept(tmp_path / "c")
    archive = Archive()
    list(archive.read(file.parent))
    assert len(list(archive.foreign(Exchanges([(request(), response(b"<p>Khac</p>"))])))) == 1
    assert len(list(archive.foreign(Exchanges()))) == 1


def test_a_reference_to_nothing_is_noticed(tmp_path: Path) -> None:
    """A text whose page is in no file of the collection is told."""
    collection = Collection.create(tmp_path / "c")
    with collection.recording(site="tinhuy", run_id="run") as recording:
        capture = recording.record(exchange())
        assert capture
        recording.convert(look(capture))
    archive = Archive()
    for path in collection.archive_dir.iterdir():
        if not is_text(path.name):
            path.unlink()
    list(archive.read(collection.archive_dir))
    assert len(list(archive.dangling())) == 1


def test_a_forgotten_article_is_noticed() -> None:
    """An article that was listed, and is not any more or with fewer looks, is a loss."""
    entry = {"id": "0" * 12, "last_seen": "2026-03-07T12:00:00.000000Z", "looks": 2}
    ledger = Ledger()
    ledger.read_list([entry])
    assert list(ledger.forgotten([entry])) == []
    assert len(list(ledger.forgotten([]))) == 1
    assert len(list(ledger.forgotten([entry | {"looks": 1}]))) == 1


def test_a_fault_strikes(tmp_path: Path) -> None:
    """A command dies at the call at which it should, and is refused what it should be."""
    path = tmp_path / "c"
    recorded(Collection.create(path), exchange())
    fault = {"under": str(path), "call": 1}
    rebuild = ("rebuild", f"--collection={path}")
    assert run(*rebuild, fault=fault | {"how": "kill"}).code == -signal.SIGKILL
    assert run(*rebuild, fault=fault | {"how": "refuse", "errno": 28}).code != 0
    assert run(*rebuild, fault=fault | {"call": 10**6, "how": "kill"}).code == 0
