"""Why a fetch failed, and connections that come about although somebody configured them badly."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawler.fetching.failures import in_words, lookup_error, tls_reason
from crawler.fetching.robots import RobotsUnread
from tests.crawler.fetching.conftest import Run
from tests.crawler.fetching.crawl import Listening, Plan
from tests.crawler.fetching.origin import Origin, page

Serving = Callable[[ssl.SSLContext], None]
HANDSHAKE = "[<twisted.python.failure.Failure OpenSSL.SSL.Error: [('SSL routines', '', 'wrong')]>]"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "there is no host"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "network"),
        (socket.gaierror(socket.EAI_FAIL, "x"), "network"),
        (OSError("x"), "network"),
        (UnicodeError("label too long"), "there is no host"),
    ],
)
def test_a_name_that_is_gone_and_a_network_that_is_down(error: Exception, said: str) -> None:
    """That a site's name is gone is told apart from nobody answering questions about names."""
    assert said in str(lookup_error("h.example", error))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (lookup_error("h.example", OSError()), "h.example could not be looked up"),
        (DownloadConnectionRefusedError("x"), "refused"),
        (DownloadTimeoutError("x"), "in time"),
        (ResponseDataLossError("x"), "cut off"),
        (DownloadFailedError(HANDSHAKE), "TLS does not come about: wrong"),
        (DownloadFailedError("odd\n thing"), "DownloadFailedError: odd thing"),
        (RobotsUnread("h.example", 503), "the robots.txt of h.example could not be read (status"),
        (RobotsUnread("h.example", DownloadTimeoutError("x")), "in time"),
    ],
)
def test_failures_in_words(error: Exception, said: str) -> None:
    """Every failure has one line for people; that of a robots.txt is that of its host."""
    assert said in in_words(error)
    assert "\n" not in in_words(error)


def test_only_handshakes_have_a_reason_of_tls() -> None:
    """A reset is no trouble of TLS."""
    assert tls_reason(DownloadFailedError("Connection lost: ('x', 'y')]")) == ""


def old_protocol(context: ssl.SSLContext) -> None:
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1


def short_key(parameters: Path) -> Serving:
    def configure(context: ssl.SSLContext) -> None:
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_dh_params(str(parameters))
        context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")

    return configure


@pytest.fixture(scope="module")
def parameters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Diffie-Hellman parameters of 1024 bits, as old portals have them."""
    path = tmp_path_factory.mktemp("dh") / "dh.pem"
    command = ["openssl", "dhparam", "-dsaparam", "-out", str(path), "1024"]
    subprocess.run(command, check=True, capture_output=True)
    return path


def fetch(run: Run, authority: trustme.CA, configure: Serving) -> tuple[Listening, int, str]:
    """Fetch twice over a connection that is set up like this: what was recorded, of which URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.RSA).configure_cert(context)
    configure(context)
    recording = Listening()
    with Origin({"/a": page(), "/b": page()}, tls=context) as origin:
        plans = [Plan(path, origin.url(path)) for path in ("/a", "/b")]
        found = run(plans, recording=recording, CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert [each.response is not None for each in found.values()] == [True, True]
    return recording, len(found), origin.url("/b")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_an_old_protocol_is_spoken_where_there_is_no_other(run: Run, authority: trustme.CA) -> None:
    """A server that knows TLS 1.0 only is read, and it is recorded that it is so."""
    recording, _, url = fetch(run, authority, old_protocol)
    tls = recording.only(url).tls
    assert tls is not None
    assert (tls.protocol, tls.verdict) == ("TLSv1", "ok")
    assert "version" in tls.weakness


def test_short_keys_are_taken_where_there_are_no_longer_ones(
    run: Run, authority: trustme.CA, parameters: Path
) -> None:
    """A server with a Diffie-Hellman key of 1024 bits is read, and it is recorded that it is so."""
    recording, _, url = fetch(run, authority, short_key(parameters))
    tls = recording.only(url).tls
    assert tls is not None
    assert tls.weakness == "dh key too small"


def test_a_sound_server_is_not_asked_for_less(run: Run, authority: trustme.CA) -> None:
    """With a server of today nothing old is spoken, and nothing weak is recorded."""
    recording, _, url = fetch(run, authority, lambda context: None)
    tls = recording.only(url).tls
    assert tls is not None
    assert (tls.protocol, tls.weakness) == ("TLSv1.3", "")
