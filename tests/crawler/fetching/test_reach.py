"""crawler.fetching.reach: does a host answer? Real sockets, and a name server that lies."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from queue import Queue

import pytest
import trustme

from crawler.fetching.guard import Guard
from crawler.fetching.reach import reach, reach_all


class Listening:
    """A server that says nothing but TLS, and keeps what it is told."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.met = Queue[bytes]()
        self._serving = threading.Thread(target=self._serve)
        self._serving.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                connection.settimeout(10)
                self.met.put(self._heard(connection))

    def _heard(self, connection: socket.socket) -> bytes:
        with connection:
            try:
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                return connection.recv(1000)
            except (OSError, ssl.SSLError):
                return b""
            finally:
                connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._serving.join()


@pytest.fixture
def plain() -> Iterator[Listening]:
    with closing(Listening()) as listening:
        yield listening


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def encrypted(authority: trustme.CA) -> Iterator[Listening]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with closing(Listening(context)) as listening:
        yield listening


def naming(*listening: Listening) -> Guard:
    return Guard(one.host for one in listening)


def test_a_host_that_answers(plain: Listening) -> None:
    """Its address and port are told, and it was sent nothing."""
    answer = reach(f"http://{plain.host}/", naming(plain))
    assert answer.is_there
    assert answer.detail == plain.host.replace(":", " port ")
    assert plain.met.get(timeout=10) == b""


def test_a_handshake(
    encrypted: Listening, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS comes about by a trusted certificate; then nothing is sent through it."""
    authority.cert_pem.write_to_path(str(tmp_path / "trusted.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    answer = reach(f"https://{encrypted.host}/", naming(encrypted))
    assert answer.is_there
    assert answer.detail.endswith("TLSv1.3")
    assert not answer.flaw
    assert encrypted.met.get(timeout=10) == b""


def test_a_certificate_that_is_not_believed(encrypted: Listening) -> None:
    """The host answers, as a crawl would take it, and the flaw is told."""
    answer = reach(f"https://{encrypted.host}/", naming(encrypted))
    assert answer.is_there
    assert "certificate is not believed" in answer.flaw


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_old_tls(authority: trustme.CA) -> None:
    """A host that speaks TLS 1.0 only answers, as it does to a crawl."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with closing(Listening(context)) as old:
        answer = reach(f"https://{old.host}/", naming(old))
    assert answer.is_there
    assert "certificate is not believed" in answer.flaw


def test_a_host_without_tls_under_https() -> None:
    """What talks something else than TLS is not there, and why is said."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"

        def talk() -> None:
            connection, _ = server.accept()
            connection.sendall(b"220 welcome to something else\r\n")
            connection.close()

        talking = threading.Thread(target=talk)
        talking.start()
        answer = reach(f"https://{host}/", Guard([host]))
        talking.join()
    assert not answer.is_there
    assert "TLS does not come about" in answer.detail


def test_a_closed_port() -> None:
    """A refused connection is told as such."""
    with closing(socket.socket()) as bound:  # and not listening: nobody else can have the port
        bound.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{bound.getsockname()[1]}"
        answer = reach(f"http://{host}/", Guard([host]))
    assert not answer.is_there
    assert not answer.is_refused
    assert answer.detail == "the connection is refused"


def test_a_name_that_is_not_in_the_dns() -> None:
    """A name that nobody knows is told as such."""
    answer = reach("http://tinhuy.invalid/", Guard())
    assert not answer.is_there
    assert "its name is not in the DNS" in answer.detail


@pytest.mark.parametrize("url", ["http://198.51.100.7:6379/", "http://localhost/", "http://10.1/"])
def test_what_says_itself_that_it_is_refused(url: str) -> None:
    """Ports of other services and inner hosts that nobody named are refused unasked."""
    assert reach(url, Guard()).is_refused


def test_a_name_that_leads_inside(plain: Listening) -> None:
    """A public name whose address is an inner one is refused, and nobody connects to it."""
    port = int(plain.host.partition(":")[2])
    inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))

    answer = reach(f"http://tinhuy.example:{port}/", Guard(), lookup=lambda *_, **__: [inside])
    assert answer.is_refused
    assert answer.detail == "tinhuy.example at 127.0.0.1 is loopback"
    with socket.create_connection(("127.0.0.1", port)) as first:
        first.sendall(b"the first")
    assert plain.met.get(timeout=10) == b"the first"


def test_hosts_that_hang_take_their_time_together() -> None:
    """Thirty silent hosts, ten at once, cost three times the bound, and are told in their order."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        asked = [(f"https://{host}/", Guard([host]))] * 30 + [("http://tinhuy.invalid/", Guard())]
        began = time.monotonic()
        answers = reach_all(asked, seconds=0.5, at_once=10)
        took = time.monotonic() - began
    assert [one.detail for one in answers[:30]] == ["no answer in 0.5 s"] * 30
    assert "DNS" in answers[30].detail
    assert 1.4 < took < 8
