"""Two versions of an article, word by word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from archive import Change, Version
from archive.diff import Part, Piece
from archive.diff import diff as differences
from crawler.cli import exits
from crawler.cli.look import at_second, opened
from crawler.cli.options import DEFAULT_COLLECTION, CollectionPath, Json
from crawler.cli.output import console, harmless, print_json

TOLD = {
    Change.NEW: "found by us",
    Change.CHANGED: "edited by the site",
    Change.ORTHOGRAPHY: "the same words spelt otherwise by the site",
    Change.REREAD: "the page of then, read again by us: no edit by the site",
}
"""What each kind of version is to whoever reads it."""
MARKS = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
STYLES = {"same": "", "old": "red strike", "new": "green"}


def diff(
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="Its URL, or the beginning of its id.")
    ],
    since: Annotated[
        int | None,
        typer.Option("--from", min=1, metavar="N", help="A version, as `show` numbers them."),
    ] = None,
    to: Annotated[
        int | None, typer.Option("--to", min=1, metavar="N", help="Another; else the last one.")
    ] = None,
    collection: CollectionPath = DEFAULT_COLLECTION,
    as_json: Json = False,
) -> None:
    """What differs between two versions of an article: the last two, if none are named."""
    with opened(collection) as (_, catalog):
        entry = catalog.article(article)
        versions = catalog.versions(entry)
    if len(versions) == 1 and since is to is None:
        raise exits.Refused(
            f"{article} has one version: nothing to compare it with", exits.NOT_FOUND
        )
    to = to or len(versions)
    since = since or max(1, to - 1)
    old, new = (_version(versions, number, article) for number in (since, to))
    parts = list(differences(old.article, new.article))
    if as_json:
        between = versions[min(since, to) : max(since, to)]
        print_json(_json(entry.url, old, new, between, parts))
        return
    out = console()
    _print_heads(out, entry.url, versions[min(since, to) - 1 : max(since, to)])
    for part in parts:
        _print_part(out, part)


def _version(versions: Sequence[Version], number: int, article: str) -> Version:
    if number > len(versions):
        raise exits.Refused(
            f"{article} has no version {number}; it has {len(versions)}", exits.NOT_FOUND
        )
    return versions[number - 1]


def _json(
    url: str, old: Version, new: Version, between: Sequence[Version], parts: Iterable[Part]
) -> dict[str, Any]:
    names = ("number", "change", "first_seen", "last_seen", "reread_at")
    fields = [{name: getattr(one, name) or None for name in names} for one in (old, new)]
    return {
        "url": url,
        "from": fields[0],
        "to": fields[1],
        "changes": [one.change for one in between],
        "parts": [asdict(part) for part in parts],
    }


def _print_heads(out: Console, url: str, versions: Sequence[Version]) -> None:
    out.print(Text(harmless(url)), soft_wrap=True)
    for one in versions:
        when = f"{at_second(one.first_seen)} to {at_second(one.last_seen)}"
        again = f" on {at_second(one.reread_at)}" if one.reread_at else ""
        out.print(Text(f"version {one.number}, {when}: {TOLD[one.change]}{again}"), soft_wrap=True)


def _print_part(out: Console, part: Part) -> None:
    out.print()
    out.print(Text(part.name, style="bold"))
    for passage in part.passages:
        if [piece.kind for piece in passage] == ["same"]:
            count = passage[0].text.count("\n\n") + 1
            out.print(Text(f"  ({count} paragraph{'s' * (count > 1)} the same)", style="dim"))
        else:
            out.print(_marked(passage, in_colour=_is_coloured(out)), soft_wrap=True)


def _is_coloured(out: Console) -> bool:
    return out.color_system is not None and not out.no_color


def _marked(passage: Sequence[Piece], *, in_colour: bool) -> Text:
    """The words with what was taken away and what was added set off: by colours, or by marks."""
    marked = Text()
    for space, piece in _spaced(passage):
        words = harmless(piece.text, keep="\n")
        marked.append(space)
        if in_colour:
            marked.append(words, style=STYLES[piece.kind])
        else:
            marked.append(MARKS[piece.kind].format(words))
    return marked


def _spaced(passage: Sequence[Piece]) -> Iterator[tuple[str, Piece]]:
    """Each piece with the white space in front of it: none at either end of a paragraph."""
    before = "\n"
    for piece in passage:
        yield "" if before.endswith("\n") or piece.text.startswith("\n") else " ", piece
        before = piece.text
