"""Whatever comes from outside is written, read and found again as it was, and injects nothing."""

from __future__ import annotations

import io
import ipaddress
import re
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import Capture, Collection, Exchange, ForbiddenField, Tls, cdxj, scan, verify
from archive.urlkey import target_uri
from tests.archive.support import PAGE
from tests.archive.validator import dechunk, members, parse, validate

CRLF = b"\r\n"
NASTY = st.text(
    st.sampled_from("\r\n\0\t :;,<>\"'%#?/@&=\\\x1b\x7f\x85\u2028\u202e\u200b\ud800đĐ字😀a.")
    | st.characters(),
    max_size=30,
)
"""Line ends of every kind, halves of surrogate pairs, marks of direction, and any character."""
TOKEN = st.text("abcXYZ-_019!~", min_size=1, max_size=12).map(str.encode)
VALUE = st.binary(max_size=30).map(lambda raw: re.sub(rb"[\r\n]", b" ", raw).strip())
HEADERS = st.lists(st.tuples(TOKEN, VALUE), max_size=5)
HOSTS = st.sampled_from(
    ["tinhuy.example", "đồngtháp.example", "xn--ngthp-pta6a.example", "a:b@c.example", "[::1]:8"]
) | NASTY.filter(lambda host: not host.startswith("/"))
URLS = st.one_of(
    st.just("http://tinhuy.example/"),
    st.builds("{}://{}/{}".format, st.sampled_from(["http", "https"]), HOSTS, NASTY),
    st.builds(lambda part, times: f"https://a.example/{part * times}", NASTY, st.just(300)),
)
BODIES = st.one_of(st.sampled_from([PAGE, PAGE[::-1], b""]), st.binary(max_size=600))
STATUS = st.sampled_from([b"200 OK", b"200", b"304 Not Modified", b"404 Kh\xc3\xb4ng", b"302 \xff"])
Parsed = tuple[list[tuple[str, str]], bytes]
"""Fields and block of a record, by the validator's own reading."""
LINES = {"error", "note", "via", "certificate"}
"""The remarks that hold what comes from outside."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """An exchange, and the parts that it was made of."""

    url: str
    headers: list[tuple[bytes, bytes]]
    payload: bytes
    answer: bytes
    sent: bytes
    facts: Mapping[str, object]

    def exchange(self) -> Exchange:
        at = datetime(2026, 3, 7, tzinfo=UTC)
        streams = {"request": io.BytesIO(self.sent), "response": io.BytesIO(self.answer)}
        return Exchange(target_uri=self.url, started_at=at, **streams, **self.facts)  # type: ignore[arg-type]


@st.composite
def fetches(draw: st.DrawFn) -> Fetch:
    status, headers = draw(STATUS), draw(HEADERS)
    framing = {b"content-length", b"transfer-encoding", b"content-encoding"}
    headers = [pair for pair in headers if pair[0].lower() not in framing]
    payload = draw(BODIES) if not status.startswith(b"304") else b""
    chunked = payload != b"" and draw(st.booleans())
    body = payload
    if chunked:
        headers = [*headers, (b"Transfer-Encoding", b"chunked")]
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(payload), payload)
    lines = b"".join(b"%b: %b\r\n" % pair for pair in headers)
    posted = draw(st.binary(max_size=80))
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(posted) + posted
    facts = {
        "ip_address": draw(st.none() | st.ip_addresses().map(str) | NASTY),
        "tls": draw(st.none() | st.builds(Tls, protocol=NASTY, cipher=NASTY, verdict=NASTY)),
        "error": draw(st.none() | NASTY),
        "via": draw(st.none() | NASTY | URLS),
        "notes": tuple(draw(st.lists(NASTY, max_size=3))),
    }
    answer = b"HTTP/1.1 " + status + CRLF + lines + CRLF + body
    return Fetch(draw(URLS), headers, payload, answer, request, facts)


@contextmanager
def _collection() -> Iterator[Collection]:
    """A collection of its own for each example, or examples would see one another's payloads."""
    with tempfile.TemporaryDirectory(prefix="tinhuy-") as directory:
        yield Collection.create(Path(directory) / "c")


def _record(collection: Collection, made: list[Fetch]) -> list[Capture]:
    captures = []
    with collection.recording(site="tinhuy", run_id="run") as recording:
        for fetch in made:
            capture = recording.record(fetch.exchange())
            assert capture is not None
            captures.append(capture)
            recording.commit()
    return captures


def _records(path: Path) -> list[Parsed]:
    return [parse(content) for _, _, content in members(path.read_bytes())]


SLOW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@SLOW
@given(st.lists(fetches(), min_size=1, max_size=6))
def test_what_is_written_is_what_is_read(made: list[Fetch]) -> None:
    """Blocks, payloads, status and headers come back equal, of revisits and 304s too."""
    with _collection() as collection:
        captures = _record(collection, made)
        [path] = collection.warcs()
        groups = _groups(_records(path))
        for fetch, capture, (answered, asked, _) in zip(made, captures, groups, strict=True):
            kind = dict(answered[0])["WARC-Type"]
            assert fetch.answer.startswith(answered[1])
            assert kind == "revisit" or answered[1] == fetch.answer
            assert asked[1] == fetch.sent
            read = collection.read(capture, verify=True)
            if not fetch.answer.startswith(b"HTTP/1.1 304"):
                assert list(read.headers) == fetch.headers
                assert read.body == fetch.payload
            assert _find(collection, fetch).url == target_uri(fetch.url)
        assert len(validate(path)) == 1 + 3 * len(made)
        assert list(verify.verify(collection)) == []


def _groups(records: list[Parsed]) -> Iterator[tuple[Parsed, Parsed, Parsed]]:
    return zip(records[1::3], records[2::3], records[3::3], strict=True)


def _find(collection: Collection, fetch: Fetch) -> Capture:
    """By its URL and what was posted, as a replay finds it."""
    body = fetch.sent.partition(CRLF * 2)[2]
    return collection.find(fetch.url, method="POST", body=body, content_type="")


@SLOW
@given(fetches())
def test_nothing_is_injected(fetch: Fetch) -> None:
    """No text from outside makes a field or a line of its own, in any record of a capture."""
    with _collection() as collection:
        _record(collection, [fetch])
        [path] = collection.warcs()
        (warcinfo, response, request, metadata) = _records(path)
    plain = {"WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Block-Digest"}
    plain |= {"Content-Type", "Content-Length"}
    here = plain | {"WARC-Warcinfo-ID", "WARC-Target-URI", "WARC-IP-Address"}
    wire = {"WARC-Protocol", "WARC-Cipher-Suite", "WARC-Payload-Digest"}
    assert _names(warcinfo) <= plain | {"WARC-Filename"}
    assert _names(response) <= here | wire
    assert _names(request) <= here | wire | {"WARC-Concurrent-To"}
    assert _names(metadata) <= here | {"WARC-Concurrent-To"}
    for fields, _ in (response, request, metadata):
        assert dict(fields)["WARC-Target-URI"] == target_uri(fetch.url)
        if address := dict(fields).get("WARC-IP-Address"):
            ipaddress.ip_address(address)
    _check_remarks(metadata[1], fetch)


def _names(record: Parsed) -> set[str]:
    return {name for name, _ in record[0]}


def _check_remarks(block: bytes, fetch: Fetch) -> None:
    """One line for each remark that was made, and none of another name."""
    lines = block.decode().split("\r\n")
    assert lines.pop() == ""
    names = [line.partition(": ")[0] for line in lines]
    notes = fetch.facts["notes"]
    assert isinstance(notes, tuple)
    assert names.count("note") <= len(notes) + 1
    assert len(set(names) - {"note"}) == len([name for name in names if name != "note"])
    assert set(names) <= LINES | {"fetchTimeMs", "captureMode"}
    assert not any(re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line) for line in lines)


@SLOW
@given(run_id=NASTY, user_agent=NASTY, robots=NASTY, site=NASTY)
def test_no_line_of_warcinfo_is_injected(
    run_id: str, user_agent: str, robots: str, site: str
) -> None:
    """What a user names a run, a site or an agent is one line of warcinfo, or is refused whole."""
    sent = b"GET / HTTP/1.1\r\n\r\n"
    fetch = Fetch("http://a.example/", [], b"", b"HTTP/1.1 204 No\r\n\r\n", sent, {})
    with _collection() as collection:
        try:
            with collection.recording(
                run_id=run_id, user_agent=user_agent, robots=robots, site=site
            ) as recording:
                recording.record(fetch.exchange())
        except ForbiddenField:
            assert list(collection.archive_dir.iterdir()) == []
            return
        [path] = collection.warcs()
        written = {path.parent for path in collection.path.parent.rglob("*") if path.is_file()}
        assert {place.parent for place in written} <= {collection.path, collection.path.parent}
        (_, block), *_ = _records(path)
    lines = [line.partition(": ") for line in block.decode().split("\r\n")[:-1]]
    kept = {name: text for name, _, text in lines}
    asked = {"isPartOf": run_id, "robots": robots, "http-header-user-agent": user_agent}
    assert kept.items() >= {name: text for name, text in asked.items() if text}.items()
    assert kept["description"] == f"Captures of {site}"
    assert len(lines) == 4 + sum(map(bool, asked.values()))


@SLOW
@given(st.lists(fetches(), min_size=1, max_size=8))
def test_the_index_is_sorted_and_that_of_the_file(made: list[Fetch]) -> None:
    """Index lines are in the order of `LC_ALL=C sort`, and what reading the file anew gives."""
    with _collection() as collection:
        captures = _record(collection, made)
        [path] = collection.warcs()
        index = collection.index_path(path.name)
        for again in (scan.captures(path), captures):
            cdxj.write_index(other := index.with_name("again"), again)
            assert index.read_bytes() == other.read_bytes()
        sort = ["sort", "-c", str(index)]
        subprocess.run(sort, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, check=True)
        lines = index.read_bytes().splitlines(keepends=True)
        assert [cdxj.to_line(cdxj.from_line(line)) for line in lines] == lines
        assert len(lines) == len(made)


@SLOW
@given(head=st.binary(max_size=200), body=st.binary(max_size=200))
def test_any_bytes_are_kept(head: bytes, body: bytes) -> None:
    """An answer of any bytes after its status line is stored byte for byte, and can be read."""
    answer = b"HTTP/1.1 200 OK\r\n" + head + CRLF * 2 + body
    fetch = Fetch("http://a.example/", [], b"", answer, b"GET / HTTP/1.1\r\n\r\n", {})
    with _collection() as collection:
        [capture] = _record(collection, [fetch])
        [path] = collection.warcs()
        assert _records(path)[1][1] == answer
        read = collection.read(capture, verify=True)
        assert read.status == 200
        assert read.note or answer.endswith(read.body) or dechunk(answer.split(CRLF * 2, 1)[1])
        assert list(verify.verify(collection)) == []


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        (
            "http://a.example/\r\nWARC-Type: warcinfo",
            "http://a.example/%0D%0AWARC-Type:%20warcinfo",
        ),
        ("http://ten:mat-khau@a.example/b@c", "http://a.example/b@c"),
        ("http://ten:mat/khau@a.example/", "http://ten:mat/khau@a.example/"),
        ("https://a.example/\ud800\0\u202e", "https://a.example/?%00%E2%80%AE"),
        ("http://đồng.example/", "http://%C4%91%E1%BB%93ng.example/"),
        ("http://a.example/<b>", "http://a.example/%3Cb%3E"),
    ],
)
def test_target_uris(url: str, kept: str) -> None:
    """A target URI is what was sent, in ASCII, without user info, and on one line."""
    assert target_uri(url) == kept


def test_ids_differ() -> None:
    """Two collections of one exchange share no record id: they are random."""
    ids = set[str]()
    for _ in range(2):
        with _collection() as collection:
            fetch = Fetch(
                "http://a/", [], b"", b"HTTP/1.1 200 OK\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", {}
            )
            _record(collection, [fetch])
            ids |= {dict(fields)["WARC-Record-ID"] for fields, _ in _records(collection.warcs()[0])}
    assert len(ids) == 8
    assert all(uuid.UUID(id[10:-1]).version == 4 for id in ids)
