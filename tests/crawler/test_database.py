"""What the databases of the crawler have in common: broken ones, and those of older versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import Collection, NotACollection
from crawler.alarms import Alarms, Trouble
from crawler.diary import Diary
from crawler.outbox import Outbox
from crawler.seen import Seen
from tests.cli import tinhuy

AT = "2026-11-26T00:00:00Z"


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


@pytest.mark.parametrize("kind", [Alarms, Diary, Outbox, Seen])
def test_a_broken_file_is_no_matter_of_a_rebuild(
    home: Collection, kind: type[Alarms | Diary | Outbox | Seen]
) -> None:
    """It is left as it is, and nobody is told that a rebuild gives it back; with it moved away
    another is begun.
    """
    kind.of(home).close()
    (path,) = home.path.glob(f"{kind.__name__.lower()}.sqlite3")
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(NotACollection, match="move it away") as raised:
        kind.of(home)
    assert "rebuild" not in str(raised.value)
    assert path.read_bytes() == b"not a database at all" * 1000
    path.rename(path.with_suffix(".broken"))
    kind.of(home).close()


def test_what_is_broken_within_is_told_too(home: Collection) -> None:
    """Not only at the beginning of a file: the command that meets it ends with one line."""
    with Alarms.of(home) as alarms:
        alarms.settle([Trouble("disk", f"site{n}", "evidence " * 50) for n in range(99)], AT)
    path = home.path / "alarms.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"x" * (len(whole) - 4096))
    done = tinhuy("health", f"--collection={home.path}")
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1
    assert f"{path.name} is not a collection: it is no database; move it away" in done.stderr
