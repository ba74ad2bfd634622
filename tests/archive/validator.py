"""A validator of the WARC files that this project writes, from the standard library alone.

It shares no line with the code it judges.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from pathlib import Path

_CAPTURE_TYPES = {"response", "request", "revisit", "metadata", "resource"}
_KNOWN = {"warcinfo", "conversion", *_CAPTURE_TYPES}


def members(data: bytes) -> list[tuple[int, int, bytes]]:
    """Offset, length and content of each gzip member. Raises zlib.error or ValueError."""
    found, offset = [], 0
    while offset < len(data):
        inflate = zlib.decompressobj(31)
        content = inflate.decompress(data[offset:])
        if not inflate.eof:
            raise ValueError(f"the member at {offset} is cut")
        end = len(data) - len(inflate.unused_data)
        found.append((offset, end - offset, content))
        offset = end
    return found


def parse(content: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """Fields and block of a record, strictly by the grammar. Raises AssertionError."""
    head, separator, rest = content.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert separator, "no end of the head"
    assert lines[0] == b"WARC/1.1", lines[0]
    assert not re.search(rb"[\r\n\0]", b"".join(lines)), "a bare line end"
    fields = []
    for line in lines[1:]:
        name, colon, value = line.decode().partition(": ")
        assert colon, line
        assert re.fullmatch(r"[A-Za-z-]+", name), name
        fields.append((name, value))
    length = int(dict(fields)["Content-Length"])
    assert rest[length:] == b"\r\n\r\n", "the block does not fit its length"
    return fields, rest[:length]


def validate(path: Path) -> list[dict[str, str]]:
    """Check a closed file; the fields of its records. Raises AssertionError."""
    records, ids = [], set[str]()
    for number, (offset, _, content) in enumerate(members(path.read_bytes())):
        pairs, block = parse(content)
        fields = dict(pairs)
        where = f"{path.name} at {offset}: {fields}"
        _check_fields(pairs, fields, block, where)
        assert fields["WARC-Record-ID"] not in ids, where
        ids.add(fields["WARC-Record-ID"])
        if number == 0:
            assert fields["WARC-Type"] == "warcinfo", where
            assert fields["WARC-Filename"] == path.name, where
            info = fields["WARC-Record-ID"]
        else:
            assert fields.get("WARC-Warcinfo-ID") == info, where
        for name, value in pairs:
            if name == "WARC-Concurrent-To":
                assert value in ids, where
        assert fields["WARC-Block-Digest"] == sha1(block), where
        _check_payload(fields, block, where)
        records.append(fields)
    return records


def _check_fields(
    pairs: list[tuple[str, str]], fields: dict[str, str], block: bytes, where: str
) -> None:
    kind = fields["WARC-Type"]
    assert kind in _KNOWN, where
    once = [name for name, _ in pairs if name not in ("WARC-Concurrent-To", "WARC-Protocol")]
    assert len(once) == len(set(once)), where
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", fields["WARC-Date"]), where
    uuid4 = r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>"
    assert re.fullmatch(uuid4, fields["WARC-Record-ID"]), where
    assert ("Content-Type" in fields) == bool(block), where
    assert ("WARC-Filename" in fields) == (kind == "warcinfo"), where
    uri = fields.get("WARC-Target-URI")
    assert not uri or (uri.isascii() and not re.search(r"[\s<>#]", uri)), where
    if kind in ("response", "request", "revisit", "conversion"):
        assert uri, where
    if kind not in _CAPTURE_TYPES:
        assert not fields.keys() & {"WARC-Concurrent-To", "WARC-IP-Address"}, where
    if kind in ("warcinfo", "metadata", "conversion"):
        assert "WARC-Payload-Digest" not in fields, where
    if kind in ("warcinfo", "response", "request"):
        assert "WARC-Refers-To" not in fields, where
    _check_revisit(kind, fields, block, where)


def _check_revisit(kind: str, fields: dict[str, str], block: bytes, where: str) -> None:
    own = {"WARC-Profile", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"}
    if kind != "revisit":
        assert not fields.keys() & own, where
        return
    assert fields.keys() > own, where
    assert "WARC-Refers-To" in fields, where
    assert block.startswith(b"HTTP/"), where
    identical = fields["WARC-Profile"].endswith("/1.1/revisit/identical-payload-digest")
    assert identical or fields["WARC-Profile"].endswith("/1.1/revisit/server-not-modified"), where
    assert ("WARC-Payload-Digest" in fields) == identical, where
    assert (fields.get("WARC-Truncated") == "length") == identical, where


def _check_payload(fields: dict[str, str], block: bytes, where: str) -> None:
    if fields["WARC-Type"] not in ("response", "request"):
        return
    head, _, body = block.partition(b"\r\n\r\n")
    chunked = rb"(?im)^transfer-encoding:(?:.*,)?[ \t]*chunked[ \t]*$"
    if re.search(chunked, head.replace(b"\r", b"")):
        if fields["WARC-Type"] == "response" and "WARC-Truncated" in fields:
            return
        body = dechunk(body) if body else b""  # to HEAD there is none
    declared = fields.get("WARC-Payload-Digest")
    if fields["WARC-Type"] == "request":
        assert bool(declared) == bool(body), where
    if declared and b"\n\n" not in head:
        assert declared == sha1(body), where


def dechunk(body: bytes) -> bytes:
    """A whole chunked body."""
    payload = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            return payload
        payload, body = payload + body[:length], body[length + 2 :]


def sha1(block: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(block).digest()).decode()
