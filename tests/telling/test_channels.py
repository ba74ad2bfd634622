"""What is sent to channels, at real servers on loopback, and what stays secret."""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive import Collection
from crawler import settings, telling
from crawler.channels import Channel, Message, deliver
from tests.history import usual
from tests.telling.support import (
    KEY,
    SECRET,
    WRITTEN,
    Hook,
    Mailbox,
    program,
    put_by,
    run,
    script,
    until,
)


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
