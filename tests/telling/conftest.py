"""A mail server, a webhook and a collection on loopback; the time of day is the tests'."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller

from archive import Collection
from crawler import settings
from tests.history import LAST
from tests.telling.support import CLOCK, Hook, Mailbox


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time of day of this process; it begins after the last night."""
    monkeypatch.setattr(settings, "CLOCK", "tests.telling.support.clock")
    CLOCK[0] = LAST + timedelta(hours=2)

    def put(moment: datetime) -> None:
        CLOCK[0] = moment

    return put


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mailbox, str]]:
    """It speaks to strangers only after STARTTLS, with a certificate that is believed here."""
    authority, box = trustme.CA(), Mailbox()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=box.authenticate,
        auth_required=True,
        tls_context=context,
        require_starttls=True,
    )
    controller.start()
    yield box, f"127.0.0.1:{controller.port}"
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def hook() -> Iterator[tuple[Hook, str]]:
    told = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            try:
                self.send_response(told.answers())
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:  # who asked is gone
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield told, f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


@pytest.fixture
def told(home: Collection, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """A collection of which one channel is told, which is never asked."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    return home
