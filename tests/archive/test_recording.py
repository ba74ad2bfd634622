"""Recordings: what one run of one site leaves in a collection."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import (
    Change,
    Collection,
    CollectionLocked,
    DiskNearlyFull,
    Exchange,
    ForbiddenField,
    Look,
    Model,
    Run,
    StorageFailed,
    Tls,
    journal,
    manifest,
)
from archive import dedup as dedup_rules
from archive.dedup import Dedup
from archive.reader import iter_records, open_record
from tests.archive.support import (
    NOON,
    PAGE,
    clock,
    confirmed,
    exchange,
    ids,
    look,
    recorded,
    request,
    response,
)
from tests.archive.validator import members, parse, validate


def _records(path: Path) -> list[tuple[list[tuple[str, str]], bytes]]:
    return [parse(content) for _, _, content in members(path.read_bytes())]


def _entries(path: Path) -> list[journal.Entry]:
    return [journal.read(record) for record in iter_records(path) if journal.is_entry(record)]


def _only(collection: Collection, *, text: bool = False) -> Path:
    (path,) = collection.warcs(text=text)
    return path


def test_a_model_is_kept(collection: Collection) -> None:
    """What was learned of a site stands in the journal, and is known to be of this file."""
    model = Model(site="tinhuy", version="7", learned_at="2026-03-07", content={"khối": ["a", 7]})
    with collection.recording(site="tinhuy", run_id="r") as recording:
        recording.learn(model)
    path = _only(collection, text=True)
    assert _entries(path) == [model]
    about, entry = (dict(fields) for fields, _ in _records(path))
    assert entry["WARC-Refers-To"] == about["WARC-Record-ID"]


def test_the_file_in_full(collection: Collection) -> None:
    """With a fixed clock and fixed ids, the file is exactly this."""
    with collection.recording(
        site="tinhuy",
        run_id="run-1",
        host="may-1.crawler.example",
        user_agent="tinhuy/0.1 (+https://tinhuy.example)",
        robots="obey",
        clock=clock(),
        new_id=ids(),
    ) as recording:
        recording.record(
            exchange(
                "https://tinhuy.example/tin?a=1#top",
                response(b"abc", headers=("ETag: x",)),
                milliseconds=71,
                ip_address="2001:db8:0::7",
                tls=Tls(protocol="TLSv1.3", cipher="TLS_AES_128_GCM_SHA256", verdict="expired"),
                via="https://tinhuy.example/",
                hops="L",
                notes=("interim-responses: 1",),
            )
        )
    stored = b"".join(content for _, _, content in members(_only(collection).read_bytes()))
    software = f"tinhuy/{version('tinhuy')} warcio/{version('warcio')}"
    head = textwrap.dedent("""\
        WARC/1.1
        WARC-Type: warcinfo
        WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000005>
        WARC-Date: 2026-03-07T12:00:00.123456Z
        WARC-Filename: tinhuy-20260307120000-00000-may_1.crawler.example-00000000.warc.gz
        """)
    expected = textwrap.dedent("""\
        WARC/1.1
        WARC-Type: response
        WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>
        WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000005>
        WARC-Date: 2026-03-07T12:00:00.123456Z
        WARC-Target-URI: https://tinhuy.example/tin?a=1
        WARC-IP-Address: 2001:db8::7
        WARC-Protocol: http/1.1
        WARC-Protocol: tls/1.3
        WARC-Cipher-Suite: TLS_AES_128_GCM_SHA256
        WARC-Payload-Digest: sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5
        WARC-Block-Digest: sha1:ECZIOBGVYED53JFMP22QFZLJPFLPBKZ2
        Content-Type: application/http;msgtype=response
        Content-Length: 71

        HTTP/1.1 200 OK
        Content-Type: text/html; charset=utf-8
        ETag: x

        abc

        WARC/1.1
        WARC-Type: request
        WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>
        WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000005>
        WARC-Date: 2026-03-07T12:00:00.123456Z
        WARC-Target-URI: https://tinhuy.example/tin?a=1
        WARC-IP-Address: 2001:db8::7
        WARC-Protocol: http/1.1
        WARC-Protocol: tls/1.3
        WARC-Cipher-Suite: TLS_AES_128_GCM_SHA256
        WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000001>
        WARC-Block-Digest: sha1:5ENC6JMINN2NRH57EKQJU7YZO62VCZVI
        Content-Type: application/http;msgtype=request
        Content-Length: 40

        GET / HTTP/1.1
        Host: tinhuy.example



        WARC/1.1
        WARC-Type: metadata
        WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>
        WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000005>
        WARC-Date: 2026-03-07T12:00:00.123456Z
        WARC-Target-URI: https://tinhuy.example/tin?a=1
        WARC-IP-Address: 2001:db8::7
        WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000001>
        WARC-Block-Digest: sha1:QR6USNLWOF77ON6FTXUHZBOWDVIKR7U6
        Content-Type: application/warc-fields
        Content-Length: 133

        via: https://tinhuy.example/
        hopsFromSeed: L
        fetchTimeMs: 71
        certificate: expired
        captureMode: wire
        note: interim-responses: 1


        """)
    info = textwrap.dedent(f"""\
        software: {software}
        format: WARC File Format 1.1
        conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
        isPartOf: run-1
        robots: obey
        http-header-user-agent: tinhuy/0.1 (+https://tinhuy.example)
        description: Captures of tinhuy
        """)
    lines = stored.decode().replace("\r\n", "\n")
    assert lines.startswith(head)
    assert info in lines
    assert lines[lines.index("WARC/1.1\nWARC-Type: response") :] == expected


_HEADERS = st.lists(
    st.tuples(
        st.from_regex(rb"[A-Za-z][A-Za-z0-9_ -]{0,12}", fullmatch=True),
        st.binary(max_size=30).filter(lambda value: not set(value) & {10, 13}),
    ),
    max_size=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    url=st.text(max_size=40).map("http://tinhuy.example/".__add__),
    status=st.sampled_from([b"200 OK", b"200", b"404 Kh\xc3\xb4ng", b"302 \xff", b"503 "]),
    headers=_HEADERS,
    body=st.binary(max_size=3000),
    sent=st.binary(max_size=300),
    error=st.none() | st.text(max_size=60),
)
def test_every_byte_comes_back(
    collection: Collection,
    url: str,
    status: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    sent: bytes,
    error: str | None,
) -> None:
    """Whatever crossed the wire stands in the blocks, byte for byte, and nothing is injected."""
    lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    answer = b"HTTP/1.1 " + status + b"\r\n" + lines + b"\r\n" + body
    sent = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(sent) + sent
    (capture,) = recorded(collection, exchange(url, answer, sent=sent, error=error, via=url))
    path = collection.file(capture.filename)
    records = _records(path)
    assert [dict(fields)["WARC-Type"] for fields, _ in records] == [
        "warcinfo",
        "response",
        "request",
        "metadata",
    ]
    assert (records[1][1], records[2][1]) == (answer, sent)
    validate(path)


def test_what_each_fetch_leaves(collection: Collection) -> None:
    """The records of every kind of exchange are those that WARC 1.1 has for it."""
    kinds = {
        "answer": exchange("http://a.vn/1"),
        "redirect": exchange("http://a.vn/2", response(b"", status="302 Found")),
        "cut": exchange("http://a.vn/3", response(b"par"), truncated="disconnect"),
        "failed": exchange("http://a.vn/4", failed=True, error="timeout\r\nafter 30 s"),
        "unsent": Exchange(
            target_uri="http://a.vn/5",
            started_at=NOON,
            request=None,
            response=None,
            error="no such host",
        ),
    }
    found = {}
    for site, one in kinds.items():
        captures = recorded(collection, one, site=site)
        (path,) = collection.archive_dir.glob(f"{site}-*")
        found[site] = [fields["WARC-Type"] for fields in validate(path)[1:]], len(captures)
    whole = ["response", "request", "metadata"]
    assert found == {
        "answer": (whole, 1),
        "redirect": (whole, 1),
        "cut": (whole, 1),
        "failed": (["request", "metadata"], 0),
        "unsent": (["metadata"], 0),
    }
    (path,) = collection.archive_dir.glob("cut-*")
    assert dict(_records(path)[1][0])["WARC-Truncated"] == "disconnect"
    (path,) = collection.archive_dir.glob("failed-*")
    assert b"error: timeout after 30 s\r\n" in _records(path)[2][1]


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Proxy-Authorization"])
def test_credentials_are_refused(collection: Collection, name: str) -> None:
    """A request with credentials is not written, unless the recording was told to."""
    sent = request().replace(b"\r\n\r\n", f"\r\n{name}: secret\r\n\r\n".encode())
    with pytest.raises(ForbiddenField):
        recorded(collection, exchange(sent=sent))
    assert not list(collection.captures())
    with collection.recording(site="s", run_id="r", allow_credentials=True) as recording:
        assert recording.record(exchange(sent=sent))


def test_payload_digest_is_of_the_unchunked_body(collection: Collection) -> None:
    """Chunk framing is stored but not digested."""
    chunked = response(b"3\r\nabc\r\n0\r\n\r\n", headers=("Transfer-Encoding: chunked",))
    plain, framed = recorded(
        collection, exchange(answer=response(b"abc")), exchange(answer=chunked)
    )
    assert plain.digest == framed.digest
    assert collection.read(framed).body == b"abc"


def test_a_large_response_is_not_held_in_memory(collection: Collection, tmp_path: Path) -> None:
    """200 MB of response are recorded and found again in little memory."""
    script = """
        import io, resource, sys, tempfile
        from archive import Collection
        from tests.archive.support import exchange, response
        from dataclasses import replace

        with tempfile.TemporaryFile() as answer:
            answer.write(response(b""))
            for n in range(200):
                answer.write(bytes([n]) * 1_000_000)
            with Collection.open(sys.argv[1]).recording(site="big", run_id="r") as recording:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                recording.record(replace(exchange(), response=answer))
                print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    grown = _child(script, str(collection.path))
    assert int(grown) < 10_000  # KiB


def _child(script: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


# Revisits


def test_a_committed_payload_is_repeated_by_reference(collection: Collection) -> None:
    """The same payload again is a revisit that reads back whole, with its own head."""
    later = response(PAGE, headers=("X-Visit: 2",))
    first, second = recorded(
        collection,
        exchange("http://a.vn/1"),
        exchange("http://a.vn/2", later, at=NOON + timedelta(hours=1)),
    )
    assert (first.is_revisit, second.is_revisit) == (False, True)
    fields = dict(_records(_only(collection))[4][0])
    assert fields["WARC-Refers-To"] == f"<{first.record_id}>"
    assert fields["WARC-Refers-To-Target-URI"] == "http://a.vn/1"
    assert fields["WARC-Refers-To-Date"] == first.date
    read = collection.read(second, verify=True)
    assert (read.status, read.body, dict(read.headers)[b"X-Visit"]) == (200, PAGE, b"2")
    assert read.revisit_of is not None
    assert read.revisit_of.url == "http://a.vn/1"


def test_only_committed_payloads_are_referred_to(collection: Collection) -> None:
    """Without a commit between, the same payload is stored twice."""
    with collection.recording(site="tinhuy", run_id="r") as recording:
        captures = [recording.record(exchange(f"http://a.vn/{n}")) for n in range(2)]
        recording.commit()
        captures.append(recording.record(exchange("http://a.vn/2")))
        assert (recording.revisits, recording.bytes_saved) == (1, len(PAGE))
    assert [capture and capture.is_revisit for capture in captures] == [False, False, True]


def test_references_cross_recordings_and_files(collection: Collection) -> None:
    """What one run committed at its end, the next may refer to."""
    recorded(collection, exchange("http://a.vn/1"), site="one")
    (again,) = recorded(
        collection, exchange("http://a.vn/1", at=NOON + timedelta(days=1)), site="two"
    )
    assert again.is_revisit
    assert collection.read(again).body == PAGE


def test_a_missing_original_is_not_referred_to(collection: Collection) -> None:
    """A payload whose file has been taken away is stored again."""
    (first,) = recorded(collection, exchange("http://a.vn/1"))
    collection.file(first.filename).unlink()
    collection.index_path(first.filename).unlink()
    (again,) = recorded(collection, exchange("http://a.vn/1"))
    assert not again.is_revisit


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (response(b"x" * (dedup_rules.MIN_PAYLOAD - 1)), {}),
        (response(b""), {}),
        (response(status="404 Not Found"), {}),
        (response(status="500 Broken"), {}),
        (response(), {"truncated": "length"}),
        (response(headers=("Content-Length: 99999",)), {}),
    ],
)
def test_what_is_never_a_revisit(
    collection: Collection, answer: bytes, facts: dict[str, Any]
) -> None:
    """Tiny, failed, cut and doubtful payloads are always stored, and never referred to."""
    one, two = (exchange("http://a.vn/", answer, **facts) for _ in range(2))
    captures = recorded(collection, one, two, exchange("http://a.vn/"), exchange("http://a.vn/"))
    assert [capture.is_revisit for capture in captures] == [False, False, False, True]


def test_a_full_copy_now_and_then(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many repeats, or so long a time, the payload is stored in full again."""
    monkeypatch.setattr(dedup_rules, "MAX_REPEATS", 2)
    late = NOON + dedup_rules.MAX_AGE + timedelta(days=1)
    times = [NOON + timedelta(hours=n) for n in range(5)] + [late, late + timedelta(hours=1)]
    captures = recorded(collection, *(exchange("http://a.vn/", at=at) for at in times))
    kinds = "".join("r" if capture.is_revisit else "F" for capture in captures)
    assert kinds == "FrrFrFr"
    assert {collection.read(capture).body for capture in captures} == {PAGE}


def test_not_modified(collection: Collection) -> None:
    """A 304 to who asked by the validators of the URL's newest payload is a revisit of that and
    reads as that, though it says 304; to anybody else it is what came.
    """
    nothing = response(b"", status="304 Not Modified", headers=("ETag: y",))
    at = [NOON + timedelta(hours=n) for n in range(4)]
    captures = recorded(
        collection,
        exchange("http://a.vn/", response(headers=("ETag: y",)), at=at[0]),
        exchange("http://a.vn/", at=at[1]),
        confirmed("http://a.vn/", at=at[2]),
        exchange("http://a.vn/", nothing, at=at[3]),
        confirmed("http://a.vn/", "other", at=at[3]),
        confirmed("http://a.vn/other", at=at[3]),
    )
    kinds = [capture.is_revisit for capture in captures]
    assert kinds == [False, True, True, False, False, False]
    fields = dict(_records(_only(collection))[7][0])
    assert fields["WARC-Profile"].endswith("/server-not-modified")
    assert fields["WARC-Refers-To"] == f"<{captures[0].record_id}>"
    read = collection.read(captures[2])
    assert (read.capture.status, read.status, read.body) == (304, 200, PAGE)
    assert collection.read(captures[3]).status == 304


def test_validators(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a committed, whole GET that answered 200 is asked for again by its validators, and
    only until it is time for another full copy.
    """
    monkeypatch.setattr(dedup_rules, "MAX_REPEATS", 2)
    modified = "Last-Modified: Tue, 24 Nov 2026 05:22:24 GMT"
    tagged = response(headers=('ETag: W/"y"', modified))
    hours = (NOON + timedelta(hours=n) for n in range(9))
    with collection.recording(site="tinhuy", run_id="r", clock=clock()) as recording:
        recording.record(exchange("http://a.vn/", tagged, at=next(hours)))
        recording.record(exchange("http://a.vn/cut", tagged, at=next(hours), truncated="time"))
        recording.record(exchange("http://a.vn/post", tagged, sent=request("/", "POST", b"a=1")))
        failed = tagged.replace(b"200 OK", b"404 No", 1)
        recording.record(exchange("http://a.vn/404", failed))
        assert recording.validators("http://a.vn/") is None
        for _ in range(2):
            recording.commit()
            found = recording.validators("http://a.vn/#top")
            assert found
            assert found.headers() == {
                "If-None-Match": 'W/"y"',
                "If-Modified-Since": "Tue, 24 Nov 2026 05:22:24 GMT",
            }
            since = "If-Modified-Since: Tue, 24 Nov 2026 05:22:24 GMT"
            still = confirmed("http://a.vn/", 'W/"y"', since, at=next(hours))
            capture = recording.record(still)
            assert capture
            read = recording.confirmed(capture)
            assert read
            assert (read.status, read.body) == (200, PAGE)
        recording.commit()
        urls = ("http://a.vn/", "http://a.vn/cut", "http://a.vn/post", "http://a.vn/404")
        assert [recording.validators(url) for url in urls] == [None] * 4
        assert recording.bytes_saved == 2 * len(PAGE)


@pytest.mark.parametrize("value", ["x" * 2000, "tag\xe9", "a\x01b", ""])
def test_validators_that_cannot_be_sent(collection: Collection, value: str) -> None:
    """A validator that is no plain short text is never sent back."""
    recorded(collection, exchange("http://a.vn/", response(headers=(f"ETag: {value}",))))
    with collection.recording(site="tinhuy", run_id="r") as recording:
        assert recording.validators("http://a.vn/") is None


# What was kept, and what was not asked for


def _log(collection: Collection) -> list[dict[str, Any]]:
    (path,) = collection.logs_dir.iterdir()
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_crawl_log_tells_what_is_committed(collection: Collection) -> None:
    """A line about an exchange is written when it is on the disk; refusals have a reason."""
    with collection.recording(site="tinhuy", run_id="run-one", clock=clock()) as recording:
        first = recording.record(exchange("http://a.vn/1"))
        assert first
        assert not collection.logs_dir.exists()
        recording.commit()
        assert [line["record_id"] for line in _log(collection)] == [first.record_id]
        recording.record(exchange("http://a.vn/2"))
        recording.record(exchange("http://a.vn/3", failed=True, error="refused\r\nX: y"))
        recording.refuse("http://me:secret@a.vn/4\n", "robots.txt", via="http://a.vn/")
    lines = _log(collection)
    assert [(line["url"], line.get("kind")) for line in lines] == [
        ("http://a.vn/1", "response"),
        ("http://a.vn/2", "revisit"),
        ("http://a.vn/3", "failed"),
        ("http://a.vn/4", None),
    ]
    assert lines[2]["error"] == "refused X: y"
    assert lines[3]["refused"] == "robots.txt"
    for line in lines[:3]:
        place = collection.file(line["filename"])
        with open_record(place, line["offset"]) as record:
            assert record.record_id == line["record_id"]
    assert next(collection.logs_dir.iterdir()).name == "tinhuy-20260307120000-run-one.jsonl"


def test_the_manifest_is_what_sha256sum_reads(collection: Collection) -> None:
    """`sha256sum -c` passes every closed file by the manifest, and finds a later cut."""
    for n in range(2):
        with collection.recording(site="tinhuy", run_id=str(n)) as recording:
            capture = recording.record(exchange(f"http://a.vn/{n}"))
            assert capture
            recording.convert(look(capture))
    check = ["sha256sum", "--check", "--strict", collection.manifest_path.name]
    run = partial(subprocess.run, check, cwd=collection.path, capture_output=True, text=True)
    done = run(check=True)
    assert done.stdout.count(": OK") == 4
    path = collection.warcs()[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert run(check=False).returncode == 1
    assert manifest.read(collection.manifest_path)[path.name].size == len(whole)
    path.write_bytes(whole)


def test_a_cut_manifest_goes_on(collection: Collection) -> None:
    """A line that a power cut left half written spoils no other, and its file is sealed again."""
    recorded(collection, exchange("http://a.vn/1"))
    text = collection.manifest_path.read_text()
    collection.manifest_path.write_text(text[:-30])
    recorded(collection, exchange("http://a.vn/2"))
    assert manifest.read(collection.manifest_path).keys() == {p.name for p in collection.warcs()}


def test_a_disk_that_is_nearly_full(collection: Collection) -> None:
    """Less free space than must stay free is told before the disk refuses."""
    with collection.recording(site="tinhuy", run_id="r") as recording:
        recording.check_space(1)
        with pytest.raises(DiskNearlyFull, match="must stay so"):
            recording.check_space(2**62)


@pytest.fixture
def refused_sync(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the next fsync, and that one only, fail: the kernel forgets what it could not write."""
    fsync, refuse = os.fsync, list[bool]()

    def once(descriptor: int) -> None:
        if refuse:
            refuse.clear()
            raise OSError(errno.EIO, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", once)
    return lambda: refuse.append(True)


def test_nothing_is_reported_after_a_sync_that_failed(
    collection: Collection, refused_sync: Callable[[], None]
) -> None:
    """Of a file that could not be synced nothing more is told: it is left open, and the next
    command finds in it what did reach the disk.
    """
    with suppress(StorageFailed), collection.recording(site="thu", run_id="r") as recording:
        recording.record(exchange("http://a.vn/1"))
        recording.commit()
        recording.record(exchange("http://a.vn/2"))
        refused_sync()
        with pytest.raises(StorageFailed):
            recording.commit()
        with pytest.raises(StorageFailed):
            recording.record(exchange("http://a.vn/3"))
        with pytest.raises(StorageFailed):
            recording.commit()
    assert [line["url"] for line in _log(collection)] == ["http://a.vn/1"]
    assert len(collection.left_open()) == 1
    with closing(Dedup(collection.dedup_path)) as dedup:
        assert dedup.files() == set()
    collection.mend()
    assert [capture.url for capture in collection.captures()] == ["http://a.vn/1", "http://a.vn/2"]


# Readings


def test_readings_come_back_from_the_journal(collection: Collection) -> None:
    """Looks and runs in the text file are those that were given; the text stands free."""
    with collection.recording(site="tinhuy", run_id="r") as recording:
        first = recording.record(exchange("http://a.vn/1"))
        recording.commit()
        second = recording.record(exchange("http://a.vn/1", at=NOON + timedelta(days=1)))
        assert first
        assert second
        told = [recording.convert(look(first)), recording.convert(look(second, text=None))]
        told.append(recording.convert(look(second, text="Ba.")))
        run = Run(
            id="r",
            site="tinhuy",
            started_at="2026-03-07T19:00:00+07:00",
            finished_at="2026-03-07T19:01:00+07:00",
            outcome="ok",
            counts={"pages": 2},
        )
        recording.finish(run)
    path = _only(collection, text=True)
    assert _entries(path) == [*told, run]
    records = _records(path)
    assert records[1][1].decode() == "Tiêu đề\n\nSapo\n\nMột.\n\nHai."
    refers = [dict(fields).get("WARC-Refers-To") for fields, _ in records]
    conversions = [f"<{told[0].conversion_id}>", f"<{told[2].conversion_id}>"]
    original = f"<{first.record_id}>"
    warcinfo = dict(records[0][0])["WARC-Record-ID"]
    assert refers == [
        None,
        original,
        conversions[0],
        original,
        original,
        conversions[1],
        warcinfo,
    ]
    assert told[1].change is Change.UNCHANGED
    validate(path)


def test_a_capture_from_the_index_can_be_read_and_told(collection: Collection) -> None:
    """A look at a capture found in the index has its record id and date in the journal."""
    (capture,) = recorded(collection, exchange("http://a.vn/1"))
    indexed = collection.find("http://a.vn/1")
    assert indexed.record_id == ""
    with collection.recording(site="again", run_id="r") as recording:
        told = recording.convert(look(indexed))
    assert told.capture == capture


def test_text_files_have_no_index(collection: Collection) -> None:
    """Replay never sees a reading: only files of captures are indexed."""
    with collection.recording(site="tinhuy", run_id="r") as recording:
        capture = recording.record(exchange())
        assert capture
        recording.convert(look(capture))
    assert [path.name for path in collection.indexes_dir.iterdir()] == [
        collection.index_path(capture.filename).name
    ]
    assert "-text-" in _only(collection, text=True).name


# Indexes


def test_index_is_that_of_cdxj_indexer(collection: Collection) -> None:
    """Our index lines are those that cdxj-indexer makes of our file, POSTs and revisits too."""
    posted = request("/", "POST", b"page=2&q=t%E1%BB%89nh+%E1%BB%A7y")
    recorded(
        collection,
        exchange("http://a.vn/B?x=2&a=1"),
        exchange("http://a.vn/2", at=NOON + timedelta(hours=1)),
        exchange("http://a.vn/", response(b"", status="301 Moved")),
        exchange("http://a.vn/", response(b"z" * 900), sent=posted),
        exchange("http://a.vn/x", b"HTTP/1.1 200 OK\r\n\r\nno type"),
        exchange("http://a.vn/2", response(b"", status="304 Not Modified")),
        exchange("http://a.vn/gone", failed=True, error="timeout"),
        exchange("http://báo.vn/Tin tức", response(b"q", headers=("Content-Length: 1",))),
    )
    path = _only(collection)
    indexer = Path(sys.executable).with_name("cdxj-indexer")
    command = [str(indexer), "--sort", "--post-append", str(path)]
    theirs = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    ours = collection.index_path(path.name).read_text()
    assert ours == theirs
    assert len(ours.splitlines()) == 7


def test_open_recordings_are_found(collection: Collection) -> None:
    """What was recorded is found and read at once, before its file is closed."""
    posted = request("/", "POST", b"page=2")
    with collection.recording(site="tinhuy", run_id="r", max_file_bytes=2000) as recording:
        for n in range(6):
            url, body = f"http://a.vn/{n}", os.urandom(700)
            capture = recording.record(exchange(url, response(body)))
            assert collection.find(url) == capture or collection.find(url).offset
            assert collection.read(collection.find(url)).body == body
            assert len(list(collection.captures())) == n + 1
        capture = recording.record(exchange("http://a.vn/", response(b"two"), sent=posted))
        assert collection.find("http://a.vn/", method="POST", body=b"page=2").url == "http://a.vn/"
    assert len(collection.warcs()) > 1
    assert len(list(collection.captures())) == 7


# Locks and kills


def test_one_run_of_a_site_at_a_time(collection: Collection) -> None:
    """While a process records a site, a second run of it fails at once; other sites do not."""
    script = """
        import sys
        from archive import Collection

        with Collection.open(sys.argv[1]).recording(site="tinhuy", run_id="other"):
            print("locked", flush=True)
            sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(collection.path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "locked\n"
        with pytest.raises(CollectionLocked, match="tinhuy"):
            recorded(collection, exchange())
        recorded(collection, exchange(), site="other")
        child.communicate()
    recorded(collection, exchange())


_WRITING = """
    import os, sys
    from archive import Collection
    from tests.archive.support import exchange, look, response

    with Collection.open(sys.argv[1]).recording(site="tinhuy", run_id="r") as recording:
        n = 0
        while True:
            body = b"%d " % n * 300
            capture = recording.record(exchange(f"http://a.vn/{n}", response(body)))
            recording.convert(look(capture))
            if n % 5 == 0:
                recording.commit()
            print(n, flush=True)
            n += 1
"""


@pytest.mark.parametrize("lines", [1, 2, 7, 20, 41, 60])
def test_kill_loses_nothing_that_was_reported(collection: Collection, lines: int) -> None:
    """After kill -9 the next recording of the site finds every capture and look reported before."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_WRITING), str(collection.path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        for _ in range(lines):
            reported = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        reported = max([reported, *map(int, child.stdout.read().split())])
    assert list(collection.archive_dir.glob("*.open"))
    recorded(collection)
    assert not list(collection.archive_dir.glob("*.open"))
    for n in range(reported + 1):
        assert collection.read(collection.find(f"http://a.vn/{n}")).body == b"%d " % n * 300
    entries = [one for path in collection.warcs(text=True) for one in _entries(path)]
    told = [one.url for one in entries if isinstance(one, Look)]
    assert told[: reported + 1] == [f"http://a.vn/{n}" for n in range(reported + 1)]


def test_who_is_alone_lets_nobody_write(collection: Collection) -> None:
    """No recording begins while a program is alone, and none is alone beside a recording."""
    with collection.alone(), pytest.raises(CollectionLocked):
        recorded(collection, exchange(), site="new")
    with (
        collection.recording(site="tinhuy", run_id="r"),
        pytest.raises(CollectionLocked),
        collection.alone(),
    ):
        pass
    with collection.alone():
        pass


def test_an_error_inside_closes_the_files(collection: Collection) -> None:
    """An exception ends the recording in good order: files closed, indexed, lock freed."""

    def fail() -> None:
        with collection.recording(site="tinhuy", run_id="r") as recording:
            recording.record(exchange())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(list(collection.captures())) == 1
    recorded(collection, exchange())


def test_counts(collection: Collection) -> None:
    """`bytes_written` is what the files of the recording hold."""
    with collection.recording(site="tinhuy", run_id="r") as recording:
        capture = recording.record(exchange())
        assert capture
        recording.convert(look(capture))
    sizes = [path.stat().st_size for path in collection.archive_dir.iterdir()]
    assert recording.bytes_written == sum(sizes)
    kinds = Counter(r.type for path in collection.warcs() for r in iter_records(path))
    assert kinds == {"warcinfo": 1, "response": 1, "request": 1, "metadata": 1}
