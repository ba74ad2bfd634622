"""What runs of the schedule print stays within bounds."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive import Collection
from crawler.printed import cut, make_room, printed


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    """A collection where runs 1 to 12 have printed."""
    home = Collection.create(tmp_path / "c")
    printed(home, 1).parent.mkdir(parents=True)
    for number in range(1, 13):
        printed(home, number).write_bytes(bytes(10_000))
    (home.logs_dir / "runs" / "note.txt").write_text("somebody's own")
    return home


def kept(home: Collection) -> list[int]:
    return [number for number in range(1, 13) if printed(home, number).exists()]


def test_the_oldest_goes(home: Collection) -> None:
    """By number, not by name; what all take of the disk counts, and nothing else is removed."""
    make_room(home, 5 * 12_288, ())
    assert kept(home) == [8, 9, 10, 11, 12]
    assert (home.logs_dir / "runs" / "note.txt").exists()


def test_who_still_prints_keeps_its_file(home: Collection) -> None:
    """The file of a run that is under way is not taken from it."""
    make_room(home, 0, {3})
    assert kept(home) == [3]


def test_one_that_cannot_be_removed_keeps_no_other(home: Collection) -> None:
    """A directory in the place of a file does no harm to the room that older ones make."""
    printed(home, 9).unlink()
    printed(home, 9).mkdir()
    make_room(home, 12_288, ())
    assert kept(home) == [9, 12]


def test_empty_files_count(home: Collection) -> None:
    """Endlessly many runs that print nothing leave a bounded number of files."""
    for number in range(1, 13):
        printed(home, number).write_bytes(b"")
    make_room(home, 3 * 4096, ())
    assert kept(home) == [10, 11, 12]


def test_beginning_and_end_are_kept(tmp_path: Path) -> None:
    """Of what is too long a part of the middle goes; what is short enough stays as it is."""
    log = tmp_path / "1.log"
    log.write_bytes(b"begin\n" + b"x" * 5000 + b"\nend")
    cut(log, 10_000)
    assert log.stat().st_size == 5010
    cut(log, 1000)
    text = log.read_text()
    assert (text[:6], text[-4:]) == ("begin\n", "\nend")
    assert "left out" in text
    assert len(text) < 1000


def test_what_prints_without_end_is_bounded(tmp_path: Path) -> None:
    """A program that goes on to append keeps its beginning, and of its end what it has not said in
    the very moment of the cut.
    """
    log = tmp_path / "1.log"
    code = (
        "import time\nfor n in range(200_000): print(n, 'x' * 50, flush=n % 100 == 0)\n"
        "time.sleep(0.2)\nprint('the end', flush=True)"
    )
    with open(log, "ab") as out, subprocess.Popen([sys.executable, "-c", code], stdout=out) as run:
        while run.poll() is None:
            cut(log, 10_000)
            time.sleep(0.001)
    cut(log, 10_000)
    lines = log.read_text().splitlines()
    assert (lines[0].split()[0], lines[-1]) == ("0", "the end")
    assert log.stat().st_size < 10_000


def test_a_file_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    """Somebody may have tidied up: nothing is raised, and nothing made in its place."""
    home = Collection.create(tmp_path / "c")
    before = sorted(home.path.rglob("*"))
    cut(printed(home, 1))
    make_room(home, 0, ())
    assert sorted(home.path.rglob("*")) == before
