"""Files that are there whole or not at all, also after a power cut; and the room for them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import StorageFailed


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to. What stands there at the end takes the place of `path`.

    The file must be closed by then. When the body raises, `path` stays as it was. Raises OSError.
    """
    path = path.resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is there, and no ordinary file", str(path))
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        yield draft
        replace_synced(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def replace_synced(draft: Path, path: Path) -> None:
    """Let a file take the place of another, whole, also after a power cut. Raises OSError."""
    _sync(draft)
    os.replace(draft, path)
    sync_directory(path.parent)


@contextmanager
def stored(path: Path) -> Iterator[None]:
    """What the disk refuses, told as StorageFailed of `path`."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error


def free_bytes(directory: Path) -> int:
    """What the disk of a directory has left for us. Raises OSError."""
    return shutil.disk_usage(directory).free


def sync_directory(directory: Path) -> None:
    """Make the names in a directory last through a power cut."""
    _sync(directory)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
