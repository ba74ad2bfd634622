"""What `tinhuy reprints` and `tinhuy show` say of articles that were printed again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive import Catalog, Collection
from tests.cli import answer, tinhuy
from tests.retold import look, stories

STORY, OTHER, ALONE = stories(3, seed=8)
FIRST, SECOND = look(STORY, "baohatinh", 1), look(STORY, "travinh", 2)
ESCAPE = "\x1b[31mĐỏ\u202e"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection with a story on two sites, one twice on a site, and one that stands alone."""
    collection = Collection.create(tmp_path_factory.mktemp("reprints") / "collection")
    with Catalog(collection.catalog_path) as catalog:
        catalog.put_many([FIRST, SECOND, look(ALONE, "chodon", 3)])
        catalog.put(look(OTHER, "chodon", 4, published="2026-01-02"))
        again = replace(OTHER, title=ESCAPE, paragraphs=(*OTHER.paragraphs, "Theo TTXVN"))
        catalog.put(look(again, "chodon", 5, published="2026-01-01"))
    return collection.path


def test_the_reprints_of_an_article(home: Path) -> None:
    """An article's reprints are told with kind, shares and times, and which is the earliest."""
    said = answer("reprints", SECOND.url, f"--collection={home}")
    (other,) = said["reprints"]
    assert said["article"]["url"] == SECOND.url
    assert said["earliest"] == {"id": other["id"], "by": "captured"}
    assert (other["url"], other["site"], other["kind"]) == (FIRST.url, "baohatinh", "same")
    assert (other["jaccard"], other["containment"], other["same_site"]) == (1.0, 1.0, False)
    assert (other["published"], other["first_seen"]) == (None, FIRST.seen_at)


def test_all_groups(home: Path) -> None:
    """Without an article every group is told, the newest first; --site and --limit choose."""
    groups = answer("reprints", f"--collection={home}")
    urls = [[one["url"] for one in (group["article"], *group["reprints"])] for group in groups]
    assert urls[1] == [FIRST.url, SECOND.url]
    assert [group["earliest"]["by"] for group in groups] == ["published", "captured"]
    assert answer("reprints", "--limit=1", f"--collection={home}") == groups[:1]
    assert answer("reprints", "--site=travinh", f"--collection={home}") == groups[1:]


def test_in_a_pipe(home: Path) -> None:
    """Rows with tabs say which is the earliest and why, and print nothing as it was captured."""
    out = tinhuy("reprints", f"--collection={home}").stdout
    names, *rows = [line.split("\t") for line in out.splitlines()]
    said = [dict(zip(names, row, strict=True)) for row in rows]
    assert [row["earliest"] for row in said] == ["published", "", "captured", ""]
    assert [row["is"] for row in said] == ["", "same, same site", "", "same"]
    assert "\x1b" not in out
    assert "\\x1b" in out


def test_show_tells_where_else_it_stands(home: Path) -> None:
    """`show` names the reprints of an article, and its JSON has them."""
    said = tinhuy("show", FIRST.url, f"--collection={home}").stdout
    (line,) = [line for line in said.splitlines() if line.startswith("also at")]
    assert SECOND.url in line
    (reprint,) = answer("show", FIRST.url, f"--collection={home}")["reprints"]
    assert reprint["url"] == SECOND.url
    assert (
        "also at" not in tinhuy("show", look(ALONE, "chodon", 3).url, f"--collection={home}").stdout
    )


def test_no_reprints(home: Path) -> None:
    """That there are none is said, and is no error; JSON has an empty list."""
    url = look(ALONE, "chodon", 3).url
    done = tinhuy("reprints", url, f"--collection={home}")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no reprints" in done.stderr
    assert answer("reprints", url, f"--collection={home}")["reprints"] == []


def test_what_is_left_out_is_told(home: Path, tmp_path: Path) -> None:
    """Of an article with more reprints than --limit allows, the number that is left out is told;
    `show` names ten."""
    collection = Collection.create(tmp_path / "collection")
    with Catalog(collection.catalog_path) as catalog:
        catalog.put_many(look(STORY, f"site{n}", n) for n in range(14))
    url = look(STORY, "site0", 0).url
    done = tinhuy("reprints", url, "--limit=3", f"--collection={collection.path}")
    assert len(done.stdout.splitlines()) == 1 + 1 + 3
    assert done.stderr == "10 more are left out: --limit allows 3\n"
    shown = tinhuy("show", url, f"--collection={collection.path}").stdout
    assert shown.count("also at") == 11
    assert "3 more" in shown


def test_an_article_and_a_site_are_refused(home: Path) -> None:
    """Both at once ask for nothing that could be meant: one line, exit code 2."""
    done = tinhuy("reprints", FIRST.url, "--site=travinh", f"--collection={home}")
    assert done.returncode == 2
    assert done.stderr.startswith("tinhuy: --site")
    assert tinhuy("reprints", "https://x.example/", f"--collection={home}").returncode == 3
