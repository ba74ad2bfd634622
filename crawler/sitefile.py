"""The file of a site: its name, its place, and its source. Nothing captured can act in it.

A name is a Python word of lower-case ASCII made of the host, so that no path is built of what a
stranger wrote; every string is written by one function, which escapes whatever is not plain.
"""

from __future__ import annotations

import ast
import importlib
import json
import keyword
import re
import textwrap
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from crawler import provinces, settings
from crawler.site import Site

NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
MOST_NAME = 60
_TAKEN = frozenset(("platforms", "pages"))
_ENDINGS = frozenset(("vn", "gov", "com", "org", "net", "edu", "info", "www"))
_RAW = re.compile(r"[\x20-\x7e]*(?<!\\)")
_WIDTH = 100


class BadName(ValueError):
    """Not a name that a file, a class and a spider can have."""


class NoPlace(LookupError):
    """There is no directory for the sites of a user."""

    def __init__(self) -> None:
        super().__init__(
            "where are your sites to be kept? TINHUY_SITES names a directory: "
            "TINHUY_SITES=~/tinhuy-sites tinhuy sites add URL"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where sites are written, and the pages that are saved with them."""

    sites: Path
    pages: Path

    def file(self, name: str) -> Path:
        """The file of a site. `name` must have been checked."""
        return self.sites / f"{name}.py"


def place() -> Place:
    """The directory that SITES names; without that the source tree that this is run from.

    Raises NoPlace: nothing is written among installed packages.
    """
    if settings.SITES:
        sites = Path(settings.SITES).resolve()
        return Place(sites, sites / "pages")
    own = Path(importlib.import_module(settings.SPIDER_MODULES[0]).__path__[0])
    if not (own.parent / "pyproject.toml").is_file():
        raise NoPlace
    return Place(own, own.parent / "tests" / "pages")


def name_for(host: str) -> str:
    """A name made of a host: "chodon.backan.gov.vn" is chodon_backan."""
    labels = [
        re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") for label in re.split(r"[.:]", host)
    ]
    while len(labels) > 1 and labels[-1] in _ENDINGS:
        labels.pop()
    name = "_".join(label for label in labels if label and label != "www")
    if not name[:1].isalpha() or keyword.iskeyword(name) or name in _TAKEN:
        name = f"site_{name}".rstrip("_")
    return name[:MOST_NAME].rstrip("_")


def checked_name(name: str) -> str:
    """The name, if a site can have it. Raises BadName."""
    sound = NAME.fullmatch(name) and len(name) <= MOST_NAME
    if not sound or keyword.iskeyword(name) or name in _TAKEN:
        raise BadName(
            f"{name!r} cannot be the name of a site; use small letters, digits and single "
            "underscores, a letter first: --name bao_haiphong"
        )
    return name


def class_name(name: str) -> str:
    """What the spider class of a site is called."""
    return "".join(part.title() for part in name.split("_")) + "Spider"


def source(site: Site, seen_at: str, on: date, found: str) -> str:
    """The Python source of a site's file. `found` are our own words on what was seen there."""
    checked_name(site.name)
    imports = sorted({"Site", *_types(site)})
    lines = [
        '"""' + "\n".join(_docstring(site, seen_at, on, found)),
        '"""',
        "",
        f"from crawler.site import {', '.join(imports)}",
        "from crawler.spider import SiteSpider",
        "",
        "",
        f"class {class_name(site.name)}(SiteSpider):",
        f"    name = {_string(site.name)}",
        f"    site = {_written(site, 4)}",
    ]
    text = "\n".join(lines) + "\n"
    ast.parse(text)
    return text


def _docstring(site: Site, seen_at: str, on: date, found: str) -> list[str]:
    """The lines of a docstring in our own words, with nothing in them that could end it."""
    now = provinces.today(site.province).name if site.province else site.province
    merged = f" {site.province} is part of {now} since July 2025." if now != site.province else ""
    said = f"As `tinhuy sites add` saw it on {on.isoformat()}.{merged}"
    return [*_folded(f"{seen_at}: {found}."), "", *_folded(said)]


def _folded(text: str) -> list[str]:
    words = re.sub(r"[^\w .,:;`()\[\]-]", "", text)
    return textwrap.wrap(words, _WIDTH - 6, break_on_hyphens=False)


def _types(value: Any) -> set[str]:
    """The names of the classes that the source of a value mentions."""
    inner = [getattr(value, one.name) for one in _told_fields(value)]
    return {type(value).__name__}.union(*(_types(one) for one in inner if is_dataclass(one)))


def _told_fields(value: Any) -> list[Any]:
    """The fields that differ from what they are anyway."""
    plain = {one.name: one.default for one in fields(value)}
    return [
        one
        for one in fields(value)
        if getattr(value, one.name) != plain[one.name] and getattr(value, one.name) != _made(one)
    ]


def _made(one: Any) -> Any:
    return one.default_factory() if callable(one.default_factory) else None


def _written(value: Any, indent: int) -> str:
    """A value as source: in one line where that fits, else with a line for each part."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return repr(value)
    inside = " " * (indent + 4)
    if isinstance(value, tuple):
        parts, opening, closing = [_written(one, indent + 4) for one in value], "(", ")"
    else:
        opening, closing = f"{type(value).__name__}(", ")"
        parts = [
            f"{one.name}={_written(getattr(value, one.name), indent + 4)}"
            for one in _told_fields(value)
        ]
    comma = "," if isinstance(value, tuple) and len(parts) == 1 else ""
    flat = f"{opening}{', '.join(parts)}{comma}{closing}"
    if isinstance(value, tuple) and "\n" not in flat and len(flat) + indent < _WIDTH - 30:
        return flat
    return f"{opening}\n" + "".join(f"{inside}{part},\n" for part in parts) + " " * indent + closing


def _string(value: str) -> str:
    """A string literal that holds this text and nothing else."""
    if "\\" in value and '"' not in value and _RAW.fullmatch(value):
        return f'r"{value}"'
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else ascii(value)
