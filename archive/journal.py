"""The reading journal: looks, runs and models as JSON, in `metadata` records of the text files.

Whatever is decoded here can be put into a catalog.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from archive import article as articles
from archive.article import WITH_READING, Change, Look, Model, Run
from archive.errors import EntryTooLarge
from archive.record import Record

MEDIA_TYPE = "application/json"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z)?")
MAX_ENTRY = 64 * 1024 * 1024
"""Bytes of an entry."""

Entry = Look | Run | Model


def encode_look(look: Look) -> bytes:
    """A look with all that was read; `decode` gives an equal one back. Raises EntryTooLarge."""
    return _dump(
        f"the look at {look.url}",
        {
            "look": {
                "url": look.url,
                "site": look.site,
                "change": look.change,
                "capture": articles.capture_to_json(look.capture),
                "article": look.article and articles.to_json(look.article),
                "conversion_id": look.conversion_id,
            }
            | ({"reread_at": look.reread_at} if look.reread_at else {})
        },
    )


def encode_run(run: Run, warcinfo_ids: Sequence[str]) -> bytes:
    """A run, with the ids of the warcinfo records of its files. Raises EntryTooLarge."""
    return _dump(f"the run {run.id}", {"run": asdict(run) | {"warcinfo": list(warcinfo_ids)}})


def encode_model(model: Model) -> bytes:
    """A site's model; `decode` gives an equal one back.

    Raises EntryTooLarge, and ValueError for content that is not JSON.
    """
    values = {field.name: getattr(model, field.name) for field in fields(model)}
    return _dump(f"the model {model.version} of {model.site}", {"model": values})


def decode(entry: bytes) -> Entry:
    """The look, run or model in an entry. Raises ValueError for anything else."""
    try:
        content = json.loads(entry)
        kind = next((kind for kind in _DECODERS if kind in content), "look")
        return _DECODERS[kind](content[kind])
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError) as error:
        raise ValueError(f"not an entry of the journal: {error!r}") from error


def is_entry(record: Record) -> bool:
    """Whether this record of a text file belongs to the journal."""
    return record.type == "metadata" and record.get("Content-Type") == MEDIA_TYPE


def read(record: Record) -> Entry:
    """The look, run or model that a record of the journal holds.

    Raises ValueError for a sound record that holds none, CorruptRecord for a damaged one.
    """
    if record.block_length > MAX_ENTRY:
        raise ValueError(f"an entry of {record.block_length} bytes; {MAX_ENTRY} may be")
    with record.spool() as block:
        entry = decode(block.read())
    # What claims to be read or learned after it was written would be the newest for ever.
    told = entry.learned_at if isinstance(entry, Model) else getattr(entry, "reread_at", "")
    if told and _moment(told) > _moment(record.date):
        raise ValueError(f"an entry of {told}, in a record of {record.date}")
    return entry


def _dump(what: str, entry: dict[str, Any]) -> bytes:
    data = json.dumps(entry, ensure_ascii=False, allow_nan=False, indent=1).encode()
    if len(data) > MAX_ENTRY:
        raise EntryTooLarge(what, len(data), MAX_ENTRY)
    return data


def _look(fields: dict[str, Any]) -> Look:
    article, change = fields["article"], Change(fields["change"])
    if article is None and change in WITH_READING:
        raise ValueError(f"a look that found an article {change}, without the article")
    capture = articles.capture_from_json(fields["capture"])
    _url(capture.url)
    if not re.fullmatch(r"[0-9]{14}", capture.timestamp):
        raise ValueError(f"not the time of a capture: {capture.timestamp!r:.80}")
    return Look(
        url=_url(fields["url"]),
        site=_name(fields["site"]),
        change=change,
        capture=replace(capture, date=_date(capture.date)),
        article=None if article is None else articles.from_json(article),
        conversion_id=_string(fields["conversion_id"]),
        reread_at=_date(fields.get("reread_at") or ""),
    )


def _run(fields: dict[str, Any]) -> Run:
    names = ("id", "site", "started_at", "finished_at", "outcome")
    counts = {_string(name): int(count) for name, count in fields["counts"].items()}
    at = tuple(_url(url) for url in fields.get("at", ()))
    texts = {name: _string(fields[name]) for name in names}
    _name(texts["site"])
    return Run(**texts, counts=counts, at=at, reason=_string(fields.get("reason", "")))


def _model(fields: dict[str, Any]) -> Model:
    content = fields["content"]
    if not isinstance(content, dict):
        raise TypeError(f"expected a model's content, found {content!r:.80}")
    json.dumps(content, ensure_ascii=False, allow_nan=False).encode()  # it can be stored
    return Model(
        site=_name(fields["site"]),
        version=_string(fields["version"]),
        learned_at=_date(fields["learned_at"]),
        content=content,
    )


def _name(value: Any) -> str:
    """The name of a site: it is shown, and stands in the fields of records."""
    if not (name := _string(value)).isprintable():
        raise ValueError(f"not the name of a site: {name!r:.80}")
    return name


def _date(value: Any) -> str:
    """A WARC date (or none): what is compared and shown as a time must be one."""
    if (date := _string(value)) and not _DATE.fullmatch(date):
        raise ValueError(f"not a WARC date: {date!r:.80}")
    if date:
        _moment(date)
    return date


def _moment(date: str) -> datetime:
    moment = datetime.fromisoformat(date)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _url(value: Any) -> str:
    urlsplit(url := _string(value))  # ValueError for what is none
    return url


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, found {value!r:.80}")
    value.encode()  # half a surrogate pair cannot be stored: UnicodeEncodeError is a ValueError
    return value


_DECODERS: dict[str, Callable[[Any], Entry]] = {"look": _look, "run": _run, "model": _model}
