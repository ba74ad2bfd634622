"""Where fuzzing begins: small archives by our own writer, those of others, lines and messages."""

from __future__ import annotations

import gzip
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archive import cdxj, journal
from archive.article import Change, Model, Run
from archive.collection import Collection
from tests.archive.support import (
    PAGE,
    SHARED,
    confirmed,
    exchange,
    look,
    recorded,
    request,
    response,
)

MAX_SEED = 40 * 1024
CHUNKED = ("Transfer-Encoding: chunked", "Content-Encoding: gzip")


def seeds(target: str) -> list[bytes]:
    """Inputs for a target of this name."""
    with tempfile.TemporaryDirectory(prefix="tinhuy-seeds-") as directory:
        collection = _collection(Path(directory))
        files = [path.read_bytes() for path in sorted(collection.archive_dir.iterdir())]
        lines = [cdxj.to_line(capture) for capture in collection.captures()]
    if target == "message":
        return list(_messages())
    if target == "index_line":
        return [*lines, b'vn,a)/ 20260307120000 {"url":"http://a.vn/","offset":"0","filename":"a"}']
    if target == "entry":
        return list(_entries())
    plain = [b"".join(members(file)) for file in files]
    return [*files, *plain, *_files_of_others()]


def members(file: bytes) -> list[bytes]:
    """What each whole gzip member holds, as far as there are any."""
    found = list[bytes]()
    while file[:2] == b"\x1f\x8b":
        inflate = zlib.decompressobj(31)
        try:
            found.append(inflate.decompress(file, 1 << 20))
        except zlib.error:
            break
        file = inflate.unused_data
    return found


def _collection(directory: Path) -> Collection:
    collection = Collection.create(directory / "collection")
    one, two = "http://tinhuy.example/", "https://tinhuy.example/hai?b=1&a=2"
    framed = b"%x\r\n%b\r\n0\r\nX-Trailer: 1\r\n\r\n"
    packed = gzip.compress(PAGE, mtime=0)
    captures = recorded(
        collection,
        exchange(one, response(headers=("ETag: y",))),
        exchange(two, response(framed % (len(packed), packed), headers=CHUNKED)),
        exchange(two, sent=request("/hai", "POST", b"a=1&b=%C4%91")),
        confirmed(one),
        exchange(one, failed=True, error="DownloadTimeoutError: too slow"),
        exchange(two, response(PAGE[:40]), truncated="length"),
    )
    with collection.recording(site="chu", run_id="run") as recording:
        recording.convert(look(captures[0]))
        recording.finish(_run())
    return collection


def _run() -> Run:
    return Run(
        id="run",
        site="tinhuy",
        started_at="2026-03-07T12:00:00Z",
        finished_at="2026-03-07T12:01:00Z",
        outcome="ok",
        counts={"articles": 1},
    )


def _model() -> Model:
    content = {"blocks": [["div.menu", 7]]}
    return Model(
        site="tinhuy", version="7", learned_at="2026-03-07T12:00:00.000000Z", content=content
    )


def _files_of_others() -> Iterator[bytes]:
    if SHARED.is_dir():
        for path in sorted((SHARED / "warc").rglob("*")):
            if (
                re.search(r"arc|\.wacz$", path.name)
                and path.is_file()
                and path.stat().st_size <= MAX_SEED
            ):
                yield path.read_bytes()


def _messages() -> Iterator[bytes]:
    yield response() + b"more"
    yield request("/hai", "POST", b"a=1")
    yield response(b"5;a=b\r\nhello\r\n0\r\nX-A: 1\r\n\r\n", headers=CHUNKED[:1])
    raw = zlib.compressobj(wbits=-15)
    codings = {
        "gzip": gzip.compress(PAGE) + gzip.compress(PAGE),
        "deflate": zlib.compress(PAGE),
        "deflate, identity": raw.compress(PAGE) + raw.flush(),
        "gzip, gzip": gzip.compress(gzip.compress(PAGE)),
    }
    for coding, body in codings.items():
        yield response(
            body, headers=(f"Content-Encoding: {coding}", f"Content-Length: {len(body)}")
        )


def _entries() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="tinhuy-seeds-") as directory:
        collection = Collection.create(directory)
        [capture] = recorded(collection, exchange())
    yield journal.encode_look(look(capture))
    yield journal.encode_look(look(capture, text=None))
    yield journal.encode_look(replace(look(capture), change=Change.REREAD, reread_at=capture.date))
    yield journal.encode_run(_run(), ["urn:uuid:1"])
    yield journal.encode_model(_model())
