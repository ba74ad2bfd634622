"""WarcWriter: groups, rotation, rollback, names."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ForbiddenField, StorageFailed
from archive.manifest import Sealed, seal
from archive.writer import (
    Fields,
    NewRecord,
    WarcWriter,
    checked,
    ip_field,
    one_line,
    warc_date,
    warc_fields,
)
from tests.archive.support import clock, ids
from tests.archive.validator import members, validate


def _writer(directory: Path, **changes: object) -> WarcWriter:
    arguments: dict[str, object] = {
        "directory": directory,
        "prefix": "tinhuy",
        "host": "crawler.example",
        "info": [("software", "test")],
        "clock": clock(),
        "new_id": ids(),
        "max_bytes": 10_000,
    }
    return WarcWriter(**(arguments | changes))  # type: ignore[arg-type]


_ids = ids(first=1000)


def _record(block: bytes = b"x", fields: Fields = ()) -> NewRecord:
    return NewRecord(
        type="metadata",
        id=_ids(),
        date="2026-03-07T12:00:00.000000Z",
        content_type="text/plain",
        block=io.BytesIO(block),
        fields=fields,
    )


def test_groups_stay_in_one_file(tmp_path: Path) -> None:
    """A new file begins only before a group; together the files hold every record in order."""
    closed: list[Sealed] = []
    writer = _writer(tmp_path, max_bytes=1500, on_closed=closed.append)
    groups = [
        writer.write([_record(b"%d-%d" % (group, n)) for n in range(3)]) for group in range(12)
    ]
    writer.close()
    paths = [tmp_path / file.name for file in closed]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert list(map(seal, paths)) == closed
    assert len(closed) > 2
    for group in groups:
        assert len({written.filename for written in group}) == 1
    places = {(w.filename, w.offset, w.length) for group in groups for w in group}
    stored = {
        (path.name, offset, length)
        for path in paths
        for offset, length, _ in members(path.read_bytes())[1:]
    }
    assert places == stored
    assert writer.bytes_written == sum(path.stat().st_size for path in paths)
    for path in paths:
        validate(path)


def test_names_tell_site_time_and_serial(tmp_path: Path) -> None:
    """Names are prefix, UTC time, serial, host and a token; while written they end in `.open`."""
    writer = _writer(tmp_path, max_bytes=1)
    writer.write([_record()])
    assert [path.name for path in tmp_path.iterdir()] == [
        "tinhuy-20260307120000-00000-crawler.example-00000000.warc.gz.open"
    ]
    writer.write([_record()])
    writer.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "tinhuy-20260307120000-00000-crawler.example-00000000.warc.gz",
        "tinhuy-20260307120001-00001-crawler.example-00000000.warc.gz",
    ]


@pytest.mark.parametrize("suffix", ["", ".open"])
def test_no_file_is_written_twice(tmp_path: Path, suffix: str) -> None:
    """A name that is taken is an error, and what is there stays as it was."""
    taken = tmp_path / f"tinhuy-20260307120000-00000-crawler.example-00000000.warc.gz{suffix}"
    taken.write_bytes(b"precious")
    with pytest.raises(StorageFailed):
        _writer(tmp_path).write([_record()])
    assert taken.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [taken]


def test_nothing_to_write_makes_no_file(tmp_path: Path) -> None:
    """A writer that was given nothing leaves nothing."""
    _writer(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


_BAD = ["a\r\nInjected: yes", "a\nb", "a\rb", "a\0b", "\x1b[31m", "\ud800"]


@pytest.mark.parametrize("value", _BAD)
def test_no_injection(tmp_path: Path, value: str) -> None:
    """A value that would end its line is refused everywhere, and its group leaves no byte."""
    writer = _writer(tmp_path)
    writer.write([_record(b"before")])
    with pytest.raises(ForbiddenField):
        writer.write([_record(), _record(fields=[("WARC-Target-URI", value)])])
    with pytest.raises(ForbiddenField):
        warc_fields([("operator", value)])
    with pytest.raises(ForbiddenField):
        _writer(tmp_path, prefix="other", info=[("operator", value)]).write([_record()])
    writer.write([_record(b"after")])
    writer.close()
    (path,) = tmp_path.iterdir()
    assert [record["WARC-Type"] for record in validate(path)] == [
        "warcinfo",
        "metadata",
        "metadata",
    ]


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ế"])
def test_no_injection_by_name(name: str) -> None:
    """A field name is a token."""
    with pytest.raises(ForbiddenField):
        checked([(name, "value")])


@given(st.text())
def test_free_text_becomes_one_line(text: str) -> None:
    """Any text can be made fit for a field."""
    checked([("error", one_line(text))])
    assert len(one_line(text)) <= 2000


@given(st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)))
def test_dates_are_exact(instant: datetime) -> None:
    """A WARC-Date has six digits of a second and reads back as the same instant."""
    assert len(warc_date(instant)) == 27
    assert datetime.fromisoformat(warc_date(instant)) == instant


def test_dates_need_a_zone() -> None:
    """An instant without a time zone is none."""
    with pytest.raises(ValueError, match="no time zone"):
        warc_date(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("tinhuy.vn", None),
        (None, None),
    ],
)
def test_addresses(address: str | None, field: str | None) -> None:
    """Addresses are written as RFC 5952 has them, or not at all."""
    assert ip_field(address) == ([("WARC-IP-Address", field)] if field else [])


_FULL_DISK = """
    import io, resource, sys
    from pathlib import Path
    from archive.errors import StorageFailed
    from tests.archive.test_writer import _record, _writer

    directory, limit = Path(sys.argv[1]), int(sys.argv[2])
    closed = []
    writer = _writer(directory, on_closed=closed.append)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    written = 0
    try:
        while True:
            writer.write([_record(bytes(range(256)) * 3), _record(b"second")])
            written += 1
    except StorageFailed as error:
        print(written, len(closed), error.reason)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    writer.write([_record(b"later")])
    writer.close()
"""


@pytest.mark.parametrize("limit", [2000, 2100, 2200, 2300, 2400, 2500, 2600, 2700])
def test_full_disk_rolls_back_to_the_group(tmp_path: Path, limit: int) -> None:
    """When the disk refuses, StorageFailed is raised, the file ends after the last whole group
    under its final name, and what comes later goes to another file.
    """
    root = Path(__file__).parents[2]
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FULL_DISK), str(tmp_path), str(limit)],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    written, closed, reason = child.stdout.split(maxsplit=2)
    assert (int(closed), reason.strip()) == (1, "File too large")
    first, second = sorted(tmp_path.iterdir())
    assert len(validate(first)) == 1 + 2 * int(written)
    assert first.stat().st_size <= limit
    assert len(validate(second)) == 2


def test_a_file_that_cannot_be_begun(tmp_path: Path) -> None:
    """A directory that is gone is StorageFailed, with the path."""
    with pytest.raises(StorageFailed, match="gone"):
        _writer(tmp_path / "gone").write([_record()])
