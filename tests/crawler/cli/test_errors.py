"""Bad input and bad luck get one clear line and a documented exit code; nothing is lost."""

from __future__ import annotations

import json
import resource
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from archive import Collection
from crawler.cli import exits
from tests.cli import answer, tinhuy
from tests.practice import PracticeWeb

SITE = "baohatinh"
COMMAND = (sys.executable, "-m", "crawler.cli")


def one_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The line on stderr, after what must hold of every expected error."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("tinhuy: ")
    return line


def unused_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_an_unknown_site_is_told_with_its_nearest_names(tmp_path: Path) -> None:
    """A mistyped site is answered with the names that look like it, and nothing is made."""
    line = one_line(tinhuy("crawl", "baohatin", f"--collection={tmp_path / 'c'}"), exits.NOT_FOUND)
    assert "baohatinh" in line
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("crawl",), "--all"),
        (("crawl", "--all", SITE), "not both"),
        (("crawl", SITE, "--frobnicate"), "No such option"),
        (("crawl", SITE, "--max-pages", "0"), "--max-pages"),
        (("crawl", "ftp://127.0.0.1/"), "http"),
        (("crawl", "file:///etc/passwd"), "http"),
        (("crawl", SITE, "--delay", "0"), "loopback"),
        (("crawl", "https://paper.example/", "--delay", "0.1"), "loopback"),
        (("crawl", SITE, "--delay", "-1"), "seconds"),
        (("crawl", SITE, "--at", "gopher://127.0.0.1/"), "http"),
        (("crawl", SITE, "chodon", "--at", "http://127.0.0.1/"), "SITE="),
        (("crawl", SITE, "--at", "chodon=http://127.0.0.1/"), "chodon"),
        (("replay", SITE, "--at", "yesterday"), "not a time"),
        (("export", "--format", "xml", "-o", "x"), "xml"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_a_command_that_is_wrong_or_refused(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """What cannot be understood, or is refused, exits 2 with the reason; nothing is made."""
    done = (
        tinhuy(*arguments)
        if len(arguments) < 2
        else tinhuy(*arguments, f"--collection={tmp_path / 'c'}")
    )
    assert said in one_line(done, exits.USAGE)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("verb", ["list", "verify", "rebuild", "serve", "search x", "show x"])
def test_a_directory_that_is_no_collection(verb: str, tmp_path: Path) -> None:
    """A directory with other things in it is left alone, whatever is asked of it."""
    (tmp_path / "letter.txt").write_text("kept")
    line = one_line(tinhuy(*verb.split(), f"--collection={tmp_path}"), exits.NOT_A_COLLECTION)
    assert str(tmp_path) in line
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_crawl_into_a_directory_that_is_no_collection(tmp_path: Path) -> None:
    """A crawl does not mix its files with those of somebody else."""
    (tmp_path / "letter.txt").write_text("kept")
    done = tinhuy(
        "crawl",
        SITE,
        f"--at=http://127.0.0.1:{unused_port()}/",
        "--delay=0",
        f"--collection={tmp_path}",
    )
    assert str(tmp_path) in one_line(done, exits.NOT_A_COLLECTION)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_article_that_is_not_there(collection: Path) -> None:
    """Asking for an article that the collection does not hold exits 3."""
    done = tinhuy("show", "http://paper.example/1", f"--collection={collection}")
    assert "http://paper.example/1" in one_line(done, exits.NOT_FOUND)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--site", "nowhere"), f"it has {SITE}"),
        (("search", "dân", "--site", "nowhere"), f"it has {SITE}"),
        (("reprints", "--site", "nowhere"), f"it has {SITE}"),
        (("export", "--format", "csv", "-o", "a.csv", "--site", "nowhere"), f"it has {SITE}"),
        (("show", "844"), "four characters"),
    ],
)
def test_what_the_collection_does_not_have(
    collection: Path, arguments: tuple[str, ...], said: str
) -> None:
    """A site of which the collection has nothing, and an id too short, are told as such."""
    line = one_line(tinhuy(*arguments, f"--collection={collection}"), exits.NOT_FOUND)
    assert said in line


@pytest.mark.parametrize("output", ["-", "nowhere/at/all.csv"])
def test_an_export_to_no_file(collection: Path, output: str) -> None:
    """An export that has no file to go to says so, and makes none."""
    done = tinhuy("export", "--format=csv", f"--output={output}", f"--collection={collection}")
    assert output in one_line(done, exits.USAGE)
    assert not Path(output).exists()


def test_an_unreachable_host(tmp_path: Path) -> None:
    """A host that refuses every connection makes the run unreachable, and the exit code 12."""
    url = f"http://127.0.0.1:{unused_port()}/"
    done = tinhuy("crawl", url, "--delay=0", f"--collection={tmp_path / 'c'}")
    assert done.returncode == 12, done.stderr
    assert "unreachable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_collection_in_use(web: PracticeWeb, tmp_path: Path) -> None:
    """While one run writes a site, another run of that site stops at once and says why."""
    home = Collection.create(tmp_path / "c")
    arguments = (
        "crawl",
        SITE,
        f"--at={web.sites[SITE].url}",
        "--delay=0",
        f"--collection={home.path}",
    )
    with home.recording(site=SITE, run_id="first", user_agent="test", robots="obey"):
        line = one_line(tinhuy(*arguments), exits.BUSY)
    assert SITE in line
    assert answer(*arguments)[0]["outcome"] == "ok"


def test_a_site_in_use_hides_no_other(tmp_path: Path) -> None:
    """What kept one site from beginning is told and has its exit code; the others are crawled."""
    home, both = Collection.create(tmp_path / "c"), (SITE, "chodon")
    in_use = home.recording(site=SITE, run_id="first", user_agent="test", robots="obey")
    with PracticeWeb(seed=3, articles=6, only=both, keep_bytes=False) as web, in_use:
        ats = [f"--at={name}={web.sites[name].url}" for name in both]
        done = tinhuy("crawl", *both, *ats, "--delay=0", "--json", f"--collection={home.path}")
    assert done.returncode == exits.BUSY, done.stderr
    assert SITE in done.stderr
    assert "Traceback" not in done.stderr
    assert [(run["site"], run["outcome"]) for run in json.loads(done.stdout)] == [("chodon", "ok")]


def test_a_full_disk(web: PracticeWeb, tmp_path: Path) -> None:
    """A disk that takes no more stops the run; what was kept before is sound and is kept."""
    home = tmp_path / "c"
    done = subprocess.run(
        [
            *COMMAND,
            "crawl",
            SITE,
            f"--at={web.sites[SITE].url}",
            "--delay=0",
            f"--collection={home}",
        ],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
        timeout=120,
    )
    assert done.returncode in (exits.STORAGE, exits.FAILED), done.stderr
    assert "Traceback" not in done.stderr
    assert "tinhuy: " in done.stderr
    assert tinhuy("verify", "--repair", f"--collection={home}").returncode == exits.DONE


def test_a_full_disk_while_exporting(collection: Path, tmp_path: Path) -> None:
    """An export that the disk refuses leaves no half file behind."""
    done = subprocess.run(
        [
            *COMMAND,
            "export",
            "--format=jsonl",
            f"-o{tmp_path}/a.jsonl",
            f"--collection={collection}",
        ],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )
    one_line(done, exits.STORAGE)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_a_crawl(web: PracticeWeb, tmp_path: Path) -> None:
    """Ctrl-C ends a crawl in good order: incomplete, without a traceback, and all kept is sound."""
    home = tmp_path / "c"
    site = web.sites[SITE]
    before = len(web.hits(SITE))
    running = subprocess.Popen(
        [*COMMAND, "crawl", SITE, f"--at={site.url}", "--delay=0.5", f"--collection={home}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while len(web.hits(SITE)) < before + 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 11, said
    assert "Traceback" not in said
    assert answer("verify", f"--collection={home}") == []


def test_whoever_reads_the_output_may_stop(collection: Path) -> None:
    """A closed pipe ends a command quietly."""
    done = subprocess.run(
        f"{sys.executable} -m crawler.cli list --collection {collection} | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """When whoever reads the output has seen enough, the command ends quietly with 141."""
    tinhuy = f"{shlex.quote(sys.executable)} -m crawler.cli"
    command = f"{tinhuy} --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")
