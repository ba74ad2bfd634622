"""Browser replay of a collection through pywb, a program of its own in .venv-replay.

In Scrapy's environment pywb would break every brotli answer, so it runs as a child.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from archive import Capture, Collection

HOST = "127.0.0.1"
PORT = 8090
START_SECONDS = 30.0
STOP_SECONDS = 5.0
ENVIRONMENT = Path(__file__).resolve().parents[1] / ".venv-replay"
INSTALL = "make replay-env"

_NAME = "collection"
_LAST_WORDS = 300
_SAFE = ":/?&=%;,+@!~*'()$#"


class CannotServe(Exception):
    """The replay server is not installed, its port is taken, or it ended at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayServer:
    """A running replay server, and the addresses that a browser may open."""

    base: str
    process: subprocess.Popen[bytes]

    @property
    def home(self) -> str:
        """A page with a field for the URL to look up."""
        return f"{self.base}/{_NAME}/"

    def calendar(self, url: str) -> str:
        """All captures of a URL, by date."""
        return f"{self.home}*/{quote(url, safe=_SAFE)}"

    def page(self, capture: Capture) -> str:
        """One capture, as a browser would have shown it then."""
        return f"{self.home}{capture.timestamp}/{quote(capture.url, safe=_SAFE)}"

    def wait(self) -> None:
        """Return when the server has ended by itself."""
        self.process.wait()


def pywb(environment: Path = ENVIRONMENT) -> Path:
    """The program that serves. Raises CannotServe when it is not installed."""
    program = environment / "bin" / "wayback"
    if not program.exists():
        raise CannotServe(f"pywb is not installed in {environment.name}/; run `{INSTALL}`")
    return program


@contextmanager
def serving(
    collection: Collection, port: int = PORT, environment: Path = ENVIRONMENT
) -> Iterator[ReplayServer]:
    """Serve a collection, where it stands, on loopback until the block ends. Raises CannotServe.

    Only what indexes/ lists can be shown: files of clean text have no index, so that a browser
    never gets the text instead of the page.
    """
    program = pywb(environment)
    _check_free(port)
    with TemporaryDirectory(prefix="tinhuy-serve-") as directory:
        home = Path(directory)
        _configure(home, collection.path.resolve())
        command = [str(program), "--bind", HOST, "--port", str(port), "--directory", directory]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _await_answer(process, port, home / "log")
            yield ReplayServer(base=f"http://{HOST}:{port}", process=process)
        finally:
            _end(process)


def _configure(home: Path, collection: Path) -> None:
    """pywb takes a directory's archive path only with a slash at its end."""
    paths = {
        "index_paths": f"{collection / 'indexes'}/",
        "archive_paths": f"{collection / 'archive'}/",
    }
    config = {"collections": {_NAME: paths}}
    (home / "config.yaml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotServe(
                f"port {port} is taken or not allowed; choose another with --port"
            ) from error


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    said = " ".join(log.read_text(errors="replace").split())[-_LAST_WORDS:]
    raise CannotServe(f"pywb did not start: {said or 'it said nothing'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
