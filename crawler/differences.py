"""What another reading of captures changes: counted by field, with some examples of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from archive import Article, Link
from archive.diff import prefix
from archive.text import canonical

MAX_EXAMPLES = 5
"""Examples of a kind that are kept, of however many there are."""
_LONGEST = 200
_SIGNED = frozenset({"url", "site", "capture", "extractor", "findings", "removed"})
_FIELDS = tuple(one.name for one in fields(Article) if one.name not in _SIGNED)
_TOKEN = re.compile(r"\w+")
_SHINGLE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Something that changes, cut to a line: `before` or `after` is empty where nothing was."""

    url: str
    what: str
    before: str = ""
    after: str = ""


@dataclass(slots=True, kw_only=True)
class FieldCounts:
    """In how many readings a field is there that was not, is not that was, and is another."""

    gained: int = 0
    lost: int = 0
    changed: int = 0


@dataclass(slots=True, kw_only=True)
class Report:
    """What reading the captures of a site again changes.

    `read` counts captures: `same`, `text` (other words; `distance` is the share of 4-word shingles
    that is not in both, on the average) and `metadata` (the same text described otherwise) were
    articles and are; `refused` were and are none any more: their readings stay. `found` are
    articles in captures that had not been read as such, `unreadable` are damaged, missing or cut.
    `written` is how many readings were kept of all that.
    """

    site: str
    model: str = ""
    read: int = 0
    same: int = 0
    text: int = 0
    metadata: int = 0
    refused: int = 0
    found: int = 0
    unreadable: int = 0
    written: int = 0
    distance: float = 0.0
    fields: dict[str, FieldCounts] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def differ(self, old: Article, new: Article) -> None:
        """Count the fields of one reading that another has otherwise."""
        for name, before, after in differing(old, new):
            counts = self.fields.setdefault(name, FieldCounts())
            kind = "changed" if before and after else "gained" if after else "lost"
            setattr(counts, kind, getattr(counts, kind) + 1)
            self.give(Example(url=old.url, what=name, before=before, after=after))

    def give(self, example: Example) -> None:
        """Keep an example, if there are not enough of its kind."""
        if sum(one.what == example.what for one in self.examples) < MAX_EXAMPLES:
            self.examples.append(example)

    def add_distance(self, distance: float) -> None:
        """One more reading with other words."""
        self.text += 1
        self.distance += (distance - self.distance) / self.text


def differing(old: Article, new: Article) -> Iterator[tuple[str, str, str]]:
    """Name, old and new value of every field that differs, cut to a line from where they do."""
    for name in _FIELDS:
        before, after = _told(getattr(old, name)), _told(getattr(new, name))
        if before != after:
            start = max(0, prefix(before, after) - _LONGEST // 4)
            yield name, before[start:][:_LONGEST], after[start:][:_LONGEST]


def distance(old: Article, new: Article) -> float:
    """The share of the 4-word shingles of title, lead and text that only one of them has."""
    one, other = _shingles(old), _shingles(new)
    return 1 - len(one & other) / len(one | other) if one | other else 0.0


def _shingles(article: Article) -> set[tuple[str, ...]]:
    parts = filter(None, (article.title, article.lead, article.text))
    words = _TOKEN.findall(canonical("\n".join(parts)).casefold())
    return {tuple(words[n : n + _SHINGLE]) for n in range(max(1, len(words) - _SHINGLE + 1))}


def _told(value: str | Link | tuple[str | Link, ...] | None) -> str:
    if isinstance(value, tuple):
        return " | ".join(map(_told, value))
    if isinstance(value, Link):
        return f"{value.title} <{value.url}>"
    return value or ""
