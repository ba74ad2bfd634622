"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.disk import written_whole


def test_the_new_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """The old content stands until the new is whole; then nothing else is left."""
    path = tmp_path / "a"
    path.write_text("old")
    with written_whole(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_old(tmp_path: Path) -> None:
    """When the body raises, the old file stays and the draft goes; an empty body is an OSError."""
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), written_whole(path) as draft:
        draft.write_text(str(1 / 0))
    with pytest.raises(FileNotFoundError), written_whole(path):
        pass
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
