"""No change of what a collection holds goes unseen. `make mutants` tries every byte."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from archive import verify
from archive.collection import Collection
from tests.archive.mutants import Content, Mutant, contents, full, try_all
from tests.archive.validator import members, validate

KINDS = 17


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return full(tmp_path_factory.mktemp("mutants") / "c")


def test_the_collection_is_sound(collection: Collection) -> None:
    """What is mutated has no finding before, and holds every type of record."""
    assert list(verify.verify(collection)) == []
    paths = collection.warcs() + collection.warcs(text=True)
    fields = [record for path in paths for record in validate(path)]
    assert {record["WARC-Type"] for record in fields} == {
        "warcinfo",
        "response",
        "request",
        "revisit",
        "metadata",
        "conversion",
    }
    profiles = {record.get("WARC-Profile", "/").rpartition("/")[2] for record in fields}
    assert profiles == {"", "identical-payload-digest", "server-not-modified"}
    assert "disconnect" in {record.get("WARC-Truncated") for record in fields}


def test_packing_changes_nothing(collection: Collection) -> None:
    """A record taken apart and packed again is the same bytes: mutants differ by their change."""
    for path in collection.warcs() + collection.warcs(text=True):
        data = path.read_bytes()
        again = (Content.parse(content).packed() for _, _, content in members(data))
        assert b"".join(again) == data


def test_no_change_of_content_is_missed(collection: Collection) -> None:
    """Every change of a field, a block or the order of records is told."""
    tally = try_all(collection, islice(contents(collection, stride=40), 3, None, 29))
    print(f"with the manifest: {tally}")
    assert sum(tally.tried.values()) > 200
    assert [f"{one.kind}: {one.what}" for one in tally.missed] == []


def test_records_tell_of_each_other(collection: Collection) -> None:
    """Also without the manifest, but for what nothing else in the collection repeats."""
    mutants = islice(contents(collection, stride=40), 1, None, 5)
    tally = try_all(collection, mutants, but="manifest")
    print(f"without the manifest: {tally}")
    assert len(tally.tried) == KINDS
    seen_nowhere = [one for one in tally.missed if not _unrepeated(one)]
    assert [f"{one.kind}: {one.what}" for one in seen_nowhere] == []


def _unrepeated(mutant: Mutant) -> bool:
    """Entries of the journal have no order; and some dates and ids stand once in a file."""
    if mutant.kind == "records swapped":
        return all("-text-" in path.name for path in mutant.files)
    name, value = mutant.what.split(": ", 2)[1:]
    value = value.partition(" -> ")[0]
    contents = (content for path in mutant.files for _, _, content in members(path.read_bytes()))
    once = sum(value.strip("<>").encode() in content for content in contents) == 1
    return mutant.kind == "value" and name in ("WARC-Date", "WARC-Record-ID") and once


@pytest.mark.parametrize("name", ["one", "one-text"])
def test_a_file_that_is_not_there(collection: Collection, name: str) -> None:
    """A whole file that was taken away is missed by the manifest, index or catalog."""
    path = next(path for path in collection.archive_dir.iterdir() if path.name.startswith(name))
    data = path.read_bytes()
    path.unlink()
    try:
        rules = {found.rule for found in verify.verify(collection)}
    finally:
        Path(path).write_bytes(data)
    assert {"manifest", "catalog"} <= rules
