"""What is deployed: units that systemd understands, commands that there are, and all handed out."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.test_docs import understood

HERE = Path(__file__).resolve().parents[1] / "deploy"
UNITS = sorted(
    path.name for path in (HERE / "systemd").iterdir() if path.suffix in (".service", ".timer")
)
CONTAINER = (HERE / "container" / "Containerfile").read_text()

MOST_EXPOSED = 20
"""Tenths of a point of `systemd-analyze security`, of 100; below 2.0 it says OK."""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine with systemd, our units, and a program at their place."""
    analysis = shutil.which("systemd-analyze")
    system = Path("/usr/lib/systemd/system")
    if not analysis or not (system / "sysinit.target").exists():
        pytest.skip("systemd is not installed: units are not verified")
    shutil.copytree(system, tmp_path / "usr/lib/systemd/system", symlinks=True)
    shutil.copytree(HERE / "systemd", tmp_path / "etc/systemd/system")
    program = tmp_path / "opt/tinhuy/.venv/bin/tinhuy"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return tmp_path


def analysed(machine: Path, verb: str, *arguments: str) -> tuple[int, str]:
    """The exit code and all that is said."""
    command = ["systemd-analyze", verb, f"--root={machine}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_systemd_understands_the_units(machine: Path) -> None:
    """Nothing is said of any: no unknown directive, no value that is none, no missing program."""
    assert analysed(machine, "verify", "--man=no", *UNITS) == (0, "")


def test_what_all_units_share_is_read(machine: Path) -> None:
    """A mistake in the part that confines them is a mistake of each of the services."""
    shared = machine / "etc/systemd/system/tinhuy-.service.d/confined.conf"
    shared.write_text(shared.read_text().replace("ProtectSystem=strict", "ProtectSystem=strct"))
    services = [name for name in UNITS if name.endswith(".service")]
    _, said = analysed(machine, "verify", "--man=no", *services)
    assert said.count("confined.conf") == len(services)


@pytest.mark.parametrize("unit", [name for name in UNITS if name.endswith(".service")])
def test_services_may_do_little(machine: Path, unit: str) -> None:
    """By the judgement of systemd itself they are hardly exposed."""
    offline = ("--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager")
    code, said = analysed(machine, "security", *offline, unit)
    assert code == 0, said[-500:]


def commands() -> list[str]:
    """Every command line of ours in what is deployed."""
    units = "\n".join((HERE / "systemd" / name).read_text() for name in UNITS)
    started = re.findall(r"^ExecStart=/opt/tinhuy/\.venv/bin/tinhuy (.+)$", units, re.MULTILINE)
    listed = re.findall(r"^(?:HEALTHCHECK .*)?CMD (\[.+\])$", CONTAINER, re.MULTILINE)
    words = [re.findall(r'"([^"]+)"', one) for one in listed]
    return [*started, *(shlex.join(each).removeprefix("tinhuy ") for each in words)]


@pytest.mark.parametrize("line", commands())
def test_deployed_commands_can_be_typed(line: str) -> None:
    """What units and container start is understood by the program as it stands."""
    assert understood(shlex.split(line))


def test_who_stops_the_service_waits_for_it() -> None:
    """Units and container give the service longer than it gives its runs."""
    from crawler.children import IN_ORDER

    unit = (HERE / "systemd" / "tinhuy-schedule.service").read_text()
    waits = [
        re.search(r"TimeoutStopSec=(\d+)", unit),
        re.search(r"--stop-timeout (\d+)", CONTAINER),
    ]
    assert all(wait and int(wait[1]) >= IN_ORDER + 10 for wait in waits)


def test_the_container_has_what_it_copies(root: Path) -> None:
    """What is copied into it is there, and not left out of what its builder is shown."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    shown = (root / ".containerignore").read_text().splitlines()
    for path in (path for line in copied for path in line.split()):
        assert (root / path).exists(), path
        assert any(Path(path).match(one.removeprefix("!")) for one in shown if one[0] == "!"), path


def test_all_of_it_is_handed_out(root: Path, tmp_path: Path) -> None:
    """The source distribution has what is deployed, the documents and the lock files."""
    tracked = subprocess.run(
        ["git", "ls-files", "deploy", "docs", "*.md", "*.lock"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if tracked.returncode or not tracked.stdout:
        pytest.skip("this is no clone: nobody says which files are ours")
    copy = tmp_path / "source"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".*", "*.egg-info", "tests"))
    code = "import setuptools.build_meta as b; b.build_sdist('..')"
    subprocess.run([sys.executable, "-c", code], cwd=copy, check=True, capture_output=True)
    (made,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(made) as source:
        packed = {name.partition("/")[2] for name in source.getnames()}
    wanted = {name for name in tracked.stdout.splitlines() if not name.startswith("tests/")}
    assert wanted - packed == set()
