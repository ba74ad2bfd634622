from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.collection import Collection
from tests.archive.validator import validate


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    """A new collection. Whatever a test leaves in it must satisfy the independent validator."""
    collection = Collection.create(tmp_path / "collection")
    yield collection
    for path in collection.archive_dir.glob("*.warc.gz"):
        validate(path)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A new catalog, open."""
    with Catalog(tmp_path / "catalog.sqlite3") as opened:
        yield opened
