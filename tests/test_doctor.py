"""`tinhuy doctor`: is this machine fit to crawl unattended? On this one, and on worse ones."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trustme

from archive import Collection
from crawler import registry
from crawler.doctor import Finding, Verdict, examine, machine, network, storage
from crawler.health import hear
from crawler.schedule import Schedule
from tests.cli import answer, on_terminal, tinhuy
from tests.practice import PracticeWeb

SITE = "chodon"
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount"]
"""A place in which file systems can be mounted without leave, and are gone with the program."""

Findings = Mapping[str, Mapping[str, str]]


@pytest.fixture(autouse=True)
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a machine of a test may lack, and is easily had: a contact, trust, no proxy."""
    trusted = tmp_path / "trusted.pem"
    trustme.CA().cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("TINHUY_CONTACT", "archive@example.org")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("TINHUY_SITES", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a collection is made, or is not."""
    return tmp_path / "c"


def examined(home: Path, *more: str, code: int = 0) -> Findings:
    """What doctor finds, by what it looked at; every NO and warning has a remedy, nothing else."""
    findings = answer("doctor", f"--collection={home}", *more, code=code)
    assert all(bool(one["remedy"]) == (one["verdict"] in ("no", "warning")) for one in findings)
    return {one["what"]: one for one in findings}


def wrong(home: Path, what: str) -> Mapping[str, str]:
    """What is the matter with the one thing that is; the exit code is 7."""
    findings = examined(home, code=7)
    assert findings[what]["verdict"] == "no"
    return findings[what]


def test_a_fit_machine(home: Path) -> None:
    """Where nothing is wrong the exit code is 0; nothing is made, not even the collection."""
    findings = examined(home)
    assert {one["verdict"] for one in findings.values()} <= {"ok", "warning", "not needed"}
    needed = ("Python", "libraries", "sites", "collection", "writing", "locks", "room", "time zone")
    assert {findings[what]["verdict"] for what in needed} == {"ok"}
    assert str(len(registry.sites())) in findings["sites"]["detail"]
    assert not [path.name for path in home.parent.iterdir() if path.name != "trusted.pem"]


def test_a_contact_is_missed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TINHUY_CONTACT there is a warning with what to type, which costs no exit code."""
    assert examined(home)["contact"]["verdict"] == "ok"
    monkeypatch.delenv("TINHUY_CONTACT")
    contact = examined(home)["contact"]
    assert contact["verdict"] == "warning"
    assert contact["remedy"].startswith("export TINHUY_CONTACT=")


def test_a_service_is_missed_where_there_are_jobs(home: Path) -> None:
    """Nobody else begins them; without a job nobody is missed."""
    found = Collection.create(home)
    assert examined(home)["schedule"]["verdict"] == "not needed"
    with Schedule.of(found) as schedule:
        schedule.add("nightly", "every 6 hours", [], 0)
    assert examined(home)["schedule"]["verdict"] == "warning"
    hear(found)
    assert examined(home)["schedule"]["detail"] == "1 job, and the service is there"
    with closing(sqlite3.connect(home / "schedule.sqlite3")) as database, database:
        database.execute("UPDATE jobs SET sites = '['")
    assert "schedule remove nightly" in wrong(home, "schedule")["detail"]


def test_nobody_to_tell_is_told_beforehand(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nobody there is a warning; an address that is none, and a program that is not there or
    may not be run, are wrong.
    """
    letters = examined(home)["letters"]
    assert letters["verdict"] == "warning"
    configuration = letters["remedy"].split("# for good: ")[1].removesuffix(" in tinhuy.toml")
    home.with_name("tinhuy.toml").write_text(configuration)
    monkeypatch.setenv("TINHUY_CONFIG", str(home.with_name("tinhuy.toml")))
    assert "/usr/local/bin/tell-me" in wrong(home, "letters")["detail"]
    for told in ("mailtoo://a:b@example.org", "command:true", f"command:{__file__}"):
        monkeypatch.setenv("TINHUY_TELL", told)
        assert "a:b" not in wrong(home, "letters")["detail"]
    monkeypatch.setenv("TINHUY_TELL", "mailtos://a:b@example.org,command:/bin/true")
    assert examined(home)["letters"]["detail"] == "to mailtos://example.org, command:/bin/true"


def test_sites_that_are_not_there_are_missed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a directory that is named and is none."""
    monkeypatch.setenv("TINHUY_SITES", str(home / "nowhere"))
    assert "nowhere" in wrong(home, "sites")["detail"]


def test_what_is_to_be_set_is_set_by_the_remedy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a command for this shell, and as the line of the file that it names for the service."""
    monkeypatch.delenv("TINHUY_CONTACT")
    remedy = examined(home)["contact"]["remedy"]
    command, line = remedy.removesuffix(" in tinhuy.toml").split("  # for good: ")
    said = subprocess.check_output(["sh", "-c", f"{remedy}\necho $TINHUY_CONTACT"], text=True)
    assert said == "archive@example.org\n"
    assert "tinhuy.toml" not in command
    home.with_name("tinhuy.toml").write_text(line)
    monkeypatch.setenv("TINHUY_CONFIG", str(home.with_name("tinhuy.toml")))
    contact = examined(home)["contact"]
    assert (contact["verdict"], contact["detail"]) == ("ok", "archive@example.org")


def test_a_machine_that_trusts_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without authorities every certificate would be recorded as not believed."""
    home.with_name("none").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    monkeypatch.setenv("SSL_CERT_DIR", str(home.with_name("none")))
    assert "ca-certificates" in wrong(home, "certificates")["remedy"]


def test_a_machine_that_does_not_know_the_zone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone of another offset is as bad as none."""
    roots = [Path(path) for path in zoneinfo.TZPATH]
    utc = next(path for root in roots if (path := root / "Etc" / "UTC").exists())
    false = home.with_name("zones") / "Asia"
    false.mkdir(parents=True)
    shutil.copy(utc, false / "Ho_Chi_Minh")
    monkeypatch.setenv("PYTHONTZPATH", str(false.parent))
    assert "0:00:00" in wrong(home, "time zone")["detail"]


def test_a_library_that_cannot_be_imported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is broken is named with its error; all else is still told. Those of the
    service are looked at too.
    """
    told = examined(home)["libraries"]["detail"]
    for name in ("apscheduler", "jinja2", "apprise", "prometheus_client"):
        assert f"{name} " in told
    broken = home.with_name("broken")
    broken.mkdir()
    (broken / "trafilatura.py").write_text("raise ImportError('libxml2.so.16 is missing')")
    monkeypatch.setenv("PYTHONPATH", f"{broken}{os.pathsep}{os.environ['PYTHONPATH']}")
    libraries = wrong(home, "libraries")
    assert "trafilatura cannot be imported: libxml2.so.16 is missing" in libraries["detail"]
    assert examined(home, code=7)["locks"]["verdict"] == "ok"


def test_a_site_of_ones_own_that_is_no_python(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site's file that cannot be read is named: it would stop every crawl."""
    sites = home.with_name("sites")
    sites.mkdir()
    (sites / "mysite.py").write_text("class Mysite(:\n")
    monkeypatch.setenv("TINHUY_SITES", str(sites))
    found = wrong(home, "sites")
    assert "mysite.py" in found["detail"]
    done = subprocess.run(shlex.split(found["remedy"]), capture_output=True, check=False)
    assert b"mysite.py" in done.stdout


def test_what_is_no_collection(home: Path) -> None:
    """A directory with something else in it is told; an empty one can become a collection."""
    home.mkdir()
    assert examined(home)["collection"]["verdict"] == "ok"
    (home / "letters.txt").write_text("dear")
    assert "something else" in wrong(home, "collection")["detail"]


def test_an_old_catalog(home: Path) -> None:
    """A catalog that this program cannot open is told with the command that makes it again."""
    Collection.create(home).catalog_path.write_bytes(b"no database" * 100)
    assert "tinhuy rebuild" in wrong(home, "collection")["remedy"]
    assert tinhuy("doctor", f"--collection={home}").stderr == ""


def test_a_clock_that_is_behind(home: Path) -> None:
    """A look that is later than now is told: the clock was turned back."""
    with PracticeWeb(seed=4, articles=3, only=(SITE,)) as web:
        words = ["crawl", SITE, f"--at={web.sites[SITE].start}", "--delay=0"]
        answer(*words, f"--collection={home}", days=3)
    assert "the newest look" in wrong(home, "clock")["detail"]
    assert "set-ntp" in wrong(home, "clock")["remedy"]


def test_few_open_files(home: Path) -> None:
    """A low limit on open files is a warning, with the command that raises it."""
    done = in_shell("ulimit -n 256", home)
    assert "warning\topen files\t256 at once" in done.stdout
    assert "ulimit -n 1024" in done.stdout


def in_shell(before: str, home: Path, *around: str) -> subprocess.CompletedProcess[str]:
    """`tinhuy doctor` behind a command of the shell."""
    doctor = shlex.join([sys.executable, "-m", "crawler.cli", "doctor", f"--collection={home}"])
    command = [*around, "sh", "-c", f"{before} && {doctor}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def mounted(home: Path, options: str) -> list[str]:
    """The lines of doctor about a collection on a disk of its own. Skips where none can be had."""
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    home.mkdir()
    where = shlex.quote(str(home))
    mount = f"mount -t tmpfs -o size=400m tmpfs {where} && mount -o remount,{options} {where}"
    done = in_shell(mount, home, *UNSHARE)
    assert done.stderr == ""
    assert "warning\tfile system\ttmpfs" in done.stdout
    assert done.returncode == 7
    return [line for line in done.stdout.splitlines() if line.startswith("NO")]


def test_a_disk_that_can_only_be_read(home: Path) -> None:
    """On a read-only disk neither files nor locks can be had, and the command that changes that."""
    writing, locks = mounted(home, "ro")
    assert "Read-only file system" in writing
    assert writing.endswith(f"mount -o remount,rw {home}")
    assert locks.startswith("NO\tlocks")


def test_a_small_disk(home: Path) -> None:
    """A disk with less than a run must leave free is told."""
    (room,) = mounted(home, "size=100m")
    assert room.startswith("NO\troom\t0.1 GB are free; runs end below 0.2 GB")


def test_room_for_a_night_and_not_for_many(tmp_path: Path) -> None:
    """Between what a run must leave free and ten times that there is a warning."""
    free = shutil.disk_usage(tmp_path).free
    assert storage.room(tmp_path, free // 5).verdict == Verdict.WARNING
    assert storage.room(tmp_path, free // 20).verdict == Verdict.OK
    assert storage.room(tmp_path, free * 2).verdict == Verdict.NO


def test_a_disk_for_few_files(home: Path) -> None:
    """A disk with room for bytes and none for files is told."""
    (inodes,) = mounted(home, "nr_inodes=90")
    assert inodes.startswith("NO\tinodes")


def test_what_belongs_to_somebody_else(home: Path) -> None:
    """What cannot be written is named: a directory in the collection, and the collection."""
    mortal = ["unshare", "--user"] if os.geteuid() == 0 else []  # root may write everywhere
    if mortal and subprocess.run([*mortal, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root cannot be left here")
    locks = Collection.create(home).locks_dir
    locks.mkdir()
    locks.chmod(0o500)
    done = in_shell("true", home, *mortal)
    assert f"NO\twriting\t{locks} cannot be written by this user" in done.stdout
    assert f'sudo chown -R "$(id -un)" {home}' in done.stdout
    home.chmod(0o500)
    done = in_shell("true", home, *mortal)
    assert f"NO\twriting\t{home}: Permission denied" in done.stdout
    home.chmod(0o000)
    done = in_shell("true", home / "below", *mortal)
    assert (done.stderr, done.returncode) == ("", 7)
    assert f"NO\twriting\t{home}: Permission denied" in done.stdout
    home.chmod(0o700)


def test_network_disks_are_told_by_their_mounts(tmp_path: Path) -> None:
    """The mount nearest above the collection counts, and of two at one place the later."""
    mounts, home = tmp_path / "mounts", tmp_path / "a disk" / "c"
    escaped = str(home.parent).replace(" ", "\\040")
    lines = [
        "/dev/sda / ext4 rw 0 0",
        f"server:/a {escaped} ext4 rw 0 0",
        f"server:/b {escaped} nfs4 rw 0 0",
        f"proc {escaped}sy proc rw 0 0",
    ]
    home.mkdir(parents=True)
    mounts.write_text("\n".join(lines))
    found = storage.file_system(home, mounts)
    assert (found.verdict, found.detail.split(":")[0]) == (Verdict.WARNING, "nfs4")
    mounts.write_text("\n".join(lines[:2]))
    assert storage.file_system(home, mounts).verdict == Verdict.OK
    assert storage.file_system(home, tmp_path / "none").verdict == Verdict.NOT_NEEDED


def test_replay_is_missed(tmp_path: Path) -> None:
    """Without the environment of pywb there is a warning with the command that makes it."""
    found = {one.what: one for one in examine(tmp_path, replay_environment=tmp_path / "v")}
    assert found["replay"].verdict == Verdict.WARNING
    assert found["replay"].remedy == "make replay-env"


def test_a_browser_is_needed_by_sites_that_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no site is drawn none is needed; where one is and Chromium is missing, it is named."""
    assert machine.browser([]).verdict == Verdict.NOT_NEEDED
    monkeypatch.setenv("PATH", os.devnull)
    assert machine.browser(["drawn"]) == Finding(
        what="browser",
        verdict=Verdict.NO,
        detail="no Chromium is found, for drawn",
        remedy="apt install chromium",
    )
    assert machine.fonts().verdict == Verdict.NOT_NEEDED


def test_a_browser_without_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a browser and no program that lists fonts, or no font, there is a warning."""
    (tmp_path / "chromium").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.fonts().verdict == Verdict.WARNING
    (tmp_path / "fc-list").symlink_to("/bin/true")
    assert machine.fonts().verdict == Verdict.WARNING


def test_the_python_that_is_promised(root: Path) -> None:
    """doctor asks for the Python that pyproject.toml does, and refuses the one before."""
    least = ".".join(map(str, machine.LEAST_PYTHON))
    assert f'requires-python = ">={least}"' in (root / "pyproject.toml").read_text()
    major, minor = machine.LEAST_PYTHON
    assert machine.python((major, minor, 0)).verdict == Verdict.OK
    assert machine.python((major, minor - 1, 9)).verdict == Verdict.NO


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server


@pytest.fixture
def closed() -> Iterator[socket.socket]:
    """A port on which nobody listens, and that nobody else gets meanwhile."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def own_sites(directory: Path, seeds: Mapping[str, str]) -> None:
    """Files of sites with these seeds, by their names. Those of the package are taken over: what
    is asked stays on this machine.
    """
    directory.mkdir()
    for name, seed in seeds.items():
        host = seed.split("/")[2]
        (directory / f"own_{name}.py").write_text(
            "from crawler.site import Site\n"
            "from crawler.spider import SiteSpider\n"
            "class Own(SiteSpider):\n"
            f"    name = {name!r}\n"
            f"    site = Site(name={name!r}, title='', province='', level='',\n"
            f"        domains=({host!r},), seeds=({seed!r},))\n"
        )


def url_of(server: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"


def test_sites_are_asked(
    home: Path,
    listening: socket.socket,
    closed: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With --sites each known site is told: it answers, refuses, is silent, has no name, or is
    refused by us; without it none is asked.
    """
    names = [site.name for site in registry.sites()]
    seeds: dict[str, Any] = dict.fromkeys(names, url_of(listening))
    seeds[names[1]] = url_of(closed)
    seeds[names[2]] = "http://tinhuy.invalid/"
    seeds[names[3]] = "http://tinhuy.example:6379/"
    seeds[names[4]] = url_of(listening, "https")
    own_sites(home.with_name("sites"), seeds)
    monkeypatch.setenv("TINHUY_SITES", str(home.with_name("sites")))
    assert not [what for what in examined(home) if what.startswith("site ")]
    listening.settimeout(0.1)
    with pytest.raises(TimeoutError):
        listening.accept()

    found = examined(home, "--sites", code=7)
    told = [found[f"site {name}"] for name in names]
    assert [one["verdict"] for one in told[:5]] == ["ok", "no", "no", "no", "no"]
    expected = ("answers at 127.0.0.1", "refused", "not in the DNS", "port 6379 is", "in 5 s")
    assert [
        words for words, one in zip(expected, told, strict=False) if words in one["detail"]
    ] == [*expected]
    assert told[1]["remedy"] == f"tinhuy sites check {names[1]}"
    assert told[3]["remedy"] == f"tinhuy crawl {names[3]} --at http://tinhuy.example:6379/"


def test_sites_behind_a_proxy_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crawl would go through the proxy that the environment names, so no verdict is given."""
    (site,) = (one for one in registry.sites() if one.name == SITE)
    monkeypatch.setenv("http_proxy", "http://user:secret@127.0.0.1:9/")
    monkeypatch.setenv("https_proxy", "http://user:secret@127.0.0.1:9/")
    (found,) = network.reachable([site])
    assert found.verdict == Verdict.NOT_NEEDED
    assert "secret" not in found.detail


def test_on_a_terminal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says it all, and below it is what to type, unbroken however narrow the terminal;
    in a pipe every line has four columns.
    """
    monkeypatch.delenv("TINHUY_CONTACT")
    shown = on_terminal("doctor", f"--collection={home}", COLUMNS="40", TERM="xterm")
    remedy = "export TINHUY_CONTACT=archive@example.org  # for good: contact ="
    assert f'{remedy} "archive@example.org" in tinhuy.toml\r\n' in shown
    assert "This machine can crawl unattended" in shown
    piped = tinhuy("doctor", f"--collection={home}").stdout.splitlines()
    assert {line.count("\t") for line in piped} == {3}
    assert piped[0].split("\t") == ["verdict", "what", "detail", "remedy"]


def test_what_is_told_is_harmless(home: Path) -> None:
    """A name of a directory cannot steer the terminal."""
    strange = home.with_name("c\x1b[31m")
    strange.mkdir()
    (strange / "letters.txt").write_text("dear")
    for line in tinhuy("doctor", f"--collection={strange}").stdout.splitlines():
        assert "\x1b" not in line
