"""Entries of the reading journal: what is written comes back, what could not be kept is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archive import Article, Capture, Change, Look, Run
from archive.journal import decode, encode_look, encode_run

CAPTURE = Capture(
    urlkey="vn,a)/",
    timestamp="20260307120000",
    url="http://a.vn/",
    mime="text/html",
    status=200,
    digest=None,
    length=10,
    offset=0,
    filename="a.warc.gz",
    record_id="urn:uuid:1",
    date="2026-03-07T12:00:00Z",
)
READ = Look(
    url="http://a.vn/",
    site="a",
    change=Change.CHANGED,
    capture=CAPTURE,
    article=Article(url="http://a.vn/", site="a", title="Tiêu đề", text="Một.", capture=CAPTURE),
    conversion_id="urn:uuid:2",
)
RUN = Run(id="r", site="a", started_at="2026", finished_at="2026", outcome="ok", counts={"new": 1})


def test_looks_and_runs_come_back() -> None:
    """A look, with an article or without, and a run are what they were."""
    gone = Look(url="http://a.vn/", site="a", change=Change.GONE, capture=CAPTURE)
    assert [decode(encode_look(one)) for one in (READ, gone)] == [READ, gone]
    assert decode(encode_run(RUN, ["urn:uuid:3"])) == RUN


@pytest.mark.parametrize(
    "fields",
    [
        *({"change": change, "article": None} for change in ("new", "changed", "metadata")),
        {"change": "another"},
        {"url": "http://a.vn/\ud800"},
        {"url": None},
        {"site": "\udfff"},
        {"conversion_id": "\ud800"},
        {"article": {"url": "http://a.vn/"}},
        {"capture": {}},
        {"capture": None},
    ],
)
def test_looks_that_no_catalog_can_hold(fields: dict[str, Any]) -> None:
    """A look without what it must bring, or with text that cannot be stored, is a ValueError."""
    entry = json.loads(encode_look(READ))
    entry["look"] |= fields
    with pytest.raises(ValueError, match=r"."):
        decode(json.dumps(entry).encode())


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"null",
        b"[" * 100_000,
        b'{"look": 1}',
        b'{"run": {"counts": {"new": Infinity}}}',
    ],
)
def test_other_entries(entry: bytes) -> None:
    """What is neither a look nor a run is a ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"."):
        decode(entry)
