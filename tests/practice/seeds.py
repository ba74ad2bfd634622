"""The five real articles, read from the seeds directory and never kept in the repository."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.practice.stories import VIETNAM, Part, Story, collapsed

SITE_OF = {
    "000": "dongthap_portal",
    "001": "baohatinh",
    "002": "chodon",
    "003": "travinh",
    "004": "baodongthap",
}
WHEN = {
    "000": datetime(2021, 3, 24, 16, 40, tzinfo=VIETNAM),
    "001": datetime(2020, 12, 29, 14, 5, tzinfo=VIETNAM),
    "002": datetime(2020, 9, 9, 9, 30, tzinfo=VIETNAM),
    "003": datetime(2022, 1, 14, 10, 20, tzinfo=VIETNAM),
    "004": datetime(2024, 2, 29, 15, 0, tzinfo=VIETNAM),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedText:
    """One ideal record, with the paragraphs as its text file prints them (NBSP indents and all)."""

    file: str
    record: dict[str, Any]
    parts: tuple[Part, ...]
    dateline: str | None
    byline: str | None
    """The line of the text that names the author, label and capitals as printed."""

    @property
    def when(self) -> datetime:
        """A moment to order it by; only what `story` says is shown."""
        return WHEN[self.file[:3]]

    def story(self, stand_in: Story) -> Story:
        """The seed in the place of a generated article: its id, its shelf, nothing else of it."""
        record = self.record
        published = record["published"]
        audio = record["audio"]
        return replace(
            stand_in,
            title=record["title"],
            lead=record["lead"],
            parts=self.parts,
            author=record["author"],
            byline=self.byline,
            job=None,
            dateline=self.dateline,
            when=self.when,
            published=published["value"] if published else None,
            updated=datetime.fromisoformat(record["updated"]) if record["updated"] else None,
            edited_at=self.when,
            section=record["section"],
            document=None,
            audio=urlsplit(audio[0]["url"]).path if audio else None,
            seed_file=self.file,
        )

    def neighbour_titles(self) -> tuple[str | None, str | None]:
        before, after = self.record["previous"], self.record["next"]
        return (before and before["title"], after and after["title"])


def default_directory() -> Path | None:
    """`../shared/seeds` beside the repository, when it is there."""
    directory = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
    return directory if directory.is_dir() else None


def load(directory: Path | None) -> dict[str, SeedText]:
    """Seed texts by the name of the site they belong to; none without a directory."""
    if directory is None or not (directory / "ideal.json").is_file():
        return {}
    ideal = json.loads((directory / "ideal.json").read_text(encoding="utf-8"))
    found = (read(directory, record) for record in ideal["records"])
    return {SITE_OF[seed.file[:3]]: seed for seed in found}


def read(directory: Path, record: dict[str, Any]) -> SeedText:
    lines = (directory / record["file"]).read_text(encoding="utf-8").splitlines()
    prefix = record["source_prefix"]
    dateline = f"{prefix['raw']} - " if prefix else None
    captions = list(record["captions"])
    parts: list[Part] = []
    halves = ""
    for number, kind in ((entry["line"], entry["class"]) for entry in record["line_classes"]):
        text = lines[number].rstrip("\n")
        if kind == "body":
            if dateline and not parts:
                text = text.removeprefix(dateline)
            parts.append(Part(kind="paragraph", text=text))
        elif kind == "caption":
            halves = f"{halves}|{text.strip()}" if halves else text
            if collapsed(halves.replace("|", " ")) == captions[0]:
                parts.append(Part(kind="caption", text=halves))
                captions.pop(0)
                halves = ""
    if captions:
        raise ValueError(f"{record['file']}: captions not found in the text: {captions}")
    return SeedText(
        file=record["file"],
        record=record,
        parts=tuple(parts),
        dateline=dateline,
        byline=byline_of(record, lines),
    )


def byline_of(record: dict[str, Any], lines: list[str]) -> str | None:
    name = record.get("author_raw", record["author"])
    if name is None:
        return None
    return next(line.strip() for line in reversed(lines) if line.strip().endswith(name))
