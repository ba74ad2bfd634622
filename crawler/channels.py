"""The ways to people: e-mail, webhooks and whatever else apprise has an address for; a command.

Each delivery is a child program with a time of its own, so that one that hangs holds up nothing.
What an address holds beside its host is secret: it is handed over by pipe and shown to nobody.
`python -m crawler.channels` is that child: it reads the address and the letter from its input.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from crawler.configuration import HTML, SUBJECT
from crawler.plain import harmless

if TYPE_CHECKING:
    import apprise

SECONDS = 60.0
"""A delivery is ended after so long."""

COMMAND = "command:"
"""What the channel of an own program begins with; its path stands behind."""

_PATIENCE = 20.0
"""Seconds to connect, and for each answer: mail servers let strangers wait on purpose."""

_WITH_HOST = {"mailto", "mailtos", "json", "jsons", "xml", "xmls", "form", "forms"}
"""Addresses with a host that may be shown; that of others may be a key."""

_WHOLE = _WITH_HOST
"""These take a letter of any length; for others it is cut to what they take."""

_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[\da-fA-F:.]+\](:\d+)?")

GRACE = 10.0
"""Seconds that a delivery has left when somebody says stop: a letter that was just taken, and is
not noted, would be sent once more.
"""

NOT_UNDERSTOOD = "apprise does not understand its address"

_MOST_SAID = 300
_TAIL = 4_000
_TICK = 0.05


@dataclass(frozen=True, slots=True)
class Channel:
    """`key` tells it from others, also when its password has changed; `name` may be shown."""

    url: str = field(repr=False)
    key: str
    name: str

    @classmethod
    def of(cls, url: str) -> Channel:
        if url.startswith(COMMAND):
            return cls(url, url, url)
        parts = _parts(url)
        name = f"{parts.scheme}:" if parts.scheme else "an address without a scheme"
        if host := _host(parts):
            name = f"{parts.scheme}://{host}"
        open_part = url.replace(f":{parts.password}@", "@") if parts.password else url
        return cls(url, sha256(open_part.encode()).hexdigest()[:16], name)


@dataclass(frozen=True, slots=True)
class Message:
    """What is delivered: a line, a text, and perhaps the same as HTML, in a file."""

    subject: str
    text: str
    html: Path | None = None


def channels(urls: Sequence[str]) -> list[Channel]:
    """The channels of the setting TELL, each once."""
    return list({channel.key: channel for channel in map(Channel.of, urls)}.values())


def fault(channel: Channel) -> str:
    """Why no letter can go there, as far as that can be known without one; "" if it may."""
    if not channel.url.startswith(COMMAND):
        return "" if _plugin(channel.url) else NOT_UNDERSTOOD
    path = channel.url.removeprefix(COMMAND)
    is_program = os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK)
    return "" if is_program else "that is no path, from / on, of a program that may be run"


def deliver(
    channel: Channel,
    message: Message,
    stopping: threading.Event | None = None,
    seconds: float = SECONDS,
) -> str | None:
    """Send a message: "" if it was taken, else why it was not; None if somebody said stop, and it
    had not ended GRACE seconds later.
    """
    environment = {name: value for name, value in os.environ.items() if name != "TINHUY_TELL"}
    if channel.url.startswith(COMMAND):
        command = [channel.url.removeprefix(COMMAND)]
        environment |= {SUBJECT: message.subject, HTML: str(message.html or "")}
        told = message.text
    else:
        command = [sys.executable, "-m", "crawler.channels"]
        html = message.html and str(message.html)
        told = json.dumps([channel.url, message.subject, message.text, html])
    said = _ran(command, told, environment, stopping or threading.Event(), seconds)
    return said and _without_secrets(said, channel.url)[:_MOST_SAID]


def _ran(
    command: list[str],
    told: str,
    environment: dict[str, str],
    stopping: threading.Event,
    seconds: float,
) -> str | None:
    with TemporaryFile() as paper:
        paper.write(told.encode())
        paper.seek(0)
        try:
            child = subprocess.Popen(
                command,
                stdin=paper,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,  # with all that it begins it can be ended
            )
        except (OSError, ValueError) as error:  # the latter for a path that holds a zero
            return f"it cannot be begun: {getattr(error, 'strerror', None) or error}"
        with child:
            return _heard(child, stopping, time.monotonic() + seconds)


def _heard(child: subprocess.Popen[bytes], stopping: threading.Event, end: float) -> str | None:
    """What came of a child; its output is read as it comes, and only its end is kept."""
    output, tail = child.stdout, b""
    assert output is not None
    os.set_blocking(output.fileno(), False)
    is_stopped = False
    while child.poll() is None:
        if stopping.is_set() and not is_stopped:
            is_stopped, end = True, min(end, time.monotonic() + GRACE)
        if time.monotonic() > end:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return None if is_stopped else "it took too long, and was ended"
        tail = (tail + _read(output))[-_TAIL:]
        time.sleep(_TICK)
    tail = (tail + _read(output))[-_TAIL:]
    if child.returncode == 0:
        return ""
    words = " ".join(tail.decode(errors="replace").split())
    return words or f"it ended with {child.returncode}"


def _read(output: IO[bytes]) -> bytes:
    """What there is of it just now."""
    try:
        return os.read(output.fileno(), 65536)
    except BlockingIOError:
        return b""


def _without_secrets(said: str, url: str) -> str:
    """What was said, without any part of an address but scheme and host."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        said = said.replace(secret, "***")
    return harmless(said)


def _secrets(url: str) -> Iterator[str]:
    if url.startswith(COMMAND):
        return
    parts = _parts(url)
    behind = re.split(r"[/?&=;#]", f"{parts.path}?{parts.query}#{parts.fragment}")
    before = re.split("[:@]", parts.netloc.removesuffix(_host(parts)))
    for part in (url, parts.password or "", *before, *behind):
        for spelling in (part, unquote(part)):
            if len(spelling) >= 4 or spelling == parts.password:
                yield from filter(None, (spelling,))


def _host(parts: SplitResult) -> str:
    """What of an address may be shown beside its scheme, or "". A password with a #, / or ? in it
    that is not written as %23, %2F or %3F looks like a host, with an @ in the wrong place behind.
    """
    host = parts.netloc.rpartition("@")[2]
    names = "&".join(pair.partition("=")[0] for pair in parts.query.split("&"))
    is_torn = "@" in parts.path + parts.fragment + names
    is_shown = parts.scheme in _WITH_HOST and not is_torn
    return host if is_shown and _HOST.fullmatch(host) else ""


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets that hold no address
        return SplitResult(url.partition(":")[0], "", "", "", "")


# The child


class _Complaints(logging.Handler):
    """What apprise says of a delivery that it did not make."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _plugin(url: str) -> apprise.NotifyBase | None:
    """What apprise has for an address; None if it does not understand it."""
    import apprise

    logging.getLogger("apprise").propagate = False
    asset = apprise.AppriseAsset(app_id="tinhuy", app_desc="tinhuy", app_url="")
    plugin = apprise.Apprise.instantiate(url, asset=asset)
    return plugin if isinstance(plugin, apprise.NotifyBase) else None


def _send(url: str, subject: str, text: str, html: str | None) -> str:
    import apprise

    complaints = _Complaints()
    logging.getLogger("apprise").addHandler(complaints)
    plugin = _plugin(url)
    if not plugin:
        return NOT_UNDERSTOOD
    scheme = urlsplit(url).scheme
    plugin.socket_connect_timeout = plugin.socket_read_timeout = _PATIENCE
    if scheme not in _WHOLE:
        plugin.overflow_mode = apprise.OverflowMode.TRUNCATE
    is_html = bool(html) and scheme.startswith("mailto")
    body = Path(html).read_text(encoding="utf-8") if html and is_html else text
    kind = apprise.NotifyFormat.HTML if is_html else apprise.NotifyFormat.TEXT
    try:
        if plugin.notify(body=body, title=subject, body_format=kind):
            return ""
    except Exception as error:  # smtplib has no words for a password that is not ASCII
        return f"{type(error).__name__}: {error}"
    return "; ".join(complaints.said) or "apprise could not deliver it, and does not say why"


if __name__ == "__main__":
    signal.alarm(round(SECONDS))  # also when nobody is left to end it
    sys.exit(_send(*json.load(sys.stdin)) or 0)
