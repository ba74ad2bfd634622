"""What the addresses of a site tell of its pages: shapes of addresses, learned as rules.

An address becomes a *form*: its path and query, part by part, with numbers and titles masked and
names kept. Addresses whose forms differ in names only are a *family*; pages of it that were read
say what the family is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from crawler.site import UrlRules

Told = Literal["article", "listing", "other"]
"""What a page that was read turned out to be."""

MOST_PATTERNS = 30
"""Patterns of one kind that are worth being a rule: more are the site itself, not its shape."""

LEAST_READ = 2
"""Articles of a family that were read before it is believed to be one of articles."""

_TITLE_WORDS = 4
_MOST_PARTS = 12
_EXTENSION = re.compile(r"(.+?)(\.[A-Za-z]{2,5})$")
_TITLED = re.compile(r"(?P<words>.+)(?P<mark>-[a-z]{0,5})(?P<number>\d+)$", re.IGNORECASE)
_NUMBERED = re.compile(r"\d+-.*")
_NUMBER = re.compile(r"\d+")
_PLAIN_WORD = re.compile(r"[A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """One segment of a path or one value of a query: as a pattern, and the name it had as one."""

    pattern: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """What addresses that differ in names, numbers and titles only have in common."""

    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    """Keys and patterns of values. A name in `path` is an empty pattern."""

    @property
    def has_variable(self) -> bool:
        """Whether anything but names tells its addresses apart."""
        parts = (*self.path, *(pattern for _, pattern in self.query))
        return any("\\d" in part or "[^" in part for part in parts)


def target(url: str) -> str:
    """The part of a URL that patterns are searched in: `path?query`."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def family(target: str) -> Family:
    """The family of a `path?query`. Linear in its length."""
    path, query = _parts(target)
    return Family(
        tuple("" if part.name else part.pattern for part in path),
        tuple((key, part.pattern) for key, part in query),
    )


def learn(told: Mapping[str, Told], found: Iterable[str]) -> UrlRules:
    """Rules for addresses from pages that were read (by `path?query`) and all that were found.

    A family is one of articles when most of its pages were read as such; of lists likewise, where
    numbers or titles tell them apart. Lists that only a name tells apart are named one by one, so
    that nothing is asked for because it looks like a section. What no page was read of is left out.
    """
    article, listing = list[str](), list[str]()
    for targets in _families([*told, *found], told):
        verdicts = Counter(told[target] for target in targets if target in told)
        lists = [target for target in targets if told.get(target) == "listing"]
        has_variable = family(targets[0]).has_variable
        if has_variable and _is_mostly("article", verdicts, LEAST_READ):
            article.append(_pattern(targets, but=lists))
            listing += map(_list_named, lists)
        elif has_variable and _is_mostly("listing", verdicts, 1):
            listing.append(_pattern(targets))
        else:
            listing += map(_list_named, lists)
    return UrlRules(
        article=tuple(dict.fromkeys(article))[:MOST_PATTERNS],
        listing=tuple(dict.fromkeys(listing))[:MOST_PATTERNS],
    )


def literal(target: str) -> str:
    """The pattern of one `path?query` and no other."""
    return f"^{_escaped(target)}$"


def _list_named(target: str) -> str:
    """A list by its name, with the numbered pages that it may go on with."""
    joint = "&" if "?" in target else "[?]"
    return rf"^{_escaped(target)}(?:{joint}(?:page|trang|start|p|pg)=\d+)?$"


def _families(targets: Iterable[str], told: Mapping[str, Told]) -> Iterator[list[str]]:
    """The addresses by family. Families that differ in words of their queries only are one, unless
    pages that were read tell them apart: `cat=tin&id=1` from `view=list&id=1`.
    """
    members = defaultdict[Family, dict[str, None]](dict)
    for target in targets:
        members[family(target)][target] = None
    alike = defaultdict[tuple[tuple[str, ...], tuple[str, ...]], list[Family]](list)
    for one in members:
        alike[one.path, tuple(key for key, _ in one.query)].append(one)
    for kinds in alike.values():
        verdicts = {told[target] for one in kinds for target in members[one] if target in told}
        if len(verdicts) == 1:
            yield [target for one in kinds for target in members[one]]
        else:
            yield from (list(members[one]) for one in kinds)


def _is_mostly(kind: Told, verdicts: Counter[Told], least: int) -> bool:
    return verdicts[kind] >= least and verdicts[kind] * 2 > verdicts.total()


def _pattern(targets: Iterable[str], but: Iterable[str] = ()) -> str:
    """What matches these addresses and those that differ as they do, but not those of `but`."""
    forms = [_parts(target) for target in targets]
    paths = zip(*(path for path, _ in forms), strict=True)
    path = "/".join(_merged(column) for column in paths)
    queries = zip(*(query for _, query in forms), strict=True)
    query = "&".join(
        f"{re.escape(column[0][0])}={_merged([part for _, part in column])}" for column in queries
    )
    excluded = "|".join(_escaped(target) for target in but)
    before = f"(?!(?:{excluded})(?:[?]|$))" if excluded else ""
    return f"^{before}/{path}{'[?]' + query if query else ''}$"


def _merged(parts: Iterable[_Part]) -> str:
    """One part of several addresses: as it is in all of them, or anything where they differ."""
    patterns = {part.pattern for part in parts}
    return patterns.pop() if len(patterns) == 1 else "[^/?&]+"


def _parts(target: str) -> tuple[list[_Part], list[tuple[str, _Part]]]:
    path, _, query = target.partition("?")
    segments = path.removeprefix("/").split("/", _MOST_PARTS)
    pairs = [pair.partition("=") for pair in query.split("&", _MOST_PARTS)] if query else []
    return [_segment(one) for one in segments], [(key, _value(value)) for key, _, value in pairs]


def _segment(text: str) -> _Part:
    stem, extension = text, ""
    if found := _EXTENSION.fullmatch(text):
        stem, extension = found.groups()
    pattern = _stem(stem)
    if pattern is not None:
        return _Part(pattern + _escaped(extension))
    return _Part(_escaped(text), None if extension or not text else text)


def _stem(stem: str) -> str | None:
    """The pattern of a number or title; None for a name."""
    if stem.isdigit():
        return r"\d+"
    if found := _TITLED.fullmatch(stem):
        return rf"[^/?]+{_escaped(found['mark'])}\d+"
    if _NUMBERED.fullmatch(stem):
        return r"\d+-[^/?]*"
    if _NUMBER.search(stem):
        return r"\d+".join(map(_escaped, _NUMBER.split(stem)))
    if stem.count("-") + 1 >= _TITLE_WORDS:
        return rf"[^/?-]+(?:-[^/?-]+){{{_TITLE_WORDS - 1},}}"
    return None


def _value(text: str) -> _Part:
    """Numbers, plain words (`view=article`: another word is another kind of page), and the rest."""
    if text.isdigit():
        return _Part(r"\d+")
    return _Part(_escaped(text) if _PLAIN_WORD.fullmatch(text) else "[^&]*")


def _escaped(text: str) -> str:
    """Letters as they are, everything else in a class or with a backslash: safe in any pattern."""
    return re.sub(r"[^\w/&=%~-]", lambda found: re.escape(found[0]), text.replace("\\", "")[:300])
