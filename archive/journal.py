"""The reading journal: looks and runs as JSON, in `metadata` records of the text files.

Whatever is decoded here can be put into a catalog.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from archive import article as articles
from archive.article import WITH_READING, Change, Look, Run
from archive.record import Record

MEDIA_TYPE = "application/json"
MAX_ENTRY = 64 * 1024 * 1024
"""Bytes of an entry."""


def encode_look(look: Look) -> bytes:
    """A look with all that was read; `decode` gives an equal one back."""
    return _dump(
        {
            "look": {
                "url": look.url,
                "site": look.site,
                "change": look.change,
                "capture": articles.capture_to_json(look.capture),
                "article": look.article and articles.to_json(look.article),
                "conversion_id": look.conversion_id,
            }
        }
    )


def encode_run(run: Run, warcinfo_ids: Sequence[str]) -> bytes:
    """A run, with the ids of the warcinfo records of its files."""
    return _dump({"run": asdict(run) | {"warcinfo": list(warcinfo_ids)}})


def decode(entry: bytes) -> Look | Run:
    """The look or run in an entry. Raises ValueError for anything else."""
    try:
        fields = json.loads(entry)
        return _look(fields["look"]) if "look" in fields else _run(fields["run"])
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError) as error:
        raise ValueError(f"not an entry of the journal: {error!r}") from error


def is_entry(record: Record) -> bool:
    """Whether this record of a text file belongs to the journal."""
    return record.type == "metadata" and record.get("Content-Type") == MEDIA_TYPE


def read(record: Record) -> Look | Run:
    """The look or run that a record of the journal holds.

    Raises ValueError for a sound record that holds neither, CorruptRecord for a damaged one.
    """
    if record.block_length > MAX_ENTRY:
        raise ValueError(f"an entry of {record.block_length} bytes; {MAX_ENTRY} may be")
    with record.spool() as block:
        return decode(block.read())


def _dump(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, indent=1).encode()


def _look(fields: dict[str, Any]) -> Look:
    article, change = fields["article"], Change(fields["change"])
    if article is None and change in WITH_READING:
        raise ValueError(f"a look that found an article {change}, without the article")
    capture = articles.capture_from_json(fields["capture"])
    if not re.fullmatch(r"\d{14}", capture.timestamp):
        raise ValueError(f"not the time of a capture: {capture.timestamp!r:.80}")
    return Look(
        url=_string(fields["url"]),
        site=_string(fields["site"]),
        change=change,
        capture=capture,
        article=None if article is None else articles.from_json(article),
        conversion_id=_string(fields["conversion_id"]),
    )


def _run(fields: dict[str, Any]) -> Run:
    names = ("id", "site", "started_at", "finished_at", "outcome")
    counts = {_string(name): int(count) for name, count in fields["counts"].items()}
    at = tuple(_string(url) for url in fields.get("at", ()))
    return Run(**{name: _string(fields[name]) for name in names}, counts=counts, at=at)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, found {value!r:.80}")
    value.encode()  # half a surrogate pair cannot be stored: UnicodeEncodeError is a ValueError
    return value
