"""What all tests share: no way out of this machine, and where evidence that is not ours lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.loopback_only import sitecustomize

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


def pytest_configure() -> None:
    """Before the first import of a test: this process and its children keep to loopback, and to
    what is built in.
    """
    sitecustomize.install()
    paths = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    for name in [name for name in os.environ if name.startswith("TINHUY_")]:
        if name != "TINHUY_SITES":  # whose saved pages are tested too
            del os.environ[name]
    os.environ["TINHUY_CONFIG"] = os.devnull  # what this machine has set is no matter of tests


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The private test data beside the repository; a test that needs it is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip(f"shared/data not found: {SHARED}")
    return SHARED
