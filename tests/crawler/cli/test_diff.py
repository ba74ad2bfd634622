"""`tinhuy diff`: which words, of which kind of change; in a pipe, on a terminal, for machines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive import Catalog, Change, Collection
from tests.archive.readings import article, day, look
from tests.cli import answer, on_terminal, tinhuy

URL = article().url
FIRST = "Có 7 tập thể được khen.\n\nĐoạn hai.\n\nĐoạn ba."


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An article of four versions: found, edited, spelt otherwise, read again."""
    home = Collection.create(tmp_path_factory.mktemp("diff") / "c")
    texts = [FIRST, FIRST.replace("7", "8"), FIRST.replace("7", "8").replace("thể", "Thể")]
    better = article(text=texts[-1] + "\n\nMột \x1b[31mdòng.", author="Thanh Tùng")
    again = replace(look(Change.REREAD, 5, better), reread_at=day(9))
    with Catalog(home.catalog_path) as catalog:
        catalog.put(look(Change.NEW, 1, article(text=texts[0])))
        catalog.put(look(Change.CHANGED, 3, article(text=texts[1], author="Thanh Tùng")))
        catalog.put(look(Change.ORTHOGRAPHY, 5, article(text=texts[2], author="Thanh Tùng")))
        catalog.put(again)
        catalog.put(look(Change.NEW, 1, article("dang")))
    return f"--collection={home.path}"


def said(*words: str) -> str:
    done = tinhuy("diff", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_words_are_marked_in_a_pipe(collection: str) -> None:
    """What was taken away stands in [-...-], what was added in {+...+}; other paragraphs are told
    of by their number.
    """
    out = said(URL, "--from=1", "--to=2", collection)
    assert (
        "version 2, 2026-01-04T01:30:00+07:00 to 2026-01-04T01:30:00+07:00: edited by the site\n"
        in out
    )
    assert "\ntext\nCó [-7-] {+8+} tập thể được khen.\n  (2 paragraphs the same)\n" in out
    assert "\nauthor\n{+Thanh Tùng+}\n" in out


def test_the_last_two_versions(collection: str) -> None:
    """Without numbers the last two are compared; a reading again is called one, and what the page
    says does not reach the terminal as it came.
    """
    out = said(URL, collection)
    assert (
        "the page of then, read again by us: no edit by the site on 2026-01-10T01:30:00+07:00"
        in out
    )
    assert "{+Một \\x1b[31mdòng.+}" in out
    assert "edited by the site" not in out


def test_versions_between_are_told(collection: str) -> None:
    """Over several versions every one is named with what it was."""
    out = said(URL, "--from=1", collection)
    assert [line.partition(": ")[2].partition(" on ")[0] for line in out.splitlines()[1:5]] == [
        "found by us",
        "edited by the site",
        "the same words spelt otherwise by the site",
        "the page of then, read again by us: no edit by the site",
    ]


def test_for_machines(collection: str) -> None:
    """JSON has both versions, the changes between them, and the pieces of each field."""
    found = answer("diff", URL, "--from=2", "--to=4", collection)
    assert (found["url"], found["changes"]) == (URL, ["orthography", "reread"])
    assert (found["from"]["number"], found["to"]["number"]) == (2, 4)
    assert (found["from"]["reread_at"], found["to"]["reread_at"]) == (None, day(9))
    (text,) = found["parts"]
    assert text["name"] == "text"
    assert text["passages"][0] == [
        {"kind": "same", "text": "Có 8 tập"},
        {"kind": "old", "text": "thể"},
        {"kind": "new", "text": "Thể"},
        {"kind": "same", "text": "được khen."},
    ]
    assert answer("diff", URL, "--from=4", "--to=2", collection)["changes"] == found["changes"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((URL, "--to=5"), "has no version 5; it has 4"),
        ((article("dang").url,), "has one version: nothing to compare it with"),
        (("https://nowhere.example/",), "no article https://nowhere.example/"),
    ],
)
def test_what_is_not_there(collection: str, words: tuple[str, ...], error: str) -> None:
    """A version or article that is not there is told in one line, with exit code 3."""
    done = tinhuy("diff", *words, collection)
    assert (done.returncode, done.stdout) == (3, "")
    assert error in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("plain", [False, True])
def test_words_are_coloured_on_a_terminal(collection: str, plain: bool) -> None:
    """A terminal gets colours and no marks; one that wants none gets the marks."""
    asked = {"NO_COLOR": "1"} if plain else {"TERM": "xterm-256color"}
    out = on_terminal("diff", URL, "--from=1", "--to=2", collection, **asked)
    assert ("\x1b[32m" in out) is not plain
    assert ("{+8+}" in out) is plain
