"""Telling: what is put into the outbox, and what becomes of it, at real servers on loopback."""

from __future__ import annotations

import email
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from archive import Collection, sqlite
from archive.writer import warc_date
from crawler import settings, telling
from crawler.alarms import Alarms, Trouble
from crawler.channels import GRACE, Channel, Message, deliver
from crawler.diary import AGAIN, BY_HAND, Diary, Planned
from crawler.health import settle
from crawler.outbox import GIVE_UP, KEPT, PAUSES, Letter, Outbox
from crawler.schedule import Schedule
from tests.cli import answer, tinhuy
from tests.history import JOB, LAST, Nights, Site, trouble, usual

SECRET = "s3cret+pass/word"
WRITTEN = "s3cret%2Bpass%2Fword"
KEY = "k3y-of-the-hook"
CLOCK = [datetime(2026, 1, 1, tzinfo=UTC)]


def clock() -> datetime:
    return CLOCK[0]


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time of day of this process; it begins after the last night."""
    monkeypatch.setattr(settings, "CLOCK", "tests.test_telling.clock")
    CLOCK[0] = LAST + timedelta(hours=2)

    def put(moment: datetime) -> None:
        CLOCK[0] = moment

    return put


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


class Hook:
    """A webhook: what was posted, and what is answered (a status; called for each)."""

    def __init__(self) -> None:
        self.posted = list[dict[str, Any]]()
        self.answers: Callable[[], int] = lambda: 200

    @property
    def subjects(self) -> list[str]:
        return [one["title"] for one in self.posted]


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


@pytest.fixture
def home(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c")


def put(home: Collection, *subjects: str) -> None:
    """Letters to whom the settings name."""
    with Outbox.of(home) as outbox:
        for subject in subjects:
            letter = Letter(subject=subject, text="Chào anh chị!\n")
            outbox.put(letter, telling._addresses(), warc_date(clock()))


def states(home: Collection) -> list[tuple[str, str, int]]:
    with Outbox.as_it_is(home) as outbox:
        return [(one.letter.subject, one.state, one.tries) for one in outbox.deliveries()][::-1]


# What is sent


def test_a_report_goes_to_every_channel(
    tmp_path: Path,
    mail: tuple[Mailbox, str],
    hook: tuple[Hook, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By mail as HTML with a text beside it, to a webhook as JSON, to a command as text with the
    path of the HTML; and it stands in the collection in both forms.
    """
    out = tmp_path / "out.json"
    command = program(
        tmp_path / "tell",
        "import json, os, sys\n"
        f"told = [sys.stdin.read(), os.environ['TINHUY_SUBJECT'], os.environ['TINHUY_HTML']]\n"
        f"json.dump([*told, os.environ.get('TINHUY_TELL')], open({str(out)!r}, 'w'))",
    )
    (box, smtp), (posted, http) = mail, hook
    home = usual(tmp_path / "c", nights=3)
    to = f"mailtos://me:{WRITTEN}@{smtp}?from=tinhuy@example.org&to=you@example.org"
    monkeypatch.setattr(settings, "TELL", [to, f"json://{http}/hook", command])
    monkeypatch.setenv("TINHUY_TELL", to)
    telling.see_to(home)
    assert [why for _, why in telling.send(home)] == ["", "", ""]
    html = (home.path / "reports" / "2026-11-26.html").read_text()
    text = (home.path / "reports" / "2026-11-26.txt").read_text()
    subject = "tinhuy c 2026-11-26: 2 alarms: 5 sites, 31 new articles"
    (letter,) = box.letters
    assert (letter["Subject"], letter["To"]) == (subject, "you@example.org")
    plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert rich.get_content().splitlines() == html.splitlines()
    assert "Huyện ủy Chợ Đồn" in plain.get_content()
    assert [(one["title"], one["message"].strip()) for one in posted.posted] == [
        (subject, text.strip())
    ]
    assert json.loads(out.read_text()) == [
        text, subject, str(home.path.resolve() / "reports" / "2026-11-26.html"), None
    ]  # fmt: skip
    telling.see_to(home)
    assert telling.send(home) == []


def test_a_program_that_is_told_can_ask_tinhuy(tmp_path: Path) -> None:
    """What it finds in its environment is none of the settings, so every command runs in it."""
    out = tmp_path / "out.json"
    command = script(
        tmp_path / "tell", f'exec "{sys.executable}" -m crawler.cli config --json > "{out}"'
    )
    assert deliver(Channel.of(command), Message("subject", "text", tmp_path / "a.html")) == ""
    assert "collection" in json.loads(out.read_text())["settings"]


def test_what_is_secret_stays_so(
    tmp_path: Path, mail: tuple[Mailbox, str], hook: tuple[Hook, str], home: Collection
) -> None:
    """Passwords and keys of addresses are in no output, no error, no file of the collection and no
    list of processes, though servers say them back.
    """
    (_, smtp), (posted, http) = mail, hook
    posted.answers = lambda: 403
    wrong = f"mailtos://me:{WRITTEN}x@{smtp}?to=you@example.org"
    keyed = f"json://me:{WRITTEN}@{http}/{KEY}/hook?+X-Key={KEY}"
    odd = f"tgram://{KEY}/1234567"
    none = f"nobody://{KEY}@[{KEY}]/{KEY}"
    loud = program(tmp_path / "loud", "import sys; print(sys.stdin.read()); sys.exit(3)")
    told = {"TINHUY_TELL": json.dumps([wrong, keyed, odd, none, loud], ensure_ascii=False)}
    put_by(told, home, "one")
    done = run("tell", "now", f"--collection={home.path}", **told)
    assert done.returncode == 7, done.stderr
    lines = done.stdout.splitlines()
    assert (len(lines), done.stderr) == (5, ""), lines
    assert [one for one in lines if one.startswith("letter 1 to mailtos://127.0.0.1")]
    assert [one for one in lines if "403" in one or "Forbidden" in one], lines
    assert [one for one in lines if "does not understand" in one]
    tested = run("tell", "test", **told)
    listed = run("tell", "list", f"--collection={home.path}", **told)
    outputs = done.stdout + done.stderr + tested.stdout + tested.stderr + listed.stdout
    kept = b"".join(path.read_bytes() for path in home.path.rglob("*") if path.is_file())
    for secret in (SECRET, WRITTEN, KEY):
        assert secret not in outputs
        assert secret.encode() not in kept
        assert secret not in repr([Channel.of(url) for url in (wrong, keyed, odd, none)])


def test_no_list_of_processes_has_a_secret(home: Collection, hook: tuple[Hook, str]) -> None:
    """While a letter is on its way, no command line of this machine holds the address's key."""
    posted, http = hook
    seen = list[bytes]()

    def look() -> int:
        seen.extend(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))
        return 200

    posted.answers = look
    assert deliver(Channel.of(f"json://{http}/{KEY}"), Message("a", "b")) == ""
    assert any(b"crawler.channels" in line for line in seen)
    assert not any(KEY.encode() in line for line in seen)


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


# Failures


def test_what_is_refused_is_tried_again_for_days(
    tmp_path: Path,
    home: Collection,
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After growing pauses, until it is taken; or for five days, and then reports tell so."""
    door = tmp_path / "door"
    channel = script(tmp_path / "tell", f"test -e {door} || {{ echo closed; exit 1; }}")
    monkeypatch.setattr(settings, "TELL", [channel])
    put(home, "first")
    moment = clock()
    for tries, pause in enumerate(PAUSES, start=1):
        assert [why for _, why in telling.send(home)] == ["closed"]
        assert states(home) == [("first", "waits", tries)]
        at(moment + pause - timedelta(seconds=1))
        assert telling.send(home) == []
        moment += pause
        at(moment)
    door.touch()
    assert [why for _, why in telling.send(home)] == [""]
    assert states(home) == [("first", "taken", len(PAUSES) + 1)]
    door.unlink()
    put(home, "second")
    begin = clock()
    while clock() - begin < GIVE_UP + 2 * PAUSES[-1]:
        telling.send(home)
        at(clock() + PAUSES[-1])
    assert states(home)[1:] == [("second", "given up", 12)]
    (told,) = telling.report_of(home).undelivered
    assert (
        told == f"{channel}: letter 2 of 27 Nov, 01:51 was tried 12 times and was given up: closed"
    )


def test_a_channel_that_takes_nothing_is_an_alarm(
    tmp_path: Path,
    home: Collection,
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the second day on, also when the letter was given up, until the channel takes a later
    one or is set no more.
    """
    door, begin = tmp_path / "door", clock()
    deaf = script(tmp_path / "deaf", f"test -e {door} || {{ echo closed; exit 1; }}")
    monkeypatch.setattr(settings, "TELL", [deaf])
    put(home, "first")
    told = list[list[str]]()
    for days in (0, 0.9, 1.1, 5.6, 6.2, 20):
        at(begin + timedelta(days=days))
        telling.send(home)
        told.append([one.evidence for one in settle(home).lasting])
    why = f"{deaf} has not taken what was sent since 2026-11-26T03:30+07:00: closed"
    assert told == [[], [], *[[why]] * 4]
    assert states(home) == [("first", "given up", 4)]
    monkeypatch.setattr(settings, "TELL", [])
    assert [one.rule for one in settle(home).cleared] == ["letters"]
    monkeypatch.setattr(settings, "TELL", [deaf])
    assert [one.rule for one in settle(home).raised] == ["letters"]
    door.touch()
    put(home, "second")
    telling.send(home)
    assert [one.rule for one in settle(home).cleared] == ["letters"]


def test_a_channel_that_hangs_holds_up_no_other(
    tmp_path: Path,
    home: Collection,
    hook: tuple[Hook, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The others take theirs meanwhile; whoever stops need not wait, and the try does not count."""
    _, http = hook
    hangs = program(tmp_path / "hangs", "import time; time.sleep(500)")
    monkeypatch.setattr(settings, "TELL", [hangs, f"json://{http}"])
    put(home, "one", "two")
    stopping = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(telling.send, home, stopping=stopping)
        until(lambda: {("one", "taken", 1), ("two", "taken", 1)} <= set(states(home)))
        assert not sending.done()
        stopping.set()
        sent = sending.result(timeout=GRACE + 10)
    assert [(delivery.name, why) for delivery, why in sent] == [(f"json://{http}", "")] * 2
    with Outbox.of(home) as outbox:
        waiting = outbox.waiting()
    assert [(one.name, one.tries) for one in waiting] == [(hangs, 0), (hangs, 0)]


def test_a_delivery_under_way_is_ended_in_order(home: Collection, tmp_path: Path) -> None:
    """Who stops waits for what is taken just then: it would be sent once more."""
    begun = tmp_path / "begun"
    slow = program(
        tmp_path / "slow", f"import time; open({str(begun)!r}, 'w').close(); time.sleep(2)"
    )
    stopping = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(deliver, Channel.of(slow), Message("a", "b"), stopping)
        until(begun.exists)
        stopping.set()
        assert sending.result() == ""


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("json://127.0.0.1:8080/hook", "json://127.0.0.1:8080"),
        ("mailto://mail.example.org?to=you@example.org", "mailto://mail.example.org"),
        ("mailtos://me:secret@mail.example.org:587", "mailtos://mail.example.org:587"),
        ("mailtos://me:secret#1@mail.example.org?to=you@example.org", "mailtos:"),
        ("mailtos://me:12/34@mail.example.org", "mailtos:"),
        ("mailtos://me:12?34@mail.example.org", "mailtos:"),
    ],
)
def test_a_password_that_looks_like_a_host_is_not_shown(url: str, name: str) -> None:
    """One with signs in it that end a host, and that were to be written otherwise."""
    assert Channel.of(url).name == name


def test_what_cannot_be_written_holds_up_no_alarm(
    home: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the report has no place, alarms are told all the same, and somebody is told why."""
    out = tmp_path / "out.json"
    monkeypatch.setattr(settings, "TELL", [program(tmp_path / "tell", f"open({str(out)!r}, 'w')")])
    (home.path / "reports").write_text("")
    said = list[str]()
    with Alarms.of(home) as alarms, Diary.of(home) as diary:
        alarms.settle([Trouble("disk", "", "12 MB are free")], warc_date(datetime.now(UTC)))
        at = warc_date(datetime.now(UTC) - timedelta(days=1))
        diary.plan("nightly", [Planned(at, "bao", at)])
        diary.skip("bao", at, "in use", 1)
    post = telling.Post(home, said.append)
    post.see_to()
    until(out.exists)
    post.stop()
    assert [words for words in said if "reports" in words], said


def test_a_delivery_ends_in_time_with_all_it_began(tmp_path: Path) -> None:
    """A command that hangs is ended, and so is what it has begun; one that talks without end does
    not fill anything; what it says last is told.
    """
    left = tmp_path / "left"
    hangs = program(
        tmp_path / "hangs",
        "import subprocess, sys, time\n"
        f"begun = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(500)'])\n"
        f"open({str(left)!r}, 'w').write(str(begun.pid))\n"
        "while True: print('ever on ' * 1000)",
    )
    said = deliver(Channel.of(hangs), Message("a", "b" * 200_000), seconds=3)
    assert said == "it took too long, and was ended"
    stat = Path(f"/proc/{left.read_text()}/stat")
    until(lambda: not stat.exists() or stat.read_text().split()[2] == "Z")
    fails = program(tmp_path / "fails", "import sys; print('x' * 9000); sys.exit('no\x1b[31m way')")
    said = deliver(Channel.of(fails), Message("a", "b"))
    assert said is not None
    assert "\x1b" not in said
    assert len(said) == 300
    missing = deliver(Channel.of(f"command:{tmp_path}/none"), Message("a", "b"))
    assert missing == "it cannot be begun: No such file or directory"


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_one_that_is_refused_does_not_stop_the_next(
    home: Collection, hook: tuple[Hook, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that a channel will never take is passed by those behind it at the next try."""
    posted, http = hook
    posted.answers = lambda: 413 if posted.posted[-1]["title"] == "bad" else 200
    monkeypatch.setattr(settings, "TELL", [f"json://{http}"])
    put(home, "bad", "good")
    telling.send(home)
    telling.send(home)
    assert states(home) == [("bad", "waits", 1), ("good", "taken", 1)]


def test_whoever_is_killed_sends_once_more_at_the_most(
    tmp_path: Path,
    home: Collection,
    hook: tuple[Hook, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """kill -9 after the letter has arrived and before that is noted: it comes once more, not
    twice, and what another channel had taken does not come again.
    """
    posted, http = hook
    out = tmp_path / "out"
    command = program(tmp_path / "tell", f"open({str(out)!r}, 'a').write('taken ')")
    told = {"TINHUY_TELL": json.dumps([f"json://{http}", command])}
    put_by(told, home, "one")
    words = [sys.executable, "-m", "crawler.cli", "tell", "now", f"--collection={home.path}"]
    posted.answers = slowly
    with subprocess.Popen(words, env=os.environ | told, stderr=subprocess.DEVNULL) as sending:
        until(lambda: posted.posted and out.exists() and ("one", "taken", 1) in states(home))
        sending.kill()
    assert sorted(states(home)) == [("one", "taken", 1), ("one", "waits", 0)]
    posted.answers = lambda: 200
    monkeypatch.setattr(settings, "TELL", json.loads(told["TINHUY_TELL"]))
    assert [why for _, why in telling.send(home, tries_all=True)] == [""]
    assert telling.send(home, tries_all=True) == []
    assert posted.subjects == ["one", "one"]
    assert out.read_text() == "taken "


def slowly() -> int:
    time.sleep(5)
    return 200


def test_two_who_send_do_not_send_twice(
    home: Collection, hook: tuple[Hook, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes while another is sending waits, and finds nothing to send."""
    posted, http = hook
    monkeypatch.setattr(settings, "TELL", [f"json://{http}"])
    put(home, "one", "two", "three")
    threads = [threading.Thread(target=telling.send, args=(home,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert posted.subjects == ["one", "two", "three"]


def test_a_channel_that_is_not_set_any_more_is_not_asked(
    home: Collection,
    hook: tuple[Hook, str],
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its letters wait for it to come back, with another password too, and are given up in time."""
    posted, http = hook
    monkeypatch.setattr(settings, "TELL", [f"json://me:old@{http}/a", f"json://{http}/b"])
    put(home, "one")
    monkeypatch.setattr(settings, "TELL", [f"json://{http}/c"])
    telling.send(home)
    assert posted.posted == []
    monkeypatch.setattr(settings, "TELL", [f"json://me:new@{http}/a"])
    at(clock() + PAUSES[0])
    telling.send(home)
    assert posted.subjects == ["one"]
    while clock() < LAST + GIVE_UP + 3 * PAUSES[-1]:
        at(clock() + PAUSES[-1])
        telling.send(home)
    assert sorted(state for _, state, _ in states(home)) == ["given up", "taken"]


def test_a_clock_that_was_ahead_delays_nothing_for_long(
    home: Collection,
    hook: tuple[Hook, str],
    at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A letter that was refused in a year to come is tried when the clock is right again."""
    posted, http = hook
    posted.answers = lambda: 500 if clock().year > 2026 else 200
    monkeypatch.setattr(settings, "TELL", [f"json://{http}"])
    right = clock()
    at(right + timedelta(days=900))
    put(home, "one")
    telling.send(home)
    at(right)
    assert [why for _, why in telling.send(home)] == [""]


def test_the_outbox_does_not_grow_for_ever(
    home: Collection, at: Callable[[datetime], None]
) -> None:
    """Letters that nobody waits for are forgotten after 90 days."""
    for day in range(0, 400, 10):
        at(LAST + timedelta(days=day))
        with Outbox.of(home) as outbox:
            outbox.put(Letter(subject=str(day), text="a"), [("k", "n")], warc_date(clock()))
            for delivery in outbox.waiting():
                outbox.take(delivery, warc_date(clock()))
    assert len(states(home)) == KEPT.days // 10 + 1


# Alarms


def subjects(home: Collection) -> list[str]:
    with Outbox.as_it_is(home) as outbox:
        return [one.letter.subject for one in outbox.deliveries()][::-1]


@pytest.fixture
def told(home: Collection, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """A collection of which one channel is told, which is never asked."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    return home


def test_alarms_are_told_as_they_come_and_go(told: Collection) -> None:
    """One letter for all that came or went together; nothing of what lasts; nothing twice."""
    stale, blocked = ("stale", "bao", "no news"), ("blocked", "dang", "403")
    for minute, troubles in enumerate(
        ([stale, blocked], [stale, blocked], [stale], [stale], [], [blocked])
    ):
        trouble(told, LAST + timedelta(minutes=minute), *troubles)
        telling.see_to(told)
        telling.see_to(told)
    assert subjects(told) == [
        "tinhuy c: 2 new alarms",
        "tinhuy c: 1 alarm over",
        "tinhuy c: 1 alarm over",
        "tinhuy c: 1 new alarm",
    ]
    with Outbox.as_it_is(told) as outbox:
        first = list(outbox.deliveries())[-1].letter.text
    assert first.splitlines()[:5] == [
        "2 new alarms",
        "",
        "new    bao: stale",
        "       no news",
        "       since 26 Nov, 01:30",
    ]


def test_two_who_look_at_once_tell_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The night and the alarms of a collection are put into its outbox by one of them."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    home = usual(tmp_path / "c", nights=2)
    for minute in range(40, 44):
        trouble(home, LAST + timedelta(minutes=minute), ("blocked", f"s{minute}", "403"))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(telling.see_to, [home] * 4))
    letters = subjects(home)
    assert letters.pop(0).startswith("tinhuy c 2026-11-26: ")
    assert letters == ["tinhuy c: 1 new alarm, 1 alarm over"] * 3


def test_an_alarm_that_came_and_went_unseen_is_told(told: Collection) -> None:
    """Once, as over; one that was over a week before anybody looked is not."""
    trouble(told, LAST - timedelta(days=20), ("stale", "old", "long ago"))
    trouble(told, LAST - timedelta(days=19))
    trouble(told, LAST, ("stale", "bao", "no news"))
    trouble(told, LAST + timedelta(minutes=1))
    telling.see_to(told)
    telling.see_to(told)
    assert subjects(told) == ["tinhuy c: 1 alarm over"]


def test_a_report_tells_alarms_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a night's report is told by no other letter."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    home = usual(tmp_path / "c", nights=2)
    for _ in range(3):
        telling.see_to(home)
    assert subjects(home) == ["tinhuy c 2026-11-26: 2 alarms: 5 sites, 35 new articles"]


def test_a_report_by_hand_is_no_other_than_its_letter(
    tmp_path: Path, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for its channel keeps its own HTML, whoever makes reports of that day since."""
    monkeypatch.setattr(settings, "TELL", ["command:/never"])
    home = usual(tmp_path / "c", nights=2)
    telling.see_to(home)
    night = (home.path / "reports" / "2026-11-26.html").read_bytes()
    for minute in range(2):
        at(clock() + timedelta(minutes=1))
        telling.put_report(home, "2026-11-26" if minute else None)
    with Outbox.as_it_is(home) as outbox:
        paths = [one.letter.html for one in outbox.deliveries()]
    assert paths == [
        "reports/2026-11-26.20261125T203200Z.html",
        "reports/2026-11-26.20261125T203100Z.html",
        "reports/2026-11-26.html",
    ]
    assert all((home.path / path).exists() for path in paths)
    assert (home.path / paths[-1]).read_bytes() == night


def test_what_was_told_is_not_remembered_for_ever(
    told: Collection, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of alarms that are long over it is forgotten; what lasts, or was over just now, is not told
    again.
    """
    monkeypatch.setattr("crawler.outbox.MOST_ALARMS", 1)
    lasts = ("blocked", "dang", "403")
    for place in range(12):
        at(LAST + timedelta(days=3 * place))
        trouble(told, clock(), lasts, ("silent", f"s{place}", "quiet"))
        telling.see_to(told)
        telling.see_to(told)
    with Outbox.as_it_is(told) as outbox:
        remembered = [number for number in range(20) if outbox.has_told("raised", number)]
    assert remembered == [1, 10, 11, 12, 13]
    often = ["tinhuy c: 1 new alarm, 1 alarm over"] * 11
    assert subjects(told) == ["tinhuy c: 2 new alarms", *often]


# Nights


def told_days(home: Collection) -> list[str]:
    return [subject.split()[2].rstrip(":") for subject in subjects(home)]


def test_a_night_is_told_when_its_last_run_is_over(told: Collection) -> None:
    """Not while a run of it waits, or runs, or is to be repeated; and a run by hand is no night."""
    at = warc_date(LAST)
    with Diary.of(told) as diary:
        diary.plan(BY_HAND, [Planned(at, "mine", at)])
        diary.skip("mine", at, "no", diary.due(at)[0].number)
        telling.see_to(told)
        assert subjects(told) == []
        later = warc_date(LAST + timedelta(hours=1))
        diary.plan(JOB, [Planned(at, "bao", at), Planned(at, "dang", later)])
        first, second = diary.due(later)
        diary.skip("bao", at, "in use", first.number)
        telling.see_to(told)
        diary.begin("dang", later, "one", second.number)
        telling.see_to(told)
        diary.bury(second.number or 0, os.getpid(), later, "ended by signal 9")
        diary.plan(AGAIN, [Planned(later, "dang", later)])
        telling.see_to(told)
        assert subjects(told) == []
        (again,) = diary.due(later)
        diary.skip("dang", later, "in use", again.number)
    telling.see_to(told)
    telling.see_to(told)
    assert told_days(told) == ["2026-11-26"]
    assert [len(site.runs) for site in telling.report_of(told, "2026-11-26").sites] == [2, 1, 1]


def test_a_night_is_not_over_while_a_run_is_to_be_repeated(told: Collection) -> None:
    """Also in the moment before it is planned again; and not for ever: a repetition that is cut
    short, too, and one whose site was crawled since, are not repeated.
    """
    at = warc_date(LAST)
    with Diary.of(told) as diary:
        diary.plan(JOB, [Planned(at, "bao", at), Planned(at, "dang", at)])
        for entry in diary.due(at):
            number = diary.begin(entry.site, at, entry.site, entry.number)
            diary.bury(number, os.getpid(), at, "ended by signal 9", cut_short=True)
        telling.see_to(told)
        assert subjects(told) == []
        by_hand = diary.begin("dang", at, "by hand")
        telling.see_to(told)
        assert subjects(told) == []
        diary.once_more(at)
        (again,) = diary.due(at)
        number = diary.begin("bao", at, "again", again.number)
        telling.see_to(told)
        assert subjects(told) == []
        diary.bury(number, os.getpid(), at, "ended by signal 9", cut_short=True)
        diary.bury(by_hand, os.getpid(), at, "ended by signal 9", cut_short=True)
        diary.once_more(at)
        assert diary.due(at) == []
    telling.see_to(told)
    assert told_days(told) == ["2026-11-26"]


def test_a_day_with_nights_to_come_is_not_over(
    told: Collection, at: Callable[[datetime], None]
) -> None:
    """Of jobs that come several times a day one report is told, after the last of them."""
    with Schedule.of(told) as schedule:
        coming = schedule.add("late", "0 22 * * *", ["baohatinh"], 0)
        coming = schedule.job("late") or coming
    assert coming.next_at is not None
    early = coming.next_at - timedelta(hours=12)
    night(told, early)
    at(early + timedelta(hours=1))
    telling.see_to(told)
    assert subjects(told) == []
    night(told, coming.next_at)
    at(coming.next_at + timedelta(minutes=1))
    with Schedule.of(told) as schedule:
        schedule.pause("late")
    telling.see_to(told)
    (day,) = told_days(told)
    assert day == f"{early:%Y-%m-%d}"
    assert [len(site.runs) for site in telling.report_of(told, day).sites] == [2]


def night(home: Collection, at: datetime) -> None:
    """One site, whose run is skipped."""
    moment = warc_date(at)
    with Diary.of(home) as diary:
        diary.plan(JOB, [Planned(moment, "bao", moment)])
        for entry in diary.due(moment):
            diary.skip("bao", moment, "in use", entry.number)


def test_every_night_is_told_once(told: Collection, at: Callable[[datetime], None]) -> None:
    """Ten nights that end after midnight, with a clock that is set back and forth: each run stands
    in one report.
    """
    begin = LAST - timedelta(hours=4)
    for day, shift in enumerate([0, 0, -3, 0, 2, -1, 0, 0, 5, 0]):
        at(begin + timedelta(days=day, hours=3 + shift))
        night(told, begin + timedelta(days=day))
        telling.see_to(told)
        telling.see_to(told)
    days = told_days(told)
    runs = [
        entry.number
        for day in days
        for site in telling.report_of(told, day).sites
        for entry in site.runs
    ]
    assert runs == list(range(1, 11))
    assert len(days) == len(set(days)) == 10


def test_a_clock_that_was_years_ahead_ends_no_reports(
    told: Collection, at: Callable[[datetime], None]
) -> None:
    """The night after it was set right is told."""
    at(LAST + timedelta(days=900))
    night(told, LAST + timedelta(days=900))
    telling.see_to(told)
    at(LAST + timedelta(hours=1))
    night(told, LAST)
    telling.see_to(told)
    assert told_days(told) == ["2029-05-14", "2026-11-26"]


# The whole


def test_the_service_tells(tmp_path: Path, hook: tuple[Hook, str]) -> None:
    """The service writes the report of a night that is over and sends it, and an alarm after it;
    a channel that hangs does not keep it from ending when it is told to.
    """
    posted, http = hook
    home = Nights(tmp_path / "c", [Site("baohatinh")]).write(1)
    hangs = program(tmp_path / "hangs", "import time; time.sleep(500)")
    told = os.environ | {"TINHUY_TELL": json.dumps([hangs, f"json://{http}"])}
    where = f"--collection={home.path}"
    command = [sys.executable, "-m", "crawler.cli", "schedule", "run", where]
    with served(command, told) as service:
        until(lambda: [state for _, state, _ in states(home) if state == "taken"])
        assert (home.path / "reports" / "2026-11-26.html").exists()
        service.terminate()
        assert service.wait(timeout=20) == 0
    assert posted.subjects == ["tinhuy c 2026-11-26: all is well: 1 site, 3 new articles"]
    listed = answer("tell", "list", where)
    assert sorted((one["name"], one["state"]) for one in listed) == [
        (hangs, "waits"),
        (f"json://{http}", "taken"),
    ]


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as service:
        try:
            yield service
        finally:
            service.kill()


def test_what_came_of_a_letter_is_a_result(tmp_path: Path) -> None:
    """It stands on stdout, but beside a document or data that somebody reads from there."""
    home = Nights(tmp_path / "c", [Site("baohatinh")]).write(1)
    told = {"TINHUY_TELL": json.dumps([script(tmp_path / "tell", "exit 0")])}
    command = ("report", "2026-11-26", "--send", f"--collection={home.path}")
    text, data = run(*command, **told), run(*command, "--json", **told)
    assert (text.stdout.splitlines()[-1], text.stderr) == (
        f"letter 1 to command:{tmp_path}/tell: taken", ""
    )  # fmt: skip
    assert json.loads(data.stdout)["date"] == "2026-11-26"
    assert data.stderr.splitlines() == [f"letter 2 to command:{tmp_path}/tell: taken"]


def test_the_service_says_that_it_cannot_tell(
    told: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a database is kept by another; not where somebody sends by hand meanwhile."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.1)
    said = list[str]()
    trouble(told, LAST, ("blocked", "bao", "403"))
    with telling._alone(told, 0):
        telling.Post(told, said.append)._work()
    assert said == []
    with Outbox.of(told) as outbox:
        outbox._database.begin()
        telling.Post(told, said.append)._work()
    (line,) = said
    assert line.startswith("nobody can be told: ")
    assert "outbox.sqlite3" in line


def test_nobody_to_tell_is_told(tmp_path: Path) -> None:
    """Without a channel `tinhuy tell test` says what to do; reports are written all the same."""
    done = tinhuy("tell", "test")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    home = Nights(tmp_path / "c", [Site("baohatinh")]).write(1)
    done = tinhuy("report", "2026-11-26", "--send", f"--collection={home.path}")
    assert done.returncode == 0, done.stderr
    (text,) = (home.path / "reports").glob("2026-11-26.*.txt")
    assert text.read_text() == done.stdout
