"""Handing a catalog on: one record for each version of each article, as JSON Lines or CSV.

Records stand in the order of site, URL and time, and are written one at a time: an export needs
no more memory for a large catalog than for a small one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from csv import writer
from pathlib import Path
from typing import Any, TextIO

from archive.answers import Entry, Version
from archive.article import Link, capture_to_json, link_to_json
from archive.catalog import Catalog
from archive.disk import written_whole
from archive.errors import StorageFailed
from archive.times import local

KEYS = (
    *("url", "site", "title", "lead", "text", "published", "updated", "author", "section"),
    *("captions", "attachments", "previous", "next", "language"),
    *("change", "first_seen", "last_seen", "gone_at", "capture", "text_digest", "extractor"),
    "reread_at",
)
"""The keys of every record, in this order."""

_CAPTURE_KEYS = ("filename", "offset", "length", "record_id", "payload_digest", "captured_at")
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def record(entry: Entry, version: Version) -> dict[str, Any]:
    """One version as JSON values under KEYS.

    `first_seen` and `last_seen` are of this wording, `gone_at` of the article; `reread_at` is when
    this wording was read from an old capture, null if that was when the page was captured.
    Times have +07:00.
    """
    article = version.article
    values: dict[str, Any] = {name: getattr(article, name, None) for name in KEYS}
    values |= {
        "url": entry.url,
        "site": entry.site,
        "captions": list(article.captions),
        "attachments": [link_to_json(link) for link in article.attachments],
        "previous": _link(article.previous),
        "next": _link(article.next),
        "change": version.change.value,
        "first_seen": local(version.first_seen),
        "last_seen": local(version.last_seen),
        "gone_at": entry.gone_at and local(entry.gone_at),
        "capture": _capture(version),
        "text_digest": version.text_digest,
        "reread_at": local(version.reread_at) if version.reread_at else None,
    }
    return values


def jsonl(catalog: Catalog, out: TextIO, site: str | None = None) -> int:
    """Write JSON Lines (UTF-8, letters unescaped). The number of records written is returned."""
    number = 0
    for values in _records(catalog, site):
        number += 1
        out.write(json.dumps(values, ensure_ascii=False) + "\n")
    return number


def csv(catalog: Catalog, out: TextIO, site: str | None = None) -> int:
    """Write CSV as RFC 4180 has it, under a line of KEYS, for spreadsheets.

    It begins with a byte order mark, without which Excel does not show Vietnamese letters. Lists
    and objects are JSON in their cell, null is an empty cell. A cell that a spreadsheet would take
    for a formula (it begins with = + - @, a tab or a carriage return) gets an apostrophe in
    front: to have every text as it is, export JSON Lines. Excel itself cuts cells at 32,767
    characters. `out` must not translate line ends (open it with newline="").
    """
    out.write("\ufeff")
    table = writer(out)
    table.writerow(KEYS)
    number = 0
    for values in _records(catalog, site):
        number += 1
        table.writerow(map(_cell, values.values()))
    return number


FORMATS: Mapping[str, Callable[[Catalog, TextIO, str | None], int]] = {"jsonl": jsonl, "csv": csv}


def to_file(catalog: Catalog, path: Path | str, format: str, site: str | None = None) -> int:
    """Write the file at `path` in one of FORMATS, whole or not at all; count the records.

    Raises KeyError for another format, StorageFailed when the disk refuses.
    """
    write, path = FORMATS[format], Path(path)
    try:
        with written_whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as out:
            return write(catalog, out, site)
    except OSError as error:
        raise StorageFailed(path, error.strerror or str(error)) from error


def _records(catalog: Catalog, site: str | None) -> Iterator[dict[str, Any]]:
    for entry in catalog.articles(site):
        for version in catalog.versions(entry):
            yield record(entry, version)


def _capture(version: Version) -> dict[str, Any] | None:
    if version.article.capture is None:
        return None
    whole = capture_to_json(version.article.capture)
    whole["captured_at"] = local(whole["captured_at"])
    return {name: whole[name] for name in _CAPTURE_KEYS}


def _link(link: Link | None) -> dict[str, str] | None:
    return link_to_json(link) if link else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if value.startswith(_FORMULA) else value
