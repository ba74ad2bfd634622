"""Index lines and their lookup."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import cdxj
from archive.digest import sha1
from tests.archive.support import shared

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_CAPTURES = st.builds(
    cdxj.Capture,
    urlkey=st.sampled_from(["vn,a)/", "vn,a)/b", "vn,a)/b!", "vn,ab)/", "vn,a)/b?c=1"]),
    timestamp=st.integers(20200101000000, 20261231235959).map(str),
    url=_TEXT,
    mime=st.sampled_from(["", "text/html", "warc/revisit"]),
    status=st.none() | st.integers(100, 599),
    digest=st.none() | st.binary().map(sha1),
    length=st.integers(0, 2**40),
    offset=st.integers(0, 2**40),
    filename=_TEXT,
    method=st.sampled_from(["", "POST"]),
)


@given(_CAPTURES)
def test_line_round_trip(capture: cdxj.Capture) -> None:
    """A line says all that an index can know of a capture, in ASCII, on one line."""
    line = cdxj.to_line(capture)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert cdxj.from_line(line) == capture


@given(st.lists(_CAPTURES, max_size=40), st.binary(max_size=12), st.binary(max_size=12))
def test_index_is_sorted_and_searched(
    tmp_path_factory: pytest.TempPathFactory,
    captures: list[cdxj.Capture],
    first: bytes,
    beyond: bytes,
) -> None:
    """The file is sorted bytewise without repeats, and every range of it is found by bisecting."""
    path = tmp_path_factory.mktemp("index") / "a.cdxj"
    cdxj.write_index(path, captures)
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines == sorted({cdxj.to_line(capture) for capture in captures})
    for start, end in ((first, beyond), (b"vn,a)/b ", b"vn,a)/b!"), (b"", None)):
        expected = [line for line in lines if line >= start and (end is None or line < end)]
        assert list(cdxj.lines_between(path, start, end)) == expected


@pytest.mark.parametrize("longest", [20, 300, 3000, 40_000])
def test_every_line_of_a_large_index_is_found(longest: int, tmp_path: Path) -> None:
    """A lookup finds each line, wherever it stands to what is read of the file at once."""
    chance = random.Random(longest)
    count = min(3000, 3_000_000 // longest)
    lines = [b"k%06d %b\n" % (n, b"x" * chance.randrange(longest)) for n in range(count)]
    path = tmp_path / "index.cdxj"
    path.write_bytes(b"".join(lines))
    for line in lines:
        key, _, _ = line.partition(b" ")
        assert list(cdxj.lines_between(path, key + b" ", key + b"!")) == [line]
        assert list(cdxj.lines_between(path, key + b"!", key + b"~")) == []


def test_lookup_reads_little_of_a_large_index(tmp_path: Path) -> None:
    """A line in a file of 200,000 is found by reading some kilobytes of it."""
    path = tmp_path / "large.cdxj"
    path.write_bytes(b"".join(b"vn,a)/%07d 20260101000000 {}\n" % n for n in range(200_000)))
    before = _bytes_read()
    found = list(cdxj.lines_between(path, b"vn,a)/0123456 ", b"vn,a)/0123456!"))
    assert found == [b"vn,a)/0123456 20260101000000 {}\n"]
    assert _bytes_read() - before < 500_000 < path.stat().st_size / 10


def _bytes_read() -> int:
    counters = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counters["rchar"])


@pytest.mark.parametrize(
    "line", [b"", b"a b\n", b"a b {}\n", b"a b []\n", b'a b {"url": 1\n', b"\xff"]
)
def test_other_lines_are_refused(line: bytes) -> None:
    """What is no index line is a ValueError, whatever it is."""
    with pytest.raises(ValueError, match="not an index line"):
        cdxj.from_line(line)


@pytest.mark.parametrize(
    ("date", "stamp"),
    [
        ("2026-03-07T12:00:00.123456Z", "20260307120000"),
        ("2026-03-07T12:00:00Z", "20260307120000"),
        ("2016-12", "20161201000000"),
        ("2016", "20160101000000"),
    ],
)
def test_timestamps(date: str, stamp: str) -> None:
    """A date of any length gives 14 digits."""
    assert cdxj.timestamp(date) == stamp


@pytest.mark.parametrize("name", ["iana", "dupes", "example", "post-test"])
def test_indexes_of_pywb_are_read(name: str) -> None:
    """Lines that pywb wrote, with bare digests, are understood."""
    path = shared(f"warc/pywb/cdxj/{name}.cdxj")
    for line in path.read_bytes().splitlines():
        fields = json.loads(line.split(b" ", 2)[2])
        capture = cdxj.from_line(line)
        assert capture.url == fields["url"]
        assert capture.digest is None or str(capture.digest).endswith(fields["digest"])
