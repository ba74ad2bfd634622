"""What fuzzing begins with holds, and what it found stays mended."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from archive import cdxj, reader
from archive.errors import CorruptRecord
from tests.fuzz.mutation import mutated
from tests.fuzz.seeds import members, seeds
from tests.fuzz.targets import TARGETS


def member(content: bytes) -> bytes:
    pack = zlib.compressobj(wbits=31)
    return pack.compress(content) + pack.flush()


BACKWARDS = member(b"c:    A\n\ntml 5\nhel0260307120000 text/tml 5\nhel0260307120000 text/")
"""Of an ARC file with such heads warcio tells places that lie before the file."""
LINE = b'vn,a)/ 20260307120000 {"url":%b,"offset":%b,"filename":%b,"length":%b}'
FOUND: list[tuple[str, bytes]] = [
    ("records", BACKWARDS),
    ("index", BACKWARDS),
    ("validator", BACKWARDS),
    ("index_line", LINE % (b"7", b"0", b'"a"', b"1")),
    ("index_line", LINE % (b'"http://a/"', b"0", b'["a"]', b"1")),
    ("index_line", LINE % (b'"http://a/\\ud800"', b"0", b'"a"', b"1")),
    ("index_line", LINE % (b'"http://a/"', b"0", b'"a"', b'"-1"')),
    ("index_line", b"vn,a)/ 20260307120000 " + b"[" * 100_000),
    ("entry", b'{"look": ' + b"[" * 100_000),
]


@pytest.mark.parametrize("target", TARGETS)
def test_what_fuzzing_begins_with(target: str) -> None:
    """Every target takes its seeds, and a thousand changes to them that reach behind gzip."""
    began, chance = seeds(target), random.Random(target)
    for seed in began:
        TARGETS[target](seed)
    for number in range(1000):
        TARGETS[target](mutated(chance.choice(began), 1 << 16, number, _changed))


def _changed(data: bytes, max_size: int) -> bytes:
    """Bytes of it flipped, cut, doubled: what libFuzzer would do, in a small way."""
    chance, changed = random.Random(data), bytearray(data or b"\0")
    for _ in range(chance.randrange(1, 4)):
        at, size = chance.randrange(len(changed)), chance.randrange(1, 9)
        kind = chance.randrange(3)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and len(changed) > size:
            del changed[at : at + size]
        else:
            changed[at:at] = changed[at : at + size]
        changed = changed or bytearray(b"\0")
    return bytes(changed[:max_size])


@pytest.mark.parametrize(("target", "data"), FOUND)
def test_what_fuzzing_found(target: str, data: bytes) -> None:
    """Bytes that once led astray are refused, or read as what they are."""
    TARGETS[target](data)


@pytest.mark.parametrize("line", [data for target, data in FOUND if target == "index_line"])
def test_an_index_line_holds_what_its_fields_are(line: bytes) -> None:
    """A line whose URL or file name is no text, or whose place is no number, is no index line."""
    with pytest.raises(ValueError, match="not an index line"):
        cdxj.from_line(line)


@pytest.mark.parametrize(("offset", "length"), [(-1, 10), (0, -10), (2**63, 10), (2**40, 10)])
def test_a_place_that_is_none(offset: int, length: int, tmp_path: Path) -> None:
    """A record is looked for at no place that a file cannot have, nor behind its end."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(member(b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n"))
    with pytest.raises(CorruptRecord):
        reader.open_record(path, offset, length)


def test_changes_reach_behind_gzip() -> None:
    """Most changes to a file leave whole gzip members, with other records in them."""
    file = seeds("records")[0]
    others = [mutated(file, 1 << 16, number, _changed) for number in range(200)]
    reached = [other for other in others if len(members(other)) >= len(members(file))]
    assert len(reached) > 100
    assert sum(members(other) != members(file) for other in reached) > 90
