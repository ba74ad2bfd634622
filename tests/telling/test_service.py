"""The service tells, and the commands say what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive import Collection, sqlite
from crawler import telling
from crawler.outbox import Outbox
from tests.cli import answer, tinhuy
from tests.history import LAST, Nights, Site, trouble
from tests.telling.support import Hook, program, run, script, states, until


def test_the_service_tells(tmp_path: Path, hook: tuple[Hook, str]) -> None:
    """The service writes the report of a night that is over and sends it, and an alarm after it;
    a channel that hangs does not keep it from ending when it is told to.
    """
    posted, http = hook
    home = Nights(tmp_path / "c", [Site("baohatinh")]).write(1)
    hangs = program(tmp_path / "hangs", "import time; time.sleep(500)")
    told = os.environ | {"TINHUY_TELL": json.dumps([hangs, f"json://{http}"])}
    where = f"--collection={home.path}"
    command = [sys.executable, "-m", "crawler.cli", "schedule", "run", where]
    with served(command, told) as service:
        until(lambda: [state for _, state, _ in states(home) if state == "taken"])
        assert (home.path / "reports" / "2026-11-26.html").exists()
        service.terminate()
        assert service.wait(timeout=20) == 0
    assert posted.subjects == ["tinhuy c 2026-11-26: all is well: 1 site, 3 new articles"]
    listed = answer("tell", "list", where)
    assert sorted((one["name"], one["state"]) for one in listed) == [
        (hangs, "waits"),
        (f"json://{http}", "taken"),
    ]


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as service:
        try:
            yield service
        finally:
            service.kill()


def test_what_came_of_a_letter_is_a_result(tmp_path: Path) -> None:
    """It stands on stdout, but beside a document or data that somebody reads from there."""
    home = Nights(tmp_path / "c", [Site("baohatinh")]).write(1)
    told = {"TINHUY_TELL": json.dumps([script(tmp_path / "tell", "exit 0")])}
    command = ("report", "2026-11-26", "--send", f"--collection={home.path}")
    text, data = run(*command, **told), run(*command, "--json", **told)
    assert (text.stdout.splitlines()[-1], text.stderr) == (
        f"letter 1 to command:{tmp_path}/tell: taken", ""
    )  # fmt: skip
    assert json.loads(data.stdout)["date"] == "2026-11-26"
    assert data.stderr.splitlines() == [f"letter 2 to command:{tmp_path}/tell: taken"]


def test_the_service_says_that_it_cannot_tell(
    told: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a database is kept by another; not where somebody sends by hand meanwhile."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.1)
    said = list[str]()
    trouble(told, LAST, ("blocked", "bao", "403"))
    with telling._alone(told, 0):
        telling.Post(told, said.append)._work()
    assert said == []
    with Outbox.of(told) as outbox:
        outbox._database.begin()
        telling.Post(told, said.append)._work()
    (line,) = said
    assert line.startswith("nobody can be told: ")
    assert "outbox.sqlite3" in line


def test_nobody_to_tell_is_told(tmp_path: Path) -> None:
    """Without a channel `tinhuy tell test` says what to do; reports are written all the same."""
    done = tinhuy("tell", "test")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    home = Nights(tmp_path / "c", [Site("baohatinh")]).write(1)
    done = tinhuy("report", "2026-11-26", "--send", f"--collection={home.path}")
    assert done.returncode == 0, done.stderr
    (text,) = (home.path / "reports").glob("2026-11-26.*.txt")
    assert text.read_text() == done.stdout
