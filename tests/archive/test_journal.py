"""Entries of the reading journal: what is written comes back, what could not be kept is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from archive import Article, Capture, Change, EntryTooLarge, Look, Model, Run, journal
from archive import article as articles
from archive.journal import decode, encode_look, encode_model, encode_run

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
        {"url": "https://bao[x"},
        {"site": "\udfff"},
        {"conversion_id": "\ud800"},
        {"article": {"url": "http://a.vn/"}},
        {"capture": {}},
        {"capture": None},
        {"capture": articles.capture_to_json(replace(CAPTURE, date="garbage"))},
        {"reread_at": "9999"},
        {"site": "a\0b"},
        {"site": "a\x1b[31m"},
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
        encode_run(replace(RUN, at=("http://[x/",)), []),
    ],
)
def test_other_entries(entry: bytes) -> None:
    """What is neither a look nor a run is a ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"."):
        decode(entry)


MODEL = Model(
    site="a",
    version="3.1",
    learned_at="2026-03-07T12:00:00.000000Z",
    content={"khối": [["div.menu", 7, 0.5]], "titles": {"Một": None}},
)


def test_models_and_rereadings_come_back() -> None:
    """A model, and a look that is a reading again, are what they were."""
    again = replace(READ, change=Change.REREAD, reread_at="2026-04-01T00:00:00.000000Z")
    assert decode(encode_look(again)) == again
    assert decode(encode_model(MODEL)) == MODEL


def test_journals_of_before() -> None:
    """A look written when nothing was read again has no word of it, and is read as it was."""
    fields = json.loads(encode_look(READ))["look"]
    assert "reread_at" not in fields
    assert decode(json.dumps({"look": fields}).encode()) == READ


@pytest.mark.parametrize(
    "fields",
    [
        {"content": []},
        {"content": {"a": float("nan")}},
        {"content": {"a": "\ud800"}},
        {"site": None},
        {"version": 3},
        {"learned_at": "\ud800"},
        {"learned_at": "2099 \x1b[2J"},
        {"learned_at": "2026-13-01T00:00:00Z"},
    ],
)
def test_models_that_no_catalog_can_hold(fields: dict[str, Any]) -> None:
    """A model whose content is no object, or cannot be stored as JSON text, is a ValueError."""
    entry = json.loads(encode_model(MODEL))
    entry["model"] |= fields
    with pytest.raises(ValueError, match=r"."):
        decode(json.dumps(entry).encode())


def test_an_entry_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than an entry may be is not written, and the error says what, and how long."""
    monkeypatch.setattr(journal, "MAX_ENTRY", 1000)
    encode_model(MODEL)
    with pytest.raises(EntryTooLarge, match=r"the model 3.1 of a is not kept: \d+ bytes") as caught:
        encode_model(replace(MODEL, content={"blocks": ["x" * 1000]}))
    assert caught.value.size > caught.value.most == 1000


def test_a_run_of_before_has_no_reason() -> None:
    """Runs that were written before runs had a reason are read; a reason comes back as it was."""
    entry = json.loads(encode_run(RUN, []))
    del entry["run"]["reason"]
    assert decode(json.dumps(entry).encode()) == RUN
    told = replace(RUN, reason="its front page leads to b.example")
    assert decode(encode_run(told, [])) == told
