"""What was reported, and a second reader of the archive: the standard library alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.archive import validator

_KINDS = {"response": "response", "revisit": "revisit", "failed": "metadata"}
_NOT_MODIFIED = "server-not-modified"

Exchanges = Counter[tuple[bytes, bytes]]
"""What the server received and sent, and how often."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One record as the second reader found it."""

    pairs: tuple[tuple[str, str], ...]
    block: bytes

    def get(self, name: str) -> str:
        return dict(self.pairs).get(name, "").strip("<>")

    @property
    def type(self) -> str:
        return self.get("WARC-Type")

    @property
    def id(self) -> str:
        return self.get("WARC-Record-ID")


@dataclass
class Archive:
    """The closed files of a collection. Files are read once: their bytes may not change."""

    files: dict[str, dict[int, Stored]] = field(default_factory=dict)
    """By name: the records by their offsets."""
    by_id: dict[str, Stored] = field(default_factory=dict)
    requests: dict[str, Stored] = field(default_factory=dict)
    """By the id of the response or revisit."""
    _sums: dict[str, str] = field(default_factory=dict)

    def read(self, directory: Path) -> Iterator[str]:
        """Read what is new; yields what is wrong with it, or missing."""
        found = {path.name: path for path in directory.glob("*.warc.gz")}
        for name in self._sums.keys() - found.keys():
            yield f"{name} was there before, and is no more"
        for name, path in sorted(found.items()):
            sum = sha256(path.read_bytes()).hexdigest()
            if self._sums.setdefault(name, sum) != sum:
                yield f"{name} has other bytes than before"
            if name not in self.files:
                try:
                    validator.validate(path)
                    self._take(path)
                except (AssertionError, ValueError) as error:
                    yield f"the second reader: {name}: {error!r:.500}"

    def _take(self, path: Path) -> None:
        records = dict[int, Stored]()
        for offset, _, content in validator.members(path.read_bytes()):
            pairs, block = validator.parse(content)
            records[offset] = stored = Stored(tuple(pairs), block)
            self.by_id[stored.id] = stored
            if stored.type == "request":
                self.requests[stored.get("WARC-Concurrent-To")] = stored
        self.files[path.name] = records

    def dangling(self) -> Iterator[str]:
        """Revisits and texts that refer to no response of this archive."""
        for stored in self.by_id.values():
            if stored.type in ("revisit", "conversion"):
                original = self.by_id.get(stored.get("WARC-Refers-To"))
                if original is None or original.type != "response":
                    yield f"the {stored.type} {stored.id} refers to nothing"

    def foreign(self, sent: Exchanges) -> Iterator[str]:
        """Exchanges that are not, byte for byte, what the server received and sent."""
        exchanges = Exchanges()
        for stored in self.by_id.values():
            if stored.type in ("response", "revisit"):
                exchange = self.exchange(stored)
                exchanges[exchange] += 1
                whole = exchange[0] and not self._is_cut(stored)
                if exchanges[exchange] > sent[exchange] if whole else not _part(exchange, sent):
                    yield f"the {stored.type} {stored.id} is not what was sent"

    def exchange(self, stored: Stored) -> tuple[bytes, bytes]:
        """Request and answer of a response or a revisit, as they crossed the wire.

        The request is empty where a group was cut in the middle: it was not reported.
        """
        request, body = self.requests.get(stored.id), b""
        if stored.type == "revisit" and _NOT_MODIFIED not in stored.get("WARC-Profile"):
            original = self.by_id.get(stored.get("WARC-Refers-To"), stored)
            body = original.block.partition(b"\r\n\r\n")[2]
        return request.block if request else b"", stored.block + body

    def _is_cut(self, stored: Stored) -> bool:
        return stored.type == "response" and bool(stored.get("WARC-Truncated"))


def _part(exchange: tuple[bytes, bytes], sent: Exchanges) -> bool:
    """Whether it is the beginning of something that was sent."""
    request, response = exchange
    return any(a.startswith(response) for got, a in sent if got == request or not request)


@dataclass(frozen=True, slots=True)
class Article:
    """What `tinhuy list` said of one article."""

    last_seen: str
    looks: int


@dataclass
class Ledger:
    """Everything that was reported so far."""

    captures: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By record id: the line of a crawl log."""
    articles: dict[str, Article] = field(default_factory=dict)

    def read_logs(self, directory: Path) -> Iterator[str]:
        """Take in whole lines about captures; yields lines that cannot be read."""
        for path in sorted(directory.glob("*.jsonl")):
            for line in path.read_bytes().split(b"\n")[:-1]:
                try:
                    report = json.loads(line)
                except ValueError:
                    yield f"{path.name} has the line {line!r:.300}"
                    continue
                if "record_id" in report:
                    self.captures[report["record_id"]] = report

    def read_list(self, entries: list[dict[str, Any]]) -> None:
        """Take in what `tinhuy list --json` has printed."""
        self.articles |= {entry["id"]: _article(entry) for entry in entries}

    def lost(self, archive: Archive) -> Iterator[str]:
        """Captures that were reported and are not where it was said, or not as it was said."""
        for id, report in self.captures.items():
            stored = archive.files.get(report["filename"], {}).get(report["offset"])
            if stored is None or stored.id != id:
                yield f"LOST: {id}, reported at {report['filename']} {report['offset']}"
                continue
            facts = {
                "url": (stored.get("WARC-Target-URI"), report["url"]),
                "kind": (stored.type, _KINDS.get(report["kind"])),
                "at": (stored.get("WARC-Date"), report["at"]),
            }
            if report.get("digest"):
                facts["digest"] = (stored.get("WARC-Payload-Digest"), report["digest"])
            if report["kind"] in ("response", "revisit") and not archive.exchange(stored)[0]:
                yield f"LOST: the request of {id}"
            for name, (found, told) in facts.items():
                if found != told:
                    yield f"{id}: its {name} was reported as {told}, and is {found}"

    def forgotten(self, entries: list[dict[str, Any]]) -> Iterator[str]:
        """Articles that were listed and are not, or with fewer looks or an older one."""
        now = {entry["id"]: _article(entry) for entry in entries}
        for id, then in self.articles.items():
            found = now.get(id)
            if found is None:
                yield f"LOST: the article {id}"
            elif found.looks < then.looks or found.last_seen < then.last_seen:
                yield f"LOST: looks at the article {id}: {then} became {found}"


def _article(entry: dict[str, Any]) -> Article:
    return Article(entry["last_seen"], entry["looks"])
