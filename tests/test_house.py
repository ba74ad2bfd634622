"""The house keeps its own rules: what can be imported, what is named how, what is locked."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crawler import registry
from tests.loopback_only.sitecustomize import NetworkReached

PACKAGES = ("archive", "crawler", "spiders")
LOCKS = (
    "requirements",
    "requirements-dev",
    "requirements-fuzz",
    "requirements-javascript",
    "requirements-replay",
    "requirements-score",
    "requirements-uv",
)


def modules() -> list[str]:
    found = list(PACKAGES)
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        found += [info.name for info in pkgutil.walk_packages(path, f"{package}.")]
    return [name for name in found if not name.endswith("__main__")]


@pytest.mark.parametrize("name", modules())
def test_every_module_can_be_imported_alone(name: str) -> None:
    """Every module can be the first one imported: none leans on another's side effects."""
    done = subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_every_package_is_installed(root: Path) -> None:
    """Every package of the three is named in pyproject.toml, so that an installation has it."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    found = {
        ".".join(path.parent.relative_to(root).parts)
        for package in PACKAGES
        for path in (root / package).rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == found


def test_everything_in_a_package_is_installed(root: Path) -> None:
    """Whatever the packages need that is no module is named in pyproject.toml, too."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    named = {
        path
        for package, patterns in project["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in (root / package.replace(".", "/")).glob(pattern)
    }
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "archive", "crawler"], cwd=root, capture_output=True, text=True
    ).stdout.split("\0")
    others = {root / name for name in tracked if name and not name.endswith(".py")}
    assert others
    assert named == others


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_hold_hashes_and_no_address(root: Path, name: str) -> None:
    """Every locked requirement has one version and a hash, and no lock file names a server."""
    text = (root / f"{name}.lock").read_text()
    assert "://" not in text
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9][a-z0-9.-]*==\S+", requirement)
        assert "--hash=sha256:" in requirement


def test_the_npm_lock_holds_hashes_and_no_address(root: Path) -> None:
    """So it is with the npm packages that tests use."""
    text = (root / "tests" / "npm" / "package-lock.json").read_text()
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all(one["integrity"] for name, one in packages.items() if name)


def test_the_locks_agree(root: Path) -> None:
    """What is developed with is what is run with: both lock files have the same versions."""
    locked = {
        name: dict(
            re.findall(r"^([a-z0-9.-]+)==(\S+)", (root / f"{name}.lock").read_text(), re.MULTILINE)
        )
        for name in LOCKS[:2]
    }
    runtime, development = locked.values()
    assert runtime.items() <= development.items()


def test_a_platform_has_one_name() -> None:
    """A platform is named as its file, and every site names a platform that there is."""
    platforms = registry.platforms()
    files = {
        info.name
        for info in pkgutil.iter_modules(importlib.import_module("spiders.platforms").__path__)
    }
    assert set(platforms) == files
    assert {site.platform for site in registry.sites()} <= files


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_tests_cannot_leave_this_machine(address: str) -> None:
    """A connection to any address but loopback is refused before a packet leaves."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(NetworkReached):
        probe.connect((address, 80))
    with pytest.raises(NetworkReached):
        socket.getaddrinfo("www.mozilla.org", 80)


def test_programs_started_by_tests_cannot_leave_this_machine() -> None:
    """The refusal holds in a child process too."""
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "NetworkReached" in done.stderr
