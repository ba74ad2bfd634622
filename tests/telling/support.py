"""What tests of telling share: servers and programs that are told, and a clock."""

from __future__ import annotations

import email
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult

from archive import Collection
from archive.writer import warc_date
from crawler import telling
from crawler.channels import Channel
from crawler.outbox import Letter, Outbox

SECRET = "s3cret+pass/word"
WRITTEN = "s3cret%2Bpass%2Fword"
KEY = "k3y-of-the-hook"
CLOCK = [datetime(2026, 1, 1, tzinfo=UTC)]


def clock() -> datetime:
    return CLOCK[0]


class Mailbox:
    """A mail server that wants a password, and takes what it is sent."""

    def __init__(self) -> None:
        self.letters = list[EmailMessage]()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        return "250 OK"

    def authenticate(self, *told: Any) -> AuthResult:
        data = told[-1]
        return AuthResult(success=data.password == SECRET.encode(), handled=False)


class Hook:
    """A webhook: what was posted, and what is answered (a status; called for each)."""

    def __init__(self) -> None:
        self.posted = list[dict[str, Any]]()
        self.answers: Callable[[], int] = lambda: 200

    @property
    def subjects(self) -> list[str]:
        return [one["title"] for one in self.posted]


def program(path: Path, body: str) -> str:
    """The channel of a command."""
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(0o755)
    return f"command:{path}"


def script(path: Path, body: str) -> str:
    """The same of a command that begins quickly."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return f"command:{path}"


def put(home: Collection, *subjects: str) -> None:
    """Letters to whom the settings name."""
    with Outbox.of(home) as outbox:
        for subject in subjects:
            letter = Letter(subject=subject, text="Chào anh chị!\n")
            outbox.put(letter, telling._addresses(), warc_date(clock()))


def states(home: Collection) -> list[tuple[str, str, int]]:
    with Outbox.as_it_is(home) as outbox:
        return [(one.letter.subject, one.state, one.tries) for one in outbox.deliveries()][::-1]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, timeout=200
    )


def put_by(told: dict[str, str], home: Collection, subject: str) -> None:
    """A letter, to whom these settings name."""
    urls = json.loads(told["TINHUY_TELL"])
    with Outbox.of(home) as outbox:
        channels = [(one.key, one.name) for one in map(Channel.of, urls)]
        outbox.put(Letter(subject=subject, text="a"), channels, warc_date(datetime.now(UTC)))


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def subjects(home: Collection) -> list[str]:
    with Outbox.as_it_is(home) as outbox:
        return [one.letter.subject for one in outbox.deliveries()][::-1]
