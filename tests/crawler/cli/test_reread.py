"""What `tinhuy reread` tells of sites whose names are a stranger's, and of those it cannot have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive import Catalog, Change, Collection
from crawler.cli import progress
from crawler.cli.progress import Captures
from tests.archive.readings import article, look
from tests.cli import answer, tinhuy

HOSTILE = "bao[/red]\x1b]0;owned\x07"


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Two sites of imported journals, without the captures; one has a name like no other."""
    made = Collection.create(tmp_path / "c")
    with Catalog(made.catalog_path) as catalog:
        named = (replace(article(), site=site) for site in ("bao", HOSTILE))
        catalog.put_many(look(Change.NEW, 1, one) for one in named)
    return made


def test_names_of_sites_are_harmless(collection: Collection) -> None:
    """A name out of a journal reaches no terminal as it came, in no line of a pass."""
    done = tinhuy("reread", f"--collection={collection.path}")
    assert done.returncode == 6
    assert "bao[/red]\\x1b]0;owned\\x07: 0 readings were written" in done.stdout
    assert not {"\x1b", "\x07"} & set(done.stdout + done.stderr)


def test_names_of_sites_are_harmless_while_it_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal no name is markup or a command, and elsewhere no line holds one."""
    monkeypatch.setattr(progress, "LINE_SECONDS", 0)
    for terminal in (True, False):
        monkeypatch.setenv("FORCE_COLOR", "1" if terminal else "")
        with Captures(HOSTILE) as told:
            told("reading", 1, 2)
        shown = capsys.readouterr().err
        assert "bao[/red]\\x1b]0;owned\\x07: reading" in shown
        assert "\x1b]0;" not in shown
        assert "\x07" not in shown


def test_a_locked_site_does_not_stop_the_others(collection: Collection) -> None:
    """Of all sites, one that is being crawled is told of in a line, with exit code 5 at the end."""
    with collection.recording(site="bao", run_id="r"):
        done = tinhuy("reread", f"--collection={collection.path}")
        assert (done.returncode, len(done.stderr.splitlines())) == (5, 1)
        assert "is writing bao in" in done.stderr
        assert "0 readings were written" in done.stdout
        [report] = answer("reread", f"--collection={collection.path}", code=5)
        assert report["site"] == HOSTILE
