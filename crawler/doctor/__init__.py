"""Whether this machine can crawl unattended: each thing that a night needs, looked at, not assumed.

What is looked at is left as it was: the only thing that is written is a directory of a moment, to
know that it can be.
"""

from __future__ import annotations

from pathlib import Path

from crawler import serve, settings
from crawler.doctor.finding import Finding, Verdict
from crawler.doctor.machine import (
    browser,
    certificates,
    configuration,
    fonts,
    libraries,
    open_files,
    python,
    replay,
    time_zone,
)
from crawler.doctor.network import known_sites, named_contact, reachable
from crawler.doctor.storage import (
    clock,
    file_system,
    kept,
    lockable,
    room,
    room_for_files,
    writable,
)
from crawler.doctor.unattended import letters, schedule

__all__ = ["Finding", "Verdict", "examine"]


def examine(
    collection: Path,
    *,
    asks_sites: bool = False,
    contact: str = settings.CONTACT,
    replay_environment: Path = serve.ENVIRONMENT,
) -> list[Finding]:
    """Everything that can be known here; with `asks_sites`, whether the sites answer.

    What cannot be looked at is a Finding, never an error. A site is asked for a connection and a
    handshake, and sent nothing.
    """
    known, listed = known_sites()
    findings = [
        python(),
        libraries(),
        configuration(settings.configured),
        listed,
        kept(collection),
        writable(collection),
        lockable(collection),
        file_system(collection),
        room(collection),
        room_for_files(collection),
        open_files(),
        time_zone(),
        clock(collection),
        certificates(),
        named_contact(contact),
        browser([site.name for site in known if site.rendered]),
        fonts(),
        replay(replay_environment),
        schedule(collection),
        letters(settings.TELL),
    ]
    return findings + (reachable(known) if asks_sites else [])
