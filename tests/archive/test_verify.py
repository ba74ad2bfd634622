"""The validator finds what is wrong, and repair mends what can be mended."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import verify
from archive.catalog import Catalog
from archive.collection import Collection
from archive.rebuild import rebuild
from tests.archive.support import NOON, exchange, look, recorded, response
from tests.archive.validator import members, parse


def _rules(target: Collection | list[Path]) -> set[str]:
    return {finding.rule for finding in verify.verify(target)}


@pytest.fixture
def sound(collection: Collection) -> Collection:
    """A collection with captures, a revisit and readings, of two sites."""
    with collection.recording(site="one", run_id="r") as recording:
        for n in range(2):
            capture = recording.record(exchange("http://a.vn/1"))
            assert capture
            recording.convert(look(capture, text=None if n else "Một."))
            recording.commit()
    recorded(collection, exchange("http://b.vn/", failed=True, error="refused"), site="two")
    collection.mend()
    return collection


def test_a_sound_collection_has_no_findings(sound: Collection) -> None:
    """What this program writes passes, as a collection and file by file; progress is told."""
    told: list[tuple[int, int]] = []
    assert list(verify.verify(sound, lambda path, done, total: told.append((done, total)))) == []
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert list(verify.verify(sorted(sound.archive_dir.iterdir()))) == []
    assert verify.repair(sound) == []


def _mutants(data: bytes) -> Iterator[bytes]:
    """Every byte flipped, every place cut, and something put in everywhere."""
    for place in range(len(data)):
        yield data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        yield data[:place]
        if place % 3 == 0:
            yield data[:place] + b"\0" + data[place:]
            yield data[:place] + data[place + 1 :]
            yield data[:place] + data[place : place + 40] + data[place:]


def test_every_mutant_is_found(tmp_path: Path) -> None:
    """No byte can be flipped, cut, inserted or doubled unnoticed, not even without a manifest."""
    collection = Collection.create(tmp_path / "c")
    recorded(collection, exchange(answer=response(b"a")))
    (path,) = collection.warcs()
    data = path.read_bytes()
    missed = tried = 0
    for mutant in _mutants(data):
        path.write_bytes(mutant)
        tried += 1
        missed += all(found.rule == "manifest" for found in verify.verify(collection))
    assert tried > 3000
    assert missed == 0


def test_a_doubled_record_is_found(sound: Collection, tmp_path: Path) -> None:
    """A record that stands twice is told by its id."""
    path = sound.warcs()[0]
    data = path.read_bytes()
    offset, length, _ = members(data)[2]
    other = tmp_path / path.name
    other.write_bytes(data + data[offset : offset + length])
    assert _rules([other]) == {"id"}


def _rewritten(path: Path, number: int, change: Callable[[bytes], bytes]) -> None:
    """Change the content of one member, and pack it again as we do."""
    packed = b""
    for position, (_, _, content) in enumerate(members(path.read_bytes())):
        deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
        changed = change(content) if position == number else content
        packed += deflate.compress(changed) + deflate.flush()
    path.write_bytes(packed)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"WARC/1.1", b"WARC/1.0", "version"),
        (b"WARC-Date: 2026", b"WARC-Date: yyyy", "date"),
        (b"WARC-Record-ID: <", b"WARC-Record-ID: [", "id"),
        (b"WARC-Warcinfo-ID: ", b"X-Warcinfo-ID: ", "warcinfo"),
        (b"WARC-Target-URI: ", b"X-Target-URI: ", "required-field"),
        (b"Content-Type: application", b"X-Type: application", "content-type"),
        (b"WARC-Type: response", b"WARC-Type: resource", "index"),
        (b"WARC-Protocol: ", b"WARC-Filename: ", "forbidden-field"),
        (b"WARC-Protocol: ", b"WARC-Date: ", "repeated-field"),
        (b"WARC-Protocol: ", b"WARC-Refers-To-Date: ", "forbidden-field"),
        (b"WARC-Protocol: ", b"WARC-Concurrent-To: ", "concurrent-to"),
        (b"WARC-Payload-Digest: sha1:", b"WARC-Payload-Digest: sha1:A", "digest"),
        (b"WARC-Block-Digest: ", b"X-Block-Digest: ", "block-digest"),
        (b"</p>", b"<p/>", "block-digest"),
        (b"</p>", b"<p/>", "payload-digest"),
        (b"WARC/1.1\r\n", b"WARC/1.1\n", "syntax"),
        (b"Content-Length: 1", b"Content-Length: 9", "record"),
        (b"Content-Length: 1", b"Content-Length: -", "record"),
    ],
)
def test_each_rule(sound: Collection, old: bytes, new: bytes, rule: str) -> None:
    """A response that breaks a rule, soundly packed, is found by that rule."""
    path = sound.warcs()[0]
    before = path.read_bytes()
    _rewritten(path, 1, lambda content: content.replace(old, new, 1))
    assert path.read_bytes() != before
    assert rule in _rules(sound)
    path.write_bytes(before)


def test_missing_parts_are_found(sound: Collection) -> None:
    """A capture without metadata, a lost original, an index of nothing: each is found."""
    path = sound.warcs()[0]
    data, packed = path.read_bytes(), members(path.read_bytes())
    offset, length, _ = packed[3]
    path.write_bytes(data[:offset] + data[offset + length :])
    assert "group" in _rules(sound)
    path.unlink()
    assert {"index", "refers-to"} <= _rules(sound)
    path.write_bytes(data)
    assert _rules(sound) == set()


def test_a_renamed_file_is_found(sound: Collection) -> None:
    """A file that is not called what its warcinfo says is found."""
    path = sound.warcs()[1]
    renamed = path.with_name("other-" + path.name)
    path.rename(renamed)
    assert "warcinfo" in _rules(sound)
    renamed.rename(path)


def test_a_dangling_revisit_is_found(collection: Collection) -> None:
    """A revisit whose original's file is gone is found."""
    recorded(collection, exchange(), site="one")
    recorded(collection, exchange(), site="two")
    collection.warcs()[0].unlink()
    assert "revisit" in _rules(collection)


def test_repair(sound: Collection) -> None:
    """After repair of indexes and leftovers nothing is found, and no record has changed."""
    paths = {path: path.read_bytes() for path in sound.archive_dir.iterdir()}
    first, second = sound.warcs()
    sound.index_path(first.name).write_text("wrong\n")
    sound.index_path(second.name).unlink()
    (text,) = sound.warcs(text=True)
    with open(text, "ab") as file:
        file.write(b"half a record")
    text.rename(text.with_name(text.name + ".open"))
    assert _rules(sound) >= {"index", "unfinished"}
    done = verify.repair(sound)
    assert {finding.rule for finding in done} == {"index", "unfinished"}
    assert list(verify.verify(sound)) == []
    assert {path: path.read_bytes() for path in paths} == paths


def test_an_interrupted_group_is_no_finding_after_repair(collection: Collection) -> None:
    """A capture whose process died before its metadata is whole enough, once recovered."""
    recorded(collection, exchange(), exchange(at=NOON.replace(hour=13)))
    (path,) = collection.warcs()
    data = path.read_bytes()
    offset, _, _ = members(data)[-2]
    path.unlink()
    path.with_name(path.name + ".open").write_bytes(data[:offset])
    collection.index_path(path.name).unlink()
    collection.manifest_path.unlink()
    verify.repair(collection)
    assert list(verify.verify(collection)) == []
    assert len(list(collection.captures())) == 2


def test_a_cut_last_member_is_found(sound: Collection, tmp_path: Path) -> None:
    """A file cut inside its last member, which other checkers pass, is found."""
    path = sound.warcs()[0]
    cut = tmp_path / path.name
    cut.write_bytes(path.read_bytes()[:-10])
    assert _rules([cut]) == {"record"}
    with pytest.raises(EOFError):
        gzip.decompress(cut.read_bytes())
    assert parse(members(path.read_bytes())[0][2])


def test_findings_are_bounded(tmp_path: Path) -> None:
    """Of a file that breaks one rule in each record, a hundred are told, and how many more."""
    head = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:{0}>\r\n"
    head += "WARC-Date: 2026-03-07T12:00:00Z\r\nWARC-Target-URI: <http://a.vn/{0}>\r\n"
    head += "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx\r\n\r\n"
    path = tmp_path / "a.warc"
    path.write_text("".join(head.format(number) for number in range(1000)), newline="")
    found = list(verify.verify([path]))
    assert {one.rule for one in found} == {"target-uri-brackets"}
    assert len(found) == 101
    assert found[-1].message.startswith("900 more like this: ")
    assert {one.severity for one in found} == {verify.WARNING}


def test_the_first_finding_is_enough(collection: Collection) -> None:
    """Whoever wants no more findings than the first may drop the rest, also of references."""
    recorded(collection, exchange(), site="one")
    recorded(collection, exchange(), site="two")
    collection.warcs()[0].unlink()
    for rule in ("index", "revisit", "dedup"):
        assert any(one.rule == rule for one in verify.verify(collection))


def test_a_catalog_that_lacks_articles_is_found(sound: Collection) -> None:
    """What a journal brought and the catalog does not hold is told with the remedy."""
    with Catalog(sound.catalog_path) as catalog:
        catalog._db.execute("DELETE FROM looks")
        catalog._db.execute("DELETE FROM articles")
    (finding,) = verify.verify(sound)
    assert finding.rule == "catalog"
    assert "1 entries" in finding.message
    assert "rebuild" in finding.message
    rebuild(sound)
    assert list(verify.verify(sound)) == []


def test_every_damage_of_a_file_is_told_and_nothing_else(collection: Collection) -> None:
    """Two damaged places in one file are two findings; what stands round them is read, and is not
    said to be missing.
    """
    recorded(collection, *(exchange(f"http://a.vn/{n}", response(b"%d " % n)) for n in range(8)))
    (path,) = collection.warcs()
    whole = path.read_bytes()
    packed, damaged = members(whole), bytearray(whole)
    places = [packed[4][0], packed[17][0]]
    for place in places:
        damaged[place + 40 : place + 60] = bytes(20)
    path.write_bytes(damaged)
    found = list(verify.verify(collection))
    assert [one.offset for one in found if one.rule == "record"] == places
    assert {one.rule for one in found} <= {"record", "manifest"}
    path.write_bytes(whole)
