"""Every small change of a small collection, soundly packed again; and which of them are told.

`python -m tests.archive.mutants` (or `make mutants`) tries every byte; the tests take some.
"""

from __future__ import annotations

import re
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive import verify
from archive.article import Change, Model, Run
from archive.collection import Collection
from archive.exchange import Tls
from archive.rebuild import rebuild
from tests.archive.support import NOON, clock, exchange, ids, look, request, response
from tests.archive.validator import members

_ONE_LINE = b"\r\n"


def full(path: Path) -> Collection:
    """Two sites with every kind of record: response, both revisits, a truncated and a failed fetch,
    a POST, texts, looks, a reading again, models, runs; with indexes, dedup table, catalog and
    manifest.
    """
    collection, new_id = Collection.create(path), ids()
    tag, asked = response(headers=("ETag: y",)), request(headers=("If-None-Match: y",))
    nothing = response(b"", status="304 Not Modified")
    chunked = response(b"5\r\nabcde\r\n0\r\n\r\n", headers=("Transfer-Encoding: chunked",))
    form = request("/", "POST", b"a=1")
    times = (NOON + timedelta(hours=hours) for hours in range(99))
    facts: dict[str, Any] = {
        "ip_address": "10.0.0.7",
        "tls": Tls(protocol="TLSv1.3", cipher="X", verdict="valid"),
    }
    for site in ("one", "two"):
        host = f"https://{site}.vn/"
        run = Run(id=f"r{site}", site=site, started_at="a", finished_at="b", outcome="ok")
        with collection.recording(
            site=site, run_id=run.id, clock=clock(), new_id=new_id
        ) as recording:
            for number, one in enumerate(
                (
                    exchange(host, tag, at=next(times), **facts),
                    exchange(host + "again", tag, at=next(times), **facts),
                    exchange(host, nothing, sent=asked, at=next(times), **facts),
                    exchange(host + "cut", at=next(times), truncated="disconnect"),
                    exchange(host + "form", chunked, sent=form, at=next(times)),
                    exchange(host + "no", failed=True, error="refused", at=next(times)),
                )
            ):
                capture = recording.record(one)
                recording.commit()
                if number in (0, 2) and capture:
                    text = "Một.\n\nHai." if number == 0 else None
                    read = recording.convert(look(capture, text=text, site=site))
                    read = replace(read, change=Change.REREAD, reread_at="2026-03-07T12:00:00Z")
                    if read.article:
                        recording.convert(read)
            model = Model(site=site, version="1", learned_at="2026-03-07", content={"blocks": 7})
            recording.learn(model)
            recording.finish(run)
    rebuild(collection)
    return collection


def pack(content: bytes) -> bytes:
    """A gzip member, as the writer makes it."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return deflate.compress(content) + deflate.flush()


@dataclass(frozen=True, slots=True)
class Content:
    """A record as it can be changed: first line, fields, block, and what follows."""

    first: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    block: bytes
    end: bytes = b"\r\n\r\n"

    @classmethod
    def parse(cls, raw: bytes) -> Content:
        head, _, rest = raw.partition(b"\r\n\r\n")
        first, *lines = head.split(_ONE_LINE)
        pairs = [line.partition(b": ") for line in lines]
        return cls(first, tuple((name, value) for name, _, value in pairs), rest[:-4])

    def packed(self) -> bytes:
        lines = [self.first, *(name + b": " + value for name, value in self.fields), b"", b""]
        return pack(_ONE_LINE.join(lines) + self.block + self.end)

    def means(self) -> object:
        """What the standard lets a record say: the order of fields of different names, the case
        of names and white space around values are nothing (WARC 1.1 §4).
        """
        fields = sorted((name.lower(), value.strip(b" \t")) for name, value in self.fields)
        return self.first, fields, self.block, self.end


@dataclass(frozen=True, slots=True)
class Mutant:
    """Files as they are to be, what was done, and whether it says the same as before."""

    kind: str
    what: str
    files: dict[Path, bytes]
    harmless: bool = False


def contents(collection: Collection, stride: int = 1) -> Iterator[Mutant]:
    """Mutants of each record, and of their order; of bytes only every `stride`th."""
    paths = collection.warcs() + collection.warcs(text=True)
    packed = {path: _members(path) for path in paths}
    for path, parts in packed.items():
        for number, part in enumerate(parts):
            before = Content.parse(zlib.decompress(part, 31))
            for kind, what, after in _changes(before, stride):
                changed = [*parts[:number], after.packed(), *parts[number + 1 :]]
                what = f"{path.name[:8]} record {number}: {what}"
                harmless = after.means() == before.means()
                yield Mutant(kind, what, {path: b"".join(changed)}, harmless)
    for path in paths:
        yield from _orders(path, packed)


def _members(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[offset : offset + length] for offset, length, _ in members(data)]


def _changes(one: Content, stride: int) -> Iterator[tuple[str, str, Content]]:
    def with_fields(*fields: tuple[bytes, bytes]) -> Content:
        return Content(one.first, fields, one.block)

    fields = one.fields
    for place, (name, value) in enumerate(fields):
        before, after = fields[:place], fields[place + 1 :]
        told = f"{name.decode()}: {value.decode()}"
        yield "field dropped", told, with_fields(*before, *after)
        yield "field doubled", told, with_fields(*before, (name, value), (name, value), *after)
        yield "name's case", told, with_fields(*before, (name.swapcase(), value), *after)
        yield "white space", told, with_fields(*before, (name, b" " + value + b"\t"), *after)
        yield "value emptied", told, with_fields(*before, (name, b""), *after)
        yield "line injected", told, with_fields(*before, (name, value + b"\r\nX: y"), *after)
        for changed in _bytes(name, stride):
            yield "name", f"{told} -> {changed!r}", with_fields(*before, (changed, value), *after)
        for changed in _bytes(value, stride):
            yield "value", f"{told} -> {changed!r}", with_fields(*before, (name, changed), *after)
        if after:
            swapped = (*before, after[0], (name, value), *after[1:])
            yield "fields swapped", told, with_fields(*swapped)
            crossed = (*before, (name, after[0][1]), (after[0][0], value), *after[1:])
            yield "values swapped", told, with_fields(*crossed)
    for changed in _bytes(one.block, stride * 7):
        yield "block", "", Content(one.first, fields, changed)
    for changed in _bytes(one.first, stride):
        yield "version", repr(changed), Content(changed, fields, one.block)
    for end in (b"", b"\r\n", b"\r\n\r\n\r\n", b"\n\n"):
        yield "end", repr(end), Content(one.first, fields, one.block, end)


def _bytes(text: bytes, stride: int) -> Iterator[bytes]:
    """A byte changed to a neighbour that may stand there too; one cut out; one doubled."""
    for place in range(0, len(text), stride):
        byte = text[place]
        digit = b"1234567890"[byte - 48] if 48 <= byte < 58 else byte ^ 1
        yield text[:place] + bytes([digit]) + text[place + 1 :]
        yield text[:place] + text[place + 1 :]
        yield text[:place] + text[place : place + 1] + text[place:]


def _orders(path: Path, packed: dict[Path, list[bytes]]) -> Iterator[Mutant]:
    parts = packed[path]
    for number, part in enumerate(parts):
        what = f"{path.name[:8]} record {number}"
        before, after = parts[:number], parts[number + 1 :]
        yield Mutant("record dropped", what, {path: b"".join([*before, *after])})
        yield Mutant("record doubled", what, {path: b"".join([*before, part, part, *after])})
        if after:
            swapped = [*before, after[0], part, *after[1:]]
            yield Mutant("records swapped", what, {path: b"".join(swapped)})
        other = next(one for one in packed if one != path)
        moved = {path: b"".join([*before, *after]), other: b"".join([*packed[other], part])}
        yield Mutant("record moved", what, moved)


@dataclass
class Tally:
    """How many mutants were tried, harmless, and missed."""

    tried: Counter[str] = field(default_factory=Counter)
    harmless: int = 0
    missed: list[Mutant] = field(default_factory=list)

    def __str__(self) -> str:
        tried = sum(self.tried.values())
        return f"{tried} tried, {self.harmless} of them harmless, {len(self.missed)} missed"


def try_all(collection: Collection, mutants: Iterator[Mutant], *, but: str = "") -> Tally:
    """Verify the collection with each mutant in place; findings of the rule `but` do not count."""
    tally, before = Tally(), dict[Path, bytes]()
    for mutant in mutants:
        for path, data in mutant.files.items():
            before.setdefault(path, path.read_bytes())
            path.write_bytes(data)
        found = any(one.rule != but for one in verify.verify(collection))
        for path in mutant.files:
            path.write_bytes(before[path])
        tally.tried[mutant.kind] += 1
        tally.harmless += mutant.harmless
        if not found and not mutant.harmless:
            tally.missed.append(mutant)
    return tally


def main(stride: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        collection = full(Path(directory) / "c")
        assert not list(verify.verify(collection))
        for but in ("", "manifest"):
            tally = try_all(collection, contents(collection, stride), but=but)
            print(f"{'without' if but else 'with'} the manifest: {tally}")
            for mutant in tally.missed:
                print(f"  {mutant.kind}: {mutant.what}")
            print(f"  {dict(tally.tried)}", flush=True)


if __name__ == "__main__":
    main(int(re.sub(r"\D", "", "".join(sys.argv[1:])) or 1))
